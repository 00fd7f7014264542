"""Legal deadlines whose day the record knows already: nobody has to look it up."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from cases.models import Case, DeadlineRule, IdentityDocument, Person
from cases.services.follow_ups import deadline_of, set_deadline


@dataclass(frozen=True)
class KnownDeadline:
    """A deadline of a case's topic, the day in the record that it counts from, and its last day."""

    rule: DeadlineRule
    counted_from: date
    due_on: date


def known_deadlines(case: Case, user: User) -> list[KnownDeadline]:
    """The deadlines of a case's topic that can be counted from what its person has on file."""
    person = Person.objects.visible_to(user).filter(cases=case).first()
    if person is None:
        return []
    found = []
    for rule in case.deadline_rules().exclude(counts_from=""):
        day = _day_of(rule, person)
        if day is not None:
            found.append(KnownDeadline(rule, day, deadline_of(rule, day)))
    return found


@transaction.atomic
def count_known_deadlines(case: Case, *, by: User) -> None:
    """A case that begins gets the deadlines that can still be met as things to do."""
    for known in known_deadlines(case, by):
        if known.due_on >= timezone.localdate():
            set_deadline(case, known.rule, known.counted_from, by=by)


def _day_of(rule: DeadlineRule, person: Person) -> date | None:
    if rule.counts_from == DeadlineRule.CountsFrom.BIRTHDAY:
        return _birthday(person.born_on, rule.at_age) if person.born_on and rule.at_age else None
    # Of several documents of a kind, the one that holds longest.
    expiring = IdentityDocument.objects.filter(person=person, kind=rule.counts_from, expires_on__isnull=False)
    return expiring.order_by("-expires_on").values_list("expires_on", flat=True).first()


def _birthday(born_on: date, age: int) -> date:
    year = born_on.year + age
    try:
        return born_on.replace(year=year)
    except ValueError:  # born on the 29th of February
        return date(year, 3, 1)
