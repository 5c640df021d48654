"""The head teacher gives a running investigation to somebody else, on the page where it stands."""

import pytest
from sqlalchemy import select

from referrals import db
from referrals.models import Account
from referrals.stages import PLAN_ACTIVE
from tests.journeys.ground import the_referral
from tests.referrals.statutory.test_carrying_out import begin
from tests.webapp.desk import Desk, cast_of
from tests.webapp.test_carrying_out import PAGES

pytestmark = pytest.mark.usefixtures("wednesday")


def chosen(page, name):
    label = next(one for one in page.all("label") if name in "".join(one.itertext()))
    return next(one for one in page.all("input") if one.get("id") == label.get("for")).get("value")


@pytest.mark.parametrize("verb", PAGES)
def test_a_head_teacher_gives_a_running_investigation_to_somebody_else(app, settings, signed_in, verb):
    number = Desk(settings).lay(PLAN_ACTIVE)
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        begin(session, the_referral(session, number), cast, verb, cast.counsellor.id)
        stranger = session.scalars(select(Account.id).where(Account.email.startswith("otto."))).one()
    path, result = PAGES[verb]
    assert not signed_in("karin").get(f"/referrals/{number}/{path}").all("form", id="give-on-form")
    henrik, kim, tove = signed_in("henrik"), signed_in("kim"), signed_in("tove")
    assert kim.get(f"/referrals/{number}/{path}").all("form", id="result-form")
    page = henrik.get(f"/referrals/{number}/{path}")
    form = "".join(page.form("give-on-form").itertext())
    assert ("Tove" in form, "Kim" in form) == (True, False)
    page = henrik.submit(form="give-on-form", status=422)
    assert page.problems == ["Who takes it over? Choose who carries out the investigation."]
    page = henrik.submit({"carried_on_by": str(stranger)}, form="give-on-form", status=422)
    assert page.problems == ["Who takes it over? Choose one of the school's own people."]
    page = henrik.submit({"carried_on_by": chosen(page, "Tove")}, form="give-on-form")
    assert "carries out the investigation from now on." in page.text
    told = henrik.get(f"/referrals/{number}").text
    assert "was given to somebody else" in told
    assert "Kim Solgren → Tove Askebrant" in told
    assert kim.client.get(f"/referrals/{number}/{path}").status_code == 404
    assert "Record the result of an investigation" in tove.get("/home").text
    tove.get(f"/referrals/{number}/{path}")
    assert "you see no more of it from now on" in tove.submit(result, form="result-form").text
    assert not henrik.get(f"/referrals/{number}/{path}").all("form", id="give-on-form")


def test_each_of_two_that_run_has_its_own_form(app, settings, signed_in):
    number = Desk(settings).lay(PLAN_ACTIVE)
    *_others, degrading = PAGES
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        referral = the_referral(session, number)
        older, newer = (
            str(begin(session, referral, cast, degrading, one.id).id) for one in (cast.teacher, cast.counsellor)
        )
    henrik = signed_in("henrik")

    def forms_of(page):
        """Which investigation each form to give one on is about, with the form's id and whom it offers."""
        found = [one for one in page.all("form") if (one.get("action") or "").endswith("/give-on")]
        offered = [[name for name in ("Tove", "Kim", "Petra") if name in "".join(one.itertext())] for one in found]
        about = [one.get("action").split("/")[-2] for one in found]
        return {row: (one.get("id"), names) for row, one, names in zip(about, found, offered, strict=True)}

    page = henrik.get(f"/referrals/{number}/degrading-treatment")
    found = forms_of(page)
    assert list(found) == [newer, older]
    assert [names for _id, names in found.values()] == [["Tove", "Petra"], ["Kim", "Petra"]]
    ids = [one.get("id") for one in page.all("input") if one.get("id")]
    assert len(ids) == len(set(ids))
    page = henrik.submit(form=found[older][0], status=422)
    assert page.problems == ["Who takes it over? Choose who carries out the investigation."]
    assert forms_of(page)[older][0] == "give-on-form"
    page = henrik.submit({"carried_on_by": chosen(page, "Petra")}, form="give-on-form")
    assert [names for _id, names in forms_of(page).values()] == [["Tove", "Petra"], ["Tove", "Kim"]]
