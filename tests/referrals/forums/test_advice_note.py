"""The advice note: its headings in the domain's words, built to PDF/UA, the same each time, and nothing before there is advice."""

import io

import pikepdf
import pytest
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader

from referrals.errors import NoSuchReferral
from referrals.forums import advice_note, consultations

HEADINGS = {
    "sv": ("Rådgivningsanteckning", "Fråga (utan personuppgifter)", "Råd", "Nästa steg för frågeställaren"),
    "da": ("Rådgivningsnotat", "Spørgsmål (uden personoplysninger)", "Råd", "Næste skridt"),
    "en": ("Advice note", "Question (without personal data)", "Advice", "Next steps for whoever asked"),
}
SAID = ("Hur möter vi en elev som är borta på måndagar?", "Ring hem på söndagen.", "Fråga igen om tre veckor.")


@pytest.fixture
def asked(session, cast):
    by = cast.teacher.actor()
    made = consultations.write_consultation(session, cast.school, by=by, question=SAID[0])
    consultations.ask_team(session, made, by=by)
    return made


@pytest.mark.parametrize("language", HEADINGS)
def test_the_note_has_the_three_headings_in_order_with_what_was_said_under_each(session, cast, asked, language):
    by = cast.coordinator.actor()
    consultations.advise(session, asked, by=by, advice=SAID[1], next_steps=SAID[2], advises_referral=language == "en")
    printed = advice_note.paper(session, asked, language=language)
    text = " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages).split())
    title, *headings = HEADINGS[language]
    places = [text.index(title)]
    for words in (part for pair in zip(headings, SAID, strict=True) for part in pair):
        places.append(text.index(words, places[-1]))
    assert asked.number in text
    assert ("a referral by name" in text) == (language == "en")
    assert printed == advice_note.paper(session, asked, language=language)
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert str(pdf.Root.Lang) == language
    judged = validate_pdf_bytes(printed, profile=ValidationProfile.PDF_UA_1)
    assert [fault.message for fault in judged.failures] == []


def test_before_there_is_advice_there_is_no_note(session, asked):
    with pytest.raises(NoSuchReferral):
        advice_note.paper(session, asked, language="sv")
