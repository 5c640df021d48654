"""Every page there is has been inspected: what the application can answer is compared with what the browser saw."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from referrals import (
    attachments,
    audit,
    clock,
    config,
    db,
    documents,
    log_samples,
    pieces,
    reading_requests,
    second_factor,
    sharing,
    sign_in,
    steps,
    triage,
    withholding,
)
from referrals.actors import Actor
from referrals.models import Disposal, GuardianSession, History, Municipality, Referral, Step, What
from referrals.quarantine import Cleared
from referrals.stages import IN_TRIAGE, Party
from referrals.vocabulary import AskedBy, AskedHow, ContentKind, Fate, FileKind, Recipient
from tests import straight_way
from tests.factories import a_member, a_referral, protected
from tests.journeys.every_page import Noting, Walk, served
from tests.journeys.telling import Reporter
from tests.journeys.window import Window
from tests.journeys.words import Words
from tests.people import Cast, settle
from tests.webapp.desk import cast_of
from tests.webapp.provider import running_provider
from webapp import create_app
from webapp.accounts.passwords import hash_password

PASSWORD = "fyra stolar under vatten"
#: a board asks each quarter of a minute; in milliseconds, with room for a slow machine
WITHIN = 40_000
#: what answers a GET with something that is no page
NO_PAGES = (
    "static_files.asset", "intake.unit_qr",  # files and pictures
    "casework.live",  # a stream
    "casework.document", "casework.preview_document", "casework.protection_paper", "intake.receipt",  # PDF
    "guardian.paper", "guardian.report", "guardian.file",  # PDF too, or a file
    "casework.attachment", "casework.reading_file",  # a file, given out as it came in
    "casework.register_extract",  # a table for other programs
    "health.alive", "health.ready",  # asked by machines
    "accounts.municipal", "guardian.e_identification", "accounts.follow_link", "intake.leave",  # lead on, always
    "intake.receipt_link",  # a piece of the confirmation, which is inspected with it
)  # fmt: skip
#: the referral's stages at which pages open that were shut before, by how many decisions have been made
STOPS = {
    "concern": 0, "guardians": 2, "part": 6, "meeting": 9, "plan": 12, "in force": 17, "closed": len(straight_way.DECISIONS),
}  # fmt: skip


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The municipality's own sign-in: some pages are there only where there is one."""
    with running_provider() as address:
        yield address


@pytest.fixture
def app(fresh_sqlite: str, data_folder: Path, provider: str) -> Iterator[Flask]:
    """The application with the cast in its municipality, in Swedish, whose words are the longer ones."""
    chosen = config.Settings(
        database_url=fresh_sqlite, data=data_folder, oidc_issuer=provider, oidc_client_id="trivsel", oidc_client_secret="hush",
        oidc_guardian_acr="loa3",
    )  # fmt: skip
    with db.writing(chosen.database) as session:
        cast = settle(session)
        cast.municipality.keeps_protected_outside = True
        cast.counsellor.password_hash = hash_password(PASSWORD)
    yield create_app(chosen)
    clock.use_shift_file(None)
    chosen.shift_file.unlink(missing_ok=True)


@pytest.fixture
def address(fresh_sqlite: str) -> str:
    """Where the application's rows are."""
    return fresh_sqlite


@pytest.fixture
def walk(app: Flask, address: str, chromium: Browser) -> Iterator[Walk]:
    """One browser for everybody."""
    with served(app) as url:
        context = chromium.new_context(locale="sv-SE", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(15_000)
        noting = Noting(app)
        yield Walk(app, address, context, Window(context, url, Words("sv"), inspector=noting), noting)
        context.close()


Go = Callable[[str], None]


@pytest.fixture
def number(app: Flask, address: str) -> str:
    """A concern that has just come in."""
    with db.writing(address) as session:
        return straight_way.submit(session, cast_of(session).school).number


@pytest.fixture
def go_to(address: str, number: str) -> Go:
    """Lets the referral go on until it stands at one of the stops."""
    decisions = enumerate(straight_way.DECISIONS, 1)

    def go(stop: str) -> None:
        made = 0
        while made < STOPS[stop]:
            made, decide = next(decisions)
            with db.writing(address) as session:
                decide(session, cast_of(session), _referral(session, number))

    return go


def test_every_page_has_been_inspected(app: Flask, address: str, walk: Walk, number: str, go_to: Go) -> None:
    walk.look_around(number, "karin", "henrik", "kim", "anton")
    go_to("guardians")
    walk.look_around(number, "karin")
    go_to("part")
    walk.look_around(number, "karin", "petra")
    go_to("meeting")
    _as_a_guardian(walk, address, number)
    go_to("plan")
    walk.look_around(number, "karin", "henrik")
    go_to("in force")
    _lay_what_lies_around(address, number)
    hidden, asked = _lay_other_referrals(address)
    walk.look_around(hidden, "karin")
    walk.look_around(number, "karin", "henrik")
    walk.look_around(number, "karin", again=True)
    walk.look("henrik", f"/referrals/{asked}/triage", "/home")
    walk.look("henrik", "/reading-requests", f"/reading-requests/{_lay_a_reading_request(address, number)}")
    walk.look("anton", "/administration/automatic-work")
    go_to("closed")
    _lay_disposals(address, number)
    walk.look_around(number, "karin", "henrik")
    walk.look("henrik", "/retention", f"/referrals/{number}", f"/referrals/{number}/closure")
    _as_the_sender_of_a_report(walk, number)
    _as_a_reporter(walk)
    _at_the_door(walk, address)

    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())} - set(NO_PAGES)
    assert pages - walk.seen == set(), "nobody has looked at these"
    assert set(NO_PAGES) & walk.seen == set(), "these are pages after all"


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


