"""What anybody sees of published plans, and what a planner sees before."""

import csv
import gzip
import io
import json
from datetime import date

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from action_plans.models import Plan, PlanMeasure
from action_plans.workflow import Decision, PlanState
from tests.action_plans.editions import STAND_IN, publish, published_plan, stand_in
from tests.action_plans.factories import TemplateFactory, fill_template, issue, make_plan
from tests.factories import MunicipalityFactory

PLAN = "/plans/praia-2026-2028/"
FILES = [f"{PLAN}1/", f"{PLAN}1.pdf", f"{PLAN}1.json", f"{PLAN}1.csv", f"{PLAN}1.xlsx"]


@pytest.fixture
def edition(praia, approver_praia):
    return published_plan(praia, by=approver_praia)


def page(client, address, language="pt"):
    response = client.get(address, headers={"accept-language": language})
    assert response.status_code == 200, response
    return response.content.decode()


def test_the_addresses_are_fixed(edition):
    assert reverse("public_plan", args=["praia-2026-2028"]) == PLAN
    assert edition.get_absolute_url() == f"{PLAN}1/"
    assert reverse("edition_pdf", args=["praia-2026-2028", 1]) == f"{PLAN}1.pdf"


def test_the_page_stays_as_published_when_the_plan_changes(client, edition):
    before, current = page(client, f"{PLAN}1/"), page(client, PLAN)
    assert "Medida 1 de Acolhimento." in before
    PlanMeasure.objects.update(decision=Decision.ADAPTED, text_pt="Outra coisa.")
    Plan.objects.update(state=PlanState.REVISING)
    assert page(client, f"{PLAN}1/") == before
    assert page(client, PLAN) == current


def test_a_newer_edition_is_shown_at_once_and_the_older_one_says_so(client, edition, approver_praia):
    page(client, PLAN)
    PlanMeasure.objects.filter(code="ACO.M1").update(decision=Decision.ADAPTED, text_pt="Texto revisto.")
    publish(edition.plan, by=approver_praia)
    assert "Texto revisto." in page(client, PLAN)
    older = page(client, f"{PLAN}1/")
    assert "Texto revisto." not in older
    assert "Esta é a edição 1, anterior." in older
    assert f'href="{PLAN}"' in older


def test_what_has_no_translation_falls_back_visibly(client, edition):
    english = page(client, PLAN, "en")
    assert "Measure 1 of ACO." in english
    assert '<span lang="pt" class="fallback">Objetivo de Acolhimento.' in english
    assert "(in Portuguese)" in english
    assert "fallback" not in page(client, PLAN, "pt")


def test_a_demonstration_says_so(client, praia, approver_praia):
    published_plan(praia, by=approver_praia, is_demo=True)
    assert "Documento de demonstração" in page(client, PLAN)


@pytest.mark.parametrize("address", ["/plans/", PLAN, *FILES, "/plans/verify/?code=x"])
def test_a_visitor_gets_no_cookie(client, edition, address):
    response = client.get(address)
    assert response.status_code == 200
    assert not response.cookies


@pytest.mark.parametrize("address", [*(a.replace("/1", "/2") for a in FILES), "/plans/sal-2026-2028/"])
def test_what_was_never_published_is_not_found(client, edition, sal, address):
    make_plan(sal)
    assert client.get(address).status_code == 404


