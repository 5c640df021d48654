"""The municipality's sign-in as a machine that is asked over the network (OpenID Connect): where to go, and what a return is worth."""

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from referrals.config import Settings

#: signatures that are taken: never none, and none with a shared secret
_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
#: seconds until a provider that does not answer counts as away; for which what it says of itself is believed; clocks may differ
_PATIENCE, _BELIEVED, _LEEWAY = 10.0, 3600.0, 60


class ProviderAway(Exception):
    """The municipality's sign-in does not answer as it should."""


class ReturnRefused(Exception):
    """What came back is not worth anything: not for us, not now, not signed as agreed. Says why, for the log."""


@dataclass(frozen=True)
class Journey:
    """What somebody takes along to the provider, and what their return must fit."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))


class Provider:
    """One provider with whom this instance is registered. `return_url` is where it sends people back to."""

    def __init__(self, settings: Settings, *, return_url: str) -> None:
        self._settings = settings
        self._return_url = return_url
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, dict[str, Any]]] = {}

    def way_there(self, journey: Journey, *, levels: str, scope: str | None = None) -> str:
        """The address to send somebody to, to be vouched for at one of `levels` (with blanks between). Raises ProviderAway."""
        wanted = {"acr_values": levels} if levels else {}
        address, _state = self._client(scope).create_authorization_url(
            self._endpoint("authorization_endpoint"),
            state=journey.state,
            nonce=journey.nonce,
            code_verifier=journey.verifier,
            **wanted,
        )
        return str(address)

    def claims(self, code: str, *, nonce: str, verifier: str) -> dict[str, Any]:
        """What the provider says of the person who came back with `code`, checked. Raises ReturnRefused, ProviderAway."""
        try:
            token = self._client().fetch_token(
                self._endpoint("token_endpoint"), code=code, code_verifier=verifier, timeout=_PATIENCE
            )
        except AuthlibBaseError as error:
            raise ReturnRefused(f"the code was not taken ({error.error})") from error
        except (requests.RequestException, ValueError) as error:
            raise ProviderAway(type(error).__name__) from error
        return self._read(str(token.get("id_token", "")), nonce=nonce)

    def way_out(self, *, back_to: str) -> str | None:
        """The address at which one signs out there as well; None where the provider has none. Raises ProviderAway."""
        address = self._about().get("end_session_endpoint")
        if not address:
            return None
        words = {"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back_to}
        return str(requests.Request("GET", str(address), params=words).prepare().url)

    def _read(self, id_token: str, *, nonce: str) -> dict[str, Any]:
        try:
            claims = self._verified(id_token)
            jwt.JWTClaimsRegistry(
                leeway=_LEEWAY,
                iss={"essential": True, "value": self._settings.oidc_issuer.rstrip("/")},
                aud={"essential": True, "value": self._settings.oidc_client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate({**claims, "iss": str(claims.get("iss", "")).rstrip("/")})
        except JoseError as error:
            raise ReturnRefused(f"the token is not good ({error})") from error
        except ValueError as error:
            raise ReturnRefused("the token cannot be read") from error
        is_for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (is_for_several or "azp" in claims) and claims.get("azp") != self._settings.oidc_client_id:
            raise ReturnRefused("the token was made for another application")
        return claims

    def _verified(self, id_token: str) -> dict[str, Any]:
        """The claims under a good signature; where the key is not known yet, the provider is asked once more for its keys."""
        for fresh in (False, True):
            keys = KeySet.import_key_set(self._ask(self._endpoint("jwks_uri"), fresh=fresh))  # type: ignore[arg-type]
            try:
                return dict(jwt.decode(id_token, keys, algorithms=_ALGORITHMS).claims)
            except (JoseError, ValueError):
                if fresh:
                    raise
        raise AssertionError("the second time returns or raises")

    def _client(self, scope: str | None = None) -> OAuth2Session:
        secret = self._settings.oidc_client_secret
        return OAuth2Session(
            self._settings.oidc_client_id,
            secret or None,
            scope=scope or self._settings.oidc_scope,
            redirect_uri=self._return_url,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
        )

    def _endpoint(self, name: str) -> str:
        address = str(self._about().get(name, ""))
        if urlsplit(address).scheme not in {"https", urlsplit(self._settings.oidc_issuer).scheme}:
            raise ProviderAway(f"its {name} is not to be trusted")
        return address

    def _about(self) -> dict[str, Any]:
        issuer = self._settings.oidc_issuer.rstrip("/")
        told = self._ask(f"{issuer}/.well-known/openid-configuration")
        if str(told.get("issuer", "")).rstrip("/") != issuer:
            raise ProviderAway("it says that it is somebody else")
        return told

    def _ask(self, address: str, *, fresh: bool = False) -> dict[str, Any]:
        """What the provider says at `address`, asked at most once an hour."""
        with self._lock:
            at, told = self._known.get(address, (0.0, {}))
        if told and not fresh and time.monotonic() - at < _BELIEVED:
            return told
        try:
            answer = requests.get(address, timeout=_PATIENCE, allow_redirects=False)
            answer.raise_for_status()
            told = dict(answer.json())
        except (requests.RequestException, ValueError, TypeError) as error:
            raise ProviderAway(type(error).__name__) from error
        with self._lock:
            self._known[address] = (time.monotonic(), told)
        return told
