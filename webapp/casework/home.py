"""Home: one list by what waits for the person who is signed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import Response, url_for

from referrals import guardian_page
from referrals.access import Role
from referrals.guardian_page import Unread
from referrals.languages import local_date
from referrals.stages import Party
from referrals.vocabulary import N_, Topic
from referrals.worklist import Waiting, WaitingItem, shown_unit, waiting_for
from webapp import pages, people, transactions
from webapp.casework import blueprint, words
from webapp.casework.frame import today
from webapp.casework.log_samples import waiting_samples
from webapp.casework.protection import reminder_lines
from webapp.casework.ways import address
from webapp.guards import signed_in
from webapp.language import gettext, zone


@dataclass(frozen=True)
class Line:
    """One line of the list: one verb, one date, one place to go."""

    number: str
    url: str
    #: whether what stands behind it is opened by a press that leaves something: an addition is read by it
    is_pressed: bool
    verb: str
    due_on: date | None
    is_late: bool
    is_today: bool
    is_urgent: bool
    stage: str
    about: str
    unit: str


@blueprint.get("/home")
@signed_in()
def home() -> Response:
    """What waits for me, the most pressing first."""
    day = today()
    items = waiting_for(transactions.session(), people.actor(), today=day)
    lines = [_line(item, day) for item in items]
    lines += [
        _from_guardian(unread, day) for unread in guardian_page.unread_for(transactions.session(), people.actor())
    ]
    lines.sort(key=lambda line: (not line.is_urgent, line.due_on or date.max, line.number))
    first_triage = next((item.number for item in items if item.is_to_triage), None)
    return pages.page(
        "casework/home.html",
        lines=lines,
        reminders=reminder_lines(day),
        samples=waiting_samples(),
        late=sum(line.is_late for line in lines),
        to_triage=sum(item.is_to_triage for item in items),
        first_triage=first_triage,
        today=day,
        has_units=_has_units(),
    )


def _line(item: WaitingItem, day: date) -> Line:
    somebody_else = item.kind is Waiting.REFERRAL and item.party not in _own_parties()
    return Line(
        number=item.number,
        url=address(item),
        is_pressed=item.kind is Waiting.ADDITION,
        verb=words.to_do(item.verb, by_others=somebody_else),
        due_on=item.due_on,
        is_late=item.is_late(day),
        is_today=item.due_on == day,
        is_urgent=item.is_urgent,
        stage="" if item.is_all_they_see else words.stage_name(item.rulepack, item.state.stage, item.state.status),
        about=_about(item.topics),
        unit=item.unit,
    )


def _from_guardian(unread: Unread, day: date) -> Line:
    """What a guardian wrote, with the day since when it waits to be read."""
    referral, waits_since = unread.referral, local_date(unread.since, zone=zone())
    page = "casework.team_review" if unread.is_answer else "casework.guardians"
    words_for_it = (
        N_("Read a guardian's answer to the invitation") if unread.is_answer else N_("Read what a guardian wrote")
    )
    return Line(
        number=referral.number,
        url=url_for(page, number=referral.number),
        is_pressed=False,
        verb=gettext(words_for_it),
        due_on=waits_since,
        is_late=waits_since < day,
        is_today=waits_since == day,
        is_urgent=False,
        stage=words.stage_name(referral.rulepack, referral.stage, referral.status),
        about=_about(referral.topics),
        unit=shown_unit(referral),
    )


def _about(topics: Iterable[str]) -> str:
    return ", ".join(gettext(Topic(topic).label) for topic in topics if topic in set(Topic))


def _own_parties() -> set[Party]:
    somebody = people.account()
    held = {role for role, _unit in somebody.roles} if somebody else set()
    parties = {
        Role.COORDINATOR: Party.COORDINATOR,
        Role.HEAD_TEACHER: Party.HEAD_TEACHER,
        Role.ASSESSOR: Party.ASSESSOR,
    }
    return {parties[role] for role in held if role in parties}


def _has_units() -> bool:
    somebody = people.account()
    return bool(somebody and any(unit for _role, unit in somebody.roles))