def _referral(session: Session, number: str) -> Referral:
    return session.scalars(select(Referral).where(Referral.number == number)).one()


# ---------------------------------------------------------------------------------------------------- what is laid ready
def _lay_what_lies_around(address: str, number: str) -> None:
    """Papers, a file, something shared, automatic work that was given up, and visits of last week to look through."""
    with db.writing(address) as session:
        cast, referral = cast_of(session), _referral(session, number)
        by = cast.coordinator.actor()
        for row in session.scalars(select(History).where(History.referral_id == referral.id)).all():
            for paper in documents.papers_after(session, row):
                documents.issue(session, row, paper, content=b"%PDF-1.7 of the test")
        photo = Cleared(FileKind.JPEG, b"a photo of the timetable", "Schemat.jpg")
        attachments.keep(session, referral, photo, by=Actor(reported=referral.id), party=Party.REPORTER)
        told = sharing.Sharing(
            recipient=Recipient.SOCIAL_SERVICES, to_whom="Mottagningen", purpose="Hjälpas åt.", told_on=clock.now().date()
        )  # fmt: skip
        sharing.share_information(
            session, referral, by=by, seen=None, chosen=pieces.shareable(session, referral)[:1], sharing=told
        )
        withholding.mark_confided(session, referral, by=by, seen=None, key=pieces.known(session, referral)[0].key)
        _give_up_a_step(session, referral)
        _draw_visits(session, cast, referral)


def _lay_a_reading_request(address: str, number: str) -> uuid.UUID:
    """The child has asked to read the file, and the head teacher goes through it."""
    with db.writing(address) as session:
        cast, referral = cast_of(session), _referral(session, number)
        asked = reading_requests.Asked(
            asked_by=AskedBy.CHILD, asked_how=AskedHow.ORAL, received_on=clock.now().date(), reviewer_id=cast.head_teacher.id
        )  # fmt: skip
        return reading_requests.record_request(session, referral, by=cast.coordinator.actor(), asked=asked).id


def _give_up_a_step(session: Session, referral: Referral) -> None:
    step = session.scalars(select(Step).where(Step.referral_id == referral.id)).first()
    assert step is not None
    step.not_before = None
    session.flush()
    claim = steps.claim(session, step.id, holder="test")
    assert claim is not None
    steps.start(session, step.id, attempt=claim.attempt, flow_run_id=uuid.UUID(int=7))
    steps.fail(session, step.id, attempt=claim.attempt, word="mail", again=False)


def _draw_visits(session: Session, cast: Cast, referral: Referral) -> None:
    with time_machine.travel(clock.machine_now() - timedelta(days=7)):
        audit.append(
            session, What.OPENED_PAGE, by=cast.coordinator.actor(), chain=referral.id, party=Party.COORDINATOR,
            subject="casework.triage",
        )  # fmt: skip
    log_samples.draw(session, cast.school.id, week_on=log_samples.last_week(session))


def _lay_other_referrals(address: str) -> tuple[str, str]:
    """One with a protected identity and somebody on its list, and one with a question to the head teacher."""
    with db.writing(address) as session:
        cast = cast_of(session)
        hidden = a_referral(session, cast, owner_id=cast.coordinator.id)
        a_member(session, hidden, cast.counsellor)
        protected(session, hidden, by=cast.coordinator, let_in=(cast.counsellor,))
        asked = a_referral(session, cast, IN_TRIAGE, owner_id=cast.coordinator.id)
        triage.ask_head_teacher(session, asked, by=cast.coordinator.actor(), seen=None, reason="Är det särskilt stöd?")
        return hidden.number, asked.number


def _lay_disposals(address: str, number: str) -> None:
    """One of each: proposed, gone tonight, waiting for the archive, and done."""
    with db.writing(address) as session:
        cast, referral, now = cast_of(session), _referral(session, number), clock.now()
        kinds = {kind.value: {"years": 5, "then": "preserve"} for kind in ContentKind}
        session.scalars(select(Municipality)).one().retention = {"plan": "Plan 2026", "kinds": kinds}
        decided = {"decided_at": now, "decided_by_id": cast.head_teacher.id}
        for fate, values in (
            (Fate.DISPOSE, {}),
            (Fate.DISPOSE, decided),
            (Fate.PRESERVE, decided),
            (
                Fate.DISPOSE,
                decided | {"done_at": now, "receipt": {"rows": {"concern": 1}, "papers": {}, "key_destroyed": True}},
            ),
        ):
            session.add(
                Disposal(
                    referral=referral, kinds=[*kinds], fate=fate, rule={"plan": "Plan 2026", "kinds": kinds}, proposed_at=now,
                    proposed_by_id=cast.coordinator.id, **values,
                )
            )  # fmt: skip


# ---------------------------------------------------------------------------------------------------- people of their own
def _as_a_guardian(walk: Walk, address: str, number: str) -> None:
    """The coordinator makes a code, and the guardian opens their page with it."""
    with db.reading(address) as session:
        guardian = straight_way.the_guardian(session, _referral(session, number)).id
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
