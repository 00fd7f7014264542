"""Nationalities: ISO 3166-1 codes with names from CLDR, and one code of our own for the stateless."""

from functools import cache

from babel import Locale
from django.utils.translation import get_language, gettext as _

from gai_portal.lib.formats import BABEL_LOCALES
from gai_portal.lib.text import fold

# ISO 3166 leaves XA to XZ to its users. Travel documents write XXA for a stateless person (ICAO Doc 9303).
STATELESS = "XA"

# Two letters in CLDR, yet no country of ISO 3166-1: reserved, grouped, invented for tests.
NOT_COUNTRIES = frozenset(
    {"AC", "CP", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
)


@cache
def _names(language: str) -> dict[str, str]:
    territories = Locale.parse(BABEL_LOCALES.get(language, language)).territories
    names = {code: name for code, name in territories.items() if len(code) == 2 and code not in NOT_COUNTRIES}
    return dict(sorted(names.items(), key=lambda item: fold(item[1])))


def nationality_names() -> dict[str, str]:
    """Every code and its name in the active language, by name; the stateless first."""
    language = (get_language() or "pt").split("-")[0]
    return {STATELESS: _("Stateless"), **_names(language)}


def nationality_name(code: str) -> str:
    """The name of one code; nothing for no code, the code itself for one that nobody knows."""
    return nationality_names().get(code, code)
