"""A municipality's figures in a real browser: entered by keyboard, imported from a file, read on a phone."""

from municipalities.models import DemographicFigure
from tests.action_plans.factories import make_plan
from tests.browser.checks import assert_usable

PAGE = "/workspace/municipalities/CV-PR/figures/"
FILE = """kind;nationality;year;value;source
foreign_residents;GW;2024;402;INE
foreign_residents;GW;2025;455;INE
"""


def test_a_planner_enters_and_imports_figures(page, phone, sign_in, praia, planner_praia):
    sign_in(page, planner_praia)
    page.goto(f"{PAGE}new/")
    assert_usable(page)
    page.locator("[name=kind]").select_option("population")
    page.locator("[name=year]").fill("2024")
    page.locator("[name=value]").fill("160.100")
    page.locator("[name=source]").fill("Câmara Municipal")
    page.keyboard.press("Control+Enter")
    page.get_by_text("O dado foi acrescentado.").wait_for()
    assert DemographicFigure.objects.get().value == 160_100

    page.goto(f"{PAGE}import/")
    assert_usable(page)
    file = {"name": "dados.csv", "mimeType": "text/csv", "buffer": FILE.replace("2024", "ontem").encode()}
    page.locator("[name=file]").set_input_files(file)
    page.locator("main .form-actions button").click()
    page.get_by_text("Nada foi registado").wait_for()
    assert_usable(page)
    page.locator("[name=file]").set_input_files(file | {"buffer": FILE.encode()})
    page.locator("main .form-actions button").click()
    page.get_by_text("Ainda nada foi registado").wait_for()
    assert_usable(page)
    page.locator("main .form-actions button").click()
    page.get_by_text("2 dados registados.").wait_for()
    assert_usable(page)
    sign_in(phone, planner_praia)
    phone.goto(PAGE)
    assert_usable(phone)
    phone.goto("/municipalities/praia/")
    assert_usable(phone)
    assert phone.locator("svg.chart").count() == 1


def test_the_evidence_is_usable_on_a_phone(phone, sign_in, praia, planner_praia):
    plan = make_plan(praia)
    sign_in(phone, planner_praia)
    for path in ("areas/REG/", "measures/REG.M1/"):
        phone.goto(f"/workspace/plans/{plan.pk}/{path}")
        phone.get_by_role("heading", name="O que diz o balcão").wait_for()
        assert_usable(phone)
