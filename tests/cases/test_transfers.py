"""Records that go from one office to another: offered, accepted, and read for a while by the sender."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from accounts.models import AccessLog, Notice
from accounts.roles import Role
from cases.models import (
    Appointment,
    Case,
    CaseNote,
    Contact,
    Enquiry,
    FollowUp,
    Person,
    ReferenceRow,
    Transfer,
    find_people,
    timeline,
)
from cases.retention import PERSON
from cases.services.appointments import make_appointment
from cases.services.cases import add_note, open_case
from cases.services.doors import QUESTIONS, TooManyQuestions, read_sent
from cases.services.enquiries import correct_enquiry, log_enquiry
from cases.services.erasure import erase_person
from cases.services.follow_ups import finish_follow_up
from cases.services.merging import merge_people
from cases.services.people import correct_person, save_item
from cases.services.transfers import (
    MOVES,
    accept_transfer,
    offer_transfer,
    refuse_transfer,
    withdraw_transfer,
)
from municipalities.models import Office
from tests.conftest import member
from tests.factories import (
    CaseDocumentFactory,
    CaseFactory,
    EnquiryFactory,
    FollowUpFactory,
    PersonFactory,
)


@pytest.fixture
def coordinator_sal(sal, office_sal):
    return member("coordinator.sal@example.org", Role.COORDINATOR, municipality=sal)


@pytest.fixture
def maria(office_praia, desk_praia) -> Person:
    return PersonFactory(office=office_praia, author=desk_praia, name="Maria Semedo", assigned_to=desk_praia)


@pytest.fixture
def matter(maria, office_praia, desk_praia) -> Case:
    """A case of hers with something of every kind."""
    case = CaseFactory(office=office_praia, author=desk_praia, person=maria, assigned_to=desk_praia)
    CaseNote.objects.create(case=case, author=desk_praia, text="Faltam duas fotografias.")
    CaseDocumentFactory(case=case, added_by=desk_praia)
    FollowUpFactory(case=case, author=desk_praia, assigned_to=desk_praia)
    EnquiryFactory(office=office_praia, author=desk_praia, person=maria, case=case, note="Perdeu o cartão.")
    return case


def offered(record, to, by, **fields) -> Transfer:
    kept = {"reason": "Mudou-se para a ilha.", "agreed_on": timezone.localdate()}
    return offer_transfer(record, to_office=to, by=by, **{**kept, **fields})


@pytest.fixture
def offer(maria, matter, office_sal, coordinator_praia, coordinator_sal) -> Transfer:
    return offered(maria, office_sal, coordinator_praia)


def seen_by(user) -> set[str]:
    """Every kind of record that somebody reads anything of."""
    kinds = [Person, Case, CaseNote, FollowUp, Enquiry, apps.get_model("cases", "CaseDocument")]
    return {kind.__name__ for kind in kinds if kind._default_manager.visible_to(user).exists()}


EVERYTHING = {"Person", "Case", "CaseNote", "FollowUp", "Enquiry", "CaseDocument"}


def test_an_offer_moves_nothing_and_tells_the_receiver_nothing_of_the_person(
    offer, desk_praia, desk_sal, coordinator_sal
):
    assert (seen_by(desk_praia), seen_by(desk_sal)) == (EVERYTHING, set())
    notice = Notice.objects.get(user=coordinator_sal)
    assert "PR-T" in notice.text
    assert "Maria" not in notice.text + offer.reason + offer.reference


def test_accepted_all_of_it_is_read_and_written_by_the_receiver_and_by_nobody_else(
    offer, maria, matter, desk_praia, desk_sal, coordinator_praia, coordinator_sal, office_sal
):
    accept_transfer(offer, assigned_to=desk_sal, by=coordinator_sal)
    assert (seen_by(desk_praia), seen_by(coordinator_praia), seen_by(desk_sal)) == (set(), set(), EVERYTHING)
    matter.refresh_from_db()
    assert (matter.office, matter.assigned_to) == (office_sal, desk_sal)
    assert matter.number.startswith("GAI-XX-2026-")  # as it was
    add_note(matter, text="Recebido.", by=desk_sal)
    correct_person(maria, {"name": "Maria Semedo Lopes"}, version=2, by=desk_sal)
    follow_up = FollowUp.objects.get()
    finish_follow_up(follow_up, by=desk_sal)
    for write in (
        lambda: add_note(matter, text="Mais uma.", by=desk_praia),
        lambda: save_item(Contact(person=maria, channel="phone", value="+2389912345"), by=desk_praia),
        lambda: finish_follow_up(follow_up, by=desk_praia),
        lambda: correct_enquiry(Enquiry.objects.get(), {"note": "x"}, version=2, by=desk_praia),
        lambda: open_case({"topic": matter.topic, "person": maria}, office=offer.from_office, by=desk_praia),
    ):
        with pytest.raises(PermissionDenied):
            write()
    assert [each.person for each in find_people(desk_sal, "maria semedo")] == [maria]
    assert find_people(desk_praia, "maria semedo") == []


def test_the_move_stands_in_what_happened_with_the_person(offer, maria, desk_sal, coordinator_sal):
    accept_transfer(offer, by=coordinator_sal)
    [moment] = [each for each in timeline(maria, desk_sal)[0] if each.url == offer.get_absolute_url()]
    assert ("GAI Praia" in moment.title, "GAI Sal" in moment.title) == (True, True)


def test_every_row_that_moved_says_so_in_its_history(offer, matter, maria, coordinator_sal, office_sal):
    accept_transfer(offer, by=coordinator_sal)
    for row in (maria, matter, FollowUp.objects.get()):
        assert (row.history.first().office, row.history.first().history_user) == (office_sal, coordinator_sal)
    assert Enquiry.objects.get().history.first().moved_to == office_sal


def test_an_enquiry_stays_counted_where_the_contact_was(
    offer, office_praia, office_sal, desk_praia, desk_sal, coordinator_sal
):
    accept_transfer(offer, by=coordinator_sal)
    enquiry = Enquiry.objects.get()
    assert (enquiry.office, enquiry.moved_to, enquiry.keeper) == (office_praia, office_sal, office_sal)
    assert Enquiry.objects.counted_for(desk_praia).count() == 1
    assert Enquiry.objects.counted_for(desk_sal).count() == 0
    corrected = correct_enquiry(
        enquiry, {"office": office_sal, "note": "Cartão encontrado."}, version=2, by=desk_sal
    )
    assert (corrected.office, corrected.note) == (office_praia, "Cartão encontrado.")


def test_somebody_may_move_back(
    offer, maria, matter, desk_praia, office_praia, coordinator_praia, coordinator_sal
):
    accept_transfer(offer, by=coordinator_sal)
    maria.refresh_from_db()
    accept_transfer(offered(maria, office_praia, coordinator_sal), by=coordinator_praia)
    assert seen_by(desk_praia) == EVERYTHING
    assert Enquiry.objects.get().moved_to is None


def test_records_that_were_brought_together_move_together(
    maria, office_praia, office_sal, desk_praia, coordinator_praia, coordinator_sal
):
    twin = PersonFactory(office=office_praia, author=desk_praia, name="Maria Semêdo")
    merge = merge_people(maria, twin, by=desk_praia)
    maria.refresh_from_db()
    accept_transfer(offered(maria, office_sal, coordinator_praia), by=coordinator_sal)
    merge.gone.refresh_from_db()
    assert merge.gone.office == office_sal


def test_what_is_restricted_goes_along_and_opens_to_whom_it_is_given(
    maria, office_sal, desk_praia, desk_sal, coordinator_praia, coordinator_sal, violence
):
    hidden = CaseFactory(office=maria.office, author=desk_praia, person=maria, topic=violence)
    accept_transfer(offered(maria, office_sal, coordinator_praia), by=coordinator_sal)
    assert not Case.objects.visible_to(coordinator_sal).exists()
    assert list(Case.objects.sealed_to(coordinator_sal)) == [hidden]
    assert not Case.objects.visible_to(desk_praia).exists()


def test_what_is_restricted_is_read_by_whoever_takes_it_on_closed_or_not(
    maria, office_sal, desk_praia, desk_sal, coordinator_praia, coordinator_sal, violence, informed
):
    over = {"state": "closed", "closed_at": timezone.now(), "outcome": informed, "close_reason": "Resolvido."}
    kept = {"office": maria.office, "author": desk_praia, "person": maria, "topic": violence}
    rows = [CaseFactory(**kept), CaseFactory(**kept, **over), EnquiryFactory(**kept)]
    transfer = offered(maria, office_sal, coordinator_praia)
    accept_transfer(transfer, assigned_to=desk_sal, by=coordinator_sal)
    for row in rows:
        assert type(row).objects.visible_to(desk_sal).filter(pk=row.pk).exists()
        assert not type(row).objects.visible_to(desk_praia).filter(pk=row.pk).exists()


def test_a_nameless_case_moves_alone(
    office_praia, office_sal, desk_praia, coordinator_praia, coordinator_sal
):
    case = CaseFactory(office=office_praia, author=desk_praia)
    other = CaseFactory(office=office_praia, author=desk_praia)
    accept_transfer(offered(case, office_sal, coordinator_praia), by=coordinator_sal)
    assert set(Case.objects.filter(office=office_sal)) == {case}
    assert set(Case.objects.filter(office=office_praia)) == {other}


def test_a_case_with_a_name_does_not_move_without_its_person(matter, office_sal, coordinator_praia):
    with pytest.raises(PermissionDenied):
        offered(matter, office_sal, coordinator_praia)


def test_only_coordinators_of_either_end_decide(
    offer, maria, office_sal, desk_praia, desk_sal, planner_praia, dgi_officer, coordinator_praia
):
    for user in (desk_praia, desk_sal, planner_praia, dgi_officer):
        with pytest.raises(PermissionDenied):
            offered(maria, office_sal, user)
    for user in (desk_sal, coordinator_praia, planner_praia, dgi_officer):
        with pytest.raises(PermissionDenied):
            accept_transfer(offer, by=user)
    with pytest.raises(PermissionDenied):
        refuse_transfer(offer, answer="Não temos técnico.", by=coordinator_praia)
    with pytest.raises(PermissionDenied):
        withdraw_transfer(offer, by=desk_sal)


def test_refused_and_withdrawn_leave_everything_where_it_is(
    offer, maria, office_sal, desk_praia, coordinator_praia, coordinator_sal
):
    refuse_transfer(offer, answer="Não temos técnico.", by=coordinator_sal)
    assert seen_by(desk_praia) == EVERYTHING
    with pytest.raises(ValidationError, match="Refused|Recusada"):
        accept_transfer(offer, by=coordinator_sal)
    again = offered(maria, office_sal, coordinator_praia)
    withdraw_transfer(again, by=coordinator_praia)
    assert seen_by(desk_praia) == EVERYTHING
    with pytest.raises(ValidationError):
        accept_transfer(again, by=coordinator_sal)


def test_a_record_is_on_offer_once(offer, maria, office_sal, coordinator_praia):
    with pytest.raises(ValidationError):
        offered(maria, office_sal, coordinator_praia)


def test_what_is_offered_has_to_stand_when_it_is_accepted(
    offer, maria, office_praia, desk_praia, coordinator_sal
):
    twin = PersonFactory(office=office_praia, author=desk_praia, name="Maria S.")
    merge_people(twin, maria, by=desk_praia)
    with pytest.raises(ValidationError):
        accept_transfer(offer, by=coordinator_sal)
    assert not Person.objects.exclude(office=office_praia).exists()


@pytest.mark.parametrize("reason", ["", "  ", "Telefone 991 23 45", "mande para maria@example.org"])
def test_the_other_office_reads_some_words_and_nothing_that_points_at_somebody(
    maria, office_sal, coordinator_praia, reason
):
    with pytest.raises(ValidationError):
        offered(maria, office_sal, coordinator_praia, reason=reason)


def test_agreement_is_of_a_day_that_has_come(maria, office_sal, coordinator_praia):
    with pytest.raises(ValidationError):
        offered(maria, office_sal, coordinator_praia, agreed_on=timezone.localdate() + timedelta(days=1))


def test_a_second_office_of_the_town_needs_no_transfer(maria, praia, coordinator_praia):
    second = Office.objects.create(municipality=praia, code="PR2", name="GAI Praia 2")
    with pytest.raises(ValidationError):
        offered(maria, second, coordinator_praia)


@pytest.mark.django_db(transaction=True)
def test_accepted_twice_at_once_it_is_accepted_once(offer, matter, maria, coordinator_sal):
    start = Barrier(2)

    def accept(_nth: int) -> str:
        try:
            start.wait()
            return accept_transfer(Transfer.objects.get(pk=offer.pk), by=coordinator_sal).state
        except ValidationError:
            return "too late"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(accept, range(2))) == ["accepted", "too late"]
    for row in (maria, matter):
        row.refresh_from_db()
        assert row.version == 2


@pytest.mark.django_db(transaction=True)
def test_whoever_writes_while_it_is_accepted_is_before_it_or_refused(
    offer, matter, maria, renewal, desk_praia, coordinator_sal, office_praia, office_sal, in_person, informed
):
    """Nothing is written at the sender's after it moved, and nothing that was written stays behind."""
    start = Barrier(5)

    def attempt(write) -> str:
        try:
            start.wait()
            write()
        except (PermissionDenied, ValidationError):
            return "refused"
        finally:
            connections.close_all()
        return "done"

    contact = {"office": office_praia, "topic": renewal, "channel": in_person, "outcome": informed}
    now = timezone.now()
    expected = {"title": "Entrevista", "starts_at": now, "ends_at": now + timedelta(minutes=30)}
    writes = [
        lambda: accept_transfer(offer, by=coordinator_sal),
        lambda: add_note(matter, text="No último momento.", by=desk_praia),
        lambda: open_case({"topic": renewal, "person": maria}, office=office_praia, by=desk_praia),
        lambda: log_enquiry({**contact, "person": maria}, by=desk_praia),
        lambda: make_appointment({**expected, "case": matter}, office=office_praia, by=desk_praia),
    ]
    with ThreadPoolExecutor(5) as pool:
        accepted, *_others = pool.map(attempt, writes)
    assert accepted == "done"
    assert not Case.objects.filter(person=maria).exclude(office=office_sal).exists()
    assert not Enquiry.objects.filter(person=maria).exclude(moved_to=office_sal).exists()
    assert not Appointment.objects.exclude(office=office_sal).exists()
    assert seen_by(desk_praia) == set()


