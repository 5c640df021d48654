"""What information and consent cover: whether guardians are informed, and what may go to whom, on which day, or why not.

For a piece of information and a recipient outside the own staff, read from top to bottom:

    it is about a sibling                           nobody here can lift that secrecy
    it is about a guardian                          that guardian alone lifts it
    it is about a guardian, not known which         every guardian with custody must have lifted it
    otherwise                                       every guardian with custody must have allowed it

Of each of them the newest answer counts. What may go is what all these answers have in common: kinds of information, recipients
and days. One guardian's yes is not both, and the narrower answer wins.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Final
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from referrals import here
from referrals.languages import local_date
from referrals.models import Consent, Guardian, Referral
from referrals.rules import rulebook
from referrals.rules.rulebook import RulePack
from referrals.vocabulary import (
    About,
    ConsentAnswer,
    ConsentState,
    Custody,
    InformationCategory,
    Recipient,
    WhyNot,
)

#: so long before a consent ends the coordinators are reminded
REMINDED_BEFORE: Final = timedelta(days=14)
#: recipients that are services; the other guardian is none
SERVICES: Final = tuple(recipient for recipient in Recipient if recipient is not Recipient.OTHER_GUARDIAN)


@dataclass(frozen=True)
class Cover:
    """Whether something may go to somebody; if not, why not, and whose answer stands in the way."""

    why_not: WhyNot | None = None
    guardian: Guardian | None = None
    #: the last day on which it may go; None where that is not bounded, or it may not go at all
    until_on: date | None = None
    #: the answers that allow it
    consents: tuple[Consent, ...] = ()

    @property
    def is_covered(self) -> bool:
        """Whether it may go."""
        return self.why_not is None


@dataclass(frozen=True)
class Lapse:
    """That a service was covered and ceased to be: from which day on nothing new could go, why, and by whose answer."""

    ended_on: date
    why: WhyNot
    guardian: Guardian


def guardians_of(session: Session, referral: Referral) -> list[Guardian]:
    """The guardians and other adults close to the child, in the order in which they were recorded."""
    return list(
        session.scalars(
            select(Guardian).where(Guardian.referral_id == referral.id).order_by(Guardian.recorded_at, Guardian.id)
        )
    )


def asked_about(pack: RulePack, deciding: list[Custody]) -> tuple[Recipient, ...]:
    """About whom guardians are asked where those with these parts in custody decide: everybody the pack names but the own staff, and
    another guardian only where there is one.

    There is none beside one who has custody alone, nor for a pupil who decides alone. Whoever has joint custody may be recorded first.
    """
    is_alone = deciding in ([Custody.SOLE], [Custody.SELF])
    return tuple(one for one in pack.asked_about if not (is_alone and one is Recipient.OTHER_GUARDIAN))


def asked_of(session: Session, referral: Referral) -> tuple[Recipient, ...]:
    """About whom the guardians recorded for a referral are asked, in the order of the forms."""
    deciding = [guardian.custody for guardian in deciding_guardians(session, referral)]
    return asked_about(rulebook.load(referral.rulepack), deciding)


def are_informed(session: Session, referral: Referral) -> bool:
    """Whether there is somebody with custody, and each of them was told, or the reason why not is recorded."""
    deciding = deciding_guardians(session, referral)
    return bool(deciding) and all(guardian.is_informed for guardian in deciding)


def have_said_yes(session: Session, referral: Referral, *, on: date) -> bool:
    """Whether each guardian with custody has said yes, to all or some of it, and it holds on that day."""
    yes = (ConsentState.FULL, ConsentState.PARTIAL)
    return all(guardian.consent_state(on) in yes for guardian in deciding_guardians(session, referral))


def cover(
    session: Session,
    referral: Referral,
    recipient: Recipient,
    *,
    on: date,
    categories: Iterable[InformationCategory] = (),
    about: About = About.CHILD,
    guardian: Guardian | None = None,
) -> Cover:
    """Whether information of these kinds, about this person, may go to `recipient` on the day `on`, or why not.

    `guardian` is the one it is about, where it is about one and that is known.
    """
    alone = [guardian] if about is About.GUARDIAN and guardian is not None else []
    lifting = alone or deciding_guardians(session, referral)
    return _cover(lifting, recipient, on=on, kinds=set(categories), about=about)


def covers(
    session: Session,
    referral: Referral,
    recipient: Recipient,
    *,
    on: date,
    categories: Iterable[InformationCategory] = (),
) -> bool:
    """Whether information about the child may go to `recipient` on the day `on`; the own staff works with what it needs anyway."""
    return cover(session, referral, recipient, on=on, categories=categories).is_covered


def table(
    session: Session, referral: Referral, *, recipients: Iterable[Recipient], on: date
) -> Mapping[Recipient, Mapping[InformationCategory, Cover]]:
    """For each of `recipients` and each kind of information about the child: whether it may go on the day `on`, or why not."""
    deciding = deciding_guardians(session, referral)
    return {
        recipient: {
            kind: _cover(deciding, recipient, on=on, kinds={kind}, about=About.CHILD) for kind in InformationCategory
        }
        for recipient in recipients
    }


def services_covered(session: Session, referral: Referral, *, on: date) -> frozenset[Recipient]:
    """The services that may learn something of the referral on the day `on`: the own staff, and whom every guardian allows.

    What exactly may go to a service, `cover` says for each kind of information. Where the guardians' answers have no
    kind in common, there is nothing that may go.
    """
    whole = table(session, referral, recipients=SERVICES, on=on)
    return frozenset(service for service, kinds in whole.items() if any(one.is_covered for one in kinds.values()))


def lapse(session: Session, referral: Referral, service: Recipient, *, since: date, until: date) -> Lapse | None:
    """The first time after `since`, up to and with `until`, that a guardian's answer ceased to reach `service`; None if never."""
    zone = here.time_zone(session)
    found = [
        Lapse(ended_on, why, guardian)
        for guardian in deciding_guardians(session, referral)
        for ended_on, why in _ends(guardian.consents, service, zone)
        if since < ended_on <= until
    ]
    return min(found, key=lambda one: one.ended_on, default=None)


