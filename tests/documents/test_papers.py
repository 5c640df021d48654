"""Every kind of paper, in every language, with nearly everything stated and with nearly nothing."""

import json
import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from referrals import languages
from referrals.printing import TEMPLATE_FOLDER, document_html
from referrals.vocabulary import (
    About,
    Arena,
    Compartment,
    Custody,
    DocumentKind,
    Domain,
    GuardiansKnow,
    ProtectionAnswer,
    Recipient,
    ReporterKind,
)
from schemas.documents import PaperRecipient, document_context
from tests.documents.reading import LANGUAGES, SNAPSHOTS, UPDATE, compare, page_of, paper_text
from tests.documents.sources import (
    FATHER_ID,
    MOTHER_ID,
    STRENGTHS_FIRST,
    Family,
    guardians_copy,
    rich_source,
    sparse_source,
)

#: the headings each paper must have, in the words of the field (domain, documents and headings)
HEADINGS = {
    DocumentKind.RECEIPT: {
        "sv": ["Bekräftelse", "Vad händer nu", "Kontaktperson", "Vid akut fara"],
        "da": ["Kvittering", "Hvad sker der nu", "Kontaktperson", "Ved akut fare"],
        "en": ["Receipt", "What happens now", "Contact person", "In acute danger"],
    },
    DocumentKind.REFERRAL: {
        "sv": [
            "Vem anmäler", "Barnet/gruppen", "Vad har observerats (när, var)", "Hur länge", "Barnets styrkor och intressen",
            "Vad barnet själv säger", "Vårdnadshavarnas syn", "Vad har prövats och med vilket resultat", "Önskad hjälp",
            "Brådska/skyddsfråga", "Jäv",
        ],
        "da": [
            "Hvem henvender sig", "Barnet/gruppen", "Hvad er observeret", "Hvor længe", "Barnets ressourcer", "Barnets perspektiv",
            "Forældrenes perspektiv", "Hvad er afprøvet og med hvilken effekt", "Ønsket for drøftelsen",
            "Hvor meget haster det? Er der behov for beskyttelse?", "Habilitet",
        ],
        "en": [
            "Who sends in the concern", "The child or the group", "What has been seen (when, where)", "For how long",
            "The child's strengths and interests", "What the child says", "How the guardians see it",
            "What has been tried, and with what result", "Help wished for", "Urgency and need of protection", "Conflict of interest",
        ],
    },
    DocumentKind.INFORMATION_AND_CONSENT: {
        "sv": [
            "Vad ärendet gäller", "Vilka deltar", "Vilka uppgifter", "Till vem", "För vad", "Hur länge", "Frivilligt, kan återkallas",
            "Vad som kan ske utan samtycke (anmälningsplikt)", "Underskrifter",
        ],
        "da": [
            "Formål", "Hvem deltager", "Hvilke typer oplysninger", "Til hvem", "Hvor længe", "Frivilligt, kan trækkes tilbage",
            "Hvad kan ske uden samtykke: underretningspligt og tidligt samarbejde (SSD)", "Underskrifter",
        ],
        "en": [
            "What this is about", "Who takes part", "What information", "To whom", "What for", "For how long", "Voluntary, can be withdrawn",
            "What can happen without consent (duty to report)", "Signatures",
        ],
    },
    DocumentKind.ASSESSMENT: {
        "sv": ["Underlag per område", "Skyddsfaktorer", "Riskfaktorer", "Barnets röst", "Analys", "Källor och datum"],
        "da": ["Kortlægning", "Ressourcer", "Risici", "Barnets stemme", "Analyse", "Kilder og datoer"],
        "en": ["Findings by area", "Protective factors", "Risk factors", "The child's voice", "Analysis", "Sources and dates"],
    },
    DocumentKind.INVITATION: {
        "sv": ["Tid", "Plats", "Deltagare", "Punkter", "Tolk", "Rätt att ta med stödperson"],
        "da": ["Tid", "Sted", "Deltagere", "Punkter", "Tolk", "Ret til bisidder"],
        "en": ["Time", "Place", "Participants", "Points", "Interpreter", "Right to bring a support person"],
    },
    DocumentKind.MINUTES: {
        "sv": ["Närvarande", "Lägesbild", "Styrkor", "Frågor", "Beslut med ansvarig och datum", "Avvikande mening", "Nästa möte"],
        "da": ["Til stede", "Status", "Ressourcer", "Spørgsmål", "Beslutninger med ansvarlig og dato", "Uenighed", "Næste møde"],
        "en": ["Present", "The situation", "Strengths", "Questions", "Decisions, with person responsible and date", "Dissent", "Next meeting"],
    },
    DocumentKind.ACTION_PLAN: {
        "sv": [
            "Bakgrund och behov", "Barnets röst", "Vårdnadshavares syn", "Mål", "Insatser", "Samordnare", "Samtycke gäller", "Uppföljning",
            "Utvärdering", "Om läget blir värre", "Underskrifter",
        ],
        "da": [
            "Baggrund og behov", "Barnets stemme", "Forældrenes syn", "Mål", "Indsatser", "Tovholder", "Samtykke", "Opfølgning",
            "Evaluering", "Hvis det bliver værre", "Underskrifter",
        ],
        "en": [
            "Background and needs", "The child's voice", "The guardians' view", "Goals", "Actions", "The family's contact",
            "Consent holds", "Follow-up", "Evaluation", "If things get worse", "Signatures",
        ],
    },
    DocumentKind.CHILDS_PLAN: {
        "sv": ["Din plan", "Det här ska bli bättre för dig", "Vem som hjälper dig", "När vi ses igen"],
        "da": ["Min plan", "Det skal blive bedre for mig", "Hvem der hjælper mig", "Når vi mødes igen"],
        "en": ["Your plan", "What will be better for you", "Who helps you", "When we meet again"],
    },
    DocumentKind.PLAN_FOR_SERVICE: {
        "sv": ["Ur handlingsplanen", "Mål", "Insatser", "Uppföljning"],
        "da": ["Fra handleplanen", "Mål", "Indsatser", "Opfølgning"],
        "en": ["From the action plan", "Goals", "Actions", "Follow-up"],
    },
    DocumentKind.HAND_OVER: {
        "sv": ["Överlämning", "Det vårdnadshavare samtyckt till", "Det som fungerar", "Pågående insatser", "Kontakt"],
        "da": ["Overlevering", "Det, forældrene har samtykket til", "Det, der virker", "Igangværende indsatser", "Kontakt"],
        "en": ["Hand-over", "What the guardians have consented to", "What works", "Actions under way", "Contact"],
    },
    DocumentKind.SERVICE_REFERRAL: {
        "sv": ["Remiss till en annan verksamhet", "Det vi ber om", "Det vårdnadshavare samtyckt till", "Det som fungerar", "Pågående insatser", "Svar och frågor till"],
        "da": ["Henvisning til en anden instans", "Det, vi beder om", "Det, forældrene har samtykket til", "Det, der virker", "Igangværende indsatser", "Svar og spørgsmål til"],
        "en": ["Referral to an outside service", "What we ask for", "What the guardians have consented to", "What works", "Actions under way", "Answer and questions to"],
    },
    DocumentKind.FOLLOW_UP: {
        "sv": [
            "Mål för mål: resultat mot nuläge", "Genomfört/inte, varför", "Barnets och vårdnadshavares upplevelse", "Vad lärde vi oss",
            "Beslut: fortsätta, ändra, öka, minska, avsluta",
        ],
        "da": [
            "Mål for mål: resultat", "Gennemført/ikke, hvorfor", "Barnets og forældrenes oplevelse", "Hvad lærte vi",
            "Beslutning: fortsætte, ændre, øge, mindske, afslutte",
        ],
        "en": [
            "Goal by goal: result against the starting point", "Done or not, and why", "How the child and the guardians experience it",
            "What we learned", "Decision: continue, adjust, step up, step down, close",
        ],
    },
    DocumentKind.CLOSING: {
        "sv": ["Utfall per mål", "Skäl för avslut", "Om nytt behov uppstår", "Bevaras/gallras"],
        "da": ["Resultat pr. mål", "Årsag", "Ved nyt behov", "Slettefrist"],
        "en": ["Outcome for each goal", "Reason for closing", "If a new need arises", "Kept or destroyed"],
    },
    DocumentKind.SUPPORT_REPORT: {
        "sv": [
            "Anmälan till rektor: särskilt stöd kan behövas", "Eleven", "Varför det anmäls", "Vad som har setts i undervisningen och i skolan",
            "Vilka anpassningar som har gjorts och vad de har gett", "Anmält av",
        ],
        "da": [
            "Anmeldelse til skolelederen: særlig støtte kan være nødvendig", "Eleven", "Hvorfor det anmeldes",
            "Hvad der er set i undervisningen og på skolen", "Hvordan undervisningen er tilpasset, og hvad det har givet", "Anmeldt af",
        ],
        "en": [
            "Report to the head teacher: special support may be needed", "The pupil", "Why it is reported",
            "What has been seen in the teaching and at school", "How the teaching has been adapted, and what came of it", "Reported by",
        ],
    },
    DocumentKind.SUPPORT_INVESTIGATION: {
        "sv": [
            "Utredning av behov av särskilt stöd", "Utredningen", "Situationen i skolan, i gruppen och för eleven",
            "Hur eleven och vårdnadshavarna ser på det", "Pedagogisk bedömning", "Vad utredningen kom fram till",
        ],
        "da": [
            "Undersøgelse af behov for særlig støtte", "Undersøgelsen", "Situationen på skolen, i gruppen og for eleven",
            "Hvordan eleven og forældrene ser på det", "Pædagogisk vurdering", "Hvad undersøgelsen nåede frem til",
        ],
        "en": [
            "Investigation of the need of special support", "The investigation", "The situation at school, in the group and for the pupil",
            "How the pupil and the guardians see it", "Pedagogical judgement", "What it came to",
        ],
    },
    DocumentKind.SUPPORT_PROGRAMME: {
        "sv": [
            "Åtgärdsprogram", "Behov av särskilt stöd", "Hur det tillgodoses", "Uppföljning och utvärdering",
            "Elevens och vårdnadshavares möjlighet att delta", "Beslut", "Hur man överklagar",
        ],
        "da": [
            "Støtteprogram (åtgärdsprogram)", "Behov for særlig støtte", "Hvordan det dækkes", "Opfølgning og evaluering",
            "Elevens og forældrenes mulighed for at deltage", "Beslutning", "Hvordan man klager",
        ],
        "en": [
            "Programme of special support", "The need of special support", "How it is met", "Follow-up and evaluation",
            "How the pupil and the guardians could take part", "Decision", "How to appeal",
        ],
    },
    DocumentKind.NO_SUPPORT_PROGRAMME: {
        "sv": ["Beslut att åtgärdsprogram inte ska utarbetas", "Skäl", "Beslut", "Hur man överklagar"],
        "da": ["Afgørelse om, at der ikke udarbejdes et støtteprogram", "Begrundelse", "Beslutning", "Hvordan man klager"],
        "en": ["Decision that no programme of special support is drawn up", "Reasons", "Decision", "How to appeal"],
    },
    DocumentKind.SUPPORT_REVIEW: {
        "sv": [
            "Uppföljning eller utvärdering av åtgärdsprogram", "Vad som gjordes", "Hur åtgärderna genomfördes och vad de gav",
            "Hur eleven och vårdnadshavarna ser på det", "Vad som händer nu",
        ],
        "da": [
            "Opfølgning på eller evaluering af støtteprogrammet", "Hvad der blev gjort", "Hvordan indsatserne blev gennemført, og hvad de gav",
            "Hvordan eleven og forældrene ser på det", "Hvad der nu sker",
        ],
        "en": [
            "The programme of special support, looked at again", "What was done", "How the measures were carried out, and what they gave",
            "How the pupil and the guardians see it", "What follows",
        ],
    },
    DocumentKind.SUPPORT_PROGRAMME_ENDED: {
        "sv": ["Beslut att avsluta åtgärdsprogrammet", "Skäl", "Beslut", "Hur man överklagar"],
        "da": ["Afgørelse om at afslutte støtteprogrammet", "Begrundelse", "Beslutning", "Hvordan man klager"],
        "en": ["Decision that the programme of special support ends", "Reasons", "Decision", "How to appeal"],
    },
    DocumentKind.ABSENCE_NOTICE: {
        "sv": ["Anmälan till huvudmannen: en elevs frånvaro utreds", "Eleven", "Frånvaron"],
        "da": ["Anmeldelse til skolemyndigheden: En elevs fravær undersøges", "Eleven", "Fraværet"],
        "en": ["Report to the organiser of the school: absence is being investigated", "The pupil", "The absence"],
    },
    DocumentKind.ABSENCE_INVESTIGATION: {
        "sv": [
            "Utredning om frånvaro", "Utredningen", "Vad som är känt om frånvaron", "Varför eleven är borta", "Elevens syn", "Vårdnadshavarnas syn",
            "Elevhälsans syn", "Vad som görs",
        ],
        "da": [
            "Undersøgelse af fravær", "Undersøgelsen", "Hvad man ved om fraværet", "Hvorfor eleven er væk", "Elevens perspektiv", "Forældrenes perspektiv",
            "Elevsundhedsteamets perspektiv", "Hvad der gøres",
        ],
        "en": [
            "Investigation of absence", "The investigation", "What is known of the absence", "Why the pupil is away", "How the pupil sees it",
            "How the guardians see it", "How the student health team sees it", "What is done",
        ],
    },
    DocumentKind.DEGRADING_REPORT: {
        "sv": [
            "Anmälan om kränkande behandling", "Barnet", "Vad det gäller", "Vad som har hänt, som barnet berättar det eller som det sågs",
            "När och var", "Vad som gjordes direkt", "Anmält av",
        ],
        "da": [
            "Anmeldelse af krænkende behandling", "Barnet", "Hvad det drejer sig om", "Hvad der er sket, som barnet fortæller det, eller som det blev set",
            "Hvornår og hvor", "Hvad der blev gjort med det samme", "Anmeldt af",
        ],
        "en": [
            "Report of degrading treatment", "The child", "What it is about", "What has happened, as the child tells it or as it was seen",
            "When and where", "What was done at once", "Reported by",
        ],
    },
    DocumentKind.DEGRADING_INVESTIGATION: {
        "sv": [
            "Utredning av kränkande behandling", "Steg för steg", "Vad som anmäldes", "Vad utredningen visade", "Hur de berörda ser på det",
            "Vad som görs för att det inte ska hända igen", "Vad utredningen kom fram till",
        ],
        "da": [
            "Undersøgelse af krænkende behandling", "Trin for trin", "Hvad der blev anmeldt", "Hvad undersøgelsen viste", "Hvordan de berørte ser på det",
            "Hvad der gøres, så det ikke sker igen", "Hvad undersøgelsen nåede frem til",
        ],
        "en": [
            "Investigation of degrading treatment", "Each step", "What was reported", "What was found", "How those it is about see it",
            "What is done so that it does not happen again", "What it came to",
        ],
    },
    DocumentKind.EDUCATIONAL_REQUEST: {
        "sv": [
            "Begäran om pedagogisk-psykologisk bedömning (PPV)", "Eleven", "Begäran", "Varför en bedömning begärs",
            "Vad har prövats och med vilket resultat", "Elevens styrkor", "Hur eleven och vårdnadshavarna ser på det", "Vad PPR ombeds bedöma",
            "Begärt av",
        ],
        "da": [
            "Indstilling til pædagogisk-psykologisk vurdering (PPV)", "Eleven", "Indstillingen", "Hvorfor der indstilles til en vurdering",
            "Hvad er afprøvet og med hvilken effekt", "Elevens ressourcer", "Hvordan eleven og forældrene ser på det", "Hvad PPR bedes vurdere",
            "Indstillet af",
        ],
        "en": [
            "Request for an educational-psychological assessment (PPV)", "The pupil", "The request", "Why an assessment is asked for",
            "What has been tried, and with what result", "The pupil's strengths", "How the pupil and the guardians see it",
            "What the service is asked to assess", "Asked for by",
        ],
    },
    DocumentKind.EDUCATIONAL_ASSESSMENT: {
        "sv": [
            "Pedagogisk-psykologisk bedömning (PPV)", "Bedömningen", "Vad PPR ombeds bedöma", "Källor och datum", "Elevens styrkor",
            "Vad som är svårt", "Hur eleven och vårdnadshavarna ser på det", "Bedömning", "Vad PPR föreslår", "Vad bedömningen kom fram till",
        ],
        "da": [
            "Pædagogisk-psykologisk vurdering (PPV)", "Vurderingen", "Hvad PPR bedes vurdere", "Kilder og datoer", "Elevens ressourcer",
            "Hvad der er svært", "Hvordan eleven og forældrene ser på det", "Vurdering", "Hvad PPR anbefaler", "Hvad vurderingen nåede frem til",
        ],
        "en": [
            "Educational-psychological assessment (PPV)", "The assessment", "What the service is asked to assess", "Sources and dates",
            "The pupil's strengths", "What is difficult", "How the pupil and the guardians see it", "Judgement", "What the service proposes",
            "What the assessment came to",
        ],
    },
    DocumentKind.EDUCATIONAL_DECISION: {
        "sv": [
            "Beslut om specialundervisning och annan specialpedagogisk hjälp", "Vad som beslutas", "Skäl", "Beslut", "Hur man överklagar",
        ],
        "da": [
            "Afgørelse om specialundervisning og anden specialpædagogisk bistand", "Hvad der er afgjort", "Begrundelse", "Beslutning",
            "Hvordan man klager",
        ],
        "en": ["Decision about special education and other special help", "What is decided", "Reasons", "Decision", "How to appeal"],
    },
    DocumentKind.ABSENCE_WARNING: {
        "sv": [
            "Varning om olovlig frånvaro", "Olovlig frånvaro under kvartalet", "Vad som kan hända", "Vad skolan erbjuder",
            "Om något inte stämmer",
        ],
        "da": [
            "Varsel om ulovligt fravær", "Ulovligt fravær i kvartalet", "Hvad der kan ske", "Hvad skolen tilbyder",
            "Hvis noget ikke passer",
        ],
        "en": [
            "Warning about unlawful absence", "Unlawful absence in the quarter", "What can follow", "What the school offers",
            "If this is not right",
        ],
    },
    DocumentKind.ABSENCE_REPORT: {
        "sv": [
            "Underrättelse om olovlig frånvaro", "Olovlig frånvaro under kvartalet", "Vad föräldrarna har fått veta",
            "Vad skolan har gjort", "Hur föräldrar och elev ser på det",
        ],
        "da": [
            "Underretning om ulovligt fravær", "Ulovligt fravær i kvartalet", "Hvad forældrene har fået at vide",
            "Hvad skolen har gjort", "Hvordan forældre og elev ser på det",
        ],
        "en": [
            "Report of unlawful absence", "Unlawful absence in the quarter", "What the parents were told",
            "What the school has done", "How parents and pupil see it",
        ],
    },
    DocumentKind.PAGE_CODE: {
        "sv": ["Din egen sida", "Din kod", "Så öppnar du din sida", "Om det inte fungerar"],
        "da": ["Din egen side", "Din kode", "Sådan åbner du din side", "Hvis det ikke virker"],
        "en": ["Your own page", "Your code", "How to open your page", "If it does not work"],
    },
    DocumentKind.PROTECTION_REPORT: {
        "sv": [
            "Orosanmälan", "Barnet, vårdnadshavare, språk/tolk", "Anmälarens uppdrag och tjänsteadress", "Vad har setts/hörts, ordagrant, när",
            "Bedömd akuthet", "Tidigare insatser", "Är vårdnadshavare informerade, annars varför inte", "Syskon", "Kontakt",
        ],
        "da": [
            "Underretning", "Barnets navn og CPR", "Begge forældres kontakt", "Tolk/sprog", "Underretters tilknytning", "Bekymringen",
            "Øvrig viden", "Hvad er gjort", "Forældrekontakt og reaktion", "Kontakt",
        ],
        "en": [
            "Protection report", "The child, guardians, language and interpreter", "The sender's office and address at work",
            "What has been seen or heard, word for word, and when", "How urgent the sender judges it to be", "What has been done before",
            "Have the guardians been told, otherwise why not", "Brothers and sisters", "Contact",
        ],
    },
}  # fmt: skip

