"""The administrators' pages: who gets in, what they change, and that each change leaves a line."""

import io
import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import clock, config, db
from referrals.access import Role
from referrals.files import quarantine
from referrals.models import Account, ClosedDay, Forum, Municipality, Reminder, Unit
from referrals.people import organisation
from referrals.vocabulary import Profession, SchoolForm
from tests.factories import a_referral
from tests.webapp.browsing import Browser, Page
from tests.webapp.desk import cast_of
from webapp.accounts.passwords import password_matches

PAGES = (
    "", "/units", "/units/new", "/forums", "/forums/new", "/people", "/people/new", "/closed-days", "/targets", "/municipality", "/practices", "/date",
    "/changes",
)  # fmt: skip


@pytest.fixture
def anton(signed_in) -> Browser:
    """The browser of the administrator."""
    return signed_in("anton")


def one(settings: config.Settings, kind, **values):
    with db.reading(settings.database) as session:
        return session.scalars(select(kind).filter_by(**values)).one()


def log(settings: config.Settings) -> list[tuple[str, str, str]]:
    with db.reading(settings.database) as session:
        rows = organisation.changes(session)
    assert {row.by_id for row in rows} <= {one(settings, Account, name="Anton Stengrip").id}
    return [(row.subject, row.before, row.after) for row in rows]


def said(page: Page) -> list[str]:
    """What must be mended, without the labels of the fields."""
    return [problem.rpartition(": ")[2] for problem in page.problems]


def link_to(page: Page, words: str) -> str:
    """The address of the link with these words."""
    return next(link.get("href") for link in page.all("a") if page.text_of(link) == words)


def test_administrators_get_in_and_nobody_else_learns_that_there_is_something(signed_in, browser):
    everybody = {name: signed_in(name) for name in ("anton", "karin", "henrik", "petra", "otto")}
    for path in PAGES:
        for name, somebody in everybody.items():
            somebody.get(f"/administration{path}", status=200 if name == "anton" else 404)
        assert browser.get(f"/administration{path}").heading == "Sign in"


@pytest.mark.parametrize("language", ["sv", "da"])
def test_every_page_is_wholly_in_the_language_chosen(anton, language):
    english = re.compile(r"\b(the|and|which|Save|Add|days|Unit|People|with)\b")
    anton.get("/administration")
    anton.send({"language": language}, form=anton.page.all("form", action="/language")[0])
    for path in PAGES:
        page = anton.get(f"/administration{path}")
        assert page.tree.get("lang") == language
        assert not english.search(page.text), (path, english.search(page.text))


def test_the_first_page_leads_to_all_others(anton):
    page = anton.get("/administration")
    assert "how long content is kept stand in the municipality's file alone" in page.text
    for words in (
        "Units",
        "Teams",
        "People",
        "Closed days",
        "Local targets",
        "Date of the demonstration",
        "Log of changes",
    ):
        assert anton.get(link_to(page, words)).heading == words


# ------------------------------------------------------------------------------------------------ units and teams
def test_a_form_is_closed_for_a_unit_and_its_number_changed(anton, settings):
    anton.get(link_to(anton.get("/administration/units"), "Lindskolan"))
    page = anton.submit({"phone": "0000-99 99 99", "is_open": "", "name": "Nya Lindskolan"})
    assert page.heading == "Units"
    assert "Nya Lindskolan has been saved." in page.text
    unit = one(settings, Unit, slug="lindskolan")
    assert (unit.is_open, unit.phone, unit.name) == (False, "0000-99 99 99", "Nya Lindskolan")
    assert {subject for subject, _, _ in log(settings)} == {
        "unit.is_open lindskolan", "unit.phone lindskolan", "unit.name lindskolan",
    }  # fmt: skip


def test_it_is_said_in_which_area_a_unit_lies(anton, settings):
    anton.get(link_to(anton.get("/administration/units"), "Lindskolan"))
    anton.submit({"area": "Norr"})
    assert one(settings, Unit, slug="lindskolan").area == "Norr"
    assert log(settings) == [("unit.area lindskolan", "", "Norr")]
    assert "area" in anton.get("/administration/changes").text


