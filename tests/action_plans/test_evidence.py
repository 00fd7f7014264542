"""Beside an area stands what the desk has published on its topics, suppressed. Two codes tie them."""

import gzip
from datetime import date, datetime, time

import pytest
from django.utils import timezone

from action_plans import reference
from action_plans.models import TopicArea
from action_plans.services.evidence import place_topics
from action_plans.statistics import area_evidence
from cases.services.statistics import publish_statistics
from gai_portal.lib.count_tables import NOTHING, Figure
from gai_portal.lib.reference import ReferenceFault
from tests.action_plans.factories import issued_template, make_plan
from tests.factories import EnquiryFactory, TopicFactory

pytestmark = pytest.mark.django_db
PAGE_BUDGET = 15_000


@pytest.fixture
def topics():
    groups = {code: TopicFactory(code=code, name_pt=f"Grupo {code}") for code in ("RES", "TRA")}
    for code in ("RES.01", "RES.02", "TRA.01", "TRA.06"):
        groups[code] = TopicFactory(code=code, name_pt=f"Assunto {code}", parent=groups[code[:3]])
    return groups


@pytest.fixture
def meet(topics, office_praia, desk_praia):
    def meet(code: str, number: int, day: date, **what) -> None:
        at = timezone.make_aware(datetime.combine(day, time(10)))
        what = {"office": office_praia, "author": desk_praia, **what}
        for _number in range(number):
            EnquiryFactory(topic=topics[code], at=at, **what)

    return meet


