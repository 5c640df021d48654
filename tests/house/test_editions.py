"""Each edition of the automatic work is recorded with what a worker of it knows, so that nothing new comes in without a word."""

import json
from pathlib import Path

from referrals.models import StepKind
from referrals.models.step import EDITION
from referrals.stages import Verb
from referrals.vocabulary import DocumentKind, MailKind

RECORDED = Path(__file__).with_name("editions.json")


def test_whatever_a_worker_must_know_stands_with_its_edition() -> None:
    """Something is new that a worker of the version before could not do: write it into editions.json, under a new edition (and raise
    EDITION) where the newest one stands in a release."""
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert list(recorded) == [str(edition) for edition in range(1, EDITION + 1)]
    known = {"steps": StepKind, "verbs": Verb, "papers": DocumentKind, "mails": MailKind}
    assert recorded[str(EDITION)] == {name: sorted(words) for name, words in known.items()}
