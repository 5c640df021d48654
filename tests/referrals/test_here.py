"""The municipality is asked for once in each session, and never one that the session has let go of."""

from sqlalchemy import event
from sqlalchemy.orm import Session

from referrals import clock, here
from tests.people import settle


def test_it_is_asked_for_once_in_each_session(session: Session) -> None:
    settle(session)
    asked: list[object] = []
    event.listen(session, "do_orm_execute", asked.append)
    first = here.municipality(session)
    assert first is not None
    assert here.municipality(session) is first
    assert here.time_zone(session) == first.timezone
    assert len(asked) == 1


def test_what_is_changed_in_a_session_is_what_it_reads(session: Session) -> None:
    settle(session)
    found = here.municipality(session)
    assert found is not None
    found.timezone = "Pacific/Kiritimati"
    session.commit()
    assert here.today(session) == clock.today("Pacific/Kiritimati") > clock.today("Pacific/Pago_Pago")


def test_before_one_is_set_up_there_is_none_and_days_are_those_of_utc(session: Session) -> None:
    assert here.municipality(session) is None
    assert here.time_zone(session) == "UTC"


def test_one_that_a_session_has_let_go_of_is_asked_for_anew(session: Session) -> None:
    settle(session)
    before = here.municipality(session)
    session.expunge_all()
    after = here.municipality(session)
    assert after is not None
    assert after in session
    assert after is not before
