"""The public form: eight minutes on a phone, nothing lost, nothing shown to the next person, one referral however often it is sent."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from sqlalchemy import delete, func, select

from referrals import db, documents, history, intake, reference
from referrals.models import (
    Account,
    AdditionKind,
    Concern,
    ConcernAddition,
    Draft,
    Municipality,
    Referral,
    RoleAssignment,
    Unit,
)
from referrals.pace import Limit
from referrals.stages import IN_CONSENT, RETURNED, SUBMITTED, WITHDRAWN, Verb
from referrals.vocabulary import ConflictAnswer, DocumentKind, GuardiansKnow, Profession, ReporterKind, SchoolYear
from schemas.intake import PAGES, Door, fields_of
from tests.conftest import A_WEDNESDAY
from tests.webapp.browsing import Browser, Page
from tests.webapp.desk import cast_of
from webapp.accounts import paces
from webapp.intake import browser as holding

#: a code that is one, and nobody's
WRONG_CODE = "2222-2222-222" + reference._with_check("22222222222")[-1]
#: what only those who know the law say (docs/glossary.md has the everyday words beside them)
WORDS_OF_THE_LAW = re.compile(
    r"§|\b(?:paragraf|kap\.|lagen|loven|lov om|skollag|socialtjänstlag|folkeskolelov|servicelov|barnets lov|forvaltningslov|"
    r"offentlighets|sekretess(?!markering)|tystnadsplikt|tavshedspligt|jäv|inhabil|habilitet|åtgärdsprogram|"
    r"särskilt stöd|extra anpassning|rättslig|pursuant|statutory|the act\b|secrecy|legal basis)",
    re.IGNORECASE,
)
SEEN = "Borta nio dagar.\n<script>alert(1)</script>"


@pytest.fixture
def stored(settings):
    """Looks into the database: `stored(lambda session: …)`."""

    def look(question):
        with db.writing(settings.database) as session:
            return question(session)

    return look


def begin(browser, door="staff", unit="lindskolan"):
    browser.get(f"/u/{unit}" if unit else "/")
    return browser.submit(form=doors(browser.page), button=("door", door))


def doors(page):
    return next(form for form in page.all("form") if form.get("action") == "/start")


def fill_staff(browser, **conflict):
    begin(browser)
    browser.submit({"protection": "no"})
    browser.submit({"reporter_kind": "teacher", "reporter_name": "Lena Mentorsson", "reporter_phone": "0000-11 22 33"})
    browser.submit({"child_name": "Malou Provsson", "child_group": "4B", "school_year": "4"})
    browser.submit({"observations": SEEN, "topics": ["attendance", "peers"], "not_known": ["observed_where"]})
    browser.submit({"child_voice": "Jag vill sitta där det är tyst.", "guardians_know": "yes"})
    return browser.submit(
        {"tried": "Egen plats.", "conflict": "yes", "conflict_functions": ["head_teacher"]} | conflict
    )


def send_staff(browser):
    fill_staff(browser)
    return browser.submit()


def shown_code(page, element_id="return-code"):
    return page.text_of(page.all("dd", id=element_id)[0])


def draft_code(page):
    return page.text_of(next(e for e in page.all("strong") if "draft__code" in e.get("class", "")))


def come_back(browser, number, code, status=200):
    browser.get("/return")
    return browser.submit({"number": number, "code": code}, status=status)


# ------------------------------------------------------------------------------------------------ the straight way


def test_a_teacher_sends_in_a_concern_over_seven_pages(browser, stored):
    page = begin(browser)
    assert "Step 1 of 7" in page.text
    page = fill_staff(browser)
    assert "Step 7 of 7" in page.text
    assert "Malou Provsson" in page.text
    page = browser.submit()
    assert page.path == "/concern/sent"
    number = shown_code(page, "reference-number")
    assert re.fullmatch(r"HTL-\w{4}-\w{4}", number)
    with db.writing(browser.client.application.extensions["trivsel"].database) as session:
        concern, referral = session.execute(select(Concern, Referral).join(Referral)).one()
        assert referral.number == number
        assert referral.state == SUBMITTED
        assert referral.school_year is SchoolYear.YEAR_4
        assert referral.topics == ["attendance", "peers"]
        assert concern.observations == SEEN
        assert concern.reporter_kind is ReporterKind.TEACHER
        assert concern.conflict is ConflictAnswer.YES
        assert concern.conflict_functions == [Profession.HEAD_TEACHER]
        assert concern.observed_where is None


def test_the_confirmation_says_who_reads_it_by_which_date_and_what_to_do(browser):
    with time_machine.travel(A_WEDNESDAY, tick=False):
        page = send_staff(browser)
    assert "Coordinator, Lindskolan" in page.text, "the head teacher was ticked as too close"
    assert "By Friday 18 September 2026 at the latest" in page.text
    assert "Go on being there for the child" in page.text
    assert "Your receipt is being made" in page.text
    assert "come back later with number and code" in page.text


@pytest.mark.parametrize(
    ("conflict", "who"),
    [
        ({"conflict": "no"}, "Coordinator and head teacher, Lindskolan"),
        ({"conflict_functions": ["head_teacher", "coordinator"]}, "Somebody at another unit"),
    ],
    ids=["answered no", "all ticked"],
)
def test_the_confirmation_names_nobody_who_is_kept_out(browser, conflict, who):
    page = fill_staff(browser, **conflict)
    assert ("Who in the team" in page.text) is ("conflict_functions" in conflict)
    page = browser.submit()
    assert who in page.text


def test_a_guardian_is_not_asked_what_guardians_say_nor_whether_they_know(browser, stored):
    begin(browser, "guardian")
    browser.submit({"protection": "no"})
    page = browser.submit({"reporter_name": "Maja Provsson"})
    assert "other guardian" in page.text
    browser.submit({"child_name": "Malou Provsson"})
    page = browser.submit({"observations": "Ont i magen."})
    names = {control.get("name") for control in page.all("textarea", "input")}
    assert "child_voice" in names
    assert not names & {"guardians_view", "guardians_know", "guardians_know_reason"}
    browser.submit()
    browser.submit()
    page = browser.submit()
    assert page.path == "/concern/sent"
    assert stored(lambda s: s.scalars(select(Concern.guardians_know)).one()) is GuardiansKnow.WROTE_IT


def test_a_pupil_gets_four_pages_each_with_the_helplines_number(browser, stored):
    page = begin(browser, "pupil")
    assert "Step 1 of 4" in page.text
    assert "116 111" in page.text
    page = browser.submit({"protection": "unsure"})
    assert "116 111" in page.text
    assert page.text.index("normally get to read") < page.text.index("What is your name?")
    page = browser.submit({"child_name": "Malou Provsson", "child_group": "4B"})
    assert "116 111" in page.text
    page = browser.submit(
        {
            "observations": "Ingen vill vara med mig.",
            "guardians_know": "not_suitable",
        }
    )
    assert "Step 4 of 4" in page.text
    assert "I don't want them to know now" in page.text
    page = browser.submit()
    assert "An adult at school talks with you first" in page.text
    assert "guardians are told" not in page.text
    with_names = stored(
        lambda s: [(c.reporter_kind, c.reporter_name, c.referral.child_name) for c in s.scalars(select(Concern))]
    )
    assert with_names == [(ReporterKind.PUPIL, "Malou Provsson", "Malou Provsson")]


def test_only_what_must_be_there_is_asked_for_by_an_error(browser):
    begin(browser)
    page = browser.submit(status=422)
    assert len(page.problems) == 1
    browser.submit({"protection": "no"})
    page = browser.submit(status=422)
    assert len(page.problems) == 2  # what they are, and their name; the unit is known from the link
    browser.submit({"reporter_kind": "leisure", "reporter_name": "Lo Fritidsson"})
    page = browser.submit(status=422)
    assert len(page.problems) == 1
    browser.submit({"child_name": "Malou"})
    page = browser.submit(status=422)
    assert len(page.problems) == 1
    browser.submit({"observations": "Ledsen."})
    page = browser.submit(status=422)
    assert len(page.problems) == 1
    browser.submit({"guardians_know": "yes"})
    assert browser.submit().path == "/concern/check"
    assert browser.submit().path == "/concern/sent"


def test_who_has_not_told_the_guardians_says_why(browser):
    begin(browser)
    for answers in (
        {"protection": "no"},
        {"reporter_kind": "teacher", "reporter_name": "Lena"},
        {"child_name": "Malou"},
        {"observations": "x"},
    ):
        browser.submit(answers)
    page = browser.submit({"guardians_know": "not_yet"}, status=422)
    assert "why" in page.problems[0].lower()
    assert (
        browser.submit({"guardians_know": "not_yet", "guardians_know_reason": "Ringer i kväll."}).path
        == "/concern/tried"
    )


def test_neither_protection_nor_conflict_is_chosen_beforehand(browser):
    page = begin(browser)
    assert not [radio for radio in page.all("input", type="radio") if radio.get("checked") is not None]
    for answers in (
        {"protection": "no"},
        {"reporter_kind": "teacher", "reporter_name": "Lena"},
        {"child_name": "Malou"},
        {"observations": "x"},
    ):
        browser.submit(answers)
    page = browser.submit({"guardians_know": "yes"})
    assert not [radio for radio in page.all("input", name="conflict") if radio.get("checked") is not None]
    assert {box.get("value") for box in page.all("input", name="conflict_functions")} >= {
        "head_teacher",
        "social_services",
    }


def test_before_the_name_stand_who_reads_it_the_other_duties_and_protected_identity(browser):
    begin(browser)
    browser.submit({"protection": "no"})
    page = browser.submit({"reporter_kind": "teacher", "reporter_name": "Lena"})
    name = page.text.index("The child's name")
    for words in (
        "normally get to read",
        "protection report to the social services",
        "Tell the head teacher",
        "protected identity?",
    ):
        assert page.text.index(words) < name, words
    assert page.text.index("0000-10 00 00") < name
    assert "0000-12 34 56" in page.text


def test_a_guardian_reads_before_the_name_what_this_does_not_replace(browser):
    begin(browser, "guardian")
    browser.submit({"protection": "no"})
    page = browser.submit({"reporter_name": "Lena"})
    name = page.text.index("The child's name")
    for words in ("Guardians normally get to read", "not a report to the social services", "Talk to the head teacher"):
        assert page.text.index(words) < name, words
    assert page.text.index("0000-10 00 00") < name


def test_a_pupil_reads_before_the_name_who_reads_it_and_that_others_must_help_anyway(browser):
    begin(browser, "pupil")
    page = browser.submit({"protection": "no"})
    name = page.text.index("What is your name?")
    for words in (
        "The adults at home normally get to read",
        "goes to the school, not to the social services",
        "The school must help you even if you do not write here",
    ):
        assert page.text.index(words) < name, words
    assert page.text.index("0000-10 00 00") < name


def test_whom_to_call_in_danger_stands_before_anything_else(browser):
    for page in (browser.get("/"), begin(browser)):
        assert page.text.index("Call first") < page.text.index("112") < page.text.index("0000-10 00 00")
        calls = [link.get("href") for link in page.all("a") if link.get("href", "").startswith("tel:")]
        assert calls[0] == "tel:112"


# ------------------------------------------------------------------------------------------------ drafts


def test_what_is_typed_is_saved_while_somebody_types(browser, stored):
    with time_machine.travel(A_WEDNESDAY, tick=False):
        begin(browser)
        page = browser.submit({"protection": "no"})
        place = next(element for element in page.all("p") if element.get("id") == "saved")
        fields = page.fields(page.form())
        fields["reporter_name"] = "Lena Ment"
        response = browser.client.post(place.get("hx-post"), data=fields)
        assert response.text == "Saved 10:00"
        assert "Lena Ment" in {field.get("value") for field in browser.get("/concern/you").all("input")}
    assert stored(lambda s: s.scalars(select(Draft)).one().answers["reporter_name"]) == "Lena Ment"


def test_what_cannot_be_accepted_is_saved_all_the_same(browser, stored):
    begin(browser)
    browser.submit({"protection": "no"})
    page = browser.submit(
        {"reporter_name": "Lena", "reporter_kind": "teacher", "reporter_phone": "call me"}, status=422
    )
    assert "telephone number" in page.problems[0]
    assert stored(lambda s: s.scalars(select(Draft)).one().answers["reporter_phone"]) == "call me"


def test_a_text_of_a_hundred_thousand_characters_is_kept_and_refused_in_words(browser):
    begin(browser)
    browser.submit({"protection": "no"})
    browser.submit({"reporter_kind": "teacher", "reporter_name": "Lena"})
    browser.submit({"child_name": "Malou"})
    page = browser.submit({"observations": "å" * 100_000}, status=422)
    assert "20,000" in page.problems[0]
    assert "å" * 100_000 in page.text


def test_script_in_a_text_is_shown_as_text(browser):
    page = fill_staff(browser)
    assert "<script>alert(1)</script>" in page.text
    assert "&lt;script&gt;" in page.response.text


def test_the_code_takes_the_draft_up_again_on_another_computer(browser, app):
    begin(browser)
    page = browser.submit({"protection": "yes"})
    code = draft_code(page)
    assert "Deleted on" in page.text
    other = Browser(app.test_client())
    other.get("/resume")
    page = other.submit({"code": code.lower().replace("-", "")})
    assert page.path == "/concern/you"
    page = other.get("/concern/danger")
    assert page.all("input", name="protection", value="yes")[0].get("checked") is not None
    assert browser.get("/concern/danger").path == "/resume"


def test_a_wrong_code_opens_nothing_and_says_so(browser):
    begin(browser)
    browser.get("/resume")
    page = browser.submit({"code": WRONG_CODE}, status=422)
    assert "no draft with this code" in page.problems[0]
    page = browser.submit({"code": ""}, status=422)
    assert len(page.problems) == 1


def test_codes_cannot_be_tried_by_the_hundred(browser):
    browser.get("/resume")
    for _ in range(10):
        browser.submit({"code": WRONG_CODE}, status=422)
    assert browser.send({"code": WRONG_CODE}).status_code == 429


def walk(browser):
    """Fill in the form of the staff page by page; gives each page before it is sent, with what will be typed."""
    typed = (
        {"protection": "no"},
        {"reporter_kind": "teacher", "reporter_name": "Lena Mentorsson", "unit": "lindskolan"},
        {"child_name": "Malou Provsson"},
        {"observations": SEEN, "topics": ["attendance"]},
        {"guardians_know": "yes"},
        {"tried": "Egen plats.", "conflict": "no"},
    )
    for asked, answers in zip(PAGES[Door.STAFF][:-1], typed, strict=True):
        assert browser.page.path == f"/concern/{asked.name}"
        yield asked.name, answers


def test_a_concern_that_was_begun_goes_on_to_its_end_while_nobody_may_begin_another(browser, app, monkeypatch):
    begin(browser)
    monkeypatch.setattr(paces, "ALL_BEGINNINGS", Limit(paces.ALL_BEGINNINGS.purpose, most=1, within=timedelta(hours=1)))
    for _page, answers in walk(browser):
        browser.submit(answers)
    assert browser.submit().path == "/concern/sent"
    other = Browser(app.test_client())
    other.get("/")
    refused = other.send({"door": "staff"}, form=doors(other.page))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 3_500


def test_a_page_that_would_begin_one_too_many_keeps_what_was_typed_wherever_it_is_and_goes_on_later(
    browser, stored, monkeypatch
):
    begin(browser)
    for name, answers in walk(browser):
        assert stored(lambda s: s.execute(delete(Draft)).rowcount) == 1
        limit = Limit(paces.BEGINNINGS.purpose, most=0, within=timedelta(hours=1))
        with monkeypatch.context() as refusing:
            refusing.setattr(paces, "BEGINNINGS", limit)
            page = browser.submit(answers, status=429)
        assert "Too many tries" in page.text
        assert "Wait 60 min and try again. What you typed is kept below" in page.text
        shown = page.fields(page.form())
        assert {key: shown.getlist(key) for key in answers} == {
            key: [answer] if isinstance(answer, str) else answer for key, answer in answers.items()
        }
        browser.submit()
        kept = stored(lambda s: s.scalars(select(Draft)).one().answers)
        assert {key: kept[key] for key in answers} == answers, name


def test_the_next_person_at_a_shared_computer_sees_nothing(browser):
    fill_staff(browser)
    page = browser.get("/")
    assert "Malou" not in page.text
    assert not [link for link in page.all("a") if link.get("href", "").startswith("/concern/")]
    begin(browser)
    for path in ("/concern/child", "/concern/check"):
        assert "Malou" not in browser.get(path).response.text


def test_who_shares_the_device_is_told_to_save_and_close_and_then_nobody_can_look_back(browser):
    page = fill_staff(browser)
    assert "Press save and close before you leave it" in page.text
    browser.submit(button=("_later", "yes"))
    browser.get("/")
    for path in ("/concern/child", "/concern/check"):
        page = browser.get(path)
        assert page.path == "/resume"
        assert "Malou" not in page.response.text


def test_after_half_an_hour_without_a_click_the_code_is_asked_for_and_nothing_typed_is_lost(
    browser, stored, monkeypatch
):
    begin(browser)
    browser.submit({"protection": "no"})
    code = draft_code(browser.page)
    monkeypatch.setattr(holding, "IDLE_LIMIT", timedelta(seconds=-1))
    assert browser.get("/concern/danger").path == "/resume"
    monkeypatch.undo()
    begin_again = browser.get("/resume")
    assert begin_again.path == "/resume"
    browser.submit({"code": code})
    page = browser.get("/concern/you")
    monkeypatch.setattr(holding, "IDLE_LIMIT", timedelta(seconds=-1))
    page = browser.submit({"reporter_kind": "teacher", "reporter_name": "Lena Mentorsson"})
    assert page.path == "/resume"
    assert "Lena" not in page.response.text
    assert stored(lambda s: s.scalars(select(Draft)).one().answers["reporter_name"]) == "Lena Mentorsson"


def test_a_page_whose_draft_is_gone_begins_a_new_one_with_what_was_typed(browser, stored):
    begin(browser)
    browser.submit({"protection": "no"})
    with db.writing(browser.client.application.extensions["trivsel"].database) as session:
        session.delete(session.scalars(select(Draft)).one())
    fields = browser.page.fields(browser.page.form())
    browser.client.post("/concern/you/save", data=fields)  # while it is typed
    page = browser.submit({"reporter_kind": "teacher", "reporter_name": "Lena", "unit": "lindskolan"})
    assert page.path == "/concern/child"
    assert browser.submit({"child_name": "Malou Provsson"}).path == "/concern/observations"
    assert stored(lambda s: s.scalars(select(Draft)).one().answers["reporter_name"]) == "Lena"


def test_a_page_that_lost_its_cookie_is_shown_again_with_what_was_typed(browser, app):
    app.config["WTF_CSRF_ENABLED"] = True
    begin(browser)
    browser.submit({"protection": "no"})
    browser.client.delete_cookie(app.config["SESSION_COOKIE_NAME"])
    page = browser.submit({"reporter_kind": "teacher", "reporter_name": "Lena Mentorsson"}, status=400)
    assert "Lena Mentorsson" in {field.get("value") for field in page.all("input")}
    page = browser.submit()
    assert page.path == "/concern/child"


def test_saving_and_closing_shows_the_code_and_makes_this_computer_forget(browser):
    begin(browser)
    browser.submit({"protection": "no"})
    page = browser.submit({"reporter_name": "Lena"}, button=("_later", "yes"))
    code = next(page.text_of(element) for element in page.all("p") if "big-code" in element.get("class", ""))
    assert browser.get("/concern/you").path == "/resume"
    page = browser.submit({"code": code})
    assert "Lena" in {field.get("value") for field in page.all("input")}


def test_after_a_pause_the_next_person_is_not_shown_the_code_either(browser, monkeypatch):
    begin(browser)
    monkeypatch.setattr(holding, "IDLE_LIMIT", timedelta(seconds=-1))
    page = browser.submit({"protection": "no"}, button=("_later", "yes"))
    assert page.path == "/resume"
    assert not any("big-code" in element.get("class", "") for element in page.all("p"))


def test_the_code_stays_on_the_page_in_another_language(browser):
    begin(browser)
    page = browser.submit(button=("_later", "yes"))
    code = next(page.text_of(element) for element in page.all("p") if "big-code" in element.get("class", ""))
    page = browser.submit(button=("_language", "sv"))
    assert page.heading == "Sparat"
    assert code in page.text
    assert browser.get("/concern/paused").path == "/resume"


def test_a_save_from_while_somebody_typed_never_overtakes_what_they_sent(browser, stored):
    begin(browser)
    page = browser.submit({"protection": "no"})
    late = page.fields(page.form())
    late["reporter_name"] = "Lena Me"
    browser.submit({"reporter_kind": "teacher", "reporter_name": "Lena Mentorsson"})
    assert browser.client.post("/concern/you/save", data=late).status_code == 204
    assert stored(lambda s: s.scalars(select(Draft)).one().answers["reporter_name"]) == "Lena Mentorsson"


def test_what_was_written_can_be_deleted_at_once(browser, stored):
    begin(browser)
    page = browser.submit(form="delete-draft")
    assert "deleted" in page.heading
    assert stored(lambda s: s.scalar(select(func.count()).select_from(Draft))) == 0
    assert browser.get("/concern/danger").path == "/resume"


def test_somebody_signed_in_goes_on_with_their_own_draft_without_a_code(signed_in, stored):
    karin = signed_in("karin")
    begin(karin)
    karin.submit({"protection": "no"})
    again = signed_in("karin")
    page = again.get("/")
    form = next(form for form in page.all("form") if form.get("action", "").startswith("/resume/"))
    assert again.submit(form=form).path == "/concern/you"
    otto = signed_in("otto")
    assert "Your drafts" not in otto.get("/").text
    response = otto.client.post(form.get("action"), data=otto.page.fields(doors(otto.page)))
    assert urlsplit(response.location).path == "/resume"


def test_a_switch_of_language_keeps_what_was_typed(browser):
    begin(browser)
    browser.submit({"protection": "no"})
    page = browser.submit({"reporter_name": "Lena Mentorsson"}, button=("_language", "da"))
    assert page.heading == "Om dig"
    assert "Lena Mentorsson" in {field.get("value") for field in page.all("input")}


# ------------------------------------------------------------------------------------------------ two tabs of one browser


@pytest.fixture
def alva_and_bo(browser, stored):
    """The page on which somebody was telling about Alva when they began to tell about Bo in another tab, and Alva's code."""
    begin(browser)
    browser.submit({"protection": "no"})
    browser.submit({"reporter_kind": "teacher", "reporter_name": "Lena Mentorsson"})
    alva = browser.submit({"child_name": "Alva Provsson"})
    begin(browser)
    browser.submit({"protection": "no"})
    browser.submit({"reporter_kind": "teacher", "reporter_name": "Lena Mentorsson"})
    browser.submit({"child_name": "Bo Provsson"})
    before = what_is_saved(stored)
    assert sorted(one["child_name"] for one in before) == ["Alva Provsson", "Bo Provsson"]
    yield alva, draft_code(alva)
    assert what_is_saved(stored) == before