def ended_on(
    session: Session, consent_ids: Iterable[str], recipient: Recipient, *, categories: Iterable[str], today: date
) -> date | None:
    """Since which day one of these answers, and whatever that guardian answered after it, no longer lets these kinds go to `recipient`.

    None while they do: also where a later answer reaches as far, or does again.
    """
    zone, kinds = here.time_zone(session), frozenset(map(InformationCategory, categories))
    found = []
    for consent in (session.get_one(Consent, UUID(each)) for each in consent_ids):
        guardian = consent.guardian
        if guardian.referral.is_of_age and not guardian.has_custody:
            found += [guardian.referral.of_age_on]
        answers = guardian.consents
        if _why_not(answers[-1], recipient, on=today, kinds=kinds):
            ends = _ends(answers[answers.index(consent) :], recipient, zone, kinds=kinds)
            found += [max((day for day, _why in ends if day <= today), default=None)]
    return min((day for day in found if day), default=None)


def about_to_end(today: date) -> Select[Consent]:
    """Answers of open referrals that still count and end within two weeks, or have ended without another one since."""
    newer = aliased(Consent)
    return (
        select(Consent)
        .join(Referral, Consent.referral_id == Referral.id)
        .where(
            Referral.is_open,
            Consent.withdrawn_at.is_(None),
            Consent.answer != ConsentAnswer.REFUSED,
            Consent.until_on <= today + REMINDED_BEFORE,
            ~exists().where(newer.guardian_id == Consent.guardian_id, newer.at > Consent.at),
        )
        .order_by(Consent.until_on, Consent.id)
    )


def counts(consent: Consent) -> bool:
    """Whether it is still this guardian's to give: from the day on which the pupil is of age it is the pupil's alone."""
    return consent.guardian.has_custody or not consent.guardian.referral.is_of_age


def deciding_guardians(session: Session, referral: Referral) -> list[Guardian]:
    """Those of the guardians who decide for the child."""
    return [guardian for guardian in guardians_of(session, referral) if guardian.has_custody]


def newest_answer(guardian: Guardian) -> Consent | None:
    """The answer that counts: what `guardian` said last, also where it was withdrawn since."""
    return guardian.consents[-1] if guardian.consents else None


def _cover(
    lifting: Sequence[Guardian], recipient: Recipient, *, on: date, kinds: set[InformationCategory], about: About
) -> Cover:
    # Of what is about the child, one guardian keeps nothing from the other by not consenting.
    if recipient is Recipient.OWN_STAFF or (recipient is Recipient.OTHER_GUARDIAN and about is About.CHILD):
        return Cover()
    if about is About.SIBLING:
        return Cover(WhyNot.ABOUT_SIBLING)
    if not lifting:
        return Cover(WhyNot.NOBODY_DECIDES)
    answers = [(guardian, newest_answer(guardian)) for guardian in lifting]
    for guardian, answer in answers:
        why_not = _why_not(answer, recipient, on=on, kinds=kinds)
        if why_not is WhyNot.NOT_ASKED and any(other for _guardian, other in answers):
            why_not = WhyNot.OTHER_NOT_ANSWERED
        if why_not is not None:
            return Cover(why_not, guardian)
    given = tuple(answer for _guardian, answer in answers if answer)
    return Cover(until_on=min(answer.until_on for answer in given), consents=given)


def _why_not(
    answer: Consent | None, recipient: Recipient, *, on: date, kinds: AbstractSet[InformationCategory]
) -> WhyNot | None:
    if answer is None:
        return WhyNot.NOT_ASKED
    checks = (
        (answer.withdrawn_at is not None, WhyNot.WITHDRAWN),
        (answer.answer is ConsentAnswer.REFUSED, WhyNot.REFUSED),
        (answer.until_on < on, WhyNot.EXPIRED),
        (answer.from_on > on, WhyNot.NOT_BEGUN),
        (recipient not in answer.recipients, WhyNot.OTHER_RECIPIENT),
        (not {kind.value for kind in kinds} <= set(answer.categories), WhyNot.OTHER_KIND),
    )
    return next((why for is_so, why in checks if is_so), None)


def _ends(
    answers: Sequence[Consent], service: Recipient, zone: str, *, kinds: AbstractSet[InformationCategory] = frozenset()
) -> Iterable[tuple[date, WhyNot]]:
    """For each of one guardian's answers that let these kinds go to `service`: the first day on which it no longer did, and why."""

    def reaches(answer: Consent) -> bool:
        return service in answer.recipients and {kind.value for kind in kinds} <= set(answer.categories)

    for answer, following in zip_longest(answers, answers[1:]):
        if not reaches(answer):
            continue
        ends = [(answer.until_on + timedelta(days=1), WhyNot.EXPIRED)]
        if answer.withdrawn_at is not None:
            ends.append((local_date(answer.withdrawn_at, zone=zone), WhyNot.WITHDRAWN))
        if following is not None and not reaches(following):
            is_refusal, is_other = following.answer is ConsentAnswer.REFUSED, service not in following.recipients
            why = WhyNot.REFUSED if is_refusal else WhyNot.OTHER_RECIPIENT if is_other else WhyNot.OTHER_KIND
            ends.append((local_date(following.at, zone=zone), why))
        first = min(ends)
        # Where the next answer reaches as far, there is an end only if it came later.
        if following is None or not reaches(following) or first[0] < following.from_on:
            yield first
