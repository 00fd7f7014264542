"""People on record: what the database refuses, and who may know of them."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.access import Verb, record_access
from cases.models import (
    UNSEALED_FOR,
    AgeBand,
    Alias,
    Contact,
    IdentityDocument,
    Merge,
    NamePart,
    Person,
    document_key,
)
from tests.factories import ConsentFactory, EnquiryFactory, PersonFactory


@pytest.fixture
def maria(office_praia, desk_praia) -> Person:
    return PersonFactory(office=office_praia, author=desk_praia, name="Maria Tavares")


def test_nobody_is_on_record_without_a_consent(office_praia, desk_praia):
    with pytest.raises(IntegrityError):
        Person.objects.create(office=office_praia, author=desk_praia, name="Maria Tavares")


def test_a_record_has_a_name_until_it_is_erased(office_praia):
    with pytest.raises(IntegrityError, match="person_has_a_name_until_erased"):
        PersonFactory(office=office_praia, name="")


def test_an_erased_record_has_no_name(office_praia):
    with pytest.raises(IntegrityError, match="person_has_a_name_until_erased"):
        PersonFactory(office=office_praia, name="Maria", erased_at=timezone.now(), erasure="erased")


def test_an_erased_record_says_in_which_way(office_praia):
    with pytest.raises(IntegrityError, match="person_erased_in_some_way"):
        PersonFactory(office=office_praia, name="", erased_at=timezone.now())


def test_nobody_was_born_before_living_memory(office_praia):
    with pytest.raises(IntegrityError, match="person_born_in_living_memory"):
        PersonFactory(office=office_praia, born_on=date(1899, 12, 31))


def test_nobody_is_merged_into_themselves(maria):
    with pytest.raises(IntegrityError, match="person_not_merged_into_itself"):
        Person.objects.filter(pk=maria.pk).update(merged_into=maria)


def test_an_alias_stands_once_per_person(maria):
    Alias.objects.create(person=maria, name="Mimi")
    with pytest.raises(IntegrityError):
        Alias.objects.create(person=maria, name="Mimi")


def test_a_contact_stands_once_per_person(maria):
    Contact.objects.create(person=maria, channel="phone", value="+2389912345")
    with pytest.raises(IntegrityError):
        Contact.objects.create(person=maria, channel="phone", value="+2389912345")


@pytest.mark.parametrize(
    "hours",
    [{"safe_from": time(18)}, {"safe_until": time(18)}, {"safe_from": time(20), "safe_until": time(18)}],
)
def test_safe_hours_have_both_ends_in_order(maria, hours):
    with pytest.raises(IntegrityError, match="contact_safe_hours_have_both_ends"):
        Contact.objects.create(person=maria, channel="phone", value="+2389912345", **hours)


def test_a_document_stands_once_per_person_however_it_is_written(maria):
    IdentityDocument.objects.create(person=maria, kind="passport", number="AB 123-456", country="GW")
    with pytest.raises(IntegrityError):
        IdentityDocument.objects.create(person=maria, kind="passport", number="ab123456", country="GW")


def test_the_same_number_of_another_country_is_another_document(maria):
    for country in ("GW", "SN"):
        IdentityDocument.objects.create(person=maria, kind="passport", number="AB123456", country=country)
    assert maria.documents_of_identity.count() == 2


def test_a_document_has_a_number(maria):
    with pytest.raises(IntegrityError, match="identity_document_has_a_number"):
        IdentityDocument.objects.create(person=maria, kind="passport", number="--", country="GW")


def test_document_numbers_are_compared_by_letters_and_digits():
    assert document_key(" ab.123-456/ç ") == "AB123456C"


def test_a_consent_ends_after_it_starts(db):
    with pytest.raises(IntegrityError, match="consent_ends_after_it_starts"):
        ConsentFactory(ends_on=timezone.localdate() - timedelta(days=1))


def test_a_spoken_consent_has_a_witness(db):
    with pytest.raises(IntegrityError, match="consent_spoken_before_a_witness"):
        ConsentFactory(form="spoken")


def test_a_consent_is_withdrawn_by_somebody_who_chose_what_follows(db):
    with pytest.raises(IntegrityError, match="consent_withdrawn_by_somebody"):
        ConsentFactory(withdrawn_at=timezone.now())


def test_a_consent_holds_between_its_days(db):
    consent, day = ConsentFactory(), timezone.localdate()
    assert consent.holds_on(day)
    assert consent.holds_on(consent.ends_on)
    assert not consent.holds_on(consent.ends_on + timedelta(days=1))
    assert not consent.holds_on(day - timedelta(days=1))


def test_people_are_told_apart_by_whether_their_consent_holds(office_praia):
    held = PersonFactory(office=office_praia)
    long_ago = timezone.localdate() - timedelta(days=800)
    ended = PersonFactory(office=office_praia, consent__starts_on=long_ago)
    assert set(Person.objects.consenting()) == {held}
    assert set(Person.objects.consenting(long_ago)) == {ended}


def test_a_record_is_merged_once_until_that_is_undone(maria, office_praia, desk_praia):
    other = PersonFactory(office=office_praia)
    undone = {"undone_at": timezone.now(), "undone_by": desk_praia}
    Merge.objects.create(kept=maria, gone=other, by=desk_praia, **undone)
    Merge.objects.create(kept=maria, gone=other, by=desk_praia)
    assert Merge.objects.standing().count() == 1
    with pytest.raises(IntegrityError):
        Merge.objects.create(kept=maria, gone=other, by=desk_praia)


def test_a_merge_is_undone_by_somebody(maria, office_praia, desk_praia):
    with pytest.raises(IntegrityError, match="merge_undone_by_somebody"):
        Merge.objects.create(
            kept=maria, gone=PersonFactory(office=office_praia), by=desk_praia, undone_at=timezone.now()
        )


@pytest.mark.parametrize(
    ("age", "band"),
    [(0, "0-5"), (5, "0-5"), (6, "6-13"), (17, "14-17"), (18, "18-24"), (64, "45-64"), (99, "65+")],
)
def test_an_age_falls_into_its_band(age, band):
    assert AgeBand.of(age) == band


def test_age_is_counted_in_full_years():
    person = Person(born_on=date(2000, 2, 29))
    assert person.age_on(date(2018, 2, 28)) == 17
    assert person.age_on(date(2018, 3, 1)) == 18
    assert person.age_band_on(date(2018, 3, 1)) == "18-24"
    assert person.age_on(date(1999, 1, 1)) is None
    assert Person().age_band_on(date(2018, 3, 1)) == ""


def test_only_the_desk_of_the_office_knows_of_a_person(
    maria, desk_praia, coordinator_praia, desk_sal, planner_praia, approver_praia, dgi_officer, dgi_admin
):
    for reader in (desk_praia, coordinator_praia):
        assert Person.objects.visible_to(reader).exists()
        assert NamePart.objects.visible_to(reader).exists()
    for stranger in (desk_sal, planner_praia, approver_praia, dgi_officer, dgi_admin):
        assert not Person.objects.visible_to(stranger).exists()
        assert not NamePart.objects.visible_to(stranger).exists()


@pytest.fixture
def sealed(office_praia, desk_praia) -> Person:
    return PersonFactory(office=office_praia, author=desk_praia, is_restricted=True)


@pytest.fixture
def colleague(praia):
    from accounts.roles import Role
    from tests.conftest import member

    return member("colleague.praia@example.org", Role.OFFICER, municipality=praia)


def test_a_restricted_person_is_read_by_author_and_assignee(sealed, desk_praia, colleague, coordinator_praia):
    readers = [desk_praia]
    assert [u for u in (desk_praia, colleague, coordinator_praia) if sees(u, sealed)] == readers
    Person.objects.update(assigned_to=colleague)
    assert sees(colleague, sealed)


def sees(user, row) -> bool:
    return type(row).objects.visible_to(user).filter(pk=row.pk).exists()


def test_a_coordinator_reads_a_restricted_person_for_a_day_after_giving_a_reason(
    sealed, coordinator_praia, time_machine
):
    assert list(Person.objects.sealed_to(coordinator_praia)) == [sealed]
    record_access(Verb.UNSEALED, sealed, by=coordinator_praia, why="Cover for a sick colleague")
    assert sees(coordinator_praia, sealed)
    assert not Person.objects.sealed_to(coordinator_praia).exists()
    time_machine.move_to(timezone.now() + UNSEALED_FOR + timedelta(minutes=1))
    assert not sees(coordinator_praia, sealed)


def test_a_reason_given_for_one_record_opens_no_other(sealed, office_praia, coordinator_praia, desk_praia):
    other = PersonFactory(office=office_praia, author=desk_praia, is_restricted=True)
    enquiry = EnquiryFactory(pk=other.pk, office=office_praia, author=desk_praia, topic__restricted=True)
    record_access(Verb.UNSEALED, sealed, by=coordinator_praia, why="Cover")
    assert not sees(coordinator_praia, other)
    record_access(Verb.UNSEALED, other, by=coordinator_praia, why="Cover")
    assert not sees(coordinator_praia, enquiry)


def test_a_reason_opens_nothing_for_an_officer_nor_in_another_office(sealed, colleague, desk_sal, sal):
    from accounts.roles import Role
    from tests.conftest import member

    coordinator_sal = member("coordinator.sal@example.org", Role.COORDINATOR, municipality=sal)
    for user in (colleague, desk_sal, coordinator_sal):
        record_access(Verb.UNSEALED, sealed, by=user, why="Curious")
        assert not sees(user, sealed)
        assert not Person.objects.sealed_to(user).exists()