# The third door


@pytest.fixture
def sent(offer, coordinator_sal) -> Transfer:
    return accept_transfer(offer, by=coordinator_sal)


def test_the_sender_reads_what_stood_there_and_not_what_came_after(
    sent, matter, maria, desk_praia, coordinator_sal
):
    add_note(matter, text="Escrito no Sal.", by=coordinator_sal)
    correct_person(maria, {"name": "Nome Novo"}, version=2, by=coordinator_sal)
    correct_enquiry(Enquiry.objects.get(), {"note": "Escrito no Sal."}, version=2, by=coordinator_sal)
    file = read_sent(sent, by=desk_praia)
    assert file.person.name == "Maria Semedo"
    assert [case.id for case in file.cases] == [matter.pk]
    assert [note.text for note in file.notes] == ["Faltam duas fotografias."]
    assert [each.note for each in file.enquiries] == ["Perdeu o cartão."]
    assert [each.title for each in file.follow_ups] == ["Telefonar"]


def test_what_the_receiver_had_of_the_same_person_is_not_shown(
    sent, maria, office_sal, desk_praia, desk_sal, coordinator_sal
):
    twin = PersonFactory(office=office_sal, author=desk_sal, name="Maria do Sal")
    CaseFactory(office=office_sal, author=desk_sal, person=twin, opened_at=timezone.now() - timedelta(days=9))
    merge_people(maria, twin, by=coordinator_sal)
    assert len(read_sent(sent, by=desk_praia).cases) == 1


