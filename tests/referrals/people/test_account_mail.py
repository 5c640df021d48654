"""Mail about an account: in its reader's language, to its owner only, and with nothing in it but the link."""

import pytest

from referrals.config import Settings
from referrals.people import account_mail
from referrals.people.account_mail import AccountMail

SETTINGS = Settings(public_url="https://trivsel.invalid/", mail_from="trivsel@lindkoping.invalid")


@pytest.mark.parametrize("kind", list(AccountMail))
@pytest.mark.parametrize("language", ["sv", "da", "en"])
def test_every_mail_has_words_and_a_link_and_names_nobody(session, cast, kind, language):
    cast.coordinator.language = language
    letter = account_mail.letter(kind, cast.coordinator, SETTINGS, token="abc")
    assert letter.to == cast.coordinator.email
    assert letter.language == language
    assert letter.subject
    assert "\n" not in letter.subject
    assert f"https://trivsel.invalid{account_mail.PATHS[kind]}abc" in letter.body
    assert "Karin" not in letter.subject + letter.body
    assert letter.message_id.endswith("@lindkoping.invalid>")


def test_the_same_mail_says_it_in_the_readers_language(session, cast):
    told = set()
    for language in ("sv", "da", "en"):
        cast.coordinator.language = language
        told.add(account_mail.letter(AccountMail.PASSWORD_LINK, cast.coordinator, SETTINGS).subject)
    assert len(told) == 3
