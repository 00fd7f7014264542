"""Recording and correcting people: only with consent, never by somebody who may not."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import Draft
from cases.models import Alias, Consent, Contact, IdentityDocument, Person, find_people
from cases.services.consents import explanation, renew_consent, usual_end, withdraw_consent
from cases.services.people import PersonChanged, correct_person, record_person, remove_item, save_item
from tests.factories import ConsentFactory, LanguageFactory, PartnerFactory, PersonFactory


@pytest.fixture
def consent(db) -> dict:
    return {
        "explained": "O que fica registado.",
        "language": LanguageFactory(),
        "form": "signed",
        "ends_on": timezone.localdate() + timedelta(days=365),
    }


@pytest.fixture
def maria(office_praia, desk_praia) -> Person:
    return PersonFactory(office=office_praia, author=desk_praia, name="Maria Tavares")


def test_a_person_is_recorded_with_consent_contact_document_and_history(office_praia, desk_praia, consent):
    maria = record_person(
        {"office": office_praia, "name": "Maria Tavares", "born_on": date(1990, 5, 1)},
        consent=consent | {"partners": [PartnerFactory(code="OIM")]},
        contacts=[{"channel": "phone", "value": "+2389912345"}],
        documents=[{"kind": "passport", "number": "AB 123", "country": "GW"}],
        by=desk_praia,
    )
    assert (maria.author, maria.consent.person, maria.consent.recorded_by) == (desk_praia, maria, desk_praia)
    assert [partner.code for partner in maria.consent.partners.all()] == ["OIM"]
    assert [str(row.history_user) for row in maria.history.all()] == ["Desk Praia"]
    assert maria.contacts.get().history.get().history_user == desk_praia
    assert [found.person for found in find_people(desk_praia, "tavares")] == [maria]


def test_nothing_is_recorded_when_one_part_is_wrong(office_praia, desk_praia, consent):
    with pytest.raises(ValidationError):
        record_person(
            {"office": office_praia, "name": "Maria Tavares"},
            consent=consent,
            documents=[{"kind": "passport", "number": "--", "country": "GW"}],
            by=desk_praia,
        )
    assert not Person.objects.exists()
    assert not Consent.objects.exists()


def test_a_consent_that_has_ended_opens_no_record(office_praia, desk_praia, consent):
    past = timezone.localdate() - timedelta(days=1)
    with pytest.raises(ValidationError) as refused:
        record_person(
            {"office": office_praia, "name": "Maria"},
            consent=consent | {"starts_on": past, "ends_on": past},
            by=desk_praia,
        )
    assert "ends_on" in refused.value.message_dict
    assert not Person.objects.exists()


def test_nobody_agrees_for_ever(office_praia, desk_praia, consent):
    with pytest.raises(ValidationError):
        record_person(
            {"office": office_praia, "name": "Maria"},
            consent=consent | {"ends_on": timezone.localdate() + timedelta(days=10_000)},
            by=desk_praia,
        )


def test_nobody_is_born_in_the_future(office_praia, desk_praia, consent, maria):
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(ValidationError) as refused:
        record_person(
            {"office": office_praia, "name": "Ana", "born_on": tomorrow}, consent=consent, by=desk_praia
        )
    assert "born_on" in refused.value.message_dict
    with pytest.raises(ValidationError):
        correct_person(maria, {"born_on": tomorrow}, version=1, by=desk_praia)


def test_only_the_desk_records_people_and_only_at_its_office(
    office_praia, consent, desk_sal, planner_praia, dgi_officer, dgi_admin
):
    for stranger in (desk_sal, planner_praia, dgi_officer, dgi_admin):
        with pytest.raises(PermissionDenied):
            record_person({"office": office_praia, "name": "Maria"}, consent=consent, by=stranger)


def test_a_correction_leaves_the_former_text_in_the_history(maria, coordinator_praia):
    correct_person(maria, {"name": "Maria Moreno"}, version=1, by=coordinator_praia)
    assert [row.name for row in maria.history.all()] == ["Maria Moreno", "Maria Tavares"]
    assert maria.history.first().history_user == coordinator_praia
    assert find_people(coordinator_praia, "moreno")
    assert not find_people(coordinator_praia, "tavares")


def test_two_who_correct_at_once_do_not_overwrite_each_other(maria, desk_praia, coordinator_praia):
    correct_person(maria, {"name": "Maria Moreno"}, version=1, by=coordinator_praia)
    with pytest.raises(PersonChanged):
        correct_person(maria, {"name": "Maria Semedo"}, version=1, by=desk_praia)


def test_a_correction_that_changes_nothing_leaves_no_trace(maria, desk_praia):
    assert correct_person(maria, {"name": "Maria Tavares"}, version=1, by=desk_praia).version == 1
    assert maria.history.count() == 1


def test_strangers_change_nothing(maria, desk_sal, planner_praia, dgi_admin):
    for stranger in (desk_sal, planner_praia, dgi_admin):
        with pytest.raises(PermissionDenied):
            correct_person(maria, {"name": "X"}, version=1, by=stranger)
        with pytest.raises(PermissionDenied):
            save_item(Alias(person=maria, name="X"), by=stranger)
        with pytest.raises(PermissionDenied):
            renew_consent(maria, {}, by=stranger)
        with pytest.raises(PermissionDenied):
            withdraw_consent(maria, Consent.Withdrawal.ERASE, by=stranger)


def test_while_the_consent_has_ended_it_can_be_renewed_and_nothing_else(office_praia, desk_praia, consent):
    long_ago = timezone.localdate() - timedelta(days=800)
    maria = PersonFactory(office=office_praia, author=desk_praia, consent__starts_on=long_ago)
    with pytest.raises(PermissionDenied):
        correct_person(maria, {"name": "Maria"}, version=1, by=desk_praia)
    with pytest.raises(PermissionDenied):
        save_item(Contact(person=maria, channel="phone", value="+2389912345"), by=desk_praia)
    former = maria.consent
    maria = renew_consent(maria, consent, by=desk_praia)
    assert maria.consent != former
    assert set(maria.consents.all()) == {former, maria.consent}
    assert correct_person(maria, {"name": "Maria"}, version=1, by=desk_praia).name == "Maria"


def test_another_name_is_found_and_no_longer_once_it_is_taken_away(maria, desk_praia):
    alias = save_item(Alias(person=maria, name="Bia Moreno"), by=desk_praia)
    assert find_people(desk_praia, "bia")
    remove_item(alias, by=desk_praia)
    assert not find_people(desk_praia, "bia")
    assert [row.history_type for row in Alias.history.all()] == ["-", "+"]
    assert {row.history_user for row in Alias.history.all()} == {desk_praia}


def test_the_same_contact_twice_is_refused_with_words(maria, desk_praia):
    save_item(Contact(person=maria, channel="phone", value="+2389912345"), by=desk_praia)
    with pytest.raises(ValidationError):
        save_item(Contact(person=maria, channel="phone", value="+2389912345"), by=desk_praia)


@pytest.mark.parametrize("kind", ["permit", "visa"])
def test_a_permit_of_another_country_is_refused(maria, desk_praia, kind):
    with pytest.raises(ValidationError) as refused:
        save_item(IdentityDocument(person=maria, kind=kind, number="1234", country="GW"), by=desk_praia)
    assert "country" in refused.value.message_dict
    save_item(IdentityDocument(person=maria, kind=kind, number="1234", country="CV"), by=desk_praia)


@pytest.mark.parametrize(
    ("start", "end"), [(date(2026, 3, 12), date(2028, 3, 12)), (date(2024, 12, 31), date(2026, 12, 28))]
)
def test_a_consent_usually_holds_for_two_years(start, end):
    assert usual_end(start) == end


def test_how_long_a_consent_usually_holds_is_a_setting(settings):
    settings.CONSENT_MONTHS = 6
    assert usual_end(date(2026, 8, 31)) == date(2027, 2, 28)


def test_the_explanation_names_the_office_and_the_day(office_praia):
    text = explanation(office_praia, date(2028, 3, 12))
    assert "GAI Praia" in text
    assert "2028" in text


def test_a_draft_of_a_form_about_somebody_goes_with_them(maria, desk_praia):
    Draft.objects.create(user=desk_praia, form=f"{maria.get_absolute_url()}edit/", fields={"name": ["Maria"]})
    other = Draft.objects.create(user=desk_praia, form="/workspace/desk/", fields={})
    withdraw_consent(maria, Consent.Withdrawal.ERASE, by=desk_praia)
    assert list(Draft.objects.all()) == [other]


def test_a_consent_is_kept_word_by_word(maria):
    assert ConsentFactory(person=maria).explained == maria.consent.explained
