"""What the forms of the team meeting begin with, and a meeting as its page shows it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError
from sqlalchemy import select

from referrals import clock, team_review
from referrals.calendar import closed_days, is_open_day
from referrals.disclosure import coverage
from referrals.forums import agenda, calling, year
from referrals.forums import dates as team_dates
from referrals.guardians import guardian_page
from referrals.languages import local_date
from referrals.meetings import interpreters, meeting_answers
from referrals.meetings.interpreters import Wanted
from referrals.models import Account, CalledAnswer, Guardian, MeetingAnswer, Referral, TeamMeeting
from referrals.notes import MEETING_TEXTS
from referrals.papers import agenda_points
from referrals.people.roster import Colleague
from referrals.vocabulary import Attendance, CalledReply, Domain, InvitationReply
from schemas.fields import DateField
from webapp import forms, people, transactions
from webapp.casework import note_forms
from webapp.casework.frame import today
from webapp.language import gettext, language, zone


@dataclass(frozen=True)
class ShownMeeting:
    """A meeting with the people behind its ids."""

    meeting: TeamMeeting
    called: tuple[Account, ...]
    guardians: tuple[Guardian, ...]
    #: what those called answered, by the account's id
    replies: dict[uuid.UUID, CalledAnswer]
    #: what the guardians answered, by the guardian's id
    answers: dict[str, MeetingAnswer]
    #: what they answered about dates it had before
    answers_before: tuple[MeetingAnswer, ...]
    #: the languages in which guardians who come need an interpreter
    interpreters: tuple[Wanted, ...]


def guardians_of(referral: Referral) -> list[Guardian]:
    """The guardians recorded for the child."""
    return coverage.guardians_of(transactions.session(), referral)


def shown_meeting(meeting: TeamMeeting) -> ShownMeeting:
    """`meeting` with those who are called and invited, by name."""
    session = transactions.session()
    called = [uuid.UUID(value) for value in meeting.called]
    accounts = session.scalars(select(Account).where(Account.id.in_(called)).order_by(Account.name))
    invited = [guardian for guardian in guardians_of(meeting.referral) if str(guardian.id) in meeting.guardians_invited]
    answers, before = guardian_page.answers_to(session, meeting), tuple(guardian_page.answers_before(session, meeting))
    replies = meeting_answers.answers_of_called(session, meeting)
    needed = tuple(interpreters.wanted(session, meeting))
    return ShownMeeting(meeting, tuple(accounts), tuple(invited), replies, answers, before, needed)


def usual_call(referral: Referral, current: TeamMeeting | None, colleagues: Sequence[Colleague]) -> dict[str, Any]:
    """What the form that calls the team begins with: the meeting that is to be moved, or else the forum's own habits."""
    if current is not None and current.held_at is None:
        begins = current.starts_at.astimezone(ZoneInfo(zone()))
        return {
            "starts_on": begins.date(), "starts_time": f"{begins:%H:%M}", "minutes": current.minutes, "place": current.place,
            "called": current.called, "guardians": current.guardians_invited, "agenda": "\n".join(current.agenda or []),
        }  # fmt: skip
    session, proposed = transactions.session(), _usual_time(referral)
    usual = calling.usually_called(session, referral, colleagues, at=_instant(proposed), by=people.actor())
    invited = calling.usually_invited(session, referral)
    return proposed | {"called": usual, "guardians": invited, "agenda": "\n".join(usual_points())}


def usual_points() -> list[str]:
    """The points a meeting begins with, in the words of whoever calls it."""
    return agenda_points.usual_points(language())


def _usual_time(referral: Referral) -> dict[str, Any]:
    """When and where the team meets about it: the time kept for it on an agenda; or else the day that its last meeting named, at
    the time of the team's date on that day; or the next date that is set. On a closed day only where its time is kept on one.
    """
    session = transactions.session()
    kept, held = agenda.slot_of(session, referral), team_review.held_meeting(session, referral)
    met_on = local_date(held.starts_at, zone=zone()) if held else None  # minutes may be written before the hour
    named, closed = _day_named(held), closed_days(session)
    coming = [(local_date(one.starts_at, zone=zone()), one) for one in team_dates.coming(session, referral.forum)]
    on_open_days = ((day, one) for day, one in coming if is_open_day(day, closed))
    fits = (one for day, one in on_open_days if day == named or (named is None and day != met_on))
    found = kept.item.date if kept else next(fits, None)
    if found is None:
        day = {"starts_on": named} if named and is_open_day(named, closed) else {}
        return day | {"minutes": 60, "place": calling.usual_place(referral, referral.forum.place)}
    begins = (kept or found).starts_at.astimezone(ZoneInfo(zone()))
    return {
        "starts_on": begins.date(), "starts_time": f"{begins:%H:%M}", "minutes": (kept.item if kept else found).minutes,
        "place": calling.usual_place(referral, found.place),
    }  # fmt: skip


def _day_named(held: TeamMeeting | None) -> date | None:
    """The day that the minutes of `held` name for the next meeting, as long as it has not passed."""
    named = held.next_meeting_on if held else None
    return named if named and named >= today() else None


