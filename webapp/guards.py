"""Who gets past the door: every route carries exactly one of these guards, and a route without one answers nobody."""

import functools
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlencode

from flask import Flask, Response, abort, current_app, g, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, selectinload

from referrals import access
from referrals.access import Actor, Role, View
from referrals.errors import NoSuchReferral, NotAllowed, ReferralError
from referrals.models.audit import GENERAL, What
from referrals.models.guardian import Guardian
from referrals.models.protection import ProtectionReport
from referrals.models.referral import Referral
from referrals.safeguarding import protection
from referrals.stages import OUTSIDE, Party, Verb
from webapp import addresses, auditing, errors, forms, kept, notices, people, previewing, transactions, watching
from webapp.accounts import guardians, sessions
from webapp.language import gettext

#: how the log names a protection report somebody was not let in to
_REPORT = "protection_report"


ViewFunction = TypeVar("ViewFunction", bound=Callable[..., ResponseReturnValue])


@dataclass(frozen=True)
class Guard:
    """What a route asks of whoever comes: read by the house test and by the last door before the view."""

    kind: str
    roles: frozenset[Role] = frozenset()
    needs: View | Verb | None = None
    #: what opening this page leaves in the audit log of the referral
    leaves: What | None = None
    #: whether what is typed may be kept for its writer before it is sent: not where it is checked before it is kept anywhere
    keeps_forms: bool = True
    #: the view itself finds out whether this person may see what was asked for, and leaves the event
    is_left_by_view: bool = False


def public(view: ViewFunction) -> Callable[..., ResponseReturnValue]:
    """Anybody may come, without a sign-in."""
    return _guarded(view, Guard("public"), lambda arguments: arguments)


def signed_in(*roles: Role, keeps_forms: bool = True) -> Callable[[ViewFunction], Callable[..., ResponseReturnValue]]:
    """Somebody who is signed in and, where `roles` are named, holds one of them in any unit; everybody else gets a 404."""

    def decorate(view: ViewFunction) -> Callable[..., ResponseReturnValue]:
        def admit(arguments: dict[str, Any]) -> dict[str, Any]:
            somebody = _account()
            if roles and not somebody.has_role(*roles):
                abort(404)
            return arguments

        return _guarded(view, Guard("signed_in", frozenset(roles), keeps_forms=keeps_forms), admit)

    return decorate


def for_referral(
    needs: View | Verb = View.REFERRAL, *, leaves: What = What.OPENED_PAGE, is_left_by_view: bool = False
) -> Callable[[ViewFunction], Callable[..., ResponseReturnValue]]:
    """Somebody who may look at this view of the referral, or do this verb to it; unknown and forbidden give the same 404.

    The address holds `<reference:number>`; the view gets the row as `referral` instead of `number`. Whoever passes leaves an
    event in the referral's audit log before anything is shown, and whoever does not leaves one too. With `is_left_by_view` the
    view leaves it through `g.visit`, once it knows what it shows.
    """

    def decorate(view: ViewFunction) -> Callable[..., ResponseReturnValue]:
        def admit(arguments: dict[str, Any]) -> dict[str, Any]:
            _account()
            found = _find_referral(arguments.pop("number"))
            party = _capacity(found, needs) if found else None
            if found is None or party is None:
                turn_away(found.id if found else None, subject=needs.value)
            watching.about(found.number)
            subject = auditing.kind_of_paper(arguments) or auditing.page_name()
            if not transactions.is_reading():
                subject = needs.value
            g.visit = auditing.Visit(found.id, party, subject, auditing.row_of(arguments))
            return {"referral": found, **arguments}

        return _guarded(view, Guard("for_referral", needs=needs, leaves=leaves, is_left_by_view=is_left_by_view), admit)

    return decorate