def what_is_saved(stored):
    return stored(lambda s: [one.answers for one in s.scalars(select(Draft).order_by(Draft.id))])


@pytest.mark.parametrize("button", [None, ("_later", "yes"), ("_attach", "yes"), ("_drop", "1"), ("_language", "en")])
def test_a_page_of_another_concern_saves_nothing_and_shows_what_was_typed_and_how_both_go_on(
    browser, alva_and_bo, button
):
    browser.page, code = alva_and_bo
    page = browser.submit({"observations": SEEN, "topics": ["attendance"]}, button=button, status=409)
    assert page.heading == "This page belongs to another concern"
    assert "Borta nio dagar. <script>alert(1)</script>" in page.text
    assert "Health" not in page.text
    assert "attendance" in page.text.lower()
    assert code in page.text
    assert page.text.count("Borta nio dagar.") == 1
    page = browser.submit(button=("_language", "sv"), status=409)
    assert page.heading == "Den här sidan hör till ett annat ärende"
    assert page.text.count("Borta nio dagar.") == 1
    assert code in page.text
    newer = next(link for link in page.all("a") if link.get("href") == "/concern/observations")
    browser.get(newer.get("href"))
    assert draft_code(browser.page) != code
    browser.get("/resume")
    assert draft_code(browser.submit({"code": code})) == code


