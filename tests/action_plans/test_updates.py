"""What becomes of a plan's items when a newer version is issued, one decision at a time."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from action_plans.models import PlanMeasure, Template, UpdateDecision
from action_plans.services.inbox import inbox_of, inboxes_of
from action_plans.services.merging import propose_merge
from action_plans.services.tailoring import EditConflict, add_local_measure, save_measure, save_section
from action_plans.services.updates import InboxMoved, decide_update, take_untouched, undo_decisions
from action_plans.workflow import Decision, PlanState, UpdateChoice
from tests.action_plans.factories import issued_template, make_plan
from tests.action_plans.versions import issue_next
from tests.factories import MunicipalityFactory

TAKE, KEEP, MERGE = UpdateChoice.TAKE, UpdateChoice.KEEP, UpdateChoice.MERGE
OWN = "Medida 1 de Acolhimento, à nossa maneira."


@pytest.fixture
def plan(praia):
    issued_template(number=1)
    return make_plan(praia)


def measure(plan, code="ACO.M1") -> PlanMeasure:
    return PlanMeasure.objects.select_related("plan", "based_on").get(plan=plan, code=code)


@pytest.fixture
def adapt(plan, planner_praia):
    def adapt(code="ACO.M1", text=OWN):
        row = measure(plan, code)
        values = {"decision": Decision.ADAPTED, "text_pt": text, "reason": "É assim cá."}
        return save_measure(row, values, version=row.version, by=planner_praia)

    return adapt


@pytest.fixture
def decide(plan, planner_praia):
    def decide(code, choice, kind="measure", **details):
        change = inbox_of(plan).find(kind, code)
        row = getattr(plan, f"{kind}s").filter(code=code, based_on__isnull=False).first()
        details = {
            "against": Template.objects.issued().get().number,
            "version": row.version if change.standing else 0,
            "by": planner_praia,
        } | details
        return decide_update(plan, kind, code, choice, **details)

    return decide


def aspects(plan) -> dict[str, list[str]]:
    return {change.code: change.aspects for change in inbox_of(plan).changes}


def number_of(row) -> int:
    return row.based_on.document.number


def test_issuing_changes_no_plan_and_tells_item_by_item_what_is_new(plan, dgi_officer):
    before = list(plan.measures.values())

    def edit(draft):
        draft.reword_measure("ACO.M2")
        draft.move_measure("ACO.M3", to="REG.O1")
        draft.drop_measure("REG.M2")
        draft.add_measure("ACO.M9", is_mandatory=True)
        draft.mandate_measure("REG.M1")
        draft.change_unit("ACO.I1")

    issue_next(edit, by=dgi_officer)
    assert list(plan.measures.values()) == before
    assert aspects(plan) == {
        "ACO.M2": ["reworded"],
        "ACO.M9": ["new", "mandatory"],
        "ACO.I1": ["details"],
        "REG.M1": ["mandatory"],
        "ACO.M3": ["moved"],
        "REG.M2": ["dropped"],
    }


def test_a_measure_moves_too_when_its_whole_objective_changes_its_area(plan, dgi_officer):
    def edit(draft):
        objective = draft.objectives().get(code="REG.O1")
        draft.write(objective, area=draft.template.areas.get(code="ACO"))
        draft.template.areas.get(code="REG").delete()

    issue_next(edit, by=dgi_officer)
    assert aspects(plan)["REG.M1"] == ["moved"]


def test_taking_puts_the_national_words_in_place_and_the_own_ones_into_the_history(
    plan, adapt, decide, dgi_officer
):
    adapt()
    issue_next(lambda draft: draft.reword_measure("ACO.M1"), by=dgi_officer)
    decide("ACO.M1", TAKE)
    row = measure(plan)
    assert (row.decision, row.text_pt, row.reason, number_of(row)) == (Decision.ADOPTED, "", "", 2)
    assert OWN in row.history.values_list("text_pt", flat=True)
    assert inbox_of(plan).is_empty


def test_taking_a_new_place_leaves_the_own_words_where_they_are(plan, adapt, decide, dgi_officer):
    adapt("ACO.M2")
    issue_next(lambda draft: draft.move_measure("ACO.M2", to="REG.O1"), by=dgi_officer)
    decide("ACO.M2", TAKE)
    row = measure(plan, "ACO.M2")
    assert (row.decision, row.text_pt, row.area.code) == (Decision.ADAPTED, OWN, "REG")


def test_what_was_kept_comes_back_only_when_a_later_version_changes_it_again(
    plan, adapt, decide, dgi_officer
):
    adapt()
    issue_next(lambda draft: draft.reword_measure("ACO.M1"), by=dgi_officer)
    decide("ACO.M1", KEEP)
    row = measure(plan)
    assert (row.decision, row.text_pt, number_of(row)) == (Decision.ADAPTED, OWN, 1)
    assert inbox_of(plan).is_empty

    issue_next(lambda draft: draft.reword_measure("ACO.M2"), by=dgi_officer)
    assert aspects(plan) == {"ACO.M2": ["reworded"]}
    issue_next(lambda draft: draft.reword_measure("ACO.M1"), by=dgi_officer)
    assert aspects(plan) == {"ACO.M1": ["reworded"], "ACO.M2": ["reworded"]}


def test_merging_bases_the_own_words_on_the_new_version(plan, adapt, decide, dgi_officer):
    adapt()
    issue_next(lambda draft: draft.reword_measure("ACO.M1", "Medida nova."), by=dgi_officer)
    with pytest.raises(ValidationError) as error:
        decide("ACO.M1", MERGE, texts={"text_pt": "Medida ⟦nova ¦ nossa⟧.", "text_en": "Ours⟧"})
    assert set(error.value.message_dict) == {"text_pt", "text_en"}
    with pytest.raises(ValidationError):
        decide("ACO.M1", MERGE, texts={"text_pt": "  "})
    decide("ACO.M1", MERGE, texts={"text_pt": "Medida nova, à nossa maneira."})
    row = measure(plan)
    assert (row.decision, number_of(row)) == (Decision.ADAPTED, 2)
    assert row.text_pt == "Medida nova, à nossa maneira."


def test_the_proposal_takes_both_sides_changes_and_marks_where_they_clash():
    base = "Abrir um balcão na câmara, de manhã, para todos."
    national = "Abrir dois balcões na câmara, todo o dia, para todos."
    proposal = propose_merge(base, national, "Abrir um posto na câmara, de manhã, para todos, sem marcação.")
    assert proposal.text == "Abrir ⟦dois balcões ¦ um posto⟧ na câmara, todo o dia, para todos, sem marcação."
    assert proposal.conflicts == 1


def test_an_excluded_measure_that_becomes_mandatory_stays_out_or_is_decided_anew(
    plan, decide, planner_praia, dgi_officer
):
    row = measure(plan, "ACO.M2")
    values = {"decision": Decision.EXCLUDED, "reason": "Já existe."}
    save_measure(row, values, version=row.version, by=planner_praia)
    issue_next(lambda draft: draft.mandate_measure("ACO.M2"), by=dgi_officer)
    change = inbox_of(plan).find("measure", "ACO.M2")
    assert change.becomes_mandatory
    assert not change.is_untouched
    assert change.choices == [TAKE, UpdateChoice.ANEW]
    decision = decide("ACO.M2", TAKE)
    assert (measure(plan, "ACO.M2").decision, measure(plan, "ACO.M2").reason) == ("excluded", "Já existe.")
    undo_decisions(plan, [decision.pk], by=planner_praia)
    decide("ACO.M2", UpdateChoice.ANEW)
    assert (measure(plan, "ACO.M2").decision, measure(plan, "ACO.M2").reason) == ("undecided", "")


def test_a_new_measure_arrives_undecided_or_is_left_out_with_a_reason(plan, decide, dgi_officer):
    def edit(draft):
        draft.add_measure("ACO.M8")
        draft.add_measure("ACO.M9")

    issue_next(edit, by=dgi_officer)
    decide("ACO.M8", TAKE)
    assert measure(plan, "ACO.M8").decision == Decision.UNDECIDED
    with pytest.raises(ValidationError):
        decide("ACO.M9", UpdateChoice.LEAVE_OUT)
    decide("ACO.M9", UpdateChoice.LEAVE_OUT, reason="Não há mar.")
    assert (measure(plan, "ACO.M9").decision, measure(plan, "ACO.M9").reason) == ("excluded", "Não há mar.")


def test_a_dropped_measure_is_left_out_or_goes_on_as_a_local_one(plan, adapt, decide, dgi_officer):
    adapt("ACO.M2", "Cá continua.")

    def edit(draft):
        draft.drop_measure("ACO.M2")
        draft.drop_measure("ACO.M3")

    issue_next(edit, by=dgi_officer)
    decide("ACO.M3", UpdateChoice.LEAVE_OUT)
    assert not plan.measures.filter(code="ACO.M3").exists()
    assert PlanMeasure.history.filter(plan_id=plan.pk, code="ACO.M3").exists()
    decide("ACO.M2", UpdateChoice.GO_ON)
    local = plan.measures.get(decision=Decision.LOCAL)
    assert (local.code, local.text_pt) == ("ACO.L1", "Cá continua.")
    assert local.local_area.template.number == 2
    assert [goal.code for goal in local.goals.all()] == ["NIS1"]
    assert inbox_of(plan).is_empty


def test_a_measure_without_words_of_its_own_goes_on_in_the_national_ones(plan, decide, dgi_officer):
    issue_next(lambda draft: draft.drop_measure("ACO.M3"), by=dgi_officer)
    decide("ACO.M3", UpdateChoice.GO_ON)
    local = plan.measures.get(decision=Decision.LOCAL)
    assert (local.text_pt, local.text_en) == ("Medida 3 de Acolhimento.", "Measure 3 of ACO.")


def test_a_dropped_indicator_can_be_kept_and_comes_back_with_its_code(plan, decide, dgi_officer):
    issue_next(lambda draft: draft.drop_indicator("ACO.I1"), by=dgi_officer)
    decide("ACO.I1", KEEP, kind="indicator")
    assert inbox_of(plan).is_empty
    assert plan.indicators.filter(code="ACO.I1").exists()
    issue_next(lambda draft: draft.add_indicator("ACO.I1"), by=dgi_officer)
    assert list(aspects(plan)) == ["ACO.I1"]


def test_a_locked_chapter_can_only_be_taken(plan, dgi_officer):
    issue_next(lambda draft: draft.reword_section("S2"), by=dgi_officer)
    assert inbox_of(plan).find("section", "S2").choices == [TAKE]


def test_a_chapter_with_own_words_gives_them_up_only_into_its_history(
    plan, decide, planner_praia, dgi_officer
):
    section = plan.sections.select_related("plan").get(code="S3")
    save_section(section, {"text_pt": "O nosso retrato."}, version=section.version, by=planner_praia)
    issue_next(lambda draft: draft.reword_section("S3"), by=dgi_officer)
    change = inbox_of(plan).find("section", "S3")
    assert not change.is_untouched
    assert change.choices == [TAKE, KEEP, MERGE]
    decide("S3", TAKE, kind="section")
    section.refresh_from_db()
    assert section.text_pt == section.based_on.text_pt
    assert "O nosso retrato." in section.history.values_list("text_pt", flat=True)


def test_a_chapter_that_the_national_level_locks_shows_its_words(plan, decide, planner_praia, dgi_officer):
    section = plan.sections.select_related("plan").get(code="S3")
    save_section(section, {"text_pt": "O nosso retrato."}, version=section.version, by=planner_praia)
    issue_next(lambda draft: draft.lock_section("S3"), by=dgi_officer)
    decision = decide("S3", TAKE, kind="section")
    section.refresh_from_db()
    assert section.text_pt == ""
    undo_decisions(plan, [decision.pk], by=planner_praia)
    section.refresh_from_db()
    assert section.text_pt == "O nosso retrato."


def test_numbers_in_another_unit_start_again(plan, decide, planner_praia, dgi_officer):
    indicator = plan.indicators.get(code="ACO.I1")
    indicator.target_value, indicator.target_year = 120, 2028
    indicator.save()
    issue_next(lambda draft: draft.change_unit("ACO.I1"), by=dgi_officer)
    assert not inbox_of(plan).find("indicator", "ACO.I1").is_untouched
    decision = decide("ACO.I1", TAKE, kind="indicator")
    indicator.refresh_from_db()
    assert (indicator.target_value, indicator.target_year) == (None, None)
    undo_decisions(plan, [decision.pk], by=planner_praia)
    indicator.refresh_from_db()
    assert (indicator.target_value, indicator.target_year) == (120, 2028)


def test_all_untouched_ones_are_taken_at_once_and_adapted_ones_are_not(
    plan, adapt, planner_praia, dgi_officer
):
    adapt("ACO.M1")

    def edit(draft):
        for code in ("ACO.M1", "ACO.M2", "ACO.M3"):
            draft.reword_measure(code)
        draft.add_measure("ACO.M9")
        draft.drop_measure("REG.M1")
        draft.reword_section("S2")

    issue_next(edit, by=dgi_officer)
    taken = take_untouched(plan, against=2, by=planner_praia)
    assert sorted(decision.code for decision in taken) == ["ACO.M2", "ACO.M3", "S2"]
    assert measure(plan).text_pt == OWN
    assert sorted(aspects(plan)) == ["ACO.M1", "ACO.M9", "REG.M1"]
    assert (inbox_of(plan).looked_at, inbox_of(plan).total) == (3, 6)
    assert len(undo_decisions(plan, [row.pk for row in taken], by=planner_praia)) == 3
    assert inbox_of(plan).looked_at == 0


def test_unchanged_items_follow_with_the_planners_next_step(
    plan, decide, planner_praia, dgi_officer, partner
):
    measure(plan, "ACO.M2").partners.add(partner)
    issue_next(lambda draft: draft.reword_measure("ACO.M1"), by=dgi_officer)
    assert number_of(measure(plan, "ACO.M2")) == 1
    decide("ACO.M1", KEEP)
    row = measure(plan, "ACO.M2")
    assert number_of(row) == 2
    assert row.history.first().history_user == planner_praia
    assert [link.partner for link in row.history.first().partners.all()] == [partner]
    assert row.version == 1  # whoever has it open may go on
    assert [number_of(row) for row in plan.sections.all()] == [2, 2, 2, 2]


def test_measures_stand_in_the_order_of_the_version_that_they_rest_on(plan, planner_praia, dgi_officer):
    def edit(draft):
        for order, code in enumerate(("ACO.M3", "ACO.M1", "ACO.M2")):
            draft.write(draft.measures().get(code=code), order=order)
        draft.reword_measure("ACO.M1")

    issue_next(edit, by=dgi_officer)
    take_untouched(plan, against=2, by=planner_praia)
    codes = plan.measures.order_by("order").values_list("code", flat=True)
    assert list(codes) == ["ACO.M3", "ACO.M1", "ACO.M2", "REG.M1", "REG.M2"]


def test_where_nothing_changes_the_plan_is_brought_along_by_one_click(plan, planner_praia, dgi_officer):
    issue_next(lambda draft: draft.add_section("S7"), by=dgi_officer)
    issue_next(lambda draft: draft.drop_section("S7"), by=dgi_officer)
    inbox = inbox_of(plan)
    assert inbox.changes == []
    assert not inbox.is_empty
    assert take_untouched(plan, against=3, by=planner_praia) == []
    assert inbox_of(plan).is_empty


def test_a_plan_on_version_1_is_compared_with_version_3_at_once(plan, decide, dgi_officer):
    issue_next(lambda draft: draft.reword_measure("ACO.M1", "Segunda redação."), by=dgi_officer)
    issue_next(lambda draft: draft.reword_measure("ACO.M1", "Terceira redação."), by=dgi_officer)
    change = inbox_of(plan).find("measure", "ACO.M1")
    assert change.before.values["text_pt"] == "Medida 1 de Acolhimento."
    assert change.after.values["text_pt"] == "Terceira redação."
    decide("ACO.M1", TAKE)
    assert number_of(measure(plan)) == 3


def test_a_national_code_that_a_local_measure_carries_gets_its_place(
    plan, decide, planner_praia, dgi_officer
):
    area = plan.template.areas.get(code="ACO")
    add_local_measure(plan, area, {"text_pt": "Nossa.", "is_local_priority": True}, by=planner_praia)
    issue_next(lambda draft: draft.add_measure("ACO.L1"), by=dgi_officer)
    decide("ACO.L1", TAKE)
    assert plan.measures.get(code="ACO.L1").based_on is not None
    assert plan.measures.get(decision=Decision.LOCAL).code == "ACO.L2"


CASES = [
    ("reword_measure", "ACO.M1", TAKE),
    ("reword_measure", "ACO.M1", KEEP),
    ("reword_measure", "ACO.M1", MERGE),
    ("drop_measure", "ACO.M1", UpdateChoice.LEAVE_OUT),
    ("drop_measure", "ACO.M1", UpdateChoice.GO_ON),
    ("add_measure", "ACO.M9", TAKE),
    ("add_measure", "ACO.M9", UpdateChoice.LEAVE_OUT),
]


@pytest.mark.parametrize(("edit", "code", "choice"), CASES)
def test_every_decision_can_be_taken_back(
    plan, adapt, decide, planner_praia, dgi_officer, partner, edit, code, choice
):
    adapted = adapt()
    adapted.partners.add(partner)
    issue_next(lambda draft: getattr(draft, edit)(code), by=dgi_officer)
    content = ["pk", "code", "decision", "text_pt", "reason", "based_on", "local_area", "partners"]
    before = list(plan.measures.filter(code=code).values(*content))
    open_before = aspects(plan)
    decision = decide(code, choice, texts={"text_pt": "Juntado."}, reason="Não se aplica.")
    assert aspects(plan) == {}
    assert undo_decisions(plan, [decision.pk], by=planner_praia) == [decision]
    assert list(plan.measures.filter(code=code).values(*content)) == before
    assert aspects(plan) == open_before
    decision.refresh_from_db()
    assert decision.undone_by == planner_praia


def test_what_somebody_has_worked_on_since_is_undone_only_by_whoever_has_seen_it(
    plan, adapt, decide, planner_praia, dgi_officer
):
    adapt()
    issue_next(lambda draft: draft.reword_measure("ACO.M1"), by=dgi_officer)
    decision = decide("ACO.M1", TAKE)
    adapt("ACO.M1", "Escrito depois.")
    assert undo_decisions(plan, [decision.pk], by=planner_praia) == []
    assert measure(plan).text_pt == "Escrito depois."
    undo_decisions(plan, [decision.pk], by=planner_praia, version=measure(plan).version)
    assert measure(plan).text_pt == OWN
    assert "Escrito depois." in measure(plan).history.values_list("text_pt", flat=True)


def test_only_the_last_decision_about_an_item_can_be_undone(plan, decide, planner_praia, dgi_officer):
    issue_next(lambda draft: draft.reword_measure("ACO.M1"), by=dgi_officer)
    first = decide("ACO.M1", TAKE)
    issue_next(lambda draft: draft.reword_measure("ACO.M1"), by=dgi_officer)
    second = decide("ACO.M1", TAKE)
    assert undo_decisions(plan, [first.pk], by=planner_praia) == []
    assert undo_decisions(plan, [second.pk], by=planner_praia) == [second]
    assert undo_decisions(plan, [first.pk], by=planner_praia, version=measure(plan).version) == [first]
    assert number_of(measure(plan)) == 1


def test_a_page_that_is_no_longer_true_decides_nothing(plan, adapt, decide, planner_praia, dgi_officer):
    issue_next(lambda draft: draft.reword_measure("ACO.M1"), by=dgi_officer)
    opened = measure(plan).version
    adapt()
    with pytest.raises(EditConflict):
        decide("ACO.M1", TAKE, version=opened)
    with pytest.raises(ValidationError):
        decide("ACO.M1", UpdateChoice.GO_ON)
    with pytest.raises(InboxMoved):
        decide("ACO.M1", TAKE, against=1)
    with pytest.raises(InboxMoved):
        take_untouched(plan, against=1, by=planner_praia)
    decide("ACO.M1", TAKE)
    with pytest.raises(InboxMoved):
        decide_update(plan, "measure", "ACO.M1", KEEP, against=2, version=3, by=planner_praia)


def test_only_the_plans_planner_decides_and_only_while_it_can_be_written(
    plan, decide, planner_praia, planner_sal, approver_praia, dgi_officer
):
    issue_next(lambda draft: draft.reword_measure("ACO.M1"), by=dgi_officer)
    for somebody in (planner_sal, approver_praia, dgi_officer):
        with pytest.raises(PermissionDenied):
            decide("ACO.M1", TAKE, by=somebody)
        with pytest.raises(PermissionDenied):
            take_untouched(plan, against=2, by=somebody)
    decision = decide("ACO.M1", TAKE)
    plan.state = PlanState.SUBMITTED
    plan.save()
    with pytest.raises(PermissionDenied):
        undo_decisions(plan, [decision.pk], by=planner_praia)


def refused(action) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        action()


def test_an_item_is_decided_once_per_version(plan, planner_praia):
    def decide():
        UpdateDecision.objects.create(
            plan=plan, template=plan.template, kind="measure", code="ACO.M1", choice=KEEP, by=planner_praia,
            item_id=1, item_version=1,
        )  # fmt: skip

    decide()
    refused(decide)


def test_a_decision_is_undone_by_somebody_once_and_never_altered(plan, decide, planner_praia, dgi_officer):
    issue_next(lambda draft: draft.reword_measure("ACO.M1"), by=dgi_officer)
    decision = decide("ACO.M1", KEEP)
    rows = UpdateDecision.objects.filter(pk=decision.pk)
    refused(lambda: rows.update(choice=TAKE))
    refused(lambda: rows.update(undone_at=timezone.now()))
    with pytest.raises(PermissionDenied):
        decision.save()
    undo_decisions(plan, [decision.pk], by=planner_praia)
    refused(lambda: rows.update(undone_at=None, undone_by=None))


def test_the_inboxes_of_many_plans_take_as_many_queries_as_one(plan, praia, dgi_officer, count_queries):
    others = [make_plan(municipality) for municipality in MunicipalityFactory.create_batch(20)]
    issue_next(lambda draft: draft.reword_measure("ACO.M1"), by=dgi_officer)
    issue_next(lambda draft: draft.drop_measure("ACO.M2"), by=dgi_officer)
    inboxes = inboxes_of([plan, *others])
    assert {len(inbox.changes) for inbox in inboxes.values()} == {2}
    assert count_queries(lambda: inboxes_of([plan])) == count_queries(lambda: inboxes_of([plan, *others]))