@pytest.fixture
def two_years(meet):
    """More each quarter, mostly from Guinea-Bissau; a few small counts."""
    for number in range(8):
        day = date(2024 + number // 4, number % 4 * 3 + 2, 10)
        meet("RES.01", 10 + 3 * number, day, sex="m", nationality="GW")
        meet("RES.02", 6, day, sex="f", nationality="SN")
        meet("TRA.06", 5 + number, day, sex="f", nationality="GW")
    meet("TRA.01", 2, date(2025, 2, 10), sex="m", nationality="PT")
    publish_statistics(today=date(2026, 2, 1))


@pytest.fixture
def placed(topics, dgi_officer):
    place_topics({"RES": "REG", "TRA": "ACO", "TRA.06": "REG"}, by=dgi_officer)


def test_an_area_has_the_counts_of_its_groups_and_single_topics(two_years, placed):
    evidence = area_evidence("CV-PR", "REG")
    assert [need.topic.code for need in evidence.needs] == ["RES", "TRA.06"]
    residence, training = evidence.needs
    assert (residence.latest, residence.before) == (Figure(130, 130), Figure(82, 82))
    assert not training.is_group
    assert (evidence.latest.period.year, evidence.before.period.year) == (2025, 2024)
    assert [shown for _period, shown in evidence.quarters][:2] == [Figure(16, 16), Figure(19, 19)]
    assert evidence.direction == "up"
    assert [(part.code, part.percent) for part in evidence.nationalities][0] == ("GW", 82)
    assert [part.code for part in evidence.sexes][:2] == ["f", "m"]
    assert [topic.code for topic in evidence.single_topics] == ["TRA.06"]


def test_a_topic_whose_group_is_in_the_same_area_counts_once(two_years, topics, dgi_officer):
    place_topics({"RES": "REG", "RES.01": "REG"}, by=dgi_officer)
    evidence = area_evidence("CV-PR", "REG")
    assert [need.topic.code for need in evidence.needs] == ["RES"]
    assert evidence.total == Figure(130, 130)


def test_two_areas_together_give_no_small_count_away(two_years, placed):
    """Of the 44 about work all but 2 were about training: one of the two numbers is not told."""
    [work] = area_evidence("CV-PR", "ACO").needs
    training = area_evidence("CV-PR", "REG").needs[1]
    assert not (work.latest.is_exact and training.latest.is_exact)


def test_a_town_without_a_desk_says_so(client, placed, sal, planner_sal):
    plan = make_plan(sal)
    client.force_login(planner_sal)
    assert area_evidence("CV-SL", "REG").total == NOTHING
    html = client.get(f"/workspace/plans/{plan.pk}/areas/REG/").content.decode()
    assert "Ainda nada foi publicado" in html


def test_an_area_without_a_topic_says_so(client, two_years, praia, planner_praia):
    plan = make_plan(praia)
    client.force_login(planner_praia)
    html = client.get(f"/workspace/plans/{plan.pk}/areas/REG/").content.decode()
    assert "Nenhum assunto do balcão fala desta área." in html


@pytest.mark.parametrize("page", ["areas/REG/", "measures/REG.M1/"])
def test_the_evidence_stands_beside_the_area_and_the_measure(
    client, two_years, placed, praia, planner_praia, page
):
    plan = make_plan(praia)
    client.force_login(planner_praia)
    response = client.get(f"/workspace/plans/{plan.pk}/{page}")
    html = response.content.decode()
    assert '<svg class="chart"' in html
    assert "<td>16</td>" in html  # the first quarter, in the table beside the chart
    assert "Guiné-Bissau" in html
    assert "como &lt;5" in html
    assert len(gzip.compress(response.content)) < PAGE_BUDGET


def test_evidence_takes_the_same_queries_for_any_number_of_enquiries(
    client, meet, placed, praia, planner_praia, count_queries
):
    plan = make_plan(praia)
    client.force_login(planner_praia)

    def open_pages():
        for page in ("areas/REG/", "measures/REG.M1/"):
            client.get(f"/workspace/plans/{plan.pk}/{page}")

    meet("RES.01", 1, date(2025, 2, 1))
    publish_statistics(today=date(2026, 2, 1))
    open_pages()
    few = count_queries(open_pages)
    for code in ("RES.01", "RES.02", "TRA.06"):
        meet(code, 20, date(2026, 2, 1), nationality="GW")
    publish_statistics(today=date(2027, 2, 1))
    assert count_queries(open_pages) == few


# Which topic speaks about which area


def test_the_national_level_places_topics_and_the_history_says_who(client, topics, dgi_officer):
    issued_template()
    client.force_login(dgi_officer)
    data = {"area-of-RES": "REG", "area-of-RES.01": "", "area-of-RES.02": "ACO"}
    client.post("/workspace/topics/RES/", data)
    assert dict(TopicArea.objects.values_list("topic_code", "area_code")) == {"RES": "REG", "RES.02": "ACO"}
    line = TopicArea.objects.get(pk="RES").history.get()
    assert line.history_user == dgi_officer
    html = client.get("/workspace/topics/").content.decode()
    assert "Regularização (REG)" in html
    assert "Grupo TRA" in html.split("</table>")[0].split("não fala")[1]  # unplaced, and visible as such


def test_an_area_that_is_not_one_is_refused_at_its_field(client, topics, dgi_officer):
    client.force_login(dgi_officer)
    response = client.post("/workspace/topics/RES/", {"area-of-RES": "XXX"})
    assert "area-of-RES" in response.context["form"].errors
    assert not TopicArea.objects.exists()
    assert client.get("/workspace/topics/RES.01/").status_code == 404  # a topic, and no group


def test_a_planner_places_nothing(topics, planner_praia):
    with pytest.raises(Exception, match="may not say"):
        place_topics({"RES": "REG"}, by=planner_praia)


@pytest.fixture
def file(tmp_path):
    def write(text: str):
        path = tmp_path / "topic_areas.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


FILE = """areas:
- {code: REG, topics: [RES]}
- {code: ACO, topics: [TRA, TRA.06]}
"""


def test_the_file_places_topics_and_leaves_what_was_changed_by_hand(topics, file, dgi_officer):
    issued_template()
    path = file(FILE)
    assert reference.load_topic_areas(path).created == 3
    assert reference.load_topic_areas(path).unchanged == 3
    place_topics({"TRA": "REG", "TRA.06": ""}, by=dgi_officer)
    tally = reference.load_topic_areas(
        file(FILE.replace("REG", "ACO", 1).replace("ACO, topics: [TRA", "REG, topics: [TRA"))
    )
    assert (tally.updated, tally.unchanged, tally.kept) == (1, 1, 1)  # of TRA both say the same by now
    assert dict(TopicArea.objects.values_list("topic_code", "area_code")) == {
        "RES": "ACO",
        "TRA": "REG",
        "TRA.06": "",
    }


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("ACO", "XYZ", "line 3, code: “XYZ” is no area"),
        ("TRA.06", "TRA.99", "line 3, topics: “TRA.99” is no topic"),
        ("TRA.06", "RES", "line 3, topics: “RES” stands already under REG"),
        ("[RES]", "RES", "line 2, topics: a list of codes"),
    ],
)
def test_a_faulty_file_is_refused_with_its_line(topics, file, old, new, problem):
    issued_template()
    with pytest.raises(ReferenceFault, match=problem):
        reference.load_topic_areas(file(FILE.replace(old, new)))


def test_an_area_on_which_nobody_came_has_words_in_place_of_a_chart(
    client, topics, meet, praia, planner_praia, dgi_officer
):
    meet("RES.01", 9, date(2025, 2, 10))
    publish_statistics(today=date(2026, 2, 1))
    place_topics({"TRA": "REG"}, by=dgi_officer)
    plan = make_plan(praia)
    client.force_login(planner_praia)
    html = client.get(f"/workspace/plans/{plan.pk}/areas/REG/").content.decode()
    assert "Nenhum atendimento sobre esta área foi registado nos últimos 4 trimestres." in html
    assert '<svg class="chart"' not in html
