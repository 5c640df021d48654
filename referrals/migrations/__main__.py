"""`python -m referrals.migrations "Add team review quorum"` writes the next migration from what the models say."""

import sys
import tempfile
from pathlib import Path

from alembic import command

from referrals import migrations


def write(sentence: str) -> None:
    """Write the migration that leads from the newest one to the models; its docstring is `sentence`."""
    versions = Path(migrations.__file__).parent / "versions"
    number = f"{len(list(versions.glob('[0-9]*.py'))) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{folder}/empty.sqlite"
        if number != "0001":
            migrations.upgrade(address)
        config = migrations.config_for(address)
        config.set_main_option("file_template", f"{number}_{sentence.lower().replace(' ', '_')}")
        command.revision(config, message=sentence, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    write(" ".join(sys.argv[1:]))
