"""The points that most team meetings talk about; whoever calls the team changes them."""

from typing import Final

from referrals.vocabulary.terms import N_

USUAL_POINTS: Final = (
    N_("How the child is doing now"),
    N_("What the child and the guardians say"),
    N_("What works, and what is hard"),
    N_("What we decide, who does it and by when"),
)
