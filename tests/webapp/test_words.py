"""The shared words: on a page for everybody, and folded up beside the fields that use them, the same for every age."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from referrals import db
from referrals.forums import seats
from referrals.languages import LANGUAGES, translations
from referrals.models import Referral
from referrals.stages import CLOSURE_PROPOSED, FOLLOW_UP_DUE, IN_CONSENT, PARTS_REQUESTED, PLAN_ACTIVE, PLAN_DRAFT
from referrals.vocabulary import Domain, Level, PlanStatus, Profession, SchoolForm, shared_words
from tests.factories import a_part
from tests.webapp.desk import Desk, cast_of
from tests.webapp.test_intake import begin

#: the words that school, preschool, families and other services are to share, as the project set out with them, and by which key of ours each is
#: explained: written out here so that none goes unnoticed
GLOSSARY = {
    1: ("child",),                         # child, pupil
    2: ("guardian",),                      # guardian
    3: ("joint-custody",),                 # joint custody
    4: ("organiser",),                     # education provider
    5: ("head-teacher",),                  # head teacher
    6: ("preschool-head",),                # preschool head
    7: ("mentor",),                        # mentor, class teacher
    8: ("student-health",),                # school health and student support
    9: ("team",),                          # student health team
    10: ("case-meeting",),                 # case meeting with guardians
    11: ("team",),                         # well-being team
    12: ("health", "safety", "learning"),  # health, safety, learning
    13: ("well-being",),                   # well-being
    14: ("coordinator",),                  # coordinator, lead professional
    15: ("well-being-contact",),           # well-being contact
    16: ("school-nurse",),                 # school nurse, health visitor
    17: ("school-doctor",),                # school doctor
    18: ("school-counsellor",),            # school counsellor, school social worker
    19: ("psychologist",),                 # educational psychologist
    20: ("special-educator",),             # special educator
    21: ("speech-therapist",),             # speech therapist
    22: ("social-services",),              # social services
    23: ("early-help",),                   # early help
    24: ("child-psychiatry",),             # child psychiatry
    25: ("after-school",),                 # after-school and youth club
    26: ("civil-society",),                # civil society
    27: ("concern",),                      # concern
    28: ("wondering",),                    # first wondering
    29: ("referral",),                     # referral to the team
    30: ("report",),                       # protection report
    31: ("duty-to-report",),               # duty to report
    32: ("protection-assessment",),        # protection assessment
    33: ("preliminary-assessment",),       # preliminary assessment by the authority
    34: ("assessment",),                   # assessment by the team
    35: ("support-investigation",),        # investigation of special support
    36: ("educational-investigation",),    # educational investigation
    37: ("child-assessment",),             # statutory assessment of a child
    38: ("adaptations",),                  # extra adaptations
    39: ("special-support",),              # special support
    40: ("programme",),                    # statutory action programme
    41: ("plan",),                         # action plan
    42: ("goal", "milestone"),             # goal, milestone
    43: ("action",),                       # intervention, action
    44: ("follow-up",),                    # follow-up
    45: ("evaluation",),                   # evaluation
    46: ("individual-plan",),              # coordinated individual plan
    47: ("situation-analysis",),           # situation analysis
    48: ("learning-question",),            # learning question
    49: ("learning-seminar",),             # learning seminar
    50: ("quality-work",),                 # systematic quality work
    51: ("absence",),                      # absence
    52: ("degrading-treatment",),          # degrading treatment, bullying
    53: ("consent",),                      # consent
    54: ("withdrawal",),                   # withdrawal of consent
    55: ("confidentiality",),              # secrecy, duty of silence
    56: ("harm-test",),                    # harm test
    57: ("disclosure",),                   # disclosure
    58: ("protected-identity",),           # protected identity
    59: ("identity-number",),              # personal identity number
    60: ("register",),                     # register, official document
    61: ("disposal",),                     # disposal, preservation
    62: ("access",),                       # right of access of a party
    63: ("conflict",),                     # conflict of interest
    64: ("decision",),                     # decision, appeal
    65: ("support-person",),               # support person
    66: ("interpreter",),                  # interpreter
    67: ("hand-over",),                    # hand-over
    68: ("file",),                         # case, file
}  # fmt: skip

#: what the field calls each of them in Swedish and in Danish, key by key: our name has at least this in it
FIELD_SAYS = {
    1: (("barn och elev",), ("barn og elev",)),
    2: (("vårdnadshavare",), ("forældremyndighed",)),
    3: (("gemensam vårdnad",), ("fælles forældremyndighed",)),
    4: (("huvudman",), ("kommunalbestyrelse",)),
    5: (("rektor",), ("skoleleder",)),
    6: (("rektor i förskola",), ("dagtilbudsleder",)),
    7: (("mentor",), ("klasselærer",)),
    8: (("elevhälsa",), ("PPR og sundhedspleje",)),
    9: (("team",), ("team",)),  # each team is called by its own name: Elevhälsoteam, Trivselsforum
    10: (("elevhälsomöte",), ("netværksmøde",)),
    11: (("team",), ("team",)),  # as 9
    12: (("hälsa", "trygghet", "lärande"), ("sundhed", "tryghed", "læring")),
    13: (("trivsel",), ("trivsel",)),
    14: (("samordnare",), ("tovholder",)),
    15: (("trygghetsperson",), ("trivselsperson",)),
    16: (("skolsköterska",), ("sundhedsplejerske",)),
    17: (("skolläkare",), ("kommunelæge",)),
    18: (("skolkurator",), ("skolesocialrådgiver",)),
    19: (("skolpsykolog",), ("PPR-psykolog",)),
    20: (("specialpedagog",), ("AKT-lærer",)),
    21: (("logoped",), ("tale-hørekonsulent",)),
    22: (("socialtjänst",), ("familieafdeling",)),
    23: (("öppenvård",), ("forebyggende indsats",)),
    24: (("BUP",), ("børne- og ungdomspsykiatri",)),
    25: (("fritidshem",), ("SFO og klub",)),
    26: (("civilsamhälle",), ("civilsamfund",)),
    27: (("oro för ett barn",), ("bekymring",)),
    28: (("undran",), ("undren",)),
    29: (("ärende",), ("sag",)),  # in Danish the whole case; what comes in is a henvendelse
    30: (("orosanmälan",), ("underretning",)),
    31: (("anmälningsskyldighet",), ("underretningspligt",)),
    32: (("skyddsbedömning",), ("akutvurdering",)),
    33: (("förhandsbedömning",), ("vurdering af underretning",)),
    34: (("kartläggning",), ("kortlægning",)),
    35: (("utredning av särskilt stöd",), ("undersøgelse af særlig støtte",)),  # Swedish law only
    36: (("pedagogisk utredning",), ("pædagogisk-psykologisk vurdering",)),
    37: (("socialtjänstens utredning",), ("børnefaglig undersøgelse",)),
    38: (("extra anpassningar",), ("støtte i undervisningen",)),
    39: (("särskilt stöd",), ("specialundervisning og anden støtte",)),
    40: (("åtgärdsprogram",), ("støtteprogram (åtgärdsprogram)",)),  # Swedish law only
    41: (("handlingsplan",), ("indsatsplan",)),
    42: (("mål", "delmål"), ("mål", "delmål")),
    43: (("insats",), ("indsats",)),
    44: (("uppföljning",), ("opfølgning",)),
    45: (("utvärdering",), ("evaluering",)),
    46: (("samordnad individuell plan (SIP)",), ("koordineret plan",)),
    47: (("nulägesanalys",), ("situationsanalyse",)),
    48: (("lärfråga",), ("læringsspørgsmål",)),
    49: (("lärandeseminarium",), ("læringsseminar",)),
    50: (("systematiskt kvalitetsarbete",), ("kvalitetsudvikling",)),
    51: (("frånvaro",), ("fravær",)),
    52: (("kränkande behandling",), ("krænkende behandling",)),  # one word on the pages of Swedish schools, which are read in Danish too
    53: (("samtycke",), ("samtykke",)),
    54: (("återkalla samtycke",), ("trække samtykke tilbage",)),
    55: (("tystnadsplikt",), ("tavshedspligt",)),
    56: (("menprövning",), ("skadesvurdering",)),
    57: (("utlämnande",), ("videregivelse",)),
    58: (("skyddade personuppgifter",), ("navne- og adressebeskyttelse",)),
    59: (("personnummer",), ("CPR-nummer",)),
    60: (("diarium",), ("journal",)),
    61: (("bevarande och gallring",), ("bevaring og kassation",)),
    62: (("insyn",), ("aktindsigt",)),
    63: (("jäv",), ("inhabilitet",)),
    64: (("beslut och överklagande",), ("afgørelse og klage",)),
    65: (("stödperson",), ("bisidder",)),
    66: (("tolk",), ("tolk",)),
    67: (("överlämning",), ("overlevering",)),
    68: (("ärende och akt",), ("sag og sagsakter",)),
}  # fmt: skip

#: the words that stand on the page of all words and beside no field, and why
PAGE_ONLY = {
    "well-being-contact": "whom a child chose is asked for nowhere: a school has such adults, or it has not",
}
TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.fixture
def desk(app, settings):
    return Desk(settings)


def explained(page):
    return [page.text_of(one) for one in page.all("details") if one.get("class") == "explained"]


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_word_stands_on_the_page_in_each_language(browser, language):
    browser.get("/words")
    browser.client.get(f"/u/lindskolan/{language}")
    page, say = browser.get("/words"), translations(language).gettext
    for group in shared_words.GROUPS:
        assert say(group.name) in page.text
        for word in group.words:
            assert f"{say(word.name)}{say(word.meaning)}" in page.text
            assert language == "en" or say(word.meaning) != word.meaning


def test_none_of_the_words_to_be_shared_is_missing_on_the_page(browser):
    assert list(GLOSSARY) == list(range(1, 69))
    page = browser.get("/words")
    shown = {page.text_of(one) for one in page.all("dt")}
    missing = [key for keys in GLOSSARY.values() for key in keys if shared_words.words(key)[0].name not in shown]
    assert not missing


@pytest.mark.parametrize("language", ["sv", "da"])
def test_each_of_them_is_called_what_the_field_calls_it(language):
    say, place = translations(language).gettext, ["sv", "da"].index(language)
    assert list(FIELD_SAYS) == list(GLOSSARY)
    called = [
        (number, said, say(shared_words.words(key)[0].name))
        for number, keys in GLOSSARY.items()
        for key, said in zip(keys, FIELD_SAYS[number][place], strict=True)
    ]
    assert not [one for one in called if one[1].lower() not in one[2].lower()]


def test_each_of_them_is_at_hand_where_it_is_used_or_named_as_one_of_the_page_only():
    calls = [
        one for file in TEMPLATES.rglob("*.html") for one in re.findall(r"\{\{ at_hand\((.*?)\) \}\}", file.read_text())
    ]
    used = {key for call in calls for key in re.findall(r'"([a-z0-9-]+)"', call)[1:]}
    who = {key for form in SchoolForm for key in shared_words.of_professions(Profession, form)}
    assert {key for keys in GLOSSARY.values() for key in keys} - used - who == set(PAGE_ONLY)


def test_each_word_has_a_key_of_its_own_and_the_lists_of_the_forms_are_all_explained():
    keys = [word.key for group in shared_words.GROUPS for word in group.words]
    assert len(set(keys)) == len(keys)
    assert {Domain(word.key) for word in shared_words.groups("areas")[0].words} == set(Domain)
    assert {Level(word.key) for word in shared_words.groups("levels")[0].words} == set(Level)


@pytest.mark.parametrize("school_form", [SchoolForm.PRESCHOOL, SchoolForm.COMPULSORY])
def test_the_words_stand_beside_the_fields_alike_for_the_youngest_and_the_oldest(
    signed_in, desk, settings, wednesday, school_form
):
    with db.writing(settings.database) as session:
        cast_of(session).school.school_form = school_form
    karin = signed_in("karin")

    def words_at(state, path):
        return explained(karin.get(f"/referrals/{desk.lay(state)}/{path}"))

    (asked,) = words_at(PARTS_REQUESTED, "assessment")
    assert "Three areas of a child's life" in asked
    assert "Where a change is made" in asked
    (planned,) = words_at(PLAN_DRAFT, "action-plan/edit")
    assert "What is to be different for the child." in planned
    (told,) = words_at(IN_CONSENT, "guardians")
    assert told.startswith("What the words mean InformationGuardians are told")


def test_who_writes_a_part_finds_them_too(signed_in, desk, settings, wednesday):
    number = desk.lay(PARTS_REQUESTED)
    with db.writing(settings.database) as session:
        cast, referral = cast_of(session), session.scalars(select(Referral).where(Referral.number == number)).one()
        part = a_part(session, referral, cast.counsellor, asked_by=cast.coordinator).id
    (asked,) = explained(signed_in("kim").get(f"/referrals/{number}/assessment/{part}"))
    assert "HealthHow the child is in body and mind" in asked


def at_hand(page):
    """The words whose meaning appears where one points: by name, what each button is described by."""
    meanings = {one.get("id"): page.text_of(one) for one in page.all("span") if one.get("role") == "tooltip"}
    names = [one for one in page.all("button") if one.get("class") == "word__name"]
    return {page.text_of(one): meanings[one.get("aria-describedby")] for one in names}


def test_follow_up_and_closing_have_their_words_at_hand(signed_in, desk, wednesday):
    karin = signed_in("karin")
    asked = at_hand(karin.get(f"/referrals/{desk.lay(FOLLOW_UP_DUE, PlanStatus.ACTIVE)}/follow-up"))
    assert asked["Goal"] == "What is to be different for the child. One can see or count whether it has come about."
    ending = at_hand(karin.get(f"/referrals/{desk.lay(CLOSURE_PROPOSED, PlanStatus.ACTIVE)}/closure"))
    assert "Keeping and disposal" in ending


@pytest.mark.parametrize(
    ("page", "named"),
    [
        ("special-support", {"Extra adaptations", "Special support or special education"}),
        ("special-support/programme", {"Special support or special education"}),
        ("absence-investigation", {"Absence at school"}),
        ("degrading-treatment", {"Degrading treatment"}),
        ("hand-over", {"Handing over", "Consent"}),
        ("statutory", {"Coordinated individual plan"}),
    ],
)
def test_pages_beside_the_teams_work_have_the_words_of_the_law_at_hand(signed_in, desk, wednesday, page, named):
    words = at_hand(signed_in("henrik").get(f"/referrals/{desk.lay(PLAN_ACTIVE, PlanStatus.ACTIVE)}/{page}"))
    assert named <= set(words)
    assert all(words.values())


def test_a_teams_public_page_says_what_those_who_sit_there_do_and_a_preschool_has_its_own_head(browser, settings, app):
    def told():
        return list(at_hand(browser.get("/u/lindskolan/team")))

    with db.writing(settings.database) as session:
        cast = cast_of(session)
        for one in (cast.school_nurse, cast.social_worker):
            seats.seat(session, cast.forum, one.id, by=cast.coordinator.actor())
    assert told() == ["Head teacher", "School counsellor", "School nurse", "Social services"]
    with db.writing(settings.database) as session:
        cast_of(session).school.school_form = SchoolForm.PRESCHOOL
    assert told() == ["Preschool head", "School counsellor", "School nurse", "Social services"]


def test_whoever_tells_of_a_concern_has_the_words_of_each_question_at_hand(browser):
    assert set(at_hand(begin(browser))) == {"Duty to report", "Report to the social services"}


def test_the_form_of_a_unit_and_the_staffs_pages_lead_to_the_words(browser, signed_in):
    for page in (browser.get("/u/lindskolan"), signed_in("karin").get("/home")):
        assert any(one.get("href") == "/words" for one in page.all("a"))
