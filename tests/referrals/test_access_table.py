"""The table of who may know what, written a second time, in letters: a cell is changed on purpose in both places, or not at all."""

import pytest

from referrals.access import CONTRIBUTES_AS, MATRIX, ROW_OF, SERVICE_OF
from referrals.vocabulary import Compartment, Profession, Recipient
from referrals.vocabulary.knowing import Capacity, Cell, Information

#: R read, W write, A while acting, o own, a own action, C conclusion, G and the whole on a ground, P pointer, p partly; by consent
#: c, its conclusion s, a part of it t; i who is named, x at the source, e in a text for children, q on request, n a number, I while investigating, - nothing
LETTERS = dict(
    zip(
        "RWAoaCGPpcstixeqnI-",
        (
            Cell.READ, Cell.WRITE, Cell.IF_ACTING, Cell.OWN, Cell.OWN_ACTION, Cell.CONCLUSION, Cell.CONCLUSION_OR_ON_GROUND,
            Cell.POINTER, Cell.PARTLY, Cell.BY_CONSENT, Cell.CONCLUSION_BY_CONSENT, Cell.PARTLY_BY_CONSENT, Cell.IF_NAMED,
            Cell.AT_SOURCE, Cell.EASY, Cell.ON_REQUEST, Cell.COUNT, Cell.IF_INVESTIGATING, Cell.NOTHING,
        ),
        strict=True,
    )
)  # fmt: skip
COLUMNS = (
    Capacity.TEACHER, Capacity.COORDINATOR, Capacity.HEAD_TEACHER, Capacity.STUDENT_HEALTH, Capacity.SCHOOL_NURSE,
    Capacity.SOCIAL_SERVICES, Capacity.HEALTH_CARE, Capacity.LEISURE, Capacity.CIVIL_SOCIETY,
    Capacity.INVESTIGATOR, Capacity.REPORTER, Capacity.GUARDIAN, Capacity.CHILD, Capacity.MANAGEMENT, Capacity.RESEARCHER, Capacity.ELECTED_MEMBER, Capacity.ADMINISTRATOR,
)  # fmt: skip
#: own staff (teacher, coordinator, head, student health, nurse), other services (social, health, leisure, civil), who investigates, the rest
AGREED = {
    Information.EXISTENCE:          "RRRRR ccaa o oRe----",
    Information.CHILD:              "RRRRR cc-- R oRe----",
    Information.PROTECTED_IDENTITY: "iRRii ---- - -o-----",
    Information.CONCERN:            "-RR-- ---- - oR-----",
    Information.GUARDIANS:          "-RR-- ---- - -o-----",
    Information.REQUESTS:           "oRRoo oo-- - -------",
    Information.PEDAGOGICAL:        "RRRRR cc-- - -Re----",
    Information.STUDENT_HEALTH:     "-CGo- ss-- - -Re----",
    Information.MEDICAL:            "-PPPo -o-- - -xx----",
    Information.SOCIAL_SERVICES:    "-PPPP o--- - -xx----",
    Information.MINUTES:            "AWRRp ct-- - -Re----",
    Information.PLAN:               "AWRRp ctaa - -Re----",
    Information.PLAN_WRITING:       "AW-W- ---- - -------",
    Information.TIMELINE:           "RRRRR ---- - -Re----",
    Information.DOCUMENTS:          "-RR-- ---- - ooe----",
    Information.STATUTORY_LINKS:    "-WW-- ---- - -------",
    Information.SPECIAL_SUPPORT:    "oWWoo ---- I -------",
    Information.ABSENCE_INVESTIGATION:            "-WW-- ---- I -------",
    Information.DEGRADING_TREATMENT:    "oWWoo ---- I -------",
    Information.EDUCATIONAL_ASSESSMENT: "-WW-- ---- I -------",
    Information.HANDED_OVER:        "-RRR- ---- - -R-----",
    Information.WORKING_NOTES:      "ooooo ooaa - -------",
    Information.PROTECTION:         "iiRii iiii - ii-n---",
    Information.READ_LOG:           "-RRoo ---- - -q-n--n",
    Information.DEIDENTIFIED:       "RRRRR R--- - R--RR--",
    Information.AGGREGATES:         "-RR-- ---- - ---RRR-",
}  # fmt: skip
ACTS_AS = {
    Capacity.TEACHER: {Profession.HEAD_TEACHER, Profession.COORDINATOR, Profession.TEACHER, Profession.PRESCHOOL_TEACHER},
    Capacity.STUDENT_HEALTH: {
        Profession.SPECIAL_EDUCATOR, Profession.SPEECH_THERAPIST, Profession.SCHOOL_COUNSELLOR, Profession.PSYCHOLOGIST,
    },
    Capacity.SCHOOL_NURSE: {Profession.SCHOOL_NURSE, Profession.SCHOOL_DOCTOR},
    Capacity.SOCIAL_SERVICES: {Profession.SOCIAL_SERVICES},
    Capacity.HEALTH_CARE: {Profession.HEALTH_CARE},
    Capacity.LEISURE: {Profession.LEISURE_STAFF},
    Capacity.CIVIL_SOCIETY: {Profession.CIVIL_SOCIETY, Profession.BUSINESS},
}  # fmt: skip


@pytest.mark.parametrize("information", Information)
def test_every_cell_is_what_was_agreed(information: Information) -> None:
    letters = AGREED[information].replace(" ", "")
    assert MATRIX[information] == {who: LETTERS[letter] for who, letter in zip(COLUMNS, letters, strict=True)}


def test_every_profession_contributes_as_was_agreed_and_other_services_need_consent() -> None:
    assert {kind: {one for one, as_what in CONTRIBUTES_AS.items() if as_what is kind} for kind in ACTS_AS} == ACTS_AS
    assert set(CONTRIBUTES_AS) == set().union(*ACTS_AS.values())
    assert SERVICE_OF == {
        Capacity.SOCIAL_SERVICES: Recipient.SOCIAL_SERVICES,
        Capacity.HEALTH_CARE: Recipient.HEALTH_CARE,
        Capacity.LEISURE: Recipient.LEISURE,
        Capacity.CIVIL_SOCIETY: Recipient.CIVIL_SOCIETY,
    }


def test_every_wall_has_the_row_of_its_own_name() -> None:
    assert {wall: Information(wall.value) for wall in Compartment} == ROW_OF
