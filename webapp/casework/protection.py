"""Protection reports: one page to write, one with everything about it, the paper at once; for those few who may know of one."""

import uuid
from contextlib import suppress
from datetime import date
from typing import Any

from flask import Response, make_response, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from referrals import languages, printing, reference
from referrals.access import View, may_view
from referrals.disclosure import coverage
from referrals.keeping import audit
from referrals.models import Account, AuditEvent, ProtectionReport, Referral, RoleAssignment, Unit, What
from referrals.models.protection import GuardiansTold, ProtectionOutcome, ProtectionUrgency
from referrals.papers import readers
from referrals.safeguarding import protection as rules
from referrals.safeguarding import protection_disposal
from referrals.safeguarding.protection import ToRecord
from referrals.vocabulary import N_, DeadlineSource, DocumentKind, Term
from schemas.documents import PaperRecipient, PaperSource, document_context
from schemas.protection import ProtectionReportForm, ProtectionSinceForm
from webapp import forms, notices, pages, people, transactions
from webapp.casework import blueprint
from webapp.casework.frame import today
from webapp.casework.lines import Line
from webapp.guards import for_report, signed_in
from webapp.language import gettext
from webapp.navigation import protection_name

#: where the number of the referral waits that somebody came from; addresses and logs never see it
_ABOUT = "protection_about"

#: what is still to be done, as a line of home
_TO_RECORD: dict[ToRecord, str] = {
    ToRecord.FINISH: N_("%(report)s: you have begun, finish it"),
    ToRecord.GIVE: N_("%(report)s: give it to the social services, and write down when"),
    ToRecord.RECEIPT: N_("%(report)s: write down when its receipt came"),
}
#: what the law wants at once, and by no day: the one that stands with it is ours, after which it is called late
_WANTED_AT_ONCE = frozenset({ToRecord.FINISH, ToRecord.GIVE})
_AT_ONCE: str = N_("the law says at once; after this day it counts as late here")
#: instead of these, in the month before a report goes that was never given
_GOES: str = N_("%(report)s: it goes on this day if it was never given; if it was, write down when")
#: the same to whom the municipality names, where its sender has left
_GOES_UNSENT: str = N_("%(report)s: its sender has left, and it was never given. It goes on this day")

#: what the authority does, by the rule pack's word for it
_AUTHORITY: dict[str, str] = {
    "protection_assessment": N_("They assess whether the child needs protection now"),
    "preliminary_assessment": N_("They make a preliminary assessment and decide whether to open an investigation"),
    "acute_assessment": N_("They assess whether the child is in acute danger"),
    "confirmation": N_("They confirm to you that the report has come in"),
}


#: the newest events of its own log that a report's page shows
_LOGGED = 50
_DONE: dict[str, str] = {
    "write_report": N_("Began it"),
    "correct_report": N_("Changed what it says"),
    "finish_report": N_("Finished it"),
    "record_since": N_("Recorded what happened with it"),
}
_SEEN: dict[What, str] = {
    What.OPENED_PAPER: N_("Opened the paper"),
    What.SENT_BACK: N_("Sent a form that was not complete, and saw it again"),
    What.REFUSED: N_("Was refused"),
}


@blueprint.get("/protection")
@signed_in()
def protection_reports() -> Response:
    """The reports this person may know of."""
    mine = people.actor()
    known = rules.known_to(transactions.session(), mine)
    return quiet_page(
        "protection.html",
        sent=[report for report in known if report.sender_id == mine.account_id],
        others=[report for report in known if report.sender_id != mine.account_id],
        to_decide=protection_disposal.to_decide(transactions.session(), known, mine),
        receipts=protection_disposal.receipts(transactions.session(), mine),
        child=_child,
    )


@blueprint.post("/protection")
@signed_in()
def begin_protection_report() -> ResponseReturnValue:
    """From a referral's page to the form, with the referral's number carried in this person's own cookie."""
    cookie[_ABOUT] = request.form.get("about", "")
    return redirect(url_for("casework.new_protection_report"), 303)


@blueprint.get("/protection/new")
@signed_in()
def new_protection_report() -> Response:
    """The form, with whom to call above it."""
    return _form_page(None, forms.shown(_beginning()))


@blueprint.post("/protection/new")
@signed_in()
def write_protection_report() -> ResponseReturnValue:
    """Keep a report, and make its paper where it is ready."""
    form = forms.submitted()
    written = form.load(ProtectionReportForm())
    if written is None:
        return _form_page(None, form, status=422)
    session, referral = transactions.session(), _referral(written["case_number"])
    somebody = people.account()
    report = rules.write_report(
        session,
        by=people.actor(),
        written=written | {"sender_name": somebody.name if somebody else None},
        unit=_workplace(referral),
        referral=referral,
        receiver_id=written["receiver_id"],
    )
    return _kept(report)


@blueprint.get("/protection/<uuid:report_id>/edit")
@for_report()
def edit_protection_report(report: ProtectionReport) -> Response:
    """A report that is not on paper yet, to be gone on with by its sender."""
    rules.require_open_to_changes(report, people.actor())
    said = {**(report.record or {}), **(report.content or {}), "receiver_id": report.receiver_id}
    return _form_page(report, forms.shown(said))


