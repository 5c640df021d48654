"""What a proxy says about who asks and how is believed only as far as there are proxies of our own."""

import pytest
from flask import request

from webapp import create_app
from webapp.guards import public

TOLD = {
    "X-Forwarded-For": "203.0.113.7, 198.51.100.2",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "trivsel.invalid",
}


@pytest.fixture
def asked(settings, app):
    """What the application believes behind so many proxies."""

    def ask(proxies):
        application = create_app(settings.model_copy(update={"proxies": proxies}))
        application.testing = True
        application.add_url_rule(
            "/seen", "seen", public(lambda: f"{request.remote_addr} {request.scheme} {request.host}"), methods=["GET"]
        )
        return application.test_client().get("/seen", headers=TOLD)

    return ask


def test_without_proxies_of_our_own_nobody_is_believed(asked):
    answer = asked(0)
    assert answer.text == "127.0.0.1 http localhost"
    assert "Strict-Transport-Security" not in answer.headers


def test_one_proxy_is_believed_about_its_neighbour_and_no_further(asked):
    answer = asked(1)
    assert answer.text == "198.51.100.2 https trivsel.invalid"
    assert answer.headers["Strict-Transport-Security"]
