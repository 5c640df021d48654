"""The board: every open referral this person may see, in columns by stage."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, request, url_for

from referrals import clock, closure, queries
from referrals.languages import local_date
from referrals.models import Referral
from referrals.rules import targets
from referrals.statutory import support_programme
from referrals.vocabulary import DeadlineSource
from referrals.work import worklist
from webapp import pages, people, transactions
from webapp.casework import blueprint, filters, words
from webapp.casework.frame import today
from webapp.guards import signed_in
from webapp.language import zone

#: cards shown in one column; what is more is counted, and the list has it
CARDS = 12


@dataclass(frozen=True)
class Card:
    """One referral as board and list show it. Nothing here comes from a sealed value."""

    number: str
    url: str
    topics: str
    unit: str
    owner: str | None
    #: whole days since the concern came in
    age: int
    target_on: date | None
    target_source: DeadlineSource | None
    #: the day of the meeting its team is called to
    meets_on: date | None
    #: the last day on which a decision about special support can be appealed, for those who may know of one
    appeal_until: date | None
    is_late: bool
    is_follow_up_soon: bool
    status_code: str
    status: str
    #: the reporter fears that the child is being harmed, and nobody has decided yet
    is_urgent: bool
    was_reopened: bool
    stage: str


@dataclass(frozen=True)
class ShownColumn:
    """One column with its name in the country's words."""

    code: str
    name: str
    count: int
    late: int
    cards: list[Card]
    all_url: str


@dataclass(frozen=True)
class Marks:
    """What is known of several cards at once: ids of referrals."""

    #: their assessment waits for parts that nobody has been asked for yet
    nobody_asked: Collection[uuid.UUID]
    #: the reporter fears that the child is being harmed, and whoever looks may read that
    fear_known: Collection[uuid.UUID]
    #: they were closed once and taken up again
    reopened: Collection[uuid.UUID]
    #: the days of the meetings their teams are called to
    meets_on: Mapping[uuid.UUID, date]
    #: the last days on which decisions about special support beside them can be appealed
    appeal_until: Mapping[uuid.UUID, date]


@blueprint.get("/board")
@signed_in()
def board() -> Response:
    """The board under the filters in the address."""
    chosen = filters.from_address()
    found = queries.board(transactions.session(), people.actor(), chosen, most=CARDS)
    address = filters.in_address(chosen)
    shown = [referral for column in found for referral in column.cards]
    marks = marks_of(shown)
    columns = [
        ShownColumn(
            code=column.column.value,
            name=filters.column_name(column.column),
            count=column.count,
            late=column.late,
            cards=[card(referral, chosen.today, marks) for referral in column.cards],
            all_url=url_for("casework.referral_list", **(address | {"stage": column.column.value})),
        )
        for column in found
    ]
    return pages.page(
        "casework/board.html",
        columns=columns,
        total=sum(column.count for column in columns),
        late=sum(column.late for column in columns),
        filters=filters.choices(chosen),
        are_set=chosen.are_set,
        list_url=url_for("casework.referral_list", **address),
        is_live=request.args.get("live") != "no",
        live_url=url_for("casework.board", **address),
        paused_url=url_for("casework.board", **address, live="no"),
        now=clock.now(),
    )


def marks_of(shown: Sequence[Referral]) -> Marks:
    """What `shown` are marked with for whoever looks."""
    session = transactions.session()
    return Marks(
        worklist.with_nobody_asked(session, shown),
        worklist.with_fear_known(session, people.actor(), shown),
        closure.reopened(session, shown),
        targets.meeting_days(session, shown),
        support_programme.last_days(session, people.actor(), shown, on=today()),
    )


def card(referral: Referral, today: date, marks: Marks) -> Card:
    """`referral` as a card or a line."""
    return Card(
        number=referral.number,
        url=url_for("casework.referral", number=referral.number),
        topics=filters.topic_names(referral.topics),
        # Which school the child attends can be the secret itself where an identity is protected.
        unit="" if referral.protected_since is not None else referral.unit.name,
        owner=referral.owner.name if referral.owner else None,
        age=max(0, (today - local_date(referral.opened_at, zone=zone())).days),
        target_on=referral.target_on,
        target_source=referral.target_source,
        meets_on=marks.meets_on.get(referral.id),
        appeal_until=marks.appeal_until.get(referral.id),
        is_late=referral.is_past_target(today),
        is_follow_up_soon=referral.is_follow_up_soon(today),
        status_code=referral.status.value,
        status=words.status_name(referral.status, is_asked=referral.id not in marks.nobody_asked),
        is_urgent=referral.id in marks.fear_known,
        was_reopened=referral.id in marks.reopened,
        stage=words.stage_name(referral.rulepack, referral.stage, referral.status),
    )
