"""The settings of one instance, read from the environment (`TRIVSEL_*`, or `TRIVSEL_*_FILE` for a secret kept in a file)."""

import os
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

#: the ending of addresses that exist nowhere (RFC 2606); only demonstrations use it
NOWHERE: Final = ".invalid"


class Mode(StrEnum):
    """What an instance is for. Production refuses everything that exists only to show or to develop."""

    DEMO = "demo"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Every setting there is. Development needs none of them."""

    model_config = SettingsConfigDict(env_prefix="TRIVSEL_", env_ignore_empty=True, extra="ignore", frozen=True)

    mode: Mode = Mode.DEMO
    #: the folder in which everything lives that is written at run time
    data: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    prefect_port: int = Field(default=4280, ge=0, le=65535)
    #: address of Prefect's API; by default the server that `./dev run` starts
    prefect_api_url: str = ""
    #: SQLAlchemy address of our own database; by default a SQLite file in the data folder
    database_url: str = ""
    #: the address people type, for links in mail
    public_url: str = ""
    #: the date all parts take for now, outside production
    now: datetime | None = None
    #: file with the key ring; by default made at first run in the data folder
    keys: Path | None = None
    #: post office for outgoing mail; without one, mail is written as files into the data folder
    smtp_host: str = ""
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_username: str = ""
    smtp_password: str = Field(default="", repr=False)
    smtp_starttls: bool = False
    mail_from: str = "trivsel@trivsel.invalid"
    #: minutes in which an outgoing mail or paper can still be stopped
    hold_minutes: int = Field(default=10, ge=0, le=1440)
    #: seconds a step is held by the worker that took it before another may take it over
    lease_seconds: int = Field(default=30, ge=1, le=600)

    #: who must show a second factor: administrators, everybody, or who wants to; empty: administrators in production
    second_factor: Literal["", "optional", "administrators", "everybody"] = ""
    #: what a watcher must show to be told the figures; without one there is no page of them
    metrics_token: str = Field(default="", repr=False)
    #: how many proxies stand between the browser and us and are believed about who asks and how
    proxies: int = Field(default=0, ge=0, le=8)
    #: address of the municipality's own sign-in (OpenID Connect); without one there are only local accounts
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    #: levels of assurance of which one must be vouched for, with blanks between them
    oidc_acr: str = ""
    #: the same for guardians on their own page; left out, those for staff; without any they come with codes only
    oidc_guardian_acr: str = ""
    #: what is asked for
    oidc_scope: str = "openid profile email"
    #: the claim that holds the address people sign in with
    oidc_address_claim: str = "email"
    #: file with the table of claims, roles and units; without one administrators give the roles
    oidc_roles: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in cls.model_fields:
            path = os.environ.get(f"TRIVSEL_{name.upper()}_FILE")
            if path and name not in values:
                values[name] = Path(path).read_text(encoding="utf-8").strip()
        return values

    @model_validator(mode="after")
    def _refuse_half_a_provider(self) -> "Settings":
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("TRIVSEL_OIDC_ISSUER needs TRIVSEL_OIDC_CLIENT_ID beside it.")
        is_here = urlsplit(self.oidc_issuer).hostname in {"127.0.0.1", "localhost"}
        if self.oidc_issuer and not (self.oidc_issuer.startswith("https://") or is_here):
            raise ValueError("TRIVSEL_OIDC_ISSUER must begin with https://, except on this machine.")
        return self

    @model_validator(mode="after")
    def _refuse_what_production_must_not_have(self) -> "Settings":
        if self.mode is Mode.PRODUCTION and (faults := self._production_faults()):
            raise ValueError(" ".join(faults))
        return self

    def _production_faults(self) -> list[str]:
        """What stands in the way of a start with real people, each in a sentence that says what to do."""
        data, keys = self.data.resolve(), self.keys and self.keys.resolve()
        is_apart = keys is not None and not keys.is_relative_to(data)
        wrong = {
            "TRIVSEL_NOW sets another date: production goes by the real one; take the setting out.": self.now
            is not None,
            "TRIVSEL_PUBLIC_URL must be the https:// address people type: links in mail lead there.": (
                not self.public_url.startswith("https://")
            ),
            "TRIVSEL_PROXIES is 0: the web itself speaks plain HTTP; put a proxy that speaks HTTPS before it, and say how many.": (
                not self.proxies
            ),
            "TRIVSEL_KEYS must name a key ring outside the data folder, made with `trivsel keys new FILE`: "
            "whoever copies the data must not have the keys with it.": not is_apart,
            "TRIVSEL_SMTP_HOST is missing: without a post office nobody would be told anything.": not self.smtp_host,
            "TRIVSEL_MAIL_FROM must be an address of yours: at .invalid no answer and no bounce arrives.": (
                self.mail_from.lower().endswith(NOWHERE)
            ),
            "TRIVSEL_SECOND_FACTOR=optional is for demonstrations: choose administrators or everybody.": (
                self.second_factor == "optional"
            ),
            "TRIVSEL_OIDC_ISSUER must begin with https:// in production.": (
                bool(self.oidc_issuer) and not self.oidc_issuer.startswith("https://")
            ),
        }
        return [sentence for sentence, is_wrong in wrong.items() if is_wrong]

    @property
    def database(self) -> str:
        """The address of our own database."""
        return self.database_url or f"sqlite:///{self.data.resolve() / 'trivsel.sqlite'}"

    @property
    def prefect_api(self) -> str:
        """The address of Prefect's API."""
        return self.prefect_api_url or f"http://127.0.0.1:{self.prefect_port}/api"

    @property
    def key_file(self) -> Path:
        """The file that holds the key ring."""
        return self.keys or self.data / "keys.json"

    @property
    def shift_file(self) -> Path:
        """The file in which a demonstration's shifted date is kept."""
        return self.data / "shift"

    @property
    def base_url(self) -> str:
        """The address people type, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def second_factor_of(self) -> str:
        """Who must show a second factor: "optional" (who wants to), "administrators" or "everybody"."""
        return self.second_factor or ("optional" if self.is_demo else "administrators")

    @property
    def is_demo(self) -> bool:
        """Whether this is a demonstration with invented persons."""
        return self.mode is Mode.DEMO


@cache
def current() -> Settings:
    """The settings of this process, read once."""
    return Settings()
