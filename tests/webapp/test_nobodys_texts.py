"""Texts that are to be about nobody, on the forms beside the first ones: what is refused stands in no row, no draft and no log."""

import logging
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from referrals import clock, db
from referrals.models import KeptForm
from referrals.patterns import kept
from referrals.patterns.school_terms import SchoolTerm
from tests import development, lessons, rounds
from tests.webapp.desk import cast_of, opened

NAMED, NOBODY = "Xenofonia i 4B är borta, 20160231-0000.", "Vi prövar lugna morgnar"
ROUND = {"enrols_until": "2026-10-16", "first_on": "2026-11-09", "last_on": "2026-11-13"}
#: who writes it, on which page, in which of its forms, the field, and what else the form asks for
FORMS = {
    "seminar": (
        "karin", "/seminars/new", "main-form", "questions",
        {"name": "Höstens seminarium", "day": "2026-11-05", "starts_time": "13:30", "place": "Sal 3", "lesson_ids": ["{lesson}"]},
    ),
    "purpose of research": (
        "rune", "/research/new", "main-form", "purpose", {"first": "2026-spring", "last": "2026-spring", "ends_on": "2026-11-05"},
    ),
    "analysis": ("karin", "{work}/analysis", "main-form", "causes", {}),
    "action": ("karin", "{work}/actions", "main-form", "words", {"level": "unit", "responsible": "Rektor", "term": "2026-autumn"}),
    "milestone": ("karin", "{work}", "milestone-form", "words", {"due_on": "2026-11-05"}),
    "round": ("margit", "/rounds/new", "main-form", "name", ROUND),
    "learning question": ("karin", "{team}", "main-form", "tried", {"theme": "teaching", "question": "Vad missar vi?"}),
}  # fmt: skip


@pytest.fixture
def laid(app, settings, monkeypatch):
    """Development work with terms, a round with the team in it, a lesson in the catalogue and a term that is counted: what stands in the addresses."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 10, 5, 8, 0, tzinfo=UTC))
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        work = development.begin(session, cast)
        development.plan(session, cast, work)
        team = rounds.enrol(session, cast, rounds.lay_round(session, cast))
        lesson = lessons.publish(session, cast)
        kept.keep(session, SchoolTerm(2026, is_autumn=False))
        return {"work": f"/development/{work.id}", "team": f"/rounds/enrolments/{team.id}", "lesson": lesson.id}


@pytest.mark.parametrize("what", FORMS)
def test_what_is_refused_stands_in_no_row_no_draft_and_no_log(laid, settings, signed_in, caplog, what):
    who, path, form, field, more = FORMS[what]
    browser, address = signed_in(who), path.format(**laid)
    more = {
        name: [one.format(**laid) for one in said] if isinstance(said, list) else said for name, said in more.items()
    }
    with caplog.at_level(logging.DEBUG):
        page = browser.get(address)
        page = browser.submit(more | {field: NAMED}, form=page.form(form), status=422)
    assert "“4B” looks like a class." in " ".join(page.problems)
    assert page.fields(page.form(form))[field] == NAMED
    everything = opened(settings)
    assert not any(word in everything or word in caplog.text for word in ("Xenofonia", "20160231", "4B är borta"))
    with db.reading(settings.database) as session:
        assert session.scalar(select(func.count()).select_from(KeptForm)) == 0
    page = browser.get(address)
    browser.submit(more | {field: NOBODY}, form=page.form(form))
    assert NOBODY in opened(settings), "what passes is kept, and found there"
