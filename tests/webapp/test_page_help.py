"""What a page is for, folded up under its heading: on pages and on forms shown again, not where something cannot be done."""

import pytest

from webapp.page_help import HELP


def helps(page):
    return [page.text_of(one) for one in page.all("details") if "page-help" in str(one.get("class"))]


def test_a_page_says_under_its_heading_what_it_is_for(browser, signed_in):
    assert helps(browser.get("/")) == [f"About this page {HELP['intake.start']}"]
    assert helps(browser.get("/guardian/code")) == [f"About this page {HELP['guardian.code']}"]
    assert helps(signed_in("karin").get("/board")) == [f"About this page {HELP['casework.board']}"]


@pytest.mark.parametrize(("language", "begins"), [("sv", "Om den här sidan Vilka"), ("da", "Om denne side Hvem")])
def test_it_speaks_the_readers_language(browser, language, begins):
    browser.client.get(f"/u/lindskolan/{language}")
    (said,) = helps(browser.get(f"/u/lindskolan/{language}/team"))
    assert said.startswith(begins)


def test_it_stays_while_a_form_is_shown_again(signed_in):
    anton = signed_in("anton")
    anton.get("/administration/units/new")
    assert helps(anton.submit({"name": ""}, status=422)) == [f"About this page {HELP['administration.new_unit']}"]


def test_what_cannot_be_done_and_what_a_button_leads_to_have_words_of_their_own(browser, signed_in):
    assert helps(signed_in("karin").get("/administration", status=404)) == []
    browser.get("/forgotten-password")
    sent = browser.submit({"email": "somebody@example.org"})
    assert (sent.heading, helps(sent)) == ("Look into your mail", [])
