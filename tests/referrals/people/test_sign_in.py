"""Signing in with a password: who is held up by somebody who guesses, and choosing a new one by a link."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import reference
from referrals.clock import machine_now
from referrals.errors import LinkSpent
from referrals.models import KnownDevice, OrganisationChange, ResetLink, WebSession
from referrals.people import sign_in

DEVICE = "a-token-of-this-browser"


@pytest.fixture
def karin(cast):
    return cast.coordinator


def test_strangers_share_their_tries_and_a_known_device_has_its_own(session, karin):
    sign_in.remember_device(session, karin, DEVICE)
    stranger = sign_in.attempt(session, karin.email, "another-browser")
    nobody = sign_in.attempt(session, karin.email, "")
    known = sign_in.attempt(session, karin.email, DEVICE)
    assert stranger == nobody
    assert stranger.limit is sign_in.STRANGERS
    assert known.limit is sign_in.KNOWN
    assert known.whose != stranger.whose


def test_a_device_is_known_for_one_account_only(session, cast):
    sign_in.remember_device(session, cast.coordinator, DEVICE)
    assert sign_in.attempt(session, cast.head_teacher.email, DEVICE).limit is sign_in.STRANGERS


def test_an_address_without_an_account_is_counted_like_any_other(session, cast):
    assert sign_in.attempt(session, "nobody@trivsel.invalid", DEVICE).limit is sign_in.STRANGERS


def test_a_device_that_was_long_silent_is_a_stranger_again_and_forgotten(session, cast, wednesday):
    sign_in.remember_device(session, cast.coordinator, DEVICE)
    wednesday.shift(sign_in.DEVICE_LASTS)
    assert sign_in.attempt(session, cast.coordinator.email, DEVICE).limit is sign_in.STRANGERS
    wednesday.shift(timedelta(seconds=1))
    sign_in.remember_device(session, cast.head_teacher, DEVICE)
    assert session.scalars(select(KnownDevice.account_id)).all() == [cast.head_teacher.id]


def test_signing_in_again_keeps_one_row_and_its_day(session, karin, wednesday):
    sign_in.remember_device(session, karin, DEVICE)
    wednesday.shift(timedelta(days=1))
    sign_in.remember_device(session, karin, DEVICE)
    assert session.scalars(select(KnownDevice.seen_at)).one() == machine_now()


def test_a_link_is_kept_as_a_digest_and_opens_once(session, karin):
    token = sign_in.make_link(session, karin)
    assert token not in session.scalars(select(ResetLink.token_digest)).one()
    assert sign_in.whose_link(session, token) is karin
    assert sign_in.choose_by_link(session, token, "a new hash") is karin
    assert karin.password_hash == "a new hash"
    with pytest.raises(LinkSpent):
        sign_in.choose_by_link(session, token, "a second one")
    assert karin.password_hash == "a new hash"


def test_two_who_use_a_link_at_the_same_moment_are_not_both_served(session, karin, monkeypatch):
    token = sign_in.make_link(session, karin)
    link = sign_in._good_link(session, token)
    monkeypatch.setattr(sign_in, "_good_link", lambda *_: link)
    sign_in.choose_by_link(session, token, "first")
    with pytest.raises(LinkSpent):
        sign_in.choose_by_link(session, token, "second")


def test_a_link_runs_out_after_half_an_hour(session, karin, wednesday):
    token = sign_in.make_link(session, karin)
    wednesday.shift(sign_in.LINK_LASTS - timedelta(seconds=1))
    assert sign_in.whose_link(session, token) is karin
    wednesday.shift(timedelta(seconds=1))
    with pytest.raises(LinkSpent):
        sign_in.whose_link(session, token)


def test_whoever_asks_in_my_name_does_not_end_the_link_i_was_sent(session, karin):
    mine, asked_for_by_another = (sign_in.make_link(session, karin) for _ in range(2))
    sign_in.choose_by_link(session, mine, "chosen")
    with pytest.raises(LinkSpent):
        sign_in.whose_link(session, asked_for_by_another)


def test_links_that_have_run_out_are_deleted(session, karin, wednesday):
    sign_in.make_link(session, karin)
    wednesday.shift(sign_in.LINK_LASTS)
    sign_in.make_link(session, karin)
    assert len(session.scalars(select(ResetLink)).all()) == 1


def test_a_link_opens_nothing_for_an_account_that_was_switched_off(session, karin):
    token = sign_in.make_link(session, karin)
    karin.is_active = False
    session.flush()
    with pytest.raises(LinkSpent):
        sign_in.whose_link(session, token)


def test_an_invented_link_opens_nothing(session, cast):
    with pytest.raises(LinkSpent):
        sign_in.whose_link(session, "invented")


def test_a_new_password_signs_every_browser_out_and_ends_links_on_their_way(session, karin):
    now = machine_now()
    session.add(WebSession(token_digest="d", account_id=karin.id, created_at=now, last_seen_at=now))
    token = sign_in.make_link(session, karin)
    sign_in.choose_password(session, karin, "chosen")
    assert session.scalars(select(WebSession)).all() == []
    with pytest.raises(LinkSpent):
        sign_in.whose_link(session, token)
    line = session.scalars(select(OrganisationChange)).one()
    assert line.subject.startswith("account.password")
    assert (line.before, line.after, line.by_id) == ("", "", karin.id)
    assert reference.token_digest(token)
