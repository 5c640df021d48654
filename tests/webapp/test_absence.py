"""The pages of unlawful absence: by hand and from a file, the sum of the next morning, and what the head teacher decides."""

import io
from datetime import date, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from flows.sweep import sweep_database
from referrals import db, printing
from referrals.access import Role
from referrals.models import AbsenceCount, AbsenceStep, AbsentPupil, AuditEvent, ClosedDay, RoleAssignment
from referrals.statutory import absence_keeping
from referrals.vocabulary import Country, SchoolForm
from tests.webapp.desk import cast_of

EMIL = {"name": "Emil Ahrendt", "birth_date": "2015-03-02", "class_name": "5.A", "days": "6"}
CSV = "Navn;Fødselsdato;Klasse;Dage\nEmil Ahrendt;02-03-2015;5.A;6\nIda Brask;;6.B;4\nLiv Damm;05-05-2016;4.A;2,5\n"


@pytest.fixture
def henrik(signed_in, settings, wednesday):
    """The head teacher of a folkeskole; the quarter has 37 school days."""
    with db.writing(settings.database) as session:
        here = cast_of(session).municipality
        here.country, here.rulepack_version, here.timezone = Country.DK, "dk-2026-07", "Europe/Copenhagen"
        session.add(ClosedDay(first_on=date(2026, 7, 1), last_on=date(2026, 8, 10), label="Sommerferie"))
    browser = signed_in("henrik")
    browser.get("/absence")
    return browser


@pytest.fixture
def morning(settings):
    """What was entered until now lies a day back, and the sweep of a new day comes."""

    def come():
        with db.writing(settings.database) as session:
            for count in session.scalars(select(AbsenceCount)):
                count.entered_at -= timedelta(days=1)
        sweep_database(settings.database)

    return come


@pytest.fixture
def emil(henrik, settings, morning):
    """Emil, whom the morning's sum has found: the address of his page, and of each step's by its kind."""
    henrik.submit(EMIL)
    morning()
    with db.reading(settings.database) as session:
        pupil = session.scalars(select(AbsentPupil)).one()
        page = f"/absence/{pupil.id}"
        return page, {step.kind.value: f"{page}/steps/{step.id}" for step in pupil.steps}


def a_file(content=CSV):
    return {"file": [(io.BytesIO(content.encode()), "fravær.csv")]}


def test_days_by_hand_are_summed_up_the_next_morning_and_wait_on_home(henrik, morning, settings):
    assert "1 new" not in henrik.get("/home").text
    henrik.get("/absence")
    page = henrik.submit(EMIL)
    assert "One pupil's days were recorded. They are summed up tomorrow morning." in page.text
    assert "tomorrow morning" in page.text_of(page.all("table")[0])
    assert "The whole quarter has 37 school days." in page.text
    assert "No closed day is entered for this quarter." in page.text  # of the quarter before
    page = henrik.submit(EMIL)
    assert "Nothing has changed" in page.text
    morning()
    page = henrik.get("/absence")
    assert "16.2%" in page.text
    assert "Warning to the parents" in page.text_of(page.all("table")[0])
    home = henrik.get("/home").text
    assert "Warn the parents about absence, or say why not" in home
    assert "Report absence to the municipality, or say why not" in home
    assert home.count("Standard target, not law") == 2, "the law gives no number of days"
    assert "Emil" not in home
    assert "twice as long" not in home
    with db.writing(settings.database) as session:
        for step in session.scalars(select(AbsenceStep)):
            step.prepared_at, step.due_on = step.prepared_at - timedelta(days=60), step.due_on - timedelta(days=60)
    assert henrik.get("/home").text.count("Has taken twice as long as meant") == 2


def test_a_file_is_looked_at_first_and_broken_lines_are_named(henrik, settings):
    page = henrik.get("/absence/file")
    page = henrik.submit(a_file())
    assert page.heading == "Absence in the file"
    assert "Line 3: Ida Brask · 6.B · 4 – Give the pupil's birth date." in page.text
    with db.reading(settings.database) as session:
        assert session.scalars(select(AbsentPupil)).all() == []
    page = henrik.submit({"lines-1-is_wanted": ""})
    assert "One pupil's days were recorded." in page.text
    assert "Emil Ahrendt" in page.text
    assert "Liv Damm" not in page.text


@pytest.mark.parametrize(
    ("content", "why"), [("Away.", "This is no table (CSV)"), ("", "Choose a file with something in it.")]
)
def test_what_is_no_table_is_refused_at_its_field(henrik, content, why):
    henrik.get("/absence/file")
    page = henrik.submit(a_file(content), status=422)
    assert why in " ".join(page.problems)


