"""One invented concern on its way from the public form to a closed referral, stage by stage, as the demonstration's cast."""

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import pikepdf

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
from webapp.demo_cast import Person, find_cast
from webapp.demo_story import Story, story_in
from webapp.demo_window import Form, Page, Stopped, Window

_PAPER = r"/documents/[0-9a-f-]{36}$"
_K = DocumentKind


@dataclass(frozen=True)
class Paper:
    """A document that came, as it lies in the folder."""

    stage: Stage
    file: Path


class Journey:
    """The whole way. `papers` drives it and gives each document as soon as it is in the folder."""

    def __init__(self, url: str, folder: Path, *, transport: httpx.BaseTransport | None = None) -> None:
        """For the instance at `url`; documents go into `folder`."""
        self.url, self.folder, self._transport = url, folder, transport
        self.number = ""
        self.windows: list[Window] = []
        self.reporter = self._window("the reporter")
        self._taken: set[str] = set()
        self._story: Story = story_in(self.reporter.open("/").language)
        self._cast = find_cast(self._window("a visitor"))
        self._due_on = self._receipt_name = ""
        self._goes_back = False
        #: the day the instance's date was moved to, where it does not go back to today
        self.stays_on = ""

    def close(self) -> None:
        """Put the date back where this journey moved it, and close all windows."""
        with suppress(Stopped):  # the instance may be what stopped
            self._back_to_today()
        for window in self.windows:
            window.close()

    def papers(self) -> Iterator[Paper]:
        """Every stage in its order, with the documents it leaves. Raises Stopped where something does not come."""
        self._tell()
        yield self._receipt()
        self._triage()
        yield from self._collect(Stage.TRIAGE, _K.REFERRAL)
        self._inform_guardians()
        yield from self._collect(Stage.CONSENT, _K.INFORMATION_AND_CONSENT)
        self._assess()
        yield from self._collect(Stage.ASSESSMENT, _K.ASSESSMENT)
        self._call_the_team()
        yield from self._collect(Stage.TEAM_REVIEW, _K.INVITATION)
        self._meet()
        yield from self._collect(Stage.TEAM_REVIEW, _K.MINUTES)
        self._plan()
        yield from self._collect(Stage.ACTION_PLAN, _K.ACTION_PLAN)
        self._carry_out()
        self._wait_for_follow_up()
        self._follow_up()
        yield from self._collect(Stage.FOLLOW_UP, _K.FOLLOW_UP)
        self._close_referral()
        yield from self._collect(Stage.CLOSURE, _K.CLOSING)
        self._back_to_today()
        self._look_around()

    # ------------------------------------------------------------------------------------------------ the stages
    def _tell(self) -> None:
        """The public form, all seven pages."""
        story, window = self._story, self.reporter
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
        self.number = window.page.by_id.get("reference-number", "")
        if not self.number:
            raise Stopped("the public form gave no reference number")

    def _receipt(self) -> Paper:
        window = self.reporter
        window.wait(window.page.path, until=lambda page: bool(page.find_links(r"receipt\.pdf$")), what="the receipt")
        self._receipt_name, content = window.download(window.page.find_links(r"receipt\.pdf$")[0].href)
        return self._keep(Stage.INTAKE, self._receipt_name, content)

    def _triage(self) -> None:
        window = self._next_of(self._cast.coordinator)
        window.send(window.page.form("way"), {"way": "assessment"})

    def _inform_guardians(self) -> None:
        story, window = self._story, self._next_of(self._cast.coordinator)
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
        story, window = self._story, self._next_of(self._cast.coordinator)
        form = window.page.form("question")
        ticked = {
            control.name: "yes"
            for control in form.controls
            if control.name.endswith("-is_asked")
            and any(person.name in window.page.label(control) for person in self._cast.assessors)
        }
        if not ticked:
            raise Stopped("nobody of the cast can be asked for a part of the assessment")
        window.send(form, {**ticked, "question": story.question})
        for person in self._cast.assessors:
            theirs = self._next_of(person)
            if theirs.page.has_form("conclusion"):
                self._write_part(theirs)
        window = self._next_of(self._cast.coordinator)
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
        window = self._next_of(self._cast.coordinator)
        form = window.page.form("starts_on")
        called = {"called": form.choices("called"), "guardians": form.choices("guardians")}
        window.send(form, {"starts_on": self._today().isoformat(), "starts_time": "14:30", **called})

    def _meet(self) -> None:
        story, window = self._story, self._next_of(self._cast.coordinator)
        if not window.page.has_form("situation"):
            window.follow(r"/team-review/minutes$")
        form = window.page.form("situation")
        there = dict.fromkeys(_rows(form, r"attendance-\d+-attendance"), Attendance.PRESENT.value)
        ratings = dict(zip((f"ratings-{domain}-rating" for domain in Domain), ("4", "3", "2"), strict=True))
        said = {
            "situation": story.situation,
            "strengths": story.strengths,
            "child_words": story.child_voice,
            "guardians_words": story.guardians_view,
            "questions": story.questions,
            "dissent": story.dissent,
        }
        first = "decisions-0-"
        decided = {
            f"{first}text": story.decision,
            f"{first}responsible": self._cast.assessors[0].name,
            f"{first}due_on": self._today().isoformat(),
        }
        window.send(form, {**there, **ratings, **said, **decided, "outcome": MeetingOutcome.PLAN.value})
        window = self._window_of(self._cast.head_teacher)
        window.open(f"/referrals/{self.number}/team-review")
        window.follow(r"/team-review/approval$")
        window.send(window.page.form("seen", action="/team-review/approval"), {})

    def _plan(self) -> None:
        story, window = self._story, self._next_of(self._cast.coordinator)
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
                "if_worse": story.if_worse,
                "lead_id": form.choice("lead_id", who),
                "follow_up_by_id": form.choice("follow_up_by_id", coordinator),
                "evaluation_by_id": form.choice("evaluation_by_id", coordinator),
            },
            press=("send", "yes"),
        )
        window = self._next_of(self._cast.head_teacher)
        if not window.page.has_form("approve"):
            window.follow(r"/action-plan/approval$")
        window.send(window.page.form("approve"), {}, press=("approve", "yes"))

    def _carry_out(self) -> None:
        window = self._window_of(self._cast.assessors[0])
        window.open(f"/referrals/{self.number}/action-plan")
        window.follow(r"/action-plan/actions/")
        window.send(window.page.form("status"), {"status": ActionStatus.ONGOING.value})

    def _wait_for_follow_up(self) -> None:
        """Move the date to the day of the follow-up, on which it opens by itself."""
        window = self._window_of(self._cast.administrator)
        window.open("/administration/date")
        # A date somebody else has moved before cannot be found again: then it stays where it comes to.
        self._goes_back = not window.page.has_form_to(r"/date/back$")
        self.stays_on = "" if self._goes_back else self._due_on
        window.send(window.page.form("day"), {"day": self._due_on})
        path = f"/referrals/{self.number}/follow-up"
        self._window_of(self._cast.coordinator).wait(
            path, until=lambda page: page.has_form("held_on"), what="the day of the follow-up"
        )

    def _follow_up(self) -> None:
        story, window = self._story, self._next_of(self._cast.coordinator)
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
            values[name] = GoalResult.CLOSER.value
        views = _rows(form, r"guardians-\d+-view")
        values |= dict.fromkeys(views[:1], story.guardians_view)
        values |= {name.replace("-view", "-declined"): "yes" for name in views[1:]}
        closing = {"decision": FollowUpDecision.CLOSE.value, "reason": story.why_close}
        window.send(form, {**values, **closing, "child_view": story.plain, "learned": story.learned})

    def _close_referral(self) -> None:
        story, window = self._story, self._next_of(self._cast.coordinator)
        form = window.page.form("summary")
        values = dict.fromkeys(_rows(form, r"outcomes-\d+-result"), GoalResult.REACHED.value)
        for name in _rows(form, r"endings-\d+-status"):
            values[name] = ActionStatus.HANDED_OVER.value
            values[name.replace("-status", "-handed_to")] = f"{story.reporter}, {story.reporter_function}"
        reason = {"reason": ClosureReason.GOALS_REACHED.value, "summary": story.summary}
        window.send(form, {**values, **reason, "if_needed_again": story.if_needed_again})

    # ------------------------------------------------------------------------------------------------ around them
    def _back_to_today(self) -> None:
        if self._goes_back:
            self._goes_back = False
            window = self._window_of(self._cast.administrator)
            window.open("/administration/date")
            window.send(window.page.form(action=r"/date/back$"), {})

    def _look_around(self) -> None:
        """The pages that show every referral: it is there too."""
        window = self._window_of(self._cast.coordinator)
        for path in ("/board", "/referrals", f"/search?reference={self.number}", f"/referrals/{self.number}"):
            window.open(path)
        if self.number not in window.page.text:
            raise Stopped(f"the search does not lead to {self.number}")

    def _today(self) -> date:
        window = self._window_of(self._cast.administrator)
        window.open("/administration/date")
        return date.fromisoformat(window.page.form("day").earliest("day"))

    def _next_of(self, person: Person) -> Window:
        """What waits for somebody with this referral, found from their home."""
        window = self._window_of(person)
        window.open("/home")
        window.follow(f"/referrals/{self.number}", words=self.number)
        return window

    def _window(self, whose: str) -> Window:
        self.windows.append(Window(self.url, whose=whose, transport=self._transport))
        return self.windows[-1]

    def _window_of(self, person: Person) -> Window:
        if person.window is None:
            window = self._window(person.name)
            window.open("/sign-in")
            window.send(window.page.form("password"), {"email": person.email, "password": person.password})
            person.window = window
        return person.window

    def _collect(self, stage: Stage, kind: DocumentKind) -> Iterator[Paper]:
        """Wait until a document of this kind is there and nothing more is being made, and take what is new."""
        name = kind.replace("_", "-")
        window = self._window_of(self._cast.coordinator)

        def is_there(page: Page) -> bool:
            names = {window.download(link.href)[0] for link in page.find_links(_PAPER) if link.href not in self._taken}
            return any(f"-{name}-" in one for one in names) and not page.notes

        path = f"/referrals/{self.number}/documents"
        window.wait(path, until=is_there, what=f"the document {name}")
        page = window.open(
            path
        )  # what was finished between listing the papers and asking for work under way is on it now
        for link in reversed(page.find_links(_PAPER)):
            if link.href not in self._taken:
                self._taken.add(link.href)
                offered, content = window.download(link.href)
                if offered != self._receipt_name:  # the reporter has it already
                    yield self._keep(stage, offered, content)

    def _keep(self, stage: Stage, offered: str, content: bytes) -> Paper:
        """Put a document into the folder, under its neutral name with its language."""
        with pikepdf.open(io.BytesIO(content)) as pdf:
            language = str(pdf.Root.get("/Lang", "")).partition("-")[0]
        stem = f"{Path(offered).stem}-{language}"
        file = self.folder / f"{stem}.pdf"
        copy = 2
        while file.exists() and file.read_bytes() != content:
            file, copy = self.folder / f"{stem}-copy-{copy}.pdf", copy + 1
        file.write_bytes(content)
        return Paper(stage, file)


def _rows(form: Form, pattern: str) -> list[str]:
    """The names of repeated fields, each once, in their order."""
    return list(dict.fromkeys(control.name for control in form.controls if re.fullmatch(pattern, control.name)))
