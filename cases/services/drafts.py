"""What was typed at the desk and not sent: in which form, about whom, and what becomes of it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from accounts.access import Accessed, Verb, record_access
from accounts.models import Draft, User
from accounts.services import KEPT
from cases.models import Alias, Case, Contact, Enquiry, IdentityDocument, Person, Topic
from cases.permissions import can_read, office_of
from cases.services.desk import GONE
from gai_portal.lib.handovers import Entry
from gai_portal.lib.names import PARTICLES
from gai_portal.lib.phones import tail_of
from gai_portal.lib.text import fold
from municipalities.models import Office

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

HANDED = "handed_by"  # among the fields of a draft, until its new owner types in it
PROSE = {"text", "reason", "note", "concerns_pt", "text_pt"}  # the long texts of these forms
RECORDS: dict[str, Any] = {"person": Person, "enquiry": Enquiry, "case": Case}
PAGES = {"people": "person", "enquiries": "enquiry", "cases": "case"}
PAGE = re.compile(rf"({'|'.join(PAGES)})/([0-9]{{1,18}})/")
REPORT = re.compile(r"reports/([^/]+)/")
SHOWN = ("person", "whose")  # fields with the number of somebody whom the form's page showed
SHORTEST = 6  # letters and digits of a number that is looked for among words
NAMED = re.compile(rf"({'|'.join(RECORDS)}) ([0-9]{{1,18}})")


@dataclass(frozen=True)
class Begun:
    """A form of the desk, and its page for a draft that was handed over, which stands beside one's own."""

    what: "StrPromise"
    own_page: str = ""


ENQUIRY = Begun(gettext_lazy("Draft of an enquiry"), "cases:enquiry_handed")
NEW_CASE = Begun(gettext_lazy("Draft of a case"), "cases:case_handed")
IN_CASE = Begun(gettext_lazy("Draft in a case"))
REFERRAL = Begun(gettext_lazy("Draft of a referral"))
# By the name of the form's address. A new record of somebody stays behind: to others they have not agreed.
BEGUN = {
    "desk": ENQUIRY,
    "enquiry_create": ENQUIRY,
    "enquiry_handed": ENQUIRY,
    "case_create": NEW_CASE,
    "case_handed": NEW_CASE,
    "case_act": IN_CASE,
    "note_correct": IN_CASE,
    "case_refer": REFERRAL,
    "enquiry_refer": REFERRAL,
    "report_edit": Begun(gettext_lazy("Draft of a monthly report")),
    "suggestion_create": Begun(gettext_lazy("Draft of a suggestion for a card")),
}


def begun(draft: Draft) -> Begun | None:
    """Which form of the desk a draft was typed in."""
    try:
        page = resolve(draft.form.partition("?")[0])
    except Resolver404:
        return None
    return BEGUN.get(page.url_name or "") if page.app_names == ["cases"] else None


def named_in(draft: Draft, *, by: Sequence[str] = ("person",)) -> set[tuple[str, int]]:
    """The records that a draft names: by its address, by what a case is begun for, by the person chosen."""
    found = set()
    if page := PAGE.match(_page(draft)):
        found.add((PAGES[page[1]], int(page[2])))
    said = [*draft.fields.get("about", []), draft.form.partition("?")[2].replace("=", " ")]
    said += [f"person {key}" for name in by for key in draft.fields.get(name, [])]
    found |= {(match[1], int(match[2])) for match in map(NAMED.fullmatch, said) if match}
    return found


def records_of(draft: Draft) -> list[Any]:
    """What a draft is about: the records that it names, and the case whose number was typed."""
    related = ("office", "assigned_to", "author")
    rows = [
        row
        for name, key in sorted(named_in(draft))
        for row in RECORDS[name].objects.filter(pk=key).select_related(*related)
    ]
    if draft.first("case_number"):
        rows += _cases_meant(draft, Case.objects.select_related(*related))
    return rows


