"""Development work about a group, a school or an area: who begins and reads it, and that no child and no referral can stand in it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from referrals import clock
from referrals.access import Actor
from referrals.development import analysis, cases
from referrals.errors import DevelopmentRefused, NamesSomebody, NotAllowed
from referrals.forums import seats
from referrals.forums.consultations import ANSWERED
from referrals.models import AuditEvent, Base, DevelopmentCase, DevelopmentEvent, DevelopmentUnit, Step
from referrals.stages import PLAN_ACTIVE, Stage
from referrals.vocabulary import DevelopmentAct, DevelopmentKind, DevelopmentProblem, LessonTheme
from tests.development import THEMES, WORDS, begin, carry, close, mark, plan
from tests.factories import a_referral
from tests.people import Cast


def did(session: Session, found: DevelopmentCase) -> list[str | None]:
    events = select(AuditEvent).where(AuditEvent.chain_id == found.id).order_by(AuditEvent.number)
    return [event.subject for event in session.scalars(events)]


def people_of(cast: Cast, may: Callable[[Actor], bool]) -> set[str]:
    names = [name for name in Cast.__dataclass_fields__ if hasattr(getattr(cast, name), "email")]
    return {name for name in names if may(getattr(cast, name).actor())}


@pytest.mark.parametrize("kind", list(DevelopmentKind))
def test_one_case_of_each_kind_runs_from_its_beginning_to_its_closing_with_no_person_field(
    session: Session, cast: Cast, kind: DevelopmentKind
) -> None:
    """C09: beside the child, each kind of subject; none has a field for a person."""
    units = [cast.school.id, cast.other_school.id] if kind is DevelopmentKind.AREA else [cast.school.id]
    made = cases.open_case(session, by=cast.manager.actor(), kind=kind, unit_ids=units, themes=THEMES, words=WORDS)
    plan(session, cast, made)
    for stage in (Stage.TRIAGE, Stage.ASSESSMENT, Stage.TEAM_REVIEW, Stage.ACTION_PLAN, Stage.FOLLOW_UP, Stage.CLOSURE):
        carry(session, cast, made, stage)
    close(session, cast, made)
    assert made.closed_at is not None
    assert [one.act for one in made.events][-1] is DevelopmentAct.OPEN
    assert Stage.CONSENT not in {one.to_stage for one in made.events}
    own = {name for name in Base.metadata.tables if name.startswith("development_")}
    assert len(own) == 9
    reached = {key.column.table.name for name in own for key in Base.metadata.tables[name].foreign_keys}
    assert reached == {"account", "unit", "development_case", "development_event"}
    to_account = {
        f"{name}.{key.parent.name}"
        for name in own
        for key in Base.metadata.tables[name].foreign_keys
        if key.column.table.name == "account"
    }
    # the only persons are staff who kept it
    assert to_account == {
        "development_case.opened_by_id", "development_case.closed_by_id", "development_event.by_id",
        "development_leader.account_id",
    }  # fmt: skip
    pointing_here = {
        table.name
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in own
    }
    # automatic work follows it or a referral, and the database refuses a step that follows both
    assert pointing_here <= own | {"step"}
    a_child = a_referral(session, cast)
    session.flush()
    step = session.scalars(select(Step).where(Step.referral_id == a_child.id)).one()
    step.development_id, step.event_id = made.id, made.events[0].id
    with pytest.raises(IntegrityError), session.begin_nested():
        session.flush()


@pytest.mark.parametrize("field", ["title", "background", "aim"])
@pytest.mark.parametrize("words", ["Hur mår Olle?", "Det är oroligt i 4B.", "Eleven 160112-0000 är ledsen."])
def test_a_name_an_identity_number_or_a_class_is_refused_and_nothing_is_stored(
    session: Session, cast: Cast, field: str, words: str
) -> None:
    with pytest.raises(NamesSomebody):
        begin(session, cast, replace(WORDS, **{field: words}))
    made = begin(session, cast)
    with pytest.raises(NamesSomebody):
        cases.correct_case(
            session, made, by=cast.coordinator.actor(), themes=THEMES, words=replace(WORDS, **{field: words})
        )
    assert (made.title, made.background, made.aim) == (WORDS.title, WORDS.background, WORDS.aim)
    assert did(session, made) == ["open_case"]


def test_no_childs_referral_can_be_linked_or_found_from_it(session: Session, cast: Cast) -> None:
    number = a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id).number
    body = number.split("-", 1)[1]
    for written in (number, number.lower(), number.replace("-", " "), f"HTL-{body}", "TF 7K4M2Q9X"):
        with pytest.raises(DevelopmentRefused) as refused:
            begin(session, cast, replace(WORDS, background=f"Se {written}."))
        # the same answer whether there is such a referral or not
        assert refused.value.problem is DevelopmentProblem.REFERRAL_NUMBER
    assert session.scalars(select(DevelopmentCase)).all() == []
    for said in ("HTL-teamet på Lindskolan arbetar 20 timmar", "HTL-team barn", "HTL-modellen"):
        assert not cases.holds_number(said)


def test_coordinators_head_teachers_and_the_management_begin_it_about_their_own_units(
    session: Session, cast: Cast
) -> None:
    begins = people_of(cast, lambda actor: bool(cases.units_to_choose(session, actor)))
    assert begins == {"coordinator", "second_coordinator", "head_teacher", "outsider", "manager"}
    assert cases.units_to_choose(session, cast.coordinator.actor()) == [cast.school]
    assert cases.units_to_choose(session, cast.manager.actor()) == [cast.other_school, cast.school]
    for somebody in (cast.counsellor.actor(), cast.outsider.actor(), cast.administrator.actor(), Actor()):
        with pytest.raises(NotAllowed):
            cases.open_case(
                session, by=somebody, kind=DevelopmentKind.SCHOOL, unit_ids=[cast.school.id], themes=THEMES, words=WORDS
            )
    with pytest.raises(NotAllowed):
        cases.open_case(
            session, by=cast.coordinator.actor(), kind=DevelopmentKind.AREA,
            unit_ids=[cast.school.id, cast.other_school.id], themes=THEMES, words=WORDS,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "how_many", "problem"),
    [
        (DevelopmentKind.GROUP, 2, DevelopmentProblem.ONE_UNIT),
        (DevelopmentKind.SCHOOL, 2, DevelopmentProblem.ONE_UNIT),
        (DevelopmentKind.AREA, 1, DevelopmentProblem.SEVERAL_UNITS),
    ],
)
def test_a_group_and_a_school_have_one_unit_and_an_area_several(
    session: Session, cast: Cast, kind: DevelopmentKind, how_many: int, problem: DevelopmentProblem
) -> None:
    units = [cast.school.id, cast.other_school.id][:how_many]
    with pytest.raises(DevelopmentRefused) as refused:
        cases.open_case(session, by=cast.manager.actor(), kind=kind, unit_ids=units, themes=THEMES, words=WORDS)
    assert refused.value.problem is problem
    assert session.scalars(select(DevelopmentUnit)).all() == []


def test_the_teams_it_is_about_and_the_management_read_it_and_only_who_keeps_the_team_writes(
    session: Session, cast: Cast
) -> None:
    made = begin(session, cast)
    for one in (cast.counsellor, cast.volunteer):
        seats.seat(session, cast.forum, one.id, by=cast.coordinator.actor())
    readers = people_of(cast, lambda actor: cases.may_read(session, made, actor))
    assert readers == {"coordinator", "second_coordinator", "head_teacher", "counsellor", "manager"}
    assert people_of(cast, lambda actor: made in cases.known_to(session, actor)) == readers
    keepers = people_of(cast, lambda actor: cases.may_keep(session, made, actor))
    assert keepers == {"coordinator", "second_coordinator", "head_teacher", "manager"}
    with pytest.raises(NotAllowed):
        cases.correct_case(session, made, by=cast.counsellor.actor(), themes=THEMES, words=WORDS)
    close(session, cast, made)
    assert people_of(cast, lambda actor: cases.may_keep(session, made, actor)) == set()
    assert people_of(cast, lambda actor: cases.may_read(session, made, actor)) == readers


def test_every_school_question_has_a_theme_and_the_list_filters_on_it(session: Session, cast: Cast) -> None:
    """C19."""
    made = begin(session, cast)
    actor = cast.counsellor.actor()
    assert cases.known_to(session, actor) == []
    by = cast.manager.actor()
    assert made.themes == ["organisation", "collegial"]
    found = {theme for theme in LessonTheme if cases.known_to(session, by, theme=theme) == [made]}
    assert found == set(THEMES)
    assert {"organisation", "teaching", "language", "collegial", "student_health"} <= set(LessonTheme)


def test_it_is_written_anew_with_its_history_and_nothing_new_changes_nothing(session: Session, cast: Cast) -> None:
    made, by = begin(session, cast), cast.head_teacher.actor()
    assert not cases.correct_case(session, made, by=by, themes=THEMES, words=WORDS)
    words = replace(WORDS, aim="Vi har en Rosa timme.")
    assert cases.correct_case(session, made, by=by, themes=[LessonTheme.TEACHING], words=words, answered=["rosa"])
    assert (made.aim, made.themes) == (words.aim, ["teaching"])
    assert [(one.act, one.by_id) for one in made.events] == [
        (DevelopmentAct.CORRECT, cast.head_teacher.id),
        (DevelopmentAct.OPEN, cast.coordinator.id),
    ]
    assert did(session, made) == ["open_case", "correct_case", ANSWERED]


def test_what_was_begun_by_mistake_is_thrown_away_while_nothing_else_is_there(session: Session, cast: Cast) -> None:
    made, by = begin(session, cast), cast.coordinator.actor()
    milestone = mark(session, cast, made, clock.now().date())
    with pytest.raises(NotAllowed):
        cases.discard_case(session, made, by=by)
    made.milestones.remove(milestone)
    session.flush()
    with pytest.raises(NotAllowed):
        cases.discard_case(session, made, by=cast.counsellor.actor())
    cases.discard_case(session, made, by=by)
    written = begin(session, cast)
    analysis.write_analysis(
        session, written, by=by, analysis=replace(analysis.analysis_of(written), strengths="De hjälps åt.")
    )
    with pytest.raises(NotAllowed):
        cases.discard_case(session, written, by=by)
    session.execute(delete(Step).where(Step.development_id == written.id))
    session.delete(written)
    session.flush()
    for kind in (DevelopmentCase, DevelopmentUnit, DevelopmentEvent):
        assert session.scalars(select(kind)).all() == []
    assert did(session, made)[-1] == "discard_case"


def test_the_words_are_sealed_in_the_database(session: Session, cast: Cast) -> None:
    made = begin(session, cast)
    row = session.execute(select(DevelopmentCase.__table__).where(DevelopmentCase.__table__.c.id == made.id)).one()
    assert not [value for value in row if isinstance(value, bytes) and b"lugn" in value]
    session.expire(made)
    assert made.title == WORDS.title


def test_every_piece_has_at_least_one_theme_from_its_beginning_on(session: Session, cast: Cast) -> None:
    by, school = cast.coordinator.actor(), [cast.school.id]
    with pytest.raises(DevelopmentRefused) as refused:
        cases.open_case(session, by=by, kind=DevelopmentKind.SCHOOL, unit_ids=school, themes=[], words=WORDS)
    assert refused.value.problem is DevelopmentProblem.NO_THEME
    assert session.scalars(select(DevelopmentCase)).all() == []
    made = begin(session, cast)
    with pytest.raises(DevelopmentRefused):
        cases.correct_case(session, made, by=by, themes=[], words=WORDS)
    assert made.themes == [theme.value for theme in THEMES]
