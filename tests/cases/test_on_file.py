"""What the one statement says is in a file is what the pages' own queries find, whatever state it is in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.utils import timezone

from cases.models import (
    Alias,
    Appointment,
    Case,
    CaseDocument,
    CaseNote,
    Checklist,
    Consent,
    Contact,
    DeadlineRule,
    Enquiry,
    FollowUp,
    IdentityDocument,
    Merge,
    Person,
    Referral,
    Transfer,
    kinds_of_case,
    kinds_of_person,
)
from cases.models.on_file import OF_CASE, OF_PERSON
from cases.workflow import AppointmentState, CaseState, ReferralState, TransferState
from tests.factories import (
    AppointmentFactory,
    CaseDocumentFactory,
    CaseFactory,
    ChecklistItemFactory,
    EnquiryFactory,
    FollowUpFactory,
    OutcomeFactory,
    PersonFactory,
    ReferralFactory,
    TopicFactory,
)

FOUND_FOR_PERSON: dict[str, Callable[[Person], list[Any]]] = {
    "enquiries": lambda person: [Enquiry.objects.filter(person=person)],
    "enquiries_of_cases": lambda person: [Enquiry.objects.filter(person=None, case__person=person)],
    "consents": lambda person: [Consent.objects.filter(person=person)],
    "merges": lambda person: [Merge.objects.filter(kept=person)],
    "cases": lambda person: [Case.objects.filter(person=person)],
    "running": lambda person: [Case.objects.filter(person=person).running()],
    "steps": lambda person: [
        CaseNote.objects.filter(case__person=person),
        CaseDocument.objects.filter(case__person=person),
        FollowUp.objects.filter(person=person).exclude(closed_at=None),
    ],
    "referrals": lambda person: [
        Referral.objects.filter(Q(person=person) | Q(person=None, enquiry__case__person=person))
    ],
    "appointments": lambda person: [Appointment.objects.filter(person=person)],
    "transfers": lambda person: [Transfer.objects.of(person)],
    "aliases": lambda person: [person.aliases.all()],
    "contacts": lambda person: [person.contacts.all()],
    "documents_of_identity": lambda person: [person.documents_of_identity.all()],
    "partners": lambda person: [person.consent.partners.all()],
    "expected": lambda person: [Appointment.objects.filter(person=person).planned()],
    "to_do": lambda person: [FollowUp.objects.filter(person=person).open()],
    "undoable": lambda person: [Merge.objects.of(person).standing()],
    "transfer": lambda person: [Transfer.objects.open().of(person)],
}
FOUND_FOR_CASE: dict[str, Callable[[Case], list[Any]]] = {
    "to_do": lambda case: [case.follow_ups.open()],
    "done": lambda case: [case.follow_ups.exclude(closed_at=None)],
    "appointments": lambda case: [case.appointments.planned()],
    "notes": lambda case: [case.notes.all()],
    "documents": lambda case: [case.documents.all()],
    "referrals": lambda case: [Referral.objects.of_case(case)],
    "enquiries": lambda case: [Enquiry.objects.filter(case=case)],
    "checklist": lambda case: [case.papers_to_bring()],
    "deadlines": lambda case: [case.deadline_rules()],
    "uncounted": lambda case: [case.uncounted_deadlines()],
    "transfer": lambda case: [Transfer.objects.open().of(case.person or case)],
}


@pytest.fixture
def cases(office_praia, office_sal, desk_praia, desk_sal, partner) -> list[Case]:
    """One case for each kind of row in each of its states, with that row and no other."""
    now, today = timezone.now(), timezone.localdate()
    here = {"office": office_praia, "author": desk_praia}
    made = []

    def nameless(person: Person | None = None) -> Case:
        made.append(CaseFactory(**here, person=person, topic=TopicFactory()))
        return made[-1]

    def case() -> Case:
        return nameless(PersonFactory(**here))

    def enquiry(case: Case, person: Person | None) -> Enquiry:
        return EnquiryFactory(**here, case=case, person=person)

    case()
    for state in CaseState:
        closed = {"closed_at": now, "outcome": OutcomeFactory()} if state == CaseState.CLOSED else {}
        Case.objects.filter(pk=case().pk).update(state=state, **closed)
    Consent.objects.filter(person=case().person).update(person=None)
    enquiry(one := case(), one.person)
    enquiry(case(), PersonFactory(**here))
    enquiry(case(), None)
    enquiry(nameless(), None)
    EnquiryFactory(**here, person=case().person)
    for role, other in (("kept", "gone"), ("gone", "kept")):
        for undone in ({}, {"undone_at": now, "undone_by": desk_praia}):
            records = {role: case().person, other: PersonFactory(**here)}
            Merge.objects.create(**records, by=desk_praia, **undone)
    CaseNote.objects.create(case=case(), author=desk_praia, text="Telefonou.")
    CaseDocumentFactory(case=case())
    CaseDocumentFactory(case=case(), file="", removed_at=now, removed_by=desk_praia)
    for closed in ({}, {"closed_at": now, "closed_by": desk_praia}):
        FollowUpFactory(case=case(), **closed)
        FollowUpFactory(case=None, **here, person=case().person, is_restricted=False, **closed)
    for state in AppointmentState:
        AppointmentFactory(**here, case=case(), state=state)
        AppointmentFactory(**here, person=case().person, state=state)
    for state in ReferralState:
        sent = {} if state == ReferralState.DRAFT else {"sent_at": now, "due_on": today}
        ReferralFactory(case=case(), partner=partner, state=state, **sent)
        ReferralFactory(case=None, enquiry=enquiry(case(), None), partner=partner, state=state, **sent)
        named = EnquiryFactory(**here, person=case().person)
        ReferralFactory(case=None, enquiry=named, partner=partner, state=state, **sent)
    ReferralFactory(case=None, enquiry=enquiry(case(), PersonFactory(**here)), partner=partner)
    for state in TransferState:
        said = {"agreed_on": today, "offered_by": desk_praia, "offered_at": now, "asked_by": None}
        if state == TransferState.ASKED:
            said = {"agreed_on": today, "asked_by": desk_sal, "asked_at": now}
        if state not in (TransferState.ASKED, TransferState.OFFERED):
            said |= {"decided_by": desk_sal, "decided_at": now}
        offices = {"from_office": office_praia, "to_office": office_sal}
        Transfer.objects.create(person=case().person, state=state, **offices, **said)
        Transfer.objects.create(case=nameless(), state=state, **offices, **said)
    Alias.objects.create(person=case().person, name="Fatu")
    Contact.objects.create(person=case().person, channel="phone", value="+2389912345")
    IdentityDocument.objects.create(person=case().person, kind="passport", number="AB 1", country="GW")
    case().person.consent.partners.add(partner)
    for number, (is_active, asks) in enumerate([(True, True), (False, True), (True, False)]):
        papers = Checklist.objects.create(code=f"LIST.{number}", name_pt="Documentos", is_active=is_active)
        ChecklistItemFactory(code=f"PAPER.{number}", checklist=papers, is_active=asks)
        case().topic.checklists.add(papers)
    for number, (is_active, hours) in enumerate([(True, -24), (False, -24), (True, None)]):
        rule = DeadlineRule.objects.create(
            code=f"RULE.{number}", name_pt="Prazo", is_active=is_active, offset_hours=hours
        )
        case().topic.deadlines.add(rule)
        counted = case()
        counted.topic.deadlines.add(rule)
        FollowUpFactory(case=counted, rule=rule, counted_from=today - timedelta(days=1))
    return made


def test_the_statement_finds_of_a_person_what_the_pages_queries_find(cases):
    assert FOUND_FOR_PERSON.keys() == OF_PERSON.keys()
    compare(Person.objects.select_related("consent"), kinds_of_person, FOUND_FOR_PERSON)


def test_the_statement_finds_of_a_case_what_the_pages_queries_find(cases):
    assert FOUND_FOR_CASE.keys() == OF_CASE.keys()
    compare(Case.objects.filter(pk__in=[case.pk for case in cases]), kinds_of_case, FOUND_FOR_CASE)


def compare(records, ask, queries):
    answers = {kind: set() for kind in queries}
    for record in records:
        found = {kind for kind, rows in queries.items() if any(each.exists() for each in rows(record))}
        assert ask(record) == found
        for kind, said in answers.items():
            said.add(kind in found)
    # Each kind is there in one of them, and missing in another.
    assert [kind for kind, said in answers.items() if said != {True, False}] == []
