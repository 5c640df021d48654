"""Protected identity: what happens the instant it is marked, for the child and for a guardian, and how it is lifted."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from referrals import assessment, clock, consent, documents, history, intake, notifications, queries, triage
from referrals.access import SYSTEM, Actor, Role, View, may_view, parties
from referrals.documents import Paper
from referrals.errors import Incomplete, NoSuchReferral, NotAllowed, StaysOnList
from referrals.models import History, Mail, PlannedAction
from referrals.papers import readers
from referrals.people import organisation, roster
from referrals.safeguarding import access_list, protected_identity
from referrals.safeguarding.protected_identity import Mark
from referrals.stages import (
    CLOSED,
    IN_CONSENT,
    IN_TRIAGE,
    PARTS_REQUESTED,
    PLAN_ACTIVE,
    PLAN_DRAFT,
    SUBMITTED,
    Party,
    Verb,
)
from referrals.vocabulary import Custody, DocumentKind, Domain, ListGround, PlanStatus, Standing
from referrals.work import worklist
from tests import straight_way
from tests.factories import a_guardian, a_member, a_part, a_plan, a_referral

pytestmark = pytest.mark.usefixtures("wednesday")
MARK = Mark("sekretessmarkering", " Vårdnadshavaren visade beslutet. ")


def protect(session, referral, by, **values):
    protected_identity.protect_identity(session, referral, by=by.actor(), seen=None, **({"mark": MARK} | values))
    session.refresh(referral)


def lift(session, referral, by, **values):
    protected_identity.lift_protection(
        session, referral, by=by.actor(), seen=None, **({"reason": "Hävd av myndigheten."} | values)
    )
    session.refresh(referral)


def listed(referral):
    return {each.account_id: each.ground for each in referral.access_list}


def newest(session, referral):
    return session.scalars(select(History).where(History.referral_id == referral.id).order_by(History.number)).all()[-1]


def a_paper(session, referral, recipient=readers.FILE, kind=DocumentKind.REFERRAL):
    return documents.issue(session, newest(session, referral), Paper(kind, recipient, "sv"), content=b"%PDF")


# ------------------------------------------------------------------------------------------------ marking
@pytest.mark.parametrize("state", [SUBMITTED, PARTS_REQUESTED, PLAN_ACTIVE, CLOSED])
@pytest.mark.parametrize("who", ["coordinator", "head_teacher"])
def test_a_coordinator_or_head_teacher_marks_it_at_any_time(session, cast, state, who):
    referral = a_referral(session, cast, state)
    protect(session, referral, getattr(cast, who))
    row = newest(session, referral)
    assert (referral.protected_level, referral.protected_since, referral.state) == (MARK.level, clock.now(), state)
    assert (row.verb, row.by_id, row.choice) == (Verb.PROTECT_IDENTITY, getattr(cast, who).id, "child")
    assert row.reason == "Vårdnadshavaren visade beslutet."


@pytest.mark.parametrize("who", ["special_educator", "outsider", "administrator"])
def test_nobody_else_does(session, cast, who):
    referral = a_referral(session, cast)
    a_member(session, referral, cast.special_educator)
    for verb in (protect, lift):
        with pytest.raises(NotAllowed):
            verb(session, referral, getattr(cast, who))


def test_the_same_level_twice_changes_nothing_and_another_is_a_change(session, cast):
    referral = a_referral(session, cast)
    protect(session, referral, cast.coordinator)
    version = referral.version
    protect(session, referral, cast.coordinator)
    assert referral.version == version
    protect(session, referral, cast.coordinator, mark=Mark("fingerade_personuppgifter", "Nytt beslut"))
    assert (referral.version, referral.protected_level) == (version + 1, "fingerade_personuppgifter")


@pytest.mark.parametrize(
    ("mark", "missing"), [(Mark("hemligt", "x"), "level"), (Mark("sekretessmarkering", "  "), "reason")]
)
def test_it_needs_a_level_the_country_knows_and_a_reason(session, cast, mark, missing):
    with pytest.raises(Incomplete, match=missing):
        protect(session, a_referral(session, cast), cast.coordinator, mark=mark)


def test_levels_have_the_names_of_the_country(session, cast):
    assert [name for _level, name in protected_identity.levels(a_referral(session, cast), "sv")] == [
        "Sekretessmarkering", "Skyddad folkbokföring", "Fingerade personuppgifter",
    ]  # fmt: skip
    danish = a_referral(session, cast, rulepack="dk-2026-07")
    assert protected_identity.levels(danish, "da") == [("navne_og_adressebeskyttelse", "Navne- og adressebeskyttelse")]
    assert protected_identity.levels(danish, "fr")[0][1] == "Protected name and address"


def test_a_guardian_of_another_referral_is_refused(session, cast):
    stranger = a_guardian(session, a_referral(session, cast))
    for verb in (protect, lift):
        with pytest.raises(NotAllowed):
            verb(session, a_referral(session, cast), cast.coordinator, guardian=stranger)


# ------------------------------------------------------------------------------------------------ who is on the list
def test_the_list_begins_with_the_coordinator_in_charge_the_head_teacher_and_who_marked_it(session, cast):
    referral = a_referral(session, cast, owner=cast.coordinator)
    protect(session, referral, cast.second_coordinator)
    assert listed(referral) == {
        cast.coordinator.id: ListGround.IN_CHARGE,
        cast.head_teacher.id: ListGround.HEAD_TEACHER,
        cast.second_coordinator.id: ListGround.MARKED_IT,
    }


def test_while_nobody_is_in_charge_all_who_could_be_are_on_it_until_somebody_is(session, cast):
    referral = a_referral(session, cast)
    protect(session, referral, cast.head_teacher)
    assert set(listed(referral)) == {cast.coordinator.id, cast.second_coordinator.id, cast.head_teacher.id}
    triage.send_to_assessment(session, referral, by=cast.coordinator.actor(), seen=None, reason="Vi tar det.")
    session.refresh(referral)
    assert set(listed(referral)) == {cast.coordinator.id, cast.head_teacher.id}


def test_handing_over_takes_the_earlier_owner_off_and_puts_the_new_one_on(session, cast):
    referral = a_referral(session, cast, owner=cast.coordinator)
    protect(session, referral, cast.head_teacher)
    assert cast.second_coordinator.id not in listed(referral)
    triage.assign_owner(session, referral, by=cast.coordinator.actor(), seen=None, owner=cast.second_coordinator)
    session.refresh(referral)
    assert listed(referral)[cast.second_coordinator.id] is ListGround.IN_CHARGE
    assert parties(cast.coordinator.actor(), referral.facts()) == frozenset()


def test_everybody_else_has_nothing_to_do_with_it(session, cast):
    referral = a_referral(session, cast, owner=cast.coordinator)
    a_member(session, referral, cast.special_educator)
    protect(session, referral, cast.coordinator)
    for account in (cast.second_coordinator, cast.special_educator, cast.outsider, cast.administrator):
        assert parties(account.actor(), referral.facts()) == frozenset()
    assert parties(cast.head_teacher.actor(), referral.facts()) == {Party.HEAD_TEACHER}
    assert parties(SYSTEM, referral.facts()) == {Party.SYSTEM}
    assert parties(Actor(reported=referral.id), referral.facts()) == {Party.REPORTER}


def test_being_on_the_list_opens_nothing_that_ones_task_does_not(session, cast):
    referral = a_referral(session, cast, owner=cast.coordinator)
    protect(session, referral, cast.coordinator)
    add = {"by": cast.coordinator.actor(), "seen": None, "reason": "Ska skriva sin del."}
    access_list.add_to_list(session, referral, account=cast.special_educator, **add)
    session.refresh(referral)
    assert not may_view(View.REFERRAL, cast.special_educator.actor(), referral.facts())
    a_member(session, referral, cast.special_educator)
    assert may_view(View.REFERRAL, cast.special_educator.actor(), referral.facts())
    assert not may_view(View.GUARDIANS, cast.special_educator.actor(), referral.facts())


def test_adding_leaves_who_and_why_and_twice_changes_nothing(session, cast):
    referral = a_referral(session, cast, owner=cast.coordinator)
    protect(session, referral, cast.coordinator)
    add = {"by": cast.coordinator.actor(), "seen": None, "account": cast.counsellor}
    with pytest.raises(Incomplete):
        access_list.add_to_list(session, referral, reason=" ", **add)
    access_list.add_to_list(session, referral, reason=" Samtalar med barnet. ", **add)
    session.refresh(referral)
    row, version = newest(session, referral), referral.version
    assert (row.verb, row.reason) == (Verb.ADD_TO_LIST, "Kim Solgren: Samtalar med barnet.")
    access_list.add_to_list(session, referral, reason="Igen", **add)
    assert referral.version == version
    entry = next(each for each in access_list.on_list(session, referral) if each.account == cast.counsellor)
    assert (entry.ground, entry.by_id, entry.reason) == (
        ListGround.ADDED, cast.coordinator.id, "Samtalar med barnet.",
    )  # fmt: skip


def test_strangers_and_those_kept_out_are_not_added_and_there_is_no_list_without_protection(session, cast):
    referral = a_referral(session, cast, owner=cast.coordinator)
    a_member(session, referral, cast.counsellor)
    referral.memberships[0].standing = Standing.SHUT_OUT
    add = {"by": cast.coordinator.actor(), "seen": None, "reason": "x"}
    with pytest.raises(NotAllowed):
        access_list.add_to_list(session, referral, account=cast.special_educator, **add)
    protect(session, referral, cast.coordinator)
    for account in (cast.outsider, cast.counsellor):
        with pytest.raises(NotAllowed):
            access_list.add_to_list(session, referral, account=account, **add)
    with pytest.raises(NotAllowed):
        access_list.add_to_list(
            session, referral, by=cast.second_coordinator.actor(), seen=None, account=cast.social_worker, reason="x"
        )


def test_those_who_took_part_stand_first_among_those_who_can_be_added(session, cast):
    referral = a_referral(session, cast, owner=cast.coordinator)
    a_member(session, referral, cast.social_worker)
    protect(session, referral, cast.coordinator)
    assert access_list.could_be_added(session, referral)[0] == cast.social_worker


def test_taking_somebody_off_shuts_them_out_but_those_who_decide_stay(session, cast):
    referral = a_referral(session, cast, owner=cast.coordinator)
    protect(session, referral, cast.second_coordinator)
    off = {"by": cast.second_coordinator.actor(), "seen": None}
    ids = {each.account_id: each.id for each in referral.access_list}
    for account in (cast.coordinator, cast.head_teacher, cast.second_coordinator):
        with pytest.raises(StaysOnList):
            access_list.take_off_list(session, referral, listed_id=ids[account.id], reason="x", **off)
    with pytest.raises(NoSuchReferral):
        access_list.take_off_list(session, referral, listed_id=uuid.uuid4(), reason="x", **off)
    theirs, off = ids[cast.second_coordinator.id], {"by": cast.coordinator.actor(), "seen": None}
    with pytest.raises(Incomplete):
        access_list.take_off_list(session, referral, listed_id=theirs, reason=" ", **off)
    access_list.take_off_list(session, referral, listed_id=theirs, reason="Behöver det inte.", **off)
    session.refresh(referral)
    assert newest(session, referral).reason == "Sanna Brolund: Behöver det inte."
    assert parties(cast.second_coordinator.actor(), referral.facts()) == frozenset()


def test_the_list_follows_the_roles_so_that_it_is_never_without_somebody(session, cast):
    referral = a_referral(session, cast, owner=cast.coordinator)
    protect(session, referral, cast.coordinator)
    admin = cast.administrator.actor()
    organisation.change(session, cast.coordinator, by=admin, is_active=False)
    organisation.give_roles(session, cast.head_teacher, [], by=admin)
    organisation.give_roles(session, cast.counsellor, [(Role.HEAD_TEACHER, cast.school.id)], by=admin)
    session.refresh(referral)
    assert listed(referral) == {
        cast.second_coordinator.id: ListGround.IN_CHARGE,
        cast.counsellor.id: ListGround.HEAD_TEACHER,
    }


def test_who_stands_in_for_coordinators_too_close_is_on_it_and_they_are_not(session, cast):
    referral = a_referral(session, cast)
    for account, standing in (
        (cast.coordinator, Standing.SHUT_OUT),
        (cast.second_coordinator, Standing.SHUT_OUT),
        (cast.outsider, Standing.STANDS_IN),
    ):
        a_member(session, referral, account)
        next(one for one in referral.memberships if one.account_id == account.id).standing = standing
    protect(session, referral, cast.head_teacher)
    assert set(listed(referral)) == {cast.outsider.id, cast.head_teacher.id}


# ------------------------------------------------------------------------------------------------ from that instant
def test_only_those_on_the_list_can_be_asked_for_anything(session, cast):
    referral = a_referral(session, cast, PARTS_REQUESTED, owner=cast.coordinator)
    protect(session, referral, cast.coordinator)
    able = {one.account.id for one in roster.colleagues(session, referral)}
    assert able == {cast.coordinator.id, cast.head_teacher.id}
    with pytest.raises(NotAllowed):
        assessment.request_parts(
            session, referral, by=cast.coordinator.actor(), seen=None, domains=[Domain.LEARNING],
            asked=[{"assessor_id": cast.counsellor.id, "due_on": clock.now().date()}],
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        assessment.membership.admit(session, referral, cast.counsellor)


def test_it_leaves_everybody_elses_lists_search_and_home(session, cast):
    referral = a_referral(session, cast, PARTS_REQUESTED, owner=cast.coordinator)
    a_part(session, referral, cast.special_educator, asked_by=cast.coordinator)
    protect(session, referral, cast.coordinator)
    today = clock.now().date()
    filters = queries.Filters(today)
    for account in (cast.second_coordinator, cast.special_educator, cast.administrator, cast.outsider):
        actor = account.actor()
        assert queries.listing(session, actor, filters).total == 0
        assert sum(column.count for column in queries.board(session, actor, filters)) == 0
        assert queries.find(session, actor, referral.number) is None
        assert worklist.waiting_for(session, actor, today=today) == []
        assert queries.owners_of(session, actor) == []
    assert cast.school not in queries.units_of(session, cast.special_educator.actor())
    assert queries.find(session, cast.coordinator.actor(), referral.number) == referral


def test_plans_and_actions_leave_the_homes_of_those_not_on_the_list(session, cast):
    writing, running = (a_referral(session, cast, state, owner=cast.coordinator) for state in (PLAN_DRAFT, PLAN_ACTIVE))
    for referral, status in ((writing, PlanStatus.DRAFT), (running, PlanStatus.ACTIVE)):
        a_member(session, referral, cast.special_educator)
        a_plan(session, referral, author=cast.special_educator, status=status)
    theirs = cast.special_educator.actor()
    assert len(worklist.waiting_for(session, theirs, today=clock.now().date())) == 2
    assert session.scalars(select(PlannedAction.owner_id)).all() == [cast.special_educator.id] * 2
    for referral in (writing, running):
        protect(session, referral, cast.coordinator)
    assert worklist.waiting_for(session, theirs, today=clock.now().date()) == []


def test_a_list_narrowed_to_one_school_does_not_say_which_school_it_is(session, cast):
    referral = a_referral(session, cast, owner=cast.coordinator)
    protect(session, referral, cast.coordinator)
    today = clock.now().date()
    seen = queries.listing(session, cast.coordinator.actor(), queries.Filters(today))
    narrowed = queries.listing(session, cast.coordinator.actor(), queries.Filters(today, unit=cast.school.slug))
    assert (seen.total, narrowed.total) == (1, 0)


def test_nobody_finds_the_child_by_name(session, cast):
    first, second = (straight_way.submit(session, cast.school) for _ in range(2))
    assert intake.possible_duplicates(session, second, by=cast.coordinator.actor()) == [first]
    protect(session, first, cast.coordinator)
    assert first.child_name_index is None
    assert intake.possible_duplicates(session, second, by=cast.coordinator.actor()) == []
    assert intake.possible_duplicates(session, first, by=cast.coordinator.actor()) == []
    lift(session, first, cast.coordinator)
    assert intake.possible_duplicates(session, second, by=cast.coordinator.actor()) == [first]


def test_papers_until_then_are_restricted_copies_stopped_and_the_receipt_is_withheld(session, cast):
    referral = straight_way.submit(session, cast.school)
    guardian = a_guardian(session, referral)
    filed, sent = a_paper(session, referral), a_paper(session, referral, readers.guardian_key(guardian.id))
    receipt = a_paper(session, referral, readers.REPORTER, DocumentKind.RECEIPT)
    assert documents.receipt_of(session, referral) == receipt
    protect(session, referral, cast.coordinator)
    assert {paper.restricted_at for paper in (filed, sent, receipt)} == {clock.now()}
    assert (filed.stopped_at, sent.stopped_at, sent.stopped_by_id) == (None, clock.now(), cast.coordinator.id)
    assert documents.receipt_of(session, referral) is None


def test_what_left_long_ago_is_restricted_but_was_not_stopped(session, cast, wednesday):
    referral = straight_way.submit(session, cast.school)
    sent = a_paper(session, referral, readers.REPORTER, DocumentKind.RECEIPT)
    wednesday.shift(timedelta(hours=2))
    protect(session, referral, cast.coordinator)
    assert (sent.restricted_at, sent.stopped_at) == (clock.now(), None)
    wednesday.shift(timedelta(hours=2))
    protect(session, referral, cast.coordinator, mark=Mark("fingerade_personuppgifter", "Nytt beslut"))
    assert sent.restricted_at == clock.now() - timedelta(hours=2)
    later = a_paper(session, referral, kind=DocumentKind.CLOSING)
    assert later.restricted_at is None


def test_mail_goes_to_those_on_the_list_only_and_what_waits_for_others_is_stopped(session, cast):
    referral = straight_way.submit(session, cast.school)
    referral.owner = cast.coordinator
    notifications.write(session, newest(session, referral))
    protect(session, referral, cast.coordinator)
    mail = {one.account_id: one.stopped_at is not None for one in session.scalars(select(Mail))}
    assert mail == {cast.coordinator.id: False, cast.second_coordinator.id: True}
    row = history.record(session, referral, Verb.OPEN_TRIAGE, by=SYSTEM, to=IN_TRIAGE)
    row.verb = Verb.RESUBMIT_CONCERN
    assert [one.account_id for one in notifications.write(session, row)] == [cast.coordinator.id]
    row.verb = Verb.RETURN_CONCERN
    assert [one.account_id for one in notifications.write(session, row)] == [None]


# ------------------------------------------------------------------------------------------------ guardians
def test_a_guardian_is_protected_by_a_mark_and_the_child_is_not(session, cast):
    referral = a_referral(session, cast, owner=cast.coordinator)
    guardian, other = a_guardian(session, referral), a_guardian(session, referral)
    protect(session, referral, cast.coordinator, guardian=guardian)
    assert (guardian.has_protected_identity, other.has_protected_identity) == (True, False)
    assert not referral.has_protected_identity
    assert newest(session, referral).choice == "guardian"
    assert parties(cast.second_coordinator.actor(), referral.facts()) == frozenset()


def test_a_guardian_recorded_as_protected_is_so_from_that_moment_on(session, cast):
    referral = a_referral(session, cast, IN_CONSENT, owner=cast.coordinator)
    details = consent.GuardianDetails(
        name="Maja Testsson", custody=Custody.SOLE, language="sv", has_protected_identity=True
    )
    by = {"by": cast.coordinator.actor(), "seen": None}
    guardian = consent.record_guardian(session, referral, details=details, **by)
    session.refresh(referral)
    assert (guardian.protected_level, referral.protected_since) == ("sekretessmarkering", clock.now())
    unticked = consent.GuardianDetails(name="Maja Testsson", custody=Custody.SOLE, language="sv")
    consent.record_guardian(session, referral, details=unticked, guardian=guardian, **by)
    assert guardian.has_protected_identity


def test_a_protected_guardian_is_not_named_among_those_who_were_at_a_meeting(session, cast):
    referral = a_referral(session, cast)
    guardian = a_guardian(session, referral)
    there = [{"name": "Maja Testsson", "attendance": "present"}, {"name": "Karin Almkvist", "attendance": "present"}]
    assert protected_identity.hide_names(there, [guardian]) == there
    protect(session, referral, cast.coordinator, guardian=guardian)
    assert [one["name"] for one in protected_identity.hide_names(there, [guardian])] == [None, "Karin Almkvist"]
    assert protected_identity.hide_names(None, []) == []


def test_whoever_answers_for_something_is_named_unless_it_is_a_protected_guardian(session, cast):
    referral = a_referral(session, cast)
    guardian = a_guardian(session, referral)
    written = ["maja testsson (mamma)", "Karin Almkvist", None]
    assert [protected_identity.unless_protected(one, [guardian]) for one in written] == written
    protect(session, referral, cast.coordinator, guardian=guardian)
    assert [protected_identity.unless_protected(one, [guardian]) for one in written] == [None, "Karin Almkvist", None]
    guardian.name = None
    assert protected_identity.unless_protected("Karin Almkvist", [guardian]) == "Karin Almkvist"


# ------------------------------------------------------------------------------------------------ lifting
def test_lifting_the_last_mark_gives_everything_back(session, cast):
    referral = straight_way.submit(session, cast.school)
    referral.owner = cast.coordinator
    guardian, paper = a_guardian(session, referral), a_paper(session, referral)
    protect(session, referral, cast.coordinator)
    protect(session, referral, cast.coordinator, guardian=guardian)
    lift(session, referral, cast.head_teacher)
    assert (referral.protected_level, listed(referral) != {}, paper.restricted_at is None) == (None, True, False)
    with pytest.raises(Incomplete):
        lift(session, referral, cast.head_teacher, guardian=guardian, reason=" ")
    lift(session, referral, cast.head_teacher, guardian=guardian)
    assert (referral.protected_since, listed(referral), paper.restricted_at) == (None, {}, None)
    assert referral.child_name_index is not None
    assert Party.COORDINATOR in parties(cast.second_coordinator.actor(), referral.facts())
    row, version = newest(session, referral), referral.version
    assert (row.verb, row.choice, row.reason) == (Verb.LIFT_PROTECTION, "guardian", "Hävd av myndigheten.")
    lift(session, referral, cast.head_teacher, guardian=guardian)
    assert referral.version == version


def test_a_child_without_a_name_is_found_by_none(session, cast):
    referral = a_referral(session, cast, child_name=None)
    protect(session, referral, cast.coordinator)
    lift(session, referral, cast.coordinator)
    assert referral.child_name_index is None
