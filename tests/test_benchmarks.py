"""The benchmark finds every page that it measures. What it measures is told by `make bench` alone."""

import pytest
from django.core.management import call_command

from benchmarks import lists
from benchmarks.bench import TOKEN, report
from benchmarks.pages import FLOOR, Page, pages, sign_in
from benchmarks.seed import seed
from cases.models import Enquiry, Person


@pytest.fixture
def demonstration(db, settings):
    settings.DEMO = True
    settings.ROOT_URLCONF = "benchmarks.urls"
    folders = [*settings.TEMPLATES[0]["DIRS"], settings.BASE_DIR / "benchmarks" / "templates"]
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": folders}]
    call_command("load_reference_data")
    call_command("load_demo_data")


def test_every_page_answers_as_the_benchmark_expects(demonstration):
    before = Enquiry.objects.count(), Person.objects.count()
    seed(60)
    assert (Enquiry.objects.count(), Person.objects.count()) == (before[0] + 60, before[1] + 12)
    clients = sign_in()
    for page in pages(clients):
        client = clients[page.who]
        fields = page.posted() | {"csrfmiddlewaretoken": TOKEN} if page.posted else None
        method = client.post if fields else client.get
        response = method(page.url, fields, headers=page.headers)
        assert response.status_code == page.expected, page.name
        response.getvalue()


def test_the_report_sets_each_page_beside_the_floor_and_its_budget():
    judged = [Page("today", "/", budget=2), Page("figures", "/", budget=2)]
    asked = [Page(FLOOR, "/"), *judged, Page("export", "/")]
    times = {FLOOR: [0.01, 0.02, 0.01], "today": [0.05] * 3, "figures": [0.011] * 3, "export": [0.1] * 3}
    *_head, floor, today, figures, export = report(asked, times, 60).splitlines()
    assert floor.split()[-3:] == ["10.0", "1.00", "–"]
    assert today.split() == ["today", "50.0", "5.00", "2", "over"]
    assert figures.split() == ["figures", "11.0", "1.10", "2"]
    assert export.split() == ["export", "100.0", "10.00", "–"]


def test_lists_come_in_and_go_out_by_every_way_that_is_compared(db):
    call_command("load_reference_data")
    desk = lists.make_desk()
    for work in lists.imports(desk).values():
        Enquiry.objects.all().delete()
        work(40)()
        assert Enquiry.objects.count() == 40
    for work in [*lists.exports(desk).values(), *lists.workbooks(desk).values()]:
        work(40)()


def test_what_is_slower_than_its_budget_is_told():
    theirs = {"import-export": [5.0] * 3, "import-export, bulk": [4.0] * 3}
    *_head, ours, default, bulk = lists.report({lists.OURS: [0.5, 1, 0.5]} | theirs, 100).splitlines()
    assert ours.split() == ["the", "portal", "200"]
    assert default.split() == ["import-export", "20", "10.0", "x", "8", "x"]
    assert bulk.split()[-5:] == ["25", "8.0", "x", "3", "x"]
