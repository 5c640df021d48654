"""The municipality's file: what it may say, and how a mistake in it is pointed at."""

from pathlib import Path

import pytest

import referrals
from referrals.access import Role
from referrals.errors import SetupFileInvalid
from referrals.vocabulary import Country, Profession, SchoolForm, TeamLevel
from schemas import municipality

DEMONSTRATIONS = Path(referrals.__file__).parent / "municipalities"
DEMONSTRATION = DEMONSTRATIONS / "se.toml"


def refusal(path: Path) -> SetupFileInvalid:
    with pytest.raises(SetupFileInvalid) as refused:
        municipality.read(path)
    return refused.value


def changed(tmp_path: Path, before: str, after: str) -> tuple[Path, str]:
    """The demonstration's file with one place changed."""
    text = DEMONSTRATION.read_text(encoding="utf-8")
    assert before in text
    text = text.replace(before, after, 1)
    path = tmp_path / "municipality.toml"
    path.write_text(text, encoding="utf-8")
    return path, text


@pytest.mark.parametrize("country", list(Country))
def test_the_demonstrations_can_be_read(country: Country) -> None:
    written = municipality.read(DEMONSTRATIONS / f"{country}.toml")
    assert written["municipality"]["country"] is country
    assert len(written["people"]) >= 8
    by_round = {Role.CONSULTANT}  # whoever leads a round lets one in
    assert {role["role"] for person in written["people"] for role in person["roles"]} == set(Role) - by_round


def test_what_stands_in_the_file_comes_out_as_the_words_of_the_core() -> None:
    written = municipality.read(DEMONSTRATION)
    assert written["units"][0]["school_form"] is SchoolForm.COMPULSORY
    assert written["people"][0]["profession"] is Profession.COORDINATOR
    assert written["targets"] == {"triage": {"school_days": 2}}
    assert written["closed_days"][0]["label"] == "Höstlov"


def test_what_the_file_leaves_out_is_left_out(tmp_path: Path) -> None:
    path, _ = changed(tmp_path, "[targets]\ntriage = { school_days = 2 }", "")
    written = municipality.read(path)
    assert written["targets"] == {}
    assert "is_open" not in written["units"][0]
    assert "language" not in written["people"][0]


def test_in_a_team_without_units_sits_whoever_works_in_any_or_leads_them(tmp_path: Path) -> None:
    team = '[[forums]]\nslug = "utveckling"\nname = "Utvecklingsgruppen"\nquorum = []\nlevel = "municipality"\n'
    _, text = changed(tmp_path, "[[forums]]", f"{team}\n[[forums]]")
    path = tmp_path / "above.toml"
    path.write_text(text.replace('seats = ["htl-asken"]', 'seats = ["htl-asken", "utveckling"]'), encoding="utf-8")
    assert any("utveckling" in person["seats"] for person in municipality.read(path)["people"])
    told = {"has_public_page": True, "contact": "Samordnaren", "phone": "0000-11 22 33"}
    path.write_text(
        text.replace(team, team + 'has_public_page = true\ncontact = "Samordnaren"\nphone = "0000-11 22 33"\n'),
        encoding="utf-8",
    )
    assert municipality.read(path)["forums"][0].items() >= told.items()
    path.write_text(text.replace(team, f'{team}phone = "{"0" * 41}"\n'), encoding="utf-8")
    assert "write at most 40 characters" in str(refusal(path))
    leads = 'roles = [{ role = "management" }]'
    path.write_text(text.replace(leads, f'{leads}\nseats = ["utveckling"]'), encoding="utf-8")
    assert any("utveckling" in person["seats"] for person in municipality.read(path)["people"])
    keeps = 'roles = [{ role = "administrator" }]'
    path.write_text(text.replace(keeps, f'{keeps}\nseats = ["utveckling"]'), encoding="utf-8")
    assert "only who works there can sit in it" in str(refusal(path))


def test_an_address_is_kept_in_small_letters(tmp_path: Path) -> None:
    path, _ = changed(tmp_path, "karin.almkvist@", "Karin.Almkvist@")
    assert municipality.read(path)["people"][0]["email"] == "karin.almkvist@lindkoping.invalid"


