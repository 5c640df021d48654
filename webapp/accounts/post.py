"""Mail about accounts, written and sent beside the request, so that how long a page takes says nothing about who has an account."""

import logging
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial

from sqlalchemy import select

from referrals import db, mailer
from referrals.config import Settings
from referrals.models import Account
from referrals.people import account_mail, sign_in
from referrals.people.account_mail import AccountMail

_log = logging.getLogger("webapp.accounts")
_post = ThreadPoolExecutor(max_workers=2, thread_name_prefix="account-mail")
_on_their_way: set[Future[None]] = set()


def send_link(settings: Settings, email: str) -> None:
    """Send a link to choose a password to `email` (lower case), if there is an account that signs in with it."""
    _hand_over(partial(_send_link, settings, email))


def tell(settings: Settings, kind: AccountMail, account_id: uuid.UUID) -> None:
    """Tell the owner of an account what has become of it."""
    _hand_over(partial(_tell, settings, kind, account_id))


def wait_until_sent() -> None:
    """Come back when everything handed over has been tried."""
    wait(list(_on_their_way))


def _send_link(settings: Settings, email: str) -> None:
    with db.writing(settings.database) as session:
        account = session.scalars(select(Account).where(Account.email == email, Account.is_active)).one_or_none()
        if account is None:
            return
        letter = account_mail.letter(
            AccountMail.PASSWORD_LINK, account, settings, token=sign_in.make_link(session, account)
        )
    mailer.send(letter)


def _tell(settings: Settings, kind: AccountMail, account_id: uuid.UUID) -> None:
    with db.reading(settings.database) as session:
        letter = account_mail.letter(kind, session.get_one(Account, account_id), settings)
    mailer.send(letter)


def _hand_over(work: Callable[[], None]) -> None:
    future = _post.submit(_try, work)
    _on_their_way.add(future)
    future.add_done_callback(_on_their_way.discard)


def _try(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception as error:  # noqa: BLE001 - nobody waits for this thread: the log must say it, without an address
        _log.warning("a mail about an account was not sent: %s", type(error).__name__)
