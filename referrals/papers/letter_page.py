"""A letter's words as a small page: the second half of a mail, for programs that show HTML rather than plain text."""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from referrals.languages import direction
from referrals.printing import TEMPLATE_FOLDER


def page_of(body: str, *, subject: str, language: str) -> str:
    """The HTML of a letter: exactly the words of `body`, whose paragraphs stand apart by an empty line.

    A line that is an address becomes a link. What is typed nowhere needs no cleaning, and is escaped all the same.
    """
    paragraphs = [part.splitlines() for part in body.strip().split("\n\n")]
    values = {"paragraphs": paragraphs, "subject": subject, "language": language, "direction": direction(language)}
    return _templates().get_template("emails/layout.html").render(values)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATE_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