def test_a_unit_moves_to_another_team(anton, settings):
    anton.get(link_to(anton.get("/administration/units"), "Lindskolan"))
    anton.submit({"forum": str(one(settings, Forum, slug="asken").id)})
    assert log(settings) == [("unit.forum lindskolan", "linden", "asken")]


def test_a_new_unit_gets_a_short_name_for_its_address(anton, settings):
    anton.get("/administration/units/new")
    team = str(one(settings, Forum, slug="linden").id)
    page = anton.submit({"name": "Björkens förskola", "school_form": "preschool", "forum": team})
    assert page.heading == "Björkens förskola"
    assert one(settings, Unit, slug="bjorkens-forskola").school_form is SchoolForm.PRESCHOOL
    assert log(settings) == [("unit.added bjorkens-forskola", "", "Björkens förskola")]


def test_a_unit_without_a_name_is_asked_for_it_and_nothing_else_is_lost(anton, settings):
    anton.get("/administration/units/new")
    page = anton.submit({"name": "", "contact": "Samordnaren", "forum": "nonsense"}, status=422)
    assert said(page) == ["Fill this in.", "Choose one of the answers.", "Choose one of the answers."]
    assert page.fields(page.form())["contact"] == "Samordnaren"
    assert log(settings) == []


def test_a_team_that_is_gone_cannot_be_chosen(anton):
    anton.get(link_to(anton.get("/administration/units"), "Lindskolan"))
    gone = "00000000-0000-4000-8000-000000000000"
    assert said(anton.submit({"forum": gone}, status=422)) == ["Choose one of the answers."]
    assert said(anton.submit({"other_teams": [gone]}, status=422)) == ["Choose one of the answers."]


def test_a_unit_gets_a_team_beside_its_first_which_stays_once_it_has_referrals_there(anton, settings):
    address = link_to(anton.get("/administration/units"), "Lindskolan")
    beside = str(one(settings, Forum, slug="asken").id)
    anton.get(address)
    anton.submit({"other_teams": [beside]})
    assert log(settings) == [("unit.other_teams lindskolan", "", "asken")]
    assert "other teams" in anton.get("/administration/changes").text
    assert "Lindskolan" in anton.get("/administration/forums").text
    with db.writing(settings.database) as session:
        a_referral(session, cast_of(session), forum_id=uuid.UUID(beside))
    for typed in ({"other_teams": []}, {"other_teams": [], "forum": beside}):
        anton.get(address)
        assert "A team there has referrals" in anton.submit(typed, status=409).text


def test_a_team_is_added_and_its_quorum_changed(anton, settings):
    anton.get("/administration/forums/new")
    anton.submit({"name": "HTL-team Björken", "place": "Rum 3", "quorum": ["psychologist"]})
    page = anton.get("/administration/forums")
    assert "Educational psychologist" in page.text
    anton.get(link_to(page, "HTL-team Björken"))
    anton.submit({"quorum": ["psychologist", "head_teacher"]})
    assert one(settings, Forum, slug="htl-team-bjorken").quorum == ["psychologist", "head_teacher"]
    assert ("forum.quorum htl-team-bjorken", "psychologist", "psychologist, head_teacher") in log(settings)
    anton.get("/administration/forums/new")
    assert said(anton.submit({"name": ""}, status=422)) == ["Fill this in."]
    anton.get(link_to(anton.get("/administration/forums"), "HTL-team Björken"))
    assert said(anton.submit({"name": ""}, status=422)) == ["Fill this in."]


# ------------------------------------------------------------------------------------------------ people
def new_person(anton: Browser, settings: config.Settings, **typed) -> Page:
    anton.get("/administration/people/new")
    unit = str(one(settings, Unit, slug="lindskolan").id)
    values = {
        "name": "Tove Tovholt",
        "email": "Tove.Tovholt@trivsel.invalid",
        "profession": "teacher",
        "assessor": [unit],
    }
    return anton.submit({**values, **typed})