def test_a_file_with_nothing_to_take_leads_back_and_one_too_large_is_refused(henrik, monkeypatch):
    henrik.get("/absence/file")
    page = henrik.submit(a_file("a;b;c;1\n"))
    assert "Back to unlawful absence" in page.text
    henrik.get("/absence/file")
    monkeypatch.setattr("referrals.files.quarantine.LARGEST", 10)
    assert "larger" in " ".join(henrik.submit(a_file(), status=422).problems)


def test_forms_that_lack_something_come_back_with_what_was_typed(henrik, emil, settings):
    page, steps = emil
    henrik.get("/absence")
    back = henrik.submit(EMIL | {"birth_date": "", "days": "x"}, status=422)
    assert back.fields(back.form())["name"] == "Emil Ahrendt"
    henrik.get("/absence")
    assert henrik.submit(EMIL | {"days": "38"}, status=422).problems == [
        "Days: The quarter has fewer school days than that."
    ]
    elsewhere = str(cast_of_school(settings))
    for path in ("/absence", "/absence/file"):
        henrik.get(path)
        sent = EMIL if path == "/absence" else a_file()
        assert henrik.submit(sent | {"unit_id": elsewhere}, status=422)
    henrik.get("/absence/file")
    found = henrik.submit(a_file())
    assert henrik.submit({"unit_id": elsewhere}, form=found.form(), status=422)
    assert henrik.submit({"quarter": "2020-01-01"}, form=found.form(), status=422).problems
    henrik.get(page)
    assert henrik.submit({"days": ""}, status=422).problems
    assert henrik.submit({"days": "40"}, status=422).problems == ["Days: The quarter has fewer school days than that."]
    shown = henrik.get(steps["absence_report"])
    assert len(henrik.submit({}, status=422).problems) == 3
    assert henrik.submit({}, form=shown.form("leave-form"), status=422).problems


def cast_of_school(settings):
    with db.reading(settings.database) as session:
        return cast_of(session).other_school.id


def test_the_parents_are_warned_by_a_letter_in_their_language(henrik, emil):
    _page, steps = emil
    page = henrik.get(steps["absence_warning"])
    assert "6 of the quarter's 37 school days: 16.2%. The limit is 10%." in page.text
    page = henrik.submit({"to_whom": "Dorte Ahrendt", "offer": "Et møde på mandag.", "language": "da"})
    assert "The warning is decided." in page.text
    answer = henrik.client.get(f"{steps['absence_warning']}/paper")
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(answer.data)).pages)
    assert "Varsel om ulovligt fravær" in text
    assert "Emil Ahrendt" in text
    assert "Emil" not in answer.headers["Content-Disposition"]


def test_a_report_is_sent_and_its_paper_made_at_the_first_look_where_it_could_not_be_made_at_once(
    henrik, emil, monkeypatch
):
    _page, steps = emil
    henrik.get(steps["absence_report"])

    def no_fonts(_html):
        raise printing.FontsMissing

    with monkeypatch.context() as without:
        without.setattr(printing, "print_pdf", no_fonts)
        page = henrik.submit({"told_on": "2026-09-16", "done": "Et møde.", "views": "De er enige."})
    assert "The report is decided." in page.text
    assert "De er enige." in page.text
    first = henrik.client.get(f"{steps['absence_report']}/paper").data
    assert first.startswith(b"%PDF")
    assert henrik.client.get(f"{steps['absence_report']}/paper").data == first


def test_a_day_that_has_not_come_and_days_entered_since_are_refused_with_a_sentence(henrik, emil):
    page, steps = emil
    sent = {"done": "Et møde.", "views": "De er enige."}
    henrik.get(steps["absence_report"])
    assert "This day has not come yet." in " ".join(
        henrik.submit(sent | {"told_on": "2026-09-17"}, status=422).problems
    )
    henrik.get(page)
    assert "One pupil's days were recorded." in henrik.submit({"days": "7"}).text
    henrik.get(steps["absence_report"])
    problems = henrik.submit(sent | {"told_on": "2026-09-16"}, status=422).problems
    assert problems == [
        "The days were entered anew since this morning. Tomorrow morning the new sum stands here: decide then."
    ]


