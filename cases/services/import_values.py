"""What stands in the cells of an old list, as the portal records it."""

import hmac
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from hashlib import sha256
from typing import Any

from babel import Locale
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from cases.models import AgeBand, Channel, Enquiry, Language, Outcome, ReferenceRow, Sex, Topic
from cases.services.import_columns import CODED, HIDDEN, Column, field_labels, words
from gai_portal.lib.countries import nationality_names
from gai_portal.lib.foreign_tables import LANGUAGES, written_day, written_hour
from gai_portal.lib.formats import BABEL_LOCALES
from gai_portal.lib.text import fold

NOON = time(12)  # a day without an hour
EARLIEST = date(2000, 1, 1)
LIKE_ENOUGH = 86  # of 100
ALWAYS = ("topic", "channel", "outcome")  # an enquiry has one
LISTS: dict[str, type[ReferenceRow]] = {"channel": Channel, "outcome": Outcome, "language": Language}
# By what the same contact is known again in another copy of the list.
TELLING = ("at", "topic_id", "channel_id", "sex", "age_band", "nationality")


def folded(text: str) -> str:
    """As it is compared: without accents, capitals, or signs around it."""
    return re.sub(r"\s+", " ", fold(text)).strip(" .:;-–?!\"'")


def keyed(*parts: str) -> str:
    """A digest that nobody outside can compute: the few values of a contact could be tried one by one."""
    message = "\x1f".join(parts).encode()
    return hmac.new(settings.SECRET_KEY.encode(), b"enquiry import\x1f" + message, sha256).hexdigest()[:32]


class Lists:
    """What may stand in each coded column, and all that it may be called."""

    def __init__(self) -> None:
        topics = {topic.code: topic for topic in Topic.objects.in_use().select_related("parent")}
        groups = {topic.parent_id for topic in topics.values()}
        self.topics = {code: topic for code, topic in topics.items() if code not in groups}
        self.names: dict[str, dict[str, str]] = {
            "topic": {code: topic.full_name() for code, topic in self.topics.items()},
            "sex": {value: str(name) for value, name in Sex.choices},
            "age_band": {value: str(name) for value, name in AgeBand.choices},
            "nationality": nationality_names(),
        }
        called: dict[str, list[tuple[str, str]]] = {
            "topic": _called(self.topics.values()),
            "sex": [text for value, name in Sex.choices for text in ((value, value), (str(name), value))],
            "age_band": [(value, value) for value in AgeBand.values],
            "nationality": _countries(),
        }
        for name, model in LISTS.items():
            rows = list(model._default_manager.filter(is_active=True))
            self.names[name] = {row.code: str(row) for row in rows}
            called[name] = _called(rows)
        self.exact = {name: self._by_text(name, pairs) for name, pairs in called.items()}
        for name, synonyms in words()["values"].items():
            called[name][:0] = [(text, code) for code, texts in synonyms.items() for text in texts]
        self.doubtful = set(words()["doubtful"])
        self.codes = {name: self._by_text(name, pairs) for name, pairs in called.items()}

    def _by_text(self, name: str, pairs: list[tuple[str, str]]) -> dict[str, str]:
        found: dict[str, str] = {}
        for text, code in pairs:
            if code in self.names[name]:
                found.setdefault(folded(text), code)
        return found

    def is_exact(self, name: str, text: str) -> bool:
        """Whether a text is the code or name of what it is taken for, or an age: nobody need look at it."""
        code = self.known(name, text)
        return bool(code) and (name == "age_band" or self.exact[name].get(folded(text)) == code)

    def known(self, name: str, text: str) -> str:
        """The code that a text is the code, a name or a synonym of; nothing for any other."""
        if folded(text) in self.doubtful:
            return ""
        code = self.codes[name].get(folded(text), "")
        if not code and name == "age_band" and (age := re.fullmatch(r"(\d{1,3})( \w+)?", folded(text))):
            code = AgeBand.of(int(age[1])) if int(age[1]) <= 120 else ""
        return code

    def guess(self, name: str, text: str) -> str:
        """The code whose name comes nearest, if any comes near. Somebody has to say whether it is right."""
        if name == "age_band":
            return ""
        codes = self.codes[name]
        best = process.extractOne(folded(text), list(codes), scorer=fuzz.WRatio, score_cutoff=LIKE_ENOUGH)
        return codes[best[0]] if best else ""


