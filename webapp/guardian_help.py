"""What each page of a guardian is for, in a few sentences; kept here, so that whoever adds a language for guardians translates it too."""

from typing import Final

from referrals.vocabulary.terms import N_

HELP: Final[dict[str, str]] = {
    "guardian.code": N_("For guardians who got a letter with a code from the school. The code opens a page that is yours alone. If it does not work, ring whoever gave it to you and ask for a new one."),
    "guardian.home": N_("How far it has come, the dates, whom you can ring, and your answer to an invitation. Papers and your own text are behind a second door, so that nobody who finds the code can read them. Other guardians have pages of their own."),
    "guardian.own_words": N_("Write what you want the team to know, in your own words and your own language. The team reads it, and it stands first in papers where guardians are heard. You can change it as long as the work goes on."),
    "guardian.consent": N_("Here you say what the school may share with others, with whom and until when. You may say no, and change your answer at any time. Support at school does not depend on it."),
    "guardian.before_withdrawal": N_("Before you take your consent back, you see here what it means: what stops at once, and what others have got already. Nothing happens until you press the button."),
}  # fmt: skip
