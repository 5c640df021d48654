"""A concern's straight way, from the public form to a closed referral, with a paper at every stage and the board moving along."""

from datetime import timedelta

from referrals.rules import rulebook
from referrals.vocabulary import Country
from tests.journeys.conftest import Opener
from tests.journeys.instance import Instance
from tests.journeys.team import GUARDIAN, Team
from tests.journeys.telling import CHILD, SCHOOL, SEEN, Reporter
from tests.journeys.window import Window

#: so many seconds after a decision the board shows it
LIVE = 2.0


def test_a_concern_travels_from_the_public_form_to_a_closed_referral(instance: Instance, new_window: Opener) -> None:
    team = Team(instance, new_window)
    board = team.board()
    pack = rulebook.newest(Country(instance.country))

    def moved(window: Window, stage: str) -> None:
        took = board.shows(pack.artefact(stage, instance.language), since=window.answered_at)
        assert took < LIVE, f"the board showed {stage} after {took:.1f} s"

    reporter = Reporter(new_window(), instance.language)
    receipt = reporter.begin("I work with children").tell_as_teacher().send()
    team.number = receipt.number
    board.watch()
    assert reporter.wait_for_receipt().startswith(b"%PDF")
    board.shows(pack.artefact("triage", instance.language), since=0)

    moved(team.decide("The team makes an assessment"), "consent")
    team.paper("Concern to the team")
    moved(team.inform_guardians(), "assessment")
    team.paper("Information and consent")
    team.ask_for_parts(team.cast.special_educator, team.cast.social_worker)
    team.write_part(team.cast.special_educator)
    team.write_part(team.cast.social_worker, is_pointer=True)
    moved(team.conclude_assessment(), "team_review")
    team.paper("Assessment")
    team.call_the_meeting()
    team.paper("Invitation")
    team.write_minutes()
    moved(team.approve_minutes(), "action_plan")
    team.paper("Minutes")
    team.write_plan()
    moved(team.approve_plan(), "implementation")
    team.paper("Action plan")

    team.move_to(instance.today + timedelta(days=49))
    board.shows(pack.artefact("follow_up", instance.language), since=0)
    moved(team.follow_up("Propose closing"), "closure")
    team.paper("Follow-up")
    team.close()
    team.paper("Closing")
    team.page(team.coordinator)
    assert team.coordinator.says("The referral has ended")
    it_is_told_in_the_logs_without_any_name(instance, team)


def it_is_told_in_the_logs_without_any_name(instance: Instance, team: Team) -> None:
    """Web and worker have written lines of this referral, which name nobody and repeat nothing of what was told."""
    people = (team.cast.coordinator, team.cast.special_educator, team.cast.social_worker, team.cast.head_teacher)
    names = [word for person in people for word in (person.name, person.email)]
    secrets = [
        *names,
        CHILD[instance.language],
        SEEN[instance.language],
        GUARDIAN[instance.language],
        SCHOOL[instance.language],
        "Ragna",
    ]
    for part, said in (("web", "answered"), ("worker", "done")):
        lines = instance.logged(part)
        of_this = [line for line in lines if line.get("number") == team.number]
        assert len([line for line in of_this if said in str(line["said"])]) > 8, part
        assert {line["part"] for line in lines} == {part}
        assert [secret for secret in secrets if secret in str(lines)] == []
