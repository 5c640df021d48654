"""Views that a person keeps: each once, theirs alone, and not too many."""

from sqlalchemy.orm import Session

from referrals.work import saved_views
from tests.people import Cast


def test_a_view_is_kept_once_and_until_it_is_removed(session: Session, cast: Cast) -> None:
    karin = cast.coordinator.actor()
    assert saved_views.keep(session, karin, {"stage": "triage", "mine": "yes"})
    assert saved_views.keep(session, karin, {"late": "yes"})
    assert saved_views.keep(session, karin, {"mine": "yes", "stage": "triage"})
    assert saved_views.of(session, karin) == [{"mine": "yes", "stage": "triage"}, {"late": "yes"}]
    saved_views.forget(session, karin, {"stage": "triage", "mine": "yes"})
    saved_views.forget(session, karin, {"stage": "triage", "mine": "yes"})
    assert saved_views.of(session, karin) == [{"late": "yes"}]


def test_nobody_sees_or_removes_the_views_of_others(session: Session, cast: Cast) -> None:
    karin, other = cast.coordinator.actor(), cast.second_coordinator.actor()
    saved_views.keep(session, karin, {"late": "yes"})
    saved_views.forget(session, other, {"late": "yes"})
    assert (saved_views.of(session, karin), saved_views.of(session, other)) == ([{"late": "yes"}], [])


def test_there_are_no_more_than_one_can_look_through(session: Session, cast: Cast) -> None:
    karin = cast.coordinator.actor()
    units = [{"unit": f"skola-{number}"} for number in range(saved_views.MOST)]
    assert all(saved_views.keep(session, karin, unit) for unit in units)
    assert not saved_views.keep(session, karin, {"late": "yes"})
    assert saved_views.keep(session, karin, units[0]), "it is kept already"
    assert saved_views.of(session, karin) == units
