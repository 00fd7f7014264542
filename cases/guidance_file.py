"""All cards as one YAML file: sent out to be translated, brought in by another country. No HTTP.

Its format is that of data/guidance.yaml, with what to say in further languages by their code. A field that a
file leaves out stays as it is, so that a translator may send back the texts alone.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cases.forms.guidance import FEE_LIMIT, MOST_FEES
from cases.models import OWN_COLUMNS, GuidanceVersion, Language, Topic
from cases.models.guidance import TEXT_LIMIT
from gai_portal.lib.formats import format_escudos, parse_escudos
from gai_portal.lib.pasted import tidy, tidy_line
from gai_portal.lib.reference import LinedDict
from gai_portal.lib.yaml_files import YamlFault, parse_yaml, written_yaml

CALLED = "called"  # for those who read the file; not read back
FIELDS = ("topic", CALLED, "say", "where", "fees", "legal_basis", "source")
FEE_FIELDS = (*OWN_COLUMNS, "amount")


def cards_yaml() -> str:
    """The cards in force, groups and topics in their order."""
    versions = GuidanceVersion.objects.in_force().select_related("guidance__topic")
    path = "guidance__topic"
    ordered = versions.order_by(f"{path}__parent__order", f"{path}__order", path)
    return written_yaml({"cards": [_card(version) for version in ordered]})


def _card(version: GuidanceVersion) -> dict[str, Any]:
    topic = version.guidance.topic
    card: dict[str, Any] = {
        "topic": topic.code,
        CALLED: topic.name_pt,
        "say": {code: version.say_in(code) for code in (*OWN_COLUMNS, *sorted(version.other_texts))},
    }
    if version.where_pt:
        card["where"] = {code: getattr(version, f"where_{code}") for code in OWN_COLUMNS}
    if version.fees:
        card["fees"] = [
            {code: fee[f"what_{code}"] for code in OWN_COLUMNS} | {"amount": _amount(fee["cents"])}
            for fee in version.fees
        ]
    texts = {name: getattr(version, name) for name in ("legal_basis", "source")}
    return card | {name: text for name, text in texts.items() if text}


def _amount(cents: int) -> int | str:
    return format_escudos(Decimal(cents) / 100) if cents % 100 else cents // 100


@dataclass(frozen=True)
class Fault:
    """What is wrong in a file, and on which line."""

    line: int | None
    problem: str


class CardsReader:
    """Reads a file of cards: by topic the columns that it gives, and everything that is wrong in it."""

    def __init__(self, file: bytes) -> None:
        self.cards: dict[str, dict[str, Any]] = {}
        self.faults: list[Fault] = []
        self.topics = Topic.objects.filter(children=None).in_bulk()
        self.languages = set(Language.objects.exclude(pk__in=OWN_COLUMNS).values_list("pk", flat=True))
        try:
            content = parse_yaml(file)
        except YamlFault as fault:
            self.faults.append(Fault(fault.line, fault.problem))
            return
        for entry in self._rows(content, "cards"):
            code = str(entry.get("topic"))
            if code not in self.topics:
                self._refuse(entry, "topic", _("“{code}” is no topic of the desks").format(code=code))
            elif code in self.cards:
                self._refuse(entry, "topic", _("“{code}” stands here twice").format(code=code))
            else:
                self.cards[code] = self._card(entry)

    def _refuse(self, row: LinedDict, name: str, problem: str) -> None:
        self.faults.append(Fault(row.lines.get(name, row.line), f"{name}: {problem}"))

    def _rows(self, row: LinedDict, name: str) -> list[LinedDict]:
        value = row.get(name)
        if isinstance(value, list) and all(isinstance(part, LinedDict) for part in value):
            return value
        self._refuse(row, name, _("a list of mappings is expected"))
        return []

    def _card(self, entry: LinedDict) -> dict[str, Any]:
        for name in entry:
            if name not in FIELDS:
                self._refuse(entry, str(name), _("this field is not known"))
        values: dict[str, Any] = {
            name: self._text(entry, name) for name in ("legal_basis", "source") if name in entry
        }
        for name in ("say", "where"):
            if name in entry:
                values |= self._words(entry, name)
        if "fees" in entry:
            values["fees"] = self._fees(entry)
        return values

    def _text(self, row: LinedDict, name: str, limit: int = TEXT_LIMIT) -> str:
        value = "" if row.get(name) is None else row[name]
        if not isinstance(value, str):
            self._refuse(row, name, _("a text is expected (write it in quotes)"))
            return ""
        text = tidy(value) if limit == TEXT_LIMIT else tidy_line(value)
        if len(text) > limit:
            self._refuse(row, name, _("Write {number} characters at most.").format(number=limit))
        return text

    def _words(self, entry: LinedDict, name: str) -> dict[str, Any]:
        """What to say, in any language of the desks; where, in those with columns."""
        words = entry[name]
        if not isinstance(words, LinedDict):
            self._refuse(entry, name, _("a mapping is expected"))
            return {}
        values: dict[str, Any] = {}
        for code in words:
            if code in OWN_COLUMNS:
                values[f"{name}_{code}"] = self._text(words, code)
            elif name == "say" and code in self.languages:
                values.setdefault("other_texts", {})[code] = self._text(words, code)
            else:
                self._refuse(words, str(code), _("this language is not known here"))
        return values

    def _fees(self, entry: LinedDict) -> list[dict[str, Any]]:
        rows = self._rows(entry, "fees")
        if len(rows) > MOST_FEES:
            self._refuse(entry, "fees", _("{number} at most").format(number=MOST_FEES))
        fees = []
        for row in rows:
            for name in row:
                if name not in FEE_FIELDS:
                    self._refuse(row, str(name), _("this field is not known"))
            words = {f"what_{code}": self._text(row, code, FEE_LIMIT) for code in OWN_COLUMNS}
            if not words["what_pt"]:
                self._refuse(row, "pt", _("say in few words what it is for, in Portuguese"))
            fees.append(words | {"cents": self._cents(row)})
        return fees

    def _cents(self, row: LinedDict) -> int:
        amount = row.get("amount")
        try:
            if isinstance(amount, bool) or not isinstance(amount, int | str):
                raise ValidationError(_("an amount in escudos is expected"))
            return int(parse_escudos(str(amount)) * 100)
        except ValidationError as error:
            self._refuse(row, "amount", error.messages[0])
            return 0
