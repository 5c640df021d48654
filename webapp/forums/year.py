"""The school year of a team, or of all the teams somebody works in: as a page, and as a paper for the wall."""

import uuid

from flask import Response, abort
from flask.typing import ResponseReturnValue

from referrals.forums import dates
from referrals.forums import year as rules
from referrals.models import Forum
from webapp import downloads, pages, people, transactions
from webapp.forums import blueprint
from webapp.forums.team import TEAM_ROLES, team_of
from webapp.guards import signed_in
from webapp.language import language


@blueprint.get("/teams/<uuid:forum_id>/year/<int:begins>")
@signed_in(*TEAM_ROLES)
def year(forum_id: uuid.UUID, begins: int) -> ResponseReturnValue:
    """When the team meets in the school year that begins then."""
    return _page([team_of(forum_id)], begins, team=team_of(forum_id))


@blueprint.get("/teams/<uuid:forum_id>/year/<int:begins>/year.pdf")
@signed_in(*TEAM_ROLES)
def year_to_hang_up(forum_id: uuid.UUID, begins: int) -> Response:
    """The same as a paper."""
    return _paper([team_of(forum_id)], begins)


@blueprint.get("/teams/year/<int:begins>")
@signed_in(*TEAM_ROLES)
def own_year(begins: int) -> ResponseReturnValue:
    """When all the teams meet in which somebody works."""
    return _page(_own(), begins, team=None)


@blueprint.get("/teams/year/<int:begins>/year.pdf")
@signed_in(*TEAM_ROLES)
def own_year_to_hang_up(begins: int) -> Response:
    """The same as a paper."""
    return _paper(_own(), begins)


def _own() -> list[Forum]:
    return dates.forums_of(transactions.session(), people.actor())


def _page(teams: list[Forum], begins: int, *, team: Forum | None) -> Response:
    _require_planned_for(begins)
    return pages.page(
        "forums/year.html",
        team=team,
        teams=teams,
        begins=begins,
        may_go_back=rules.is_planned_for(begins - 1),
        may_go_on=rules.is_planned_for(begins + 1),
        months=rules.months(transactions.session(), teams, begins),
    )


def _paper(teams: list[Forum], begins: int) -> Response:
    _require_planned_for(begins)
    return downloads.to_look_at(
        rules.paper(transactions.session(), teams, begins, language=language()), name="year.pdf"
    )


def _require_planned_for(begins: int) -> None:
    if not rules.is_planned_for(begins):
        abort(404)
