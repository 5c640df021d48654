"""The doors: the public form, the staff pages, and the programs that start them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from referrals.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The web application for `settings`, by default those of this process's environment."""
    from webapp.application import make_application  # set-up runs in this package before Flask is needed

    return make_application(settings)
