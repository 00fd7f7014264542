"""The territory's files: complete, repeatable, and refused whole when something in them is wrong."""

import json
import shutil
from decimal import Decimal

import pycountry
import pytest

from gai_portal.lib.reference import ReferenceFault
from municipalities.models import DemographicFigure, Island, Municipality, Office, Partner
from municipalities.reference import DATA, load_demo_offices, load_reference

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """A copy of the files, to be spoilt."""
    return shutil.copytree(DATA, tmp_path / "data")


def change(path, old: str, new: str):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def everything() -> list[object]:
    models = [Island, Municipality, DemographicFigure, Partner, Office]
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_the_municipalities_are_those_of_iso_3166_2():
    load_reference()
    iso = {s.code for s in pycountry.subdivisions.get(country_code="CV") if s.parent_code}
    assert len(iso) == 22
    assert set(Municipality.objects.values_list("code", flat=True)) == iso


def test_each_lies_on_its_island_in_its_group():
    load_reference()
    for municipality in Municipality.objects.select_related("island"):
        group = pycountry.subdivisions.get(code=municipality.code).parent_code
        assert municipality.island.group_code == group
    assert [i.name for i in Island.objects.all()][:2] == ["Santo Antão", "São Vicente"]
    assert Island.objects.count() == 9


def test_names_that_are_shared_are_told_apart():
    load_reference()
    slugs = set(Municipality.objects.values_list("slug", flat=True))
    assert {
        "ribeira-grande-santo-antao",
        "ribeira-grande-de-santiago",
        "santa-catarina-santiago",
        "santa-catarina-do-fogo",
        "tarrafal-santiago",
        "tarrafal-de-sao-nicolau",
        "praia",
        "boa-vista",
    } <= slugs


def test_a_known_figure_has_its_year_status_and_source_and_an_unknown_one_no_row():
    load_reference()
    figure = DemographicFigure.objects.get(municipality="CV-SL", kind="population", year=2021)
    assert figure.value == 33347
    assert figure.status == "preliminary"
    assert figure.source == "INE, noticiado pelo Expresso das Ilhas em 14 de agosto de 2021"
    assert not DemographicFigure.objects.filter(municipality="CV-MA").exists()
    estimate = DemographicFigure.objects.get(municipality="CV-PR", kind="foreign_residents")
    assert (estimate.year, estimate.value) == (2022, 4152)
    assert "10.869" in estimate.source
    share = DemographicFigure.objects.get(municipality="CV-BV", kind="immigrant_share")
    assert (share.year, share.value) == (2013, Decimal("10.9"))


def test_every_municipality_has_a_light_outline():
    load_reference()
    sizes = [len(json.dumps(m.geometry)) for m in Municipality.objects.all()]
    assert min(sizes) > 100
    assert sum(sizes) < 20_000


def test_partners_of_both_lists_have_one_code_each():
    load_reference()
    codes = set(Partner.objects.values_list("code", flat=True))
    assert {"GAI", "UNIV", "ACNUR", "SIT", "PAC"} <= codes
    assert Partner.objects.get(code="PN").name_pt == "Polícia Nacional (esquadra)"
    assert Partner.objects.get(code="UNIV").kind == ""


def test_a_second_load_changes_nothing():
    load_reference()
    before = everything()
    tallies = load_reference()
    assert all((t.created, t.updated) == (0, 0) for t in tallies.values())
    assert everything() == before


def test_a_changed_cell_is_updated_and_counted(folder):
    load_reference()
    change(folder / "municipalities.csv", "Espargos", "Santa Maria")
    change(folder / "partners.yaml", "Repartição de Finanças", "Finanças")
    tallies = load_reference(folder)
    assert (tallies["municipalities"].updated, tallies["partners"].updated) == (1, 1)
    assert Municipality.objects.get(code="CV-SL").seat == "Santa Maria"
    assert Partner.objects.get(code="FIN").name_pt == "Finanças"


def test_a_number_comes_from_the_file_unless_somebody_has_typed_one(folder):
    load_reference()
    Partner.objects.filter(code="PN").update(phone="261 00 00")
    for code in ("PN", "FIN"):
        change(folder / "partners.yaml", f"{{code: {code},", f'{{code: {code}, phone: "262 00 00",')
    load_reference(folder)
    assert Partner.objects.get(code="PN").phone == "261 00 00"
    assert Partner.objects.get(code="FIN").phone == "262 00 00"


