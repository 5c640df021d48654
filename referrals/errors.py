"""What the core refuses, in words a colleague would use. The web turns each class into a page; the workflow never retries one."""

import uuid
from datetime import datetime

from referrals.vocabulary.development import DevelopmentProblem
from referrals.vocabulary.forums import AgendaProblem, SeatProblem
from referrals.vocabulary.research import ExportProblem
from referrals.vocabulary.rounds import RoundProblem


class ReferralError(Exception):
    """Anything the core refuses. Carries no personal data, so that it may be logged and stored."""


class NotAllowed(ReferralError):
    """This person may not do this to this referral, or may not know that it exists."""


class NoSuchReferral(ReferralError):
    """There is no referral with this number, or none that this person may see."""


class WrongStage(ReferralError):
    """The verb does not fit where the referral stands.

    `verb` is what was tried, `stage` and `status` where the referral stands.
    """

    def __init__(self, verb: str, stage: str, status: str) -> None:
        super().__init__(f"{verb} is not possible in {stage} ({status})")
        self.verb = verb
        self.stage = stage
        self.status = status


class MeetingCalledOff(WrongStage):
    """The meeting that was answered about is called off, and no other stands in its place; nothing was noted."""


class AlreadyMoved(ReferralError):
    """Somebody was first: the referral is no longer as this person saw it.

    `verb` is what was done, `who` the name of who did it as shown in the history, `at` the instant, and `by_id` their
    account, so that a person can be told that it was themselves; None for who has none.
    """

    def __init__(self, verb: str, who: str, at: datetime, *, by_id: uuid.UUID | None = None) -> None:
        super().__init__(f"{verb} came first")
        self.verb = verb
        self.who = who
        self.at = at
        self.by_id = by_id


class MeetingMoved(ReferralError):
    """What was answered is about another time than the meeting has by now; nothing was noted."""


class SameAuthor(ReferralError):
    """The one who wrote it may not be the one who approves it."""


class NotDelegable(ReferralError):
    """The law lets only the head teacher decide this; nobody can do it in their place."""


class NotInformed(ReferralError):
    """No team meeting about a named child before its guardians are informed, or the reason why not is recorded."""


class NothingRequested(ReferralError):
    """The assessment has no part yet: ask somebody first, or send the referral straight to the team."""


