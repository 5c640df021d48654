"""Who gets past the door: every route carries exactly one of these guards, and a route without one answers nobody."""

import functools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, abort, current_app, make_response, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import selectinload
from werkzeug.routing import BaseConverter

from referrals import access
from referrals.access import Role, View
from referrals.errors import NoSuchReferral, ReferralError
from referrals.models.referral import Referral
from referrals.stages import MOVE_BY_VERB, Verb
from webapp import errors, kept, notices, people, transactions
from webapp.accounts import sessions
from webapp.language import gettext

ViewFunction = TypeVar("ViewFunction", bound=Callable[..., ResponseReturnValue])


@dataclass(frozen=True)
class Guard:
    """What a route asks of whoever comes: read by the house test and by the last door before the view."""

    kind: str
    roles: frozenset[Role] = frozenset()
    needs: View | Verb | None = None


class ReferenceConverter(BaseConverter):
    """A reference number in an address, in capitals however it was typed."""

    regex = "[0-9A-Za-z]{2,6}(?:-[0-9A-Za-z]{2,6}){1,3}"

    def to_python(self, value: str) -> str:
        """The number as it is kept."""
        return value.upper()


def public(view: ViewFunction) -> Callable[..., ResponseReturnValue]:
    """Anybody may come, without a sign-in."""
    return _guarded(view, Guard("public"), lambda arguments: arguments)


def signed_in(*roles: Role) -> Callable[[ViewFunction], Callable[..., ResponseReturnValue]]:
    """Somebody who is signed in and, where `roles` are named, holds one of them in any unit; everybody else gets a 404."""

    def decorate(view: ViewFunction) -> Callable[..., ResponseReturnValue]:
        def admit(arguments: dict[str, Any]) -> dict[str, Any]:
            somebody = _account()
            if roles and not somebody.has_role(*roles):
                abort(404)
            return arguments

        return _guarded(view, Guard("signed_in", frozenset(roles)), admit)

    return decorate


def for_referral(needs: View | Verb = View.REFERRAL) -> Callable[[ViewFunction], Callable[..., ResponseReturnValue]]:
    """Somebody who may look at this view of the referral, or do this verb to it; unknown and forbidden give the same 404.

    The address holds `<reference:number>`; the view gets the row as `referral` instead of `number`.
    """

    def decorate(view: ViewFunction) -> Callable[..., ResponseReturnValue]:
        def admit(arguments: dict[str, Any]) -> dict[str, Any]:
            _account()
            return {"referral": _find_referral(arguments.pop("number"), needs), **arguments}

        return _guarded(view, Guard("for_referral", needs=needs), admit)

    return decorate


class _SignInFirst(Exception):
    """Nobody is signed in, and the page is for staff."""


def _guarded(
    view: ViewFunction, guard: Guard, admit: Callable[[dict[str, Any]], dict[str, Any]]
) -> Callable[..., ResponseReturnValue]:
    @functools.wraps(view)
    def door(**arguments: Any) -> ResponseReturnValue:
        try:
            admitted = admit(arguments)
        except _SignInFirst:
            return _sign_in_first()
        if transactions.is_reading():
            _show_waiting_form()
            return view(**admitted)
        if (same_page := kept.page_only()) is not None:
            return same_page
        return _decide(view, admitted)

    door.guards = (*getattr(view, "guards", ()), guard)  # type: ignore[attr-defined]
    return door


def _decide(view: Callable[..., ResponseReturnValue], admitted: dict[str, Any]) -> ResponseReturnValue:
    """Let the view do what was asked: kept if it answers well, taken back as a whole if not."""
    try:
        response = make_response(view(**admitted))
        if response.status_code < 400:
            transactions.commit()
        else:
            transactions.turn_back()
    except (ReferralError, OperationalError) as refused:
        answer = errors.answer_to(refused)
        if answer is None or not answer.keeps_form:
            raise
        again = kept.page_again(notices.Notice(answer.text, answer.title, "warning"), answer.status)
        if again is None:
            raise
        return again
    return response


def _account() -> people.SignedIn:
    somebody = people.account()
    if somebody is None:
        raise _SignInFirst
    return somebody


def _sign_in_first() -> Response:
    """To the sign-in page, and afterwards back here, with what was typed if the session ran out under it."""
    page = request.path
    if not transactions.is_reading():
        whose = sessions.run_out_account()
        waiting = kept.keep_for(whose) if whose else None
        if waiting:
            cookie[sessions.WAITING_FORM] = str(waiting.id)
        page = waiting.path if waiting else "/"
    elif request.query_string:
        page = request.full_path
    response = redirect(f"{url_for('accounts.sign_in')}?{urlencode({'next': page})}", 303)
    return make_response(response)


def _show_waiting_form() -> None:
    waiting, somebody = cookie.get(sessions.WAITING_FORM), people.account()
    if not waiting or not somebody or request.method != "GET":
        return
    if kept.take_out(uuid.UUID(waiting), somebody.id):
        cookie.pop(sessions.WAITING_FORM)
        notices.say(
            notices.Notice(
                gettext("You were signed out while you wrote. What you typed is kept below; send it again."),
                kind="info",
            )
        )


def _find_referral(number: str, needs: View | Verb) -> Referral:
    found = (
        transactions.session()
        .scalars(
            select(Referral)
            .where(Referral.number == number)
            .options(selectinload(Referral.memberships), selectinload(Referral.unit), selectinload(Referral.owner))
        )
        .one_or_none()
    )
    if found is None:
        raise NoSuchReferral
    who = access.parties(people.actor(), found.facts())
    allowed = MOVE_BY_VERB[needs].by if isinstance(needs, Verb) else access.MAY_VIEW.get(needs, frozenset())
    if not who & allowed:
        raise NoSuchReferral
    return found


def refuse_unguarded() -> None:
    """Before any view: a route that carries no guard, or two, is closed to everybody."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and len(getattr(view, "guards", ())) != 1:
        current_app.logger.error("the route %s has no single guard", request.endpoint)
        abort(404)


def add_to(app: Flask) -> None:
    """Let addresses hold reference numbers, find out who is asking, and close every route without a guard."""
    app.url_map.converters["reference"] = ReferenceConverter
    app.before_request(refuse_unguarded)
    app.before_request(sessions.recognise)
