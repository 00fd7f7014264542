"""Every write around somebody on record, with its line of history."""

from django.db import transaction

from cases.models import NamePart, Person


@transaction.atomic
def index_names(person: Person) -> None:
    """Make anew what the search finds somebody by: after every change of a name, an alias or the office."""
    NamePart.objects.filter(person=person).delete()
    names = [person.name, *person.aliases.values_list("name", flat=True)]
    NamePart.objects.bulk_create(NamePart.of(person, names))
