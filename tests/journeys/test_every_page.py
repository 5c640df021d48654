"""Every page there is has been inspected: what the application can answer is compared with what the browser saw."""

import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import update

from referrals import clock, db
from referrals.models import GuardianSession
from referrals.people import second_factor, sign_in
from tests import straight_way
from tests.journeys import ground
from tests.journeys.conftest import PASSWORD
from tests.journeys.every_page import Walk
from tests.journeys.telling import Reporter
from tests.webapp.desk import cast_of

#: a board asks each quarter of a minute; in milliseconds, with room for a slow machine
WITHIN = 40_000
#: what answers a GET with something that is no page
NO_PAGES = (
    "static_files.asset", "intake.unit_qr",  # files and pictures
    "casework.live",  # a stream
    "casework.document", "casework.preview_document", "casework.meeting_call", "forums.agenda_to_take_along",  # PDF
    "casework.protection_paper", "casework.absence_paper_of", "intake.receipt", "forums.consultation_note", "rounds.agenda", "rounds.round_report", "rounds.traced_questions", "learning.seminar_agenda", "development.closing_paper", "development.analysis_paper", "development.stage_paper", "patterns.quality_report", "patterns.fetch_export",  # PDF too
    "guardian.paper", "guardian.report", "guardian.file",  # PDF too, or a file
    "casework.attachment", "casework.reading_file",  # a file, given out as it came in
    "casework.register_extract", "casework.referral_list_as_text", "casework.referral_list_as_workbook",  # tables
    "forums.team_calendar", "forums.subscribed_dates", "forums.subscribed_own_dates",  # calendars for other programs
    "forums.year_to_hang_up", "forums.own_year_to_hang_up",  # PDF too
    "casework.meeting_calendar", "guardian.meeting_calendar",  # calendars too
    "health.alive", "health.ready", "metrics.show",  # asked by machines
    "accounts.municipal", "guardian.e_identification", "accounts.follow_link", "intake.leave",  # lead on, always
    "intake.receipt_link",  # a piece of the confirmation, which is inspected with it
)  # fmt: skip
#: the referral's stages at which pages open that were shut before, by how many decisions have been made
STOPS = {
    "concern": 0, "guardians": 2, "part": 6, "meeting": 9, "plan": 12, "in force": 17, "closed": len(straight_way.DECISIONS),
}  # fmt: skip


Go = Callable[[str], None]


@pytest.fixture
def go_to(address: str, number: str) -> Go:
    """Lets the referral go on until it stands at one of the stops."""
    decisions = enumerate(straight_way.DECISIONS, 1)

    def go(stop: str) -> None:
        made = 0
        while made < STOPS[stop]:
            made, decide = next(decisions)
            with db.writing(address) as session:
                decide(session, cast_of(session), ground.the_referral(session, number))

    return go


