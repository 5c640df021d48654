"""Headers on every answer: nothing from another host, nothing inline, nothing kept in a cache or told to the next site."""

from flask import Flask, Response, request

from webapp import kept

_CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


#: what a process manager and a proxy ask on this machine, without a word about anybody
_ASKED_IN_CLEAR = frozenset({"health.alive", "health.ready", "metrics.show"})


def add_to(app: Flask, *, only_https: bool) -> None:
    """Put the headers on every answer of `app`; with `only_https` nothing is answered that came in clear."""
    app.after_request(_add_headers)
    if only_https:
        app.before_request(_refuse_plain_http)


def _refuse_plain_http() -> Response | None:
    # A browser that is sent on has told its cookies and its form to the whole way already: better it finds nothing here.
    if request.is_secure or request.endpoint in _ASKED_IN_CLEAR:
        return None
    return Response("Trivsel answers over HTTPS only.\n", 400, content_type="text/plain; charset=utf-8")


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if request.method == "POST" and "HX-Request" in request.headers:
        response.headers.setdefault(kept.SAVED, "no")
    response.headers.pop("Server", None)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
