"""A team's dates for calendar programs, which do not sign in: behind a secret link that its coordinators make anew."""

import uuid

from flask import Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from referrals.forums import calendar_feed, subscription
from referrals.models import Forum
from webapp import downloads, notices, people, transactions
from webapp.forums import blueprint
from webapp.forums.team import TEAM_ROLES, team_of
from webapp.guards import public, signed_in
from webapp.language import gettext


@blueprint.post("/teams/<uuid:forum_id>/subscription")
@signed_in(*TEAM_ROLES)
def make_link(forum_id: uuid.UUID) -> ResponseReturnValue:
    """Make a link; the one before opens nothing any more."""
    subscription.make_link(transactions.session(), team_of(forum_id), by=people.actor())
    notices.say_next(gettext("The link is made. One that was made before opens nothing any more."))
    return redirect(url_for(".team", forum_id=forum_id, _anchor="subscription"), 303)


@blueprint.get("/teams/<uuid:forum_id>/subscription/<string:token>.ics")
@public
def subscribed_dates(forum_id: uuid.UUID, token: str) -> Response:
    """The dates of this school year and later, for whoever has the newest link; unknown and replaced give the same 404."""
    session = transactions.session()
    forum = session.get(Forum, forum_id)
    if forum is None or not subscription.opens(forum, token):
        abort(404)
    return downloads.calendar(calendar_feed.of_teams(session, [forum]), name="dates.ics")
