"""Two records of one person become one, with a trace, and can be taken apart again."""

from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from cases.models import (
    Alias,
    Case,
    CaseNote,
    Contact,
    Enquiry,
    FollowUp,
    IdentityDocument,
    Merge,
    Person,
    find_people,
)
from cases.services import merging
from cases.services.erasure import erase_person
from cases.services.merging import merge_people, undo_merge
from cases.services.people import correct_person
from cases.workflow import CaseState
from tests.conftest import member
from tests.factories import CaseDocumentFactory, CaseFactory, EnquiryFactory, FollowUpFactory, PersonFactory


@pytest.fixture
def colleague(praia) -> User:
    return member("colega.praia@example.org", Role.OFFICER, municipality=praia)


@pytest.fixture
def pair(office_praia, desk_praia) -> tuple[Person, Person]:
    """Two records, each with matters, contacts and documents of its own, and some that both have."""
    people = []
    for name, tail in (("Fatumata Djaló", "11"), ("Fatoumata Diallo", "22")):
        person = PersonFactory(office=office_praia, author=desk_praia, name=name)
        EnquiryFactory.create_batch(2, office=office_praia, author=desk_praia, person=person)
        for value in (f"+23899123{tail}", "+2389912345"):
            Contact.objects.create(person=person, channel="phone", value=value)
        IdentityDocument.objects.create(person=person, kind="passport", number=f"C{tail}", country="GW")
        people.append(person)
    return people[0], people[1]


def belongings(person: Person) -> tuple:
    return (
        set(Enquiry.objects.filter(person=person).values_list("pk", flat=True)),
        set(person.contacts.values_list("value", flat=True)),
        set(person.documents_of_identity.values_list("number", flat=True)),
        set(person.aliases.values_list("name", flat=True)),
    )


def test_everything_moves_to_the_record_that_is_kept(pair, desk_praia):
    kept, gone = pair
    enquiries = belongings(kept)[0] | belongings(gone)[0]
    merge_people(kept, gone, by=desk_praia)
    assert belongings(kept) == (
        enquiries,
        {"+2389912311", "+2389912322", "+2389912345"},
        {"C11", "C22"},
        {"Fatoumata Diallo"},
    )
    gone.refresh_from_db()
    assert gone.merged_into == kept
    assert [found.person for found in find_people(desk_praia, "Fatoumata Diallo")] == [kept]


def test_what_moved_has_a_line_in_its_history(pair, coordinator_praia):
    merge_people(*pair, by=coordinator_praia)
    moved = Enquiry.history.filter(person=pair[0].pk, history_type="~")
    assert {row.history_user for row in moved} == {coordinator_praia}
    assert moved.count() == 2


def test_undone_each_record_has_its_own_again(pair, desk_praia):
    before = [belongings(person) for person in pair]
    merge = undo_merge(merge_people(*pair, by=desk_praia), by=desk_praia)
    assert [belongings(person) for person in pair] == before
    assert merge.undone_by == desk_praia
    assert {found.person for found in find_people(desk_praia, "fatumata jalo")} == set(pair)


def test_what_came_after_the_merge_stays_with_the_kept_record(pair, office_praia, desk_praia):
    kept, gone = pair
    merge = merge_people(kept, gone, by=desk_praia)
    later = EnquiryFactory(office=office_praia, author=desk_praia, person=kept)
    undo_merge(merge, by=desk_praia)
    later.refresh_from_db()
    assert later.person == kept


def test_what_the_kept_record_does_not_know_is_filled_in_and_taken_back(pair, desk_praia):
    kept, gone = pair
    Person.objects.filter(pk=gone.pk).update(born_on=date(1990, 5, 1), nationality="GW", is_restricted=True)
    Person.objects.filter(pk=kept.pk).update(nationality="SN")
    merge = merge_people(kept, gone, by=desk_praia)
    kept.refresh_from_db()
    assert (kept.born_on, kept.nationality, kept.is_restricted) == (date(1990, 5, 1), "SN", True)
    undo_merge(merge, by=desk_praia)
    kept.refresh_from_db()
    assert (kept.born_on, kept.nationality, kept.is_restricted) == (None, "SN", False)


