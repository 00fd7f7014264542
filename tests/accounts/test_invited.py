"""What an invitation tells the inviter, what it brings to strangers, and who decides."""

from datetime import date, timedelta
from http import HTTPStatus

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import Membership, Notice, User
from accounts.roles import Role
from tests.factories import InvitationFactory, MembershipFactory, UserFactory

INVITE = "/workspace/people/invite/"
PEOPLE = "/workspace/people/"
PASSWORD = "three words and more"
pytestmark = pytest.mark.django_db


@pytest.fixture
def posting(client, django_capture_on_commit_callbacks):
    """Sends a form as somebody, and lets the mails leave."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    def post(user, url, data=None):
        client.force_login(user)
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(url, data or {})

    return post


def invite(posting, by, email, *, name="Name As Typed", role="planner:CV-PR"):
    return posting(by, INVITE, {"email": email, "name": name, "role": role})


def row_of(client, email) -> str:
    """The line of the page of people that shows an address."""
    html = client.get(PEOPLE).content.decode()
    return next(row for row in html.split("<tr>") if email in row)


# What the inviter learns


@pytest.fixture
def known(sal):
    """Somebody with an account and work elsewhere."""
    user = UserFactory(email="known@example.org", name="The Real Name")
    MembershipFactory(user=user, role=Role.PLANNER, municipality=sal)
    return user


@pytest.fixture
def closed():
    return UserFactory(email="closed@example.org", name="Closed Account", is_active=False)


def test_an_invitation_looks_the_same_whoever_has_the_address(
    posting, client, planner_praia, known, closed, dgi_officer
):
    seen = []
    for email in ("new@example.org", known.email, closed.email, dgi_officer.email):
        response = invite(posting, planner_praia, email)
        assert response["Location"] == PEOPLE
        row = row_of(client, email)
        pk = Membership.objects.get(user__email=email, municipality="CV-PR").pk
        hidden = ["csrfmiddlewaretoken", "account"]
        parts = [part for part in row.split("<input") if not any(name in part for name in hidden)]
        seen.append("".join(parts).replace(email, "ADDRESS").replace(f"/{pk}/", "/PK/"))
    assert len(set(seen)) == 1
    assert "Name As Typed" in seen[0]


def test_nobody_is_enrolled_unasked(posting, planner_praia, known):
    invite(posting, planner_praia, known.email)
    assert known.municipality_ids() == {"CV-SL"}
    assert not User.objects.with_role({Role.PLANNER}, "CV-PR").filter(pk=known.pk).exists()


def test_a_closed_account_gets_no_mail(posting, planner_praia, closed, mailoutbox):
    invite(posting, planner_praia, closed.email)
    assert mailoutbox == []


def test_the_coordinator_of_a_national_officer_learns_nothing(posting, coordinator_praia, dgi_officer):
    response = invite(posting, coordinator_praia, dgi_officer.email, role="officer:CV-PR")
    assert response.status_code == HTTPStatus.FOUND
    with pytest.raises(ValidationError):
        services.accept_invitation(dgi_officer.memberships.pending().get(), by=dgi_officer)
    assert dgi_officer.memberships.pending().count() == 1


@pytest.mark.parametrize("person", ["colleague", "invited"])
def test_what_stands_on_the_page_of_people_is_said(posting, planner_praia, praia, person):
    if person == "colleague":
        user = MembershipFactory(role=Role.PLANNER, municipality=praia).user
    else:
        user = InvitationFactory(role=Role.PLANNER, municipality=praia).user
    response = invite(posting, planner_praia, user.email)
    assert response.status_code == HTTPStatus.OK
    assert "already" in str(response.context["form"].errors["email"])


# Who decides


def test_a_new_person_takes_the_role_with_their_first_password(posting, planner_praia, mailoutbox, settings):
    invite(posting, planner_praia, "new@example.org")
    (message,) = mailoutbox
    assert "Praia" in message.body
    user = User.objects.get(email="new@example.org")
    assert user.municipality_ids() == set()
    theirs = Client()
    page = theirs.get(message.body.partition(settings.SITE_URL)[2].split()[0], follow=True)
    theirs.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.get(pk=user.pk).municipality_ids() == {"CV-PR"}
    assert theirs.login(email="new@example.org", password=PASSWORD)


def test_a_new_password_of_somebody_known_accepts_nothing(
    posting, planner_praia, known, mailoutbox, settings
):
    known.set_password(PASSWORD)
    known.save()
    invite(posting, planner_praia, known.email)
    theirs = Client()
    theirs.post("/accounts/password/reset/", {"email": known.email})
    page = theirs.get(mailoutbox[-1].body.partition(settings.SITE_URL)[2].split()[0], follow=True)
    theirs.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.get(pk=known.pk).municipality_ids() == {"CV-SL"}


def test_somebody_known_is_asked_and_accepts(
    posting, client, planner_praia, approver_praia, known, mailoutbox
):
    invite(posting, planner_praia, known.email)
    assert Notice.objects.get(user=known).url == reverse("workspace")
    assert [message.to for message in mailoutbox] == [[known.email]]
    invitation = known.memberships.pending().get()
    client.force_login(known)
    assert "Planner Praia" in client.get("/workspace/").content.decode()
    posting(known, reverse("accounts:invitation_answer", args=[invitation.pk]), {"accept": "1"})
    assert User.objects.get(pk=known.pk).municipality_ids() == {"CV-SL", "CV-PR"}
    assert {notice.user for notice in Notice.objects.exclude(user=known)} == {planner_praia, approver_praia}
    client.force_login(planner_praia)
    assert "The Real Name" in row_of(client, known.email)


def test_somebody_known_declines(posting, planner_praia, known):
    invite(posting, planner_praia, known.email, name="Name As Typed")
    invitation = known.memberships.pending().get()
    posting(known, reverse("accounts:invitation_answer", args=[invitation.pk]))
    assert known.memberships.count() == 1
    text = Notice.objects.get(user=planner_praia).text
    assert "Name As Typed" in text
    assert "The Real Name" not in text


def test_an_invitation_that_goes_with_no_other_role_says_why(posting, dgi_officer, praia):
    invitation = InvitationFactory(user=dgi_officer, role=Role.OFFICER, municipality=praia)
    url = reverse("accounts:invitation_answer", args=[invitation.pk])
    posting(dgi_officer, url, {"accept": "1"})
    invitation.refresh_from_db()
    assert invitation.is_pending


def test_a_role_accepted_late_begins_that_day(known, praia):
    invitation = InvitationFactory(user=known, role=Role.PLANNER, municipality=praia)
    services.accept_invitation(invitation, by=known)
    invitation.refresh_from_db()
    assert invitation.starts_on == timezone.localdate()


def test_nobody_accepts_for_somebody_else(known, planner_praia, praia):
    invitation = InvitationFactory(user=known, role=Role.PLANNER, municipality=praia)
    for answer in (services.accept_invitation, services.decline_invitation):
        with pytest.raises(PermissionDenied):
            answer(invitation, by=planner_praia)


def test_an_invitation_without_an_inviter_is_refused_by_the_database(praia):
    with pytest.raises(IntegrityError), transaction.atomic():
        InvitationFactory(municipality=praia, given_by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        InvitationFactory(municipality=praia, invited_as="")


@pytest.mark.parametrize("change", ["left", "closed", "late"])
def test_an_offer_holds_as_long_as_its_giver_could_make_it_and_not_for_ever(posting, known, praia, change):
    invitation = InvitationFactory(user=known, role=Role.PLANNER, municipality=praia)
    giver = invitation.given_by
    match change:
        case "left":
            giver.memberships.update(ends_on=timezone.localdate() - timedelta(days=1))
        case "closed":
            User.objects.filter(pk=giver.pk).update(is_active=False)
        case "late":
            Membership.objects.filter(pk=invitation.pk).update(given_at=timezone.now() - timedelta(days=31))
    invitation = Membership.objects.get(pk=invitation.pk)
    with pytest.raises(ValidationError, match="GAI"):
        services.accept_invitation(invitation, by=known)
    posting(known, reverse("accounts:invitation_answer", args=[invitation.pk]), {"accept": "1"})
    invitation.refresh_from_db()
    assert invitation.is_pending


def test_who_invited_sees_that_it_came_to_nothing(client, planner_praia, praia):
    invitation = InvitationFactory(role=Role.PLANNER, municipality=praia)
    client.force_login(planner_praia)
    fresh = client.get(PEOPLE).content.decode()
    Membership.objects.filter(pk=invitation.pk).update(given_at=timezone.now() - timedelta(days=31))
    assert "convide de novo" in client.get(PEOPLE).content.decode()
    assert "convide de novo" not in fresh


# What reaches strangers


@pytest.mark.parametrize(
    "name",
    [
        "Maria.\n\nA sua conta foi bloqueada",
        "Maria https://evil.example/login",
        "Maria evil.example",
        "Maria www.evil",
        "maria@evil.example",
        "Maria\x07",
        "Maria\u202eairaM",
        "Maria\u2028Silva",
        "<b>Maria</b>",
    ],
)
def test_a_name_carries_no_message(posting, planner_praia, mailoutbox, name):
    response = invite(posting, planner_praia, "victim@example.org", name=name)
    assert response.status_code == HTTPStatus.OK
    assert "name" in response.context["form"].errors
    assert mailoutbox == []
    profile = posting(planner_praia, "/workspace/profile/", {"name": name, "language": "pt"})
    assert "name" in profile.context["form"].errors
    with pytest.raises(ValidationError):
        services.invite(
            email="victim@example.org",
            name=name,
            role=Role.PLANNER,
            municipality_id="CV-PR",
            by=planner_praia,
        )


@pytest.mark.parametrize(
    "name", ["Maria da Luz Évora", "Dr. João d'Oliveira", "N'Guessan-Koné", "Técnica · Praia (demonstração)"]
)
def test_a_name_is_a_name(name):
    UserFactory(name=name).full_clean(exclude=["password"])


def test_ten_invitations_a_day_are_enough(posting, planner_praia, planner_sal, mailoutbox):
    for number in range(10):
        response = invite(posting, planner_praia, f"person{number}@example.org")
        assert response.status_code == HTTPStatus.FOUND
    response = invite(posting, planner_praia, "eleventh@example.org")
    assert "enough invitations" in str(response.context["form"].errors)
    assert len(mailoutbox) == 10
    assert not User.objects.filter(email="eleventh@example.org").exists()
    assert invite(posting, planner_sal, "x@example.org", role="planner:CV-SL").status_code == HTTPStatus.FOUND


def test_withdrawing_gives_no_invitation_back(posting, planner_praia):
    for number in range(10):
        invite(posting, planner_praia, f"person{number}@example.org")
    invitation = Membership.objects.pending().first()
    posting(planner_praia, reverse("accounts:invitation_withdraw", args=[invitation.pk]))
    assert invite(posting, planner_praia, "eleventh@example.org").status_code == HTTPStatus.OK


# Taking back


def test_an_invitation_is_withdrawn_and_its_link_opens_nothing(posting, planner_praia, mailoutbox, settings):
    invite(posting, planner_praia, "new@example.org")
    invitation = Membership.objects.pending().get()
    posting(planner_praia, reverse("accounts:invitation_withdraw", args=[invitation.pk]))
    assert not Membership.objects.pending().exists()
    page = Client().get(mailoutbox[0].body.partition(settings.SITE_URL)[2].split()[0], follow=True)
    assert "password1" not in page.content.decode()


def test_it_can_be_sent_again(posting, planner_praia, mailoutbox):
    invite(posting, planner_praia, "new@example.org")
    posting(
        planner_praia,
        reverse("accounts:invitation_withdraw", args=[Membership.objects.pending().get().pk]),
    )
    invite(posting, planner_praia, "new@example.org")
    assert [message.to for message in mailoutbox] == [["new@example.org"]] * 2


def test_what_was_accepted_is_not_withdrawn(posting, planner_praia, praia):
    theirs = MembershipFactory(role=Role.PLANNER, municipality=praia, given_by=planner_praia)
    url = reverse("accounts:invitation_withdraw", args=[theirs.pk])
    assert posting(planner_praia, url).status_code == HTTPStatus.NOT_FOUND
    with pytest.raises(PermissionDenied):
        services.withdraw_invitation(theirs, by=planner_praia)


@pytest.mark.parametrize("person", ["planner_praia", "approver_praia"])
def test_who_gave_a_role_ends_it(request, posting, praia, person):
    giver = request.getfixturevalue(person)
    theirs = MembershipFactory(role=Role.PLANNER, municipality=praia, given_by=giver)
    url = reverse("accounts:membership_end", args=[theirs.pk])
    posting(giver, url, {"now": "1"})
    assert not Membership.objects.current().filter(pk=theirs.pk).exists()


def test_nobody_ends_a_role_that_somebody_else_gave(posting, planner_praia, approver_praia, praia):
    theirs = MembershipFactory(role=Role.PLANNER, municipality=praia, given_by=approver_praia)
    url = reverse("accounts:membership_end", args=[theirs.pk])
    assert posting(planner_praia, url, {"now": "1"}).status_code == HTTPStatus.FORBIDDEN


# Ending at once


def test_a_role_ends_now_and_the_session_with_it(posting, coordinator_praia, desk_praia):
    theirs = Client()
    theirs.force_login(desk_praia)
    assert theirs.get("/workspace/desk/").status_code == HTTPStatus.OK
    membership = desk_praia.memberships.get()
    posting(coordinator_praia, reverse("accounts:membership_end", args=[membership.pk]), {"now": "1"})
    assert theirs.get("/workspace/").status_code == HTTPStatus.FOUND
    assert not desk_praia.memberships.current().exists()
    membership.refresh_from_db()
    assert membership.ends_on == timezone.localdate()


def test_a_role_ends_with_a_day_and_runs_until_then(posting, coordinator_praia, desk_praia):
    membership = desk_praia.memberships.get()
    url = reverse("accounts:membership_end", args=[membership.pk])
    assert posting(coordinator_praia, url, {"ends_on": ""}).status_code == HTTPStatus.OK
    last = timezone.localdate() + timedelta(days=3)
    posting(coordinator_praia, url, {"ends_on": last.isoformat()})
    assert desk_praia.memberships.current().exists()
    assert not desk_praia.memberships.current(on=last + timedelta(days=1)).exists()


def test_a_role_that_began_today_ends_today(coordinator_praia, praia):
    membership = MembershipFactory(municipality=praia, starts_on=timezone.localdate())
    services.end_membership(membership, on=None, by=coordinator_praia)
    assert not Membership.objects.current().filter(pk=membership.pk).exists()


def test_after_a_desk_role_that_ended_now_a_national_one_may_begin_today(coordinator_praia, desk_praia):
    services.end_membership(desk_praia.memberships.get(), on=None, by=coordinator_praia)
    Membership(user=desk_praia, role=Role.DGI_OFFICER).full_clean()


def test_an_administrator_ends_roles_at_once(posting, dgi_admin, desk_praia):
    own = dgi_admin.memberships.get()
    chosen = {"action": "end_now", "_selected_action": [desk_praia.memberships.get().pk, own.pk]}
    posting(dgi_admin, reverse("admin:accounts_membership_changelist"), chosen)
    assert not desk_praia.memberships.current().exists()
    assert dgi_admin.memberships.current().exists()


def test_the_page_of_people_asks_no_more_for_more_people(client, planner_praia, praia, count_queries):
    client.force_login(planner_praia)
    few = count_queries(lambda: client.get(PEOPLE))
    for _number in range(20):
        InvitationFactory(role=Role.PLANNER, municipality=praia, starts_on=date(2026, 1, 1))
    assert count_queries(lambda: client.get(PEOPLE)) == few
