"""Which kind of content each table of a referral holds, and the key that every kind has of its own."""

import uuid
from typing import Final

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from referrals.models.base import Base, Identified, by_value
from referrals.sealing import new_data_key
from referrals.vocabulary import ContentKind

#: the tables whose sealed values are of a kind; a house test asks for every table that holds any
TABLES: Final[dict[ContentKind, tuple[str, ...]]] = {
    ContentKind.CHILD:      ("referral",),
    ContentKind.CONCERN:    ("concern", "concern_addition", "statutory_decision"),
    ContentKind.GUARDIANS:  (
        "guardian", "guardian_version", "guardian_words", "information_notice", "consent", "disclosure", "meeting_answer",
        "withholding", "hand_over", "received_hand_over", "service_referral",
    ),
    ContentKind.ASSESSMENT: (
        "assessment_part", "part_opening", "support_report", "support_investigation", "absence_investigation", "degrading_report",
        "educational_assessment", "educational_decision",
    ),
    ContentKind.MEETINGS:   ("team_meeting", "meeting_version", "meeting_decision", "colour_rating"),
    ContentKind.PLANS:      (
        "action_plan", "support_programme", "support_review", "goal", "planned_action", "follow_up", "goal_follow_up", "action_follow_up", "measurement", "closure", "goal_outcome",
    ),
    ContentKind.PAPERS:     ("document_content",),
    ContentKind.FILES:      ("attachment", "attachment_content"),
    ContentKind.POST:       ("mail",),
    ContentKind.WORKING_NOTES: ("working_note",),
}  # fmt: skip
#: the kind of each of these tables; what is in none is of the process, and sealed with the referral's own key
KIND_OF: Final[dict[str, ContentKind]] = {table: kind for kind, tables in TABLES.items() for table in tables}


class ContentKey(Identified, Base):
    """The key of one kind of content of one referral. It goes with that content, so that no older copy of it opens any more."""

    __tablename__ = "content_key"
    __table_args__ = (UniqueConstraint("referral_id", "kind"),)

    referral_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("referral.id"))
    kind: Mapped[ContentKind] = mapped_column(by_value(ContentKind))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)


def fresh_keys() -> list[ContentKey]:
    """A key for each kind, for one referral."""
    return [ContentKey(kind=kind, wrapped_key=new_data_key()) for kind in ContentKind]
