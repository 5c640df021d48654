"""Settings that need nothing in development and refuse what cannot work."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from referrals.config import Mode, Settings


def test_development_needs_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRIVSEL_DATA", raising=False)
    settings = Settings()
    assert settings.is_demo
    assert settings.database.endswith("/data/trivsel.sqlite")
    assert settings.prefect_api == "http://127.0.0.1:4280/api"
    assert settings.base_url == "http://127.0.0.1:8080"
    assert settings.key_file == Path("data/keys.json")
    assert settings.shift_file == Path("data/shift")


def test_what_is_set_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIVSEL_DATABASE_URL", "postgresql+psycopg://db/trivsel")
    monkeypatch.setenv("TRIVSEL_PREFECT_API_URL", "http://127.0.0.1:1/api")
    monkeypatch.setenv("TRIVSEL_PUBLIC_URL", "https://trivsel.invalid/")
    monkeypatch.setenv("TRIVSEL_KEYS", "/etc/trivsel/keys.json")
    settings = Settings()
    assert settings.database == "postgresql+psycopg://db/trivsel"
    assert settings.prefect_api == "http://127.0.0.1:1/api"
    assert settings.base_url == "https://trivsel.invalid"
    assert settings.key_file == Path("/etc/trivsel/keys.json")


def test_a_secret_can_be_kept_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    monkeypatch.setenv("TRIVSEL_SMTP_PASSWORD_FILE", str(tmp_path / "secret"))
    settings = Settings()
    assert settings.smtp_password == "hush"
    assert "hush" not in repr(settings)


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Settings]:
    """The settings of an instance with real people, with some of them changed; None takes one out."""

    def read(**changes: str | None) -> Settings:
        wanted = {
            "mode": "production", "data": str(tmp_path / "data"), "keys": str(tmp_path / "keys.json"), "proxies": "1",
            "public_url": "https://trivsel.lindkoping.example", "smtp_host": "post.lindkoping.example",
            "mail_from": "trivsel@lindkoping.example",
        } | changes  # fmt: skip
        for name, value in wanted.items():
            if value is None:
                monkeypatch.delenv(f"TRIVSEL_{name.upper()}", raising=False)
            else:
                monkeypatch.setenv(f"TRIVSEL_{name.upper()}", value)
        return Settings()

    return read


def test_production_starts_with_what_it_needs(production: Callable[..., Settings]) -> None:
    settings = production()
    assert not settings.is_demo
    assert settings.second_factor_of == "administrators"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("now", "2026-09-16T09:00:00+02:00", "TRIVSEL_NOW sets another date"),
        ("public_url", None, "TRIVSEL_PUBLIC_URL must be the https:// address"),
        ("public_url", "http://trivsel.lindkoping.example", "TRIVSEL_PUBLIC_URL must be the https:// address"),
        ("proxies", None, "the web itself speaks plain HTTP"),
        ("keys", None, "TRIVSEL_KEYS must name a key ring outside the data folder"),
        ("keys", "", "TRIVSEL_KEYS must name a key ring outside the data folder"),
        ("smtp_host", None, "TRIVSEL_SMTP_HOST is missing"),
        ("mail_from", None, "TRIVSEL_MAIL_FROM must be an address of yours"),
        ("second_factor", "optional", "TRIVSEL_SECOND_FACTOR=optional is for demonstrations"),
    ],
)
def test_production_refuses_in_a_sentence(
    production: Callable[..., Settings], name: str, value: str | None, sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        production(**{name: value})


def test_production_refuses_keys_that_lie_with_the_data(production: Callable[..., Settings], tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="outside the data folder"):
        production(keys=str(tmp_path / "data" / "apart" / "keys.json"))


def test_production_trusts_no_provider_in_clear_not_even_on_this_machine(production: Callable[..., Settings]) -> None:
    with pytest.raises(ValidationError, match="TRIVSEL_OIDC_ISSUER must begin with https:// in production"):
        production(oidc_issuer="http://127.0.0.1:9400", oidc_client_id="trivsel")


def test_everything_that_is_wrong_is_said_at_once(production: Callable[..., Settings]) -> None:
    with pytest.raises(ValidationError) as refused:
        production(proxies=None, smtp_host=None)
    assert "plain HTTP" in str(refused.value)
    assert "post office" in str(refused.value)


def test_a_port_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIVSEL_PORT", "99999")
    with pytest.raises(ValidationError):
        Settings()


def test_a_provider_of_sign_ins_needs_our_name_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIVSEL_OIDC_ISSUER", "https://inloggning.invalid")
    with pytest.raises(ValidationError, match="TRIVSEL_OIDC_CLIENT_ID"):
        Settings()
    monkeypatch.setenv("TRIVSEL_OIDC_CLIENT_ID", "trivsel")
    assert Settings().oidc_client_id == "trivsel"


def test_a_provider_without_protection_on_the_way_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIVSEL_OIDC_CLIENT_ID", "trivsel")
    monkeypatch.setenv("TRIVSEL_OIDC_ISSUER", "http://inloggning.invalid")
    with pytest.raises(ValidationError, match="https://"):
        Settings()
    monkeypatch.setenv("TRIVSEL_OIDC_ISSUER", "http://127.0.0.1:9400")
    assert Settings().oidc_issuer == "http://127.0.0.1:9400"


def test_the_secret_shared_with_the_provider_can_be_kept_in_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("hush\n")
    monkeypatch.setenv("TRIVSEL_OIDC_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    settings = Settings()
    assert settings.oidc_client_secret == "hush"
    assert "hush" not in repr(settings)


def test_who_must_show_a_second_factor_follows_from_what_the_instance_is_for() -> None:
    demonstration = Settings()
    assert demonstration.second_factor_of == "optional"
    with_real_people = Settings.model_construct(**{**demonstration.model_dump(), "mode": Mode.PRODUCTION})
    assert with_real_people.second_factor_of == "administrators"
    assert Settings(second_factor="everybody").second_factor_of == "everybody"
