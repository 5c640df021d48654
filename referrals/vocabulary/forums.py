"""The words about teams and who sits in them."""

from referrals.vocabulary.terms import N_, Term


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
