"""Nobody but its sender finds a trace of a protection report: every door, for everybody of the cast, before and after."""

import io
import logging
import re
import uuid
from collections.abc import Iterator

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from referrals import db, documents, notifications, printing, queries
from referrals.models import (
    AbsenceInvestigation,
    AbsenceStep,
    AbsentPupil,
    Account,
    AgendaItem,
    AssessmentPart,
    Attachment,
    Base,
    Consultation,
    ConsultationRound,
    DegradingNotice,
    DegradingReport,
    DevelopmentAction,
    DevelopmentCase,
    DevelopmentMilestone,
    DevelopmentPaper,
    DevelopmentResult,
    Disclosure,
    Disposal,
    Document,
    EducationalAssessment,
    Forum,
    Guardian,
    HandOver,
    History,
    LearningQuestion,
    Lesson,
    Listed,
    LogSample,
    PlannedAction,
    ProtectionReport,
    ReadingRequest,
    Referral,
    ResearchExport,
    RoundConsultant,
    RoundEnrolment,
    RoundSlot,
    Seminar,
    ServiceReferral,
    StatutoryDecision,
    SupportInvestigation,
    SupportProgramme,
    TeamDate,
    TeamSeat,
    Unit,
    UpwardQuestion,
    Withholding,
)
from referrals.papers import paper_sources
from referrals.safeguarding import protection
from referrals.vocabulary import DocumentKind
from schemas.documents.writing import paper_html
from tests import straight_way
from tests.factories import a_member
from tests.webapp.browsing import WORKBOOK, words_of_workbook
from tests.webapp.desk import cast_of

#: words that stand in the report and nowhere else
SECRETS = ("kvistfågel", "blånagelsten", "Nattviolsson", "0000-66554433")
#: everybody of the cast and somebody who is not signed in; the sender is Kim
OTHERS = ("karin", "sanna", "henrik", "petra", "siv", "noor", "anton", "otto", None)
#: tables in which a report and its sender's own sign-in stand, and the signs of life of sessions
OWN_TABLES = (
    "protection_report",
    "protection_paper",
    "protection_hold",
    "protection_disposal",
    "web_session",
    "kept_form",
)
#: tables in which the walk itself leaves rows: who asked for what, and how often
WALKED_TABLES = ("audit_event", "audit_head", "pace")
#: pages that show the walk itself: one's own sessions, a code for the telephone made at each visit, and who read a referral
SHOW_THE_WALK = ("/account", "/account/second-factor", "/access-log")
#: files of our own, a stream without an end (its mark is compared below), and machines asking whether we live
NOT_ASKED = ("static_files.asset", "casework.live", "health.alive", "health.ready")
#: what differs from one answer to the next whatever happens: tokens against forgery, and the board's own minute
TOKEN = re.compile(rb"[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}|as of \d\d:\d\d|stood at \d\d:\d\d")


@pytest.fixture
def lived(app, settings):
    """A referral that has gone its whole way, with all its papers and mail; Kim and Noor are members."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = straight_way.submit(session, cast.school)
        for member in (cast.counsellor, cast.social_worker):
            a_member(session, referral, member)
        for decide in straight_way.DECISIONS:
            decide(session, cast, referral)
        for row in session.scalars(select(History).where(History.referral_id == referral.id)).all():
            notifications.write(session, row)
        first = session.scalars(select(History).where(History.referral_id == referral.id, History.number == 1)).one()
        for paper in documents.outstanding(session, first):
            html = paper_html(paper_sources.gather(session, referral, paper, after=first))
            documents.issue(session, first, paper, content=printing.print_pdf(html))
        return referral.number


@pytest.fixture
def report_it(signed_in, settings):
    """Lets Kim report everything the form can hold, from the referral's page, and record that it was given."""

    def report(number):
        browser = signed_in("kim")
        browser.get(f"/referrals/{number}")
        browser.submit(form="fear-form")
        words = dict(zip(("seen", "child_name", "guardians", "sender_phone"), SECRETS, strict=True))
        browser.submit({**words, "urgency": "acute", "told": "some"}, button=("finish", "yes"))
        browser.submit({"in_writing_on": "2026-09-16", "receipt_note": SECRETS[0], "outcome_note": SECRETS[1]})
        with db.reading(settings.database) as session:
            return session.scalars(select(ProtectionReport)).one()

    return report


