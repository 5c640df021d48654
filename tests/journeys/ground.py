"""What is laid ready for the walk through every page: things that only time, the engine or other people would bring."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import clock, db, documents, here, intake, steps, team_review, triage
from referrals.actors import Actor
from referrals.disclosure import hand_over, handed_over, pieces, service_referral, sharing
from referrals.files import attachments
from referrals.files.quarantine import Cleared
from referrals.forums import agenda, consultations, seats, upward
from referrals.guardians import withholding
from referrals.keeping import audit, log_samples
from referrals.learning import lessons as learning
from referrals.meetings import conflict, conflict_settling
from referrals.models import (
    AbsentPupil,
    Account,
    ClosedDay,
    Concern,
    Disposal,
    Forum,
    History,
    MeetingDecision,
    Municipality,
    Referral,
    ResearchExport,
    Step,
    TeamDate,
    What,
)
from referrals.people import invitations, organisation
from referrals.plans import measurements
from referrals.reading import reading_requests
from referrals.rounds.enrolling import Days
from referrals.stages import IN_TRIAGE, PLAN_ACTIVE, TO_SCHEDULE, Party
from referrals.statutory import (
    absence,
    absence_investigation,
    degrading_notices,
    degrading_treatment,
    educational_assessment,
    links,
    special_support,
    support_programme,
)
from referrals.vocabulary import (
    AbsenceKind,
    AbsencePattern,
    AskedBy,
    AskedHow,
    ContentKind,
    Country,
    DecidedBy,
    DegradingKind,
    EducationalWish,
    Fate,
    FileKind,
    MeetingOutcome,
    PlanStatus,
    Profession,
    Recipient,
    SupportGround,
    TeamLevel,
)
from tests import development, lessons, rounds
from tests.factories import a_meeting, a_member, a_plan, a_referral, consented, protected
from tests.people import NO_PASSWORD, Cast
from tests.webapp.desk import cast_of


def the_referral(session: Session, number: str) -> Referral:
    return session.scalars(select(Referral).where(Referral.number == number)).one()


def lay_what_lies_around(address: str, number: str) -> None:
    """Papers, a file, something shared, automatic work that was given up, and visits of last week to look through."""
    with db.writing(address) as session:
        cast, referral = cast_of(session), the_referral(session, number)
        by = cast.coordinator.actor()
        cast.forum.rates_by_colour = True
        for row in session.scalars(select(History).where(History.referral_id == referral.id)).all():
            for paper in documents.papers_after(session, row):
                documents.issue(session, row, paper, content=b"%PDF-1.7 of the test")
        photo = Cleared(FileKind.JPEG, b"a photo of the timetable", "Schemat.jpg")
        attachments.keep(session, referral, photo, by=Actor(reported=referral.id), party=Party.REPORTER)
        told = sharing.Sharing(
            recipient=Recipient.SOCIAL_SERVICES, to_whom="Mottagningen", purpose="Hjälpas åt.", told_on=clock.now().date()
        )  # fmt: skip
        sharing.share_information(
            session, referral, by=by, seen=None, chosen=pieces.shareable(session, referral)[:1], sharing=told
        )
        asked = service_referral.Request(
            recipient=Recipient.SOCIAL_SERVICES, service="Mottagningsgruppen", question="Vad kan ni göra?", contact="Karin",
            chosen=[one.key for one in handed_over.offerable(session, referral, to=Recipient.SOCIAL_SERVICES, on=clock.now().date())][:1],
        )  # fmt: skip
        service_referral.refer_to_service(session, referral, by=by, seen=None, request=asked)
        link = links.Link("support_programme", "Skolans diarium", clock.now().date(), DecidedBy.HEAD_TEACHER)
        links.link_decision(session, referral, by=by, seen=None, link=link)
        reported = special_support.Reported(SupportGround.GOALS_AT_RISK, "Hon missar bråk.", "Kortare uppgifter.")
        special_support.report_need(session, referral, by=by, seen=None, report=reported)
        special_support.begin_investigation(
            session, referral, by=cast.head_teacher.actor(), seen=None, carried_out_by=cast.special_educator.id
        )
        head = {"by": cast.head_teacher.actor(), "seen": None}
        support_programme.decide_none(session, referral, **head, reasons="Anpassningarna räcker.")
        support_programme.write_programme(
            session, referral, **head, written=support_programme.Written(needs="Bråk och mätning.")
        )
        beginning = absence_investigation.Beginning(
            AbsencePattern.REPEATED, AbsenceKind.BOTH, "Nio dagar.", cast.special_educator.id, clock.now().date()
        )
        absence_investigation.begin_investigation(session, referral, **head, beginning=beginning)
        treated = degrading_treatment.Reported(DegradingKind.DEGRADING, "De kallar henne mullvad.", "På rasten.")
        degrading_treatment.report_treatment(session, referral, by=by, seen=None, report=treated)
        if referral.state == PLAN_ACTIVE:
            _invite_from_outside(session, referral, by)
            _decide_something(session, cast, referral)
            away = measurements.Measured(clock.now().date(), None, 2.0)
            measurements.record_measurement(session, referral, by=by, seen=None, measured=away)
        withholding.mark_confided(session, referral, by=by, seen=None, key=pieces.known(session, referral)[0].key)
        _give_up_a_step(session, referral)
        _draw_visits(session, cast, referral)


def _decide_something(session: Session, cast: Cast, referral: Referral) -> None:
    """A meeting whose minutes are approved decided something that the coordinator answers for."""
    now, by_id = clock.now(), cast.coordinator.id
    number = len(team_review.meetings_of(session, referral)) + 1
    meeting = a_meeting(
        session, referral, number=number, called_by=cast.coordinator, starts_at=now - timedelta(days=7), called=[str(by_id)], held_at=now,
        minutes_by_id=by_id, approved_at=now, approved_by_id=cast.head_teacher.id, outcome=MeetingOutcome.PLAN, attendance=[],
    )  # fmt: skip
    decision = MeetingDecision(
        referral=referral, meeting=meeting, position=0, due_on=now.date(), responsible_id=by_id, responsible=cast.coordinator.name,
        text="Bjud in till ett nytt möte.",
    )  # fmt: skip
    session.add(decision)
    session.flush()


def _invite_from_outside(session: Session, referral: Referral, by: Actor) -> None:
    """Somebody of a swimming club is invited for a month, and somebody of another one could be."""
    clubs = [
        Account(
            email=f"{first}.{referral.number}@simklubben.invalid".lower(), name=f"{first} Simberg", profession=Profession.CIVIL_SOCIETY,
            language="sv", password_hash=NO_PASSWORD,
        )
        for first in ("Ulla", "Ulf")
    ]  # fmt: skip
    session.add_all(clubs)
    session.flush()
    last_on = here.today(session) + timedelta(days=30)
    invitations.invite(session, referral, by=by, seen=None, account_id=clubs[0].id, last_on=last_on)


def lay_consultations(address: str) -> list[uuid.UUID]:
    """A draft of the counsellor's, a question of a teacher's, and one of the counsellor's that the team has advised on."""
    with db.writing(address) as session:
        cast = cast_of(session)
        made = []
        for asker in (cast.counsellor, cast.teacher, cast.counsellor):
            question = "En elev i årskurs 4 är ensam på rasterna. Vad kan vi pröva?"
            by = asker.actor()
            made.append(consultations.write_consultation(session, cast.school, by=by, question=question))
            if len(made) > 1:
                consultations.ask_team(session, made[-1], by=by)
        advice, next_steps = "Låt en vuxen börja en lek på rasten.", "Pröva i tre veckor och fråga igen."
        consultations.advise(
            session, made[-1], by=cast.coordinator.actor(), advice=advice, next_steps=next_steps, advises_referral=True
        )
        return [one.id for one in made]


