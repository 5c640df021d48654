"""What a team meeting talks about, in the reader's language as far as the points are our own."""

from functools import cache

from referrals.languages import LANGUAGES, translations
from referrals.vocabulary.agenda_points import USUAL_POINTS


def usual_points(language: str) -> list[str]:
    """The points a meeting begins with, in the words of whoever calls it."""
    return [translations(language).gettext(point) for point in USUAL_POINTS]


def usual_point(said: str, language: str) -> str:
    """A point of an agenda: one of ours that stands there word for word in any of our languages is said in `language`.

    What somebody wrote themselves stays as it is, and so does one of ours in a language whose catalogue lacks it.
    """
    ours = _ours().get(said.strip())
    here = translations(language).gettext(ours) if ours else said
    return said if here == ours and language not in LANGUAGES else here


@cache
def _ours() -> dict[str, str]:
    return {translations(code).gettext(point): point for code in LANGUAGES for point in USUAL_POINTS}
