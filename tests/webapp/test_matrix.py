"""The table of who may know what, walked cell by cell: every person of the cast, every door, and a word planted in every piece."""

import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from referrals import clock, db, documents, history, notifications, printing
from referrals.access import MATRIX, ROW_OF, Actor
from referrals.files import attachments
from referrals.files.quarantine import Cleared
from referrals.meetings import conflict
from referrals.models import (
    AbsenceInvestigation,
    AdditionKind,
    AssessmentPart,
    Base,
    Concern,
    ConcernAddition,
    Consent,
    Disclosure,
    Document,
    Goal,
    Guardian,
    HandOver,
    History,
    MeetingDecision,
    PlannedAction,
    ReceivedHandOver,
    Referral,
    ServiceReferral,
    TeamMeeting,
    Withholding,
    WorkingNote,
)
from referrals.papers import paper_sources
from referrals.stages import IN_TRIAGE, PLAN_ACTIVE, Party, Verb
from referrals.statutory import absence_investigation, degrading_treatment, links, special_support, support_programme
from referrals.vocabulary import (
    About,
    AbsenceKind,
    AbsencePattern,
    ActionStatus,
    Arena,
    Compartment,
    ConsentAnswer,
    ConsentForm,
    DecidedBy,
    DegradingKind,
    Domain,
    FileKind,
    HandOverState,
    HealthTeamAsked,
    InformationCategory,
    Level,
    MeetingOutcome,
    PartStatus,
    PieceKind,
    PlanStatus,
    Recipient,
    ServiceReferralState,
    SupportGround,
    SupportNeed,
    SupportToo,
)
from referrals.vocabulary.knowing import Capacity, Cell, Information
from schemas.documents.writing import paper_html
from tests.factories import a_guardian, a_member, a_part, a_plan, a_referral
from tests.teams import a_team_beside
from tests.webapp.browsing import WORKBOOK, words_of_workbook
from tests.webapp.desk import cast_of

#: who of the cast stands in which column
WHO = {
    "tove": Capacity.TEACHER,
    "karin": Capacity.COORDINATOR,
    "henrik": Capacity.HEAD_TEACHER,
    "kim": Capacity.STUDENT_HEALTH,
    "siv": Capacity.SCHOOL_NURSE,
    "noor": Capacity.SOCIAL_SERVICES,
    "hilma": Capacity.HEALTH_CARE,
    "petra": Capacity.INVESTIGATOR,
    "leo": Capacity.LEISURE,
    "vidar": Capacity.CIVIL_SOCIETY,
    "margit": Capacity.MANAGEMENT,
    "rune": Capacity.RESEARCHER,
    "elsa": Capacity.ELECTED_MEMBER,
    "anton": Capacity.ADMINISTRATOR,
}
#: who must see nothing in any case: a coordinator of another school
STRANGERS = ("otto",)
OTHER_SERVICES = ("noor", "hilma", "leo", "vidar")
NUMBER = "HTL-7K4M-2Q9X"

_WHOLE = {Cell.READ, Cell.WRITE, Cell.IF_ACTING, Cell.BY_CONSENT}
_PARTLY = _WHOLE | {Cell.PARTLY, Cell.PARTLY_BY_CONSENT}
_SHORT = _WHOLE | {Cell.CONCLUSION, Cell.CONCLUSION_OR_ON_GROUND, Cell.POINTER, Cell.CONCLUSION_BY_CONSENT}

