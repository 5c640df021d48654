"""The page on which a protection report's end is decided: for those few who know of it, and for nobody else."""

import io
import logging
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from flows.sweep import sweep_database
from referrals import clock, config, db
from referrals.models import Account, Municipality, ProtectionDisposal, ProtectionReport
from tests.webapp.test_protection import EVERYBODY, write
from tests.webapp.test_retention import DAY, press
from webapp import cli

CHILD = "Viola Nattviolsson"


@pytest.fixture
def over(settings, signed_in):
    """Kim's report, given six years ago, as its address; Petra reads every report, and the plan says five years."""
    with db.writing(settings.database) as session:
        petra = session.scalars(select(Account.id).where(Account.email.startswith("petra."))).one()
        municipality = session.scalars(select(Municipality)).one()
        municipality.protection = {"readers": [str(petra)]}
        municipality.retention = {"plan": "Plan 2026", "protection_report_years": 5, "kinds": {}}
        today = clock.today(municipality.timezone).isoformat()
    kim = signed_in("kim")
    address = write(kim, child_name=CHILD).path
    kim.submit({"in_writing_on": today})
    clock.use_shift_file(settings.shift_file)
    clock.set_now(clock.machine_now() + timedelta(days=6 * 366))
    return address


def count(settings, kind):
    with db.reading(settings.database) as session:
        return len(session.scalars(select(kind)).all())


def propose_and_approve(signed_in, address, becomes="goes"):
    kim, petra = signed_in("kim"), signed_in("petra")
    kim.get(f"{address}/keeping")
    press(kim, f"Propose that it {becomes}")
    petra.get(f"{address}/keeping")
    press(petra, f"Approve that it {becomes}")
    return kim, petra


def test_its_sender_proposes_whom_the_municipality_names_approves_and_the_night_takes_it(signed_in, settings, over):
    kim, petra = signed_in("kim"), signed_in("petra")
    assert "Its time is over" in kim.get("/protection").text
    assert "goes from here with its paper and its key" in kim.get(f"{over}/keeping").text
    assert any(link.get("href") == f"{over}/keeping" for link in kim.get(over).all("a"))
    kim.get(f"{over}/keeping")
    press(kim, "Propose that it goes")
    assert "Whom the municipality names for these reports decides." in kim.page.text
    assert "Waits for a second person" in petra.get("/protection").text
    petra.get(f"{over}/keeping")
    press(petra, "Approve that it goes")
    assert "It goes tonight" in petra.page.text
    clock.set_now(clock.now() + DAY)
    sweep_database(settings.database)
    assert count(settings, ProtectionReport) == 0
    kim.get(over, status=404)
    page = petra.get("/protection")
    assert CHILD not in page.text
    assert "Gone" in page.text


def test_a_no_and_a_hold_keep_it(signed_in, settings, over):
    _, petra = propose_and_approve(signed_in, over)
    press(petra, "Stop it")
    assert "Nothing has gone." in petra.page.text
    assert petra.page.fields(petra.page.form())["reason"] == "The papers may be needed, because: "
    assert "Finish the sentence" in petra.submit(status=422).text
    page = petra.submit({"reason": " "}, status=422)
    assert "Write why nothing of it may go for now." in page.text
    petra.submit({"reason": "Rätten har begärt den."})
    assert "On hold since" in petra.page.text
    assert "Rätten har begärt den." in petra.page.text
    petra.submit(button=("lift", "yes"))
    assert "Its time is over" in petra.page.text
    assert count(settings, ProtectionReport) == 1


def test_whoever_proposed_it_does_not_approve_it(signed_in, over):
    petra = signed_in("petra")
    petra.get(f"{over}/keeping")
    press(petra, "Propose that it goes")
    assert "Somebody else has to approve it." in petra.page.text


@pytest.mark.parametrize("person", [one for one in EVERYBODY if one not in ("kim", "petra")])
def test_for_everybody_else_the_page_is_not_there(signed_in, over, person):
    browser = signed_in(person)
    browser.get(f"{over}/keeping", status=404)
    assert CHILD not in browser.get("/protection").text


def test_before_it_is_given_and_without_a_rule_there_is_nothing_to_decide(signed_in, settings, over):
    with db.writing(settings.database) as session:
        session.scalars(select(Municipality)).one().retention = {}
    kim = signed_in("kim")
    assert "Without a rule nothing is ever destroyed." in kim.get(f"{over}/keeping").text
    begun = write(kim).path
    kim.get(f"{begun}/keeping", status=404)


def test_what_was_never_given_goes_after_its_sender_alone_was_asked(signed_in, settings, over):
    with db.writing(settings.database) as session:
        municipality = session.scalars(select(Municipality)).one()
        municipality.retention = municipality.retention | {"protection_never_given_years": 2}
    kim = signed_in("kim")
    begun = write(kim, child_name="Ask Askholm").path
    assert "Goes on" not in kim.get(begun).text
    clock.set_now(clock.now() + 800 * DAY)
    sweep_database(settings.database)
    home = signed_in("kim").get("/home")
    assert "it goes on this day if it was never given" in home.text
    sources = [home.text_of(one) for one in home.all("small", class_="day-source")]
    assert sources == ["Standard target, not law", "The municipality's own target"]  # a receipt to write down, and this
    assert "Nobody but you is asked." in kim.get(begun).text
    petra = signed_in("petra")
    assert "never given" not in petra.get("/home").text
    clock.set_now(clock.now() + 31 * DAY)
    sweep_database(settings.database)
    kim.get(begun, status=404)
    assert "The plan: it was never given" in kim.get("/protection").text
    assert "never given" not in petra.get("/protection").text
    assert count(settings, ProtectionReport) == 1


