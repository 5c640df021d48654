"""Settings that need nothing in development and refuse what cannot work."""

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


def test_production_does_not_start_before_its_rules_are_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIVSEL_MODE", "production")
    with pytest.raises(ValidationError, match="does not start yet"):
        Settings()


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
    production = Settings.model_construct(**{**demonstration.model_dump(), "mode": Mode.PRODUCTION})
    assert production.second_factor_of == "administrators"
    assert Settings(second_factor="everybody").second_factor_of == "everybody"
