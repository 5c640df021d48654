"""How each status is called."""

from referrals.stages import Status
from referrals.vocabulary.terms import N_

STATUS_LABELS: dict[Status, str] = {
    Status.SUBMITTED: N_("Submitted"),
    Status.RETURNED: N_("Returned for completion"),
    Status.WITHDRAWN: N_("Withdrawn by the reporter"),
    Status.WAITING: N_("Waiting"),
    Status.FOR_DECISION: N_("With the head teacher"),
    Status.REQUESTED: N_("Requested"),
    Status.RECEIVED: N_("Received"),
    Status.SCHEDULED: N_("Scheduled"),
    Status.HELD: N_("Held, minutes in draft"),
    Status.DRAFT: N_("Draft"),
    Status.FOR_APPROVAL: N_("For approval"),
    Status.ACTIVE: N_("In progress"),
    Status.DUE: N_("Due"),
    Status.PROPOSED: N_("Proposed"),
    Status.CLOSED: N_("Closed"),
}