def test_a_page_of_another_concern_that_was_open_for_too_long_speaks_of_no_button_it_has_not(browser, app, alva_and_bo):
    app.config["WTF_CSRF_ENABLED"] = True
    browser.page, code = alva_and_bo
    page = browser.submit({"observations": SEEN, "csrf_token": "forged"}, status=409)
    assert (page.text.count("Borta nio dagar."), page.text.count(code)) == (1, 1)
    assert "press the button" not in page.text


def test_a_page_of_another_concern_is_not_saved_while_somebody_types_nor_deletes_the_newer(browser, alva_and_bo):
    alva, code = alva_and_bo
    fields = alva.fields(alva.form())
    fields["observations"] = SEEN
    saving = browser.client.post("/concern/observations/save", data=fields)
    assert (saving.status_code, saving.text) == (
        200,
        "Not saved. This page belongs to another concern. What you typed stays on this page: press “Go on” to see how to keep it.",
    )
    browser.page = alva
    assert code in browser.submit(form="delete-draft", status=409).text


def test_a_page_from_before_an_upgrade_is_saved_into_no_concern_and_shows_what_was_typed(browser, alva_and_bo):
    page, _code = alva_and_bo
    fields = page.fields(page.form())
    fields["observations"] = SEEN
    for name in ("_draft", "_code", "_given"):
        del fields[name]
    assert "We cannot tell which concern" in browser.client.post("/concern/observations/save", data=fields).text
    page = Page(browser.client.post("/concern/observations", data=fields), "/concern/observations")
    assert page.status == 409
    assert "while this site was renewed" in page.text
    assert "Borta nio dagar." in page.text


