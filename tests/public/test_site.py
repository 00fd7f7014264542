"""The public site: light, without cookies, and truthful about what is not known."""

import gzip
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from municipalities.models import DemographicFigure, Municipality
from municipalities.reference import load_demo_offices, load_reference
from tests.action_plans.editions import published_plan
from tests.action_plans.factories import make_plan
from tests.factories import MunicipalityFactory, OfficeFactory

pytestmark = pytest.mark.django_db
PAGES = ["/", "/municipalities/", "/municipalities/?q=praia", "/municipalities/praia/", "/plans/", "/healthz"]


@pytest.fixture
def territory():
    load_reference()
    load_demo_offices()


@pytest.mark.parametrize("url", PAGES)
def test_a_visitor_who_chooses_nothing_gets_no_cookie(client, territory, url):
    assert not client.get(url).cookies


@pytest.mark.parametrize("url", PAGES[:4])
@pytest.mark.parametrize("language", ["pt", "en", "fr"])
def test_a_page_is_light(client, territory, url, language):
    html = client.get(url, headers={"accept-language": language}).content
    assert len(gzip.compress(html)) <= 15_000


def test_the_map_links_each_municipality_once_and_names_it(client, territory):
    html = client.get("/municipalities/").text
    svg = html[html.index('<svg class="map" ') :].partition("</svg>")[0]
    for municipality in Municipality.objects.all():
        assert svg.count(f'href="{municipality.get_absolute_url()}"') == 1
        assert f"<title>{municipality}</title>" in svg
    assert "OpenStreetMap" in html
    assert "ODbL" in html


def test_the_list_says_what_the_map_says(client, territory):
    published_plan(Municipality.objects.get(code="CV-PR"))
    html = client.get("/municipalities/", headers={"accept-language": "en"}).text
    assert html.count("<title>Praia (published plan)</title>") == 1
    assert html.count("Plan published") == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("paúl", ["Paul"]),
        ("MINDELO", ["São Vicente"]),
        ("sao vicente", ["São Vicente"]),
        ("calheta", ["São Miguel"]),
        ("tarrafal", ["Tarrafal de São Nicolau", "Tarrafal (Santiago)"]),
        ("fogo", ["Mosteiros", "Santa Catarina do Fogo", "São Filipe"]),
        ("lisboa", []),
    ],
)
def test_a_municipality_is_found_by_any_of_its_names(client, territory, query, found):
    groups = client.get("/municipalities/", {"q": query}).context["found"]
    assert [str(place.municipality) for _, places in groups for place in places] == found


def test_what_was_searched_for_is_shown_as_text(client, territory):
    html = client.get("/municipalities/", {"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def test_the_form_at_home_leads_to_the_municipality(client, territory):
    assert client.get("/", {"municipality": "boa-vista"}).url == "/municipalities/boa-vista/"
    assert client.get("/", {"municipality": "atlantis"}).status_code == 200


def test_home_counts_municipalities_with_a_plan_and_shows_the_newest(client, territory):
    edition = published_plan(Municipality.objects.get(code="CV-SL"))
    response = client.get("/", headers={"accept-language": "en"})
    assert "1 of 22 municipalities have published their plan" in response.text
    assert edition.get_absolute_url() in response.text


def test_a_draft_plan_is_shown_to_nobody(client, praia):
    make_plan(praia)
    assert "1 of" not in client.get("/", headers={"accept-language": "en"}).text
    assert not client.get("/municipalities/praia/").context["editions"]


def test_a_municipality_page_shows_office_plan_and_figures_with_their_source(client, territory):
    edition = published_plan(Municipality.objects.get(code="CV-PR"))
    html = client.get("/municipalities/praia/").text
    assert "GAI Praia (demonstração)" in html
    assert edition.get_absolute_url() in html
    assert "142.009" in html
    assert "Expresso das Ilhas" in html
    assert "4.152" in html


def test_what_is_not_known_is_said_to_come(client, sal):
    OfficeFactory(municipality=sal, code="SL")
    html = client.get("/municipalities/sal/", headers={"accept-language": "en"}).text
    assert html.count("not known yet") == 5
    assert "will be here from the day it is published" in html
    assert "No figures with a known source yet." in html


def test_a_page_without_an_office_says_so(client, sal):
    html = client.get("/municipalities/sal/", headers={"accept-language": "en"}).text
    assert "as soon as the municipality makes them known" in html


def test_an_outline_that_is_not_known_leaves_the_list(client, praia):
    html = client.get("/municipalities/").text
    assert '<svg class="map"' not in html
    assert "/municipalities/praia/" in html


def test_figures_are_written_as_in_cabo_verde(praia):
    people = DemographicFigure(municipality=praia, kind="population", year=2021, value=Decimal("142009.0"))
    share = DemographicFigure(municipality=praia, kind="immigrant_share", year=2013, value=Decimal("40.8"))
    with translation.override("pt"):
        assert (people.shown_value, share.shown_value) == ("142.009", "40,8")


def test_an_unknown_municipality_is_a_helpful_404(client, territory):
    response = client.get("/municipalities/atlantis/")
    assert response.status_code == 404
    assert reverse("municipality_list") in response.text


@pytest.mark.parametrize("url", ["/", "/municipalities/", "/municipalities/praia/"])
def test_the_cost_does_not_grow_with_municipalities_and_plans(client, praia, count_queries, url):
    client.get(url)
    few = count_queries(lambda: client.get(url))
    for n in range(12):
        municipality = MunicipalityFactory(island=praia.island)
        OfficeFactory(municipality=praia)
        if n < 3:
            published_plan(municipality)
    published_plan(praia)
    assert count_queries(lambda: client.get(url)) == few <= 6
