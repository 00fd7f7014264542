"""Which kinds of rows belong to a record at all, so that its page asks only for those that there are.

One statement for all of them, written by hand: Django took more time to put it together than the page had.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import connection

from cases.models.cases import Case
from cases.models.people import Person

# Where to look, in one place or several, given the row `record` of the person or the case.
Places = Mapping[str, tuple[str, ...]]
OF_PERSON: Places = {
    "enquiries": ("cases_enquiry WHERE person_id = record.id",),
    "enquiries_of_cases": (
        "cases_case JOIN cases_enquiry ON cases_enquiry.case_id = cases_case.id"
        " WHERE cases_case.person_id = record.id AND cases_enquiry.person_id IS NULL",
    ),
    "consents": ("cases_consent WHERE person_id = record.id",),
    "merges": ("cases_merge WHERE kept_id = record.id",),
    "cases": ("cases_case WHERE person_id = record.id",),
    "running": ("cases_case WHERE person_id = record.id AND state <> 'closed'",),
    "steps": (
        "cases_case JOIN cases_casenote ON case_id = cases_case.id WHERE person_id = record.id",
        "cases_case JOIN cases_casedocument ON case_id = cases_case.id WHERE person_id = record.id",
        "cases_followup WHERE person_id = record.id AND closed_at IS NOT NULL",
    ),
    "referrals": (
        "cases_referral WHERE person_id = record.id",
        "cases_case JOIN cases_enquiry ON cases_enquiry.case_id = cases_case.id"
        " JOIN cases_referral ON enquiry_id = cases_enquiry.id"
        " WHERE cases_case.person_id = record.id AND cases_referral.person_id IS NULL",
    ),
    "appointments": ("cases_appointment WHERE person_id = record.id",),
    "transfers": ("cases_transfer WHERE person_id = record.id",),
    "aliases": ("cases_alias WHERE person_id = record.id",),
    "contacts": ("cases_contact WHERE person_id = record.id",),
    "documents_of_identity": ("cases_identitydocument WHERE person_id = record.id",),
    "partners": ("cases_consent_partners WHERE consent_id = record.consent_id",),
    "expected": ("cases_appointment WHERE person_id = record.id AND state = 'planned'",),
    "to_do": ("cases_followup WHERE person_id = record.id AND closed_at IS NULL",),
    "undoable": ("cases_merge WHERE record.id IN (kept_id, gone_id) AND undone_at IS NULL",),
    "transfer": ("cases_transfer WHERE person_id = record.id AND state IN ('asked', 'offered')",),
}
OF_CASE: Places = {
    "to_do": ("cases_followup WHERE case_id = record.id AND closed_at IS NULL",),
    "done": ("cases_followup WHERE case_id = record.id AND closed_at IS NOT NULL",),
    "appointments": ("cases_appointment WHERE case_id = record.id AND state = 'planned'",),
    "notes": ("cases_casenote WHERE case_id = record.id",),
    "documents": ("cases_casedocument WHERE case_id = record.id",),
    "referrals": (
        "cases_referral WHERE case_id = record.id",
        "cases_enquiry JOIN cases_referral ON enquiry_id = cases_enquiry.id"
        " WHERE cases_enquiry.case_id = record.id",
    ),
    "enquiries": ("cases_enquiry WHERE case_id = record.id",),
    "checklist": (
        "cases_topic_checklists link JOIN cases_checklist ON cases_checklist.code = link.checklist_id"
        " JOIN cases_checklistitem ON cases_checklistitem.checklist_id = cases_checklist.code"
        " WHERE topic_id = record.topic_id AND cases_checklist.is_active AND cases_checklistitem.is_active",
    ),
    "deadlines": (
        "cases_topic_deadlines JOIN cases_deadlinerule ON cases_deadlinerule.code = deadlinerule_id"
        " WHERE topic_id = record.topic_id AND is_active AND offset_hours IS NOT NULL",
    ),
    "uncounted": (
        "cases_topic_deadlines JOIN cases_deadlinerule ON cases_deadlinerule.code = deadlinerule_id"
        " WHERE topic_id = record.topic_id AND is_active AND offset_hours IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM cases_followup WHERE case_id = record.id AND rule_id = deadlinerule_id)",
    ),
    "transfer": (
        "cases_transfer WHERE case_id = record.id AND state IN ('asked', 'offered')",
        "cases_transfer WHERE person_id = record.person_id AND state IN ('asked', 'offered')",
    ),
}


def kinds_of_person(person: Person) -> set[str]:
    """What there is in somebody's file, whoever may read it."""
    return _there(person, OF_PERSON)


def kinds_of_case(case: Case) -> set[str]:
    """What there is in a case, whoever may read it."""
    return _there(case, OF_CASE)


def rows_of(kinds: set[str], kind: str, rows: Callable[[], Iterable[Any]]) -> list[Any]:
    """The rows of one kind, which nobody asks for if there are none."""
    return list(rows()) if kind in kinds else []


def _there(record: Person | Case, kinds: Places) -> set[str]:
    """The names of those that are somewhere."""
    asked = ", ".join(
        " OR ".join(f"EXISTS (SELECT 1 FROM {place})" for place in places) for places in kinds.values()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked} FROM {record._meta.db_table} record WHERE id = %s", [record.pk])
        found = cursor.fetchone()
    return {name for name, is_there in zip(kinds, found, strict=True) if is_there}
