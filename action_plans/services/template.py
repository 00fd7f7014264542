"""Writing the national template: one draft at a time, edited item by item, then issued for good."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from action_plans.models import Template
from action_plans.permissions import can_edit_template, can_issue_template, can_write_template
from action_plans.services.comparison import compare_templates
from action_plans.services.content import (
    HEADING,
    KINDS,
    Item,
    TemplateRow,
    fingerprint,
    items_of,
    items_under,
    kind_of,
    last_order,
    write_items,
)
from action_plans.services.updates import notify_plans_of
from action_plans.workflow import TemplateState


class NotADraft(Exception):
    """The version was issued meanwhile: what it says stays."""


class RemovedMeanwhile(Exception):
    """A colleague has taken the item out of the draft since the page was opened."""


class EditedMeanwhile(Exception):
    """Somebody else has changed this item since it was read."""

    def __init__(self, theirs: TemplateRow | Template) -> None:
        super().__init__(str(theirs))
        self.theirs = theirs


@dataclass(frozen=True)
class Fault:
    """Something that a version lacks before it can be issued, and the item where it is lacking."""

    code: str
    problem: str


class IncompleteTemplate(Exception):
    """A draft that cannot be issued yet."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.code} {fault.problem}".strip() for fault in faults))
        self.faults = faults


@contextmanager
def editing(template: Template, *, by: User) -> Iterator[Template]:
    """The draft, locked: two people who edit it take turns, and nobody edits what is being issued."""
    with transaction.atomic():
        draft = Template.objects.select_for_update().get(pk=template.pk)
        if not can_write_template(by):
            raise PermissionDenied(f"{by} may not edit {draft}")
        if not can_edit_template(by, draft):
            raise NotADraft
        yield draft


@transaction.atomic
def start_draft(*, by: User) -> Template:
    """The next version, as a copy of the one in force. When a draft exists already, that one."""
    if not can_write_template(by):
        raise PermissionDenied(f"{by} may not write the national template")
    Template.objects.select_for_update().issued().first()  # waits for whoever is issuing
    current = Template.objects.issued().first()
    draft = Template.objects.drafts().first()
    if draft is not None:
        return draft
    last = Template.objects.aggregate(last=models.Max("number"))["last"] or 0
    if current is None:
        return Template.objects.create(number=last + 1, **_first_title())
    heading = {name: getattr(current, name) for name in HEADING}
    draft = Template.objects.create(number=last + 1, based_on=current, **heading)
    write_items(draft, items_of(current))
    return draft


def _first_title() -> dict[str, str]:
    """In each language by its name, whatever language its author reads."""
    titles = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            titles[f"title_{language}"] = _("National template")
    return titles


def save_heading(template: Template, *, by: User, seen: str = "") -> None:
    """Store title, notice and usual length; `seen` is their fingerprint as their editor read them."""
    with editing(template, by=by) as stored:
        if seen and fingerprint(stored) != seen:
            raise EditedMeanwhile(stored)
        template.save(update_fields=HEADING)


def save_item(
    item: TemplateRow, links: Mapping[str, Iterable[models.Model]], *, by: User, seen: str = ""
) -> None:
    """Store an item of a draft, new or changed. New ones, and those that change their parent, go last.

    `seen` is the fingerprint of the item as its editor read it.
    A ValidationError says that the code is taken.
    """
    spec = KINDS[kind_of(item)]
    with editing(item.document, by=by):
        stored = spec.model._default_manager.filter(pk=item.pk).first() if item.pk else None
        if item.pk and stored is None:
            raise RemovedMeanwhile
        if stored is not None and seen and fingerprint(stored) != seen:
            raise EditedMeanwhile(stored)
        parent = getattr(item, spec.parent)
        if stored is None or getattr(stored, spec.parent) != parent:
            item.order = last_order(spec, parent) + 1
        else:
            item.order = stored.order  # which a colleague may have changed since the item was read
        item.full_clean(validate_constraints=False)
        item.save()
        for name, rows in links.items():
            getattr(item, name).set(rows)


def move_item(item: TemplateRow, *, up: bool, by: User) -> list[str]:
    """Let an item change places with its neighbour; at the end of the row it stays where it is.

    The answer is the codes of the row in their new order.
    """
    with editing(item.document, by=by):
        siblings = siblings_of(item)
        if item not in siblings:
            raise RemovedMeanwhile
        here = siblings.index(item)
        there = here - 1 if up else here + 1
        if 0 <= there < len(siblings):
            siblings[here], siblings[there] = siblings[there], siblings[here]
        renumber(siblings)
    return [sibling.code for sibling in siblings]


