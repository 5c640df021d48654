"""Reports of mail that was not delivered: the standard's, whole or with headers only; whatever else comes says nothing."""

import pytest

from schemas import delivery_report

#: what a post office writes, as a widespread one words it
REPORT = b"""\
Return-Path: <>
Message-ID: <20260916081500.1A2B3C@post.kommunen.invalid>
From: MAILER-DAEMON@post.kommunen.invalid (Mail Delivery System)
To: trivsel@kommunen.invalid
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="line"

--line
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--line
Content-Type: message/delivery-status

Reporting-MTA: dns; post.kommunen.invalid
Arrival-Date: Wed, 16 Sep 2026 08:10:00 +0200

Final-Recipient: rfc822; nobody@kommunen.invalid
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--line
"""
WHOLE = b"""\
Content-Type: message/rfc822

From: trivsel@kommunen.invalid
Message-ID: <0123@kommunen.invalid>
Subject: HTL-7K4M-2Q9X: your part is asked for

Hello,
--line--
"""
HEADERS = b"""\
Content-Type: text/rfc822-headers

From: trivsel@kommunen.invalid
Message-ID: <0123@kommunen.invalid>
--line--
"""


@pytest.mark.parametrize("returned", [WHOLE, HEADERS], ids=["whole", "headers"])
def test_a_report_names_the_mail_that_came_back(returned: bytes) -> None:
    assert delivery_report.undelivered(REPORT + returned) == "<0123@kommunen.invalid>"


def test_lines_may_end_as_they_do_on_the_wire() -> None:
    content = (REPORT + WHOLE).replace(b"\n", b"\r\n")
    assert delivery_report.undelivered(content) == "<0123@kommunen.invalid>"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\x00 nothing anybody can read \n\n",
        b"From: somebody@kommunen.invalid\nMessage-ID: <0123@kommunen.invalid>\n\nHello, I am away until Monday.\n",
        (REPORT + WHOLE).replace(b"Action: failed", b"Action: delayed"),
        REPORT + b"Content-Type: text/plain\n\nnothing came back\n--line--\n",
        REPORT + HEADERS.replace(b"Message-ID: <0123@kommunen.invalid>\n", b""),
    ],
    ids=["empty", "broken", "an absence", "only late", "nothing returned", "no name"],
)
def test_what_says_of_no_mail_that_it_failed_says_nothing(content: bytes) -> None:
    assert delivery_report.undelivered(content) is None
