"""gunicorn's own log in the lines of ours: `--logger-class webapp.web_log.WebLog`."""

from typing import Any

from gunicorn.glogging import Logger

from referrals.operations import logs


class WebLog(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """What gunicorn and the application log, one line of JSON each."""

    def setup(self, cfg: Any) -> None:
        """Give all handlers of this process our lines."""
        super().setup(cfg)
        logs.write_lines("web")
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.lines("web"))