def test_every_page_has_been_inspected(app: Flask, address: str, walk: Walk, number: str, go_to: Go) -> None:
    walk.look_around(number, "karin", "henrik", "kim", "anton")
    go_to("guardians")
    walk.look_around(number, "karin")
    go_to("part")
    walk.look_around(number, "karin", "petra")
    go_to("meeting")
    _as_the_team_meets(walk, address, number)
    go_to("plan")
    walk.look_around(number, "karin", "henrik")
    go_to("in force")
    ground.lay_what_lies_around(address, number)
    hidden, asked = ground.lay_other_referrals(address)
    held = ground.lay_a_held_concern(address)
    walk.look("henrik", f"/referrals/{ground.lay_an_educational_assessment(address)}/educational-assessment", "/home")
    walk.look("karin", f"/referrals/{held}/conflict", "/home")
    walk.look("sanna", f"/referrals/{held}/conflict")
    walk.look_around(hidden, "karin")
    walk.look_around(number, "karin", "henrik")
    walk.look_around(number, "karin", again=True)
    walk.look("henrik", f"/referrals/{asked}/triage", "/home")
    walk.look("henrik", "/reading-requests", f"/reading-requests/{ground.lay_a_reading_request(address, number)}")
    walk.look("anton", "/administration/automatic-work")
    _about_patterns(walk, address)
    seat = ground.lay_a_seat(address)
    walk.look("karin", seat, ground.lay_an_agenda(address), f"{seat.split('/seats/')[0]}/year/2026", "/teams/year/2026")
    offered, waits, taken = ground.lay_hand_overs(address)
    walk.look("karin", f"/referrals/{offered}/hand-over", "/hand-overs")
    walk.look("otto", "/hand-overs", f"/hand-overs/{waits}", f"/referrals/{taken}/handed-over")
    _about_nobody(walk, address)
    go_to("closed")
    ground.lay_disposals(address, number)
    walk.look_around(number, "karin", "henrik")
    walk.look("henrik", "/retention", f"/referrals/{number}", f"/referrals/{number}/closure")
    _as_the_sender_of_a_report(walk, number)
    _as_a_reporter(walk)
    _at_the_door(walk, address)

    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())} - set(NO_PAGES)
    assert pages - walk.seen == set(), "nobody has looked at these"
    assert set(NO_PAGES) & walk.seen == set(), "these are pages after all"


def _about_patterns(walk: Walk, address: str) -> None:
    export = f"/research/{ground.lay_an_export(address)}"
    walk.look("rune", "/research", "/research/new", export)
    walk.look("margit", "/lead-times", "/patterns", "/research", export)


def _as_the_team_meets(walk: Walk, address: str, number: str) -> None:
    ground.let_the_team_rate_by_colour(address)
    walk.look("karin", f"/referrals/{number}/team-review", f"/referrals/{number}/team-review/colours")
    walk.look("henrik", "/meetings")
    with db.reading(address) as session:
        guardian = straight_way.the_guardian(session, ground.the_referral(session, number)).id
    walk.look(
        "karin", *(f"/referrals/{number}/team-review/{one}" for one in ("call-off", f"invited/{guardian}/answer"))
    )
    _as_a_guardian(walk, address, number)


def _in_a_round(walk: Walk, laid: dict[str, uuid.UUID]) -> None:
    over, talked = f"/rounds/{laid['over_id']}", f"/rounds/enrolments/{laid['talked_id']}"
    walk.look("henrik", over, f"{over}/evaluation", talked, f"{talked}/summary")
    team = f"/rounds/enrolments/{laid['enrolment_id']}"
    found = f"/rounds/{laid['round_id']}"
    walk.look(
        "margit",
        "/rounds",
        "/rounds/new",
        found,
        f"{found}/consultants",
        f"{found}/consultants/{laid['consultant_id']}",
        team,
    )
    walk.look("karin", f"/rounds/{laid['round_id']}", team, f"{team}/questions/{laid['question_id']}")


def _about_nobody(walk: Walk, address: str) -> None:
    asked = [f"/consultations/{one}" for one in ground.lay_consultations(address)]
    walk.look("kim", "/consultations", "/consultations/new", *asked)
    ground.lay_a_degrading_notice(address)
    walk.look("henrik", "/consultations")
    sent = ground.lay_questions_upward(address)
    walk.look("karin", "/questions", "/questions/new", f"/questions/{sent['asked']}", f"/questions/{sent['answered']}")
    walk.look("anton", f"/administration/forums/{sent['above']}")
    _in_a_round(walk, ground.lay_a_round(address))
    learnt = [f"/lessons/{one}" for one in ground.lay_lessons(address)]
    walk.look("karin", "/lessons/team", "/lessons/new", *learnt)
    walk.look("sanna", "/lessons", learnt[1])
    walk.look("karin", "/seminars", "/seminars/new", f"/seminars/{ground.lay_a_seminar(address)}")
    laid = ground.lay_development_work(address)
    worked_on = [f"/development/{laid[name]}" for name in ("development_id", "begun_id", "closed_id")]
    walk.look(
        "karin",
        "/development",
        "/development/new",
        *worked_on,
        f"{worked_on[0]}/closing",
        f"{worked_on[0]}/analysis",
        f"{worked_on[0]}/actions",
    )
    walk.look("margit", "/development", worked_on[2])


