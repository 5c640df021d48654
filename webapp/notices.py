"""Notices on top of a page: what has just happened, or why this page is shown again."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from flask import flash, g, get_flashed_messages, session

Kind: TypeAlias = Literal["info", "success", "warning", "danger"]


@dataclass(frozen=True)
class Notice:
    """One notice, in the reader's language. It may stand in a cookie until the next page: no personal data in it.

    `of_form` is for a form that is shown again: what is added where that which was typed stands in it, None for other notices.
    """

    text: str
    title: str = ""
    kind: Kind = "info"
    of_form: str | None = None


def say(notice: Notice) -> None:
    """Show `notice` on the page this request answers with."""
    g.setdefault("notices", []).append(notice)


def say_next(text: str, kind: Kind = "success") -> None:
    """Show a notice on the next page, after a redirect."""
    flash(text, kind)


def take_back_next() -> None:
    """Let the next page say nothing of this request, which was taken back as a whole."""
    session.pop("_flashes", None)


def notices() -> list[Notice]:
    """The notices to show now; those carried over from the last page are shown once."""
    carried: list[tuple[Kind, str]] = list(get_flashed_messages(with_categories=True))  # type: ignore[arg-type]  # pairs, asked so
    return [*(Notice(text, kind=kind) for kind, text in carried), *g.get("notices", [])]
