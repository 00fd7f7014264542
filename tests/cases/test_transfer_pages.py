"""The pages on which a record is offered, asked for, taken over, and read afterwards."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessLog, Notice
from accounts.roles import Role
from cases.models import Case, Contact, IdentityDocument, Person, Transfer
from cases.services.doors import ask_for_transfer
from cases.services.follow_ups import finish_follow_up
from cases.services.transfers import accept_transfer, offer_transfer
from tests.cases.referrals import sent_referral
from tests.cases.test_transfers import coordinator_sal, maria, matter, offer  # noqa: F401
from tests.conftest import member
from tests.factories import CaseFactory, LanguageFactory, MunicipalityFactory, OfficeFactory, PersonFactory

PASSPORT = {"kind": "passport", "number": "AB123", "country": "GW"}
LIST = "/workspace/desk/transfers/"
TODAY = "/workspace/desk/today/"


@pytest.fixture
def coordination(client, coordinator_praia):
    client.force_login(coordinator_praia)
    return client


def page(transfer, act="") -> str:
    if act:
        return reverse("cases:transfer_act", args=[transfer.pk, act])
    return transfer.get_absolute_url()


def test_a_coordinator_offers_from_the_persons_page(coordination, maria, matter, office_sal):  # noqa: F811
    url = reverse("cases:person_transfer", args=[maria.pk])
    assert url in coordination.get(maria.get_absolute_url()).content.decode()
    response = coordination.get(url)
    assert matter.number in response.content.decode()
    sent = {"to_office": office_sal.pk, "reason": "Mudou-se.", "agreed_on": timezone.localdate().isoformat()}
    refused = coordination.post(url, sent)
    assert refused.status_code == 200
    assert "agreed" in refused.context["form"].errors
    assert "Mudou-se." in refused.content.decode()
    response = coordination.post(url, {**sent, "agreed": "on"}, follow=True)
    transfer = Transfer.objects.get()
    assert response.redirect_chain[-1][0] == transfer.get_absolute_url()
    assert transfer.get_absolute_url() in coordination.get(maria.get_absolute_url()).content.decode()
    assert coordination.get(url).status_code == 302  # it is on offer already


def test_the_same_form_twice_is_one_offer(coordination, maria, office_sal):  # noqa: F811
    url = reverse("cases:person_transfer", args=[maria.pk])
    once = coordination.get(url).content.decode().split('name="once" value="')[1][:36]
    sent = {"to_office": office_sal.pk, "reason": "Mudou-se.", "agreed": "on", "once": once}
    sent["agreed_on"] = timezone.localdate().isoformat()
    assert coordination.post(url, sent).url == coordination.post(url, sent).url
    assert Transfer.objects.count() == 1


def test_an_officer_sees_no_way_to_hand_over(client, desk_praia, maria):  # noqa: F811
    client.force_login(desk_praia)
    url = reverse("cases:person_transfer", args=[maria.pk])
    assert url not in client.get(maria.get_absolute_url()).content.decode()
    assert client.get(url).status_code == 403


def test_a_case_with_a_name_leads_to_its_person(coordination, matter, maria):  # noqa: F811
    response = coordination.get(reverse("cases:case_transfer", args=[matter.pk]))
    assert response.url == reverse("cases:person_transfer", args=[maria.pk])


def test_a_nameless_case_is_offered_by_itself(coordination, office_praia, office_sal, desk_praia):
    case = CaseFactory(office=office_praia, author=desk_praia)
    url = reverse("cases:case_transfer", args=[case.pk])
    assert url in coordination.get(case.get_absolute_url()).content.decode()
    sent = {"to_office": office_sal.pk, "reason": "Mudou-se.", "agreed": "on"}
    coordination.post(url, {**sent, "agreed_on": timezone.localdate().isoformat()})
    assert Transfer.objects.get().case == case


def test_the_receiver_accepts_and_goes_on(client, offer, maria, coordinator_sal, desk_sal):  # noqa: F811
    client.force_login(coordinator_sal)
    assert offer.reference in client.get(TODAY).content.decode()
    text = client.get(page(offer)).content.decode()
    assert "Maria" not in text
    assert maria.reference not in text
    response = client.post(page(offer, "accept"), {"assigned_to": desk_sal.pk}, follow=True)
    maria.refresh_from_db()
    assert maria.get_absolute_url() in response.content.decode()
    assert client.get(maria.get_absolute_url()).status_code == 200
    assert client.get(page(offer, "accept")).status_code == 302
    assert offer.reference not in client.get(TODAY).content.decode()
    assert offer.reference in client.get(LIST).content.decode()


def test_refusing_asks_why(client, offer, coordinator_sal, coordinator_praia):  # noqa: F811
    client.force_login(coordinator_sal)
    assert client.post(page(offer, "refuse"), {"answer": ""}).context["form"].errors
    client.post(page(offer, "refuse"), {"answer": "Não temos técnico."})
    offer.refresh_from_db()
    assert offer.state == "refused"
    assert Notice.objects.filter(user=coordinator_praia, url=offer.get_absolute_url()).exists()


def test_the_sender_reads_what_it_handed_over(client, offer, matter, desk_praia, coordinator_sal):  # noqa: F811
    accept_transfer(offer, by=coordinator_sal)
    client.force_login(desk_praia)
    url = reverse("cases:transfer_sent", args=[offer.pk])
    assert url in client.get(page(offer)).content.decode()
    text = client.get(url).content.decode()
    for word in ("Maria Semedo", matter.number, "Faltam duas fotografias.", "Perdeu o cartão."):
        assert word in text
    client.force_login(coordinator_sal)
    assert client.get(url).status_code == 403


def test_old_addresses_lead_the_sender_on(client, offer, matter, maria, desk_praia, coordinator_sal):  # noqa: F811
    referral = sent_referral(case=matter, author=desk_praia)
    accept_transfer(offer, by=coordinator_sal)
    since = sent_referral(case=Case.objects.get(pk=matter.pk), author=coordinator_sal)
    later = CaseFactory(office=offer.to_office, author=coordinator_sal, person=maria)
    client.force_login(desk_praia)
    for gone in (maria, matter, referral):
        assert client.get(gone.get_absolute_url()).headers["Location"] == page(offer)
    for unknown in (since, later):
        assert client.get(unknown.get_absolute_url()).status_code == 404
    Case.objects.filter(pk=matter.pk).update(is_restricted=True)
    for restricted in (matter, referral):
        assert client.get(restricted.get_absolute_url()).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        client.force_login(desk_praia)
        assert client.get(maria.get_absolute_url()).status_code == 404


def test_an_exact_number_tells_of_the_transfer(client, offer, matter, maria, desk_praia, coordinator_sal):  # noqa: F811
    accept_transfer(offer, by=coordinator_sal)

    def found(words):
        return client.post(reverse("cases:person_search"), {"q": words}, follow=True).content.decode()

    client.force_login(desk_praia)
    for words in (maria.reference, f"p{maria.pk}", matter.number.lower()):
        assert "Transferido para o GAI Sal" in found(words)
        assert page(offer) in found(words)
        assert reverse("cases:person_create") not in found(words)
    assert "Transferido" not in found("Maria Semedo")
    Person.objects.filter(pk=maria.pk).update(is_restricted=True)
    assert "Transferido" not in found(maria.reference)
    Person.objects.filter(pk=maria.pk).update(is_restricted=False)
    elsewhere = OfficeFactory(municipality=MunicipalityFactory()).municipality
    client.force_login(member("elsewhere@example.org", Role.OFFICER, municipality=elsewhere))
    assert "Transferido" not in found(matter.number)


def test_what_was_dropped_is_not_called_done(client, offer, matter, desk_praia, coordinator_sal):  # noqa: F811
    finish_follow_up(matter.follow_ups.get(), dropped=True, by=desk_praia)
    accept_transfer(offer, by=coordinator_sal)
    client.force_login(desk_praia)
    text = client.get(reverse("cases:transfer_sent", args=[offer.pk])).content.decode()
    assert "Já não é precisa" in text
    assert "Feit" not in text


def test_lists_cost_the_same_with_one_and_with_twenty(
    coordination, office_praia, office_sal, desk_praia, coordinator_praia, count_queries
):
    def more(number):
        for _ in range(number):
            case = CaseFactory(office=office_praia, author=desk_praia)
            kept = {"reason": "Mudou-se.", "agreed_on": timezone.localdate()}
            offer_transfer(case, to_office=office_sal, by=coordinator_praia, **kept)

    more(1)
    costs = [count_queries(lambda: coordination.get(LIST)), count_queries(lambda: coordination.get(TODAY))]
    more(19)
    assert costs == [
        count_queries(lambda: coordination.get(LIST)),
        count_queries(lambda: coordination.get(TODAY)),
    ]


# Asking the other office


@pytest.fixture
def known_at_praia(office_praia, desk_praia) -> Person:
    person = PersonFactory(office=office_praia, author=desk_praia, name="Binta Sanhá")
    IdentityDocument.objects.create(person=person, **PASSPORT)
    Contact.objects.create(person=person, channel="phone", value="+2389912345", verified_at=timezone.now())
    return person


@pytest.fixture
def new_person(client, desk_sal):
    """The form of a new person, filled in at Sal after a search."""
    client.force_login(desk_sal)
    found = client.post(reverse("cases:person_search"), {"q": "Binta"}, follow=True)
    until = timezone.localdate() + timezone.timedelta(days=300)
    return {
        "search": found.context["key"],
        "name": "Binta Sanha",
        "spoken_in": LanguageFactory().pk,
        "given": "signed",
        "for_follow_up": "on",
        "ends_on": until.isoformat(),
        **PASSPORT,
    }


def test_an_office_asks_the_one_that_knows_somebody(
    client, known_at_praia, new_person, desk_sal, coordinator_praia, office_praia, office_sal
):
    url = reverse("cases:person_create")
    text = client.post(url, new_person).content.decode()
    assert 'name="ask" value="PR"' in text
    unticked = client.post(url, {**new_person, "ask": "PR"})
    assert unticked.status_code == 200
    assert 'aria-invalid="true"' in unticked.content.decode()
    assert not Transfer.objects.exists()
    response = client.post(url, {**new_person, "ask": "PR", "agreed": "1"}, follow=True)
    question = Transfer.objects.get()
    assert (question.state, question.from_office, question.to_office) == ("asked", office_praia, office_sal)
    assert (question.asked_by, question.agreed_on) == (desk_sal, timezone.localdate())
    text = response.content.decode()
    assert question.reference in text
    assert known_at_praia.reference not in text
    notice = Notice.objects.get(user=coordinator_praia)
    assert notice.url == question.get_absolute_url()
    assert "Binta" not in notice.text
    assert Person.objects.count() == 1


def test_the_asked_office_finds_the_record_and_offers_it(
    client,
    known_at_praia,
    office_praia,
    office_sal,
    desk_sal,
    coordinator_praia,
    coordinator_sal,  # noqa: F811
):
    [question] = ask_for_transfer(
        office_praia,
        by=desk_sal,
        office=office_sal,
        agreed_on=timezone.localdate(),
        document=IdentityDocument(**PASSPORT),
    )
    client.force_login(coordinator_praia)
    assert known_at_praia.get_absolute_url() in client.get(page(question)).content.decode()
    client.post(page(question, "offer"), {"reason": "Um processo em curso."})
    question.refresh_from_db()
    assert (question.state, question.offered_by) == ("offered", coordinator_praia)
    assert Notice.objects.filter(user=desk_sal).exists()
    client.force_login(coordinator_sal)
    client.post(page(question, "accept"))
    known_at_praia.refresh_from_db()
    assert known_at_praia.office == office_sal


def test_an_asked_office_may_decline_and_the_one_that_asked_take_it_back(
    client, known_at_praia, office_praia, office_sal, desk_sal, coordinator_praia
):
    def ask():
        kept = {"by": desk_sal, "office": office_sal, "agreed_on": timezone.localdate()}
        return ask_for_transfer(office_praia, phone="+2389912345", **kept)

    [question] = ask()
    assert ask() == [question]  # asked again it is the same question
    client.force_login(desk_sal)
    client.post(page(question, "cancel"))
    question.refresh_from_db()
    assert question.state == "withdrawn"
    [question] = ask()
    client.force_login(coordinator_praia)
    client.post(page(question, "decline"), {"answer": "A pessoa voltou para cá."})
    question.refresh_from_db()
    assert question.state == "refused"
    assert AccessLog.objects.filter(user=desk_sal, verb="matched").count() == 6


@pytest.fixture
def both_asked(known_at_praia, office_praia, office_sal, desk_sal, boavista_desk, office_boavista):
    """Two offices have asked for the same record."""
    kept = {"agreed_on": timezone.localdate(), "phone": "+2389912345"}
    [of_sal] = ask_for_transfer(office_praia, by=desk_sal, office=office_sal, **kept)
    [of_boavista] = ask_for_transfer(office_praia, by=boavista_desk, office=office_boavista, **kept)
    return of_sal, of_boavista


def test_a_question_of_one_office_is_not_told_to_another(both_asked, desk_sal, boavista_desk):
    for user, question in zip((desk_sal, boavista_desk), both_asked, strict=True):
        assert list(Transfer.objects.visible_to(user)) == [question]
    assert len({question.state for question in both_asked}) == 1


def test_of_two_that_asked_one_is_offered_the_record_and_the_other_answered(
    client,
    both_asked,
    known_at_praia,
    boavista_desk,
    office_sal,
    coordinator_praia,
    coordinator_sal,  # noqa: F811
):
    of_sal, of_boavista = both_asked
    client.force_login(coordinator_praia)
    client.post(page(of_sal, "offer"), {"reason": "Um processo em curso."})
    refused = client.post(page(of_boavista, "offer"), {"reason": "Um processo em curso."})
    assert "Retire primeiro" in refused.content.decode()
    client.force_login(coordinator_sal)
    client.post(page(of_sal, "accept"))
    known_at_praia.refresh_from_db()
    of_boavista.refresh_from_db()
    assert known_at_praia.office == office_sal
    assert (of_boavista.state, of_boavista.decided_by) == ("refused", coordinator_praia)
    client.force_login(boavista_desk)
    html = client.get(page(of_boavista)).content.decode()
    assert "já não está aqui" in html
    assert "Sal" not in html.split("<main", 1)[1]
    assert Notice.objects.filter(user=boavista_desk).exists()


@pytest.fixture
def office_boavista(sal):
    from tests.factories import MunicipalityFactory, OfficeFactory

    town = MunicipalityFactory(code="CV-BV", name="Boa Vista", slug="boa-vista", island=sal.island)
    return OfficeFactory(municipality=town, code="BV", name="GAI Boa Vista")


@pytest.fixture
def boavista_desk(office_boavista):
    return member("desk.bv@example.org", Role.OFFICER, municipality=office_boavista.municipality)