def test_a_page_left_open_overnight_decides_about_nothing_else_than_it_showed(henrik, emil, morning):
    page, steps = emil
    left_open = henrik.get(steps["absence_warning"])
    henrik.get(page)
    henrik.submit({"days": "8"})
    morning()
    letter = {"to_whom": "Dorte Ahrendt", "offer": "Et møde på mandag.", "language": "da"}
    for sent, form in ((letter, left_open.form()), ({"why_not": "Sygdom."}, left_open.form("leave-form"))):
        back = henrik.submit(sent, form=form, status=422)
        assert "Now the new sum stands above" in " ".join(back.problems)
        assert "8 of the quarter's" in back.text
    henrik.get(steps["absence_warning"])
    assert "The warning is decided." in henrik.submit(letter).text


def test_days_put_right_after_something_was_sent_ask_to_tell_whoever_got_it(henrik, emil, morning):
    page, steps = emil
    henrik.get(steps["absence_report"])
    henrik.submit({"told_on": "2026-09-16", "done": "Et møde.", "views": "De er enige."})
    henrik.get(steps["absence_warning"])
    henrik.submit({"to_whom": "Dorte Ahrendt", "offer": "Et møde på mandag.", "language": "da"})
    to_tell = {"absence_report": "Tell the municipality and the parents", "absence_warning": "Tell the parents"}
    assert not any(words in henrik.get(page).text for words in to_tell.values())
    shown = henrik.submit({"days": "5"}).text
    assert (to_tell["absence_report"] in shown, to_tell["absence_warning"] in shown) == (True, False)
    morning()
    henrik.get(page)
    shown = henrik.submit({"days": "2"}).text
    assert all(words in shown for words in to_tell.values())
    assert all(words in henrik.get(steps[kind]).text for kind, words in to_tell.items())
    task = "Tell whoever got it that the days were put right"
    waits = [one for one in henrik.get("/home").all("a", class_="waiting__verb") if one.text == task]
    assert sorted(one.get("href") for one in waits) == sorted(steps.values())
    henrik.get(steps["absence_report"])
    shown = henrik.submit(form="told-form").text
    assert "It is recorded that they were told." in shown
    assert "That whoever got it was told was recorded on 16 Sept 2026." in shown
    assert to_tell["absence_report"] not in shown + henrik.get(page).text
    (left,) = [one for one in henrik.get("/home").all("a", class_="waiting__verb") if one.text == task]
    assert left.get("href") == steps["absence_warning"]


def test_not_to_send_is_decided_with_a_reason_and_only_then_the_pupil_stays(henrik, emil, settings):
    page, steps = emil
    shown = henrik.get(steps["absence_warning"])
    back = henrik.submit({"why_not": "Sygdom, meldt for sent."}, form=shown.form("leave-form"))
    assert "Sygdom, meldt for sent." in back.text
    assert henrik.client.get(f"{steps['absence_warning']}/paper").status_code == 404
    assert "Take the pupil away" not in henrik.get(page).text


def test_a_warning_sent_from_another_system_is_a_pointer_without_a_paper_and_the_report_names_its_day(
    henrik, emil, settings
):
    page, steps = emil
    elsewhere = {"kept_in": "Skolens journal 2026-41", "decided_on": "2026-09-10"}
    shown = henrik.get(steps["absence_warning"])
    back = henrik.submit({"kept_in": "", "decided_on": ""}, form=shown.form("elsewhere-form"), status=422)
    assert len(back.problems) == 2
    back = henrik.submit(elsewhere | {"decided_on": "2026-09-17"}, form=back.form("elsewhere-form"), status=422)
    assert back.problems == ["Sent on: This day has not come yet. Choose today or an earlier day."]
    back = henrik.submit(elsewhere | {"decided_on": "2026-06-30"}, form=back.form("elsewhere-form"), status=422)
    assert back.problems == ["Sent on: This day lies before the quarter. Give the day on which it was sent."]
    assert back.fields(back.form("elsewhere-form"))["kept_in"] == elsewhere["kept_in"]
    back = henrik.submit(elsewhere | {"seen": "3.0 37"}, form=back.form("elsewhere-form"), status=422)
    assert "Now the new sum stands above" in " ".join(back.problems)
    shown = henrik.submit(elsewhere, form=shown.form("elsewhere-form"))
    for words in ("Sent from another system", "10 September 2026", elsewhere["kept_in"]):
        assert words in shown.text
    assert "Open the paper" not in shown.text
    assert henrik.client.get(f"{steps['absence_warning']}/paper").status_code == 404
    assert "Sent from another system" in henrik.get(page).text
    assert "Warning to the parents: sent from another system" in henrik.get("/absence").text
    assert "Warn the parents about absence" not in henrik.get("/home").text
    henrik.get(steps["absence_report"])
    henrik.submit({"told_on": "2026-09-16", "done": "Et møde.", "views": "De er enige."})
    answer = henrik.client.get(f"{steps['absence_report']}/paper")
    text = " ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(answer.data)).pages)
    assert "10 September 2026" in " ".join(text.split())
    henrik.get(page)
    shown = henrik.submit({"days": "2"})
    assert "Warning to the parents: the days were put right after it was sent from another system" in shown.text
    assert "the letter itself" not in shown.text, "there is none of ours"
    henrik.get(steps["absence_warning"])
    assert "What is due waits for you again." in henrik.submit(form="away-form").text
    assert "Warn the parents about absence" in henrik.get("/home").text


