"""Municipalities and partners as spreadsheets: safe to open, and the same when they come back."""

import csv
import io
import itertools

import pytest
import tablib
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse, reverse_lazy
from django.utils import translation

from accounts.roles import Role
from gai_portal.lib.spreadsheets import csv_bytes, safe_in_csv, typed_text
from municipalities.models import Municipality, Partner
from municipalities.reference import load_reference
from municipalities.resources import MunicipalityResource, PartnerResource
from tests.conftest import member
from tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db
NASTY = [
    "=1+1",
    "+238",
    "-x",
    "@cmd",
    "\t=1",
    "\r=1",
    "'=1",
    "''-1",
    "'x",
    "it's",
    "a=b",
    "1.500",
    "007",
    "é",
]


@pytest.mark.parametrize("text", NASTY)
def test_a_cell_is_no_formula_and_comes_back_as_it_was(text):
    cell = safe_in_csv(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert typed_text(cell) == text


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("x,=1+1,y", "x,'=1+1,y"),
        ("x;+238;y", "x;'+238;y"),
        ('x,"=1+1"', 'x,"\'=1+1"'),
        ("x\n@cmd", "x\n'@cmd"),
        ("x\t-1", "x\t'-1"),
        ("a, b; c - d = e", "a, b; c - d = e"),
    ],
)
def test_a_program_that_cuts_at_another_sign_finds_no_formula(text, cell):
    assert safe_in_csv(text) == cell
    for separator in ",;\t":
        written = csv_bytes(["a", "b"], [["1", text]]).decode("utf-8-sig")
        cells = [c for row in csv.reader(io.StringIO(written), delimiter=separator) for c in row]
        assert not [c for c in cells if c.startswith(("=", "+", "-", "@"))]


def test_every_short_text_comes_back_as_it_was():
    for length in range(6):
        for signs in itertools.product("=,;'\"\n\tx", repeat=length):
            text = "".join(signs)
            assert typed_text(safe_in_csv(text)) == text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["pt", "en", "fr"])
def test_municipalities_come_back_as_they_went(form, language):
    load_reference()
    before = list(Municipality.objects.order_by("pk").values())
    with translation.override(language):
        content = MunicipalityResource().export().export(form)
        result = MunicipalityResource().import_data(tablib.Dataset().load(content, form))
    assert [str(error.error) for _, errors in result.row_errors() for error in errors] == []
    assert not result.has_validation_errors()
    assert result.totals["skip"] == 22
    assert list(Municipality.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_names_that_look_like_formulas_come_back_as_they_were(form):
    names = [text.replace("\r", "+") for text in NASTY]  # a line end inside a cell is a spreadsheet's own
    for number, text in enumerate(names):
        PartnerFactory(code=f"P{number}", name_pt="x" + text, name_en=text)
    before = list(Partner.objects.order_by("pk").values())
    content = PartnerResource().export().export(form)
    Partner.objects.update(name_en="")
    result = PartnerResource().import_data(tablib.Dataset().load(content, form))
    assert not result.has_errors()
    assert list(Partner.objects.order_by("pk").values()) == before


def test_an_import_tells_each_fault_by_its_row():
    load_reference()
    table = MunicipalityResource().export()
    rows = [list(row) for row in table]
    headers = list(table.headers)
    rows[0][headers.index("municipal_day")] = "31-12"
    rows[1][headers.index("area_km2")] = "grande"
    rows[2][headers.index("island")] = "Atlantis"
    result = MunicipalityResource().import_data(tablib.Dataset(*rows, headers=headers), dry_run=True)
    assert [row.number for row in result.invalid_rows] == [1, 2]
    assert [number for number, _ in result.row_errors()] == [3]


def upload(name: str, text: str) -> dict[str, object]:
    return {
        "import_file": SimpleUploadedFile(name, text.encode()),
        "format": "0",
        "resource": "0",
    }


def test_an_administrator_imports_partners_after_a_preview(client, dgi_admin):
    client.force_login(dgi_admin)
    table = "code,kind,name_pt,name_en,name_fr,is_active\nNOVA,civil,Associação Nova,,,1\n"
    preview = client.post(reverse("admin:municipalities_partner_import"), upload("p.csv", table))
    assert preview.status_code == 200
    assert not Partner.objects.exists()
    confirm = preview.context["confirm_form"].initial
    client.post(reverse("admin:municipalities_partner_process_import"), confirm)
    assert Partner.objects.get().name_pt == "Associação Nova"


TABLE = "code,kind,name_pt,name_en,name_fr,is_active\nNOVA,civil,Associação Nova,,,1\n"
PARTNERS = reverse_lazy("admin:municipalities_partner_import")
CONFIRM = reverse_lazy("admin:municipalities_partner_process_import")


@pytest.fixture
def confirmation(client, dgi_admin):
    """What an administrator who has just looked at a table sends to confirm it."""
    client.force_login(dgi_admin)
    return client.post(PARTNERS, upload("p.csv", TABLE)).context["confirm_form"].initial


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "secret.csv", "x", ""])
def test_an_import_opens_no_file_by_its_name(client, confirmation, tmp_path, monkeypatch, name):
    secret = tmp_path / "secret.csv"
    secret.write_text(TABLE)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    response = client.post(CONFIRM, confirmation | {"import_file_name": name}, follow=True)
    assert response.redirect_chain == [(str(PARTNERS), 302)]
    assert "O ficheiro já não está disponível" in response.text
    assert not Partner.objects.exists()
    assert secret.exists()


