"""What an administrator may do to accounts and roles, and what they may not do to anybody's records."""

from datetime import date
from http import HTTPStatus

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Membership, Notice, User
from accounts.roles import DESK_ROLES, NATIONAL_ROLES, Role
from tests.factories import MembershipFactory, UserFactory

PASSWORD = "three words and more"
NEW_ROLE = reverse("admin:accounts_membership_add")


@pytest.fixture
def admin_client(client, dgi_admin):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(dgi_admin)
    return client


def give_role(client, user, role, municipality="", starts_on="2026-01-01"):
    data = {"user": user.pk, "role": role, "municipality": municipality, "starts_on": starts_on}
    return client.post(NEW_ROLE, data)


def errors_of(response) -> str:
    return str(response.context["adminform"].form.errors)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.OFFICER, Role.PLANNER, Role.APPROVER])
def test_an_administrator_gives_no_role_to_themselves(admin_client, dgi_admin, praia, role):
    response = give_role(admin_client, dgi_admin, role, "CV-PR")
    assert "ask another administrator" in errors_of(response)
    assert dgi_admin.memberships.count() == 1


@pytest.mark.parametrize("role", sorted(DESK_ROLES))
def test_whoever_oversees_the_nation_gets_no_desk_role(admin_client, dgi_officer, praia, role):
    response = give_role(admin_client, dgi_officer, role, "CV-PR")
    assert "Nobody has a desk role and a national role" in errors_of(response)
    assert dgi_officer.memberships.count() == 1


@pytest.mark.parametrize("role", sorted(NATIONAL_ROLES))
def test_whoever_works_at_a_desk_gets_no_national_role(admin_client, desk_praia, role):
    give_role(admin_client, desk_praia, role)
    assert desk_praia.memberships.count() == 1


def test_a_desk_role_may_follow_a_national_one(dgi_officer, praia):
    dgi_officer.memberships.update(ends_on=date(2026, 3, 31))
    after = Membership(user=dgi_officer, role=Role.OFFICER, municipality=praia, starts_on=date(2026, 4, 1))
    after.full_clean()
    same_day = Membership(
        user=dgi_officer, role=Role.OFFICER, municipality=praia, starts_on=date(2026, 3, 31)
    )
    with pytest.raises(ValidationError):
        same_day.full_clean()


def test_other_roles_go_together(admin_client, desk_praia, planner_sal):
    give_role(admin_client, desk_praia, Role.PLANNER, "CV-PR")
    give_role(admin_client, planner_sal, Role.DGI_OFFICER)
    assert desk_praia.memberships.count() == planner_sal.memberships.count() == 2


def test_a_role_that_was_given_does_not_pass_to_somebody_else(admin_client, dgi_admin, desk_praia, sal):
    theirs = desk_praia.memberships.get()
    url = reverse("admin:accounts_membership_change", args=[theirs.pk])
    data = {
        "user": dgi_admin.pk,
        "role": Role.COORDINATOR,
        "municipality": "CV-SL",
        "starts_on": "2026-01-01",
        "ends_on": "2030-12-31",
    }
    assert admin_client.post(url, data).status_code == HTTPStatus.FOUND
    theirs.refresh_from_db()
    assert (theirs.user, theirs.role, theirs.municipality_id) == (desk_praia, Role.OFFICER, "CV-PR")
    assert theirs.ends_on == date(2030, 12, 31)


