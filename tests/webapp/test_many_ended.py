"""The start page with more and more referrals that have ended: it shows what waits, and does not go through them for it.

What each list of it asks by itself is held to the same in `tests/referrals/test_queries.py`.
"""

from pathlib import Path

import pytest
from sqlalchemy import event

from referrals import config, db
from referrals.stages import CLOSED
from tests.factories import a_member, a_referral
from tests.webapp.desk import cast_of


@pytest.fixture
def settings(fresh_sqlite: str, data_folder: Path) -> config.Settings:
    """SQLite, which tells how many steps its machine takes for a question."""
    return config.Settings(database_url=fresh_sqlite, data=data_folder)


def test_what_has_ended_is_not_gone_through_for_the_start_page(signed_in, settings):
    karin, done = signed_in("karin"), []

    def count_steps(line, *_more):
        line.set_progress_handler(lambda: done.append(None), 10)

    event.listen(db.engine_for(settings.database), "checkout", count_steps)

    def work(ended):
        with db.writing(settings.database) as session:
            cast = cast_of(session)
            for _ in range(ended):
                row = a_referral(session, cast, CLOSED, owner=cast.coordinator)
                a_member(session, row, cast.coordinator)
        karin.get("/home")  # whatever it reads once and keeps
        done.clear()
        karin.get("/home")
        return len(done)

    few = work(10)
    assert few > 100  # the machine was counted
    assert work(100) <= few * 1.25 + 5
