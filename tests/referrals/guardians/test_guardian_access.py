"""A guardian's way in: a code that works once, for whom it may be made, and the e-identification bound to it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import clock, consent, history
from referrals.errors import AlreadyMoved, AssuranceTooLow, NotAllowed, NotKnownHere, WrongCode, WrongStage
from referrals.guardians import guardian_access
from referrals.models import GuardianCode, GuardianIdentity, GuardianSession, History, InformationNotice
from referrals.people.municipal import Agreement
from referrals.stages import IN_CONSENT, WITHDRAWN, Party, Verb
from referrals.vocabulary import Custody, NoticeMethod
from tests.factories import a_guardian, a_referral

AGREED = Agreement("https://e-id.invalid", levels=frozenset({"loa3"}))
MAJA = {"sub": "maja", "acr": "loa3"}
OMAR = {"sub": "omar", "acr": "loa3"}


@pytest.fixture
def referral(session, cast, wednesday):
    return a_referral(session, cast, IN_CONSENT)


@pytest.fixture
def give(session, cast, referral, maja):
    """Lets the coordinator make a code, by default for Maja."""

    def make(guardian=None, *, by=None, seen=None):
        by = by or cast.coordinator.actor()
        return guardian_access.give_code(session, referral, by=by, seen=seen, guardian=guardian or maja)

    return make


def open_browser(session, guardian, token="token"):
    now = clock.machine_now()
    session.add(
        GuardianSession(
            referral=guardian.referral, guardian_id=guardian.id, token_digest=token, created_at=now, last_seen_at=now
        )
    )
    session.flush()


def test_a_code_opens_the_page_of_its_guardian_once(session, maja, give):
    given = give()
    assert guardian_access.use_code(session, given.code.lower().replace("-", " ")) == maja
    with pytest.raises(WrongCode):
        guardian_access.use_code(session, given.code)


def test_making_a_code_says_who_made_it_and_keeps_only_its_digest(session, cast, maja, give):
    given = give()
    row = session.scalars(select(GuardianCode)).one()
    assert given.code not in row.code_index
    assert (row.made_by, row.until_on) == (cast.coordinator, clock.now().date() + timedelta(days=21))
    newest = session.scalars(select(History).order_by(History.number.desc()).limit(1)).one()
    assert (newest.verb, newest.by_party, newest.by) == (Verb.GIVE_PAGE_CODE, Party.COORDINATOR, cast.coordinator)


def test_a_code_is_good_until_and_with_its_last_day(session, maja, give, wednesday):
    given = give()
    wednesday.shift(timedelta(days=21))
    assert guardian_access.waiting_code(session, maja) is not None
    wednesday.shift(timedelta(days=1))
    assert guardian_access.waiting_code(session, maja) is None
    with pytest.raises(WrongCode):
        guardian_access.use_code(session, given.code)


def test_a_new_code_ends_whatever_let_somebody_in_before(session, maja, give):
    first = give()
    open_browser(session, maja)
    guardian_access.bind(session, maja, claims=MAJA, agreement=AGREED)
    assert guardian_access.has_identity(session, maja)
    give()
    with pytest.raises(WrongCode):
        guardian_access.use_code(session, first.code)
    assert session.scalars(select(GuardianSession)).all() == []
    assert not guardian_access.has_identity(session, maja)


def test_the_other_guardians_way_in_stays_open(session, cast, referral, maja, give):
    omar = a_guardian(session, referral, told_by=cast.coordinator, name="Omar Testsson")
    theirs = give(omar)
    open_browser(session, omar)
    give()
    assert session.scalars(select(GuardianSession)).all() != []
    assert guardian_access.use_code(session, theirs.code) == omar


def test_a_code_nobody_made_opens_nothing(session, maja, give):
    give()
    with pytest.raises(WrongCode):
        guardian_access.use_code(session, "2222-2222-2222")


@pytest.mark.parametrize("who", ["head_teacher", "special_educator", "outsider", "administrator"])
def test_only_the_coordinator_makes_codes(cast, give, who):
    with pytest.raises(NotAllowed):
        give(by=getattr(cast, who).actor())


def test_no_code_is_made_where_the_referral_was_withdrawn(session, cast):
    referral = a_referral(session, cast, WITHDRAWN)
    guardian = a_guardian(session, referral, told_by=cast.coordinator)
    with pytest.raises(WrongStage):
        guardian_access.give_code(session, referral, by=cast.coordinator.actor(), seen=None, guardian=guardian)


def test_who_saw_an_older_page_is_told_so(give):
    give()
    with pytest.raises(AlreadyMoved):
        give(seen=1)


@pytest.mark.parametrize("values", [{"may_contact": False}, {"custody": Custody.OTHER}])
def test_no_code_for_one_who_may_not_be_contacted_or_has_no_custody(session, cast, referral, give, values):
    with pytest.raises(NotAllowed):
        give(a_guardian(session, referral, told_by=cast.coordinator, **values))


def test_no_code_for_one_who_was_not_told(session, referral, give):
    with pytest.raises(NotAllowed):
        give(a_guardian(session, referral))


def test_no_code_for_a_guardian_of_another_child(session, cast, give):
    with pytest.raises(NotAllowed):
        give(a_guardian(session, a_referral(session, cast, IN_CONSENT), told_by=cast.coordinator))


def test_a_code_opens_nothing_once_the_guardian_is_not_to_be_told(session, cast, referral, maja, give):
    given = give()
    session.add(
        InformationNotice(
            referral=referral, guardian=maja, method=NoticeMethod.NOT_TOLD, told_on=None, language="sv", at=clock.now(),
            by_id=cast.coordinator.id, why_not="Misstanke om våld",
        )
    )  # fmt: skip
    session.flush()
    session.refresh(maja, ["notices"])
    assert not guardian_access.may_have_page(maja)
    with pytest.raises(WrongCode):
        guardian_access.use_code(session, given.code)


def test_the_letter_is_printed_only_for_the_code_that_waits(session, maja, give):
    first, second = give(), give()
    assert guardian_access.letter_code(session, maja, second.code) == second
    for code in (first.code, ""):
        with pytest.raises(WrongCode):
            guardian_access.letter_code(session, maja, code)
    guardian_access.use_code(session, second.code)
    with pytest.raises(WrongCode):
        guardian_access.letter_code(session, maja, second.code)


def test_two_who_type_the_same_code_at_the_same_moment_are_not_both_let_in(session, maja, give, monkeypatch):
    given = give()
    waiting = guardian_access.waiting_code(session, maja)
    guardian_access.use_code(session, given.code)
    monkeypatch.setattr(guardian_access, "_good_codes", lambda _session: select(GuardianCode))
    assert waiting is not None
    with pytest.raises(WrongCode):
        guardian_access.use_code(session, given.code)


def test_whoever_is_bound_comes_in_directly(session, maja):
    guardian_access.bind(session, maja, claims=MAJA, agreement=AGREED)
    guardian_access.bind(session, maja, claims=MAJA, agreement=AGREED)
    assert guardian_access.admit(session, MAJA, AGREED) == [maja]
    assert "maja" not in session.scalars(select(GuardianIdentity)).one().subject_index


def test_nobody_comes_in_who_is_not_bound(session, maja):
    guardian_access.bind(session, maja, claims=MAJA, agreement=AGREED)
    with pytest.raises(NotKnownHere):
        guardian_access.admit(session, OMAR, AGREED)


@pytest.mark.parametrize("claims", [{"sub": "maja"}, {"sub": "maja", "acr": "loa1"}])
def test_too_little_assurance_binds_and_opens_nothing(session, maja, claims):
    with pytest.raises(AssuranceTooLow):
        guardian_access.bind(session, maja, claims=claims, agreement=AGREED)
    guardian_access.bind(session, maja, claims=MAJA, agreement=AGREED)
    with pytest.raises(AssuranceTooLow):
        guardian_access.admit(session, claims, AGREED)


def test_without_agreed_levels_nothing_is_e_identification(session, maja):
    with pytest.raises(AssuranceTooLow):
        guardian_access.bind(session, maja, claims=MAJA, agreement=Agreement("https://e-id.invalid"))


def test_a_page_that_is_bound_is_not_bound_to_somebody_else(session, maja):
    guardian_access.bind(session, maja, claims=MAJA, agreement=AGREED)
    with pytest.raises(NotKnownHere):
        guardian_access.bind(session, maja, claims=OMAR, agreement=AGREED)


def test_one_person_is_not_both_guardians_of_a_child(session, cast, referral, maja):
    omar = a_guardian(session, referral, told_by=cast.coordinator, name="Omar Testsson")
    guardian_access.bind(session, maja, claims=MAJA, agreement=AGREED)
    with pytest.raises(NotKnownHere):
        guardian_access.bind(session, omar, claims=MAJA, agreement=AGREED)


def test_nobody_is_bound_who_may_have_no_page(session, referral):
    with pytest.raises(NotKnownHere):
        guardian_access.bind(session, a_guardian(session, referral), claims=MAJA, agreement=AGREED)


def test_a_guardian_of_two_children_finds_both(session, cast, maja):
    other = a_guardian(session, a_referral(session, cast, IN_CONSENT), told_by=cast.coordinator)
    assert guardian_access.siblings(session, maja) == []
    for guardian in (maja, other):
        guardian_access.bind(session, guardian, claims=MAJA, agreement=AGREED)
    assert set(guardian_access.admit(session, MAJA, AGREED)) == {maja, other}
    assert guardian_access.find_sibling(session, maja, other.id) == other
    with pytest.raises(NotKnownHere):
        guardian_access.find_sibling(session, maja, maja.id)


def test_a_guardian_who_is_no_longer_to_be_contacted_does_not_come_in(session, cast, referral, maja):
    guardian_access.bind(session, maja, claims=MAJA, agreement=AGREED)
    details = consent.GuardianDetails(name="Maja", custody=Custody.JOINT, language="sv", may_contact=False)
    consent.record_guardian(session, referral, by=cast.coordinator.actor(), seen=None, details=details, guardian=maja)
    with pytest.raises(NotKnownHere):
        guardian_access.admit(session, MAJA, AGREED)


def test_a_guardian_stands_to_their_own_referral_only(session, cast, referral, maja):
    other = a_referral(session, cast, IN_CONSENT)
    actor = guardian_access.actor_for(maja)
    for verb in Verb:
        with pytest.raises(NotAllowed):
            history.guard(session, other, verb, by=actor)
