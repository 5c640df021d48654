"""Every form that can be sent, sent empty and full of nonsense as whoever may send it: refused with words, kept, and never an error of ours.

Nothing of it stays: what a form would have decided is taken back, so that each finds the same world.
"""

import importlib
import pkgutil
import uuid

import pytest
from marshmallow import Schema
from marshmallow import fields as kinds
from sqlalchemy import select

import schemas
from referrals import db, documents, notifications
from referrals.documents import Paper
from referrals.models import (
    AbsenceInvestigation,
    AgendaItem,
    Attachment,
    ClosedDay,
    ConcernAddition,
    DegradingReport,
    Disclosure,
    Disposal,
    History,
    Listed,
    LogSample,
    Mail,
    MeetingDecision,
    PlannedAction,
    Referral,
    SeatAbsence,
    ServiceReferral,
    StatutoryDecision,
    Step,
    SupportInvestigation,
    SupportProgramme,
    TeamDate,
    TeamMeeting,
    TeamSeat,
    Withholding,
)  # fmt: skip
from referrals.papers import readers
from referrals.stages import MEETING_HELD, MOVE_BY_VERB, PARTS_REQUESTED, PLAN_ACTIVE, SCHEDULED, STATES, Verb
from referrals.vocabulary import DisposalState, DocumentKind, PartStatus, PlanStatus
from schemas.intake import PAGES, Door
from tests.factories import a_member, a_part, a_plan, a_referral, consented
from tests.journeys import ground
from tests.webapp import test_intake
from tests.webapp.browsing import Browser, Page
from tests.webapp.desk import cast_of
from tests.webapp.test_guardian_e_identification import (  # noqa: F401 - fixtures
    agreed,
    identified,
    ids,
    number,
    provider,
    with_code,
)
from tests.webapp.test_protection_doors import report_it  # noqa: F401 - a fixture
from webapp import kept, transactions

WORDS = "<script>alert(1)</script> ' OR 1=1 -- \u202eÅäö 🙂 " + "ord " * 60
NUMBERS = "99999999999999999999"
#: who is asked to send a form, in this order, until one of them may
STAFF = ("karin", "henrik", "kim", "anton", "sanna", "margit", "rune")
ANSWERS = {200, 204, 303, 400, 404, 409, 410, 413, 422, 429}
#: forms about a row that takes more to lay ready; they are refused in the tests of their own pages
LAID_ELSEWHERE = {
    "learning.note_attendance", "rounds.note_round_attendance", "forums.let_coordinate",
    "casework.approve_report_disposal", "casework.decline_report_disposal", "casework.accept_hand_over", "casework.decline_hand_over",
    "casework.rate_alone", "casework.choose_colours_on_papers", "casework.end_outside", "casework.report_archive_copy",
    "casework.retry_step", "casework.retry_mail_of_date", "casework.stop_mail", "casework.put_service_answer_right", "casework.note_invitation_answer",
    "casework.enter_absence", "casework.read_absence", "casework.take_absence", "casework.correct_absence", "casework.protect_absent_pupil", "casework.remove_absent_pupil",
    "casework.send_absence_step", "casework.leave_absence_step", "casework.point_absence_step", "casework.take_absence_pointer_away", "casework.record_absence_told", "casework.step_aside_from_absence",
    "casework.ask_educational_assessment", "casework.give_on_educational_assessment", "casework.conclude_educational_assessment",
    "casework.decide_educational_help", "casework.record_educational_told",
}  # fmt: skip

#: rows that parts of addresses name
ROWS = {
    "attachment_id": Attachment, "disclosure_id": Disclosure, "service_referral_id": ServiceReferral, "withholding_id": Withholding, "sample_id": LogSample, "step_id": Step,
    "mail_id": Mail, "decision_id": StatutoryDecision, "investigation_id": SupportInvestigation, "absence_investigation_id": AbsenceInvestigation, "degrading_report_id": DegradingReport, "programme_id": SupportProgramme,
    "seat_id": TeamSeat, "absence_id": SeatAbsence, "date_id": TeamDate, "item_id": AgendaItem, "stretch_id": ClosedDay,
    "addition_id": ConcernAddition, "meeting_decision_id": MeetingDecision,
}  # fmt: skip


