"""The words about teams and who sits in them."""

from referrals.vocabulary.terms import N_, Term
from referrals.vocabulary.work import MeetingOutcome


class TeamLevel(Term):
    """For which part of the municipality a team meets; `may_decide` says in plain words what that lets it decide."""

    CHILD = "child", N_("One child and its family at a time")
    #: consultative: it takes up no child
    STAFF = "staff", N_("Those who work at a school or preschool: it advises them, and takes up no single child")
    AREA = "area", N_("Several schools and preschools")
    MUNICIPALITY = "municipality", N_("The whole municipality")

    @property
    def may_decide(self) -> str:
        """What a team of this level may decide, as a sentence."""
        return _MAY_DECIDE[self]

    @property
    def takes_children(self) -> bool:
        """Whether a team of this level takes up what is about one child."""
        return self is not TeamLevel.STAFF

    @property
    def outcomes(self) -> frozenset[MeetingOutcome]:
        """To what its meetings may lead, unless the team has a list of its own."""
        return frozenset(MeetingOutcome) - ({MeetingOutcome.PLAN} if self is TeamLevel.STAFF else set())

    @property
    def above(self) -> tuple["TeamLevel", ...]:
        """The levels above this one, the next one first: where a question can be sent upward."""
        levels = list(TeamLevel)
        return tuple(levels[levels.index(self) + 1 :])


_MAY_DECIDE: dict[TeamLevel, str] = {
    TeamLevel.CHILD: N_("It may agree with the family on what the school or preschool does for the child."),
    TeamLevel.STAFF: N_("It advises those who work at the school or preschool. It takes up no single child."),
    TeamLevel.AREA: N_("It may agree on help that several schools and preschools share."),
    TeamLevel.MUNICIPALITY: N_(
        "It may agree on help that the municipality has in one place only, and set the frame for the other teams."
    ),
}


class SeatProblem(Term):
    """Why somebody cannot take a place in a team, in the words that stand at the field."""

    NOT_HERE = "not_here", N_("Choose somebody who works in one of the team's units and has not left.")
    TWICE = "twice", N_("This person sits in the team already.")
    SELF = "self", N_("Nobody can stand in for themself. Choose somebody else, or leave it empty.")
    OTHER_PROFESSION = (
        "other_profession",
        N_("Only somebody of the same profession can stand in. Choose another, or leave it empty."),
    )
    OVERLAP = "overlap", N_("Part of this time is there already. Take that away first, or choose other days.")

    @property
    def is_about_time(self) -> bool:
        """Whether the days are the problem, and not the person."""
        return self is SeatProblem.OVERLAP


class AgendaProblem(Term):
    """Why something cannot be so on a team's date, in the words that stand at the field."""

    NOT_LINED_UP = (
        "not_lined_up",
        N_("This referral lines up no more: a colleague put it on a date, or it has gone on. Choose another."),
    )
    PASSED = "passed", N_("This date has passed. Choose a date to come.")
    THERE_ALREADY = "there_already", N_("It is on that date already. Choose another.")
    CLOSED = "closed", N_("The schools are closed on that day. Choose another: nothing has been moved.")
    TAKEN = "taken", N_("The team meets then already. Choose another time: nothing has been moved.")
    PAST_MIDNIGHT = "past_midnight", N_("This goes past midnight. Choose an earlier time, or fewer minutes.")
    SAME = "same", N_("That is how it stands now. Choose another day, time, length or place.")
    NOT_EMPTY = (
        "not_empty",
        N_("Something is on the agenda of this date. Say below why the team does not meet, or move it first."),
    )
    CHANGED = (
        "changed",
        N_("These dates have changed since the page was opened: nothing has been taken away. Choose again."),
    )
    MOVED = (
        "moved",
        N_(
            "A colleague changed this date since the page was opened. It stands above as it is now; what you typed stands below, and nothing is changed yet."
        ),
    )
    REARRANGED = (
        "rearranged",
        N_(
            "The agenda has changed since the page was opened: nothing is changed yet. See how it stands now, and choose again."
        ),
    )
    TOO_LONG = (
        "too_long",
        N_(
            "The agenda ends after the date does: nobody is called, and no meeting is moved. Make the date longer, or give its referrals fewer minutes."
        ),
    )
    SHORTER = (
        "shorter",
        N_(
            "The team is called to a meeting that ends later than that: nothing is changed yet. Choose more minutes, or give its referral fewer and move the meetings first."
        ),
    )
    ENDS_AFTER = (
        "ends_after",
        N_(
            "The referral is on the agenda of a date that ends before this meeting does. Choose fewer minutes, or make that date longer first."
        ),
    )
    NO_ROOM = (
        "no_room",
        N_(
            "That date has too few minutes left for this meeting: nothing is moved. Make that date longer first, or choose another."
        ),
    )
    OTHERS = (
        "others",
        N_(
            "Another referral is on this date that you may not move. Move your own one by one, or ask a colleague who may."
        ),
    )


class AgendaAct(Term):
    """What is done with a referral on a team's date."""

    KEEP = "keep", N_("Save")
    EARLIER = "earlier", N_("Earlier")
    LATER = "later", N_("Later")
    OFF = "off", N_("Take off the agenda")


class CalledReply(Term):
    """What a colleague answers who is called to a meeting."""

    COMES = "comes", N_("Comes to the meeting")
    CANNOT = "cannot", N_("Cannot come")
    STAND_IN = "stand_in", N_("Asks for a stand-in")
