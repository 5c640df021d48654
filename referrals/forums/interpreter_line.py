"""What mail to a guardian says first whose language we have no words in: that an interpreter reads it with them."""

from sqlalchemy.orm import object_session

from referrals import languages
from referrals.models import Guardian, Mail
from referrals.papers import readers


def said(mail: Mail) -> dict[str, str]:
    """The code of that language, its names and the offer in itself; all empty where we have words in it, and for everybody else.

    The offer alone is empty too where we are certain of no sentence.
    """
    session, guardian_id = object_session(mail), readers.guardian_in(mail.recipient)
    guardian = session.get(Guardian, guardian_id) if session and guardian_id else None
    code = (guardian.language or "") if guardian else ""
    if not code or languages.is_written(code):
        return {"reads": "", "named": "", "offer": ""}
    here, own = (languages.language_name(code, one) for one in (mail.language, code))
    return {"reads": code, "named": f"{here} ({own})", "offer": languages.interpreter_offer(code) or ""}
