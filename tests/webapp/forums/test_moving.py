"""Moving on the page of a team's date: a referral, the whole date, and the meetings that were called."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from referrals import clock, db
from referrals.actors import Role
from referrals.forums import seats
from referrals.models import (
    Account,
    AgendaItem,
    Guardian,
    Referral,
    RoleAssignment,
    SeatAbsence,
    TeamDate,
    TeamMeeting,
    TeamSeat,
)
from referrals.vocabulary import Profession
from tests.factories import a_guardian
from tests.teams import a_team_beside
from tests.webapp.desk import cast_of
from tests.webapp.forums.test_agenda import (  # noqa: F401 - fixtures
    DATE,
    arrange,
    date,
    karin,
    lay,
    lines,
    put,
    team,
)


def form_of(page, action):
    return next(form for form in page.all("form") if form.get("action", "").endswith(action))


def call(karin, number, settings):  # noqa: F811 - a fixture's name
    """Call the team to the time the agenda keeps."""
    with db.reading(settings.database) as session:
        cast = cast_of(session)
        people = [str(cast.head_teacher.id), str(cast.counsellor.id)]
    karin.get(f"/referrals/{number}/team-review")
    return karin.submit({"called": people})


def fold_of(page, number):
    """Where the referral `number` is moved to another date by itself."""
    folds = page.all("details", class_="fold fold--small agenda-line__form")
    (found,) = [one for one in folds if number in "".join(one.itertext())]
    return found


def typed_in(page, number):
    """What stands in the form of the line of the referral `number`."""
    (form,) = [one for one in page.all("form", class_="agenda-line__form") if number in "".join(one.itertext())]
    return page.fields(form)


def begins(settings):
    with db.reading(settings.database) as session:
        return [
            f"{at:%d %H:%M}" for at in session.scalars(select(TeamMeeting.starts_at).order_by(TeamMeeting.starts_at))
        ]


def test_a_referral_moves_to_another_date_with_its_meeting(karin, team, date, lay, settings):  # noqa: F811
    number, identity = lay()
    put(karin, date, identity)
    call(karin, number, settings)
    assert "Move to another date" not in karin.get(date).text
    karin.get(team)
    karin.submit(DATE | {"first_on": "2026-09-29", "starts_time": "09:00"})
    page = karin.get(date)
    refused = karin.submit({"item_to": "x"}, form=form_of(page, "/move"), status=422)
    assert any("Choose one of the answers." in problem for problem in refused.problems)
    page = karin.submit({"item_reason": "Rektorn är borta."}, form=form_of(page, "/move"))
    assert page.title.startswith("Agenda, Tuesday 29 September 2026")
    assert f"{number} is moved here. One meeting is moved along" in page.text
    assert "The team is called for this time." in lines(page)[0]
    assert begins(settings) == ["29 07:00"]
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        first = session.scalars(select(TeamDate).order_by(TeamDate.starts_at)).first()
        item = session.scalars(select(AgendaItem)).one()
        twin = {"position": 1, "minutes": 30, "put_by_id": cast.coordinator.id, "put_at": item.put_at}
        session.add(AgendaItem(referral=item.referral, date=first, **twin))
    again = karin.submit({}, form=form_of(karin.get(date), "/move"), status=422)
    assert any("It is on that date already." in problem for problem in again.problems)


def test_a_date_moves_to_another_day_and_never_to_one_on_which_the_schools_are_closed(karin, date, lay, settings):  # noqa: F811
    number, identity = lay()
    put(karin, date, identity)
    call(karin, number, settings)
    page = karin.get(date)
    for day, why in (
        ("2026-09-26", "The schools are closed on that day."),
        ("2026-09-22", "That is how it stands now."),
        ("2026-09-01", "This day has passed."),
    ):
        refused = karin.submit({"moved_on": day}, form=form_of(page, f"{date}/move"), status=422)
        assert any(why in problem for problem in refused.problems)
        assert refused.fields(form_of(refused, f"{date}/move"))["moved_on"] == day
    late = {"moved_time": "23:30", "moved_minutes": "480"}
    refused = karin.submit(late, form=form_of(page, f"{date}/move"), status=422)
    assert any("This goes past midnight." in problem for problem in refused.problems)
    assert begins(settings) == ["22 12:30"]
    page = karin.submit({"moved_on": "2026-09-24", "moved_time": "10:00"}, form=form_of(page, f"{date}/move"))
    assert "The team now meets on Thursday 24 September 2026, 10:00. One meeting is moved along" in page.text
    assert page.title.startswith("Agenda, Thursday 24 September 2026")
    page = karin.submit({"moved_place": "Biblioteket"}, form=form_of(page, f"{date}/move"))
    assert (
        "One meeting has another length or place: everybody called gets a mail. What they answered still holds."
        in page.text
    )
    assert "is moved along" not in page.text
    with db.writing(settings.database) as session:
        a_guardian(session, session.scalars(select(TeamMeeting)).one().referral, name="Pelle Testsson")
    page = karin.submit({"moved_on": "2026-09-25"}, form=form_of(page, f"{date}/move"))
    assert "One meeting keeps its time until what is missing below is seen to." in page.text
    assert "One guardian is not informed yet." in lines(page)[0]
    assert begins(settings) == ["24 08:00"]
    refused = karin.submit({"moved_place": " "}, form=form_of(page, f"{date}/move"), status=422)
    assert any(problem.startswith("Place:") for problem in refused.problems)
    page = karin.submit({"moved_place": "Aulan", "moved_minutes": "90"}, form=form_of(refused, f"{date}/move"))
    assert "HTL-team Linden, 10:00, Aulan" in page.text


def test_a_page_that_was_opened_before_a_colleague_moved_the_date_moves_nothing_back(karin, date, lay, settings):  # noqa: F811
    put(karin, date, lay()[1])
    stale = karin.get(date)
    karin.submit({"moved_time": "10:00", "moved_place": "Biblioteket"}, form=form_of(stale, f"{date}/move"))
    for values, action in (({"moved_minutes": "90"}, f"{date}/move"), ({"off_reason": "Sjukt."}, "/withdraw")):
        refused = karin.submit(values, form=form_of(stale, action), status=422)
        assert any("A colleague changed this date since the page was opened." in one for one in refused.problems)
        assert "HTL-team Linden, 10:00, Biblioteket" in refused.text
        shown = refused.fields(form_of(refused, action))
        assert {name: shown[name] for name in values} == values, "what was typed still stands there"
    with db.reading(settings.database) as session:
        first = session.scalars(select(TeamDate).order_by(TeamDate.starts_at)).first()
        assert (first.starts_at.hour, first.minutes, first.place) == (8, 60, "Biblioteket")
    page = karin.submit({"moved_minutes": "90"}, form=form_of(karin.get(date), f"{date}/move"))
    assert "HTL-team Linden, 10:00, Biblioteket" in page.text


def test_a_date_moves_to_another_day_only_from_a_page_that_shows_its_agenda_as_it_is(karin, date, lay, settings):  # noqa: F811
    number, identity = lay()
    put(karin, date, identity)
    call(karin, number, settings)
    stale = karin.get(date)
    arrange(karin, stale, number, "keep", "45")
    typed = {"moved_on": "2026-09-24", "reason": "Rektorn är borta."}
    refused = karin.submit(typed, form=form_of(stale, f"{date}/move"), status=422)
    assert any("The agenda has changed since the page was opened" in one for one in refused.problems)
    assert "14:30–15:15" in lines(refused)[0]
    shown = refused.fields(form_of(refused, f"{date}/move"))
    assert {name: shown[name] for name in typed} == typed, "what was typed still stands there"
    assert begins(settings) == ["22 12:30"]
    page = karin.submit({}, form=form_of(refused, f"{date}/move"))
    assert page.title.startswith("Agenda, Thursday 24 September 2026")
    assert begins(settings) == ["24 12:30"]


def test_a_page_from_before_this_version_says_that_things_may_have_changed(karin, date, lay):  # noqa: F811
    number, identity = lay()
    page = put(karin, date, identity)
    before = [one for one in page.all("form") if f"{date}/" in one.get("action", "")]
    assert {one.get("action").rsplit("/", 1)[-1] for one in before} >= {"call", "move", "withdraw"}
    for form in before:
        (seen,) = [one for one in form.iter("input") if one.get("name") == "seen"]
        seen.set("name", "_unknown_then")
        typed = {"act": "off", "reason": "Sjukt.", "off_reason": "Sjukt.", "moved_time": "10:00"}
        refused = karin.submit(typed, form=form, status=422)
        assert any("since the page was opened" in one for one in refused.problems), form.get("action")
        assert number in lines(refused)[0]
        assert refused.fields(form_of(refused, f"{date}/move"))["reason"] == "Sjukt."
    assert "14:30" in karin.get(date).text


def test_a_page_from_before_this_version_moves_one_referral_with_its_own_reason(karin, team, date, lay):  # noqa: F811
    number, identity = lay()
    put(karin, date, identity)
    karin.get(team)
    karin.submit(DATE | {"first_on": "2026-09-29"})
    before = fold_of(karin.get(date), number).find(".//form")
    for name, was in (("item_to", "to"), ("item_reason", "reason")):
        (field,) = [one for one in before.iter() if one.get("name") == name]
        field.set("name", was)
    chosen = karin.page.fields(before)["to"]
    refused = karin.submit({"to": "x", "reason": "Rektorn är borta."}, form=before, status=422)
    assert refused.fields(fold_of(refused, number).find(".//form"))["item_reason"] == "Rektorn är borta."
    assert not refused.fields(form_of(refused, f"{date}/move"))["reason"]
    page = karin.submit({"to": chosen, "reason": "Rektorn är borta."}, form=before)
    assert f"{number} is moved here." in page.text


def test_a_line_a_colleague_took_off_or_moved_meanwhile_is_said_to_be_gone(karin, team, date, lay):  # noqa: F811
    (first, first_id), (second, second_id) = lay(), lay()
    karin.get(team)
    karin.submit(DATE | {"first_on": "2026-09-29"})
    put(karin, date, first_id)
    stale = put(karin, date, second_id)
    arrange(karin, stale, first, "off")
    karin.submit({}, form=form_of(karin.get(date), "/move"))
    for number in (first, second):
        refused = arrange(karin, stale, number, "keep", "45", status=422)
        assert any("The agenda has changed since the page was opened" in one for one in refused.problems)
        assert not lines(refused)
    refused = karin.submit({"item_reason": "Rektorn är borta."}, form=form_of(stale, "/move"), status=422)
    assert any("The agenda has changed since the page was opened" in one for one in refused.problems)
    assert [refused.text_of(one) for one in refused.all("blockquote")] == ["Rektorn är borta."]
    assert not refused.fields(form_of(refused, f"{date}/move"))["reason"], "it was about one referral"


def test_what_was_typed_about_one_referral_stands_again_in_its_own_form_alone(karin, team, date, lay, settings):  # noqa: F811
    (first, first_id), (second, second_id) = lay(), lay()
    karin.get(team)
    for first_on in ("2026-09-29", "2026-10-06"):
        karin.submit(DATE | {"first_on": first_on})
    put(karin, date, first_id)
    page = put(karin, date, second_id)
    refused = arrange(karin, page, second, "keep", "999", status=422)
    assert [typed_in(refused, one)["item_minutes"] for one in (first, second)] == ["30", "999"]
    move = fold_of(page, second)
    chosen = [*move.iter("option")][-1].get("value")
    with db.writing(settings.database) as session:
        last = session.get_one(TeamDate, uuid.UUID(chosen))
        twin = {"position": 1, "minutes": 30, "put_by_id": cast_of(session).coordinator.id, "put_at": clock.now()}
        session.add(AgendaItem(referral=session.get_one(Referral, uuid.UUID(second_id)), date=last, **twin))
    typed = {"item_to": chosen, "item_reason": "Rektorn är borta."}
    for why in ("It is on that date already.", "That date has been taken away meanwhile."):
        refused = karin.submit(typed, form=move.find(".//form"), status=422)
        assert any(why in problem for problem in refused.problems)
        again = refused.fields(fold_of(refused, second).find(".//form"))
        assert again["item_reason"] == "Rektorn är borta."
        assert (again["item_to"] == chosen) is why.startswith("It is")
        assert fold_of(refused, second).get("open") is not None
        assert not refused.fields(fold_of(refused, first).find(".//form"))["item_reason"]
        assert not refused.fields(form_of(refused, f"{date}/move"))["reason"]
        assert not refused.all("blockquote")
        with db.writing(settings.database) as session:  # a colleague takes it away
            session.execute(delete(TeamDate).where(TeamDate.id == uuid.UUID(chosen)))
    with db.writing(settings.database) as session:  # and the only other one
        session.execute(delete(TeamDate).where(TeamDate.id != uuid.UUID(date.rpartition("/")[2])))
    refused = karin.submit(typed, form=move.find(".//form"), status=422)
    assert any("That date has been taken away meanwhile." in problem for problem in refused.problems)
    assert [refused.text_of(one) for one in refused.all("blockquote")] == ["Rektorn är borta."]


def test_a_date_is_withdrawn_and_what_was_called_for_it_is_called_off(karin, date, lay, settings):  # noqa: F811
    (first, first_id), (_second, second_id) = lay(), lay()
    assert not [form for form in karin.get(date).all("form") if form.get("action", "").endswith("/withdraw")]
    put(karin, date, first_id)
    put(karin, date, second_id)
    call(karin, first, settings)
    with db.writing(settings.database) as session:
        meeting = session.scalars(select(TeamMeeting)).one()
        guardians = session.scalars(select(Guardian.id).where(Guardian.referral_id == meeting.referral_id))
        meeting.guardians_invited = [str(one) for one in guardians]
    page = karin.get(date)
    refused = karin.submit({"off_reason": " "}, form=form_of(page, "/withdraw"), status=422)
    assert any("Write why the team does not meet." in problem for problem in refused.problems)
    gone = karin.submit({"off_reason": "Halva teamet är sjukt."}, form=form_of(page, "/withdraw"))
    assert "What was on its agenda lines up again. One meeting is called off. One guardian" in gone.text
    assert "One guardian gets no mail: tell them yourself." in gone.text
    with db.reading(settings.database) as session:
        meeting = session.scalars(select(TeamMeeting)).one()
        assert meeting.called_off.reason == "Halva teamet är sjukt."
        assert session.scalars(select(TeamDate)).all() == []


def test_a_date_with_something_somebody_may_not_move_says_so(karin, date, lay, settings, signed_in):  # noqa: F811
    _number, identity = lay(is_protected=True)
    put(karin, date, identity)
    henrik = signed_in("henrik")
    page = henrik.get(date)
    refused = henrik.submit({"moved_on": "2026-09-24"}, form=form_of(page, f"{date}/move"), status=422)
    assert any("Another referral is on this date that you may not move." in problem for problem in refused.problems)


def looks_at_other_times(browser, people, settings):
    """Who is elsewhere follows the time that stands in the form; what is ticked stays, and nobody is called by looking."""
    page = browser.submit({"starts_time": "18:00", "called": people}, button=("_look", "yes"))
    assert "somebody is to be elsewhere" not in page.text
    assert not [one for one in page.all("label") if list(one.iter("em"))]
    page = browser.submit({"starts_time": "15:00"}, button=("_look", "yes"))
    assert "On Tuesday 22 September 2026 at 15:00 somebody is to be elsewhere" in page.text
    assert page.fields(page.form()).getlist("called") == people
    with db.reading(settings.database) as session:
        assert len(session.scalars(select(TeamMeeting)).all()) == 1


def only_what_was_read_is_followed(browser, page, number, settings):
    """To times that nobody there read no meeting is moved; then the agenda is again as it was."""
    before = begins(settings)
    arrange(browser, page, number, "keep", "25")
    refused = browser.submit(form=form_of(page, "/follow"), status=422)
    assert any("The agenda has changed since the page was opened" in one for one in refused.problems)
    assert begins(settings) == before
    arrange(browser, refused, number, "keep", "30")


def test_meetings_follow_the_agenda_and_what_is_missing_is_named(karin, date, lay, settings):  # noqa: F811
    (first, first_id), (second, second_id) = lay(), lay()
    put(karin, date, first_id)
    put(karin, date, second_id)
    assert "Called to another meeting" not in call(karin, first, settings).text
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        meeting = session.scalars(select(TeamMeeting)).one()
        meeting.minutes = 60
        beside = a_team_beside(session, cast)
        seats.seat(session, beside.forum, cast.counsellor.id, by=cast.head_teacher.actor())
        session.add(TeamDate(forum=beside.forum, starts_at=meeting.starts_at, minutes=60, place="A"))
        people = [str(cast.head_teacher.id), str(cast.counsellor.id)]
    page = karin.get(f"/referrals/{second}/team-review")
    assert "On Tuesday 22 September 2026 at 15:00 somebody is to be elsewhere" in page.text
    marked = {page.text_of(one) for one in page.all("label") if list(one.iter("em"))}
    for name, *planned in (
        ("Henrik Rosenby", "is called to another meeting at the same time"),
        ("Kim Solgren", "is called to another", "sits in Trivselsforum Söder too, which meets at the same time"),
        ("Bea Hagsten", "sits in Trivselsforum Söder too, which meets at the same time"),
        ("Maja Testsson", "is invited to another meeting at the same time"),
    ):
        (label,) = [one for one in marked if name in one]
        assert all(words in label for words in planned)
    assert len(marked) == 4
    looks_at_other_times(karin, people, settings)
    assert karin.send({"called": people}).status_code == 303
    with karin.client.session_transaction() as cookie:
        ((_kind, carried),) = cookie["_flashes"]
    assert carried.endswith("Something else is planned at the same time: you see below for whom.")
    assert not [name for name in ("Maja", "Kim") if name in carried]
    said, page = karin.get(f"/referrals/{second}/team-review").text, karin.get(date)
    for words in (
        "Called to another meeting at the same time: Henrik Rosenby, Kim Solgren.",
        "Kim Solgren sits in Trivselsforum Söder too, which meets at the same time.",
        "Maja Testsson is invited to another meeting at the same time.",
    ):
        assert words in said
        assert words in lines(page)[1]
    assert "14:30–15:30." in lines(page)[0], "the team is called for an hour, and half of that is kept"
    page = arrange(karin, page, second, "earlier")
    form = form_of(page, "/follow")
    only_what_was_read_is_followed(karin, page, second, settings)
    page = karin.submit(form=form)
    assert not [form for form in page.all("form") if form.get("action", "").endswith("/follow")]
    assert "2 meetings are moved along" in page.text
    assert begins(settings) == ["22 12:30", "22 13:00"]
    # the button as it stood on a page that was opened before
    assert "Every meeting that is called has its time" in karin.submit(form=form).text
    with db.writing(settings.database) as session:
        session.execute(update(TeamDate).values(starts_at=clock.now() - timedelta(days=1)))
    passed = karin.submit(form=form, status=422)
    assert any("This date has passed." in problem for problem in passed.problems)


def test_an_agenda_that_ends_after_its_date_makes_it_longer_with_one_press_and_moves_its_meetings(
    karin,  # noqa: F811
    date,  # noqa: F811
    lay,  # noqa: F811
    settings,
):
    (first, first_id), (second, second_id) = lay(), lay()
    put(karin, date, first_id)
    put(karin, date, second_id)
    call(karin, second, settings)
    page = arrange(karin, karin.get(date), first, "keep", "50")
    assert "and the agenda ends after the date does" in page.text
    assert not [form for form in page.all("form") if form.get("action", "").endswith("/follow")]
    form = form_of(page, f"{date}/move")
    arrange(karin, page, first, "keep", "55")
    refused = karin.submit(form=form, status=422)
    assert any("The agenda has changed since the page was opened" in one for one in refused.problems)
    arrange(karin, refused, first, "keep", "50")
    page = karin.submit(form=form)
    assert "One meeting is moved along" in page.text
    assert "0 minutes of the date are left." in page.text
    assert "The team is called for this time." in lines(page)[1]
    assert begins(settings) == ["22 13:20"]


def test_no_meeting_is_left_beyond_the_end_of_its_date(karin, team, date, lay, settings):  # noqa: F811
    number, identity = lay()
    put(karin, date, identity)
    call(karin, number, settings)
    karin.get(team)
    karin.submit(DATE | {"first_on": "2026-09-29", "minutes": "20"})
    page = karin.get(date)
    refused = karin.submit({"moved_minutes": "20"}, form=form_of(page, f"{date}/move"), status=422)
    assert any("The team is called to a meeting that ends later than that" in one for one in refused.problems)
    assert refused.fields(form_of(refused, f"{date}/move"))["moved_minutes"] == "20"
    refused = karin.submit({"reason": "Rektorn är borta."}, form=form_of(page, "/move"), status=422)
    assert any("That date has too few minutes left for this meeting" in one for one in refused.problems)
    karin.get(f"/referrals/{number}/team-review")
    refused = karin.submit({"minutes": "61"}, status=422)
    assert any("a date that ends before this meeting does" in one for one in refused.problems)
    assert begins(settings) == ["22 12:30"]
    assert "The team is called for" in karin.submit({"minutes": "61", "place": "Hemma"}).text


def test_a_date_with_something_somebody_may_not_call_off_stays(karin, date, lay, settings, signed_in):  # noqa: F811
    _number, identity = lay(is_protected=True)
    put(karin, date, identity)
    henrik = signed_in("henrik")
    form = form_of(henrik.get(date), "/withdraw")
    refused = henrik.submit({"off_reason": "Sjukt."}, form=form, status=422)
    assert any("Another referral is on this date that you may not move." in problem for problem in refused.problems)


def test_a_meeting_that_moves_to_a_day_on_which_somebody_else_sits_says_who(karin, date, lay, settings):  # noqa: F811
    number, identity = lay()
    put(karin, date, identity)
    call(karin, number, settings)
    page = f"/referrals/{number}/team-review"
    assert "Who is called is not quite" not in karin.get(page).text
    with db.writing(settings.database) as session:
        cast = cast_of(session)
        kims = TeamSeat(forum=cast.forum, account=cast.counsellor)
        for day, stand_in in (("29", a_second_counsellor(session, cast)), ("30", None)):
            begins_at = datetime.fromisoformat(f"2026-09-{day}T00:00:00+02:00")
            away = SeatAbsence(seat=kims, stand_in=stand_in, begins_at=begins_at, ends_at=begins_at + timedelta(days=1))
            session.add(away)
    karin.get(page)
    looked = karin.submit({"starts_on": "2026-09-29"}, button=("_look", "yes"))
    for words in (
        "is away then, and Ylva Strand stands in",
        "sits in the team then and is not called",
    ):
        assert words in looked.text
    moved = karin.submit({"starts_on": "2026-09-29"})
    assert "Somebody called does not sit in the team then: you see below who." in moved.text
    assert "Kim Solgren: is away then, and Ylva Strand stands in." in moved.text
    with db.reading(settings.database) as session:
        ylva = session.scalars(select(Account.id).where(Account.name == "Ylva Strand")).one()
        head = cast_of(session).head_teacher.id
    instead = karin.submit({"called": [str(head), str(ylva)]})
    assert "Who is called is not quite" not in instead.text
    back = karin.submit({"starts_on": "2026-09-22"})
    assert "Ylva Strand: does not sit in the team then, but Kim Solgren does." in back.text
    assert "Kim Solgren: sits in the team then and is not called." in back.text
    nobody = karin.submit({"starts_on": "2026-09-30"})
    assert "Ylva Strand: does not sit in the team then." in nobody.text


def a_second_counsellor(session, cast):
    found = Account(
        email="ylva@trivsel.invalid", name="Ylva Strand", profession=Profession.SCHOOL_COUNSELLOR, language="sv",
        password_hash="!", roles=[RoleAssignment(role=Role.ASSESSOR, unit=cast.other_school)],
    )  # fmt: skip
    session.add(found)
    return found
