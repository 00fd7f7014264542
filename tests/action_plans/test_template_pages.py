"""The national template as a document: read by all once issued, edited by the national level before."""

import gzip
import re
import uuid

import pytest
from django.urls import reverse

from action_plans.models import (
    Template,
    TemplateArea,
    TemplateMeasure,
    TemplateObjective,
    TemplateSection,
)
from action_plans.reference import load_reference as load_templates
from action_plans.services.content import items_of
from cases.reference import load_reference as load_desk
from municipalities.reference import load_reference as load_territory
from tests.action_plans.factories import (
    TemplateFactory,
    TemplateMeasureFactory,
    fill_template,
    issued_template,
)
from tests.factories import PartnerFactory


@pytest.fixture
def draft(db) -> Template:
    return fill_template(TemplateFactory(number=1))


@pytest.fixture
def officer(client, dgi_officer):
    client.force_login(dgi_officer)
    return client


def address(name: str, **arguments) -> str:
    return reverse(f"action_plans:template_{name}", kwargs={"number": 1, **arguments})


def fields(response) -> dict:
    """What a browser would send back unchanged."""
    return {
        field.html_name: field.value()
        for field in response.context["form"]
        if field.value() not in (None, False)
    }


def test_guests_read_the_version_in_force(client, db):
    assert "assim que a primeira versão for emitida" in client.get("/template/").content.decode()
    issued_template()
    page = client.get("/template/").content.decode()
    assert "Medida 1 de Acolhimento." in page
    assert "/ACO.M1/" not in page


def test_a_draft_shows_each_item_with_its_tools(officer, draft):
    page = officer.get(draft.get_absolute_url()).content.decode()
    for item in items_of(draft):
        assert f'id="{item.code}"' in page
        # Addresses are relative to the page, which keeps it light.
        for tool in (f'href="{item.code}/"', f'"{item.code}/move/up/"', f'"{item.code}/remove/"'):
            assert tool in page


def test_an_issued_version_has_no_tools_and_answers_a_late_editor_plainly(officer, db):
    template = issued_template(number=1)
    page = officer.get(template.get_absolute_url()).content.decode()
    assert "ACO.M1" in page
    assert address("item_edit", code="ACO.M1") not in page
    assert 'href="ACO.M1/"' not in page
    before = items_of(template)
    late = officer.post(address("item_edit", code="ACO.M1"), {"text_pt": "Chego tarde", "seen": "x"})
    assert late.status_code == 409
    assert "A versão 1 já foi emitida" in late.content.decode()
    assert "Chego tarde" in late.content.decode()  # to be copied into the next version
    assert officer.post(address("item_remove", code="ACO.M1")).status_code == 409
    assert items_of(template) == before


def test_nobody_else_writes_in_an_issued_version(client, db, planner_praia):
    issued_template(number=1)
    client.force_login(planner_praia)
    for name in ("item_edit", "item_remove"):
        assert client.post(address(name, code="ACO.M1")).status_code == 403


def test_the_document_costs_the_same_whatever_its_length(officer, draft, count_queries):
    before = count_queries(lambda: officer.get(draft.get_absolute_url()))
    objective = TemplateObjective.objects.get(code="ACO.O1")
    for number in range(20):
        measure = TemplateMeasureFactory(objective=objective, code=f"ACO.M{100 + number}")
        measure.partners.add(PartnerFactory())
    assert count_queries(lambda: officer.get(draft.get_absolute_url())) == before


def test_editing_a_measure_leads_back_to_its_place(officer, draft):
    url = address("item_edit", code="ACO.M1")
    data = fields(officer.get(url)) | {"text_pt": "Texto novo", "text_fr": "Texte", "is_mandatory": ""}
    response = officer.post(url, data)
    assert response.url == f"{draft.get_absolute_url()}#ACO.M1"
    measure = TemplateMeasure.objects.get(code="ACO.M1")
    assert (measure.text_pt, measure.text_fr, measure.is_mandatory) == ("Texto novo", "Texte", False)
    assert [goal.code for goal in measure.goals.all()] == ["NIS1"]


def test_a_measure_without_portuguese_is_shown_again_with_its_error(officer, draft):
    url = address("item_edit", code="ACO.M1")
    response = officer.post(url, fields(officer.get(url)) | {"text_pt": "", "text_en": "Only English"})
    assert "text_pt" in response.context["form"].errors
    assert "Only English" in response.content.decode()


