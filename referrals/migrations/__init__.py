"""How the database comes from nothing, or from an older version, to what the models say."""

from collections.abc import Callable
from itertools import count
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


def upgrade(address: str, *, to: str = "head", tell: Callable[[str, int, int], None] = lambda *_: None) -> None:
    """Bring the database at `address` up to the newest version, or to the revision `to`.

    `tell` hears after each migration its number, how many were made, and of how many.
    """
    config = config_for(address)
    ahead = list(ScriptDirectory.from_config(config).iterate_revisions(to, standing(address) or "base"))
    made = count(1)
    config.attributes["made"] = lambda *, step, **_: tell(f"migration {step.up_revision_id}", next(made), len(ahead))
    command.upgrade(config, to)


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
