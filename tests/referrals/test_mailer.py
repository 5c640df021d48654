"""The post: handed to a real SMTP server, or kept as files where none is named."""

import email
import smtplib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from referrals import config, mailer
from referrals.mailer import Letter
from tests.referrals.post_office import PostOffice, free_port

LETTER = Letter(
    to="karin.almkvist@trivsel.invalid", subject="HTL-7K4M: ett ärende har kommit in", body="Hej!\n\nLogga in för att läsa det.\n",
    language="sv", message_id="<0123@trivsel.invalid>", written_at=datetime(2026, 9, 16, 8, tzinfo=UTC),
)  # fmt: skip


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
def smtp(office: PostOffice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A running post office; the settings in the returned dict can be added to before something is sent."""

    def authenticate(
        _server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"trivsel", b"hemligt"), handled=False)

    values: dict[str, Any] = {"data": tmp_path, "smtp_host": "127.0.0.1", "smtp_port": free_port()}
    controller = Controller(
        office, hostname="127.0.0.1", port=values["smtp_port"], authenticator=authenticate, auth_require_tls=False
    )
    controller.start()
    monkeypatch.setattr(mailer, "current", lambda: config.Settings(**values))
    yield values
    controller.stop()


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=policy.default)


def test_a_domain_with_letters_of_its_own_goes_as_post_offices_write_it(
    office: PostOffice, smtp: dict[str, Any]
) -> None:
    mailer.send(replace(LETTER, to="maja@bläckfisk.invalid"))
    assert read(office.taken[0])["To"] == "maja@xn--blckfisk-1za.invalid"
    with pytest.raises(mailer.AddressRefused):
        mailer.send(replace(LETTER, to=f"maja@{'ä' * 70}.invalid"))


def test_a_letter_is_handed_to_the_post_office(office: PostOffice, smtp: dict[str, Any]) -> None:
    mailer.send(LETTER)
    message = read(office.taken[0])
    assert message["Subject"] == LETTER.subject
    assert message["To"] == LETTER.to
    assert message["Message-ID"] == LETTER.message_id
    assert message["Content-Language"] == "sv"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Wed, 16 Sep 2026 08:00:00 +0000"
    plain = message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == LETTER.body


def test_the_same_words_come_as_plain_text_and_as_a_page(office: PostOffice, smtp: dict[str, Any]) -> None:
    body = "Hej!\n\nLäs <här>:\nhttps://trivsel.invalid/referrals/HTL-7K4M\n\nDet går inte att svara.\n"
    mailer.send(replace(LETTER, body=body))
    message = read(office.taken[0])
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"], (
        "the best comes last"
    )
    html = message.get_body(("html",))
    assert html is not None
    page = lxml.html.document_fromstring(html.get_content())
    assert page.find("body").text_content().split() == body.split()
    assert (page.get("lang"), page.get("dir"), page.findtext("head/title")) == ("sv", "ltr", LETTER.subject)
    assert [link[2] for link in page.iterlinks()] == ["https://trivsel.invalid/referrals/HTL-7K4M"], (
        "nothing is fetched"
    )


def test_the_post_office_is_told_who_we_are_where_it_asks(office: PostOffice, smtp: dict[str, Any]) -> None:
    smtp |= {"smtp_username": "trivsel", "smtp_password": "hemligt"}
    mailer.send(LETTER)
    assert len(office.taken) == 1
    smtp["smtp_password"] = "falskt"
    with pytest.raises(OSError, match="535"):
        mailer.send(LETTER)


def test_a_letter_never_travels_in_the_clear_where_encryption_is_asked_for(
    office: PostOffice, smtp: dict[str, Any]
) -> None:
    smtp["smtp_starttls"] = True
    with pytest.raises(OSError, match="STARTTLS"):
        mailer.send(LETTER)
    assert office.taken == []


def test_a_post_office_that_refuses_is_a_failure_of_the_outside_world(office: PostOffice, smtp: dict[str, Any]) -> None:
    office.refuses = True
    with pytest.raises(OSError, match="451"):
        mailer.send(LETTER)


@pytest.mark.parametrize(
    "answer", ["550 nobody of that name", "550 5.1.1 nobody there", "552 5.2.2 the mailbox is full"]
)
def test_an_address_that_takes_nothing_is_told_without_saying_which(
    office: PostOffice, smtp: dict[str, Any], answer: str
) -> None:
    office.unknown, office.says_of_unknown = {LETTER.to}, answer
    with pytest.raises(mailer.AddressRefused) as refused:
        mailer.send(LETTER)
    assert (str(refused.value), refused.value.__suppress_context__) == ("", True), "errors end up in logs"


@pytest.mark.parametrize("answer", ["554 5.7.1 relaying denied", "552 too much of it", "450 4.2.1 not now"])
def test_a_post_office_that_does_not_let_us_says_nothing_of_the_address(
    office: PostOffice, smtp: dict[str, Any], answer: str
) -> None:
    office.unknown, office.says_of_unknown = {LETTER.to}, answer
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        mailer.send(LETTER)


def test_a_post_office_that_is_away_is_a_failure_of_the_outside_world(smtp: dict[str, Any]) -> None:
    smtp["smtp_port"] = free_port()
    with pytest.raises(mailer.OfficeAway, match="refused"):
        mailer.send(LETTER)


def test_a_post_office_that_keeps_silent_is_told_from_one_that_says_no(
    office: PostOffice, smtp: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer, "PATIENCE", 0.2)
    office.keeps_silent = True
    with pytest.raises(mailer.OfficeAway):
        mailer.send(LETTER)
    office.keeps_silent = False


def test_without_a_post_office_letters_are_kept_as_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(mailer, "current", lambda: config.Settings(data=tmp_path))
    mailer.send(LETTER)
    mailer.send(LETTER)
    (kept,) = (tmp_path / "mail").iterdir()
    assert kept.name == "0123.eml"
    assert read(kept.read_bytes())["Subject"] == LETTER.subject