def for_report(*, leaves: What = What.OPENED_PAGE) -> Callable[[ViewFunction], Callable[..., ResponseReturnValue]]:
    """One of the few who may know of the protection report in the address; the view gets the row as `report`.

    Unknown and forbidden give the same 404. What is left in the log stands in the report's own chain, which nobody else reads.
    """

    def decorate(view: ViewFunction) -> Callable[..., ResponseReturnValue]:
        def admit(arguments: dict[str, Any]) -> dict[str, Any]:
            _account()
            session = transactions.session()
            found = session.get(ProtectionReport, arguments.pop("report_id"))
            if found is None or not protection.may_read(
                found, people.actor(), setting=protection.Setting.read(session)
            ):
                turn_away(found.id if found else None, subject=_REPORT)
            g.visit = auditing.Visit(found.id, None, auditing.page_name(), None)
            return {"report": found, **arguments}

        return _guarded(view, Guard("for_report", leaves=leaves), admit)

    return decorate


def for_row(
    kind: str,
    model: type[auditing.RowOfItsOwn],
    may_read: Callable[[Session, Any, Actor], bool],
    *,
    leaves: What = What.OPENED_PAGE,
) -> Callable[[ViewFunction], Callable[..., ResponseReturnValue]]:
    """One of the few who may read a row that is no referral's: a consultation, a round. Its address holds `<uuid:KIND_id>`.

    The view gets the row as `found`. Unknown and forbidden give the same 404. What is left in the log stands in a chain of the
    row's own; what is typed is kept only once it was checked.
    """

    def decorate(view: ViewFunction) -> Callable[..., ResponseReturnValue]:
        def admit(arguments: dict[str, Any]) -> dict[str, Any]:
            _account()
            session = transactions.session()
            found = session.get(model, arguments.pop(f"{kind}_id"))
            if found is None or not may_read(session, found, people.actor()):
                turn_away(found.chain_id if found else None, subject=kind)
            g.visit = auditing.Visit(found.chain_id, None, auditing.page_name(), auditing.row_of(arguments))
            return {"found": found, **arguments}

        return _guarded(view, Guard(f"for_{kind}", leaves=leaves, keeps_forms=False), admit)

    return decorate


def for_guardian(
    *, with_e_identification: bool = False, leaves: What | None = What.OPENED_PAGE
) -> Callable[[ViewFunction], Callable[..., ResponseReturnValue]]:
    """A guardian on their own page, opened with a code; `with_e_identification` asks for that, and gives a 404 without.

    The view gets the row as `guardian`: its own, never one that an address names. Each visit leaves an event in the
    referral's audit log before anything is shown, unless the view leaves one in a chain of its own.
    """

    def decorate(view: ViewFunction) -> Callable[..., ResponseReturnValue]:
        def admit(arguments: dict[str, Any]) -> dict[str, Any]:
            opened = guardians.open_page()
            found = transactions.session().get(Guardian, opened.guardian_id) if opened else None
            if opened is None or found is None or people.account() is not None:
                raise _CodeFirst
            if with_e_identification and not opened.is_strong:
                turn_away(found.referral_id, subject=auditing.page_name())
            g.visit = auditing.Visit(
                found.referral_id, Party.GUARDIAN, auditing.page_name(), auditing.row_of(arguments)
            )
            return {"guardian": found, **arguments}

        return _guarded(view, Guard("for_guardian", leaves=leaves), admit)

    return decorate


def at_the_door(view: ViewFunction) -> Callable[..., ResponseReturnValue]:
    """Somebody who is signed in, or whose password was right and who has still something to show or to set up."""

    def admit(arguments: dict[str, Any]) -> dict[str, Any]:
        if people.account() is None and sessions.half() is None:
            raise _SignInFirst
        return arguments

    return _guarded(view, Guard("at_the_door"), admit)


class _SignInFirst(Exception):
    """Nobody is signed in, and the page is for staff."""


class _CodeFirst(Exception):
    """No guardian's page is open in this browser."""


