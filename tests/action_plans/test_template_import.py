"""Importing a file into the draft: seen before it is written, undone after it, refused whole."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from action_plans.forms.template import UploadForm
from action_plans.models import FrameworkTarget, Template, TemplateMeasure, TemplateUpload
from action_plans.reference import TEMPLATE_FILE, load_reference as load_templates
from action_plans.services.content import digest_of
from action_plans.services.template import issue_template, start_draft
from action_plans.services.template_file import content_of
from action_plans.services.template_import import read_file, replace_content
from action_plans.services.template_sheets import template_workbook
from action_plans.services.template_yaml import template_yaml
from cases.reference import load_reference as load_desk
from municipalities.reference import load_reference as load_territory
from tests.action_plans.factories import TemplateFactory, fill_template, issued_template
from tests.factories import PartnerFactory


@pytest.fixture
def draft(db) -> Template:
    template = fill_template(TemplateFactory(number=1))
    measure = TemplateMeasure.objects.get(code="ACO.M1")
    measure.lead, measure.guidance_pt, measure.text_fr = PartnerFactory(code="CM"), "=Comece cedo", "Mesure"
    measure.save()
    measure.partners.add(PartnerFactory(code="PAC"), PartnerFactory(code="OIM"))
    for framework, code in (("sdg", "10.7"), ("sdg", "16.10"), ("gcm", "3")):
        measure.targets.add(FrameworkTarget.objects.create(framework=framework, code=code, label_pt="Alvo"))
    return template


@pytest.fixture
def officer(client, dgi_officer):
    client.force_login(dgi_officer)
    return client


def address(name: str, number: int = 1) -> str:
    return reverse(f"action_plans:template_{name}", args=[number])


def send(officer, content: bytes | str, name: str = "modelo.yaml", **options):
    content = content.encode() if isinstance(content, str) else content
    return officer.post(address("import"), {"file": SimpleUploadedFile(name, content)}, **options)


@pytest.mark.parametrize("write", [lambda template: template_yaml(template).encode(), template_workbook])
def test_a_version_leaves_and_comes_back_identical(draft, dgi_officer, write):
    before = digest_of(draft)
    file = write(draft)
    content = read_file(file)
    assert content == content_of(draft)
    TemplateMeasure.objects.all().delete()
    replace_content(draft, content)
    assert digest_of(Template.objects.get()) == before


@pytest.mark.parametrize("write", [lambda template: template_yaml(template).encode(), template_workbook])
def test_the_starter_leaves_and_comes_back_identical(db, write):
    for load in (load_territory, load_desk, load_templates):
        load()
    draft = Template.objects.get()
    assert read_file(TEMPLATE_FILE.read_bytes()) == content_of(draft)
    assert read_file(write(draft)) == content_of(draft)


def test_what_is_exported_is_loaded_as_reference_data_too(db, tmp_path):
    for load in (load_territory, load_desk, load_templates):
        load()
    path = tmp_path / "exported.yaml"
    path.write_text(template_yaml(Template.objects.get()), encoding="utf-8")
    tallies = load_templates(template_file=path)
    assert {tally.created + tally.updated + tally.kept for tally in tallies.values()} == {0}


def test_downloads_are_named_after_the_version(officer, draft):
    for name, ending in (("yaml", "yaml"), ("xlsx", "xlsx")):
        response = officer.get(address(name))
        assert response["Content-Disposition"] == f'attachment; filename="mapii-v1.{ending}"'
        assert read_file(response.content) == content_of(draft)


def test_a_planner_downloads_what_has_been_issued(client, db, planner_praia):
    issued_template(number=1)
    client.force_login(planner_praia)
    assert client.get(address("xlsx")).status_code == 200
    assert client.get(address("import")).status_code == 403


def test_nothing_is_written_before_it_has_been_seen_and_an_undo_brings_all_back(officer, draft):
    before = content_of(draft)
    file = template_yaml(draft).replace("Medida 2 de Acolhimento.", "Outro texto.")
    preview = send(officer, file, follow=True)
    assert content_of(draft) == before
    page = preview.content.decode()
    assert "Outro" in page
    assert [item.code for _was, item in preview.context["comparison"].reworded] == ["ACO.M2"]
    done = officer.post(address("import_preview"), {"seen": preview.context["seen"]}, follow=True)
    assert TemplateMeasure.objects.get(code="ACO.M2").text_pt == "Outro texto."
    assert "«modelo.yaml» está agora no rascunho." in done.content.decode()
    officer.post(address("import_preview"))  # what the message's Undo sends
    assert content_of(Template.objects.get()) == before
    officer.post(address("import_preview"))
    assert TemplateMeasure.objects.get(code="ACO.M2").text_pt == "Outro texto."


def test_a_draft_that_changed_in_the_meantime_is_not_overwritten(officer, draft):
    preview = send(officer, template_yaml(draft).replace("Medida 2 de A", "Medida dois de A"), follow=True)
    TemplateMeasure.objects.filter(code="ACO.M3").update(text_pt="Escrito pela colega.")
    again = officer.post(address("import_preview"), {"seen": preview.context["seen"]}, follow=True)
    assert "O rascunho mudou entretanto" in again.content.decode()
    assert TemplateMeasure.objects.get(code="ACO.M3").text_pt == "Escrito pela colega."
    assert [item.code for _was, item in again.context["comparison"].reworded] == ["ACO.M2", "ACO.M3"]


def test_what_a_file_names_may_be_gone_when_it_is_written(officer, draft):
    preview = send(officer, template_yaml(draft).replace("Medida 2 de A", "Medida dois de A"), follow=True)
    TemplateMeasure.objects.get(code="ACO.M1").partners.clear()
    measure = TemplateMeasure.objects.get(code="ACO.M1")
    measure.lead = None
    measure.save()
    PartnerFactory._meta.model.objects.filter(code="PAC").delete()
    preview = officer.get(address("import_preview"))
    page = officer.post(address("import_preview"), {"seen": preview.context["seen"]}, follow=True)
    assert "Nada foi escrito. ACO.M1" in page.content.decode()
    assert TemplateMeasure.objects.get(code="ACO.M2").text_pt == "Medida 2 de Acolhimento."


def test_a_faulty_file_is_refused_whole_with_every_fault_on_the_page(officer, draft):
    before = content_of(draft)
    file = template_yaml(draft).replace("frequency: yearly", "frequency: daily").replace("PAC", "NINGUEM")
    response = send(officer, file)
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count("«daily» não é nenhum de") == 2
    assert "«NINGUEM» não é conhecido" in page
    assert "Há 3 pontos a corrigir em modelo.yaml" in page
    assert content_of(draft) == before
    assert not TemplateUpload.objects.exists()


def test_a_file_that_changes_nothing_says_so(officer, draft):
    page = send(officer, template_workbook(draft), "modelo.xlsx", follow=True).content.decode()
    assert "não há nada a importar" in page
    assert not TemplateUpload.objects.exists()


def test_a_file_that_is_too_large_or_none_at_all_is_refused_at_the_field(officer, draft, monkeypatch):
    monkeypatch.setattr(UploadForm, "LARGEST", 10)
    assert "file" in send(officer, template_yaml(draft)).context["form"].errors
    assert "file" in officer.post(address("import")).context["form"].errors


def test_one_upload_is_kept_for_each_officer_and_gone_once_the_version_is_issued(
    officer, draft, client, dgi_admin, dgi_officer
):
    for text in ("Um", "Dois"):
        send(officer, template_yaml(draft).replace("Medida 2", text))
    assert TemplateUpload.objects.count() == 1
    client.force_login(dgi_admin)
    assert client.get(address("import_preview")).status_code == 404
    issue_template(draft, by=dgi_officer)
    assert not TemplateUpload.objects.exists()
    client.force_login(dgi_officer)
    assert client.post(address("import_preview")).status_code == 409


def test_importing_costs_the_same_whatever_the_length(officer, draft, dgi_officer, count_queries):
    def take_in(file: str) -> None:
        send(officer, file)
        officer.post(address("import_preview"))

    short = template_yaml(draft)
    take_in(short.replace("Medida 2", "Medida dois"))
    cost = count_queries(lambda: take_in(short))
    content = read_file(short.encode())
    measure = next(item for item in content.items if item.code == "ACO.M1")
    more = [type(measure)(**{**vars(measure), "code": f"ACO.M{50 + number}"}) for number in range(20)]
    place = content.items.index(measure)
    content.items[place:place] = more
    replace_content(draft, content)
    long = template_yaml(Template.objects.get())
    assert count_queries(lambda: take_in(long.replace("Medida 2", "Medida três"))) == cost


def test_the_next_draft_can_take_in_an_older_version(officer, draft, dgi_officer):
    issue_template(draft, by=dgi_officer)
    old = template_yaml(draft)
    second = start_draft(by=dgi_officer)
    TemplateMeasure.objects.filter(objective__area__template=second, code="ACO.M1").update(text_pt="Novo")
    file = SimpleUploadedFile("v1.yaml", old.encode())
    officer.post(address("import", 2), {"file": file})
    officer.post(address("import_preview", 2))
    assert content_of(Template.objects.get(number=2)) == content_of(Template.objects.get(number=1))