def test_the_schools_own_number_takes_the_place_of_a_protected_name(henrik, emil):
    page, _steps = emil
    shown = henrik.get(page)
    back = henrik.submit({}, form=shown.form("protect-form"), status=422)
    assert "Write the school's own number for the pupil." in " ".join(back.problems)
    henrik.get("/absence")
    henrik.submit(EMIL | {"name": "5-018"})
    shown = henrik.get(page)
    back = henrik.submit({"own_number": "5-018"}, form=shown.form("protect-form"), status=422)
    assert "Another pupil born on the same day stands under it already." in " ".join(back.problems)
    shown = henrik.submit({"own_number": "5-017"}, form=back.form("protect-form"))
    assert "The number stands in place of the name." in shown.text
    assert "5-017" in shown.text
    assert "Emil" not in shown.text + henrik.get("/absence").text


def test_one_pupils_broken_row_keeps_the_sweep_from_nobody_else(henrik, settings, morning):
    henrik.submit(EMIL)
    henrik.get("/absence")
    henrik.submit(EMIL | {"name": "Ida Brask"})
    with db.writing(settings.database) as session:
        first = session.scalars(select(AbsenceCount.id).order_by(AbsenceCount.entered_at)).first()
        counts = AbsenceCount.__table__
        session.execute(update(counts).where(counts.c.id == first).values(days=b"broken"))
    morning()
    with db.reading(settings.database) as session:
        assert len(session.scalars(select(AbsenceStep)).all()) == 2


def test_a_pupil_entered_by_mistake_is_taken_away(henrik, emil, settings):
    page, _steps = emil
    shown = henrik.get(page)
    drop = next(one for one in shown.all("form") if one.get("action", "").endswith("/removal"))
    assert "It is gone." in henrik.submit(form=drop).text
    with db.reading(settings.database) as session:
        assert session.scalars(select(AbsenceStep)).all() == []
    assert henrik.client.get(page).status_code == 404


def test_every_look_stands_in_a_chain_of_the_pupils_own_and_steps_belong_to_their_pupil(henrik, emil, settings):
    page, _steps = emil
    henrik.get(page)
    other = f"{page}/steps/{page.rpartition('/')[2]}"
    for path in (other, f"{other}/paper"):
        assert henrik.client.get(path).status_code == 404
    with db.reading(settings.database) as session:
        pupil = session.scalars(select(AbsentPupil.id)).one()
        seen = session.scalars(select(AuditEvent.subject).where(AuditEvent.chain_id == pupil)).all()
        listed = session.scalars(select(AuditEvent.number).where(AuditEvent.subject == "casework.absence")).all()
    assert "casework.absent_pupil" in seen
    assert listed


@pytest.mark.parametrize("somebody", ["karin", "tove", "otto", "kim", "anton", "margit"])
def test_for_everybody_else_there_is_no_such_page(henrik, emil, signed_in, somebody):
    page, steps = emil
    browser = signed_in(somebody)
    for path in ("/absence", "/absence/file", page, steps["absence_report"], f"{steps['absence_report']}/paper"):
        assert browser.client.get(path).status_code == 404


def test_in_sweden_no_head_teacher_has_it_and_no_link_leads_there(signed_in):
    henrik = signed_in("henrik")
    assert "/absence" not in {one.get("href") for one in henrik.get("/home").all("a")}
    henrik.get("/absence", status=404)


def test_the_link_is_for_the_head_teacher_of_a_folkeskole_and_not_of_a_danish_preschool(henrik, settings):
    assert "/absence" in {one.get("href") for one in henrik.get("/home").all("a")}
    with db.writing(settings.database) as session:
        cast_of(session).school.school_form = SchoolForm.PRESCHOOL
    assert "/absence" not in {one.get("href") for one in henrik.get("/home").all("a")}


