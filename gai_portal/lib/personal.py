"""Whether a text that is meant for many holds what points at one person. Knows no app."""

import re
from collections.abc import Iterable

from gai_portal.lib.names import PARTICLES
from gai_portal.lib.text import fold

EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.\w+")
PHONE = re.compile(r"(?<![\w$])\+?\(?\d(?:[\s().\-]{0,2}\d){6,}(?![\w$])")
DOCUMENT = re.compile(r"\b(?=[A-Z0-9]*\d{4})(?=[A-Z0-9]*[A-Z])[A-Z0-9]{6,}\b", re.IGNORECASE)
DAYS = re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{4}\b|\b\d{4}-\d{2}-\d{2}\b")
YEARS = re.compile(r"\b(?:19|20)\d\d\s*[-–/]\s*(?:19|20)\d\d\b")
MONEY = re.compile(r"\b\d{1,3}(?:[.\s]\d{3})+(?:\$\d\d|\s*(?:CVE|ECV|escudos))", re.IGNORECASE)


def pointing_at_somebody(text: str) -> list[str]:
    """The e-mail addresses, telephone and document numbers that a text seems to hold; no names."""
    found = EMAIL.findall(text)
    for harmless in (EMAIL, DAYS, YEARS, MONEY):
        text = harmless.sub(" ", text)
    return [*found, *(match.strip() for match in PHONE.findall(text)), *DOCUMENT.findall(text)]


def naming(text: str, names: Iterable[str]) -> list[str]:
    """The words of a text that are part of one of these names, however they are written."""
    known = _words(" ".join(names))
    return [word for key, word in _words(text).items() if key in known]


def _words(text: str) -> dict[str, str]:
    words = {fold(word): word for word in re.findall(r"[^\W_]{3,}", text)}
    return {key: word for key, word in words.items() if key not in PARTICLES}
