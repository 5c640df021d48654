"""What a person sees when something cannot be done: the page, with the words of `webapp/error_answers.py`."""

import math
import secrets
from dataclasses import replace
from typing import Any

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from referrals import errors as core
from referrals.operations import logs
from referrals.vocabulary import N_
from webapp import kept, people, transactions
from webapp.error_answers import OF_CORE, OF_HTTP, Answer
from webapp.language import gettext, time_of_day

#: whoever acts without an account is called by what they are
_NO_ACCOUNT = {"reporter": N_("The reporter"), "guardian": N_("A guardian"), "system": "Trivsel"}

#: what whoever was overtaken by themselves is told, such as from another window
_OWN_NEWER = N_("You have done something here yourself meanwhile, at %(time)s")
#: and not that what they sent has changed nothing: pressed twice, it was the first press that counted
_AS_IT_IS = N_("This is how it stands now.")


def answer_to(error: Exception) -> Answer | None:
    """Status and words for an error of the core or the database, in the page's language; None for what the table does not know."""
    if isinstance(error, core.AlreadyMoved) and error.by_id is not None and error.by_id == people.actor().account_id:
        own = replace(OF_CORE[core.AlreadyMoved], title=_OWN_NEWER, text=_AS_IT_IS)
        return _in_words(own, time=time_of_day(error.at))
    for kind in type(error).__mro__:
        if kind in OF_CORE:
            found = OF_CORE[kind]
            values = {}
            if isinstance(error, core.AlreadyMoved):
                values = {"who": gettext(_NO_ACCOUNT.get(error.who, error.who)), "time": time_of_day(error.at)}
            if isinstance(error, core.TooManyTries):
                values = {"minutes": str(math.ceil(error.seconds / 60))}
            return _in_words(found, **values)
    return None


def _in_words(found: Answer, **values: str) -> Answer:
    """The answer in the page's language, with its values put in."""
    return replace(
        found,
        title=gettext(found.title, **values),
        text=gettext(found.text, **values),
        of_form=gettext(found.of_form) if found.of_form else "",
        without_form=gettext(found.without_form) if found.without_form else "",
    )


def with_wait(response: Response, error: Exception) -> Response:
    """The answer, saying in a header how long to wait where that is why it was refused."""
    if isinstance(error, core.TooManyTries):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def add_to(app: Flask) -> None:
    """Answer every error with a page."""
    app.register_error_handler(HTTPException, _http_page)
    app.register_error_handler(CSRFError, _kept_or_page)
    app.register_error_handler(core.ReferralError, _kept_or_page)
    app.register_error_handler(OperationalError, _kept_or_page)
    app.register_error_handler(Exception, _incident_page)


def _kept_or_page(error: Exception) -> Response:
    answer = answer_to(error)
    if answer is None:
        return _incident_page(error)
    transactions.turn_back()
    if answer.keeps_form and request.method == "POST" and isinstance(error, CSRFError):
        again = kept.page_again(answer.notice, answer.status)
        if again is not None:
            return again
    if isinstance(error, OperationalError):
        current_app.logger.warning("the database did not answer: %s", type(error.orig).__name__)
    if request.method == "POST" and not isinstance(error, CSRFError):  # what a forged form holds is nobody's words
        kept.show_texts()
    return with_wait(_page(answer), error)


def _http_page(error: HTTPException) -> Response:
    transactions.turn_back()
    if error.code is not None and 300 <= error.code < 400:
        return make_response(error.get_response())
    status = {401: 404, 403: 404}.get(error.code or 500, error.code or 500)
    found = OF_HTTP.get(status, OF_HTTP[400 if status < 500 else 500])
    response = _page(Answer(status, gettext(found.title), gettext(found.text)))
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _incident_page(error: Exception) -> Response:
    """A neutral page with a number; the log gets the same number, the class and the place, and never the values."""
    transactions.turn_back()
    if current_app.testing:
        raise error
    incident = secrets.token_hex(4)
    current_app.logger.error(
        "incident %s: %s at %s, %s",
        incident,
        type(error).__name__,
        request.endpoint,
        logs.place_in(error.__traceback__),
    )
    found = OF_HTTP[500]
    return _page(Answer(500, gettext(found.title), gettext(found.text)), incident=incident)


def _page(answer: Answer, **values: Any) -> Response:
    g.pop("notices", None)  # what the page that failed had to say
    return make_response(
        render_template("pages/errors/error.html", answer=answer, incident=values.get("incident")), answer.status
    )
