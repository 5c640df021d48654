"""What is to be done, in the words of a list, a button or a reminder."""

from referrals.stages import Verb
from referrals.vocabulary import N_
from referrals.work.waiting_items import Waiting

#: what is to be done, as the text of a line or a button
TO_DO: dict[Verb, str] = {
    Verb.SEND_TO_ASSESSMENT: N_("Decide how the concern goes on"),
    Verb.DECIDE_STATUTORY_TRACK: N_("Decide about a statutory track"),
    Verb.READ_ADDITION: N_("Read what the reporter added"),
    Verb.CONCLUDE_CONSENT: N_("Inform the guardians"),
    Verb.REQUEST_PARTS: N_("Ask colleagues for their part"),
    Verb.SUBMIT_PART: N_("Write your part of the assessment"),
    Verb.CONCLUDE_ASSESSMENT: N_("Go through the parts"),
    Verb.SCHEDULE_MEETING: N_("Schedule the team meeting"),
    Verb.RECORD_MEETING: N_("Hold the meeting and write the minutes"),
    Verb.APPROVE_MINUTES: N_("Approve the minutes"),
    Verb.SUBMIT_ACTION_PLAN: N_("Write the plan"),
    Verb.APPROVE_ACTION_PLAN: N_("Approve the plan"),
    Verb.OPEN_FOLLOW_UP: N_("Follow up already now"),
    Verb.RECORD_ACTION_STATUS: N_("Say how your action stands"),
    Verb.RECORD_DECISION_DONE: N_("Do what the team decided, and say so"),
    Verb.RECORD_FOLLOW_UP: N_("Follow up the plan"),
    Verb.CLOSE_REFERRAL: N_("Close the referral"),
    Verb.REOPEN_REFERRAL: N_("Look again at how the child is doing"),
    Verb.STOP_SENDING: N_("See to a mail that did not arrive"),
    # beside the team's work: in words that tell nobody what it is about, since they stand in mail too
    Verb.BEGIN_SUPPORT_INVESTIGATION: N_("Answer a report to the head teacher"),
    Verb.CONCLUDE_SUPPORT_INVESTIGATION: N_("Record the result of an investigation"),
    Verb.REVIEW_SUPPORT_PROGRAMME: N_("Follow up a decision on its day"),
    Verb.RECORD_SUPPORT_TOLD: N_("Tell guardians of a decision, and record on which day"),
    Verb.REPORT_ABSENCE: N_("Report to the organiser, and record that you did"),
    Verb.CONCLUDE_ABSENCE_INVESTIGATION: N_("Record the result of an investigation"),
    Verb.PASS_ON_DEGRADING_REPORT: N_("Pass a report on to the organiser"),
    Verb.BEGIN_DEGRADING_INVESTIGATION: N_("Let a report be investigated"),
    Verb.CONCLUDE_DEGRADING_INVESTIGATION: N_("Record the result of an investigation"),
    Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT: N_("Record the result of an investigation"),
    Verb.DECIDE_EDUCATIONAL_HELP: N_("Decide upon an assessment that has come"),
    Verb.RECORD_EDUCATIONAL_TOLD: N_("Tell guardians of a decision, and record on which day"),
    Verb.RECORD_SERVICE_ANSWER: N_("Ask a service outside what became of a referral"),
    Verb.REMIND_OF_CONSENT: N_("Ask the guardians again: a consent ends"),
}

#: what waits without a verb of its own, by its kind
BY_KIND: dict[Waiting, str] = {
    Waiting.OTHERS_PART: N_("A colleague's part of the assessment has not come in"),
    Waiting.OF_AGE: N_("Record who decides from now on, tell and ask them"),
    Waiting.APPEAL: N_("Watch for an appeal"),
    Waiting.LEFT_DECISION: N_("See to what a meeting decided: who was to do it no longer works here"),
    Waiting.LEFT_ACTION: N_("Give somebody else an action: who had it is no longer invited"),
    Waiting.LEFT_INVESTIGATION: N_("See to an investigation: who carries it out no longer works here"),
}

#: what a request to read a file asks of its reviewer: it is no verb of the referral
READING = N_("Go through the file for somebody who asked to read it")

#: and of who recorded it, where it lies
GIVE_READING_ON = N_("See to a request to read a file that nobody has answered")

#: nor is it one what those answer who are called to a meeting
CANNOT_COME = N_("See to who cannot come to the meeting")
BOOK_INTERPRETER = N_("Book an interpreter")
SAY_WHETHER = N_("Say whether you come")

#: the same where it waits for somebody other than the reader
OTHERS_DO: dict[Verb, str] = {
    Verb.SEND_TO_ASSESSMENT: N_("The coordinator decides how the concern goes on"),
    Verb.RESUBMIT_CONCERN: N_("The reporter completes the concern"),
    Verb.DECIDE_STATUTORY_TRACK: N_("The head teacher decides about a statutory track"),
    Verb.SUBMIT_PART: N_("Colleagues write their parts"),
    Verb.APPROVE_MINUTES: N_("The minutes are to be approved"),
    Verb.APPROVE_ACTION_PLAN: N_("The plan is to be approved"),
    Verb.OPEN_FOLLOW_UP: N_("The plan is carried out until the follow-up"),
    Verb.RECORD_ACTION_STATUS: N_("An action of the plan does not get done"),
    Verb.RECORD_DECISION_DONE: N_("What the team decided does not get done"),
    Verb.RECORD_SERVICE_ANSWER: N_("Nothing is recorded of what became of a referral to a service outside"),
    Verb.CONCLUDE_SUPPORT_INVESTIGATION: N_("An investigation is under way"),
    Verb.CONCLUDE_ABSENCE_INVESTIGATION: N_("An investigation is under way"),
    Verb.CONCLUDE_DEGRADING_INVESTIGATION: N_("An investigation is under way"),
    Verb.CONCLUDE_EDUCATIONAL_ASSESSMENT: N_("An investigation is under way"),
}