def test_the_last_page_of_another_concern_sends_neither(browser, stored):
    check = fill_staff(browser)
    begin(browser)
    browser.page = check
    for button in (None, ("_later", "yes"), ("_language", "da")):
        page = browser.submit(button=button, status=409)
        assert draft_code(check) in page.text
        browser.page = check
    assert stored(lambda s: s.scalar(select(func.count()).select_from(Referral))) == 0
    browser.get("/resume")
    browser.submit({"code": draft_code(check)})
    browser.page = check  # the same concern again, so the page fits
    assert browser.submit().path == "/concern/sent"


def test_a_page_of_another_concern_keeps_what_was_typed_also_once_the_newer_was_sent(browser):
    begin(browser)
    other = browser.submit({"protection": "no"})
    send_staff(browser)
    browser.page = other
    page = browser.submit({"reporter_name": "Lena Annorlundasson"}, status=409)
    assert "Lena Annorlundasson" in page.text
    assert draft_code(other) in page.text


def test_a_page_of_a_concern_that_was_deleted_meanwhile_shows_no_code_that_opens_nothing(browser, monkeypatch):
    monkeypatch.setattr(paces, "REPORTERS", Limit("codes of reporters", most=1, within=timedelta(minutes=15)))
    begin(browser)
    other = browser.submit({"protection": "no"})
    browser.submit(form="delete-draft")
    begin(browser)
    own = draft_code(browser.page)
    for button in (None, ("_language", "en")):
        browser.page = other
        page = browser.submit({"reporter_name": "Lena Annorlundasson"}, button=button, status=409)
        assert "was sent or deleted meanwhile" in page.text
        assert draft_code(other) not in page.text
        assert "Lena Annorlundasson" in page.text
    assert "was sent or deleted meanwhile" in browser.submit(button=("_language", "en"), status=409).text
    browser.get("/resume")
    assert draft_code(browser.submit({"code": own})) == own, "looking at that page was no try at a code"