def test_the_same_name_makes_no_alias(office_praia, desk_praia):
    people = [PersonFactory(office=office_praia, author=desk_praia, name="Ana Lima") for _ in range(2)]
    merge_people(*people, by=desk_praia)
    assert not Alias.objects.exists()


def test_nobody_is_merged_twice_nor_into_themselves(pair, desk_praia):
    kept, gone = pair
    with pytest.raises(PermissionDenied):
        merge_people(kept, kept, by=desk_praia)
    merge = merge_people(kept, gone, by=desk_praia)
    with pytest.raises(PermissionDenied):
        merge_people(kept, gone, by=desk_praia)
    undo_merge(merge, by=desk_praia)
    with pytest.raises(PermissionDenied):
        undo_merge(merge, by=desk_praia)
    assert Merge.objects.count() == 1


def test_offices_do_not_merge_into_each_other_and_strangers_not_at_all(
    pair, office_sal, desk_sal, desk_praia
):
    kept, gone = pair
    elsewhere = PersonFactory(office=office_sal, author=desk_sal)
    for user, one, other in (
        (desk_praia, kept, elsewhere),
        (desk_sal, elsewhere, gone),
        (desk_sal, kept, gone),
    ):
        with pytest.raises(PermissionDenied):
            merge_people(one, other, by=user)


def test_what_a_colleague_keeps_restricted_is_not_merged(pair, office_praia, coordinator_praia, desk_praia):
    hidden = PersonFactory(office=office_praia, author=coordinator_praia, is_restricted=True)
    with pytest.raises(PermissionDenied):
        merge_people(pair[0], hidden, by=desk_praia)


@pytest.fixture
def matters(pair) -> dict[Person, set]:
    """Two open cases of each of the two, with something to do in each."""
    return {person: {_matter(person) for _ in range(2)} for person in pair}


def _matter(person: Person) -> tuple[int, int, int, int]:
    """A case with something to do, a note and a file."""
    case = CaseFactory(office=person.office, author=person.author, person=person)
    note = CaseNote.objects.create(case=case, author=person.author, text="Falou com o serviço.")
    file = CaseDocumentFactory(case=case, added_by=person.author)
    return case.pk, FollowUpFactory(case=case, author=person.author).pk, note.pk, file.pk


def matters_of(person: Person) -> set:
    rows = FollowUp.objects.filter(person=person, case__person=person)
    return {(one.case_id, one.pk, one.case.notes.get().pk, one.case.documents.get().pk) for one in rows}


def test_two_people_with_two_open_cases_each_make_one_with_four_and_can_be_taken_apart(
    pair, matters, desk_praia
):
    kept, gone = pair
    merge = merge_people(kept, gone, by=desk_praia)
    assert matters_of(kept) == matters[kept] | matters[gone]
    assert matters_of(gone) == set()
    assert Case.objects.filter(person=kept, state=CaseState.OPEN).count() == 4
    undo_merge(merge, by=desk_praia)
    assert {person: matters_of(person) for person in pair} == matters


@pytest.mark.parametrize("which", [0, 1])
def test_the_cases_of_a_restricted_record_are_restricted_whichever_was_merged(
    pair, matters, desk_praia, colleague, which
):
    Person.objects.filter(pk=pair[which].pk).update(is_restricted=True)
    merge = merge_people(*pair, by=desk_praia)
    assert not Case.objects.visible_to(colleague).exists()
    assert not FollowUp.objects.visible_to(colleague).exists()
    assert Case.objects.visible_to(desk_praia).count() == 4
    undo_merge(merge, by=desk_praia)
    assert not Case.objects.visible_to(colleague).filter(person=pair[which]).exists()


def test_what_was_brought_together_with_a_restricted_record_is_as_restricted(pair, desk_praia, colleague):
    kept, gone = pair
    Person.objects.filter(pk=kept.pk).update(is_restricted=True)
    merge = merge_people(kept, gone, by=desk_praia)
    assert not Person.objects.visible_to(colleague).exists()
    undo_merge(merge, by=desk_praia)
    assert list(Person.objects.visible_to(colleague)) == [gone]


def test_a_record_that_becomes_restricted_takes_along_what_it_absorbed(pair, desk_praia, colleague):
    kept, gone = pair
    merge_people(kept, gone, by=desk_praia)
    kept.refresh_from_db()
    correct_person(kept, {"is_restricted": True}, version=kept.version, by=desk_praia)
    assert not Person.objects.visible_to(colleague).exists()


