"""What the scripts add to forms that also work without them."""

import pytest
from django.conf import settings

SCRIPTS = settings.BASE_DIR / "static" / "js"
FORM = """
<title>Registar</title>
<body data-nothing-found="Nada encontrado" data-not-in-list="“TEXT” não está na lista.">
<main>
  <form method="post" action="/healthz" {attributes}>
    <label for="id_topic">Assunto</label>
    <select name="topic" id="id_topic" data-combobox>
      <option value="">---------</option>
      <optgroup label="Residência">
        <option value="RES-1" data-code="RES-1">Autorização de residência</option>
        <option value="RES-2" data-code="RES-2">Renovação da autorização</option>
      </optgroup>
      <optgroup label="Saúde"><option value="SAU-1" data-code="SAU-1">Centro de saúde</option></optgroup>
    </select>
    <label for="id_note">Nota</label>
    <textarea name="note" id="id_note"></textarea>
    <p data-draft-status data-offline="Sem ligação" data-sign-in="A sessão terminou" role="status"></p>
    <button name="next" value="case">Registar</button>
  </form>
</main>
"""


@pytest.fixture
def show(page, live_server):
    """Puts a form on a page of the server and wakes one script."""

    def show(script: str, attributes: str = "", html: str = FORM):
        page.route("**/form", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=body))
        body = html.replace("{attributes}", attributes)
        page.goto("/form")
        page.add_script_tag(path=SCRIPTS / script)
        return page

    return show


def test_a_topic_is_found_by_any_word_without_accents_and_by_code(show):
    page = show("combobox.js")
    topic = page.get_by_role("combobox", name="Assunto")
    chosen = page.locator("select[name=topic]")
    topic.press_sequentially("residencia renov")
    assert page.get_by_role("option").all_inner_texts() == ["Renovação da autorização Residência"]
    topic.press("Enter")
    assert topic.input_value() == "Renovação da autorização"
    assert chosen.input_value() == "RES-2"
    topic.fill("sau-1")
    topic.press("Tab")
    assert chosen.input_value() == "SAU-1"
    assert page.evaluate("document.activeElement.id") == "id_note"


def test_where_no_entry_has_all_words_those_with_most_of_them_come(show):
    page = show("combobox.js")
    topic = page.get_by_role("combobox", name="Assunto")
    topic.fill("perdi a autorizacao de residencia")
    assert page.get_by_role("option").all_inner_texts() == [
        "Autorização de residência Residência",
        "Renovação da autorização Residência",
    ]
    topic.fill("no")  # in the middle of a word (Renovação) it says nothing
    assert page.get_by_role("option").all_inner_texts() == ["Nada encontrado"]


def test_the_topic_list_obeys_the_keyboard_and_the_finger(show):
    page = show("combobox.js")
    topic = page.get_by_role("combobox", name="Assunto")
    topic.press("ArrowDown")
    topic.press("ArrowDown")
    assert topic.get_attribute("aria-activedescendant") == "id_topic-list-1"
    topic.press("Escape")
    assert topic.get_attribute("aria-expanded") == "false"
    assert topic.input_value() == ""
    topic.fill("nada disto")
    assert page.get_by_role("option").all_inner_texts() == ["Nada encontrado"]
    topic.fill("centro")
    page.get_by_role("option").click()
    assert page.locator("select[name=topic]").input_value() == "SAU-1"
    topic.fill("")
    topic.press("Tab")
    assert page.locator("select[name=topic]").input_value() == ""


def test_what_is_seen_in_a_list_is_what_is_recorded(show):
    page = show("combobox.js")
    topic = page.get_by_role("combobox", name="Assunto")
    chosen = page.locator("select[name=topic]")
    topic.fill("residencia")
    topic.press("Enter")
    assert chosen.input_value() == "RES-1"
    topic.fill("centro")  # the first match is marked, and not taken by leaving
    topic.press("Tab")
    assert (topic.input_value(), chosen.input_value()) == ("centro", "")
    assert page.get_by_role("alert").inner_text() == "“centro” não está na lista."
    assert topic.get_attribute("aria-invalid") == "true"
    page.evaluate("document.querySelector('form').requestSubmit()")
    assert page.url.endswith("/form")
    assert page.evaluate("document.activeElement.id") == "id_topic"
    topic.fill("RENOVACAO DA AUTORIZACAO")  # its words in full are a choice
    topic.press("Tab")
    assert (topic.input_value(), chosen.input_value()) == ("Renovação da autorização", "RES-2")
    assert page.get_by_role("alert").count() == 0
    topic.fill("nada")
    topic.press("Escape")
    assert (topic.input_value(), chosen.input_value()) == ("Renovação da autorização", "RES-2")


def test_a_form_is_sent_once_by_the_keyboard(show):
    page = show("forms.js")
    sent = []

    def answer(route):
        sent.append(route.request.post_data)
        route.fulfill(status=204)

    page.route("**/healthz", answer)
    page.locator("textarea").fill("Olá")
    page.locator("textarea").press("Control+Enter")
    page.get_by_role("button", name="Registar", disabled=True).wait_for()
    page.evaluate("document.querySelector('form').requestSubmit()")
    page.wait_for_timeout(300)
    assert len(sent) == 1


def test_the_first_error_takes_the_focus(show):
    invalid = FORM.replace('id="id_note"', 'id="id_note" aria-invalid="true"')
    page = show("forms.js", html=f'<div data-error-summary="Erro" tabindex="-1"></div>{invalid}')
    assert page.evaluate("document.activeElement.id") == "id_note"
    assert page.title() == "Erro: Registar"


def test_a_draft_is_kept_and_says_when_it_is_not(show, expected_complaints):
    expected_complaints.append("Failed to load resource")
    page = show("autosave.js", 'data-draft-url="/draft"')
    answers = ["Guardado às 10:42", "<html>Iniciar sessão</html>", None]
    kept = []

    def answer(route):
        kept.append(route.request.post_data)
        text = answers[len(kept) - 1]
        route.fulfill(body=text) if text else route.abort()

    page.route("**/draft", answer)
    for written, said in [
        ("um", "Guardado às 10:42"),
        ("dois", "A sessão terminou"),
        ("três", "Sem ligação"),
    ]:
        page.locator("textarea").fill(written)
        page.get_by_text(said).wait_for()
    assert kept[0] == "topic=&note=um"
