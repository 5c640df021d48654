"""Two things planned at once, in sentences for whoever plans one of them: with the meeting and on the agenda until it is past."""

from collections.abc import Sequence

from referrals.forums import clashes
from referrals.meetings import meanwhile as rules
from referrals.models import Account, TeamMeeting
from webapp import people, transactions
from webapp.casework import meeting_forms
from webapp.language import gettext


def of_everybody(meeting: TeamMeeting) -> list[str]:
    """Whatever else is planned then for those called, guardians and interpreters: for a page, as it names them."""
    return of_called(meeting, meeting_forms.shown_meeting(meeting).called) + of_others(meeting)


def without_names(meeting: TeamMeeting) -> list[str]:
    """That something else is planned then, for a notice: it stands in a cookie until the next page, which tells for whom."""
    if not of_everybody(meeting):
        return []
    return [gettext("Something else is planned at the same time: you see below for whom.")]


def of_called(meeting: TeamMeeting, called: Sequence[Account]) -> list[str]:
    """Who of those called is called to another meeting then, or sits in another team that meets."""
    session, starts_at, length = transactions.session(), meeting.starts_at, meeting.minutes
    said = []
    if busy := clashes.at_once(session, called, starts_at=starts_at, minutes=length, but=meeting.referral):
        names = ", ".join(one.name for one in busy)
        said.append(gettext("Called to another meeting at the same time: %(names)s.", names=names))
    for account, team in clashes.at_other_tables(
        session, called, starts_at=starts_at, minutes=length, but=meeting.referral.forum
    ):
        said.append(
            gettext("%(name)s sits in %(team)s too, which meets at the same time.", name=account.name, team=team.name)
        )
    return said


def of_others(meeting: TeamMeeting) -> list[str]:
    """The guardians invited twice, and the interpreters booked twice, as far as whoever looks may know."""
    session, by = transactions.session(), people.actor()
    guardians = [
        gettext("A guardian") if one.has_protected_identity else one.name or gettext("A guardian")
        for one in rules.guardians_invited_twice(session, meeting, by=by)
    ]
    said = [
        gettext("%(name)s is invited to another meeting at the same time.", name=name)
        for name in dict.fromkeys(guardians)
    ]
    booked = rules.interpreters_booked_twice(session, meeting, by=by)
    return said + [
        gettext("An interpreter is booked with %(name)s for another meeting at the same time too.", name=name)
        for name in booked
    ]