def lay_a_degrading_notice(address: str) -> uuid.UUID:
    """A teacher wants to talk with the head teacher, who has not found time yet."""
    with db.writing(address) as session:
        cast = cast_of(session)
        return degrading_notices.tell_head_teacher(session, cast.school.id, by=cast.teacher.actor()).id


def lay_questions_upward(address: str) -> dict[str, uuid.UUID]:
    """A team above in which the coordinator sits, two questions of the head teacher's to it, and one of her own that is answered."""
    with db.writing(address) as session:
        cast = cast_of(session)
        above = Forum(slug="utveckling", name="HTL-team utvecklingsgrupp", quorum=[], level=TeamLevel.MUNICIPALITY)
        session.add(above)
        session.flush()
        for account in (cast.coordinator, cast.outsider):
            seats.seat(session, above, account.id, by=cast.administrator.actor())
        words = "Hur kan skolorna hjälpas åt på måndagar?"
        asked, again, answered = (
            upward.ask(session, cast.forum, above, by=account.actor(), question=words)
            for account in (cast.head_teacher, cast.head_teacher, cast.coordinator)
        )
        upward.answer(session, answered, by=cast.outsider.actor(), answer="Pröva en gemensam morgongrupp.")
        return {"above": above.id, "asked": asked.id, "again": again.id, "answered": answered.id}