def _page(draft: Draft) -> str:
    return draft.form.removeprefix(reverse("cases:desk"))


def _cases_meant(draft: Draft, cases: Any) -> QuerySet[Case]:
    """Those whose number was typed; by its last part in any office where its writer works."""
    towns = draft.user.memberships.values("municipality")
    codes = Office.objects.filter(municipality__in=towns).values_list("code", flat=True)
    return cases.numbered(draft.first("case_number"), codes, draft.saved_at.year)


def held_drafts(user: User, place: str) -> QuerySet[Draft]:
    """What somebody has begun about a record of this place or, where none is named, for an office of it."""
    drafts = Draft.objects.filter(user=user, saved_at__gte=timezone.now() - KEPT)
    offices = {str(name) for row in Office.objects.filter(municipality=place) for name in (row.pk, row.code)}
    return drafts.filter(pk__in=[draft.pk for draft in drafts if _is_here(draft, place, offices)])


def _is_here(draft: Draft, place: str, offices: set[str]) -> bool:
    if begun(draft) is None:
        return False
    if rows := records_of(draft):
        return any(office_of(row).municipality_id == place for row in rows)
    report = REPORT.match(_page(draft))
    return (report[1] if report else draft.first("office")) in {"", *offices}  # with one, no form asks which


def move_drafts(from_: User, place: str, to: User, by: User) -> list[int]:
    """Each goes on with whoever may read all that it is about; where nobody does, it ends.

    That of an enquiry or a new case gets a page of its own. Where somebody has begun another form
    themselves, both texts stand in it.
    """
    moved = []
    for draft in list(held_drafts(from_, place)):
        rows = records_of(draft)
        readers = (user for user in _who_may_go_on(rows, to) if _reads(user, rows))
        keeper = next((user for user in readers if user != from_), None)
        if keeper is None:
            draft.delete()
            continue
        form = begun(draft)
        draft.user = keeper
        if keeper == by and form and _is_restricted(draft, rows):  # they open it, for all to see
            opened = Accessed(draft._meta.label_lower, _label(form, rows), str(draft.pk), place)
            record_access(Verb.UNSEALED, opened, by=by, why=_("Took it over from a colleague who left"))
        if form and form.own_page:
            draft.form = reverse(form.own_page, args=[draft.pk])
        draft.fields = {**draft.fields, HANDED: [str(from_)]}
        if own := Draft.objects.filter(user=draft.user, form=draft.form).first():
            draft.fields = _both(own.fields, draft.fields)
            own.delete()
        draft.save()
        moved.append(draft.pk)
    return moved


def _who_may_go_on(rows: Sequence[Any], to: User) -> Iterator[User]:
    """Whoever has such a record in hand now, then the successor, then whoever wrote it."""
    yield from (row.assigned_to for row in rows if row.assigned_to)
    yield to
    yield from (row.author for row in rows)


def _reads(user: User, rows: Iterable[Any]) -> bool:
    return user.is_active and all(can_read(user, row) for row in rows)


def _is_restricted(draft: Draft, rows: Iterable[Any]) -> bool:
    topics = [*draft.fields.get("topic", []), *draft.fields.get("further_topics", [])]
    return (
        any(row.is_restricted for row in rows)
        or bool(draft.first("is_restricted"))
        or Topic.objects.filter(pk__in=topics, is_restricted=True).exists()
    )


def _label(form: Begun, rows: Iterable[Any]) -> str:
    return " ".join([str(form.what), *(row.reference for row in rows)])