@pytest.mark.parametrize("name", ["text_pt", "text_fr", "guidance_pt"])
def test_a_text_of_20000_characters_fits_and_one_more_is_refused_with_nothing_lost(officer, draft, name):
    url = address("item_edit", code="ACO.M1")
    data = fields(officer.get(url))
    assert officer.post(url, data | {name: "x" * 20_000}).status_code == 302
    assert len(getattr(TemplateMeasure.objects.get(code="ACO.M1"), name)) == 20_000
    data = fields(officer.get(url))
    response = officer.post(url, data | {name: "y" * 20_001})
    assert list(response.context["form"].errors) == [name]
    assert "y" * 20_001 in response.content.decode()
    # Nor does the browser cut it: there is no limit in the page that it would keep without a word.
    assert "maxlength" not in response.content.decode()


def test_line_ends_do_not_count_twice(officer, draft):
    url = address("item_edit", code="ACO.M1")
    text = "linha\r\n" * 3_300  # 19,800 characters as they are stored
    assert officer.post(url, fields(officer.get(url)) | {"guidance_pt": text}).status_code == 302


def test_what_is_pasted_from_a_word_processor_is_stored_tidily(officer, draft):
    url = address("item_edit", code="ACO")
    texts = {"title_pt": "Acolhi\u00admento\ve “balcão”", "summary_pt": "•\tum\u00a0dia\r\n•\tdois  "}
    officer.post(url, fields(officer.get(url)) | texts)
    area = TemplateArea.objects.get(code="ACO")
    assert (area.title_pt, area.summary_pt) == ('Acolhimento e "balcão"', "- um dia\n- dois")


def test_two_editors_see_both_texts(officer, draft):
    url = address("item_edit", code="ACO.M1")
    data = fields(officer.get(url))
    officer.post(url, data | {"text_pt": "O primeiro"})
    response = officer.post(url, data | {"text_pt": "O segundo"})
    page = response.content.decode()
    assert "O primeiro" in page
    assert "O segundo" in page
    assert TemplateMeasure.objects.get(code="ACO.M1").text_pt == "O primeiro"
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    officer.post(url, data | {"text_pt": "O segundo", "seen": seen})
    assert TemplateMeasure.objects.get(code="ACO.M1").text_pt == "O segundo"


@pytest.mark.parametrize(
    ("kind", "under", "code"),
    [
        ("section", "", "S5"),
        ("area", "", ""),
        ("objective", "ACO", "ACO.O2"),
        ("measure", "ACO.O1", "ACO.M4"),
        ("indicator", "ACO.O1", "ACO.I2"),
    ],
)
def test_adding_suggests_the_next_code_and_happens_once(officer, draft, kind, under, code):
    url = address("item_add", kind=kind, **({"under": under} if under else {}))
    data = fields(officer.get(url))
    assert data.get("code", "") == code
    data |= {"code": code or "EMP", "text_pt": "Novo", "title_pt": "Novo", "once": str(uuid.uuid4())}
    data |= {"kind": "output", "unit": "number", "frequency": "yearly"}
    first = officer.post(url, data)
    assert first.url == f"{draft.get_absolute_url()}#{code or 'EMP'}"
    assert officer.post(url, data).url == first.url
    assert [item.code for item in items_of(draft)].count(code or "EMP") == 1


def test_a_code_that_is_taken_is_said_next_to_its_field(officer, draft):
    url = address("item_add", kind="measure", under="ACO.O1")
    response = officer.post(url, {"code": "REG.M1", "text_pt": "Novo"})
    assert "code" in response.context["form"].errors


def test_an_item_goes_only_where_its_kind_belongs(officer, draft):
    for arguments in (
        {"kind": "measure"},
        {"kind": "measure", "under": "ACO"},
        {"kind": "plan"},
        {"kind": "area", "under": "ACO"},
    ):
        assert officer.get(address("item_add", **arguments)).status_code == 404