def lay_a_round(address: str) -> dict[str, uuid.UUID]:
    """A round in which teams enrol, with a slot, and a team that sent a question in: their ids by what addresses call them."""
    with db.writing(address) as session:
        cast, today = cast_of(session), here.today(session)
        day = today + timedelta(days=30)
        found = rounds.lay_round(session, cast, days=Days(today + timedelta(days=14), day, day))
        enrolment = rounds.enrol(session, cast, found)
        slot = rounds.give_slot(session, cast, enrolment, day)
        asked = rounds.ask(session, cast, enrolment)
        consultant = rounds.invite(session, cast, slot)
        over = rounds.lay_a_round_that_is_over(session, cast, today - timedelta(days=1))
        return {
            "over_id": over.round_id,
            "talked_id": over.id,
            "consultant_id": consultant.id,
            "round_id": found.id,
            "enrolment_id": enrolment.id,
            "slot_id": slot.id,
            "question_id": asked.id,
        }


def lay_lessons(address: str) -> list[uuid.UUID]:
    """Lessons of the coordinator's: a draft, one to check, one that was changed in the check, and one in the catalogue."""
    with db.writing(address) as session:
        cast = cast_of(session)
        draft, sent, changed = lessons.write(session, cast), lessons.send(session, cast), lessons.send(session, cast)
        words = replace(lessons.WORDS, tried="En vuxen mötte vid grinden varje morgon.")
        learning.check_lesson(session, changed, by=cast.second_coordinator.actor(), words=words)
        return [draft.id, sent.id, changed.id, lessons.publish(session, cast).id]


def lay_a_seminar(address: str) -> uuid.UUID:
    """A seminar the coordinator planned, about a lesson in the catalogue."""
    with db.writing(address) as session:
        cast = cast_of(session)
        return lessons.plan(session, cast, [lessons.publish(session, cast)]).id


def lay_an_export(address: str) -> uuid.UUID:
    """An export for research that somebody asked for."""
    with db.writing(address) as session:
        found = ResearchExport(
            asked_by_id=cast_of(session).researcher.id, asked_at=clock.now(), first_term="2026-spring", last_term="2026-spring",
            ends_on=clock.now().date() + timedelta(days=30), is_approved=None, purpose="Hur lika stöd får barn?", pseudonym_key="00" * 32,
        )  # fmt: skip
        session.add(found)
        session.flush()
        return found.id


def lay_development_work(address: str) -> dict[str, uuid.UUID]:
    """Work about the cast's school with terms and a milestone, one that was only begun, and one that is closed with its report."""
    with db.writing(address) as session:
        cast = cast_of(session)
        planned, begun, closed = (development.begin(session, cast) for _ in range(3))
        development.plan(session, cast, planned)
        result, action = development.count(session, cast, planned), development.act(session, cast, planned)
        milestone = development.mark(session, cast, planned, clock.now().date() + timedelta(days=40))
        development.plan(session, cast, closed)
        development.close(session, cast, closed)
        development.leave_paper(session, closed)
        return {
            "development_id": planned.id, "milestone_id": milestone.id, "begun_id": begun.id, "result_id": result.id, "level_action_id": action.id, "closed_id": closed.id,
        }  # fmt: skip


def let_the_team_rate_by_colour(address: str) -> None:
    """From now on the team of the cast rates by colour."""
    with db.writing(address) as session:
        cast_of(session).forum.rates_by_colour = True


