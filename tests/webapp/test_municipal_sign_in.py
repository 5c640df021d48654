"""Signing in with the municipality, against a real provider in a process of its own, with real redirects."""

import base64
import hashlib
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select, update

from referrals import db
from referrals.access import Role
from referrals.clock import machine_now
from referrals.errors import SetupFileInvalid
from referrals.models import Account, MunicipalAttempt, MunicipalIdentity, WebSession
from referrals.people import second_factor
from tests.webapp.browsing import Browser, Page
from tests.webapp.provider import free_port, go_and_come_back, go_there, know_person, running_provider, sign_in_there
from webapp import create_app
from webapp.accounts.provider import Journey, Provider, ProviderAway, ReturnRefused

KARIN = "karin.almkvist@trivsel.invalid"
CLIENT = "trivsel"


@pytest.fixture(scope="module")
def provider():
    with running_provider("--require-nonce", "true") as address:
        yield address


@pytest.fixture
def agreed(settings, provider, app):
    """Makes the application with more agreed: `agreed(oidc_acr="loa3")`."""

    def make(**more):
        told = {"oidc_issuer": provider, "oidc_client_id": CLIENT, "oidc_client_secret": "hush", **more}
        application = create_app(settings.model_copy(update=told))
        application.testing = True
        return application

    return make


@pytest.fixture
def karin(provider):
    """What the provider calls Karin, with an address it vouches for."""
    know_person(provider, "karin", email=KARIN, email_verified=True)
    return "karin"


def the_session(settings):
    with db.reading(settings.database) as session:
        return session.scalars(select(WebSession)).one_or_none()


def refused(answer, status, words):
    page = Page(answer, "/sign-in/municipal/return")
    assert answer.status_code == status
    assert page.heading == "You were not signed in"
    assert words in page.text
    return page


def test_staff_sign_in_through_the_municipality_and_land_where_they_wanted(agreed, settings, karin):
    browser = Browser(agreed().test_client())
    page = browser.get("/sign-in", query_string={"next": "/board"})
    links = [link.get("href") for link in page.all("a") if (link.get("href") or "").startswith("/sign-in/municipal")]
    assert links == ["/sign-in/municipal?next=/board"]
    answer = go_and_come_back(browser.client, karin, "/board")
    assert (answer.status_code, answer.location) == (303, "/board")
    assert "Karin Almkvist" in browser.get("/board").response.text
    assert the_session(settings).is_municipal


def test_without_a_provider_there_is_no_such_door(browser):
    assert "Sign in with the municipality" not in browser.get("/sign-in").text
    browser.get("/sign-in/municipal", status=404)
    browser.get("/sign-in/municipal/return", status=404)


def test_it_leads_only_to_pages_of_ours(agreed, karin):
    assert "evil" not in go_and_come_back(agreed().test_client(), karin, "//evil.example/").location


def test_the_way_there_carries_state_nonce_and_the_public_half_of_a_proof(agreed, settings):
    asked = parse_qs(urlsplit(go_there(agreed(oidc_acr="loa3 loa4").test_client())).query)
    with db.reading(settings.database) as session:
        kept = session.scalars(select(MunicipalAttempt)).one()
    proof = base64.urlsafe_b64encode(hashlib.sha256(kept.verifier.encode()).digest()).rstrip(b"=").decode()
    assert asked["code_challenge"] == [proof]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["nonce"] == [kept.nonce]
    assert asked["acr_values"] == ["loa3 loa4"]
    assert asked["response_type"] == ["code"]
    assert asked["state"][0] not in kept.state_digest


def test_the_private_half_of_the_proof_is_shown_when_the_code_is_handed_in(agreed, settings, karin, monkeypatch):
    sent = []
    post = requests.Session.request

    def watch(self, method, url, **options):
        sent.append(dict(options.get("data") or {}))
        return post(self, method, url, **options)

    client = agreed().test_client()
    back = sign_in_there(go_there(client), karin)
    with db.reading(settings.database) as session:
        kept = session.scalars(select(MunicipalAttempt)).one()
    monkeypatch.setattr(requests.Session, "request", watch)
    client.get(back)
    assert [each["code_verifier"] for each in sent if "code_verifier" in each] == [kept.verifier]


def test_a_return_serves_once(agreed, settings, karin):
    client = agreed().test_client()
    back = sign_in_there(go_there(client), karin)
    cookie = client.get_cookie(f"trivsel-{settings.port}").value
    assert client.get(back).status_code == 303
    client.set_cookie(f"trivsel-{settings.port}", cookie)  # as a thief would who had copied it on the way
    refused(client.get(back), 400, "broken off")


def test_a_return_in_another_browser_signs_nobody_in(agreed, settings, karin):
    application = agreed()
    mine = sign_in_there(go_there(application.test_client()), karin)
    victim = application.test_client()
    go_there(victim)
    refused(victim.get(mine), 400, "broken off")
    assert the_session(settings) is None


def test_a_return_that_took_too_long_is_refused(agreed, settings, karin):
    client = agreed().test_client()
    back = sign_in_there(go_there(client), karin)
    with db.writing(settings.database) as session:
        session.execute(update(MunicipalAttempt).values(began_at=machine_now() - timedelta(minutes=11)))
    refused(client.get(back), 400, "broken off")


