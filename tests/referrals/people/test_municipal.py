"""Who somebody is to us whom the municipality's sign-in has let in."""

import pytest
from sqlalchemy import select

from referrals.access import Actor, Role
from referrals.errors import AssuranceTooLow, NotKnownHere
from referrals.models import MunicipalIdentity, OrganisationChange
from referrals.people import municipal, organisation
from referrals.people.municipal import Agreement, Grant

ISSUER = "https://inloggning.lindkoping.invalid"
PLAIN = Agreement(ISSUER)
GRANTS = (
    Grant("groups", "trivsel-samordnare", Role.COORDINATOR, "lindskolan"),
    Grant("groups", "trivsel-bedomare", Role.ASSESSOR, "lindskolan"),
    Grant("groups", "trivsel-admin", Role.ADMINISTRATOR),
    Grant("groups", "trivsel-nedlagd", Role.ASSESSOR, "nedlagda-skolan"),
    Grant("title", "Rektor", Role.HEAD_TEACHER, "lindskolan"),
)
WITH_TABLE = Agreement(ISSUER, grants=GRANTS)


def claims(account, **more):
    return {"sub": f"subject of {account.name}", "email": account.email.upper(), "email_verified": True, **more}


def roles(account):
    return {(held.role, held.unit.slug if held.unit else None) for held in account.roles}


def test_the_first_time_somebody_is_found_by_their_verified_address(session, cast):
    assert municipal.admit(session, claims(cast.coordinator), PLAIN) is cast.coordinator
    subject = session.scalars(select(MunicipalIdentity)).one()
    assert subject.account is cast.coordinator
    assert "Karin" not in subject.subject_index
    assert session.scalars(select(OrganisationChange.after)).all() == ["linked"]


def test_from_then_on_the_address_does_not_count(session, cast):
    municipal.admit(session, claims(cast.coordinator), PLAIN)
    again = {"sub": claims(cast.coordinator)["sub"], "email": cast.head_teacher.email, "email_verified": True}
    assert municipal.admit(session, again, PLAIN) is cast.coordinator


def test_an_address_given_to_somebody_else_opens_nothing(session, cast):
    municipal.admit(session, claims(cast.coordinator), PLAIN)
    with pytest.raises(NotKnownHere):
        municipal.admit(session, claims(cast.coordinator, sub="somebody new"), PLAIN)


def test_after_an_administrator_cut_the_link_the_address_counts_again(session, cast):
    municipal.admit(session, claims(cast.coordinator), PLAIN)
    assert municipal.unlink(session, cast.coordinator) == 1
    assert municipal.unlink(session, cast.coordinator) == 0
    assert municipal.admit(session, claims(cast.coordinator, sub="new card"), PLAIN) is cast.coordinator


@pytest.mark.parametrize("unsure", [{"email_verified": False}, {"email_verified": "true"}, {"email": None}])
def test_an_address_that_nobody_vouches_for_opens_nothing(session, cast, unsure):
    with pytest.raises(NotKnownHere):
        municipal.admit(session, claims(cast.coordinator, **unsure), PLAIN)


def test_another_claim_can_hold_the_address(session, cast):
    agreement = Agreement(ISSUER, address_claim="upn")
    told = {"sub": "1", "upn": cast.coordinator.email}
    assert municipal.admit(session, told, agreement) is cast.coordinator


def test_a_person_without_an_account_is_not_known(session, cast):
    with pytest.raises(NotKnownHere):
        municipal.admit(session, {"sub": "x", "email": "okand@trivsel.invalid", "email_verified": True}, PLAIN)


def test_an_account_that_is_switched_off_is_not_known(session, cast):
    municipal.admit(session, claims(cast.coordinator), PLAIN)
    cast.coordinator.is_active = False
    session.flush()
    with pytest.raises(NotKnownHere):
        municipal.admit(session, claims(cast.coordinator), PLAIN)


def test_the_assurance_asked_for_must_be_vouched_for(session, cast):
    agreement = Agreement(ISSUER, levels=frozenset({"loa3", "loa4"}))
    assert municipal.admit(session, claims(cast.coordinator, acr="loa3"), agreement) is cast.coordinator
    for told in ({"acr": "loa2"}, {}):
        with pytest.raises(AssuranceTooLow):
            municipal.admit(session, claims(cast.coordinator, **told), agreement)


def test_without_a_table_the_roles_stay_as_they_are(session, cast):
    before = roles(cast.coordinator)
    municipal.admit(session, claims(cast.coordinator, groups=["trivsel-admin"]), PLAIN)
    assert roles(cast.coordinator) == before


def test_with_a_table_the_claims_give_exactly_the_roles(session, cast):
    told = claims(cast.coordinator, groups=["trivsel-bedomare", "trivsel-nedlagd", "something"], title="Rektor")
    municipal.admit(session, told, WITH_TABLE)
    assert roles(cast.coordinator) == {(Role.ASSESSOR, "lindskolan"), (Role.HEAD_TEACHER, "lindskolan")}
    municipal.admit(session, claims(cast.coordinator, groups=["trivsel-admin"]), WITH_TABLE)
    assert roles(cast.coordinator) == {(Role.ADMINISTRATOR, None)}
    by = select(OrganisationChange.by_id).where(OrganisationChange.subject.startswith("account.roles"))
    assert set(session.scalars(by)) == {None}


def test_the_last_administrator_stays_one_whatever_the_claims_say(session, cast):
    municipal.admit(session, claims(cast.administrator), WITH_TABLE)
    assert roles(cast.administrator) == {(Role.ADMINISTRATOR, None)}
    boss = Actor(account_id=cast.administrator.id, roles=frozenset({(Role.ADMINISTRATOR, None)}))
    organisation.give_roles(session, cast.head_teacher, {(Role.ADMINISTRATOR, None)}, by=boss)
    municipal.admit(session, claims(cast.administrator), WITH_TABLE)
    assert roles(cast.administrator) == set()