def test_of_a_code_that_stood_on_no_page_of_ours_nobody_learns_whether_it_opens_anything(browser, alva_and_bo):
    page, _code = alva_and_bo
    fields = page.fields(page.form())
    fields["_code"] = WRONG_CODE
    for proof in (fields["_given"], "", "å"):
        fields["_given"] = proof
        page = Page(browser.client.post("/concern/observations", data=fields), "/concern/observations")
        assert page.status == 409
        assert "was sent or deleted meanwhile" not in page.text


def test_a_page_of_a_door_there_is_not_is_another_concerns_too(browser, alva_and_bo):
    browser.page, code = alva_and_bo
    page = browser.submit({"_door": "window", "observations": SEEN}, status=409)
    assert code in page.text


def test_a_page_whose_cookie_was_lost_still_belongs_to_its_own_concern(browser, app):
    app.config["WTF_CSRF_ENABLED"] = True
    begin(browser)
    code = draft_code(browser.page)
    browser.client.delete_cookie(app.config["SESSION_COOKIE_NAME"])
    again = browser.submit({"protection": "yes"}, status=400)
    begin(browser)
    browser.page = again
    page = browser.submit(status=409)
    assert page.heading == "This page belongs to another concern"
    assert code in page.text


# ------------------------------------------------------------------------------------------------ the way in


def test_the_link_of_a_unit_fills_unit_and_language(browser):
    page = browser.get("/u/lindskolan/sv")
    assert "Lindskolan" in page.text
    assert page.heading == "Är du orolig för ett barn?"
    browser.submit(form=doors(page), button=("door", "staff"))
    page = browser.submit({"protection": "no"})
    chosen = [option.get("value") for option in page.all("option") if option.get("selected") is not None]
    assert chosen == ["lindskolan"]


def test_the_qr_code_of_a_unit_is_a_picture_of_its_link(browser):
    response = browser.client.get("/u/lindskolan/qr.svg")
    assert response.mimetype == "image/svg+xml"
    assert response.data.startswith(b"<?xml")
    assert browser.client.get("/u/lindskolan/da/qr.svg").data != response.data
    assert browser.client.get("/u/nowhere/qr.svg").status_code == 404


def test_an_unknown_unit_is_a_page_not_found(browser):
    browser.get("/u/nowhere", status=404)


def test_a_unit_that_takes_no_concerns_offers_no_form_but_a_number_to_call(browser, stored):
    stored(lambda s: setattr(s.scalars(select(Unit).where(Unit.slug == "lindskolan")).one(), "is_open", False))
    page = browser.get("/u/lindskolan")
    assert "No concerns are taken here" in page.text
    assert "0000-12 34 56" in page.text
    assert not [button for button in page.all("button") if button.get("name") == "door"]