def names_of(schema, prefix="", depth=0):
    for own, field in schema._declared_fields.items():
        name = f"{prefix}{field.data_key or own}"
        inner, joint = field, "-"
        if isinstance(field, kinds.List):
            inner, joint = field.inner, "-0-"
        if isinstance(inner, kinds.Nested) and depth < 3:
            yield from names_of(type(inner.schema), f"{name}{'-0-' if inner.many else joint}", depth + 1)
        else:
            yield name


def every_name():
    found = set()
    for module in pkgutil.walk_packages(schemas.__path__, "schemas."):
        for one in vars(importlib.import_module(module.name)).values():
            if isinstance(one, type) and issubclass(one, Schema):
                found |= set(names_of(one))
    return sorted(found)


@pytest.fixture
def nothing_stays(monkeypatch):
    """What a form would have decided is taken back, and nothing typed is saved for later."""

    def begin():
        monkeypatch.setattr(transactions, "commit", transactions.turn_back)
        monkeypatch.setattr(kept, "save", lambda *_typed, **_writer: None)

    return begin


def lay(session, cast, state):
    """A referral in `state` with one of everything a form can be about; the parts of addresses by their names."""
    referral = a_referral(session, cast, state, owner_id=cast.coordinator.id)
    guardian = consented(session, referral, cast).guardian
    is_in = {} if state == PARTS_REQUESTED else {"status": PartStatus.RECEIVED, "received_at": referral.opened_at}
    part = a_part(session, referral, cast.counsellor, asked_by=cast.coordinator, **is_in)
    a_member(session, referral, cast.special_educator)
    status = PlanStatus(state.status) if state.status in set(PlanStatus) else PlanStatus.ACTIVE
    plan = a_plan(session, referral, author=cast.counsellor, status=status)
    if state in (SCHEDULED, MEETING_HELD):
        session.add(
            TeamMeeting(
                referral=referral, number=1, starts_at=referral.opened_at, minutes=60, place="Rum 12", called=[],
                guardians_invited=[], called_by_id=cast.coordinator.id,
                **({"held_at": referral.opened_at, "minutes_by_id": cast.coordinator.id} if state == MEETING_HELD else {}),
            )
        )  # fmt: skip
    row = session.scalars(select(History).where(History.referral_id == referral.id)).first()
    paper = documents.issue(session, row, Paper(DocumentKind.REFERRAL, readers.FILE, "sv"), content=b"%PDF")
    session.flush()
    action = session.scalars(select(PlannedAction).where(PlannedAction.referral_id == referral.id)).one()
    return {
        "number": referral.number, "guardian_id": guardian.id, "part_id": part.id, "action_id": action.id,
        "document_id": paper.id, "account_id": cast.special_educator.id, "recipient": "social_services", "plan": plan.id,
    }  # fmt: skip


