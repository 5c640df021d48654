"""The pages of keeping and disposal: two people and a night, and nothing falls over once content is gone."""

import io
import re
import sys
import uuid
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from flows.sweep import sweep_database
from referrals import clock, config, db, documents
from referrals.actors import Role
from referrals.models import Account, Disposal, History, Municipality, Referral, RoleAssignment, Unit
from referrals.vocabulary import ContentKind, Profession
from tests import straight_way
from tests.people import NO_PASSWORD
from tests.referrals.keeping.test_retention import YEAR
from tests.webapp.desk import cast_of
from tests.webapp.test_protection_doors import addresses
from webapp import cli

DAY = timedelta(days=1)


@pytest.fixture
def over(app, settings):
    """A referral that has gone its whole way, as its number; its time is over, and a registrar works at the school."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        session.scalars(select(Municipality)).one().retention = {
            "plan": "Plan 2026", "kinds": {kind.value: {"years": 5, "then": "dispose"} for kind in ContentKind},
        }  # fmt: skip
        session.add(
            Account(
                email="regina.arkivfeldt@trivsel.invalid", name="Regina Arkivfeldt", profession=Profession.REGISTRAR,
                language="en", password_hash=NO_PASSWORD,
                roles=[RoleAssignment(role=Role.REGISTRAR, unit=session.scalars(select(Unit).where(Unit.slug == "lindskolan")).one())],
            )
        )  # fmt: skip
        referral = straight_way.submit(session, cast.school)
        for decide in straight_way.DECISIONS:
            decide(session, cast, referral)
        for row in session.scalars(select(History).where(History.referral_id == referral.id)).all():
            for paper in documents.papers_after(session, row):
                documents.issue(session, row, paper, content=b"%PDF-1.7 of the test")
        number = referral.number
    clock.use_shift_file(settings.shift_file)
    clock.set_now(clock.machine_now() + 6 * YEAR)
    return number


def preserve(settings):
    with db.writing(settings.database) as session:
        session.scalars(select(Municipality)).one().retention = {
            "plan": "Plan 2026", "kinds": {kind.value: {"years": 5, "then": "preserve"} for kind in ContentKind},
        }  # fmt: skip


def press(browser, words):
    """Press the button with these words on the page that is open."""
    page = browser.page
    form = next(
        form for form in page.all("form") if any(page.text_of(each).startswith(words) for each in form.iter("button"))
    )
    return browser.submit(form=form)


def sleep_over(settings):
    clock.set_now(clock.now() + DAY)
    sweep_database(settings.database)


def state_of(settings):
    with db.reading(settings.database) as session:
        return session.scalars(select(Disposal)).one().state.value


def test_one_person_proposes_another_approves_and_it_goes_in_the_night(signed_in, settings, over):
    karin = signed_in("karin")
    page = karin.get("/retention")
    assert over in page.text
    press(karin, "Propose")
    assert "A head teacher or the registrar decides" in karin.page.text
    henrik = signed_in("henrik")
    henrik.get("/retention")
    press(henrik, "Approve")
    assert "goes tonight" in henrik.page.text
    sleep_over(settings)
    page = henrik.get("/retention")
    assert state_of(settings) == "done"
    assert "The referral's key is destroyed too." in page.text


def test_whoever_proposed_cannot_approve_and_may_take_it_back(signed_in, settings, over):
    regina = signed_in("regina")
    regina.get("/retention")
    press(regina, "Propose")
    assert "Somebody else has to approve it." in regina.page.text
    press(regina, "Say no")
    assert state_of(settings) == "declined"
    sleep_over(settings)
    assert state_of(settings) == "declined"


def test_once_everything_is_gone_every_page_still_answers_and_says_so(app, signed_in, settings, over):
    karin, henrik = signed_in("karin"), signed_in("henrik")
    karin.get("/retention")
    press(karin, "Propose")
    henrik.get("/retention")
    press(henrik, "Approve")
    sleep_over(settings)
    with db.reading(settings.database) as session:
        paths = sorted({one for one in addresses(app, session, over, uuid.uuid4()) if f"/referrals/{over}" in one})
    answered = set()
    for who in (henrik, karin):
        for path in paths:
            answer = who.client.get(path)
            assert answer.status_code in (200, 303, 404, 410), path
            assert [word for word in straight_way.TYPED if word in answer.text] == [], path
            if answer.status_code == 200 and "referral-header" in answer.text:
                assert "is no longer kept here: it went on" in who.get(path).text, path
                answered.add(path.removeprefix(f"/referrals/{over}"))
    assert answered >= {
        "", "/triage", "/guardians", "/assessment", "/team-review", "/team-review/minutes", "/action-plan", "/follow-up", "/closure",
        "/documents", "/access-log", "/hold", "/sharing",
    }  # fmt: skip
    paper = next(
        link.get("href")
        for link in henrik.get(f"/referrals/{over}/documents").all("a")
        if "/documents/" in link.get("href", "")
    )
    assert "no longer kept" in henrik.get(paper, status=410).text
    for path in ("/board?show=all", "/referrals?show=all", "/home", "/register"):
        assert henrik.get(path)
    with db.reading(settings.database) as session:
        referral = session.scalars(select(Referral)).one()
        assert all(
            row.reason is None for row in session.scalars(select(History).where(History.referral_id == referral.id))
        )


def test_what_is_to_be_preserved_is_handed_over_first(signed_in, settings, over):
    karin, henrik = signed_in("karin"), signed_in("henrik")
    assert "handed to the archive first" not in karin.get("/retention").text
    preserve(settings)
    assert "handed to the archive first" in karin.get("/retention").text
    press(karin, "Propose")
    henrik.get("/retention")
    press(henrik, "Approve")
    link = next(each.get("href") for each in henrik.page.all("a") if each.get("href", "").endswith("/delivery"))
    page = henrik.get(link)
    answer = henrik.client.post(link.replace("/delivery", "/copy"), data=dict(page.fields(page.form("copy"))))
    assert answer.mimetype == "application/zip"
    assert f"{over}-archive.zip" in answer.headers["Content-Disposition"]
    assert "metadata.json" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    henrik.get(link)
    henrik.submit({"archive_number": ""}, status=422)
    henrik.submit({"archive_number": "RA 2032:4"})
    assert "RA 2032:4" not in henrik.get("/board").text
    sleep_over(settings)
    assert "The archive's number: RA 2032:4" in henrik.get("/retention").text


def test_a_hold_is_put_on_and_lifted(signed_in, settings, over):
    henrik = signed_in("henrik")
    page = henrik.get(f"/referrals/{over}/hold")
    assert page.fields(page.form())["reason"] == "The papers may be needed, because: "
    assert "Finish the sentence" in henrik.submit(status=422).text
    henrik.submit({"reason": ""}, status=422)
    henrik.submit({"reason": "Tvist i rätten."})
    assert "Tvist i rätten." in henrik.page.text
    assert over not in henrik.get("/retention").text
    henrik.get(f"/referrals/{over}/hold")
    henrik.submit({}, button=("lift", "yes"))
    assert over in henrik.get("/retention").text


def test_what_is_no_longer_due_is_said_and_nothing_changes(signed_in, settings, over):
    karin = signed_in("karin")
    karin.get("/retention")
    henrik = signed_in("henrik")
    henrik.get(f"/referrals/{over}/hold")
    henrik.submit({"reason": "Tvist."})
    press(karin, "Propose")
    assert "no longer due" in karin.page.text


def test_garbage_proposes_nothing(signed_in, settings, over):
    karin = signed_in("karin")
    page = karin.get("/retention")
    karin.submit({"fate": "nothing"}, form=page.form("propose-1"), status=422)
    with db.reading(settings.database) as session:
        assert session.scalars(select(Disposal)).all() == []


@pytest.mark.parametrize("person", ["petra", "noor", "anton", "margit", "rune"])
def test_nobody_else_finds_the_page(signed_in, over, person):
    assert signed_in(person).get("/retention", status=404)


def test_another_schools_coordinator_sees_nothing_of_it(signed_in, settings, over):
    karin, otto = signed_in("karin"), signed_in("otto")
    karin.get("/retention")
    press(karin, "Propose")
    assert over not in otto.get("/retention").text


def test_the_command_line_says_first_what_would_go(signed_in, settings, over, monkeypatch, capsys):
    karin, henrik = signed_in("karin"), signed_in("henrik")
    karin.get("/retention")
    press(karin, "Propose")
    henrik.get("/retention")
    press(henrik, "Approve")
    clock.set_now(clock.now() + DAY)
    monkeypatch.setattr(config, "current", lambda: settings)
    monkeypatch.setattr(db, "current", lambda: settings)
    assert cli.main(["retention", "run", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert f"{over}: child, concern" in said
    assert "1 disposals would be done; nothing was changed" in said
    assert state_of(settings) == "approved"
    with db.writing(settings.database) as session:
        session.execute(update(Referral).where(Referral.number == over).values(is_open=True))
    assert cli.main(["retention", "run"]) == 0
    said = capsys.readouterr().out
    assert "kept: reopened, on hold, or changed since and waiting for a new copy" in said
    assert ("0 disposals done" in said, state_of(settings)) == (True, "approved")
    with db.writing(settings.database) as session:
        session.execute(update(Referral).where(Referral.number == over).values(is_open=False))
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _self: True)
    assert cli.main(["retention", "run"]) == 0
    said = capsys.readouterr()
    assert "1 disposals done" in said.out
    assert re.search(r"disposals  \[#+\]  1/1  100%", said.err)
    assert state_of(settings) == "done"
