"""Builds everything under webapp/static that is not in the repository (`python -m webapp.assets`)."""

import argparse
from pathlib import Path

from webapp.assets import packages, typefaces

STATIC = Path(__file__).parent.parent / "static"


def main() -> None:
    """Fetch the npm packages, then cut the typefaces; `--only` does one of the two."""
    parser = argparse.ArgumentParser(prog="python -m webapp.assets", description=__doc__)
    parser.add_argument("--only", choices=["packages", "typefaces"], help="build one part")
    chosen = parser.parse_args().only
    if chosen != "typefaces":
        packages.build(STATIC / "vendor")
    if chosen != "packages":
        typefaces.build(STATIC / "fonts")


if __name__ == "__main__":
    main()
