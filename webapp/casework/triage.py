"""The initial assessment on one page: the concern, and beside it the decision."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from referrals import intake
from referrals import triage as rules
from referrals.access import View
from referrals.errors import Incomplete
from referrals.files import attachment_reading
from referrals.models import Concern, History, Referral
from referrals.reminders import by_hand
from referrals.rules import rulebook, targets
from referrals.stages import WITH_HEAD_TEACHER, Stage, Verb
from referrals.statutory import tracks
from referrals.vocabulary import N_, ConflictAnswer, Profession, Topic, TriageEnding
from referrals.work.worklist import next_to_triage
from schemas.intake import asked_of
from schemas.triage import CHOOSE_TRACK, TELL_FIRST, HandBackForm, StatutoryTrackForm, TriageForm, TriageWay
from webapp import forms, notices, people, transactions
from webapp.casework import blueprint, starters, words
from webapp.casework.additions import additions_to
from webapp.casework.attachments import lines as file_lines
from webapp.casework.frame import referral_page, seen, today
from webapp.guards import for_referral
from webapp.language import gettext, language


@dataclass(frozen=True)
class Choice:
    """One way on: its words, what it means, and the text its reason begins with."""

    label: str
    hint: str
    starter: str
    question: str = N_("Why")


#: the ways on, the ordinary ones first
CHOICES: dict[TriageWay, Choice] = {
    TriageWay.ASSESSMENT: Choice(
        N_("The team makes an assessment"),
        N_("The guardians are informed first, then colleagues are asked for their part."),
        N_("We need a fuller picture of how the child is doing at school, at home and in leisure time before the team meets."),
    ),
    TriageWay.TEAM: Choice(
        N_("Straight to the team"),
        N_("When enough is known already. The guardians are informed first."),
        N_("What is described is clear enough for the team to meet about it now."),
    ),
    TriageWay.RETURN: Choice(
        N_("Back to the reporter for completion"),
        N_("The reporter reads your question and answers with the code on the receipt."),
        N_("Thank you for telling us. To go on we need to know more about: "),
        N_("What do you ask for?"),
    ),
    TriageWay.HEAD_TEACHER: Choice(
        N_("To the head teacher: a statutory track"),
        N_("What the law lays upon the head teacher is theirs to decide: %(tracks)s."),
        N_("I think this is yours to decide, because: "),
        N_("What do you ask?"),
    ),
    TriageWay.OWN_UNIT: Choice(
        TriageEnding.OWN_UNIT.label,
        N_("The unit helps with what it has. You look again on a day you choose."),
        N_("The unit can meet the need itself. We agreed that: "),
    ),
    TriageWay.OTHER_TRACK: Choice(
        TriageEnding.OTHER_TRACK.label,
        N_("When somebody else already works with it and nobody here has anything to decide."),
        N_("Somebody else already works with it: "),
    ),
    TriageWay.REDIRECTED: Choice(
        TriageEnding.REDIRECTED.label,
        N_("To another unit or service that is the right one."),
        N_("We have told the reporter to turn to: "),
    ),
    TriageWay.NO_ACTION: Choice(
        TriageEnding.NO_ACTION.label,
        N_("You look again on a day you choose."),
        N_("We see no need for more than is done already, because: "),
    ),
}  # fmt: skip

#: the reporter's own texts, in the order in which they are read
_ANSWERS: dict[str, str] = {
    "observations": N_("What has been seen"),
    "observed_when": N_("When"),
    "observed_where": N_("Where"),
    "duration": N_("How long"),
    "child_voice": N_("What the child says"),
    "strengths": N_("What is strong and what the child likes"),
    "guardians_view": N_("What the guardians say"),
    "tried": N_("What has been tried"),
    "tried_result": N_("With what result"),
    "wished_help": N_("What help is wished for"),
    "urgency": N_("How urgent it is"),
}

_SAID: dict[TriageWay, str] = {
    TriageWay.ASSESSMENT: N_("%(number)s goes on: inform the guardians next."),
    TriageWay.TEAM: N_("%(number)s goes to the team: inform the guardians next."),
    TriageWay.RETURN: N_("%(number)s has gone back to the reporter."),
    TriageWay.HEAD_TEACHER: N_("%(number)s waits for the head teacher."),
}

_DECISIONS = frozenset(
    {
        Verb.SEND_TO_ASSESSMENT, Verb.SEND_TO_TEAM, Verb.RETURN_CONCERN, Verb.END_AT_TRIAGE, Verb.ASK_HEAD_TEACHER,
        Verb.DECIDE_STATUTORY_TRACK, Verb.HAND_BACK_TO_COORDINATOR,
    }
)  # fmt: skip


#: what is said where the shape was right and the unit's own tracks ask for something else
_UNMET = {"track": CHOOSE_TRACK, "guardians_told_on": TELL_FIRST}


@blueprint.get("/referrals/<reference:number>/triage")
@for_referral(View.CONCERN)
def triage(referral: Referral) -> Response:
    """The concern, and where it waits for one the decision."""
    return _page(referral, forms.shown(_suggested(referral)) if _can_decide(referral) else forms.Form())


@blueprint.post("/referrals/<reference:number>/triage")
@for_referral(Verb.SEND_TO_ASSESSMENT)
def decide_triage(referral: Referral) -> ResponseReturnValue:
    """Decide, and go on to the next concern that waits or to the referral."""
    form = forms.submitted()
    decided = form.load(TriageForm())
    if decided is None:
        return _page(referral, form, status=422)
    session, actor, number = transactions.session(), people.actor(), referral.number
    _carry_out(referral, **decided)
    notices.say_next(gettext(_SAID.get(decided["way"], N_("%(number)s is decided.")), number=number))
    following = next_to_triage(session, actor, today=today(), but=referral) if "next" in request.form else None
    if following:
        return redirect(url_for("casework.triage", number=following), 303)
    return redirect(url_for("casework.referral", number=number), 303)


@blueprint.post("/referrals/<reference:number>/triage/statutory-track")
@for_referral(Verb.DECIDE_STATUTORY_TRACK)
def decide_statutory_track(referral: Referral) -> ResponseReturnValue:
    """Let the concern go on in a statutory track: the head teacher's decision."""
    form = starters.submitted("reason", starters.STATUTORY_TRACK)
    decided = form.load(StatutoryTrackForm())
    if decided is None:
        return _page(referral, form, statutory=form, status=422)
    choice = tracks.StatutoryChoice(**decided)
    try:
        tracks.decide_statutory_track(transactions.session(), referral, by=people.actor(), seen=seen(), choice=choice)
    except Incomplete as refused:
        for name in refused.missing:
            form.refuse(name, _UNMET[name])
        return _page(referral, form, statutory=form, status=422)
    notices.say_next(gettext("%(number)s goes on in a statutory track.", number=referral.number))
    return redirect(url_for("casework.referral", number=referral.number), 303)


