"""The register's page: read by who answers for a unit and by the registrar, taken out as a file, and silent about content."""

import csv
import io

import pytest
from sqlalchemy import select

from referrals import db, documents
from referrals.access import Role
from referrals.keeping import register
from referrals.models import GENERAL, Account, AuditEvent, History, Referral, RoleAssignment, Unit, What
from referrals.vocabulary import Counterpart, DocumentKind, Profession, Registered
from tests import straight_way
from tests.webapp.desk import cast_of


@pytest.fixture
def lived(app, settings):
    """A referral with its concern, a part and a paper, and somebody who keeps the register."""
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = straight_way.submit(session, cast.school)
        for decide in straight_way.DECISIONS[:7]:
            decide(session, cast, referral)
        row = session.scalars(select(History).where(History.referral_id == referral.id, History.number == 1)).one()
        documents.issue(session, row, documents.Paper(DocumentKind.REFERRAL, "file", "en"), content=b"%PDF")
        session.add(
            Account(
                email="rut.arkivsson@trivsel.invalid", name="Rut Arkivsson", profession=Profession.ADMINISTRATOR,
                language="en", password_hash="!", roles=[RoleAssignment(role=Role.REGISTRAR, unit=cast.school)],
            )
        )  # fmt: skip
        return referral.number


def test_the_registrar_sees_every_line_and_no_content(signed_in, lived):
    browser = signed_in("rut")
    page = browser.get("/register")
    assert "4 lines" in page.text
    for words in (
        "Concern to the team",
        "The reporter: Teacher",
        "Staff: Special educator",
        "The file",
        "answer about consent",
        lived,
    ):
        assert words in page.text
    assert "Secret: OSL 23:1, 23:2, 25:1" in page.text
    assert [word for word in straight_way.TYPED if word in page.response.text] == []
    assert "Register" in browser.get("/home").response.text
    assert browser.client.get(f"/referrals/{lived}").status_code == 404
    assert browser.client.get(f"/referrals/{lived}/documents").status_code == 404


@pytest.mark.parametrize(("person", "status"), [("karin", 200), ("henrik", 200), ("petra", 404), ("anton", 404)])
def test_the_register_is_for_who_answers_for_a_unit(signed_in, lived, person, status):
    assert signed_in(person).client.get("/register").status_code == status
    assert signed_in(person).client.get("/register.csv").status_code == status


def test_the_coordinator_of_another_school_finds_it_empty(signed_in, lived):
    assert "The register is empty" in signed_in("otto").get("/register").text


def test_filters_narrow_the_lines_and_nonsense_is_left_aside(signed_in, lived):
    browser = signed_in("karin")
    assert "1 line" in browser.get("/register?direction=issued&unit=lindskolan&kind=paper").text
    assert "Nothing matches" in browser.get("/register?year=1999").text
    assert "4 lines" in browser.get("/register?direction=sideways&kind=nonsense&year=soon").text


@pytest.mark.parametrize("year", ["9" * 20, "9" * 5000, "0", "-1", "last"])
def test_a_year_that_is_none_is_left_aside(signed_in, lived, year):
    assert "4 lines" in signed_in("karin").get(f"/register?year={year}").text


def test_the_list_taken_out_opens_in_a_spreadsheet_and_leaves_an_event(signed_in, settings, lived):
    answer = signed_in("rut").client.get("/register.csv?kind=part")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="register.csv"'
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][0] == "Register number"
    assert rows[1][2:7] == ["Received", "Staff: Special educator", "Part of an assessment", lived, "Lindskolan"]
    with db.reading(settings.database) as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.chain_id == GENERAL)).all()
        assert [event.subject for event in events if event.what is What.EXPORTED] == ["casework.register"]


def test_no_cell_is_taken_for_a_formula(signed_in, settings, lived):
    with db.writing(settings.database) as session:
        session.scalars(select(Unit).where(Unit.slug == "lindskolan")).one().name = "=1+1"
    assert ";'=1+1;" in signed_in("rut").client.get("/register.csv").data.decode()


def test_a_struck_line_says_nothing_but_its_number(signed_in, settings, lived):
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral)).one()
        row = register.enter(
            session, Registered.GUARDIAN_TEXT, referral.id, referral=referral, counterpart=Counterpart.GUARDIAN
        )
        register.strike(session, referral.id)
        label = row.label
    page = signed_in("rut").get("/register")
    assert f"{label} " in page.text
    assert "Struck" in page.text
    assert "own text" not in page.text.partition("Struck")[2]
    assert f"{label};" in signed_in("rut").client.get("/register.csv").data.decode()


def test_a_stopped_paper_is_marked(signed_in, settings, lived):
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral)).one()
        row = session.scalars(
            select(History).where(History.referral_id == referral.id).order_by(History.number.desc())
        ).first()
        issued = documents.issue(session, row, documents.Paper(DocumentKind.MINUTES, "reporter", "en"), content=b"%PDF")
        documents.stop(session, referral, issued, by=cast_of(session).coordinator.actor())
    assert "Stopped before it went out" in signed_in("karin").get("/register").text


def test_the_papers_of_a_referral_carry_their_register_numbers(signed_in, settings, lived):
    with db.reading(settings.database) as session:
        referral = session.scalars(select(Referral)).one()
        paper = next(entry.label for entry in register.entries_beside(session, referral) if entry.paper)
    assert f"Register number {paper}" in signed_in("karin").get(f"/referrals/{lived}/documents").text


def test_a_registrar_is_made_on_the_administrators_page(signed_in, settings):
    browser = signed_in("anton")
    browser.get("/administration/people/new")
    with db.reading(settings.database) as session:
        school = str(session.scalars(select(Unit.id).where(Unit.slug == "lindskolan")).one())
    browser.submit(
        {
            "name": "Rut Arkivsson", "email": "rut.arkivsson@trivsel.invalid", "profession": "administrator",
            "language": "en", "registrar": school,
        }
    )  # fmt: skip
    with db.reading(settings.database) as session:
        made = session.scalars(select(Account).where(Account.email.startswith("rut."))).one()
        assert [(held.role, str(held.unit_id)) for held in made.roles] == [(Role.REGISTRAR, school)]
