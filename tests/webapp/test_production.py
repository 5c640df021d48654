"""An instance for real people: what it answers behind its proxy, and what its start refuses."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from referrals import clock, config, db, sealing
from referrals.models import Account
from referrals.sealing import KeyRing
from tests.people import settle
from webapp import create_app
from webapp.cli import DEMONSTRATIONS

THROUGH_A_PROXY = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "trivsel.example"}
SETTINGS = {
    "TRIVSEL_MODE": "production", "TRIVSEL_PROXIES": "1", "TRIVSEL_SMTP_HOST": "127.0.0.1",
    "TRIVSEL_PUBLIC_URL": "https://trivsel.example", "TRIVSEL_MAIL_FROM": "trivsel@lindkoping.example",
}  # fmt: skip


@pytest.fixture
def client(fresh_database, tmp_path):
    """The browser of a stranger in front of an instance for real people."""
    ring = sealing.key_ring()
    KeyRing.make(tmp_path / "keys.json", is_for_production=True)
    settings = config.Settings(
        mode="production", data=tmp_path / "data", keys=tmp_path / "keys.json", database_url=fresh_database, proxies=1,
        smtp_host="127.0.0.1", public_url="https://trivsel.example", mail_from="trivsel@lindkoping.example",
    )  # fmt: skip
    sealing.use_key_ring(KeyRing.read(tmp_path / "keys.json"))
    with db.writing(fresh_database) as session:
        settle(session)
        for account in session.query(Account):
            account.email = account.email.replace("trivsel.invalid", "lindkoping.example")
    application = create_app(settings)
    application.testing = True
    yield application.test_client()
    sealing.use_key_ring(ring)
    clock.use_shift_file(None)


def test_nothing_is_answered_in_clear(client):
    for path in ("/", "/sign-in", "/assets/x/trivsel.css", "/nowhere"):
        answer = client.get(path)
        assert (answer.status_code, answer.text) == (400, "Trivsel answers over HTTPS only.\n"), path
        assert "Set-Cookie" not in answer.headers
    assert client.get("/healthz").status_code == 200


def test_behind_its_proxy_it_answers_and_its_cookies_stay_on_the_protected_way(client):
    answer = client.get("/sign-in", headers=THROUGH_A_PROXY)
    assert answer.status_code == 200
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-trivsel=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"]


def test_no_page_speaks_of_a_demonstration_or_lists_anybody(client):
    page = client.get("/sign-in", headers=THROUGH_A_PROXY).text
    assert "trivsel-demo" not in page
    assert "lindkoping.example" not in page
    assert "Demonstration" not in page


def surroundings(folder, **more):
    foreign = {name for name in os.environ if name.startswith(("TRIVSEL_", "PREFECT_"))} - {"TRIVSEL_DATABASE_URL"}
    inherited = {name: value for name, value in os.environ.items() if name not in foreign}
    own = {"TRIVSEL_DATA": str(folder / "data"), "TRIVSEL_KEYS": str(folder / "keys.json"), "TRIVSEL_PORT": "0"}
    return inherited | SETTINGS | own | {"TRIVSEL_PREFECT_PORT": "0"} | more


def launch(folder, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "webapp.launcher"],
        env=surroundings(folder, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def answer(url, **headers):
    """Status and words of a page, asked for as it stands in the proxy's own words."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_the_launcher_refuses_in_a_sentence_and_starts_nothing(tmp_path):
    said, _ = launch(tmp_path, TRIVSEL_PROXIES="0").communicate(timeout=60)
    assert "Trivsel runs" not in said
    assert "the web itself speaks plain HTTP" in said
    assert "Traceback" not in said


def test_with_all_it_asks_for_in_order_it_starts_and_answers_behind_its_proxy(tmp_path, own_database):
    ours = tmp_path / "lindkoping.toml"
    ours.write_text((DEMONSTRATIONS / "se.toml").read_text().replace("lindkoping.invalid", "lindkoping.example"))
    for words in (["keys", "new", str(tmp_path / "keys.json")], ["setup", str(ours)]):
        subprocess.run([sys.executable, "-m", "webapp.cli", *words], env=surroundings(tmp_path), check=True)
    launcher = launch(tmp_path)
    try:
        said = []
        while line := launcher.stdout.readline():
            said.append(line)
            if "Trivsel runs" in line:
                break
        assert said[-1].endswith("Open https://trivsel.example\n"), said
        url = json.loads((tmp_path / "data" / "running.json").read_text())["url"]
        assert answer(f"{url}/sign-in") == (400, "Trivsel answers over HTTPS only.\n")
        status, page = answer(f"{url}/sign-in", **THROUGH_A_PROXY)
        assert (status, "Demonstration" in page) == (200, False)
    finally:
        launcher.terminate()
        rest, _ = launcher.communicate()
    assert "Trivsel has stopped." in rest
