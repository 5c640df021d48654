"""What a lesson can be learnt from, as pages show it: what the form of a new one calls it, in it and nowhere else."""

from flask import url_for

from referrals import here
from referrals.development import terms
from referrals.languages import local_date
from referrals.learning import lessons as rules
from referrals.learning.lessons import Learnt
from referrals.models import DevelopmentCase, Referral
from webapp import people, transactions
from webapp.language import gettext, short_date, zone


def key(learnt: Learnt) -> str:
    """What the form calls it."""
    return learnt.number if isinstance(learnt, Referral) else str(learnt.id)


def name(learnt: Learnt) -> str:
    """What somebody chooses it by."""
    if isinstance(learnt, DevelopmentCase):
        if learnt.closed_at is None:
            phase = terms.finished_phases(learnt, here.today(transactions.session()))[-1]
            return gettext("%(title)s, after the phase “%(phase)s”", title=learnt.title, phase=gettext(phase.label))
        closed_on = short_date(local_date(learnt.closed_at, zone=zone()))
        return gettext("%(title)s, closed on %(day)s", title=learnt.title, day=closed_on)
    if not isinstance(learnt, Referral):
        return f"{learnt.round.name}, {learnt.forum.name}"
    ended_on = short_date(local_date(learnt.stage_since, zone=zone()))
    return gettext("%(number)s, closed on %(day)s", number=learnt.number, day=ended_on)


def address_to_write(learnt: Learnt) -> str | None:
    """Where somebody writes a lesson from this; None for those who cannot."""
    if not rules.may_learn_from(transactions.session(), learnt, people.actor()):
        return None
    return url_for("learning.new_lesson", learnt_from=key(learnt))