#: each planted word: the row of the table it belongs to, the cells that open it, and who wrote it or answers for it
PLANTED = {
    "Zvåkmila": (Information.CHILD, _WHOLE, ()),
    "ugglebläck": (Information.CONCERN, _WHOLE, ()),
    "Vargfeldt": (Information.CONCERN, _WHOLE, ()),
    "grävlingskäl": (Information.CONCERN, _WHOLE, ()),
    "tilläggsmes": (Information.CONCERN, _WHOLE, ()),
    "filnamnsigel": (Information.CONCERN, _WHOLE, ()),
    "bildgädda": (Information.CONCERN, _WHOLE, ()),
    "Majvingeson": (Information.GUARDIANS, _WHOLE, ()),
    "Mottagarmört": (Information.GUARDIANS, _WHOLE, ()),
    "delningsruda": (Information.GUARDIANS, _WHOLE, ()),
    "undantagstax": (Information.GUARDIANS, _WHOLE, ()),
    "pedagogmåne": (Information.PEDAGOGICAL, _WHOLE, ("tove",)),
    "pedagogsol": (Information.PEDAGOGICAL, _SHORT, ("tove",)),
    "psykmåne": (Information.STUDENT_HEALTH, _WHOLE, ("kim",)),
    "psyksol": (Information.STUDENT_HEALTH, _SHORT, ("kim",)),
    "medicinpekare": (Information.MEDICAL, _SHORT, ("siv",)),
    "socialpekare": (Information.SOCIAL_SERVICES, _SHORT, ("noor",)),
    "lägestrana": (Information.MINUTES, _WHOLE, ()),
    "beslutsmård": (Information.MINUTES, _WHOLE, ()),
    "Närvaromåsson": (Information.MINUTES, _WHOLE, ()),
    "dagordningsräv": (Information.MINUTES, _WHOLE, ()),
    "bakgrundsbäver": (Information.PLAN, _WHOLE, ()),
    "röstlärka": (Information.PLAN, _WHOLE, ()),
    "måltextlo": (Information.PLAN, _WHOLE, ()),
    "utgångsorre": (Information.PLAN, _WHOLE, ()),
    "målkortlax": (Information.PLAN, _PARTLY, ("leo",)),
    "fritidsinsats": (Information.PLAN, _PARTLY, ("leo",)),
    "målkortgös": (Information.PLAN, _PARTLY, ("vidar",)),
    "klubbinsats": (Information.PLAN, _PARTLY, ("vidar",)),
    "anteckningssvan": (Information.WORKING_NOTES, (), ("tove",)),
    "minnesälg": (Information.WORKING_NOTES, (), ("karin",)),
    "stödvessla": (Information.SPECIAL_SUPPORT, _WHOLE, ("tove",)),
    "utredningsiller": (Information.SPECIAL_SUPPORT, _WHOLE, ()),
    "behovsorm": (Information.SPECIAL_SUPPORT, _WHOLE, ()),
    "frånvarofink": (Information.ABSENCE_INVESTIGATION, _WHOLE, ("petra",)),
    "kränkningsmullvad": (Information.DEGRADING_TREATMENT, _WHOLE, ("tove",)),
    "vidaremus": (Information.DEGRADING_TREATMENT, _WHOLE, ()),
    "överlämningssej": (Information.HANDED_OVER, _WHOLE, ()),
    "erbjudandesik": (Information.GUARDIANS, _WHOLE, ()),
    "remissräka": (Information.GUARDIANS, _WHOLE, ()),
    "pekaruv": (Information.STATUTORY_LINKS, _WHOLE, ()),
    "fritidstärna": (Information.WORKING_NOTES, (), ("leo",)),
}
#: machines, files of our own, and a stream without an end that says "changed" and nothing else
NOT_ASKED = ("static_files.asset", "casework.live", "health.alive", "health.ready", "metrics.show")
#: doors with rows of their own that are no referral's, or whose few readers have walks of their own: sessions, links and drafts;
#: protection reports (`test_protection_doors.py`), hand-overs (`test_hand_over.py`), requests to read (`test_reading_requests.py`), disposals, the samples of the log, consultations, notices to the head teacher, questions sent upward, rounds, lessons, seminars, exports for research and development work
OTHER_ROWS = {
    "session_id", "token", "draft_id", "name", "slug", "code", "stretch_id", "date_id", "seat_id", "absence_id",
    "report_id", "request_id", "disposal_id", "sample_id", "listed_id", "consultation_id", "notice_id", "round_id", "enrolment_id",
    "slot_id", "question_id", "upward_id", "hand_over_id", "consultant_id", "pupil_id", "due_id", "lesson_id", "seminar_id", "export_id", "development_id", "milestone_id", "result_id", "level_action_id", "work_paper_id",
}  # fmt: skip
LISTS = ("/home", "/board", "/referrals?state=all", "/referrals", f"/search?reference={NUMBER}")


