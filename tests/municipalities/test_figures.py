"""A municipality's own figures: beside the national ones, each with year and source, by form and by file."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import translation

from gai_portal.lib.formats import parse_number
from municipalities.models import DemographicFigure
from municipalities.reference import load_reference
from municipalities.resources import FaultyFile, figures_template, read_figures
from municipalities.services import import_figures, remove_figure, restore_figure, save_figure
from municipalities.statistics import charts, latest_figures, profile

PAGE = "/workspace/municipalities/CV-PR/figures/"
FILE = """Dado;Nacionalidade;Ano;Valor;Situação;Fonte
Residentes estrangeiros (estimativa);;2022;4.153;preliminar;INE
Residentes estrangeiros (estimativa);Guiné-Bissau;2022;1 402;;INE
Foreign pupils at school;;2023;;;
foreign_pupils;;2024;310;;Delegação do Ministério da Educação
"""


@pytest.fixture
def figure(praia, planner_praia):
    values = {"kind": "population", "year": 2024, "value": 160_000, "source": "Câmara Municipal"}
    return save_figure(DemographicFigure(municipality=praia, **values), by=planner_praia)


@pytest.fixture
def planner(client, planner_praia):
    client.force_login(planner_praia)
    return client


def sent(**changes) -> dict[str, str]:
    return {
        "kind": "foreign_residents",
        "nationality": "",
        "year": "2023",
        "value": "4.200",
        "source": "Serviço de Estrangeiros",
        "status": "",
    } | changes


def upload(client, text: str, **data):
    file = SimpleUploadedFile("dados.csv", text.encode(), content_type="text/csv")
    return client.post(f"{PAGE}import/", {"file": file, **data})


def faults_of(text: str) -> list[tuple[int, str]]:
    with translation.override("pt"), pytest.raises(FaultyFile) as refused:
        read_figures(text.encode())
    return [(fault.row, fault.column) for fault in refused.value.faults]


# By form


def test_a_planner_adds_a_figure_and_everybody_reads_it(planner, client, praia):
    response = planner.post(f"{PAGE}new/", sent(nationality="GW", value="1.402"))
    assert response.url == PAGE
    figure = DemographicFigure.objects.get()
    assert (figure.value, figure.origin, figure.nationality) == (Decimal(1402), "municipal", "GW")
    client.logout()
    html = client.get("/municipalities/praia/").content.decode()
    assert "Residentes estrangeiros (estimativa): Guiné-Bissau" in html
    assert "Serviço de Estrangeiros" in html


def test_a_coordinator_corrects_it_and_the_history_says_so(client, figure, coordinator_praia):
    client.force_login(coordinator_praia)
    url = f"{PAGE}{figure.pk}/"
    seen = client.get(url).context["form"]["seen"].value()
    changes = {"kind": "population", "year": "2024", "value": "161 000", "source": "INE, estimativa"}
    client.post(url, sent(**changes, seen=seen))
    figure.refresh_from_db()
    assert figure.value == 161_000
    assert figure.history.first().history_user == coordinator_praia
    html = client.get(url).content.decode()
    assert "160" in html.split("Quem alterou o quê")[1]


def test_two_who_correct_a_figure_at_once_see_both_numbers(planner, figure):
    url = f"{PAGE}{figure.pk}/"
    typed = sent(kind="population", nationality="", year="2024", value="161000")
    typed["seen"] = planner.get(url).context["form"]["seen"].value()
    DemographicFigure.objects.filter(pk=figure.pk).update(value=155_000)
    response = planner.post(url, typed)
    assert ("Valor", "155000", "161000") in response.context["form"].differences
    figure.refresh_from_db()
    assert figure.value == 155_000
    typed["seen"] = response.context["form"]["seen"].value()  # both have been seen
    planner.post(url, typed)
    figure.refresh_from_db()
    assert figure.value == 161_000


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": "muitos"}, "value"),
        ({"value": "-3"}, "value"),
        ({"value": "12,5"}, "value"),
        ({"kind": "immigrant_share", "value": "101"}, "value"),
        ({"year": "21"}, "year"),
        ({"source": ""}, "source"),
        ({"kind": "population", "nationality": "GW"}, "nationality"),
        ({"kind": "population", "year": "2024"}, "year"),  # there is one already
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(planner, figure, changes, field):
    response = planner.post(f"{PAGE}new/", sent(**changes))
    assert field in response.context["form"].errors
    html = response.content.decode()
    assert all(value in html for value in sent(**changes).values())
    assert DemographicFigure.objects.count() == 1


def test_a_double_click_adds_one(planner):
    once = {"once": "6f9d0c0e-6f0e-4f4e-9a35-0f7b1a2c3d4e"}
    for _click in range(2):
        planner.post(f"{PAGE}new/", sent() | once)
    assert DemographicFigure.objects.count() == 1


def test_a_removal_is_undone(planner, figure):
    response = planner.post(f"{PAGE}{figure.pk}/remove/", follow=True)
    assert not DemographicFigure.objects.exists()
    [message] = response.context["messages"]
    planner.post(message.extra_tags)
    restored = DemographicFigure.objects.get()
    assert (restored.value, restored.source) == (figure.value, figure.source)
    planner.post(message.extra_tags)
    assert DemographicFigure.objects.count() == 1


def test_nobody_undoes_what_another_removed(praia, figure, planner_praia, coordinator_praia):
    token = remove_figure(figure, by=planner_praia)
    assert restore_figure(praia, token, by=coordinator_praia) is None
    assert restore_figure(praia, "nonsense", by=planner_praia) is None


def test_figures_of_the_national_level_are_read_here_and_not_written(planner, praia, planner_praia):
    national = DemographicFigure.objects.create(
        municipality=praia, kind="population", year=2021, value=142_009
    )
    assert planner.get(f"{PAGE}{national.pk}/").status_code == 403
    assert planner.post(f"{PAGE}{national.pk}/remove/").status_code == 403
    with pytest.raises(PermissionDenied):
        save_figure(national, by=planner_praia)
    assert "Nível nacional" in planner.get(PAGE).content.decode()


# Where they come from


def test_reference_files_and_own_figures_leave_each_other_alone(db):
    load_reference()
    national = DemographicFigure.objects.get(municipality="CV-PR", kind="population", year=2021)
    own = DemographicFigure.objects.create(
        municipality_id="CV-PR", kind="population", year=2021, value=1, source="Câmara", origin="municipal"
    )
    assert load_reference()["demographic figures"].updated == 0
    own.refresh_from_db()
    national.refresh_from_db()
    assert (own.value, national.value > 100_000) == (1, True)
    # The national level's is drawn; both stand in the table.
    [population] = [row for row in profile(own.municipality.figures.all()) if row.latest.kind == "population"]
    assert {figure.origin for figure in population.figures} == {"national"}


def test_the_latest_of_each_kind_stands_beside_an_area(praia, figure, planner_praia):
    for year, value in [(2010, 131_602), (2021, 142_009)]:
        DemographicFigure.objects.create(municipality=praia, kind="population", year=year, value=value)
    values = {"kind": "foreign_residents", "nationality": "GW", "year": 2022, "value": 5, "source": "INE"}
    save_figure(DemographicFigure(municipality=praia, **values), by=planner_praia)
    assert [(row.kind, row.year) for row in latest_figures("CV-PR")] == [("population", 2024)]
    with translation.override("pt"):
        [(label, chart)] = charts(profile(praia.figures.all()))
    assert (label, len(chart.columns)) == ("População residente", 3)


def test_the_page_takes_the_same_queries_for_any_number_of_figures(
    planner, praia, planner_praia, count_queries
):
    def add(years):
        for year in years:
            values = {"kind": "foreign_pupils", "year": year, "value": 10, "source": "Escolas"}
            save_figure(DemographicFigure(municipality=praia, **values), by=planner_praia)

    add([2000])
    planner.get(PAGE)
    few = count_queries(lambda: planner.get(PAGE))
    add(range(2001, 2021))
    assert count_queries(lambda: planner.get(PAGE)) == few


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"value": -1}, "figure_not_negative"),
        ({"kind": "immigrant_share", "value": 101}, "figure_share_at_most_a_hundred"),
        ({"nationality": "GW"}, "figure_by_nationality_only_of_foreign_residents"),
        ({"source": ""}, "figure_of_a_municipality_has_a_source"),
        ({"year": 2024}, "figure_once_per_municipality_kind_year_and_origin|UNIQUE constraint failed"),
    ],
)
def test_the_database_refuses_figures_that_cannot_be(figure, values, constraint):
    good = {"kind": "population", "year": 2020, "value": 1, "source": "x", "origin": "municipal"}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        DemographicFigure.objects.create(municipality=figure.municipality, **good | values)


# By file


def test_a_file_is_shown_first_and_written_when_confirmed(planner, praia):
    response = upload(planner, FILE)
    assert [difference for _row, difference in response.context["rows"]] == ["new", "new", "new"]
    assert not DemographicFigure.objects.exists()
    planner.post(f"{PAGE}import/", {"content": response.context["content"]})
    values = praia.figures.order_by("year", "nationality").values_list("kind", "nationality", "year", "value")
    assert list(values) == [
        ("foreign_residents", "", 2022, 4153),
        ("foreign_residents", "GW", 2022, 1402),
        ("foreign_pupils", "", 2024, 310),
    ]
    assert {line.history_user.email for line in DemographicFigure.history.all()} == {
        "planner.praia@example.org"
    }


def test_a_second_import_changes_what_differs_and_leaves_the_rest(praia, planner_praia):
    import_figures(praia, read_figures(FILE.encode()), by=planner_praia)
    tally = import_figures(praia, read_figures(FILE.replace("310", "315").encode()), by=planner_praia)
    assert (tally.created, tally.updated, tally.unchanged) == (0, 1, 2)
    assert praia.figures.get(kind="foreign_pupils").history.count() == 2


def test_a_faulty_file_is_refused_whole_with_every_fault_by_row_and_column(planner):
    text = FILE + "População residente;;21;mil;;\nPopulação residente;GW;2021;5;;INE\nOutra;;2021;5;;INE\n"
    response = upload(planner, text)
    faults = {(fault.row, fault.column) for fault in response.context["faults"]}
    assert faults == {(6, "Ano"), (6, "Valor"), (6, "Fonte"), (7, "Nacionalidade"), (8, "Dado")}
    assert "Nada foi registado" in response.content.decode()
    assert not DemographicFigure.objects.exists()


def test_a_file_may_be_written_by_any_spreadsheet_program(praia):
    rows = read_figures(FILE.encode())
    assert read_figures(FILE.encode("cp1252")) == rows
    assert read_figures(FILE.encode("utf-8-sig")) == rows
    assert read_figures(FILE.replace(";", ",").encode()) == rows
    assert read_figures(FILE.replace(";", "\t").replace("\n", "\r\n").encode()) == rows


def test_what_makes_no_table_is_refused(settings):
    assert faults_of("") == [(1, "")]
    assert faults_of("x" * 300_000) == [(1, "")]
    assert (1, "Fonte") in faults_of("kind;year;value\npopulation;2021;5")
    assert faults_of("kind;year;value;source;cor\n") == [(1, "cor")]
    assert faults_of("kind;year;value;source\npopulation;2021;;INE") == [(1, "Valor")]
    twice = "kind;year;value;source\npopulation;2021;5;INE\npopulation;2021;6;INE\n"
    assert faults_of(twice) == [(3, "Dado")]


def test_the_empty_file_names_every_kind_and_imports_as_nothing(planner):
    response = planner.get(f"{PAGE}template.csv")
    text = response.content.decode("utf-8-sig")
    with translation.override("pt"):
        assert all(str(kind.label) in text for kind in DemographicFigure.Kind)
        assert figures_template() == response.content
    assert faults_of(text) == [(1, "Valor")]


def test_a_file_that_was_not_chosen_is_asked_for(planner):
    response = planner.post(f"{PAGE}import/")
    assert "file" in response.context["form"].errors


@pytest.mark.parametrize(
    ("text", "number"),
    [("1234", "1234"), ("1.234", "1234"), ("1 234,5", "1234.5"), ("12.5", "12.5"), ("1.234.567", "1234567")],
)
def test_a_number_is_read_as_people_write_it(text, number):
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "muitos", "1,2,3", "1e5", "٣", "12.34.5"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValidationError):
        parse_number(text)
