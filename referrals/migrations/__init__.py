"""How the database comes from nothing, or from an older version, to what the models say."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from referrals import db

_HERE = Path(__file__).parent


def config_for(address: str) -> Config:
    """Alembic's configuration for the database at `address`; there is no file of it."""
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "os")
    config.attributes["address"] = address
    return config


def upgrade(address: str, *, to: str = "head") -> None:
    """Bring the database at `address` up to the newest version, or to the revision `to`."""
    command.upgrade(config_for(address), to)


def downgrade(address: str, *, to: str) -> None:
    """Take the database at `address` back to the revision `to`; `base` is nothing at all."""
    command.downgrade(config_for(address), to)


def newest() -> str:
    """The revision this code expects."""
    head = ScriptDirectory(str(_HERE)).get_current_head()
    if head is None:
        raise RuntimeError("there is no migration")
    return head


def known() -> set[str]:
    """Every revision this code knows."""
    return {script.revision for script in ScriptDirectory(str(_HERE)).walk_revisions()}


def standing(address: str) -> str | None:
    """The revision the database at `address` has, or None where nothing was set up."""
    with db.engine_for(address).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
