"""Questions sent upward: about nobody, to a team of a level above, with a way back that the sender's side alone can follow."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from referrals import clock, notifications
from referrals.access import Actor, Role
from referrals.errors import AlreadyMoved, KeptOutside, NamesSomebody, NotAllowed, SeatRefused, WrongStage
from referrals.forums import dates, seats, upward
from referrals.keeping import audit_check, contents
from referrals.models import (
    Account,
    AuditEvent,
    Base,
    Concern,
    Forum,
    History,
    Referral,
    RoleAssignment,
    Step,
    TeamDate,
    UpwardOrigin,
    UpwardQuestion,
    What,
)
from referrals.rounds import people as rounds
from referrals.safeguarding import protected_identity
from referrals.stages import CLOSED, IN_TRIAGE, PLAN_ACTIVE, Party, Verb
from referrals.vocabulary import ContentKind, MailKind, SeatProblem, TeamLevel, Trace, UpwardState
from tests.factories import a_guardian, a_referral, protected
from tests.people import Cast

QUESTION = "Hur kan skolorna hjälpas åt när flera elever är borta på måndagar?"
ANSWER = "Ta upp det med socialtjänsten, och pröva en gemensam morgongrupp."


@pytest.fixture
def above(session: Session, cast: Cast) -> Forum:
    """The municipality's development group: no school is its own, and Otto and Margit sit in it."""
    made = Forum(slug="utveckling", name="HTL-team utvecklingsgrupp", quorum=[], level=TeamLevel.MUNICIPALITY)
    session.add(made)
    session.flush()
    for account in (cast.outsider, cast.manager):
        seats.seat(session, made, account.id, by=cast.administrator.actor())
    return made


@pytest.fixture
def referral(session: Session, cast: Cast) -> Referral:
    found = a_referral(session, cast, PLAN_ACTIVE)
    a_guardian(session, found, name="Wolfriede Testsson")
    return found


@pytest.fixture
def ask(session: Session, cast: Cast, above: Forum) -> Callable[..., UpwardQuestion]:
    def send(question: str = QUESTION, *, by: Account | None = None, **values: object) -> UpwardQuestion:
        actor = (by or cast.coordinator).actor()
        return upward.ask(session, cast.forum, above, by=actor, question=question, **values)  # type: ignore[arg-type]

    return send


def reads(session: Session, cast: Cast, found: UpwardQuestion) -> set[str]:
    people = (value for value in vars(cast).values() if isinstance(value, Account))
    return {one.name.split()[0] for one in people if upward.may_read(session, found, one.actor())}


# ------------------------------------------------------------------------------------------------- C01, its evidence
def test_a_question_sent_upward_appears_in_the_queue_above_with_a_back_link_and_without_identities(
    session: Session, cast: Cast, above: Forum, referral: Referral, ask: Callable[..., UpwardQuestion]
) -> None:
    found = ask(referral=referral)
    otto, karin = cast.outsider.actor(), cast.coordinator.actor()
    assert upward.waiting_for(session, otto) == [found]
    assert upward.known_to(session, otto) == [found]
    assert (upward.origin(found, karin), upward.origin(found, otto)) == (referral, None)
    assert upward.of_referral(session, referral, karin) == [found]
    assert upward.of_referral(session, referral, otto) == []
    words = f"{found.number} {found.question} {found.from_forum.level.label}"
    for identity in (referral.number, "Mila", "Testsson", "Mentorsson", "Wolfriede", "4B"):
        assert identity not in words
    row = session.execute(sa.select(UpwardQuestion.__table__)).mappings().one()
    assert referral.id not in row.values()
    assert referral.number not in repr(row)


def test_only_the_senders_side_and_the_team_that_is_asked_read_it(
    session: Session, cast: Cast, referral: Referral, ask: Callable[..., UpwardQuestion]
) -> None:
    assert reads(session, cast, ask()) == {"Karin", "Sanna", "Henrik", "Otto", "Margit"}
    from_referral = ask(referral=referral)
    assert reads(session, cast, from_referral) == {"Karin", "Sanna", "Henrik", "Otto", "Margit"}
    a_referral_on_a_list(session, cast, referral)
    assert reads(session, cast, from_referral) == {"Karin", "Otto", "Margit"}
    assert upward.of_referral(session, referral, cast.second_coordinator.actor()) == []
    assert not upward.may_read(session, from_referral, Actor())


