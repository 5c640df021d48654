"""What the paper of a protection report says: everything the sender wrote, and plainly what they did not."""

from marshmallow import fields

from schemas.documents.kinds import Frame


class ProtectionReportDocument(Frame):
    """D10: what one professional reports to the authority that protects children. Nothing in it is masked."""

    seen = fields.String(attribute="referral.said.seen")
    seen_when = fields.String(attribute="referral.said.seen_when")
    urgency = fields.String(attribute="referral.said.urgency")
    child_id = fields.String(attribute="referral.said.child_id")
    guardians = fields.String(attribute="referral.said.guardians")
    interpreter = fields.String(attribute="referral.said.interpreter")
    siblings = fields.String(attribute="referral.said.siblings")
    tried = fields.String(attribute="referral.said.tried")
    other_knowledge = fields.String(attribute="referral.said.other_knowledge")
    suspects_family = fields.Boolean(attribute="referral.said.suspects_family")
    told = fields.String(attribute="referral.said.told")
    told_on = fields.String(attribute="referral.said.told_on")
    told_how = fields.String(attribute="referral.said.told_how")
    why_not_told = fields.String(attribute="referral.said.why_not_told")
    orally_on = fields.String(attribute="referral.said.orally_on")
    orally_time = fields.String(attribute="referral.said.orally_time")
    orally_to = fields.String(attribute="referral.said.orally_to")
    sender_name = fields.String(attribute="referral.said.sender_name")
    sender_function = fields.String(attribute="referral.said.sender_function")
    sender_address = fields.String(attribute="referral.said.sender_address")
    sender_phone = fields.String(attribute="referral.said.sender_phone")
    sender_email = fields.String(attribute="referral.said.sender_email")
