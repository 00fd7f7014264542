"""Which kinds of rows belong to a record at all, so that its page asks only for those that there are."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Exists, Q

from accounts.models import User
from cases.models.cases import Case
from cases.models.enquiries import Enquiry
from cases.models.people import Merge, Person
from cases.models.referrals import Referral
from cases.models.transfers import Transfer


def kinds_of_person(person: Person) -> set[str]:
    """What there is in somebody's file, whoever may read it."""
    names = ("enquiries", "consents", "merges", "cases", "appointments", "transfers", "aliases")
    return _there(
        person,
        {name: getattr(person, name).all() for name in (*names, "contacts", "documents_of_identity")}
        | {
            "running": person.cases.running(),
            "enquiries_of_cases": Enquiry.objects.filter(person=None, case__person=person),
            "referrals": Referral.objects.filter(
                Q(person=person) | Q(person=None, enquiry__case__person=person)
            ),
            "steps": Person.objects.filter(pk=person.pk).filter(
                Q(cases__notes__isnull=False)
                | Q(cases__documents__isnull=False)
                | Q(follow_ups__closed_at__isnull=False)
            ),
            "partners": person.consent.partners.all(),
            "expected": person.appointments.planned(),
            "to_do": person.follow_ups.open(),
            "undoable": Merge.objects.of(person).standing(),
            "transfer": person.transfers.open(),
        },
    )


def kinds_of_case(case: Case, user: User) -> set[str]:
    """What there is in a case, whoever may read it; and `named`, if `user` reads whose matter it is."""
    return _there(
        case,
        {
            "named": Person.objects.visible_to(user).filter(cases=case),
            "to_do": case.follow_ups.open(),
            "done": case.follow_ups.exclude(closed_at=None),
            "appointments": case.appointments.planned(),
            "notes": case.notes.all(),
            "documents": case.documents.all(),
            "referrals": Referral.objects.of_case(case),
            "enquiries": case.enquiries.all(),
            "checklist": case.papers_to_bring(),
            "deadlines": case.deadline_rules(),
            "uncounted": case.uncounted_deadlines(),
            "transfer": Transfer.objects.open().of(case.person or case),
        },
    )


def rows_of(kinds: set[str], kind: str, rows: Iterable[Any]) -> list[Any]:
    """The rows of one kind, which nobody asks for if there are none."""
    return list(rows) if kind in kinds else []


def _there(record: Person | Case, rows: Mapping[str, Any]) -> set[str]:
    """The names of those that are not empty: one query for all of them."""
    found = type(record)._base_manager.filter(pk=record.pk).values_list(*map(Exists, rows.values())).get()
    return {name for name, is_there in zip(rows, found, strict=True) if is_there}