def test_whoever_leads_two_schools_chooses_and_each_has_its_table(henrik, settings):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        session.add(RoleAssignment(role="head_teacher", unit=cast.other_school, account=cast.head_teacher))
        elsewhere = str(cast.other_school.id)
    henrik.get("/absence")
    assert henrik.submit(EMIL, status=422).problems
    page = henrik.submit(EMIL | {"unit_id": elsewhere})
    assert "Nobody is entered at Lindskolan" in page.text
    assert "Askskolan" in page.text


def test_a_name_stands_in_no_title(henrik, emil):
    page, steps = emil
    for path in ("/absence", page, *steps.values()):
        shown = henrik.get(path)
        assert "Emil Ahrendt" in shown.text_of(shown.all("main")[0])
        assert "Emil" not in shown.text_of(shown.all("title")[0])


def test_a_year_later_what_was_decided_is_found_and_nothing_else_is_kept(henrik, emil, settings):
    page, steps = emil
    assert "Earlier quarters" not in henrik.get("/absence").text
    henrik.submit(EMIL | {"name": "Ida Brask", "days": "1"})
    henrik.get(steps["absence_warning"])
    henrik.submit({"to_whom": "Dorte Ahrendt", "offer": "Et møde på mandag.", "language": "da"})
    with db.writing(settings.database) as session:
        session.execute(update(AbsenceCount).values(quarter_on=date(2025, 7, 1)))
        session.execute(update(AbsenceStep).values(quarter_on=date(2025, 7, 1)))
    sweep_database(settings.database)
    shown = henrik.get("/absence")
    table = shown.text_of(shown.all("table")[-1])
    assert "Warning to the parents: sent" in table
    assert "quarter 3 of 2025" in table
    assert page in {one.get("href") for one in shown.all("a")}
    with db.reading(settings.database) as session:
        assert [pupil.name for pupil in session.scalars(select(AbsentPupil))] == ["Emil Ahrendt"]


def test_one_pupil_who_cannot_be_let_go_keeps_the_sweep_from_nobody_else(henrik, settings, monkeypatch):
    for name in ("Emil Ahrendt", "Ida Brask"):
        henrik.get("/absence")
        henrik.submit(EMIL | {"name": name})
    with db.writing(settings.database) as session:
        session.execute(update(AbsenceCount).values(quarter_on=date(2025, 7, 1)))
        first = min(session.scalars(select(AbsentPupil.id)))
    really = absence_keeping.let_go

    def let_go(session, pupil_id, *, today):
        if pupil_id == first:
            raise OperationalError("DELETE", {}, Exception("locked"))
        return really(session, pupil_id, today=today)

    monkeypatch.setattr(absence_keeping, "let_go", let_go)
    sweep_database(settings.database)
    with db.reading(settings.database) as session:
        assert session.scalars(select(AbsentPupil.id)).all() == [first]


def test_a_head_teacher_steps_aside_from_a_pupil_they_are_too_close_to(henrik, emil, settings, signed_in, morning):
    page, steps = emil
    henrik.get(page)
    shown = henrik.submit(form="aside-form", status=409)
    assert "Nobody else leads your school and could take it up." in " ".join(shown.problems)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        session.add(RoleAssignment(account=cast.outsider, role=Role.HEAD_TEACHER, unit_id=cast.school.id))
    henrik.get(page)
    shown = henrik.submit(form="aside-form")
    assert "You have stepped aside. Somebody else takes it up, and you see no more of it." in shown.text
    assert "Emil" not in shown.text
    assert henrik.client.get(page).status_code == 404
    assert "Unlawful absence" not in henrik.get("/home").text
    henrik.get("/absence")
    assert henrik.submit(EMIL | {"days": "9"}).text.count("One pupil is left out, from whom you stepped aside.") == 1
    henrik.get("/absence")
    shown = henrik.submit(EMIL | {"name": "Ida Brask"}).text
    assert "They are summed up tomorrow morning." in shown
    assert "left out" not in shown
    otto = signed_in("otto")
    assert "Warn the parents about absence, or say why not" in otto.get("/home").text
    assert "Emil Ahrendt" in otto.get("/absence").text
    shown = otto.get(page)
    assert "Henrik Rosenby stepped aside on 16 Sept 2026, being too close to it." in shown.text
    assert "One pupil's days were recorded." in otto.submit({"days": "7"}).text
    otto.get(steps["absence_warning"])
    missing = "What is due about 1 absent pupil waits, and nobody is left at the school who may decide it."
    assert missing not in signed_in("anton").get("/home").text
    with db.writing(settings.database) as session:
        cast_of(session).outsider.is_active = False
    home = signed_in("anton").get("/home").text
    assert missing in home
    assert "Emil" not in home
