"""The administrators' page of what the municipality does, and what pages offer then."""

from referrals import db
from referrals.forums import consultations
from tests.webapp.desk import cast_of

EVERY = ("consultation", "upward", "development", "rounds", "learning", "patterns", "research")
#: where pages lead that are about practices
OF_TEAMS = {"/consultations", "/questions", "/lessons", "/lessons/team", "/development"}
OF_MANAGEMENT = {"/questions", "/development", "/lessons", "/patterns", "/lead-times"}


def links(browser, path):
    return {one.get("href") for one in browser.get(path).all("a")}


def untick(anton):
    """Take every tick away and save."""
    page = anton.get("/administration/practices")
    form = page.form("main-form")
    for box in form.iter("input"):
        if box.get("type") == "checkbox":
            box.attrib.pop("checked", None)
    return anton.submit(form=form)


def test_what_is_off_is_offered_nowhere_and_refused_when_asked(signed_in):
    anton, karin, margit, rune = (signed_in(name) for name in ("anton", "karin", "margit", "rune"))
    assert links(karin, "/teams") >= OF_TEAMS
    assert links(margit, "/home") >= OF_MANAGEMENT
    assert "/research" in links(rune, "/home")
    form = anton.get("/administration/practices").form("main-form")
    on = {box.get("name") for box in form.iter("input") if box.get("checked") is not None}
    assert on == set(EVERY) - {"rounds"}
    assert "What the municipality does has been saved." in untick(anton).text
    assert links(karin, "/teams") & OF_TEAMS == set()
    assert links(margit, "/home") & OF_MANAGEMENT == set()
    assert "/research" not in links(rune, "/home")
    for browser, path in (
        (karin, "/consultations/new"), (karin, "/lessons/new"), (karin, "/seminars/new"), (rune, "/research/new"),
    ):  # fmt: skip
        browser.get(path, status=404)


def test_the_duty_to_tell_the_head_teacher_is_offered_without_consultations(signed_in):
    untick(signed_in("anton"))
    tove = signed_in("tove")
    assert "/consultations#duties-heading" in links(tove, "/teams")
    page = tove.get("/consultations")
    assert "Ask the team for advice" not in page.text
    assert "You have not asked anything yet" not in page.text
    (form,) = [one for one in page.all("form") if "/degrading-notices/units/" in one.get("action", "")]
    assert "It says only that you two are to talk: do that today." in tove.submit(form=form).text


def test_what_is_there_can_still_be_read(signed_in, settings):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        made = consultations.write_consultation(
            session, cast.school, by=cast.teacher.actor(), question="En elev är ledsen."
        )
        address = f"/consultations/{made.id}"
    untick(signed_in("anton"))
    tove = signed_in("tove")
    assert "Anonymous consultations" in tove.get("/teams").text
    page = tove.get(address)
    assert "En elev är ledsen." in page.text
    assert "Keep it as a draft" in page.text
    assert page.all("button", value="yes") == []  # nothing asks the team
