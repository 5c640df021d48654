"""From the youngest to the oldest the same is asked with the same answers to choose from: what is learnt at two can be read at twelve."""

import re

import pytest
from sqlalchemy import select

from referrals import db
from referrals.models import Account, AssessmentPart, Referral
from referrals.vocabulary import SchoolForm
from tests import straight_way
from tests.webapp.desk import cast_of
from tests.webapp.test_intake import begin

#: after so many decisions of the straight way its pages ask
STOPS = {"part": 6, "minutes": 9, "plan": 12, "follow-up": 18, "closing": 19}
PAGES = {
    "minutes": "team-review/minutes", "plan": "action-plan/edit", "follow-up": "follow-up", "closing": "closure",
}  # fmt: skip
#: what is answered on the public form, page by page
ANSWERS = (
    {"protection": "no"},
    {"reporter_kind": "teacher", "reporter_name": "Lena Mentorsson", "reporter_phone": "0000-11 22 33"},
    {"child_name": "Malou Provsson"},
    {"observations": "Sitter ensam."},
    {"child_voice": "Jag vill vara med.", "guardians_know": "yes"},
)
AN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def asked(page, form_id="main-form"):
    """What a form asks: by each field's name how it is answered, and the answers there are with their words."""
    form = page.form(form_id)
    words = {one.get("for"): page.text_of(one) for one in form.iter("label")}
    found = set()
    for one in (each for each in form.iter() if each.tag in ("input", "select", "textarea")):
        name, kind = one.get("name"), one.get("type", one.tag)
        if not name or kind == "hidden":
            continue
        choices = (
            [one.get("value", "")]
            if kind in ("radio", "checkbox")
            else [option.get("value", "") for option in one.iter("option")]
        )
        found.add(
            (AN_ID.sub("…", name), kind, words.get(one.get("id")), tuple(AN_ID.sub("…", each) for each in choices))
        )
    return found


def on_the_public_form(browser):
    pages = [asked(begin(browser))]
    pages.extend(asked(browser.submit(answers)) for answers in ANSWERS)
    return pages


def in_the_referral(signed_in, settings):
    """The questions of each page, while the straight way goes on."""
    with db.writing(settings.database) as session:
        number, made, pages = straight_way.submit(session, cast_of(session).school).number, 0, {}
    for stop, until in STOPS.items():
        for decide in straight_way.DECISIONS[made:until]:
            with db.writing(settings.database) as session:
                decide(
                    session, cast_of(session), session.scalars(select(Referral).where(Referral.number == number)).one()
                )
        made = until
        person, path = "karin", PAGES.get(stop)
        if stop == "part":
            with db.reading(settings.database) as session:
                part = session.scalars(select(AssessmentPart).join(Referral).where(Referral.number == number)).one()
                person, path = session.get_one(Account, part.assessor_id).email.split(".")[0], f"assessment/{part.id}"
        page = signed_in(person).get(f"/referrals/{number}/{path}")
        pages[stop] = asked(page, "close-form" if stop == "closing" else "main-form")
    return pages


@pytest.mark.usefixtures("wednesday")
def test_the_youngest_and_the_oldest_are_asked_about_with_the_same_questions_and_scales(browser, signed_in, settings):
    found = {}
    for school_form in (SchoolForm.PRESCHOOL, SchoolForm.COMPULSORY, SchoolForm.UPPER_SECONDARY):
        with db.writing(settings.database) as session:
            cast_of(session).school.school_form = school_form
        found[school_form] = on_the_public_form(browser), in_the_referral(signed_in, settings)
    first, *others = found.values()
    assert all(one == first for one in others)
    told, pages = first
    assert all(told)
    assert all(pages.values())
    scale = {
        choice for name, _, _, choices in pages["minutes"] if name == "ratings-health-rating" for choice in choices
    }
    assert scale == {"1", "2", "3", "4", "5", ""}
