"""A restricted person is not shown by what is written about them, and each reading leaves a line."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog, Notice
from accounts.roles import Role
from cases.models import FollowUp, Person, Referral
from cases.services.cases import name_case
from cases.services.enquiries import log_enquiry
from cases.services.follow_ups import add_follow_up
from cases.services.recalls import _tell_keepers
from cases.services.referrals import draft_referral, look_after_referrals
from gai_portal.lib.paging import Cursor
from tests.cases.referrals import in_days, sent_referral
from tests.conftest import member
from tests.factories import (
    AppointmentFactory,
    CaseFactory,
    ChannelFactory,
    FollowUpFactory,
    GuidanceVersionFactory,
    MembershipFactory,
    OutcomeFactory,
    PersonFactory,
    RecallFactory,
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
    assert client.get(enquiry.get_absolute_url()).status_code == 404
    assert client.get(reverse("cases:enquiry_refer", args=[enquiry.pk])).status_code == 404
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


def test_another_person_of_a_case_ends_what_was_shared_of_the_former(
    office_praia, desk_praia, coordinator_praia, partner
):
    former, meant = PersonFactory(office=office_praia), PersonFactory(office=office_praia)
    former.consent.partners.set([partner])
    case = CaseFactory(office=office_praia, person=former, assigned_to=desk_praia)
    kept = {"office": office_praia, "case": case, "person": former, "author": desk_praia, "partner": partner}
    told = sent_referral(**kept, shared={"name": former.name}, way="email", email="p@example.org")
    other = sent_referral(**kept)
    assert AccessLog.objects.of(former).get(verb=AccessLog.Verb.SHARED).why.endswith(", p@example.org")
    name_case(case, meant, by=coordinator_praia)
    told.refresh_from_db()
    other.refresh_from_db()
    assert (told.state, told.link(), other.state) == ("withdrawn", "", "sent")


def test_what_shows_somebody_at_the_desk_leaves_a_line(client, office_praia, desk_praia, secret, enquiry):
    client.force_login(desk_praia)
    form = reverse("cases:enquiry_create")
    correct = reverse("cases:enquiry_correct", args=[enquiry.pk])
    for number, show in enumerate(
        [
            lambda: client.get(f"{form}?person={secret.pk}"),
            lambda: client.post(form, {"who": "known", "person": secret.pk}),
            lambda: client.get(correct),
            lambda: client.post(correct, {"who": "known", "person": secret.pk, "topic": "ZZ"}),
        ],
        start=1,
    ):
        assert NAME in show().content.decode()
        assert readings(desk_praia, secret) == number
    assert readings(desk_praia, enquiry) == 2


def test_a_record_that_is_shown_again_after_a_mistake_is_read_again(client, office_praia, desk_praia):
    case = CaseFactory(office=office_praia, assigned_to=desk_praia)
    one, two = PersonFactory.create_batch(2, office=office_praia)
    client.force_login(desk_praia)
    for name, args, row in [
        ("case_edit", [case.pk], case),
        ("case_act", [case.pk, "note"], case),
        ("person_merge", [one.pk, two.pk], two),
    ]:
        before = readings(desk_praia, row)
        assert client.post(reverse(f"cases:{name}", args=args), {}).status_code == 200
        assert readings(desk_praia, row) == before + 1


@pytest.mark.parametrize(
    ("factory", "page"), [(AppointmentFactory, "appointment_edit"), (FollowUpFactory, "follow_up_edit")]
)
def test_to_correct_something_restricted_is_to_read_it(client, office_praia, desk_praia, factory, page):
    row = factory(office=office_praia, author=desk_praia, is_restricted=True)
    client.force_login(desk_praia)
    assert client.get(reverse(f"cases:{page}", args=[row.pk])).status_code == 200
    assert readings(desk_praia, row) == 1


FORGED = Cursor(datetime(2100, 1, 1, tzinfo=UTC), 1)  # as well-formed as our own


@pytest.mark.parametrize("place", ["before=x", "after=x", "before=", f"after={FORGED}", f"before={FORGED}"])
@pytest.mark.parametrize("page", ["enquiry_list", "case_list"])
def test_a_search_is_noted_whatever_stands_in_the_address(client, enquiry, desk_praia, page, place):
    client.force_login(desk_praia)
    searched = client.post(reverse(f"cases:{page}"), {"q": "aulas"}).url
    client.get(f"{searched}&{place}")
    assert AccessLog.objects.filter(verb=AccessLog.Verb.SEARCHED).count() == 1


def test_who_has_left_the_record_behind_is_not_told_that_a_card_has_changed(
    office_praia, office_sal, desk_praia, desk_sal
):
    version = GuidanceVersionFactory()
    case = CaseFactory(office=office_sal, author=desk_praia, assigned_to=desk_sal, is_restricted=True)
    RecallFactory(version=version, enquiry=None, case=case)
    _tell_keepers(version)
    assert {each.user for each in Notice.objects.all()} == {desk_sal}
