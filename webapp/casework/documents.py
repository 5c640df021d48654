"""The referral's papers and mail: read, previewed, stopped in time; and automatic work that failed, tried again."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from referrals import clock, documents, languages, notifications, printing, steps
from referrals.access import View, is_administrator
from referrals.audiences import REPORTER
from referrals.disclosure import coverage, service_referral
from referrals.errors import NoSuchReferral
from referrals.forums import call_mail, date_letters
from referrals.keeping import register
from referrals.models import Account, DateCall, Document, Mail, Referral, Step, StepKind, What
from referrals.papers import calls, paper_sources, readers
from referrals.reminders import undelivered
from referrals.stages import Verb
from referrals.vocabulary import DocumentKind
from schemas.documents.writing import paper_html
from webapp import downloads, notices, people, transactions
from webapp.casework import blueprint, words
from webapp.casework.frame import referral_page, seen
from webapp.guards import for_referral
from webapp.language import date_and_time, gettext, language, time_of_day


@dataclass(frozen=True)
class PaperLine:
    """A paper as the list shows it."""

    document: Document
    reader: str
    #: its number in the register
    register_number: str
    #: why it holds no more; empty where it does
    ended: str
    #: whether it goes out or went, where nobody stops it: a call does not that ended before
    goes_out: bool


@dataclass(frozen=True)
class PreviewLine:
    """A paper to be, as the list shows it."""

    kind: DocumentKind
    #: None for the file's copy
    guardian_id: uuid.UUID | None
    reader: str


@dataclass(frozen=True)
class MailLine:
    """A mail as the list shows it."""

    mail: Mail
    reader: str
    can_be_stopped: bool
    has_failed: bool
    #: the mail about its date that says the same
    letter: DateCall | None
    #: from when on it can go with its date or by itself; None where nobody waits for that
    goes: date_letters.Goes | None
    #: whether nothing is to go of it any more, although nobody said so yet: the date was told already, or it holds no more
    rests: bool


@dataclass(frozen=True)
class FailedLine:
    """Automatic work that was given up, or mail about a team's date that does not arrive."""

    failed_at: datetime
    what: str
    #: what helps where trying again alone does not
    advice: str
    may_retry: bool
    #: the step that can be tried again; None where it is no step
    step_id: uuid.UUID | None = None
    #: the mail that it is about, and what each is, for whoever may try it again
    mails: Sequence[tuple[uuid.UUID, str]] = ()
    #: whether that can be given up for good
    may_stop: bool = False
    #: the technical run, for administrators
    run_url: str | None = None
    #: a mail whose date's letter can be tried again, where it is that
    told_with_id: uuid.UUID | None = None


@blueprint.get("/referrals/<reference:number>/documents", endpoint="documents")
@for_referral(View.DOCUMENTS)
def list_documents(referral: Referral) -> Response:
    """Everything on paper, everything sent, and what is still being made."""
    session = transactions.session()
    return referral_page(
        "documents.html",
        referral,
        papers=paper_lines(referral),
        mail=_mail_lines(referral),
        failed=failed_lines(referral),
        is_working=bool(steps.unfinished(session, referral)),
        previews=_preview_lines(referral),
        now=clock.now(),
    )


@blueprint.get("/referrals/<reference:number>/documents/<uuid:document_id>")
@for_referral(View.DOCUMENTS, leaves=What.OPENED_PAPER)
def document(referral: Referral, document_id: uuid.UUID) -> Response:
    """The PDF itself, as it was issued."""
    found = documents.find(transactions.session(), referral, document_id)
    return downloads.to_look_at(documents.read_content(found), name=documents.file_name(transactions.session(), found))


@blueprint.get("/referrals/<reference:number>/documents/preview/<string:kind>")
@blueprint.get("/referrals/<reference:number>/documents/preview/<string:kind>/<uuid:guardian_id>")
@for_referral(View.DOCUMENTS, leaves=What.PREVIEWED_PAPER)
def preview_document(referral: Referral, kind: str, guardian_id: uuid.UUID | None = None) -> Response:
    """A paper as it would come out now, the file's copy or one guardian's; it says on every page that it is a preview."""
    session = transactions.session()
    recipient = readers.guardian_key(guardian_id) if guardian_id else readers.FILE
    ahead = documents.papers_ahead(session, referral)
    paper = next((one for one in ahead if (one.kind, one.recipient) == (kind, recipient)), None)
    if paper is None:
        abort(404)
    html = paper_html(paper_sources.gather(session, referral, paper, after=None), preview=True)
    return downloads.to_look_at(printing.print_in_time(html), name=f"{referral.number}-{kind}-preview.pdf")