def lay_absence(address: str, *, stays: bool = True) -> list[str]:
    """The municipality is Danish, and unless it `stays` so for a moment: a pupil whose parents are to be warned, with the page of that."""
    with db.writing(address) as session:
        cast = cast_of(session)
        there = cast.municipality
        before = there.country, there.rulepack_version
        there.country, there.rulepack_version = Country.DK, "dk-2026-07"
        session.flush()
        today = here.today(session)
        entry = absence.Entry("Emil Ahrendt", date(2015, 3, 2), "5.A", 30.0)
        by, quarter_on = cast.head_teacher.actor(), absence.quarter_of(today)
        absence.enter(session, cast.school, by=by, quarter_on=quarter_on, entries=[entry])
        pupil = session.scalars(select(AbsentPupil)).one()
        absence.prepare(session, pupil, today=today + timedelta(days=1))
        if not stays:
            there.country, there.rulepack_version = before
        return [f"/absence/{pupil.id}", *(f"/absence/{pupil.id}/steps/{step.id}" for step in pupil.steps)]


def lay_a_seat(address: str) -> str:
    """The counsellor sits in the team: the page of that seat."""
    with db.writing(address) as session:
        cast = cast_of(session)
        seat = seats.seat(session, cast.forum, cast.counsellor.id, by=cast.coordinator.actor())
        return f"/teams/{cast.forum.id}/seats/{seat.id}"


def lay_an_agenda(address: str) -> str:
    """The team meets in a week about a referral that is ready for it: the page of that date."""
    with db.writing(address) as session:
        cast = cast_of(session)
        date = TeamDate(forum=cast.forum, starts_at=clock.now() + timedelta(days=7), minutes=60, place="Rum 12")
        session.add(date)
        session.flush()
        agenda.put_on(session, date, a_referral(session, cast, TO_SCHEDULE).id, minutes=30, by=cast.coordinator.actor())
        a_referral(session, cast, TO_SCHEDULE)
        return f"/teams/{cast.forum.id}/dates/{date.id}"


def lay_hand_overs(address: str) -> tuple[str, uuid.UUID, str]:
    """One that the other school was offered and declined, and that waits there again, and what it took over of another."""
    with db.writing(address) as session:
        cast = cast_of(session)
        otto, numbers, waits = cast.outsider.actor(), [], []
        for _ in range(2):
            referral = a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id)
            consented(session, referral, cast)
            a_plan(session, referral, author=cast.coordinator, status=PlanStatus.ACTIVE)
            offer = hand_over.Offer(
                to_unit_id=cast.other_school.id, purpose="Hon börjar hos er efter jul.", contact="Karin Almkvist",
                chosen=[piece.key for piece in handed_over.offerable(session, referral, to=Recipient.RECEIVING_SCHOOL, on=clock.now().date())],
            )  # fmt: skip
            offered = {"by": cast.coordinator.actor(), "seen": None, "offer": offer}
            declined = hand_over.offer_hand_over(session, referral, **offered)
            hand_over.decline_hand_over(session, declined, by=otto, reason="Vi har ingen plats före jul.")
            waits.append(hand_over.offer_hand_over(session, referral, **offered))
            numbers.append(referral.number)
        return numbers[0], waits[0].id, hand_over.accept_hand_over(session, waits[1], by=otto).number


def lay_a_team(address: str, number: str) -> None:
    """A seat with somebody away, a date with its agenda, a closed week to come, and what the reporter wrote later."""
    lay_a_seat(address)
    lay_an_agenda(address)
    with db.writing(address) as session:
        cast, today = cast_of(session), clock.now().date()
        (sat,) = seats.seats_of(session, cast.forum)
        seats.be_away(
            session,
            sat,
            first_on=today,
            last_on=today + timedelta(days=6),
            stand_in_id=None,
            by=cast.coordinator.actor(),
        )
        week = ClosedDay(first_on=today + timedelta(days=40), last_on=today + timedelta(days=44), label="Höstlov")
        organisation.add_closed_days(session, [week], by=cast.administrator.actor())
        referral = the_referral(session, number)
        intake.add_to_concern(session, referral, by=Actor(reported=referral.id), seen=None, text="Hon var där i dag.")


def lay_a_reading_request(address: str, number: str) -> uuid.UUID:
    """The child has asked to read the file, and the head teacher goes through it."""
    with db.writing(address) as session:
        cast, referral = cast_of(session), the_referral(session, number)
        asked = reading_requests.Asked(
            asked_by=AskedBy.CHILD, asked_how=AskedHow.ORAL, received_on=clock.now().date(), reviewer_id=cast.head_teacher.id
        )  # fmt: skip
        return reading_requests.record_request(session, referral, by=cast.coordinator.actor(), asked=asked).id


