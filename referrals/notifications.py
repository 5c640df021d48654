"""Who is told by mail after which decision. A mail carries a reference number and a link, never what the referral is about."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import audiences, clock, history, languages, steps, team_review
from referrals.access import SYSTEM, Actor
from referrals.audiences import Addressee
from referrals.config import current
from referrals.disclosure import hand_over
from referrals.errors import NoSuchReferral, TooLateToStop
from referrals.forums import call_mail, call_told, date_calls, interpreter_line
from referrals.forums.call_mail import CALLS, TAKES_OUT, TO_GUARDIANS
from referrals.keeping import audit
from referrals.mailer import Letter, new_message_id
from referrals.models import Account, History, Mail, Referral, Step, StepKind, What
from referrals.papers import readers
from referrals.papers.paper_sources import GUARDIANS_DOOR, RETURN_PATH
from referrals.printing import TEMPLATE_FOLDER
from referrals.readdressing import is_addressed_to
from referrals.safeguarding import access_list
from referrals.stages import (
    FOLLOW_UP_DUE,
    MEETING_HELD,
    MOVE_BY_VERB,
    PLAN_FOR_APPROVAL,
    PLAN_RETURNED,
    RETURNED,
    STATES,
    WITH_HEAD_TEACHER,
    Party,
    State,
    Verb,
)
from referrals.vocabulary import MailKind

_M = MailKind


@dataclass(frozen=True)
class Notification:
    """One line of the table: which mail, to whom, and whether only when the referral moved by it."""

    kind: MailKind
    to: Callable[[Session, History], list[Addressee]]
    only_on_move: bool = False


#: what may reach the one who is too close: it is written before any wall is looked at, and not even the number leaves
_ABOUT_CONFLICT: Final = frozenset({_M.CONFLICT_TO_SETTLE, _M.NOBODY_TO_SETTLE})
#: where its link leads that does not lead to the referral: some of its readers cannot open that, or not any more
_ELSEWHERE: Final = (
    dict.fromkeys(_ABOUT_CONFLICT | {_M.CALL_TAKEN_BACK}, "/home")
    | dict.fromkeys((_M.HAND_OVER_OFFERED, _M.HAND_OVER_ANSWERED), "/hand-overs")
    | dict.fromkeys(TO_GUARDIANS, GUARDIANS_DOOR)
    # Who stands in on that day opens nothing of the referral before.
    | {_M.MEETING_SCHEDULED: "/meetings"}
)
_TO_SETTLE: Final = (
    Notification(_M.CONFLICT_TO_SETTLE, audiences.settlers_of_conflict),
    Notification(_M.NOBODY_TO_SETTLE, audiences.administrators_if_nobody_settles),
)

_CALLED_OFF: Final = (
    Notification(_M.MEETING_CALLED_OFF, audiences.called_before),
    Notification(_M.CALL_TAKEN_BACK, audiences.called_before_and_gone),
    Notification(_M.INVITATION_TAKEN_BACK, audiences.guardians_invited_before),
)
#: mail that changes something in somebody's calendar
WITH_ENTRY: Final = CALLS | TAKES_OUT

#: mail that asks for something to be done, and where a referral stands as long as it is not
_ASKS_WHILE: Final[dict[MailKind, frozenset[State]]] = {
    _M.CONCERN_RETURNED:         frozenset({RETURNED}),
    _M.QUESTION_TO_HEAD_TEACHER: frozenset({WITH_HEAD_TEACHER}),
    _M.ANSWER_REMINDED:          frozenset({WITH_HEAD_TEACHER}),
    _M.PART_REMINDED:            MOVE_BY_VERB[Verb.SUBMIT_PART].frm,
    _M.PART_REQUESTED:           MOVE_BY_VERB[Verb.SUBMIT_PART].frm,
    _M.ACTION_REMINDED:          MOVE_BY_VERB[Verb.RECORD_ACTION_STATUS].frm,
    _M.DECISION_REMINDED:        MOVE_BY_VERB[Verb.RECORD_DECISION_DONE].frm,
    _M.MINUTES_TO_APPROVE:       frozenset({MEETING_HELD}),
    _M.PLAN_TO_APPROVE:          frozenset({PLAN_FOR_APPROVAL}),
    _M.PLAN_RETURNED:            frozenset({PLAN_RETURNED}),
    _M.FOLLOW_UP_DUE:            frozenset({FOLLOW_UP_DUE}),
}  # fmt: skip

#: who is told after which decision; nobody is told of what they did themselves, but of meetings that they come to
NOTIFICATIONS: Final[dict[Verb, tuple[Notification, ...]]] = {
    Verb.SUBMIT_CONCERN:      (Notification(_M.CONCERN_RECEIVED, audiences.coordinators), *_TO_SETTLE),
    Verb.STEP_ASIDE:          _TO_SETTLE,
    Verb.REMIND_OF_CONFLICT:  _TO_SETTLE,
    Verb.SETTLE_CONFLICT:     (Notification(_M.CONCERN_RECEIVED, audiences.coordinators_if_open),),
    Verb.RESUBMIT_CONCERN:    (Notification(_M.CONCERN_RECEIVED, audiences.coordinators),),
    Verb.WITHDRAW_CONCERN:    (Notification(_M.CONCERN_WITHDRAWN, audiences.coordinators),),
    Verb.RETURN_CONCERN:      (Notification(_M.CONCERN_RETURNED, audiences.reporter),),
    Verb.END_AT_TRIAGE:       (Notification(_M.REFERRAL_CLOSED, audiences.reporter),),
    Verb.ASK_HEAD_TEACHER:    (Notification(_M.QUESTION_TO_HEAD_TEACHER, audiences.head_teachers),),
    Verb.DECIDE_STATUTORY_TRACK: (Notification(_M.REFERRAL_CLOSED, audiences.reporter),),
    Verb.REPORT_SUPPORT_NEED: (Notification(_M.SUPPORT_REPORTED, audiences.head_teachers),),
    Verb.REPORT_DEGRADING_TREATMENT: (Notification(_M.SUPPORT_REPORTED, audiences.head_teachers),),
    Verb.REQUEST_PARTS:       (Notification(_M.PART_REQUESTED, audiences.assessors_just_asked),),
    Verb.SCHEDULE_MEETING:    (
        Notification(_M.MEETING_SCHEDULED, audiences.called_to_meeting),
        Notification(_M.MEETING_INVITED, audiences.guardians_invited),
        *_CALLED_OFF,
    ),
    Verb.CALL_OFF_MEETING:    _CALLED_OFF,
    Verb.RECORD_MEETING:      (Notification(_M.MINUTES_TO_APPROVE, audiences.approvers, only_on_move=True),),
    Verb.SUBMIT_ACTION_PLAN:  (Notification(_M.PLAN_TO_APPROVE, audiences.approvers),),
    Verb.RETURN_ACTION_PLAN:  (Notification(_M.PLAN_RETURNED, audiences.plan_author),),
    Verb.APPROVE_ACTION_PLAN: (Notification(_M.PLAN_APPROVED, audiences.named_in_plan),),
    Verb.OPEN_FOLLOW_UP:      (Notification(_M.FOLLOW_UP_DUE, audiences.who_follows_up),),
    Verb.REMIND_OF_CONSENT:   (Notification(_M.CONSENT_ENDING, audiences.coordinators),),
    Verb.REMIND_COLLEAGUE:    (
        Notification(_M.PART_REMINDED, audiences.reminded_of_part),
        Notification(_M.ACTION_REMINDED, audiences.reminded_of_action),
        Notification(_M.DECISION_REMINDED, audiences.reminded_of_decision),
        Notification(_M.ANSWER_REMINDED, audiences.reminded_of_answer),
        Notification(_M.MINUTES_TO_APPROVE, audiences.reminded_of_minutes),
        Notification(_M.PLAN_TO_APPROVE, audiences.reminded_of_plan),
        Notification(_M.HAND_OVER_OFFERED, audiences.reminded_of_hand_over),
    ),
    Verb.OFFER_HAND_OVER:     (Notification(_M.HAND_OVER_OFFERED, audiences.who_may_take_over),),
    Verb.RECEIVE_UPWARD_ANSWER: (Notification(_M.UPWARD_ANSWERED, audiences.who_asked_upward),),
    Verb.DECLINE_HAND_OVER:   (Notification(_M.HAND_OVER_ANSWERED, audiences.who_offered_it),),
    Verb.CLOSE_REFERRAL:      (
        Notification(_M.REFERRAL_CLOSED, audiences.members_and_reporter),
        *_CALLED_OFF,
    ),
    Verb.END_OUTSIDE:         _CALLED_OFF,
    Verb.ACCEPT_HAND_OVER:    (
        Notification(_M.HAND_OVER_ANSWERED, audiences.who_offered_it),
        *_CALLED_OFF,
    ),
}  # fmt: skip


def write(session: Session, row: History) -> list[Mail]:
    """Write the mail that follows what `row` records, each to be sent when it can no longer be stopped. Again changes nothing."""
    following, written = NOTIFICATIONS.get(row.verb, ()), []
    if any(notification.kind in WITH_ENTRY for notification in following):
        call_told.let_rest(session, row)
    for notification in following:
        if notification.only_on_move and not row.is_move:
            continue
        for addressee in notification.to(session, row):
            is_asked_first = notification.kind in _ABOUT_CONFLICT
            if (
                addressee.account_id
                and not is_asked_first
                and not _is_told(session, row, notification.kind, account_id=addressee.account_id)
            ):
                continue
            date_id = None
            if addressee.account_id:
                date_id = date_calls.date_told_of(session, row, notification.kind, account_id=addressee.account_id)
            if notification.kind in CALLS and _says_nothing_new(session, row, addressee, date_id=date_id):
                continue
            is_taken_back = notification.kind in TAKES_OUT and date_id is None
            if is_taken_back and not call_told.heard(session, row, addressee.key):
                continue
            mail = _write_one(session, row, notification.kind, addressee=addressee, date_id=date_id)
            written += [mail] if mail else []
    return written


def _is_told(session: Session, row: History, kind: MailKind, *, account_id: uuid.UUID) -> bool:
    """Nobody of what they did themselves, but of what is to stand in their calendar, or to leave it; where an identity is
    protected, nobody but those on the access list.
    """
    is_of_calendar = kind in CALLS or (kind in TAKES_OUT and _has_entry(session, row, account_id))
    return (account_id != row.by_id or is_of_calendar) and access_list.is_on(row.referral, account_id)


def call_apart(session: Session, referral: Referral, account: Account) -> None:
    """Call somebody by mail of their own, with an entry of its own, to a meeting that is no part of a team's date any more.

    It goes at once: that has waited already as long as mail can be stopped.
    """
    calls = select(History).where(History.referral_id == referral.id, History.verb == Verb.SCHEDULE_MEETING)
    row = session.scalars(calls.order_by(History.number.desc()).limit(1)).one()
    addressee = audiences.addressee(account)
    of_date = select(Mail).where(
        Mail.history_id == row.id, Mail.kind == _M.MEETING_SCHEDULED, Mail.recipient == addressee.key
    )
    mail = session.scalars(of_date).one_or_none()
    if mail is None:
        _write_one(session, row, _M.MEETING_SCHEDULED, addressee=addressee, is_held=False)
        return
    # The same mail, which is told by itself from now on: that it was told with the date stands in the log.
    mail.date_id = mail.sent_at = mail.stopped_at = mail.stopped_by_id = None
    mail.message_id, mail.language, mail.address = new_message_id(), addressee.language, addressee.address
    mail.written_at = mail.held_until = clock.now()
    _send_in_time(session, mail)


def _says_nothing_new(
    session: Session, row: History, addressee: Addressee, *, date_id: uuid.UUID | None = None
) -> bool:
    """Whether a mail to this address, which did not come back, called or invited them so already, and nothing took that back."""
    if date_id is not None and addressee.account_id is not None:
        return date_calls.says_nothing_new(session, row, account_id=addressee.account_id, date_id=date_id)
    before = select(Mail).join(History, History.id == Mail.history_id).where(
        Mail.referral_id == row.referral_id, Mail.kind.in_(WITH_ENTRY), Mail.recipient == addressee.key,
        Mail.stopped_at.is_(None), Mail.date_id.is_(None), History.number < row.number,
    )  # fmt: skip
    newest = session.scalars(before.order_by(History.number.desc(), Mail.id).limit(1)).one_or_none()
    if newest is None or newest.kind not in CALLS or not is_addressed_to(session, newest, addressee.address):
        return False
    step = _step_of(session, newest)
    if step.failed_at is not None and step.tried_again_at is None:
        return False
    if call_mail.tried_since(session, newest, before=row.number):
        return False  # they may have heard otherwise since
    told, tells = (team_review.called_then(session, row.referral, after=one) for one in (newest.history, row))
    return team_review.where_and_when(told) == team_review.where_and_when(tells)


def _has_entry(session: Session, row: History, account_id: uuid.UUID) -> bool:
    """Whether they were called by mail before `row`, which put a meeting of this referral into their calendar."""
    called = select(Mail).join(History, History.id == Mail.history_id).where(
        Mail.referral_id == row.referral_id, Mail.kind == _M.MEETING_SCHEDULED, Mail.recipient == f"account:{account_id}",
        History.number < row.number,
    )  # fmt: skip
    return any(call_mail.may_have_told(session, one) for one in session.scalars(called))


def _write_one(
    session: Session, row: History, kind: MailKind, *, addressee: Addressee, date_id: uuid.UUID | None = None, is_held: bool = True,
) -> Mail | None:  # fmt: skip
    """One mail and the step that sends it; without a step where it is part of a date, of which `forums/date_letters.py` tells."""
    same = select(Mail.id).where(Mail.history_id == row.id, Mail.kind == kind, Mail.recipient == addressee.key)
    if session.scalars(same).first() is not None:
        return None
    now = clock.now()
    mail = Mail(
        referral=row.referral,
        kind=kind,
        history_id=row.id,
        recipient=addressee.key,
        language=addressee.language,
        message_id=new_message_id(),
        written_at=now,
        held_until=now + timedelta(minutes=current().hold_minutes if is_held else 0),
        address=addressee.address,
        date_id=date_id,
    )
    session.add(mail)
    session.flush()
    if date_id is None:
        _send_in_time(session, mail)
    return mail


def _send_in_time(session: Session, mail: Mail) -> None:
    """The step that sends it once it can no longer be stopped."""
    session.add(
        Step(
            referral=mail.referral,
            kind=StepKind.SEND_MAIL,
            history_id=mail.history_id,
            mail_id=mail.id,
            not_before=mail.held_until,
            created_at=clock.machine_now(),
        )
    )
    session.flush()


def written(session: Session, referral: Referral) -> list[Mail]:
    """The mail of a referral, the newest first."""
    mail = select(Mail).where(Mail.referral_id == referral.id)
    return list(session.scalars(mail.order_by(Mail.written_at.desc(), Mail.kind, Mail.recipient)))


def find(session: Session, referral: Referral, mail_id: uuid.UUID) -> Mail:
    """One mail of this referral. Raises NoSuchReferral where it has none with this id."""
    found = session.get(Mail, mail_id)
    if found is None or found.referral_id != referral.id:
        raise NoSuchReferral
    return found


def mail_of(session: Session, step: Step) -> Mail:
    """The mail that a step is to send."""
    return session.get_one(Mail, step.mail_id)


def is_to_go(mail: Mail) -> bool:
    """Whether it still has to be sent: not stopped, and not gone already."""
    return mail.stopped_at is None and mail.sent_at is None


def is_done(session: Session, mail: Mail) -> bool:
    """Whether what it asks for is done, or what it says does not hold any more."""
    if mail.kind in WITH_ENTRY:
        return call_mail.is_done(session, mail)
    if mail.kind is MailKind.HAND_OVER_OFFERED:
        return hand_over.waiting(session, mail.referral) is None
    is_asked = mail.referral.state in _ASKS_WHILE.get(mail.kind, STATES)
    return not (is_asked and audiences.is_owed(session, mail))


def let_rest_if_done(session: Session, mail: Mail) -> None:
    """Keep a mail that asks for something from going out once that is done, and one to a guardian who is not to get any by now."""
    if is_to_go(mail) and (is_done(session, mail) or not readers.can_be_mailed(session, mail.recipient)):
        mail.stopped_at = clock.now()


def note_sent(session: Session, mail: Mail) -> None:
    """Write that it went, unless it was stopped."""
    if is_to_go(mail):
        mail.sent_at = clock.now()
        audit.append(
            session, What.SENT_MAIL, by=SYSTEM, chain=mail.referral_id, party=Party.SYSTEM, subject=mail.kind, object_id=mail.id
        )  # fmt: skip


def note_returned(session: Session, message_id: str) -> bool:
    """Write that a mail which went came back; whether `message_id` is one of ours. A person sees it then, as what failed.

    It gets another Message-ID, so that the same report read again says nothing about the next try.
    """
    mail = session.scalars(select(Mail).where(Mail.message_id == message_id)).one_or_none()
    if mail is None:
        return False
    mail.sent_at, mail.message_id = None, new_message_id()
    steps.give_up(session, _step_of(session, mail), word="address")
    return True


def _step_of(session: Session, mail: Mail) -> Step:
    return session.scalars(select(Step).where(Step.mail_id == mail.id)).one()


def stop(session: Session, referral: Referral, mail: Mail, *, by: Actor, seen: int | None = None) -> Mail:
    """Keep a mail from going out. Again changes nothing. Raises TooLateToStop after its minutes, unless it never arrived."""
    history.guard(session, referral, Verb.STOP_SENDING, by=by, seen=seen)
    if mail.stopped_at is not None:
        return mail
    if mail.date_id is not None:
        raise TooLateToStop  # what is told of a date goes as long as the call stands: whoever calls that off stops it
    step = _step_of(session, mail)
    is_given_up = steps.keep_from_workers(session, step) and step.failed_at is not None
    if mail.sent_at is not None or (clock.now() >= mail.held_until and not is_given_up):
        raise TooLateToStop
    if is_given_up:
        steps.let_rest(session, step)
    mail.stopped_at, mail.stopped_by_id = clock.now(), by.account_id
    history.record(session, referral, Verb.STOP_SENDING, by=by, seen=seen, choice=mail.kind)
    return mail


def letter(mail: Mail) -> Letter:
    """The mail as it goes out, in its reader's language."""
    settings, number = current(), mail.referral.number
    is_for_reporter = mail.recipient == audiences.REPORTER
    link = settings.base_url + (f"{RETURN_PATH}?number={number}" if is_for_reporter else f"/referrals/{number}")
    if mail.kind in _ELSEWHERE:
        link = settings.base_url + _ELSEWHERE[mail.kind]
    values = {"reference": number, "link": link, "for_reporter": is_for_reporter, "of_date": False}
    if mail.kind in WITH_ENTRY:
        values |= call_told.said(mail)
    beside = interpreter_line.said(mail)
    words, folder = environment(mail.language), f"emails/{mail.kind}"
    subject = words.get_template(f"{folder}/subject.txt").render(values)
    return Letter(
        to=mail.address or "",
        subject=" ".join(subject.split()),
        body=words.get_template(f"{folder}/body.txt").render(values | beside),
        language=languages.known_language(mail.language),
        reads=beside["reads"],
        message_id=mail.message_id,
        written_at=mail.written_at,
    )


@lru_cache(maxsize=8)
def environment(language: str) -> Environment:
    """What words mail in `language`."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATE_FOLDER),
        autoescape=False,  # noqa: S701 - plain text; nothing in it was typed by anybody
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(languages.translations(language), newstyle=True)  # type: ignore[attr-defined]
    return made
