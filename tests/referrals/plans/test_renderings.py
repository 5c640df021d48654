"""The plan for another service: what of it goes there, whose own part it is, and that the paper says just what was shared."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from referrals import clock, documents
from referrals.access import Actor
from referrals.disclosure import coverage, pieces, sharing
from referrals.disclosure.pieces import Piece
from referrals.disclosure.sharing import Sharing
from referrals.documents import Paper
from referrals.errors import NotCovered, NotLookedAt
from referrals.guardians import withholding
from referrals.keeping import audit, register
from referrals.models import CONSENT, ActionPlan, Disclosure, Document, PlannedAction, Referral, What
from referrals.papers import paper_sources, readers
from referrals.plans import renderings
from referrals.stages import PLAN_ACTIVE, Verb
from referrals.vocabulary import About, Arena, Counterpart, DocumentKind, PlanStatus, Recipient
from schemas.documents.writing import paper_html
from tests.factories import a_consent, a_guardian, a_plan, a_referral
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("wednesday")

TODAY = date(2026, 9, 16)
SOCIAL, LEISURE, POLICE = Recipient.SOCIAL_SERVICES, Recipient.LEISURE, Recipient.POLICE
SCHOOL = Recipient.RECEIVING_SCHOOL
ATTENDANCE = {"": {"categories": ["attendance"], "about": None, "guardian_id": None}}


@pytest.fixture
def plan(session: Session, cast: Cast) -> ActionPlan:
    """A plan in force, of attendance, and one guardian, who has said yes to social services and leisure."""
    referral = a_referral(session, cast, PLAN_ACTIVE)
    maja = a_guardian(session, referral, told_by=cast.coordinator)
    a_consent(session, maja, by=cast.coordinator, recipients=[SOCIAL, LEISURE])
    return a_plan(
        session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE, approved_at=clock.now(), classification=ATTENDANCE
    )  # fmt: skip


def add_action(plan: ActionPlan, **values: Any) -> PlannedAction:
    first = plan.goals[0].actions[0]
    told = {
        "position": 1,
        "arena": Arena.LEISURE,
        "from_on": first.from_on,
        "to_on": first.to_on,
        "status": first.status,
    }
    action = PlannedAction(referral=plan.referral, **(told | values))
    plan.goals[0].actions.append(action)
    return action


def share(
    session: Session, cast: Cast, plan: ActionPlan, chosen: list[Piece], to: Recipient, ground: str = CONSENT
) -> None:
    told = Sharing(
        recipient=to, to_whom="Mottagningen", purpose="Hjälpas åt.", ground=ground, reason="Hot.", why_not_told="Fara."
    )
    by = cast.coordinator.actor()
    look(session, plan, by)
    sharing.share_information(session, plan.referral, by=by, seen=None, chosen=chosen, sharing=told)


def look(session: Session, plan: ActionPlan, by: Actor) -> None:
    """What a preview of a paper for a service leaves in the log."""
    audit.append(session, What.PREVIEWED_PAPER, by=by, chain=plan.referral_id, subject=DocumentKind.PLAN_FOR_SERVICE)


def issue(session: Session, referral: Referral) -> list[tuple[Document, str]]:
    """The papers that follow what was done last, each with what it says."""
    row = referral.history[-1]
    made = [
        (paper, paper_html(paper_sources.gather(session, referral, paper, after=row)))
        for paper in documents.papers_after(session, row)
    ]
    return [(documents.issue(session, row, paper, content=html.encode()), html) for paper, html in made]


def names(piece: Piece) -> list[str]:
    return [one.name for one in piece.made_of]


def test_a_service_gets_what_consent_reaches_and_the_paper_says_just_that(
    session: Session, cast: Cast, plan: ActionPlan
) -> None:
    plan.classification = ATTENDANCE | {"background": {"categories": ["family"], "about": None, "guardian_id": None}}
    (offered,) = renderings.offered(session, plan.referral, SOCIAL, on=TODAY)
    assert names(offered) == ["", "child_voice", "if_worse"]
    share(session, cast, plan, [offered], SOCIAL)
    ((paper, html),) = issue(session, plan.referral)
    assert (paper.kind, paper.recipient) == (DocumentKind.PLAN_FOR_SERVICE, "service:social_services")
    assert documents.file_name(session, paper).endswith("-plan-for-service-1-social-services.pdf")
    assert "Mottagningen" in html
    assert "Mila är i skolan varje dag." in html
    assert "Jag vill ha en lugn start." in html
    assert "Mila kommer sent." not in html
    entry = register.entry_of(session, paper.id)
    assert entry is not None
    assert entry.counterpart is Counterpart.AUTHORITY


@pytest.mark.parametrize("rulepack", ["se-2026-07", "dk-2026-07"])
def test_a_receiving_school_gets_what_guardians_said_may_go_there_and_nothing_on_another_ground(
    session: Session, cast: Cast, plan: ActionPlan, rulepack: str
) -> None:
    plan.referral.rulepack = rulepack
    assert sharing.grounds_for(plan.referral, SCHOOL) == []
    (locked,) = renderings.offered(session, plan.referral, SCHOOL, on=TODAY)
    assert locked.made_of == ()
    with pytest.raises(NotCovered):
        share(session, cast, plan, [locked], SCHOOL)
    (maja,) = coverage.guardians_of(session, plan.referral)
    a_consent(session, maja, by=cast.coordinator, recipients=[SCHOOL], at=clock.now() + timedelta(minutes=1))
    plan.classification = ATTENDANCE | {"background": {"categories": ["family"], "about": None, "guardian_id": None}}
    (offered,) = renderings.offered(session, plan.referral, SCHOOL, on=TODAY)
    assert names(offered) == ["", "child_voice", "if_worse"]
    share(session, cast, plan, [offered], SCHOOL)
    ((paper, html),) = issue(session, plan.referral)
    assert paper.recipient == "service:receiving_school"
    assert "Jag vill ha en lugn start." in html
    assert "Mila kommer sent." not in html
    entry = register.entry_of(session, paper.id)
    assert entry is not None
    assert entry.counterpart is Counterpart.OTHER


def test_what_the_paper_is_made_of_can_be_looked_up_for_whoever_asks_to_read_it(
    session: Session, cast: Cast, plan: ActionPlan
) -> None:
    share(session, cast, plan, renderings.offered(session, plan.referral, SOCIAL, on=TODAY), SOCIAL)
    ((paper, _html),) = issue(session, plan.referral)
    assert pieces.made_into(session, paper) == {piece.key for piece in pieces.of_plan(plan)}


def test_a_paper_that_is_late_says_what_was_shared_then(
    session: Session, cast: Cast, plan: ActionPlan, wednesday: Any
) -> None:
    (offered,) = renderings.offered(session, plan.referral, SOCIAL, on=TODAY)
    share(session, cast, plan, [offered], SOCIAL)
    first = plan.referral.history[-1]
    wednesday.shift(timedelta(hours=1))
    plan.classification = ATTENDANCE | {"child_voice": {"categories": ["family"], "about": None, "guardian_id": None}}
    share(session, cast, plan, renderings.offered(session, plan.referral, SOCIAL, on=TODAY), SOCIAL)
    session.expire_all()
    (paper,) = documents.papers_after(session, first)
    assert "Jag vill ha en lugn start." in paper_html(paper_sources.gather(session, plan.referral, paper, after=first))
    now = paper_html(paper_sources.gather(session, plan.referral, paper, after=None))
    assert "Jag vill ha en lugn start." not in now


def test_what_is_withheld_or_was_said_in_confidence_goes_to_nobody(
    session: Session, cast: Cast, plan: ActionPlan
) -> None:
    withholding.mark_confided(
        session, plan.referral, by=cast.coordinator.actor(), seen=None, key=(plan.id, "child_voice")
    )
    (offered,) = renderings.offered(session, plan.referral, SOCIAL, on=TODAY)
    assert "child_voice" not in names(offered)
    (offered,) = renderings.offered(session, plan.referral, POLICE, ground="crime_prevention", on=TODAY)
    assert names(offered) == ["", "background", "if_worse"]


def test_on_a_ground_only_what_is_about_the_child_goes(session: Session, cast: Cast, plan: ActionPlan) -> None:
    plan.classification = ATTENDANCE | {
        "background": {"categories": ["attendance"], "about": "sibling", "guardian_id": None}
    }
    (offered,) = renderings.offered(session, plan.referral, POLICE, ground="crime_prevention", on=TODAY)
    assert names(offered) == ["", "child_voice", "if_worse"]
    share(session, cast, plan, [offered], POLICE, "crime_prevention")
    ((_paper, html),) = issue(session, plan.referral)
    assert "Mila kommer sent." not in html
    (again,) = renderings.offered(session, plan.referral, POLICE, ground="crime_prevention", on=TODAY)
    assert names(again) == names(offered)


@pytest.mark.parametrize("ground", [CONSENT, "no_such_ground"])
def test_a_paper_that_would_hold_nothing_is_refused(
    session: Session, cast: Cast, plan: ActionPlan, ground: str
) -> None:
    (offered,) = renderings.offered(session, plan.referral, POLICE, ground=ground, on=TODAY)
    assert offered.made_of == ()
    with pytest.raises(NotCovered):
        share(session, cast, plan, [offered], POLICE, ground)


def test_a_paper_goes_only_after_whoever_shares_it_has_looked_at_it(
    session: Session, cast: Cast, plan: ActionPlan
) -> None:
    offered = renderings.offered(session, plan.referral, SOCIAL, on=TODAY)
    by, told = cast.coordinator.actor(), Sharing(recipient=SOCIAL, to_whom="Mottagningen", purpose="Hjälpas åt.")

    def go(**values: Any) -> list[Disclosure]:
        return sharing.share_information(
            session, plan.referral, by=by, seen=None, chosen=offered, sharing=told, **values
        )

    look(session, plan, cast.second_coordinator.actor())
    with pytest.raises(NotLookedAt):
        go()
    look(session, plan, by)
    audit.append(session, What.DID, by=by, chain=plan.referral_id, subject=Verb.APPROVE_ACTION_PLAN)
    with pytest.raises(NotLookedAt):
        go()
    look(session, plan, by)
    assert len(go()) == 1
    with pytest.raises(NotLookedAt):
        go()
    assert len(go(is_only_look=True)) == 1


def test_leisure_gets_its_own_action_the_goal_in_short_and_a_contact_only(
    session: Session, cast: Cast, plan: ActionPlan
) -> None:
    club = add_action(plan, owner_name="Kim på fritidsgården", text="Öppen hall på tisdagar.", times_a_week=1)
    add_action(plan, owner_name="Mamma", arena=Arena.HOME, text="Ringer varje kväll.")
    own = add_action(plan, owner=cast.leisure_worker, text="Följer med på match.")
    session.flush()
    found = renderings.offered(session, plan.referral, LEISURE, on=TODAY)
    assert [one.object_id for one in found] == [club.id, own.id]
    assert [one.object_id for one in renderings.offered(session, plan.referral, Recipient.CIVIL_SOCIETY, on=TODAY)] == [
        club.id
    ]
    share(session, cast, plan, found, LEISURE)
    papers = {paper.recipient: (paper, html) for paper, html in issue(session, plan.referral)}
    assert set(papers) == {readers.service_key(LEISURE, one.id) for one in (club, own)}
    paper, html = papers[readers.service_key(LEISURE, club.id)]
    assert "Öppen hall på tisdagar." in html
    assert "Du kommer till skolan varje dag." in html
    said_elsewhere = ("Följer med", "Ringer varje", "Mila", "Borta nio dagar", "Jag vill ha", "Lugn start")
    assert [each for each in said_elsewhere if each in html] == []
    entry = register.entry_of(session, paper.id)
    assert entry is not None
    assert entry.counterpart is Counterpart.OTHER


def test_an_action_for_a_goal_that_may_not_go_is_not_told_of(session: Session, cast: Cast, plan: ActionPlan) -> None:
    add_action(plan, owner_name="Kim på fritidsgården", text="Öppen hall.")
    plan.goals[0].about = About.SIBLING
    session.flush()
    (offered,) = renderings.offered(session, plan.referral, LEISURE, on=TODAY)
    assert offered.made_of == ()


def test_without_a_plan_in_force_nothing_is_offered(session: Session, cast: Cast) -> None:
    referral = a_referral(session, cast, PLAN_ACTIVE)
    assert renderings.offered(session, referral, SOCIAL, on=TODAY) == []


@pytest.mark.parametrize("key", [readers.FILE, "service:social_services"])
def test_a_paper_for_whom_nothing_was_shared_is_made_of_nothing(session: Session, plan: ActionPlan, key: str) -> None:
    assert renderings.of_paper(session, plan.referral, key, at=None) is None
    gathered = paper_sources.gather(session, plan.referral, Paper(DocumentKind.PLAN_FOR_SERVICE, key, "sv"), after=None)
    assert "Mila kommer sent." not in paper_html(gathered, preview=True)


def test_a_paper_of_a_plan_that_is_gone_is_made_of_nothing(session: Session, cast: Cast, plan: ActionPlan) -> None:
    share(session, cast, plan, renderings.offered(session, plan.referral, SOCIAL, on=TODAY), SOCIAL)
    (one,) = sharing.shared(session, plan.referral)
    one.row.holds = []
    assert renderings.of_paper(session, plan.referral, "service:social_services", at=None) is None
