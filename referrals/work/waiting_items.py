"""A line of somebody's list: which referral, what is to be done with it, by when and by whom."""

import uuid
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from referrals.stages import IN_TRIAGE, SUBMITTED, Party, State, Verb
from referrals.vocabulary import DeadlineSource

IN_TRIAGE_STATES = frozenset({SUBMITTED, IN_TRIAGE})


class Waiting(StrEnum):
    """What it is that waits for somebody."""

    REFERRAL = "referral"
    PART = "part"
    #: parts of others, of which one is late while the referral is not
    OTHERS_PART = "others_part"
    ACTION = "action"
    OTHERS_ACTION = "others_action"
    ADDITION = "addition"
    CONSENT = "consent"
    MAIL = "mail"
    #: the pupil decides from now on, and is not recorded yet
    OF_AGE = "of_age"
    STATUTORY = "statutory"
    APPEAL = "appeal"
    SERVICE = "service"
    #: what a meeting decided and the reader answers for
    DECISION = "decision"
    #: and whoever answered for it cannot do it any more
    LEFT_DECISION = "left_decision"
    #: and others answer for it, who have let it lie
    OTHERS_DECISION = "others_decision"
    LEFT_ACTION = "left_action"
    #: somebody else carries out an investigation that the reader answers for
    UNDER_WAY = "under_way"
    #: and who was named to carry it out no longer works there
    LEFT_INVESTIGATION = "left_investigation"


@dataclass(frozen=True)
class WaitingItem:
    """One line of somebody's list: a referral, one verb, one day."""

    number: str
    kind: Waiting
    #: id of the referral, the assessment part, the action or the addition; of an action that was left, of whoever left it
    subject_id: uuid.UUID
    verb: Verb
    #: in which capacity it is done
    party: Party
    due_on: date | None
    state: State
    rulepack: str
    unit: str
    topics: tuple[str, ...]
    #: where the day comes from by which it is to be done
    source: DeadlineSource | None = None
    #: since which day it waits, where nothing says by which day it is done
    waits_since: date | None = None
    #: the day of the meeting it waits for, where the team is called to one
    meets_on: date | None = None
    #: the reporter fears that the child is being harmed, and nobody has decided yet
    is_urgent: bool = False
    #: somebody else is to do it, and the reader only sees that it lies, or who is at it
    is_others: bool = False
    #: whether the reader sees nothing of the referral but this
    is_all_they_see: bool = False
    #: late for so long that whoever leads the unit is told
    is_stalled: bool = False
    #: who carries it out, where that is somebody else
    carried_out_by: str = ""

    @property
    def day(self) -> date:
        """The day by which it is in its place among what waits; what has none comes last."""
        return min(self.due_on or self.waits_since or date.max, self.meets_on or date.max)

    @property
    def is_for_reader(self) -> bool:
        """Whether it stands among what is the reader's: their own, and wherever harm is feared, whoever is to decide."""
        return self.is_urgent or not self.is_others

    @property
    def is_to_triage(self) -> bool:
        """Whether it is a concern that waits for the reader's initial assessment, as a coordinator."""
        return self.kind is Waiting.REFERRAL and self.state in IN_TRIAGE_STATES and not self.is_others