#: the heading with which a guardian's copy begins; every other paper keeps its headings in their order for everybody
FIRST_FOR_GUARDIANS = {
    DocumentKind.MINUTES: {"sv": "Styrkor", "da": "Ressourcer", "en": "Strengths"},
    DocumentKind.HAND_OVER: {"sv": "Det som fungerar", "da": "Det, der virker", "en": "What works"},
}

#: how the sentence above strengths begins on a paper that has no heading for them
STRENGTHS_ARE = {"sv": "Barnets styrkor, ", "da": "Barnets ressourcer, ", "en": "The child's strengths, "}

every_kind = pytest.mark.parametrize("kind", list(DocumentKind), ids=str)
every_language = pytest.mark.parametrize("language", LANGUAGES)


@every_kind
@every_language
@pytest.mark.parametrize("rich", [True, False], ids=["rich", "sparse"])
def test_a_paper_says_what_was_last_read_and_approved(kind: DocumentKind, language: str, rich: bool) -> None:
    name = f"{kind.value}.{language}.txt" if rich else f"{kind.value}.{language}.sparse.txt"
    compare(SNAPSHOTS / name, paper_text(page_of(kind, language, rich=rich)))


@every_kind
@every_language
@pytest.mark.parametrize("rich", [True, False], ids=["rich", "sparse"])
def test_a_paper_has_its_headings_in_their_order_whatever_is_missing(
    kind: DocumentKind, language: str, rich: bool
) -> None:
    lines = paper_text(page_of(kind, language, rich=rich)).splitlines()
    found = [line.lstrip("# ") for line in lines if line.startswith(("# ", "## "))]
    positions = [found.index(heading) for heading in HEADINGS[kind][language]]
    assert positions == sorted(positions)


