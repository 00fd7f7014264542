"""Making somebody's record say nothing about them any more: the table in retention.py, carried out."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from accounts.services import forget_in_sessions
from accounts.sessions import SEARCHES
from cases.models import Appointment, Case, Enquiry, FollowUp, Person, Referral
from cases.permissions import can_erase_person
from cases.retention import CASE, ENQUIRY, FIELDS, PERSON, STAND_INS, Fate, leading_to
from cases.services.case_documents import forget_files
from cases.services.drafts import forget_drafts
from cases.services.referrals import call_back_referrals
from cases.workflow import CaseState
from gai_portal.lib.history import signed
from gai_portal.lib.locks import locked

AT_ONCE = 500  # records that are emptied in one transaction
# What is written after a record was made anonymous, in a matter that goes on, belongs to nobody either.
OF_NOBODY = Q(person=None) | Q(person__erased_at__isnull=False)


def erase_person(person: Person, *, by: User) -> Person:
    """Nothing tells who it was, nor that these contacts were with one person. Counts stay as they were."""
    return _clear(person, Person.Erasure.ERASED, by=by)


def anonymise_person(person: Person, *, by: User | None) -> Person:
    """The matter stays together, as that of somebody without a name; free text goes.

    `by` is empty for the job that does so when an agreement has ended: one that holds keeps the record.
    """
    return _clear(person, Person.Erasure.ANONYMISED, by=by)


@transaction.atomic
def _clear(person: Person, way: Person.Erasure, *, by: User | None) -> Person:
    people = Person.objects.select_related("office", "consent")
    person = locked(people, person.pk)
    if by is None and (not person.is_standing or person.consent.holds_on()):
        return person  # somebody has renewed the agreement since the job looked
    if by is not None and not can_erase_person(by, person):
        raise PermissionDenied(f"{by} may not erase {person.reference}")
    # What was merged into this record is about the same person.
    same = person.with_absorbed()
    # Whoever is writing a note finishes first.
    list(Case.objects.select_for_update().filter(person__in=same).order_by("pk").values_list("pk"))
    enquiries = Enquiry.objects.filter(leading_to(PERSON["Enquiry"], [one.pk for one in same]))
    forget_drafts(same, [*Case.objects.filter(person__in=same), *enquiries])
    forget_in_sessions(SEARCHES)  # among them may be their name
    fates = {Fate.EMPTY} | ({Fate.SHELL} if way == Person.Erasure.ERASED else set())
    for one in reversed(same):
        call_back_referrals(one, by=by)
        _forget_what_was_to_be_done(one)
        _clear_rows([one.pk], PERSON, fates, erased_at=timezone.now(), erasure=way)
    person = people.get(pk=person.pk)
    signed(person, by).save()  # the last line: who erased it, and nothing else
    return person


def _forget_what_was_to_be_done(person: Person) -> None:
    """What nobody can do any more, nor know what it was: without a case, and when somebody is expected."""
    for to_do in (
        FollowUp.objects.open().filter(leading_to(PERSON["FollowUp"], [person.pk]), case=None),
        Appointment.objects.planned().filter(leading_to(PERSON["Appointment"], [person.pk])),
    ):
        pks = list(to_do.values_list("pk", flat=True))
        to_do.delete()
        to_do.model.history.filter(id__in=pks).delete()  # after the rows: their going leaves a line, too


def empty_old_cases() -> int:
    """CASE_TEXT_DAYS after a case without a name was closed, its words and files go. What was counted stays.

    A case with a name is emptied when the person's record is, and once more after its own term: it may have
    gone on.
    """
    before = timezone.now() - timedelta(days=settings.CASE_TEXT_DAYS)
    # One that names somebody is emptied with their record.
    enquiries = Enquiry.objects.filter(OF_NOBODY, _tells(ENQUIRY), case=OuterRef("pk"))
    closed = Case.objects.filter(OF_NOBODY, state=CaseState.CLOSED, closed_at__lt=before)

    def empty(pks: list[int]) -> None:
        theirs = Enquiry.objects.filter(OF_NOBODY, case__in=pks)
        _clear_rows(list(theirs.values_list("pk", flat=True)), ENQUIRY, {Fate.EMPTY})
        _clear_rows(pks, CASE, {Fate.EMPTY})

    return _each_part(closed.filter(_tells(CASE) | Exists(enquiries)), empty)


def empty_old_words() -> str:
    """ENQUIRY_TEXT_DAYS after a contact that names nobody was recorded, its words go. What was counted stays.

    Recorded, not held: what comes from paper or in an old list can still be worked with, and undone. So do
    the words of what was to be done, and of appointments, that belong to nothing else. What is part of a case
    goes with the case.
    """
    before = timezone.now() - timedelta(days=settings.ENQUIRY_TEXT_DAYS)
    to_do = FollowUp.objects.open().filter(enquiry=OuterRef("pk"))
    awaited = Referral.objects.awaited().filter(enquiry=OuterRef("pk"))
    alone = OF_NOBODY & Q(case=None)
    done = {}
    for name, rows in {
        "Enquiry": Enquiry.objects.filter(alone, ~Exists(to_do), ~Exists(awaited), created_at__lt=before),
        "FollowUp": FollowUp.objects.filter(alone, closed_at__lt=before, enquiry=None),
        "Appointment": Appointment.objects.filter(alone, ends_at__lt=before, enquiry=None),
    }.items():
        paths = ENQUIRY if name == "Enquiry" else {name: ("pk",)}
        done[name] = _each_part(
            rows.filter(_tells(paths)), partial(_clear_rows, paths=paths, fates={Fate.EMPTY})
        )
    enquiries, follow_ups, appointments = done.values()
    return f"{enquiries} enquiries, {follow_ups} things to do, {appointments} appointments"


def _each_part(due: models.QuerySet[Any], empty: Callable[[list[int]], None]) -> int:
    """Empty what is due, some at a time. How many there were."""
    keys = list(due.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        with transaction.atomic():
            # Some may have been reopened or named meanwhile.
            still = due.select_for_update(of=("self",)).filter(pk__in=keys[start : start + AT_ONCE])
            empty(list(still.values_list("pk", flat=True)))
    return len(keys)


def _tells(paths: Mapping[str, tuple[str, ...]]) -> Q:
    """Whether there is anything left to empty in a record, or in what leads to it."""
    found = Q()
    for name, (way, *_others) in paths.items():
        model: Any = apps.get_model("cases", name)
        said = Q()
        for field, empty in _emptied(model, {Fate.EMPTY}).items():
            said |= Q(**{f"{field}__isnull": False}) if empty is None else ~Q(**{field: empty})
        rows = model._base_manager.filter(said, **{way: OuterRef("pk")})
        found |= said if way == "pk" else Q(Exists(rows))
    return found


def _clear_rows(
    roots: list[int], paths: Mapping[str, tuple[str, ...]], fates: set[Fate], **said: Any
) -> None:
    """Every record that leads to the roots, and every row of its history. `said` is of the roots.

    Whoever has one of them open is told that it has changed.
    """
    for name in sorted(paths, key=lambda one: paths[one] == ("pk",)):  # the root last: the others lead to it
        model: Any = apps.get_model("cases", name)
        path = paths[name][0]
        about = leading_to(paths[name], roots)
        pks = list(model._base_manager.filter(about).values_list("pk", flat=True))
        rows = model._base_manager.filter(pk__in=pks)
        history = model.history.model._base_manager if hasattr(model, "history") else None
        if set(FIELDS[name].values()) == {Fate.ROW}:
            for column in model._meta.fields:
                if isinstance(column, models.FileField):
                    forget_files(list(rows.values_list(column.name, flat=True)))
            rows.delete()
            if history is not None:  # after the rows: their going leaves a line, too
                history.filter(Q(id__in=pks) | Q(**{f"{path}__in": roots})).delete()
            continue
        values = _emptied(model, fates)
        if path == "pk":
            values |= said
        if history is not None:
            history.filter(id__in=pks).update(**_emptied(history.model, fates))
            if FIELDS[name].get(path) in fates:  # also what belongs to somebody else by now
                history.filter(**{f"{path}__in": roots}).update(**{path: None})
        if values:
            if "version" in FIELDS[name]:
                values["version"] = F("version") + 1
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
