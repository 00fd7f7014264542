"""Records that open with a reason, and the one question that an office may ask of the others."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog, Notice
from cases.models import Alias, Contact, IdentityDocument, Person
from cases.services.doors import QUESTIONS, QUESTIONS_WITHIN, TooManyQuestions, known_elsewhere, unseal
from tests.factories import CaseFactory, EnquiryFactory, PersonFactory

PASSPORT = IdentityDocument(kind="passport", number="ab 123", country="GW")
PHONE = "+2389912345"


@pytest.fixture
def sealed(office_praia, desk_praia) -> Person:
    return PersonFactory(office=office_praia, author=desk_praia, is_restricted=True)


def test_the_reason_is_kept_and_those_concerned_are_told(sealed, coordinator_praia, desk_praia):
    unseal(sealed, reason="I stand in  for a colleague", by=coordinator_praia, address="10.0.0.1")
    line = AccessLog.objects.get()
    assert (line.verb, line.why, line.address) == ("unsealed", "I stand in for a colleague", "10.0.0.1")
    assert [notice.user for notice in Notice.objects.all()] == [desk_praia]
    assert sealed.reference in Notice.objects.get().text
    assert sealed.name not in Notice.objects.get().text


@pytest.mark.parametrize("reason", ["", "   ", "because"])
def test_a_reason_says_something(sealed, coordinator_praia, reason):
    with pytest.raises(ValidationError):
        unseal(sealed, reason=reason, by=coordinator_praia)
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize("about", ["person", "case", "enquiry", "enquiry of case"])
@pytest.mark.parametrize(
    "reason", ["A senhora DIALLÓ telefonou", "É a Tchá que vem hoje", "Ligar ao 991 23 45 hoje"]
)
def test_the_log_never_holds_whom_a_record_is_about(
    client, sealed, coordinator_praia, desk_praia, reason, about
):
    sealed.name = "Fatoumata dos Santos Diallo"
    sealed.save()
    Alias.objects.create(person=sealed, name="Tcha")
    kept = {"office": sealed.office, "author": desk_praia, "is_restricted": True}
    row = sealed if about == "person" else CaseFactory(person=sealed, **kept)
    if about.startswith("enquiry"):
        row = EnquiryFactory(**({"case": row} if about == "enquiry of case" else {"person": sealed}), **kept)
    client.force_login(coordinator_praia)
    url = reverse("cases:unseal", kwargs={"kind": row._meta.model_name, "pk": row.pk})
    page = client.post(url, {"reason": reason})
    assert "Retire o que aponta para uma pessoa" in page.context["form"].errors["reason"][0]
    line = AccessLog.objects.get()  # whoever tries names leaves a line, too
    assert (line.verb, line.why) == ("searched", "")
    assert client.post(url, {"reason": "Substituo um dos colegas"}).url == row.get_absolute_url()


def test_only_a_coordinator_of_the_office_opens_it(sealed, desk_praia, desk_sal, planner_praia, dgi_admin):
    for user in (desk_praia, desk_sal, planner_praia, dgi_admin):
        with pytest.raises(PermissionDenied):
            unseal(sealed, reason="I stand in for a colleague", by=user)


@pytest.fixture
def known_at_sal(office_sal, desk_sal) -> Person:
    person = PersonFactory(office=office_sal, author=desk_sal)
    IdentityDocument.objects.create(person=person, kind="passport", number="AB123", country="GW")
    Contact.objects.create(person=person, channel="phone", value=PHONE, verified_at=timezone.now())
    return person


def test_the_same_document_or_a_tried_telephone_names_the_office(
    known_at_sal, office_praia, office_sal, desk_praia
):
    for question in ({"document": PASSPORT}, {"phone": PHONE}, {"document": PASSPORT, "phone": PHONE}):
        [known] = known_elsewhere(by=desk_praia, office=office_praia, **question)
        assert vars(known) == {"office": office_sal}


@pytest.mark.parametrize(
    "other",
    [
        IdentityDocument(kind="passport", number="AB123", country="SN"),
        IdentityDocument(kind="id_card", number="AB123", country="GW"),
        IdentityDocument(kind="passport", number="AB12", country="GW"),
    ],
)
def test_a_document_of_another_country_or_kind_is_another_one(known_at_sal, office_praia, desk_praia, other):
    assert known_elsewhere(by=desk_praia, office=office_praia, document=other) == []


@pytest.mark.parametrize(
    "change", [{"is_restricted": True}, {"name": "", "erased_at": timezone.now(), "erasure": "erased"}]
)
def test_restricted_and_erased_people_are_unknown(known_at_sal, office_praia, desk_praia, change):
    Person.objects.update(**change)
    assert known_elsewhere(by=desk_praia, office=office_praia, document=PASSPORT, phone=PHONE) == []


def test_a_telephone_that_was_not_tried_or_is_a_relatives_says_nothing(
    known_at_sal, office_praia, desk_praia
):
    Contact.objects.update(whose="irmã")
    assert known_elsewhere(by=desk_praia, office=office_praia, phone=PHONE) == []
    Contact.objects.update(whose="", verified_at=None)
    assert known_elsewhere(by=desk_praia, office=office_praia, phone=PHONE) == []


def test_an_ended_agreement_and_the_own_office_say_nothing(
    known_at_sal, office_praia, office_sal, desk_praia, desk_sal
):
    assert known_elsewhere(by=desk_sal, office=office_sal, phone=PHONE) == []
    long_ago = timezone.localdate() - timedelta(days=800)
    type(known_at_sal.consent).objects.update(starts_on=long_ago, ends_on=long_ago)
    assert known_elsewhere(by=desk_praia, office=office_praia, phone=PHONE) == []


def test_each_question_is_noted_at_both_offices(known_at_sal, office_praia, desk_praia):
    known_elsewhere(by=desk_praia, office=office_praia, phone=PHONE)
    assert sorted(AccessLog.objects.values_list("municipality", flat=True)) == ["CV-PR", "CV-SL"]
    known_elsewhere(by=desk_praia, office=office_praia, phone="+2385551234")
    assert AccessLog.objects.filter(verb="matched").count() == 3


def test_questions_run_out_for_an_hour(known_at_sal, office_praia, desk_praia, time_machine):
    for _ in range(QUESTIONS):
        known_elsewhere(by=desk_praia, office=office_praia, phone="+2385551234")
    with pytest.raises(TooManyQuestions):
        known_elsewhere(by=desk_praia, office=office_praia, phone=PHONE)
    time_machine.move_to(timezone.now() + QUESTIONS_WITHIN + timedelta(minutes=1))
    assert known_elsewhere(by=desk_praia, office=office_praia, phone=PHONE)


def test_only_the_desk_asks_and_only_for_its_office(
    known_at_sal, office_praia, desk_sal, planner_praia, dgi_admin
):
    for user in (desk_sal, planner_praia, dgi_admin):
        with pytest.raises(PermissionDenied):
            known_elsewhere(by=user, office=office_praia, phone=PHONE)
