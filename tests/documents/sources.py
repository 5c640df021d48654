"""One invented family's referral, as rows, from receipt to closure: what the samples and snapshots of paper are made of."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from referrals.disclosure import handed_over
from referrals.disclosure.pieces import Piece
from referrals.models import (
    AbsenceInvestigation,
    AbsentPupil,
    Account,
    ActionFollowUp,
    ActionPlan,
    AssessmentPart,
    Attachment,
    Closure,
    Concern,
    ConcernAddition,
    Consent,
    DegradingReport,
    EducationalAssessment,
    EducationalDecision,
    FollowUp,
    Forum,
    Goal,
    GoalFollowUp,
    GoalOutcome,
    Guardian,
    History,
    InformationNotice,
    MeetingDecision,
    Municipality,
    PlannedAction,
    ProtectionReport,
    Referral,
    SupportInvestigation,
    SupportProgramme,
    SupportReport,
    SupportReview,
    TeamMeeting,
    Unit,
)
from referrals.papers.charts import Point
from referrals.papers.paper_sources import Participant
from referrals.papers.strengths import BEGINS_WITH_THEM, Strengths
from referrals.plans.measurements import Series
from referrals.rules import rulebook
from referrals.safeguarding.protection import ReportOnPaper
from referrals.stages import Party, Stage, Status, Verb
from referrals.statutory import educational_assessment
from referrals.statutory.absence import share
from referrals.statutory.absence_paper import PupilOnPaper, StepOnPaper
from referrals.vocabulary import (
    About,
    AbsenceKind,
    AbsencePattern,
    ActionStatus,
    Arena,
    AttachedTo,
    ClosureReason,
    Compartment,
    ConflictAnswer,
    ConsentAnswer,
    ConsentForm,
    Country,
    Custody,
    DeadlineSource,
    DecisionKind,
    DegradingKind,
    DegradingOutcome,
    DocumentKind,
    Domain,
    EducationalNeed,
    EducationalOutcome,
    EducationalWish,
    FileKind,
    FollowUpDecision,
    GoalResult,
    GuardiansKnow,
    HealthTeamAsked,
    Helped,
    InformationCategory,
    Level,
    LossCause,
    MeetingOutcome,
    NoticeMethod,
    PartStatus,
    PieceKind,
    PlanStatus,
    Profession,
    ProgrammeKind,
    ProtectionAnswer,
    Recipient,
    ReporterKind,
    SchoolForm,
    SchoolYear,
    SupportForm,
    SupportGround,
    SupportNeed,
    SupportReviewKind,
    SupportReviewOutcome,
    SupportToo,
)
from schemas.documents import PaperRecipient, PaperSource
from tests.documents.family_words import ARABIC_WORDS, WORDS

MOTHER_ID = UUID("00000000-0000-4000-8000-000000000001")
FATHER_ID = UUID("00000000-0000-4000-8000-000000000002")

#: papers of which a guardian's copy begins with strengths: by a sentence above them, or with the heading they have there anyway
STRENGTHS_FIRST = sorted(BEGINS_WITH_THEM | {DocumentKind.MINUTES, DocumentKind.HAND_OVER})

#: when each paper is issued, as an instant
ISSUED: dict[DocumentKind, datetime] = {
    DocumentKind.RECEIPT: datetime(2026, 9, 16, 11, 5, tzinfo=UTC),
    DocumentKind.REFERRAL: datetime(2026, 9, 17, 7, 40, tzinfo=UTC),
    DocumentKind.INFORMATION_AND_CONSENT: datetime(2026, 9, 22, 12, 15, tzinfo=UTC),
    DocumentKind.ASSESSMENT: datetime(2026, 10, 2, 9, 0, tzinfo=UTC),
    DocumentKind.INVITATION: datetime(2026, 10, 2, 9, 30, tzinfo=UTC),
    DocumentKind.MINUTES: datetime(2026, 10, 12, 13, 0, tzinfo=UTC),
    DocumentKind.ACTION_PLAN: datetime(2026, 10, 14, 8, 20, tzinfo=UTC),
    DocumentKind.CHILDS_PLAN: datetime(2026, 10, 14, 8, 20, tzinfo=UTC),
    DocumentKind.PLAN_FOR_SERVICE: datetime(2026, 10, 15, 7, 30, tzinfo=UTC),
    DocumentKind.HAND_OVER: datetime(2026, 11, 30, 8, 15, tzinfo=UTC),
    DocumentKind.SERVICE_REFERRAL: datetime(2026, 10, 16, 9, 20, tzinfo=UTC),
    DocumentKind.FOLLOW_UP: datetime(2026, 11, 25, 14, 0, tzinfo=UTC),
    DocumentKind.CLOSING: datetime(2026, 12, 17, 13, 30, tzinfo=UTC),
    DocumentKind.SUPPORT_REPORT: datetime(2026, 9, 25, 13, 10, tzinfo=UTC),
    DocumentKind.SUPPORT_INVESTIGATION: datetime(2026, 10, 20, 9, 45, tzinfo=UTC),
    DocumentKind.SUPPORT_PROGRAMME: datetime(2026, 10, 22, 11, 0, tzinfo=UTC),
    DocumentKind.NO_SUPPORT_PROGRAMME: datetime(2026, 10, 22, 11, 0, tzinfo=UTC),
    DocumentKind.SUPPORT_REVIEW: datetime(2026, 12, 3, 14, 0, tzinfo=UTC),
    DocumentKind.SUPPORT_PROGRAMME_ENDED: datetime(2027, 1, 22, 9, 30, tzinfo=UTC),
    DocumentKind.ABSENCE_NOTICE: datetime(2026, 9, 28, 7, 40, tzinfo=UTC),
    DocumentKind.ABSENCE_INVESTIGATION: datetime(2026, 10, 21, 8, 15, tzinfo=UTC),
    DocumentKind.DEGRADING_REPORT: datetime(2026, 9, 21, 12, 30, tzinfo=UTC),
    DocumentKind.DEGRADING_INVESTIGATION: datetime(2026, 10, 6, 14, 20, tzinfo=UTC),
    DocumentKind.EDUCATIONAL_REQUEST: datetime(2026, 9, 29, 8, 40, tzinfo=UTC),
    DocumentKind.EDUCATIONAL_ASSESSMENT: datetime(2026, 11, 12, 10, 5, tzinfo=UTC),
    DocumentKind.EDUCATIONAL_DECISION: datetime(2026, 11, 17, 12, 20, tzinfo=UTC),
    DocumentKind.ABSENCE_WARNING: datetime(2026, 9, 17, 8, 20, tzinfo=UTC),
    DocumentKind.ABSENCE_REPORT: datetime(2026, 9, 24, 8, 20, tzinfo=UTC),
    DocumentKind.PAGE_CODE: datetime(2026, 9, 16, 9, 0, tzinfo=UTC),
    DocumentKind.PROTECTION_REPORT: datetime(2026, 9, 16, 9, 12, tzinfo=UTC),
}

#: what Danish law asks for about absence
DANISH = rulebook.newest(Country.DK).absence
#: how a decision about special support is appealed, in the words of the country that knows it
APPEAL = rulebook.newest(Country.SE).support_appeal.words
DANISH_APPEAL = rulebook.newest(Country.DK).support_appeal.words


class Family:
    """The rows of one referral, told in one language; each paper takes what it needs."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.words = WORDS[language]
        self.country = Country.SE if language == "sv" else Country.DK
        self.municipality = Municipality(
            name=self.words["municipality"],
            country=self.country,
            timezone="Europe/Stockholm" if language == "sv" else "Europe/Copenhagen",
            phones={"emergency": "112", "social_services": "0000-10 00 00", "helpline": "116 111"},
        )
        unit = Unit(
            name=self.words["unit"],
            school_form=SchoolForm.COMPULSORY,
            forum=Forum(name=self.words["forum"]),
            contact=self.words["unit_contact"],
            phone="0000-12 34 56",
        )
        self.coordinator = self._account("coordinator", Profession.COORDINATOR)
        self.head = self._account("head", Profession.HEAD_TEACHER)
        self.special_educator = self._account("special_educator", Profession.SPECIAL_EDUCATOR)
        self.counsellor = self._account("counsellor", Profession.SCHOOL_COUNSELLOR)
        self.leisure = self._account("leisure", Profession.LEISURE_STAFF)
        self.referral = Referral(
            forum=unit.forum,
            number="HTL-7K4M-2Q9X",
            unit=unit,
            owner=self.coordinator,
            topics=["attendance", "peers"],
            school_year=SchoolYear.YEAR_4,
            child_name=self.words["child"],
            child_birth_date="2016-04-12",
            child_group=self.words["group"],
            protected_level=None,
        )

    def _account(self, key: str, profession: Profession) -> Account:
        return Account(name=self.words[key], profession=profession, email=f"{key}@trivsel.invalid")

    def concern(self) -> Concern:
        """The concern, with every question answered."""
        told = {
            name: self.words[name]
            for name in (
                "observations", "observed_when", "observed_where", "duration", "strengths", "child_voice", "guardians_view",
                "guardians_know_reason", "tried", "tried_result", "wished_help", "urgency", "conflict_text",
            )
        }  # fmt: skip
        return Concern(
            referral=self.referral,
            reporter_kind=ReporterKind.TEACHER,
            protection=ProtectionAnswer.NO,
            guardians_know=GuardiansKnow.YES,
            conflict=ConflictAnswer.YES,
            conflict_functions=[Profession.SCHOOL_COUNSELLOR.value],
            submitted_at=datetime(2026, 9, 16, 11, 5, tzinfo=UTC),
            reporter_name=self.words["teacher"],
            reporter_function=self.words["teacher_function"],
            reporter_phone="0000-55 44 33",
            reporter_email="larare@trivsel.invalid",
            **told,
        )

    def addition(self) -> ConcernAddition:
        """What the reporter added two days later."""
        at = datetime(2026, 9, 18, 13, 20, tzinfo=UTC)
        return ConcernAddition(referral=self.referral, kind="addition", at=at, text=self.words["addition"])

    def support_report(self) -> SupportReport:
        """The special educator's report to the head teacher."""
        report = SupportReport(
            referral=self.referral,
            ground=SupportGround.GOALS_AT_RISK,
            observed=self.words["support_observed"],
            tried=self.words["support_tried"],
        )
        report.history = self._row(4, Verb.REPORT_SUPPORT_NEED, datetime(2026, 9, 25, 13, 10, tzinfo=UTC))
        report.history.by = self.special_educator
        return report

    def support_investigation(self) -> SupportInvestigation:
        """What the head teacher had investigated then."""
        investigation = SupportInvestigation(
            referral=self.referral,
            carried_out_by=self.special_educator,
            health_team=HealthTeamAsked.CONSULTED,
            need=SupportNeed.NEEDED,
            reports=[self.support_report()],
            findings=self.words["support_findings"],
            views=self.words["support_views"],
            judgement=self.words["support_judgement"],
        )
        investigation.begun = self._row(5, Verb.BEGIN_SUPPORT_INVESTIGATION, datetime(2026, 9, 28, 7, 20, tzinfo=UTC))
        investigation.concluded = self._row(
            9, Verb.CONCLUDE_SUPPORT_INVESTIGATION, datetime(2026, 10, 20, 9, 45, tzinfo=UTC)
        )
        return investigation

    def hand_over(self) -> dict[str, Any]:
        """What another school took over: two parts, one of them from behind a wall, the plan's goals, and two notes of the meeting."""
        teacher, _leisure, walled, *_ = self.parts()
        meeting = self.meeting()
        kinds = frozenset({InformationCategory.SCHOOLING, InformationCategory.WELLBEING})
        rows = [
            (PieceKind.PART, teacher, ""), (PieceKind.PART, walled, ""), *((PieceKind.GOAL, goal, "") for goal in self.plan().goals),
            (PieceKind.NOTE, meeting, "strengths"), (PieceKind.NOTE, meeting, "child_words"), (PieceKind.NOTE, meeting, "situation"),
        ]  # fmt: skip
        chosen = [Piece(kind=kind, object_id=row.id, name=name, categories=kinds, row=row) for kind, row, name in rows]
        return handed_over.package(chosen, zone=self.municipality.timezone) | {
            "from_unit": self.words["unit"], "to_unit": self.words["other_unit"], "offered_by": self.coordinator.name,
            "purpose": self.words["hand_over_purpose"], "contact": self.coordinator.name, "phone": "0000-12 34 56",
            "accepted_on": "2026-11-30", "consented_on": "2026-11-23",
        }  # fmt: skip

    def service_referral(self) -> dict[str, Any]:
        """What a service outside is asked for, and what goes there: the same pieces as to another school."""
        return self.hand_over() | {
            "to_unit": self.words["service_asked"], "recipient": Recipient.HEALTH_CARE.value, "born_on": "2016-04-02",
            "purpose": self.words["service_question"], "sent_on": "2026-10-16", "consented_on": "2026-09-22",
        }  # fmt: skip

    def support_programme(self) -> SupportProgramme:
        """What the head teacher decided upon it."""
        programme = SupportProgramme(
            referral=self.referral,
            kind=ProgrammeKind.PROGRAMME,
            forms=[SupportForm.IN_CLASS, SupportForm.OTHER_GROUP],
            follow_up_on=date(2026, 12, 3),
            follow_up_by=self.special_educator.name,
            evaluation_on=date(2027, 1, 21),
            evaluation_by=self.head.name,
            **{
                name: self.words[f"support_{name}"]
                for name in ("needs", "measures", "special_reasons", "participation")
            },
        )
        programme.decided = self._row(10, Verb.DECIDE_SUPPORT_PROGRAMME, datetime(2026, 10, 22, 11, 0, tzinfo=UTC))
        return programme

    def no_support_programme(self) -> SupportProgramme:
        """The other way it could have been decided."""
        none = SupportProgramme(
            referral=self.referral,
            kind=ProgrammeKind.NONE,
            investigation=self.support_investigation(),
            reasons=self.words["support_reasons"],
        )
        none.decided = self._row(10, Verb.DECIDE_NO_SUPPORT_PROGRAMME, datetime(2026, 10, 22, 11, 0, tzinfo=UTC))
        return none

    def support_review(self) -> SupportReview:
        """What came of the programme."""
        review = SupportReview(
            referral=self.referral,
            kind=SupportReviewKind.FOLLOW_UP,
            held_on=date(2026, 12, 3),
            outcome=SupportReviewOutcome.GOES_ON,
            findings=self.words["support_review_findings"],
            views=self.words["support_review_views"],
        )
        review.history = self._row(11, Verb.REVIEW_SUPPORT_PROGRAMME, datetime(2026, 12, 3, 14, 0, tzinfo=UTC))
        return review

    def support_programme_ended(self) -> SupportProgramme:
        """And how it ended."""
        ended = SupportProgramme(
            referral=self.referral, kind=ProgrammeKind.ENDED, reasons=self.words["support_end_reasons"]
        )
        ended.decided = self._row(12, Verb.END_SUPPORT_PROGRAMME, datetime(2027, 1, 22, 9, 30, tzinfo=UTC))
        return ended

    def absence_investigation(self) -> AbsenceInvestigation:
        """What the head teacher had investigated about the days Maja was away."""
        texts = ("known", "reported_to", "causes", "pupils_view", "guardians_view", "health_team_view", "measures")
        investigation = AbsenceInvestigation(
            referral=self.referral,
            carried_out_by=self.special_educator,
            pattern=AbsencePattern.REPEATED,
            absence=AbsenceKind.BOTH,
            guardians_told_on=date(2026, 9, 25),
            reported_on=date(2026, 9, 28),
            support_too=SupportToo.YES,
            **{name: self.words[f"absence_{name}"] for name in texts},
        )
        rows = {
            "begun": (5, Verb.BEGIN_ABSENCE_INVESTIGATION, datetime(2026, 9, 28, 7, 40, tzinfo=UTC)),
            "reported": (6, Verb.REPORT_ABSENCE, datetime(2026, 9, 28, 8, 5, tzinfo=UTC)),
            "concluded": (9, Verb.CONCLUDE_ABSENCE_INVESTIGATION, datetime(2026, 10, 21, 8, 15, tzinfo=UTC)),
        }
        for name, row in rows.items():
            setattr(investigation, name, self._row(*row))
        return investigation

    def degrading_report(self) -> DegradingReport:
        """What the special educator reported of the breaks, and what came of it."""
        texts = ("happened", "circumstances", "done_at_once", "passed_on_to", "findings", "views", "measures")
        report = DegradingReport(
            referral=self.referral,
            carried_out_by=self.special_educator,
            kind=DegradingKind.DEGRADING,
            passed_on_on=date(2026, 9, 22),
            outcome=DegradingOutcome.OCCURRED,
            **{name: self.words[f"degrading_{name}"] for name in texts},
        )
        rows = {
            "history": (3, Verb.REPORT_DEGRADING_TREATMENT, datetime(2026, 9, 21, 12, 30, tzinfo=UTC)),
            "received": (4, Verb.RECEIVE_DEGRADING_REPORT, datetime(2026, 9, 21, 14, 0, tzinfo=UTC)),
            "passed_on": (5, Verb.PASS_ON_DEGRADING_REPORT, datetime(2026, 9, 22, 6, 45, tzinfo=UTC)),
            "begun": (6, Verb.BEGIN_DEGRADING_INVESTIGATION, datetime(2026, 9, 22, 11, 0, tzinfo=UTC)),
            "concluded": (9, Verb.CONCLUDE_DEGRADING_INVESTIGATION, datetime(2026, 10, 6, 14, 20, tzinfo=UTC)),
        }
        for name, row in rows.items():
            setattr(report, name, self._row(*row))
        report.history.by = self.special_educator
        return report

    def educational_assessment(self) -> EducationalAssessment:
        """What the head teacher asked the Danish service to assess, and what it found."""
        texts = (*educational_assessment.ASKED, *educational_assessment.ASSESSED)
        assessment = EducationalAssessment(
            referral=self.referral,
            carried_out_by=self.special_educator,
            wish=EducationalWish.SCHOOL,
            consulted_on=date(2026, 9, 28),
            agreed_on=date(2026, 11, 16),
            received_on=date(2026, 11, 11),
            need=EducationalNeed.NEEDED,
            **{name: self.words[f"educational_{name}"] for name in texts},
        )
        asked, came = ISSUED[DocumentKind.EDUCATIONAL_REQUEST], ISSUED[DocumentKind.EDUCATIONAL_ASSESSMENT]
        assessment.begun = self._row(5, Verb.ASK_EDUCATIONAL_ASSESSMENT, asked)
        assessment.concluded = self._row(12, Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT, came)
        return assessment

    def educational_decision(self) -> EducationalDecision:
        """What the head teacher decided upon it."""
        decision = EducationalDecision(
            referral=self.referral,
            assessment=self.educational_assessment(),
            outcome=EducationalOutcome.AT_SCHOOL,
            reasons=self.words["educational_decision_reasons"],
        )
        decision.history = self._row(13, Verb.DECIDE_EDUCATIONAL_HELP, ISSUED[DocumentKind.EDUCATIONAL_DECISION])
        return decision

    def _row(self, number: int, verb: Verb, at: datetime) -> History:
        """A decision of the head teacher, who moves the referral nowhere by it."""
        where = {"to_stage": Stage.ASSESSMENT, "to_status": Status.REQUESTED, "by_party": Party.HEAD_TEACHER}
        return History(referral=self.referral, number=number, verb=verb, at=at, by=self.head, **where)

    def attachments(self) -> list[Attachment]:
        """A photo and a paper that came with the concern."""
        return [
            Attachment(referral=self.referral, number=number, belongs_to=AttachedTo.CONCERN, kind=kind)
            for number, kind in enumerate((FileKind.JPEG, FileKind.PDF), 1)
        ]

    def triage(self) -> History:
        """The decision that ended triage."""
        return History(
            referral=self.referral,
            number=3,
            verb=Verb.SEND_TO_ASSESSMENT,
            from_stage=Stage.TRIAGE,
            from_status=Status.WAITING,
            to_stage=Stage.CONSENT,
            to_status=Status.WAITING,
            at=datetime(2026, 9, 17, 7, 40, tzinfo=UTC),
            by=self.coordinator,
            by_party=Party.COORDINATOR,
            reason=self.words["triage_reason"],
        )

    def guardians(self) -> list[Guardian]:
        """Both parents: she consents in part, he was told and has not answered yet."""
        mother = Guardian(
            referral=self.referral, id=MOTHER_ID, custody=Custody.JOINT, language="pl", interpreter="pl",
            protected_level=None, name=self.words["guardian_a"],
        )  # fmt: skip
        father = Guardian(
            referral=self.referral, id=FATHER_ID, custody=Custody.JOINT, language="ar", interpreter="",
            protected_level=None, name=self.words["guardian_b"],
        )  # fmt: skip
        for guardian, method, told_on in (
            (mother, NoticeMethod.MEETING, date(2026, 9, 21)),
            (father, NoticeMethod.PHONE, date(2026, 9, 22)),
        ):
            guardian.notices.append(
                InformationNotice(
                    referral=self.referral, method=method, told_on=told_on, language=guardian.language,
                    told_what=self.words["told_what"] if guardian is mother else None, at=ISSUED[DocumentKind.RECEIPT],
                )
            )  # fmt: skip
        mother.consents.append(
            Consent(
                referral=self.referral, answer=ConsentAnswer.PARTIAL, form=ConsentForm.WRITTEN,
                categories=["schooling", "attendance", "wellbeing"], recipients=["own_staff", "leisure", "social_services"],
                from_on=date(2026, 9, 21), until_on=date(2027, 6, 30), purpose=self.words["purpose"],
                at=ISSUED[DocumentKind.RECEIPT],
            )
        )  # fmt: skip
        return [mother, father]

    def parts(self) -> list[AssessmentPart]:
        """Three parts that came in, one of them late and one behind a wall, and one that is still out."""
        words, due_on = self.words, date(2026, 9, 30)

        def part(assessor: Account, **values: Any) -> AssessmentPart:
            fixed = {
                "compartment": Compartment.PEDAGOGICAL, "domains": list(values.get("findings") or {}), "levels": ["individual"],
                "arenas": ["school"], "categories": ["schooling"], "about": About.CHILD, "due_on": due_on,
                "status": PartStatus.RECEIVED, "asked_at": ISSUED[DocumentKind.REFERRAL],
            }  # fmt: skip
            return AssessmentPart(referral=self.referral, assessor=assessor, **fixed | values)

        return [
            part(
                self.special_educator,
                levels=["individual", "group"],
                received_at=datetime(2026, 9, 28, 12, 0, tzinfo=UTC),
                findings={
                    "health": words["finding_health"],
                    "safety": words["finding_safety"],
                    "learning": words["finding_learning"],
                },
                protective_factors=words["protective"],
                risk_factors=words["risk"],
                child_voice=words["assessed_voice"],
                sources=words["sources_teacher"],
            ),
            part(
                self.leisure,
                levels=["individual", "school"],
                arenas=["leisure"],
                received_at=datetime(2026, 10, 1, 15, 0, tzinfo=UTC),
                findings={"safety": words["finding_leisure"]},
                sources=words["sources_leisure"],
            ),
            part(
                self.counsellor,
                compartment=Compartment.STUDENT_HEALTH,
                received_at=datetime(2026, 9, 29, 9, 0, tzinfo=UTC),
                findings={"health": "This stands behind a wall and must never be printed."},
                conclusion=words["conclusion"],
                sources=words["sources_counsellor"],
            ),
            part(self.head, received_at=None, status=PartStatus.REQUESTED),
        ]

    def meeting(self) -> TeamMeeting:
        """The meeting: called, held, with decisions and one different opinion."""
        words = self.words
        meeting = TeamMeeting(
            referral=self.referral, number=1, starts_at=datetime(2026, 10, 8, 12, 0, tzinfo=UTC), minutes=60, place=words["place"],
            called_by=self.coordinator, called=[], guardians_invited=[str(MOTHER_ID), str(FATHER_ID)],
            agenda=[words[f"agenda_{number}"] for number in (1, 2, 3, 4)],
            held_at=datetime(2026, 10, 9, 15, 20, tzinfo=UTC), minutes_by=self.coordinator, outcome=MeetingOutcome.PLAN,
            approved_at=datetime(2026, 10, 12, 13, 0, tzinfo=UTC), approved_by=self.head, next_meeting_on=date(2026, 11, 24),
            situation=words["situation"], strengths=words["strengths"], child_words=words["child_words"],
            guardians_words=f"{words['guardians_words']}\n{ARABIC_WORDS}", questions=words["questions"], dissent=words["dissent"],
        )  # fmt: skip
        attended = [
            (words["guardian_a"], "guardian", "present"),
            (words["guardian_b"], "guardian", "by_link"),
            (self.coordinator.name, self.coordinator.profession.value, "present"),
            (self.special_educator.name, self.special_educator.profession.value, "present"),
            (self.leisure.name, self.leisure.profession.value, "partly"),
            (self.head.name, self.head.profession.value, "absent"),
        ]
        meeting.attendance = [dict(zip(("name", "function", "attendance"), row, strict=True)) for row in attended]
        meeting.ratings = {
            "health": {"rating": 3, "note": words["rating_health"]},
            "safety": {"rating": 2, "note": words["rating_safety"]},
            "learning": {"rating": 4, "note": words["rating_learning"]},
        }
        for position, (key, responsible, due_on, kind) in enumerate(
            [
                ("decision_1", self.head, date(2026, 10, 12), None),
                ("decision_2", self.coordinator, date(2026, 10, 15), None),
                ("decision_3", self.leisure, date(2026, 10, 19), None),
                ("decision_4", self.coordinator, date(2026, 10, 30), DecisionKind.NETWORK_MEETING),
            ]
        ):
            meeting.decisions.append(
                MeetingDecision(
                    referral=self.referral,
                    position=position,
                    due_on=due_on,
                    kind=kind,
                    text=words[key],
                    responsible=responsible.name,
                )
            )
        return meeting

    def plan(self) -> ActionPlan:
        """The plan: two goals, four actions."""
        words = self.words
        plan = ActionPlan(
            referral=self.referral, version=1, status=PlanStatus.ACTIVE, author=self.coordinator, written_at=ISSUED[DocumentKind.MINUTES],
            valid_from=date(2026, 10, 15), valid_to=date(2026, 12, 18), lead=self.coordinator, follow_up_on=date(2026, 11, 24),
            follow_up_by=self.coordinator, evaluation_on=date(2026, 12, 16), evaluation_by=self.head,
            approved_at=datetime(2026, 10, 14, 8, 20, tzinfo=UTC), approved_by=self.head, background=words["background"],
            child_voice=words["child_words"], guardians_view=f"{words['guardians_words']}\n{ARABIC_WORDS}", if_worse=words["if_worse"],
            child_helpers=words["child_helpers"], child_next=words["child_next"],
        )  # fmt: skip
        owners = [self.special_educator, self.leisure, None, self.coordinator]
        times = [5, 1, 1, 0]
        for number, (domain, level) in enumerate(
            [(Domain.SAFETY, Level.GROUP), (Domain.LEARNING, Level.INDIVIDUAL)], 1
        ):
            goal = Goal(
                referral=self.referral, position=number, domain=domain, level=level, about=About.CHILD, categories=["wellbeing"],
                text=words[f"goal_{number}"], baseline=words[f"goal_{number}_base"], target=words[f"goal_{number}_target"],
                plain=words[f"goal_{number}_plain"],
            )  # fmt: skip
            for action_number in (2 * number - 1, 2 * number):
                goal.actions.append(
                    PlannedAction(
                        referral=self.referral, position=action_number, owner=owners[action_number - 1],
                        owner_name=words["teacher"] if owners[action_number - 1] is None else None, arena=Arena.SCHOOL,
                        from_on=date(2026, 10, 15), to_on=date(2026, 12, 18), times_a_week=times[action_number - 1],
                        status=ActionStatus.ONGOING, text=words[f"action_{action_number}"], how=words[f"action_{action_number}_how"],
                    )
                )  # fmt: skip
            plan.goals.append(goal)
        return plan

    def follow_up(self) -> FollowUp:
        """The follow-up: two of three actions went as planned; the father did not want to answer."""
        words, plan = self.words, self.plan()
        followed = FollowUp(
            referral=self.referral, number=1, plan=plan, held_on=date(2026, 11, 24), by=self.coordinator,
            recorded_at=ISSUED[DocumentKind.FOLLOW_UP], decision=FollowUpDecision.CONTINUE, child_declined=False,
            next_follow_up_on=date(2026, 12, 16), child_view=words["followed_child"], learned=words["learned"],
            decision_reason=words["decision_reason"],
            guardian_views=[
                {"guardian_id": str(MOTHER_ID), "name": words["guardian_a"], "view": words["followed_guardian_a"], "declined": False},
                {"guardian_id": str(FATHER_ID), "name": words["guardian_b"], "view": "", "declined": True},
            ],
        )  # fmt: skip
        for goal, result, key in zip(
            plan.goals, (GoalResult.CLOSER, GoalResult.REACHED), ("goal_1_note", "goal_2_note"), strict=True
        ):
            followed.goal_results.append(
                GoalFollowUp(referral=self.referral, goal=goal, result=result, note=words[key])
            )
        actions = [action for goal in plan.goals for action in goal.actions]
        outcomes = [
            (18, 25, LossCause.STAFF_ABSENT, Helped.YES, "action_1_note"),
            (5, 5, LossCause.NONE, Helped.YES, None),
            (5, 6, LossCause.CHILD_ABSENT, Helped.PARTLY, None),
            (6, 6, LossCause.NONE, Helped.YES, "action_4_note"),
        ]
        for action, (done, planned, cause, helped, key) in zip(actions, outcomes, strict=True):
            followed.action_results.append(
                ActionFollowUp(
                    referral=self.referral, action=action, times_done=done, times_planned=planned, loss_cause=cause,
                    helped=helped, note=words[key] if key else None,
                )
            )  # fmt: skip
        return followed

    def strengths(self, kind: DocumentKind) -> Strengths:
        """What a guardian's letter begins with: the minutes' words once the team has met, the concern's before."""
        if kind is DocumentKind.INFORMATION_AND_CONSENT:
            concern = self.concern()
            return Strengths(concern.strengths or "", concern.submitted_at, concern)
        meeting = self.meeting()
        return Strengths(meeting.strengths or "", meeting.starts_at, meeting)

    def closing(self) -> tuple[Closure, ActionPlan]:
        """The closure, and the plan with its actions ended or handed over."""
        words, plan = self.words, self.plan()
        closure = Closure(
            referral=self.referral, number=1, reason=ClosureReason.GOALS_REACHED, closed_at=ISSUED[DocumentKind.CLOSING],
            by=self.coordinator, summary=words["summary"], if_needed_again=words["if_needed_again"],
        )  # fmt: skip
        for goal, key in zip(plan.goals, ("closed_note_1", "closed_note_2"), strict=True):
            closure.outcomes.append(
                GoalOutcome(referral=self.referral, goal=goal, result=GoalResult.REACHED, note=words[key])
            )
            for action in goal.actions:
                action.status = ActionStatus.DONE
        plan.goals[0].actions[1].status = ActionStatus.HANDED_OVER
        plan.goals[0].actions[1].handed_to = words["handed_to"]
        return closure, plan

    def protection_report(self) -> ReportOnPaper:
        """The teacher's report of what the child said in the changing room, after a call."""
        words = self.words
        report = ProtectionReport(
            number="P-7K4M-2Q9X-HT3W",
            unit=self.referral.unit,
            content={
                "seen": words["report_seen"], "seen_when": words["report_when"], "urgency": "soon", "child_name": words["child"],
                "child_id": "2016-04-12", "guardians": words["report_guardians"], "interpreter": words["report_interpreter"],
                "siblings": words["report_siblings"], "tried": words["tried"], "other_knowledge": words["report_knowledge"],
                "suspects_family": True, "sender_name": words["teacher"], "sender_function": words["teacher_function"],
                "sender_address": words["unit"], "sender_phone": "0000-55 44 33", "sender_email": "larare@trivsel.invalid",
            },
            record={
                "orally_on": "2026-09-16", "orally_time": "10:40", "orally_to": words["report_to"], "told": "nobody",
                "why_not_told": words["report_why_not"],
            },
        )  # fmt: skip
        return ReportOnPaper(report)

    def series(self) -> list[Series]:
        """Days away, and the goal's mornings, week by week with the autumn holiday left out."""
        weeks = [date(2026, 10, 12), date(2026, 10, 19), date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16)]
        away, mornings = (
            tuple(Point(week, value) for week, value in zip(weeks, values, strict=True))
            for values in ((2.0, 1.5, 1.0, None, 0.0), (1.0, 2.0, 4.0, 4.0, 5.0))
        )
        goal = self.plan().goals[1]
        return [Series(None, "", away), Series(goal, self.words["counted"], mornings)]

    def absent_pupil(self) -> PupilOnPaper:
        """Maja, as the head teacher counts her absence."""
        pupil = AbsentPupil(number="F-7K4M-2Q9X-HT3W", unit=self.referral.unit)
        pupil.name, pupil.birth_date = self.words["child"], "2016-04-12"
        pupil.class_name = self.referral.child_group
        return PupilOnPaper(pupil, self.head)

    def absence(self, *, days: float, limit: int, is_over: bool = False) -> StepOnPaper:
        """What the sum of a morning came to, and what the head teacher decided."""
        said = {"to_whom": "absence_to", "offer": "absence_offer", "done": "absence_done", "views": "absence_views"}
        return StepOnPaper(
            first_on=date(2026, 7, 1), last_on=date(2026, 9, 30), days=days, school_days=37, percent=share(days, of=37),
            limit=limit, next_limit=15 if limit == 10 else None, law=next(r.source for r in DANISH if r.percent == limit),
            warned_on=date(2026, 9, 17), said={name: self.words[word] for name, word in said.items()} | {"told_on": "2026-09-23"},
            is_over=is_over, decided_by=self.head,
            decided_at=ISSUED[DocumentKind.ABSENCE_REPORT if limit == 15 else DocumentKind.ABSENCE_WARNING],
        )  # fmt: skip