@blueprint.post("/protection/<uuid:report_id>/edit")
@for_report()
def correct_protection_report(report: ProtectionReport) -> ResponseReturnValue:
    """Keep what was changed."""
    session, form = transactions.session(), forms.submitted()
    written = form.load(ProtectionReportForm())
    if written is None:
        return _form_page(report, form, status=422)
    rules.correct_report(
        session,
        report,
        by=people.actor(),
        written=written,
        referral=_referral(written["case_number"]),
        receiver_id=written["receiver_id"],
    )
    return _kept(report)


@blueprint.get("/protection/<uuid:report_id>")
@for_report()
def protection_report(report: ProtectionReport) -> Response:
    """Everything about one report."""
    usual = {"in_writing_on": None, **(report.record or {})}
    return _report_page(report, forms.shown(usual))


@blueprint.post("/protection/<uuid:report_id>")
@for_report()
def record_protection_report(report: ProtectionReport) -> ResponseReturnValue:
    """Record how it was given, who was told, and what came back."""
    session, form = transactions.session(), forms.submitted()
    recorded = form.load(ProtectionSinceForm())
    if recorded is None:
        return _report_page(report, form, status=422)
    rules.record_since(session, report, by=people.actor(), recorded=recorded)
    notices.say_next(gettext("It is recorded."))
    return redirect(url_for("casework.protection_report", report_id=report.id), 303)


@blueprint.get("/protection/<uuid:report_id>/paper")
@for_report(leaves=What.OPENED_PAPER)
def protection_paper(report: ProtectionReport) -> Response:
    """The PDF. It is made once, at once, and by nobody else: a report waits for no other part of the system."""
    rules.require_issued(report)
    response = make_response(_paper(report.id))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{report.number}.pdf"'
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def reports_beside(referral: Referral) -> list[ProtectionReport]:
    """The reports beside `referral` that this person may know of: for nearly everybody none."""
    return rules.beside(transactions.session(), referral, actor=people.actor())


def lines(day: date) -> list[Line]:
    """A line of home for each report this person still has something to do about; for nobody else's home."""
    session, actor = transactions.session(), people.actor()
    ending = {report.id: (report, on) for report, on in protection_disposal.about_to_go(session, actor)}
    asked = [
        (report, _GOES if report.sender_id == actor.account_id else _GOES_UNSENT, "", on, DeadlineSource.LOCAL)
        for report, on in ending.values()
    ]
    asked += [
        (report, _TO_RECORD[what], _AT_ONCE if what in _WANTED_AT_ONCE else "", due_on, DeadlineSource.TARGET)
        for report, what, due_on in rules.reminders(session, actor, today=day)
        if report.id not in ending
    ]
    return [
        Line(
            number=report.number,
            url=url_for("casework.protection_report", report_id=report.id),
            verb=gettext(words, report=protection_name()),
            about=(
                gettext("For you alone") if report.sender_id == actor.account_id else "",
                gettext(why) if why else "",
            ),
            due_on=due_on,
            source=source,
            today=day,
            is_quiet=True,
        )
        for report, words, why, due_on, source in asked
    ]


def quiet_page(template: str, status: int = 200, **values: Any) -> Response:
    """A page that tells no other page where it was."""
    response = pages.page(f"casework/{template}", status=status, **values)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


# ------------------------------------------------------------------------------------------------------- inside
def _form_page(report: ProtectionReport | None, form: forms.Form, status: int = 200) -> Response:
    return quiet_page(
        "protection_new.html",
        status=status,
        report=report,
        form=form,
        urgencies=_choices(ProtectionUrgency),
        answers=_choices(GuardiansTold),
        receivers=[(str(each.id), each.name) for each in rules.named(transactions.session(), "receivers")],
        readers=_others_who_read(report),
        today=today(),
    )


def _report_page(report: ProtectionReport, form: forms.Form, status: int = 200) -> Response:
    session = transactions.session()
    record = report.record or {}
    events = audit.events_about(session, report.id, most=_LOGGED)
    accounts = select(Account.id, Account.name).where(Account.id.in_({event.by_id for event in events}))
    names = {row.id: row.name for row in session.execute(accounts)}
    return quiet_page(
        "protection_report.html",
        status=status,
        report=report,
        form=form,
        said=report.content or {},
        record=dict.fromkeys(rules.RECORD)
        | {
            name: date.fromisoformat(value) if name.endswith("_on") and value else value
            for name, value in record.items()
        },
        child=_child(report),
        readers=_others_who_read(report),
        is_mine=report.sender_id == people.actor().account_id,
        to_do=rules.to_record(report),
        goes_on=protection_disposal.goes_on(session, report),
        is_kept_by_rule=protection_disposal.may_propose(report, people.actor(), setting=rules.Setting.read(session)),
        answers=_choices(GuardiansTold),
        outcomes=_choices(ProtectionOutcome),
        answer_names={
            each.value: gettext(each.label)
            for kind in (GuardiansTold, ProtectionOutcome, ProtectionUrgency)
            for each in kind
        },
        authority=[
            (gettext(_AUTHORITY[each.deadline.step]), each.deadline, each.due_on)
            for each in rules.authority_steps(session, report)
        ],
        log=[
            (event.at, names.get(event.by_id), _log_words(event))
            for event in events
            if event.what is not What.CHANGED_KEYS  # the list says who opened it; that was nobody
        ],
        today=today(),
    )


