"""The deadlines of the fortnight, counted by hand from the Swedish rule pack's text and a calendar of October 2026.

What the rule pack says: initial assessment 2 school days, completion 5, consent 5, assessment 10, meeting 10, minutes 3, plan 5, closure 5;
follow-up 42 and looking again 28 calendar days, of which only the last one moves where it falls on a closed day. The day on which
something begins does not count itself. A day that people have set counts as they set it. Minutes and plan count from the meeting, and what
waits for the reporter goes on with the days that were left.

    Mo Tu We Th Fr Sa Su     closed: each Saturday and Sunday,
     5  6  7  8  9 .. ..     Friday 16 October (staff training),
    12 13 14 15 xx .. ..     26 to 30 October (autumn holiday),
    19 20 21 22 23 .. ..     Tuesday 17 November (staff training)
    xx xx xx xx xx .. ..
     2  3  4  5  6 .. ..     November
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

#: where a day comes from, as the pages say it
STANDARD: Final = "Standard target, not law"
LOCAL: Final = "The municipality's own target"
SET: Final = "Set in the referral"


@dataclass(frozen=True)
class Deadline:
    """By when the next thing about a child is to be done, as it stands from the evening of `seen_on` on."""

    child: str
    seen_on: str
    by: str
    source: str
    #: which days count, as somebody counts them with a finger on the calendar
    counted: str
    #: the day on which the team is called to meet about it
    meets: str = ""
    #: somebody else does it: the coordinator finds it on her start page only once it is late
    is_others: bool = False


TABLE: Final = (
    Deadline("Alva", "2026-10-12", "2026-10-19", SET, "follow-up, six weeks from Monday 7 September", is_others=True),
    Deadline("Alva", "2026-10-19", "2026-11-02", STANDARD, "closure: 20 21 22 23 | 2"),
    Deadline("Bertil", "2026-10-12", "2026-10-15", STANDARD, "plan, minutes approved on the 8th: 9 12 13 14 15"),
    Deadline("Bertil", "2026-10-15", "2026-10-15", STANDARD, "plan, which now waits for who approves it", is_others=True),
    Deadline("Bertil", "2026-10-20", "2026-11-26", SET, "follow-up, six weeks from Thursday 15 October: weeks run through the holiday", is_others=True),
    Deadline("Cleo", "2026-10-12", "2026-10-20", STANDARD, "a part asked for on Monday the 5th: 6 7 8 9 12 13 14 15 | 19 20", is_others=True),
    Deadline("Cleo", "2026-10-13", "2026-11-04", STANDARD, "another part asked for on the 13th: 14 15 | 19 20 21 22 23 | 2 3 4; it stays when both are in", is_others=True),
    Deadline("Cleo", "2026-10-22", "2026-11-04", STANDARD, "both are in, and she goes through them"),
    Deadline("Doris", "2026-10-12", "2026-10-22", STANDARD, "meeting, since the 7th: 8 9 12 13 14 15 | 19 20 21 22", meets="2026-10-15"),
    Deadline("Doris", "2026-10-15", "2026-10-21", STANDARD, "minutes: 19 20 21", is_others=True),
    Deadline("Doris", "2026-10-21", "2026-10-23", STANDARD, "plan, the team met on the 15th: 19 20 21 22 23"),
    Deadline("Edit", "2026-10-12", "2026-11-02", STANDARD, "meeting, since the 9th: 12 13 14 15 | 19 20 21 22 23 | 2"),
    Deadline("Edit", "2026-10-13", "2026-11-02", STANDARD, "meeting, as before", meets="2026-10-23"),
    Deadline("Edit", "2026-10-21", "2026-11-02", STANDARD, "meeting, as before", meets="2026-10-22"),
    Deadline("Edit", "2026-10-22", "2026-11-03", STANDARD, "minutes: 23 | 2 3", is_others=True),
    Deadline("Edit", "2026-10-23", "2026-11-05", STANDARD, "plan, the team met on the 22nd: 23 | 2 3 4 5"),
    Deadline("Frans", "2026-10-12", "2026-10-19", STANDARD, "consent, decided on the 9th: 12 13 14 15 | 19"),
    Deadline("Frans", "2026-10-13", "2026-11-04", STANDARD, "assessment: 14 15 | 19 20 21 22 23 | 2 3 4"),
    Deadline("Gun", "2026-10-12", "2026-10-19", STANDARD, "completion, sent back on the 9th: 12 13 14 15 | 19", is_others=True),
    Deadline("Hugo", "2026-10-12", "2026-10-14", LOCAL, "initial assessment: 13 14"),
    Deadline("Hugo", "2026-10-13", "2026-10-21", STANDARD, "completion: 14 15 | 19 20 21", is_others=True),
    Deadline("Hugo", "2026-10-14", "2026-10-15", LOCAL, "initial assessment: 13, sent back, answered on the 14th, 15"),
    Deadline("Hugo", "2026-10-15", "2026-10-23", STANDARD, "consent: 19 20 21 22 23"),
    Deadline("Iris", "2026-10-15", "2026-10-20", LOCAL, "initial assessment: 19 20"),
    Deadline("Jonte", "2026-10-19", "2026-10-20", LOCAL, "initial assessment, came on Saturday the 17th: 19 20, whatever held it"),
    Deadline("Jonte", "2026-10-20", "2026-11-03", STANDARD, "consent: 21 22 23 | 2 3"),
    Deadline("Kaj", "2026-10-21", "2026-10-23", LOCAL, "initial assessment: 22 23"),
    Deadline("Kaj", "2026-10-22", "2026-10-23", LOCAL, "initial assessment, which is another coordinator's by now", is_others=True),
    Deadline("Lova", "2026-10-23", "2026-11-03", LOCAL, "initial assessment: 2 3"),
)  # fmt: skip
#: Iris' concern ended without action on the 20th: four weeks lead to Tuesday 17 November, which is closed
LOOK_AGAIN: Final = "2026-11-18"
#: what Cleo's colleagues were asked for, each from the day of their own request
PARTS: Final = ("2026-10-20", "2026-11-04")
#: whoever may settle what holds Jonte's concern of Saturday does so on the first open day
SETTLE_BY: Final = "2026-10-19"


def standing_on(day: date) -> list[Deadline]:
    """The deadline of each child that has one on the evening of a day; Iris has none once her concern has ended."""
    newest = {one.child: one for one in TABLE if one.seen_on <= day.isoformat()}
    return [one for one in newest.values() if one.child != "Iris" or day.isoformat() < "2026-10-20"]