def _guarded(
    view: ViewFunction, guard: Guard, admit: Callable[[dict[str, Any]], dict[str, Any]]
) -> Callable[..., ResponseReturnValue]:
    @functools.wraps(view)
    def door(**arguments: Any) -> ResponseReturnValue:
        g.keeps_no_form = not guard.keeps_forms
        try:
            admitted = admit(arguments)
        except _SignInFirst:
            return _sign_in_first()
        except _CodeFirst:
            return _code_first()
        visit: auditing.Visit | None = g.pop("visit", None)
        if transactions.is_reading():
            if visit and guard.is_left_by_view:
                g.visit = visit
            elif visit and guard.leaves:
                visit.note(guard.leaves)
            _show_waiting_form()
            return view(**admitted)
        if (same_page := kept.page_only()) is not None:
            return same_page
        return _decide(view, admitted, visit)

    door.guards = (*getattr(view, "guards", ()), guard)  # type: ignore[attr-defined]
    return door


def _decide(
    view: Callable[..., ResponseReturnValue], admitted: dict[str, Any], visit: auditing.Visit | None
) -> ResponseReturnValue:
    """Let the view do what was asked: kept if it answers well, taken back as a whole if not."""
    try:
        response = make_response(view(**admitted))
        if response.status_code < 400:
            if visit:
                visit.note_sent_form()
            kept.forget()
            transactions.commit()
        else:
            kept.save()
            transactions.turn_back()
            if visit:
                visit.note(What.SENT_BACK)
        auditing.write_waiting()
    except previewing.Looked as looked:
        return _show_paper(looked, visit)
    except (ReferralError, OperationalError) as refused:
        _note_refusal(refused, visit)
        answer = errors.answer_to(refused)
        if answer is None or not answer.keeps_form:
            raise
        kept.save()
        again = kept.page_again(answer.notice, answer.status)
        if again is None:
            raise
        return errors.with_wait(again, refused)
    return response


def _show_paper(looked: previewing.Looked, visit: auditing.Visit | None) -> Response:
    """The paper that was looked at; of the decision behind it nothing stays, of the look an event as for every preview."""
    transactions.turn_back()
    if visit:
        seen = replace(visit, subject=looked.kind, object_id=looked.guardian_id)
        seen.note(What.PREVIEWED_PAPER)
    auditing.write_waiting()
    return looked.answer()


def _note_refusal(refused: ReferralError | OperationalError, visit: auditing.Visit | None) -> None:
    transactions.turn_back()
    if visit and isinstance(refused, ReferralError):
        visit.note(What.REFUSED, ground=type(refused).__name__)
        auditing.write_waiting()


def _account() -> people.SignedIn:
    somebody = people.account()
    if somebody is None:
        raise _SignInFirst
    return somebody


def _sign_in_first() -> Response:
    """To the sign-in page, and afterwards back here, with what was typed if the session ran out under it."""
    page = request.path
    if request.method == "POST":
        # a forged form is kept for nobody, and one that is to be checked first nowhere
        whose = None if g.get("shows_again") or g.keeps_no_form else sessions.run_out_account()
        if kept.is_typing():
            return _typing_stays(whose)
        if whose is None and any(forms.clean(request.form).values()):
            return _nobody_known()
        waiting = kept.keep_for(whose) if whose else None
        if waiting:
            cookie[sessions.WAITING_FORM] = str(waiting.id)
        page = waiting.path if waiting else "/"
        if page == request.path and request.query_string:
            page = request.full_path  # who was on a screen before all in the room comes back to that
    elif request.query_string:
        page = request.full_path
    way = f"{url_for('accounts.sign_in')}?{urlencode({'next': page})}"
    if request.headers.get("HX-Request"):  # a page that renews a part of itself goes there as a whole
        return Response(status=200, headers={"HX-Redirect": way})
    return make_response(redirect(way, 303))


def _typing_stays(whose: uuid.UUID | None) -> Response:
    """What stands beside the button while somebody writes on a page whose session is over; the page stays where it is."""
    if whose and kept.save(writer_id=whose):
        return kept.answer_saved(gettext("You have been signed out. What you wrote is kept: sign in again to go on."))
    return Response(status=403)  # the page holds the words for it, as for whatever else may answer


