"""A concern that a parent sent in by the public form reaches an agenda of the team, like everybody else's."""

import io

from pypdf import PdfReader
from sqlalchemy import select

from referrals import db
from referrals.forums import dates as team_dates
from referrals.models import Concern, Referral
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import ReporterKind
from tests import straight_way
from tests.webapp.desk import cast_of
from tests.webapp.forums.test_agenda import DATE, lines, put
from tests.webapp.test_intake import begin


def tell_as_a_parent(browser):
    begin(browser, "guardian")
    for typed in (
        {"protection": "no"}, {"reporter_name": "Maja Provsson"}, {"child_name": "Malou Provsson"},
        {"observations": "Ont i magen varje morgon."}, {}, {},
    ):  # fmt: skip
        browser.submit(typed)
    assert browser.submit().path == "/concern/sent"


def test_a_concern_sent_by_a_parent_reaches_an_agenda(browser, signed_in, settings, wednesday):
    tell_as_a_parent(browser)
    with db.writing(settings.database) as session:
        cast, referral = cast_of(session), session.scalars(select(Referral)).one()
        assert session.scalars(select(Concern.reporter_kind)).one() is ReporterKind.GUARDIAN
        for decide in straight_way.DECISIONS:
            if referral.state == TO_SCHEDULE:
                break
            decide(session, cast, referral)
        number, referral_id, team = referral.number, str(referral.id), f"/teams/{cast.forum.id}"
    karin = signed_in("karin")
    karin.get(team)
    karin.submit(DATE)
    with db.reading(settings.database) as session:
        date = f"{team}/dates/{team_dates.coming(session, cast_of(session).forum)[0].id}"
    assert number in karin.get(date).text, "it lines up"
    page = put(karin, date, referral_id)
    assert f"{number} is on the agenda." in page.text
    assert [number in line for line in lines(page)] == [True]
    paper = PdfReader(io.BytesIO(karin.client.get(f"{date}/agenda.pdf").data))
    assert number in " ".join(one.extract_text() for one in paper.pages)