def test_somebody_new_gets_a_password_that_is_shown_once(anton, settings, browser):
    page = new_person(anton, settings)
    password = re.search(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", page.text)[0]
    tove = one(settings, Account, email="tove.tovholt@trivsel.invalid")
    assert password_matches(tove.password_hash, password)
    assert page.response.headers["Cache-Control"] == "no-store"
    assert password not in anton.get(f"/administration/people/{tove.id}").response.text
    assert {subject.split()[0] for subject, _, _ in log(settings)} == {"account.added", "account.roles"}
    assert password not in str(log(settings))
    browser.get("/sign-in")
    assert browser.send({"email": tove.email, "password": password}).status_code == 303


def test_an_address_belongs_to_one_person(anton, settings):
    anton.get("/administration/people/new")
    unit = str(one(settings, Unit, slug="lindskolan").id)
    typed = {"name": "Zwei", "email": "KARIN.almkvist@trivsel.invalid", "profession": "teacher", "assessor": [unit]}
    page = anton.submit(typed, status=422)
    assert said(page) == ["Somebody else has this e-mail address."]
    assert page.fields(page.form()).getlist("assessor") == [unit]


def test_whose_mail_comes_back_stands_beside_their_name_in_whatever_role(anton, settings):
    def without_mail():
        page = anton.get("/administration/people")
        lines = [page.text_of(one) for one in page.all("tr")]
        return [line for line in lines if "A mail came back: its address takes none." in line]

    assert without_mail() == []
    with db.writing(settings.database) as session:
        at, reader = clock.machine_now(), cast_of(session).administrator
        session.add(
            Reminder(account_id=reader.id, day=at.date(), message_id="<1@x.invalid>", tried_at=at, returned_at=at)
        )
        name, page = reader.name, f"/administration/people/{reader.id}"
    (line,) = without_mail()
    assert name in line
    anton.get(page)
    anton.submit({"name": "Anton Nilhamre"})
    assert len(without_mail()) == 1, "the address is the same"
    anton.get(page)
    anton.submit({"email": "another.address@trivsel.invalid"})
    assert without_mail() == [], "nothing came back from the new address yet"


def test_roles_are_given_and_taken_by_unit(anton, settings):
    kim, other = one(settings, Account, name="Kim Solgren"), one(settings, Unit, slug="askskolan")
    anton.get(f"/administration/people/{kim.id}")
    anton.submit({"assessor": [], "coordinator": [str(other.id)], "profession": "psychologist", "language": "da"})
    with db.reading(settings.database) as session:
        kim = session.get(Account, kim.id)
        assert [(held.role, held.unit.slug) for held in kim.roles] == [(Role.COORDINATOR, "askskolan")]
        assert (kim.profession, kim.language) == (Profession.PSYCHOLOGIST, "da")
    assert {line[1:] for line in log(settings)} == {
        ("assessor lindskolan", ""), ("", "coordinator askskolan"), ("school_counsellor", "psychologist"), ("en", "da"),
    }  # fmt: skip


def test_a_unit_that_is_gone_gives_no_role(anton, settings):
    kim = one(settings, Account, name="Kim Solgren")
    anton.get(f"/administration/people/{kim.id}")
    gone = "00000000-0000-4000-8000-000000000000"
    assert said(anton.submit({"assessor": [gone]}, status=422)) == ["Choose at least one."]


def test_who_gives_away_their_own_administration_is_led_out(anton, settings):
    unit = str(one(settings, Unit, slug="lindskolan").id)
    new_person(anton, settings, administrator="yes")
    anton.get(f"/administration/people/{one(settings, Account, name='Anton Stengrip').id}")
    page = anton.submit({"administrator": "", "assessor": [unit]})
    assert page.path == "/"
    anton.get("/administration", status=404)


def test_script_in_a_name_is_shown_as_text(anton, settings):
    name = "<script>alert(1)</script>"
    new_person(anton, settings, name=name)
    assert name in anton.get("/administration/people").text
    assert "<script>alert" not in anton.page.response.text


def test_a_hundred_thousand_characters_are_too_long_and_nothing_else(anton, settings):
    anton.get("/administration/municipality")
    assert said(anton.submit({"name": "å" * 100_000}, status=422)) == ["This is too long. Use at most 200 characters."]
    assert one(settings, Municipality).name == "Lindköping"


def test_somebody_without_any_role_is_refused(anton, settings):
    kim = one(settings, Account, name="Kim Solgren")
    anton.get(f"/administration/people/{kim.id}")
    assert said(anton.submit({"assessor": []}, status=422)) == ["Give at least one role."]


def test_who_has_left_is_switched_off_and_signed_out_at_once(anton, settings, signed_in):
    kim, browser = one(settings, Account, name="Kim Solgren"), signed_in("kim")
    anton.get(f"/administration/people/{kim.id}")
    anton.submit({"is_active": ""})
    assert browser.get("/administration").heading == "Sign in"


def test_the_last_administrator_stays_one(anton, settings):
    me = one(settings, Account, name="Anton Stengrip")
    anton.get(f"/administration/people/{me.id}")
    page = anton.submit({"is_active": "", "name": "Anton Anders"}, status=409)
    assert "Make somebody else an administrator first." in page.text
    assert page.fields(page.form())["name"] == "Anton Anders"
    assert one(settings, Account, id=me.id).is_active
    assert log(settings) == []


def test_a_new_password_ends_the_old_one(anton, settings):
    kim = one(settings, Account, name="Kim Solgren")
    page = anton.get(f"/administration/people/{kim.id}")
    page = anton.submit(form=page.all("form", action=f"/administration/people/{kim.id}/password")[0])
    password = re.search(r"[a-z2-9]{4}(-[a-z2-9]{4}){3}", page.text)[0]
    assert password_matches(one(settings, Account, id=kim.id).password_hash, password)
    assert [line[0].split()[0] for line in log(settings)] == ["account.password"]


# ------------------------------------------------------------------------------------------------ days, targets, numbers
def test_closed_days_are_added_and_removed(anton, settings):
    assert "No closed days yet" in anton.get("/administration/closed-days").text
    days = {"label": "Höstlov", "first_on": "2026-10-26", "last_on": "2026-10-30"}
    page = anton.submit(days)
    assert "26 Oct 2026" in page.text
    assert said(anton.submit(days, status=422)) == ["These days are in the list already."]
    stretch = one(settings, ClosedDay)
    page = anton.get("/administration/closed-days")
    anton.submit(form=page.all("form", action=f"/administration/closed-days/{stretch.id}/remove")[0])
    assert [line[1:] for line in log(settings)] == [
        ("Höstlov 2026-10-26 2026-10-30", ""),
        ("", "Höstlov 2026-10-26 2026-10-30"),
    ]
    assert anton.client.post(f"/administration/closed-days/{stretch.id}/remove").status_code in (400, 404)


def test_what_is_closed_anyway_is_marked(anton):
    anton.get("/administration/closed-days")
    for label, last in (("Nationaldagen", "2026-06-06"), ("Lov", "2026-06-08")):  # a Saturday, and on to the Monday
        page = anton.submit({"label": label, "first_on": "2026-06-06", "last_on": last})
    marked = [row for row in map(page.text_of, page.all("th", scope="row")) if "At a weekend: closed anyway" in row]
    assert marked == ["NationaldagenAt a weekend: closed anyway"]


def from_a_file(content: bytes) -> dict:
    return {"file": [(io.BytesIO(content), "läsår.csv")]}


def test_closed_days_of_a_file_are_looked_at_before_those_wanted_are_added(anton, settings):
    anton.get("/administration/closed-days")
    anton.submit({"label": "Höstlov", "first_on": "2026-10-26", "last_on": "2026-10-30"})
    sent = (
        "från;till;namn\n2026-10-26;2026-10-30;Höstlov\n2026-11-23;;Studiedag\n2026-11-24;;Idrottsdag\n"
        "2026-11-28;2026-11-29;Julmarknad\nsnart;;Jullov\n"
    )
    page = anton.submit(from_a_file(sent.encode()), form="file-form")
    assert page.heading == "Closed days in the file"
    rows = [page.text_of(row) for row in page.all("div") if "choice" in row.get("class", "").split()]
    assert rows == [
        "Höstlov 26 Oct 2026 – 30 Oct 2026 In the list already",
        "Studiedag 23 Nov 2026",
        "Idrottsdag 24 Nov 2026",
        "Julmarknad 28 Nov 2026 – 29 Nov 2026 At a weekend: closed anyway",  # and not ticked
    ]
    assert "Line 6: Write the date as day, month and year" in page.text
    assert len(log(settings)) == 1
    page = anton.submit({"days-2-is_wanted": []})
    assert "One stretch has been added." in page.text
    assert [line[1:] for line in log(settings)] == [
        ("", "Studiedag 2026-11-23 2026-11-23"),
        ("", "Höstlov 2026-10-26 2026-10-30"),
    ]


def test_of_two_of_a_file_with_the_same_days_the_first_is_added(anton, settings):
    anton.get("/administration/closed-days")
    anton.submit(from_a_file(b"2026-11-23;;Kompetensdag\n2026-11-23;;Studiedag"), form="file-form")
    assert "One stretch has been added." in anton.submit().text
    assert one(settings, ClosedDay).label == "Kompetensdag"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Choose a file with something in it."),
        (b"x" * 1_001, "The file is larger than 10 MB."),
        (b"We are closed in the autumn.", "This is neither a calendar file (.ics) nor a table (CSV)"),
    ],
    ids=["empty", "too large", "a letter"],
)
def test_a_file_that_holds_no_closed_days_is_refused_at_its_field(anton, settings, content, why, monkeypatch):
    monkeypatch.setattr(quarantine, "LARGEST", 1_000)
    anton.get("/administration/closed-days")
    page = anton.submit(from_a_file(content), form="file-form", status=422)
    assert [problem.partition(": ")[0] for problem in page.problems] == ["Calendar or table"]
    assert why in page.text
    assert log(settings) == []