def inline(*rows: dict, initial: int = 0) -> dict:
    data = {"memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        data |= {f"memberships-{number}-{name}": value for name, value in row.items()}
    return data


def test_nor_on_the_page_of_the_person(admin_client, desk_praia, sal):
    theirs = desk_praia.memberships.get()
    row = {
        "id": theirs.pk,
        "user": desk_praia.pk,
        "role": Role.COORDINATOR,
        "municipality": "CV-SL",
        "starts_on": "2026-01-01",
    }
    another = {
        "user": desk_praia.pk,
        "role": Role.OFFICER,
        "municipality": "CV-SL",
        "starts_on": "2026-01-01",
    }
    data = {"email": desk_praia.email, "name": "Desk", "language": "pt", "is_active": "on"}
    url = reverse("admin:accounts_user_change", args=[desk_praia.pk])
    admin_client.post(url, data | inline(row, another, initial=1))
    theirs = desk_praia.memberships.get()
    assert (theirs.role, theirs.municipality_id) == (Role.OFFICER, "CV-PR")


def test_a_new_person_gets_one_role_with_their_account(
    admin_client, praia, mailoutbox, django_capture_on_commit_callbacks
):
    data = {"email": "new@example.org", "name": "New Person", "language": "pt", "is_active": "on"}
    desk = {"role": Role.OFFICER, "municipality": "CV-PR", "starts_on": "2026-01-01"}
    national = {"role": Role.DGI_OFFICER, "starts_on": "2026-01-01"}
    url = reverse("admin:accounts_user_add")
    assert admin_client.post(url, data | inline(desk, national)).status_code == HTTPStatus.OK
    assert not User.objects.filter(email="new@example.org").exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert admin_client.post(url, data | inline(desk)).status_code == HTTPStatus.FOUND
    assert [m.role for m in User.objects.get(email="new@example.org").memberships.all()] == [Role.OFFICER]
    assert [message.to for message in mailoutbox] == [["new@example.org"]]


def test_everybody_concerned_hears_of_a_role(
    admin_client,
    coordinator_praia,
    approver_praia,
    desk_sal,
    mailoutbox,
    django_capture_on_commit_callbacks,
):
    person = UserFactory(email="stranger@example.org", name="A Stranger")
    with django_capture_on_commit_callbacks(execute=True):
        give_role(admin_client, person, Role.OFFICER, "CV-PR")
    told = {notice.user for notice in Notice.objects.all()}
    assert told == {person, coordinator_praia, approver_praia}
    text = Notice.objects.get(user=coordinator_praia).text
    assert "A Stranger" in text
    assert "Admin" in text
    assert {message.to[0] for message in mailoutbox} == {user.email for user in told}


def test_a_role_given_with_a_new_account_is_told_too(admin_client, coordinator_praia):
    data = {"email": "new@example.org", "name": "New Person", "language": "pt", "is_active": "on"}
    desk = {"role": Role.COORDINATOR, "municipality": "CV-PR", "starts_on": "2026-01-01"}
    admin_client.post(reverse("admin:accounts_user_add"), data | inline(desk))
    assert [notice.user for notice in Notice.objects.all()] == [coordinator_praia]


class TestAnotherAddress:
    """Whoever changes the address of an account does not get the account."""

    @pytest.fixture
    def officer(self, desk_praia):
        desk_praia.set_password(PASSWORD)
        desk_praia.save()
        return desk_praia

    @pytest.fixture
    def moved(self, admin_client, officer, django_capture_on_commit_callbacks):
        row = {"id": officer.memberships.get().pk, "user": officer.pk, "starts_on": "2020-01-01"}
        data = {"email": "other@example.org", "name": officer.name, "language": "en", "is_active": "on"}
        url = reverse("admin:accounts_user_change", args=[officer.pk])
        with django_capture_on_commit_callbacks(execute=True):
            assert admin_client.post(url, data | inline(row, initial=1)).status_code == HTTPStatus.FOUND
        officer.refresh_from_db()
        return officer

    def test_the_old_address_is_told_and_the_new_one_gets_a_link(self, moved, mailoutbox):
        assert [message.to for message in mailoutbox] == [["desk.praia@example.org"], ["other@example.org"]]
        told, invited = mailoutbox
        assert "desk.praia@example.org" in told.body
        assert "other@example.org" not in told.body
        assert "/password/reset/key/" in invited.body

    def test_the_old_password_opens_nothing(self, moved):
        assert moved.email == "other@example.org"
        assert not moved.has_usable_password()

    def test_whoever_was_signed_in_is_signed_out(self, request, officer):
        theirs = Client()
        theirs.login(email=officer.email, password=PASSWORD)
        assert theirs.get("/workspace/").status_code == HTTPStatus.OK
        request.getfixturevalue("moved")
        assert theirs.get("/workspace/").status_code == HTTPStatus.FOUND


def test_an_administrator_does_not_move_their_own_account(admin_client, dgi_admin):
    url = reverse("admin:accounts_user_change", args=[dgi_admin.pk])
    page = admin_client.get(url)
    assert {"email", "is_active"} <= set(page.context["adminform"].readonly_fields)


def test_only_an_administrator_moves_an_account(desk_praia, coordinator_praia):
    with pytest.raises(PermissionDenied):
        services.move_account(desk_praia, former="x@example.org", by=coordinator_praia)


def test_ending_sessions_leaves_the_password(client, desk_praia):
    desk_praia.set_password(PASSWORD)
    desk_praia.save()
    client.login(email=desk_praia.email, password=PASSWORD)
    services.end_sessions(desk_praia)
    assert client.get("/workspace/").status_code == HTTPStatus.FOUND
    assert client.login(email=desk_praia.email, password=PASSWORD)
    assert client.get("/workspace/").status_code == HTTPStatus.OK


def test_a_membership_shows_days_only_as_open_fields(admin_client):
    membership = MembershipFactory(role=Role.DGI_OFFICER)
    page = admin_client.get(reverse("admin:accounts_membership_change", args=[membership.pk]))
    assert list(page.context["adminform"].form.fields) == ["starts_on", "ends_on"]


def test_an_address_is_one_account_however_it_is_typed(admin_client, dgi_admin, desk_praia):
    page = "/admin/accounts/user/add/"
    form = {"name": "Nova", "language": "pt", "is_active": "on"}
    inline = {f"memberships-{name}": number for name, number in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0))}
    taken = admin_client.post(page, form | inline | {"email": desk_praia.email.upper()})
    assert taken.status_code == 200
    assert "email" in taken.context["adminform"].form.errors
    assert admin_client.post(page, form | inline | {"email": "Nova@Example.ORG"}).status_code == 302
    assert User.objects.get(name="Nova").email == "nova@example.org"