def _both(own: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """What two people typed in one form: the words of both, and of what was chosen one's own."""
    fields = theirs | own
    for name in PROSE & own.keys() & theirs.keys():
        fields[name] = ["\n\n".join(dict.fromkeys(own[name] + theirs[name]))]
    return fields


def draft_entries(keys: Sequence[int], reader: User) -> list[Entry]:
    entries = []
    for row in Draft.objects.filter(pk__in=keys, user=reader).order_by("pk"):
        if form := begun(row):
            saved = date_format(timezone.localtime(row.saved_at), "SHORT_DATETIME_FORMAT")
            facts = [record.reference for record in records_of(row)]
            entries.append(
                Entry(None, saved, _("{draft}: go on with it from Today").format(draft=form.what), facts)
            )
    return entries


def handed_drafts(user: User) -> list[tuple[str, str, datetime, str]]:
    """What a colleague who left had begun, until one types in it: what it is, of which record, and where."""
    found = []
    apart = Q()  # reached from this list only
    for create in (reverse("cases:enquiry_create"), reverse("cases:case_create")):
        apart |= Q(form__startswith=create) & ~Q(form=create) & ~Q(form__contains="?")
    drafts = Draft.objects.filter(Q(fields__has_key=HANDED) | apart, user=user)
    for draft in drafts.filter(saved_at__gte=timezone.now() - KEPT).order_by("saved_at"):
        if form := begun(draft):
            about = NAMED.fullmatch(draft.first("about"))  # what a new case was begun for
            url = f"{draft.form}?{about[1]}={about[2]}" if about else draft.form
            said = " ".join(record.reference for record in records_of(draft))
            found.append((str(form.what), said, draft.saved_at, url))
    return found


def refuse_about_erased(draft: Draft) -> str:
    """A page that was opened before somebody was erased keeps nothing of them any more."""
    keys = [key for name, key in named_in(draft, by=SHOWN) if name == "person"]
    is_gone = bool(keys) and Person.objects.filter(pk__in=keys, erased_at__isnull=False).exists()
    return str(GONE) if is_gone else ""


def forget_drafts(people: Sequence[Person], rows: Sequence[Any]) -> None:
    """What is about these people or rows ends; in their towns also what tells a name or number of theirs."""
    known = {(row._meta.model_name, row.pk) for row in [*people, *rows]}
    cases = Case.objects.filter(pk__in=[key for name, key in known if name == "case"])
    told = _Told(people)
    towns = {person.office.municipality_id for person in people}
    near = set(User.objects.filter(memberships__municipality__in=towns).values_list("pk", flat=True))
    drafts = Draft.objects.filter(form__startswith=reverse("cases:desk")).select_related("user")
    gone = [
        draft.pk
        for draft in drafts.iterator()
        if known & named_in(draft, by=SHOWN)
        or (draft.first("case_number") and _cases_meant(draft, cases).exists())
        or (draft.user_id in near and told.stands_in(draft))
    ]
    Draft.objects.filter(pk__in=gone).delete()


class _Told:
    """What tells who somebody is, also where nobody was chosen: by name, document, telephone or address."""

    def __init__(self, people: Sequence[Person]) -> None:
        aliases = Alias.objects.filter(person__in=people).values_list("name", flat=True)
        names = [_words(name) - PARTICLES for name in [*(person.name for person in people), *aliases]]
        self.names = [name for name in names if name]
        papers = IdentityDocument.objects.filter(person__in=people).values_list("number_key", flat=True)
        contacts = Contact.objects.filter(person__in=people, whose="").values_list("value", flat=True)
        numbers = [*papers, *(value if "@" in value else tail_of(value) for value in contacts)]
        self.numbers = [number for number in map(_squeezed, numbers) if len(number) >= SHORTEST]

    def stands_in(self, draft: Draft) -> bool:
        return any(self._is_told(value) for values in draft.fields.values() for value in values)

    def _is_told(self, value: str) -> bool:
        """A number in any spelling; all words of a name in any order, one of a single word by itself."""
        words, squeezed = _words(value), _squeezed(value)
        return any(number in squeezed for number in self.numbers) or any(
            name == words or (len(name) > 1 and name <= words) for name in self.names
        )


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", fold(text)))


def _squeezed(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isalnum())