def test_where_its_sender_has_left_whom_the_municipality_names_is_asked(signed_in, settings, over):
    with db.writing(settings.database) as session:
        municipality = session.scalars(select(Municipality)).one()
        municipality.retention = municipality.retention | {"protection_never_given_years": 2}
    begun = write(signed_in("kim"), child_name="Ask Askholm").path
    clock.set_now(clock.now() + 800 * DAY)
    sweep_database(settings.database)
    with db.reading(settings.database) as session:
        kim = session.scalars(select(Account).where(Account.email.startswith("kim."))).one()
        never = select(ProtectionReport.asked_on).where(ProtectionReport.given_at.is_(None))
        assert session.scalars(never).one() is not None
        kim_id = kim.id
    administrator = signed_in("anton")
    administrator.get(f"/administration/people/{kim_id}")
    administrator.submit({"name": "Kim K"})
    with db.reading(settings.database) as session:
        assert session.scalars(never).one() is not None, "only leaving lets the asking begin anew"
    administrator.get(f"/administration/people/{kim_id}")
    administrator.submit({"is_active": None})
    with db.reading(settings.database) as session:
        assert session.scalars(never).one() is None
    sweep_database(settings.database)
    petra = signed_in("petra")
    assert "its sender has left, and it was never given" in petra.get("/home").text
    page = petra.get(begun)
    assert "report it yourself today" in page.text
    assert "Nobody but you is asked." not in page.text
    assert "Put a hold on it if it is to stay." in petra.get(f"{begun}/keeping").text
    petra.submit({"reason": "Barnet kan behöva den."})
    clock.set_now(clock.now() + 31 * DAY)
    sweep_database(settings.database)
    assert "Ask Askholm" in petra.get("/protection").text
    signed_in("karin").get(begun, status=404)


def test_one_the_guardians_were_told_of_is_decided_by_two_though_it_was_never_given(signed_in, settings, over):
    kim = signed_in("kim")
    told = write(kim, child_name="Ask Askholm").path
    kim.submit({"told": "all"})
    clock.set_now(clock.now() + timedelta(days=5 * 366))
    text = signed_in("kim").get(f"{told}/keeping").text
    assert "5 years have passed since the guardians were told. It was never recorded as given." in text
    assert "years have passed since the report was given." in kim.get(f"{over}/keeping").text
    propose_and_approve(signed_in, told)
    clock.set_now(clock.now() + DAY)
    sweep_database(settings.database)
    kim.get(told, status=404)


def test_the_night_by_hand_says_how_many_and_never_which(signed_in, settings, over, capsys, caplog, monkeypatch):
    propose_and_approve(signed_in, over)
    clock.set_now(clock.now() + DAY)
    monkeypatch.setattr(config, "current", lambda: settings)
    monkeypatch.setattr(db, "current", lambda: settings)
    with caplog.at_level(logging.DEBUG):
        for words, expected in (
            (["retention", "run", "--dry-run"], "1 without a number would go"),
            (["retention", "run"], "1 without a number gone"),
        ):
            assert cli.main(words) == 0
            said = capsys.readouterr().out
            assert expected in said
            assert "P-" not in said
    assert "P-" not in caplog.text
    assert count(settings, ProtectionReport) == 0


def test_what_was_put_on_hold_after_the_approval_stays_in_the_night(signed_in, settings, over):
    _, petra = propose_and_approve(signed_in, over)
    petra.submit({"reason": "Rätten har begärt den."})
    clock.set_now(clock.now() + DAY)
    sweep_database(settings.database)
    assert count(settings, ProtectionReport) == 1
    assert count(settings, ProtectionDisposal) == 1


def test_what_is_to_be_preserved_is_handed_over_before_it_goes(signed_in, settings, over):
    with db.writing(settings.database) as session:
        municipality = session.scalars(select(Municipality)).one()
        municipality.retention = municipality.retention | {"protection_report_then": "preserve"}
    lead = "the report is handed to the archive"
    assert lead in signed_in("petra").get(f"{over}/keeping").text
    kim, petra = propose_and_approve(signed_in, over, "is handed over")
    with db.writing(settings.database) as session:
        municipality = session.scalars(select(Municipality)).one()
        municipality.retention = municipality.retention | {"protection_report_then": "dispose"}
    assert lead in kim.get(f"{over}/keeping").text, "what was proposed stays as it was proposed"
    assert "Take the archive's copy out" in petra.page.text
    assert "To be handed to the archive" in petra.get("/protection").text
    kim_page = kim.get(f"{over}/keeping")
    assert "To be handed to the archive" in kim_page.text
    assert not kim_page.all("form", id="delivery")
    page = petra.get(f"{over}/keeping")
    answer = petra.client.post(f"{over}/copy", data=dict(page.fields(page.form("copy"))))
    assert answer.mimetype == "application/zip"
    assert "content.json" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    petra.get(f"{over}/keeping")
    page = petra.submit({"archive_number": ""}, form="delivery", status=422)
    assert "Write the number under which the archive holds it." in page.text
    petra.submit({"archive_number": "RA 2032:4"}, form="delivery")
    assert "It goes tonight" in petra.page.text
    clock.set_now(clock.now() + DAY)
    sweep_database(settings.database)
    assert count(settings, ProtectionReport) == 0
    assert "The archive's number: RA 2032:4" in petra.get("/protection").text
