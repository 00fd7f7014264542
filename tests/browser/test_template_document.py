"""The draft of the national template as one document: edited in place, by mouse, finger and keyboard."""

import pytest
from playwright.sync_api import expect

from action_plans.models import TemplateMeasure
from action_plans.services.content import items_of
from action_plans.services.template import issue_template
from tests.action_plans.factories import (
    TemplateFactory,
    TemplateObjectiveFactory,
    fill_template,
)
from tests.browser.checks import assert_usable

PASSWORD = "um balcão em cada ilha"


@pytest.fixture
def draft(transactional_db):
    return fill_template(TemplateFactory(number=1))


@pytest.fixture
def editor(page, sign_in, dgi_officer, draft):
    """An officer who has the draft before her."""
    sign_in(page, dgi_officer)
    page.goto(draft.get_absolute_url())
    return page


def entry(page, code):
    return page.locator(f'[id="{code}"]')


def tool(page, code, name):
    """A button or link of an item's own row of tools."""
    return entry(page, code).get_by_role("group", name=code, exact=True).get_by_role("button", name=name)


def open_form(page, code):
    entry(page, code).get_by_role("link", name=f"Editar {code}").first.click()
    form = page.get_by_role("form", name=f"Editar a medida {code}")
    expect(form).to_be_visible()
    return form


def focused(page) -> str:
    return page.evaluate("document.activeElement.textContent.replace(/\\s+/g, ' ').trim()")


def measures(page) -> list[str]:
    return page.locator(".entry-item").evaluate_all("items => items.map(item => item.id)")


def test_a_measure_is_edited_where_it_stands(editor):
    form = open_form(editor, "ACO.M1")
    text = form.get_by_label("Texto (português)")
    expect(text).to_be_focused()
    assert_usable(editor)
    text.fill("Abrir o balcão.")
    form.get_by_label("Texto (francês)").fill("Ouvrir le guichet.")
    text.press("Control+Enter")
    expect(form).to_have_count(0)
    expect(entry(editor, "ACO.M1")).to_contain_text("Abrir o balcão.")
    assert focused(editor) == "Editar ACO.M1"
    said = editor.locator("p[data-said]").inner_text()
    assert said.startswith("ACO.M1 foi guardado. O texto em português mudou.")
    assert TemplateMeasure.objects.get(code="ACO.M1").text_fr == "Ouvrir le guichet."


def test_the_outline_counts_what_is_still_to_be_translated(editor):
    count = editor.locator('.outline a[href="#ACO"] [data-count]')
    assert count.inner_text() == "en 3 · fr 6"
    form = open_form(editor, "ACO.M1")
    form.get_by_label("Texto (francês)").fill("Ouvrir le guichet.")
    form.get_by_role("button", name="Guardar").click()
    expect(count).to_have_text("en 3 · fr 5")
    editor.reload()
    assert count.inner_text() == "en 3 · fr 5"


def test_what_is_wrong_is_said_in_place_and_nothing_typed_is_lost(editor):
    form = open_form(editor, "ACO.M1")
    form.get_by_label("Texto (português)").fill("")
    form.get_by_label("Texto (inglês)").fill("Only English.")
    form.get_by_role("button", name="Guardar").click()
    text = form.get_by_label("Texto (português)")
    expect(text).to_have_attribute("aria-invalid", "true")
    expect(text).to_be_focused()
    assert form.get_by_label("Texto (inglês)").input_value() == "Only English."
    assert_usable(editor)
    form.get_by_role("link", name="Cancelar").click()
    expect(form).to_have_count(0)
    assert focused(editor) == "Editar ACO.M1"


def test_a_new_measure_appears_last_in_its_objective(editor):
    editor.get_by_role("link", name="Acrescentar uma medida ACO.O1").click()
    form = editor.get_by_role("form", name="Acrescentar uma medida")
    assert form.get_by_label("Código").input_value() == "ACO.M4"
    form.get_by_label("Texto (português)").fill("Medida nova.")
    form.get_by_role("button", name="Guardar").click()
    expect(entry(editor, "ACO.M4")).to_contain_text("Medida nova.")
    assert measures(editor)[:4] == ["ACO.M1", "ACO.M2", "ACO.M3", "ACO.M4"]
    assert focused(editor) == "Editar ACO.M4"
    expect(editor.get_by_role("link", name="Acrescentar uma medida ACO.O1")).to_be_visible()


def test_a_new_area_brings_its_places_for_objectives(editor):
    editor.get_by_role("link", name="Acrescentar uma área").click()
    form = editor.get_by_role("form", name="Acrescentar uma área")
    form.get_by_label("Código").fill("SAU")
    form.get_by_label("Título (português)").fill("Saúde")
    form.get_by_role("button", name="Guardar").click()
    expect(entry(editor, "SAU")).to_contain_text("Saúde")
    expect(editor.get_by_role("link", name="Acrescentar um objetivo SAU")).to_be_visible()


def test_moving_keeps_the_focus_on_the_button_and_says_where_the_item_is_now(editor):
    down = tool(editor, "ACO.M1", "Descer")
    down.click()
    expect(editor.locator("p[data-said]")).to_have_text("ACO.M1 é o n.º 2 de 3.")
    expect(down).to_be_focused()
    editor.keyboard.press("Enter")
    expect(editor.locator("p[data-said]")).to_have_text("ACO.M1 é o n.º 3 de 3.")
    assert measures(editor)[:3] == ["ACO.M2", "ACO.M3", "ACO.M1"]
    expect(down).to_be_focused()
    editor.keyboard.press("Alt+ArrowUp")
    expect(editor.locator("p[data-said]")).to_have_text("ACO.M1 é o n.º 2 de 3.")
    editor.reload()
    assert measures(editor)[:3] == ["ACO.M2", "ACO.M1", "ACO.M3"]


