"""Rules for the addresses of the web: one guard each, readable, with typed parameters."""

import re
from pathlib import Path

import pytest

from referrals.config import Settings
from webapp import create_app

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"


@pytest.fixture(scope="module")
def app(data_folder):
    return create_app(Settings(data=data_folder))


def test_every_route_has_exactly_one_guard(app):
    guards = {
        rule.endpoint: len(getattr(app.view_functions[rule.endpoint], "guards", ()))
        for rule in app.url_map.iter_rules()
    }
    assert {endpoint: count for endpoint, count in guards.items() if count != 1} == {}


def test_addresses_are_lowercase_words_with_dashes(app):
    for rule in app.url_map.iter_rules():
        words = re.sub(r"<[^>]+>", "x", rule.rule)
        assert re.fullmatch(r"/|(/[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?)+/?", words), f"{rule.rule} is not kebab-case"


def test_parameters_say_what_they_are(app):
    for rule in app.url_map.iter_rules():
        for parameter in re.findall(r"<([^>]+)>", rule.rule):
            assert ":" in parameter, f"{rule.rule}: <{parameter}> has no type"


def test_a_route_reads_or_writes_and_never_both(app):
    for rule in app.url_map.iter_rules():
        methods = set(rule.methods) - {"HEAD", "OPTIONS"}
        assert methods in ({"GET"}, {"POST"}), f"{rule.rule} takes {sorted(methods)}: one function for each"


def test_the_documented_proxy_passes_a_body_on_at_once_only_where_a_form_has_files(app):
    """A file may lie on no proxy's disk in clear; whatever else comes slowly is to keep no thread of ours."""
    (at_once,) = re.findall(r'location ~ "(.+)" \{', OPERATING.read_text(encoding="utf-8"))
    forms = {
        rule.rule: app.view_functions[rule.endpoint] for rule in app.url_map.iter_rules() if "POST" in rule.methods
    }
    passed = {rule for rule in forms if re.search(at_once, re.sub(r"<[^>]+>", "x", rule))}
    with_files = {rule for rule, view in forms.items() if getattr(view, "takes_files", False)}
    assert with_files <= passed
    # addressed like a page of the public form or a part of the assessment
    assert passed - with_files == {
        "/concern/check", "/concern/delete",
        "/referrals/<reference:number>/assessment/requests", "/referrals/<reference:number>/assessment/conclusion",
    }  # fmt: skip
