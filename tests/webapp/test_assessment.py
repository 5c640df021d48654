"""The assessment's pages as the coordinator, the people asked and everybody else meet them."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select

from referrals import assessment, clock, db, history
from referrals.config import Settings
from referrals.models import Referral
from referrals.rules import targets
from referrals.stages import (
    CLOSURE_PROPOSED,
    IN_CONSENT,
    PARTS_RECEIVED,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    TO_SCHEDULE,
    State,
    Verb,
)
from referrals.vocabulary import Arena, Compartment, Domain, Level, PartStatus
from tests.factories import a_guardian, a_member, a_part, a_referral, taken_up_again
from tests.webapp.browsing import Browser, Page
from tests.webapp.desk import cast_of

SignIn = Callable[[str], Browser]


@pytest.fixture
def number(app, settings: Settings) -> Callable[..., str]:
    """Makes a referral in a state and gives its number; `prepare(session, referral, cast)` adds what the test needs."""

    def make(state: State, prepare: Callable[..., object] = lambda *_: None) -> str:
        with db.writing(settings.database) as session:
            cast = cast_of(session)
            referral = a_referral(session, cast, state)
            prepare(session, referral, cast)
            return referral.number

    return make


def kim_is_asked(session, referral, cast) -> None:
    a_part(session, referral, cast.counsellor, asked_by=cast.coordinator, compartment=Compartment.STUDENT_HEALTH)


def two_are_asked(session, referral, cast) -> None:
    kim_is_asked(session, referral, cast)
    a_part(session, referral, cast.head_teacher, asked_by=cast.coordinator)


def kim_has_written(session, referral, cast) -> None:
    kim_is_asked(session, referral, cast)
    part = assessment.parts_of(session, referral)[0]
    assessment.submit_part(
        session, referral, by=cast.counsellor.actor(), seen=None, part=part,
        findings={Domain.LEARNING: "En hemlighet om läsningen."}, conclusion="Behöver lugn och ro.",
    )  # fmt: skip


def state_of(settings: Settings, number: str) -> State:
    with db.reading(settings.database) as session:
        return session.scalars(select(Referral).where(Referral.number == number)).one().state


def parts_in(settings: Settings, number: str) -> list:
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        return [
            (part.assessor.name, part.status, part.due_on, part.conclusion, part.findings)
            for part in assessment.parts_of(session, referral)
        ]


def tick(page: Page, *names: str) -> dict[str, str]:
    """The boxes beside these names ticked."""
    form = page.form("ask-form")
    ticked = {}
    for label in form.iter("label"):
        if any(page.text_of(label).startswith(name) for name in names):
            box = next(one for one in form.iter("input") if one.get("id") == label.get("for"))
            ticked[box.get("name")] = "yes"
    return ticked


# ------------------------------------------------------------------------------------------------------------ asking
def test_the_coordinator_asks_several_colleagues_in_one_step(signed_in: SignIn, number, settings) -> None:
    reference = number(PARTS_REQUESTED)
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{reference}/assessment")
    assert page.heading == "The team's assessment"
    page = browser.submit({**tick(page, "Petra", "Kim"), "question": "What helps?"}, form="ask-form")
    assert "2 colleagues have been asked" in page.text
    assert "2 parts are still out." in page.text
    assert sorted(name for name, *_ in parts_in(settings, reference)) == ["Kim Solgren", "Petra Vidmark"]


def test_a_part_is_wanted_by_the_local_target_on_the_level_and_where_the_coordinator_says(
    signed_in: SignIn, number, settings
) -> None:
    reference = number(PARTS_REQUESTED)
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{reference}/assessment")
    for name, kinds in (("levels", Level), ("arenas", Arena)):
        assert [box.get("value") for box in page.all("input", type="checkbox", name=name)] == [*kinds]
    browser.submit({**tick(page, "Kim"), "levels": ["group"], "arenas": ["home", "leisure"]}, form="ask-form")
    with db.reading(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == reference)).one()
        (part,) = assessment.parts_of(session, referral)
        day = targets.default_day(session, referral.rulepack, "assessment", since=clock.now().date())
        assert (part.due_on, part.levels, part.arenas) == (day, ["group"], ["home", "leisure"])


def test_a_parts_target_counts_from_the_day_its_request_was_sent(
    signed_in: SignIn, number, settings, wednesday: time_machine.Traveller
) -> None:
    reference = number(PARTS_REQUESTED)
    for name in ("Kim", "Petra"):
        wednesday.shift(timedelta(days=7))
        browser = signed_in("karin")
        page = browser.get(f"/referrals/{reference}/assessment")
        browser.submit(tick(page, name), form="ask-form")
    with db.reading(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == reference)).one()
        found = [part.due_on for part in assessment.parts_of(session, referral)]
    assert found == [date(2026, 10, 7), date(2026, 10, 14)], "ten school days each, from 23 and from 30 September"


@pytest.mark.parametrize("has_come", [False, True])
def test_a_part_past_its_day_is_marked_and_stays_marked_when_it_comes(signed_in: SignIn, number, has_come) -> None:
    def late(session, referral, cast) -> None:
        (kim_has_written if has_come else kim_is_asked)(session, referral, cast)
        (part,) = assessment.parts_of(session, referral)
        part.due_on = clock.now().date() - timedelta(days=1)

    page = signed_in("karin").get(f"/referrals/{number(PARTS_REQUESTED, late)}/assessment")
    (state,) = page.all("p", class_="part-card__state")
    assert page.text_of(state).startswith("Received Came late In on" if has_come else "Late Wanted by")


def test_asking_nobody_says_so_and_keeps_what_was_typed(signed_in: SignIn, number) -> None:
    browser = signed_in("karin")
    browser.get(f"/referrals/{number(PARTS_REQUESTED)}/assessment")
    page = browser.submit({"question": "What helps?"}, form="ask-form", status=422)
    assert page.problems == ["Whom do you ask? Choose at least one colleague to ask."]
    assert page.fields(page.form("ask-form"))["question"] == "What helps?"


def test_a_day_that_is_wrong_is_said_at_the_right_colleague(signed_in: SignIn, number) -> None:
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number(PARTS_REQUESTED)}/assessment")
    petra = tick(page, "Petra")
    day = next(iter(petra)).replace("is_asked", "due_on")
    page = browser.submit({**petra, day: "2020-01-01"}, form="ask-form", status=422)
    assert page.problems[0].startswith("Petra Vidmark:")


def test_another_service_is_shown_locked_with_the_reason(signed_in: SignIn, number) -> None:
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{number(PARTS_REQUESTED)}/assessment")
    assert "Locked: not asked yet. The guardians must consent before social services takes part." in page.text
    assert tick(page, "Noor") == {}


def test_an_attempt_to_ask_a_locked_service_is_refused(signed_in: SignIn, number, settings) -> None:
    reference = number(PARTS_REQUESTED)
    with db.reading(settings.database) as session:
        noor = cast_of(session).social_worker.id
    browser = signed_in("karin")
    browser.get(f"/referrals/{reference}/assessment")
    forged = {"asked-0-assessor_id": str(noor), "asked-0-is_asked": "yes"}
    page = browser.submit(forged, form="ask-form", status=409)
    assert "The consent does not cover this recipient" in page.text
    assert parts_in(settings, reference) == []


def test_own_staff_are_asked_while_consent_is_pending(signed_in: SignIn, number, settings) -> None:
    reference = number(IN_CONSENT)
    browser = signed_in("karin")
    page = browser.get(f"/referrals/{reference}/assessment")
    browser.submit(tick(page, "Kim"), form="ask-form")
    assert state_of(settings, reference) == IN_CONSENT


def test_who_is_asked_already_is_not_offered_again(signed_in: SignIn, number) -> None:
    page = signed_in("karin").get(f"/referrals/{number(PARTS_REQUESTED, kim_is_asked)}/assessment")
    assert "Asked already" in page.text
    assert tick(page, "Kim") == {}


def test_the_second_coordinator_sees_who_was_first_and_loses_nothing(signed_in: SignIn, number) -> None:
    reference = number(PARTS_REQUESTED)
    karin, sanna = signed_in("karin"), signed_in("sanna")
    first, second = karin.get(f"/referrals/{reference}/assessment"), sanna.get(f"/referrals/{reference}/assessment")
    karin.submit(tick(first, "Kim"), form="ask-form")
    page = sanna.submit({**tick(second, "Petra"), "question": "What helps?"}, form="ask-form", status=409)
    assert "Karin Almkvist was first" in page.text
    assert page.fields(page.form("ask-form"))["question"] == "What helps?"
    assert [name for name in page.fields(page.form("ask-form")) if name.endswith("is_asked")]
    sanna.submit({}, form="ask-form")


# ------------------------------------------------------------------------------------------------------------ writing
def part_address(browser: Browser, reference: str) -> str:
    page = browser.get(f"/referrals/{reference}/assessment")
    return next(a.get("href") for a in page.all("a") if page.text_of(a) in ("Write your part", "Read your part"))


def test_the_person_asked_hands_their_part_in(signed_in: SignIn, number, settings) -> None:
    reference = number(PARTS_REQUESTED, kim_is_asked)
    kim = signed_in("kim")
    page = kim.get(part_address(kim, reference))
    assert (page.heading, "Hur går läsningen?" in page.text) == ("Your part", True)
    written = {
        "findings-learning": "Läser <b>långsamt</b>.",
        "conclusion": "Mer tid.",
        "categories": ["support"],
        "about": "child",
    }
    page = kim.submit(written)
    assert "Your part is handed in." in page.text
    assert state_of(settings, reference) == PARTS_RECEIVED
    page = kim.get(part_address(kim, reference))
    assert "Läser <b>långsamt</b>." in page.text


def test_a_part_that_lacks_something_says_what_and_keeps_the_rest(signed_in: SignIn, number) -> None:
    kim = signed_in("kim")
    kim.get(part_address(kim, number(PARTS_REQUESTED, kim_is_asked)))
    page = kim.submit({"risk_factors": "Sover lite."}, status=422)
    assert [problem.partition(":")[0] for problem in page.problems] == [
        "What you see",
        "Your conclusion for the rest of the team",
    ]
    assert page.fields(page.form())["risk_factors"] == "Sover lite."


def test_a_draft_is_kept_for_its_writer_alone(signed_in: SignIn, number, settings) -> None:
    reference = number(PARTS_REQUESTED, kim_is_asked)
    kim, karin = signed_in("kim"), signed_in("karin")
    address = part_address(kim, reference)
    kim.get(address)
    page = kim.submit({"findings-learning": "Påbörjat."}, button=("_save", "draft"))
    assert "Nobody else can read it" in page.text
    assert page.fields(page.form())["findings-learning"] == "Påbörjat."
    assert "Påbörjat." not in karin.get(address).text
    assert parts_in(settings, reference)[0][1] is PartStatus.REQUESTED


def test_writing_a_part_is_not_disturbed_by_what_others_do(signed_in: SignIn, number, settings) -> None:
    reference = number(PARTS_REQUESTED, two_are_asked)
    kim, henrik = signed_in("kim"), signed_in("henrik")
    written = {"findings-learning": "Läser.", "conclusion": "Mer tid.", "about": "child", "categories": ["schooling"]}
    kim.get(part_address(kim, reference))
    henrik.get(part_address(henrik, reference))
    henrik.submit(written)
    kim.submit(written)
    assert state_of(settings, reference) == PARTS_RECEIVED


def test_of_medical_knowledge_the_form_takes_a_pointer_only(signed_in: SignIn, number, settings) -> None:
    def siv_is_asked(session, referral, cast) -> None:
        a_part(session, referral, cast.school_nurse, asked_by=cast.coordinator, compartment=Compartment.MEDICAL)

    reference = number(PARTS_REQUESTED, siv_is_asked)
    siv = signed_in("siv")
    page = siv.get(part_address(siv, reference))
    assert not [name for name in page.fields(page.form()) if name.startswith("findings")]
    siv.submit({"conclusion": "Fråga skolsköterskan."})
    assert parts_in(settings, reference)[0][3:] == ("Fråga skolsköterskan.", None)
    assert "Fråga skolsköterskan." in signed_in("karin").get(part_address(siv, reference)).text


# ------------------------------------------------------------------------------------------------------------ reading
def test_the_coordinator_reads_of_student_health_only_the_conclusion(signed_in: SignIn, number) -> None:
    reference = number(PARTS_REQUESTED, kim_has_written)
    address = part_address(signed_in("kim"), reference)
    page = signed_in("karin").get(address)
    assert "Behöver lugn och ro." in page.text
    assert "hemlighet" not in page.text


def test_others_find_nothing_at_the_address_of_a_part(signed_in: SignIn, number) -> None:
    reference = number(PARTS_REQUESTED, kim_has_written)
    address = part_address(signed_in("kim"), reference)
    for name in ("petra", "otto", "anton"):
        signed_in(name).get(address, status=404)
    other = number(PARTS_REQUESTED, kim_is_asked)
    signed_in("kim").get(address.replace(reference, other), status=404)


def test_the_head_teacher_reads_the_conclusion_behind_the_wall(signed_in: SignIn, number) -> None:
    reference = number(PARTS_REQUESTED, kim_has_written)
    page = signed_in("henrik").get(part_address(signed_in("kim"), reference))
    assert "Behöver lugn" in page.text
    assert "Sources and dates" not in page.text


def test_the_head_teacher_opens_a_part_for_an_investigation_on_a_named_ground_seen_by_its_writer_and_in_the_log(
    signed_in: SignIn, number
) -> None:
    reference = number(PARTS_REQUESTED, kim_has_written)
    address, henrik = part_address(signed_in("kim"), reference), signed_in("henrik")
    henrik.get(address)
    refused = henrik.submit({"ground": "", "purpose": ""}, status=422)
    assert "hemlighet" not in refused.text
    assert "Choose one" in henrik.send({"ground": "curiosity", "purpose": "Vill veta."}).text
    opened = henrik.submit({"ground": "special_support_investigation", "purpose": "Underlag för beslutet om stöd."})
    assert "hemlighet" in opened.text
    assert not opened.all("form", id="main-form")
    told = signed_in("kim").get(address).text
    assert "Investigation of the need of special support" in told
    assert "Underlag för beslutet om stöd." in told
    log = signed_in("karin").get(f"/referrals/{reference}/access-log").text
    assert "Opened a whole part for an investigation" in log
    assert "Investigation of the need of special support" in log
    assert "Underlag för beslutet" not in log
    karins = signed_in("karin").get(address).text
    assert "hemlighet" not in karins
    assert "Underlag för beslutet" not in karins


def test_a_part_is_marked_as_said_in_confidence_by_its_writer_and_by_no_other_colleague(
    signed_in: SignIn, number
) -> None:
    reference, kim = number(PARTS_REQUESTED, kim_has_written), signed_in("kim")
    address = part_address(kim, reference)
    assert signed_in("henrik").get(address).all("form", id="confided-form") == []
    page = kim.get(address)
    csrf = page.fields(page.form("confided-form"))["csrf_token"]
    elsewhere = {"csrf_token": csrf, "piece": address.rsplit("/", 1)[1] + ":"}
    assert kim.client.post(f"/referrals/{reference}/withholding/confided", data=elsewhere).status_code == 404
    told = kim.submit(form="confided-form")
    assert "No guardian reads this part until somebody has asked the child." in told.text
    assert told.all("form", id="confided-form") == []
    assert "Ask the child" in signed_in("karin").get(f"/referrals/{reference}/withholding").text


def test_the_writer_ticks_while_writing_that_the_child_said_it_in_confidence(signed_in: SignIn, number) -> None:
    reference, kim = number(PARTS_REQUESTED, kim_is_asked), signed_in("kim")
    address = part_address(kim, reference)
    kim.get(address)
    page = kim.submit({"is_confided": "yes"}, button=("_save", "draft"))
    assert page.fields(page.form("main-form"))["is_confided"] == "yes"
    kim.submit({"findings-learning": "Är rädd.", "conclusion": "Behöver trygghet."})
    assert "No guardian reads this part until somebody has asked the child." in kim.get(address).text
    assert "Ask the child" in signed_in("karin").get(f"/referrals/{reference}/withholding").text


def test_the_head_teacher_sees_how_far_it_is_and_behind_a_wall_the_conclusion_only(signed_in: SignIn, number) -> None:
    page = signed_in("henrik").get(f"/referrals/{number(PARTS_REQUESTED, kim_has_written)}/assessment")
    assert "Kim Solgren" in page.text
    assert "Behöver lugn" not in page.text
    assert not page.all("form", id="ask-form")


def test_who_has_a_part_sees_only_their_own(signed_in: SignIn, number) -> None:
    reference = number(PARTS_REQUESTED, two_are_asked)
    page = signed_in("kim").get(f"/referrals/{reference}/assessment")
    assert "Henrik" not in page.text


def test_who_may_not_know_the_guardians_names_does_not_choose_between_them(signed_in: SignIn, number) -> None:
    def two_guardians(session, referral, cast) -> None:
        kim_is_asked(session, referral, cast)
        for _ in range(2):
            a_guardian(session, referral)

    reference = number(PARTS_REQUESTED, two_guardians)
    kim = signed_in("kim")
    text = kim.get(part_address(kim, reference)).text
    assert "A guardian, not said which" in text
    assert "Guardian 1" not in text


def test_a_member_without_a_part_is_told_so(signed_in: SignIn, number) -> None:
    reference = number(TO_SCHEDULE, lambda session, referral, cast: a_member(session, referral, cast.special_educator))
    assert "You have no part to write here" in signed_in("petra").get(f"/referrals/{reference}/assessment").text


def test_a_part_still_out_when_the_plan_runs_can_only_be_looked_at(signed_in: SignIn, number) -> None:
    reference = number(PLAN_ACTIVE, kim_is_asked)
    kim = signed_in("kim")
    page = kim.get(part_address(kim, reference))
    assert "can no longer be handed in" in page.text
    karin = signed_in("karin").get(f"/referrals/{reference}/assessment")
    assert not karin.all("form", id="ask-form")


# ------------------------------------------------------------------------------------------------------------ enough
def test_the_coordinator_concludes_when_all_is_in(signed_in: SignIn, number, settings) -> None:
    reference = number(PARTS_REQUESTED, kim_has_written)
    karin = signed_in("karin")
    karin.get(f"/referrals/{reference}/assessment")
    karin.submit({"reason": "Det som bär är fasta vanor."}, form="conclude-form")
    assert state_of(settings, reference) == TO_SCHEDULE


def test_after_a_reopening_the_page_asks_why_the_earlier_parts_are_enough(signed_in: SignIn, number, settings) -> None:
    def closed_meanwhile(session, referral, cast) -> None:
        kim_has_written(session, referral, cast)
        taken_up_again(session, referral, cast)

    reference = number(PARTS_REQUESTED, closed_meanwhile)
    karin = signed_in("karin")
    assert "Nobody was asked since" in karin.get(f"/referrals/{reference}/assessment").text
    assert karin.submit({}, form="conclude-form", status=422).problems
    karin.submit({"reason": "Inget har ändrats sedan i våras."}, form="conclude-form")
    assert state_of(settings, reference) == TO_SCHEDULE


def test_with_parts_out_the_page_asks_why_the_others_are_enough(signed_in: SignIn, number, settings) -> None:
    reference = number(PARTS_REQUESTED, kim_is_asked)
    karin = signed_in("karin")
    karin.get(f"/referrals/{reference}/assessment")
    page = karin.submit({}, form="conclude-form", status=422)
    assert "Say why the team can meet" in page.problems[0]
    page = karin.submit({"reason": "x" * 30_000}, form="conclude-form", status=422)
    assert len(page.fields(page.form("conclude-form"))["reason"]) == 30_000
    karin.submit({"reason": "Kim är borta."}, form="conclude-form")
    assert state_of(settings, reference) == TO_SCHEDULE


def test_another_language_keeps_what_was_typed(signed_in: SignIn, number) -> None:
    kim = signed_in("kim")
    kim.get(part_address(kim, number(PARTS_REQUESTED, kim_is_asked)))
    page = kim.submit({"conclusion": "Mer tid."}, button=("_language", "sv"))
    assert page.heading == "Ditt underlag"
    assert page.fields(page.form())["conclusion"] == "Mer tid."


def test_a_hundred_thousand_characters_are_refused_and_kept(signed_in: SignIn, number) -> None:
    kim = signed_in("kim")
    kim.get(part_address(kim, number(PARTS_REQUESTED, kim_is_asked)))
    page = kim.submit({"findings-learning": "å" * 100_000, "conclusion": "Mer tid."}, status=422)
    assert "This is too long." in page.problems[0]
    assert len(page.fields(page.form())["findings-learning"]) == 100_000


def test_when_the_referral_has_moved_on_the_text_is_not_lost(signed_in: SignIn, number, settings) -> None:
    reference = number(PARTS_REQUESTED, kim_is_asked)
    kim = signed_in("kim")
    kim.get(part_address(kim, reference))
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == reference)).one()
        coordinator = cast_of(session).coordinator.actor()
        history.record(session, referral, Verb.PROPOSE_CLOSURE, by=coordinator, to=CLOSURE_PROPOSED)
    written = {"findings-learning": "Läser.", "conclusion": "Behöver mycket mer tid.", "about": "child"}
    page = kim.submit(written, status=409)
    assert "The referral has moved on" in page.text
    assert "Behöver mycket mer tid." in page.text


def test_strangers_find_no_page(signed_in: SignIn, number) -> None:
    def with_guardian(session, referral, cast) -> None:
        a_guardian(session, referral, told_by=cast.coordinator)

    reference = number(PARTS_REQUESTED, with_guardian)
    for name in ("otto", "anton", "petra"):
        signed_in(name).get(f"/referrals/{reference}/assessment", status=404)
    karin = signed_in("karin")
    karin.get("/referrals/HTL-0000-0000/assessment", status=404)
    karin.get(f"/referrals/{reference}/assessment/{uuid.uuid4()}", status=404)
