"""A restricted person is not shown by what is written about them, and each reading leaves a line."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog
from accounts.roles import Role
from cases.models import FollowUp, Person, Referral
from cases.services.enquiries import log_enquiry
from cases.services.follow_ups import add_follow_up
from cases.services.referrals import draft_referral, look_after_referrals
from tests.cases.referrals import in_days, sent_referral
from tests.conftest import member
from tests.factories import (
    AppointmentFactory,
    CaseFactory,
    ChannelFactory,
    MembershipFactory,
    OutcomeFactory,
    PersonFactory,
    TopicFactory,
)

NAME = "Fatumata Reservada"


@pytest.fixture
def colleague(praia):
    return member("colega.praia@example.org", Role.OFFICER, municipality=praia)


@pytest.fixture
def secret(office_praia, desk_praia, partner):
    """Restricted, agreeing to tell a partner; only the author reads the record."""
    person = PersonFactory(
        office=office_praia, author=desk_praia, assigned_to=desk_praia, is_restricted=True, name=NAME
    )
    person.consent.partners.set([partner])
    return person


@pytest.fixture
def enquiry(office_praia, desk_praia, secret):
    content = {"topic": TopicFactory(), "channel": ChannelFactory(), "outcome": OutcomeFactory()}
    return log_enquiry({"office": office_praia, "person": secret, **content}, by=desk_praia)


def readings(user, person):
    return AccessLog.objects.of(person).filter(user=user, verb=AccessLog.Verb.READ).count()


def test_who_does_not_read_a_person_does_not_refer_them(client, enquiry, secret, colleague, partner):
    client.force_login(colleague)
    assert client.get(enquiry.get_absolute_url()).status_code == 200
    assert client.get(reverse("cases:enquiry_refer", args=[enquiry.pk])).status_code == 403
    case = CaseFactory(office=enquiry.office, person=secret, assigned_to=colleague)
    assert client.get(reverse("cases:case_refer", args=[case.pk])).status_code == 403
    with pytest.raises(PermissionDenied):
        draft_referral(enquiry, partner=partner, reason="Aulas", shares=["name"], by=colleague)


def test_a_referral_is_known_to_whoever_reads_the_person(client, enquiry, desk_praia, colleague, partner):
    shared = {"name": NAME}
    about = {"case": None, "enquiry": enquiry, "person": enquiry.person}
    referral = sent_referral(
        office=enquiry.office, partner=partner, author=desk_praia, shared=shared, **about
    )
    client.force_login(colleague)
    for page in ("referral_detail", "referral_letter", "referral_send"):
        assert client.get(reverse(f"cases:{page}", args=[referral.pk])).status_code == 404
    assert not Referral.objects.visible_to(colleague).exists()
    client.force_login(desk_praia)
    assert NAME in client.get(referral.get_absolute_url()).content.decode()
    assert readings(desk_praia, enquiry.person) == 1


def test_what_can_be_shared_is_read_also_when_the_form_comes_again(client, enquiry, secret, desk_praia):
    client.force_login(desk_praia)
    url = reverse("cases:enquiry_refer", args=[enquiry.pk])
    assert NAME in client.get(url).content.decode()
    assert NAME in client.post(url, {}).content.decode()
    assert readings(desk_praia, secret) == 2


def test_no_answer_about_a_restricted_person_is_not_everybodys_to_follow(
    enquiry, desk_praia, colleague, partner
):
    referral = sent_referral(
        office=enquiry.office,
        partner=partner,
        author=desk_praia,
        case=None,
        enquiry=enquiry,
        person=enquiry.person,
    )
    Referral.objects.filter(pk=referral.pk).update(due_on=in_days(-1))
    look_after_referrals()
    assert FollowUp.objects.get().is_restricted
    assert not FollowUp.objects.visible_to(colleague).exists()
    assert FollowUp.objects.visible_to(desk_praia).exists()


def test_what_is_to_be_done_for_a_restricted_person_is_restricted(enquiry, desk_praia):
    for about in (enquiry, Person.objects.get()):
        assert add_follow_up(about, title="Ligar", due_on=in_days(3), by=desk_praia).is_restricted


def test_when_a_colleague_is_elsewhere_is_not_told(client, office_sal, desk_praia, praia, sal):
    both = member("ambos@example.org", Role.OFFICER, municipality=praia)
    MembershipFactory(user=both, role=Role.OFFICER, municipality=sal)
    at = (timezone.localtime() + timedelta(days=3)).replace(hour=10, minute=7, second=0, microsecond=0)
    AppointmentFactory(
        office=office_sal, author=both, assigned_to=both, starts_at=at, ends_at=at + timedelta(minutes=30)
    )
    client.force_login(desk_praia)
    day = {"title": "x", "day": f"{at:%Y-%m-%d}", "hour": "10:00", "minutes": "30", "assigned_to": both.pk}
    response = client.post(reverse("cases:appointment_create"), day, follow=True)
    said = [str(message) for message in response.context["messages"]]
    assert said[1:] == [f"{both} já tem outro compromisso a essa hora."]