def rich_source(kind: DocumentKind, language: str = "sv", **changes: Any) -> PaperSource:
    """A paper's source with nearly everything stated; `changes` replace what a test is about."""
    family = Family(language)
    guardian = PaperRecipient(capacity="guardian", name=family.words["guardian_a"], guardian_id=MOTHER_ID)
    staff = [family.coordinator, family.special_educator, family.leisure, family.head]
    taking_part = [Participant(one.name, one.profession, needs_consent=one is family.leisure) for one in staff]
    values: dict[DocumentKind, dict[str, Any]] = {
        DocumentKind.RECEIPT: {
            "recipient": PaperRecipient(capacity="reporter"),
            "concern": family.concern(),
            "targets": {"triage": date(2026, 9, 18), "assessment": date(2026, 9, 30)},
            "target_sources": {"triage": DeadlineSource.LOCAL, "assessment": DeadlineSource.TARGET},
            "return_code": family.words["return_code"],
            "return_address": family.words["return_address"],
            "attachments": family.attachments(),
        },
        DocumentKind.REFERRAL: {
            "concern": family.concern(),
            "additions": [family.addition()],
            "attachments": family.attachments(),
            "triage": family.triage(),
        },
        DocumentKind.INFORMATION_AND_CONSENT: {"guardians": family.guardians(), "participants": taking_part},
        DocumentKind.ASSESSMENT: {"parts": family.parts(), "analysis": family.words["analysis"]},
        DocumentKind.INVITATION: {
            "recipient": guardian,
            "meeting": family.meeting(),
            "participants": staff,
            "guardians": family.guardians(),
        },
        DocumentKind.MINUTES: {"meeting": family.meeting()},
        DocumentKind.ACTION_PLAN: {
            "plan": family.plan(),
            "guardians": family.guardians(),
            "series": family.series()[:1],
        },
        DocumentKind.CHILDS_PLAN: {"plan": family.plan(), "guardians": family.guardians()},
        DocumentKind.PLAN_FOR_SERVICE: {
            "recipient": PaperRecipient(capacity="service", name=family.words["service_reader"]),
            "service": Recipient.SOCIAL_SERVICES,
            "plan": family.plan(),
        },
        DocumentKind.FOLLOW_UP: {
            "follow_up": family.follow_up(),
            "guardians": family.guardians(),
            "series": family.series(),
        },
        DocumentKind.CLOSING: {"retention": family.words["retention"]},
        DocumentKind.HAND_OVER: {"hand_over": family.hand_over()},
        DocumentKind.SERVICE_REFERRAL: {
            "recipient": PaperRecipient(capacity="service", name=family.words["service_asked"]),
            "hand_over": family.service_referral(),
        },
        DocumentKind.SUPPORT_REPORT: {"support": family.support_report()},
        DocumentKind.SUPPORT_INVESTIGATION: {"support": family.support_investigation()},
        DocumentKind.SUPPORT_PROGRAMME: {
            "support": family.support_programme(),
            "appeal": APPEAL,
            "recipient": guardian,
        },
        DocumentKind.NO_SUPPORT_PROGRAMME: {
            "support": family.no_support_programme(),
            "appeal": APPEAL,
            "recipient": guardian,
        },
        DocumentKind.SUPPORT_REVIEW: {"support": family.support_review(), "recipient": guardian},
        DocumentKind.SUPPORT_PROGRAMME_ENDED: {
            "support": family.support_programme_ended(),
            "appeal": APPEAL,
            "recipient": guardian,
        },
        DocumentKind.ABSENCE_NOTICE: {"support": family.absence_investigation()},
        DocumentKind.ABSENCE_INVESTIGATION: {"support": family.absence_investigation()},
        DocumentKind.DEGRADING_REPORT: {"support": family.degrading_report()},
        DocumentKind.DEGRADING_INVESTIGATION: {"support": family.degrading_report()},
        DocumentKind.EDUCATIONAL_REQUEST: {"support": family.educational_assessment()},
        DocumentKind.EDUCATIONAL_ASSESSMENT: {"support": family.educational_assessment()},
        DocumentKind.EDUCATIONAL_DECISION: {
            "support": family.educational_decision(),
            "appeal": DANISH_APPEAL,
            "recipient": guardian,
        },
        DocumentKind.ABSENCE_WARNING: {
            "referral": family.absent_pupil(),
            "absence": family.absence(days=4.5, limit=10),
            "recipient": PaperRecipient(capacity="guardian", name=family.words["absence_to"]),
        },
        DocumentKind.ABSENCE_REPORT: {
            "referral": family.absent_pupil(),
            "absence": family.absence(days=6.0, limit=15),
            "recipient": PaperRecipient(capacity="authority", name=family.municipality.name),
        },
        DocumentKind.PAGE_CODE: {
            "recipient": guardian,
            "page_code": "7K4M-2Q9X-HT3W",
            "page_code_until": date(2026, 10, 7),
            "return_address": family.words["return_address"],
        },
        DocumentKind.PROTECTION_REPORT: {
            "referral": family.protection_report(),
            "recipient": PaperRecipient(capacity="authority"),
        },
    }
    if kind is DocumentKind.CLOSING:
        values[kind]["closure"], values[kind]["plan"] = family.closing()
    if kind in BEGINS_WITH_THEM:
        values[kind]["strengths"] = family.strengths(kind)
    frame = {"referral": family.referral, "municipality": family.municipality, "issued_at": ISSUED[kind]}
    return PaperSource(**frame | values[kind] | changes)


def guardians_copy(kind: DocumentKind, language: str = "sv", **changes: Any) -> PaperSource:
    """The mother's own copy of a paper with nearly everything stated."""
    mother = PaperRecipient(capacity="guardian", name=WORDS[language]["guardian_a"], guardian_id=MOTHER_ID)
    return rich_source(kind, language, **{"recipient": mother} | changes)


def sparse_source(**changes: Any) -> PaperSource:
    """A paper's source in which nearly nothing is stated: a referral with a number in a municipality with a name."""
    referral = SimpleNamespace(number="HTL-2222-3333", has_protected_identity=False, unit=None, owner=None)
    municipality = SimpleNamespace(name="Lindköping", country="se", timezone="Europe/Stockholm")
    return PaperSource(**{"referral": referral, "municipality": municipality, "issued_at": None} | changes)