def _log_words(event: AuditEvent) -> str:
    """What an event of the report's own log says."""
    words = _DONE.get(event.subject or "") if event.what is What.DID else _SEEN.get(event.what)
    return gettext(words or N_("Opened it"))


def _kept(report: ProtectionReport) -> ResponseReturnValue:
    """Where to go once a report is kept: its own page, with its paper where that was asked for."""
    url = url_for("casework.protection_report", report_id=report.id)
    if not request.form.get("finish"):
        notices.say_next(gettext("It is kept. Only you can see it."))
        return redirect(url, 303)
    rules.finish_report(transactions.session(), report, by=people.actor())
    report_id = report.id
    # What was written must stay, whatever becomes of the paper: the page offers it again.
    transactions.commit()
    with suppress(printing.FontsMissing, OperationalError):
        _paper(report_id)
    return redirect(url, 303)


def _paper(report_id: uuid.UUID) -> bytes:
    with transactions.reading() as session:
        report = session.get_one(ProtectionReport, report_id)
        kept, language = rules.read_paper(session, report), readers.house_language(session)
        if kept is not None:
            return kept
        kind = DocumentKind.PROTECTION_REPORT
        source = PaperSource(**rules.paper_values(session, report), recipient=PaperRecipient(capacity="authority"))
        html = printing.document_html(kind, document_context(kind, source), language=language)
    content = printing.print_in_time(html)
    with transactions.writing() as session:
        rules.keep_paper(session, session.get_one(ProtectionReport, report_id), content, language=language)
    return content


def _beginning() -> dict[str, Any]:
    """What is known before anything is written: who reports, and what the referral they came from says of the child."""
    somebody = people.account()
    referral = _referral(cookie.pop(_ABOUT, ""))
    if referral is not None and not may_view(View.REFERRAL, people.actor(), referral.facts()):
        referral = None
    unit = _workplace(referral)
    words = languages.translations(readers.house_language(transactions.session())).gettext
    known = {
        "sender_function": words(somebody.profession.label) if somebody else None,
        "sender_email": somebody.email if somebody else None,
        "sender_address": unit.name if unit else None,
        "sender_phone": unit.phone if unit else None,
    }
    return known if referral is None else known | _from_referral(referral)


def _from_referral(referral: Referral) -> dict[str, Any]:
    actor, facts = people.actor(), referral.facts()
    knows_guardians = may_view(View.GUARDIANS, actor, facts)
    guardians = coverage.guardians_of(transactions.session(), referral) if knows_guardians else []
    return {
        "case_number": referral.number,
        "child_name": None if referral.has_protected_identity and not knows_guardians else referral.child_name,
        "child_id": referral.child_birth_date if knows_guardians else None,
        "guardians": "\n".join(", ".join(filter(None, (each.name, each.phone))) for each in guardians),
        "interpreter": ", ".join(sorted({each.interpreter for each in guardians if each.interpreter})),
    }


def _referral(typed: str | None) -> Referral | None:
    """The referral with this number. The core ties a report to it only where its sender may see it, and says nothing."""
    number = reference.as_number(typed or "")
    return transactions.session().scalars(select(Referral).where(Referral.number == number)).one_or_none()


def _workplace(referral: Referral | None) -> Unit | None:
    """The unit somebody reports from: the referral's where they hold a role there, otherwise their first by name."""
    held = (
        select(Unit)
        .join(RoleAssignment, RoleAssignment.unit_id == Unit.id)
        .join(Account, Account.id == RoleAssignment.account_id)
        .where(Account.id == people.actor().account_id)
        .order_by(Unit.name)
    )
    units = transactions.session().scalars(held).unique().all()
    there = [unit for unit in units if referral is not None and unit.id == referral.unit_id]
    return next(iter(there or units), None)


def _child(report: ProtectionReport) -> str:
    name: str | None = (report.content or {}).get("child_name")
    return name or gettext("A child without a name yet")


def _others_who_read(report: ProtectionReport | None) -> list[str]:
    """Who besides the sender reads a report once it is given: whom the setting names for all, and its own receiver."""
    session = transactions.session()
    others = {each.id: each.name for each in rules.named(session, "readers")}
    chosen = report.receiver_id if report else None
    others |= {each.id: each.name for each in rules.named(session, "receivers") if each.id == chosen}
    return [name for identity, name in others.items() if identity != people.actor().account_id]


def _choices(kind: type[Term]) -> list[tuple[str, str]]:
    return [(each.value, gettext(each.label)) for each in kind]
