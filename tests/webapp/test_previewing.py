"""A call, a follow-up and a closing are looked at as papers before they are sent, and nothing of it stays."""

import pytest
from sqlalchemy import func, select

from referrals import db, printing
from referrals.models import AuditEvent, KeptForm, Mail, Referral, Step, What
from referrals.papers import readers
from referrals.stages import CLOSURE_PROPOSED, FOLLOW_UP_DUE, TO_SCHEDULE
from referrals.vocabulary import PlanStatus
from tests.factories import a_guardian
from tests.webapp.desk import Desk, cast_of
from tests.webapp.test_closure import ALL_DECIDED
from tests.webapp.test_follow_up import ALL_SAID
from webapp.previewing import PREVIEW

pytestmark = pytest.mark.usefixtures("wednesday")

CALL = {"starts_on": "2026-10-14", "starts_time": "14:30", "place": "Vita rummet", "agenda": "Hur har hon det?"}
#: for each form: where the referral stands, the page, the form, what is typed, words of it on the paper, and who gets one
FORMS = {
    "invitation": (TO_SCHEDULE, "team-review", "main-form", CALL, "Vita rummet", readers.PROFESSIONALS),
    "follow_up": (FOLLOW_UP_DUE, "follow-up", "main-form", ALL_SAID, "Det är lugnare.", readers.FILE),
    "closing": (CLOSURE_PROPOSED, "closure", "close-form", ALL_DECIDED, "Mila är i skolan varje dag.", readers.FILE),
}


@pytest.fixture
def printed(monkeypatch):
    """The papers that were printed, as HTML: how they become PDF is tested elsewhere."""
    papers = []
    monkeypatch.setattr(printing, "print_pdf", lambda html: papers.append(html) or b"%PDF-1.7")
    return papers


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


def lay(desk, settings, state, page):
    """A referral in `state` with a guardian who was told and reads Danish; the address of the page, and the guardian's key."""
    number = desk.lay(state, PlanStatus.ACTIVE)
    with db.writing(settings.database) as session:
        referral = session.scalars(select(Referral).where(Referral.number == number)).one()
        guardian = a_guardian(session, referral, told_by=cast_of(session).coordinator, language="da")
        return number, f"/referrals/{number}/{page}", readers.guardian_key(guardian.id)


def everything(desk, number):
    """What a decision would leave: the referral's version and history, work that waits, mail, and saved forms."""

    def look(session, referral):
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (Step, Mail, KeptForm)]
        return referral.version, referral.state, len(referral.history), counts

    return desk.read(number, look)


@pytest.mark.parametrize("kind", list(FORMS))
def test_what_is_typed_stands_on_the_preview_and_nothing_of_it_stays(kind, desk, settings, signed_in, printed):
    state, page, form, typed, words, reader = FORMS[kind]
    number, address, guardian = lay(desk, settings, state, page)
    if kind == "invitation":
        typed = typed | {"guardians": [guardian.removeprefix("guardian:")]}
    karin, before = signed_in("karin"), everything(desk, number)
    shown = karin.get(address)
    buttons = [one for one in shown.all("button", name=PREVIEW) if one.get("formtarget") == "_blank"]
    assert [one.get("value") for one in buttons] == [reader, guardian]
    for key in (reader, guardian):
        karin.page = shown
        answer = karin.send(typed, form=form, button=(PREVIEW, key))
        assert (answer.status_code, answer.data, answer.mimetype) == (200, b"%PDF-1.7", "application/pdf")
    assert all(words in html and "preview-note" in html for html in printed)
    assert ['lang="da"' in html for html in printed] == [False, True]
    assert everything(desk, number) == before
    noted = desk.read(number, lambda session, referral: [
        (event.what, event.subject, event.object_id and readers.guardian_key(event.object_id))
        for event in session.scalars(select(AuditEvent).where(AuditEvent.chain_id == referral.id).order_by(AuditEvent.number))
    ])  # fmt: skip
    assert noted[-2:] == [(What.PREVIEWED_PAPER, kind, None), (What.PREVIEWED_PAPER, kind, guardian)]
    after = karin.get(address).text
    assert not [
        said for said in ("The team is called", "The follow-up is saved", "The referral is closed.") if said in after
    ]
    karin.page = shown
    assert karin.send(typed, form=form).status_code == 303
    assert everything(desk, number)[0] > before[0]


@pytest.mark.parametrize("kind", list(FORMS))
def test_what_would_be_refused_is_refused_and_the_form_stays_as_it_was(kind, desk, settings, signed_in, printed):
    state, page, form, typed, _words, reader = FORMS[kind]
    _number, address, _guardian = lay(desk, settings, state, page)
    karin = signed_in("karin")
    karin.get(address)
    lacking = next(name for name in ("place", "reason-continue", "summary") if name in typed)
    shown = karin.submit(typed | {lacking: ""}, form=form, button=(PREVIEW, reader), status=422)
    assert shown.problems
    kept = next(name for name, value in typed.items() if name != lacking and len(value) > 4)
    assert shown.fields(shown.form(form))[kept] == typed[kept]
    assert printed == []


@pytest.mark.parametrize("kind", list(FORMS))
def test_who_may_not_decide_looks_at_nothing(kind, desk, settings, signed_in, printed):
    state, page, form, typed, _words, reader = FORMS[kind]
    _number, address, _guardian = lay(desk, settings, state, page)
    karin, henrik = signed_in("karin"), signed_in("henrik")
    henrik.get("/home")
    hers = karin.get(address).fields(karin.page.form(form))
    with henrik.client.session_transaction() as cookie, karin.client.session_transaction() as her_cookie:
        cookie["csrf_token"] = her_cookie["csrf_token"]
    answer = henrik.client.post(address, data=hers.to_dict() | typed | {PREVIEW: reader})
    assert (answer.status_code, printed) == (404, [])


def test_a_guardian_who_is_not_ticked_has_no_invitation_to_look_at(desk, settings, signed_in, printed):
    _number, address, guardian = lay(desk, settings, TO_SCHEDULE, "team-review")
    karin = signed_in("karin")
    karin.get(address)
    page = karin.submit(CALL | {"guardians": []}, button=(PREVIEW, guardian), status=422)
    assert any("Tick this guardian first" in problem for problem in page.problems)
    karin.submit({"guardians": []}, button=(PREVIEW, "guardian:nobody"), status=422)
    assert printed == []


def test_a_reader_who_gets_none_is_a_404(desk, settings, signed_in, printed):
    number, address, _guardian = lay(desk, settings, FOLLOW_UP_DUE, "follow-up")
    karin, before = signed_in("karin"), everything(desk, number)
    karin.get(address)
    assert karin.send(ALL_SAID, button=(PREVIEW, "guardian:nobody")).status_code == 404
    assert (everything(desk, number), printed) == (before, [])