def test_a_table_is_confirmed_by_whoever_sent_it(client, confirmation):
    other = member("other.dgi@example.org", Role.DGI_ADMINISTRATOR)
    client.force_login(other)
    assert client.post(CONFIRM, confirmation)["Location"] == PARTNERS
    assert not Partner.objects.exists()


def test_a_table_is_confirmed_for_the_list_that_it_was_sent_to(client, confirmation):
    client.post(reverse("admin:municipalities_municipality_process_import"), confirmation)
    assert client.post(CONFIRM, confirmation)["Location"] == reverse(
        "admin:municipalities_partner_changelist"
    )


def test_a_table_is_imported_once(client, confirmation):
    client.post(CONFIRM, confirmation)
    Partner.objects.all().delete()
    assert client.post(CONFIRM, confirmation)["Location"] == PARTNERS
    assert not Partner.objects.exists()


@pytest.mark.parametrize("number", ["7", "-1", "x", ""])
def test_a_kind_of_file_that_is_not_offered_is_refused(client, confirmation, number):
    assert client.post(CONFIRM, confirmation | {"format": number})["Location"] == PARTNERS


def test_a_table_in_excel_comes_in_too(client, dgi_admin):
    client.force_login(dgi_admin)
    book = tablib.Dataset().load(TABLE, "csv").export("xlsx")
    data = {"import_file": SimpleUploadedFile("p.xlsx", book), "format": "1", "resource": "0"}
    client.post(CONFIRM, client.post(PARTNERS, data).context["confirm_form"].initial)
    assert Partner.objects.get().name_pt == "Associação Nova"


def test_a_faulty_import_changes_nothing(client, dgi_admin):
    client.force_login(dgi_admin)
    table = "code,kind,name_pt\nA,civil,Boa\nB,friendly,Má\n"
    preview = client.post(reverse("admin:municipalities_partner_import"), upload("p.csv", table))
    assert "confirm_form" not in preview.context
    assert "friendly" in preview.text
    assert not Partner.objects.exists()


@pytest.mark.ignore_template_errors  # import-export's own templates are not strict
@pytest.mark.parametrize("model", ["municipality", "partner"])
def test_a_national_officer_exports_and_does_not_import(client, dgi_officer, model):
    client.force_login(dgi_officer)
    assert client.get(reverse(f"admin:municipalities_{model}_export")).status_code == 200
    assert client.get(reverse(f"admin:municipalities_{model}_import")).status_code == 403
    assert client.post(reverse(f"admin:municipalities_{model}_process_import")).status_code == 403


@pytest.mark.parametrize("name", ["island", "municipality", "demographicfigure", "office", "partner"])
def test_the_admin_is_written_by_administrators_and_read_by_officers(client, dgi_admin, dgi_officer, name):
    add, changes = (reverse(f"admin:municipalities_{name}_{page}") for page in ("add", "changelist"))
    client.force_login(dgi_officer)
    assert client.get(changes).status_code == 200
    assert client.get(add).status_code == 403
    client.force_login(dgi_admin)
    assert client.get(changes).status_code == 200
    assert client.get(add).status_code == 200
