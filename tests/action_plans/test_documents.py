"""The PDF of a plan: what it says, and that everybody can read it."""

import io

import pytest
from django.utils import translation
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from action_plans import documents
from action_plans.documents import edition_pdf
from action_plans.models import PlanMeasure
from action_plans.services.publication import freeze_plan
from action_plans.workflow import Decision, PlanState
from gai_portal.lib.pdf import render_pdf
from tests.action_plans.editions import publish
from tests.action_plans.factories import TemplateFactory, fill_template, issue, make_plan
from tests.pdf_ua import assert_pdf_ua

pytestmark = pytest.mark.once  # a document is made of what was read already

LONG = "Um texto comprido que não cabe numa célula. " * 12


@pytest.fixture
def plan(praia):
    plan = make_plan(praia, ready=True, state=PlanState.PUBLISHED, is_demo=True)
    PlanMeasure.objects.filter(code="ACO.M2").update(
        decision=Decision.ADAPTED, text_pt=LONG, deliverable='Guia "de bolso".', budget_cve=1500
    )
    PlanMeasure.objects.filter(code="REG.M1").update(decision=Decision.EXCLUDED, reason="Já existe.")
    return plan


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def frozen(plan) -> dict:
    return freeze_plan(plan) | {"edition": {"number": 1, "published_on": "2026-06-20"}}


@pytest.fixture
def published(plan, approver_praia):
    return publish(plan, by=approver_praia, real_pdf=True)


def test_a_published_plan_is_a_document_for_everybody(published):
    pdf = bytes(published.files.get().pdf)
    assert_pdf_ua(pdf)
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.metadata.title == "Plano de Ação Municipal para a Imigração e Integração: Praia, 2026-2028"
    assert reader.trailer["/Root"]["/Lang"] == "pt"
    assert len(reader.outline) > 3
    cover, contents, overview, *_chapters, last = texts = pages(pdf)
    for word in ("Praia", "2026–2028", "Edição 1", "20 de junho de 2026", "Cabo Verde"):
        assert word in cover
    assert "Índice" in contents
    assert "Deliberação n.º\u00a07/2026" in overview
    assert published.verification_code in last
    assert "/plans/verify/" in last
    whole = " ".join(texts)
    for word in ("Acolhimento", "1.500$00", "«de bolso»", "Indicadores", "Já existe.", "O nosso texto."):
        assert word in whole
    assert f"{len(texts)} / {len(texts)}" in last


def test_the_last_page_leads_a_telephone_to_the_check(plan, settings, monkeypatch):
    settings.SITE_URL = "https://portal.example.cv"
    seen = {}
    monkeypatch.setattr(documents, "qr_svg", lambda text, *, title: seen.update(text=text) or "")
    edition_pdf(frozen(plan), verification_code="7K3M-PT9X")
    assert seen["text"] == "https://portal.example.cv/plans/verify/?code=7K3M-PT9X"


def test_every_page_of_a_demonstration_says_so(published):
    for text in pages(bytes(published.files.get().pdf)):
        assert "Documento de demonstração" in text


def test_a_long_text_stands_below_the_table(published):
    whole = " ".join(pages(bytes(published.files.get().pdf)))
    assert "(texto completo abaixo)" in " ".join(whole.split())


def test_a_preview_says_on_every_page_that_it_is_not_published(plan):
    pdf = edition_pdf(freeze_plan(plan))
    assert_pdf_ua(pdf)
    texts = pages(pdf)
    assert all("Projeto, não publicado" in text for text in texts)
    assert "código de verificação" in texts[-1]


def test_names_of_many_languages_are_printed(plan):
    names = "Guiné-Bissau, Ọlá Adébáyọ̀, Ŋaam, Ɓuur, São João, Çelik"
    PlanMeasure.objects.filter(code="ACO.M2").update(text_pt=names)
    PlanMeasure.objects.filter(code="ACO.M3").update(responsible_unit="王伟 \x07 fim")
    pdf = edition_pdf(frozen(plan), verification_code="7K3M-PT9X")
    assert_pdf_ua(pdf)  # also where no font can draw a character
    whole = " ".join(" ".join(pages(pdf)).split())
    assert "Guiné-Bissau, Ọlá" in whole
    assert "Ŋaam, Ɓuur, São João, Çelik" in whole


def test_the_whole_document_is_in_portuguese_whatever_language_is_active(plan):
    with translation.override("fr"):
        texts = pages(edition_pdf(frozen(plan), verification_code="7K3M-PT9X"))
    assert "Índice" in texts[1]


@pytest.mark.parametrize(
    "address",
    ["http://localhost/x.css", "file:///etc/passwd", "asset:missing.css", "asset:../manage.py", "data:,x"],
)
def test_a_document_loads_nothing_but_static_files(tmp_path, settings, address):
    (tmp_path / "p.html").write_text(f'<html lang="pt"><link rel="stylesheet" href="{address}"><p>x</html>')
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    with pytest.raises(FatalURLFetchingError):
        render_pdf("p.html", {}, css="pdf/plan.css")


def test_a_chapter_that_the_national_level_has_not_written_keeps_its_place_and_says_so(praia):
    template = fill_template(TemplateFactory())
    template.sections.filter(code="S2").update(text_pt="")
    issue(template)
    snapshot = frozen(make_plan(praia, ready=True))
    chapters = documents.document_context(snapshot)["chapters"]
    assert [(chapter["code"], chapter["number"]) for chapter in chapters] == [
        ("S1", 1),
        ("S2", 2),
        ("S3", 3),
        ("S4", 4),
    ]
    whole = " ".join(pages(edition_pdf(snapshot)))
    assert "O nível nacional ainda não escreveu este capítulo." in whole
