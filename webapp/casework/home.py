"""Home: one list by what waits for the person who is signed in, and below it what waits for others."""

from collections.abc import Iterable
from datetime import date

from flask import Response, url_for

from referrals import clock
from referrals.forums import clashes
from referrals.forums import dates as team_dates
from referrals.guardians import guardian_page
from referrals.guardians.guardian_page import Unread
from referrals.languages import local_date
from referrals.meetings import conflict_settling
from referrals.models import TeamDate
from referrals.reminders import digest, errands, waiting
from referrals.statutory import absence_keepers
from referrals.vocabulary import Topic
from referrals.work.waiting_items import Waiting, WaitingItem
from referrals.work.worklist import shown_unit
from webapp import pages, people, transactions
from webapp.casework import (
    absence,
    blueprint,
    conflict,
    guardians_told,
    hand_over,
    interpreters,
    log_samples,
    meeting_answers,
    protection,
    reading_requests,
    words,
)
from webapp.casework.frame import today
from webapp.casework.lines import Line
from webapp.casework.ways import address
from webapp.development import waiting as development_waiting
from webapp.forums import consultations, degrading_notices, upward
from webapp.forums.team import opens_teams
from webapp.guards import signed_in
from webapp.language import gettext, short_date, zone
from webapp.learning import waiting as lessons_waiting
from webapp.rounds import waiting as rounds_waiting


@blueprint.get("/home")
@signed_in()
def home() -> Response:
    """What waits for me, the most pressing first, and apart from it what I only see that others let lie."""
    day = today()
    items = waiting.everything_for(transactions.session(), people.actor(), today=day)
    lines = [_line(item, day) for item in items]
    lines += [
        _from_guardian(unread, day) for unread in guardian_page.unread_for(transactions.session(), people.actor())
    ]
    lines += [
        *protection.lines(day),
        *log_samples.lines(day),
        *reading_requests.lines(day),
        *conflict.lines(day),
        *hand_over.lines(day),
        *meeting_answers.lines(day),
        *guardians_told.lines(day),
        *interpreters.lines(day),
        *consultations.lines(day),
        *degrading_notices.lines(day),
        *upward.lines(day),
        *rounds_waiting.lines(day),
        *absence.lines(day),
        *lessons_waiting.lines(day),
        *development_waiting.lines(day),
    ]
    lines.sort(key=lambda line: (not line.is_urgent, line.day, line.number))
    mine = [line for line in lines if not line.is_others]
    first_triage = next((item.number for item in items if item.is_to_triage), None)
    return pages.page(
        "casework/home.html",
        lines=mine,
        others=[line for line in lines if line.is_others],
        late=sum(line.is_late for line in mine),
        to_triage=sum(item.is_to_triage for item in items),
        first_triage=first_triage,
        today=day,
        next_dates=_next_dates(),
        now=clock.now(),
        has_units=_has_units(),
        unreached=digest.unreached(transactions.session(), people.actor()),
        untaken=absence_keepers.left_without_anybody(transactions.session(), people.actor()),
        unsettled=conflict_settling.left_without_anybody(transactions.session(), people.actor()),
    )


def _next_dates() -> list[TeamDate]:
    """When each of the teams meets next in which somebody works, or meets now, the first one first; its agenda is one click away."""
    if not opens_teams():
        return []
    session, now = transactions.session(), clock.now()
    of_each = (team_dates.from_today(session, forum) for forum in team_dates.forums_of(session, people.actor()))
    next_ones = (next((one for one in dates if clashes.ends_at(one) > now), None) for dates in of_each)
    return sorted((one for one in next_ones if one), key=lambda one: (one.starts_at, one.forum.name))


def _line(item: WaitingItem, day: date) -> Line:
    return Line(
        number=item.number,
        url=address(item),
        verb=words.task(item),
        about=(
            "" if item.is_all_they_see else words.stage_name(item.rulepack, item.state.stage, item.state.status),
            _about(item.topics),
            item.unit,
            gettext("Team meeting on %(date)s", date=short_date(item.meets_on)) if item.meets_on else "",
            gettext("Has taken twice as long as meant") if item.is_stalled else "",
            gettext("The pupil has come of age") if item.kind is Waiting.OF_AGE else "",
            gettext("Carried out by %(name)s", name=item.carried_out_by) if item.carried_out_by else "",
        ),
        due_on=item.due_on,
        source=item.source,
        waits_since=item.waits_since,
        meets_on=item.meets_on,
        today=day,
        is_urgent=item.is_urgent,
        is_others=not item.is_for_reader,
        is_pressed=item.kind is Waiting.ADDITION,
    )


def _from_guardian(unread: Unread, day: date) -> Line:
    """What a guardian wrote, with the day since when it waits to be read."""
    referral, waits_since = unread.referral, local_date(unread.since, zone=zone())
    page = "casework.team_review" if unread.is_answer else "casework.guardians"
    return Line(
        number=referral.number,
        url=url_for(page, number=referral.number),
        verb=gettext(errands.READ_ANSWER if unread.is_answer else errands.READ_WORDS),
        about=(
            words.stage_name(referral.rulepack, referral.stage, referral.status),
            _about(referral.topics),
            shown_unit(referral),
        ),
        waits_since=waits_since,
        today=day,
    )


def _about(topics: Iterable[str]) -> str:
    return ", ".join(gettext(Topic(topic).label) for topic in topics if topic in set(Topic))


def _has_units() -> bool:
    somebody = people.account()
    return bool(somebody and any(unit for _role, unit in somebody.roles))
