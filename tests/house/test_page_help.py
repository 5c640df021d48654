"""Every page says in a few sentences what it is for, in each language; nothing is said about pages that are not there."""

import re

import pytest

from referrals.config import Settings
from referrals.languages import LANGUAGES, translations
from tests.journeys.test_every_page import NO_PAGES
from webapp import create_app
from webapp.page_help import HELP

#: so many sentences somebody reads who only wanted to know where they are
MOST_SENTENCES = 4
MOST_WORDS = 60


@pytest.fixture(scope="module")
def app(data_folder):
    return create_app(Settings(data=data_folder))


def test_every_page_has_help_and_all_help_has_its_page(app):
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods} - set(NO_PAGES)
    assert pages - set(HELP) == set(), "say in webapp/page_help.py what these pages are for"
    assert set(HELP) - pages == set(), "these are no pages"


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_help_is_short_and_in_the_readers_language(language):
    say = translations(language).gettext
    for endpoint, text in HELP.items():
        said = say(text)
        assert language == "en" or said != text, endpoint
        assert said.endswith("."), endpoint
        assert len(re.findall(r"[.!?](?: |$)", said)) <= MOST_SENTENCES, endpoint
        assert len(said.split()) <= MOST_WORDS, endpoint
