"""What health, safety and learning are called in other frameworks: a suggestion that helps reading, decided by nobody."""

from dataclasses import dataclass
from typing import Final

from referrals.vocabulary import N_, Domain


@dataclass(frozen=True)
class Elsewhere:
    """Where one domain is found in other frameworks, in their own words."""

    domain: Domain
    #: the indicators of well-being of Scotland's Getting it right for every child
    shanarri: str
    #: the Swedish social services' Barns behov i centrum
    bbic: str
    #: the Danish Tidlig opsporing og indsats rates one well-being, by colour
    topi: str


_ONE_SCALE: Final = N_("Part of the one rating: green, yellow or red")

MAPPING: Final = (
    Elsewhere(Domain.HEALTH, "Healthy · Active", "Hälsa", _ONE_SCALE),
    Elsewhere(
        Domain.SAFETY,
        "Safe · Nurtured · Respected · Included",
        "Känslor och beteende · Sociala relationer · Säkerhet",
        _ONE_SCALE,
    ),
    Elsewhere(Domain.LEARNING, "Achieving · Responsible", "Utbildning", _ONE_SCALE),
)
