"""Pages: put together from templates and plain values, with what every page shows around them."""

from typing import Any

from flask import Flask, Response, g, make_response, render_template, request
from markupsafe import Markup

from referrals.languages import direction
from referrals.vocabulary import DeadlineSource, shared_words
from webapp import forms, kept, navigation, notices, page_help, people, screens, transactions, typed_texts
from webapp.language import gettext, language, languages_here
from webapp.static_files import asset_url

#: hidden field with the version that was seen, which each form has
_SEEN = "seen"


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
        notice_text=notice_text,
        unclaimed_texts=unclaimed_texts,
        stands_in_form=stands_in_form,
        kept_saved=kept.saved,
        is_for_all_to_see=screens.is_asked_for,
        screen_asked_for=screens.asked_for,
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
    """What somebody typed in a form, or a part of one, that this page has no place for any more, so that it can be copied."""
    _, homeless = forms.kept_by_place()
    starters = g.get("starters", frozenset())
    return [
        value
        for name, value in homeless.items(multi=True)
        if value not in starters and typed_texts.is_typed(name, value)
    ]


def stands_in_form() -> bool:
    """Whether something of what was typed stands in a form on this page, once it is put together."""
    standing, _ = forms.kept_by_place()
    return any(value for name, value in standing.items(multi=True) if name != _SEEN)


def notice_text(said: notices.Notice) -> str:
    """What a notice says above a page that is put together; one about a form says too where what was typed stands, if it does."""
    if said.of_form is None:
        return said.text
    if stands_in_form():
        return f"{said.text} {said.of_form}".strip()
    if unclaimed_texts():
        return f"{said.text} {gettext('What you typed stands last on this page: copy what you still need.')}"
    return said.text
