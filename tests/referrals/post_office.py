"""A real post office for tests: keeps what it is given, and refuses, or takes its time, where it is told to."""

import asyncio
import email
import socket
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session


class PostOffice:
    """What an SMTP server does with the mail."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.refuses = False
        self.refused = 0
        #: addresses nobody lives at
        self.unknown: set[str] = set()
        self.says_of_unknown = "550 nobody of that name"
        #: takes the mail, and does not say so as long as this lasts
        self.keeps_silent = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.unknown:
            return self.says_of_unknown
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuses:
            self.refused += 1
            return "451 not now"
        self.taken.append(cast("bytes", envelope.content))
        while self.keeps_silent:  # noqa: ASYNC110 - set by a test, outside any loop
            await asyncio.sleep(0.02)
        return "250 OK"

    @property
    def message_ids(self) -> list[str]:
        """The Message-ID of each mail taken."""
        return [str(email.message_from_bytes(content)["Message-ID"]) for content in self.taken]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