def addresses(app, session, number, report_id):
    """Every address that can be asked for, each with every row it could name; and those that name the report."""
    ids = {
        "document_id": [*session.scalars(select(Document.id)), report_id],
        "guardian_id": session.scalars(select(Guardian.id)).all(),
        "attachment_id": session.scalars(select(Attachment.id)).all(),
        "part_id": session.scalars(select(AssessmentPart.id)).all(),
        "action_id": session.scalars(select(PlannedAction.id)).all(),
        "unit_id": session.scalars(select(Unit.id)).all(),
        "forum_id": session.scalars(select(Forum.id)).all(),
        "account_id": session.scalars(select(Account.id)).all(),
        "hand_over_id": [*session.scalars(select(HandOver.id)), report_id],
        "consultation_id": [*session.scalars(select(Consultation.id)), report_id],
        "notice_id": [*session.scalars(select(DegradingNotice.id)), report_id],
        "begins": [2026],
        "round_id": [*session.scalars(select(ConsultationRound.id)), report_id],
        "enrolment_id": [*session.scalars(select(RoundEnrolment.id)), report_id],
        "consultant_id": [*session.scalars(select(RoundConsultant.id)), report_id],
        "slot_id": [*session.scalars(select(RoundSlot.id)), report_id],
        "question_id": [*session.scalars(select(LearningQuestion.id)), report_id],
        "pupil_id": [*session.scalars(select(AbsentPupil.id)), report_id],
        "due_id": [*session.scalars(select(AbsenceStep.id)), report_id],
        "upward_id": [*session.scalars(select(UpwardQuestion.id)), report_id],
        "lesson_id": [*session.scalars(select(Lesson.id)), report_id],
        "development_id": [*session.scalars(select(DevelopmentCase.id)), report_id],
        "result_id": [*session.scalars(select(DevelopmentResult.id)), report_id],
        "work_paper_id": [*session.scalars(select(DevelopmentPaper.id)), report_id],
        "level_action_id": [*session.scalars(select(DevelopmentAction.id)), report_id],
        "milestone_id": [*session.scalars(select(DevelopmentMilestone.id)), report_id],
        "export_id": [*session.scalars(select(ResearchExport.id)), report_id],
        "seminar_id": [*session.scalars(select(Seminar.id)), report_id],
        "seat_id": [*session.scalars(select(TeamSeat.id)), report_id],
        "date_id": [*session.scalars(select(TeamDate.id)), report_id],
        "item_id": [*session.scalars(select(AgendaItem.id)), report_id],
        "report_id": [report_id],
        "listed_id": [*session.scalars(select(Listed.id)), report_id],
        "sample_id": [*session.scalars(select(LogSample.id)), report_id],
        "kind": list(DocumentKind),
        "version": [1],
        "slug": session.scalars(select(Unit.slug)).all(),
        "name": ["child", "voices"],
        "code": ["sv"],
        "number": [number],
        "recipient": ["social_services"],
        "disposal_id": [*session.scalars(select(Disposal.id)), report_id],
        "service_referral_id": session.scalars(select(ServiceReferral.id)).all(),
        "disclosure_id": session.scalars(select(Disclosure.id)).all(),
        "decision_id": [*session.scalars(select(StatutoryDecision.id)), report_id],
        "programme_id": session.scalars(select(SupportProgramme.id)).all(),
        "investigation_id": session.scalars(select(SupportInvestigation.id)).all(),
        "degrading_report_id": session.scalars(select(DegradingReport.id)).all(),
        "educational_assessment_id": session.scalars(select(EducationalAssessment.id)).all(),
        "absence_investigation_id": session.scalars(select(AbsenceInvestigation.id)).all(),
        "withholding_id": session.scalars(select(Withholding.id)).all(),
        "token": ["a-link-nobody-was-sent"],
        "request_id": [*session.scalars(select(ReadingRequest.id)), report_id],
        "row_id": [*session.scalars(select(Document.id)), report_id],
    }
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in NOT_ASKED:
            continue
        paths = [re.sub(r"<.*?([a-z_]+)>", r"{\1}", rule.rule)]
        for name in rule.arguments:
            paths = [path.replace(f"{{{name}}}", str(value)) for path in paths for value in ids[name]]
        yield from paths
    yield from (f"/search?reference={number}", "/referrals?state=all", "/referrals?closed=yes", "/board?closed=yes")


def text_of(answer):
    """The words of an answer: of the pages of a PDF and of a workbook too, and the plain bytes of a picture."""
    if answer.mimetype == WORKBOOK:
        return words_of_workbook(answer.data)
    if answer.mimetype == "application/pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    return answer.data.decode("latin-1" if answer.mimetype.startswith("image/") else "utf-8")


def everything_seen(app, signed_in, settings, number, report_id) -> Iterator[tuple[str, str, int, str]]:
    """Who asked for what, and the whole answer; where somebody asked by an id, that id in the answer tells nothing."""
    with db.reading(settings.database) as session:
        paths = sorted(set(addresses(app, session, number, report_id)))
    for person in OTHERS:
        client = signed_in(person).client if person else app.test_client()
        for path in paths:
            answer = client.get(path)
            data = text_of(answer).encode() if answer.mimetype == WORKBOOK else answer.data
            body = TOKEN.sub(b"", data).decode(errors="replace")
            words = text_of(answer) if answer.mimetype == "application/pdf" else ""
            headers = [answer.headers.get(name) for name in ("Location", "Content-Disposition")]
            whole = f"{headers}{body}{words}"
            yield (
                person or "",
                path,
                answer.status_code,
                whole.replace(str(report_id), "…") if str(report_id) in path else whole,
            )