def test_attempts_that_never_came_back_are_deleted(agreed, settings):
    client = agreed().test_client()
    go_there(client)
    with db.writing(settings.database) as session:
        session.execute(update(MunicipalAttempt).values(began_at=machine_now() - timedelta(minutes=11)))
    go_there(client)
    with db.reading(settings.database) as session:
        assert len(session.scalars(select(MunicipalAttempt)).all()) == 1


def test_an_invented_return_is_refused(agreed):
    refused(agreed().test_client().get("/sign-in/municipal/return?state=&code=x"), 400, "broken off")


def test_who_says_no_there_is_told_that_nothing_happened(agreed, settings, karin):
    client = agreed().test_client()
    address = go_there(client)
    state = parse_qs(urlsplit(address).query)["state"][0]
    sign_in_there(address, karin, deny=True)
    back = urlencode({"error": "access_denied", "state": state})
    refused(client.get(f"/sign-in/municipal/return?{back}"), 400, "Nothing has happened")
    assert the_session(settings) is None


def test_a_code_that_the_provider_never_gave_is_refused(agreed):
    client = agreed().test_client()
    state = parse_qs(urlsplit(go_there(client)).query)["state"][0]
    refused(client.get(f"/sign-in/municipal/return?code=invented&state={state}"), 400, "could not be trusted")


@pytest.mark.parametrize(
    "lie",
    [
        {"aud": "another-application"},
        {"aud": [CLIENT, "another-application"]},
        {"azp": "another-application"},
        {"iss": "https://elsewhere.invalid"},
        {"nonce": "from-another-time"},
        {"exp": 1},
        {"iat": 4102444800},
    ],
    ids=lambda lie: next(iter(lie)),
)
def test_a_token_that_is_not_for_us_now_is_refused(agreed, settings, provider, lie):
    know_person(provider, "liar", email=KARIN, email_verified=True, **lie)
    refused(go_and_come_back(agreed().test_client(), "liar"), 400, "could not be trusted")
    assert the_session(settings) is None


def test_an_expired_token_is_refused_also_from_a_provider_that_gives_nothing_else(agreed, settings):
    with running_provider("--token-max-age", "-3600") as stale:
        know_person(stale, "karin", email=KARIN, email_verified=True)
        refused(go_and_come_back(agreed(oidc_issuer=stale).test_client(), "karin"), 400, "could not be trusted")
    assert the_session(settings) is None


def test_a_token_signed_by_somebody_else_is_refused(agreed, settings, provider, karin):
    with running_provider() as other:
        known = Provider(
            settings.model_copy(update={"oidc_issuer": provider, "oidc_client_id": CLIENT}), return_url="http://x/"
        )
        client = agreed(oidc_issuer=other).test_client()
        know_person(other, "karin", email=KARIN, email_verified=True)
        back = parse_qs(urlsplit(sign_in_there(go_there(client), "karin")).query)
        typed = {"grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": "http://127.0.0.1:8080/sign-in/municipal/return"}  # fmt: skip
        token = requests.post(f"{other}/oauth2/token", data=typed, auth=(CLIENT, "x"), timeout=10).json()["id_token"]
        for told in (token, "a.b.c", "", token.rsplit(".", 1)[0] + "."):
            with pytest.raises(ReturnRefused):
                known._read(told, nonce="n")


@pytest.mark.parametrize("alg", ["none", "RS256", "HS256"])
def test_right_claims_under_no_signature_or_one_of_ones_own_are_refused(settings, provider, alg):
    known = Provider(
        settings.model_copy(update={"oidc_issuer": provider, "oidc_client_id": CLIENT}), return_url="http://x/"
    )
    now = int(machine_now().timestamp())
    claims = {"iss": provider, "aud": CLIENT, "sub": "karin", "iat": now, "exp": now + 300, "nonce": "n"}
    if alg == "none":
        halves = [json.dumps(each).encode() for each in ({"alg": alg}, claims)]
        token = ".".join([*(base64.urlsafe_b64encode(half).decode().rstrip("=") for half in halves), ""])
    else:
        own = {"RS256": RSAKey.generate_key(2048), "HS256": OctKey.generate_key(256)}[alg]
        token = jwt.encode({"alg": alg}, claims, own, algorithms=[alg])
    with pytest.raises(ReturnRefused):
        known._read(token, nonce="n")


def test_a_person_the_municipality_knows_and_we_do_not_is_told_so(agreed, settings, provider):
    know_person(provider, "stranger", email="okand@trivsel.invalid", email_verified=True)
    refused(go_and_come_back(agreed().test_client(), "stranger"), 403, "there is no account for you here")
    assert the_session(settings) is None


def test_an_address_nobody_verified_opens_nothing(agreed, provider):
    know_person(provider, "pretender", email=KARIN, email_verified=False)
    refused(go_and_come_back(agreed().test_client(), "pretender"), 403, "there is no account")


