"""Making somebody's record say nothing about them any more: the table in retention.py, carried out."""

from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Draft, User
from cases.models import FollowUp, Person
from cases.permissions import can_erase_person
from cases.retention import FIELDS, PERSON, STAND_INS, Fate
from cases.services.case_documents import forget_files


def erase_person(person: Person, *, by: User | None) -> Person:
    """Nothing tells who it was, nor that these contacts were with one person. Counts stay as they were.

    `by` is empty for the job that erases what is due.
    """
    return _clear(person, Person.Erasure.ERASED, by=by)


def anonymise_person(person: Person, *, by: User | None) -> Person:
    """The matter stays together, as that of somebody without a name; free text goes."""
    return _clear(person, Person.Erasure.ANONYMISED, by=by)


@transaction.atomic
def _clear(person: Person, way: Person.Erasure, *, by: User | None) -> Person:
    people = Person.objects.select_for_update(of=("self",)).select_related("office")
    person = people.get(pk=person.pk)
    if by is not None and not can_erase_person(by, person):
        raise PermissionDenied(f"{by} may not erase {person.reference}")
    # What was merged into this record is about the same person, and so is what that one had absorbed.
    same = [person]
    for one in same:
        same += people.filter(merged_into=one, erased_at=None)
    for one in reversed(same):
        _forget_what_was_to_be_done(one)
        _clear_rows(one, way)
    Draft.objects.filter(form__startswith=person.get_absolute_url()).delete()
    person = people.get(pk=person.pk)
    person.version += 1
    person._history_user = by  # type: ignore[attr-defined]  # the last line: who erased it, and nothing else
    person.save()
    return person


def _forget_what_was_to_be_done(person: Person) -> None:
    """With somebody whose matter is no case: nobody can do it any more, nor know what it was."""
    to_do = FollowUp.objects.open().filter(person=person, case=None)
    pks = list(to_do.values_list("pk", flat=True))
    to_do.delete()
    FollowUp.history.filter(id__in=pks).delete()  # after the rows: their going leaves a line, too


def _clear_rows(person: Person, way: Person.Erasure) -> None:
    """Every record that leads to the person, and every row of its history."""
    fates = {Fate.EMPTY} | ({Fate.SHELL} if way == Person.Erasure.ERASED else set())
    for name in sorted(PERSON, key=lambda one: one == "Person"):  # the person last: the others lead to it
        model: Any = apps.get_model("cases", name)
        path = PERSON[name]
        pks = list(model._base_manager.filter(**{path: person.pk}).values_list("pk", flat=True))
        rows = model._base_manager.filter(pk__in=pks)
        history = model.history.model._base_manager if hasattr(model, "history") else None
        if set(FIELDS[name].values()) == {Fate.ROW}:
            for column in model._meta.fields:
                if isinstance(column, models.FileField):
                    forget_files(list(rows.values_list(column.name, flat=True)))
            rows.delete()
            if history is not None:  # after the rows: their going leaves a line, too
                history.filter(Q(id__in=pks) | Q(**{path: person.pk})).delete()
            continue
        values = _emptied(model, fates)
        if model is Person:
            values |= {"erased_at": timezone.now(), "erasure": way}
        if history is not None:
            history.filter(id__in=pks).update(**_emptied(history.model, fates))
            if FIELDS[name].get(path) in fates:  # also what belongs to somebody else by now
                history.filter(**{path: person.pk}).update(**{path: None})
        if values:
            rows.update(**values)


def _emptied(model: type[models.Model], fates: set[Fate]) -> dict[str, Any]:
    """The empty value of each field that has one of the fates."""
    name = model.__name__
    return {
        field: STAND_INS.get((name, field), _nothing(model._meta.get_field(field)))
        for field, fate in FIELDS[name].items()
        if fate in fates
    }


def _nothing(field: Any) -> Any:
    if field.null:
        return None
    return field.default() if isinstance(field, models.JSONField) else ""
