"""A draft is kept for its writer and for nobody else, and goes on its day."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from referrals import drafts, reference
from referrals.access import Actor
from referrals.errors import WrongCode
from referrals.models import Draft
from tests.factories import a_referral


def start(session, **values):
    return drafts.start_draft(session, **{"language": "sv", **values})


def test_a_draft_is_found_with_the_token_of_its_browser_only(session, cast, wednesday):
    begun = start(session, unit=cast.school)
    assert drafts.find_draft(session, begun.token) is begun.draft
    assert drafts.find_draft(session, begun.token.swapcase()) is None
    assert begun.draft.unit_id == cast.school.id


def test_what_is_written_is_sealed_and_the_codes_stand_nowhere_in_clear(session, wednesday):
    begun = start(session, answers={"child_name": "Mila Testsson"})
    session.flush()
    row = session.execute(text("SELECT answers, code, code_index, token_index FROM draft")).one()
    everything = " ".join(str(bytes(value)) if not isinstance(value, str) else value for value in row)
    assert "Mila" not in everything
    assert begun.token not in everything
    assert begun.code not in everything


def test_pages_are_saved_beside_each_other_and_put_the_day_of_deletion_off(session, cast, wednesday):
    begun = start(session)
    first_day = begun.draft.expires_on
    wednesday.shift(timedelta(days=3))
    drafts.save_draft(session, begun.draft, {"child_name": "Mila"}, language="da", unit=cast.school)
    drafts.save_draft(session, begun.draft, {"observations": "Borta."}, language="da")
    assert begun.draft.answers == {"child_name": "Mila", "observations": "Borta."}
    assert begun.draft.unit_id == cast.school.id
    assert begun.draft.language == "da"
    assert begun.draft.expires_on == first_day + timedelta(days=3)


def test_a_draft_that_was_sent_in_is_not_written_again(session, cast, wednesday):
    begun = start(session)
    begun.draft.referral_id = a_referral(session, cast).id
    session.flush()
    drafts.save_draft(session, begun.draft, {"child_name": "Mila"}, language="sv")
    assert begun.draft.answers == {}


def test_the_code_takes_the_draft_up_again_and_the_former_browser_loses_it(session, wednesday):
    begun = start(session, answers={"child_name": "Mila"})
    again = drafts.resume_draft(session, begun.code.lower().replace("-", " "))
    assert again.draft is begun.draft
    assert again.code == begun.code
    assert drafts.goes_on(session, begun.code)
    assert not drafts.goes_on(session, reference.new_code())
    assert drafts.find_draft(session, begun.token) is None
    assert drafts.find_draft(session, again.token) is begun.draft


def test_a_wrong_code_takes_nothing_up(session, wednesday):
    start(session)
    with pytest.raises(WrongCode):
        drafts.resume_draft(session, reference.new_code())


def test_a_draft_that_was_sent_in_is_not_taken_up_again(session, cast, wednesday):
    begun = start(session)
    begun.draft.referral_id = a_referral(session, cast).id
    session.flush()
    with pytest.raises(WrongCode):
        drafts.resume_draft(session, begun.code)


def test_somebody_signed_in_finds_their_own_drafts_without_the_code(session, cast, wednesday):
    karin, otto = cast.coordinator.actor(), cast.outsider.actor()
    begun = start(session, writer=karin)
    assert [draft.id for draft in drafts.drafts_of(session, karin)] == [begun.draft.id]
    assert drafts.drafts_of(session, otto) == []
    assert drafts.drafts_of(session, Actor()) == []
    with pytest.raises(WrongCode):
        drafts.resume_own_draft(session, begun.draft.id, writer=otto)
    again = drafts.resume_own_draft(session, begun.draft.id, writer=karin)
    assert drafts.find_draft(session, again.token) is begun.draft


def test_a_draft_is_gone_once_its_day_has_passed(session, wednesday):
    begun = start(session)
    last_day = begun.draft.expires_on
    assert drafts.expire_drafts(session, last_day) == 0
    wednesday.shift(timedelta(days=drafts.DRAFT_DAYS + 1))
    assert drafts.find_draft(session, begun.token) is None
    with pytest.raises(WrongCode):
        drafts.resume_draft(session, begun.code)
    assert drafts.expire_drafts(session, last_day + timedelta(days=1)) == 1
    assert session.scalars(select(Draft)).all() == []


def test_its_writer_can_delete_a_draft_at_once(session, wednesday):
    begun = start(session)
    drafts.discard_draft(session, begun.draft)
    assert session.scalars(select(Draft)).all() == []
