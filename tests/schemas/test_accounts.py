"""What comes in around signing in: the municipality's table of claims, roles and units."""

import pytest

from referrals.access import Role
from referrals.errors import SetupFileInvalid
from referrals.people.municipal import Grant
from schemas.accounts import AddressForm, read_grants

ROW = '[[role]]\nclaim = "groups"\nvalue = "HTL"\nrole = "{role}"\nunit = "{unit}"\n'


def test_the_table_says_who_holds_which_role_where(tmp_path):
    (tmp_path / "roles.toml").write_text(
        ROW.format(role="assessor", unit="lindskolan")
        + '[[role]]\nclaim = "groups"\nvalue = "A"\nrole = "administrator"\n'
    )
    assert read_grants(tmp_path / "roles.toml") == (
        Grant("groups", "HTL", Role.ASSESSOR, "lindskolan"),
        Grant("groups", "A", Role.ADMINISTRATOR),
    )


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (ROW.format(role="queen", unit="lindskolan"), "role"),
        (ROW.format(role="assessor", unit=""), "needs one"),
        (ROW.format(role="administrator", unit="lindskolan"), "has no unit"),
        ("[[role]]\nclaim = \n", "line 2"),
        ('role = "x"\n', "Invalid"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused_with_the_reason(tmp_path, written, why):
    (tmp_path / "roles.toml").write_text(written)
    with pytest.raises(SetupFileInvalid, match=why):
        read_grants(tmp_path / "roles.toml")


def test_a_table_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SetupFileInvalid, match=r"roles\.toml"):
        read_grants(tmp_path / "roles.toml")


def test_an_address_is_taken_without_the_blanks_around_it():
    assert AddressForm().load({"email": "karin@trivsel.invalid"})["email"] == "karin@trivsel.invalid"