def test_moving_and_removing_with_undo(officer, draft):
    officer.post(address("item_move", code="ACO.M1", direction="down"))
    before = items_of(draft)
    assert [item.code for item in before if item.kind == "measure"][:2] == ["ACO.M2", "ACO.M1"]
    page = officer.post(address("item_remove", code="ACO"), follow=True).content.decode()
    assert not TemplateArea.objects.filter(code="ACO").exists()
    undo = re.search(r'action="(/workspace/template/1/restore/[^"]+)"', page)[1]
    officer.post(undo)
    assert items_of(draft) == before
    assert "ACO" in officer.post(undo, follow=True).content.decode()
    assert items_of(draft) == before


def test_the_next_draft_is_started_once(officer, db):
    issued_template(number=1)
    for _attempt in range(2):
        response = officer.post(reverse("action_plans:template_start"))
        assert response.url == "/workspace/template/2/"
    assert Template.objects.count() == 2


def test_issuing_shows_what_changes_and_then_puts_it_in_force(officer, db):
    issued_template(number=1)
    officer.post(reverse("action_plans:template_start"))
    draft = Template.objects.drafts().get()
    TemplateMeasure.objects.filter(objective__area__template=draft, code="REG.M2").delete()
    TemplateMeasure.objects.filter(objective__area__template=draft, code="REG.M1").update(text_pt="Mudou")
    url = reverse("action_plans:template_issue", args=[2])
    response = officer.get(url)
    comparison = response.context["comparison"]
    assert [item.code for item in comparison.dropped] == ["REG.M2"]
    assert "Mudou" in response.content.decode()
    assert officer.post(url).url == "/workspace/template/2/"
    assert Template.objects.issued().get().number == 2


def test_an_incomplete_draft_shows_its_faults_and_stays(officer, draft):
    TemplateMeasure.objects.all().delete()
    url = address("issue")
    assert len(officer.get(url).context["faults"]) == 3
    officer.post(url)
    assert Template.objects.get().is_draft


def test_the_second_of_two_officers_gets_a_plain_page(officer, draft):
    officer.post(address("issue"))
    for response in (officer.post(address("issue")), officer.get(address("issue"))):
        assert response.status_code == 409
        assert "A versão 1 já foi emitida" in response.content.decode()


def test_what_is_at_fault_leads_to_the_item(officer, draft):
    TemplateSection.objects.filter(code="S2").update(text_pt="")
    page = officer.get(address("issue")).content.decode()
    assert "Este capítulo é escrito a nível nacional, mas ainda não tem texto." in page
    assert 'href="/workspace/template/1/#S2"' in page
    officer.post(address("issue"))
    assert Template.objects.get().is_draft


def test_a_version_that_changes_nothing_is_not_issued(officer, db):
    issued_template(number=1)
    officer.post(reverse("action_plans:template_start"))
    url = reverse("action_plans:template_issue", args=[2])
    assert "Nada difere da versão 1" in officer.get(url).content.decode()
    officer.post(url)
    assert Template.objects.drafts().get().number == 2
    TemplateMeasure.objects.filter(objective__area__template__number=2, code="ACO.M1").update(text_fr="Un")
    officer.post(url)
    assert Template.objects.issued().get().number == 2


def test_two_officers_at_title_and_notice_see_both_texts(officer, draft):
    url = address("edit")
    data = fields(officer.get(url))
    officer.post(url, data | {"notice_pt": "O primeiro aviso"})
    page = officer.post(url, data | {"notice_pt": "O segundo aviso"}).content.decode()
    assert "O primeiro aviso" in page
    assert Template.objects.get().notice_pt == "O primeiro aviso"
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    officer.post(url, data | {"notice_pt": "O segundo aviso", "seen": seen})
    assert Template.objects.get().notice_pt == "O segundo aviso"


def test_two_editors_also_see_flags_and_links_that_differ(officer, draft):
    url = address("item_edit", code="ACO.M1")
    data = fields(officer.get(url))
    officer.post(url, {name: value for name, value in data.items() if name != "is_mandatory"})
    page = officer.post(url, data).content.decode()
    assert "obrigatória" in page.lower()
    assert "Guardado entretanto" in page


