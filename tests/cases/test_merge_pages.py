"""Bringing two records together at the desk, and taking them apart again."""

from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AccessLog
from cases.models import Case, Consent, FollowUp, Merge, Person
from tests.factories import CaseFactory, EnquiryFactory, FollowUpFactory, PersonFactory


@pytest.fixture
def desk(client, desk_praia) -> Client:
    client.force_login(desk_praia)
    return client


@pytest.fixture
def pair(office_praia, desk_praia) -> tuple[Person, Person]:
    """Two records of Fatumata with two open cases each; each knows what the other does not."""
    people = []
    for name, more in (
        ("Fatumata Djaló", {"nationality": "GW", "born_on": date(1990, 5, 1)}),
        ("Fatoumata Diallo", {"nationality": "SN", "sex": "f"}),
    ):
        person = PersonFactory(office=office_praia, author=desk_praia, name=name, **more)
        for case in CaseFactory.create_batch(2, office=office_praia, author=desk_praia, person=person):
            FollowUpFactory(case=case, author=desk_praia)
        people.append(person)
    return people[0], people[1]


def merge_page(pair) -> str:
    return reverse("cases:person_merge", args=[person.pk for person in pair])


def choice(pair, **chosen) -> dict:
    return {f"version_{person.pk}": person.version for person in pair} | chosen


def test_a_likely_duplicate_leads_to_both_records_side_by_side(desk, pair):
    kept, gone = pair
    assert merge_page(pair) in desk.get(kept.get_absolute_url()).content.decode()
    page = desk.get(merge_page(pair)).content.decode()
    for text in ("Fatumata Djaló", "Fatoumata Diallo", "1 de maio de 1990", kept.reference, gone.reference):
        assert text in page
    assert set(AccessLog.objects.filter(verb="read").values_list("label", flat=True)) == {
        kept.reference,
        gone.reference,
    }


def test_comparing_two_records_shows_the_names_to_choose_between(desk, pair):
    page = desk.get(merge_page(pair)).content.decode()
    table = page[page.index("<table") : page.index("</table>")]
    assert "<span>Fatumata Djaló</span></label>" in table
    assert "<span>Fatoumata Diallo</span></label>" in table


def test_where_they_differ_the_officer_chooses_and_all_cases_come_along(desk, pair):
    kept, gone = pair
    answer = desk.post(
        merge_page(pair), choice(pair, kept=kept.pk, name=gone.pk, nationality=kept.pk), follow=True
    )
    assert answer.redirect_chain == [(kept.get_absolute_url(), 302)]
    kept.refresh_from_db()
    assert (kept.name, kept.nationality, kept.sex) == ("Fatoumata Diallo", "GW", "f")
    assert [str(alias) for alias in kept.aliases.all()] == ["Fatumata Djaló"]
    assert Case.objects.running().filter(person=kept).count() == 4
    assert FollowUp.objects.filter(person=kept).count() == 4
    page = desk.get(gone.get_absolute_url()).content.decode()
    assert kept.reference in page


@pytest.mark.parametrize("which", [0, 1])
def test_it_is_undone_on_the_page_of_either(desk, pair, which):
    kept, gone = pair
    desk.post(merge_page(pair), choice(pair, kept=kept.pk, name=gone.pk, nationality=gone.pk))
    undo = reverse("cases:merge_undo", args=[pair[which].pk, Merge.objects.get().pk])
    assert undo in desk.get(pair[which].get_absolute_url()).content.decode()
    for _twice in range(2):
        assert desk.post(undo).status_code == 302
    for person, name, nationality in ((kept, "Fatumata Djaló", "GW"), (gone, "Fatoumata Diallo", "SN")):
        person.refresh_from_db()
        assert (person.name, person.nationality, person.merged_into) == (name, nationality, None)
        assert person.cases.count() == 2
        assert not person.aliases.exists()
    assert undo not in desk.get(kept.get_absolute_url()).content.decode()


def test_a_double_click_merges_once(desk, pair):
    sent = choice(pair, kept=pair[1].pk, name=pair[0].pk, nationality=pair[1].pk, once=str(uuid4()))
    answers = [desk.post(merge_page(pair), sent) for _twice in range(2)]
    assert [answer.url for answer in answers] == [pair[1].get_absolute_url()] * 2
    assert Merge.objects.get().gone == pair[0]


def test_nothing_is_chosen_for_the_officer(desk, pair):
    page = desk.post(merge_page(pair), choice(pair, kept=pair[0].pk))
    assert set(page.context["form"].errors) == {"name", "nationality"}
    assert not Merge.objects.exists()


def test_what_a_colleague_has_changed_meanwhile_is_compared_once_more(desk, pair):
    Person.objects.filter(pk=pair[0].pk).update(version=2)
    sent = choice(pair, kept=pair[0].pk, name=pair[0].pk, nationality=pair[0].pk)
    assert desk.post(merge_page(pair), sent).url == merge_page(pair)
    assert not Merge.objects.exists()


def test_a_record_whose_agreement_has_ended_cannot_be_the_one_that_stays(desk, pair):
    kept, gone = pair
    Consent.objects.filter(pk=gone.consent_id).update(starts_on="2020-01-01", ends_on="2022-01-01")
    form = desk.get(merge_page(pair)).context["form"]
    assert [pk for pk, _name in form.fields["kept"].choices] == [kept.pk]
    Consent.objects.filter(pk=kept.consent_id).update(starts_on="2020-01-01", ends_on="2022-01-01")
    assert desk.get(merge_page(pair)).status_code == 403


def test_the_queries_do_not_grow_with_what_was_merged(desk, pair, desk_praia, django_assert_max_num_queries):
    kept = pair[0]

    def merged(number: int) -> None:
        for n in range(number):
            gone = PersonFactory(office=kept.office, author=desk_praia, name=f"Outra {n}", merged_into=kept)
            EnquiryFactory(office=kept.office, author=desk_praia, person=kept)
            Merge.objects.create(kept=kept, gone=gone, by=desk_praia, moved={"version": 1, "filled": []})

    merged(1)
    with django_assert_max_num_queries(100) as one:
        desk.get(kept.get_absolute_url())
    merged(7)
    with django_assert_max_num_queries(len(one)):
        desk.get(kept.get_absolute_url())
