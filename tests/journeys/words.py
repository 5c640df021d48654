"""The words on the pages, in the language of a journey: said in English, found in the catalogues."""

from referrals.languages import translations


class Words:
    """One language. `words("Go on")` gives what stands on the page."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, english: str, **values: object) -> str:
        text = translations(self.language).gettext(english)
        return text % values if values else text
