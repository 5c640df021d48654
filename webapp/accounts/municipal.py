"""The door through the municipality's own sign-in, and through it e-identification: there, back, and out again."""

import hmac
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy import delete

from referrals import reference
from referrals.clock import machine_now
from referrals.config import Settings
from referrals.errors import AssuranceTooLow, NotKnownHere
from referrals.guardians import guardian_access
from referrals.keeping import audit
from referrals.models import Guardian, MunicipalAttempt, What
from referrals.people import municipal, second_factor
from referrals.people.municipal import Agreement
from referrals.stages import Party
from referrals.vocabulary import N_
from schemas.accounts import read_grants
from webapp import transactions
from webapp.accounts import blueprint, guardians, sessions
from webapp.accounts.pages import safe_page
from webapp.accounts.provider import Journey, Provider, ProviderAway, ReturnRefused
from webapp.guards import public
from webapp.language import gettext
from webapp.pages import page

#: in the cookie: which way back belongs to this browser
_STATE = "municipal"
_RETURN = "/sign-in/municipal/return"
#: so long somebody may take over there
_PATIENCE = timedelta(minutes=10)
_PROVIDER, _AGREEMENT = "trivsel-provider", "trivsel-agreement"

_BROKEN_OFF = N_("The sign-in was broken off, or took too long. Nothing has happened; begin again.")
_AWAY = N_("The municipality's sign-in does not answer just now. Try again in a few minutes.")
_NOT_GOOD = N_(
    "What came back from the municipality's sign-in could not be trusted, so nobody was signed in. Begin again."
)
_NOT_KNOWN = N_(
    "The municipality knows you, but there is no account for you here. Ask your administrator to add you with the address you have in the municipality."
)
_TOO_LOW = N_(
    "You signed in with less assurance than is asked for here. Begin again and choose the stronger way, such as your e-identification."
)


_NO_PAGE = N_(
    "No page belongs to this e-identification. Open your page with the code from your letter first, then choose e-identification there. If the page belongs to somebody else already, ask the school for a new code."
)


class _Refusal(Exception):
    """Nobody is signed in: the sentence for who came, the reason for the log, and the status of the answer."""

    def __init__(self, words: str, reason: str, status: int) -> None:
        super().__init__(reason)
        self.words, self.reason, self.status = words, reason, status


@blueprint.get("/sign-in/municipal", endpoint="municipal")
@public
def go_there() -> ResponseReturnValue:
    """Send somebody to the municipality's sign-in. A link and no form: our own policy lets no form leave this host."""
    return _send_there(next_page=request.args.get("next", "")[:500])


def send_guardian_there() -> ResponseReturnValue:
    """Send a guardian to the same sign-in, for e-identification and nothing else: not even their name is asked for."""
    if not is_for_guardians():
        abort(404)
    return _send_there(is_guardian=True)


def is_for_guardians() -> bool:
    """Whether guardians can come with e-identification: levels of assurance must be agreed for them."""
    return _PROVIDER in current_app.extensions and bool(_guardian_levels(transactions.settings()))


def _send_there(*, next_page: str = "", is_guardian: bool = False) -> ResponseReturnValue:
    journey, settings = Journey(), transactions.settings()
    try:
        if is_guardian:
            address = _provider().way_there(journey, levels=_guardian_levels(settings), scope="openid")
        else:
            address = _provider().way_there(journey, levels=settings.oidc_acr)
    except ProviderAway as away:
        return _refused(_AWAY, f"away: {away}", 503)
    with transactions.writing() as session:
        session.execute(delete(MunicipalAttempt).where(MunicipalAttempt.began_at < machine_now() - _PATIENCE))
        session.add(
            MunicipalAttempt(
                state_digest=reference.token_digest(journey.state),
                nonce=journey.nonce,
                verifier=journey.verifier,
                next_page=next_page,
                is_guardian=is_guardian,
                began_at=machine_now(),
            )
        )
    cookie[_STATE] = journey.state
    return redirect(address, 303)


@blueprint.get(_RETURN)
@public
def come_back() -> ResponseReturnValue:
    """Sign somebody in who comes back, once for each time they went."""
    agreement: Agreement = current_app.extensions.get(_AGREEMENT) or abort(404)
    try:
        attempt = _take_attempt(request.args.get("state", ""))
        claims = _claims(attempt)
        if attempt.is_guardian:
            _let_guardian_in(claims, agreement)
            return redirect(url_for("guardian.home"), 303)
        asks_code = _let_in(claims, agreement)
    except _Refusal as refusal:
        return _refused(refusal.words, refusal.reason, refusal.status)
    if asks_code:
        return redirect(url_for(".code", next=attempt.next_page), 303)
    return redirect(safe_page(attempt.next_page), 303)