@blueprint.post("/referrals/<reference:number>/triage/hand-back")
@for_referral(Verb.HAND_BACK_TO_COORDINATOR)
def hand_back(referral: Referral) -> ResponseReturnValue:
    """Let the coordinator decide after all."""
    form = starters.submitted("back", starters.HAND_BACK)
    given = form.load(HandBackForm())
    if given is None:
        return _page(referral, form, back=form, status=422)
    rules.hand_back_to_coordinator(transactions.session(), referral, by=people.actor(), seen=seen(), **given)
    notices.say_next(gettext("The coordinator decides about %(number)s.", number=referral.number))
    return redirect(url_for("casework.triage", number=referral.number), 303)


def _carry_out(referral: Referral, *, way: TriageWay, reason: str, revisit_on: date | None) -> None:
    session = transactions.session()
    who: dict[str, Any] = {"by": people.actor(), "seen": seen()}
    if way is TriageWay.ASSESSMENT:
        rules.send_to_assessment(session, referral, reason=reason, **who)
    elif way is TriageWay.TEAM:
        rules.send_to_team(session, referral, reason=reason, **who)
    elif way is TriageWay.RETURN:
        rules.return_concern(session, referral, reason=reason, **who)
    elif way is TriageWay.HEAD_TEACHER:
        rules.ask_head_teacher(session, referral, reason=reason, **who)
    else:
        ending = rules.Ending(TriageEnding(way.value), reason, revisit_on)
        rules.end_at_triage(session, referral, ending=ending, **who)


def _can_decide(referral: Referral) -> bool:
    return words.may_do(Verb.SEND_TO_ASSESSMENT, referral)


def _suggested(referral: Referral) -> dict[str, Any]:
    """Texts to begin from and days to look again; the way itself is never chosen beforehand."""
    again = targets.default_day(transactions.session(), referral.rulepack, "revisit", since=today())
    return {
        "reason": {way.value: gettext(choice.starter) for way, choice in CHOICES.items()},
        "revisit": {way.value: again for way in (TriageWay.OWN_UNIT, TriageWay.NO_ACTION)},
    }