def a_referral_on_a_list(session: Session, cast: Cast, referral: Referral) -> None:
    """From now on only Karin may know of it."""
    level = protected_identity.lowest_level(referral)
    protected_identity.begin(session, referral, referral, level=level, by=cast.coordinator.actor())
    for one in [*referral.access_list]:
        if one.account_id != cast.coordinator.id:
            session.delete(one)
    session.flush()
    session.refresh(referral)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Mila är borta.", Trace.NAME),
        ("vi har talat med wolfriede om det", Trace.NAME),
        ("Fråga Lena Mentorsson.", Trace.NAME),
        ("Vi på Lindskolan undrar.", Trace.NAME),
        ("Vi i linden undrar.", Trace.NAME),
        ("Flera i 4B är borta.", Trace.SCHOOL_CLASS),
        ("Eleven 160112-0000 är borta.", Trace.IDENTITY_NUMBER),
        ("Det gäller HTL-7K4M-2Q9X.", Trace.REFERENCE_NUMBER),
        ("det gäller htl 7k4m 2q9x", Trace.REFERENCE_NUMBER),
    ],
)
def test_what_tells_who_it_is_about_is_refused_and_nothing_is_stored(
    session: Session, referral: Referral, ask: Callable[..., UpwardQuestion], text: str, kind: Trace
) -> None:
    session.commit()
    before = everything(session)
    with pytest.raises(NamesSomebody) as refused:
        ask(text, referral=referral, answered=["4B"] if kind is Trace.IDENTITY_NUMBER else ())
    assert kind.value in refused.value.kinds
    assert everything(session) == before


def everything(session: Session) -> str:
    return "".join(repr([*session.execute(sa.select(table))]) for table in Base.metadata.sorted_tables)


def test_what_every_team_is_called_names_nobody(ask: Callable[..., UpwardQuestion]) -> None:
    """ "HTL-team" and the name of another school tell nothing of the team that asks; its own name does not where it says so."""
    assert ask("Vårt HTL-team och Askskolan undrar, i Lindköping.").question
    assert ask("Vi på Lindskolan undrar.", names_team=True).names_team


def test_a_false_alarm_can_be_answered_and_stands_in_the_log_without_the_word(
    session: Session, ask: Callable[..., UpwardQuestion]
) -> None:
    found = ask("Vi har prövat Mild vecka.", answered=["mild"])
    events = session.scalars(sa.select(AuditEvent).where(AuditEvent.chain_id == found.id)).all()
    assert [one.subject for one in events] == ["ask_upward", "answer_identity_check"]


# ---------------------------------------------------------------------------------------------------------- levels
@pytest.mark.parametrize(
    ("level", "over"),
    [
        (TeamLevel.CHILD, [TeamLevel.STAFF, TeamLevel.AREA, TeamLevel.MUNICIPALITY]),
        (TeamLevel.AREA, [TeamLevel.MUNICIPALITY]),
        (TeamLevel.MUNICIPALITY, []),
    ],
)
def test_a_question_goes_to_the_levels_above_the_next_one_first(
    session: Session, cast: Cast, above: Forum, level: TeamLevel, over: list[TeamLevel]
) -> None:
    elsewhere = cast.other_school.forum
    near = Forum(slug="norr", name="Norra området", quorum=[], level=TeamLevel.AREA)
    session.add(near)
    elsewhere.level, cast.forum.level = TeamLevel.STAFF, level
    session.flush()
    assert [one.level for one in upward.teams_above(session, cast.forum)] == [one for one in over if one != "area"]
    seats.seat(session, near, cast.teacher.id, by=cast.administrator.actor())
    assert [one.level for one in upward.teams_above(session, cast.forum)] == over
    asks = [cast.forum] if over else []
    assert upward.teams_that_ask(session, cast.head_teacher.actor()) == asks
    assert upward.teams_that_ask(session, cast.counsellor.actor()) == []
    for account in (cast.teacher, cast.outsider, cast.manager):
        account.is_active = False
    session.flush()
    assert upward.teams_above(session, cast.forum) == [], "nobody is left who could read it"


