"""What is said when something cannot be done: for each class of error its status and its words."""

from dataclasses import dataclass

from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError

from referrals import errors as core
from referrals.vocabulary import N_
from webapp.notices import Notice


@dataclass(frozen=True)
class Answer:
    """Status and words for one kind of error. `keeps_form`: a submitted form is shown again with these words above it.

    `of_form` is said only where what was typed still stands in a form on that page: a form can be gone by then.
    `without_form` takes the place of the text where that page cannot be shown again, and no button of it stands there.
    """

    status: int
    title: str
    text: str
    keeps_form: bool = False
    of_form: str = ""
    without_form: str = ""

    @property
    def notice(self) -> Notice:
        """What stands above the page that is shown again."""
        return Notice(self.text, self.title, "warning", of_form=self.of_form)


NOT_FOUND = Answer(
    404,
    N_("There is nothing here for you to see"),
    N_(
        "The address or the reference number is wrong, or this belongs to somebody else. Check what you typed, or begin again from the start page."
    ),
)

#: errors of the core, and of the machines under it; the nearest class counts
OF_CORE: dict[type[Exception], Answer] = {
    core.NoSuchReferral: NOT_FOUND,
    core.NotAllowed: NOT_FOUND,
    core.AlreadyMoved: Answer(
        409,
        N_("%(who)s was first, at %(time)s"),
        N_("This is how it stands now. What you sent has changed nothing."),
        keeps_form=True,
        of_form=N_("What you typed is kept below: read it once more, and send it again if it still fits."),
    ),
    core.TakenAway: Answer(
        404,
        N_("It is no longer there"),
        N_("Somebody has taken it away since you opened the page. Nothing else was changed."),
        keeps_form=True,
    ),
    core.DevelopmentClosed: Answer(
        409,
        N_("This work is closed"),
        N_("It was closed before you sent this, and what is closed changes no more."),
        keeps_form=True,
    ),
    core.WrongStage: Answer(
        409,
        N_("The referral has moved on"),
        N_("This can no longer be done where the referral stands now."),
        keeps_form=True,
        of_form=N_("What you typed is kept as long as this page is open."),
    ),
    core.MeetingCalledOff: Answer(
        409,
        N_("The meeting has been called off"),
        N_("Nobody comes at that time, and nothing was noted. Whoever is invited to a new meeting is asked again."),
        keeps_form=True,
        of_form=N_("What you typed is kept as long as this page is open."),
    ),
    core.SameAuthor: Answer(
        409,
        N_("Somebody else must approve this"),
        N_("The one who wrote a plan does not approve it. Ask a colleague who may."),
        keeps_form=True,
    ),
    core.NotInformed: Answer(
        409,
        N_("The guardians come first"),
        N_(
            "Record that the guardians have been informed, or why they have not, before the team meets about a named child."
        ),
        keeps_form=True,
    ),
    core.NothingRequested: Answer(
        409,
        N_("Nobody has been asked yet"),
        N_("Ask at least one colleague for a part of the assessment, or send the referral straight to the team."),
        keeps_form=True,
    ),
    core.PartsMissing: Answer(
        409,
        N_("Parts are still missing"),
        N_("Wait for the parts that are out, or say that those you have are enough."),
        keeps_form=True,
    ),
    core.ActionsStillRunning: Answer(
        409,
        N_("Actions are still running"),
        N_("Each running action is ended, or handed to somebody by name, before the referral is closed."),
        keeps_form=True,
    ),
    core.PlanIncomplete: Answer(
        422,
        N_("The plan is not complete yet"),
        N_("Add what is marked as missing before the plan goes for approval."),
        keeps_form=True,
    ),
    core.Incomplete: Answer(
        422,
        N_("Something is missing"),
        N_("A decision like this needs its reason and, where one is asked for, its date."),
        keeps_form=True,
    ),
    core.NotDelegable: Answer(
        409,
        N_("Only the head teacher decides this"),
        N_("The law lets nobody decide it in the head teacher's place. What is written is kept."),
        keeps_form=True,
    ),
    core.NotCovered: Answer(
        409,
        N_("The consent does not cover this recipient"),
        N_("Ask the guardians first, or choose somebody in your own service."),
        keeps_form=True,
    ),
    core.NotAskedAbout: Answer(
        422,
        N_("Nobody was asked about this recipient"),
        N_("A consent reaches only those who stand on the form. Nothing was recorded: choose among them."),
        keeps_form=True,
    ),
    core.HandOverEnded: Answer(
        409,
        N_("This offer no longer stands"),
        N_(
            "It was taken back or answered meanwhile, or another one was made first. Nothing was changed: look at how it stands now."
        ),
    ),
    core.ProtectedByHand: Answer(
        409,
        N_("It is not handed over here"),
        N_(
            "An identity in it is protected: which school the child goes to can be the secret. Hand it over from person to person, on paper."
        ),
        keeps_form=True,
    ),
    core.DutiesOpen: Answer(
        409,
        N_("It cannot be handed over yet"),
        N_(
            "The law asks something of your unit that is not done yet: a report to pass on, or an investigation to begin or to finish. After a hand-over nobody could do it. Let that be done first, and offer it then."
        ),
        keeps_form=True,
    ),
    core.ServiceAsked: Answer(
        409,
        N_("It cannot be handed over yet"),
        N_(
            "A service outside was asked for help and has not done its part. After a hand-over nobody could hear what it answers. Record what became of it, or take the referral to it back; the other team can ask the service anew."
        ),
        keeps_form=True,
    ),
    core.PointerOnly: Answer(
        422,
        N_("Only a pointer belongs here"),
        N_(
            "Of what this service knows, the team keeps only that there is something to add and whom to ask. Leave the content out."
        ),
        keeps_form=True,
    ),
    core.WithheldFromAsker: Answer(
        409,
        N_("This guardian is not to read it"),
        N_("It was decided that this guardian does not read it. Withhold it."),
        keeps_form=True,
    ),
    core.LooksMedical: Answer(
        422,
        N_("Something looks medical"),
        N_("Words in it look like an identity number or medical content. Reword them and send it again."),
        keeps_form=True,
    ),
    core.NamesSomebody: Answer(
        422,
        N_("Something tells who it is about"),
        N_("It holds an identity number, a name or a class. Nothing was kept: take that out and send it again."),
        keeps_form=True,
    ),
    core.SchoolsClosed: Answer(
        422,
        N_("The schools are closed"),
        N_("Choose a day on which the schools are open, or say that the team meets all the same."),
        keeps_form=True,
    ),
    core.OutsideMandate: Answer(
        409,
        N_("This team may not decide that"),
        N_(
            "Its mandate does not let it. Choose what it may decide, or ask a head teacher of one of its schools or preschools, or an administrator, to change that. Nothing was changed."
        ),
        keeps_form=True,
    ),
    core.StillTakesChildren: Answer(
        409,
        N_("The team still takes up children"),
        N_(
            "A team that only advises takes up no single child, and in its schools or preschools referrals are running or concerns can still come in. Close or hand over what is running, and let an administrator shut their public form or give them another team. Nothing was changed."
        ),
        keeps_form=True,
    ),
    core.HasReferrals: Answer(
        409,
        N_("A team there has referrals"),
        N_(
            "A team that works on referrals from here, beside the one that takes up concerns, stays that. Otherwise others would come to see them. Nothing was changed."
        ),
        keeps_form=True,
    ),
    core.TeamNotComplete: Answer(
        422,
        N_("The team is not complete"),
        N_("The forum asks for more professions than are called. Call them too, or say that it meets without them."),
        keeps_form=True,
    ),
    core.AlreadyWithdrawn: Answer(
        409,
        N_("There is no consent to withdraw"),
        N_("It was withdrawn before, or never given. See how it stands now."),
        keeps_form=True,
    ),
    core.NotDue: Answer(
        409,
        N_("This may not go yet"),
        N_(
            "No rule says so, its time is not over, it is open again, or the archive has no copy of all that is here now: take out a new one. Nothing was changed."
        ),
    ),
    core.OnHold: Answer(
        409,
        N_("A hold keeps this"),
        N_("As long as the hold stands, nothing of it may go. Nothing was changed."),
    ),
    core.SamePerson: Answer(
        409,
        N_("Somebody else must approve this"),
        N_("The one who proposed it does not approve it. Ask a colleague who may."),
    ),
    core.AlreadyDecided: Answer(
        409,
        N_("This is decided already"),
        N_("Somebody decided it before, or something like it is under way. Look at the list once more."),
    ),
    core.ContentGone: Answer(
        410,
        N_("This is no longer kept"),
        N_(
            "It was disposed of as the municipality's plan for its documents says. What was done, and when, is still on record."
        ),
    ),
    core.TooLateToStop: Answer(
        409,
        N_("It has already left"),
        N_("It could be stopped for a few minutes only, and they have passed."),
        keeps_form=True,
    ),
    core.KeptOutside: Answer(
        409,
        N_("This referral is kept on paper"),
        N_("Nothing about it is written here any more. Write it in the paper file."),
        keeps_form=True,
    ),
    core.StaysOnList: Answer(
        409,
        N_("This person stays on the access list"),
        N_(
            "Their task keeps them on it, or it is you yourself: somebody must always decide about it. Let another coordinator take the referral over first."
        ),
        keeps_form=True,
    ),
    core.ReportIssued: Answer(
        409,
        N_("The report is on paper already"),
        N_("Its words stay as they are. If there is more to say, write another one."),
        keeps_form=True,
    ),
    core.WrongCode: Answer(
        422,
        N_("Number and code do not belong together"),
        N_("Check both as they stand on your receipt. Capital or small letters make no difference."),
        keeps_form=True,
    ),
    core.TooManyTries: Answer(
        429,
        N_("Too many tries"),
        N_("Wait %(minutes)s min and try again."),
        keeps_form=True,
        of_form=N_("What you typed is kept below, except a password."),
    ),
    core.LinkSpent: Answer(
        410,
        N_("This link is no longer good"),
        N_("A link can be used once and for half an hour. Ask for a new one on the sign-in page."),
    ),
    core.LastAdministrator: Answer(
        409,
        N_("Nobody would be left to administer"),
        N_("Make somebody else an administrator first."),
        keeps_form=True,
    ),
    core.ReferralError: Answer(
        409, N_("This cannot be done now"), N_("Go back to the referral and see how it stands."), keeps_form=True
    ),
    CSRFError: Answer(
        400,
        N_("The page had been open for too long"),
        N_("Nothing has been sent yet: press the button once more."),
        keeps_form=True,
        of_form=N_("What you typed is kept below."),
        without_form=N_("Nothing has been sent yet: go back, load the page again, and press the button once more."),
    ),
    OperationalError: Answer(
        503,
        N_("Just now it does not work"),
        N_("Too much is going on at the same time, or the database is being looked after. Try again in a minute."),
        keeps_form=True,
    ),
}

OF_HTTP: dict[int, Answer] = {
    400: Answer(
        400, N_("We could not read that"), N_("What your browser sent was damaged on the way. Go back and try again.")
    ),
    404: NOT_FOUND,
    405: Answer(
        405,
        N_("That cannot be done here"),
        N_("The address is right, but not for what you tried. Begin again from the start page."),
    ),
    413: Answer(
        413,
        N_("That was too much at once"),
        N_("What you sent is larger than we can take. Go back, shorten the text and send it again."),
    ),
    429: Answer(429, N_("Too many tries"), N_("Wait a few minutes before you try again.")),
    500: Answer(
        500,
        N_("Something went wrong on our side"),
        N_("It is not your doing. Go back and try again; if it happens again, tell us the number below."),
    ),
    503: Answer(503, N_("Just now it does not work"), N_("Try again in a minute.")),
}
