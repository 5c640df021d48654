"""Every setting is documented, and nothing is documented that does not exist."""

import re
from pathlib import Path

from referrals.config import Settings

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"


def test_every_setting_stands_in_operating() -> None:
    text = OPERATING.read_text()
    written = set(re.findall(r"TRIVSEL_([A-Z_]+)", text)) - {"SMTP_HOST"}
    # The post office's settings share one line: `TRIVSEL_SMTP_HOST`, `…_PORT`, …
    written |= {f"SMTP_{rest}" for rest in re.findall(r"`…_([A-Z]+)`", text) if rest != "FILE"} | {"SMTP_HOST"}
    assert written == {name.upper() for name in Settings.model_fields}
