"""What is written of somebody restricted is not read by who does not read them, whatever it is about."""

from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from accounts.access import Verb, record_access
from accounts.roles import Role
from cases.models import Channel, Enquiry, Outcome, Recall, Referral, timeline
from cases.services.cases import change_case, file_enquiry, name_case
from cases.services.enquiries import correct_enquiry, log_enquiry
from cases.services.merging import merge_people, undo_merge
from cases.services.people import correct_person
from cases.services.transfers import accept_transfer, offer_transfer
from tests.cases.test_firewall import PAGES, POSTED, World, opened, posted, told
from tests.conftest import member
from tests.factories import CaseFactory, EnquiryFactory, PersonFactory

WORD = "Zuzuarte"


@pytest.fixture
def colleague(praia):
    return member("colega.praia@example.org", Role.OFFICER, municipality=praia)


@pytest.fixture
def maria(office_praia, desk_praia):
    return PersonFactory(office=office_praia, author=desk_praia, name="Maria Semedo")


@pytest.fixture
def log(office_praia, renewal, in_person, informed, desk_praia):
    """An enquiry on an ordinary topic."""

    def record(by=desk_praia, **content):
        known = {"office": office_praia, "topic": renewal, "channel": in_person, "outcome": informed}
        return log_enquiry({**known, "note": WORD, **content}, by=by)

    return record


def restrict(person, by, *, restricted=True):
    person.refresh_from_db()
    return correct_person(person, {"is_restricted": restricted}, version=person.version, by=by)


def reads(user, enquiry):
    return Enquiry.objects.visible_to(user).filter(pk=enquiry.pk).exists()


def test_who_does_not_read_somebody_does_not_read_what_names_them(
    log, maria, desk_praia, colleague, coordinator_praia
):
    restrict(maria, desk_praia)
    enquiry = log(person=maria)
    assert reads(desk_praia, enquiry)
    assert not reads(colleague, enquiry)
    assert not reads(coordinator_praia, enquiry)


def test_what_was_written_before_somebody_was_restricted_is_closed_and_opened_with_them(
    log, maria, desk_praia, colleague
):
    by_name, by_colleague = log(person=maria), log(by=colleague, person=maria)
    by_case = log()
    case = CaseFactory(office=maria.office, author=desk_praia, person=maria)
    file_enquiry(by_case, case, by=desk_praia)
    other = log()
    restrict(maria, desk_praia)
    seen = [reads(colleague, each) for each in (by_name, by_colleague, by_case, other)]
    assert seen == [False, True, False, True]
    assert all(reads(desk_praia, each) for each in (by_name, by_colleague, by_case, other))
    restrict(maria, desk_praia, restricted=False)
    assert [reads(colleague, each) for each in (by_name, by_colleague, by_case)] == [True, True, False]
    case.refresh_from_db()
    change_case(case, {"is_restricted": False}, version=case.version, by=desk_praia)
    assert reads(colleague, by_case)  # opened with its case, by hand
    assert WORD in str(by_name.history.values_list("note", flat=True))
    by_name.refresh_from_db()
    lines = by_name.changes_for(desk_praia)
    assert [change.fields for change in lines[:2]] == [
        [("Reservado", "sim", "não")],
        [("Reservado", "não", "sim")],
    ]


def test_a_restricted_topic_stays_restricted_when_the_person_no_longer_is(
    log, maria, violence, desk_praia, colleague
):
    enquiry = log(person=maria, topic=violence)
    further = log(person=maria, further_topics=[violence.pk])
    restrict(maria, desk_praia)
    restrict(maria, desk_praia, restricted=False)
    assert not reads(colleague, enquiry)
    assert not reads(colleague, further)


def test_whoever_reads_the_person_reads_what_names_them(
    log, maria, desk_praia, colleague, coordinator_praia, praia
):
    enquiry = log(person=maria)
    of_case = log()
    file_enquiry(of_case, CaseFactory(office=maria.office, author=desk_praia, person=maria), by=desk_praia)
    restrict(maria, desk_praia)
    maria.refresh_from_db()
    maria.assigned_to = colleague
    maria.save()
    assert reads(colleague, enquiry)
    assert reads(colleague, of_case)
    sealed = Enquiry.objects.sealed_to(coordinator_praia)
    assert set(sealed) == {enquiry, of_case}
    record_access(Verb.UNSEALED, maria, by=coordinator_praia, why="Substituo uma colega")
    assert reads(coordinator_praia, enquiry)
    assert not sealed.all().exists()
    assert not reads(member("outra@example.org", Role.OFFICER, municipality=praia), enquiry)