def test_what_left_the_files_stays(folder):
    load_reference()
    lines = (folder / "municipalities.csv").read_text().splitlines(keepends=True)
    (folder / "municipalities.csv").write_text("".join(x for x in lines if not x.startswith("CV-SL")))
    geo = json.loads((folder / "municipalities.geojson").read_text())
    geo["features"] = [f for f in geo["features"] if f["id"] != "CV-SL"]
    (folder / "municipalities.geojson").write_text(json.dumps(geo))
    load_reference(folder)
    assert Municipality.objects.filter(code="CV-SL").exists()


FAULTS = {
    "a missing column": ("municipalities.csv", ",seat,", ",place,", "municipalities.csv, line 1, seat"),
    "a decimal comma": ("municipalities.csv", "142009", "142.009,5", "line 14, row"),
    "letters in a number": ("municipalities.csv", "142009", "many", "line 14, population_2021"),
    "a negative number": ("municipalities.csv", "142009", "-1", "line 14, population_2021"),
    "no number at all": ("municipalities.csv", "142009", "NaN", "line 14, population_2021"),
    "a wrong day": ("municipalities.csv", "05-19", "02-30", "line 14, municipal_day"),
    "a wrong place": ("municipalities.csv", "-23.52,14.95", "-23.52,114.95", "line 14, center_lat"),
    "a repeated code": ("municipalities.csv", "CV-PN", "CV-PA", "line 4, iso_3166_2"),
    "a repeated name": ("municipalities.csv", "Boa Vista,Boa Vista", "Boa Vista,Sal", "line 9, display_name"),
    "a code that is none": ("municipalities.csv", "CV-PN", "Porto", "line 4, iso_3166_2"),
    "no island": ("municipalities.csv", "Sal,,Sal,", "Sal,,,", "line 8, island"),
    "two groups": (
        "municipalities.csv",
        "Porto Novo,,Santo Antão,Barlavento",
        "Porto Novo,,Santo Antão,Sotavento",
        "line 4, island_group",
    ),
    "too long a name": ("municipalities.csv", "Espargos", "E" * 81, "line 8, seat"),
    "an open quotation": ("municipalities.csv", '"população 2010', 'x"população 2010', "line 2, row"),
    "an outline of nowhere": ("municipalities.geojson", '"id":"CV-BR"', '"id":"CV-XX"', "feature 1, id"),
    "an outline on another island": (
        "municipalities.geojson",
        '"island":"Brava"',
        '"island":"Atlantis"',
        "feature 1, island",
    ),
    "a broken outline": ("municipalities.geojson", "[-24.749,14.851]", "[-24.749]", "feature 1, geometry"),
    "an open outline": ("municipalities.geojson", "[-24.749,14.851]", "[-24.7,14.8]", "feature 1, geometry"),
    "no JSON": ("municipalities.geojson", "{", "", "municipalities.geojson, line 1, JSON"),
    "a repeated partner": ("partners.yaml", "code: PN,", "code: DEF,", "line 8, code"),
    "an unknown kind": ("partners.yaml", "kind: civil", "kind: friendly", "kind"),
    "no YAML": ("partners.yaml", "- {code: PN,", "- {code: PN", "partners.yaml, line 8, YAML"),
    "a partner without a name": (
        "partners.yaml",
        'pt: "Repartição de Finanças"',
        'pt: ""',
        "partners.yaml, line 15, pt",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "place"), FAULTS.values(), ids=FAULTS)
def test_a_faulty_file_is_refused_whole_with_its_place(folder, file, old, new, place):
    change(folder / file, old, new)
    with pytest.raises(ReferenceFault) as fault:
        load_reference(folder)
    assert file in str(fault.value)
    assert place in str(fault.value)
    assert not Island.objects.exists()
    assert not Partner.objects.exists()


def test_a_missing_file_is_named(folder):
    (folder / "partners.yaml").unlink()
    with pytest.raises(ReferenceFault, match=r"partners\.yaml"):
        load_reference(folder)


def test_a_file_in_another_encoding_is_refused(folder):
    path = folder / "municipalities.csv"
    path.write_bytes(path.read_text().encode("latin-1"))
    with pytest.raises(ReferenceFault, match="UTF-8"):
        load_reference(folder)


def test_demo_offices_are_visibly_invented_and_left_alone_afterwards():
    load_reference()
    assert load_demo_offices().created == 8
    office = Office.objects.get(code="PR")
    assert "(demonstração)" in office.name
    assert office.phone == "+238 000 00 00"
    assert office.email.endswith("@example.org")
    office.hours_pt = "Só à segunda"
    office.save()
    assert load_demo_offices().unchanged == 8
    office.refresh_from_db()
    assert office.hours_pt == "Só à segunda"


def test_demo_offices_need_their_municipality():
    with pytest.raises(ReferenceFault, match="CV-PR"):
        load_demo_offices()