def test_each_reading_is_noted_at_both_offices(sent, maria, desk_praia):
    read_sent(sent, by=desk_praia, address="10.0.0.1")
    lines = AccessLog.objects.filter(user=desk_praia, verb="read")
    assert sorted(lines.values_list("municipality", flat=True)) == ["CV-PR", "CV-SL"]
    assert AccessLog.objects.of(maria).filter(user=desk_praia, why=sent.reference).exists()


def test_after_thirty_days_the_door_is_closed(sent, desk_praia, settings, time_machine):
    settings.TRANSFER_READ_DAYS = 30
    time_machine.move_to(sent.decided_at + timedelta(days=30))
    assert read_sent(sent, by=desk_praia).person
    time_machine.move_to(sent.decided_at + timedelta(days=31))
    with pytest.raises(PermissionDenied):
        read_sent(sent, by=desk_praia)


def test_nobody_else_reads_by_that_door(sent, offer, desk_sal, planner_praia, dgi_officer, dgi_admin):
    for user in (desk_sal, planner_praia, dgi_officer, dgi_admin):
        with pytest.raises(PermissionDenied):
            read_sent(sent, by=user)


def test_readings_run_out_for_an_hour(sent, desk_praia):
    for _ in range(QUESTIONS):
        read_sent(sent, by=desk_praia)
    with pytest.raises(TooManyQuestions):
        read_sent(sent, by=desk_praia)


