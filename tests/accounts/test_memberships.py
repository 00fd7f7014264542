"""A role is held from day to day; when it ends, its rights end with it, on every open page."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from accounts.services import end_membership
from tests.factories import MembershipFactory

DESK = "/workspace/desk/enquiries/"


@pytest.fixture
def open_page(desk_praia):
    """The officer's own browser, signed in and open at the desk."""
    browser = Client()
    browser.force_login(desk_praia)
    assert browser.get(DESK).status_code == 200
    return browser


@pytest.fixture
def coordinator(client, coordinator_praia):
    client.force_login(coordinator_praia)
    return coordinator_praia


def yesterday() -> date:
    return timezone.localdate() - timedelta(days=1)


def end(client, membership, day, status=302):
    url = reverse("accounts:membership_end", args=[membership.pk])
    response = client.post(url, {"ends_on": day.isoformat()}, headers={"accept-language": "pt"})
    assert response.status_code == status
    return response


def test_the_people_know_their_place(desk_praia, desk_sal, dgi_officer):
    assert desk_praia.municipality_ids() == {"CV-PR"}
    assert desk_sal.municipality_ids() == {"CV-SL"}
    assert dgi_officer.has_national_role()


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [(0, None, True), (0, 0, True), (-9, -1, False), (1, None, False), (-9, 0, True)],
)
def test_a_role_holds_from_its_first_to_its_last_day(praia, starts, ends, holds):
    today = timezone.localdate()
    days = {"starts_on": today + timedelta(days=starts)}
    days["ends_on"] = None if ends is None else today + timedelta(days=ends)
    user = MembershipFactory(municipality=praia, **days).user
    assert bool(user.municipality_ids()) is holds
    assert User.objects.with_role({Role.OFFICER}, "CV-PR").filter(pk=user.pk).exists() is holds


def test_a_role_that_ended_yesterday_ends_rights_and_sessions_at_once(
    client, coordinator, desk_praia, open_page
):
    end(client, desk_praia.memberships.get(), yesterday())
    response = open_page.get(DESK)
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")
    again = Client()
    again.force_login(User.objects.get(pk=desk_praia.pk))  # whoever signs in again finds nothing
    assert again.get(DESK).status_code in {403, 404}
    assert again.get("/workspace/").status_code == 200


def test_until_the_last_day_is_over_work_goes_on(client, coordinator, desk_praia, open_page):
    end(client, desk_praia.memberships.get(), timezone.localdate())
    assert open_page.get(DESK).status_code == 200


def test_a_role_that_ends_by_its_date_is_gone_from_an_open_session(desk_praia, open_page):
    desk_praia.memberships.update(ends_on=yesterday())
    assert open_page.get(DESK).status_code in {403, 404}


def test_a_closed_account_is_signed_out_at_once(desk_praia, open_page):
    User.objects.filter(pk=desk_praia.pk).update(is_active=False)
    assert open_page.get("/workspace/").status_code == 302


def test_another_role_of_the_same_person_stays(client, coordinator, desk_praia, sal):
    MembershipFactory(user=desk_praia, municipality=sal)
    end(client, desk_praia.memberships.get(municipality="CV-PR"), yesterday())
    assert User.objects.get(pk=desk_praia.pk).municipality_ids() == {"CV-SL"}


@pytest.mark.parametrize(
    ("days", "message"),
    [(-20000, "O último dia é anterior ao primeiro."), (400, "Escolha um dia dentro do próximo ano.")],
)
def test_a_last_day_that_cannot_be_is_explained(client, coordinator, desk_praia, days, message):
    day = timezone.localdate() + timedelta(days=days)
    assert message in end(client, desk_praia.memberships.get(), day, status=200).text
    assert desk_praia.memberships.get().ends_on is None


def test_nobody_ends_a_role_of_their_own(client, coordinator):
    end(client, coordinator.memberships.get(), yesterday(), status=403)


def test_a_coordinator_ends_no_planner_and_nobody_elsewhere(client, coordinator, planner_praia, desk_sal):
    end(client, planner_praia.memberships.get(), yesterday(), status=403)
    end(client, desk_sal.memberships.get(), yesterday(), status=404)
    for person in (planner_praia, desk_sal):
        with pytest.raises(PermissionDenied):
            end_membership(person.memberships.get(), on=yesterday(), by=coordinator)


def test_the_list_shows_who_works_here_today_and_no_one_else(
    client, coordinator, desk_praia, desk_sal, praia
):
    former = MembershipFactory(municipality=praia, ends_on=yesterday(), user__name="Já Saiu").user
    html = client.get(reverse("accounts:person_list")).text
    assert desk_praia.name in html
    assert desk_sal.name not in html
    assert former.name not in html


def test_the_list_costs_the_same_for_few_and_many(client, coordinator, praia, count_queries):
    url = reverse("accounts:person_list")
    few = count_queries(lambda: client.get(url))
    for _number in range(20):
        MembershipFactory(municipality=praia)
    assert count_queries(lambda: client.get(url)) == few


@pytest.mark.parametrize(
    "scope",
    [
        {"role": Role.OFFICER},
        {"role": Role.PARTNER},
        {"role": Role.DGI_OFFICER, "municipality": "praia"},
        {"role": Role.PARTNER, "municipality": "praia"},
        {"role": Role.OFFICER, "municipality": "praia", "partner": "partner"},
    ],
)
def test_membership_scope_fits_role(request, desk_praia, scope):
    fields = {name: request.getfixturevalue(value) for name, value in scope.items() if name != "role"}
    with pytest.raises(IntegrityError, match="membership_scope_fits_role"):
        Membership.objects.create(user=desk_praia, role=scope["role"], **fields)


def test_membership_ends_after_it_starts(desk_praia):
    with pytest.raises(IntegrityError, match="membership_ends_after_it_starts"):
        desk_praia.memberships.update(ends_on=date(2019, 12, 31))


def test_user_email_in_lower_case(desk_praia):
    with pytest.raises(IntegrityError, match="user_email_in_lower_case"):
        User.objects.filter(pk=desk_praia.pk).update(email="Desk.Praia@example.org")


def test_draft_once_per_user_and_form(desk_praia):
    desk_praia.drafts.create(form="/workspace/")
    with pytest.raises(IntegrityError):
        desk_praia.drafts.create(form="/workspace/")
