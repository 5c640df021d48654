"""One mail and one calendar entry for who sits in the team, however many of a date's referrals they are called to, and whatever happens between."""

import uuid
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from icalendar import Calendar, Event
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from referrals import clock, notifications, settling, team_review
from referrals.access import Role
from referrals.errors import NotAllowed, TooLateToStop
from referrals.forums import agenda, calling, date_letters, dates, invitations_calendar, moving, seats, standing_in
from referrals.forums.dates import Series
from referrals.mailer import Letter
from referrals.models import (
    Account,
    AuditEvent,
    CallNews,
    DateCall,
    Forum,
    History,
    Mail,
    Membership,
    Referral,
    RoleAssignment,
    Step,
    StepKind,
    TeamDate,
    TeamSeat,
    What,
)
from referrals.reminders import undelivered
from referrals.stages import TO_SCHEDULE
from referrals.vocabulary import AgendaAct, MailKind, Profession, Standing
from tests.factories import a_guardian, a_member, a_referral, protected
from tests.people import NO_PASSWORD, Cast

BEGINS = datetime(2026, 9, 22, 12, 30, tzinfo=UTC)
LATER = datetime(2026, 10, 6, 12, 30, tzinfo=UTC)
HOLD = timedelta(minutes=10)
ANEW = "Om du har svarat förut gällde det den andra tiden. Svara gärna på nytt."
HOLDS = "Har du redan svarat gäller det fortfarande."


class Post:
    """The worker's part: what follows decisions is written, and what is due goes to the post office, unless that is away."""

    def __init__(self, session: Session, clock: time_machine.Traveller) -> None:
        self.session, self.clock = session, clock
        #: what every address got: METHOD, entry
        self.went: list[tuple[str, str, Event]] = []
        self.letters: list[Letter] = []
        #: it says nothing: no letter gets there, and nobody notes why
        self.is_away = False
        #: it says that it takes nothing just now
        self.is_busy = False
        #: addresses that take nothing
        self.unknown: Collection[str] = ()

    def settle(self) -> None:
        """What follows each row of history is written down."""
        self.session.flush()
        self.session.expire_all()
        settled = set(self.session.scalars(select(Mail.history_id)))
        for row in self.session.scalars(select(History).order_by(History.at, History.number)).all():
            if row.id not in settled:
                notifications.write(self.session, row)
        for step in self.session.scalars(select(Step).where(Step.kind == StepKind.ADVANCE_REFERRAL)):
            step.finished_at = clock.machine_now()
        self.session.flush()

    def due(self) -> list[tuple[Any, str]]:
        """For whom there is something to do, and about which date."""
        dates = date_letters.due_dates(self.session)
        return [(one, recipient) for one in dates for recipient in date_letters.due_of(self.session, one)]

    def look(self) -> None:
        """One look of the worker at dates, and at mail of its own that is due."""
        for date_id, recipient in self.due():
            if message_id := date_letters.look(self.session, date_id, recipient):
                self._hand_over(date_letters.letter(self.session, message_id))
        own = select(Mail).where(Mail.sent_at.is_(None), Mail.stopped_at.is_(None), Mail.date_id.is_(None))
        for mail in self.session.scalars(own.order_by(Mail.written_at, Mail.id)).all():
            if letter := settling.letter_to_send(self.session, mail):
                notifications.note_sent(self.session, mail)
                self._take(letter)

    def deliver(self) -> list[tuple[str, str, Event]]:
        """Settle, let the time to stop mail pass, and tell what went to colleagues since."""
        before = len(self.went)
        self.settle()
        self.look()
        self.clock.shift(HOLD)
        self.look()
        self.session.flush()  # otherwise the last mail that went would be unsent again
        self.session.expire_all()
        return self.went[before:]

    def _hand_over(self, letter: Letter) -> None:
        if self.is_away:
            return
        if self.is_busy or letter.to in self.unknown:
            word = "mail" if self.is_busy else "address"
            date_letters.note_refused(self.session, letter.message_id, word=word)
            return
        self._take(letter)
        date_letters.note_sent(self.session, letter.message_id)

    def _take(self, letter: Letter) -> None:
        self.letters.append(letter)
        if letter.calendar and "@hem.invalid" not in letter.to:
            (event,) = Calendar.from_ical(letter.calendar).events
            self.went.append((letter.to, letter.calendar_method, event))

    def calendar(self, account: Account) -> dict[str, datetime]:
        """What stands in somebody's calendar after all that came: a program keeps the highest SEQUENCE of each UID."""
        newest: dict[str, tuple[int, str, Event]] = {}
        for to, method, event in self.went:
            uid, sequence = str(event["UID"]), int(event["SEQUENCE"])
            if to == account.email and sequence >= newest.get(uid, (-1,))[0]:
                newest[uid] = (sequence, method, event)
        return {uid: event.start for uid, (_, method, event) in newest.items() if method == "PUBLISH"}


@pytest.fixture
def post(session: Session, wednesday: time_machine.Traveller) -> Post:
    return Post(session, wednesday)


@pytest.fixture
def day(two_dates: list[TeamDate]) -> TeamDate:
    return two_dates[0]