def test_only_who_keeps_a_team_asks_and_only_upward(
    session: Session, cast: Cast, above: Forum, referral: Referral, ask: Callable[..., UpwardQuestion]
) -> None:
    for account in (cast.counsellor, cast.outsider, cast.administrator):
        with pytest.raises(NotAllowed):
            ask(by=account)
    for sender, other in ((above, cast.forum), (cast.forum, cast.forum), (cast.forum, cast.other_school.forum)):
        with pytest.raises(NotAllowed):
            upward.ask(session, sender, other, by=cast.outsider.actor(), question=QUESTION)
    with pytest.raises(NotAllowed):
        upward.ask(
            session, cast.other_school.forum, above, by=cast.outsider.actor(), question=QUESTION, referral=referral
        )


def test_a_referral_of_another_team_is_not_asked_about_in_ones_own(
    session: Session, cast: Cast, above: Forum, referral: Referral
) -> None:
    cast.coordinator.roles.append(RoleAssignment(role=Role.COORDINATOR, unit=cast.other_school))
    session.flush()
    elsewhere, by = cast.other_school.forum, cast.coordinator.actor()
    with pytest.raises(NotAllowed):
        upward.ask(session, elsewhere, above, by=by, question=QUESTION, referral=referral)


def test_a_referral_that_has_ended_or_is_kept_on_paper_sends_nothing_upward(
    session: Session, cast: Cast, ask: Callable[..., UpwardQuestion]
) -> None:
    ended, outside = a_referral(session, cast, CLOSED), a_referral(session, cast, IN_TRIAGE)
    outside.kept_outside_at = clock.now()
    session.flush()
    for referral, error in ((ended, WrongStage), (outside, KeptOutside)):
        assert not upward.may_ask_about(referral, cast.coordinator.actor())
        with pytest.raises(error):
            ask(referral=referral)
    assert upward.may_ask_about(a_referral(session, cast), cast.head_teacher.actor())
    assert not upward.may_ask_about(a_referral(session, cast), cast.counsellor.actor())
    assert session.scalars(sa.select(UpwardQuestion)).all() == []


def test_a_referral_in_which_an_identity_is_protected_sends_nothing_upward(
    session: Session, cast: Cast, referral: Referral, ask: Callable[..., UpwardQuestion]
) -> None:
    protected(session, referral, by=cast.coordinator)
    assert not upward.may_ask_about(referral, cast.coordinator.actor())
    with pytest.raises(NotAllowed):
        ask(referral=referral)


def test_a_question_opens_to_nobody_else_when_nothing_leads_to_its_referral_any_more(
    session: Session, cast: Cast, referral: Referral, ask: Callable[..., UpwardQuestion]
) -> None:
    found, of_nobody = ask(referral=referral), ask()
    contents.take_out(session, referral, [ContentKind.MEETINGS])
    session.expire_all()
    assert found.referral is None
    assert upward.is_senders(found, cast.coordinator.actor())
    assert not upward.is_senders(found, cast.head_teacher.actor())
    assert upward.is_senders(of_nobody, cast.head_teacher.actor())


# -------------------------------------------------------------------------------------------------- agenda, answer
def a_date(session: Session, forum: Forum, *, in_days: int = 7) -> TeamDate:
    made = TeamDate(forum=forum, starts_at=clock.now() + timedelta(days=in_days), minutes=60, place="Stadshuset")
    session.add(made)
    session.flush()
    return made


def test_the_team_above_puts_it_on_its_agenda_and_takes_it_off(
    session: Session, cast: Cast, above: Forum, ask: Callable[..., UpwardQuestion]
) -> None:
    found, date, otto = ask(), a_date(session, above), cast.outsider.actor()
    upward.plan(session, found, date.id, by=otto)
    assert upward.on_date(session, date, otto) == [found]
    assert upward.on_date(session, date, cast.coordinator.actor()) == []
    upward.plan(session, found, None, by=otto)
    assert upward.on_date(session, date, otto) == []
    for wrong in (a_date(session, above, in_days=-1), a_date(session, cast.forum)):
        with pytest.raises(NotAllowed):
            upward.plan(session, found, wrong.id, by=otto)
    for account in (cast.manager, cast.coordinator):
        with pytest.raises(NotAllowed):
            upward.plan(session, found, date.id, by=account.actor())
    upward.plan(session, found, date.id, by=otto)
    dates.drop(session, above, date.id, by=otto)
    session.refresh(found)
    assert found.date is None


