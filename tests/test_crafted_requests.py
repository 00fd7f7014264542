"""Requests that no browser makes by itself: refused or passed over, never an error of ours."""

import base64
import re
from http import HTTPStatus
from urllib.parse import quote

import pytest
from django.core.exceptions import BadRequest
from django.urls import reverse

from accounts.models import Draft
from accounts.services import MOST_DRAFTS
from gai_portal.middleware import RefuseNulMiddleware
from tests.action_plans.factories import make_plan
from tests.factories import ChannelFactory, EnquiryFactory, OutcomeFactory, TopicFactory

SAVE = reverse("accounts:draft_save")
ENQUIRIES = reverse("cases:enquiry_list")


@pytest.fixture
def desk(client, desk_praia, office_praia):
    EnquiryFactory(office=office_praia, author=desk_praia)
    client.force_login(desk_praia)
    return client


@pytest.mark.parametrize(
    "query",
    [
        "until=31/12/9999",
        "until=9999-12-31",
        "since=01/01/0001",
        "since=9999-12-31&until=9999-12-31",
        "until=2026-13-99",
    ],
)
def test_a_day_at_the_end_of_time_is_told_and_left_out(desk, query):
    response = desk.get(f"{ENQUIRIES}?{query}")
    assert response.status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    "place",
    [
        "0001-01-01T00:00:00+14:00|1",
        "9999-12-31T23:59:59-14:00|5",
        "9999-12-31T23:59:59+00:00|5",
        "2026-01-01T00:00:00+00:00|9223372036854775807",
        "2026-01-01T00:00:00+00:00|-1",
        "2026-01-01T00:00:00|1",
        "|",
    ],
)
@pytest.mark.parametrize("side", ["after", "before"])
def test_a_place_in_a_list_that_we_did_not_write_leads_to_a_page(desk, place, side):
    text = base64.urlsafe_b64encode(place.encode()).decode()
    assert desk.get(f"{ENQUIRIES}?{side}={text}").status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    "path",
    [
        "/workspace/desk/topics/%00/",
        "/workspace/desk/enquiries/?q=%00",
        "/workspace/desk/enquiries/?%00=1",
        "/plans/?island=a%00b",
        "/municipalities/a%00/",
    ],
)
def test_a_nul_in_an_address_is_a_bad_request(desk, path):
    assert desk.get(path).status_code == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("fields", [{"note": "a\0b"}, {"a\0b": "note"}])
def test_a_nul_in_a_form_is_a_bad_request(desk, fields):
    assert desk.post(f"{SAVE}?form=/workspace/desk/", fields).status_code == HTTPStatus.BAD_REQUEST
    assert not Draft.objects.exists()


def test_a_nul_in_a_cookie_is_a_bad_request(rf):
    rf.cookies["sessionid"] = "a\0b"
    with pytest.raises(BadRequest):
        RefuseNulMiddleware(lambda request: None)(rf.get("/"))


# Drafts


def form_pages(request) -> dict[str, str]:
    """Every page whose form is kept while somebody writes, and who writes there."""
    plan = make_plan(request.getfixturevalue("praia"))
    item = {"pk": plan.pk, "code": "ACO"}
    return {
        reverse("cases:enquiry_create"): "desk_praia",
        reverse("action_plans:plan_measure", args=[plan.pk, "ACO.M1"]): "planner_praia",
        reverse("action_plans:plan_measure_create", kwargs=item): "planner_praia",
        reverse("action_plans:plan_indicators", kwargs=item): "planner_praia",
        reverse("action_plans:plan_section", args=[plan.pk, "S1"]): "planner_praia",
    }


@pytest.mark.parametrize("junk", ["x", "", "-1", "99999999999999999999", "9999-12-31", "a\nb"])
def test_a_draft_made_of_junk_leaves_the_page_open(request, client, db, junk):
    TopicFactory(), ChannelFactory(), OutcomeFactory()
    for path, person in form_pages(request).items():
        client.force_login(request.getfixturevalue(person))
        names = set(re.findall(r'name="([^"]+)"', client.get(path).text))
        names -= {"csrfmiddlewaretoken", "account", "viewport", "description", "once"}
        assert names, path
        for fields in (dict.fromkeys(names, junk), {name: [junk, junk] for name in names}):
            assert client.post(f"{SAVE}?form={quote(path)}", fields).status_code == HTTPStatus.OK
            assert Draft.objects.get(form=path).fields
            assert client.get(path).status_code == HTTPStatus.OK, (path, fields)


@pytest.mark.parametrize(
    "path", ["/workspace/x1/", "/workspace/../admin/", "//evil", "/workspace/\r\nX: y", ""]
)
def test_nothing_is_kept_for_a_page_that_does_not_exist(desk, path):
    assert desk.post(f"{SAVE}?form={quote(path)}", {"a": "1"}).status_code == HTTPStatus.NOT_FOUND
    assert desk.post(reverse("accounts:draft_discard"), {"form": path}).status_code == HTTPStatus.NOT_FOUND
    assert not Draft.objects.exists()


def test_of_very_many_drafts_the_newest_stay(desk, desk_praia):
    paths = [reverse("cases:enquiry_correct", args=[number]) for number in range(1, MOST_DRAFTS + 6)]
    for path in paths:
        desk.post(f"{SAVE}?form={path}", {"note": "x"})
    assert {draft.form for draft in desk_praia.drafts.all()} == set(paths[-MOST_DRAFTS:])


def test_one_more_save_of_the_same_draft_drops_no_other(desk, desk_praia):
    paths = [reverse("cases:enquiry_correct", args=[number]) for number in range(1, MOST_DRAFTS + 1)]
    for path in [*paths, *paths]:
        desk.post(f"{SAVE}?form={path}", {"note": "x"})
    assert desk_praia.drafts.count() == MOST_DRAFTS