def test_a_unit_that_closes_meanwhile_is_said_before_anything_is_sent(browser, stored):
    fill_staff(browser)
    stored(lambda s: setattr(s.scalars(select(Unit).where(Unit.slug == "lindskolan")).one(), "is_open", False))
    page = browser.submit(status=422)
    assert "takes no concerns" in page.problems[0]
    assert "Lindskolan takes no concerns here at the moment" in page.text
    assert "0000-12 34 56" in page.text
    assert "Is a child in danger right now?" in page.text
    assert "Send to the team" not in page.text
    assert "Jag vill sitta där det är tyst." in page.text
    browser.get(next(one.get("href") for one in page.all("a") if page.text_of(one).startswith("Choose another")))
    page = browser.submit({"unit": "lindskolan"}, status=422)
    assert "from the list" in page.problems[0]


def test_where_no_other_unit_takes_part_what_was_written_is_kept_and_there_is_somebody_to_call(browser, stored):
    fill_staff(browser)
    stored(lambda s: [setattr(unit, "takes_part", False) for unit in s.scalars(select(Unit))])
    page = browser.submit(status=422)
    assert "0000-12 34 56" in page.text
    assert "Choose another school" not in page.text
    assert browser.get("/concern/check").all("button", name="_later")


def test_an_unknown_door_leads_back_to_the_start(browser):
    browser.get("/")
    assert browser.submit(form=doors(browser.page), button=("door", "window")).path == "/"


def test_a_page_that_this_door_does_not_have_is_not_found(browser):
    begin(browser, "pupil")
    browser.get("/concern/voices", status=404)
    assert browser.client.get("/concern/nothing").status_code == 404


def test_a_page_sent_without_any_door_is_refused(browser):
    browser.get("/")
    fields = browser.page.fields(doors(browser.page))
    assert browser.client.post("/concern/danger", data=fields).status_code == 400


def test_the_quick_way_out_forgets_everything_and_goes_elsewhere(browser):
    fill_staff(browser)
    response = browser.client.get("/leave")
    assert response.status_code == 303
    assert response.location.startswith("https://")
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert browser.get("/concern/check").path == "/resume"


# ------------------------------------------------------------------------------------------------ checking and sending


def test_a_change_from_the_last_page_returns_to_it(browser):
    page = fill_staff(browser)
    link = next(a.get("href") for a in page.all("a") if "child" in a.get("href", ""))
    browser.get(link)
    page = browser.submit({"child_name": "Milo Provsson"})
    assert page.path == "/concern/check"
    assert "Milo Provsson" in page.text


def test_what_is_missing_is_said_on_the_last_page_with_the_way_to_it(browser):
    begin(browser)
    browser.get("/concern/check")
    page = browser.submit(status=422)
    assert len(page.problems) == 6
    assert page.heading == "Read it once more"


def test_an_answer_nobody_could_choose_is_refused_on_the_last_page(browser, stored):
    fill_staff(browser)

    def tamper(session):
        draft = session.scalars(select(Draft)).one()
        draft.answers = {**draft.answers, "topics": ["truancy"], "protection": "maybe", "child_birth_date": "in May"}

    stored(tamper)
    page = browser.get("/concern/check")
    assert "in May" in page.text
    assert len(browser.submit(status=422).problems) == 3


def test_what_nobody_knows_yet_is_read_as_that(browser):
    page = fill_staff(browser)
    assert "Where Don't know yet" in page.text
    assert "How long Not answered" in page.text


def test_class_birth_date_and_topics_can_be_unknown_and_are_read_as_that(browser, stored):
    fill_staff(browser)
    browser.get("/concern/child")
    browser.submit({"child_group": "", "not_known": ["child_group", "child_birth_date"]})
    browser.get("/concern/observations")
    browser.submit({"topics": [], "not_known": ["topics"]})
    browser.get("/concern/child")
    assert browser.page.fields(browser.page.form()).getlist("not_known") == ["child_group", "child_birth_date"]
    page = browser.get("/concern/check")
    for question in ("Class or group", "Date of birth", "What it is about"):
        assert f"{question} Don't know yet" in page.text
    assert browser.submit().path == "/concern/sent"
    referral = stored(lambda s: [(r.child_group, r.child_birth_date, r.topics) for r in s.scalars(select(Referral))])
    assert referral == [(None, None, [])]


def test_an_answer_counts_for_more_than_not_knowing(browser):
    fill_staff(browser)
    browser.get("/concern/child")
    browser.submit({"child_birth_date": "2016-03-04", "not_known": ["child_birth_date"]})
    assert "Date of birth 4 March 2016" in browser.get("/concern/check").text


def test_a_pupil_may_not_know_yet_what_fits(browser):
    begin(browser, "pupil")
    browser.submit({"protection": "no"})
    browser.submit({"child_name": "Malou Provsson"})
    told = {"observations": "Ensam.", "guardians_know": "yes", "not_known": ["topics"]}
    assert "What it is about Don't know yet" in browser.submit(told).text


@pytest.mark.parametrize("door", list(Door))
def test_every_question_has_an_example_under_it(browser, door):
    begin(browser, door.value)
    browser.submit({"protection": "no"})
    browser.submit({"reporter_kind": "teacher", "reporter_name": "Lena Mentorsson", "child_name": "Malou Provsson"})
    without = set()
    for asked in PAGES[door][:-1]:
        page = browser.get(f"/concern/{asked.name}")
        helped = {element.get("id", "") for element in page.all("p")}
        questions = set(fields_of(asked)) - {"not_known"}
        assert questions <= {control.get("name") for control in page.all("input", "select", "textarea")}
        bare = {name for name in questions if f"f-{name}-example" not in helped}
        assert {f"f-{name}-hint" for name in bare} <= helped
        without |= bare
    # A tick needs none, and the list of functions is its own: both are explained by a hint.
    assert without <= {"has_protected_identity", "conflict_functions"}


@pytest.mark.parametrize("language", ["en", "sv", "da"])
@pytest.mark.parametrize("door", list(Door))
def test_no_page_of_the_form_speaks_the_words_of_the_law(browser, door, language):
    begin(browser, door.value)
    browser.submit({"protection": "no"}, button=("_language", language))
    browser.submit()
    browser.submit({"reporter_kind": "teacher", "reporter_name": "Lena Mentorsson", "child_name": "Malou Provsson"})
    for path in ["/", *(f"/concern/{asked.name}" for asked in PAGES[door])]:
        page = browser.get(path)
        assert page.path == path
        assert page.all("html")[0].get("lang") == language
        assert WORDS_OF_THE_LAW.findall(page.text) == [], path


