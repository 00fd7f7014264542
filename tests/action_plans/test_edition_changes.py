"""What changed since the last edition: told from the two frozen contents, in plain words."""

from datetime import date

import pytest
from django.utils import translation

from action_plans.models import PlanIndicator, PlanMeasure, PlanSection
from action_plans.services.edition_changes import edition_changes
from action_plans.workflow import Decision
from tests.action_plans.editions import publish
from tests.factories import PartnerFactory

PLAN = "/plans/praia-2026-2028/"


@pytest.fixture
def first(edition_with_a_local_measure):
    return edition_with_a_local_measure


def measure(code, **values):
    PlanMeasure.objects.filter(code=code).update(**values)


def changed(first) -> dict:
    """What the next edition changes, by code."""
    second = publish(first.plan)
    return {change.code: change for change in edition_changes(first.snapshot, second.snapshot)}


def fields(change) -> dict:
    return {part.field: (part.before, part.after) for part in change.fields}


def test_the_same_content_once_more_changes_nothing(first):
    assert changed(first) == {}


def test_a_measure_that_is_new_and_one_that_is_gone(first):
    local = PlanMeasure.objects.get(code="REG.L1")
    PlanMeasure.objects.create(
        plan=local.plan,
        local_area=local.local_area,
        code="REG.L2",
        decision=Decision.LOCAL,
        text_pt="Outra medida local.",
        is_local_priority=True,
    )
    local.delete()
    found = changed(first)
    assert (found["REG.L2"].what, found["REG.L1"].what) == ("added", "dropped")
    assert found["REG.L2"].names["name_pt"] == "Outra medida local."


def test_a_measure_that_is_left_out_says_why(first):
    measure("REG.M1", decision=Decision.EXCLUDED, reason="Outro serviço já o faz.")
    assert (changed(first)["REG.M1"].what, changed(first)["REG.M1"].reason) == (
        "left_out",
        "Outro serviço já o faz.",
    )


def test_a_measure_that_is_taken_up_again(first):
    measure("REG.M2", decision=Decision.ADOPTED, reason="")
    assert changed(first)["REG.M2"].what == "taken_up"


def test_a_national_measure_in_the_municipalitys_own_words(first):
    measure("ACO.M1", decision=Decision.ADAPTED, text_pt="A nossa medida.")
    found = fields(changed(first)["ACO.M1"])
    assert found["decision"] == ("adopted", "adapted")
    assert found["text_pt"] == ("Medida 1 de Acolhimento.", "A nossa medida.")


def test_who_when_and_with_what_money(first):
    measure(
        "ACO.M2",
        starts_on=date(2026, 3, 1),
        ends_on=date(2027, 6, 30),
        budget_cve="1500.00",
        responsible_unit="Divisão de Educação",
        deliverable="Balcão aberto.",
        funding_source="Cooperação",
    )
    PlanMeasure.objects.get(code="ACO.M2").partners.add(PartnerFactory(code="PAC"))
    found = changed(first)
    parts = fields(found["ACO.M2"])
    assert parts["budget_cve"] == (None, "1500.00")
    assert parts["ends_on"] == (None, "2027-06-30")
    assert parts["responsible_unit"] == ("Gabinete de Ação Social", "Divisão de Educação")
    assert set(parts) >= {"starts_on", "deliverable", "funding_source", "partners"}
    assert fields(found[""])["budget_cve"] == ("1000.50", "2500.50")  # the plan as a whole


def test_a_chapter_and_an_indicator(first):
    PlanSection.objects.filter(code="S3").update(text_pt="Um retrato novo.")
    PlanIndicator.objects.filter(code="ACO.I1").update(target_value=25)
    found = changed(first)
    assert fields(found["S3"]) == {"text_pt": ("O nosso texto.", "Um retrato novo.")}
    assert fields(found["ACO.I1"]) == {"target_value": ("10", "25")}


def test_every_difference_of_a_measure_is_told_or_belongs_to_the_template(first):
    """A part that is added to the snapshot has to be compared, or named here as not the municipality's."""
    from action_plans.services.edition_changes import MEASURE_FIELDS

    told = {"code", "decision", "reason", "text_pt", "text_en", "text_fr", *MEASURE_FIELDS}
    of_the_template = {"area", "objective", "is_mandatory", "lead"}
    measures = first.snapshot["areas"][0]["objectives"][0]["measures"]
    assert set(measures[0]) == told | of_the_template


@pytest.mark.parametrize(
    ("language", "sentence", "heading"),
    [
        ("pt", "Orçamento: 1.500$00. Antes: não indicado.", "Medidas que mudaram"),
        ("en", "Budget: 1.500$00. Before: not stated.", "Measures that changed"),
        (
            "fr",
            "Budget\N{NO-BREAK SPACE}: 1.500$00. Avant\N{NO-BREAK SPACE}: non indiqué.",
            "Mesures modifiées",
        ),
    ],
)
def test_the_page_says_it_in_plain_words(client, first, language, sentence, heading):
    measure("ACO.M2", budget_cve="1500.00")
    publish(first.plan)
    html = client.get(PLAN, headers={"accept-language": language}).content.decode()
    assert sentence in html
    assert heading in html
    assert f'href="{PLAN}1/"' in html


def test_the_page_costs_the_same_queries_once_it_has_been_read(client, first, count_queries):
    publish(first.plan)
    client.get(PLAN)
    assert count_queries(lambda: client.get(PLAN)) <= 4


def test_the_first_edition_has_nothing_to_be_compared_with(client, first):
    assert "O que mudou" not in client.get(f"{PLAN}1/", headers={"accept-language": "pt"}).content.decode()
    assert client.get(f"{PLAN}1.json").json()["changes"] is None


def test_the_data_holds_the_changes_too(client, first):
    measure("ACO.M2", budget_cve="1500.00")
    publish(first.plan)
    changes = client.get(f"{PLAN}2.json").json()["changes"]
    assert changes["since_edition"] == 1
    assert {
        "about": "measure",
        "code": "ACO.M2",
        "what": "changed",
        "names": {
            "name_pt": "Medida 2 de Acolhimento.",
            "name_en": "Measure 2 of ACO.",
            "name_fr": "",
        },
        "fields": [{"field": "budget_cve", "before": None, "after": "1500.00"}],
        "reason": "",
    } in changes["items"]


def test_what_somebody_typed_stays_text(client, first):
    measure("ACO.M2", deliverable="<b>Gordo</b>", responsible_unit="<script>x</script>")
    measure("REG.M1", decision=Decision.EXCLUDED, reason="<i>Porque</i>")
    publish(first.plan)
    html = client.get(PLAN).content.decode()
    assert "<script>x" not in html
    assert "<b>Gordo" not in html
    assert "<i>Porque" not in html


def test_the_words_exist_for_every_part_that_can_change(first):
    from action_plans.services import edition_changes as service
    from action_plans.templatetags import changes as words

    told = set(words.LABELS) | set(words.TOLD)
    assert set(service.MEASURE_FIELDS) | set(service.INDICATOR_FIELDS) <= told
    with translation.override("pt"):
        for name in ("title", "text", "summary"):
            assert {f"{name}_{language}" for language in ("pt", "en", "fr")} <= told