def test_what_is_restricted_is_not_read_by_that_door(sent, matter, maria, desk_praia):
    Case.objects.filter(pk=matter.pk).update(is_restricted=True)
    assert read_sent(sent, by=desk_praia).cases == []
    Person.objects.filter(pk=maria.pk).update(is_restricted=True)
    sent.refresh_from_db()
    assert read_sent(sent, by=desk_praia).person is None


def test_who_is_erased_is_gone_from_transfers_too(sent, maria, desk_praia, coordinator_sal):
    erase_person(Person.objects.get(pk=maria.pk), by=coordinator_sal)
    sent.refresh_from_db()
    assert (sent.reason, sent.answer) == ("", "")
    file = read_sent(sent, by=desk_praia)
    assert (file.person, file.cases, file.enquiries) == (None, [], [])


# What the database refuses


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"person": None}, "transfer_of_a_person_or_of_a_case"),
        ({"state": "accepted"}, "transfer_decided_by_somebody"),
        ({"offered_at": None}, "transfer_asked_or_offered_by_somebody"),
        ({"asked_at": "2026-11-02T10:00Z"}, "transfer_asked_or_offered_by_somebody"),
    ],
)
def test_the_database_refuses_a_transfer_that_cannot_be(offer, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Transfer.objects.filter(pk=offer.pk).update(**change)


def test_the_database_refuses_a_transfer_to_the_same_office(offer, office_praia):
    with pytest.raises(IntegrityError, match="transfer_goes_to_another_office"), transaction.atomic():
        Transfer.objects.filter(pk=offer.pk).update(to_office=office_praia)


def test_the_database_refuses_an_acceptance_of_what_was_only_asked_for(offer, desk_sal, coordinator_sal):
    now = timezone.now()
    asked = {"asked_by": desk_sal, "asked_at": now, "offered_by": None, "offered_at": None}
    with pytest.raises(IntegrityError, match="transfer_accepted_was_offered"), transaction.atomic():
        Transfer.objects.filter(pk=offer.pk).update(
            **asked, state="accepted", decided_by=coordinator_sal, decided_at=now
        )


def test_the_database_refuses_a_second_open_transfer(
    offer, office_praia, desk_praia, coordinator_praia, office_sal
):
    offer.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():  # transfer_offered_once_per_person
        offer.save(force_insert=True)
    question = {"asked_by": desk_praia, "asked_at": timezone.now(), "offered_by": None, "offered_at": None}
    offer.state = "asked"
    for name, value in question.items():
        setattr(offer, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():  # transfer_open_once_per_person_and_office
        offer.save(force_insert=True)
    nameless = offered(CaseFactory(office=office_praia, author=desk_praia), office_sal, coordinator_praia)
    nameless.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():  # transfer_open_once_per_case
        nameless.save(force_insert=True)


def test_every_record_of_an_office_that_leads_to_somebody_moves_with_them():
    """A model with an office of its own, and a way to a person, a case or an enquiry, is in MOVES."""
    leading = {
        model.__name__
        for model in apps.get_app_config("cases").get_models()
        if not model.__name__.startswith("Historical")
        and not issubclass(model, ReferenceRow)
        and model is not Transfer
        and any(field.related_model is Office for field in model._meta.concrete_fields)
        and (
            model is Person
            or any(field.related_model in {Person, Case, Enquiry} for field in model._meta.concrete_fields)
        )
    }
    assert leading == {*MOVES, "Referral"}  # who reads and writes that, its case or enquiry says
    assert set(MOVES) <= set(PERSON)
