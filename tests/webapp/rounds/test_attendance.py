"""Who was represented in a round, on its page: counted by the management, read by the teams."""

import pytest

from flows.rounds import fix_registers
from referrals import clock, db
from tests import rounds
from tests.webapp.desk import cast_of


@pytest.fixture
def at(monkeypatch):
    """Sets what instant it is."""

    def be(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    be(rounds.MORNING)
    return be


def test_the_management_says_how_many_came_and_the_teams_read_who_was_missing(app, settings, signed_in, at):
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        enrolment = rounds.enrol(session, cast, rounds.lay_round(session, cast))
        slot = rounds.give_slot(session, cast, enrolment)
        path, begins = f"/rounds/{enrolment.round_id}", slot.starts_at
    margit, karin = signed_in("margit"), signed_in("karin")
    assert not margit.get(path).all("form", id="attendance-form")
    at(begins)
    fix_registers(settings.database)
    page = margit.get(path)
    page = margit.submit({"came-0-count": "1001"}, form=page.form("attendance-form"), status=422)
    assert page.problems
    page = margit.submit({"came-0-count": ""}, form=page.form("attendance-form"))
    assert "The numbers have been saved." in page.text
    assert "Not represented: Lindskolan" in karin.get(path).text
    page = margit.submit({"came-0-count": "4"}, form=margit.get(path).form("attendance-form"))
    assert "Every school and preschool was represented." in page.text
    assert "Lindskolan: 4" in page.text
    assert "Nothing has changed." in margit.submit(form=page.form("attendance-form")).text
    page = karin.get(path)
    assert "Lindskolan: 4" in page.text
    assert not page.all("form", id="attendance-form")
    token = page.all("input", name="csrf_token")[0].get("value")
    assert karin.client.post(f"{path}/attendance", data={"csrf_token": token}).status_code == 404