def test_the_pdf_is_the_stored_file_and_may_be_kept_for_ever(client, edition):
    response = client.get(f"{PLAN}1.pdf")
    assert response.content == STAND_IN
    assert response["Content-Type"] == "application/pdf"
    assert "immutable" in response["Cache-Control"]
    again = client.get(f"{PLAN}1.pdf", headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


def test_the_data_can_be_taken_as_json(client, edition):
    data = json.loads(client.get(f"{PLAN}1.json").content)
    assert data["verification_code"] == edition.verification_code
    assert data["files"][0]["sha256"] == edition.files.get().sha256
    assert {key: data[key] for key in edition.snapshot} == edition.snapshot


def test_the_measures_can_be_taken_as_a_table_without_formulas(client, praia, approver_praia):
    plan = make_plan(praia, ready=True, state=PlanState.PUBLISHED)
    PlanMeasure.objects.filter(code="ACO.M1").update(deliverable="=HYPERLINK(0)", budget_cve="1500.50")
    PlanMeasure.objects.filter(code="REG.M2").update(decision=Decision.EXCLUDED, reason="@motivo")
    publish(plan, by=approver_praia)
    text = client.get(f"{PLAN}1.csv").content.decode("utf-8-sig")
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(text), delimiter=";")}
    assert len(rows) == 5
    assert rows["ACO.M1"]["deliverable"] == "'=HYPERLINK(0)"
    assert rows["ACO.M1"]["budget_cve"] == "1500.5"
    assert (rows["REG.M2"]["decision"], rows["REG.M2"]["reason"]) == ("excluded", "'@motivo")


def test_the_workbook_speaks_portuguese_and_holds_no_formula(client, praia, approver_praia):
    plan = make_plan(praia, ready=True, state=PlanState.PUBLISHED)
    PlanMeasure.objects.filter(code="ACO.M1").update(
        deliverable="=HYPERLINK(0)",
        responsible_unit="Divis\x07ão",
        budget_cve="1500.50",
        starts_on=date(2026, 3, 1),
    )
    PlanMeasure.objects.filter(code="REG.M2").update(decision=Decision.EXCLUDED, reason="@motivo")
    edition = publish(plan, by=approver_praia)
    for language in ("pt", "fr"):
        response = client.get(f"{PLAN}1.xlsx", headers={"accept-language": language})
        book = load_workbook(io.BytesIO(response.content))
        assert book.sheetnames == ["Medidas", "Indicadores", "Sobre"]
    header, *rows = book["Medidas"].iter_rows()
    names = [cell.value for cell in header]
    cells = {row[0].value: dict(zip(names, row, strict=True)) for row in rows}
    assert len(cells) == 5
    first = cells["ACO.M1"]
    assert (first["Resultado"].value, first["Resultado"].data_type) == ("'=HYPERLINK(0)", "s")
    assert first["Unidade responsável"].value == "Divisão"
    assert (first["Orçamento (CVE)"].value, first["Orçamento (CVE)"].data_type) == (1500.5, "n")
    assert first["Começo"].value.date() == date(2026, 3, 1)
    assert (cells["REG.M2"]["Decisão"].value, cells["REG.M2"]["Motivo"].value) == (
        "Deixada de fora",
        "'@motivo",
    )
    assert [row[0].value for row in book["Indicadores"].iter_rows(min_row=2)] == ["ACO.I1", "REG.I1"]
    about = dict(book["Sobre"].iter_rows(values_only=True))
    assert about["Código de verificação"] == edition.verification_code


def test_the_list_shows_every_municipality_with_its_state(client, edition, sal):
    make_plan(sal, state=PlanState.SUBMITTED)
    MunicipalityFactory(display_name="Maio", slug="maio")
    html = page(client, "/plans/")
    assert html.index(PLAN) < html.index("/municipalities/sal/")  # what there is to read comes first
    assert html.count("<tr>") == 2  # the head, and the one plan that there is
    assert 'href="/template/"' in html
    assert "Em preparação" in html
    assert "Ainda sem plano" in html
    assert "Submetido" not in html  # how far a draft has come is nobody else's business


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=PRAIA", True), ("q=sao", False), ("q=santiago", True), ("q=%21", False), ("island=999", True)],
)
def test_the_list_can_be_searched(client, edition, query, found):
    assert (PLAN in page(client, f"/plans/?{query}")) is found


def test_the_list_costs_the_same_for_few_and_many(client, edition, count_queries):
    few = count_queries(lambda: client.get("/plans/"))
    for number in range(12):
        municipality = MunicipalityFactory(slug=f"m{number}")
        publish(make_plan(municipality, ready=True, state=PlanState.PUBLISHED))
    assert count_queries(lambda: client.get("/plans/")) == few <= 7


def test_a_page_costs_few_queries_and_little_weight(client, edition, count_queries):
    assert count_queries(lambda: client.get(PLAN)) <= 4
    assert len(gzip.compress(client.get(PLAN).content)) < 15_000