@blueprint.post("/referrals/<reference:number>/documents/<uuid:document_id>/stop")
@for_referral(Verb.STOP_SENDING)
def stop_document(referral: Referral, document_id: uuid.UUID) -> ResponseReturnValue:
    """Keep a paper from going out."""
    session = transactions.session()
    found = documents.find(session, referral, document_id)
    documents.stop(session, referral, found, by=people.actor(), seen=seen())
    notices.say_next(gettext("The paper is stopped. It stays in the file."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/mail/<uuid:mail_id>/stop")
@for_referral(Verb.STOP_SENDING)
def stop_mail(referral: Referral, mail_id: uuid.UUID) -> ResponseReturnValue:
    """Keep a mail from going out."""
    session = transactions.session()
    found = notifications.find(session, referral, mail_id)
    notifications.stop(session, referral, found, by=people.actor(), seen=seen())
    notices.say_next(gettext("The mail is stopped and will not be sent."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/steps/<uuid:step_id>/retry")
@for_referral(View.DOCUMENTS)
def retry_step(referral: Referral, step_id: uuid.UUID) -> ResponseReturnValue:
    """Let automatic work that was given up be tried again, with all else that the same address did not take."""
    session = transactions.session()
    step = session.get(Step, step_id)
    if step is None or step.referral_id != referral.id:
        raise NoSuchReferral
    for one in undelivered.together(session, referral, step):
        steps.retry(session, one, by=people.actor())
    notices.say_next(gettext("It is being tried again. Look at this page in a moment."))
    return _back(referral)


@blueprint.post("/referrals/<reference:number>/mail/<uuid:mail_id>/retry")
@for_referral(View.DOCUMENTS)
def retry_mail_of_date(referral: Referral, mail_id: uuid.UUID) -> ResponseReturnValue:
    """Let the mail about a team's date be tried again that speaks for this one and does not arrive."""
    session = transactions.session()
    date_letters.retry(session, referral, notifications.find(session, referral, mail_id), by=people.actor())
    notices.say_next(gettext("It is being tried again. Look at this page in a moment."))
    return _back(referral)


def copies(referral: Referral, keys: Iterable[str]) -> list[tuple[str, str]]:
    """Readers of papers to be, by their key and in words: for the buttons that look at what is still being written."""
    names = _guardian_names(referral)
    return [(key, _reader(key, names)) for key in keys]


def copies_told(referral: Referral) -> list[tuple[str, str]]:
    """The same for what goes to the file and to each guardian who has been told."""
    told = readers.guardians_told_by(transactions.session(), referral, clock.now())
    return copies(referral, [readers.FILE, *(one.key for one in told)])


def paper_lines(referral: Referral) -> list[PaperLine]:
    """The referral's papers, the newest first, each with whom it is for."""
    session = transactions.session()
    issued = documents.issued(session, referral)
    names = _guardian_names(referral) | _service_names(referral)
    numbers = register.numbers_beside(session, referral)
    replaced, ended = documents.replaced(issued), calls.ended(session, referral)
    hows = dict.fromkeys(replaced, calls.Ending.REPLACED) | {paper_id: one.how for paper_id, one in ended.items()}
    kept_back = calls.never_going(ended)
    return [
        PaperLine(
            paper,
            _reader(paper.recipient, names),
            numbers.get(paper.id, ""),
            gettext(hows[paper.id].label) if paper.id in hows else "",
            paper.id not in kept_back,
        )
        for paper in issued
    ]


def _preview_lines(referral: Referral) -> list[PreviewLine]:
    names = _guardian_names(referral)
    return [
        PreviewLine(paper.kind, readers.guardian_in(paper.recipient), _reader(paper.recipient, names))
        for paper in documents.papers_ahead(transactions.session(), referral)
    ]


def failed_lines(referral: Referral) -> list[FailedLine]:
    """Automatic work on this referral that was given up, with what a person can do about it."""
    actor = people.actor()
    may_retry, may_stop = steps.may_retry(referral, actor), words.may_do(Verb.STOP_SENDING, referral)
    session, given_up = transactions.session(), []
    for alike in undelivered.by_press(session, referral):
        step, mails = alike[0], [notifications.mail_of(session, one) for one in alike if one.mail_id]
        given_up.append(
            FailedLine(
                step.failed_at or clock.now(),
                _what_failed(step, may_retry=may_retry),
                _advice(step),
                may_retry,
                step.id,
                [(one.id, _about(one)) for one in mails] if may_retry else [],
                may_stop,
                run_url(step) if is_administrator(actor) else None,
            )
        )
    return given_up + _failed_of_dates(referral, may_retry=may_retry)


def _failed_of_dates(referral: Referral, *, may_retry: bool) -> list[FailedLine]:
    session = transactions.session()
    calls = date_letters.failed(session, referral)
    written = notifications.written(session, referral) if calls else []
    spoken_for = {(one.date_id, one.recipient): one.id for one in written}
    return [
        FailedLine(
            clock.shown(call.tried_at) if call.tried_at else clock.now(),
            _what_of_date_failed(call, may_know=may_retry),
            _advice_of_date(call),
            may_retry,
            told_with_id=spoken_for[call.date_id, call.recipient],
        )
        for call in calls
    ]


def run_url(step: Step) -> str | None:
    """Where the technical run of a step is shown."""
    if step.flow_run_id is None:
        return None
    return f"{transactions.settings().prefect_api.removesuffix('/api')}/runs/flow-run/{step.flow_run_id}"


def _what_failed(step: Step, *, may_retry: bool) -> str:
    if step.kind is StepKind.SEND_MAIL:
        mail = notifications.mail_of(transactions.session(), step)
        if step.failed_with == "address":
            return _what_came_back(mail, may_know=may_retry)
        return gettext("A mail could not be sent.")
    return {
        "paper": gettext("A paper could not be made."),
        "database": gettext("The work could not be saved."),
    }.get(step.failed_with or "", gettext("Something that should have happened by itself did not."))


def _about(mail: Mail) -> str:
    """What a mail is, and which meeting it is about where it calls to one or takes one back."""
    begins_at = call_mail.meeting_begins_at(transactions.session(), mail)
    return f"{gettext(mail.kind.label)}, {date_and_time(begins_at)}" if begins_at else gettext(mail.kind.label)


def _what_of_date_failed(call: DateCall, *, may_know: bool) -> str:
    if call.failed_with != "address":
        return gettext("A mail could not be sent.")
    account = transactions.session().get(Account, call.account_id) if may_know else None
    if account is None:
        return gettext("A mail came back: its address takes none.")
    return gettext("A mail to %(name)s came back: the address takes none.", name=account.name)


def _what_came_back(mail: Mail, *, may_know: bool) -> str:
    if not may_know:
        return gettext("A mail came back: its address takes none.")
    if mail.recipient == REPORTER:
        return gettext("A mail to the reporter came back: the address takes none.")
    name = _mail_reader(mail, _account_names([mail]) | _guardian_names(mail.referral))
    return gettext("A mail to %(name)s came back: the address takes none.", name=name)


def _advice(step: Step) -> str:
    if at := step.tried_again_at:
        return gettext(
            "It was tried several times and is tried again by itself, next at about %(time)s. Nothing is lost.",
            time=time_of_day(clock.shown(at)),
        )
    if step.failed_with != "address":
        return ""
    mail = notifications.mail_of(transactions.session(), step)
    if readers.guardian_in(mail.recipient):
        return gettext("Nothing else was lost. Call them, and put the address right with the guardian; then try again.")
    if mail.account_id is None:
        return gettext("Nothing else was lost. Tell the reporter in another way, such as by telephone.")
    return gettext("Nothing else was lost. An administrator puts the address right under People; then try again.")


def _advice_of_date(call: DateCall) -> str:
    if call.failed_with != "address":
        return gettext(
            "It was about a date of the team, and is tried again by itself, at least once an hour. Nothing else was lost."
        )
    return gettext(
        "It was about a date of the team. An administrator puts the address right under People: then it goes by itself. Nothing else was lost."
    )


def _mail_lines(referral: Referral) -> list[MailLine]:
    session, now = transactions.session(), clock.now()
    failed = {step.mail_id for step in steps.failed(session, referral)}
    written = notifications.written(session, referral)
    letters, failing = date_letters.spoken_for(session, written), date_letters.failed(session, referral)
    failed |= {mail_id for mail_id, call in letters.items() if call in failing}
    names, with_date = _account_names(written) | _guardian_names(referral), date_letters.goes_at(session, written)
    return [
        MailLine(
            mail,
            _mail_reader(mail, names),
            notifications.is_to_go(mail) and mail.date_id is None and now < mail.held_until,
            mail.sent_at is None and mail.id in failed,
            letters.get(mail.id),
            with_date.get(mail.id),
            mail.date_id is not None and notifications.is_to_go(mail) and mail.id not in with_date,
        )
        for mail in written
    ]


def _mail_reader(mail: Mail, names: dict[str, str]) -> str:
    return gettext("The reporter") if mail.recipient == REPORTER else names.get(mail.recipient, "")


def _account_names(written: list[Mail]) -> dict[str, str]:
    ids = {mail.account_id for mail in written if mail.account_id}
    rows = transactions.session().execute(select(Account.id, Account.name).where(Account.id.in_(ids)))
    return {f"account:{identity}": name for identity, name in rows}


def _guardian_names(referral: Referral) -> dict[str, str]:
    rows = coverage.guardians_of(transactions.session(), referral)
    return {
        readers.guardian_key(row.id): gettext("A guardian") if row.has_protected_identity else row.name or ""
        for row in rows
    }


def _service_names(referral: Referral) -> dict[str, str]:
    sent = service_referral.referrals_to_services(transactions.session(), referral)
    return {readers.service_key(one.recipient, one.sent_id): one.service for one in sent if one.service}


def _reader(recipient: str, names: dict[str, str]) -> str:
    known = {
        readers.FILE: gettext("The file"),
        readers.REPORTER: gettext("The reporter"),
        readers.PROFESSIONALS: gettext("Those who are called"),
        readers.PUPIL: gettext("The pupil"),
    }
    if readers.are_professionals(recipient) and recipient not in known:
        reads = languages.language_name(recipient.partition(":")[2], language())
        return gettext("Those who are called, in %(language)s", language=reads)
    if (service := readers.service_in(recipient)) and recipient not in names:
        return gettext(service[0].label)
    return known.get(recipient) or names.get(recipient, gettext("A guardian"))


def _back(referral: Referral) -> ResponseReturnValue:
    return redirect(url_for("casework.documents", number=referral.number), 303)