def _choices(referral: Referral) -> dict[TriageWay, Choice]:
    """The ways on in this unit; the head teacher's only where the law lays something upon them there."""
    asked, known = CHOICES[TriageWay.HEAD_TEACHER], tracks.statutory_tracks(referral)
    names = ", ".join(track.name(language()) for track in known)
    named = {TriageWay.HEAD_TEACHER: replace(asked, hint=gettext(asked.hint, tracks=names))}
    return {way: named.get(way, choice) for way, choice in CHOICES.items() if known or way not in named}


def _of_head_teacher(
    referral: Referral, decision: History | None, *, statutory: forms.Form | None, back: forms.Form | None
) -> dict[str, Any]:
    """What the page shows of the head teacher's part in the decision."""
    known = tracks.statutory_tracks(referral) if words.may_do(Verb.DECIDE_STATUTORY_TRACK, referral) else ()
    return {
        "tracks": [(track.key, track.name(language()), track.source) for track in known],
        "told_first": [track.name(language()) for track in known if track.guardians_first],
        "statutory_form": statutory
        or starters.shown("reason", starters.STATUTORY_TRACK, {"decided_on": today()}, name="statutory"),
        "may_hand_back": words.may_do(Verb.HAND_BACK_TO_COORDINATOR, referral),
        "back_form": back or starters.shown("back", starters.HAND_BACK, name="back"),
        "is_with_head_teacher": referral.state == WITH_HEAD_TEACHER,
        "may_remind": words.may_do(Verb.REMIND_COLLEAGUE, referral),
        "owed": by_hand.owed_answer(transactions.session(), referral),
        "on_track": tracks.OnTrack.read(transactions.session(), decision, language()),
    }


def _page(
    referral: Referral,
    form: forms.Form,
    *,
    statutory: forms.Form | None = None,
    back: forms.Form | None = None,
    status: int = 200,
) -> Response:
    session, actor = transactions.session(), people.actor()
    decision = _decision(referral)
    concern = session.scalars(select(Concern).where(Concern.referral_id == referral.id)).one()
    can_decide = _can_decide(referral)
    answers = {question: getattr(concern, name) for name, question in _ANSWERS.items()}
    choices = _choices(referral) if can_decide else {}
    pack = rulebook.load(referral.rulepack)
    # What nobody typed is not given back to be copied when somebody else was first.
    starters.known(choice.starter for choice in CHOICES.values())
    return referral_page(
        "triage.html",
        referral,
        status=status,
        form=form,
        concern=concern,
        born_on=date.fromisoformat(referral.child_birth_date) if referral.child_birth_date else None,
        topics=[gettext(Topic(topic).label) for topic in referral.topics],
        conflict_functions=[gettext(Profession(name).label) for name in concern.conflict_functions],
        answers=[(gettext(question), text) for question, text in answers.items() if text],
        unknown=_unknown(concern),
        additions=additions_to(referral),
        may_read=words.may_do(Verb.READ_ADDITION, referral),
        files=file_lines(attachment_reading.of_concern(session, referral, actor)),
        duplicates=intake.possible_duplicates(session, referral, by=actor) if can_decide else [],
        can_decide=can_decide,
        choices=choices,
        ways_on=[(way.value, gettext(choice.label), gettext(choice.hint)) for way, choice in choices.items()],
        following=next_to_triage(session, actor, today=today(), but=referral) if can_decide else None,
        decision=decision,
        decided_what=words.happened(decision) if decision else "",
        decided_by=words.who(decision) if decision else "",
        stage_name=words.stage_name(referral.rulepack, Stage.TRIAGE),
        **_of_head_teacher(referral, decision, statutory=statutory, back=back),
        protection_report=pack.artefact("protection_report", language()),
        duty_source=pack.sources["duty_to_report"],
    )


def _unknown(concern: Concern) -> list[str]:
    """The questions the reporter was asked and could not answer yet."""
    asked = asked_of(concern.reporter_kind)
    questions = [question for name, question in _ANSWERS.items() if name in asked and not getattr(concern, name)]
    if concern.conflict is ConflictAnswer.UNSURE:
        questions.append(N_("Too close to somebody in the team"))
    return [gettext(question) for question in questions]


def _decision(referral: Referral) -> History | None:
    return next((row for row in reversed(referral.history) if row.verb in _DECISIONS), None)