def test_the_form_asks_with_the_right_keyboard_in_fields_that_grow_and_says_that_one_may_speak(browser):
    begin(browser)
    browser.submit({"protection": "no"})
    typed = {field.get("name"): field for field in browser.page.all("input")}
    for name, keyboard in (("reporter_phone", "tel"), ("reporter_email", "email")):
        assert [typed[name].get(each) for each in ("type", "inputmode", "autocomplete")] == [keyboard] * 3
    assert typed["reporter_name"].get("autocomplete") == "name"
    for path in ("observations", "voices", "tried"):
        areas = browser.get(f"/concern/{path}").all("textarea")
        assert areas
        assert all("growing" in str(area.get("class")).split() for area in areas)
    page = browser.get("/concern/observations")
    assert "You can speak them in with the microphone of your keyboard." in page.text


@pytest.mark.parametrize(
    ("door", "kind", "example"),
    [
        ("staff", "teacher", "A place of her own by the window"),
        ("staff", "leisure", "One of us meets her at the door"),
        ("staff", "health_care", "Advice about sleep"),
        ("guardian", None, "I walk with her to the gate"),
    ],
)
def test_the_examples_are_of_what_this_person_could_have_seen(browser, door, kind, example):
    begin(browser, door)
    browser.submit({"protection": "no"})
    browser.submit({"reporter_name": "Lena Mentorsson"} | ({"reporter_kind": kind} if kind else {}))
    assert example in browser.get("/concern/tried").text
    assert ("In the classroom and in the dining hall" in browser.get("/concern/observations").text) == (
        kind == "teacher"
    )


def test_examples_have_names_of_the_municipalitys_country(browser, stored):
    begin(browser, "guardian")
    browser.submit({"protection": "no"})
    assert "Maja Testsson" in browser.get("/concern/you").text
    stored(lambda session: setattr(session.scalars(select(Municipality)).one(), "country", "dk"))
    assert "Marie Prøvesen" in browser.get("/concern/you").text
    child = browser.get("/concern/child").text
    assert "Alma Prøvesen" in child
    assert "4.B" in child
    assert "Testsson" not in child


def test_the_receipt_will_be_in_the_language_it_was_sent_in(browser, stored):
    fill_staff(browser)
    browser.submit(button=("_language", "da"))
    page = browser.submit()
    assert page.heading == "Tak. Det er nået frem til teamet."
    assert stored(lambda s: s.scalars(select(Concern.language)).one()) == "da"


def test_sending_twice_makes_one_referral_and_shows_the_same_number(browser, stored):
    fill_staff(browser)
    check = browser.page
    first = browser.submit()
    browser.page = check
    second = browser.submit()
    assert shown_code(first, "reference-number") == shown_code(second, "reference-number")
    assert stored(lambda s: s.scalar(select(func.count()).select_from(Referral))) == 1


def test_what_was_changed_elsewhere_is_read_before_it_goes(browser, stored):
    def referrals():
        return stored(lambda s: [one.child_name for one in s.scalars(select(Referral))])

    check = fill_staff(browser)
    browser.get("/concern/child")
    browser.submit()  # without changing anything
    page = browser.get("/concern/observations")
    typed = page.fields(page.form())
    typed["observations"] = "Borta elva dagar."
    assert browser.client.post("/concern/observations/save", data=typed).status_code == 200
    browser.page = check
    page = browser.submit(status=409)
    assert "Something has changed since you opened this page" in page.text
    assert "Borta elva dagar." in page.text
    assert not page.problems
    assert referrals() == []
    assert browser.submit().path == "/concern/sent"
    assert referrals() == ["Malou Provsson"]
    assert stored(lambda s: s.scalars(select(Concern)).one().observations) == "Borta elva dagar."


def test_a_last_page_that_does_not_say_what_it_showed_is_shown_once_more(browser, stored):
    form = fill_staff(browser).form()
    next(field for field in form.iter("input") if field.get("name") == "_shown").set("disabled", "")
    browser.submit(form=form, status=409)
    assert stored(lambda s: s.scalar(select(func.count()).select_from(Referral))) == 0
    assert browser.submit().path == "/concern/sent"


def test_after_sending_the_pages_lead_to_the_confirmation_and_show_nothing(browser):
    send_staff(browser)
    assert browser.get("/concern/child").path == "/concern/sent"
    assert browser.get("/concern/check").path == "/concern/sent"
    assert "Malou" not in browser.page.response.text


def test_typing_on_after_sending_changes_nothing(browser, stored):
    check = fill_staff(browser)
    page = browser.get("/concern/danger")
    browser.page = check
    assert browser.submit().path == "/concern/sent"
    fields = page.fields(page.form())
    assert browser.client.post("/concern/danger/save", data=fields).status_code == 204
    assert stored(lambda s: s.scalars(select(Draft).where(Draft.referral_id.is_not(None))).one().answers) is None


def test_the_confirmation_is_gone_for_the_next_person(browser, app):
    page = send_staff(browser)
    code = shown_code(page)
    form = next(form for form in page.all("form") if form.get("action") == "/report/close")
    page = browser.submit(form=form)
    assert page.path == "/"
    page = browser.get("/concern/sent")
    assert page.path == "/return"
    assert code not in page.response.text
    assert Browser(app.test_client()).get("/concern/sent").path == "/return"


def test_where_neither_school_nor_readers_may_be_named_the_municipality_reads_it(browser, settings):
    fill_staff(browser)
    browser.get("/concern/child")
    browser.submit({"has_protected_identity": "yes"})
    browser.get("/concern/check")
    with db.writing(settings.database) as session:
        session.execute(delete(RoleAssignment))
        municipality, school = cast_of(session).municipality.name, cast_of(session).school.name
    page = browser.submit()
    assert page.path == "/concern/sent"
    assert [words for words in map(page.text_of, page.all("dd")) if words.endswith(municipality)]
    assert school not in page.text


# ------------------------------------------------------------------------------------------------ coming back


def sent(browser):
    page = send_staff(browser)
    number, code = shown_code(page, "reference-number"), shown_code(page)
    browser.client.post(
        "/report/close", data=page.fields(next(f for f in page.all("form") if f.get("action") == "/report/close"))
    )
    return number, code


def put(stored, number, state, verb=None, **values):
    """Lead the referral somewhere, as the coordinator would."""

    def lead(session):
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()

        karin = session.scalars(select(Account).where(Account.email.startswith("karin"))).one().actor()
        history.record(session, referral, verb, by=karin, to=state, **values)

    stored(lead)


