"""What a colleague removed or moved while somebody was writing on it: a plain page, and no word lost."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import Draft
from action_plans.models import Plan, PlanMeasure, PlanSection, TemplateMeasure, TemplateSection
from action_plans.services.tailoring import ItemGone, add_local_measure, remove_local_measure, save_measure
from action_plans.services.template import RemovedMeanwhile, move_item, remove_item, save_item
from action_plans.workflow import Decision, PlanState
from tests.action_plans.factories import TemplateFactory, fill_template, make_plan

LOCAL = {"text_pt": "Feira das nacionalidades", "is_local_priority": True}
TYPED = "Texto que escrevi durante uma hora."


@pytest.fixture
def plan(praia):
    return make_plan(praia)


@pytest.fixture
def planner(client, planner_praia):
    client.force_login(planner_praia)
    return planner_praia


@pytest.fixture
def local(plan, planner_praia):
    area = plan.measures.with_place().get(code="ACO.M1").area
    return add_local_measure(plan, area, LOCAL, by=planner_praia)


def address(measure):
    return reverse("action_plans:plan_measure", args=[measure.plan_id, measure.code])


def typed(measure):
    return {
        "version": measure.version,
        "item": measure.pk,
        "decision": Decision.ADAPTED,
        "text_pt": TYPED,
        "is_local_priority": "on",
    }


def test_the_form_knows_which_row_it_was_opened_for(client, planner, local):
    assert client.get(address(local)).context["form"]["item"].value() == local.pk


def test_what_was_typed_on_a_removed_measure_stands_on_the_page(client, planner, local):
    url, fields = address(local), typed(local)
    remove_local_measure(local, by=planner)
    response = client.post(url, fields)
    assert response.status_code == 409
    assert TYPED in response.content.decode()


def test_a_reload_of_a_removed_measure_shows_the_draft(client, planner, local):
    url = address(local)
    Draft.objects.create(user=planner, form=url, fields={"text_pt": [TYPED], "item": [str(local.pk)]})
    remove_local_measure(local, by=planner)
    response = client.get(url)
    assert response.status_code == 410
    assert TYPED in response.content.decode()


def test_a_measure_that_goes_on_under_another_code_is_linked(client, planner, plan):
    measure = plan.measures.get(code="ACO.M1")
    url, fields = address(measure), typed(measure)
    measure.code = "ACO.L9"
    measure.save()
    response = client.post(url, fields)
    assert response.status_code == 409
    text = response.content.decode()
    assert TYPED in text
    assert address(measure) in text


def test_what_was_typed_is_never_saved_on_another_measure_of_the_same_code(client, planner, plan):
    """The address and even the version are the same: the row is not."""
    measure, other = plan.measures.get(code="ACO.M1"), plan.measures.get(code="ACO.M2")
    url, fields = address(measure), typed(measure)
    measure.code = "ACO.L9"
    measure.save()
    other.code = "ACO.M1"
    other.save()
    PlanMeasure.objects.filter(pk=other.pk).update(version=fields["version"])
    response = client.post(url, fields)
    assert response.status_code == 409
    assert TYPED in response.content.decode()
    other.refresh_from_db()
    assert other.text_pt != TYPED


def test_a_draft_of_another_measure_is_shown_beside_the_form_and_not_in_it(client, planner, plan):
    measure, other = plan.measures.get(code="ACO.M1"), plan.measures.get(code="ACO.M2")
    fields = {"text_pt": [TYPED], "item": [str(other.pk)]}
    Draft.objects.create(user=planner, form=address(measure), fields=fields)
    response = client.get(address(measure))
    assert response.context["form"]["text_pt"].value() != TYPED
    assert TYPED in response.content.decode()


def test_a_code_that_never_was_in_the_plan_is_not_found(client, planner, plan):
    assert client.get(reverse("action_plans:plan_measure", args=[plan.pk, "ACO.X1"])).status_code == 404


def test_the_service_says_that_the_measure_is_gone(planner_praia, local):
    remove_local_measure(local, by=planner_praia)
    with pytest.raises(ItemGone):
        save_measure(local, {"text_pt": TYPED}, version=1, by=planner_praia)
    with pytest.raises(ItemGone):
        remove_local_measure(local, by=planner_praia)


def test_a_second_click_on_remove_is_answered_plainly(client, planner, local):
    url = reverse("action_plans:plan_measure_remove", args=[local.plan_id, local.code])
    client.post(url)
    response = client.post(url, follow=True)
    assert response.status_code == 200
    assert local.code in response.content.decode()


@pytest.fixture
def item(db):
    return TemplateMeasure.objects.get(
        objective__area__template=fill_template(TemplateFactory()), code="ACO.M1"
    )


def test_a_removed_item_of_the_template_is_neither_moved_nor_removed_nor_written_again(item, dgi_officer):
    remove_item(TemplateMeasure.objects.get(pk=item.pk), by=dgi_officer)
    with pytest.raises(RemovedMeanwhile):
        move_item(item, up=True, by=dgi_officer)
    with pytest.raises(RemovedMeanwhile):
        remove_item(item, by=dgi_officer)
    with pytest.raises(RemovedMeanwhile):
        save_item(item, {}, by=dgi_officer)
    assert not TemplateMeasure.objects.filter(code="ACO.M1").exists()


WRITTEN = {
    "plan_measure": ("ACO.M1", {"decision": Decision.ADAPTED, "text_pt": TYPED}),
    "plan_measure_create": ("ACO", {"text_pt": TYPED, "is_local_priority": "on"}),
    "plan_section": ("S3", {"text_pt": TYPED}),
    "plan_indicators": ("ACO", {"ACO.I1-version": 1, "ACO.I1-target_value": "1.234,5"}),
}


@pytest.mark.parametrize("page", WRITTEN)
def test_what_was_typed_while_a_colleague_submitted_the_plan_stands_on_the_page(client, planner, plan, page):
    code, content = WRITTEN[page]
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.SUBMITTED)
    plan.steps.create(name="submit", from_state="draft", to_state="submitted", by=planner)
    url = reverse(f"action_plans:{page}", args=[plan.pk, code])
    response = client.post(url, content | {"version": 1})
    assert response.status_code == 409
    html = response.content.decode()
    assert "Submetido" in html
    assert next(value for value in content.values() if value in (TYPED, "1.234,5")) in html
    assert not PlanMeasure.objects.filter(plan=plan).exclude(version=1).exists()


def test_so_does_what_was_typed_when_the_plan_is_submitted_between_looking_and_saving(
    client, planner, plan, monkeypatch
):
    def submitted_just_now(*args, **kwargs):
        raise PermissionDenied

    monkeypatch.setattr("action_plans.views.tailoring.save_section", submitted_just_now)
    url = reverse("action_plans:plan_section", args=[plan.pk, "S3"])
    response = client.post(url, {"version": 1, "text_pt": TYPED})
    assert (response.status_code, TYPED in response.content.decode()) == (409, True)


def test_a_chapter_that_was_locked_while_somebody_wrote_gives_the_text_back(client, planner, plan):
    locked = TemplateSection.objects.get(template=plan.template, code="S2")
    plan.sections.filter(code="S3").update(based_on=locked)  # as an accepted update does
    url = reverse("action_plans:plan_section", args=[plan.pk, "S3"])
    response = client.post(url, {"version": 1, "text_pt": TYPED})
    assert (response.status_code, TYPED in response.content.decode()) == (409, True)
    assert plan.sections.get(code="S3").text_pt == ""


def test_who_may_not_plan_is_refused_as_before(client, desk_praia, plan):
    client.force_login(desk_praia)
    url = reverse("action_plans:plan_section", args=[plan.pk, "S3"])
    assert client.post(url, {"version": 1, "text_pt": TYPED}).status_code == 403


def test_a_draft_of_a_chapter_that_was_replaced_is_shown_beside_the_new_one(client, planner, plan):
    former = plan.sections.get(code="S3")
    url = reverse("action_plans:plan_section", args=[plan.pk, "S3"])
    Draft.objects.create(user=planner, form=url, fields={"text_pt": [TYPED], "item": [str(former.pk)]})
    PlanSection.objects.filter(pk=former.pk).delete()
    PlanSection.objects.create(plan=plan, based_on=former.based_on, code="S3")
    page = client.get(url)
    assert page.context["form"]["text_pt"].value() == ""
    assert TYPED in page.content.decode()


def test_what_was_typed_on_an_item_that_left_the_template_stands_on_the_page(client, item, dgi_officer):
    draft = item.document
    client.force_login(dgi_officer)
    url = reverse("action_plans:template_item_edit", args=[draft.number, "ACO.M1"])
    assert client.get(url).status_code == 200
    remove_item(TemplateMeasure.objects.get(pk=item.pk), by=dgi_officer)
    assert client.get(url).status_code == 404
    response = client.post(url, {"text_pt": TYPED, "seen": "x"})
    assert (response.status_code, TYPED in response.content.decode()) == (409, True)
    add = reverse("action_plans:template_item_add", args=[draft.number, "XXX.O1", "measure"])
    assert TYPED in client.post(add, {"code": "XXX.M1", "text_pt": TYPED}).content.decode()
