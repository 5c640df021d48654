"""Pages: put together from templates and plain values, with what every page shows around them."""

import re
from typing import Any

from flask import Flask, Response, g, make_response, render_template, request
from markupsafe import Markup

from referrals.languages import direction
from referrals.vocabulary import DeadlineSource, shared_words
from webapp import navigation, notices, page_help, people, transactions
from webapp.language import language, languages_here
from webapp.static_files import asset_url

#: what a hidden field names a row, a version or an instant by, which nobody typed
_IDENTITY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}|\d{4}-\d\d-\d\dT\S+")


def page(template: str, status: int = 200, **values: Any) -> Response:
    """The page made of `templates/pages/<template>` and `values`. Refused forms are shown again with status 422."""
    return make_response(render_template(f"pages/{template}", **values), status)


def add_to(app: Flask) -> None:
    """Give templates and their components what they need around a page's own values."""
    app.jinja_env.globals.update(
        asset=asset_url,
        icon=icon,
        page_path=page_path,
        page_help=page_help.help_here,
        page_language=language,
        page_direction=lambda: direction(language()),
        languages_here=languages_here,
        account=people.account,
        municipality=people.municipality,
        notices=notices.notices,
        day_sources=DeadlineSource,
        is_demo=lambda: transactions.settings().is_demo,
        main_navigation=navigation.main_navigation,
        protection_name=navigation.protection_name,
        has_page=navigation.has_page,
        unclaimed_texts=unclaimed_texts,
        shared_words=shared_words.groups,
        words_meant=shared_words.words,
        added_row=lambda: g.get("added_row", ""),
    )


def page_path() -> str:
    """The address of the page being shown, also while it is the answer to a form sent elsewhere."""
    path: str = g.get("page_path") or request.path
    return path


def icon(name: str) -> Markup:
    """A picture from our sprite, for the eye only; the words beside it say the same."""
    return Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>').format(
        asset_url("vendor/icons.svg"), name
    )


def unclaimed_texts() -> list[str]:
    """Longer texts somebody typed in a form that this page has no place for any more, so that they can be copied."""
    kept = g.get("kept_form")
    if kept is None or g.get("kept_form_claimed"):
        return []
    starters = g.get("starters", frozenset())
    typed = [value for name, value in kept.items(multi=True) if "password" not in name and value not in starters]
    return [text for text in typed if len(text) > 20 and not _IDENTITY.fullmatch(text)]
