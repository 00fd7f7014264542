"""An issued version cannot be changed by anybody, by any road: the database itself refuses."""

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from action_plans.models import (
    FrameworkTarget,
    StrategicGoal,
    Template,
    TemplateArea,
    TemplateIndicator,
    TemplateMeasure,
    TemplateObjective,
    TemplateSection,
)
from action_plans.workflow import TemplateState
from tests.action_plans.factories import TemplateFactory, fill_template, issue, issued_template
from tests.factories import PartnerFactory

ITEMS = [TemplateSection, TemplateArea, TemplateObjective, TemplateMeasure, TemplateIndicator]
LINKS = ["partners", "goals", "targets"]


@pytest.fixture
def template(db) -> Template:
    """An issued version whose first measure has one of each link."""
    draft = fill_template(TemplateFactory(number=1))
    measure = TemplateMeasure.objects.get(code="ACO.M1")
    measure.partners.add(PartnerFactory(code="PAC"))
    measure.targets.add(FrameworkTarget.objects.create(framework="gcm", code="1", label_pt="Dados"))
    return issue(draft)


@pytest.fixture
def draft(template) -> Template:
    return fill_template(TemplateFactory(number=2))


def refused(action) -> None:
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        action()


def sql(statement: str, *params) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def of(template: Template, model: type[models.Model]) -> models.Model:
    return model.objects.filter(**{model.template_path: template}).first()


@pytest.mark.parametrize("model", ITEMS)
def test_an_item_of_an_issued_version_is_neither_changed_nor_removed(template, model):
    row = of(template, model)
    refused(row.save)
    refused(row.delete)
    refused(lambda: model.objects.update(order=9))
    refused(lambda: sql(f"UPDATE {model._meta.db_table} SET code = 'X'"))
    refused(lambda: sql(f"DELETE FROM {model._meta.db_table} WHERE id = %s", row.pk))


@pytest.mark.parametrize("model", ITEMS)
def test_no_item_joins_an_issued_version(template, model):
    row = of(template, model)
    row.pk, row.code = None, "NEW.X1"
    refused(row.save)


@pytest.mark.parametrize("model", ITEMS)
def test_no_item_wanders_between_versions(template, draft, model):
    parent = model.template_path.split("__")[0]
    mine, theirs = of(draft, model), of(template, model)
    refused(lambda: model.objects.filter(pk=mine.pk).update(**{parent: getattr(theirs, parent), "code": "X"}))
    refused(lambda: model.objects.filter(pk=theirs.pk).update(**{parent: getattr(mine, parent), "code": "X"}))


@pytest.mark.parametrize("link", LINKS)
def test_links_of_an_issued_measure_stay(template, link):
    measure = TemplateMeasure.objects.get(code="ACO.M1")
    through = getattr(TemplateMeasure, link).through
    assert through.objects.filter(templatemeasure=measure).exists()
    refused(getattr(measure, link).clear)
    refused(lambda: through.objects.update(templatemeasure=measure))
    refused(lambda: sql(f"DELETE FROM {through._meta.db_table}"))


def test_no_link_joins_an_issued_measure(template):
    measure = TemplateMeasure.objects.get(code="ACO.M1")
    refused(lambda: measure.partners.add(PartnerFactory(code="OIM")))
    goal = StrategicGoal.objects.create(
        strategy=StrategicGoal.objects.get().strategy, code="NIS2", title_pt="Diálogo"
    )
    refused(lambda: measure.goals.add(goal))


@pytest.mark.parametrize(
    "change",
    [
        {"title_pt": "Outro"},
        {"number": 7},
        {"default_years": 5},
        {"state": TemplateState.DRAFT, "issued_at": None},
        {"issued_at": timezone.now()},
        {"state": TemplateState.SUPERSEDED, "title_pt": "Outro"},
    ],
)
def test_an_issued_version_itself_stays(template, change):
    refused(lambda: Template.objects.filter(pk=template.pk).update(**change))


def test_an_issued_version_is_never_deleted(template):
    refused(lambda: sql("DELETE FROM action_plans_template"))
    refused(template.delete)


def test_an_issued_version_is_superseded_and_then_rests(template):
    mine = Template.objects.filter(pk=template.pk)
    mine.update(state=TemplateState.SUPERSEDED)
    refused(lambda: mine.update(state=TemplateState.ISSUED))
    refused(lambda: TemplateMeasure.objects.update(text_pt="Outro"))


def test_a_version_is_born_as_a_draft_and_skips_no_state(db):
    refused(lambda: TemplateFactory(state=TemplateState.ISSUED, issued_at=timezone.now()))
    draft = Template.objects.filter(pk=TemplateFactory().pk)
    refused(lambda: draft.update(state=TemplateState.SUPERSEDED, issued_at=timezone.now()))


def test_a_draft_is_free(draft):
    for model in ITEMS:
        of(draft, model).save()
    TemplateMeasure.objects.filter(objective__area__template=draft).update(text_pt="Outro")
    TemplateMeasure.objects.filter(objective__area__template=draft).first().goals.clear()
    draft.delete()
    assert Template.objects.count() == 1


def test_the_suite_can_empty_the_tables_all_the_same(transactional_db):
    issued_template()