class SeatRefused(ReferralError):
    """Somebody cannot take this place in a team; `problem` says why, in words that stand at the field."""

    def __init__(self, problem: SeatProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class RoundRefused(ReferralError):
    """It cannot be so in a consultation round; `problem` says why, in words that stand at the field."""

    def __init__(self, problem: RoundProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class ExportRefused(ReferralError):
    """It cannot be so with an export for research; `problem` says why, in the words that are shown."""

    def __init__(self, problem: ExportProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class DevelopmentRefused(ReferralError):
    """It cannot be so in development work; `problem` says why, in words that stand at the field, `row` in which of several."""

    def __init__(self, problem: DevelopmentProblem, *, row: int = 0) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.row = row


class DevelopmentClosed(NotAllowed):
    """The development work was closed, and what is closed changes no more."""


class TakenAway(NoSuchReferral):
    """It was there when this person opened the page, and somebody has taken it away."""


class AgendaRefused(ReferralError):
    """It cannot be so on this date of a team; `problem` says why, in words that stand at the field."""

    def __init__(self, problem: AgendaProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class PartsMissing(ReferralError):
    """Parts are still out, and the coordinator has not said that the others are enough."""


class ActionsStillRunning(ReferralError):
    """The referral cannot be closed: each running action must first be ended or handed to a named owner."""


class PlanIncomplete(ReferralError):
    """The plan lacks something it must have before it can be approved. `missing` names the parts."""

    def __init__(self, *missing: str) -> None:
        super().__init__("the plan lacks " + ", ".join(missing))
        self.missing = missing


class Incomplete(ReferralError):
    """The decision lacks something that must come with it, such as a reason or a date. `missing` names the parts."""

    def __init__(self, *missing: str) -> None:
        super().__init__("missing: " + ", ".join(missing))
        self.missing = missing


class NotCovered(ReferralError):
    """This recipient is not covered by the guardians' consent and belongs to another service."""


class NotLookedAt(ReferralError):
    """A paper for another service goes only after whoever shares it has looked at what will stand on it."""


class HandOverEnded(ReferralError):
    """The offer of a hand-over waits no more: it was taken back or answered, or another one was made first."""


class ProtectedByHand(ReferralError):
    """A referral in which an identity is protected is not handed over here, but from person to person."""


class DutiesOpen(ReferralError):
    """Something that the law asks of this unit about the child is not done yet; after a hand-over nobody could do it."""


class ServiceAsked(DutiesOpen):
    """A service outside was asked and has not done its part; after a hand-over nobody could hear what it answers."""


class PointerOnly(ReferralError):
    """Of this service's knowledge the team keeps only that there is something to add and whom to ask, never the content."""


class WithheldFromAsker(ReferralError):
    """This guardian is not to read it: that was decided before, and holds until the decision is lifted. `pieces` names what."""

    def __init__(self, *pieces: str) -> None:
        super().__init__("withheld: " + ", ".join(pieces))
        self.pieces = pieces


class LooksMedical(ReferralError):
    """A text holds words that look like an identity number or medical content. `kinds` says what of; the words stay out of it."""

    def __init__(self, *kinds: str) -> None:
        super().__init__(", ".join(kinds))
        self.kinds = kinds


class NamesSomebody(ReferralError):
    """A text that is to be about nobody holds an identity number, a name or a class. `kinds` says what; the words stay out of it."""

    def __init__(self, *kinds: str) -> None:
        super().__init__(", ".join(kinds))
        self.kinds = kinds


class SchoolsClosed(ReferralError):
    """The schools are closed on the day of the meeting, and nobody has said that the team meets all the same."""


class OutsideMandate(ReferralError):
    """The team's level and mandate do not let it decide this."""


class StillTakesChildren(ReferralError):
    """A team that only advises takes up no child, and in its units referrals are running or concerns can still come in."""


class HasReferrals(ReferralError):
    """A team that works for a unit beside the one that takes in its concerns has referrals of the unit, and so stays as it is."""


class TeamNotComplete(ReferralError):
    """The forum asks for professions that are not called, and nobody has said that it meets without them.

    `missing` holds the values of those professions.
    """

    def __init__(self, *missing: str) -> None:
        super().__init__("not called: " + ", ".join(missing))
        self.missing = missing


class NotAskedAbout(ReferralError):
    """A consent names somebody the guardian was not asked about; a yes holds for no more than the question."""


class AlreadyWithdrawn(ReferralError):
    """There is no consent here that could be withdrawn: it was withdrawn before, or never given."""


class TooLateToStop(ReferralError):
    """It has left already: the ten minutes in which it could be stopped have passed."""


class KeptOutside(ReferralError):
    """What this referral is about lies on paper, outside the system: nothing is written here any more."""


class StaysOnList(ReferralError):
    """This person's task keeps them on the access list, or it is oneself: somebody must always decide about it."""


class ReportIssued(ReferralError):
    """The protection report is on paper: its words stay as they were given. What is new goes into another one."""


class FileRefused(ReferralError):
    """A file is not taken. `why` is the value of a word of `FileRefusal`; the file's name and content stay out of it."""

    def __init__(self, why: str) -> None:
        super().__init__(f"file refused: {why}")
        self.why = why


class LeaseLost(ReferralError):
    """This attempt no longer holds its step: somebody else took it over, so nothing it did may stay."""


class WrongCode(ReferralError):
    """The reference number and the return code do not belong together."""


class TooManyTries(ReferralError):
    """The same thing was tried too often in a short time. `seconds` until the next try is taken."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many tries; wait {seconds} s")
        self.seconds = seconds


class WrongFactor(ReferralError):
    """This is not the code of the moment, nor one of the recovery codes that are left."""


class LinkSpent(ReferralError):
    """A one-time link was used before, has run out, or was never given."""


class NotKnownHere(ReferralError):
    """The municipality knows this person, and no account here is theirs."""


class AssuranceTooLow(ReferralError):
    """The municipality's sign-in did not vouch for the assurance that is asked for."""


class SealBroken(ReferralError):
    """A sealed value does not belong to the row it stands in, or cannot be opened with the keys at hand."""


class AuditBroken(ReferralError):
    """The audit log is not as it was written, or what an earlier check saw of it cannot be read."""


class KeysStillUsed(ReferralError):
    """A key cannot be taken out of the key ring yet: something needs it, or might still be writing with it."""


class LastAdministrator(ReferralError):
    """Nobody would be left who may change the organisation."""


class SetupFileInvalid(ReferralError):
    """The municipality's file cannot be used. `line` is the line number where known, `reason` a sentence."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.reason = reason
        self.line = line


class NotDue(ReferralError):
    """Nothing of this referral may go yet: no rule says so, its time is not over, it was reopened, or what must come first has not been done."""


class OnHold(ReferralError):
    """A legal hold is on this referral: nothing of it may be disposed of until somebody lifts the hold."""


class SamePerson(ReferralError):
    """The one who proposed it may not be the one who approves it."""


class AlreadyDecided(ReferralError):
    """This was decided before, or something like it is under way already."""


class ContentGone(ReferralError):
    """The content was disposed of as the municipality's plan says; the record of what was done stays."""


class StartRefused(ReferralError):
    """Production may not start like this; says in a sentence what is wrong and what to do."""


class BackupRefused(ReferralError):
    """A copy cannot be written, or cannot be put back: the sentence says which file or database, and what to do."""
