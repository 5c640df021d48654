"""Mail about an account itself: a link to choose a password, and word of a change, so that nobody misses what they did not do."""

import uuid
from enum import StrEnum
from typing import Final

from referrals import clock, languages
from referrals.config import Settings
from referrals.mailer import Letter
from referrals.models import Account
from referrals.notifications import environment


class AccountMail(StrEnum):
    """What the mail is about; the folder of its words."""

    PASSWORD_LINK = "account_password_link"
    PASSWORD_CHANGED = "account_password_changed"
    SECOND_FACTOR_CHANGED = "account_second_factor_changed"


#: where the link in each leads; the one to choose a password has its token added
PATHS: Final = {
    AccountMail.PASSWORD_LINK: "/new-password/",
    AccountMail.PASSWORD_CHANGED: "/sign-in",
    AccountMail.SECOND_FACTOR_CHANGED: "/sign-in",
}


def letter(kind: AccountMail, account: Account, settings: Settings, *, token: str = "") -> Letter:
    """The mail as it goes out, in its reader's language."""
    words = environment(languages.known_language(account.language))
    values = {"link": f"{settings.base_url}{PATHS[kind]}{token}"}
    return Letter(
        to=account.email,
        subject=words.get_template(f"emails/{kind}/subject.txt").render(values).strip(),
        body=words.get_template(f"emails/{kind}/body.txt").render(values),
        language=languages.known_language(account.language),
        message_id=f"<{uuid.uuid4().hex}@{settings.mail_from.rpartition('@')[2]}>",
        written_at=clock.machine_now(),
    )