def test_what_was_read_and_bent_on_the_way_back_is_refused(anton, settings):
    anton.get("/administration/closed-days")
    anton.submit(from_a_file(b"2026-11-23;;Studiedag"), form="file-form")
    anton.submit({"days-0-last_on": "2026-11-20"}, status=422)
    assert log(settings) == []


def test_a_target_of_our_own_and_back_to_the_standard(anton, settings):
    page = anton.get("/administration/targets")
    assert "Standard: 42 calendar days" in page.text
    anton.submit({"triage-days": "3", "follow_up-days": "8", "follow_up-counting": "school_days"})
    assert one(settings, Municipality).targets == {"triage": {"school_days": 3}, "follow_up": {"school_days": 8}}
    page = anton.get("/administration/targets")
    assert page.fields(page.form())["follow_up-days"] == "8"
    anton.submit({"triage-days": ""})
    assert one(settings, Municipality).targets == {"follow_up": {"school_days": 8}}
    anton.get("/administration/targets")
    assert said(anton.submit({"plan-days": "soon"}, status=422)) == ["Write a whole number with digits."]
    here = one(settings, Municipality).id
    assert log(settings)[0] == (f"municipality.targets.triage {here}", "school_days 3", "")


def test_a_target_agreed_on_with_others_says_so(anton, settings):
    assert "Standard: 10 school days (Standard target, not law)" in anton.get("/administration/targets").text
    anton.submit({"meeting-days": "21", "meeting-counting": "calendar_days", "meeting-source": "agreement"})
    assert one(settings, Municipality).targets["meeting"] == {"calendar_days": 21, "source": "agreement"}
    page = anton.get("/administration/targets")
    assert page.fields(page.form())["meeting-source"] == "agreement"
    assert page.fields(page.form())["plan-source"] == "local"
    anton.submit({"meeting-source": "local"})
    assert one(settings, Municipality).targets["meeting"] == {"calendar_days": 21}


