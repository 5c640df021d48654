"""The two kinds of session, on both databases."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from referrals import db
from referrals.models import Account, Unit
from referrals.vocabulary import Profession, SchoolForm
from tests.people import settle


def test_what_was_written_is_there_for_the_next_reader(fresh_address: str) -> None:
    with db.writing(fresh_address) as session:
        settle(session)
    with db.reading(fresh_address) as session:
        assert session.query(Unit).filter_by(slug="lindskolan").one().school_form is SchoolForm.COMPULSORY


def test_a_block_that_fails_leaves_nothing(fresh_address: str) -> None:
    def fail_half_way() -> None:
        with db.writing(fresh_address) as session:
            settle(session)
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with db.reading(fresh_address) as session:
        assert session.query(Unit).count() == 0


def test_a_reader_sees_what_was_committed_while_it_is_open(fresh_address: str) -> None:
    with db.reading(fresh_address) as reader:
        assert reader.query(Unit).count() == 0
        with db.writing(fresh_address) as writer:
            settle(writer)
        assert reader.query(Unit).count() == 2


def test_a_reader_does_not_keep_a_writer_out(fresh_address: str) -> None:
    with db.reading(fresh_address) as reader:
        reader.query(Unit).all()
        with db.writing(fresh_address) as writer:
            settle(writer)


def test_what_people_typed_does_not_reach_an_error_text(fresh_address: str) -> None:
    def write_twice() -> None:
        with db.writing(fresh_address) as session:
            for _ in range(2):
                person = {
                    "name": "Hemlig Person",
                    "profession": Profession.TEACHER,
                    "language": "sv",
                    "password_hash": "!",
                }
                session.add(Account(email="hemlig@trivsel.invalid", **person))
                session.flush()

    with pytest.raises(IntegrityError) as refused:
        write_twice()
    assert "Hemlig Person" not in str(refused.value)


def test_without_an_address_the_instances_own_database_is_meant() -> None:
    assert str(db.reading().get_bind().engine.url).endswith("trivsel.sqlite")


def test_postgresql_lets_go_of_what_a_silent_host_holds_but_not_of_a_copy_that_takes_long(fresh_postgres: str) -> None:
    asked = text("SHOW idle_in_transaction_session_timeout")
    with db.writing(fresh_postgres) as session:
        assert session.scalar(asked) == "30s"
    with db.snapshot(fresh_postgres) as connection:
        assert connection.scalar(asked) == "0"
    with db.writing(fresh_postgres) as session:
        assert session.scalar(asked) == "30s"