def test_too_little_assurance_is_refused_with_what_to_do(agreed, settings, provider):
    know_person(provider, "weak", email=KARIN, email_verified=True, acr="loa2")
    refused(go_and_come_back(agreed(oidc_acr="loa3").test_client(), "weak"), 403, "choose the stronger way")
    assert the_session(settings) is None


def test_e_identification_comes_through_the_same_door_and_counts_as_a_second_factor(agreed, settings, provider):
    know_person(provider, "strong", email=KARIN, email_verified=True, acr="loa3")
    browser = Browser(agreed(oidc_acr="loa3", second_factor="everybody").test_client())
    assert go_and_come_back(browser.client, "strong").status_code == 303
    assert the_session(settings).is_strong
    assert browser.get("/account").heading == "Your account"


def test_without_an_assurance_agreed_the_own_second_factor_is_still_asked_for(agreed, settings, karin):
    import pyotp

    with db.writing(settings.database) as session:
        owner = session.scalars(select(Account).where(Account.email == KARIN)).one()
        factor = second_factor.begin(session, owner)
        second_factor.confirm(session, owner, pyotp.TOTP(factor.secret).at(int(machine_now().timestamp())))
    browser = Browser(agreed().test_client())
    answer = go_and_come_back(browser.client, karin, "/board")
    assert answer.location == "/sign-in/code?next=/board"
    assert browser.get("/board").heading == "Your code"


def test_roles_and_units_come_from_the_municipalitys_table(agreed, settings, provider, tmp_path):
    table = tmp_path / "roles.toml"
    table.write_text(
        '[[role]]\nclaim = "groups"\nvalue = "HTL-rektor"\nrole = "head_teacher"\nunit = "lindskolan"\n'
        '[[role]]\nclaim = "groups"\nvalue = "HTL-admin"\nrole = "administrator"\n'
    )
    know_person(provider, "karin", email=KARIN, email_verified=True, groups=["HTL-rektor", "Alla"])
    assert go_and_come_back(agreed(oidc_roles=table).test_client(), "karin").status_code == 303
    with db.reading(settings.database) as session:
        owner = session.scalars(select(Account).where(Account.email == KARIN)).one()
        assert [(held.role, held.unit.slug) for held in owner.roles] == [(Role.HEAD_TEACHER, "lindskolan")]
        assert session.scalars(select(MunicipalIdentity.account_id)).one() == owner.id


def test_a_table_that_makes_no_sense_stops_the_start(agreed, tmp_path):
    (tmp_path / "roles.toml").write_text('[[role]]\nclaim = "groups"\nvalue = "x"\nrole = "queen"\nunit = "y"\n')
    with pytest.raises(SetupFileInvalid, match="role"):
        agreed(oidc_roles=tmp_path / "roles.toml")


def test_who_signs_out_is_shown_the_way_out_there_as_well(agreed, karin, provider):
    browser = Browser(agreed().test_client())
    go_and_come_back(browser.client, karin)
    browser.get("/account")
    page = browser.submit(form=browser.page.all("form", action="/sign-out")[0])
    assert page.heading == "You are signed out of Trivsel"
    out = next(link.get("href") for link in page.all("a") if (link.get("href") or "").startswith(provider))
    assert "end_session" in out
    assert parse_qs(urlsplit(out).query)["client_id"] == [CLIENT]
    assert requests.get(out, timeout=10).status_code == 200
    assert browser.get("/account").heading == "Sign in"


def test_a_provider_that_does_not_answer_is_said_to_be_away_and_passwords_still_work(agreed):
    browser = Browser(agreed(oidc_issuer=f"http://127.0.0.1:{free_port()}").test_client())
    page = browser.get("/sign-in/municipal", status=503)
    assert "does not answer just now" in page.text
    assert browser.get("/sign-in").form()
    assert "close the browser" in browser.get("/signed-out").text


def test_a_provider_that_goes_away_in_between_signs_nobody_in(agreed, settings):
    with running_provider() as short_lived:
        client = agreed(oidc_issuer=short_lived).test_client()
        back = sign_in_there(go_there(client), "karin")
    refused(client.get(back), 503, "does not answer just now")


def test_a_provider_that_calls_itself_something_else_is_not_believed(settings, provider):
    elsewhere = provider.replace("127.0.0.1", "localhost")
    known = Provider(settings.model_copy(update={"oidc_issuer": provider, "oidc_client_id": CLIENT}), return_url="x")
    known._known[f"{provider}/.well-known/openid-configuration"] = (float("inf"), {"issuer": elsewhere})
    with pytest.raises(ProviderAway, match="somebody else"):
        known.way_there(Journey(), levels="")


def test_an_endpoint_without_protection_is_not_used(settings):
    known = Provider(settings.model_copy(update={"oidc_issuer": "https://sign-in.invalid", "oidc_client_id": CLIENT}), return_url="x")  # fmt: skip
    told = {"issuer": "https://sign-in.invalid", "authorization_endpoint": "http://sign-in.invalid/authorize"}
    known._known["https://sign-in.invalid/.well-known/openid-configuration"] = (float("inf"), told)
    with pytest.raises(ProviderAway, match="not to be trusted"):
        known.way_there(Journey(), levels="")
