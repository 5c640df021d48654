"""When teams meet, for calendar programs, which do not sign in: behind secret links, made anew by a team's coordinators or by whoever works in several."""

import uuid

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from referrals.forums import calendar_feed, subscription
from referrals.models import Account, Forum
from webapp import downloads, notices, people, transactions
from webapp.forums import blueprint
from webapp.forums.team import TEAM_ROLES, team_of
from webapp.guards import public, signed_in
from webapp.language import gettext


@blueprint.post("/teams/<uuid:forum_id>/subscription")
@signed_in(*TEAM_ROLES)
def make_link(forum_id: uuid.UUID) -> ResponseReturnValue:
    """Make a link; the one before opens nothing any more."""
    forum = team_of(forum_id)
    subscription.make_link(transactions.session(), forum, by=people.actor())
    _say_made(forum)
    return redirect(url_for(".team", forum_id=forum_id, _anchor="subscription"), 303)


@blueprint.post("/teams/subscription")
@signed_in(*TEAM_ROLES)
def make_own_link() -> ResponseReturnValue:
    """Make a link to the dates of all one's teams, or only close the one there is; that opens nothing any more."""
    if request.form.get("act") == "close":
        subscription.close_own_link(transactions.session(), by=people.actor())
        notices.say_next(gettext("The link is closed: it opens nothing any more."))
    else:
        subscription.make_own_link(transactions.session(), by=people.actor())
        _say_made(transactions.session().get_one(Account, people.actor().account_id))
    return redirect(url_for(".teams", _anchor="subscription"), 303)


@blueprint.get("/teams/<uuid:forum_id>/subscription/<string:token>.ics")
@public
def subscribed_dates(forum_id: uuid.UUID, token: str) -> Response:
    """The dates of this school year and later, for whoever has the newest link; unknown and replaced give the same 404."""
    return _calendar(transactions.session().get(Forum, forum_id), token)


@blueprint.get("/teams/subscription/<uuid:account_id>/<string:token>.ics")
@public
def subscribed_own_dates(account_id: uuid.UUID, token: str) -> Response:
    """The same of all the teams somebody works in."""
    return _calendar(transactions.session().get(Account, account_id), token)


def _calendar(owner: Forum | Account | None, token: str) -> Response:
    if owner is None or not subscription.opens(owner, token):
        abort(404)
    session = transactions.session()
    return downloads.calendar(calendar_feed.of_dates(session, subscription.dates_of(session, owner)), name="dates.ics")


def _say_made(owner: Forum | Account) -> None:
    if owner.links_made > 1:
        notices.say_next(gettext("The link is made. One that was made before opens nothing any more."))
    else:
        notices.say_next(gettext("The link is made."))
