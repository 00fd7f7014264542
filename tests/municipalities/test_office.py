"""The page on which a coordinator keeps the office's hours, contacts and services."""

import pytest
from django.urls import reverse

from municipalities.models import Office

pytestmark = pytest.mark.django_db
FIELDS = {"is_open": "on", "hours_pt": "Segunda a sexta, 8h00-15h00", "phone": "+238 260 00 00"}


@pytest.fixture
def url(office_praia):
    return reverse("municipalities:office_edit", args=[office_praia.code])


def opened(client, url) -> dict[str, str]:
    """What the page carries along, to tell what its editor has seen."""
    return FIELDS | {"seen": client.get(url).context["form"]["seen"].value()}


def test_a_coordinator_changes_what_everybody_sees(client, coordinator_praia, office_praia, url):
    client.force_login(coordinator_praia)
    response = client.post(url, opened(client, url), follow=True)
    assert response.redirect_chain[-1][0] == "/municipalities/praia/"
    assert "Segunda a sexta, 8h00-15h00" in response.text
    assert "+238 260 00 00" in response.text


def test_a_coordinator_of_another_municipality_does_not(client, coordinator_praia, office_sal):
    client.force_login(coordinator_praia)
    response = client.post(reverse("municipalities:office_edit", args=[office_sal.code]), FIELDS)
    assert response.status_code == 403
    assert Office.objects.get(code="SL").hours_pt == ""


def test_a_name_and_a_code_are_not_for_the_coordinator(client, coordinator_praia, url):
    client.force_login(coordinator_praia)
    client.post(url, opened(client, url) | {"name": "Outro", "code": "XX"})
    assert Office.objects.get().name == "GAI Praia"


@pytest.mark.parametrize(
    ("field", "value"),
    [("phone", "ligue já"), ("phone", "123"), ("email", "praia"), ("services_pt", "a" * 2001)],
)
def test_a_fault_is_told_at_its_field_and_nothing_is_lost(client, coordinator_praia, url, field, value):
    client.force_login(coordinator_praia)
    response = client.post(url, opened(client, url) | {field: value})
    assert list(response.context["form"].errors) == [field]
    assert value in response.text
    assert "Segunda a sexta" in response.text
    assert Office.objects.get().hours_pt == ""


def test_two_people_who_edit_an_office_see_both_texts_and_overwrite_nothing(
    client, coordinator_praia, office_praia
):
    client.force_login(coordinator_praia)
    address = reverse("municipalities:office_edit", args=[office_praia.code])
    sent = opened(client, address)
    assert client.post(address, sent | {"hours_pt": "As delas"}).status_code == 302
    answer = client.post(address, sent | {"hours_pt": "As minhas"})
    assert answer.status_code == 200
    assert "As delas" in answer.text
    assert "As minhas" in answer.text
    office_praia.refresh_from_db()
    assert office_praia.hours_pt == "As delas"
    again = sent | {"hours_pt": "As minhas", "seen": answer.context["form"]["seen"].value()}
    assert client.post(address, again).status_code == 302
    office_praia.refresh_from_db()
    assert office_praia.hours_pt == "As minhas"