def remove_item(item: TemplateRow, *, by: User) -> dict[str, Any]:
    """Take an item and all that hangs on it out of a draft. The answer is what `restore_item` needs."""
    with editing(item.document, by=by):
        siblings = siblings_of(item)
        if item not in siblings:
            raise RemovedMeanwhile
        removed = {
            "position": siblings.index(item),
            "items": [asdict(part) for part in items_under(item)],
        }
        item.delete()
    return removed


def restore_item(template: Template, removed: Mapping[str, Any], *, by: User) -> TemplateRow:
    """Put back what was removed, where it stood. ContentFault when its parent or its code is gone."""
    with editing(template, by=by):
        items = [Item(**part) for part in removed["items"]]
        item = write_items(template, items)[items[0].code]
        siblings = siblings_of(item)
        siblings.remove(item)
        siblings.insert(removed["position"], item)
        renumber(siblings)
    return item


def siblings_of(item: TemplateRow) -> list[Any]:
    parent = KINDS[kind_of(item)].parent
    return list(type(item)._default_manager.filter(**{parent: getattr(item, parent)}))


def renumber(rows: Iterable[Any]) -> None:
    for order, row in enumerate(rows, start=1):
        if row.order != order:
            row.order = order
            row.save(update_fields=["order"])


def find_faults(template: Template) -> list[Fault]:
    """What is lacking before the draft can be issued, in plain words. None: it is complete."""
    items = items_of(template)
    codes = [item.code for item in items]
    parents = {(item.kind, item.parent) for item in items}
    faults = [Fault("", problem) for problem in _faults_of_the_whole(template, items)]
    for item in items:
        faults += [Fault(item.code, problem) for problem in _faults_of(item, parents)]
        if codes.count(item.code) > 1:
            faults.append(Fault(item.code, _("The code is used more than once.")))
    return faults


def _faults_of_the_whole(template: Template, items: list[Item]) -> Iterator[str]:
    current = Template.objects.issued().first()
    if current is not None and not compare_templates(current, template):
        text = _("Nothing is different from version %(number)s, which is in force: nothing is to be issued.")
        yield text % {"number": current.number}
    if not template.title_pt:
        yield _("The version has no Portuguese title.")
    if not any(item.kind == "measure" for item in items):
        yield _("The version has no measure yet: add an area, an objective and a measure.")
    places = sum(item.kind == "section" and item.values["holds_measures"] for item in items)
    if places > 1:
        yield _("More than one chapter is marked as the place of the measures.")
    if not places:
        yield _("No chapter is marked as the place of the measures.")


def _faults_of(item: Item, parents: set[tuple[str, str]]) -> Iterator[str]:
    values = item.values
    if not values.get("title_pt", values.get("text_pt")):
        yield _("The Portuguese text is missing.")
    # Plans would carry an empty chapter word for word.
    if item.kind == "section" and values["is_locked"] and not (values["holds_measures"] or values["text_pt"]):
        yield _("The national level writes this chapter, but it has no text yet.")
    if item.kind == "area" and ("objective", item.code) not in parents:
        yield _("The area has no objective.")
    if item.kind == "objective" and ("measure", item.code) not in parents:
        yield _("The objective has no measure.")


@transaction.atomic
def issue_template(template: Template, *, by: User, at: datetime | None = None) -> Template:
    """Put the draft in force. From now on nothing in it changes; the version before it gives way.

    `at` is when it happened, if it is entered afterwards: then there is nobody to tell.
    """
    draft = Template.objects.select_for_update().get(pk=template.pk)
    if not draft.is_draft:
        raise NotADraft
    if not can_issue_template(by, draft):
        raise PermissionDenied(f"{by} may not issue {draft}")
    faults = find_faults(draft)
    if faults:
        raise IncompleteTemplate(faults)
    for previous in Template.objects.select_for_update().issued():
        previous.state = TemplateState.SUPERSEDED
        previous.save(update_fields=["state"])
    draft.state, draft.issued_at = TemplateState.ISSUED, at or timezone.now()
    draft.save(update_fields=["state", "issued_at"])
    draft.uploads.all().delete()  # nothing is written into it any more
    if at is None:
        notify_plans_of(draft)
    return draft
