"""Migrations, checked three ways: the head is what the models say, up and down leaves nothing, and data survives."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from referrals import clock, db, intake, migrations, triage
from referrals.access import Actor
from referrals.forums import subscription
from referrals.models import (
    Account,
    Base,
    ConcernAddition,
    DevelopmentAction,
    DevelopmentCase,
    Guardian,
    History,
    MeetingDecision,
    Referral,
    TeamMeeting,
)
from referrals.models import referral as referral_model
from referrals.stages import Stage
from referrals.vocabulary import LevelledKind
from tests import development
from tests.factories import a_guardian, a_referral
from tests.people import settle


def _number_of(name: str) -> int:
    """The number of the migration that is called so."""
    return next(int(path.name[:4]) for path in Path(migrations.__file__).parent.glob(f"versions/*_{name}.py"))


#: the migration that brought development work into the stages, and where it put what was there
_STAGES = _number_of("bring_development_work_into_the_stages")
_KINDS = _number_of("let_each_level_have_priorities_and_goals")
_STAND = [
    ("triage", "waiting"),
    ("assessment", "draft"),
    ("action_plan", "draft"),
    ("action_plan", "active"),
    ("closure", "closed"),
]


@pytest.fixture
def empty_address(fresh_address: str) -> str:
    """A database without any table of ours."""
    Base.metadata.drop_all(db.engine_for(fresh_address))
    with db.engine_for(fresh_address).begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    return fresh_address


def test_the_newest_migration_is_what_the_models_say(empty_address: str) -> None:
    migrations.upgrade(empty_address)
    with db.engine_for(empty_address).connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": False}), Base.metadata
        )
    assert differences == []


def test_going_all_the_way_up_and_down_leaves_nothing(empty_address: str) -> None:
    assert migrations.standing(empty_address) is None
    migrations.upgrade(empty_address)
    assert migrations.standing(empty_address) == migrations.newest()
    migrations.downgrade(empty_address, to="base")
    assert sa.inspect(db.engine_for(empty_address)).get_table_names() == ["alembic_version"]


def test_each_step_up_and_down_works_by_itself(empty_address: str) -> None:
    revisions = sorted(path.name[:4] for path in _versions())
    for revision in revisions:
        migrations.upgrade(empty_address, to=revision)
    for revision in reversed(revisions[:-1]):
        migrations.downgrade(empty_address, to=revision)
    migrations.upgrade(empty_address)


def test_upgrading_twice_keeps_what_was_written(empty_address: str) -> None:
    migrations.upgrade(empty_address)
    with db.writing(empty_address) as session:
        a_referral(session, settle(session))
    migrations.upgrade(empty_address)
    with db.reading(empty_address) as session:
        assert session.query(History).count() == 1


@pytest.mark.parametrize("change", ["UPDATE history SET number = 7", "DELETE FROM history"])
def test_the_database_itself_refuses_to_rewrite_history(empty_address: str, change: str) -> None:
    migrations.upgrade(empty_address)
    with db.writing(empty_address) as session:
        a_referral(session, settle(session))

    def rewrite() -> None:
        with db.writing(empty_address) as session:
            session.execute(sa.text(change))

    with pytest.raises(DBAPIError, match="history is only ever added to"):
        rewrite()


def test_places_and_languages_are_sealed_and_unsealed_with_their_rows(
    empty_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(referral_model, "fresh_keys", list)  # then a referral had one key for everything
    migrations.upgrade(empty_address)
    with db.writing(empty_address) as session:
        cast = settle(session)
        referral = a_referral(session, cast)
        guardian = a_guardian(session, referral, told_by=cast.coordinator, interpreter="arabiska")
        a_guardian(session, referral, language="da")
        meeting = TeamMeeting(
            referral=referral, number=1, starts_at=clock.now(), minutes=60, called_by_id=cast.coordinator.id, called=[],
            guardians_invited=[], place="Solrosgården",
        )  # fmt: skip
        session.add(meeting)
        session.flush()
        session.add(MeetingDecision(referral=referral, meeting=meeting, position=0, text="Skriv plan"))
        ids = guardian.id, meeting.id
    clear = "SELECT place FROM team_meeting UNION ALL SELECT interpreter FROM guardian UNION ALL SELECT language FROM guardian"
    migrations.downgrade(empty_address, to="0018")
    with db.engine_for(empty_address).connect() as connection:
        assert sorted(connection.scalars(sa.text(clear))) == ["", "Solrosgården", "arabiska", "da", "sv"]
    migrations.upgrade(empty_address)
    with db.engine_for(empty_address).connect() as connection:
        assert not {"", "Solrosgården", "arabiska", "da", "sv"} & set(connection.scalars(sa.text(clear)))
    with db.reading(empty_address) as session:
        guardian, meeting = session.get_one(Guardian, ids[0]), session.get_one(TeamMeeting, ids[1])
        assert (guardian.interpreter, guardian.language, guardian.notices[0].language) == ("arabiska", "sv", "sv")
        assert (meeting.place, len(meeting.decisions)) == ("Solrosgården", 1)


def test_an_addition_after_which_something_was_done_counts_as_read(empty_address: str) -> None:
    migrations.upgrade(empty_address)
    with db.writing(empty_address) as session:
        cast = settle(session)
        done, waiting = a_referral(session, cast), a_referral(session, cast)
        for referral in (done, waiting):
            reporter = Actor(reported=referral.id)
            intake.add_to_concern(session, referral, by=reporter, seen=None, text="En sak till.")
        triage.assign_owner(session, done, by=cast.coordinator.actor(), seen=None, owner=cast.coordinator)
        done_id = done.id
    migrations.downgrade(empty_address, to="0017")
    migrations.upgrade(empty_address)
    with db.reading(empty_address) as session:
        read = {row.referral_id: row.read_at for row in session.scalars(sa.select(ConcernAddition))}
        assert read.pop(done_id) is not None
        assert [*read.values()] == [None]


def test_what_runs_gets_the_team_of_its_unit(empty_address: str) -> None:
    migrations.upgrade(empty_address)
    with db.writing(empty_address) as session:
        cast = settle(session)
        for unit in (cast.school, cast.other_school):
            a_referral(session, cast, unit_id=unit.id, forum_id=cast.other_school.forum_id)
    migrations.downgrade(empty_address, to="0092")
    migrations.upgrade(empty_address)
    with db.reading(empty_address) as session:
        found = {row.unit.slug: row.forum.slug for row in session.scalars(sa.select(Referral))}
    assert found == {"lindskolan": "linden", "askskolan": "asken"}


def test_a_calendar_link_of_ones_own_that_was_closed_stays_closed(empty_address: str) -> None:
    migrations.upgrade(empty_address)
    with db.writing(empty_address) as session:
        cast = settle(session)
        for who in (cast.coordinator, cast.counsellor):
            subscription.make_own_link(session, by=who.actor())
        subscription.close_own_link(session, by=cast.counsellor.actor())
        still_open = cast.coordinator.id
    migrations.downgrade(empty_address, to="0117")
    with db.engine_for(empty_address).begin() as connection:
        assert set(connection.scalars(sa.text("SELECT links_made FROM account"))) == {-1, 0, 1}
    migrations.upgrade(empty_address)
    with db.reading(empty_address) as session:
        there = session.scalars(sa.select(Account)).all()
        assert [one.id for one in there if subscription.secret_of(one)] == [still_open]
        assert set(session.scalars(sa.select(Account.links_made))) == {0, 1}


def test_development_work_of_before_stands_where_what_is_written_in_it_puts_it(empty_address: str) -> None:
    migrations.upgrade(empty_address)
    with db.writing(empty_address) as session:
        cast = settle(session)
        new, planned, analysed, running, closed = (development.begin(session, cast) for _ in range(5))
        development.plan(session, cast, planned)
        development.carry(session, cast, analysed, Stage.TEAM_REVIEW)
        development.act(session, cast, running)
        development.close(session, cast, closed)
        stages_of = {one.id: name for one, name in zip((new, planned, analysed, running, closed), _STAND, strict=True)}
    migrations.downgrade(empty_address, to=f"{_STAGES - 1:04}")
    migrations.upgrade(empty_address)
    with db.reading(empty_address) as session:
        found = session.scalars(sa.select(DevelopmentCase)).all()
        assert {one.id: (one.stage.value, one.status.value) for one in found} == stages_of
        assert all([event.number for event in one.events] == list(range(one.version, 0, -1)) for one in found)
        assert [one.id for one in found if not one.is_open] == [one.id for one in found if one.closed_at]


def test_what_levels_planned_before_they_had_priorities_and_goals_are_actions(empty_address: str) -> None:
    migrations.upgrade(empty_address)
    with db.writing(empty_address) as session:
        cast = settle(session)
        found = development.begin(session, cast)
        for kind in LevelledKind:
            development.act(session, cast, found, kind=kind)
    with db.reading(empty_address) as session:
        assert set(session.scalars(sa.select(DevelopmentAction.kind))) == set(LevelledKind)
    migrations.downgrade(empty_address, to=f"{_KINDS - 1:04}")
    migrations.upgrade(empty_address)
    with db.reading(empty_address) as session:
        assert {one.words: one.kind for one in session.scalars(sa.select(DevelopmentAction))} == dict.fromkeys(
            ("Prioritering 1", "Mål 1", "Insats 1"), LevelledKind.ACTION
        )


def test_migrations_are_numbered_without_gaps_and_say_why() -> None:
    numbers = sorted(int(path.name[:4]) for path in _versions())
    assert numbers == list(range(1, len(numbers) + 1))
    for path in _versions():
        text, number = path.read_text(), int(path.name[:4])
        assert re.match(r'^"""[A-Z].{10,}\.\n?', text), path.name
        assert f'\nrevision = "{number:04}"\n' in text, path.name
        assert number == 1 or f'\ndown_revision = "{number - 1:04}"\n' in text, path.name


def _versions() -> list[Path]:
    return list(Path(migrations.__file__).parent.glob("versions/[0-9]*.py"))
