"""Programmes of special support: everything the law names is there before it is decided, by whom the law lets, and told to each."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from referrals import documents
from referrals.access import Actor, View, may_view
from referrals.errors import AlreadyMoved, Incomplete, NotAllowed, NotDelegable, WrongStage
from referrals.keeping import register
from referrals.models import Account, Guardian, Referral, SupportProgramme
from referrals.papers import paper_sources
from referrals.reminders import digest
from referrals.rules import appeals
from referrals.stages import CLOSED, IN_TRIAGE, WITHDRAWN, Verb
from referrals.statutory import special_support, support_programme
from referrals.statutory import waiting as beside
from referrals.statutory.special_support import Result
from referrals.statutory.support_programme import Written
from referrals.vocabulary import (
    Counterpart,
    Custody,
    HealthTeamAsked,
    ProgrammeKind,
    SchoolForm,
    SupportForm,
    SupportNeed,
)
from referrals.work.waiting_items import Waiting
from schemas.documents.writing import paper_html
from tests.factories import a_guardian, a_member, a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

TODAY = date(2026, 9, 16)
WRITTEN = Written(
    needs=" Bråk och mätning. ", measures="Undervisning av specialpedagog.", forms=(SupportForm.IN_CLASS,),
    follow_up_on=TODAY + timedelta(weeks=6), follow_up_by="Petra Vidmark", evaluation_on=TODAY + timedelta(weeks=12),
    evaluation_by="Henrik Rosenby", participation="Båda föräldrarna var med på mötet.",
)  # fmt: skip
OWN = replace(WRITTEN, forms=(SupportForm.OTHER_GROUP,), special_reasons="Hon kan inte följa genomgången i klassen.")


def write(session: Session, referral: Referral, by: Actor, written: Written = WRITTEN) -> SupportProgramme:
    return support_programme.write_programme(session, referral, by=by, seen=referral.version, written=written)


def decide(session: Session, referral: Referral, by: Actor, delegation: str = "") -> SupportProgramme:
    return support_programme.decide_programme(session, referral, by=by, seen=referral.version, delegation=delegation)


@pytest.mark.parametrize("state", [IN_TRIAGE, CLOSED])
def test_the_head_teacher_decides_what_a_coordinator_wrote(session: Session, cast: Cast, state: object) -> None:
    referral = a_referral(session, cast, state)  # type: ignore[arg-type]
    written = write(session, referral, cast.coordinator.actor(), Written(needs="Bråk"))
    assert (written.needs, written.measures, written.kinds) == ("Bråk", None, frozenset())
    assert write(session, referral, cast.coordinator.actor()) is written
    decided = decide(session, referral, cast.head_teacher.actor(), "Behövs inte")
    assert decided is written
    assert decided.decided is not None
    assert (decided.needs, decided.decided.by, decided.delegation) == ("Bråk och mätning.", cast.head_teacher, None)
    assert (decided.investigation, referral.state) == (None, state)
    assert support_programme.draft_of(session, referral) is None
    again = write(session, referral, cast.head_teacher.actor())
    assert again is not decided
    assert support_programme.programmes_of(session, referral) == [again, decided]


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"needs": " "}, "needs"),
        ({"measures": ""}, "measures"),
        ({"forms": ()}, "forms"),
        ({"follow_up_on": None}, "follow_up_on"),
        ({"follow_up_on": TODAY - timedelta(days=1)}, "follow_up_on"),
        ({"follow_up_by": ""}, "follow_up_by"),
        ({"evaluation_on": None}, "evaluation_on"),
        ({"evaluation_on": TODAY}, "evaluation_on"),
        ({"evaluation_by": " "}, "evaluation_by"),
        ({"participation": ""}, "participation"),
        ({"forms": (SupportForm.INDIVIDUALLY,)}, "special_reasons"),
        ({"forms": (SupportForm.ADJUSTED_STUDIES,)}, "special_reasons"),
        ({"forms": (SupportForm.DISTANCE,), "special_reasons": "Skäl."}, "distance_until"),
        (
            {"forms": (SupportForm.DISTANCE,), "special_reasons": "Skäl.", "distance_until": TODAY + timedelta(days=183)},
            "distance_until",
        ),
    ],
)  # fmt: skip
def test_each_element_the_law_names_is_asked_for_before_it_is_decided(
    session: Session, cast: Cast, change: dict[str, object], missing: str
) -> None:
    referral = a_referral(session, cast)
    write(session, referral, cast.coordinator.actor(), replace(WRITTEN, **change))  # type: ignore[arg-type]
    with pytest.raises(Incomplete) as refused:
        decide(session, referral, cast.head_teacher.actor())
    assert refused.value.missing == (missing,)
    assert support_programme.draft_of(session, referral) is not None


def test_everything_missing_is_named_at_once_and_nothing_written_is_nothing_to_decide(
    session: Session, cast: Cast
) -> None:
    referral = a_referral(session, cast)
    with pytest.raises(NotAllowed):
        decide(session, referral, cast.head_teacher.actor())
    write(session, referral, cast.coordinator.actor(), Written())
    with pytest.raises(Incomplete) as refused:
        decide(session, referral, cast.coordinator.actor())
    assert refused.value.missing == (
        "needs", "measures", "forms", "follow_up_on", "follow_up_by", "evaluation_on", "evaluation_by", "participation",
        "delegation",
    )  # fmt: skip


def test_teaching_at_a_distance_is_decided_for_a_term(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    ways = (SupportForm.DISTANCE, SupportForm.IN_CLASS)
    term = replace(WRITTEN, forms=ways, special_reasons="Skäl.", distance_until=TODAY + timedelta(weeks=14))
    write(session, referral, cast.head_teacher.actor(), term)
    assert decide(session, referral, cast.head_teacher.actor()).kinds == frozenset(ways)


@pytest.mark.parametrize("way", sorted(support_programme.HEAD_TEACHERS_OWN))
def test_what_is_the_head_teachers_own_nobody_decides_by_delegation(
    session: Session, cast: Cast, way: SupportForm
) -> None:
    referral = a_referral(session, cast)
    term = {"distance_until": TODAY + timedelta(weeks=14)}
    write(session, referral, cast.coordinator.actor(), replace(OWN, forms=(SupportForm.IN_CLASS, way), **term))  # type: ignore[arg-type]
    with pytest.raises(NotDelegable):
        decide(session, referral, cast.coordinator.actor(), "Delegationsordningen 4.2")
    assert decide(session, referral, cast.head_teacher.actor()).decided_id is not None


def test_support_in_the_class_may_be_delegated_and_it_is_said_where(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    write(session, referral, cast.coordinator.actor())
    with pytest.raises(Incomplete) as refused:
        decide(session, referral, cast.coordinator.actor(), "  ")
    assert refused.value.missing == ("delegation",)
    decided = decide(session, referral, cast.coordinator.actor(), " Delegationsordningen 4.2 ")
    assert decided.delegation == "Delegationsordningen 4.2"


def test_that_there_is_none_is_decided_with_reasons_upon_the_investigation(session: Session, cast: Cast) -> None:
    referral, head = a_referral(session, cast), cast.head_teacher.actor()
    begun = special_support.begin_investigation(
        session, referral, by=head, seen=None, carried_out_by=cast.special_educator.id
    )
    result = Result(
        HealthTeamAsked.CONSULTED, "", "Hon klarar sig.", "Hon trivs.", "Inget behov.", SupportNeed.NOT_NEEDED
    )
    special_support.conclude_investigation(
        session, referral, by=head, seen=None, investigation_id=begun.id, result=result
    )
    other = special_support.begin_investigation(
        session, referral, by=head, seen=None, carried_out_by=cast.special_educator.id
    )
    by = cast.coordinator.actor()
    with pytest.raises(Incomplete) as refused:
        support_programme.decide_none(session, referral, by=by, seen=None, reasons=" ")
    assert refused.value.missing == ("reasons", "delegation")
    none = support_programme.decide_none(
        session, referral, by=by, seen=None, reasons=" Anpassningarna räcker. ", delegation="Ordningen 4.2"
    )
    assert (none.kind, none.reasons, none.delegation) == (ProgrammeKind.NONE, "Anpassningarna räcker.", "Ordningen 4.2")
    assert none.investigation is begun is not other
    assert support_programme.decide_none(session, referral, by=head, seen=None, reasons="Räcker.").delegation is None


def test_each_is_told_on_a_day_of_their_own_and_may_appeal_for_three_weeks(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral, head = a_referral(session, cast), cast.head_teacher.actor()
    guardian, stranger = a_guardian(session, referral), a_guardian(session, a_referral(session, cast))
    draft = write(session, referral, head)

    def tell(programme_id: uuid.UUID, guardian_id: uuid.UUID | None, told_on: date | None) -> object:
        return support_programme.record_told(
            session, referral, by=cast.coordinator.actor(), seen=None, programme_id=programme_id, guardian_id=guardian_id,
            told_on=told_on,
        )  # fmt: skip

    with pytest.raises(NotAllowed):  # it is not decided yet
        tell(draft.id, guardian.id, TODAY)
    decided = decide(session, referral, head)
    wednesday.shift(timedelta(days=3))
    for day in (None, TODAY - timedelta(days=1), TODAY + timedelta(days=4)):
        with pytest.raises(Incomplete):
            tell(decided.id, guardian.id, day)
    with pytest.raises(NotAllowed):
        tell(decided.id, stranger.id, TODAY)
    with pytest.raises(NotAllowed):
        tell(uuid.uuid4(), guardian.id, TODAY)
    tell(decided.id, guardian.id, TODAY + timedelta(days=3))
    tell(decided.id, None, TODAY)
    tell(decided.id, guardian.id, TODAY + timedelta(days=2))
    assert {(one.guardian, one.told_on) for one in decided.told} == {
        (guardian, TODAY + timedelta(days=2)), (None, TODAY),
    }  # fmt: skip
    assert support_programme.appeal_until(referral, TODAY) == date(2026, 10, 7)
    saturday = TODAY + timedelta(days=3)
    assert support_programme.appeal_until(referral, saturday) == date(2026, 10, 12)


@pytest.mark.parametrize(
    ("told_on", "until", "why"),
    [
        (date(2026, 9, 16), date(2026, 10, 7), "an ordinary Wednesday"),
        (date(2026, 9, 19), date(2026, 10, 12), "a Saturday"),
        (date(2026, 3, 13), date(2026, 4, 7), "Good Friday, and after it Easter Monday"),
        (date(2026, 4, 10), date(2026, 5, 4), "the first of May, a Friday"),
        (date(2026, 4, 23), date(2026, 5, 15), "Ascension Day"),
        (date(2026, 5, 29), date(2026, 6, 22), "Midsummer's Eve"),
        (date(2025, 5, 16), date(2025, 6, 9), "the national day, a Friday"),
        (date(2026, 12, 3), date(2026, 12, 28), "Christmas Eve, the two days of Christmas, a Sunday"),
        (date(2026, 12, 10), date(2027, 1, 4), "New Year's Eve, New Year's Day and a weekend"),
        (date(2026, 12, 16), date(2027, 1, 7), "Epiphany"),
        (date(2027, 5, 28), date(2027, 6, 18), "a Friday in June that is not Midsummer's Eve yet"),
    ],
)
def test_an_appeal_s_last_day_is_never_a_weekend_or_public_holiday(
    session: Session, cast: Cast, told_on: date, until: date, why: str
) -> None:
    assert support_programme.appeal_until(a_referral(session, cast), told_on) == until, why


def test_easter_is_where_the_church_has_it() -> None:
    known = [(1954, 4, 18), (2000, 4, 23), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25), (2049, 4, 18)]  # fmt: skip
    assert [appeals.easter_sunday(year) for year, _month, _day in known] == [date(*day) for day in known]


def test_a_country_without_such_days_knows_weekends_only() -> None:
    none = appeals.PublicHolidays.read({})
    assert date(2026, 10, 24) in none
    assert date(2026, 6, 19) not in none


@pytest.mark.parametrize(
    ("born", "has_own"), [("2010-09-16", True), ("2010-09-17", False), ("2009-01-31", True), (None, False)]
)
def test_a_pupil_of_sixteen_gets_each_decision_with_how_to_appeal(
    session: Session, cast: Cast, born: str | None, has_own: bool
) -> None:
    referral, head = a_referral(session, cast, child_birth_date=born), cast.head_teacher.actor()
    none = support_programme.decide_none(session, referral, by=head, seen=None, reasons="Anpassningarna räcker.")
    write(session, referral, head)
    for decided in (none, decide(session, referral, head)):
        assert decided.decided is not None
        papers = [paper for paper in documents.outstanding(session, decided.decided) if paper.recipient == "pupil"]
        assert [paper.language for paper in papers] == ["sv"] * has_own
        for paper in papers:
            html = paper_html(paper_sources.gather(session, referral, paper, after=decided.decided))
            assert "Skriv till Skolväsendets överklagandenämnd" in html
            assert "<td>\n    Eleven" in html or "Eleven</td>" in html.replace("\n", "").replace("  ", "")
            kept = documents.issue(session, decided.decided, paper, content=b"%PDF")
            assert documents.file_name(session, kept).endswith("-1-pupil.pdf")
            (entry,) = [one for one in register.entries_beside(session, referral) if one.object_id == kept.id]
            assert entry.counterpart is Counterpart.CHILD


@pytest.mark.parametrize("born", ["2010-09-16", "2010-09-17", None])
def test_a_decision_waits_until_the_pupil_who_may_appeal_is_told_too(
    session: Session, cast: Cast, born: str | None
) -> None:
    referral, head = a_referral(session, cast, child_birth_date=born), cast.head_teacher.actor()
    maja = a_guardian(session, referral)
    write(session, referral, head)
    decided = decide(session, referral, head)
    tell(session, referral, head, decided, maja)
    waiting = [(decided.id, Verb.RECORD_SUPPORT_TOLD, TODAY, None)] if born == "2010-09-16" else []
    assert waits(session, cast, TODAY) == waiting
    assert support_programme.is_pupil_to_tell(decided) == bool(waiting)
    assert decided.pupil_appeals == {None: None, "2010-09-17": False}.get(born, True)
    tell(session, referral, head, decided)
    assert waits(session, cast, TODAY) == []
    assert not support_programme.is_pupil_to_tell(decided)


def test_of_a_pupil_who_has_come_of_age_no_guardian_is_waited_for(session: Session, cast: Cast) -> None:
    referral, head = a_referral(session, cast, child_birth_date="2008-09-16"), cast.head_teacher.actor()
    a_guardian(session, referral)
    write(session, referral, head)
    decided = decide(session, referral, head)
    assert waits(session, cast, TODAY) == [(decided.id, Verb.RECORD_SUPPORT_TOLD, TODAY, None)]
    tell(session, referral, head, decided)
    assert waits(session, cast, TODAY) == []


def test_it_is_for_those_who_answer_for_the_referral_of_a_swedish_school(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast)
    for account in (cast.teacher, cast.social_worker):
        a_member(session, referral, account)
    guardian = Actor(guardian_of=referral.id, guardian_id=a_guardian(session, referral).id)
    for by in (cast.teacher.actor(), cast.social_worker.actor(), cast.outsider.actor(), guardian):
        assert not may_view(View.SPECIAL_SUPPORT, by, referral.facts())
        with pytest.raises(NotAllowed):
            write(session, referral, by)
        with pytest.raises(NotAllowed):
            support_programme.decide_none(session, referral, by=by, seen=None, reasons="Räcker.", delegation="Ja")
    with pytest.raises(WrongStage):
        write(session, a_referral(session, cast, WITHDRAWN), cast.coordinator.actor())
    seen = referral.version
    write(session, referral, cast.coordinator.actor())
    with pytest.raises(AlreadyMoved):
        support_programme.decide_programme(session, referral, by=cast.head_teacher.actor(), seen=seen)
    cast.school.school_form = SchoolForm.PRESCHOOL
    with pytest.raises(NotAllowed):
        write(session, a_referral(session, cast), cast.head_teacher.actor())


def test_the_file_and_each_guardian_who_was_told_get_the_paper_with_how_to_appeal(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    referral, head = a_referral(session, cast), cast.head_teacher.actor()
    guardian = a_guardian(session, referral, told_by=cast.coordinator)
    write(session, referral, head, OWN)
    decided = decide(session, referral, head)
    wednesday.shift(timedelta(hours=1))
    none = support_programme.decide_none(session, referral, by=head, seen=None, reasons="Anpassningarna räcker.")
    session.expire_all()
    for row, kind, words in (
        (decided.decided, "support_programme", ("Bråk och mätning.", "Petra Vidmark", "I en annan elevgrupp")),
        (none.decided, "no_support_programme", ("Anpassningarna räcker.",)),
    ):
        assert row is not None
        papers = documents.papers_after(session, row)
        assert [(paper.kind, paper.recipient) for paper in papers] == [
            (kind, "file"),
            (kind, f"guardian:{guardian.id}"),
        ]
        for paper in papers:
            text = paper_html(paper_sources.gather(session, referral, paper, after=row))
            for said in (*words, "Skolväsendets överklagandenämnd", "tre veckor"):
                assert said in text
    assert {row.verb for row in referral.history} >= {Verb.DECIDE_SUPPORT_PROGRAMME, Verb.DECIDE_NO_SUPPORT_PROGRAMME}


def test_a_decision_waits_for_the_head_teacher_until_each_guardian_who_decides_is_told_of_it(
    session: Session, cast: Cast
) -> None:
    head, to_tell = cast.head_teacher.actor(), Verb.RECORD_SUPPORT_TOLD
    referral = a_referral(session, cast, CLOSED)
    write(session, referral, head)
    assert waits(session, cast, TODAY) == []
    first = decide(session, referral, head)
    assert waits(session, cast, TODAY) == [(first.id, to_tell, TODAY, None)]
    tell(session, referral, head, first)
    assert waits(session, cast, TODAY) == [], "the pupil is told, and no guardian is recorded"
    maja, omar = (a_guardian(session, referral, name=f"{name} Testsson") for name in ("Maja", "Omar"))
    a_guardian(session, referral, custody=Custody.OTHER)
    a_guardian(session, referral, may_contact=False)
    session.expire_all()
    assert {one.id for one in support_programme.not_told(session, first)} == {maja.id, omar.id}
    tell(session, referral, head, first, maja)
    assert waits(session, cast, TODAY) == [(first.id, to_tell, TODAY, None)]
    assert support_programme.not_told(session, first) == [omar]
    tell(session, referral, head, first, omar)
    assert waits(session, cast, TODAY) == []
    second = support_programme.decide_none(session, referral, by=head, seen=None, reasons="Räcker.")
    assert waits(session, cast, TODAY) == [(second.id, to_tell, TODAY, None)], "of the newest alone"
    tell(session, referral, head, second, maja)
    assert waits(session, cast, TODAY) == [(second.id, to_tell, TODAY, None)], (
        "what somebody knew of the first is not this"
    )
    tell(session, referral, head, second, omar)
    assert waits(session, cast, TODAY) == []
    for nobody in (cast.coordinator, cast.teacher, cast.outsider):
        assert beside.waiting_for(session, nobody.actor(), today=TODAY) == []


def test_the_last_day_to_appeal_stands_with_the_head_teacher_from_a_week_before_and_no_longer(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    head, referral = cast.head_teacher.actor(), a_referral(session, cast)
    maja, omar = (a_guardian(session, referral, name=f"{name} Testsson") for name in ("Maja", "Omar"))
    write(session, referral, head)
    decided = decide(session, referral, head)
    tell(session, referral, head, decided, maja)
    wednesday.shift(timedelta(days=2))
    tell(session, referral, head, decided, omar, told_on=TODAY + timedelta(days=2))
    first, last = (support_programme.appeal_until(referral, one.told_on) for one in decided.told)
    assert last > first
    session.expire_all()
    assert waits(session, cast, first - timedelta(days=8)) == []
    assert waits(session, cast, first - timedelta(days=7)) == [(decided.id, None, None, first)]
    assert waits(session, cast, first) == [(decided.id, None, None, first)]
    assert waits(session, cast, first + timedelta(days=1)) == [(decided.id, None, None, last)]
    assert waits(session, cast, last + timedelta(days=1)) == []
    assert waits(session, cast, last + timedelta(days=90)) == []

    def board(account: Account, on: date) -> dict[uuid.UUID, date]:
        other = a_referral(session, cast)
        return support_programme.last_days(session, account.actor(), [referral, other], on=on)

    for account in (cast.head_teacher, cast.coordinator):
        assert [board(account, on).get(referral.id) for on in (TODAY, first, last)] == [first, first, last]
        assert board(account, last + timedelta(days=1)) == {}
    for nobody in (cast.counsellor, cast.outsider):
        assert board(nobody, TODAY) == {}
    cast.head_teacher.language = "en"
    wednesday.move_to(datetime.combine(last, time(9), UTC))
    letter = digest.write(session, cast.head_teacher.id)
    assert letter is not None
    assert f"{referral.number}: Watch for an appeal (by " in letter.body
    assert "; by law)" in letter.body


def tell(
    session: Session,
    referral: Referral,
    by: Actor,
    programme: SupportProgramme,
    guardian: Guardian | None = None,
    told_on: date = TODAY,
) -> None:
    support_programme.record_told(
        session, referral, by=by, seen=None, programme_id=programme.id, guardian_id=guardian.id if guardian else None,
        told_on=told_on,
    )  # fmt: skip


def waits(session: Session, cast: Cast, today: date) -> list[tuple[uuid.UUID, Verb | None, date | None, date | None]]:
    """What waits for the head teacher beside the team's work: for an appeal no verb."""
    items = beside.waiting_for(session, cast.head_teacher.actor(), today=today)
    told = [one for one in items if one.verb is Verb.RECORD_SUPPORT_TOLD]
    return [
        (one.subject_id, None if one.kind is Waiting.APPEAL else one.verb, one.waits_since, one.due_on) for one in told
    ]
