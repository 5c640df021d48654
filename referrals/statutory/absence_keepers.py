"""Who keeps the unlawful absence of whom: the head teacher of the school, and nobody else."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from referrals import absence_rules, organisation, rulebook
from referrals.access import Actor, Role
from referrals.models import AbsentPupil, Unit
from referrals.rulebook import RulePack
from referrals.vocabulary import SchoolForm


def is_counted(pack: RulePack, school_form: SchoolForm) -> bool:
    """Whether the law asks a unit of this kind to count unlawful absence."""
    return any(track.key == absence_rules.UNLAWFUL_ABSENCE for track in pack.tracks_for(school_form))


def units_of(session: Session, actor: Actor) -> list[Unit]:
    """The schools whose absence `actor` keeps, by name: those they lead, where the law counts it. Nobody else sees any of it."""
    pack = rulebook.load(organisation.municipality(session).rulepack_version)
    rows = session.scalars(
        select(Unit).where(Unit.id.in_({unit_id for _role, unit_id in actor.roles})).order_by(Unit.name)
    )
    return [
        unit for unit in rows if actor.holds(Role.HEAD_TEACHER, unit_id=unit.id) and is_counted(pack, unit.school_form)
    ]


def may_keep(session: Session, pupil: AbsentPupil, actor: Actor) -> bool:
    """Whether `actor` leads the pupil's school."""
    return actor.account_id is not None and pupil.unit in units_of(session, actor)
