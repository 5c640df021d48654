"""What each kind of paper says, as plain values: one schema per kind, and one way in for workflow and web alike."""

from functools import cache
from typing import Any, Final

from referrals.vocabulary import DocumentKind
from schemas.documents.absence import AbsenceReportDocument, AbsenceWarningDocument
from schemas.documents.absence_investigation import AbsenceInvestigationDocument, AbsenceNoticeDocument
from schemas.documents.childs_plan import ChildsPlanDocument
from schemas.documents.degrading_treatment import DegradingInvestigationDocument, DegradingReportDocument
from schemas.documents.educational_assessment import (
    EducationalAssessmentDocument,
    EducationalDecisionDocument,
    EducationalRequestDocument,
)
from schemas.documents.hand_over import HandOverDocument, ServiceReferralDocument
from schemas.documents.kinds import (
    ActionPlanDocument,
    AssessmentDocument,
    ClosingDocument,
    FollowUpDocument,
    Frame,
    InformationAndConsentDocument,
    InvitationDocument,
    MinutesDocument,
    PageCodeDocument,
    ReceiptDocument,
    ReferralDocument,
)
from schemas.documents.plan_for_service import PlanForServiceDocument
from schemas.documents.protection import ProtectionReportDocument
from schemas.documents.source import Contact, PaperRecipient, PaperSource
from schemas.documents.special_support import SupportInvestigationDocument, SupportReportDocument
from schemas.documents.support_programme import (
    NoSupportProgrammeDocument,
    SupportProgrammeDocument,
    SupportProgrammeEndedDocument,
    SupportReviewDocument,
)

__all__ = ["DOCUMENTS", "Contact", "PaperRecipient", "PaperSource", "document_context"]

#: The schema of each kind of paper.
DOCUMENTS: Final[dict[DocumentKind, type[Frame]]] = {
    DocumentKind.RECEIPT: ReceiptDocument,
    DocumentKind.REFERRAL: ReferralDocument,
    DocumentKind.INFORMATION_AND_CONSENT: InformationAndConsentDocument,
    DocumentKind.ASSESSMENT: AssessmentDocument,
    DocumentKind.INVITATION: InvitationDocument,
    DocumentKind.MINUTES: MinutesDocument,
    DocumentKind.ACTION_PLAN: ActionPlanDocument,
    DocumentKind.CHILDS_PLAN: ChildsPlanDocument,
    DocumentKind.PLAN_FOR_SERVICE: PlanForServiceDocument,
    DocumentKind.HAND_OVER: HandOverDocument,
    DocumentKind.SERVICE_REFERRAL: ServiceReferralDocument,
    DocumentKind.FOLLOW_UP: FollowUpDocument,
    DocumentKind.CLOSING: ClosingDocument,
    DocumentKind.SUPPORT_REPORT: SupportReportDocument,
    DocumentKind.SUPPORT_INVESTIGATION: SupportInvestigationDocument,
    DocumentKind.SUPPORT_PROGRAMME: SupportProgrammeDocument,
    DocumentKind.NO_SUPPORT_PROGRAMME: NoSupportProgrammeDocument,
    DocumentKind.SUPPORT_REVIEW: SupportReviewDocument,
    DocumentKind.SUPPORT_PROGRAMME_ENDED: SupportProgrammeEndedDocument,
    DocumentKind.ABSENCE_NOTICE: AbsenceNoticeDocument,
    DocumentKind.ABSENCE_INVESTIGATION: AbsenceInvestigationDocument,
    DocumentKind.DEGRADING_REPORT: DegradingReportDocument,
    DocumentKind.DEGRADING_INVESTIGATION: DegradingInvestigationDocument,
    DocumentKind.EDUCATIONAL_REQUEST: EducationalRequestDocument,
    DocumentKind.EDUCATIONAL_ASSESSMENT: EducationalAssessmentDocument,
    DocumentKind.EDUCATIONAL_DECISION: EducationalDecisionDocument,
    DocumentKind.ABSENCE_WARNING: AbsenceWarningDocument,
    DocumentKind.ABSENCE_REPORT: AbsenceReportDocument,
    DocumentKind.PAGE_CODE: PageCodeDocument,
    DocumentKind.PROTECTION_REPORT: ProtectionReportDocument,
}


def document_context(kind: DocumentKind | str, source: PaperSource) -> dict[str, Any]:
    """The plain values of one paper, for `referrals.printing.document_html`: JSON can hold them as they are.

    Every key of the kind is always there; what nobody has stated is None, [] or {}.
    Raises ValueError for an unknown kind.
    """
    context: dict[str, Any] = _schema_of(DocumentKind(kind)).dump(source)
    return context


@cache
def _schema_of(kind: DocumentKind) -> Frame:
    """Made once: it copies each of its fields and of those under them, which takes longer than to fill them."""
    return DOCUMENTS[kind]()