def test_naming_somebody_restricted_afterwards_closes_the_enquiry(log, maria, desk_praia, colleague):
    restrict(maria, desk_praia)
    enquiry = log(by=colleague)
    third = member("terceira@example.org", Role.OFFICER, municipality=maria.office.municipality)
    assert reads(third, enquiry)
    correct_enquiry(enquiry, {"person": maria}, version=enquiry.version, by=desk_praia)
    assert not reads(third, enquiry)
    enquiry.refresh_from_db()
    correct_enquiry(enquiry, {"person": None}, version=enquiry.version, by=desk_praia)
    assert reads(third, enquiry)


def test_a_case_that_gets_a_restricted_person_closes_its_enquiries(log, maria, desk_praia, colleague):
    restrict(maria, desk_praia)
    case = CaseFactory(office=maria.office, author=desk_praia)
    enquiry = log()
    file_enquiry(enquiry, case, by=desk_praia)
    assert reads(colleague, enquiry)
    name_case(case, maria, by=desk_praia)
    assert not reads(colleague, enquiry)
    later = log()
    file_enquiry(later, case, by=desk_praia)
    assert not reads(colleague, later)


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_merge_closes_what_names_either_and_undone_opens_what_was_there_before(
    log, maria, desk_praia, colleague, is_kept
):
    other = PersonFactory(office=maria.office, author=desk_praia)
    secret, open_one = log(person=maria), log(person=other)
    restrict(maria, desk_praia)
    kept, gone = (maria, other) if is_kept else (other, maria)
    kept.refresh_from_db()
    gone.refresh_from_db()
    merge = merge_people(kept, gone, by=desk_praia)
    kept.refresh_from_db()
    since = log(person=kept)
    assert not any(reads(colleague, each) for each in (secret, open_one, since))
    undo_merge(merge, by=desk_praia)
    assert [reads(colleague, each) for each in (secret, open_one, since)] == [False, True, False]


def test_what_moves_to_another_office_stays_as_restricted(
    log, maria, desk_praia, coordinator_praia, office_sal, sal
):
    enquiry = log(person=maria)
    restrict(maria, desk_praia)
    maria.refresh_from_db()
    maria.assigned_to = coordinator_praia
    maria.save()
    there = member("coordena.sal@example.org", Role.COORDINATOR, municipality=sal)
    taking, other = (member(f"{name}@example.org", Role.OFFICER, municipality=sal) for name in ("a", "b"))
    agreed = {"reason": "Vive agora no Sal.", "agreed_on": timezone.localdate()}
    transfer = offer_transfer(maria, to_office=office_sal, **agreed, by=coordinator_praia)
    accept_transfer(transfer, assigned_to=taking, by=there)
    assert [reads(user, enquiry) for user in (taking, other, there, desk_praia)] == [
        True,
        False,
        False,
        False,
    ]


def test_what_was_there_before_this_rule_is_closed(log, maria, desk_praia, colleague):
    by_name, by_case, other = log(person=maria), log(), log()
    case = CaseFactory(office=maria.office, author=desk_praia, person=maria)
    Enquiry.objects.filter(pk=by_case.pk).update(case=case)
    type(maria).objects.filter(pk=maria.pk).update(is_restricted=True)
    [migration] = Path("cases/migrations").glob("*_restricted_enquiries.py")
    import_module(f"cases.migrations.{migration.stem}").restrict(apps, None)
    assert [reads(colleague, each) for each in (by_name, by_case, other)] == [False, False, True]
    assert by_name.history.get().is_restricted


def test_no_page_shows_a_colleague_an_enquiry_that_names_somebody_restricted(client, office_praia):
    Channel.objects.create(code="in_person", name_pt="Presencial")
    Outcome.objects.create(code="informed", name_pt="Informado")
    world = World(office_praia, "Xaxualho", "9967891", restricted=True)
    ordinary = World(office_praia, "Comum", "9912345").enquiry.topic
    enquiry = EnquiryFactory(
        office=office_praia, author=world.officer, topic=ordinary, note=f"nota {world.mark}"
    )
    Recall.objects.create(version=Recall.objects.filter(enquiry__topic=ordinary)[0].version, enquiry=enquiry)
    Referral.objects.filter(pk=world.referral.pk).update(case=None, enquiry=enquiry)
    correct_enquiry(enquiry, {"person": world.person}, version=enquiry.version, by=world.officer)
    world.rows["Enquiry"] = enquiry
    assert timeline(world.person, world.colleague)[0] == []
    client.force_login(world.colleague)
    for name in PAGES:
        assert told(opened(client, name, world), world) == [], name
    for name in POSTED:
        for asked in [*world.ways_to_ask(), str(enquiry.pk)]:
            assert told(posted(client, world.colleague, name, asked), world, asked) == [], (name, asked)
    client.force_login(world.colleague)
    figures = client.get(reverse("cases:enquiry_figures")).context["total"]
    client.force_login(world.officer)
    assert client.get(reverse("cases:enquiry_figures")).context["total"] == figures + 3
    assert world.mark.lower() in opened(client, "cases:enquiry_detail", world)
