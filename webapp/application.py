"""The web application put together: settings, keys, rooms, guards, errors and headers, in the order in which they count."""

import importlib
import importlib.util
from pathlib import Path
from urllib.parse import unquote_to_bytes

from flask import Flask, abort, request
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from referrals import config, db
from referrals.operations import production
from webapp import (
    accounts,
    errors,
    guards,
    headers,
    health,
    language,
    metrics,
    pages,
    static_files,
    transactions,
    uploads,
    watching,
)
from webapp.accounts import municipal, routes, sessions  # noqa: F401 - `routes` hangs up the pages

TEMPLATES = Path(__file__).parent.parent / "templates"
#: the largest body taken, in bytes; a field of 100,000 characters, each sent as up to nine bytes, must reach its form.
#: Forms with files have a limit of their own: `uploads.LARGEST_BODY`
LARGEST_BODY = 4_000_000
#: the rooms with a blueprint of that name each
ROOMS = (
    "intake",
    "guardian",
    "casework",
    "forums",
    "rounds",
    "learning",
    "development",
    "patterns",
    "administration",
    "words",
    "api",
)


def make_application(settings: config.Settings | None = None) -> Flask:
    """The web application for `settings`, by default those of this process's environment."""
    chosen = settings or config.current()
    ring = production.open_keys_and_date(chosen)
    if not chosen.is_demo:
        with db.reading(chosen.database) as session:
            production.refuse_demonstration(session)
    app = Flask("webapp", static_folder=None, template_folder=str(TEMPLATES))
    app.extensions["trivsel"] = chosen
    app.config.update(
        SECRET_KEY=ring.web,
        # Browsers do not keep cookies of one host's ports apart: two copies side by side would sign each other out.
        # The prefix lets browsers take the cookie only over HTTPS, from this host, for the whole of it.
        SESSION_COOKIE_NAME=f"trivsel-{chosen.port}" if chosen.is_demo else "__Host-trivsel",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not chosen.is_demo,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        WTF_CSRF_TIME_LIMIT=None,  # a token is good as long as the cookie it belongs to
        WTF_CSRF_SSL_STRICT=False,  # the cookie and our own referrer policy answer for that
    )
    if chosen.proxies:
        # What a proxy says is believed only as far as there are proxies of our own; by default nobody is.
        near = chosen.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=near, x_proto=near, x_host=near)  # type: ignore[method-assign]
    app.extensions["trivsel.figures"] = metrics.with_installation(watching.add_to(app))
    _prepare_templates(app)
    uploads.add_to(app)
    guards.add_to(app)
    app.before_request(_refuse_broken_encoding)
    CSRFProtect(app)
    app.teardown_request(lambda _error: transactions.turn_back())
    headers.add_to(app, only_https=not chosen.is_demo)
    app.after_request(sessions.set_device_cookie)
    municipal.add_to(app, chosen)
    errors.add_to(app)
    for blueprint in (static_files.blueprint, health.blueprint, metrics.blueprint, accounts.blueprint):
        app.register_blueprint(blueprint)
    for room in ROOMS:
        if importlib.util.find_spec(f"webapp.{room}"):
            app.register_blueprint(importlib.import_module(f"webapp.{room}").blueprint)
    return app


def _prepare_templates(app: Flask) -> None:
    app.jinja_options = {
        **app.jinja_options,
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "extensions": ["jinja2.ext.i18n"],
    }
    language.add_to(app)
    pages.add_to(app)


def _refuse_broken_encoding() -> None:
    """A form whose bytes are not UTF-8 gets a page that says so, before half of it is read."""
    if request.mimetype != "application/x-www-form-urlencoded":
        return
    try:
        unquote_to_bytes(request.get_data().replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        abort(400)
