"""Exports for research: asked for, approved by somebody else, given out until their end, and leading to nobody."""

import csv
import io
import zipfile
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, here
from referrals.access import Actor, Role
from referrals.errors import ExportRefused, NamesSomebody, NotAllowed, SealBroken
from referrals.keeping import audit
from referrals.models import AuditEvent, Referral, ResearchExport, ResearchTerm, RoleAssignment, What
from referrals.patterns import figures, kept
from referrals.patterns.figures import Heading
from referrals.patterns.school_terms import SchoolTerm
from referrals.patterns.suppression import FEWEST
from referrals.research import exports, rows
from referrals.research.exports import Wish
from referrals.research.package import CODEBOOK
from referrals.vocabulary import AgeBand, ExportProblem, ExportState, SchoolYear
from tests.factories import a_referral, protected
from tests.people import Cast
from tests.referrals.patterns.lived import a_course, count_what_is_due, in_areas

SPRING, AUTUMN = SchoolTerm(2026, is_autumn=False), SchoolTerm(2026, is_autumn=True)
PURPOSE = "Hur lika stöd får barn i olika områden?"


@pytest.fixture
def lived(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> None:
    """North: eight in year 4 and two in year 8. South: seven in year 4."""
    third = in_areas(session, cast)
    for number in range(10):
        referral = a_course(session, cast, cast.school, topics=["peers"] if number % 2 else ["attendance"])
        referral.school_year = SchoolYear.YEAR_4 if number < 8 else SchoolYear.YEAR_8
    for _ in range(7):
        a_course(session, cast, third)
    session.flush()


@pytest.fixture
def many(session: Session, cast: Cast, wednesday: time_machine.Traveller) -> None:
    """Thirty in North and twelve in South, all in year 4: half of each about peers, half about attendance."""
    third = in_areas(session, cast)
    for number in range(42):
        unit = cast.school if number < 30 else third
        a_course(session, cast, unit, topics=["peers"] if number % 2 else ["attendance"])


def wish(session: Session, **values: object) -> Wish:
    ends_on = here.today(session) + timedelta(days=30)
    return Wish(**{"purpose": PURPOSE, "first": SPRING, "last": SPRING, "ends_on": ends_on} | values)  # type: ignore[arg-type]


def asked(session: Session, cast: Cast, **values: object) -> ResearchExport:
    count_what_is_due(session)
    return exports.ask_for_export(session, wish(session, **values), by=cast.researcher.actor())


def approved(session: Session, cast: Cast, **values: object) -> ResearchExport:
    found = asked(session, cast, **values)
    exports.decide_export(session, found, by=cast.manager.actor(), approves=True)
    return found


def at_lindskolan(session: Session, cast: Cast) -> list[Referral]:
    found = select(Referral).where(Referral.unit_id == cast.school.id).order_by(Referral.number)
    return list(session.scalars(found))


def fetched(session: Session, cast: Cast, found: ResearchExport) -> bytes:
    return exports.fetch_export(session, found, by=cast.researcher.actor())


def rows_of(session: Session, cast: Cast, found: ResearchExport) -> list[dict[str, str]]:
    return table(fetched(session, cast, found), "rows")


def table(content: bytes, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as together:
        return list(csv.DictReader(io.StringIO(together.read(f"{name}.csv").decode())))


def test_what_the_domains_are_called_elsewhere_is_exported_as_a_table(
    session: Session, cast: Cast, lived: None
) -> None:
    """C03: the last part of its evidence."""
    found = table(fetched(session, cast, approved(session, cast)), "domains")
    assert [row["domain"] for row in found] == ["health", "safety", "learning"]
    assert all(row[name] for row in found for name in ("SHANARRI", "BBIC", "TOPI"))


def test_an_export_is_refused_without_approval_and_after_its_end(
    session: Session, cast: Cast, lived: None, wednesday: time_machine.Traveller
) -> None:
    found = asked(session, cast)
    assert exports.state(session, found) is ExportState.ASKED
    for approves, problem in ((None, ExportProblem.NOT_APPROVED), (False, ExportProblem.DECLINED)):
        if approves is not None:
            exports.decide_export(session, found, by=cast.manager.actor(), approves=approves)
        with pytest.raises(ExportRefused) as refused:
            exports.fetch_export(session, found, by=cast.researcher.actor())
        assert refused.value.problem is problem
    exports.decide_export(session, found, by=cast.manager.actor(), approves=True)
    exports.decide_export(session, found, by=cast.manager.actor(), approves=True)  # twice changes nothing
    assert exports.fetch_export(session, found, by=cast.researcher.actor())
    found.ends_on = here.today(session) - timedelta(days=1)
    session.flush()
    assert exports.state(session, found) is ExportState.ENDED
    with pytest.raises(ExportRefused, match="ended"):
        exports.fetch_export(session, found, by=cast.researcher.actor())
    with pytest.raises(ExportRefused, match="ended"):
        exports.decide_export(session, found, by=cast.manager.actor(), approves=False)


def test_an_export_writes_an_audit_entry_with_its_purpose_and_its_approver(
    session: Session, cast: Cast, lived: None
) -> None:
    """C05: the second half of its evidence."""
    found = approved(session, cast)
    events = session.execute(
        select(AuditEvent.subject, AuditEvent.by_id, AuditEvent.ground)
        .where(AuditEvent.chain_id == found.chain_id)
        .order_by(AuditEvent.number)
    ).all()
    purpose = exports.purpose_as_logged(found)
    assert [tuple(one) for one in events] == [
        ("ask_for_export", cast.researcher.id, purpose),
        ("approve_export", cast.manager.id, purpose),
    ]
    assert (found.purpose, found.decided_by) == (PURPOSE, cast.manager)
    assert PURPOSE not in purpose
    found.purpose = "Något annat."
    assert exports.purpose_as_logged(found) != purpose, "the log tells that another purpose was approved"


def test_nobody_decides_about_an_export_they_asked_for(session: Session, cast: Cast, lived: None) -> None:
    found = asked(session, cast)
    cast.researcher.roles.append(RoleAssignment(role=Role.MANAGEMENT, unit=None))
    session.flush()
    with pytest.raises(ExportRefused) as refused:
        exports.decide_export(session, found, by=cast.researcher.actor(), approves=True)
    assert refused.value.problem is ExportProblem.OWN
    with pytest.raises(NotAllowed):
        exports.decide_export(session, found, by=cast.coordinator.actor(), approves=True)
    with pytest.raises(NotAllowed):
        exports.fetch_export(session, found, by=cast.manager.actor())
    assert found.is_approved is None


def test_only_a_researcher_asks_and_reads_their_own(session: Session, cast: Cast, lived: None) -> None:
    with pytest.raises(NotAllowed):
        exports.ask_for_export(session, wish(session), by=cast.manager.actor())
    found = asked(session, cast)
    assert (
        exports.known_to(session, cast.researcher.actor()) == [found] == exports.known_to(session, cast.manager.actor())
    )
    found.asked_by_id = cast.manager.id
    assert exports.known_to(session, cast.researcher.actor()) == []


@pytest.mark.parametrize(
    ("first", "last"), [(AUTUMN, AUTUMN), (SPRING, AUTUMN), (SchoolTerm(1999, is_autumn=True), SPRING)]
)
def test_only_terms_that_are_over_can_be_asked_for(
    session: Session, cast: Cast, lived: None, first: SchoolTerm, last: SchoolTerm
) -> None:
    with pytest.raises(ExportRefused, match="no_terms"):
        asked(session, cast, first=first, last=last)
    assert session.scalars(select(ResearchExport)).all() == []


def test_a_purpose_that_names_somebody_is_stopped_unless_it_is_answered(
    session: Session, cast: Cast, lived: None
) -> None:
    told = f"{PURPOSE} Karin Almkvist läser."
    with pytest.raises(NamesSomebody):
        asked(session, cast, purpose=told)
    found = exports.ask_for_export(
        session,
        wish(session, purpose=told),
        by=cast.researcher.actor(),
        answered=["karin almkvist", "karin", "almkvist"],
    )
    assert found.purpose == told


def test_rows_are_pseudonymous_by_term_and_never_fewer_than_five_share_area_and_age(
    session: Session, cast: Cast, many: None
) -> None:
    written = rows_of(session, cast, approved(session, cast))
    assert [*written[0]] == [name for name, _says, _holds in CODEBOOK]
    assert {row["term"] for row in written} == {"2026-spring"}
    # Five of the forty-two are left out, and of each area five with those that are told without it.
    assert Counter((row["area"], row["age_band"]) for row in written) == {
        ("North", "10-12"): 25, ("South", "10-12"): 7, ("", "10-12"): 5,
    }  # fmt: skip
    assert [row["pseudonym"] for row in written] == sorted({row["pseudonym"] for row in written})


def test_a_value_that_fewer_than_five_share_is_left_out(session: Session, cast: Cast, many: None) -> None:
    written = rows_of(session, cast, approved(session, cast))
    assert {"yes", "no"} < {row["topic_peers"] for row in written if row["area"] == "North"}
    for area in ("North", "South", ""):
        group = [row for row in written if row["area"] == area]
        for name in [name for name in group[0] if name not in ("pseudonym", "term", "area", "age_band")]:
            for value in {row[name] for row in group} - {""}:
                assert 5 <= [row[name] for row in group].count(value) < len(group), (name, value)


def test_whoever_subtracts_an_export_from_the_figures_learns_of_nobody_and_of_no_group_under_five(
    session: Session, cast: Cast, many: None
) -> None:
    for one in at_lindskolan(session, cast)[:2]:
        protected(session, one, by=cast.coordinator)
    written = rows_of(session, cast, approved(session, cast))
    compared = set()
    for table in kept.told_of(session, SPRING).tables:
        its = [row for row in written if table.name in ("", row["area"])]
        came_in = table.cells(Heading.ACCESS, figures.CAME_IN)[0]
        assert isinstance(came_in, int)
        assert came_in - len(its) >= FEWEST
        for row in [*table.under(Heading.ACCESS), *table.under(Heading.TOPICS)]:
            column = "taken_up" if row.what == figures.TAKEN_UP else f"topic_{row.what}"
            if row.what == figures.CAME_IN or not isinstance(row.cells[0], int):
                continue
            for value, count in (("yes", row.cells[0]), ("no", came_in - row.cells[0])):
                said = sum(one[column] == value for one in its)
                assert not said or count - said >= FEWEST, (table.name, column, value)
                compared |= {(table.name, column, value)} if said else set()
    assert {("North", "topic_peers", "yes"), ("North", "topic_peers", "no"), ("", "topic_peers", "yes")} <= compared


def test_whoever_subtracts_two_exports_of_a_term_finds_nothing(session: Session, cast: Cast, many: None) -> None:
    first = approved(session, cast)
    one, other = at_lindskolan(session, cast)[:2]
    protected(session, one, by=cast.coordinator)
    other.topics = []
    a_course(session, cast, cast.school)
    second = approved(session, cast)

    def without_pseudonyms(found: ResearchExport) -> list[list[str]]:
        return sorted(
            [value for name, value in row.items() if name != "pseudonym"] for row in rows_of(session, cast, found)
        )

    assert without_pseudonyms(first) == without_pseudonyms(second)


@pytest.mark.parametrize("made", ["for another export", "anew for the same"])
def test_whoever_has_rows_from_before_any_were_drawn_does_not_find_a_child_that_was_protected_since(
    session: Session, cast: Cast, many: None, made: str
) -> None:
    *known, one = at_lindskolan(session, cast)[:6]
    for referral in known:
        protected(session, referral, by=cast.coordinator)
    first = approved(session, cast)
    held = Counter(line.area for line in rows.of_term(session, SPRING) if not line.is_withheld)
    # As before rows were kept: each export gave out all of these, and there were no packages at first.
    session.delete(session.scalars(select(ResearchTerm)).one())
    first.package = None
    protected(session, one, by=cast.coordinator)
    session.flush()
    if made == "anew for the same":
        exports.keep_to_their_ends(session)
    written = rows_of(session, cast, first if made == "anew for the same" else approved(session, cast))
    told = Counter(row["area"] for row in written)
    assert held.total() - len(written) >= FEWEST + 1
    assert held["North"] - told["North"] >= FEWEST + 1
    assert held["South"] - told["South"] >= FEWEST


@pytest.mark.parametrize(("put_back_on", "left_out"), [("2026-09-02", FEWEST + 1), ("2026-08-31", 1)])
def test_what_was_given_out_after_a_copy_that_was_put_back_is_reckoned_with_where_the_term_was_counted_by_then(
    session: Session, cast: Cast, many: None, wednesday: time_machine.Traveller, put_back_on: str, left_out: int
) -> None:
    *known, one = at_lindskolan(session, cast)[:6]
    for referral in known:
        protected(session, referral, by=cast.coordinator)
    held = sum(not line.is_withheld for line in rows.of_term(session, SPRING))
    today = clock.machine_now()
    wednesday.move_to(f"{put_back_on}T09:00:00+02:00")
    audit.append(session, What.DID, by=Actor(), subject=audit.RESTORED)
    wednesday.move_to(today)
    protected(session, one, by=cast.coordinator)
    written = len(rows_of(session, cast, approved(session, cast)))
    # of a term that was counted since, nobody can hold other rows: the six that must be in none are enough
    assert held - written >= left_out
    assert (held - written > 1) == (left_out > 1)


def test_another_export_has_other_pseudonyms_and_the_same_one_the_same(
    session: Session, cast: Cast, lived: None
) -> None:
    one, other = approved(session, cast), approved(session, cast)

    def pseudonyms(found: ResearchExport) -> set[str]:
        return {row["pseudonym"] for row in rows_of(session, cast, found)}

    first = pseudonyms(one)
    assert not first & pseudonyms(other)
    one.package = None
    session.flush()
    exports.keep_to_their_ends(session)  # makes it anew
    assert pseudonyms(one) == first


def test_no_word_of_a_child_and_no_day_leaves_and_a_codebook_lies_beside(
    session: Session, cast: Cast, lived: None
) -> None:
    content = exports.fetch_export(session, approved(session, cast), by=cast.researcher.actor())
    with zipfile.ZipFile(io.BytesIO(content)) as together:
        assert sorted(together.namelist()) == ["about.csv", "codebook.csv", "domains.csv", "rows.csv"]
        words = together.read("rows.csv").decode()
    assert not any(told in words for told in ("Testsson", "HTL-", "Lindskolan", "2026-0", "Mila"))
    assert {row["column"] for row in table(content, "codebook")} == {*table(content, "rows")[0], ""}
    assert table(content, "about")[:2] == [
        {"what": "purpose", "as it was decided": PURPOSE},
        {"what": "approved by", "as it was decided": cast.manager.name},
    ]
    assert [row["domain"] for row in table(content, "domains")] == ["health", "safety", "learning"]


def test_who_is_protected_or_held_is_counted_and_in_no_row(session: Session, cast: Cast, lived: None) -> None:
    hidden, held, *_others = at_lindskolan(session, cast)
    protected(session, hidden, by=cast.coordinator)
    held.held_since = clock.now()
    session.flush()
    lines = rows.of_term(session, SPRING)
    assert len(lines) == 17
    assert {line.referral_id for line in lines if line.is_withheld} == {hidden.id, held.id}
    assert len(rows_of(session, cast, approved(session, cast))) == 12


def test_each_time_it_is_fetched_it_is_the_same(session: Session, cast: Cast, lived: None) -> None:
    found = approved(session, cast)
    first = fetched(session, cast, found)
    referrals = at_lindskolan(session, cast)
    protected(session, referrals[0], by=cast.coordinator)
    referrals[1].topics = []
    session.flush()
    assert fetched(session, cast, found) == first
    for approves in (False, True):
        exports.decide_export(session, found, by=cast.manager.actor(), approves=approves)
    assert fetched(session, cast, found) == first
    assert found.package is not None
    found.package.checksum = "0" * 64
    with pytest.raises(SealBroken):
        fetched(session, cast, found)


def test_after_its_last_day_its_package_is_destroyed_with_the_key_of_its_pseudonyms(
    session: Session, cast: Cast, lived: None, wednesday: time_machine.Traveller
) -> None:
    ended, goes_on = (
        approved(session, cast),
        approved(session, cast, ends_on=here.today(session) + timedelta(days=99)),
    )
    asked_only, last_day = asked(session, cast), timedelta(days=30)
    wednesday.shift(last_day)
    assert exports.keep_to_their_ends(session) == 0
    wednesday.shift(timedelta(days=1))
    assert [exports.keep_to_their_ends(session) for _ in range(2)] == [1, 0]
    assert (ended.package, ended.pseudonym_key, asked_only.package) == (None, None, None)
    assert fetched(session, cast, goes_on)
    last = select(AuditEvent.subject).where(AuditEvent.chain_id == ended.chain_id).order_by(AuditEvent.number.desc())
    assert session.scalars(last.limit(1)).one() == "destroy_package"


def test_what_was_approved_before_packages_were_kept_gets_its_own_at_the_next_sweep(
    session: Session, cast: Cast, lived: None
) -> None:
    found = approved(session, cast)
    found.package = None
    session.flush()
    with pytest.raises(ExportRefused, match="not_made"):
        fetched(session, cast, found)
    assert exports.keep_to_their_ends(session) == 0
    assert fetched(session, cast, found)


def test_a_term_of_which_fewer_than_five_are_left_has_no_rows_and_what_has_not_happened_is_empty(
    session: Session, cast: Cast, wednesday: time_machine.Traveller
) -> None:
    for number in range(10):
        course = a_course(session, cast, cast.school, guardians_heard=None)
        referral = a_referral(session, cast, opened_at=course.opened_at, school_year=None)
        if number:
            referral.opened_at -= timedelta(days=120)
    session.flush()
    written = rows_of(session, cast, approved(session, cast, first=SchoolTerm(2025, is_autumn=True)))
    assert [row["term"] for row in written] == ["2026-spring"] * 6
    assert {row["closed_because"] for row in written} == {""}


@pytest.mark.parametrize(
    ("year", "band"),
    [
        (SchoolYear.PRESCHOOL, "1-5"), (SchoolYear.YEAR_0, "6-9"), (SchoolYear.YEAR_3, "6-9"), (SchoolYear.YEAR_4, "10-12"),
        (SchoolYear.YEAR_6, "10-12"), (SchoolYear.YEAR_7, "13-15"), (SchoolYear.YEAR_9, "13-15"), (SchoolYear.UPPER_SECONDARY, "16-19"),
    ],
)  # fmt: skip
def test_a_school_year_gives_about_how_old_a_child_is(year: SchoolYear, band: str) -> None:
    assert AgeBand.of(year).value == band
