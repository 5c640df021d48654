"""One invented concern on its way from the public form to a closed referral, stage by stage, as the demonstration's cast."""

import re
from collections.abc import Iterator
from datetime import timedelta

from referrals.stages import Stage
from referrals.vocabulary import (
    About,
    ActionStatus,
    Attendance,
    ClosureReason,
    ConsentAnswer,
    ConsentForm,
    Custody,
    DocumentKind,
    Domain,
    FollowUpDecision,
    GoalResult,
    Helped,
    InformationCategory,
    LossCause,
    MeetingOutcome,
    NoticeMethod,
    Recipient,
    ReporterKind,
    SchoolYear,
    Topic,
)
from schemas.follow_up import REASON_OF
from webapp.demo_story import Story, story_in
from webapp.demo_window import Form, Stopped, Window
from webapp.demo_world import Paper, World, next_weekday

_K = DocumentKind


class Journey:
    """The whole way. `papers` drives it and gives each document as soon as it is in the folder."""

    def __init__(self, world: World) -> None:
        """Through the instance of `world`."""
        self._world, self._cast = world, world.cast
        self._reporter = world.window("the reporter")
        self._story: Story = story_in(self._reporter.open("/").language)
        self._meets_on = self._due_on = ""

    def papers(self) -> Iterator[Paper]:
        """Every stage in its order, with the documents it leaves. Raises Stopped where something does not come."""
        world = self._world
        world.let_pass(0)
        self._tell()
        yield self._receipt()
        self._triage()
        yield from world.collect(Stage.TRIAGE, _K.REFERRAL)
        world.let_pass(2)
        self._inform_guardians()
        yield from world.collect(Stage.CONSENT, _K.INFORMATION_AND_CONSENT)
        self._assess()
        yield from world.collect(Stage.ASSESSMENT, _K.ASSESSMENT)
        self._call_the_team()
        yield from world.collect(Stage.TEAM_REVIEW, _K.INVITATION)
        self._meet()
        yield from world.collect(Stage.TEAM_REVIEW, _K.MINUTES)
        world.let_pass(1)
        self._plan()
        yield from world.collect(Stage.ACTION_PLAN, _K.ACTION_PLAN)
        self._carry_out()
        self._wait_for_follow_up()
        self._follow_up()
        yield from world.collect(Stage.FOLLOW_UP, _K.FOLLOW_UP)
        world.let_pass(2)
        self._close_referral()
        yield from world.collect(Stage.CLOSURE, _K.CLOSING)
        world.back_to_today()
        world.look_around()

    # ------------------------------------------------------------------------------------------------ the stages
    def _tell(self) -> None:
        """The public form, all seven pages."""
        story, window = self._story, self._reporter
        window.send(window.page.form("door"), {}, press=("door", "staff"))
        window.send(window.page.form("protection"), {"protection": "no"})
        who = {"reporter_name": story.reporter, "reporter_function": story.reporter_function}
        window.send(
            window.page.form("unit"), {"unit": self._cast.unit, "reporter_kind": ReporterKind.TEACHER.value, **who}
        )
        child = {"child_name": story.child, "child_group": "4B", "school_year": SchoolYear.YEAR_4.value}
        window.send(window.page.form("child_name"), child)
        seen = {"observed_when": story.seen_when, "observed_where": story.seen_where, "duration": story.duration}
        topics = [Topic.ATTENDANCE.value, Topic.WELLBEING.value]
        window.send(window.page.form("observations"), {"observations": story.seen, "topics": topics, **seen})
        voices = {
            "child_voice": story.child_voice,
            "strengths": story.strengths,
            "guardians_view": story.guardians_view,
        }
        window.send(window.page.form("guardians_know"), {"guardians_know": "yes", **voices})
        tried = {"tried": story.tried, "tried_result": story.tried_result, "wished_help": story.wished_help}
        window.send(window.page.form("conflict"), {"conflict": "no", "urgency": story.urgency, **tried})
        window.send(window.page.form("_door"), {})
        self._world.number = window.page.by_id.get("reference-number", "")
        if not self._world.number:
            raise Stopped("the public form gave no reference number")

    def _receipt(self) -> Paper:
        window = self._reporter
        window.wait(window.page.path, until=lambda page: bool(page.find_links(r"receipt\.pdf$")), what="the receipt")
        offered, content = window.download(window.page.find_links(r"receipt\.pdf$")[0].href)
        return self._world.keep(Stage.INTAKE, offered, content=content)

    def _triage(self) -> None:
        window = self._world.next_of(self._cast.coordinator)
        window.send(window.page.form("way"), {"way": "assessment"})

    def _inform_guardians(self) -> None:
        story, window = self._story, self._world.next_of(self._cast.coordinator)
        for number, (name, phone) in enumerate(story.guardians):
            window.follow(r"/guardians/new$")
            language = {"language": "en"} if number else {}
            form = window.page.form("custody")
            window.send(form, {"name": name, "custody": Custody.JOINT.value, "phone": phone, **language})
        overview = window.page.path
        ways = [link.href for link in window.page.find_links(r"/guardians/[0-9a-f-]{36}/information$")]
        for way in ways:
            window.open(way)
            told = {"method": NoticeMethod.PHONE.value, "told_what": story.told_what}
            window.send(window.page.form("method"), told)
            window.open(way.replace("/information", "/consent"))
            categories = [one.value for one in InformationCategory]
            recipients = [Recipient.SOCIAL_SERVICES.value, Recipient.HEALTH_CARE.value]
            scope: dict[str, str | list[str]] = {"categories": categories, "recipients": recipients}
            given = {"answer": ConsentAnswer.FULL.value, "form": ConsentForm.WRITTEN.value}
            window.send(window.page.form("answer"), {**scope, **given})
        window.open(overview)
        window.send(window.page.form("reason", action=r"/consent$"), {})

    def _assess(self) -> None:
        story, window = self._story, self._world.next_of(self._cast.coordinator)
        form = window.page.form("question")
        # Whoever consent does not reach stands there locked, and cannot be ticked.
        asked = {
            control.name: person
            for control in form.controls
            for person in self._cast.assessors
            if control.name.endswith("-is_asked") and person.name in window.page.label(control)
        }
        if not asked:
            raise Stopped("nobody of the cast can be asked for a part of the assessment")
        window.send(form, {**dict.fromkeys(asked, "yes"), "question": story.question})
        self._world.let_pass(6)
        for person in asked.values():
            theirs = self._world.next_of(person)
            if theirs.page.has_form("conclusion"):
                self._write_part(theirs)
        window = self._world.next_of(self._cast.coordinator)
        window.send(window.page.form("reason", action=r"/conclusion$"), {"reason": story.shown_together})

    def _write_part(self, window: Window) -> None:
        story, form = self._story, window.page.form("conclusion")
        if not form.has("about"):  # of some services the team keeps a pointer only
            window.send(form, {"conclusion": story.pointer})
            return
        findings = {f"findings-{domain}": story.findings for domain in (Domain.LEARNING, Domain.SAFETY)}
        window.send(
            form,
            {
                **{name: text for name, text in findings.items() if form.has(name)},
                "protective_factors": story.protective,
                "risk_factors": story.risk,
                "child_voice": story.child_voice,
                "conclusion": story.conclusion,
                "sources": story.sources,
                "categories": [InformationCategory.SCHOOLING.value, InformationCategory.WELLBEING.value],
                "about": About.CHILD.value,
            },
        )

    def _call_the_team(self) -> None:
        window = self._world.next_of(self._cast.coordinator)
        form = window.page.form("starts_on")
        called = {"called": form.choices("called"), "guardians": form.choices("guardians")}
        self._meets_on = next_weekday(self._world.today() + timedelta(days=7)).isoformat()
        window.send(form, {"starts_on": self._meets_on, "starts_time": "14:30", **called})

    def _meet(self) -> None:
        self._world.move_to(self._meets_on)
        story, window = self._story, self._world.next_of(self._cast.coordinator)
        if not window.page.has_form("situation"):
            window.follow(r"/team-review/minutes$")
        form = window.page.form("situation")
        there = dict.fromkeys(_rows(form, r"attendance-\d+-attendance"), Attendance.PRESENT.value)
        names = {form.value(name) for name in _rows(form, r"attendance-\d+-name")}
        dissenter = [one.name for one in self._cast.assessors if one.name in names][-1]
        ratings = dict(zip((f"ratings-{domain}-rating" for domain in Domain), ("4", "3", "2"), strict=True))
        said = {
            "situation": story.situation,
            "strengths": story.strengths,
            "child_words": story.child_voice,
            "guardians_words": story.guardians_view,
            "questions": story.questions,
            "dissent": f"{dissenter}: {story.dissent}",
        }
        first = "decisions-0-"
        decided = {
            f"{first}text": story.decision,
            f"{first}responsible": self._cast.assessors[0].name,
            f"{first}due_on": next_weekday(self._world.today() + timedelta(days=7)).isoformat(),
        }
        window.send(form, {**there, **ratings, **said, **decided, "outcome": MeetingOutcome.PLAN.value})
        window = self._world.window_of(self._cast.head_teacher)
        window.open(f"/referrals/{self._world.number}/team-review")
        window.follow(r"/team-review/approval$")
        window.send(window.page.form("seen", action="/team-review/approval"), {})

    def _plan(self) -> None:
        story, window = self._story, self._world.next_of(self._cast.coordinator)
        if not window.page.has_form("if_worse"):
            window.follow(r"/action-plan/edit$")
        form, who = window.page.form("if_worse"), self._cast.assessors[0].name
        goal, action = "goals-0-", "goals-0-actions-0-"
        self._due_on = form.value("follow_up_on")
        coordinator = self._cast.coordinator.name
        window.send(
            form,
            {
                f"{goal}text": story.goal,
                f"{goal}baseline": story.baseline,
                f"{goal}target": story.target,
                f"{goal}plain": story.plain,
                f"{goal}domain": Domain.LEARNING.value,
                f"{goal}categories": [InformationCategory.SCHOOLING.value],
                f"{action}text": story.action,
                f"{action}how": story.how,
                f"{action}owner_id": form.choice(f"{action}owner_id", who),
                f"{action}times_a_week": "2",
                f"{action}to_on": "",  # what was to be done by a day goes on as long as the plan
                "if_worse": story.if_worse,
                "lead_id": form.choice("lead_id", who),
                "follow_up_by_id": form.choice("follow_up_by_id", coordinator),
                "evaluation_by_id": form.choice("evaluation_by_id", coordinator),
            },
            press=("send", "yes"),
        )
        window = self._world.next_of(self._cast.head_teacher)
        if not window.page.has_form("reason"):
            window.follow(r"/action-plan/approval$")
        window.send(window.page.form("reason"), {})

    def _carry_out(self) -> None:
        window = self._world.window_of(self._cast.assessors[0])
        window.open(f"/referrals/{self._world.number}/action-plan")
        window.follow(r"/action-plan/actions/")
        window.send(window.page.form("status"), {"status": ActionStatus.ONGOING.value})

    def _wait_for_follow_up(self) -> None:
        """The day the plan says, on which the follow-up opens by itself."""
        self._world.move_to(self._due_on)
        path = f"/referrals/{self._world.number}/follow-up"
        self._world.window_of(self._cast.coordinator).wait(
            path, until=lambda page: page.has_form("held_on"), what="the day of the follow-up"
        )

    def _follow_up(self) -> None:
        story, window = self._story, self._world.next_of(self._cast.coordinator)
        form = window.page.form("held_on")
        values: dict[str, str | list[str]] = {}
        for name in _rows(form, r"actions-\d+-times_done"):
            start = name.removesuffix("times_done")
            planned = re.search(r"\d+", window.page.by_id.get(f"f-{name}-hint", ""))
            values[name] = str(max(0, int(planned[0]) - 2) if planned else 0)
            values[f"{start}loss_cause"] = LossCause.STAFF_ABSENT.value
            values[f"{start}helped"] = Helped.YES.value
            values[f"{start}note"] = story.done_note
        for name in _rows(form, r"goals-\d+-result"):
            values[name] = GoalResult.REACHED.value
        views = _rows(form, r"guardians-\d+-view")
        values |= dict.fromkeys(views[:1], story.guardians_view)
        values |= {name.replace("-view", "-declined"): "yes" for name in views[1:]}
        closing = {"decision": FollowUpDecision.CLOSE.value, REASON_OF[FollowUpDecision.CLOSE]: story.why_close}
        window.send(form, {**values, **closing, "child_view": story.plain, "learned": story.learned})

    def _close_referral(self) -> None:
        story, window = self._story, self._world.next_of(self._cast.coordinator)
        form = window.page.form("summary")
        values = dict.fromkeys(_rows(form, r"outcomes-\d+-result"), GoalResult.REACHED.value)
        for name in _rows(form, r"endings-\d+-status"):
            values[name] = ActionStatus.HANDED_OVER.value
            values[name.replace("-status", "-handed_to")] = f"{story.reporter}, {story.reporter_function}"
        reason = {"reason": ClosureReason.GOALS_REACHED.value, "summary": story.summary}
        window.send(form, {**values, **reason, "if_needed_again": story.if_needed_again})


def _rows(form: Form, pattern: str) -> list[str]:
    """The names of repeated fields, each once, in their order."""
    return list(dict.fromkeys(control.name for control in form.controls if re.fullmatch(pattern, control.name)))