def _give_up_a_step(session: Session, referral: Referral) -> None:
    step = session.scalars(select(Step).where(Step.referral_id == referral.id)).first()
    assert step is not None
    step.not_before = None
    session.flush()
    claim = steps.claim(session, step.id, holder="test")
    assert claim is not None
    steps.start(session, step.id, attempt=claim.attempt, flow_run_id=uuid.UUID(int=7))
    steps.fail(session, step.id, attempt=claim.attempt, word="mail", again=False)


def _draw_visits(session: Session, cast: Cast, referral: Referral) -> None:
    with time_machine.travel(clock.machine_now() - timedelta(days=7)):
        audit.append(
            session, What.OPENED_PAGE, by=cast.coordinator.actor(), chain=referral.id, party=Party.COORDINATOR,
            subject="casework.triage",
        )  # fmt: skip
    log_samples.draw(session, cast.school.id, week_on=log_samples.last_week(session))


def lay_other_referrals(address: str) -> tuple[str, str]:
    """One with a protected identity and somebody on its list, and one with a question to the head teacher."""
    with db.writing(address) as session:
        cast = cast_of(session)
        hidden = a_referral(session, cast, owner_id=cast.coordinator.id)
        a_member(session, hidden, cast.counsellor)
        protected(session, hidden, by=cast.coordinator, let_in=(cast.counsellor,))
        asked = a_referral(session, cast, IN_TRIAGE, owner_id=cast.coordinator.id)
        triage.ask_head_teacher(session, asked, by=cast.coordinator.actor(), seen=None, reason="Är det särskilt stöd?")
        return hidden.number, asked.number


def lay_an_educational_assessment(address: str) -> str:
    """A referral of a Danish school in which the educational-psychological service was asked for an assessment."""
    with db.writing(address) as session:
        cast = cast_of(session)
        referral = a_referral(session, cast, PLAN_ACTIVE, owner_id=cast.coordinator.id, rulepack="dk-2026-07")
        request = educational_assessment.Request(
            EducationalWish.SCHOOL, clock.now().date(), "Hun går i stå, når opgaverne er lange.", "Lille gruppe.", "Hun tegner.",
            "Hun vil have ro.", "Hvad har hun brug for?", cast.special_educator.id, clock.now().date() + timedelta(weeks=6),
        )  # fmt: skip
        asking = {"by": cast.head_teacher.actor(), "seen": None}
        educational_assessment.ask_assessment(session, referral, **asking, request=request)
        return referral.number


def lay_a_held_concern(address: str) -> str:
    """One whose reporter wrote of a conflict of interest; a coordinator has declared to know of no tie."""
    with db.writing(address) as session:
        cast = cast_of(session)
        held = a_referral(session, cast, IN_TRIAGE)
        concern = session.scalars(select(Concern).where(Concern.referral_id == held.id)).one()
        concern.conflict_text = "Kuratorn är gift med farbrodern."
        conflict.hold(session, held)
        conflict_settling.declare_uninvolved(session, held, by=cast.coordinator.actor())
        return held.number


def lay_disposals(address: str, number: str) -> None:
    """One of each: proposed, gone tonight, waiting for the archive, and done."""
    with db.writing(address) as session:
        cast, referral, now = cast_of(session), the_referral(session, number), clock.now()
        kinds = {kind.value: {"years": 5, "then": "preserve"} for kind in ContentKind}
        session.scalars(select(Municipality)).one().retention = {"plan": "Plan 2026", "kinds": kinds}
        decided = {"decided_at": now, "decided_by_id": cast.head_teacher.id}
        for fate, values in (
            (Fate.DISPOSE, {}),
            (Fate.DISPOSE, decided),
            (Fate.PRESERVE, decided),
            (
                Fate.DISPOSE,
                decided | {"done_at": now, "receipt": {"rows": {"concern": 1}, "papers": {}, "key_destroyed": True}},
            ),
        ):
            session.add(
                Disposal(
                    referral=referral, kinds=[*kinds], fate=fate, rule={"plan": "Plan 2026", "kinds": kinds}, proposed_at=now,
                    proposed_by_id=cast.coordinator.id, **values,
                )
            )  # fmt: skip
