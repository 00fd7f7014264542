"""An office's old list, from the file to the enquiries and back, in a real browser."""

from cases.models import Enquiry, EnquiryImport
from tests.browser.checks import assert_usable

IMPORTS = "/workspace/desk/imports/"
LIST = """Data;Nome;Assunto;Forma de contacto;Resultado
12/03/2024;Maria Semedo;Renovasão;Telefone;Encaminhado
13/03/2024;João Djaló;Renovasão;Telefone;Encaminhado
amanhã;Rui Gomes;Renovação;Telefone;Encaminhado
"""


def send(page, text: str) -> None:
    page.goto(IMPORTS)
    content = text.encode("cp1252")  # as Excel in Portuguese writes it
    file = {"name": "lista de 2024.csv", "mimeType": "text/csv", "buffer": content}
    page.get_by_label("Ficheiro").set_input_files(file)
    page.get_by_role("button", name="Ler a lista").click()
    page.get_by_role("heading", name="O que contêm as colunas").wait_for()


def test_a_list_is_sent_looked_at_recorded_undone_and_known_again(page, sign_in, desk_praia, topic):
    sign_in(page, desk_praia)
    page.goto("/workspace/desk/enquiries/")
    page.get_by_role("link", name="Aproveitar uma lista antiga").click()
    page.get_by_role("heading", name="Aproveitar uma lista antiga").wait_for()
    assert_usable(page)
    send(page, LIST)
    assert_usable(page)
    assert "Maria Semedo" not in page.locator("main").inner_text()
    page.get_by_role("button", name="Continuar").click()

    # A guess is not taken before somebody has said yes.
    page.get_by_role("heading", name="O que as palavras querem dizer").wait_for()
    assert_usable(page)
    page.get_by_role("button", name="Continuar").click()
    page.get_by_role("alert").get_by_role("link", name="Renovasão").click()
    guess = page.get_by_label("Assunto: “Renovasão”")
    assert guess.evaluate("element => element === document.activeElement")
    assert_usable(page)
    guess.select_option(label="Sim: Autorização de residência › Renovação")
    page.get_by_role("button", name="Continuar").click()

    page.get_by_role("heading", name="O que ficaria registado").wait_for()
    assert_usable(page)
    assert "«amanhã» não é um dia." in page.locator("main").inner_text()
    assert not Enquiry.objects.exists()
    page.get_by_label("Li o que isto muda nas estatísticas publicadas").check()
    page.get_by_role("button", name="Registar 2 atendimentos").click()
    undo = page.get_by_role("button", name="Anular toda a importação")
    undo.wait_for()
    assert_usable(page)
    assert page.get_by_role("heading", level=1).inner_text() == "lista de 2024.csv"
    assert Enquiry.objects.filter(topic=topic, author=desk_praia).count() == 2

    # The same list, put right: what was recorded is known again.
    send(page, LIST.replace("amanhã", "14/03/2024"))
    for _step in range(2):
        page.get_by_role("button", name="Continuar").click()
    page.get_by_role("button", name="Registar um atendimento").wait_for()
    assert "Já registados antes\n2" in page.locator(".figures").inner_text()

    page.goto(EnquiryImport.objects.get(state="done").get_absolute_url())
    undo.click()
    page.get_by_text("A importação foi anulada").wait_for()
    assert_usable(page)
    assert "Ainda registados\n0" in page.locator(".figures").inner_text()
    assert not Enquiry.objects.exists()


def test_the_same_way_on_a_telephone_without_a_script(open_browser, sign_in, desk_praia, topic):
    phone = open_browser({"width": 360, "height": 740}, java_script_enabled=False)
    sign_in(phone, desk_praia)
    send(phone, LIST)
    phone.get_by_role("button", name="Continuar").click()
    phone.get_by_label("Assunto: “Renovasão”").select_option("yes")
    phone.get_by_role("button", name="Continuar").click()
    phone.get_by_role("button", name="Registar 2 atendimentos").click()
    phone.get_by_text("assinale a caixa").first.wait_for()
    phone.get_by_label("Li o que isto muda nas estatísticas publicadas").check()
    phone.get_by_role("button", name="Registar 2 atendimentos").click()
    phone.get_by_role("button", name="Anular toda a importação").click()
    phone.get_by_text("A importação foi anulada").wait_for()
    assert not Enquiry.objects.exists()
