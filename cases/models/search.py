"""Finding somebody again: by name, alias, telephone, document or record number, however it is written.

One way on every database: an index of sounds (NamePart) finds candidates by the sounds asked for and, if none
of them comes near, by sounds that differ in one letter. Then the names of each candidate are compared in
full.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Max, Q, Value, When

from accounts.models import User
from accounts.roles import DESK_ROLES
from cases.models.people import (
    Contact,
    IdentityDocument,
    NamePart,
    Person,
    PersonQuerySet,
    document_key,
)
from gai_portal.lib.names import SOUNDS, Heard, likeness, parts_of, words_of
from gai_portal.lib.phones import tail_of
from gai_portal.lib.text import fold

FOUND = 10  # people on a page of results
CANDIDATES = 400  # whose names are compared with the one asked for
LIKELY = 0.6  # below, a name is another name
ALIKE = 0.86  # as near as two spellings of one name
MOST_LIKE = 40
SURE = 0.9  # when somebody comes so near, nobody looks further
AS_LIKELY = 0.06  # a difference that says nothing
HOMONYMS = 2
REFERENCE = re.compile(r"(?:[a-z]{2}\d?-)?p(\d{1,18})", re.IGNORECASE)  # PR-P12, or P12
PHONE = re.compile(r"[+\d][\d\s().\-/]{6,}")
MOST_WORDS = 6


@dataclass(frozen=True)
class Found:
    """Somebody who may be the one asked for, how likely, and by what they were found."""

    person: Person
    score: float
    by: str  # name, alias, contact, document or reference
    text: str  # the alias, number or address that was recognised


def find_people(user: User, text: str, *, limit: int = FOUND) -> list[Found]:
    """People that `user` may read, the likeliest first. Telephone, document and number are exact."""
    text = text.strip()[:200]
    people = Person.objects.visible_to(user).standing()
    found = [*_by_reference(people, text), *_by_contact(people, text), *_by_document(people, text)]
    if len(words_of(text)) and not any(each.score == 1 for each in found):
        found += _by_name(user, people, text, limit)
    once: dict[int, Found] = {}
    for each in found:
        once.setdefault(each.person.pk, each)
    return list(once.values())[:limit]


def _by_reference(people: PersonQuerySet, text: str) -> Iterable[Found]:
    if match := REFERENCE.fullmatch(text):
        for person in people.filter(pk=int(match[1])):
            yield Found(person, 1, "reference", person.reference)


def _by_contact(people: PersonQuerySet, text: str) -> Iterable[Found]:
    contacts = Contact.objects.filter(person__in=people).select_related("person")
    if "@" in text:
        contacts = contacts.filter(value=text.lower())
    elif PHONE.fullmatch(text) and (tail := tail_of(text)):
        contacts = contacts.filter(tail=tail)
    else:
        return
    digits = re.sub(r"\D", "", text).removeprefix("00")
    for contact in contacts.order_by("pk")[:FOUND]:
        if "@" in text or contact.value.lstrip("+").endswith(digits):
            yield Found(contact.person, 1, "contact", str(contact))


def _by_document(people: PersonQuerySet, text: str) -> Iterable[Found]:
    key = document_key(text)
    if not any(letter.isdigit() for letter in key) or len(key) < 4:
        return
    documents = IdentityDocument.objects.filter(person__in=people, number_key=key)
    for document in documents.select_related("person").order_by("pk")[:FOUND]:
        yield Found(document.person, 1, "document", str(document))


def _by_name(user: User, people: PersonQuerySet, text: str, limit: int) -> list[Found]:
    asked = Heard.of(" ".join(words_of(text)[:MOST_WORDS]))
    pks = _candidates(user, text, near=False)
    ranked = _ranked(asked, people, pks)
    if not ranked or ranked[0][0] < SURE:
        ranked = _ranked(asked, people, [*pks, *_candidates(user, text, near=True)])
    likely = [row for row in ranked if row[0] >= LIKELY][:limit]
    rows = people.in_bulk([pk for _score, pk, _name, _alias in likely])
    return [
        Found(rows[pk], score, "alias" if alias else "name", alias)
        for score, pk, _name, alias in likely
        if pk in rows
    ]


def _candidates(user: User, text: str, *, near: bool) -> list[int]:
    """People whose names have the same sounds, with `near` also similar ones; those with most come first."""
    terms = _terms(text)
    sounds = {sound for _spellings, own in terms for sound in own}
    everything = set(sounds)
    if near:
        everything |= {other for sound in sounds for other in neighbours(sound)}
    score: Any = Value(0)
    for spellings, own in terms:
        weight = [When(spelling__in=spellings, then=4), When(sound__in=own, then=3)]
        if near:
            weight.append(When(sound__in={n for sound in own for n in neighbours(sound)}, then=2))
        score = score + Max(Case(*weight, default=0, output_field=IntegerField()))
    parts = NamePart.objects.filter(
        municipality__in=user.municipality_ids(DESK_ROLES), sound__in=everything
    ).order_by()
    counted = parts.values("person").annotate(score=score).order_by("-score", "-person")
    return [row["person"] for row in counted[:CANDIDATES]]


def _terms(text: str) -> list[tuple[set[str], set[str]]]:
    """The spellings and sounds of each word asked for, and of two short ones written together."""
    words = words_of(text)[:MOST_WORDS]
    terms = [parts_of(word) for word in words]
    terms += [parts_of(a + b) for a, b in zip(words, words[1:], strict=False) if min(len(a), len(b)) <= 5]
    return [({spelling for spelling, _s in parts}, {sound for _s, sound in parts}) for parts in terms]


def neighbours(sound: str) -> set[str]:
    """Sounds that differ by one: what is left when a consonant is misheard, dropped or added."""
    if len(sound) < 2 or not set(sound) <= set(SOUNDS):
        return {sound}
    cuts = [(sound[:i], sound[i:]) for i in range(len(sound) + 1)]
    dropped = {a + b[1:] for a, b in cuts if b}
    changed = {a + letter + b[1:] for a, b in cuts if b for letter in SOUNDS}
    added = {a + letter + b for a, b in cuts for letter in SOUNDS}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    return dropped | changed | added | swapped


def _ranked(asked: Heard, people: PersonQuerySet, pks: list[int]) -> list[tuple[float, int, str, str]]:
    """The candidates by the nearest of their names: score, key, name, and the alias if it was one."""
    best: dict[int, tuple[float, int, str, str]] = {}
    rows = people.filter(pk__in=pks).order_by("aliases__pk").values_list("pk", "name", "aliases__name")
    for pk, name, alias in rows:
        if pk not in best:
            best[pk] = (likeness(asked, Heard.of(name)), pk, name, "")
        score = likeness(asked, Heard.of(alias)) if alias else 0
        if score > best[pk][0]:
            best[pk] = (score, pk, name, alias)
    in_order = sorted(best.values(), key=lambda row: (-row[0], row[2], row[1]))
    # Of many people with one name the first page shows a few, as long as another name is as likely.
    met: Counter[str] = Counter()
    turns: list[tuple[int, tuple[float, int, str, str]]] = []
    for row in in_order:
        name = fold(row[3] or row[2])
        as_likely = row[0] >= in_order[0][0] - AS_LIKELY
        turns.append((met[name] // HOMONYMS if as_likely else CANDIDATES, row))
        met[name] += 1
    return [row for _turn, row in sorted(turns, key=lambda turn: turn[0])]


def likely_duplicates(
    user: User, person: Person, contacts: Iterable[str], documents: Iterable[str]
) -> list[Found]:
    """Records of the office that may be about the same person.

    A name that sounds the same and no birthday that says otherwise, or the same telephone, address or
    document number.
    """
    others = Person.objects.visible_to(user).standing().exclude(pk=person.pk)
    same = Q(contacts__value__in=list(contacts)) | Q(documents_of_identity__number_key__in=list(documents))
    found = [Found(other, 1, "contact", "") for other in others.filter(same).distinct()[:FOUND]]
    known = {each.person.pk for each in found}
    asked = Heard.of(person.name)
    ranked = _ranked(asked, others, _candidates(user, person.name, near=False)[:MOST_LIKE])
    alike = [row for row in ranked if row[0] >= ALIKE and row[1] not in known]
    rows = others.in_bulk([pk for _score, pk, _name, _alias in alike])
    for score, pk, _name, alias in alike:
        if pk in rows and not _born_apart(person, rows[pk]):
            found.append(Found(rows[pk], score, "alias" if alias else "name", alias))
    return found[:FOUND]


def _born_apart(one: Person, other: Person) -> bool:
    """Whether two days of birth are too far apart to be a slip."""
    if one.born_on is None or other.born_on is None:
        return False
    same_parts = sum(
        getattr(one.born_on, part) == getattr(other.born_on, part) for part in ("year", "month", "day")
    )
    swapped = (one.born_on.day, one.born_on.month) == (other.born_on.month, other.born_on.day)
    return same_parts < 2 and not swapped
