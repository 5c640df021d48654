"""What of the lessons waits for somebody, as lines of home."""

from datetime import date

from flask import url_for

from referrals.languages import local_date
from referrals.learning import lessons as rules
from referrals.reminders import errands
from referrals.vocabulary import LessonState
from webapp import people, transactions
from webapp.casework.lines import Line
from webapp.language import gettext, zone


def lines(day: date) -> list[Line]:
    """A line of home for each lesson this person is to check, or to read again after the check."""
    return [
        Line(
            number=found.title or "",
            url=url_for("learning.lesson", lesson_id=found.id),
            verb=gettext(errands.CHECK_LESSON) if found.state is LessonState.TO_CHECK else gettext(errands.READ_CHECK),
            about=(gettext("Lesson"), found.forum.name),
            waits_since=local_date(found.sent_at or found.written_at, zone=zone()),
            today=day,
        )
        for found in rules.waiting_for(transactions.session(), people.actor())
    ]
