"""The table of who may know what, as a head teacher could read it, and in which of its columns somebody stands by profession."""

from referrals.vocabulary.assessment import Compartment
from referrals.vocabulary.consent import Recipient
from referrals.vocabulary.knowing import Capacity, Cell, Information
from referrals.vocabulary.people import Profession

#: the own staff: what the referral's members of a unit may see, and its coordinators and head teachers
_FOR_STAFF = """
                      teacher     coordinator  head_teacher  student_health  school_nurse
existence             read        read         read          read            read
child                 read        read         read          read            read
protected_identity    if_named    read         read          if_named        if_named
concern               -           read         read          -               -
guardians             -           read         read          -               -
requests              own         read         read          own             own
pedagogical           read        read         read          read            read
student_health        -           conclusion   on_ground     own             -
medical               -           pointer      pointer       pointer         own
social_services       -           pointer      pointer       pointer         pointer
minutes               if_acting   write        read          read            partly
plan                  if_acting   write        read          read            partly
plan_writing          if_acting   write        -             write           -
timeline              read        read         read          read            read
documents             -           read         read          -               -
statutory_links       -           write        write         -               -
special_support       own         write        write         own             own
absence_investigation -           write        write         -               -
degrading_treatment   own         write        write         own             own
educational_assessment -          write        write         -               -
handed_over           -           read         read          read            -
working_notes         own         own          own           own             own
protection            if_named    if_named     read          if_named        if_named
read_log              -           read         read          own             own
deidentified          read        read         read          read            read
aggregates            -           read         read          -               -
"""
#: members from other services: nothing without consent
_FOR_OTHER_SERVICES = """
                      social_services  health_care     leisure     civil_society
existence             consent          consent         own_action  own_action
child                 consent          consent         -           -
protected_identity    -                -               -           -
concern               -                -               -           -
guardians             -                -               -           -
requests              own              own             -           -
pedagogical           consent          consent         -           -
student_health        consent_short    consent_short   -           -
medical               -                own             -           -
social_services       own              -               -           -
minutes               consent          consent_partly  -           -
plan                  consent          consent_partly  own_action  own_action
plan_writing          -                -               -           -
timeline              -                -               -           -
documents             -                -               -           -
statutory_links       -                -               -           -
special_support       -                -               -           -
absence_investigation -                -               -           -
degrading_treatment   -                -               -           -
educational_assessment -               -               -           -
handed_over           -                -               -           -
working_notes         own              own             own_action  own_action
protection            if_named         if_named        if_named    if_named
read_log              -                -               -           -
deidentified          read             -               -           -
aggregates            -                -               -           -
"""
#: whoever is named to carry out an investigation, member or not: whose it is, and exactly that
_FOR_WHO_INVESTIGATES = """
                      investigator
existence             own
child                 read
protected_identity    -
concern               -
guardians             -
requests              -
pedagogical           -
student_health        -
medical               -
social_services       -
minutes               -
plan                  -
plan_writing          -
timeline              -
documents             -
statutory_links       -
special_support       if_investigating
absence_investigation if_investigating
degrading_treatment   if_investigating
educational_assessment if_investigating
handed_over           -
working_notes         -
protection            -
read_log              -
deidentified          -
aggregates            -
"""
#: those who are no members: by doors of their own, or not at all
_FOR_THE_REST = """
                      reporter  guardian    child      management  researcher  elected_member  administrator
existence             own       read        easy       -           -           -               -
child                 own       read        easy       -           -           -               -
protected_identity    -         own         -          -           -           -               -
concern               own       read        -          -           -           -               -
guardians             -         own         -          -           -           -               -
requests              -         -           -          -           -           -               -
pedagogical           -         read        easy       -           -           -               -
student_health        -         read        easy       -           -           -               -
medical               -         at_source   at_source  -           -           -               -
social_services       -         at_source   at_source  -           -           -               -
minutes               -         read        easy       -           -           -               -
plan                  -         read        easy       -           -           -               -
plan_writing          -         -           -          -           -           -               -
timeline              -         read        easy       -           -           -               -
documents             own       own         easy       -           -           -               -
statutory_links       -         -           -          -           -           -               -
special_support       -         -           -          -           -           -               -
absence_investigation -         -           -          -           -           -               -
degrading_treatment   -         -           -          -           -           -               -
educational_assessment -        -           -          -           -           -               -
handed_over           -         read        -          -           -           -               -
working_notes         -         -           -          -           -           -               -
protection            if_named  if_named    -          count       -           -               -
read_log              -         on_request  -          count       -           -               count
deidentified          read      -           -          read        read        -               -
aggregates            -         -           -          read        read        read            -
"""


def _read_table(*parts: str) -> dict[Information, dict[Capacity, Cell]]:
    """The table as it stands written above; a word that is none of ours stops the program at once."""
    table: dict[Information, dict[Capacity, Cell]] = {information: {} for information in Information}
    for part in parts:
        heading, *rows = (line.split() for line in part.strip().splitlines())
        columns = [Capacity(word) for word in heading]
        for name, *cells in rows:
            table[Information(name)] |= dict(zip(columns, map(Cell, cells), strict=True))
    return table


#: who may know what: for each kind of information what each capacity may see of it
MATRIX = _read_table(_FOR_STAFF, _FOR_OTHER_SERVICES, _FOR_WHO_INVESTIGATES, _FOR_THE_REST)

#: in which capacity somebody contributes, by profession; who is not named contributes in none
CONTRIBUTES_AS: dict[Profession, Capacity] = {
    Profession.HEAD_TEACHER: Capacity.TEACHER,
    Profession.COORDINATOR: Capacity.TEACHER,
    Profession.TEACHER: Capacity.TEACHER,
    Profession.PRESCHOOL_TEACHER: Capacity.TEACHER,
    Profession.SPECIAL_EDUCATOR: Capacity.STUDENT_HEALTH,
    Profession.SPEECH_THERAPIST: Capacity.STUDENT_HEALTH,
    Profession.SCHOOL_COUNSELLOR: Capacity.STUDENT_HEALTH,
    Profession.PSYCHOLOGIST: Capacity.STUDENT_HEALTH,
    Profession.SCHOOL_NURSE: Capacity.SCHOOL_NURSE,
    Profession.SCHOOL_DOCTOR: Capacity.SCHOOL_NURSE,
    Profession.SOCIAL_SERVICES: Capacity.SOCIAL_SERVICES,
    Profession.HEALTH_CARE: Capacity.HEALTH_CARE,
    Profession.LEISURE_STAFF: Capacity.LEISURE,
    Profession.CIVIL_SOCIETY: Capacity.CIVIL_SOCIETY,
    Profession.BUSINESS: Capacity.CIVIL_SOCIETY,
}
#: the service each of these belongs to: without consent that reaches it they know nothing
SERVICE_OF: dict[Capacity, Recipient] = {
    Capacity.SOCIAL_SERVICES: Recipient.SOCIAL_SERVICES,
    Capacity.HEALTH_CARE: Recipient.HEALTH_CARE,
    Capacity.LEISURE: Recipient.LEISURE,
    Capacity.CIVIL_SOCIETY: Recipient.CIVIL_SOCIETY,
}
#: the row of the table for what is written behind each wall
ROW_OF: dict[Compartment, Information] = {
    Compartment.PEDAGOGICAL: Information.PEDAGOGICAL,
    Compartment.STUDENT_HEALTH: Information.STUDENT_HEALTH,
    Compartment.MEDICAL: Information.MEDICAL,
    Compartment.SOCIAL_SERVICES: Information.SOCIAL_SERVICES,
}
