"""Finding enquiries again and putting them right: within the office, with a history."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Enquiry
from cases.services.enquiries import correct_enquiry, log_enquiry
from tests.factories import EnquiryFactory, TopicFactory

LIST = "/workspace/desk/enquiries/"


@pytest.fixture
def desk(client, desk_praia):
    client.force_login(desk_praia)
    return client


@pytest.fixture
def enquiry(desk_praia, office_praia, renewal, in_person, informed) -> Enquiry:
    content = {"office": office_praia, "topic": renewal, "channel": in_person, "outcome": informed}
    return log_enquiry(content | {"note": "Primeira nota"}, by=desk_praia)


def sent(enquiry: Enquiry, **changes) -> dict[str, str]:
    at = timezone.localtime(enquiry.at)
    unchanged = {
        "topic": enquiry.topic_id,
        "channel": enquiry.channel_id,
        "outcome": enquiry.outcome_id,
        "note": enquiry.note,
        "day": at.date().isoformat(),
        "hour": f"{at:%H:%M}",
        "version": enquiry.version,
    }
    return unchanged | changes


def numbers(response) -> set[int]:
    return {enquiry.pk for enquiry in response.context["page"]}


def test_a_correction_keeps_what_stood_before(desk, enquiry):
    desk.post(reverse("cases:enquiry_correct", args=[enquiry.pk]), sent(enquiry, note="Segunda nota"))
    html = desk.get(enquiry.get_absolute_url()).content.decode()
    assert "<del>Primeira nota</del> <ins>Segunda nota</ins>" in html
    first, second = enquiry.history.order_by("history_id")
    assert (first.note, second.note) == ("Primeira nota", "Segunda nota")
    assert second.history_user == enquiry.author


def test_a_correction_that_changes_nothing_leaves_no_trace(desk, enquiry):
    desk.post(reverse("cases:enquiry_correct", args=[enquiry.pk]), sent(enquiry))
    assert enquiry.history.count() == 1


def test_two_who_correct_the_same_enquiry_see_both_texts(desk, enquiry, coordinator_praia):
    address = reverse("cases:enquiry_correct", args=[enquiry.pk])
    opened = sent(enquiry, note="A minha versão")
    correct_enquiry(enquiry, {"note": "A da colega"}, version=1, by=coordinator_praia)
    response = desk.post(address, opened)
    html = response.content.decode()
    assert "A minha versão" in html
    assert "A da colega" in html
    enquiry.refresh_from_db()
    assert enquiry.note == "A da colega"
    desk.post(address, opened | {"version": response.context["form"]["version"].value()})
    enquiry.refresh_from_db()
    assert enquiry.note == "A minha versão"


def test_a_new_topic_brings_its_restriction_along(client, enquiry, violence, coordinator_praia):
    client.force_login(coordinator_praia)
    address = reverse("cases:enquiry_correct", args=[enquiry.pk])
    response = client.post(address, sent(enquiry, topic=violence.pk), follow=True)
    enquiry.refresh_from_db()
    assert enquiry.is_restricted
    assert response.status_code == 200  # the list: she may no longer read it
    # A coordinator is asked for a reason before she reads it again.
    asked = client.get(enquiry.get_absolute_url())
    assert asked.url == reverse("cases:unseal", kwargs={"kind": "enquiry", "pk": enquiry.pk})


def test_voiding_needs_a_reason_and_the_author_or_a_coordinator(client, enquiry, coordinator_praia):
    client.force_login(coordinator_praia)
    address = reverse("cases:enquiry_void", args=[enquiry.pk])
    assert "reason" in client.post(address, {"reason": " "}).context["form"].errors
    client.post(address, {"reason": "Registado duas vezes"})
    html = client.get(enquiry.get_absolute_url()).content.decode()
    assert "Registado duas vezes" in html
    assert client.get(reverse("cases:enquiry_correct", args=[enquiry.pk])).status_code == 403
    assert client.post(address, {"reason": "Outra vez"}).status_code == 302  # a second tap changes nothing
    enquiry.refresh_from_db()
    assert enquiry.void_reason == "Registado duas vezes"


def test_a_colleague_cannot_void_what_another_logged(desk, office_praia, coordinator_praia):
    other = EnquiryFactory(office=office_praia, author=coordinator_praia)
    assert desk.get(reverse("cases:enquiry_void", args=[other.pk])).status_code == 403


@pytest.mark.parametrize("page", ["detail", "correct", "void"])
def test_a_restricted_enquiry_is_unknown_to_colleagues(
    client, office_praia, desk_praia, violence, page, request
):
    hidden = EnquiryFactory(office=office_praia, author=desk_praia, topic=violence, note="Segredo")
    asked_why = 302 if page == "detail" else 404
    for person, status in [("desk_praia", 200), ("coordinator_praia", asked_why), ("desk_sal", 404)]:
        client.force_login(request.getfixturevalue(person))
        assert client.get(reverse(f"cases:enquiry_{page}", args=[hidden.pk])).status_code == status


def test_a_restricted_enquiry_is_in_no_list_search_or_count_of_others(
    client, office_praia, desk_praia, coordinator_praia, violence
):
    hidden = EnquiryFactory(office=office_praia, author=desk_praia, topic=violence, note="Segredo")
    client.force_login(coordinator_praia)
    for query in ({}, {"q": "segredo"}, {"q": str(hidden.pk)}, {"q": "Violência"}, {"topic": "VBG.01"}):
        assert numbers(client.post(LIST, query, follow=True)) == set()
    assert client.get(reverse("cases:enquiry_figures")).context["total"] == 0
    assert "Violência" not in str(client.get("/workspace/desk/").context["latest"])
    client.force_login(desk_praia)
    assert numbers(client.post(LIST, {"q": "segredo"}, follow=True)) == {hidden.pk}


def test_the_assigned_officer_reads_a_restricted_enquiry(
    client, office_praia, desk_praia, coordinator_praia, violence
):
    hidden = EnquiryFactory(
        office=office_praia, author=desk_praia, topic=violence, assigned_to=coordinator_praia
    )
    client.force_login(coordinator_praia)
    assert client.get(hidden.get_absolute_url()).status_code == 200


def test_what_was_restricted_stays_out_of_the_history_of_others(
    client, enquiry, renewal, violence, desk_praia, coordinator_praia
):
    correct_enquiry(enquiry, {"topic": violence, "note": "Segredo"}, version=1, by=desk_praia)
    correct_enquiry(enquiry, {"topic": renewal, "note": "Afinal, renovação"}, version=2, by=desk_praia)
    client.force_login(coordinator_praia)
    html = client.get(enquiry.get_absolute_url()).content.decode()
    assert "Segredo" not in html
    assert "Violência" not in html
    client.force_login(desk_praia)
    assert "Segredo" in client.get(enquiry.get_absolute_url()).content.decode()


def test_the_list_shows_the_own_office_alone(client, desk_sal, enquiry, office_sal):
    own = EnquiryFactory(office=office_sal)
    client.force_login(desk_sal)
    assert numbers(client.get(LIST)) == {own.pk}
    assert numbers(client.post(LIST, {"q": str(enquiry.pk)}, follow=True)) == set()


@pytest.mark.parametrize(
    "words", ["renovacao", "RES.02", "renewal", "residence", "primeira", "PR-{pk}", "{pk}"]
)
def test_an_enquiry_is_found_by_topic_note_and_number(desk, enquiry, words):
    EnquiryFactory(office=enquiry.office, topic=TopicFactory(code="NAC.01"))
    assert numbers(desk.post(LIST, {"q": words.format(pk=enquiry.pk)}, follow=True)) == {enquiry.pk}


def test_the_number_of_another_office_finds_nothing(desk, enquiry):
    assert numbers(desk.post(LIST, {"q": f"SL-{enquiry.pk}"}, follow=True)) == set()


def test_each_filter_narrows_the_list(desk, enquiry, desk_praia, coordinator_praia):
    today = timezone.localdate()
    EnquiryFactory(
        office=enquiry.office,
        author=coordinator_praia,
        topic=TopicFactory(code="NAC.01"),
        channel__code="phone",
        outcome__code="referred",
        at=timezone.now() - timedelta(days=10),
    )
    for name, value in {
        "since": today.isoformat(),
        "topic": "RES",
        "channel": "in_person",
        "outcome": "informed",
        "author": desk_praia.pk,
    }.items():
        assert numbers(desk.get(LIST, {name: value})) == {enquiry.pk}, name
    until = {"until": (today - timedelta(days=1)).isoformat()}
    assert enquiry.pk not in numbers(desk.get(LIST, until))


def test_a_filter_that_makes_no_sense_is_told_and_left_out(desk, enquiry):
    response = desk.get(LIST, {"since": "ontem", "topic": "XXX"})
    assert set(response.context["filter"].errors) == {"since", "topic"}
    assert numbers(response) == {enquiry.pk}


def test_voided_enquiries_are_shown_on_request(desk, enquiry, desk_praia):
    desk.post(reverse("cases:enquiry_undo", args=[enquiry.pk]))
    assert numbers(desk.get(LIST)) == set()
    assert numbers(desk.get(LIST, {"voided": "on"})) == {enquiry.pk}


def test_paging_reaches_every_enquiry_once(desk, office_praia, renewal):
    at = timezone.now()
    made = {EnquiryFactory(office=office_praia, topic=renewal, at=at).pk for _ in range(60)}
    url, seen = desk.post(LIST, {"q": "renovacao"}).url, []
    while url:
        response = desk.get(url)
        seen += [enquiry.pk for enquiry in response.context["page"]]
        next_url = response.context["page"].next_url
        url = f"{LIST}{next_url}" if next_url else ""
    assert sorted(seen) == sorted(made)


@pytest.mark.parametrize("address", [LIST, "/workspace/desk/figures/"])
def test_a_list_costs_the_same_for_1_and_20(desk, enquiry, count_queries, address):
    desk.get(address)
    one = count_queries(lambda: desk.get(address))
    for number in range(20):
        EnquiryFactory(office=enquiry.office, topic=TopicFactory(code=f"TOP.{number}", parent=enquiry.topic))
    assert count_queries(lambda: desk.get(address)) == one


def test_a_long_history_costs_no_more(desk, enquiry, desk_praia, count_queries):
    desk.get(enquiry.get_absolute_url())
    one = count_queries(lambda: desk.get(enquiry.get_absolute_url()))
    for version in range(1, 11):
        enquiry = correct_enquiry(enquiry, {"note": f"Nota {version}"}, version=version, by=desk_praia)
    assert count_queries(lambda: desk.get(enquiry.get_absolute_url())) == one