def sections(text: str) -> list[str]:
    return [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")]


@every_language
@pytest.mark.parametrize("kind", STRENGTHS_FIRST)
def test_a_guardians_copy_begins_with_strengths_and_keeps_all_other_headings_in_their_order(
    kind: DocumentKind, language: str
) -> None:
    source = guardians_copy(kind, "da" if language == "da" else "sv")
    text = paper_text(document_html(kind, document_context(kind, source), language=language))
    compare(SNAPSHOTS / f"{kind.value}.{language}.guardian.txt", text)
    of_file = paper_text(page_of(kind, language))
    first = FIRST_FOR_GUARDIANS.get(kind, {}).get(language)
    in_order = sections(of_file)
    if first is None:
        assert sections(text) == in_order
        begins = text[: text.index("## ")]
    else:
        assert in_order[0] != first
        assert sections(text) == [first, *(heading for heading in in_order if heading != first)]
        begins = text[: text.index("## ", text.index(f"## {first}") + 3)]
    assert Family("da" if language == "da" else "sv").words["strengths"] in begins
    assert (STRENGTHS_ARE[language] in begins) == (first is None)
    assert STRENGTHS_ARE[language] not in of_file


@pytest.mark.parametrize("kind", STRENGTHS_FIRST)
def test_where_nobody_wrote_of_strengths_a_guardians_copy_begins_as_the_files_does(kind: DocumentKind) -> None:
    guardian = PaperRecipient(capacity="guardian", guardian_id=MOTHER_ID)
    text = paper_text(document_html(kind, document_context(kind, sparse_source(recipient=guardian)), language="sv"))
    assert sections(text) == sections(paper_text(page_of(kind, "sv", rich=False)))
    assert STRENGTHS_ARE["sv"] not in text


@every_kind
@every_language
def test_a_paper_never_shows_a_hole_of_the_machine(kind: DocumentKind, language: str) -> None:
    text = paper_text(page_of(kind, language, rich=False))
    assert "None" not in text.split()
    assert "Undefined" not in text


#: how a warning begins to say what can follow: while it can, once the next limit is reached, and once the quarter is over
CAN_FOLLOW = {
    "sv": ("Om den olovliga frånvaron når 15 %", "Den olovliga frånvaron har nått 15 %", "Kvartalet är slut"),
    "da": ("Kommer det ulovlige fravær op på 15 %", "Det ulovlige fravær er nået op på 15 %", "Kvartalet er slut"),
    "en": ("If unlawful absence reaches 15%", "Unlawful absence has reached 15%", "The quarter is over"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("days", "is_over", "expected"), [(5.5, False, 0), (6.0, False, 1), (6.0, True, 1), (5.5, True, 2)]
)
def test_a_warning_says_of_what_can_follow_only_what_is_so(
    language: str, days: float, is_over: bool, expected: int
) -> None:
    kind, about = DocumentKind.ABSENCE_WARNING, Family("sv").absence(days=days, limit=10, is_over=is_over)
    html = document_html(kind, document_context(kind, rich_source(kind, absence=about)), language=language)
    said = html.replace("\xa0", " ")
    assert [words in said for words in CAN_FOLLOW[language]] == [place == expected for place in range(3)]


@every_kind
def test_samples_have_the_shape_that_the_schema_gives(kind: DocumentKind) -> None:
    for name, source in (
        ("sample.json", rich_source(kind)),
        ("sample_dk.json", rich_source(kind, "da")),
        ("sample_sparse.json", sparse_source()),
    ):
        path = TEMPLATE_FOLDER / "documents" / kind.value / name
        fresh = document_context(kind, source)
        if UPDATE:
            path.write_text(json.dumps(fresh, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        assert json.loads(path.read_text(encoding="utf-8")) == fresh


def test_every_kind_has_its_folder_and_nothing_else_has_one() -> None:
    folders = {path.name for path in (TEMPLATE_FOLDER / "documents").iterdir() if path.is_dir()}
    assert folders == {kind.value for kind in DocumentKind}


def test_swedish_assessment_says_that_it_is_no_investigation() -> None:
    swedish = page_of(DocumentKind.ASSESSMENT, "sv")
    danish = page_of(DocumentKind.ASSESSMENT, "da")
    assert "Detta är inte en utredning enligt 3 kap. 7 § skollagen." in swedish
    assert "skollagen" not in danish


@every_language
def test_where_only_walled_parts_came_in_no_place_says_that_nothing_is_known(language: str) -> None:
    rich = rich_source(DocumentKind.ASSESSMENT, "da" if language == "da" else "sv")
    source = replace(rich, parts=[part for part in rich.parts if part.compartment is Compartment.STUDENT_HEALTH])
    text = paper_text(document_html("assessment", document_context("assessment", source), language=language))
    told = {
        "sv": "Delar som omfattas av sekretess skrivs inte ut här, bara deras slutsatser.",
        "da": "Bidrag, der er omfattet af tavshedspligt, står ikke her, kun deres konklusioner.",
        "en": "Parts under secrecy are not printed here, only their conclusions.",
    }[language]
    assert text.count(told) == 6, "three areas, protective factors, risk factors, the child's voice"
    unknown = {"sv": "Inget är angivet", "da": "Der er ikke oplyst noget", "en": "Nothing has been stated"}[language]
    assert unknown not in text


def test_receipt_carries_the_return_code_the_number_to_call_and_never_the_child() -> None:
    text = paper_text(page_of(DocumentKind.RECEIPT, "sv"))
    assert "TALL-4829-BÄCK" in text
    assert "Ring 112." in text
    assert "Maja" not in text


@pytest.mark.parametrize(
    ("reporter", "answers", "told"),
    [
        (ReporterKind.PUPIL, {}, "En vuxen på skolan pratar med dig först"),
        (ReporterKind.GUARDIAN, {}, "Du och den andra vårdnadshavaren"),
        (ReporterKind.TEACHER, {"guardians_know": GuardiansKnow.NOT_SUITABLE}, "Någon tar ställning till det du skrev"),
        (ReporterKind.TEACHER, {"protection": ProtectionAnswer.YES}, "Någon tar ställning till det du skrev"),
        (ReporterKind.TEACHER, {}, "De får normalt läsa det du har skrivit"),
    ],
)
def test_a_receipt_says_what_guardians_are_told_as_it_concerns_its_reader(
    reporter: ReporterKind, answers: dict[str, Any], told: str
) -> None:
    source = rich_source(DocumentKind.RECEIPT, "sv")
    calm = {"protection": ProtectionAnswer.NO, "guardians_know": GuardiansKnow.YES}
    for name, value in (calm | answers | {"reporter_kind": reporter}).items():
        setattr(source.concern, name, value)
    text = paper_text(document_html("receipt", document_context("receipt", source), language="sv"))
    assert told in text
    assert ("De får normalt läsa" in text) == (told.startswith("De får"))
    assert ("för barnet, som du gör" in text) == (reporter is not ReporterKind.PUPIL)


def test_the_letter_with_a_code_tells_nobody_whose_child_it_is_about() -> None:
    text = paper_text(page_of(DocumentKind.PAGE_CODE, "sv"))
    assert "7K4M-2Q9X-HT3W" in text
    assert "Maja" not in text


@every_language
def test_the_childs_version_has_no_numbers_no_rating_and_nobodys_name(language: str) -> None:
    _footer, _, said = paper_text(page_of(DocumentKind.CHILDS_PLAN, language)).partition("\n")
    assert not any(sign.isdigit() for sign in said)
    assert "Maja" not in said


@every_language
def test_each_picture_on_the_childs_version_is_told_in_words(language: str) -> None:
    source = rich_source(DocumentKind.CHILDS_PLAN, "da" if language == "da" else "sv")
    for goal, domain in zip(source.plan.goals, (Domain.HEALTH, Domain.SAFETY), strict=True):
        goal.domain = domain
        for action, arena in zip(goal.actions, (Arena.HOME, Arena.LEISURE), strict=True):
            action.arena = arena
    page = document_html("childs_plan", document_context("childs_plan", source), language=language)
    assert page.count("<img") == 6
    assert 'alt=""' not in page
    assert all((TEMPLATE_FOLDER / "documents" / "childs_plan" / f"{each}.svg").is_file() for each in (*Domain, *Arena))


def test_the_childs_version_leaves_out_what_is_about_somebody_else() -> None:
    source = rich_source(DocumentKind.CHILDS_PLAN)
    source.plan.goals[0].about = About.GUARDIAN
    assert [goal["text"] for goal in document_context("childs_plan", source)["goals"]] == ["Måndagar börjar lugnt."]


def test_without_words_of_its_own_the_childs_version_says_whom_to_ask() -> None:
    source = rich_source(DocumentKind.CHILDS_PLAN)
    source.plan.child_helpers = source.plan.child_next = " "
    page = document_html("childs_plan", document_context("childs_plan", source), language="sv")
    assert "Karin Almkvist finns där för dig." in page
    assert "Vi berättar det för dig i god tid." in page


@every_language
def test_whoever_only_acts_gets_their_own_part_the_goal_in_short_and_a_contact(language: str) -> None:
    rich = rich_source(DocumentKind.PLAN_FOR_SERVICE, "da" if language == "da" else "sv")
    action = rich.plan.goals[0].actions[1]
    source = replace(rich, service=Recipient.LEISURE, plan=None, action=action)
    page = document_html("plan_for_service", document_context("plan_for_service", source), language=language)
    compare(SNAPSHOTS / f"plan_for_service.{language}.own.txt", paper_text(page))
    assert "Maja Wi" not in page
    for told in (rich.plan.background, rich.plan.goals[0].text, rich.plan.goals[0].actions[0].text, rich.plan.if_worse):
        assert told not in page


@every_language
def test_a_receiving_school_gets_the_plan_as_a_service_does(language: str) -> None:
    rich = rich_source(DocumentKind.PLAN_FOR_SERVICE, "da" if language == "da" else "sv")
    source = replace(rich, service=Recipient.RECEIVING_SCHOOL)
    page = document_html("plan_for_service", document_context("plan_for_service", source), language=language)
    compare(SNAPSHOTS / f"plan_for_service.{language}.school.txt", paper_text(page))


def test_shares_are_counts_with_whole_percent() -> None:
    assert "18 av 25 (72\N{NO-BREAK SPACE}%)" in page_of(DocumentKind.FOLLOW_UP, "sv")
    assert "Took part: 5." in page_of(DocumentKind.MINUTES, "en"), "no share: the child in the list was not called"
    assert "From 1, much to worry about, to 5, all is well." in page_of(DocumentKind.MINUTES, "en")


@pytest.mark.parametrize(
    ("kind", "results", "said"),
    [
        (DocumentKind.FOLLOW_UP, "r", "Målet är nått."),
        (DocumentKind.FOLLOW_UP, "c", "Målet är inte nått än."),
        (DocumentKind.FOLLOW_UP, "rr", "Alla 2 mål är nådda."),
        (DocumentKind.FOLLOW_UP, "ccc", "Inget av de 3 målen är nått än."),
        (DocumentKind.FOLLOW_UP, "rccc", "1 av 4 mål är nått."),
        (DocumentKind.CLOSING, "c", "Målet nåddes inte."),
        (DocumentKind.CLOSING, "ccc", "Inget av de 3 målen nåddes."),
        (DocumentKind.CLOSING, "rrrc", "3 av 4 mål är nådda."),
        (DocumentKind.CLOSING, "rrrrc", "4 av 5 (80 %) mål är nådda."),
    ],
)
def test_of_a_few_goals_it_is_said_without_percent_how_many_are_reached(
    kind: DocumentKind, results: str, said: str
) -> None:
    name = "goals" if kind is DocumentKind.FOLLOW_UP else "outcomes"
    goals = [{"text": "Ett mål", "baseline": "", "target": "", "note": ""}] * len(results)
    reached = [
        goal | {"result": "reached" if one == "r" else "closer"} for goal, one in zip(goals, results, strict=True)
    ]
    context = document_context(kind, rich_source(kind)) | {name: reached}
    assert f"\n{said}\n" in paper_text(document_html(kind, context, language="sv"))


def test_what_was_planned_a_few_times_is_counted_without_percent() -> None:
    context = document_context(DocumentKind.FOLLOW_UP, rich_source(DocumentKind.FOLLOW_UP))
    context["actions"][0] |= {"times_done": 0, "times_planned": 1}
    assert "| 0 av 1 |" in paper_text(document_html("follow_up", context, language="sv"))


def test_what_somebody_is_begins_with_a_capital_however_it_was_typed() -> None:
    source = rich_source(DocumentKind.MINUTES)
    first, *others = source.meeting.attendance
    source.meeting.attendance = [first | {"function": "mormor"}, *others]
    assert "| Mormor | " in paper_text(document_html("minutes", document_context("minutes", source), language="sv"))


@pytest.mark.parametrize("is_approved", [True, False])
def test_what_is_empty_in_minutes_is_awaited_only_until_they_are_approved(is_approved: bool) -> None:
    source = rich_source(DocumentKind.MINUTES)
    source.meeting.situation = source.meeting.questions = None
    if not is_approved:
        source.meeting.approved_at = None
    text = paper_text(document_html("minutes", document_context("minutes", source), language="sv"))
    assert ("Inget noterat" in text, "Inte angivet än" in text) == (is_approved, not is_approved)


def test_preview_says_so_and_an_issued_paper_does_not() -> None:
    assert "PREVIEW" in page_of(DocumentKind.MINUTES, "en", preview=True)
    assert "PREVIEW" not in page_of(DocumentKind.MINUTES, "en")


def test_a_part_behind_a_wall_shows_its_conclusion_only() -> None:
    page = page_of(DocumentKind.ASSESSMENT, "sv")
    assert "never be printed" not in page
    assert "Två samtal med Maja" not in page, "what it builds on stands behind the wall too"
    assert "Maja mår bra när dagen är förutsägbar" in page


def test_concern_shows_birth_date_class_and_topics_as_missing_where_nobody_knows_them_yet() -> None:
    source = rich_source(DocumentKind.REFERRAL)
    source.referral.child_birth_date = source.referral.child_group = None
    source.referral.topics = []
    html = document_html("referral", document_context("referral", source), language="en")
    page = " ".join(html.split()).replace("<td> ", "<td>")
    missing = '<span class="missing">Not stated yet</span>'
    assert f"Born</th><td>{missing}</td>" in page
    assert 'Year 4, <span class="missing">class or group not stated yet</span>' in page
    assert f"What it is about</th><td>{missing}" in page


@pytest.mark.parametrize(
    ("kind", "unasked"),
    [
        (ReporterKind.TEACHER, []),
        (ReporterKind.GUARDIAN, ["How the guardians see it"]),
        (
            ReporterKind.PUPIL,
            [
                "When", "Where", "For how long", "How the guardians see it",
                "What has been tried, and with what result", "Urgency and need of protection",
            ],
        ),
    ],
)  # fmt: skip
def test_what_a_reporter_was_never_asked_is_not_called_missing(kind: ReporterKind, unasked: list[str]) -> None:
    source = rich_source(DocumentKind.REFERRAL)
    source.concern.reporter_kind = kind
    for name in (
        "observed_when", "observed_where", "duration", "strengths", "child_voice", "guardians_view", "tried", "tried_result",
        "wished_help", "urgency",
    ):  # fmt: skip
        setattr(source.concern, name, None)
    html = document_html("referral", document_context("referral", source), language="en")
    said = re.findall(
        r"<(?:h2|th scope=\"row\")>([^<]+)</(?:h2|th)>\s*<(?:p|td)>\s*<span class=\"missing\">([^<]+)<", html
    )
    assert [heading for heading, words in said if words == "The form did not ask about this"] == unasked
    assert "Help wished for" in [heading for heading, words in said if words == "Not stated yet"]
    assert ("All of this is written by the child" in html) == (kind is ReporterKind.PUPIL)


def test_protected_child_is_neither_named_nor_placed() -> None:
    source = rich_source(DocumentKind.REFERRAL)
    source.referral.protected_level = "sekretessmarkering"
    page = document_html("referral", document_context("referral", source), language="sv")
    for told in ("Maja Wiśniewska", "Lindskolan", "2016-04-12", "HTL-team Linden"):
        assert told not in page
    assert "skyddade personuppgifter" in page


def test_guardians_copy_of_the_concern_spares_reporter_and_protection() -> None:
    mother = PaperRecipient(capacity="guardian", name="Agnieszka Wiśniewska", guardian_id=MOTHER_ID)
    source = rich_source(DocumentKind.REFERRAL, recipient=mother)
    page = document_html("referral", document_context("referral", source), language="sv")
    assert "0000-55 44 33" not in page
    assert "Befarar den som skriver" not in page


def test_one_guardian_never_reads_what_the_other_answered() -> None:
    father = PaperRecipient(capacity="guardian", name="Karim Haddad", guardian_id=FATHER_ID)
    for kind in (DocumentKind.INFORMATION_AND_CONSENT, DocumentKind.FOLLOW_UP):
        page = document_html(kind, document_context(kind, rich_source(kind, recipient=father)), language="sv")
        assert "Karim Haddad" in page
        assert "Agnieszka" not in page


def test_who_has_custody_alone_is_not_asked_about_another_guardian() -> None:
    kind = DocumentKind.INFORMATION_AND_CONSENT
    copy = guardians_copy(kind)
    both = paper_text(document_html(kind, document_context(kind, copy), language="en"))
    copy.guardians[0].custody, copy.guardians[1].custody = Custody.SOLE, Custody.OTHER
    alone = paper_text(document_html(kind, document_context(kind, copy), language="en"))
    assert ("The other guardian" in both, "The other guardian" in alone) == (True, False)
    assert ("Social services" in both, "Social services" in alone) == (True, True)


def test_guardian_with_protected_identity_is_not_named() -> None:
    for kind in (
        DocumentKind.INFORMATION_AND_CONSENT,
        DocumentKind.FOLLOW_UP,
        DocumentKind.INVITATION,
        DocumentKind.ACTION_PLAN,
    ):
        source = rich_source(kind, recipient=PaperRecipient())
        source.guardians[1].protected_level = "sekretessmarkering"
        assert "Karim" not in document_html(kind, document_context(kind, source), language="sv")


def test_professionals_are_called_and_guardians_invited() -> None:
    called = rich_source(DocumentKind.INVITATION, recipient=PaperRecipient(capacity="professional"))
    page = document_html("invitation", document_context("invitation", called), language="sv")
    assert "Kallelse till teammöte" in page
    assert "Inbjudan till teammöte" in page_of(DocumentKind.INVITATION, "sv")


@every_language
def test_the_call_says_what_was_last_read_and_approved(language: str) -> None:
    told_in = "da" if language == "da" else "sv"
    called = rich_source(DocumentKind.INVITATION, told_in, recipient=PaperRecipient(capacity="professional"))
    page = document_html("invitation", document_context("invitation", called), language=language)
    compare(SNAPSHOTS / f"invitation.{language}.professional.txt", paper_text(page))


def test_the_call_names_neither_the_child_nor_guardians_nor_their_languages() -> None:
    called = rich_source(DocumentKind.INVITATION, recipient=PaperRecipient(capacity="professional"))
    context = document_context("invitation", called)
    assert (context["guardians_asked"], context["needs_interpreter"]) == (2, True)
    told = f"{context} {document_html('invitation', context, language='sv')}"
    for word in ("Maja", "Agnieszka", "Karim", "'pl'", "polska", "2016-04-12"):
        assert word not in told
    called.meeting.guardians_invited = ["nobody"]
    alone = document_html("invitation", document_context("invitation", called), language="en")
    assert "No guardian is invited." in alone
    assert "No interpreter is booked." in alone


def test_an_invitation_says_that_an_interpreter_is_booked_once_each_that_is_needed_is() -> None:
    asked = {FATHER_ID: "ar"}
    for recipient, booked, said in (
        (PaperRecipient(capacity="professional"), {"pl"}, "It is not noted yet that one is booked."),
        (PaperRecipient(capacity="professional"), {"pl", "ar"}, "An interpreter is booked for the guardians."),
        (PaperRecipient(capacity="guardian", guardian_id=FATHER_ID), {"pl"}, "An interpreter is needed: Arabic."),
        (PaperRecipient(capacity="guardian", guardian_id=MOTHER_ID), {"pl"}, "An interpreter is booked: Polish."),
    ):
        source = replace(
            rich_source(DocumentKind.INVITATION), recipient=recipient, interpreters_asked=asked,
            interpreters_booked=frozenset(booked),
        )  # fmt: skip
        page = document_html("invitation", document_context("invitation", source), language="en")
        assert said in paper_text(page)


@pytest.mark.parametrize(("guardian", "booked"), [(MOTHER_ID, ["pl"]), (FATHER_ID, [])])
def test_an_invitation_tells_a_guardian_of_their_own_interpreter_only(guardian: UUID, booked: list[str]) -> None:
    recipient = PaperRecipient(capacity="guardian", guardian_id=guardian)
    source = replace(rich_source(DocumentKind.INVITATION), recipient=recipient)
    assert document_context("invitation", source)["interpreters"] == booked


@pytest.mark.parametrize(("reads", "direction"), [("ar", "rtl"), ("so", "ltr")])
def test_a_paper_in_another_language_offers_an_interpreter_in_the_familys_own(reads: str, direction: str) -> None:
    recipient = PaperRecipient(capacity="guardian", guardian_id=FATHER_ID, reads=reads)
    source = replace(rich_source(DocumentKind.FOLLOW_UP), recipient=recipient)
    page = document_html("follow_up", document_context("follow_up", source), language="sv")
    offer = languages.interpreter_offer(reads)
    assert offer is not None
    assert f'lang="{reads}" dir="{direction}">{offer}</p>' in page
    unknown = replace(source, recipient=replace(recipient, reads="th"))
    page = document_html("follow_up", document_context("follow_up", unknown), language="sv")
    assert page.count("interpreter-note") == 1


def test_what_people_typed_is_shown_as_text() -> None:
    source = rich_source(DocumentKind.REFERRAL)
    source.concern.observations = "<script>alert(1)</script> & \u202etext som vänds\u202c \x00"
    page = document_html("referral", document_context("referral", source), language="sv")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; text som vänds" in page
