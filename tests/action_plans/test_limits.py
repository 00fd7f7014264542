"""No plan grows beyond what anybody reads, and no page of it beyond what a server makes in a moment."""

from http import HTTPStatus

import pytest
from django.core.cache import cache
from django.urls import reverse

from action_plans import documents
from action_plans.models import PlanSection, TemplateArea
from action_plans.services import tailoring
from action_plans.services.tailoring import NoRoom, add_local_measure, remove_local_measure
from action_plans.views import history, publication
from tests.action_plans.factories import make_plan

OWN = {"text_pt": "Nossa.", "is_local_priority": True}


@pytest.fixture
def plan(praia):
    return make_plan(praia)


@pytest.fixture
def area(plan):
    return TemplateArea.objects.get(template=plan.template, code="ACO")


@pytest.fixture
def planner(client, planner_praia):
    client.force_login(planner_praia)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return planner_praia


# Measures of one's own


def test_an_area_has_room_for_twenty(plan, area, planner):
    measures = [add_local_measure(plan, area, OWN, by=planner) for _number in range(20)]
    with pytest.raises(NoRoom):
        add_local_measure(plan, area, OWN, by=planner)
    remove_local_measure(measures[0], by=planner)
    add_local_measure(plan, area, OWN, by=planner)


def test_a_plan_has_room_for_a_number_in_all(plan, area, planner, monkeypatch):
    monkeypatch.setattr(tailoring, "MOST_LOCAL_MEASURES", 2)
    for _number in range(2):
        add_local_measure(plan, area, OWN, by=planner)
    other = plan.template.areas.exclude(code="ACO").first()
    with pytest.raises(NoRoom):
        add_local_measure(plan, other, OWN, by=planner)


def test_the_page_says_so_and_keeps_what_was_typed(client, plan, area, planner, monkeypatch):
    monkeypatch.setattr(tailoring, "MOST_LOCAL_IN_AN_AREA", 0)
    url = reverse("action_plans:plan_measure_create", args=[plan.pk, "ACO"])
    page = client.post(url, {"text_pt": "A nossa medida.", "is_local_priority": "on", "version": "1"})
    assert page.status_code == HTTPStatus.OK
    assert "at most 20 measures of its own" in str(page.context["form"].errors)
    assert "at most 20 measures of its own" in page.text
    assert "A nossa medida." in page.text
    assert not plan.measures.filter(decision="local").exists()


# The preview


@pytest.fixture
def made(monkeypatch):
    """Counts the PDFs that are made, and makes none."""
    calls = []
    monkeypatch.setattr(documents, "edition_pdf", lambda snapshot: calls.append(snapshot) or b"%PDF")
    return calls


@pytest.fixture
def preview(client, plan, planner):
    return lambda: client.get(reverse("action_plans:plan_preview_pdf", args=[plan.pk]))


def test_the_same_content_is_made_once(preview, made, plan, area, planner):
    assert preview().content == preview().content == b"%PDF"
    assert len(made) == 1
    add_local_measure(plan, area, OWN, by=planner)
    preview()
    assert len(made) == 2


def test_one_is_made_at_a_time_for_each_person(preview, made, client, planner, approver_praia):
    cache.add(f"plan-preview-of:{planner.pk}", 1)
    page = preview()
    assert page.status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert "Try again in half a minute" in page.text
    assert made == []
    client.force_login(approver_praia)
    assert preview().status_code == HTTPStatus.OK


def test_after_a_failure_it_can_be_made_again(preview, monkeypatch):
    def fail(snapshot):
        raise RuntimeError("a font is missing")

    with monkeypatch.context() as failing:
        failing.setattr(documents, "edition_pdf", fail)
        with pytest.raises(RuntimeError, match="a font is missing"):
            preview()
    monkeypatch.setattr(documents, "edition_pdf", lambda snapshot: b"%PDF")
    assert preview().content == b"%PDF"


def test_a_plan_of_many_hundred_pages_is_read_as_a_page(preview, made, monkeypatch):
    monkeypatch.setattr(publication, "LONGEST_PREVIEW", 100)
    page = preview()
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "too long for a preview" in page.text
    assert made == []


# The history


@pytest.fixture
def chapter(plan, planner):
    chapter = PlanSection.objects.filter(plan=plan, based_on__is_locked=False).first()
    for word in ("um", "dois", "três"):
        chapter.text_pt = f"{word} " * 100
        chapter._history_user = planner
        chapter.save()
    return chapter


def test_a_page_of_the_history_shows_so_many_words_and_no_more(client, plan, chapter, monkeypatch):
    monkeypatch.setattr(history, "MOST_WORDS", 500)
    url = reverse("action_plans:plan_item_history", args=[plan.pk, "chapters", chapter.code])
    page = client.get(url)
    shown = [line["is_named_only"] for line in page.context["lines"]]
    assert shown[:3] == [False, True, True]
    line = page.context["lines"][1]["row"].history_id
    assert f"?only={line}" in page.text
    alone = client.get(f"{url}?only={line}")
    assert [line["is_named_only"] for line in alone.context["lines"]] == [False]
    assert "dois" in alone.text
    assert "This is what it says now." not in alone.text


@pytest.mark.parametrize("only", ["x", "-1", "9" * 30, "0"])
def test_a_line_that_is_not_there_is_no_error(client, plan, chapter, only):
    url = reverse("action_plans:plan_item_history", args=[plan.pk, "chapters", chapter.code])
    assert client.get(url, {"only": only}).status_code == HTTPStatus.OK