def pages_of(client, person: Person) -> str:
    """The page of a record, and the copy that its person is given."""
    addresses = person.get_absolute_url(), reverse("cases:person_file", args=[person.pk, "json"])
    return "".join(client.get(address).content.decode() for address in addresses)


@pytest.mark.parametrize("is_restricted", [True, False])
def test_taken_apart_nothing_of_the_one_is_told_at_the_other(
    client, office_praia, desk_praia, colleague, is_restricted
):
    kept = PersonFactory(office=office_praia, author=desk_praia, name="Ana Lopes")
    gone = PersonFactory(
        office=office_praia,
        author=desk_praia,
        name="Fatumata Secreta",
        born_on=date(1990, 2, 3),
        is_restricted=is_restricted,
    )
    Alias.objects.create(person=gone, name="Binta")
    Contact.objects.create(person=gone, channel="phone", value="+2389911223")
    removed = Contact.objects.create(person=gone, channel="email", value="fatu@example.org")
    IdentityDocument.objects.create(person=gone, kind="passport", number="XX778899", country="SN")
    merge = merge_people(kept, gone, take=["name"], by=desk_praia)
    removed.refresh_from_db()
    removed.delete()
    undo_merge(merge, by=desk_praia)
    secrets = ["Fatumata", "Binta", "991 12 23", "fatu@example.org", "XX778899", "1990"]
    for user in (desk_praia, colleague):
        client.force_login(user)
        told = pages_of(client, kept)
        assert "Ana Lopes" in told
        assert [secret for secret in secrets if secret in told] == []
    client.force_login(desk_praia)
    told = pages_of(client, gone)
    assert [secret for secret in secrets if secret not in told] == []


def test_taken_apart_and_erased_nothing_is_left_at_the_other(pair, desk_praia):
    kept, gone = pair
    undo_merge(merge_people(kept, gone, take=["name"], by=desk_praia), by=desk_praia)
    erase_person(gone, by=desk_praia)
    for model in (Alias, Contact, IdentityDocument):
        assert set(model.history.values_list("person", flat=True)) <= {kept.pk}
    assert not Alias.history.exists()
    assert not Person.history.filter(name=gone.name).exists()
    assert set(Contact.history.values_list("value", flat=True)) == {"+2389912311", "+2389912345"}


def test_what_a_colleague_changes_meanwhile_stays_as_it_is(pair, office_praia, desk_praia, monkeypatch):
    """Between the moment when the rows are read and the one when they move."""
    kept, gone = pair
    cases = [CaseFactory(office=office_praia, author=desk_praia, person=gone) for _ in range(2)]
    give = merging._give

    def slowly(row, *args):
        if row == cases[0]:
            Case.objects.filter(pk=cases[1].pk).update(is_restricted=True, title="De um colega")
        return give(row, *args)

    monkeypatch.setattr(merging, "_give", slowly)
    merge_people(kept, gone, by=desk_praia)
    cases[1].refresh_from_db()
    assert (cases[1].person, cases[1].is_restricted, cases[1].title) == (kept, True, "De um colega")


def test_a_merge_of_the_time_before_versions_were_noted_can_be_undone(desk_praia, office_praia):
    kept = PersonFactory(office=office_praia, author=desk_praia, nationality="")
    gone = PersonFactory(office=office_praia, author=desk_praia, nationality="SN")
    correct_person(kept, {"name": "Maria Tavares"}, version=1, by=desk_praia)
    kept.refresh_from_db()
    merge = merge_people(kept, gone, by=desk_praia)
    noted = merge.moved.pop("version")
    merge.save()
    correct_person(kept, {"name": "Maria A. Tavares"}, version=noted + 1, by=desk_praia)
    [migration] = Path("cases/migrations").glob("*_merge_versions.py")
    import_module(f"cases.migrations.{migration.stem}").note_versions(apps, None)
    merge.refresh_from_db()
    assert merge.moved["version"] == noted
    undo_merge(merge, by=desk_praia)
    kept.refresh_from_db()
    assert (kept.name, kept.nationality) == ("Maria A. Tavares", "")