def test_the_numbers_people_call_are_changed(anton, settings):
    anton.get("/administration/municipality")
    anton.submit({"helpline": "116 000", "name": "Nya Lindköping"})
    here = one(settings, Municipality)
    assert (here.name, here.phones["helpline"], here.phones["emergency"]) == ("Nya Lindköping", "116 000", "112")
    assert (f"municipality.phones.helpline {here.id}", "116 111", "116 000") in log(settings)
    anton.get("/administration/municipality")
    assert said(anton.submit({"emergency": "call us"}, status=422))


def test_the_time_zone_is_changed_and_the_change_logged(anton, settings):
    page = anton.get("/administration/municipality")
    assert "when dates fall due" in page.text
    assert page.fields(page.form())["timezone"] == "Europe/Stockholm"
    assert "Finland (Europe/Helsinki)" in page.text
    anton.submit({"timezone": "Europe/Helsinki"})
    here = one(settings, Municipality)
    assert here.timezone == "Europe/Helsinki"
    assert log(settings) == [(f"municipality.timezone {here.id}", "Europe/Stockholm", "Europe/Helsinki")]
    anton.get("/administration/municipality")
    assert said(anton.submit({"timezone": "Mars/Olympus"}, status=422)) == ["Choose one of the answers."]
    assert one(settings, Municipality).timezone == "Europe/Helsinki"


