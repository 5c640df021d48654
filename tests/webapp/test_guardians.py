"""The pages about guardians: recorded, informed, asked for consent, and the work going on."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from referrals import clock, db
from referrals.config import Settings
from referrals.disclosure import coverage
from referrals.languages import format_date
from referrals.models import Referral
from referrals.people import organisation
from referrals.stages import IN_CONSENT, PARTS_REQUESTED, PLAN_ACTIVE, State
from referrals.vocabulary import Custody
from tests.factories import a_guardian, a_referral
from tests.webapp.browsing import Browser, Page
from tests.webapp.desk import cast_of

SignIn = Callable[[str], Browser]
TODAY = clock.today("Europe/Stockholm")


@pytest.fixture
def lay(app, settings: Settings) -> Callable[..., str]:
    """Puts a referral, and where wanted a guardian with `values`, into the database and gives its number."""

    def make(state: State = IN_CONSENT, *, is_told: bool = False, **values: Any) -> str:
        with db.writing(settings.database) as session:
            cast = cast_of(session)
            referral = a_referral(session, cast, state)
            if values or is_told:
                a_guardian(session, referral, told_by=cast.coordinator if is_told else None, **values)
            return referral.number

    return make


@pytest.fixture
def read(settings: Settings) -> Callable[..., Any]:
    """What `look` says about the only guardian, or with `of_referral` about the referral."""

    def ask(number: str, look: Callable[[Any], Any], *, of_referral: bool = False) -> Any:
        with db.reading(settings.database) as session:
            referral = session.scalars(select(Referral).where(Referral.number == number)).one()
            return look(referral if of_referral else coverage.guardians_of(session, referral)[0])

    return ask


def path_of(read: Any, number: str, page: str = "") -> str:
    guardian_id = read(number, lambda guardian: guardian.id)
    return f"/referrals/{number}/guardians/{guardian_id}{page}"


def said(page: Page) -> list[str]:
    """What is to be mended, without the questions of the fields."""
    return [re.split(r"[:?] ", problem, maxsplit=1)[-1] for problem in page.problems]


def test_the_whole_way_from_nobody_recorded_to_the_work_going_on(lay: Any, read: Any, signed_in: SignIn) -> None:
    number = lay()
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/guardians")
    assert "Record the guardians" in page.text
    assert "No guardian is recorded yet" in page.text
    browser.get(f"/referrals/{number}/guardians/new")
    page = browser.submit(
        {"name": "Maja Testsson", "custody": "sole", "phone": "0000-99 88 77", "interpreter": "arabiska"}
    )
    assert "Maja Testsson Consent: not asked" in page.text
    assert "Inform every guardian" in page.text
    browser.get(path_of(read, number, "/information"))
    page = browser.submit({"method": "phone", "told_what": "Berättade om oron."})
    assert "By telephone, Swedish, Karin Almkvist" in page.text
    assert "by Karin Almkvist" in page.text
    assert "Berättade om oron." in page.text
    assert "Let the work go on" in page.text
    page = browser.submit({"reason": "Hon vill vara med."}, form="conclude-form")
    assert page.path == f"/referrals/{number}"
    assert read(number, lambda referral: referral.state, of_referral=True) == PARTS_REQUESTED
    assert "Hon vill vara med." in page.text


def test_the_way_on_is_not_offered_before_everybody_is_informed(lay: Any, signed_in: SignIn) -> None:
    page = signed_in("karin").get(f"/referrals/{lay(custody=Custody.JOINT)}/guardians")
    assert not page.all("form", id="conclude-form")


def test_sending_the_way_on_too_early_says_what_comes_first(lay: Any, read: Any, signed_in: SignIn) -> None:
    number = lay(is_told=True)
    browser = signed_in("karin")
    browser.get(f"/referrals/{number}/guardians")
    browser.get(f"/referrals/{number}/guardians/new")
    browser.submit({"name": "Omar Testsson", "custody": "joint"})
    seen = read(number, lambda referral: referral.version, of_referral=True)
    browser.get(f"/referrals/{number}/guardians/new")
    form = browser.page.form()
    form.set("action", f"/referrals/{number}/consent")
    page = browser.submit({"seen": str(seen)}, form=form, status=409)
    assert "The guardians come first" in page.text


def test_a_guardian_can_be_corrected(lay: Any, read: Any, signed_in: SignIn) -> None:
    number = lay(custody=Custody.JOINT)
    browser = signed_in("karin")
    page = browser.get(path_of(read, number))
    assert page.heading == "Change what is known of the guardian"
    assert page.fields(page.form())["name"] == "Maja Testsson"
    page = browser.submit({"name": "Maja Nyman", "has_protected_identity": "yes", "interpreter": "polska"})
    assert "Interpreter: polska" in page.text
    assert "Maja Nyman" in page.text
    assert "Protected identity" in page.text


def test_a_correction_is_told_as_a_correction(lay: Any, read: Any, signed_in: SignIn) -> None:
    number = lay(custody=Custody.JOINT)
    karin = signed_in("karin")
    karin.get(path_of(read, number))
    page = karin.submit({"name": "Maja Provsson"})
    assert "The guardian's details have been saved." in page.text
    text = karin.get(f"/referrals/{number}").text
    assert "What is known of a guardian was changed" in text
    assert "A guardian was recorded" not in text


@pytest.mark.parametrize(("here", "first"), [("sv", ["sv", "sq"]), ("da", ["da", "sq"])])
def test_the_municipalitys_own_language_stands_first_and_the_others_by_their_names(
    lay: Any, settings: Settings, signed_in: SignIn, here: str, first: list[str]
) -> None:
    number = lay()
    with db.writing(settings.database) as session:
        organisation.municipality(session).language = here
    page = signed_in("karin").get(f"/referrals/{number}/guardians/new")
    (choice,) = page.all("select", name="language")
    names = {option.get("value"): page.text_of(option) for option in choice.iter("option")}
    assert list(names)[:2] == first
    assert list(names.values())[1:] == sorted(list(names.values())[1:], key=str.casefold)
    own, others = ("Swedish", "Danish and English") if here == "sv" else ("Danish", "English and Swedish")
    assert f"Mail and papers come in {own}, {others}." in page.text
    assert f"Whoever reads another language gets them in {own}, with a line in that language" in page.text


def test_what_is_wrong_is_said_at_its_field(lay: Any, read: Any, signed_in: SignIn) -> None:
    number = lay(custody=Custody.JOINT)
    browser = signed_in("karin")
    browser.get(path_of(read, number))
    page = browser.submit({"name": "", "phone": "ring mig", "email": "maja"}, status=422)
    assert said(page) == [
        "Write the guardian's name.",
        "Write a telephone number with digits, such as 0000-12 34 56.",
        "Write an e-mail address such as name@example.org.",
    ]
    browser.get(path_of(read, number, "/information"))
    assert said(browser.submit({"method": "not_told"}, status=422)) == ["Write why they have not been told."]
    assert said(browser.submit({"method": "letter", "told_on": ""}, status=422)) == [
        "Give the day on which they were told."
    ]
    browser.get(path_of(read, number, "/consent"))
    assert said(browser.submit({"answer": "full", "form": "oral", "purpose": ""}, status=422)) == [
        "Choose at least one.", "Choose at least one.", "Write what the information is for.",
    ]  # fmt: skip


def test_why_a_guardian_was_not_told_counts_as_well(lay: Any, read: Any, signed_in: SignIn) -> None:
    number = lay(custody=Custody.SOLE)
    browser = signed_in("karin")
    page = browser.get(path_of(read, number, "/information"))
    assert page.fields(page.form())["why_not"] == "We have not told them yet, because: "
    page = browser.submit({"method": "not_told", "why_not": "Misstanke om våld."})
    assert "Misstanke om våld." in page.text
    assert page.all("form", id="conclude-form")


def test_consent_shows_its_scope_and_can_be_withdrawn(lay: Any, read: Any, signed_in: SignIn) -> None:
    number = lay(PLAN_ACTIVE, is_told=True)
    browser = signed_in("karin")
    browser.get(path_of(read, number, "/consent"))
    page = browser.submit(
        {"answer": "partial", "form": "written", "categories": ["schooling", "attendance"], "recipients": ["leisure"]}
    )
    assert "Consent: to some of it" in page.text
    assert "Schooling and learning, Attendance" in page.text
    days = read(number, lambda guardian: [guardian.consents[0].from_on, guardian.consents[0].until_on])
    assert f"How long{' – '.join(format_date(day, 'en') for day in days)}" in page.text
    browser.get(path_of(read, number, "/withdrawal"))
    page = browser.submit({"reason": "Ångrar sig."})
    assert "Consent withdrawn" in page.text
    assert read(number, lambda guardian: guardian.consents[0].withdrawn_at) is not None


@pytest.mark.parametrize(("custody", "is_asked"), [(Custody.SOLE, False), (Custody.JOINT, True)])
def test_the_form_asks_about_another_guardian_only_where_there_is_one(
    lay: Any, read: Any, signed_in: SignIn, custody: Custody, is_asked: bool
) -> None:
    page = signed_in("karin").get(path_of(read, lay(custody=custody), "/consent"))
    named = [box.get("value") for box in page.all("input", name="recipients")]
    assert ("other_guardian" in named, "leisure" in named) == (is_asked, True)


def test_a_consent_for_somebody_the_form_does_not_name_is_refused(lay: Any, read: Any, signed_in: SignIn) -> None:
    number = lay(PLAN_ACTIVE, is_told=True)
    browser = signed_in("karin")
    page = browser.get(path_of(read, number, "/consent"))
    assert "police" not in [box.get("value") for box in page.all("input", name="recipients")]
    beyond = {"answer": "partial", "form": "oral", "categories": ["schooling"], "recipients": ["leisure", "police"]}
    page = browser.submit(beyond, status=422)
    assert "Nobody was asked about this recipient" in page.text
    assert page.fields(page.form()).getlist("recipients") == ["leisure"]
    assert read(number, lambda guardian: list(guardian.consents)) == []
    browser.submit()
    assert read(number, lambda guardian: [one.recipients for one in guardian.consents]) == [["leisure"]]


def test_a_refusal_is_recorded_with_what_was_said(lay: Any, read: Any, signed_in: SignIn) -> None:
    number = lay(is_told=True)
    browser = signed_in("karin")
    browser.get(path_of(read, number, "/consent"))
    page = browser.submit({"answer": "refused", "form": "oral", "purpose": "Vill vänta."})
    assert "Consent: refused" in page.text
    assert "Vill vänta." in page.text


def test_withdrawing_what_was_never_given_is_refused_kindly(lay: Any, read: Any, signed_in: SignIn) -> None:
    number = lay(is_told=True)
    browser = signed_in("karin")
    browser.get(path_of(read, number, "/withdrawal"))
    page = browser.submit(status=409)
    assert "There is no consent to withdraw" in page.text


def test_another_adult_is_informed_and_not_asked_for_consent(lay: Any, read: Any, signed_in: SignIn) -> None:
    number = lay(custody=Custody.OTHER, may_contact=False)
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number}/guardians")
    assert "Not to be contacted" in page.text
    assert "Record an answer about consent" not in page.text
    browser.get(path_of(read, number, "/consent"), status=404)


def test_a_guardian_of_another_referral_is_not_found(lay: Any, read: Any, signed_in: SignIn) -> None:
    number, other = lay(is_told=True), lay(is_told=True)
    guardian_id = read(other, lambda guardian: guardian.id)
    signed_in("karin").get(f"/referrals/{number}/guardians/{guardian_id}", status=404)


def test_a_head_teacher_reads_and_records_nothing(lay: Any, read: Any, signed_in: SignIn) -> None:
    number = lay(is_told=True)
    browser = signed_in("henrik")
    page = browser.get(f"/referrals/{number}/guardians")
    assert "Maja Testsson" in page.text
    assert "Record information" not in page.text
    assert not page.all("form", id="conclude-form")
    browser.get(f"/referrals/{number}/guardians/new", status=404)


@pytest.mark.parametrize("who", ["otto", "kim", "anton"])
def test_nobody_else_sees_guardians(lay: Any, signed_in: SignIn, who: str) -> None:
    signed_in(who).get(f"/referrals/{lay(is_told=True)}/guardians", status=404)


def test_an_expired_consent_says_so(lay: Any, read: Any, signed_in: SignIn) -> None:
    number = lay(is_told=True)
    browser = signed_in("karin")
    browser.get(path_of(read, number, "/consent"))
    past = {
        "from_on": (TODAY - timedelta(days=20)).isoformat(), "until_on": (TODAY - timedelta(days=5)).isoformat(),
        "categories": ["schooling"], "recipients": ["leisure"], "answer": "full", "form": "oral",
    }  # fmt: skip
    assert "Consent: expired" in browser.submit(past).text


@pytest.mark.parametrize(
    ("begins", "badge", "said"),
    [(0, "Consent: to all that was asked", "Information and consent are in place."), (370, "Consent: holds from", "What needs consent waits")],
)  # fmt: skip
def test_a_consent_counts_from_its_first_day(
    lay: Any, read: Any, signed_in: SignIn, begins: int, badge: str, said: str
) -> None:
    number = lay(is_told=True)
    browser = signed_in("karin")
    assert "is not recorded yet" not in browser.get(path_of(read, number, "/consent")).text
    first = TODAY + timedelta(days=begins)
    given = {
        "from_on": first.isoformat(), "until_on": (first + timedelta(days=30)).isoformat(),
        "categories": ["schooling"], "recipients": ["leisure"], "answer": "full", "form": "oral",
    }  # fmt: skip
    page = browser.submit(given)
    assert badge in page.text
    assert "Withdraw consent" in page.text
    assert said in browser.submit({}, form="conclude-form").text


def test_an_answer_before_the_information_says_what_is_still_missing(lay: Any, read: Any, signed_in: SignIn) -> None:
    page = signed_in("karin").get(path_of(read, lay(custody=Custody.JOINT), "/consent"))
    assert "What this guardian was told is not recorded yet." in page.text


def test_what_stood_there_before_a_correction_stays_readable(lay: Any, read: Any, signed_in: SignIn) -> None:
    number = lay(is_told=True)
    browser = signed_in("karin")
    assert "What stood here before" not in browser.get(f"/referrals/{number}/guardians").text
    browser.get(path_of(read, number, ""))
    page = browser.submit({"name": "Moa Rättadsson", "phone": "0000-44 55 66"})
    for words in (
        "Moa Rättadsson",
        "What stood here before",
        "Maja Testsson",
        "0000-99 88 77",
        "changed by Karin Almkvist",
    ):
        assert words in page.text
    assert "Maja Testsson" in signed_in("henrik").get(f"/referrals/{number}/guardians").text


@pytest.mark.parametrize(("years", "is_offered"), [(18, True), (17, False)])
def test_a_pupil_who_has_come_of_age_is_recorded_in_the_guardians_place(
    lay: Callable[..., str], settings: Settings, signed_in: SignIn, years: int, is_offered: bool
) -> None:
    number = lay(PLAN_ACTIVE, is_told=True)
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        referral.child_birth_date = (TODAY - timedelta(days=years * 365 + 10)).isoformat()
    karin = signed_in("karin")
    page = karin.get(f"/referrals/{number}/guardians")
    assert ("The pupil has come of age and decides themself" in page.text) == is_offered
    page = karin.get(f"/referrals/{number}/guardians/new")
    assert ("Of age: the pupil themself" in page.text) == is_offered
    if is_offered:
        page = karin.submit({"name": "Mila Testsson", "custody": "self", "language": "sv"})
        assert "The guardian is recorded." in page.text
        assert "has come of age and decides" not in page.text