def _nobody_known() -> Response:
    """Nobody can be told to have written this, so it is kept for nobody: said plainly, and held by the answer itself.

    Its button brings the form back, for whoever has signed in by then. As it carries no valid protection it decides nothing.
    """
    transactions.turn_back()
    g.pop("notices", None)  # that the page was open for too long is not what they have to know
    g.kept_form = forms.clean(request.form)
    own = [(name, request.form[name]) for name in (kept.PAGE, kept.FORM, kept.SAVING) if name in request.form]
    typed = [(name, value) for name, value in g.kept_form.items(multi=True) if "password" not in name]
    return make_response(render_template("pages/errors/not_known.html", fields=own + typed), 403)


def _code_first() -> Response:
    """To where a guardian's code is given. What was typed meanwhile is shown there once, to be copied, and kept nowhere."""
    transactions.turn_back()
    if request.method != "POST":
        return make_response(redirect(url_for("guardian.code"), 303))
    g.shows_again, g.page_path, g.page_endpoint = True, url_for("guardian.code"), "guardian.code"
    g.kept_form = forms.clean(request.form)
    return make_response(current_app.view_functions["guardian.code"]())


def _show_waiting_form() -> None:
    waiting, somebody = cookie.get(sessions.WAITING_FORM), people.account()
    if not waiting or not somebody or request.method != "GET":
        return
    if kept.take_out(uuid.UUID(waiting), somebody.id):
        cookie.pop(sessions.WAITING_FORM)
        notices.say(
            notices.Notice(
                gettext("You were signed out while you wrote."),
                of_form=gettext("What you typed is kept below; send it again."),
            )
        )


#: what is left of a referral whose content lies on paper
_OF_WHAT_IS_OUTSIDE = OUTSIDE | {View.OWN_ACTION, View.REFERRAL, View.ACCESS_LOG, Verb.PROTECT_IDENTITY}


def _find_referral(number: str) -> Referral | None:
    return (
        transactions.session()
        .scalars(
            select(Referral)
            .where(Referral.number == number)
            .options(selectinload(Referral.memberships), selectinload(Referral.unit), selectinload(Referral.owner))
        )
        .one_or_none()
    )


def _capacity(referral: Referral, needs: View | Verb) -> Party | None:
    """The capacity in which whoever is signed in may see or do this; None if in none."""
    if referral.kept_outside_at is not None and needs not in _OF_WHAT_IS_OUTSIDE:
        return None  # there is nothing behind the other doors any more
    actor, facts = people.actor(), referral.facts()
    if isinstance(needs, Verb):
        held = access.parties_for(needs, actor, facts)
    else:
        held = access.parties(actor, facts) if access.may_view(needs, actor, facts) else frozenset()
    return min(held, key=list(Party).index) if held else None


def turn_away(chain: uuid.UUID | None, *, subject: str) -> NoReturn:
    """A 404, noted with what was asked for where it is there; of what does not exist nothing is kept but the try."""
    transactions.turn_back()
    refused: ReferralError = NotAllowed() if chain else NoSuchReferral()
    auditing.note(What.REFUSED, chain=chain or GENERAL, subject=subject, ground=type(refused).__name__)
    auditing.write_waiting()
    raise NoSuchReferral


def refuse_unguarded() -> None:
    """Before any view: a route that carries no guard, or two, is closed to everybody."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and len(getattr(view, "guards", ())) != 1:
        current_app.logger.error("the route %s has no single guard", request.endpoint)
        abort(404)


def add_to(app: Flask) -> None:
    """Let addresses hold reference numbers, find out who is asking, and close every route without a guard."""
    app.url_map.converters["reference"] = addresses.ReferenceConverter
    app.before_request(refuse_unguarded)
    app.before_request(sessions.recognise)