def test_the_answer_comes_home_to_the_referral_and_is_told_by_mail_without_a_word_of_it(
    session: Session, cast: Cast, referral: Referral, ask: Callable[..., UpwardQuestion]
) -> None:
    found = ask(referral=referral, by=cast.head_teacher)
    upward.answer(session, found, by=cast.manager.actor(), answer=ANSWER)
    assert (found.state, found.answer, found.answered_by) == (UpwardState.ANSWERED, ANSWER, cast.manager)
    asked, came = session.scalars(sa.select(History).where(History.referral_id == referral.id).offset(1)).all()
    assert [(one.verb, one.by_party, one.by, one.choice, one.reason) for one in (asked, came)] == [
        (Verb.ASK_UPWARD, Party.HEAD_TEACHER, cast.head_teacher, None, None),
        (Verb.RECEIVE_UPWARD_ANSWER, Party.SYSTEM, None, None, None),
    ]
    assert session.scalars(sa.select(Step.history_id).where(Step.referral_id == referral.id).offset(1)).all() == [
        came.id
    ]
    (mail,) = notifications.write(session, came)
    assert (mail.kind, mail.address) == (MailKind.UPWARD_ANSWERED, cast.head_teacher.email)
    assert upward.waiting_for(session, cast.head_teacher.actor()) == [found]
    upward.close(session, found, by=cast.coordinator.actor())
    upward.close(session, found, by=cast.head_teacher.actor())
    assert (found.state, upward.waiting_for(session, cast.head_teacher.actor())) == (UpwardState.CLOSED, [])
    assert upward.known_to(session, cast.outsider.actor()) == [found]


def test_where_who_asked_has_left_the_coordinators_hear_of_the_answer(
    session: Session, cast: Cast, referral: Referral, ask: Callable[..., UpwardQuestion]
) -> None:
    found = ask(referral=referral, by=cast.head_teacher)
    cast.head_teacher.roles.clear()
    session.flush()
    upward.answer(session, found, by=cast.outsider.actor(), answer=ANSWER)
    newest = session.scalars(sa.select(History).where(History.verb == Verb.RECEIVE_UPWARD_ANSWER)).one()
    told = {mail.address for mail in notifications.write(session, newest)}
    assert told == {cast.coordinator.email, cast.second_coordinator.email}


def test_an_answer_names_nobody_either_and_is_given_once(
    session: Session, cast: Cast, ask: Callable[..., UpwardQuestion]
) -> None:
    found, otto = ask(), cast.outsider.actor()
    with pytest.raises(NamesSomebody):
        upward.answer(session, found, by=otto, answer="Fråga vidmark.")
    assert found.answer is None
    for account in (cast.coordinator, cast.counsellor):
        with pytest.raises(NotAllowed):
            upward.answer(session, found, by=account.actor(), answer=ANSWER)
    with pytest.raises(NotAllowed):
        upward.close(session, found, by=cast.coordinator.actor())
    upward.answer(session, found, by=otto, answer=ANSWER)
    for again in (
        lambda: upward.answer(session, found, by=cast.manager.actor(), answer="Något annat."),
        lambda: upward.plan(session, found, None, by=otto),
        lambda: upward.take_back(session, found, by=cast.coordinator.actor()),
    ):
        with pytest.raises(AlreadyMoved) as refused:
            again()
        assert refused.value.who == cast.outsider.name
    assert found.answer == ANSWER


def test_whoever_asks_does_not_answer_even_where_they_sit_above(
    session: Session, cast: Cast, above: Forum, ask: Callable[..., UpwardQuestion]
) -> None:
    seats.seat(session, above, cast.coordinator.id, by=cast.outsider.actor())
    found = ask()
    assert not upward.may_answer(session, found, cast.coordinator.actor())
    with pytest.raises(NotAllowed):
        upward.answer(session, found, by=cast.coordinator.actor(), answer=ANSWER)


def test_an_answer_to_what_came_from_a_referral_on_paper_leaves_nothing_there(
    session: Session, cast: Cast, referral: Referral, ask: Callable[..., UpwardQuestion]
) -> None:
    found = ask(referral=referral)
    referral.kept_outside_at = clock.now()
    session.flush()
    upward.answer(session, found, by=cast.outsider.actor(), answer=ANSWER)
    rows = session.scalars(sa.select(History.verb).where(History.referral_id == referral.id)).all()
    assert Verb.RECEIVE_UPWARD_ANSWER not in rows


