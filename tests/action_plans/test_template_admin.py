"""A draft of the template in the admin: under the rules of its own pages."""

import pytest

from action_plans.models import Template, TemplateArea, TemplateMeasure, TemplateObjective
from action_plans.services.template import move_item, save_item
from tests.action_plans.factories import TemplateFactory, fill_template, issued_template


@pytest.fixture
def draft(db) -> Template:
    return fill_template(TemplateFactory(number=1))


@pytest.fixture
def officer(client, dgi_officer):
    client.force_login(dgi_officer)
    return client


def address(measure: TemplateMeasure, page: str = "change") -> str:
    return f"/admin/action_plans/templatemeasure/{measure.pk}/{page}/"


def measure(code: str) -> TemplateMeasure:
    return TemplateMeasure.objects.get(code=code)


def fields(officer, url: str) -> dict:
    """What a browser would send back unchanged."""
    form = officer.get(url).context["adminform"].form
    values = {bound.html_name: bound.value() for bound in form}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_the_code_of_an_item_stays(officer, draft):
    url = address(measure("ACO.M1"))
    sent = fields(officer, url) | {"code": "ACO.M77", "text_pt": "Outro texto."}
    assert officer.post(url, sent).status_code == 302
    assert measure("ACO.M1").text_pt == "Outro texto."
    assert not TemplateMeasure.objects.filter(code="ACO.M77").exists()


def test_two_editors_of_one_item_do_not_overwrite_each_other(officer, draft, dgi_admin):
    url = address(measure("ACO.M1"))
    sent = fields(officer, url) | {"text_pt": "O meu."}
    theirs = measure("ACO.M1")
    theirs.text_pt = "O deles."
    save_item(theirs, {}, by=dgi_admin)
    response = officer.post(url, sent)
    assert response.status_code == 200
    assert "Outra pessoa alterou" in response.text
    assert measure("ACO.M1").text_pt == "O deles."


def test_an_order_that_a_colleague_gave_meanwhile_stays(officer, draft, dgi_admin):
    url = address(measure("ACO.M2"))
    sent = fields(officer, url) | {"text_pt": "Outro texto.", "order": "1"}
    move_item(measure("ACO.M3"), up=True, by=dgi_admin)
    assert officer.post(url, sent).status_code == 302
    assert measure("ACO.M3").order < measure("ACO.M2").order


def test_a_new_item_stands_last(officer, draft):
    objective = TemplateObjective.objects.get(code="ACO.O1")
    sent = {"code": "ACO.M9", "objective": objective.pk, "text_pt": "Nova."}
    assert officer.post("/admin/action_plans/templatemeasure/add/", sent).status_code == 302
    assert measure("ACO.M9").order > measure("ACO.M3").order


def test_an_item_that_was_issued_meanwhile_does_not_change(officer, draft):
    url = address(measure("ACO.M1"))
    sent = fields(officer, url) | {"text_pt": "Outro texto."}
    draft.delete()
    issued_template()
    assert officer.post(address(measure("ACO.M1")), sent).status_code == 403
    assert "seen" not in officer.get(address(measure("ACO.M1"))).text


def test_an_area_is_removed_with_what_hangs_on_it_and_not_in_bulk(officer, draft):
    area = TemplateArea.objects.get(code="ACO")
    listed = officer.get("/admin/action_plans/templatearea/").text
    assert "delete_selected" not in listed
    response = officer.post(f"/admin/action_plans/templatearea/{area.pk}/delete/", {"post": "yes"})
    assert response.status_code == 302
    assert not TemplateMeasure.objects.filter(code="ACO.M1").exists()