def _called(rows: Iterable[Any]) -> list[tuple[str, str]]:
    pairs = [(row.code, row.code) for row in rows]
    pairs += [(text, row.code) for row in rows for text in (row.name_pt, row.name_en, row.name_fr) if text]
    return pairs


def _countries() -> list[tuple[str, str]]:
    pairs = [(code, code) for code in nationality_names()]
    for language in LANGUAGES:
        names = Locale.parse(BABEL_LOCALES.get(language, language)).territories
        pairs += [(name, code) for code, name in names.items()]
    return pairs


@dataclass
class Row:
    """A row as it would be recorded, or what keeps it from that."""

    place: str
    content: dict[str, Any] = field(default_factory=dict)
    faults: list[tuple[str, str, str]] = field(default_factory=list)  # place, column, what is wrong
    key: str = ""
    has_lost_note: bool = False  # it held somebody's number or address


class RowReader:
    """Reads the rows of one list in their order."""

    def __init__(self, columns: list[Column], meanings: dict[str, dict[str, str]], lists: Lists) -> None:
        self.lists, self.meanings = lists, meanings
        self.headings = {column["field"]: column["heading"] for column in columns if column["field"]}
        kept = [column for column in columns if not column["why"]]  # the others are not in the file
        self.numbers = {column["field"]: number for number, column in enumerate(kept) if column["field"]}
        self.now = timezone.now()
        self.seen: Counter[str] = Counter()
        # A list says the same few things again and again.
        self.codes: dict[tuple[str, str], str | None] = {}
        self.moments: dict[tuple[str, str], datetime | tuple[str, str]] = {}

    def read(self, rows: Iterable[tuple[str, list[str]]]) -> Iterator[Row]:
        for place, cells in rows:
            yield self._row(place, cells)

    def code_of(self, name: str, text: str) -> str | None:
        """What a cell means; None if nobody has said so yet."""
        if (name, text) not in self.codes:
            self.codes[name, text] = self._code_of(name, text)
        return self.codes[name, text]

    def _code_of(self, name: str, text: str) -> str | None:
        said = self.meanings.get(name, {}).get(folded(text))
        if said is not None:
            return said
        return self.lists.known(name, text) or (None if text or name in ALWAYS else "")

    def _row(self, place: str, cells: list[str]) -> Row:
        row = Row(place)
        texts = {name: cells[number] for name, number in self.numbers.items()}
        at = self._moment(texts, row)
        codes = {name: self._code(name, texts.get(name, ""), row) for name in CODED}
        note = texts.get("note", "")
        if note == HIDDEN:
            note, row.has_lost_note = "", True
        if row.faults:
            return row
        row.content = {
            "at": at,
            "topic_id": codes["topic"],
            "channel_id": codes["channel"],
            "outcome_id": codes["outcome"],
            "sex": codes["sex"],
            "age_band": codes["age_band"],
            "nationality": codes["nationality"],
            "language_id": codes["language"] or None,
            "note": note,
            "is_restricted": self.lists.topics[codes["topic"]].is_restricted,
        }
        told = "\x1f".join(str(row.content[name]) for name in TELLING)
        self.seen[told] += 1  # two contacts of one day may well look the same
        row.key = keyed(told, str(self.seen[told]))
        return row

    def _fault(self, name: str, problem: str, row: Row) -> None:
        column = self.headings.get(name) or field_labels()[name]
        row.faults.append((row.place, column, problem))

    def _moment(self, texts: dict[str, str], row: Row) -> datetime | None:
        said = texts["day"], texts.get("hour", "")
        if said not in self.moments:
            self.moments[said] = self._moment_of(*said)
        found = self.moments[said]
        if isinstance(found, tuple):
            self._fault(*found, row)
            return None
        return found

    def _moment_of(self, text: str, hour: str) -> datetime | tuple[str, str]:
        """When it was; or the column that keeps us from knowing, and why."""
        day = written_day(text)
        if day is None:
            return "day", _say(text) or _("“{text}” is not a day.").format(text=text[:60])
        written = written_hour(hour or text)
        if hour and written is None:
            return "hour", _say(hour) or _("“{text}” is not a time.").format(text=hour[:60])
        if day > timezone.localdate(self.now):
            return "day", _("This is in the future.")
        if day < EARLIEST:
            return "day", _("This is too long ago. Check the year.")
        return min(timezone.make_aware(datetime.combine(day, written or NOON)), self.now)

    def _code(self, name: str, text: str, row: Row) -> str:
        code = self.code_of(name, text)
        if code is None or (code and code not in self.lists.names[name]):
            problem = _say(text) or _("Nobody said what “{text}” means.").format(text=text[:60])
            self._fault(name, problem, row)
        elif not code and name in ALWAYS:
            self._fault(name, _("You chose to leave these rows out."), row)
        return code or ""