def test_a_draft_of_an_item_comes_back_with_what_was_unticked(officer, draft):
    url = address("item_edit", code="ACO.M1")
    typed = fields(officer.get(url)) | {"text_pt": "Meio escrito"}
    del typed["is_mandatory"], typed["goals"]
    officer.post(f"{reverse('accounts:draft_save')}?form={url}", typed)
    form = officer.get(url).context["form"]
    assert form["text_pt"].value() == "Meio escrito"
    assert not form["is_mandatory"].value()
    assert not form["goals"].value()
    officer.post(url, fields(officer.get(url)))
    assert officer.get(url).context["draft"] is None
    assert TemplateMeasure.objects.get(code="ACO.M1").text_pt == "Meio escrito"


def test_an_edit_that_is_sent_twice_is_saved_once(officer, draft):
    url = address("item_edit", code="ACO.M1")
    data = fields(officer.get(url)) | {"text_pt": "Novo", "once": str(uuid.uuid4())}
    for _attempt in range(2):
        assert officer.post(url, data).url == "/workspace/template/1/#ACO.M1"


def asked(officer, method, url, data=None):
    return getattr(officer, method)(url, data or {}, headers={"X-Fragment": "1"})


def test_the_script_gets_the_form_and_then_the_item_as_fragments(officer, draft):
    url = address("item_edit", code="ACO.M1")
    form = asked(officer, "get", url)
    assert form["X-Fragment"] == "form"
    assert "<html" not in form.content.decode()
    wrong = asked(officer, "post", url, fields(form) | {"text_pt": ""})
    assert wrong["X-Fragment"] == "form"
    assert "text_pt" in wrong.context["form"].errors
    saved = asked(officer, "post", url, fields(form) | {"text_pt": "Novo"})
    assert saved["X-Fragment"] == "saved"
    assert 'id="ACO.M1"' in saved.content.decode()
    assert "Novo" in saved.content.decode()
    assert not officer.get(draft.get_absolute_url()).context["messages"]


def test_a_chapter_that_takes_in_the_areas_has_the_page_shown_anew(officer, draft):
    url = address("item_edit", code="S1")
    response = asked(officer, "post", url, fields(asked(officer, "get", url)) | {"holds_measures": "on"})
    assert response.status_code == 302


def test_the_language_chosen_to_stand_beside_stays_chosen(officer, draft):
    page = officer.get(f"{draft.get_absolute_url()}?beside=en").content.decode()
    assert "Measure 1 of ACO." in page
    assert 'href="ACO.M1/?beside=en"' in page
    url = address("item_edit", code="ACO.M1") + "?beside=en"
    assert officer.post(url, fields(officer.get(url))).url == "/workspace/template/1/?beside=en#ACO.M1"
    assert "Measure 1" not in officer.get(f"{draft.get_absolute_url()}?beside=xx").content.decode()


def test_each_item_says_which_languages_are_missing(officer, draft):
    page = officer.get(draft.get_absolute_url()).content.decode()
    assert re.search(r'id="ACO.M1"[^>]*data-missing="fr"', page)
    assert re.search(r'id="ACO.I1"[^>]*data-missing="en fr"', page)
    TemplateMeasure.objects.filter(code="ACO.M1").update(text_fr="Mesure", guidance_pt="Nota")
    outline = officer.get(draft.get_absolute_url()).context["outline"]
    areas = next(part.areas for part in outline.parts if part.areas)
    assert [part.missing for part in areas] == [{"en": 4, "fr": 6}, {"en": 3, "fr": 5}]
    # 4 chapters and the title beside the areas; two of them lack nothing but French.
    assert outline.missing == {"en": 4 + 3 + 3, "fr": 6 + 5 + 4 + 1}


def test_the_starter_as_a_document_stays_within_the_budget(officer, db):
    for load in (load_territory, load_desk, load_templates):
        load()
    page = officer.get(Template.objects.get().get_absolute_url()).content
    assert len(gzip.compress(page, 9)) <= 15_000


def test_beside_another_language_one_translates_and_the_page_stays_within_the_budget(officer, db):
    for load in (load_territory, load_desk, load_templates):
        load()
    address = Template.objects.get().get_absolute_url()
    page = officer.get(f"{address}?beside=en").content
    assert len(gzip.compress(page, 9)) <= 15_000
    html = page.decode()
    assert 'href="ACO.M1/?beside=en"' in html
    assert "data-move" not in html
    assert "data-add" not in html
    assert "mostre só o português" in html
