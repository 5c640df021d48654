"""Who keeps the unlawful absence of whom: the head teachers of the school, but for pupils from whom they stepped aside."""

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session

from referrals import absence_rules, organisation, rulebook
from referrals.access import Actor, Role
from referrals.models import AbsenceAside, AbsentPupil, Account, RoleAssignment, Unit
from referrals.rulebook import RulePack
from referrals.vocabulary import SchoolForm


def is_counted(pack: RulePack, school_form: SchoolForm) -> bool:
    """Whether the law asks a unit of this kind to count unlawful absence."""
    return any(track.key == absence_rules.UNLAWFUL_ABSENCE for track in pack.tracks_for(school_form))


def units_of(session: Session, actor: Actor) -> list[Unit]:
    """The schools whose absence `actor` keeps, by name: those they lead, where the law counts it."""
    pack = rulebook.load(organisation.municipality(session).rulepack_version)
    rows = session.scalars(
        select(Unit).where(Unit.id.in_({unit_id for _role, unit_id in actor.roles})).order_by(Unit.name)
    )
    return [
        unit for unit in rows if actor.holds(Role.HEAD_TEACHER, unit_id=unit.id) and is_counted(pack, unit.school_form)
    ]


def may_keep(session: Session, pupil: AbsentPupil, actor: Actor) -> bool:
    """Whether `actor` keeps the absence of `pupil`, as `is_kept_by` says."""
    kept = select(AbsentPupil.id).where(AbsentPupil.id == pupil.id, is_kept_by(session, actor))
    return session.scalar(kept) is not None


def is_kept_by(session: Session, actor: Actor) -> ColumnElement[bool]:
    """Of whom `actor` keeps the absence: the pupils of the schools they lead, but those from whom they have stepped aside.

    Where everybody who leads a pupil's school has, whoever leads another school of the municipality stands in for that pupil.
    """
    units = [unit.id for unit in units_of(session, actor)]
    if actor.account_id is None or not units:
        return false()
    is_aside = AbsentPupil.asides.any(AbsenceAside.account_id == actor.account_id)
    too_close = select(AbsenceAside.account_id).where(AbsenceAside.pupil_id == AbsentPupil.id).correlate(AbsentPupil)
    leads_it = select(RoleAssignment.id).join(Account, RoleAssignment.account_id == Account.id).where(
        RoleAssignment.unit_id == AbsentPupil.unit_id, RoleAssignment.role == Role.HEAD_TEACHER,
        Account.is_active, Account.id.not_in(too_close),
    )  # fmt: skip
    stands_in = AbsentPupil.asides.any() & ~leads_it.exists()
    return ~is_aside & (AbsentPupil.unit_id.in_(units) | stands_in)


def stood_in_for(session: Session, actor: Actor) -> list[AbsentPupil]:
    """The pupils of schools that others lead, for whom `actor` stands in."""
    own = [unit.id for unit in units_of(session, actor)]
    rows = select(AbsentPupil).where(is_kept_by(session, actor), AbsentPupil.unit_id.not_in(own))
    return sorted(session.scalars(rows), key=lambda pupil: (pupil.name or "", pupil.number))


def others_who_could(session: Session, pupil: AbsentPupil, actor: Actor) -> bool:
    """Whether anybody but `actor` is left to keep the absence of `pupil`: at the school, or at another one."""
    pack = rulebook.load(organisation.municipality(session).rulepack_version)
    schools = [unit.id for unit in session.scalars(select(Unit)) if is_counted(pack, unit.school_form)]
    gone = {actor.account_id, *(one.account_id for one in pupil.asides)}
    leads = Account.roles.any((RoleAssignment.role == Role.HEAD_TEACHER) & RoleAssignment.unit_id.in_(schools))
    return bool(set(session.scalars(select(Account.id).where(Account.is_active, leads))) - gone)