def _say(text: str) -> str:
    """What is wrong with any cell, whatever its column holds."""
    if not text:
        return _("Nothing stands here.")
    return _("A formula: write its result.") if text.startswith("=") else ""


class How(StrEnum):
    """How we know what a word of the list means, what needs an answer first."""

    GUESS = "guess"  # it looks like a name: somebody has to say yes
    UNKNOWN = "unknown"
    SYNONYM = "synonym"  # one of the words that offices use
    SAID = "said"  # by the office, for this list or the last


@dataclass(frozen=True)
class Asked:
    """Something in a coded column that is no code or name of ours: how often, and what it is taken for."""

    field: str
    text: str  # folded
    shown: str
    number: int
    code: str
    how: How


def what_to_ask(
    columns: list[Column],
    meanings: dict[str, dict[str, str]],
    lists: Lists,
    rows: Sequence[tuple[str, list[str]]],
) -> list[Asked]:
    """What is not exactly the code or name of anything: what is still open first, then the most frequent."""
    places = RowReader(columns, meanings, lists).numbers
    counted = Counter(
        (name, cells[places[name]]) for name in CODED if name in places for _place, cells in rows
    )
    counted.update({(name, ""): len(rows) for name in ALWAYS if name not in places})
    numbers: Counter[tuple[str, str]] = Counter()
    shown: dict[tuple[str, str], str] = {}
    for (name, text), number in counted.items():
        if (text or name in ALWAYS) and not text.startswith("="):
            numbers[name, folded(text)] += number
            shown.setdefault((name, folded(text)), text)
    asked = []
    for (name, text), number in numbers.items():
        if not lists.is_exact(name, text):
            code, how = _taken_for(name, text, meanings, lists)
            asked.append(Asked(name, text, shown[name, text], number, code, how))
    ways, order = list(How), list(CODED)
    return sorted(asked, key=lambda one: (ways.index(one.how), -one.number, order.index(one.field), one.text))


def _taken_for(name: str, text: str, meanings: dict[str, dict[str, str]], lists: Lists) -> tuple[str, How]:
    """The code that a word is taken for, and how we know."""
    said = meanings.get(name, {}).get(text)
    if said is not None:
        return said, How.SAID
    if code := lists.known(name, text):
        return code, How.SYNONYM
    # For an empty cell nothing is guessed: it would become a figure that nobody stated.
    code = lists.guess(name, text) if text else ""
    return code, How.GUESS if code else How.UNKNOWN


def as_recorded(content: dict[str, Any], lists: Lists) -> list[str]:
    """A row in words, in the order of the columns of a preview."""
    row = Enquiry(**content)
    at = timezone.localtime(row.at)
    told = [f"{at:%d/%m/%Y %H:%M}"]
    for name in CODED:
        code = content.get(f"{name}_id") if name in ("topic", *LISTS) else content[name]
        told.append(lists.names[name].get(code or "", ""))
    return [*told, row.note]
