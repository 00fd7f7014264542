"""Editing and issuing the national template, as the pages and the admin do it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import translation

from action_plans.models import (
    FrameworkTarget,
    Template,
    TemplateArea,
    TemplateMeasure,
    TemplateObjective,
    TemplateSection,
)
from action_plans.services.comparison import compare_versions
from action_plans.services.content import KINDS, ContentFault, digest_of, fingerprint, items_of
from action_plans.services.template import (
    EditedMeanwhile,
    IncompleteTemplate,
    NotADraft,
    find_faults,
    issue_template,
    move_item,
    remove_item,
    restore_item,
    save_item,
    start_draft,
)
from tests.action_plans.factories import (
    TemplateAreaFactory,
    TemplateFactory,
    TemplateObjectiveFactory,
    fill_template,
)
from tests.factories import PartnerFactory


@pytest.fixture
def draft(db) -> Template:
    template = fill_template(TemplateFactory(number=1))
    measure = TemplateMeasure.objects.get(code="ACO.M1")
    measure.lead = PartnerFactory(code="CM")
    measure.text_fr = "Mesure 1"
    measure.save()
    measure.partners.add(PartnerFactory(code="PAC"), PartnerFactory(code="OIM"))
    measure.targets.add(FrameworkTarget.objects.create(framework="sdg", code="10.7", label_pt="Migração"))
    return template


def measure(template: Template, code: str) -> TemplateMeasure:
    return TemplateMeasure.objects.get(objective__area__template=template, code=code)


def codes(template: Template) -> list[str]:
    return [item.code for item in items_of(template) if item.kind == "measure"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_content_of_an_item_names_every_column(kind):
    spec = KINDS[kind]
    written = {*spec.columns, *spec.single_links, *spec.links, spec.parent, "id", "code", "order"}
    fields = [*spec.model._meta.concrete_fields, *spec.model._meta.many_to_many]
    assert written == {field.name for field in fields}


@pytest.mark.parametrize("language", ["pt", "en", "fr"])
def test_the_next_draft_is_a_whole_copy_whatever_the_language(draft, dgi_officer, language):
    issue_template(draft, by=dgi_officer)
    with translation.override(language):
        copy = start_draft(by=dgi_officer)
    assert (copy.number, copy.state, copy.based_on) == (2, "draft", draft)
    assert items_of(copy) == items_of(draft)
    assert digest_of(copy) == digest_of(draft)
    assert measure(copy, "ACO.M1").pk != measure(draft, "ACO.M1").pk
    assert not compare_versions(items_of(draft), items_of(copy))


def test_starting_a_draft_costs_the_same_whatever_its_length(draft, dgi_officer, count_queries):
    issue_template(draft, by=dgi_officer)
    before = count_queries(lambda: start_draft(by=dgi_officer))
    second = Template.objects.drafts().get()
    objective = TemplateObjective.objects.get(area__template=second, code="REG.O1")
    for number in range(20):
        row = TemplateMeasure.objects.create(objective=objective, code=f"REG.M{50 + number}", text_pt="x")
        row.partners.add(PartnerFactory())
    issue_template(second, by=dgi_officer)
    assert count_queries(lambda: start_draft(by=dgi_officer)) == before


def test_there_is_one_draft_at_a_time(draft, dgi_officer):
    assert start_draft(by=dgi_officer) == draft
    issue_template(draft, by=dgi_officer)
    assert start_draft(by=dgi_officer) == start_draft(by=dgi_officer)


def test_a_country_without_a_starter_begins_with_an_empty_draft(dgi_officer):
    assert items_of(start_draft(by=dgi_officer)) == []


@pytest.mark.parametrize("language", ["pt", "fr"])
def test_the_first_title_is_said_in_each_language_whatever_its_author_reads(dgi_officer, language):
    with translation.override(language):
        draft = start_draft(by=dgi_officer)
    titles = (draft.title_pt, draft.title_en, draft.title_fr)
    assert titles == ("Modelo nacional", "National template", "Modèle national")


def test_issuing_supersedes_the_version_before(draft, dgi_officer):
    issue_template(draft, by=dgi_officer)
    second = start_draft(by=dgi_officer)
    with pytest.raises(IncompleteTemplate):  # it says what the version in force says
        issue_template(second, by=dgi_officer)
    reworded = measure(second, "ACO.M1")
    reworded.text_pt = "Outro texto"
    save_item(reworded, {}, by=dgi_officer)
    second = issue_template(second, by=dgi_officer)
    assert list(Template.objects.order_by("number").values_list("state", flat=True)) == [
        "superseded",
        "issued",
    ]
    assert second.issued_at


def test_a_second_officer_learns_that_the_version_is_issued(draft, dgi_officer):
    stale = Template.objects.get(pk=draft.pk)
    issue_template(draft, by=dgi_officer)
    with pytest.raises(NotADraft):
        issue_template(stale, by=dgi_officer)


def test_only_an_officer_issues(draft, dgi_admin, planner_praia):
    for user in (dgi_admin, planner_praia):
        with pytest.raises(PermissionDenied):
            issue_template(draft, by=user)


def test_an_empty_draft_is_not_issued(dgi_officer):
    with pytest.raises(IncompleteTemplate):
        issue_template(TemplateFactory(), by=dgi_officer)


def test_what_is_lacking_is_said_item_by_item(draft):
    assert find_faults(draft) == []
    TemplateAreaFactory(template=draft, code="EMP")
    TemplateObjectiveFactory(area=TemplateArea.objects.get(code="REG"), code="REG.O2")
    TemplateMeasure.objects.filter(code="ACO.M2").update(text_pt="")
    TemplateMeasure.objects.filter(code="ACO.M3").update(code="ACO.O1")
    TemplateSection.objects.filter(code="S1").update(holds_measures=True)
    found = {fault.code for fault in find_faults(draft)}
    assert found == {"", "EMP", "REG.O2", "ACO.M2", "ACO.O1"}


def test_nobody_edits_an_issued_version(draft, dgi_officer):
    item = measure(draft, "ACO.M1")
    issue_template(draft, by=dgi_officer)
    for action in (
        lambda: save_item(item, {}, by=dgi_officer),
        lambda: move_item(item, up=True, by=dgi_officer),
        lambda: remove_item(item, by=dgi_officer),
    ):
        with pytest.raises(NotADraft):
            action()


def test_a_planner_edits_nothing(draft, planner_praia):
    with pytest.raises(PermissionDenied):
        save_item(measure(draft, "ACO.M1"), {}, by=planner_praia)
    with pytest.raises(PermissionDenied):
        start_draft(by=planner_praia)


def test_a_new_item_stands_last_and_its_code_must_be_free(draft, dgi_admin):
    objective = TemplateObjective.objects.get(code="ACO.O1")
    save_item(TemplateMeasure(objective=objective, code="ACO.M9", text_pt="Nova"), {}, by=dgi_admin)
    assert codes(draft) == ["ACO.M1", "ACO.M2", "ACO.M3", "ACO.M9", "REG.M1", "REG.M2"]
    for taken in ("ACO.M9", "REG.M1", "ACO", "S1"):
        with pytest.raises(ValidationError) as refusal:
            save_item(TemplateMeasure(objective=objective, code=taken, text_pt="Nova"), {}, by=dgi_admin)
        assert "code" in refusal.value.message_dict


def test_an_item_that_changes_its_parent_stands_last_there(draft, dgi_officer):
    item = measure(draft, "ACO.M1")
    item.objective = TemplateObjective.objects.get(code="REG.O1")
    save_item(item, {}, by=dgi_officer)
    assert codes(draft) == ["ACO.M2", "ACO.M3", "REG.M1", "REG.M2", "ACO.M1"]


def test_saving_a_text_leaves_the_order_that_a_colleague_gave_meanwhile(draft, dgi_officer, dgi_admin):
    mine = measure(draft, "ACO.M2")
    move_item(measure(draft, "ACO.M3"), up=True, by=dgi_admin)
    mine.text_pt = "O meu"
    save_item(mine, {}, by=dgi_officer)
    assert codes(draft)[:3] == ["ACO.M1", "ACO.M3", "ACO.M2"]


def test_two_editors_of_one_item_do_not_overwrite_each_other(draft, dgi_officer, dgi_admin):
    mine, theirs = measure(draft, "ACO.M1"), measure(draft, "ACO.M1")
    seen = fingerprint(mine)
    theirs.text_pt = "O deles"
    save_item(theirs, {}, by=dgi_admin, seen=seen)
    mine.text_pt = "O meu"
    with pytest.raises(EditedMeanwhile) as refusal:
        save_item(mine, {}, by=dgi_officer, seen=seen)
    assert refusal.value.theirs.text_pt == "O deles"


def test_moving_changes_places_with_the_neighbour_and_stops_at_the_end(draft, dgi_officer):
    move_item(measure(draft, "ACO.M2"), up=True, by=dgi_officer)
    assert codes(draft)[:3] == ["ACO.M2", "ACO.M1", "ACO.M3"]
    move_item(measure(draft, "ACO.M2"), up=True, by=dgi_officer)
    assert codes(draft)[:3] == ["ACO.M2", "ACO.M1", "ACO.M3"]
    move_item(measure(draft, "ACO.M2"), up=False, by=dgi_officer)
    assert codes(draft)[:3] == ["ACO.M1", "ACO.M2", "ACO.M3"]


@pytest.mark.parametrize("code", ["S2", "ACO", "ACO.O1", "ACO.M2", "ACO.I1"])
def test_what_was_removed_comes_back_as_it_was(draft, dgi_officer, code):
    before = items_of(draft)
    row = next(
        row
        for spec in KINDS.values()
        for row in spec.model.objects.filter(**{spec.model.template_path: draft}, code=code)
    )
    removed = remove_item(row, by=dgi_officer)
    assert code not in {item.code for item in items_of(draft)}
    restore_item(draft, removed, by=dgi_officer)
    assert items_of(draft) == before


def test_nothing_is_put_back_under_a_parent_that_is_gone(draft, dgi_officer):
    removed = remove_item(measure(draft, "ACO.M2"), by=dgi_officer)
    remove_item(TemplateArea.objects.get(code="ACO"), by=dgi_officer)
    with pytest.raises(ContentFault):
        restore_item(draft, removed, by=dgi_officer)


def test_a_comparison_says_what_became_of_each_item(draft, dgi_officer):
    issue_template(draft, by=dgi_officer)
    new = start_draft(by=dgi_officer)
    remove_item(measure(new, "ACO.M3"), by=dgi_officer)
    reworded = measure(new, "ACO.M2")
    reworded.text_pt = "Outro texto"
    save_item(reworded, {}, by=dgi_officer)
    flagged = measure(new, "REG.M1")
    flagged.is_mandatory = True
    save_item(flagged, {}, by=dgi_officer)
    move_item(measure(new, "REG.M2"), up=True, by=dgi_officer)
    objective = TemplateObjective.objects.get(area__template=new, code="REG.O1")
    save_item(TemplateMeasure(objective=objective, code="REG.M3", text_pt="Nova"), {}, by=dgi_officer)
    comparison = compare_versions(items_of(draft), items_of(new))
    assert [item.code for item in comparison.added] == ["REG.M3"]
    assert [item.code for item in comparison.dropped] == ["ACO.M3"]
    assert [(was.values["text_pt"], item.values["text_pt"]) for was, item in comparison.reworded] == [
        ("Medida 2 de Acolhimento.", "Outro texto")
    ]
    assert [item.code for item in comparison.reflagged] == ["REG.M1"]
    assert len(comparison.moved) == 1


def test_reading_a_document_costs_the_same_whatever_its_length(draft, count_queries):
    before = count_queries(lambda: items_of(draft))
    area = TemplateArea.objects.get(template=draft, code="REG")
    for number in range(20):
        objective = TemplateObjectiveFactory(area=area, code=f"X.O{number}")
        TemplateMeasure.objects.create(objective=objective, code=f"X.M{number}", text_pt="x")
    assert count_queries(lambda: items_of(draft)) == before


def test_drafts_are_seen_by_the_national_level_alone(draft, dgi_admin, planner_praia, guest):
    assert draft in Template.objects.visible_to(dgi_admin)
    for user in (planner_praia, guest):
        assert draft not in Template.objects.visible_to(user)


def test_two_officers_at_once_issue_a_version_once(transactional_db, dgi_officer):
    draft = fill_template(TemplateFactory(number=1))
    start = Barrier(2)

    def issue(_):
        start.wait()
        try:
            return issue_template(draft, by=dgi_officer).state
        except NotADraft:
            return "too late"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(issue, range(2))) == ["issued", "too late"]