def test_a_time_zone_from_elsewhere_in_the_municipalitys_file_stays_to_choose(anton, settings):
    with db.writing(settings.database) as session:
        organisation.municipality(session).timezone = "Europe/Vilnius"
    anton.get("/administration/municipality")
    anton.submit({"name": "Nya Lindköping"})
    assert one(settings, Municipality).timezone == "Europe/Vilnius"
    assert [line[1:] for line in log(settings)] == [("Lindköping", "Nya Lindköping")]


# ------------------------------------------------------------------------------------------------ date and log
def test_the_date_moves_forward_for_everybody_and_back_to_today(anton, settings):
    clock.use_shift_file(settings.shift_file)
    settings.shift_file.unlink(missing_ok=True)
    today = clock.today("Europe/Stockholm")
    try:
        anton.get("/administration/date")
        anton.submit(button=("days", "42"))
        assert clock.today("Europe/Stockholm") == today + timedelta(days=42)
        anton.submit({"day": (today + timedelta(days=50)).isoformat()})
        assert clock.today("Europe/Stockholm") == today + timedelta(days=50)
        page = anton.submit({"day": (today + timedelta(days=49)).isoformat()}, status=422)
        assert said(page) == ["This day has passed. Choose today or a later day."]
        assert said(anton.submit({"day": ""}, status=422)) == ["Give a date."]
        page = anton.submit(form=anton.page.all("form", action="/administration/date/back")[0])
        assert clock.today("Europe/Stockholm") == today
        assert "Back to today" not in page.text
        assert len(log(settings)) == 3
    finally:
        settings.shift_file.unlink(missing_ok=True)


def test_production_has_no_date_page(anton, monkeypatch):
    anton.get("/administration/date")
    form = anton.page.form()
    monkeypatch.setattr(config.Settings, "is_demo", False)
    monkeypatch.setattr(config.Settings, "second_factor_of", "optional")  # which has tests of its own
    assert anton.client.get("/administration/date").status_code == 404
    assert anton.client.post("/administration/date", data={"days": "1", **_token(form)}).status_code == 404
    assert anton.client.post("/administration/date/back", data=_token(form)).status_code == 404


def _token(form) -> dict[str, str]:
    return {e.get("name"): e.get("value") for e in form.iter("input") if e.get("name") == "csrf_token"}


def test_the_log_says_in_words_who_changed_what(anton, settings):
    assert "Nothing has been changed yet" in anton.get("/administration/changes").text
    kim = one(settings, Account, name="Kim Solgren")
    with db.writing(settings.database) as session:
        organisation.give_password(session, session.get(Account, kim.id), "hash", by=None)
    anton.get(f"/administration/people/{kim.id}")
    anton.submit({"profession": "psychologist"})
    anton.get(link_to(anton.get("/administration/units"), "Lindskolan"))
    anton.submit({"is_open": ""})
    text = anton.get("/administration/changes").text
    assert "Anton Stengrip Unit Lindskolan: public form open Yes No" in text
    assert "Anton Stengrip Person Kim Solgren: profession School counsellor Educational psychologist" in text
    assert "At the command line Person Kim Solgren: new password – –" in text


def test_a_long_log_has_pages(anton, settings):
    with db.writing(settings.database) as session:
        anton_himself = session.scalars(select(Account).where(Account.name == "Anton Stengrip")).one().actor()
        unit = session.scalars(select(Unit).where(Unit.slug == "lindskolan")).one()
        for number in range(60):
            organisation.change(session, unit, by=anton_himself, phone=f"0000-{number:02}")
    assert "0000-59" in anton.get("/administration/changes").text
    page = anton.get("/administration/changes?page=2")
    assert "0000-02" in page.text
    assert "0000-59" not in page.text
    assert anton.get("/administration/changes?page=99").text == page.text
