"""Add levels of protected identity and a list of who may see such a referral.

Until now a tick said whether an identity was protected. The rule packs know levels, so what was ticked becomes the lowest
level of the country whose rules the referral follows, and the stricter ones are chosen by a person. Those who could decide
about a referral with a protected child come on its list, so that nobody who worked with it yesterday is shut out today;
papers issued until now are restricted, as if the mark had been set on this day.
"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_AT = sa.DateTime(timezone=True)
_referral = sa.table(
    "referral", sa.column("id", sa.Uuid()), sa.column("unit_id", sa.Uuid()), sa.column("owner_id", sa.Uuid()),
    sa.column("rulepack", sa.String()), sa.column("has_protected_identity", sa.Boolean()), sa.column("protected_level", sa.String()),
    sa.column("protected_since", _AT), sa.column("child_name_index", sa.String()),
)  # fmt: skip
_guardian = sa.table(
    "guardian", sa.column("referral_id", sa.Uuid()), sa.column("has_protected_identity", sa.Boolean()),
    sa.column("protected_level", sa.String()),
)  # fmt: skip
_role = sa.table(
    "role_assignment",
    sa.column("account_id", sa.Uuid()),
    sa.column("unit_id", sa.Uuid()),
    sa.column("role", sa.String()),
)
_membership = sa.table(
    "membership",
    sa.column("referral_id", sa.Uuid()),
    sa.column("account_id", sa.Uuid()),
    sa.column("standing", sa.String()),
)
_document = sa.table("document", sa.column("referral_id", sa.Uuid()), sa.column("restricted_at", _AT))
_listed = sa.table(
    "access_list", sa.column("id", sa.Uuid()), sa.column("referral_id", sa.Uuid()), sa.column("account_id", sa.Uuid()),
    sa.column("ground", sa.String()), sa.column("since", _AT),
)  # fmt: skip


def upgrade() -> None:
    """Bring the levels and the list in."""
    op.add_column("referral", sa.Column("protected_level", sa.String(), nullable=True))
    op.add_column("referral", sa.Column("protected_since", _AT, nullable=True))
    op.add_column("guardian", sa.Column("protected_level", sa.String(), nullable=True))
    op.add_column("document", sa.Column("restricted_at", _AT, nullable=True))
    op.create_table(
        "access_list",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("since", _AT, nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_access_list_account_id_account"),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name="fk_access_list_by_id_account"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_access_list_referral_id_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_access_list"),
        sa.UniqueConstraint("referral_id", "account_id", name="uq_access_list_referral_id_account_id"),
    )
    op.create_index("ix_access_list_account", "access_list", ["account_id"])
    op.create_index("ix_access_list_referral_id", "access_list", ["referral_id"])
    _carry_over(op.get_bind())
    op.drop_column("referral", "has_protected_identity")
    op.drop_column("guardian", "has_protected_identity")


def downgrade() -> None:
    """Let a tick say again what levels said."""
    for name in ("referral", "guardian"):
        op.add_column(
            name, sa.Column("has_protected_identity", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    for table in (_referral, _guardian):
        op.execute(sa.update(table).where(table.c.protected_level.is_not(None)).values(has_protected_identity=True))
    op.drop_table("access_list")
    op.drop_column("document", "restricted_at")
    op.drop_column("guardian", "protected_level")
    op.drop_column("referral", "protected_since")
    op.drop_column("referral", "protected_level")


def _carry_over(connection: sa.Connection) -> None:
    now = sa.func.now()
    is_danish = _referral.c.rulepack.like("dk-%")
    for level, condition in (("navne_og_adressebeskyttelse", is_danish), ("sekretessmarkering", ~is_danish)):
        connection.execute(
            sa.update(_referral).where(_referral.c.has_protected_identity, condition).values(protected_level=level)
        )
        theirs = sa.select(_referral.c.id).where(condition)
        connection.execute(
            sa.update(_guardian)
            .where(_guardian.c.has_protected_identity, _guardian.c.referral_id.in_(theirs))
            .values(protected_level=level)
        )
    guarded = sa.select(_guardian.c.referral_id).where(_guardian.c.protected_level.is_not(None))
    protected = sa.or_(_referral.c.protected_level.is_not(None), _referral.c.id.in_(guarded))
    rows = connection.execute(sa.select(_referral.c.id, _referral.c.unit_id).where(protected)).all()
    connection.execute(
        sa.update(_referral).where(_referral.c.protected_level.is_not(None)).values(child_name_index=None)
    )
    for referral in rows:
        connection.execute(sa.update(_referral).where(_referral.c.id == referral.id).values(protected_since=now))
        connection.execute(sa.update(_document).where(_document.c.referral_id == referral.id).values(restricted_at=now))
        for account_id, ground in _those_who_decided(connection, referral.id, referral.unit_id).items():
            entry = {"id": uuid.uuid4(), "referral_id": referral.id, "account_id": account_id}
            connection.execute(sa.insert(_listed).values(**entry, ground=ground, since=now))


def _those_who_decided(connection: sa.Connection, referral_id: uuid.UUID, unit_id: uuid.UUID) -> dict[uuid.UUID, str]:
    found = {}
    for role, ground in (("coordinator", "in_charge"), ("head_teacher", "head_teacher")):
        held = sa.select(_role.c.account_id).where(_role.c.unit_id == unit_id, _role.c.role == role)
        found.update(dict.fromkeys(connection.scalars(held), ground))
    for row in connection.execute(sa.select(_membership).where(_membership.c.referral_id == referral_id)):
        if row.standing == "shut_out":
            found.pop(row.account_id, None)
        else:
            found.setdefault(row.account_id, "in_charge" if row.standing == "stands_in" else "added")
    return found