@pytest.fixture
def two_dates(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> list[TeamDate]:
    """Two Tuesdays, two weeks apart, on which head teacher and counsellor sit in the team."""
    series = Series(date(2026, 9, 22), date(2026, 10, 6), 2, time(14, 30), 120, cast.forum.place)
    dates.plan(session, cast.forum, series, by=cast.coordinator.actor())
    for one in (cast.head_teacher, cast.counsellor):
        seats.seat(session, cast.forum, one.id, by=cast.coordinator.actor())
    return dates.coming(session, cast.forum)


def put(session: Session, cast: Cast, *on: TeamDate) -> list[Referral]:
    """A referral that is ready on each of the dates, for half an hour."""
    made = []
    for one in on:
        made.append(a_referral(session, cast, TO_SCHEDULE))
        a_guardian(session, made[-1], told_by=cast.coordinator, email="maja@hem.invalid")
        agenda.put_on(session, one, made[-1].id, minutes=30, by=cast.coordinator.actor())
    return made


def press(session: Session, cast: Cast, on: TeamDate) -> int:
    return calling.call_to_agenda(session, on, points=[], by=cast.coordinator.actor()).meetings


def call(session: Session, cast: Cast, referral: Referral, *people: Account, **values: Any) -> None:
    given = {"starts_at": BEGINS, "minutes": 30, "place": cast.forum.place, "without": list(Profession)} | values
    called = [one.id for one in people]
    team_review.schedule_meeting(session, referral, by=cast.coordinator.actor(), seen=None, called=called, **given)


def off(session: Session, cast: Cast, referral: Referral) -> None:
    team_review.call_off_meeting(session, referral, by=cast.coordinator.actor(), seen=None, reason="Sjuka.")


def item(session: Session, referral: Referral) -> Any:
    slot = agenda.slot_of(session, referral)
    assert slot is not None
    return slot.item


def take_off(session: Session, cast: Cast, referral: Referral) -> None:
    agenda.arrange(session, item(session, referral), AgendaAct.OFF, minutes=30, by=cast.coordinator.actor())


def keep_out(session: Session, referral: Referral, account: Account) -> None:
    """Somebody who was called turns out to stand too close."""
    row = select(Membership).where(Membership.referral_id == referral.id, Membership.account_id == account.id)
    session.scalars(row).one().standing = Standing.SHUT_OUT
    session.flush()
    session.expire_all()


def told(post: Post, account: Account) -> list[tuple[str, datetime, int]]:
    return [(method, event.start, int(event["SEQUENCE"])) for to, method, event in post.went if to == account.email]


def _lines(letter: Letter) -> set[str]:
    return set(letter.body.splitlines())


def call_of(session: Session, on: TeamDate, account: Account) -> DateCall:
    return session.get_one(DateCall, DateCall.key(on.id, f"account:{account.id}"))


def test_who_sits_in_the_team_gets_one_mail_and_one_entry_for_six_referrals(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    first, *_others = put(session, cast, day, day, day)
    a_member(session, first, cast.special_educator)
    assert press(session, cast, day) == 3
    post.deliver()
    for one in (cast.head_teacher, cast.counsellor, cast.coordinator):
        assert told(post, one) == [("PUBLISH", BEGINS, 1)], "whoever calls and comes too"
    (own,) = (event for to, _method, event in post.went if to == cast.special_educator.email)
    assert own["UID"] == f"{team_review.meetings_of(session, first)[0].id}@trivsel.invalid", "beyond the team"
    event = next(event for to, _method, event in post.went if to == cast.counsellor.email)
    assert (event.start, event.end - event.start) == (BEGINS, timedelta(minutes=120))
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("Teammöte", cast.forum.place)
    assert not {"ATTENDEE", "DESCRIPTION"} & set(event)
    assert [one.to for one in post.letters].count("maja@hem.invalid") == 3, "guardians keep their own"
    letter = next(one for one in post.letters if one.to == cast.counsellor.email)
    assert letter.subject == "Du är kallad till ett teammöte"
    assert "tisdag 22 september 2026 kl. 14:30" in letter.body
    assert first.number not in letter.subject + letter.body
    assert letter.body.count("http") == letter.body.count("/meetings") == 1
    put(session, cast, day)
    assert press(session, cast, day) == 1
    assert [to for to, _method, _event in post.deliver()] == [], "one referral more tells nobody anything new"


def test_the_referrals_pages_and_log_say_whom_the_date_was_told_and_what_rests(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    (first,) = put(session, cast, day)
    press(session, cast, day)
    post.settle()
    (mail,) = session.scalars(select(Mail).where(Mail.recipient == f"account:{cast.counsellor.id}"))
    with pytest.raises(TooLateToStop):
        notifications.stop(session, first, mail, by=cast.coordinator.actor())
    post.deliver()
    assert (mail.sent_at is not None, mail.stopped_at, mail.date_id) == (True, None, day.id)
    noted = select(AuditEvent.object_id).where(AuditEvent.what == What.SENT_MAIL, AuditEvent.chain_id == first.id)
    assert mail.id in set(session.scalars(noted))
    (second,) = put(session, cast, day)
    press(session, cast, day)
    post.deliver()
    rests = select(Mail).where(Mail.referral_id == second.id, Mail.recipient == f"account:{cast.counsellor.id}")
    (mail,) = session.scalars(rests)
    assert (mail.sent_at, mail.stopped_at is not None, mail.stopped_by_id) == (None, True, None)

    def spoken_for() -> bool:
        return mail.id in date_letters.spoken_for(session, notifications.written(session, second))

    assert spoken_for(), "by the letter that told of the date before"
    off(session, cast, first)
    assert post.deliver() == []
    (closed,) = put(session, cast, day)
    closed.is_open = False  # ended, and still a line of the agenda: nobody meets for it
    off(session, cast, second)
    post.settle()
    assert not spoken_for(), "nobody is called to it any more"
    post.deliver()
    assert told(post, cast.counsellor)[-1] == ("CANCEL", BEGINS, 2)
    back = select(Mail).where(
        Mail.recipient == f"account:{cast.counsellor.id}", Mail.kind == MailKind.MEETING_CALLED_OFF
    )
    assert {mail.referral_id: mail.sent_at is not None for mail in session.scalars(back)} == {
        first.id: False, second.id: True,
    }  # fmt: skip
    letter = next(one for one in reversed(post.letters) if one.to == cast.counsellor.email)
    assert letter.subject == "Teamets möte är inställt"
    assert "Teamets möte tisdag 22 september 2026 kl. 14:30 är inställt." in letter.body
    assert "en egen kallelse" not in letter.body, "there is none"
    assert not {first.number, second.number} & {word.strip(".,:") for word in letter.body.split()}


def test_pages_say_when_the_date_is_told_and_of_what_nothing_is_told(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    def waits(referral: Referral) -> list[datetime]:
        """From when on the mail to the counsellor about `referral` can go."""
        mails = notifications.written(session, referral)
        theirs = {mail.id for mail in mails if mail.recipient == f"account:{cast.counsellor.id}"}
        return [goes.at for mail_id, goes in date_letters.goes_at(session, mails).items() if mail_id in theirs]

    (first,) = put(session, cast, day)
    press(session, cast, day)
    post.settle()
    goes_at = clock.now() + HOLD
    assert waits(first) == [goes_at], "the worker has not looked yet"
    post.look()
    post.clock.shift(timedelta(minutes=4))
    assert waits(first) == [goes_at]
    post.deliver()
    (second,) = put(session, cast, day)
    press(session, cast, day)
    post.settle()
    assert (waits(first), waits(second)) == ([], []), "told already"
    off(session, cast, first)
    post.settle()
    assert waits(first) == [], "they come to the other one all the same"
    call(session, cast, second, cast.head_teacher)
    post.settle()
    assert waits(second) == [clock.now() + HOLD]
    post.deliver()
    letter = next(one for one in reversed(post.letters) if one.to == cast.counsellor.email)
    assert letter.subject == "Du behöver inte komma till teamets möte"
    assert "Du behöver inte komma till teamets möte tisdag 22 september 2026 kl. 14:30." in _lines(letter)


def test_what_is_undone_before_it_went_is_told_to_nobody_and_each_change_waits_anew(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    (only,) = put(session, cast, day)
    press(session, cast, day)
    post.settle()
    post.look()
    post.clock.shift(HOLD - timedelta(minutes=1))
    moving.move_date(session, day, BEGINS + timedelta(hours=1), by=cast.coordinator.actor(), reason="Rum.")
    post.settle()
    post.look()
    post.clock.shift(timedelta(minutes=2))
    post.look()
    assert told(post, cast.counsellor) == []
    off(session, cast, only)
    assert [to for to, _method, _event in post.deliver()] == []
    assert {mail.sent_at for mail in session.scalars(select(Mail).where(Mail.date_id == day.id))} == {None}
    assert post.due() == [], "nothing is left to do"
    assert session.scalars(select(DateCall)).all() == [], "nor to be kept"


def test_a_worker_that_finds_the_first_row_written_meanwhile_leaves_it_to_the_other(
    session: Session, cast: Cast, day: TeamDate, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(session, cast, day)
    press(session, cast, day)
    post.settle()
    recipient, real = f"account:{cast.counsellor.id}", date_letters.DateEntries
    row = {"id": DateCall.key(day.id, recipient), "date_id": day.id, "recipient": recipient}

    def read(session: Session, date_id: uuid.UUID) -> Any:
        entries = real(session, date_id)
        session.execute(insert(DateCall).values(**row, is_called=False, sequence=0, tries=0))
        return entries

    with monkeypatch.context() as patch:
        patch.setattr(date_letters, "DateEntries", read)
        assert date_letters.look(session, day.id, recipient) is None
    assert session.scalars(select(DateCall.wanted)).all() == [None]
    post.deliver()
    assert told(post, cast.counsellor) == [("PUBLISH", BEGINS, 1)]


def test_a_look_that_follows_upon_another_reads_the_date_anew(
    session: Session, cast: Cast, day: TeamDate, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(session, cast, day)
    press(session, cast, day)
    post.settle()
    recipient, real = f"account:{cast.counsellor.id}", date_letters.DateEntries
    shorter = update(TeamDate).values(minutes=90).execution_options(synchronize_session=False)
    reads: list[uuid.UUID] = []

    def read(session: Session, date_id: uuid.UUID) -> Any:
        if reads:  # somebody else changes the date while the first look is still at work
            session.execute(shorter.where(TeamDate.id == date_id))
        reads.append(date_id)
        return real(session, date_id)

    monkeypatch.setattr(date_letters, "DateEntries", read)
    message_id = date_letters.look(session, day.id, recipient, is_held=False)
    assert message_id is not None
    (event,) = Calendar.from_ical(date_letters.letter(session, message_id).calendar).events
    assert event.end - event.start == timedelta(minutes=90)


def test_of_what_holds_no_more_and_of_what_goes_by_itself_no_page_says_that_it_goes_with_the_date(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    def goes(referral: Referral) -> list[bool]:
        """Of the mail to the counsellor about `referral` that is to go, whether that is by itself."""
        calls = select(Mail).where(
            Mail.referral_id == referral.id, Mail.recipient == f"account:{cast.counsellor.id}",
            Mail.kind == MailKind.MEETING_SCHEDULED,
        )  # fmt: skip
        return [one.is_apart for one in date_letters.goes_at(session, session.scalars(calls).all()).values()]

    first, second, third = put(session, cast, day, day, day)
    press(session, cast, day)
    post.settle()
    off(session, cast, first)
    take_off(session, cast, third)
    post.settle()
    assert [goes(one) for one in (first, second, third)] == [[], [False], [True]]


@pytest.mark.parametrize("is_called", [True, False], ids=["called to another", "another still to be called to"])
def test_who_need_not_come_does_not_read_that_the_meeting_is_called_off_while_the_team_meets(
    session: Session, cast: Cast, day: TeamDate, post: Post, is_called: bool
) -> None:
    first, second = put(session, cast, day, day)
    call(session, cast, first, cast.head_teacher, cast.counsellor)
    if is_called:
        call(session, cast, second, cast.head_teacher, starts_at=BEGINS + timedelta(minutes=30))
    post.deliver()
    off(session, cast, first)
    post.deliver()
    letter = [one for one in post.letters if one.to == cast.counsellor.email][-1]
    assert letter.subject == "Du behöver inte komma till teamets möte"


def test_a_letter_says_what_is_new_only_against_one_that_arrived(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    def move(at: datetime, **values: Any) -> None:
        moving.move_date(session, day, at, by=cast.coordinator.actor(), reason="Rummet.", **values)
        post.deliver()

    (only,) = put(session, cast, day)
    press(session, cast, day)
    post.deliver()
    post.is_away = True
    move(LATER - timedelta(days=7))
    waiting = date_letters.goes_at(session, notifications.written(session, only)).values()
    assert {one.at for one in waiting} == {clock.now()}, "it is tried already"
    post.is_away = False
    move(LATER - timedelta(days=7), place="Aulan")
    letter = next(one for one in reversed(post.letters) if one.to == cast.counsellor.email)
    assert letter.subject == "Du är kallad till ett teammöte"
    told_last = call_of(session, day, cast.counsellor)
    told_last.news = CallNews.CALLED_OFF  # left by a worker of the version before
    assert date_letters.letter(session, letter.message_id).subject == letter.subject


def test_a_date_that_moves_changes_the_one_entry_and_another_order_changes_nothing(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    by = cast.coordinator.actor()
    _first, second = put(session, cast, day, day)
    press(session, cast, day)
    post.deliver()
    agenda.arrange(session, item(session, second), AgendaAct.EARLIER, minutes=30, by=by)
    assert moving.follow_agenda(session, day, by=by).meetings == 2
    assert post.deliver() == []
    moving.move_date(session, day, BEGINS + timedelta(days=1), by=by, reason="Rummet.")
    post.deliver()
    moving.move_date(session, day, day.starts_at, by=by, reason="Rummet.", place="Aulan")
    post.deliver()
    for one in (cast.head_teacher, cast.counsellor, cast.coordinator):
        assert told(post, one) == [
            ("PUBLISH", BEGINS, 1), ("PUBLISH", BEGINS + timedelta(days=1), 2), ("PUBLISH", BEGINS + timedelta(days=1), 3),
        ]  # fmt: skip
        assert len(post.calendar(one)) == 1
    moving.move_date(session, day, day.starts_at, by=by, reason="Rummet.", minutes=90)
    post.deliver()
    moving.move_date(session, day, BEGINS, by=by, reason="Rummet.", place=cast.forum.place, minutes=90)
    post.deliver()
    moving.withdraw_date(session, day, by=by, reason="Sjuka.")
    post.deliver()
    assert post.calendar(cast.counsellor) == {}
    assert post.due() == []
    letters = [one for one in post.letters if one.to == cast.counsellor.email]
    same = "Det börjar onsdag 23 september 2026 kl. 14:30, som förut."
    (first, *news) = (_lines(one) for one in letters)
    assert {"Ditt team träffas och du är kallad.", "Det börjar tisdag 22 september 2026 kl. 14:30."} <= first
    assert {"Det börjar nu en annan tid: onsdag 23 september 2026 kl. 14:30.", ANEW} <= news[0]
    assert {same, "Det är på en annan plats nu."} <= news[1]
    assert {same, "Det slutar en annan tid nu."} <= news[2]
    assert not any(HOLDS in one for one in news), "each of its meetings has a time of its own"
    assert {"Det är på en annan plats nu.", ANEW} <= news[3]
    assert "Teamets möte tisdag 22 september 2026 kl. 14:30 är inställt." in news[4]
    assert [one.subject for one in letters[1:5]] == ["Teamets möte har ändrats"] * 4
    assert all("säger var det är" in one.body for one in letters[:5]), "nobody has to sign in for that"


def test_a_referral_that_moves_between_dates_takes_its_entry_along_and_back(
    session: Session, cast: Cast, two_dates: list[TeamDate], post: Post
) -> None:
    by, (one, other) = cast.coordinator.actor(), two_dates
    first, second = put(session, cast, one, one)
    press(session, cast, one)
    post.deliver()
    for referral in (first, second):
        moving.move_item(session, item(session, referral), other, by=by, reason="Tid.")
    post.deliver()
    assert list(post.calendar(cast.counsellor).values()) == [LATER]
    moving.move_item(session, item(session, second), one, by=by, reason="Tid.")
    post.deliver()
    assert sorted(post.calendar(cast.counsellor).values()) == [BEGINS, LATER]
    assert len(post.calendar(cast.counsellor)) == 2


def test_what_leaves_the_date_is_called_to_by_itself_and_what_stays_is_not(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    first, second = put(session, cast, day, day)
    press(session, cast, day)
    post.settle()
    take_off(session, cast, first)
    post.deliver()
    own = team_review.meetings_of(session, first)[0]
    (mail,) = session.scalars(
        select(Mail).where(Mail.recipient == f"account:{cast.counsellor.id}", Mail.referral_id == first.id)
    )
    assert (mail.date_id, mail.sent_at is not None, mail.stopped_at) == (None, True, None)
    assert session.scalars(select(Step.id).where(Step.mail_id == mail.id)).one()
    assert set(post.calendar(cast.counsellor)) == {
        f"{own.id}@trivsel.invalid", f"{call_of(session, day, cast.counsellor).id}@trivsel.invalid",
    }  # fmt: skip
    dates.drop(session, cast.forum, day.id, by=cast.coordinator.actor())
    post.deliver()
    told_apart = session.scalars(select(Mail).where(Mail.recipient == mail.recipient, Mail.referral_id == second.id))
    assert [(one.date_id, one.sent_at is not None) for one in told_apart] == [(None, True)], "one mail, told anew"
    rest = team_review.meetings_of(session, second)[0]
    assert set(post.calendar(cast.counsellor)) == {f"{one.id}@trivsel.invalid" for one in (own, rest)}
    off(session, cast, second)
    post.deliver()
    assert set(post.calendar(cast.counsellor)) == {f"{own.id}@trivsel.invalid"}


def test_what_is_off_the_agenda_for_a_moment_gets_no_entry_of_its_own(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    (only,) = put(session, cast, day)
    press(session, cast, day)
    post.deliver()
    take_off(session, cast, only)
    post.settle()
    post.look()
    post.clock.shift(HOLD - timedelta(minutes=1))
    post.look()
    agenda.put_on(session, day, only.id, minutes=30, by=cast.coordinator.actor())
    assert post.deliver() == []
    own = select(Mail).where(Mail.date_id.is_(None), Mail.recipient == f"account:{cast.counsellor.id}")
    assert session.scalars(own).all() == []
    assert post.due() == []


def test_what_leaves_the_date_by_a_decision_is_left_to_what_follows_that(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    (only,) = put(session, cast, day)
    press(session, cast, day)
    post.deliver()
    call(session, cast, only, cast.counsellor, place="Hemma")
    own = select(Mail).where(Mail.date_id.is_(None), Mail.recipient == f"account:{cast.counsellor.id}")
    for _ in range(2):
        post.look()
        post.clock.shift(HOLD)
    post.look()
    assert session.scalars(own).all() == [], "it may write to them itself, in its own words"
    post.settle()
    assert len(session.scalars(own).all()) == 1
    post.deliver()
    (meeting,) = team_review.meetings_of(session, only)
    assert post.calendar(cast.counsellor) == {f"{meeting.id}@trivsel.invalid": BEGINS}


def test_a_meeting_that_was_changed_within_the_date_and_leaves_it_is_called_to_as_it_is_now(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    (first,) = put(session, cast, day)
    press(session, cast, day)
    post.deliver()
    called = team_review.meetings_of(session, first)[0].called
    people = [one for one in (cast.head_teacher, cast.counsellor, cast.coordinator) if str(one.id) in called]
    call(session, cast, first, *people, cast.second_coordinator)
    assert [to for to, _method, _event in post.deliver()] == [cast.second_coordinator.email], "who is new only"
    take_off(session, cast, first)
    post.deliver()
    own = team_review.meetings_of(session, first)[0]
    assert post.calendar(cast.counsellor) == {f"{own.id}@trivsel.invalid": BEGINS}


def test_a_meeting_at_a_time_or_a_place_of_its_own_keeps_an_entry_of_its_own(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    at_home, later = put(session, cast, day, day)
    call(session, cast, at_home, cast.counsellor, place="Hemma")
    call(session, cast, later, cast.counsellor, starts_at=BEGINS + timedelta(minutes=100))
    post.deliver()
    own = {f"{team_review.meetings_of(session, one)[0].id}@trivsel.invalid" for one in (at_home, later)}
    assert set(post.calendar(cast.counsellor)) == own
    call(session, cast, later, cast.counsellor)
    post.deliver()
    assert set(post.calendar(cast.counsellor)) == own, "moved into the date it stays what it is"
    assert list(post.calendar(cast.counsellor).values()) == [BEGINS, BEGINS]


def test_a_meeting_keeps_an_entry_of_its_own_that_may_stand_in_a_calendar_though_its_mail_rests(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    (at_home,) = put(session, cast, day)
    call(session, cast, at_home, cast.counsellor, place="Hemma")
    post.settle()
    (mail,) = session.scalars(select(Mail).where(Mail.kind == MailKind.MEETING_SCHEDULED))
    session.scalars(select(Step).where(Step.mail_id == mail.id)).one().failures = 1
    call(session, cast, at_home, cast.counsellor)
    session.flush()
    notifications.let_rest_if_done(session, mail)
    assert mail.stopped_at is not None
    post.deliver()
    own = f"{team_review.meetings_of(session, at_home)[0].id}@trivsel.invalid"
    assert set(post.calendar(cast.counsellor)) == {own}, "one entry, which says by now where it is"


def test_a_letter_that_may_have_arrived_is_taken_back_and_one_that_waits_goes_with_the_same_message_id(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    (only,) = put(session, cast, day)
    press(session, cast, day)
    post.is_away = True
    post.deliver()
    tried = call_of(session, day, cast.counsellor)
    message_id = tried.message_id
    assert (tried.sent_at, tried.sequence) == (None, 1)
    post.is_away = False
    post.clock.shift(timedelta(minutes=2))
    post.look()
    assert [one.message_id for one in post.letters if one.to == cast.counsellor.email] == [message_id]
    date_letters.note_sent(session, "<another@trivsel.invalid>")
    moving.move_date(session, day, BEGINS + timedelta(hours=1), by=cast.coordinator.actor(), reason="Rum.")
    post.is_away = True
    post.deliver()
    off(session, cast, only)
    post.is_away = False
    post.deliver()
    assert told(post, cast.counsellor)[-1] == ("CANCEL", BEGINS + timedelta(hours=1), 3)
    assert post.calendar(cast.counsellor) == {}


def test_a_change_waits_no_longer_for_what_becomes_of_the_letter_before(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    put(session, cast, day)
    press(session, cast, day)
    post.settle()
    post.look()
    post.clock.shift(HOLD)
    recipient, by = f"account:{cast.counsellor.id}", cast.coordinator.actor()
    message_id = date_letters.look(session, day.id, recipient)
    assert message_id is not None
    for hours, note in ((1, date_letters.note_sent), (2, date_letters.note_returned)):
        moving.move_date(session, day, BEGINS + timedelta(hours=hours), by=by, reason="Rum.")
        post.settle()
        assert date_letters.look(session, day.id, recipient) is None
        note(session, message_id)
        date_letters.note_refused(session, "<another@trivsel.invalid>", word="mail")
        post.clock.shift(HOLD)
        post.look()
        assert told(post, cast.counsellor)[-1] == ("PUBLISH", BEGINS + timedelta(hours=hours), hours + 1)
        message_id = next(one.message_id for one in reversed(post.letters) if one.to == cast.counsellor.email)


def test_taking_back_is_tried_until_it_went(session: Session, cast: Cast, day: TeamDate, post: Post) -> None:
    (only,) = put(session, cast, day)
    press(session, cast, day)
    post.deliver()
    off(session, cast, only)
    post.is_away = True
    post.deliver()
    assert len(post.calendar(cast.counsellor)) == 1
    post.is_away = False
    post.clock.shift(timedelta(minutes=2))
    post.look()
    assert post.calendar(cast.counsellor) == {}


def test_an_address_that_takes_nothing_is_seen_by_the_coordinator_until_it_is_put_right(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    (only,), other = put(session, cast, day), a_referral(session, cast)
    actor = cast.coordinator.actor()
    post.unknown = {cast.counsellor.email}
    press(session, cast, day)
    assert date_letters.failed_since(session) == {}
    post.deliver()
    (failed,) = date_letters.failed(session, only)
    assert (failed.account_id, failed.failed_with, date_letters.failed(session, other)) == (
        cast.counsellor.id,
        "address",
        [],
    )
    assert [line.number for line in undelivered.to_see_to(session, actor)] == [only.number]
    post.clock.shift(timedelta(days=2))
    post.look()
    assert failed.tries == 1, "another try would not help"
    cast.counsellor.email = "kim@ny.invalid"
    post.deliver()
    assert told(post, cast.counsellor) == [("PUBLISH", BEGINS, 2)]
    assert date_letters.failed(session, only) == list(undelivered.to_see_to(session, actor)) == []


def test_that_they_need_not_come_goes_at_once_to_an_address_that_was_put_right(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    (only,) = put(session, cast, day)
    press(session, cast, day)
    post.deliver()
    post.unknown = {cast.counsellor.email}
    off(session, cast, only)
    post.deliver()
    assert [one.account_id for one in date_letters.failed(session, only)] == [cast.counsellor.id]
    cast.counsellor.email = "kim@ny.invalid"
    post.deliver()
    assert told(post, cast.counsellor) == [("CANCEL", BEGINS, 3)]
    assert date_letters.failed(session, only) == []


def test_a_letter_that_came_back_is_seen_and_goes_again_only_by_hand_or_elsewhere(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    (only,) = put(session, cast, day)
    press(session, cast, day)
    post.deliver()
    letter = next(one for one in post.letters if one.to == cast.counsellor.email)
    assert not date_letters.note_returned(session, "<of somebody else@kommunen.invalid>")
    assert date_letters.note_returned(session, letter.message_id)
    assert not date_letters.note_returned(session, letter.message_id), "the same report says nothing about the next try"
    assert [one.account_id for one in date_letters.failed(session, only)] == [cast.counsellor.id]
    (mail,) = session.scalars(select(Mail).where(Mail.recipient == f"account:{cast.counsellor.id}"))
    assert mail.sent_at is None
    post.clock.shift(timedelta(days=2))
    post.deliver()
    assert len(told(post, cast.counsellor)) == 1, "nobody gets a letter a day that comes back a day"
    date_letters.retry(session, only, mail, by=cast.coordinator.actor())
    post.look()
    assert told(post, cast.counsellor) == [("PUBLISH", BEGINS, 1)] * 2
    assert (mail.sent_at is not None, date_letters.failed(session, only)) == (True, [])
    again = [one for one in post.letters if one.to == cast.counsellor.email][-1]
    assert date_letters.note_returned(session, again.message_id)
    cast.counsellor.email = "kim@ny.invalid"
    post.deliver()
    assert told(post, cast.counsellor) == [("PUBLISH", BEGINS, 2)], "another address is told at once"
    assert date_letters.failed(session, only) == []


@pytest.mark.parametrize(("trouble", "word"), [("is_away", None), ("is_busy", "mail")])
def test_what_a_post_office_does_not_take_several_times_is_seen(
    session: Session, cast: Cast, day: TeamDate, post: Post, trouble: str, word: str | None
) -> None:
    (only,) = put(session, cast, day)
    press(session, cast, day)
    setattr(post, trouble, True)
    post.deliver()
    tried = call_of(session, day, cast.counsellor)
    for tries, pause in enumerate(date_letters.PAUSES[:-1], start=1):
        post.clock.shift(pause - timedelta(seconds=1))
        post.look()
        assert (tried.tries, date_letters.failed(session, only)) == (tries, []), "each pause is longer"
        post.clock.shift(timedelta(seconds=1))
        post.look()
    (failed,) = (one for one in date_letters.failed(session, only) if one is tried)
    assert (failed.tries, failed.failed_with) == (date_letters.MOST_TRIES, word)
    post.clock.shift(timedelta(minutes=59))
    post.look()
    assert failed.tries == date_letters.MOST_TRIES, "nor is it tried without end"
    post.clock.shift(timedelta(minutes=1))
    post.look()
    assert failed.tries == date_letters.MOST_TRIES + 1, "and not given up while it could still arrive"
    off(session, cast, only)
    post.deliver()
    assert date_letters.failed(session, only) == [], "and what it said is not to be told any more"


def test_a_coordinator_lets_what_did_not_arrive_be_tried_again_at_once(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    (only,) = put(session, cast, day)
    press(session, cast, day)
    post.is_away = True
    post.deliver()
    for pause in date_letters.PAUSES:
        post.clock.shift(pause)
        post.look()
    post.is_away = False
    mails = session.scalars(select(Mail).where(Mail.referral_id == only.id, Mail.date_id == day.id)).all()
    mail = next(one for one in mails if one.account_id == cast.counsellor.id)
    with pytest.raises(NotAllowed):
        date_letters.retry(session, only, mail, by=cast.counsellor.actor())
    date_letters.retry(session, only, mail, by=cast.coordinator.actor())
    assert cast.counsellor.id not in {one.account_id for one in date_letters.failed(session, only)}
    post.look()
    assert [to for to, _method, _event in post.went] == [cast.counsellor.email], "theirs, and nobody else's"
    date_letters.retry(session, only, mail, by=cast.coordinator.actor())
    post.look()
    assert len(told(post, cast.counsellor)) == 1, "what arrived is not sent again"


def test_who_stands_in_gets_the_entry_and_who_is_away_loses_it(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    ylva = Account(
        email="ylva@trivsel.invalid", name="Ylva Strand", profession=Profession.SCHOOL_COUNSELLOR, language="da",
        password_hash=NO_PASSWORD, roles=[RoleAssignment(role=Role.ASSESSOR, unit=cast.other_school)],
    )  # fmt: skip
    session.add(ylva)
    first, _second = put(session, cast, day, day)
    press(session, cast, day)
    post.deliver()
    by, (meeting,) = cast.coordinator.actor(), team_review.meetings_of(session, first)
    standing_in.step_in(session, first, cast.counsellor.id, stand_in_id=ylva.id, by=by, asked_about=meeting.starts_at)
    post.deliver()
    assert told(post, ylva) == [("PUBLISH", BEGINS, 1)]
    assert told(post, cast.counsellor) == [("PUBLISH", BEGINS, 1), ("CANCEL", BEGINS, 2)]
    assert len(told(post, cast.head_teacher)) == 1


def test_who_does_not_work_here_any_more_gets_no_mail(session: Session, cast: Cast, day: TeamDate, post: Post) -> None:
    (only,) = put(session, cast, day)
    press(session, cast, day)
    post.deliver()
    cast.head_teacher.is_active = False
    off(session, cast, only)
    post.deliver()
    assert len(told(post, cast.head_teacher)) == 1
    assert len(told(post, cast.counsellor)) == 2


def test_what_does_not_arrive_at_somebody_who_does_not_work_here_any_more_is_nobodys_concern(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    (only,) = put(session, cast, day)
    press(session, cast, day)
    post.deliver()
    letter = next(one for one in post.letters if one.to == cast.counsellor.email)
    date_letters.note_returned(session, letter.message_id)
    assert date_letters.failed_since(session).keys() == {only.id}
    cast.counsellor.is_active = False
    post.deliver()
    assert date_letters.failed_since(session) == {}


def test_who_is_kept_out_of_a_referral_before_they_are_told_is_told_nothing_and_afterwards_only_that_they_need_not_come(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    first, second = put(session, cast, day, day)
    press(session, cast, day)
    for referral in (first, second):
        keep_out(session, referral, cast.counsellor)
    post.deliver()
    assert told(post, cast.counsellor) == []
    for referral in (first, second):
        keep_out(session, referral, cast.head_teacher)
    session.expire_all()
    assert post.deliver() == [], "what was told stands until something changes"
    moving.move_date(session, day, BEGINS + timedelta(hours=1), by=cast.coordinator.actor(), reason="Rum.")
    post.deliver()
    assert told(post, cast.head_teacher) == [("PUBLISH", BEGINS, 1), ("CANCEL", BEGINS, 2)]


def test_where_an_identity_comes_to_be_protected_its_meeting_gets_mail_of_its_own(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    seats.seat(session, cast.forum, cast.special_educator.id, by=cast.coordinator.actor())
    (only,) = put(session, cast, day)
    press(session, cast, day)
    post.deliver()
    protected(session, only, by=cast.coordinator, let_in=(cast.counsellor,))
    post.deliver()
    own = team_review.meetings_of(session, only)[0]
    assert set(post.calendar(cast.counsellor)) == {f"{own.id}@trivsel.invalid"}
    assert all("LOCATION" not in event for to, _method, event in post.went[-2:] if to == cast.counsellor.email)
    assert told(post, cast.special_educator) == [("PUBLISH", BEGINS, 1), ("CANCEL", BEGINS, 2)], (
        "who is not on the list"
    )
    holds = "Har du fått en egen kallelse till ett möte den tiden gäller den."
    assert any(holds in one.body for one in post.letters if one.to == cast.counsellor.email)


def test_minutes_written_before_the_hour_let_nobody_stay_away(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    (only,) = put(session, cast, day)
    press(session, cast, day)
    post.deliver()
    team_review.meetings_of(session, only)[0].held_at = BEGINS - timedelta(days=1)
    assert post.deliver() == []
    assert len(post.calendar(cast.counsellor)) == 1


def test_what_is_called_as_the_date_begins_is_called_to_by_itself_unless_the_date_was_told(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    first, second, third = put(session, cast, day, day, day)
    call(session, cast, first, cast.head_teacher)
    post.deliver()
    post.clock.move_to(BEGINS - timedelta(minutes=5))
    call(session, cast, second, cast.counsellor, cast.head_teacher, starts_at=BEGINS + timedelta(minutes=30))
    post.deliver()
    own = team_review.meetings_of(session, second)[0]
    assert post.calendar(cast.counsellor) == {f"{own.id}@trivsel.invalid": BEGINS + timedelta(minutes=30)}
    call(session, cast, third, cast.counsellor, starts_at=BEGINS + timedelta(minutes=60))
    post.deliver()
    assert BEGINS + timedelta(minutes=60) in post.calendar(cast.counsellor).values(), "and so while it runs"
    assert told(post, cast.head_teacher) == [("PUBLISH", BEGINS, 1)], "who comes to the date anyway"


def test_a_date_that_began_before_it_could_be_told_is_told_by_what_is_still_to_come_of_it(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    first, second = put(session, cast, day, day)
    press(session, cast, day)
    post.settle()
    post.clock.move_to(BEGINS)
    post.deliver()
    own = team_review.meetings_of(session, second)[0]
    assert post.calendar(cast.counsellor) == {f"{own.id}@trivsel.invalid": BEGINS + timedelta(minutes=30)}
    began = session.scalars(select(Mail).where(Mail.referral_id == first.id, Mail.date_id == day.id)).all()
    assert began
    assert all(mail.stopped_at for mail in began), "whoever was to come would learn of it too late"
    assert post.due() == []


def test_what_changes_while_it_waits_is_told_even_where_the_date_begins_meanwhile(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    put(session, cast, day)
    post.clock.move_to(BEGINS - timedelta(minutes=15))
    press(session, cast, day)
    post.settle()
    post.look()
    post.clock.shift(timedelta(minutes=9))
    moving.move_date(session, day, day.starts_at, by=cast.coordinator.actor(), reason="Rummet.", place="Aulan")
    post.deliver()
    assert told(post, cast.counsellor) == [("PUBLISH", BEGINS, 1)]


def test_what_is_called_off_while_the_date_runs_is_taken_back_unless_they_sit_there(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    first, second = put(session, cast, day, day)
    call(session, cast, first, cast.head_teacher)
    call(session, cast, second, cast.head_teacher, cast.counsellor, starts_at=BEGINS + timedelta(minutes=30))
    post.deliver()
    post.clock.move_to(BEGINS + timedelta(minutes=5))
    off(session, cast, second)
    post.deliver()
    assert told(post, cast.counsellor) == [("PUBLISH", BEGINS, 1), ("CANCEL", BEGINS, 2)]
    team_review.meetings_of(session, first)[0].place = "Hemma"
    post.deliver()
    assert told(post, cast.head_teacher) == [("PUBLISH", BEGINS, 1)]
    assert post.due() == []


def test_as_long_as_no_seats_are_given_whoever_completes_the_team_sits_there(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    by = cast.coordinator.actor()
    for seat in seats.seats_of(session, cast.forum):
        seats.unseat(session, seat, by=by)
    cast.forum.quorum = [Profession.SCHOOL_COUNSELLOR.value]
    put(session, cast, day, day)
    press(session, cast, day)
    post.deliver()
    assert told(post, cast.counsellor) == [("PUBLISH", BEGINS, 1)]


def test_the_page_gives_the_entry_that_the_mail_brought(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    (only,) = put(session, cast, day)
    press(session, cast, day)
    post.settle()
    (meeting,) = team_review.meetings_of(session, only)

    def taken() -> Event:
        given = invitations_calendar.to_take_along(session, meeting, title="Möte", reader=cast.counsellor.id)
        (event,) = Calendar.from_ical(given).events
        return event

    before = taken()
    post.deliver()
    (came,) = (event for to, _method, event in post.went if to == cast.counsellor.email)
    event = taken()
    assert (before["UID"], before["SEQUENCE"], before["STATUS"]) == (came["UID"], 0, "CONFIRMED"), "before the mail too"
    assert (event["UID"], event["SEQUENCE"], event.start, event.end) == (came["UID"], 1, came.start, came.end)
    tomorrow = BEGINS + timedelta(days=1)
    moving.move_date(session, day, tomorrow, by=cast.coordinator.actor(), reason="Rum.")
    assert (taken()["UID"], taken().start) == (came["UID"], tomorrow), (
        "what the page says, and not what the last mail said"
    )
    post.deliver()
    people = [session.get_one(Account, uuid.UUID(one)) for one in meeting.called]
    again = {"starts_at": tomorrow, "place": day.place}
    call(session, cast, only, *(one for one in people if one.id != cast.counsellor.id), **again)
    post.deliver()
    call(session, cast, only, *people, **again)
    post.settle()
    assert told(post, cast.counsellor)[-1] == ("CANCEL", tomorrow, 3)
    kinds = select(Mail.kind).where(Mail.recipient == f"account:{cast.counsellor.id}").order_by(Mail.written_at.desc())
    assert session.scalars(kinds.limit(1)).one() == MailKind.MEETING_SCHEDULED, (
        "called again to the same, they are written to"
    )
    assert (taken()["UID"], taken()["STATUS"]) == (came["UID"], "CONFIRMED"), "though it was taken back before"
    take_off(session, cast, only)
    assert taken()["UID"] == f"{meeting.id}@trivsel.invalid", "it is part of the date no more"


def test_a_look_asks_for_the_seats_once_for_everybody_and_all_meetings(
    session: Session, cast: Cast, day: TeamDate, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(session, cast, day, day)
    press(session, cast, day)
    post.settle()
    real = seats.seats_of
    asked: list[uuid.UUID] = []

    def seats_of(session: Session, forum: Forum) -> list[TeamSeat]:
        asked.append(forum.id)
        return real(session, forum)

    monkeypatch.setattr(seats, "seats_of", seats_of)
    assert len(date_letters.due_of(session, day.id)) == 3
    assert asked == [cast.forum.id]


def test_what_was_told_is_forgotten_a_year_after_the_date(
    session: Session, cast: Cast, day: TeamDate, post: Post
) -> None:
    put(session, cast, day)
    press(session, cast, day)
    post.deliver()
    there = select(func.count()).select_from(DateCall)
    post.clock.move_to(BEGINS + date_letters.KEPT)
    assert date_letters.forget_old(session) == 0
    post.clock.shift(timedelta(minutes=1))
    assert date_letters.forget_old(session) == 3
    assert session.scalar(there) == 0