def closed_day_named(referral: Referral) -> date | None:
    """The day that the last minutes name for the next meeting, where the schools are closed on it: no call begins with it."""
    named = _day_named(team_review.held_meeting(transactions.session(), referral))
    return named if named and is_closed(named) else None


def holds_closed_day(form: forms.Form, name: str) -> bool:
    """Whether the schools are closed on the day that stands in the field `name` of a form, however it was typed."""
    try:
        day: date = DateField().deserialize(form.typed.get(name, ""))  # asking so gives it no place on the page
    except ValidationError:
        return False
    return is_closed(day)


def is_closed(day: date) -> bool:
    """Whether the schools are closed on a day."""
    return not is_open_day(day, closed_days(transactions.session()))


def time_in(form: forms.Form) -> tuple[datetime, int] | None:
    """When the meeting begins that stands in a form, and its length in minutes; None where that is no time a meeting is planned for."""
    try:
        day, at = date.fromisoformat(form.value("starts_on")), time.fromisoformat(form.value("starts_time"))
        minutes = int(form.value("minutes"))
    except ValueError:
        return None
    if not (0 < minutes <= team_dates.LONGEST.total_seconds() / 60 and year.is_planned_for(day.year)):
        return None
    return datetime.combine(day, at, ZoneInfo(zone())), minutes


def _instant(proposed: Mapping[str, Any]) -> datetime:
    """When a proposed meeting begins: at noon of a day without a time, and now without a day."""
    if (day := proposed.get("starts_on")) is None:
        return clock.now()
    at = time.fromisoformat(proposed["starts_time"]) if "starts_time" in proposed else time(12)
    return datetime.combine(day, at, ZoneInfo(zone()))


def usual_minutes(meeting: TeamMeeting) -> dict[str, Any]:
    """What the minutes begin with: what was written before, or else a line for each who was called and invited."""
    agreed = meeting.rated_together
    colours = {"colours": agreed.colours or {}} if agreed else {}
    if meeting.held_at is None:
        return {"attendance": _lines(meeting), "whole": note_forms.usual(meeting.referral)}
    said = note_forms.said_before(meeting)
    ratings = {
        domain.value: {**((meeting.ratings or {}).get(domain) or {}), "own": said.get(f"ratings-{domain}")}
        for domain in Domain
    }
    return {
        "attendance": meeting.attendance, "situation": meeting.situation, "strengths": meeting.strengths,
        "child_words": meeting.child_words, "guardians_words": meeting.guardians_words, "questions": meeting.questions,
        "ratings": ratings,
        "decisions": [
            {"text": one.text, "responsible": one.responsible, "due_on": one.due_on, "kind": one.kind, "own": said.get(f"decisions-{one.position}")}
            for one in meeting.decisions
        ],
        "dissent": meeting.dissent, "outcome": meeting.outcome, "next_meeting_on": meeting.next_meeting_on,
        **note_forms.texts_said(meeting, MEETING_TEXTS), **colours,
    }  # fmt: skip


def _lines(meeting: TeamMeeting) -> list[dict[str, Any]]:
    """Who was called or invited was there, unless they said no: somebody looks at the list before it is saved, and changes the few."""
    shown = shown_meeting(meeting)
    called = [
        _line(account.name, gettext(account.profession.label), comes=_comes(shown.replies.get(account.id)))
        for account in shown.called
    ]
    guardians = [
        _line(_name(guardian), gettext("Guardian"), comes=_comes(shown.answers.get(str(guardian.id))))
        for guardian in shown.guardians
    ]
    # Not by name: a child may be protected later, and minutes already written keep what they say. Nobody called the child.
    child = _line(gettext("The child"), gettext("Child"), comes=False)
    return [*called, *guardians, child, *_beside(shown)]


def _comes(answer: CalledAnswer | MeetingAnswer | None) -> bool:
    return answer is None or answer.reply in (CalledReply.COMES, InvitationReply.COMES)


def _beside(shown: ShownMeeting) -> list[dict[str, Any]]:
    """Those who come for the guardians' sake: interpreters, one for each language, as far as one is booked, and whom they bring."""
    is_booked: dict[str, bool] = {}
    for one in shown.interpreters:
        language = "" if any(map(_is_secret, one.guardians)) else one.language  # a rare language says who somebody is
        is_booked[language] = is_booked.get(language, False) or one.booked_with is not None
    lines = [
        _line(gettext("An interpreter"), gettext("Interpreter: %(language)s", language=one) if one else gettext("Interpreter"), comes=comes)
        for one, comes in is_booked.items()
    ]  # fmt: skip
    for guardian in shown.guardians:
        answer = shown.answers.get(str(guardian.id))
        if answer and answer.support_person:
            name = gettext("A support person") if _is_secret(guardian) else answer.support_person
            lines.append(_line(name, gettext("Support person"), comes=_comes(answer)))
    return lines


def _is_secret(guardian: Guardian) -> bool:
    return guardian.has_protected_identity


def _line(name: str | None, function: str, *, comes: bool) -> dict[str, Any]:
    took_part = Attendance.PRESENT if comes else Attendance.ABSENT
    return {"name": name, "function": function, "attendance": took_part.value}


def _name(guardian: Guardian) -> str | None:
    """What stands in the minutes, which more people read than may know a protected name."""
    return gettext("A guardian") if guardian.has_protected_identity else guardian.name
