"""The agenda of a team's date: what it talks about and when, and for who prepares it what is still missing."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals import access, team_review
from referrals.errors import AgendaRefused
from referrals.forums import agenda as rules
from referrals.forums import agenda_paper, calling, dates, moving, readiness, seats
from referrals.forums import upward as upward_rules
from referrals.forums.agenda import Slot
from referrals.forums.readiness import Readiness
from referrals.models import AgendaItem, Forum, Referral, TeamDate, TeamSeat, What
from referrals.stages import Party, Verb
from referrals.vocabulary import AgendaAct
from schemas.forums import AgendaForm, AgendaItemForm
from webapp import auditing, downloads, forms, kept, notices, pages, people, transactions
from webapp.casework import filters, meanwhile, words
from webapp.forums import blueprint, upward
from webapp.forums.team import TEAM_ROLES, team_of
from webapp.guards import signed_in
from webapp.language import gettext, language, zone

#: how many minutes the form keeps for a referral unless somebody says otherwise
_MINUTES: Final = 30


@dataclass(frozen=True)
class Shown:
    """A referral by what the board says of it."""

    number: str
    topics: str
    unit: str
    stage: str
    status_code: str
    status: str


@dataclass(frozen=True)
class Line:
    """One line of the agenda as somebody may see it: without `referral` it is another one, of which only the time is known."""

    starts_at: datetime
    ends_at: datetime
    referral: Shown | None = None
    #: what it lacks, for those who may know
    lacks: Readiness | None = None
    #: what else is planned then for a guardian or an interpreter, in sentences
    meanwhile: tuple[str, ...] = ()
    #: whether minutes tell of a meeting about it on this date already
    is_met_about: bool = False
    #: for those who arrange it
    item: AgendaItem | None = None
    #: whether they can move its meeting to the time it has here
    could_follow: bool = False
    #: whether they show the meeting on a screen that all in the room see
    has_screen: bool = False


@blueprint.get("/teams/<uuid:forum_id>/dates/<uuid:date_id>")
@signed_in(*TEAM_ROLES)
def agenda(forum_id: uuid.UUID, date_id: uuid.UUID) -> Response:
    """What the team talks about on this date."""
    return agenda_page(team_of(forum_id), date_id, forms.shown())


@blueprint.get("/teams/<uuid:forum_id>/dates/<uuid:date_id>/agenda.pdf")
@signed_in(*TEAM_ROLES)
def agenda_to_take_along(forum_id: uuid.UUID, date_id: uuid.UUID) -> Response:
    """The agenda as a paper, as far as whoever asks may see it."""
    session, actor = transactions.session(), people.actor()
    date = dates.find_date(session, team_of(forum_id), date_id)
    for referral in agenda_paper.named(session, date, by=actor):
        _note(What.OPENED_PAPER, referral, date, subject="forums.agenda_to_take_along")
    return downloads.to_look_at(agenda_paper.paper(session, date, by=actor, language=language()), name="agenda.pdf")


@blueprint.post("/teams/<uuid:forum_id>/dates/<uuid:date_id>")
@signed_in(*TEAM_ROLES)
def put_on_agenda(forum_id: uuid.UUID, date_id: uuid.UUID) -> ResponseReturnValue:
    """Put a referral on the date."""
    forum, form, session = team_of(forum_id), forms.submitted(), transactions.session()
    date = dates.find_date(session, forum, date_id)
    if values := form.load(AgendaForm()):
        try:
            made = rules.put_on(session, date, values["referral"], minutes=values["minutes"], by=people.actor())
        except AgendaRefused as refused:
            form.refuse("referral", refused.problem.label)
        else:
            notices.say_next(gettext("%(number)s is on the agenda.", number=made.referral.number))
            return back(forum_id, date_id)
    return agenda_page(forum, date_id, form, status=422)


@blueprint.post("/teams/<uuid:forum_id>/dates/<uuid:date_id>/items/<uuid:item_id>")
@signed_in(*TEAM_ROLES)
def arrange_agenda(forum_id: uuid.UUID, date_id: uuid.UUID, item_id: uuid.UUID) -> ResponseReturnValue:
    """Give a referral on the date other minutes or another place, or take it off."""
    forum, form, session = team_of(forum_id), forms.submitted(), transactions.session()
    item = line_of(dates.find_date(session, forum, date_id), item_id, form)
    if item is not None and (values := form.load(AgendaItemForm())):
        number = item.referral.number
        try:
            rules.arrange(
                session,
                item,
                values["act"],
                minutes=values["item_minutes"],
                by=people.actor(),
                seen=request.form.get("seen", ""),
            )
        except AgendaRefused as refused:
            form.refuse("", refused.problem.label)
        else:
            notices.say_next(_said(values["act"], number))
            return back(forum_id, date_id)
    return agenda_page(forum, date_id, form, status=422, about=item_id)


def line_of(date: TeamDate, item_id: uuid.UUID, form: forms.Form) -> AgendaItem | None:
    """A line for somebody who arranges it; none, and `form` says so, where a colleague took it off this date meanwhile."""
    try:
        return rules.find_item(transactions.session(), date, item_id, by=people.actor())
    except AgendaRefused as refused:
        form.refuse("", refused.problem.label)
        return None


def _said(act: AgendaAct, number: str) -> str:
    if act is AgendaAct.OFF:
        return gettext("%(number)s is off the agenda and lines up again. A meeting that was called stays called.", number=number)  # fmt: skip
    return gettext("The agenda is changed. Meetings that were called keep their time until they are moved.")


def back(forum_id: uuid.UUID, date_id: uuid.UUID) -> ResponseReturnValue:
    """To the page of a date, once something on it has been done."""
    return redirect(url_for(".agenda", forum_id=forum_id, date_id=date_id), 303)


def agenda_page(
    forum: Forum, date_id: uuid.UUID, form: forms.Form, *, status: int = 200, about: uuid.UUID | None = None
) -> Response:
    """The page of a date as whoever is signed in may see it; one form for all of it, whichever was sent.

    `about` is the line whose form was sent: what was typed stands there again, and last on the page where that line is gone.
    """
    session, actor = transactions.session(), people.actor()
    date = dates.find_date(session, forum, date_id)
    held, slots = seats.seats_of(session, forum), rules.slots(session, date)
    is_over = rules.is_over(session, date)
    may_keep = dates.may_keep(forum, actor)
    could_be_put = rules.lined_up(session, date, by=actor) if may_keep and not is_over else []
    begins = date.starts_at.astimezone(ZoneInfo(zone()))
    stands = {
        "minutes": f"{_MINUTES}", "moved_on": f"{begins:%Y-%m-%d}", "moved_time": f"{begins:%H:%M}",
        "moved_minutes": str(date.minutes), "moved_place": date.place,
    }  # fmt: skip
    for name, usual in stands.items():
        form.typed.setdefault(name, usual)
    takes = sum(slot.item.minutes for slot in slots)
    lines = [_line(slot, date, held, is_over=is_over) for slot in slots]
    table, ends_at = seats.sitting(held, date.starts_at), slots[-1].ends_at if slots else date.starts_at
    busy, elsewhere = set(), []
    if could_be_put:
        sit = [one.account for one in table]
        busy = meanwhile.with_guardians_elsewhere(could_be_put, starts_at=ends_at, minutes=_MINUTES)
        # The team's own meetings about what is on the date, or can be put there, are no other place to be.
        own = [*(slot.item.referral for slot in slots), *could_be_put]
        elsewhere = meanwhile.of_people(sit, starts_at=ends_at, minutes=_MINUTES, forum=forum, but=own)
    ready = [] if is_over else [slot for slot in slots if calling.can_be_called(session, slot, held, by=actor)]
    others = [one for one in dates.coming(session, forum) if one is not date]
    _show_lost_texts(form, [line.item for line in lines if line.item and others], about)
    return pages.page(
        "forums/agenda.html",
        status,
        form=form,
        about=about,
        team=forum,
        date=date,
        seen=moving.as_it_stands(date),
        agenda_seen=rules.as_it_stands(session, date),
        lines=lines,
        ready=len(ready),
        beyond=sum(not slot.is_within for slot in ready),
        could_follow=any(line.could_follow for line in lines),
        others=others,
        ends_at=ends_at,
        minutes_left=date.minutes - takes,
        longer={name: usual for name, usual in stands.items() if name != "minutes"} | {"moved_minutes": str(takes)},
        table=table,
        elsewhere=elsewhere,
        missing=seats.missing(forum, held, date.starts_at) if held else [],
        is_closed=not is_over and dates.is_on_closed_day(session, date.starts_at),
        may_keep=may_keep,
        is_over=is_over,
        asked=upward_rules.on_date(session, date, actor),
        sent_by=upward.sent_by,
        lined_up=[(one.id, _choice(_shown(one), is_busy=one.id in busy)) for one in could_be_put],
    )


def _show_lost_texts(form: forms.Form, movable: Sequence[AgendaItem], about: uuid.UUID | None) -> None:
    """Show why the line `about` was to be moved where it is none of the `movable` any more, and no form has a place for that."""
    if form.typed.get("item_reason") and about not in {one.id for one in movable}:
        kept.show_texts()


def _line(slot: Slot, date: TeamDate, held: Sequence[TeamSeat], *, is_over: bool) -> Line:
    session, actor, referral = transactions.session(), people.actor(), slot.item.referral
    if not rules.may_see(referral, actor):
        return Line(slot.starts_at, slot.ends_at)
    lacks = None
    at_once: tuple[str, ...] = ()
    is_met_about = rules.was_met_about(session, slot)
    if not is_over and not is_met_about and readiness.may_know(referral, actor):
        lacks = readiness.readiness(session, slot, held)
        meeting = team_review.current_meeting(session, referral) if lacks.called_for else None
        at_once = tuple(meanwhile.of_others(meeting)) if meeting else ()
        _note(What.OPENED_PAGE, referral, date, subject="forums.agenda")
    may_arrange = not is_over and rules.may_arrange(referral, date, actor)
    return Line(
        slot.starts_at,
        slot.ends_at,
        _shown(referral),
        lacks,
        meanwhile=at_once,
        is_met_about=is_met_about and not is_over,
        item=slot.item if may_arrange else None,
        could_follow=may_arrange and _is_called_elsewhen(slot, lacks),
        has_screen=words.may_do(Verb.RECORD_MEETING, referral),
    )


def _is_called_elsewhen(slot: Slot, lacks: Readiness | None) -> bool:
    """Whether its meeting was called for another time than it has here, and could be moved to that."""
    is_elsewhen = lacks is not None and lacks.called_for is not None and not lacks.is_called_then
    return is_elsewhen and moving.can_follow(transactions.session(), slot)


def _note(what: What, referral: Referral, date: TeamDate, *, subject: str) -> None:
    """Leave an event in the log of a referral that is shown with more than its number."""
    party = min(access.parties(people.actor(), referral.facts()), key=list(Party).index)
    auditing.note(what, chain=referral.id, party=party, subject=subject, object_id=date.id)


def _shown(referral: Referral) -> Shown:
    return Shown(
        number=referral.number,
        topics=filters.topic_names(referral.topics),
        # Which school the child attends can be the secret itself where an identity is protected.
        unit="" if referral.protected_since is not None else referral.unit.name,
        status_code=referral.status.value,
        status=words.status_name(referral.status),
        stage=words.stage_name(referral.rulepack, referral.stage, referral.status),
    )


def _choice(shown: Shown, *, is_busy: bool) -> str:
    elsewhere = gettext("a guardian is invited to another meeting then") if is_busy else ""
    return " · ".join(filter(None, (shown.number, shown.stage, shown.status, shown.topics, shown.unit, elsewhere)))