def lay_around(database, about, *, report_id):
    """What else forms are about: under "" what belongs to the referral numbered `about`, under an endpoint what it needs."""
    ground.lay_what_lies_around(database, about)
    ground.lay_disposals(database, about)
    ground.lay_a_team(database, about)
    request_id = ground.lay_a_reading_request(database, about)
    of_round = ground.lay_a_round(database)
    seminar_id, export_id = ground.lay_a_seminar(database), ground.lay_an_export(database)
    worked_on, notice_id = ground.lay_development_work(database), ground.lay_a_degrading_notice(database)
    sent = ground.lay_questions_upward(database)
    draft, asked, advised = ({"consultation_id": one} for one in ground.lay_consultations(database))
    lessons = [{"lesson_id": one} for one in ground.lay_lessons(database)]
    (hidden, _asked), held = ground.lay_other_referrals(database), ground.lay_a_held_concern(database)
    with db.writing(database) as session:
        cast = cast_of(session)
        cast.municipality.keeps_protected_outside = True
        for row in session.scalars(select(History)).all():
            notifications.write(session, row)
        states = {one.state: one.id for one in session.scalars(select(Disposal))}
        listed = session.scalars(select(Listed.id).where(Listed.account_id == cast.counsellor.id)).first()
        first = {name: session.scalars(select(model.id)).first() for name, model in ROWS.items()}
        delivery = {"disposal_id": states[DisposalState.TO_DELIVER]}
        of_hidden = {"number": hidden, "listed_id": listed}
        return {
            "": first
            | of_round
            | {
                "seat_id": session.scalars(select(TeamSeat.id).where(TeamSeat.forum_id == cast.forum.id)).first(),
                "seminar_id": seminar_id,
                "notice_id": notice_id,
                "export_id": export_id,
                "development_id": worked_on["development_id"],
                "milestone_id": worked_on["milestone_id"],
                "result_id": worked_on["result_id"],
                "level_action_id": worked_on["level_action_id"],
                "request_id": request_id,
                "report_id": report_id,
                "disposal_id": states[DisposalState.PROPOSED],
            },
            **{f"casework.{one}": delivery for one in ("archive_copy", "record_delivery")},
            **{f"forums.{one}_consultation": draft for one in ("correct", "discard")},
            "forums.advise": asked,
            **{f"learning.{one}_lesson": lessons[0] for one in ("correct", "discard")},
            **{f"learning.{one}_lesson": lessons[1] for one in ("check", "return")},
            "learning.agree_lesson": lessons[2],
            "learning.withdraw_lesson": lessons[3],
            "development.discard_case": {"development_id": worked_on["begun_id"]},
            "rounds.evaluate": {"round_id": of_round["over_id"]},
            "rounds.issue_report": {"round_id": of_round["over_id"]},
            "rounds.summarise": {"enrolment_id": of_round["talked_id"]},
            "forums.close_consultation": advised,
            **{f"forums.{one}_upward_question": {"upward_id": sent["asked"]} for one in ("answer", "plan")},
            "forums.take_back_upward_question": {"upward_id": sent["again"]},
            "forums.close_upward_question": {"upward_id": sent["answered"]},
            "administration.seat_above": {"forum_id": sent["above"]},
            **{f"casework.{one}": of_hidden for one in ("take_off_list", "keep_outside")},
            **{f"casework.{one}": {"number": held} for one in ("settle_conflict", "declare_uninvolved", "step_aside")},
        }


def state_for(needs):
    """A state in which what a route asks for can be done; a running plan wherever it does not matter."""
    possible = MOVE_BY_VERB[needs].frm if isinstance(needs, Verb) else {PLAN_ACTIVE}
    return next(state for state in (PLAN_ACTIVE, *STATES) if state in possible)


def sent(form, what):
    """What a browser would send of `form` (the names of all forms there are, where it is None) with nothing or nonsense in it."""
    if form is None:
        return {} if what is None else dict.fromkeys(every_name(), what)
    typed = {}
    for control in form.iter():
        name, kind = control.get("name"), control.get("type", "text")
        if not name or control.tag not in ("input", "select", "textarea") or kind == "file":
            continue
        if kind == "hidden" and (what != NUMBERS or not name.endswith("_id")):
            typed[name] = control.get("value", "")
        elif what is not None:
            typed[name] = what
        elif kind not in ("radio", "checkbox"):
            typed[name] = ""
    return typed


def check(response, page, form, what, told):
    """A refusal says what is wrong, in the summary or in a notice, at the field too; what was typed stands there again."""
    assert response.status_code in ANSWERS, told
    if response.status_code not in (400, 409, 422):
        return
    shown = Page(response, page)
    if response.status_code != 422 or form is None:
        return
    assert shown.problems or shown.all("div", class_="ds-alert notice"), told
    for summary in shown.all("ds-error-summary"):
        for link in summary.iter("a"):
            field = link.get("href", "#")[1:]
            assert not field or shown.all("p", data_field="validation"), (told, field)
    again = [one for one in shown.all("form") if one.get("id") == form.get("id")]
    if what != WORDS or not again:
        return
    for control in again[0].iter():
        if control.tag == "textarea" or (control.tag == "input" and control.get("type", "text") == "text"):
            value = (
                "".join(control.itertext()).removeprefix("\n") if control.tag == "textarea" else control.get("value")
            )
            assert value == WORDS.strip(), (told, control.get("name"))


