"""Two things planned at once, in sentences for whoever plans one of them: with the meeting and on the agenda until it is past."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from referrals.forums import calling, clashes, seats
from referrals.meetings import meanwhile as rules
from referrals.models import Account, Forum, Guardian, Referral, TeamMeeting
from referrals.people.roster import Colleague
from webapp import forms, people, transactions
from webapp.casework import meeting_forms
from webapp.language import gettext


@dataclass(frozen=True)
class Elsewhere:
    """What is planned already for those whom somebody is about to call."""

    starts_at: datetime
    #: by the id of an account or a guardian
    said: Mapping[uuid.UUID, Sequence[str]]


def before_calling(
    referral: Referral,
    form: forms.Form,
    current: TeamMeeting | None,
    *,
    colleagues: Sequence[Colleague],
    guardians: Sequence[Guardian],
) -> Elsewhere | None:
    """What is planned for those who can be called or invited at the time that stands in `form`; None for nothing, or without a time.

    What is planned beside the meeting that is called now, at the time it has, stands with that meeting.
    """
    when = meeting_forms.time_in(form)
    if when is None or (current is not None and when == (current.starts_at, current.minutes)):
        return None
    session, (starts_at, minutes) = transactions.session(), when
    said: dict[uuid.UUID, list[str]] = defaultdict(list)
    able = [one.account for one in colleagues if one.locked_by is None]
    for account in clashes.at_once(session, able, starts_at=starts_at, minutes=minutes, but=[referral]):
        said[account.id].append(gettext("is called to another meeting at the same time"))
    tables = clashes.at_other_tables(session, able, starts_at=starts_at, minutes=minutes, but=referral.forum)
    for account, team in tables:
        said[account.id].append(gettext("sits in %(team)s too, which meets at the same time", team=team.name))
    ticked = {one.id for one in able if str(one.id) in form.values("called")}
    for account, text in _at_table(referral.forum, ticked, starts_at):
        said[account.id].append(text)
    to_invite, by = [one for one in guardians if one.may_contact], people.actor()
    others = rules.known_meetings(session, starts_at=starts_at, minutes=minutes, by=by)
    for guardian in rules.invited_elsewhere(session, to_invite, others):
        said[guardian.id].append(gettext("is invited to another meeting at the same time"))
    for guardian, name in rules.interpreters_elsewhere(to_invite, others):
        said[guardian.id].append(
            gettext("an interpreter is booked with %(name)s for another meeting at the same time", name=name)
        )
    return Elsewhere(starts_at, said) if said else None


def with_guardians_elsewhere(referrals: Sequence[Referral], *, starts_at: datetime, minutes: int) -> set[uuid.UUID]:
    """Those of the referrals, by their ids, whose guardians would be invited and are invited elsewhere then."""
    session, by = transactions.session(), people.actor()
    known = rules.guardians_of(session, [one.id for one in referrals])
    usual = [one for one in known if one.has_custody and one.may_contact]
    others = rules.known_meetings(session, starts_at=starts_at, minutes=minutes, by=by)
    return {one.referral_id for one in rules.invited_elsewhere(session, usual, others)}


def of_everybody(meeting: TeamMeeting) -> list[str]:
    """Whatever else is planned then for those called, guardians and interpreters: for a page, as it names them."""
    return of_called(meeting, meeting_forms.shown_meeting(meeting).called) + of_others(meeting)


def without_names(meeting: TeamMeeting) -> list[str]:
    """That something else is planned then, for a notice: it stands in a cookie until the next page, which tells for whom."""
    said = []
    if of_everybody(meeting):
        said.append(gettext("Something else is planned at the same time: you see below for whom."))
    if of_table(meeting):
        said.append(gettext("Somebody called does not sit in the team then: you see below who."))
    return said


def of_table(meeting: TeamMeeting) -> list[str]:
    """Who is called and does not sit in the team then, being away or having stood in on another day, and who does: for a page."""
    found = _at_table(meeting.referral.forum, [uuid.UUID(one) for one in meeting.called], meeting.starts_at)
    return [f"{account.name}: {text}." for account, text in found]


def _at_table(forum: Forum, called: Collection[uuid.UUID], at: datetime) -> list[tuple[Account, str]]:
    held, said = seats.seats_of(transactions.session(), forum), []
    for one in calling.called_instead(held, called, at):
        if one.sits is None:
            text = gettext("is away then") if one.is_member else gettext("does not sit in the team then")
        elif one.is_member:
            text = gettext("is away then, and %(name)s stands in", name=one.sits.name)
        else:
            text = gettext("does not sit in the team then, but %(name)s does", name=one.sits.name)
        said.append((one.called, text))
        if one.sits is not None and one.sits.id not in called:
            said.append((one.sits, gettext("sits in the team then and is not called")))
    return said


def of_called(meeting: TeamMeeting, called: Sequence[Account]) -> list[str]:
    """Who of those called is called to another meeting then, or sits in another team that meets."""
    at, minutes, referral = meeting.starts_at, meeting.minutes, meeting.referral
    return of_people(called, starts_at=at, minutes=minutes, forum=referral.forum, but=[referral])


def of_people(
    called: Sequence[Account], *, starts_at: datetime, minutes: int, forum: Forum, but: Collection[Referral]
) -> list[str]:
    """Who of `called` is called to a meeting then, other than those about `but`, or sits in another team than `forum` that meets."""
    session, said = transactions.session(), []
    if busy := clashes.at_once(session, called, starts_at=starts_at, minutes=minutes, but=but):
        names = ", ".join(one.name for one in busy)
        said.append(gettext("Called to another meeting at the same time: %(names)s.", names=names))
    for account, team in clashes.at_other_tables(session, called, starts_at=starts_at, minutes=minutes, but=forum):
        said.append(
            gettext("%(name)s sits in %(team)s too, which meets at the same time.", name=account.name, team=team.name)
        )
    return said


def of_others(meeting: TeamMeeting) -> list[str]:
    """The guardians invited twice, and the interpreters booked twice, as far as whoever looks may know."""
    session, by = transactions.session(), people.actor()
    others = rules.known_meetings(session, starts_at=meeting.starts_at, minutes=meeting.minutes, by=by)
    guardians = [
        gettext("A guardian") if one.has_protected_identity else one.name or gettext("A guardian")
        for one in rules.guardians_invited_twice(session, meeting, others)
    ]
    said = [
        gettext("%(name)s is invited to another meeting at the same time.", name=name)
        for name in dict.fromkeys(guardians)
    ]
    booked = rules.interpreters_booked_twice(meeting, others)
    return said + [
        gettext("An interpreter is booked with %(name)s for another meeting at the same time too.", name=name)
        for name in booked
    ]
