"""Who withdraws their consent is erased or made anonymous, history included, and the counts stay true."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from accounts.access import Verb, record_access
from accounts.models import AccessLog
from cases.models import (
    Alias,
    Case,
    CaseDocument,
    Consent,
    Contact,
    Enquiry,
    IdentityDocument,
    LegalStatus,
    NamePart,
    Person,
    find_people,
)
from cases.services.cases import add_note, close_case, name_case, reopen_case
from cases.services.consents import withdraw_consent
from cases.services.enquiries import correct_enquiry
from cases.services.erasure import anonymise_person, empty_old_cases, empty_old_words, erase_person
from cases.services.follow_ups import add_follow_up
from cases.services.merging import merge_people
from cases.services.people import correct_person, remove_item, save_item
from tests.factories import (
    CaseDocumentFactory,
    CaseFactory,
    EnquiryFactory,
    LanguageFactory,
    OutcomeFactory,
    PersonFactory,
)

TELLING = [
    "Fatoumata",
    "Diallo",
    "Djaló",
    "Fofana",
    "9912345",
    "9954321",
    "fatou@example.org",
    "AB123456",
    "irmã em Achada",
    "perdeu o passaporte",
    "voltou a perder",
    "Testemunha Lima",
    "1990-05-01",
]
ERASE, ANONYMISE = Consent.Withdrawal.ERASE, Consent.Withdrawal.ANONYMISE


@pytest.fixture
def fatou(office_praia, desk_praia) -> Person:
    """Somebody with everything on file, changed several times."""
    person = PersonFactory(
        office=office_praia,
        author=desk_praia,
        name="Fatoumata Fofana",
        born_on=date(1990, 5, 1),
        sex="f",
        nationality="SN",
        legal_status=LegalStatus.objects.create(code="resident", name_pt="Residente"),
        consent__form="spoken",
        consent__witness="Testemunha Lima",
    )
    person = correct_person(person, {"name": "Fatoumata Diallo"}, version=1, by=desk_praia)
    save_item(Alias(person=person, name="Djaló"), by=desk_praia)
    phone = save_item(Contact(person=person, channel="phone", value="+2389954321"), by=desk_praia)
    phone.value, phone.caution = "+2389912345", "irmã em Achada"
    save_item(phone, by=desk_praia)
    gone = save_item(Contact(person=person, channel="email", value="fatou@example.org"), by=desk_praia)
    remove_item(gone, by=desk_praia)
    save_item(
        IdentityDocument(person=person, kind="passport", number="AB123456", country="SN"), by=desk_praia
    )
    enquiry = EnquiryFactory(
        office=office_praia,
        author=desk_praia,
        person=person,
        nationality="SN",
        sex="f",
        note="perdeu o passaporte",
    )
    correct_enquiry(enquiry, {"note": "voltou a perder"}, version=1, by=desk_praia)
    return person


def everything_in(app="cases") -> str:
    """Every value of every row of every table of the desk, history included."""
    texts = []
    for model in apps.get_app_config(app).get_models(include_auto_created=True):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            texts += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(texts)


def counts() -> list:
    fields = ("office", "topic", "sex", "age_band", "nationality", "language", "outcome")
    return sorted(Enquiry.objects.standing().values_list(*fields))


def test_what_is_tested_here_is_on_file_before(fatou):
    on_file = everything_in()
    assert [text for text in TELLING if text not in on_file] == []


@pytest.mark.parametrize("choice", [ERASE, ANONYMISE])
def test_nothing_that_tells_who_it_was_is_left_in_any_table(fatou, desk_praia, choice):
    withdraw_consent(fatou, choice, by=desk_praia)
    left = everything_in()
    assert [text for text in TELLING if text in left] == []
    for model in (Alias, Contact, IdentityDocument, NamePart):
        assert not model.objects.exists()
    for model in (Alias, Contact, IdentityDocument):
        assert not model.history.exists()


@pytest.mark.parametrize("choice", [ERASE, ANONYMISE])
def test_the_counts_stay_true(fatou, desk_praia, choice):
    before = counts()
    withdraw_consent(fatou, choice, by=desk_praia)
    assert counts() == before
    assert len(before) == 1


def test_erased_nothing_tells_that_these_enquiries_were_of_one_person(fatou, desk_praia):
    withdraw_consent(fatou, ERASE, by=desk_praia)
    assert Enquiry.objects.get().person is None
    assert not Enquiry.history.exclude(person=None).exists()
    fatou.refresh_from_db()
    assert (fatou.sex, fatou.nationality, fatou.erasure) == ("", "", "erased")
    assert not Person.history.exclude(nationality="").exists()


def test_made_anonymous_the_matter_stays_together(fatou, desk_praia):
    withdraw_consent(fatou, ANONYMISE, by=desk_praia)
    fatou.refresh_from_db()
    assert Enquiry.objects.get().person == fatou
    assert (fatou.sex, fatou.nationality, fatou.name, fatou.born_on) == ("f", "SN", "", None)
    assert fatou.erasure == "anonymised"


def test_that_somebody_agreed_and_took_it_back_stays_as_proof(fatou, desk_praia):
    withdraw_consent(fatou, ERASE, by=desk_praia)
    consent = Consent.objects.get()
    assert (consent.withdrawn_by, consent.withdrawal, consent.witness) == (desk_praia, "erase", "–")
    assert timezone.now() >= consent.withdrawn_at
    assert fatou.history.first().history_user == desk_praia


def test_the_access_log_outlives_the_record_and_tells_nothing(fatou, desk_praia):
    record_access(Verb.READ, fatou, by=desk_praia)
    withdraw_consent(fatou, ERASE, by=desk_praia)
    assert AccessLog.objects.of(fatou).count() == 1
    left = everything_in("accounts")
    assert [text for text in TELLING if text in left] == []


def test_nobody_finds_who_was_erased(fatou, desk_praia):
    reference = fatou.reference
    withdraw_consent(fatou, ERASE, by=desk_praia)
    for asked in ("Fatoumata Diallo", "Djaló", "9912345", "AB123456", reference):
        assert find_people(desk_praia, asked) == []


def test_what_was_merged_into_the_record_goes_with_it(fatou, office_praia, desk_praia):
    twin = PersonFactory(office=office_praia, author=desk_praia, name="Fatoumata Twin-Diallo")
    EnquiryFactory(office=office_praia, author=desk_praia, person=twin, note="perdeu o passaporte")
    merge_people(fatou, twin, by=desk_praia)
    withdraw_consent(fatou, ERASE, by=desk_praia)
    left = everything_in()
    assert [text for text in [*TELLING, "Twin"] if text in left] == []
    twin.refresh_from_db()
    assert twin.erasure == "erased"


def test_other_people_keep_everything(fatou, office_praia, desk_praia):
    other = PersonFactory(office=office_praia, author=desk_praia, name="José Lima")
    save_item(Contact(person=other, channel="phone", value="+2385555555"), by=desk_praia)
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, person=other, note="outra nota")
    withdraw_consent(fatou, ERASE, by=desk_praia)
    enquiry.refresh_from_db()
    assert (enquiry.person, enquiry.note) == (other, "outra nota")
    assert other.contacts.count() == 1
    assert find_people(desk_praia, "josé lima")


def test_an_enquiry_that_was_once_ascribed_to_somebody_forgets_it(fatou, office_praia, desk_praia):
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, person=fatou, note="outra nota")
    enquiry.person = PersonFactory(office=office_praia)
    enquiry.save()
    erase_person(fatou, by=desk_praia)
    assert not Enquiry.history.filter(person=fatou.pk).exists()
    enquiry.refresh_from_db()
    assert enquiry.note == "outra nota"


def test_the_daily_job_erases_without_a_user(fatou):
    Consent.objects.update(starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1))
    anonymise_person(fatou, by=None)
    assert fatou.history.first().history_user is None


def test_a_record_is_erased_once(fatou, desk_praia):
    erase_person(fatou, by=desk_praia)
    with pytest.raises(PermissionDenied):
        erase_person(fatou, by=desk_praia)


def test_strangers_erase_nobody(fatou, desk_sal, dgi_admin):
    for stranger in (desk_sal, dgi_admin):
        with pytest.raises(PermissionDenied):
            erase_person(fatou, by=stranger)


def test_a_language_that_was_kept_for_the_person_goes_with_them(fatou, desk_praia):
    correct_person(fatou, {"language": LanguageFactory(code="wo")}, version=2, by=desk_praia)
    erase_person(fatou, by=desk_praia)
    assert not Person.history.exclude(language=None).exists()


# Cases without a name


@pytest.fixture
def nameless(office_praia, desk_praia) -> Case:
    case = CaseFactory(office=office_praia, author=desk_praia, title="segredo")
    add_note(case, text="segredo", by=desk_praia)
    add_follow_up(case, title="segredo", due_on=date(2027, 1, 1), by=desk_praia)
    CaseDocumentFactory(case=case, title="segredo", added_by=desk_praia)
    return close_case(case, outcome=OutcomeFactory(), reason="segredo", by=desk_praia)


def test_the_words_and_files_of_a_nameless_case_go_some_time_after_it_was_closed(
    nameless, settings, time_machine, django_capture_on_commit_callbacks
):
    file = nameless.documents.get().file.name
    assert "segredo" in everything_in()
    assert empty_old_cases() == 0
    time_machine.move_to(timezone.now() + timedelta(days=settings.CASE_TEXT_DAYS, minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert empty_old_cases() == 1
    assert "segredo" not in everything_in()
    assert not default_storage.exists(file)
    nameless.refresh_from_db()
    assert (nameless.state, nameless.notes.count(), nameless.follow_ups.count()) == ("closed", 1, 1)
    assert empty_old_cases() == 0


@pytest.mark.parametrize("change", ["running", "named"])
def test_a_case_that_runs_or_has_a_name_keeps_its_words(
    nameless, settings, time_machine, desk_praia, fatou, change
):
    if change == "running":
        reopen_case(nameless, reason="Voltou.", by=desk_praia)
    else:
        name_case(nameless, fatou, by=desk_praia)
    time_machine.move_to(timezone.now() + timedelta(days=settings.CASE_TEXT_DAYS, minutes=1))
    assert empty_old_cases() == 0


@pytest.mark.parametrize("has_case", [True, False])
def test_words_and_files_that_came_after_a_record_was_made_anonymous_go_in_their_time(
    office_praia, desk_praia, settings, time_machine, has_case
):
    person = PersonFactory(office=office_praia, author=desk_praia)
    case = CaseFactory(office=office_praia, author=desk_praia, person=person) if has_case else None
    contact = EnquiryFactory(office=office_praia, author=desk_praia, person=person, case=case)
    anonymise_person(person, by=desk_praia)
    Enquiry.objects.filter(pk=contact.pk).update(note="segredo")
    if case:
        case.refresh_from_db()
        add_note(case, text="segredo", by=desk_praia)
        CaseDocumentFactory(case=case, title="segredo")
        close_case(case, outcome=OutcomeFactory(), reason="segredo", by=desk_praia)
    empty_old_cases(), empty_old_words()
    assert "segredo" in everything_in()
    days = max(settings.CASE_TEXT_DAYS, settings.ENQUIRY_TEXT_DAYS)
    time_machine.move_to(timezone.now() + timedelta(days=days, minutes=1))
    empty_old_cases(), empty_old_words()
    assert "segredo" not in everything_in()
    assert not CaseDocument.objects.exists()
    assert (empty_old_cases(), empty_old_words()[:11]) == (0, "0 enquiries")
