"""Publishing freezes a plan: what is public stays as it was, whoever writes, by whatever road."""

import hashlib
import json
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from action_plans.models import Edition, EditionFile, PlanMeasure, PlanStep, TemplateMeasure
from action_plans.services.publication import (
    canonical,
    freeze_plan,
    record_gazette_reference,
)
from action_plans.workflow import Decision, PlanState
from gai_portal.lib.codes import code_from, read_code
from municipalities.models import DemographicFigure
from tests.action_plans.editions import STAND_IN, publish, published_plan
from tests.action_plans.factories import TemplateFactory, fill_template, issue, make_plan
from tests.factories import PartnerFactory


@pytest.fixture
def plan(praia):
    """Five national measures, one of each decision among them, and a local one."""
    plan = make_plan(praia, ready=True, state=PlanState.PUBLISHED)
    PlanMeasure.objects.filter(plan=plan, code="ACO.M2").update(
        decision=Decision.ADAPTED,
        text_pt="A nossa medida.",
        starts_on=date(2026, 3, 1),
        ends_on=date(2027, 12, 31),
        budget_cve="250000.00",
        deliverable="Balcão aberto.",
        funding_source="Orçamento municipal",
    )
    PlanMeasure.objects.filter(plan=plan, code="REG.M1").update(
        decision=Decision.EXCLUDED, reason="Outro serviço já o faz."
    )
    local = PlanMeasure.objects.create(
        plan=plan,
        local_area=plan.template.areas.get(code="REG"),
        code="REG.L1",
        order=99,
        decision=Decision.LOCAL,
        text_pt="Medida local.",
        is_local_priority=True,
        budget_cve="1000.50",
    )
    local.partners.add(PartnerFactory(code="PAC", name_pt="Plataforma"))
    return plan


@pytest.fixture
def edition(plan, approver_praia):
    return publish(plan, by=approver_praia)


def area(snapshot, code):
    return next(area for area in snapshot["areas"] if area["code"] == code)


def texts(snapshot, code="ACO"):
    return [m["text_pt"] for objective in area(snapshot, code)["objectives"] for m in objective["measures"]]


def test_a_snapshot_holds_what_the_municipality_decided(plan, praia):
    DemographicFigure.objects.create(
        municipality=praia, kind="population", year=2021, value=142009, source="INE"
    )
    snapshot = freeze_plan(plan)
    assert snapshot["format"] == 1
    assert snapshot["municipality"]["name"] == "Praia"
    assert snapshot["decision"] == {"decided_on": "2026-03-12", "reference": "Deliberação n.º 7/2026"}
    assert texts(snapshot) == ["Medida 1 de Acolhimento.", "A nossa medida.", "Medida 3 de Acolhimento."]
    adapted = area(snapshot, "ACO")["objectives"][0]["measures"][1]
    assert adapted["starts_on"] == "2026-03-01"
    assert adapted["budget_cve"] == "250000.00"
    assert adapted["goals"] == ["NIS1"]
    (local,) = area(snapshot, "REG")["local_measures"]
    assert local["partners"][0]["name_pt"] == "Plataforma"
    (excluded,) = snapshot["excluded"]
    assert (excluded["code"], excluded["reason"]) == ("REG.M1", "Outro serviço já o faz.")
    assert (
        snapshot["totals"] | {"carried_out": 5, "excluded": 1, "budget_cve": "251000.50"}
        == snapshot["totals"]
    )
    assert snapshot["figures"] == [
        {"kind": "population", "year": 2021, "value": "142009", "status": "", "source": "INE"}
    ]
    assert snapshot["goals"][0] | {"code": "NIS1", "measures": 4} == snapshot["goals"][0]
    indicator = area(snapshot, "ACO")["objectives"][0]["indicators"][0]
    assert (indicator["target_value"], indicator["baseline_value"]) == ("10", None)


def test_a_locked_chapter_is_frozen_in_the_words_of_the_national_level(plan):
    chapters = {chapter["code"]: chapter["text_pt"] for chapter in freeze_plan(plan)["chapters"]}
    assert chapters["S2"] == "Texto nacional."
    assert chapters["S3"] == "O nosso texto."


def test_a_snapshot_is_the_same_whatever_language_is_active(plan):
    with translation.override("pt"):
        expected = canonical(freeze_plan(plan))
    with translation.override("fr"):
        assert canonical(freeze_plan(plan)) == expected


def test_an_adopted_measure_shows_the_version_that_it_is_based_on(plan):
    newer = TemplateFactory()
    fill_template(newer)
    TemplateMeasure.objects.filter(objective__area__template=newer).update(text_pt="Texto novo.")
    issue(newer)
    assert "Medida 1 de Acolhimento." in texts(freeze_plan(plan))
    row = TemplateMeasure.objects.get(objective__area__template=newer, code="ACO.M1")
    PlanMeasure.objects.filter(plan=plan, code="ACO.M1").update(based_on=row)
    snapshot = freeze_plan(plan)
    assert texts(snapshot)[0] == "Texto novo."
    assert [area["code"] for area in snapshot["areas"]] == ["ACO", "REG"]  # the versions meet by their codes


