"""Invitations: only into roles that are one's own to give, and never a second account for one address."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from accounts.services import accept_invitation, invite
from tests.conftest import member
from tests.factories import MembershipFactory, UserFactory

INVITE = reverse("accounts:person_invite")
NEW = {"email": "nova.colega@example.org", "name": "Nova Colega"}


def send(client, commit, **fields):
    with commit(execute=True):
        return client.post(INVITE, NEW | fields, headers={"accept-language": "pt"})


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


@pytest.fixture
def coordinator(client, coordinator_praia):
    client.force_login(coordinator_praia)
    return coordinator_praia


@pytest.mark.parametrize(
    ("person", "offered"),
    [
        ("coordinator_praia", ["officer:CV-PR"]),
        ("planner_praia", ["planner:CV-PR"]),
        ("approver_praia", ["planner:CV-PR"]),
    ],
)
def test_only_ones_own_roles_are_offered(request, client, person, offered):
    client.force_login(request.getfixturevalue(person))
    assert re.findall(r'name="role" value="([^"]+)"', client.get(INVITE).text) == offered


@pytest.mark.parametrize(
    "role", ["coordinator:CV-PR", "officer:CV-SL", "planner:CV-PR", "dgi_administrator:", "officer", ""]
)
def test_no_other_role_is_given_whatever_is_posted(client, commit, coordinator, sal, role):
    response = send(client, commit, role=role)
    assert response.status_code == 200
    assert 'aria-invalid="true"' in response.text
    assert NEW["email"] in response.text
    assert not User.objects.filter(email=NEW["email"]).exists()
    assert mail.outbox == []


def test_the_service_asks_too(coordinator_praia, sal):
    for role, place in ((Role.COORDINATOR, "CV-PR"), (Role.OFFICER, "CV-SL"), (Role.PLANNER, "CV-PR")):
        with pytest.raises(PermissionDenied):
            invite(**NEW, role=role, municipality_id=place, by=coordinator_praia)
    assert not User.objects.filter(email=NEW["email"]).exists()


def test_whose_own_role_has_ended_invites_nobody(client, coordinator):
    coordinator.memberships.update(ends_on=timezone.localdate() - timedelta(days=1))
    assert client.get(INVITE).status_code == 403
    assert client.post(INVITE, NEW | {"role": "officer:CV-PR"}).status_code == 403


def test_a_new_person_chooses_a_password_by_a_link_that_works_once(client, commit, coordinator):
    send(client, commit, role="officer:CV-PR", email=" Nova.Colega@Example.org ")
    user = User.objects.get(email=NEW["email"])
    assert not user.has_usable_password()
    message = next(message for message in mail.outbox if message.to == [NEW["email"]])
    assert "GAI" in message.subject
    path = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", message.body)[1]
    client.logout()
    form = client.get(path, follow=True)
    fields = {"password1": "quatro-palavras-bem-juntas", "password2": "quatro-palavras-bem-juntas"}
    assert client.post(form.redirect_chain[-1][0], fields).status_code == 302
    user.refresh_from_db()
    assert user.check_password(fields["password1"])
    client.logout()
    assert (
        "Esta ligação já não serve" in client.get(path, follow=True, headers={"accept-language": "pt"}).text
    )


def test_a_known_person_takes_the_role_and_keeps_account_and_password(client, commit, coordinator, desk_sal):
    desk_sal.set_password("a-minha-de-sempre")
    desk_sal.save()
    send(client, commit, role="officer:CV-PR", email=desk_sal.email, name="Outro Nome")
    accept_invitation(desk_sal.memberships.pending().get(), by=desk_sal)
    desk_sal = User.objects.get(email=desk_sal.email)
    assert desk_sal.municipality_ids({Role.OFFICER}) == {"CV-SL", "CV-PR"}
    assert desk_sal.name != "Outro Nome"
    assert desk_sal.check_password("a-minha-de-sempre")
    assert [m.to for m in mail.outbox if "password/reset" in m.body] == []
    assert desk_sal.notices.count() == 1


def test_the_same_role_twice_is_explained(client, commit, coordinator, desk_praia):
    response = send(client, commit, role="officer:CV-PR", email=desk_praia.email.upper())
    assert "Esta pessoa já tem esta função." in response.text
    assert desk_praia.memberships.count() == 1


def test_a_role_that_has_ended_can_be_given_again(client, commit, coordinator, praia):
    former = UserFactory()
    yesterday = timezone.localdate() - timedelta(days=1)
    MembershipFactory(user=former, municipality=praia, ends_on=yesterday)
    assert send(client, commit, role="officer:CV-PR", email=former.email).status_code == 302
    assert Membership.objects.pending().filter(user=former).count() == 1


def test_a_closed_account_is_not_opened_again(client, commit, coordinator):
    closed = UserFactory(is_active=False)
    assert send(client, commit, role="officer:CV-PR", email=closed.email).status_code == 302
    closed.refresh_from_db()
    assert not closed.is_active
    assert not closed.memberships.current().exists()


@pytest.mark.parametrize("email", ["", "x", "a@b", "<script>@example.org", "a" * 250 + "@example.org"])
def test_an_address_that_cannot_be_is_said_at_its_field(client, commit, coordinator, email):
    response = send(client, commit, role="officer:CV-PR", email=email)
    assert response.status_code == 200
    assert 'id="id_email_error"' in response.text
    assert NEW["name"] in response.text


def test_a_name_is_needed_and_has_an_end(client, commit, coordinator):
    for name in ("", "x" * 151):
        assert 'id="id_name_error"' in send(client, commit, role="officer:CV-PR", name=name).text
    assert not User.objects.filter(email=NEW["email"]).exists()


def test_somebody_with_two_offices_chooses_between_them(client, commit, praia, sal):
    both = member("duas.ilhas@example.org", Role.COORDINATOR, municipality=praia)
    MembershipFactory(user=both, role=Role.COORDINATOR, municipality=sal)
    client.force_login(both)
    assert send(client, commit).status_code == 200  # no office is chosen for them
    send(client, commit, role="officer:CV-SL")
    assert Membership.objects.get(user__email=NEW["email"]).municipality_id == "CV-SL"
