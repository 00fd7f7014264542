"""Recording an enquiry at the desk."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from cases.models import NOTE_LIMIT, Enquiry
from cases.permissions import UNDO_WITHIN
from cases.services.enquiries import log_enquiry, undo_enquiry
from tests.factories import EnquiryFactory, OfficeFactory, TopicFactory

CREATE = "/workspace/desk/enquiries/new/"


@pytest.fixture
def desk(client, desk_praia):
    client.force_login(desk_praia)
    return client


def test_three_choices_are_enough(desk, fields, office_praia, desk_praia):
    response = desk.post(CREATE, fields, follow=True)
    enquiry = Enquiry.objects.get()
    assert (enquiry.office, enquiry.author) == (office_praia, desk_praia)
    assert (enquiry.sex, enquiry.age_band, enquiry.nationality, enquiry.language) == ("", "", "", None)
    assert abs(timezone.now() - enquiry.at) < timedelta(minutes=1)
    assert response.redirect_chain[-1][0] == enquiry.get_absolute_url()
    assert reverse("cases:enquiry_undo", args=[enquiry.pk]) in response.content.decode()


def test_anonymous_and_the_first_channel_and_outcome_are_chosen_already(desk, fields):
    html = desk.get(CREATE).content.decode()
    assert html.count("checked") == 3


def test_a_topic_is_found_by_its_words_in_every_language_and_by_its_code(desk, renewal):
    html = desk.get(CREATE).content.decode()
    assert 'data-code="RES.02"' in html
    assert "Renewal" in html


def test_a_group_with_topics_cannot_be_chosen(desk, fields, renewal):
    response = desk.post(CREATE, fields | {"topic": renewal.parent.pk})
    assert "topic" in response.context["form"].errors


def test_what_the_office_meets_most_often_comes_first(desk, fields, office_praia):
    often = TopicFactory(code="NAC.01")
    EnquiryFactory.create_batch(3, topic=often, office=office_praia, nationality="GW")
    form = desk.get(CREATE).context["form"]
    assert form.fields["topic"].choices[1][1][0][0] == often.pk
    assert form.fields["nationality"].choices[1][1] == [("GW", "Guiné-Bissau")]


def test_the_same_form_sent_twice_is_one_enquiry(desk, fields):
    once = {"once": str(uuid4())}
    urls = {desk.post(CREATE, fields | once).url for _ in range(2)}
    assert Enquiry.objects.count() == 1
    assert len(urls) == 1


def test_another_can_be_started_at_once(desk, fields):
    assert desk.post(CREATE, fields | {"another": "1"}).url == CREATE


def test_the_last_one_can_be_repeated(desk, fields):
    desk.post(CREATE, fields)
    form = desk.get(CREATE, {"same": "1"}).context["form"]
    assert form["topic"].value() == fields["topic"]
    assert form["note"].value() is None


def test_a_restricted_topic_makes_the_enquiry_restricted(desk, fields, violence):
    desk.post(CREATE, fields | {"topic": violence.pk})
    assert Enquiry.objects.get().is_restricted


def test_a_late_entry_has_its_own_day(desk, fields):
    day = timezone.localdate() - timedelta(days=30)
    desk.post(CREATE, fields | {"day": day.isoformat(), "hour": "09:30"})
    assert timezone.localtime(Enquiry.objects.get().at).isoformat() == f"{day}T09:30:00-01:00"


@pytest.mark.parametrize(
    ("day", "hour", "field"),
    [
        ((timezone.localdate() + timedelta(days=2)).isoformat(), "", "day"),
        ("0026-03-12", "", "day"),
        ("31/02/2026", "", "day"),
        ("", "25:00", "hour"),
    ],
)
def test_an_impossible_date_is_told_beside_its_field(desk, fields, day, hour, field):
    response = desk.post(CREATE, fields | {"day": day, "hour": hour, "note": "Volta amanhã"})
    assert list(response.context["form"].errors) == [field]
    assert "Volta amanhã" in response.content.decode()
    assert not Enquiry.objects.exists()


def test_a_huge_paste_is_refused_and_kept(desk, fields):
    paste = "a" * (NOTE_LIMIT + 1)
    response = desk.post(CREATE, fields | {"note": paste})
    assert "note" in response.context["form"].errors
    assert paste in response.content.decode()
    assert "maxlength" not in str(response.context["form"]["note"])


def test_line_breaks_count_once(desk, fields):
    desk.post(CREATE, fields | {"note": "a\r\n" * (NOTE_LIMIT // 2 - 1) + "b"})
    assert Enquiry.objects.get().note.startswith("a\na\n")


@pytest.mark.parametrize("field", ["topic", "channel", "outcome", "nationality", "sex"])
def test_an_invented_choice_is_refused(desk, fields, field):
    response = desk.post(CREATE, fields | {field: "ZZ.99"})
    assert field in response.context["form"].errors


def test_without_javascript_the_guidance_comes_with_the_form(desk, fields, renewal, partner):
    renewal.parent.partners.add(partner)
    response = desk.post(CREATE, fields | {"note": "Volta amanhã", "show_topic": "1"})
    assert partner.name_pt in response.content.decode()
    assert "Volta amanhã" in response.content.decode()
    assert not Enquiry.objects.exists()


def test_an_urgent_topic_says_whom_to_call_first(desk, violence, partner):
    violence.call_first.add(partner)
    card = desk.get(reverse("cases:topic_card", args=[violence.pk])).content.decode()
    assert card.index("data-urgent") < card.index(partner.name_pt)


def test_whom_to_call_comes_with_the_number_to_call(desk, violence, partner):
    violence.call_first.add(partner)
    card = reverse("cases:topic_card", args=[violence.pk])
    assert "número por preencher" in desk.get(card).text
    partner.phone = "261 00 00"
    partner.save()
    html = desk.get(card).text
    assert 'href="tel:2610000"' in html
    assert "número por preencher" not in html


def test_a_coordinator_is_told_who_enters_a_missing_number(
    client, coordinator_praia, desk_praia, violence, partner
):
    violence.call_first.add(partner)
    said = {}
    for user in (desk_praia, coordinator_praia):
        client.force_login(user)
        said[user] = (
            "Administração › Entidades parceiras"
            in client.get(reverse("cases:topic_card", args=[violence.pk])).text
        )
    assert said == {desk_praia: False, coordinator_praia: True}


def test_an_officer_of_several_offices_chooses_one(desk, fields, praia, office_praia, office_sal):
    second = OfficeFactory(municipality=praia, code="PR2")
    assert "office" in desk.post(CREATE, fields).context["form"].errors
    assert "office" in desk.post(CREATE, fields | {"office": office_sal.pk}).context["form"].errors
    desk.post(CREATE, fields | {"office": second.pk})
    assert Enquiry.objects.get().office == second


def test_a_municipality_without_an_office_is_told_so(client, desk_praia, office_praia):
    office_praia.delete()
    client.force_login(desk_praia)
    assert client.get(CREATE).status_code == 200


def test_nobody_logs_at_the_office_of_another(desk_sal, office_praia, renewal, in_person, informed):
    content = {"office": office_praia, "topic": renewal, "channel": in_person, "outcome": informed}
    with pytest.raises(PermissionDenied):
        log_enquiry(content, by=desk_sal)


def test_what_was_just_logged_can_be_undone_and_stays_on_record(desk, fields):
    desk.post(CREATE, fields)
    enquiry = Enquiry.objects.get()
    for _ in range(2):  # a double click
        assert desk.post(reverse("cases:enquiry_undo", args=[enquiry.pk])).status_code == 302
    enquiry.refresh_from_db()
    assert enquiry.voided_at is not None
    assert not Enquiry.objects.standing().exists()
    assert enquiry.history.count() == 2


def test_undoing_has_an_end(desk_praia, office_praia):
    long_ago = timezone.now() - UNDO_WITHIN - timedelta(seconds=1)
    enquiry = EnquiryFactory(office=office_praia, author=desk_praia, created_at=long_ago)
    with pytest.raises(PermissionDenied):
        undo_enquiry(enquiry, by=desk_praia)


def test_the_form_costs_the_same_whatever_the_office_has(desk, fields, office_praia, count_queries):
    EnquiryFactory(office=office_praia, nationality="SN")
    desk.get(CREATE)
    one = count_queries(lambda: desk.get(CREATE))
    for number in range(20):
        EnquiryFactory(office=office_praia, nationality=["SN", "GW"][number % 2])
    assert count_queries(lambda: desk.get(CREATE)) == one


def test_what_was_typed_waits_on_the_server_until_it_is_recorded(desk, fields):
    desk.post(reverse("accounts:draft_save") + f"?form={CREATE}", fields | {"note": "A meio da frase"})
    html = desk.get(CREATE).content.decode()
    assert "A meio da frase" in html
    desk.post(CREATE, fields)
    assert "A meio da frase" not in desk.get(CREATE).content.decode()


def test_a_draft_is_nobody_elses(client, desk, fields, coordinator_praia):
    desk.post(reverse("accounts:draft_save") + f"?form={CREATE}", fields | {"note": "A meio da frase"})
    client.force_login(coordinator_praia)
    assert "A meio da frase" not in client.get(CREATE).content.decode()


def test_a_form_sent_after_the_session_ended_is_not_lost(client, desk_praia, fields):
    client.force_login(desk_praia)
    client.get(CREATE)
    client.logout()
    response = client.post(CREATE, fields | {"note": "Escrito sem sessão"})
    assert response.status_code == 401
    assert not Enquiry.objects.exists()
