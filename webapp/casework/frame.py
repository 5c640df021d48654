"""What stands around every page about one referral: its header, the way to its stages, and the version people see."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, abort, current_app, request, url_for
from sqlalchemy import select

from referrals import clock
from referrals.access import View, may_view
from referrals.disclosure import coverage
from referrals.keeping import retention
from referrals.languages import local_date
from referrals.models import History, Referral
from referrals.rules import targets
from referrals.stages import Stage, Verb
from referrals.vocabulary import DeadlineSource, WordingGround
from referrals.work import worklist
from webapp import pages, people, transactions
from webapp.casework import words
from webapp.casework.choices import choices
from webapp.forms import Form
from webapp.language import gettext, zone


@dataclass(frozen=True)
class Way:
    """A link to one of the referral's pages."""

    url: str
    label: str
    #: "page" for the page itself, "true" for one that stands under it, otherwise empty
    current: str


@dataclass(frozen=True)
class Frame:
    """What the header of a referral's pages says."""

    number: str
    #: whether they see more of it than the one thing that is theirs
    sees_referral: bool
    #: None for those who may not know it
    child_name: str | None
    has_protected_identity: bool
    is_kept_outside: bool
    #: None for those who may not know which school it is
    unit: str | None
    stage: str
    status: str
    status_code: str
    is_open: bool
    is_late: bool
    is_follow_up_soon: bool
    was_reopened: bool
    target_on: date | None
    #: None where no target day stands
    target_source: DeadlineSource | None
    #: the day of the meeting the team is called to; None where it is called to none
    meets_on: date | None
    opened_on: date
    #: whole days since the concern came in
    age: int
    owner: str | None
    ways: tuple[Way, ...]
    #: the day on which content of it was last disposed of
    disposed_on: date | None


#: page, the view one must have, and the stages one of which it must have reached
_PAGES: tuple[tuple[str, Stage, View], ...] = (
    ("casework.triage", Stage.TRIAGE, View.CONCERN),
    ("casework.guardians", Stage.CONSENT, View.GUARDIANS),
    ("casework.assessment", Stage.ASSESSMENT, View.OWN_PART),
    ("casework.team_review", Stage.TEAM_REVIEW, View.MINUTES),
    ("casework.action_plan", Stage.ACTION_PLAN, View.PLAN),
    ("casework.follow_up", Stage.FOLLOW_UP, View.FOLLOW_UP),
    ("casework.closure", Stage.CLOSURE, View.FOLLOW_UP),
)

#: pages with something to do already while the referral stands a stage before
_BEGINS_EARLY = {Stage.TRIAGE: Stage.INTAKE, Stage.ASSESSMENT: Stage.CONSENT}


def today() -> date:
    """The day it is for people here."""
    return clock.today(zone())


def seen() -> int:
    """The version of the referral the person had before their eyes when they sent the form; without it the form is broken."""
    version = _as_version(request.form["seen"])
    return abort(400) if version is None else version


def version_seen(form: Form, referral: Referral) -> int:
    """The version that whoever fills this form had before their eyes, for the form to send along.

    Where it was saved while they wrote, that is the version of then, unless only they have done something since.
    """
    began = _as_version(form.value("seen")) if form.saved_at else None
    if began is None:
        return referral.version
    me = people.actor().account_id
    others = any(row.number > began and row.by_id != me for row in referral.history)
    return began if others else referral.version


def _as_version(sent: str) -> int | None:
    """What was sent as a version, where it can be one: a number no database could hold is as broken as a word."""
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None


def referral_page(template: str, referral: Referral, status: int = 200, **values: Any) -> Response:
    """The page `templates/pages/casework/<template>` about `referral`, with the frame its layout shows around it.

    The template extends `layouts/referral.html`, sets `heading` and fills the block `stage`.
    """
    return pages.page(
        f"casework/{template}", status=status, referral=referral, frame=frame_of(referral), today=today(),
        hidden_names=_hidden_names(referral), version_seen=version_seen, wording_grounds=choices(WordingGround), **values,
    )  # fmt: skip


def _hidden_names(referral: Referral) -> set[str | None]:
    """Names of guardians who are protected by now, wherever one was written down before."""
    guardians = coverage.guardians_of(transactions.session(), referral) if referral.protected_since else []
    return {each.name for each in guardians if each.has_protected_identity}


def frame_of(referral: Referral) -> Frame:
    """The header of `referral` as this person may see it."""
    actor, facts = people.actor(), referral.facts()
    # Who only contributes learns the name of a child with a protected identity from the coordinator, not from a page.
    may_know_child = View.GUARDIANS if referral.protected_since is not None else View.CHILD
    knows_child = may_view(may_know_child, actor, facts)
    gone_at = retention.disposed_at(transactions.session(), referral)
    opened_on = local_date(referral.opened_at, zone=zone())
    return Frame(
        number=referral.number,
        sees_referral=may_view(View.REFERRAL, actor, facts),
        child_name=referral.child_name if knows_child else None,
        has_protected_identity=referral.protected_since is not None,
        is_kept_outside=referral.kept_outside_at is not None,
        unit=referral.unit.name if knows_child else None,
        stage=words.stage_name(referral.rulepack, referral.stage, referral.status),
        status=words.status_name(
            referral.status, is_asked=not worklist.with_nobody_asked(transactions.session(), [referral])
        ),
        status_code=referral.status.value,
        is_open=referral.is_open,
        is_late=referral.is_past_target(today()),
        is_follow_up_soon=referral.is_follow_up_soon(today()),
        was_reopened=any(row.verb is Verb.REOPEN_REFERRAL for row in referral.history),
        target_on=referral.target_on,
        target_source=targets.source_of(transactions.session(), referral),
        meets_on=targets.meeting_days(transactions.session(), [referral]).get(referral.id),
        opened_on=opened_on,
        age=max(0, (today() - opened_on).days),
        owner=referral.owner.name if referral.owner else None,
        ways=tuple(_ways(referral)),
        disposed_on=local_date(gone_at, zone=zone()) if gone_at else None,
    )


def _ways(referral: Referral) -> list[Way]:
    actor, facts = people.actor(), referral.facts()
    reached = set(
        transactions.session().scalars(
            select(History.to_stage).where(History.referral_id == referral.id).distinct()
        )
    )  # fmt: skip
    ways = [_way("casework.referral", gettext("Overview"), referral)]
    for endpoint, stage, view in () if referral.kept_outside_at else _PAGES:
        is_known = stage in reached or _BEGINS_EARLY.get(stage) in reached
        if is_known and endpoint in current_app.view_functions and may_view(view, actor, facts):
            ways.append(_way(endpoint, words.stage_name(referral.rulepack, stage), referral))
    return ways


def _way(endpoint: str, label: str, referral: Referral) -> Way:
    url, path = url_for(endpoint, number=referral.number), pages.page_path()
    is_under = endpoint != "casework.referral" and path.startswith(f"{url}/")
    return Way(url, label, "page" if path == url else "true" if is_under else "")
