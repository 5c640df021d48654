"""The child's version of the plan: one sheet in plain words, without numbers and diagnoses. Here stands what does not belong on it."""

from typing import Final

from referrals import wording
from referrals.models import ActionPlan
from referrals.vocabulary import About, Unfit

#: so much fits on one sheet, which tests measure with all of it at once
MOST_GOALS: Final = 8
LONGEST_GOAL: Final = 120
LONGEST_TEXT: Final = 160
#: what its author writes for it beside the goals
TEXTS: Final = ("child_helpers", "child_next")


def unfit_in(plan: ActionPlan) -> dict[str, Unfit]:
    """What keeps the plan from becoming one sheet for the child: why, by the name the text has in the form; empty when it fits.

    Goals about somebody else than the child do not stand on it and are not looked at.
    """
    texts = {
        f"goals-{place}-plain": (goal.plain, LONGEST_GOAL)
        for place, goal in enumerate(plan.goals)
        if goal.about is About.CHILD
    }
    texts |= {name: (getattr(plan, name), LONGEST_TEXT) for name in TEXTS}
    found = {name: _why_not(text or "", longest) for name, (text, longest) in texts.items()}
    if len(plan.goals) > MOST_GOALS:
        found["goals"] = Unfit.TOO_MANY
    return {name: why for name, why in found.items() if why is not None}


def _why_not(text: str, longest: int) -> Unfit | None:
    if len(" ".join(text.split())) > longest:
        return Unfit.TOO_LONG
    if any(sign.isdigit() for sign in text):
        return Unfit.NUMBER
    if wording.look(text):
        return Unfit.DIAGNOSIS
    return None