def test_with_number_and_code_the_reporter_sees_how_far_it_is_and_never_the_text(browser, stored):
    number, code = sent(browser)
    page = come_back(browser, number.lower(), code.lower())
    assert page.path == "/report"
    assert number in page.text
    assert "Received" in page.text
    for typed in ("Malou", "Borta nio dagar", "Lena", "Egen plats"):
        assert typed not in page.response.text
    put(stored, number, IN_CONSENT, Verb.SEND_TO_ASSESSMENT)
    assert "In work" in browser.get("/report").text
    assert browser.get("/return").path == "/report"


def test_number_and_code_must_belong_together(browser):
    number, _code = sent(browser)
    page = come_back(browser, number, WRONG_CODE, status=422)
    assert len(page.problems) == 1
    page = come_back(browser, "", "", status=422)
    assert len(page.problems) == 2
    assert browser.get("/report").path == "/return"


def test_return_codes_cannot_be_tried_by_the_hundred(browser):
    number, code = sent(browser)
    for _ in range(10):
        come_back(browser, number, WRONG_CODE, status=422)
    browser.get("/return")
    assert browser.send({"number": number, "code": code}).status_code == 429


def test_the_reporter_answers_a_question(browser, stored):
    number, code = sent(browser)
    put(stored, number, RETURNED, Verb.RETURN_CONCERN, reason="Vilka dagar var det?")
    page = come_back(browser, number, code)
    assert "Vilka dagar var det?" in page.text
    page = browser.submit(form="complete-form", status=422)
    assert len(page.problems) == 1
    page = browser.submit({"text": "Alla måndagar."}, form="complete-form")
    assert "Your answer has been sent" in page.text
    assert "Vilka dagar" not in page.text
    assert stored(lambda s: [(row.kind, row.text) for row in s.scalars(select(ConcernAddition))]) == [
        (AdditionKind.COMPLETION, "Alla måndagar.")
    ]
    assert stored(lambda s: s.scalars(select(Referral)).one().state) == SUBMITTED


def test_the_reporter_adds_something(browser, stored):
    number, code = sent(browser)
    come_back(browser, number, code)
    page = browser.submit({"text": "x" * 20_001}, form="add-form", status=422)
    assert "too long" in page.problems[0]
    page = browser.submit({"text": "I dag kom hon själv."}, form="add-form")
    assert "What you added has been sent" in page.text
    assert "I dag kom hon" not in page.response.text
    assert stored(lambda s: s.scalars(select(ConcernAddition)).one().kind) is AdditionKind.ADDITION


def test_the_reporter_takes_the_concern_back_and_says_that_it_is_meant(browser, stored):
    number, code = sent(browser)
    come_back(browser, number, code)
    page = browser.submit(form="withdraw-form", status=422)
    assert "Tick" in page.problems[0]
    page = browser.submit({"reason": "Det löste sig.", "is_sure": "yes"}, form="withdraw-form")
    assert "Finished" in page.text
    assert not page.all("textarea")
    assert stored(lambda s: s.scalars(select(Referral)).one().state) == WITHDRAWN


def test_what_the_reporter_typed_is_kept_when_the_referral_has_moved_on(browser, stored):
    number, code = sent(browser)
    page = come_back(browser, number, code)
    put(stored, number, IN_CONSENT, Verb.SEND_TO_ASSESSMENT)
    page = browser.submit(
        {"reason": "Det löste sig alldeles av sig självt.", "is_sure": "yes"}, form="withdraw-form", status=409
    )
    assert "moved on" in page.text
    assert "Det löste sig alldeles av sig självt." in page.text


def test_after_a_pause_number_and_code_are_asked_for_again(browser, monkeypatch):
    number, code = sent(browser)
    page = come_back(browser, number, code)
    monkeypatch.setattr(holding, "IDLE_LIMIT", timedelta(seconds=-1))
    assert browser.get("/report").path == "/return"
    browser.page = page
    assert browser.submit({"text": "Nu igen."}, form="add-form").path == "/return"


# ------------------------------------------------------------------------------------------------ the receipt


def issue_receipt(stored, number):
    def issue(session):
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        row = referral.history[0]
        paper = next(p for p in documents.papers_after(session, row) if p.kind is DocumentKind.RECEIPT)
        documents.issue(session, row, paper, content=b"%PDF-1.7 a receipt")

    stored(issue)


def test_the_receipt_appears_on_the_confirmation_once_it_is_made(browser, stored):
    page = send_staff(browser)
    number, code = shown_code(page, "reference-number"), shown_code(page)
    waiting = browser.client.get("/concern/sent/receipt")
    assert "hx-get" in waiting.text
    assert browser.client.get("/report/receipt.pdf").status_code == 404
    issue_receipt(stored, number)
    assert "Download your receipt" in browser.client.get("/concern/sent/receipt").text
    page = browser.get("/concern/sent")
    assert "Download your receipt" in page.text
    assert shown_code(page) == code
    response = browser.client.get("/report/receipt.pdf")
    assert response.mimetype == "application/pdf"
    assert response.data == b"%PDF-1.7 a receipt"
    assert number in response.headers["Content-Disposition"]
    assert "Malou" not in response.headers["Content-Disposition"]


def test_the_receipt_needs_number_and_code(browser, stored, app):
    number, code = sent(browser)
    issue_receipt(stored, number)
    stranger = Browser(app.test_client())
    assert stranger.client.get("/report/receipt.pdf").status_code == 404
    assert stranger.client.get("/concern/sent/receipt").status_code == 204
    page = come_back(stranger, number, code)
    assert "Download your receipt" in page.text
    assert stranger.client.get("/report/receipt.pdf").data == b"%PDF-1.7 a receipt"


def test_a_possible_duplicate_is_no_business_of_the_reporter(browser, stored, app):
    send_staff(browser)
    second = Browser(app.test_client())
    page = send_staff(second)
    assert "duplicate" not in page.text.lower()

    def duplicates(session):
        newest = session.scalars(select(Referral).where(Referral.number == shown_code(page, "reference-number"))).one()
        return len(intake.possible_duplicates(session, newest, by=cast_of(session).coordinator.actor()))

    assert stored(duplicates) == 1