def test_without_a_script_the_moved_button_has_the_focus_as_well(open_browser, sign_in, dgi_officer, draft):
    page = open_browser(java_script_enabled=False)
    sign_in(page, dgi_officer)
    page.goto(draft.get_absolute_url())
    tool(page, "ACO.M2", "Subir").click()
    assert measures(page)[:3] == ["ACO.M2", "ACO.M1", "ACO.M3"]
    assert page.evaluate("document.activeElement.id") == "ACO.M2-up"


def test_a_measure_goes_to_another_objective_by_a_select(editor):
    form = open_form(editor, "ACO.M1")
    form.get_by_label("Objetivo", exact=True).select_option(label="REG.O1 · Objetivo de Regularização.")
    form.get_by_role("button", name="Guardar").click()
    expect(form).to_have_count(0)
    assert measures(editor) == ["ACO.M2", "ACO.M3", "ACO.I1", "REG.M1", "REG.M2", "ACO.M1", "REG.I1"]
    assert focused(editor) == "Editar ACO.M1"


def test_what_was_removed_comes_back_from_where_it_stood(editor, draft):
    before = items_of(draft)
    tool(editor, "ACO.M2", "Remover").click()
    undo = editor.get_by_role("button", name="Desfazer")
    expect(undo).to_be_focused()
    assert "ACO.M2" not in measures(editor)
    undo.click()
    expect(entry(editor, "ACO.M2")).to_be_visible()
    assert items_of(draft) == before


def test_two_officers_at_one_item_see_both_texts_in_place(editor):
    form = open_form(editor, "ACO.M1")
    TemplateMeasure.objects.filter(code="ACO.M1").update(text_pt="O texto da colega.")
    form.get_by_label("Texto (português)").fill("O meu texto.")
    form.get_by_role("button", name="Guardar").click()
    expect(editor.locator("#theirs")).to_contain_text("O texto da colega.")
    assert_usable(editor)
    form.get_by_role("button", name="Guardar").click()
    expect(entry(editor, "ACO.M1")).to_contain_text("O meu texto.")


def test_a_lost_connection_keeps_the_form_and_says_so(editor, expected_complaints):
    expected_complaints.append("ERR_INTERNET_DISCONNECTED")
    form = open_form(editor, "ACO.M1")
    form.get_by_label("Texto (português)").fill("Escrito sem rede.")
    editor.context.set_offline(True)
    form.get_by_role("button", name="Guardar").click()
    expect(form.get_by_text("Sem ligação")).to_be_visible()
    editor.context.set_offline(False)
    form.get_by_role("button", name="Guardar").click()
    expect(entry(editor, "ACO.M1")).to_contain_text("Escrito sem rede.")


def test_an_ended_session_asks_to_sign_in_and_then_saves(editor, sign_in, expected_complaints, dgi_officer):
    expected_complaints.append("401")
    dgi_officer.set_password(PASSWORD)
    dgi_officer.save()
    sign_in(editor, dgi_officer)
    form = open_form(editor, "ACO.M1")
    editor.context.clear_cookies(name="sessionid")
    form.get_by_label("Texto (português)").fill("Escrito depois da sessão.")
    form.get_by_role("button", name="Guardar").click()
    editor.get_by_label("Palavra-passe").fill(PASSWORD)
    editor.get_by_role("button", name="Iniciar sessão").click()
    expect(entry(editor, "ACO.M1")).to_contain_text("Escrito depois da sessão.")


def test_a_version_that_is_issued_meanwhile_gives_the_text_back(
    editor, draft, dgi_officer, expected_complaints
):
    expected_complaints.append("409")
    form = open_form(editor, "ACO.M1")
    issue_template(draft, by=dgi_officer)
    form.get_by_label("Texto (português)").fill("Tarde demais.")
    form.get_by_role("button", name="Guardar").click()
    expect(editor.get_by_role("heading", level=1)).to_have_text("A versão 1 já foi emitida")
    assert editor.get_by_label("Texto (português)").input_value() == "Tarde demais."


def test_what_was_typed_comes_back_after_the_window_was_closed(editor):
    form = open_form(editor, "ACO.M1")
    form.get_by_label("Texto (português)").fill("Meio escrito")
    expect(form.get_by_role("status")).to_contain_text("Rascunho guardado")
    editor.reload()
    form = open_form(editor, "ACO.M1")
    expect(form.get_by_label("Texto (português)")).to_have_value("Meio escrito")


def test_the_document_on_a_phone_has_a_list_to_jump_by(phone, sign_in, dgi_officer, draft):
    TemplateObjectiveFactory(area=draft.areas.get(code="REG"), code="REG.O2")
    sign_in(phone, dgi_officer)
    phone.goto(f"{draft.get_absolute_url()}?beside=fr")
    assert_usable(phone)
    contents = phone.locator(".outline summary")
    contents.tap()
    phone.locator('.outline a[href="#REG"]').tap()
    expect(entry(phone, "REG").get_by_role("heading", name="Regularização", exact=True)).to_be_in_viewport()
    expect(contents).to_be_in_viewport()
    open_form(phone, "REG.M1")
    assert_usable(phone)