def test_an_editors_invisible_mark_at_the_beginning_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "municipality.toml"
    path.write_bytes(b"\xef\xbb\xbf" + DEMONSTRATION.read_bytes())
    assert municipality.read(path)["municipality"]["name"] == "Lindköping"


@pytest.mark.parametrize(
    ("before", "after", "at", "reason"),
    [
        ('language = "sv"', 'language = "xx"', 'language = "xx"', "municipality.language: is none of: sv, da, en"),
        ('country = "se"', 'country = "no"', 'country = "no"', "municipality.country: is none of: se, dk"),
        ("Europe/Stockholm", "Europe/Nowhere", "timezone", "is not a time zone such as Europe/Stockholm"),
        ('role = "coordinator"', 'role = "boss"', "boss", "is none of: coordinator, assessor"),
        ('"school_counsellor", "special', '"boss", "special', "boss", "forums.1.quorum.2: is none of: head_teacher"),
        ('units = ["askskolan"]', 'units = ["nowhere"]', "nowhere", "there is no unit nowhere"),
        ('seats = ["htl-asken"]', 'seats = [ "htl-linden"]', "[ ", "no role in a unit of the forum htl-linden"),
        ('seats = ["htl-asken"]', 'seats = ["htl-nowhere"]', "htl-nowhere", "only who works there can sit in it"),
        ('units = ["askskolan"]', "units = []", "units = []", "name the units for which the role holds"),
        ('roles = [{ role = "administrator" }]', "roles = []", "roles = []", "give at least one role"),
        (
            'forum = "htl-asken"',
            'forum = "htl-asken"\nother_forums = ["nowhere"]',
            '["nowhere',
            "nowhere is no other forum",
        ),
        (
            'forum = "htl-asken"',
            'forum = "htl-asken"\nother_forums = ["htl-asken"]',
            "other_forums",
            "htl-asken is no other",
        ),
        (
            'seats = ["htl-asken"]',
            'seats = ["htl-asken"]\ncoordinates = ["htl-asken"]',
            "coordinates",
            "among a unit's other_forums",
        ),
        ('forum = "htl-asken"', 'forum = "nowhere"', "nowhere", "units.3.forum: there is no forum nowhere"),
        ("triage = {", "thinking = {", "thinking", "targets.thinking: is none of: triage, completion"),
        ("triage = { school_days = 2 }", "triage = 2", "triage = 2", "write name = value in braces"),
        ("{ school_days = 2 }", "{ school_days = -2 }", "-2", "a target is a whole number of days"),
        ("{ school_days = 2 }", "{ weeks = 2 }", "weeks", "one number of school_days or of calendar_days"),
        ("{ school_days = 2 }", '{ school_days = 2, source = "habit" }', "habit", "is law or agreement"),
        (
            "{ school_days = 2 }",
            '{ school_days = 2, source = "law" }',
            "law",
            "what the law says stands in the rule pack",
        ),
        ("[targets]\ntriage = { school_days = 2 }", "[targets.triage]\nweeks = 2", "[targets.triage]", "one number of"),
        ("[targets]\ntriage = { school_days = 2 }", "[targets]\ntriage.weeks = 2", "triage.weeks", "one number of"),
        ("last_on = 2027-01-08", "last_on = 2026-01-08", "2026-01-08", "ends before it begins"),
        ("last_on = 2027-01-08", 'last_on = "2027-01-08"', '"2027-01-08"', "write the day as 2026-10-26"),
        ("last_on = 2027-01-08", "last_on = 2027-01-08T10:00:00", "T10", "write the day as 2026-10-26"),
        ("last_on = 2027-01-08", "last_on = 2027-13-08", "2027-13-08", "Expected newline"),
        ('slug = "askskolan"', 'slug = "lindskolan"', "ABOVE Askskolan", "lindskolan stands here twice"),
        ('slug = "htl-asken"', 'slug = "htl-linden"', "ABOVE Asken", "htl-linden stands here twice"),
        ("siv.ekdahl@", "Petra.Vidmark@", "Petra.Vidmark@", "stands here twice"),
        ('slug = "askskolan"', 'slug = "Ask Skolan"', "Ask Skolan", "use small letters a to z, digits and hyphens"),
        ('name = "Askskolan"', "name = 3", "name = 3", "units.3.name: write a text in quotation marks"),
        ('name = "Askskolan"', 'name = ""', 'name = ""', "write 1 to 200 characters"),
        ('email = "siv.ekdahl@lindkoping.invalid"', 'email = "siv"', '"siv"', "is not an e-mail address"),
        ("[phones]", "[phone]", "[phone]", "phone: is not known here"),
        ("[municipality]", "[[municipality]]", "[[municipality]]", "write it as a table"),
        ('label = "Sommarlov"', 'label = "Sommarlov', "Sommarlov", "Illegal character"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_its_reason(
    tmp_path: Path, before: str, after: str, at: str, reason: str
) -> None:
    path, text = changed(tmp_path, before, after)
    refused = refusal(path)
    lines = text.splitlines()
    above = {"ABOVE Askskolan": 'name = "Askskolan"', "ABOVE Asken": 'name = "HTL-team Asken"'}.get(at)
    line = next(n for n, words in enumerate(lines, 1) if (words == above if above else at in words)) - bool(above)
    assert refused.line == line
    assert reason in refused.reason
    assert str(refused).startswith(f"line {line}: ")


@pytest.mark.parametrize(
    ("gone", "table", "reason"),
    [
        ('name = "Askskolan"\n', 'slug = "askskolan"', "units.3.name: is missing"),
        (
            'country = "se"                    # se or dk: decides the rule pack\n',
            "[municipality]",
            "country: is missing",
        ),
        ('label = "Sommarlov"\n', "first_on = 2027-06-14", "closed_days.5.label: is missing"),
    ],
)
def test_a_missing_key_is_missed_at_its_own_table(tmp_path: Path, gone: str, table: str, reason: str) -> None:
    path, text = changed(tmp_path, gone, "")
    refused = refusal(path)
    number = next(number for number, words in enumerate(text.splitlines(), 1) if table in words)
    assert refused.line == (number if table.startswith("[") else number - 1)
    assert reason in refused.reason


def test_what_is_missing_altogether_has_no_line(tmp_path: Path) -> None:
    path = tmp_path / "municipality.toml"
    path.write_text("# nothing yet\n", encoding="utf-8")
    assert str(refusal(path)) == "municipality: is missing"


def test_of_several_mistakes_the_first_in_the_file_is_named(tmp_path: Path) -> None:
    path, text = changed(tmp_path, 'name = "Askskolan"', "name = 3")
    path.write_text(text.replace('slug = "htl-linden"', 'slug = "HTL Linden"', 1), encoding="utf-8")
    assert "forums.1.slug" in refusal(path).reason


def test_a_key_of_a_table_within_a_table_is_found(tmp_path: Path) -> None:
    before = 'roles = [{ role = "administrator" }]'
    path, _ = changed(tmp_path, before, '[[people.roles]]\nrole = "administrator"\nsalary = 3')
    refused = refusal(path)
    assert refused.reason == "people.8.roles.1.salary: is not known here"
    assert refused.line == path.read_text(encoding="utf-8").splitlines().index("[[people.roles]]") + 1


def test_a_file_that_ends_too_early_is_wrong_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "municipality.toml"
    path.write_text('[municipality]\nname = "Lindköping"\ncountry =', encoding="utf-8")
    assert refusal(path).line == 3


def test_a_file_that_is_not_utf_8_is_refused_at_the_line_where_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "municipality.toml"
    path.write_bytes(DEMONSTRATION.read_text(encoding="utf-8").encode("latin-1"))
    assert str(refusal(path)) == "line 1: this is not UTF-8 text"


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "none.toml").reason


@pytest.mark.parametrize(
    ("word", "level"), [("school", TeamLevel.CHILD), ("child", TeamLevel.CHILD), ("staff", TeamLevel.STAFF)]
)
def test_a_file_from_before_there_were_teams_around_one_child_means_what_it_meant(
    tmp_path: Path, word: str, level: TeamLevel
) -> None:
    path, _ = changed(tmp_path, 'name = "HTL-team Linden"', f'name = "HTL-team Linden"\nlevel = "{word}"')
    assert municipality.read(path)["forums"][0]["level"] is level


def test_a_level_that_is_none_is_refused_with_the_words_there_are(tmp_path: Path) -> None:
    path, _ = changed(tmp_path, 'name = "HTL-team Linden"', 'name = "HTL-team Linden"\nlevel = "city"')
    assert "is none of: child, staff, area, municipality" in str(refusal(path))