def test_a_board_without_connection_says_so_and_goes_on_by_itself(walk: Walk, number: str) -> None:
    walk.be("karin")
    board = walk.window.open("/board")
    state = board.page.locator("#board-as-of")
    failed = state.get_attribute("data-failed")
    assert failed
    board.page.context.set_offline(True)
    expect(state).to_have_text(failed, timeout=WITHIN)
    assert number in board.text
    board.page.context.set_offline(False)
    expect(state).not_to_have_text(failed, timeout=WITHIN)
    assert number in board.text


# ---------------------------------------------------------------------------------------------------- people of their own
def _as_a_guardian(walk: Walk, address: str, number: str) -> None:
    """The coordinator makes a code, and the guardian opens their page with it."""
    with db.reading(address) as session:
        guardian = straight_way.the_guardian(session, ground.the_referral(session, number)).id
    walk.be("karin")
    window = walk.window.open(f"/referrals/{number}/guardians/{guardian}/code")
    window.press("Make a code")
    code = window.page.locator(".given-code").inner_text()
    walk.be_nobody()
    window.open("/guardian/code")
    window.write("Code from your letter", code)
    window.press("Open my page")
    assert window.path == "/guardian/"
    with db.writing(address) as session:  # as if they had come with e-identification, which other tests walk through
        session.execute(update(GuardianSession).values(is_strong=True))
    for further in ("", "own-words", "consent", "consent/withdraw"):
        window.open(f"/guardian/{further}")


def _as_the_sender_of_a_report(walk: Walk, number: str) -> None:
    """Begun beside a referral, made, taken up once more, and given."""
    walk.be("karin")
    window = walk.window.open(f"/referrals/{number}")
    window.leads(window.page.locator("form[action='/protection'] button"))
    window.write("What have you seen or heard?", "Tre blåmärken i rad på armen.")
    window.press("Keep it and go on later")
    window.follow("Go on writing")
    window.press("Make the report")
    window.write("In writing: which day?", clock.machine_now().date().isoformat())
    window.press("Save")
    window.follow("How long it stays")


def _as_a_reporter(walk: Walk) -> None:
    walk.be_nobody()
    window = walk.window
    window.open("/u/lindskolan/team")
    window.open("/words")
    Reporter(window, "sv").begin("I work with children")
    window.press("Delete what I have written")
    Reporter(window, "sv").begin("I work with children")
    window.press("Save and close")
    window.leads(window.page.locator("button[name=_language][value=en]").first)
    walk.be_nobody()
    reporter = Reporter(window, "sv").begin("I work with children").tell_as_teacher()
    receipt = reporter.send()
    walk.be_nobody()
    reporter.come_back(receipt)


def _at_the_door(walk: Walk, address: str) -> None:
    """Signing in in all its ways, and a password that was forgotten."""
    with db.writing(address) as session:
        kim = cast_of(session).counsellor
        secret = second_factor.begin(session, kim).secret
        second_factor.confirm(session, kim, pyotp.TOTP(secret).at(int(clock.machine_now().timestamp())))
        link = sign_in.make_link(session, kim)
        email = kim.email
    walk.be_nobody()
    window = walk.window.open("/sign-in")
    window.write("E-mail address", email)
    window.write("Password", PASSWORD)
    window.press("Sign in")
    assert urlsplit(window.page.url).path == "/sign-in/code"
    walk.be_nobody()
    window.open("/forgotten-password")
    window.write("E-mail address", "nobody@trivsel.invalid")
    window.press("Send the link")
    window.open(f"/new-password/{link}")
    window.open("/signed-out")
    window.open("/sign-in/municipal/return?state=nobody-was-sent-there")
    window.open("/there-is-no-such-page")
    walk.look("henrik", "/absence", "/absence/file", *ground.lay_absence(address))
