"""The second factor: a code that changes each half minute, taken once, and recovery codes kept where nobody reads them."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, text

from referrals.clock import machine_now
from referrals.errors import WrongFactor
from referrals.models import OrganisationChange, RecoveryCode, SecondFactor
from referrals.people import second_factor


@pytest.fixture
def karin(cast):
    return cast.coordinator


def code_of(factor):
    return pyotp.TOTP(factor.secret).at(int(machine_now().timestamp()))


def set_up(session, account):
    return second_factor.confirm(session, account, code_of(second_factor.begin(session, account)))


def test_a_factor_counts_only_once_it_was_confirmed_with_a_code(session, karin, wednesday):
    factor = second_factor.begin(session, karin)
    assert not second_factor.has(session, karin)
    with pytest.raises(WrongFactor):
        second_factor.confirm(session, karin, "000000" if code_of(factor) != "000000" else "111111")
    second_factor.confirm(session, karin, code_of(factor))
    assert second_factor.has(session, karin)
    assert session.scalars(select(OrganisationChange.after)).all() == ["on"]


def test_beginning_again_makes_a_new_secret_until_one_is_confirmed(session, karin, wednesday):
    first = second_factor.begin(session, karin).secret
    second = second_factor.begin(session, karin)
    assert second.secret != first
    second_factor.confirm(session, karin, code_of(second))
    assert second_factor.begin(session, karin) is second
    with pytest.raises(WrongFactor):
        second_factor.confirm(session, karin, code_of(second))


def test_the_secret_stands_sealed_in_the_database(session, karin):
    factor = second_factor.begin(session, karin)
    kept = session.execute(text("SELECT secret FROM second_factor")).scalar_one()
    assert factor.secret.encode() not in bytes(kept)
    assert factor.account is karin


def test_the_secret_cannot_be_moved_to_another_account(session, cast):
    from referrals.errors import SealBroken

    mine, yours = (second_factor.begin(session, who) for who in (cast.coordinator, cast.head_teacher))
    yours._secret, yours.wrapped_key = mine._secret, mine.wrapped_key
    with pytest.raises(SealBroken):
        assert yours.secret


def test_the_code_app_files_it_under_our_name_and_the_persons_address(session, karin):
    factor = second_factor.begin(session, karin)
    address = second_factor.address(factor, karin, issuer="Trivsel Lindköping")
    assert address.startswith("otpauth://totp/Trivsel%20Lindk%C3%B6ping:karin.almkvist")


def test_a_code_is_taken_once(session, karin, wednesday):
    set_up(session, karin)
    with pytest.raises(WrongFactor):
        second_factor.accept(session, karin, code_of(second_factor.of(session, karin)))
    wednesday.shift(timedelta(seconds=30))
    second_factor.accept(session, karin, code_of(second_factor.of(session, karin)))


def test_a_telephone_whose_clock_is_half_a_minute_off_will_do_and_no_more(session, karin, wednesday):
    set_up(session, karin)
    wednesday.shift(timedelta(minutes=5))
    late = code_of(second_factor.of(session, karin))
    wednesday.shift(timedelta(seconds=30))
    second_factor.accept(session, karin, f"{late[:3]} {late[3:]}")
    early = code_of(second_factor.of(session, karin))
    wednesday.shift(timedelta(seconds=90))
    with pytest.raises(WrongFactor):
        second_factor.accept(session, karin, early)


@pytest.mark.parametrize("typed", ["", "12345", "sex siffror", "å23456", "AAAA-AAAA-AAAA"])
def test_what_is_no_code_is_refused(session, karin, wednesday, typed):
    set_up(session, karin)
    with pytest.raises(WrongFactor):
        second_factor.accept(session, karin, typed)


def test_without_a_confirmed_factor_no_code_fits(session, karin, wednesday):
    with pytest.raises(WrongFactor):
        second_factor.accept(session, karin, "123456")
    factor = second_factor.begin(session, karin)
    with pytest.raises(WrongFactor):
        second_factor.accept(session, karin, code_of(factor))


def test_a_recovery_code_stands_in_for_the_telephone_once(session, karin, wednesday):
    codes = set_up(session, karin)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    second_factor.accept(session, karin, codes[0].lower())
    assert second_factor.codes_left(session, karin) == second_factor.RECOVERY_CODES - 1
    with pytest.raises(WrongFactor):
        second_factor.accept(session, karin, codes[0])


def test_recovery_codes_are_kept_hashed_and_fit_one_account_only(session, cast, wednesday):
    codes = set_up(session, cast.coordinator)
    set_up(session, cast.head_teacher)
    kept = session.scalars(select(RecoveryCode.code_index)).all()
    assert not any(code in index for code in codes for index in kept)
    with pytest.raises(WrongFactor):
        second_factor.accept(session, cast.head_teacher, codes[0])


def test_new_recovery_codes_end_the_old_ones(session, karin, wednesday):
    old = set_up(session, karin)
    wednesday.shift(timedelta(seconds=30))
    new = second_factor.renew_codes(session, karin, code_of(second_factor.of(session, karin)))
    with pytest.raises(WrongFactor):
        second_factor.accept(session, karin, old[1])
    second_factor.accept(session, karin, new[1])


def test_a_factor_that_is_taken_away_leaves_nothing_but_a_line_in_the_log(session, cast, wednesday):
    set_up(session, cast.coordinator)
    for _ in range(2):
        second_factor.remove(session, cast.coordinator, by_id=cast.administrator.id)
    assert session.scalars(select(SecondFactor)).all() == []
    assert session.scalars(select(RecoveryCode)).all() == []
    by = session.scalars(select(OrganisationChange.by_id).where(OrganisationChange.before == "on")).all()
    assert by == [cast.administrator.id]