@pytest.fixture
def planted(app, settings):
    """A referral with a plan in force, a planted word in every piece of it, and everybody of the cast a member of it."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, PLAN_ACTIVE, number=NUMBER, owner_id=cast.coordinator.id)
        referral.child_name = "Zvåkmila Testsson"
        concern = session.scalars(select(Concern).where(Concern.referral_id == referral.id)).one()
        concern.observations, concern.reporter_name = "Hon ser ugglebläck.", "Lena Vargfeldt"
        a_guardian(session, referral, told_by=cast.coordinator, name="Maja Majvingeson")
        session.scalars(select(History).where(History.referral_id == referral.id)).one().reason = "Ett grävlingskäl."
        _plant_parts(session, cast, referral)
        _plant_meeting(session, cast, referral)
        _plant_plan(session, cast, referral)
        members = (cast.teacher, cast.counsellor, cast.school_nurse, cast.social_worker)
        for member in (cast.health_worker, cast.leisure_worker, cast.volunteer):
            a_member(session, referral, member)
        _plant_notes(session, cast, referral)
        _plant_what_went_and_what_stays(session, cast, referral)
        assert {one.account_id for one in referral.memberships} >= {one.id for one in members}
        _plant_hand_overs(session, cast, referral)
        _plant_papers(session, referral)


@pytest.fixture
def with_consent(settings, planted):
    """The guardian lets every service know everything."""
    with db.writing(settings.database) as session:
        cast, guardian = cast_of(session), session.scalars(select(Guardian)).one()
        today = clock.now().date()
        session.add(
            Consent(
                referral=guardian.referral, guardian=guardian, answer=ConsentAnswer.FULL, form=ConsentForm.WRITTEN,
                categories=[*InformationCategory], recipients=[*Recipient], from_on=today - timedelta(days=1),
                until_on=today + timedelta(days=90), at=clock.now(), by_id=cast.coordinator.id, purpose="Hjälp.",
            )
        )  # fmt: skip


def _plant_hand_overs(session, cast, referral):
    """What it began with, and that it is offered to another school now."""
    row = history.record(session, referral, Verb.OFFER_HAND_OVER, by=cast.coordinator.actor())
    offered = HandOver(
        referral=referral, to_unit_id=cast.other_school.id, state=HandOverState.OFFERED, chosen=[], offered_id=row.id,
        purpose="Om erbjudandesik.", contact="Karin",
    )  # fmt: skip
    words = {"text": "En överlämningssej.", "on": None, "key": [str(referral.id), ""]}
    began = {
        "categories": [],
        "works": [words],
        "voice": [],
        "goals": [],
        "parts": [],
        "notes": [],
        "from_unit": "Ekskolan",
        "purpose": "Gå vidare.",
        "contact": "Eva",
        "accepted_on": "2026-09-01",
    }
    row = history.record(session, referral, Verb.REFER_TO_SERVICE, by=cast.coordinator.actor(), choice="health_care")
    asked = ServiceReferral(
        referral=referral, recipient=Recipient.HEALTH_CARE, state=ServiceReferralState.SENT, consent_ids=[], sent_id=row.id,
        service="Mottagningen remissräka", question="Hjälp.", package={"categories": []},
    )  # fmt: skip
    session.add_all([offered, ReceivedHandOver(referral=referral, hand_over=offered, package=began), asked])
    session.flush()


def _plant_parts(session, cast, referral):
    for writer, wall, found, conclusion in (
        (cast.teacher, Compartment.PEDAGOGICAL, "pedagogmåne", "pedagogsol"),
        (cast.counsellor, Compartment.STUDENT_HEALTH, "psykmåne", "psyksol"),
        (cast.school_nurse, Compartment.MEDICAL, None, "medicinpekare"),
        (cast.social_worker, Compartment.SOCIAL_SERVICES, None, "socialpekare"),
    ):
        part = a_part(session, referral, writer, asked_by=cast.coordinator, compartment=wall, question=None)
        part.findings = {Domain.LEARNING.value: f"Det är {found}."} if found else None
        part.conclusion, part.status, part.received_at = f"Alltså {conclusion}.", PartStatus.RECEIVED, clock.now()


def _plant_notes(session, cast, referral):
    for author, word in (
        (cast.teacher, "anteckningssvan"),
        (cast.coordinator, "minnesälg"),
        (cast.leisure_worker, "fritidstärna"),
    ):
        note = WorkingNote(referral=referral, author_id=author.id, changed_at=clock.now())
        note.text = f"Kom ihåg {word}."
        session.add(note)


def _plant_what_went_and_what_stays(session, cast, referral):
    """A file and a word that came later, what was shared without consent, and what a guardian does not read."""
    file = Cleared(FileKind.PNG, "Bilden visar en bildgädda.".encode(), "filnamnsigel.png")
    attachments.keep(session, referral, file, by=Actor(reported=referral.id), party=Party.REPORTER)
    later = ConcernAddition(referral=referral, kind=AdditionKind.ADDITION, at=clock.now())
    later.text = "En tilläggsmes."
    shared = Disclosure(
        referral=referral, kind=PieceKind.NOTE, object_id=referral.id, holds=[], categories=[InformationCategory.SCHOOLING],
        recipient=Recipient.POLICE, at=clock.now(), by_id=cast.coordinator.id, ground="crime_prevention", consent_ids=[],
    )  # fmt: skip
    shared.to_whom, shared.purpose, shared.reason = "Mona Mottagarmört", "En delningsruda.", "Hot."
    kept = Withholding(
        referral=referral, kind=PieceKind.NOTE, object_id=referral.id, name="if_worse", at=clock.now(), holds_since=clock.now(),
        guardian_id=session.scalars(select(Guardian.id)).one(), by_id=cast.coordinator.id, ground="harm_to_child",
    )  # fmt: skip
    kept.reason = "En undantagstax."
    session.add_all([later, shared, kept])
    session.flush()
    pointer = links.Link("support_programme", "Diariet, mapp pekaruv", clock.now().date(), DecidedBy.HEAD_TEACHER)
    links.link_decision(session, referral, by=cast.coordinator.actor(), seen=None, link=pointer)
    _plant_special_support(session, cast, referral)


def _plant_special_support(session, cast, referral):
    """What the teacher reported, and what came of it."""
    reported = special_support.Reported(SupportGround.GOALS_AT_RISK, "En stödvessla.", "Kortare uppgifter.")
    special_support.report_need(session, referral, by=cast.teacher.actor(), seen=None, report=reported)
    head = {"by": cast.head_teacher.actor(), "seen": None}
    begun = special_support.begin_investigation(session, referral, **head, carried_out_by=cast.special_educator.id)
    result = special_support.Result(
        HealthTeamAsked.CONSULTED, "", "En utredningsiller.", "Hon vill.", "Det behövs.", SupportNeed.NEEDED
    )
    special_support.conclude_investigation(session, referral, **head, investigation_id=begun.id, result=result)
    support_programme.write_programme(
        session, referral, **head, written=support_programme.Written(needs="En behovsorm.")
    )
    beginning = absence_investigation.Beginning(
        AbsencePattern.REPEATED, AbsenceKind.BOTH, "En frånvarofink.", cast.special_educator.id, clock.now().date()
    )
    absence_investigation.begin_investigation(session, referral, **head, beginning=beginning)
    treated = degrading_treatment.Reported(DegradingKind.DEGRADING, "En kränkningsmullvad.", "På rasten.")
    kept = degrading_treatment.report_treatment(session, referral, by=cast.teacher.actor(), seen=None, report=treated)
    degrading_treatment.pass_on_report(
        session, referral, **head, report_id=kept.id, passed_on_to="En vidaremus.", passed_on_on=clock.now().date()
    )


def _plant_meeting(session, cast, referral):
    called = (
        cast.coordinator,
        cast.teacher,
        cast.counsellor,
        cast.school_nurse,
        cast.social_worker,
        cast.health_worker,
    )
    meeting = TeamMeeting(
        referral=referral, number=1, starts_at=clock.now() - timedelta(days=3), minutes=60, place="Rum 12",
        called_by_id=cast.coordinator.id, called=[str(one.id) for one in called], guardians_invited=[],
        held_at=clock.now() - timedelta(days=3), minutes_by_id=cast.coordinator.id, outcome=MeetingOutcome.PLAN,
        approved_at=clock.now() - timedelta(days=2), approved_by_id=cast.head_teacher.id,
        attendance=[{"name": "Nils Närvaromåsson", "function": "mentor", "attendance": "present"}], situation="En lägestrana.",
    )  # fmt: skip
    meeting.decisions = [MeetingDecision(referral=referral, position=0, text="En beslutsmård.", responsible="Karin")]
    session.add(meeting)
    session.add(
        TeamMeeting(
            referral=referral, number=2, starts_at=clock.now() + timedelta(days=9), minutes=60, place="Rum 12",
            called_by_id=cast.coordinator.id, called=[str(one.id) for one in called], guardians_invited=[],
            agenda=["Om dagordningsräv"],
        )
    )  # fmt: skip


def _plant_plan(session, cast, referral):
    plan = a_plan(
        session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE, background="En bakgrundsbäver.",
        child_voice="En röstlärka.", approved_at=clock.now(), approved_by_id=cast.head_teacher.id,
    )  # fmt: skip
    first = plan.goals[0]
    first.text, first.baseline, first.plain = "En måltextlo.", "En utgångsorre.", "En målkortlax."
    first.actions[0].text, first.actions[0].owner_id = "En fritidsinsats.", cast.leisure_worker.id
    today = clock.now().date()
    second = Goal(
        referral=referral, plan=plan, position=1, domain=Domain.SAFETY, level=Level.INDIVIDUAL, about=About.CHILD,
        categories=["wellbeing"], text="Fler vänner.", baseline="Få.", target="Fler.", plain="En målkortgös.",
    )  # fmt: skip
    action = PlannedAction(
        referral=referral, goal=second, position=0, owner_id=cast.volunteer.id, arena=Arena.LEISURE, from_on=today,
        to_on=today + timedelta(weeks=6), times_a_week=1, status=ActionStatus.PLANNED, text="En klubbinsats.",
    )  # fmt: skip
    session.add_all([second, action])
    session.flush()


def _plant_papers(session, referral):
    row = session.scalars(select(History).where(History.referral_id == referral.id, History.number == 1)).one()
    for paper in documents.outstanding(session, row):
        html = paper_html(paper_sources.gather(session, referral, paper, after=row))
        documents.issue(session, row, paper, content=printing.print_pdf(html))


def _rows(session):
    """For each argument of a door, every row of this instance that it could name."""
    of_this = Referral.number == NUMBER
    referral = session.scalars(select(Referral).where(of_this)).one()
    kept = {table.name: table for table in Base.metadata.sorted_tables}

    def ids(name):
        return list(session.scalars(select(kept[name].c.id)))

    return {
        "number": [NUMBER],
        "document_id": ids("document"),
        "guardian_id": ids("guardian"),
        "part_id": ids("assessment_part"),
        "action_id": ids("planned_action"),
        "account_id": ids("account"),
        "unit_id": ids("unit"),
        "forum_id": ids("forum"),
        "meeting_id": ids("team_meeting"),
        "begins": [2026],
        "kind": [paper.kind for paper in documents.papers_ahead(session, referral)],
        "version": [1],
        "attachment_id": ids("attachment"),
        "addition_id": ids("concern_addition"),
        "meeting_decision_id": ids("meeting_decision"),
        "disclosure_id": ids("disclosure"),
        "service_referral_id": ids("service_referral"),
        "withholding_id": ids("withholding"),
        "decision_id": ids("statutory_decision"),
        "investigation_id": ids("support_investigation"),
        "absence_investigation_id": ids("absence_investigation"),
        "degrading_report_id": ids("degrading_report"),
        "educational_assessment_id": ids("educational_assessment"),
        "programme_id": ids("support_programme"),
        "recipient": [Recipient.SOCIAL_SERVICES, Recipient.POLICE],
        "mail_id": ids("mail"),
        "step_id": ids("step"),
    }


def _doors(app, session):
    """Every address that can be asked for, with every row of this instance that it could name."""
    rows = _rows(session)
    for rule in app.url_map.iter_rules():
        if rule.endpoint in NOT_ASKED or not rule.arguments <= rows.keys():
            continue
        paths = [re.sub(r"<.*?([a-z_]+)>", r"{\1}", rule.rule)]
        for name in rule.arguments:
            paths = [path.replace(f"{{{name}}}", str(value)) for path in paths for value in rows[name]]
        yield from ((method, path) for method in ("GET", "POST") if method in rule.methods for path in paths)
    yield from (("GET", path) for path in LISTS)


def _words(answer):
    """Everything an answer tells: its page or the words of its PDF or workbook, where it leads, and the name of its file."""
    told = [answer.headers.get("Location", ""), answer.headers.get("Content-Disposition", "")]
    if answer.mimetype == "application/pdf":
        told += [page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages]
    elif answer.mimetype == WORKBOOK:
        told.append(words_of_workbook(answer.data))
    else:
        told.append(answer.data.decode())
    return "\n".join(told)


def _seen_by(person, app, signed_in, settings):
    """Which planted words `person` meets, each with the doors behind which it stood; and where the number turned up unasked."""
    with db.reading(settings.database) as session:
        doors = sorted(set(_doors(app, session)))
    client, found = signed_in(person).client, {}
    may_decide = person in (
        "karin",
        "henrik",
    )  # what they send could be a decision; they see the answers as pages anyway
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/protection/new").text)[1]
    for method, path in doors:
        if method == "POST" and (may_decide or "/referrals/" not in path):
            continue
        sent = {"data": {"csrf_token": token, "seen": "1"}} if method == "POST" else {}
        told = _words(client.open(path, method=method, **sent))
        for word in PLANTED:
            if word in told:
                found.setdefault(word, []).append(f"{method} {path}")
        if path in LISTS and re.search(rf'href="[^"]*/referrals/{NUMBER}', told):
            found.setdefault(NUMBER, []).append(path)
    return found


def _expected(person):
    column = WHO[person]
    return {word for word, (row, opens, own) in PLANTED.items() if MATRIX[row][column] in opens or person in own}


@pytest.mark.parametrize("person", WHO)
def test_everybody_meets_behind_all_doors_what_the_table_says_and_nothing_else(
    person, app, signed_in, settings, with_consent
):
    found = _seen_by(person, app, signed_in, settings)
    known = {word: doors for word, doors in found.items() if word != NUMBER}
    expected = _expected(person)
    assert {word: doors for word, doors in known.items() if word not in expected} == {}
    assert expected - set(known) == set()
    in_lists = MATRIX[Information.EXISTENCE][WHO[person]] in _WHOLE
    assert set(found.get(NUMBER, ())) - {"/home"} == (set(LISTS) - {"/home"} if in_lists else set())


@pytest.mark.parametrize("person", [*OTHER_SERVICES, *STRANGERS])
def test_without_consent_another_service_meets_nothing_and_a_stranger_never_does(
    person, app, signed_in, settings, planted
):
    assert _seen_by(person, app, signed_in, settings) == {}


def test_who_carried_out_an_investigation_meets_nothing_once_it_has_its_result(app, signed_in, settings, planted):
    with db.writing(settings.database) as session:
        begun, head = session.scalars(select(AbsenceInvestigation)).one(), cast_of(session).head_teacher.actor()
        findings = absence_investigation.Findings(*["Hon är rädd."] * 5, SupportToo.NO)
        absence_investigation.conclude_investigation(
            session, begun.referral, by=head, seen=None, investigation_id=begun.id, findings=findings
        )
    assert _seen_by("petra", app, signed_in, settings) == {}


@pytest.mark.parametrize("person", OTHER_SERVICES)
def test_the_moment_a_consent_is_withdrawn_another_service_meets_nothing(
    person, app, signed_in, settings, with_consent
):
    assert signed_in(person).client.get(f"/referrals/{NUMBER}").status_code == 200
    with db.writing(settings.database) as session:
        session.scalars(select(Consent)).one().withdrawn_at = clock.now()
    assert _seen_by(person, app, signed_in, settings) == {}


@pytest.mark.parametrize("person", ["karin", "henrik", "kim", "noor", "leo", "anton"])
def test_while_a_conflict_in_free_words_holds_it_nobody_meets_anything(person, app, signed_in, settings, with_consent):
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral)).one()
        referral.stage, referral.status = IN_TRIAGE.stage, IN_TRIAGE.status
        conflict.hold(session, referral)
    # the coordinator is asked whether she could be meant, and learns no more than the number
    assert _seen_by(person, app, signed_in, settings) == ({NUMBER: ["/home"]} if person == "karin" else {})


@pytest.mark.parametrize("person", WHO)
def test_on_a_named_ground_a_part_behind_the_wall_opens_to_whom_the_table_says_and_medical_and_social_never(
    person, signed_in, settings, with_consent
):
    with db.reading(settings.database) as session:
        parts = {part.compartment: part.id for part in session.scalars(select(AssessmentPart))}
    client, opened = signed_in(person).client, set()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/protection/new").text)[1]
    named = {"csrf_token": token, "ground": "special_support_investigation", "purpose": "Behövs i utredningen."}
    for wall in (Compartment.STUDENT_HEALTH, Compartment.MEDICAL, Compartment.SOCIAL_SERVICES):
        address = f"/referrals/{NUMBER}/assessment/{parts[wall]}"
        for lacks in ("ground", "purpose"):
            assert client.post(f"{address}/opening", data=named | {lacks: ""}).status_code in (404, 422)
        assert ("psykmåne" in client.get(address).text) == (person == "kim" and wall is Compartment.STUDENT_HEALTH)
        if client.post(f"{address}/opening", data=named).status_code == 303:
            opened.add(wall)
        if wall in opened:
            assert "psykmåne" in client.get(address).text
    on_ground = {wall for wall in parts if MATRIX[ROW_OF[wall]][WHO[person]] is Cell.CONCLUSION_OR_ON_GROUND}
    assert opened == on_ground == ({Compartment.STUDENT_HEALTH} if person == "henrik" else set())


def test_no_door_is_left_out_of_the_walk_unless_it_is_named(app, settings, planted):
    with db.reading(settings.database) as session:
        walked = _rows(session).keys()
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint not in NOT_ASKED]
    assert [rule.rule for rule in rules if not (rule.arguments <= walked or rule.arguments & OTHER_ROWS)] == []


def test_no_mail_carries_any_of_it(settings, with_consent):
    with db.writing(settings.database) as session:
        row = session.scalars(select(History).where(History.number == 1)).one()
        for verb in notifications.NOTIFICATIONS:
            row.verb = verb
            notifications.write(session, row)
        letters = [notifications.letter(mail) for mail in notifications.written(session, row.referral)]
        assert letters
        assert [word for word in PLANTED for letter in letters if word in repr(letter)] == []


def test_none_of_it_stands_in_the_database_in_clear(settings, with_consent):
    with db.reading(settings.database) as session:
        rows = repr([session.execute(select(table)).all() for table in Base.metadata.sorted_tables])
        assert session.scalars(select(Document.id)).first() is not None
        assert [word for word in PLANTED if word in rows] == []


@pytest.mark.parametrize(("person", "works_on_it"), [("bea", "first"), ("sanna", "beside")])
def test_who_coordinates_another_team_of_the_same_school_meets_nothing(
    person, works_on_it, app, signed_in, settings, planted
):
    with db.writing(settings.database) as session:
        beside = a_team_beside(session, cast_of(session))
        if works_on_it == "beside":
            session.scalars(select(Referral)).one().forum_id = beside.forum.id
    assert _seen_by(person, app, signed_in, settings) == {}
