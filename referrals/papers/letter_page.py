"""A letter's words as a small page: the second half of a mail, for programs that show HTML rather than plain text."""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from referrals.languages import direction, interpreter_offer
from referrals.printing import TEMPLATE_FOLDER


def page_of(body: str, *, subject: str, language: str, reads: str = "") -> str:
    """The HTML of a letter: exactly the words of `body`, whose paragraphs stand apart by an empty line.

    A line that is an address becomes a link, and the offer of an interpreter in what its reader `reads` is marked as of that language. What is typed nowhere needs no cleaning, and is escaped all the same.
    """
    paragraphs = [part.splitlines() for part in body.strip().split("\n\n")]
    values = {
        "paragraphs": paragraphs,
        "subject": subject,
        "language": language,
        "direction": direction(language),
        "reads": reads,
        "offer": interpreter_offer(reads),
    }
    return _templates().get_template("emails/layout.html").render(values)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATE_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["direction"] = direction
    return made
