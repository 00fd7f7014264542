"""The day's list: one's own things to do and nobody's, the most urgent first."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from cases.services.people import correct_person
from tests.conftest import member
from tests.factories import CaseFactory, FollowUpFactory, PersonFactory

TODAY = "/workspace/desk/today/"


@pytest.fixture
def desk(client, desk_praia):
    client.force_login(desk_praia)
    return client


@pytest.fixture
def colleague(praia):
    return member("colega.praia@example.org", Role.OFFICER, municipality=praia)


@pytest.fixture
def to_do(office_praia, renewal, desk_praia):
    """Makes something to do that is due in some days."""

    def make(title: str, days: int, **fields):
        day = timezone.localdate() + timedelta(days=days)
        case = CaseFactory(office=office_praia, topic=renewal, author=desk_praia)
        return FollowUpFactory(case=case, title=title, due_on=day, author=desk_praia, **fields)

    return make


def titles(response) -> list[str]:
    return [row.title for row in response.context["page"]]


def test_mine_and_nobodys_up_to_today_the_oldest_first(desk, desk_praia, colleague, to_do):
    to_do("Meu de hoje", 0, assigned_to=desk_praia)
    to_do("De ninguém, atrasado", -3)
    to_do("Do colega", -1, assigned_to=colleague)
    to_do("Meu de amanhã", 1, assigned_to=desk_praia)
    assert titles(desk.get(TODAY)) == ["De ninguém, atrasado", "Meu de hoje"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?whose=mine", ["Meu de hoje"]),
        ("?whose=free", ["De ninguém, atrasado"]),
        ("?whose=all", ["De ninguém, atrasado", "Do colega", "Meu de hoje"]),
        ("?whose=mine&until=week", ["Meu de hoje", "Meu de amanhã"]),
        ("?whose=mine&until=all", ["Meu de hoje", "Meu de amanhã", "Meu do mês que vem"]),
        ("?whose=nonsense&until=nonsense", ["De ninguém, atrasado", "Meu de hoje"]),
    ],
)
def test_the_list_can_be_chosen(desk, desk_praia, colleague, to_do, query, expected):
    to_do("Meu de hoje", 0, assigned_to=desk_praia)
    to_do("De ninguém, atrasado", -3)
    to_do("Do colega", -1, assigned_to=colleague)
    to_do("Meu de amanhã", 1, assigned_to=desk_praia)
    to_do("Meu do mês que vem", 30, assigned_to=desk_praia)
    assert titles(desk.get(TODAY + query)) == expected


def test_the_figures_tell_the_urgency(desk, desk_praia, colleague, to_do):
    for days in (-2, -1, 0, 3, 8):
        to_do("Meu", days, assigned_to=desk_praia)
    to_do("De ninguém", 90)
    to_do("Do colega", -1, assigned_to=colleague)
    assert desk.get(TODAY).context["counts"] == {"overdue": 2, "today": 1, "soon": 1, "free": 1}


def test_done_from_the_list_leads_back_to_it_and_can_be_undone(desk, to_do):
    row = to_do("Telefonar", 0)
    response = desk.post(reverse("cases:follow_up_finish", args=[row.pk]), {"back": "today"})
    assert response.url == TODAY
    page = desk.get(TODAY)
    undo = reverse("cases:follow_up_reopen", args=[row.pk]) + "?back=today"
    assert undo in page.content.decode()
    assert titles(page) == []
    assert desk.post(undo).url == TODAY
    assert titles(desk.get(TODAY)) == ["Telefonar"]


def test_what_belongs_to_a_person_and_no_case_is_listed_and_becomes_restricted_with_them(
    desk, desk_praia, colleague, office_praia, client
):
    person = PersonFactory(office=office_praia, author=desk_praia)
    fields = {"case": None, "office": office_praia, "person": person, "is_restricted": False}
    row = FollowUpFactory(title="Documento a caducar", author=desk_praia, **fields)
    assert person.get_absolute_url() in desk.get(TODAY).content.decode()
    correct_person(person, {"is_restricted": True}, version=person.version, by=desk_praia)
    row.refresh_from_db()
    assert row.is_restricted
    client.force_login(colleague)
    assert titles(client.get(TODAY)) == []


def test_a_coordinator_sees_who_has_how_much(client, praia, desk_praia, to_do):
    coordinator = member("coordena@example.org", Role.COORDINATOR, municipality=praia)
    to_do("Meu", -1, assigned_to=desk_praia)
    to_do("De ninguém", 5)
    client.force_login(coordinator)
    load = {
        row["assigned_to__name"]: (row["number"], row["overdue"]) for row in client.get(TODAY).context["load"]
    }
    assert load == {desk_praia.name: (1, 1), None: (1, 0)}


def test_the_work_of_a_colleague_who_left_is_marked_with_the_way_to_hand_it_over(
    client, praia, coordinator_praia, colleague, desk_praia, to_do
):
    to_do("Da colega", -1, assigned_to=colleague)
    to_do("Meu", -1, assigned_to=desk_praia)
    membership = colleague.memberships.get()
    way = reverse("handover_create", args=[membership.pk])
    client.force_login(coordinator_praia)
    assert way not in client.get(TODAY).content.decode()
    membership.ends_on = timezone.localdate() - timedelta(days=1)
    membership.starts_on = membership.ends_on - timedelta(days=1)
    membership.save()
    text = client.get(TODAY).content.decode()
    assert text.count(f'href="{way}"') == 1
    assert text.count("Saiu e deixou trabalho") == 1
    client.force_login(desk_praia)
    assert way not in client.get(TODAY).content.decode()


def test_a_running_case_of_a_colleague_who_left_is_enough_for_the_warning(
    client, coordinator_praia, colleague, office_praia, renewal
):
    CaseFactory(office=office_praia, topic=renewal, assigned_to=colleague)
    colleague.is_active = False
    colleague.save()
    client.force_login(coordinator_praia)
    assert [row.user for row in client.get(TODAY).context["left"]] == [colleague]


def test_an_officer_sees_no_table_of_colleagues(desk, to_do):
    to_do("De ninguém", 0)
    assert desk.get(TODAY).context["load"] == []


def test_an_empty_day_says_so(desk):
    assert "Nada a fazer" in desk.get(TODAY).content.decode()


def test_the_day_takes_as_many_queries_for_one_as_for_many(desk, desk_praia, to_do, count_queries):
    to_do("Um", 0, assigned_to=desk_praia)
    desk.get(TODAY)
    few = count_queries(lambda: desk.get(TODAY))
    for _ in range(30):
        to_do("Mais um", 0, assigned_to=desk_praia)
    assert count_queries(lambda: desk.get(TODAY)) == few


def edit(row) -> str:
    return reverse("cases:follow_up_edit", args=[row.pk])


def test_something_to_do_is_moved_to_another_day_and_colleague(desk, colleague, to_do):
    row = to_do("Telefonar", 0)
    day = timezone.localdate() + timedelta(days=3)
    fields = {"title": "Telefonar de manhã", "due_on": day, "assigned_to": colleague.pk, "version": 1}
    assert desk.post(edit(row), fields | {"back": "today"}).url == TODAY
    row.refresh_from_db()
    assert (row.title, row.due_on, row.assigned_to) == ("Telefonar de manhã", day, colleague)


def test_two_who_change_it_at_once_see_it(desk, to_do):
    row = to_do("Telefonar", 0)
    fields = {"title": "Meu texto", "due_on": row.due_on, "version": 1}
    type(row).objects.filter(pk=row.pk).update(title="Da colega", version=2)
    text = desk.post(edit(row), fields).content.decode()
    assert "Da colega" in text
    assert "Meu texto" in text
    row.refresh_from_db()
    assert row.title == "Da colega"


def test_what_is_no_longer_needed_leaves_the_list_and_comes_back(desk, to_do):
    row = to_do("Telefonar", 0)
    desk.post(edit(row), {"drop": "1", "back": "today"})
    row.refresh_from_db()
    assert row.was_dropped
    desk.post(reverse("cases:follow_up_reopen", args=[row.pk]))
    assert titles(desk.get(TODAY)) == ["Telefonar"]


def test_what_a_colleague_has_done_is_not_changed_any_more(desk, to_do):
    row = to_do("Telefonar", 0)
    desk.post(reverse("cases:follow_up_finish", args=[row.pk]))
    assert desk.get(edit(row)).url == row.case.get_absolute_url()


def test_an_empty_title_is_refused_beside_the_field(desk, to_do):
    row = to_do("Telefonar", 0)
    response = desk.post(edit(row), {"title": " ", "due_on": "", "version": 1})
    assert response.context["form"].errors.keys() == {"title", "due_on"}