def test_freezing_costs_the_same_for_few_and_many_measures(plan, count_queries):
    few = count_queries(lambda: freeze_plan(plan))
    for number in range(20):
        PlanMeasure.objects.create(
            plan=plan,
            local_area=plan.template.areas.first(),
            code=f"ACO.L{number}",
            decision=Decision.LOCAL,
            text_pt="Mais uma.",
        ).partners.add(PartnerFactory())
    assert count_queries(lambda: freeze_plan(plan)) == few <= 12


def test_an_edition_has_a_number_a_code_and_a_file_with_its_hash(edition):
    assert edition.number == 1
    assert edition.snapshot["edition"] == {"number": 1, "published_on": "2026-06-20"}
    assert edition.verification_code == code_from(canonical(edition.snapshot))
    file = edition.files.get()
    assert bytes(file.pdf) == STAND_IN
    assert file.sha256 == hashlib.sha256(STAND_IN).hexdigest()
    assert json.loads(json.dumps(edition.snapshot)) == edition.snapshot


def test_a_second_edition_stands_beside_the_first(edition, plan, approver_praia):
    PlanMeasure.objects.filter(plan=plan, code="ACO.M2").update(text_pt="Texto revisto.")
    second = publish(plan, by=approver_praia)
    assert second.number == 2
    assert second.verification_code != edition.verification_code
    assert "A nossa medida." in texts(Edition.objects.get(number=1).snapshot)
    assert "Texto revisto." in texts(Edition.objects.get(number=2).snapshot)
    assert list(Edition.objects.current()) == [second]


def test_the_same_content_published_twice_has_two_codes(plan, approver_praia):
    first, second = publish(plan, by=approver_praia), publish(plan, by=approver_praia)
    assert first.verification_code != second.verification_code


def test_an_edition_cannot_be_altered_in_code(edition):
    edition.snapshot["slug"] = "outro"
    refused = [
        edition.save,
        edition.delete,
        edition.files.get().save,
        edition.files.get().delete,
        lambda: edition.save(update_fields=["snapshot", "gazette_reference"]),
        lambda: Edition.objects.update(number=9),
        lambda: Edition.objects.all().delete(),
        lambda: EditionFile.objects.update(sha256="0" * 64),
        lambda: EditionFile.objects.all().delete(),
    ]
    for action in refused:
        with pytest.raises(PermissionDenied):
            action()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE action_plans_edition SET number = 9",
        "UPDATE action_plans_edition SET snapshot = '{}'",
        "UPDATE action_plans_edition SET gazette_reference = 'BO', verification_code = 'X'",
        "UPDATE action_plans_editionfile SET sha256 = ''",
        "DELETE FROM action_plans_editionfile",
        "DELETE FROM action_plans_edition",
    ],
)
def test_an_edition_cannot_be_altered_in_the_database(edition, statement):
    with (
        pytest.raises(IntegrityError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_step_of_a_plan_cannot_be_rewritten(plan, approver_praia):
    PlanStep.objects.create(
        plan=plan, name="publish", from_state="approved", to_state="published", by=approver_praia
    )
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        PlanStep.objects.update(comment="outro")


REPLACING = {
    # What SQLite writes over a row, and what PostgreSQL does.
    "sqlite": "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "postgresql": "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET {set}",
}


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("action_plans_edition", "number = 9"),
        ("action_plans_editionfile", "sha256 = ''"),
        ("action_plans_planstep", "comment = 'outro'"),
    ],
)
def test_nothing_frozen_is_replaced(edition, plan, approver_praia, table, change):
    PlanStep.objects.create(
        plan=plan, name="publish", from_state="approved", to_state="published", by=approver_praia
    )
    statement = REPLACING[connection.vendor].format(table=table, set=change)
    with (
        pytest.raises(IntegrityError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE {} SET comment = 'outro'", "DELETE FROM {}"])
def test_no_step_is_altered_or_taken_away_in_the_database(plan, approver_praia, statement):
    PlanStep.objects.create(
        plan=plan, name="publish", from_state="approved", to_state="published", by=approver_praia
    )
    with (
        pytest.raises(IntegrityError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format("action_plans_planstep"))


def test_the_gazette_may_follow(edition, approver_praia):
    record_gazette_reference(edition, "B.O. II Série n.º 3", by=approver_praia)
    assert Edition.objects.get().gazette_reference == "B.O. II Série n.º 3"


def test_only_an_approver_of_the_municipality_notes_the_gazette(edition, planner_praia, dgi_officer):
    for user in (planner_praia, dgi_officer):
        with pytest.raises(PermissionDenied):
            record_gazette_reference(edition, "B.O.", by=user)


def test_a_code_reads_back_however_it_is_typed(edition):
    code = edition.verification_code
    for typed in (code, code.lower(), code.replace("-", ""), " ".join(code), f" {code}\n"):
        assert read_code(typed) == code


def test_a_code_tells_every_single_slip_and_every_swap():
    code = code_from(b"plano").replace("-", "")
    for place, character in enumerate(code):
        for other in "23456789CDFGHJKMNPRTVWX":
            if other != character:
                assert read_code(code[:place] + other + code[place + 1 :]) is None
        if place and code[place - 1] != character:
            assert read_code(code[: place - 1] + character + code[place - 1] + code[place + 1 :]) is None


def test_one_municipality_publishes_without_touching_another(edition, sal, planner_sal):
    other = published_plan(sal, by=planner_sal)
    assert {e.plan_id for e in Edition.objects.current()} == {edition.plan_id, other.plan_id}
