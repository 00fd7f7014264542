"""Two records of one person become one, with a trace, and can be taken apart again."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.models import User
from cases.models import Alias, Contact, IdentityDocument, Merge, NamePart, Person, Transfer
from cases.permissions import can_merge_people, can_undo_merge
from cases.services.cases import enquiries_about, restrict_enquiries, restrict_what_tells_of
from cases.services.desk import all_held
from cases.services.people import PersonChanged, index_names
from gai_portal.lib.history import signed
from gai_portal.lib.locks import locked

# What the kept record takes over where it says nothing itself, or where somebody chooses so.
CHOSEN = ("name", "born_on", "sex", "nationality", "language", "legal_status", "assigned_to")
LEFT = (NamePart, Merge, Transfer, Person)  # rows that do not move


@transaction.atomic
def merge_people(
    kept: Person,
    gone: Person,
    *,
    take: Collection[str] = (),
    seen: Mapping[int, int] | None = None,
    by: User,
) -> Merge:
    """Everything that belongs to `gone` moves to `kept`: enquiries, cases, whatever leads to a person.

    `take` names what of CHOSEN counts as `gone` has it; `seen` holds the versions of both, by key, that the
    choice rests on. What both have (the same contact, the same document) stays where it is. The consent of
    the kept record counts. A restricted record makes a restricted one, with all its cases; they stay
    restricted when the merge is undone, with their enquiries. Other enquiries of the time before open again
    with whom they are about.
    """
    kept, gone = all_held(kept, gone)
    if not can_merge_people(by, kept, gone):
        raise PermissionDenied(f"{by} may not merge {gone.reference} into {kept.reference}")
    if seen is not None and seen != {person.pk: person.version for person in (kept, gone)}:
        raise PersonChanged
    moved: dict[str, Any] = {"version": kept.version}
    for model, field in _leading_here():
        for row in model._default_manager.select_for_update().filter(**{field: gone}).order_by("pk"):
            if _give(row, field, kept, by):
                moved.setdefault(model._meta.label_lower, []).append(row.pk)
    other_name = kept.name if "name" in take else gone.name
    filled = [name for name in CHOSEN if getattr(gone, name) and (name in take or not getattr(kept, name))]
    for name in filled:
        setattr(kept, name, getattr(gone, name))
    if gone.is_restricted and not kept.is_restricted:
        kept.is_restricted = True
        filled.append("is_restricted")
    moved["filled"] = filled
    if kept.is_restricted and not gone.is_restricted:  # its page leads to the kept one
        gone.is_restricted = moved["sealed"] = True
    if other_name != kept.name:
        alias, is_new = Alias.objects.get_or_create(
            person=kept, name=other_name, defaults={"kind": Alias.Kind.MERGED}
        )
        if is_new:
            moved["alias"] = alias.pk
    gone.merged_into = kept
    for person in (kept, gone):
        _save(person, by)
    if kept.is_restricted:
        restrict_what_tells_of(kept, by=by)
    index_names(kept)
    NamePart.objects.filter(person=gone).delete()
    return Merge.objects.create(kept=kept, gone=gone, by=by, moved=moved)


@transaction.atomic
def undo_merge(merge: Merge, *, by: User) -> Merge:
    """Give back what moved, as far as it is still there, and let both records stand again.

    What the other record told is in the history of the kept one no longer: they may be two people after all.
    """
    kept, gone = all_held(merge.kept, merge.gone)
    merge = locked(Merge.objects.select_related("kept", "gone"), merge.pk)
    merge.kept, merge.gone = kept, gone
    if not can_undo_merge(by, merge):
        raise PermissionDenied(f"{by} may not undo the merge of {gone.reference}")
    for model, field in _leading_here():
        pks = merge.moved.get(model._meta.label_lower, [])
        rows = model._default_manager.filter(**{field: kept, "pk__in": pks}).order_by("pk")
        for row in rows.select_for_update():
            _give(row, field, gone, by)
        if model in (Alias, Contact, IdentityDocument):  # shown in the history of whoever they belonged to
            back = model.history.filter(id__in=pks, person=kept.pk).exclude(id__in=rows.values("pk"))
            back.update(person=gone.pk)
    Alias.objects.filter(person=kept, pk=merge.moved.get("alias")).delete()
    Alias.history.filter(id=merge.moved.get("alias")).delete()  # after the row: its going leaves a line, too
    former = kept.history.filter(version=merge.moved["version"]).latest()  # as it was before the merge
    for name in merge.moved["filled"]:
        if name != "is_restricted":  # what was written while it was restricted stays so
            told = kept.history.filter(version__gt=former.version, **{name: getattr(gone, name)})
            told.update(**{name: getattr(former, name)})
        if getattr(kept, name) == getattr(gone, name):  # nobody has put it right since
            setattr(kept, name, getattr(former, name))
    if merge.moved.get("sealed"):
        gone.is_restricted = False
    gone.merged_into = None
    for person in (kept, gone):
        _save(person, by)
        index_names(person)
        # What was recorded since may be about either of them.
        restrict_enquiries(enquiries_about(person).filter(created_at__lt=merge.at), by=by)
    merge.undone_at, merge.undone_by = timezone.now(), by
    merge.save(update_fields=["undone_at", "undone_by"])
    return merge


def _leading_here() -> Iterator[tuple[Any, str]]:
    """Every model with a foreign key to a person, also those that are written later than this."""
    for relation in Person._meta.related_objects:
        if relation.related_model not in LEFT and isinstance(relation.field, models.ForeignKey):
            yield relation.related_model, relation.field.name


def _give(row: Any, field: str, person: Person, by: User) -> bool:
    """Whether the row could move: it stays when the person has the same one already."""
    setattr(row, field, person)
    try:
        with transaction.atomic():
            signed(row, by).save(update_fields=[field])
    except IntegrityError:
        return False
    return True


def _save(person: Person, by: User) -> None:
    person.version += 1
    signed(person, by).save()