def papers_to_come(settings):
    """The pages of all papers of all referrals, as the workflow would make them now."""
    with db.reading(settings.database) as session:
        return [
            paper_html(paper_sources.gather(session, row.referral, paper, after=row))
            for row in session.scalars(select(History).order_by(History.number))
            for paper in documents.papers_after(session, row)
        ]


def rows_of(settings):
    """Every row outside the report's own tables: history, steps and so what Prefect is told, mails, papers, changes."""
    with db.reading(settings.database) as session:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in OWN_TABLES + WALKED_TABLES]
        rows = {table.name: sorted(map(repr, session.execute(select(table)))) for table in tables}
        return rows | {"change mark": [queries.change_mark(session)]}


def test_nobody_finds_a_trace_of_a_report_behind_any_door(app, signed_in, settings, lived, report_it, caplog):
    before_rows, before_papers = rows_of(settings), papers_to_come(settings)
    nothing = uuid.uuid4()
    before = {seen[:2]: seen[2:] for seen in everything_seen(app, signed_in, settings, lived, nothing)}
    with caplog.at_level(logging.DEBUG):
        report = report_it(lived)
        marks = (str(report.id), report.number, *SECRETS)
        after = list(everything_seen(app, signed_in, settings, lived, report.id))
    assert report.referral_id is not None
    assert (rows_of(settings), papers_to_come(settings)) == (before_rows, before_papers)
    told = [
        (person, path)
        for person, path, *seen in after
        if tuple(seen) != before[person, path.replace(str(report.id), str(nothing))]
        and not path.endswith(SHOW_THE_WALK)
    ]
    assert told == []
    found = [
        (person, path, mark)
        for person, path, _status, body in after
        for mark in marks
        if mark in body.replace(path, "")
    ]
    assert found == []
    assert [mark for mark in SECRETS if mark in caplog.text] == []
    with db.reading(settings.database) as session:
        logged = repr([session.execute(select(Base.metadata.tables[name])).all() for name in sorted(WALKED_TABLES)])
    # the walk asked for papers by the report's id, and what was asked for is logged; nothing else of it is there
    assert [mark for mark in (report.number, *SECRETS) if mark in logged] == []


def test_the_same_walk_finds_everything_for_the_sender(signed_in, lived, report_it):
    report = report_it(lived)
    client = signed_in("kim").client
    assert SECRETS[1] in client.get("/protection").text
    assert all(secret in client.get(f"/protection/{report.id}").text for secret in SECRETS[:3])
    assert all(secret in text_of(client.get(f"/protection/{report.id}/paper")) for secret in SECRETS)
    assert report.number in client.get(f"/referrals/{lived}").text


def test_nobody_else_can_write_in_it_or_learn_from_trying(app, signed_in, settings, lived, report_it):
    report, nothing = report_it(lived), uuid.uuid4()
    doors = sorted(
        rule.rule for rule in app.url_map.iter_rules() if "report_id" in rule.arguments and "POST" in rule.methods
    )
    assert {"/protection/<uuid:report_id>/edit", "/protection/<uuid:report_id>/copy"} <= set(doors)

    def tries(client, token, report_id):
        for door in doors:
            typed = {"csrf_token": token, "seen": "Annat", "told": "all", "reason": "Annat", "archive_number": "1"}
            answer = client.post(door.replace("<uuid:report_id>", str(report_id)), data=typed)
            yield answer.status_code, TOKEN.sub(b"", answer.data).decode().replace(str(report_id), "…")

    for person in filter(None, OTHERS):
        client = signed_in(person).client
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/protection/new").text)[1]
        tried = list(tries(client, token, report.id))
        assert [status for status, _body in tried] == [404] * len(doors)
        assert tried == list(tries(client, token, nothing))
    with db.reading(settings.database) as session:
        kept = session.get_one(ProtectionReport, report.id)
        assert (kept.content["seen"], kept.record["told"]) == (SECRETS[0], "some")


def test_recording_that_all_were_told_opens_it_to_the_head_and_to_nobody_else(
    app, signed_in, settings, lived, report_it
):
    report = report_it(lived)
    browser = signed_in("kim")
    browser.get(f"/protection/{report.id}")
    browser.submit({"told": "all"})
    assert report.number in signed_in("henrik").client.get(f"/referrals/{lived}").text
    assert signed_in("henrik").client.get(f"/protection/{report.id}/paper").status_code == 200
    for person in set(OTHERS) - {"henrik", None}:
        assert report.number not in signed_in(person).client.get(f"/referrals/{lived}").text
        assert signed_in(person).client.get(f"/protection/{report.id}").status_code == 404
    with db.reading(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == lived)).one()
        assert [each.id for each in protection.open_to_guardians(session, referral)] == [report.id]