def test_a_code_says_whether_the_edition_is_the_current_one(client, edition, approver_praia):
    address = f"/plans/verify/?code={edition.verification_code.lower().replace('-', ' ')}"
    html = page(client, address)
    assert "Sim, esta é a edição atual." in html
    assert edition.files.get().sha256 in html
    publish(edition.plan, by=approver_praia)
    assert "Não. A edição atual é a n.º 2." in page(client, address)


def test_the_fingerprint_of_a_file_works_as_well(client, edition):
    assert "Sim, esta é" in page(client, f"/plans/verify/?code={edition.files.get().sha256.upper()}")


@pytest.mark.parametrize("typed", ["7K3M-PT9X", "<b>", "0" * 64, "á" * 500])
def test_an_unknown_code_is_said_to_be_unknown(client, edition, typed):
    html = page(client, "/plans/verify/?" + f"code={typed}")
    assert "Nenhuma edição publicada tem este código." in html
    assert "<b>" not in html


def test_a_preview_shows_the_plan_as_it_is_now(client, praia, planner_praia):
    plan = make_plan(praia)
    PlanMeasure.objects.filter(code="ACO.M1").update(decision=Decision.ADOPTED)
    client.force_login(planner_praia)
    html = page(client, f"/workspace/plans/{plan.pk}/preview/")
    assert "Pré-visualização, não publicada." in html
    assert "Falta decidir 4 medidas" in html
    assert "Medida 1 de Acolhimento." in html
    assert not plan.editions.exists()


def test_the_approver_notes_the_gazette_beside_the_edition(client, edition, approver_praia):
    client.force_login(approver_praia)
    address = reverse("action_plans:edition_gazette", args=[edition.pk])
    assert address in page(client, PLAN)
    response = client.post(address, {"gazette_reference": "B.O. II Série n.º 7"})
    assert response.status_code == 302
    assert "B.O. II Série n.º 7" in page(client, PLAN)


def test_a_too_long_gazette_reference_is_kept_and_explained(client, edition, approver_praia):
    client.force_login(approver_praia)
    address = reverse("action_plans:edition_gazette", args=[edition.pk])
    html = client.post(address, {"gazette_reference": "x" * 121}).content.decode()
    assert 'aria-invalid="true"' in html
    assert "x" * 121 in html


def test_an_unwritten_national_chapter_is_called_by_its_name(client, praia, planner_praia):
    template = fill_template(TemplateFactory())
    template.sections.filter(code="S2").update(text_pt="")
    issue(template)
    plan = make_plan(praia, ready=True)
    client.force_login(planner_praia)
    sentence = "O nível nacional ainda não escreveu este capítulo."
    assert "Texto nacional por escrever" in page(client, plan.get_absolute_url())
    for name, arguments in (("plan_section", [plan.pk, "S2"]), ("plan_preview", [plan.pk])):
        assert sentence in page(client, reverse(f"action_plans:{name}", args=arguments))


def test_whoever_publishes_reads_what_will_be_frozen_and_is_led_on(praia, approver_praia, client):
    plan = make_plan(praia, ready=True, state=PlanState.APPROVED)
    plan.measures.filter(code="REG.M1").update(decision=Decision.EXCLUDED, reason="Já existe.")
    client.force_login(approver_praia)
    url = reverse("action_plans:plan_step", args=[plan.pk, "publish"])
    page = client.get(url)
    assert page.context["contents"] == {
        "edition": 1,
        "carried_out": 4,
        "adopted": 4,
        "adapted": 0,
        "local": 0,
        "excluded": 1,
        "chapters": 4,
        "indicators": 2,
        "without_target": 0,
    }
    assert "Não pode ser desfeito." in page.text
    assert "Deliberação n.º 7/2026" in page.text
    with stand_in():
        answer = client.post(url, follow=True).text
    edition = plan.editions.get()
    assert f'href="{edition.get_absolute_url()}"' in answer
    assert reverse("action_plans:edition_gazette", args=[edition.pk]) in answer