@blueprint.get("/signed-out", endpoint="signed_out")
@public
def show_signed_out() -> ResponseReturnValue:
    """Signed out here; with the way to sign out there as well, which matters on a shared computer."""
    try:
        way_out = _provider().way_out(back_to=transactions.settings().base_url + url_for(".sign_in"))
    except ProviderAway:
        way_out = None
    return page("accounts/signed_out.html", way_out=way_out)


def add_to(app: Flask, settings: Settings) -> None:
    """Let `app` know with whom it has agreed what. Raises SetupFileInvalid for a table that makes no sense."""
    if not settings.oidc_issuer:
        return
    app.extensions[_PROVIDER] = Provider(settings, return_url=settings.base_url + _RETURN)
    app.extensions[_AGREEMENT] = Agreement(
        issuer=settings.oidc_issuer.rstrip("/"),
        address_claim=settings.oidc_address_claim,
        levels=frozenset(settings.oidc_acr.split()),
        grants=read_grants(settings.oidc_roles) if settings.oidc_roles else (),
    )


def _provider() -> Provider:
    found: Provider | None = current_app.extensions.get(_PROVIDER)
    return found or abort(404)


def _take_attempt(state: str) -> MunicipalAttempt:
    """What this browser was sent away with under `state`, taken out so that it serves once. Raises _Refusal."""
    if not hmac.compare_digest(str(cookie.pop(_STATE, "")).encode(), state.encode()):
        raise _Refusal(_BROKEN_OFF, "not the browser that was sent there", 400)
    mine = delete(MunicipalAttempt).where(MunicipalAttempt.state_digest == reference.token_digest(state))
    with transactions.writing() as session:
        found = session.scalars(mine.returning(MunicipalAttempt)).one_or_none()
        if found is None or found.began_at < machine_now() - _PATIENCE or "error" in request.args:
            raise _Refusal(_BROKEN_OFF, "used before, too late, or broken off there", 400)
        session.expunge(found)
        return found


def _claims(attempt: MunicipalAttempt) -> dict[str, Any]:
    """What the provider says of who came back. Raises _Refusal."""
    try:
        return _provider().claims(request.args.get("code", ""), nonce=attempt.nonce, verifier=attempt.verifier)
    except ReturnRefused as reason:
        raise _Refusal(_NOT_GOOD, str(reason), 400) from reason
    except ProviderAway as away:
        raise _Refusal(_AWAY, f"away: {away}", 503) from away


def _let_in(claims: dict[str, Any], agreement: Agreement) -> bool:
    """Sign in whose claims these are; whether a code is still asked for. Raises _Refusal."""
    is_strong = bool(agreement.levels)
    try:
        with transactions.writing() as session:
            account = municipal.admit(session, claims, agreement)
            asks_code = not is_strong and second_factor.has(session, account)
            sessions.open_session(session, account, is_strong=is_strong, is_municipal=True, awaits_code=asks_code)
    except NotKnownHere:
        raise _Refusal(_NOT_KNOWN, "nobody here", 403) from None
    except AssuranceTooLow:
        raise _Refusal(_TOO_LOW, "too little assurance", 403) from None
    return asks_code


def _let_guardian_in(claims: dict[str, Any], agreement: Agreement) -> None:
    """Open the page of the guardian these claims belong to; the first time they are bound to the page a code has opened."""
    agreed = replace(agreement, levels=frozenset(_guardian_levels(transactions.settings()).split()))
    opened = guardians.open_page()
    try:
        with transactions.writing() as session:
            if opened is None:
                guardian = guardian_access.admit(session, claims, agreed)[0]
            else:
                guardian = session.get_one(Guardian, opened.guardian_id)
                guardian_access.bind(session, guardian, claims=claims, agreement=agreed)
            guardians.open_session(session, guardian, is_strong=True)
            by = guardian_access.actor_for(guardian)
            audit.append(session, What.SIGNED_IN, by=by, chain=guardian.referral_id, party=Party.GUARDIAN)
    except NotKnownHere:
        raise _Refusal(_NO_PAGE, "no guardian here", 403) from None
    except AssuranceTooLow:
        raise _Refusal(_TOO_LOW, "too little assurance", 403) from None


def _guardian_levels(settings: Settings) -> str:
    return settings.oidc_guardian_acr or settings.oidc_acr


def _refused(words: str, reason: str, status: int) -> Response:
    current_app.logger.warning("municipal sign-in refused: %s", reason)
    return page("accounts/refused.html", status, words=gettext(words))