def test_a_question_is_taken_back_while_nobody_has_answered_and_nothing_of_its_words_stays(
    session: Session, cast: Cast, referral: Referral, ask: Callable[..., UpwardQuestion]
) -> None:
    found = ask(referral=referral)
    with pytest.raises(NotAllowed):
        upward.take_back(session, found, by=cast.outsider.actor())
    upward.take_back(session, found, by=cast.second_coordinator.actor())
    for model in (UpwardQuestion, UpwardOrigin):
        assert session.scalars(sa.select(model)).all() == []
    did = sa.select(AuditEvent.subject).where(AuditEvent.chain_id == found.id, AuditEvent.what == What.DID)
    assert session.scalars(did).all() == ["ask_upward", "take_back_question"]
    assert audit_check.verify(session).is_sound


def test_with_the_referrals_content_its_way_back_goes_and_the_words_about_nobody_stay(
    session: Session, cast: Cast, referral: Referral, ask: Callable[..., UpwardQuestion]
) -> None:
    found = ask(referral=referral)
    contents.take_out(session, referral, [ContentKind.FILES])
    assert found.referral is referral
    contents.take_out(session, referral, [ContentKind.MEETINGS])
    assert (found.referral, found.question) == (None, QUESTION)


# ------------------------------------------------------------------------------------------------- teams above units
def test_a_team_above_the_units_is_kept_by_who_sits_in_it_and_coordinates_somewhere(
    session: Session, cast: Cast, above: Forum
) -> None:
    otto, margit = cast.outsider.actor(), cast.manager.actor()
    assert above in dates.forums_of(session, otto)
    assert dates.find(session, above.id, by=margit) is above
    assert (dates.may_keep(above, otto), dates.may_keep(above, margit)) == (True, False)
    assert not dates.may_keep(above, cast.coordinator.actor())
    could = {one.name.split()[0] for one in seats.could_sit(session, above)}
    assert {"Karin", "Henrik"} <= could
    assert could & {"Anton", "Rune", "Otto", "Margit"} == set()
    with pytest.raises(NotAllowed):
        seats.seat(session, above, cast.teacher.id, by=cast.coordinator.actor())
    with pytest.raises(NotAllowed):
        seats.seat(session, cast.forum, cast.teacher.id, by=cast.administrator.actor())
    with pytest.raises(SeatRefused) as refused:
        seats.seat(session, above, cast.researcher.id, by=cast.administrator.actor())
    assert refused.value.problem is SeatProblem.NOT_HERE
    assert not rounds.is_in_team(session, above, otto)


def test_who_stands_in_above_reads_in_that_time_and_health_care_reads_nothing(
    session: Session, cast: Cast, above: Forum, ask: Callable[..., UpwardQuestion]
) -> None:
    found, today = ask(), clock.now().date()
    held = next(one for one in above.seats if one.account is cast.outsider)
    karin_stands_in = {"first_on": today, "last_on": today, "stand_in_id": cast.second_coordinator.id}
    seats.be_away(session, held, **karin_stands_in, by=cast.outsider.actor())
    assert upward.may_answer(session, found, cast.second_coordinator.actor())
    seats.seat(session, above, cast.health_worker.id, by=cast.administrator.actor())
    assert not upward.may_read(session, found, cast.health_worker.actor())


def test_in_a_team_of_units_its_coordinators_and_who_sits_in_it_are_asked(
    session: Session, cast: Cast, above: Forum, ask: Callable[..., UpwardQuestion]
) -> None:
    area = cast.other_school.forum
    area.level = TeamLevel.AREA
    session.flush()
    by = cast.coordinator.actor()
    found = upward.ask(session, cast.forum, area, by=by, question=QUESTION)
    assert upward.may_answer(session, found, cast.outsider.actor())
    cast.teacher.roles.append(RoleAssignment(role=Role.ASSESSOR, unit=cast.other_school))
    session.flush()
    assert not upward.may_answer(session, found, cast.teacher.actor())
    seats.seat(session, area, cast.teacher.id, by=cast.outsider.actor())
    assert upward.may_answer(session, found, cast.teacher.actor())
    cast.teacher.roles[:] = [one for one in cast.teacher.roles if one.unit is cast.school]
    session.flush()
    assert not upward.may_answer(session, found, cast.teacher.actor())


def test_whatever_a_reporter_wrote_no_concern_is_needed(
    session: Session, cast: Cast, ask: Callable[..., UpwardQuestion]
) -> None:
    referral = a_referral(session, cast, IN_TRIAGE, child_name=None)
    session.execute(sa.delete(Concern).where(Concern.referral_id == referral.id))
    assert ask(referral=referral).referral is referral
