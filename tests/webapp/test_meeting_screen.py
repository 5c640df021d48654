"""The meeting on a screen: behind a curtain, with nothing that somebody in the room may not know, and the next one after it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from referrals import db, team_review
from referrals.config import Settings
from referrals.guardians import withholding
from referrals.models import Referral
from referrals.stages import MEETING_HELD, TO_SCHEDULE
from referrals.vocabulary import PartStatus, shared_words
from tests.factories import a_part
from tests.webapp.browsing import Browser, Page
from tests.webapp.conftest import PASSWORD
from tests.webapp.desk import cast_of
from tests.webapp.test_guards import let_sessions_run_out
from tests.webapp.test_team_review import AT, called, held, state_of
from tests.webapp.test_team_review import number as lay  # noqa: F401 - a fixture
from tests.webapp.test_words import at_hand

SignIn = Callable[[str], Browser]


def screen(reference: str, how: str = "open") -> str:
    return f"/referrals/{reference}/team-review/minutes?screen={how}"


def with_parts(session, referral, cast) -> None:
    said = {"protective_factors": "Ritar gärna.", "child_voice": "”Jag vill ha lugnt.”"}
    received = {"status": PartStatus.RECEIVED, "received_at": AT}
    a_part(session, referral, cast.teacher, asked_by=cast.coordinator, **received, **said)
    behind = {"protective_factors": "Bakom väggen.", "compartment": "student_health"}
    a_part(session, referral, cast.counsellor, asked_by=cast.coordinator, **received, **behind)
    session.flush()
    called(session, referral, cast)


def folded(page: Page) -> list[str]:
    return [page.text_of(one) for one in page.all("summary")]


def test_behind_the_curtain_nothing_of_it_is_on_the_page(signed_in: SignIn, lay) -> None:  # noqa: F811
    reference, karin = lay(TO_SCHEDULE, with_parts), signed_in("karin")
    karin.get(screen(reference))
    karin.send({"dissent": "Pappan ser det annorlunda."}, button=("_typing", "yes"))
    page = karin.get(screen(reference, "curtain"))
    assert "Nothing of it is shown until you say so." in page.text
    assert not page.all("textarea")
    for secret in ("Ritar gärna.", reference, "Mila", "Pappan ser det annorlunda.", "What you typed"):
        assert secret not in page.text
    assert reference not in page.title
    assert karin.get(screen(reference)).fields(karin.page.form())["dissent"] == "Pappan ser det annorlunda."


def test_what_waits_for_its_writer_stays_behind_the_curtain_and_stands_in_the_form_after_it(
    signed_in: SignIn,
    lay,  # noqa: F811
    settings: Settings,
) -> None:
    reference, karin = lay(TO_SCHEDULE, called), signed_in("karin")
    karin.get(screen(reference))
    let_sessions_run_out(settings)
    assert karin.submit({"dissent": "Pappan ser det annorlunda."}).heading == "Sign in"
    signing_in = {"email": "karin.almkvist@trivsel.invalid", "password": PASSWORD, "next": screen(reference, "curtain")}
    page = karin.submit(signing_in)
    assert "Nothing of it is shown until you say so." in page.text
    assert "Pappan ser det annorlunda." not in page.text
    page = karin.get(screen(reference))
    assert page.fields(page.form())["dissent"] == "Pappan ser det annorlunda."


def test_minutes_approved_meanwhile_and_what_was_typed_in_them_are_folded_on_the_screen(signed_in: SignIn, lay) -> None:  # noqa: F811
    reference, karin, henrik = lay(TO_SCHEDULE, held()), signed_in("karin"), signed_in("henrik")
    karin.get(screen(reference))
    henrik.get(f"/referrals/{reference}/team-review/approval")
    henrik.submit()
    page = karin.submit({"dissent": "Mamman ser det annorlunda."}, status=409)
    folds = [one for one in page.all("details") if one.get("open") is None]
    for words in ("Pappan: ”Det går för fort.”", "Mamman ser det annorlunda."):
        assert words in page.text
        assert any(words in page.text_of(one) for one in folds)
    page = karin.get(screen(reference, "curtain"))
    assert "Mamman ser det annorlunda." not in page.text
    page = karin.get(screen(reference).partition("?")[0])
    assert not [one for one in page.all("details") if "Pappan" in page.text_of(one)], "on a desk one reads them at once"


def test_no_button_of_the_screen_opens_the_desk_page_before_the_room(signed_in: SignIn, lay) -> None:  # noqa: F811
    reference, karin, henrik = lay(TO_SCHEDULE, held()), signed_in("karin"), signed_in("henrik")

    def leads_to(page: Page) -> tuple[str, list[str]]:
        return page.response.request.full_path, page.all("body")[0].get("class").split()

    karin.get(screen(reference))
    karin.send({"dissent": "Mamman ser det annorlunda."}, button=("_typing", "yes"))
    karin.get(screen(reference))
    path, on_the_screen = screen(reference), ["staff", "screen"]
    assert leads_to(karin.submit(button=("_forget", "yes"))) == (path, on_the_screen)
    assert leads_to(karin.get(screen(reference, "curtain")))[1] == [*on_the_screen, "screen--drawn"]
    page = karin.submit(form=languages(karin.page), button=("language", "da"))
    assert leads_to(page) == (screen(reference, "curtain"), [*on_the_screen, "screen--drawn"])
    page = karin.submit(form=languages(page), button=("_look", "yes"))
    assert leads_to(page)[1] == [*on_the_screen, "screen--drawn"], "shown again after a post, it stays drawn"
    karin.submit(form=languages(page), button=("language", "en"))
    karin.get(path)
    karin.send({"dissent": "Mamman ser det annorlunda."}, button=("_typing", "yes"))
    henrik.get(f"/referrals/{reference}/team-review/approval")
    henrik.submit()
    page = karin.get(path)
    for form, button in (
        (languages(page), ("language", "en")),
        (
            next(one for one in page.all("form") if one.find(".//button[@name='_forget']") is not None),
            ("_forget", "yes"),
        ),
    ):
        page = karin.submit(form=form, button=button)
        assert leads_to(page)[0] == path
        assert [one for one in page.all("details") if "Pappan: ”Det går för fort.”" in page.text_of(one)]


def languages(page: Page):
    return next(one for one in page.all("form") if one.get("class") == "languages__form")


def test_it_opens_with_what_all_in_the_room_may_know_strengths_first(signed_in: SignIn, lay, settings) -> None:  # noqa: F811
    reference = lay(TO_SCHEDULE, with_parts)
    page = signed_in("karin").get(screen(reference))
    with db.reading(settings.database) as session:
        child = session.scalars(select(Referral.id, Referral).where(Referral.number == reference))
        name = session.get_one(Referral, child.one()).child_name
    assert name in page.text
    assert "Läget i klassen" in page.text
    strengths, voice = page.all("blockquote")
    assert page.text_of(strengths).startswith("Ritar gärna.")
    assert page.text_of(voice).startswith("”Jag vill ha lugnt.”")
    assert "Bakom väggen." not in page.text
    assert [one.get("name") for one in page.all("textarea")][:3] == ["strengths", "child_words", "guardians_words"]
    assert "Maja Testsson" not in " ".join(folded(page))
    assert name not in page.title


def test_what_is_written_there_are_the_minutes(signed_in: SignIn, lay, settings: Settings) -> None:  # noqa: F811
    reference = lay(TO_SCHEDULE, called)
    karin = signed_in("karin")
    karin.get(screen(reference))
    page = karin.submit({"strengths": "Ritar."}, button=("_add", "decisions"))
    assert (page.fields(page.form())["strengths"], len(page.all("textarea", name="decisions-1-text"))) == ("Ritar.", 1)
    unfolded = [page.text_of(one) for one in page.all("details", class_="fold") if one.get("open") is not None]
    assert [words.startswith("Who was there") for words in unfolded] == [True], "looked at once before it is saved"
    page = karin.submit({"outcome": "plan", "attendance-0-name": ""}, status=422)
    assert page.heading == "Team meeting"
    there = {f"attendance-{row}-attendance": "by_link" for row in range(5)}
    page = karin.submit({**there, "attendance-0-name": "Henrik Rosenby"})
    assert "The minutes are saved." in page.text
    assert "Nothing of it is shown until you say so." in page.text
    assert state_of(settings, reference) == MEETING_HELD
    page = signed_in("karin").get(f"/referrals/{reference}/team-review/minutes")
    assert page.fields(page.form())["strengths"] == "Ritar."


def test_what_was_said_before_is_taken_into_the_minutes_once_and_word_for_word(signed_in: SignIn, lay) -> None:  # noqa: F811
    reference, karin = lay(TO_SCHEDULE, with_parts), signed_in("karin")
    page = karin.get(screen(reference))
    takes = [button.get("value") for button in page.all("button") if button.get("name") == "_take"]
    assert takes == ["strengths\nRitar gärna.", "child_words\n”Jag vill ha lugnt.”"]
    page = karin.submit({"strengths": "Hjälper små."}, button=("_take", takes[0]))
    both = "Hjälper små.\n\nRitar gärna."
    assert page.fields(page.form())["strengths"].strip() == both
    assert [button.get("value") for button in page.all("button") if button.get("name") == "_take"] == takes[1:]
    page = karin.submit({"strengths": both}, button=("_take", takes[0]))
    assert page.fields(page.form())["strengths"].strip() == both
    assert page.all("div", class_="screen__step")[0].get("data-added") is not None


def test_what_was_typed_on_the_screen_waits_in_the_minutes_too(signed_in: SignIn, lay) -> None:  # noqa: F811
    reference = lay(TO_SCHEDULE, called)
    karin = signed_in("karin")
    karin.get(screen(reference))
    karin.send({"strengths": "Halva meningen"}, button=("_typing", "yes"))
    for path in (screen(reference), f"/referrals/{reference}/team-review/minutes"):
        page = karin.get(path)
        assert page.fields(page.form())["strengths"] == "Halva meningen"


def test_who_was_signed_out_comes_back_to_the_screen_with_what_was_typed(signed_in: SignIn, lay, settings) -> None:  # noqa: F811
    reference, karin = lay(TO_SCHEDULE, called), signed_in("karin")
    karin.get(screen(reference))
    let_sessions_run_out(settings)
    assert karin.submit({"strengths": "Ritar."}).heading == "Sign in"
    page = karin.submit({"email": "karin.almkvist@trivsel.invalid", "password": PASSWORD})
    assert page.all("div", class_="screen__step")
    assert page.fields(page.form())["strengths"] == "Ritar."


def test_a_note_about_somebody_else_or_kept_from_a_guardian_needs_a_click(signed_in: SignIn, lay, settings) -> None:  # noqa: F811
    reference = lay(TO_SCHEDULE, held())
    karin = signed_in("karin")
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == reference)).one()
        (meeting,) = team_review.meetings_of(session, referral)
        by, key = cast_of(session).coordinator.actor(), (meeting.id, "child_words")
        withholding.mark_confided(session, referral, by=by, seen=None, key=key)
    page = karin.get(screen(reference))
    assert [one for one in folded(page) if "only when you open it" in one] == [
        "What the child says: only when you open it"
    ]
    noted = {
        "own-situation-about": "sibling",
        "ratings-health-own-about": "guardian",
        "decisions-0-own-about": "sibling",
    }
    page = karin.submit(noted, button=("_add", "decisions"))
    assert [one.partition(":")[0] for one in folded(page) if "only when you open it" in one] == [
        "What the child says", "How things are", "Health", "Decisions",
    ]  # fmt: skip
    page = karin.submit({"whole-about": "guardian"}, button=("_add", "decisions"))
    assert len([one for one in folded(page) if "only when you open it" in one]) == 10


def test_from_the_curtain_it_goes_to_the_next_one_of_the_day(signed_in: SignIn, lay) -> None:  # noqa: F811
    references = [lay(TO_SCHEDULE, called) for _ in range(3)]
    karin = signed_in("karin")
    page, seen = karin.get(screen(references[0], "curtain")), set()
    while before := [one for one in page.all("a") if page.text_of(one) == "The one before"]:
        page = karin.get(before[0].get("href"))
    for place in (1, 2, 3):
        assert f"Referral {place} of 3 on this day." in page.text
        after = [one.get("href") for one in page.all("a") if page.text_of(one) == "The next one"]
        assert len(after) == (0 if place == 3 else 1)
        seen.add(page.path)
        page = karin.get(after[0]) if after else page
    assert len(seen) == 3


def test_only_whoever_writes_the_minutes_has_the_screen(signed_in: SignIn, lay) -> None:  # noqa: F811
    reference = lay(TO_SCHEDULE, held())
    for name in ("henrik", "kim"):
        page = signed_in(name).get(screen(reference))
        assert (page.heading, page.all("textarea")) == ("Minutes", [])
    page = signed_in("karin").get(screen(reference, "elsewhere"))
    assert page.heading == "Minutes"
    link = "Show the meeting on a screen"
    assert link in signed_in("karin").get(f"/referrals/{reference}/team-review").text
    assert link not in signed_in("henrik").get(f"/referrals/{reference}/team-review").text


def test_the_teams_page_opens_the_meetings_of_today(signed_in: SignIn, lay, settings, wednesday) -> None:  # noqa: F811
    reference = lay(TO_SCHEDULE, called)
    with db.reading(settings.database) as session:
        address = f"/teams/{cast_of(session).forum.id}"
    karin = signed_in("karin")
    assert "The meetings of today on a screen" not in karin.get(address).text
    wednesday.move_to(AT)
    karin = signed_in("karin")
    page = karin.get(address)
    (link,) = [one for one in page.all("a") if page.text_of(one) == reference]
    assert link.get("href") == screen(reference, "curtain")
    assert "The meetings of today on a screen" not in signed_in("kim").get(address).text


@pytest.mark.parametrize("how", ["curtain", "open"])
def test_a_visit_to_the_screen_leaves_its_line_in_the_log(signed_in: SignIn, lay, how) -> None:  # noqa: F811
    reference = lay(TO_SCHEDULE, called)
    signed_in("karin").get(screen(reference, how))
    assert "Minutes" in signed_in("henrik").get(f"/referrals/{reference}/access-log").text


def test_what_each_number_means_appears_where_somebody_points_at_it(signed_in: SignIn, lay) -> None:  # noqa: F811
    reference = lay(TO_SCHEDULE, called)
    words = at_hand(signed_in("karin").get(screen(reference)))
    scale = {word.name: word.meaning for word in shared_words.groups("scale")[0].words}
    assert scale.items() <= words.items()
    assert {"Health", "Safety", "Learning"} <= set(words)
