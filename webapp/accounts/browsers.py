"""Which kind of browser somebody uses, in words they know it by; nothing finer, since that would follow people around."""

from typing import Final

#: the first that fits counts: most browsers also name those they descend from
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrom", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_MACHINES: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def kind_of(user_agent: str) -> str:
    """Such as "Firefox, Windows"; empty where neither is known."""
    found = (next((name for sign, name in kinds if sign in user_agent), "") for kinds in (_BROWSERS, _MACHINES))
    return ", ".join(filter(None, found))