def send_all(browser, path, extra):
    """Send every form that stands at `path` and is sent to it, or else every name there is; the statuses that came back."""
    answer = browser.client.get(path)
    found = [None]
    if answer.status_code == 200 and answer.mimetype == "text/html":
        page = Page(answer, path)
        found = [form for form in page.all("form") if form.get("method") == "post" and form.get("action") == path] or [
            None
        ]
    statuses = set()
    for form in found:
        for what in (None, WORDS, NUMBERS):
            data = sent(form, what) | extra if form is None else extra | sent(form, what)
            response = browser.client.post(path, data=data)
            check(response, path, form, what, f"{path} {what and what[:9]!r}: {response.status_code}")
            statuses.add(response.status_code)
    return statuses


def routes(app):
    """Every route that takes a form, with what its door asks."""
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods:
            yield rule, app.view_functions[rule.endpoint].guards[0]


def address(app, rule, arguments):
    return app.url_map.bind("localhost").build(
        rule.endpoint, {name: arguments.get(name, uuid.UUID(int=1)) for name in rule.arguments}, method="POST"
    )


@pytest.mark.usefixtures("wednesday")
def test_every_form_of_the_staff_is_refused_with_words_and_keeps_them(
    app,
    settings,
    signed_in,
    report_it,  # noqa: F811
    nothing_stays,
):
    app.config["WTF_CSRF_ENABLED"] = False
    asked = [(rule, guard) for rule, guard in routes(app) if guard.kind not in ("public", "for_guardian")]
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        laid = {state: lay(session, cast, state) for state in {state_for(guard.needs) for _rule, guard in asked}}
        here = {"unit_id": cast.school.id, "forum_id": cast.forum.id, "session_id": uuid.uuid4()}
    about = laid[PLAN_ACTIVE]["number"]
    elsewhere = lay_around(settings.database, about, report_id=report_it(about).id)
    nothing_stays()
    refused, unreached = set(), set()
    for rule, guard in asked:
        arguments = here | laid[state_for(guard.needs)] | elsewhere.get("", {}) | elsewhere.get(rule.endpoint, {})
        path = address(app, rule, arguments)
        with db.reading(settings.database) as session:
            seen = session.scalars(select(Referral.version).where(Referral.number == arguments["number"])).one()
        for person in STAFF if rule.endpoint not in LAID_ELSEWHERE else ():
            statuses = send_all(signed_in(person), path, {"seen": str(seen)})
            if statuses != {404}:
                refused |= {rule.endpoint} if 422 in statuses else set()
                break
        else:
            unreached.add(rule.endpoint)
    assert unreached == LAID_ELSEWHERE
    assert len(refused) > 50  # the others are buttons, which have nothing to be wrong about


@pytest.mark.usefixtures("wednesday")
def test_every_form_of_the_public_is_refused_with_words_and_keeps_them(app, browser, nothing_stays):
    app.config["WTF_CSRF_ENABLED"] = False
    writing, reporter = Browser(app.test_client()), Browser(app.test_client())
    test_intake.fill_staff(writing)
    test_intake.send_staff(reporter)
    nothing_stays()
    held = {one.client: one.client.get_cookie(app.config["SESSION_COOKIE_NAME"]) for one in (writing, reporter)}
    refused = set()
    for rule, guard in routes(app):
        names = [page.name for page in PAGES[Door.STAFF]] if "name" in rule.arguments else [None]
        for name in names if guard.kind == "public" else ():
            for one in (browser, writing, reporter):
                if cookie := held.get(one.client):  # as it was before another form let the browser forget
                    one.client.set_cookie(cookie.key, cookie.value)
                if 422 in send_all(one, address(app, rule, {"name": name}), {}):
                    refused.add(rule.endpoint)
    assert refused >= {
        "accounts.do_sign_in", "accounts.ask_for_link", "guardian.let_in", "intake.answer_page", "intake.add", "intake.let_in",
        "intake.take_up",
    }  # fmt: skip


def test_every_form_of_a_guardian_is_refused_with_words_and_keeps_them(agreed, identified, nothing_stays):  # noqa: F811
    agreed.config["WTF_CSRF_ENABLED"] = False
    browser = identified()
    nothing_stays()
    refused = set()
    for rule, guard in routes(agreed):
        if guard.kind == "for_guardian":
            refused |= {rule.endpoint} if 422 in send_all(browser, address(agreed, rule, {}), {}) else set()
    assert refused >= {"guardian.give_consent", "guardian.answer"}
