"""A small national template, whole: two areas, five measures, two indicators, four chapters."""

from datetime import date

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from action_plans.models import (
    Plan,
    PlanIndicator,
    PlanMeasure,
    PlanSection,
    StrategicGoal,
    StrategicIndicator,
    Strategy,
    Template,
    TemplateArea,
    TemplateIndicator,
    TemplateMeasure,
    TemplateObjective,
    TemplateSection,
)
from action_plans.workflow import Decision, PlanState, TemplateState
from municipalities.models import Municipality
from tests.factories import MunicipalityFactory


class StrategyFactory(DjangoModelFactory):
    class Meta:
        model = Strategy
        django_get_or_create = ["code"]

    code = "NIS"
    title_pt = "Estratégia Nacional de Imigração"


class StrategicGoalFactory(DjangoModelFactory):
    class Meta:
        model = StrategicGoal
        django_get_or_create = ["code"]

    strategy = factory.SubFactory(StrategyFactory)
    code = factory.Sequence("NIS{}".format)
    title_pt = factory.Sequence("Pilar {}".format)


class StrategicIndicatorFactory(DjangoModelFactory):
    class Meta:
        model = StrategicIndicator

    goal = factory.SubFactory(StrategicGoalFactory)
    text_pt = factory.Sequence("Indicador nacional {}".format)


class TemplateFactory(DjangoModelFactory):
    """A draft; `issued_template()` makes a whole one that plans can start from."""

    class Meta:
        model = Template

    number = factory.Sequence(lambda n: n + 1)
    title_pt = "Modelo nacional"
    title_en = "National template"


class TemplateSectionFactory(DjangoModelFactory):
    class Meta:
        model = TemplateSection

    template = factory.SubFactory(TemplateFactory)
    code = factory.Sequence("S{}".format)
    title_pt = factory.Sequence("Capítulo {}".format)


class TemplateAreaFactory(DjangoModelFactory):
    class Meta:
        model = TemplateArea

    template = factory.SubFactory(TemplateFactory)
    code = factory.Sequence("A{}".format)
    title_pt = factory.Sequence("Área {}".format)


class TemplateObjectiveFactory(DjangoModelFactory):
    class Meta:
        model = TemplateObjective

    area = factory.SubFactory(TemplateAreaFactory)
    code = factory.Sequence("A.O{}".format)
    text_pt = factory.Sequence("Objetivo {}".format)


class TemplateMeasureFactory(DjangoModelFactory):
    class Meta:
        model = TemplateMeasure

    objective = factory.SubFactory(TemplateObjectiveFactory)
    code = factory.Sequence("A.M{}".format)
    text_pt = factory.Sequence("Medida {}".format)


class TemplateIndicatorFactory(DjangoModelFactory):
    class Meta:
        model = TemplateIndicator

    objective = factory.SubFactory(TemplateObjectiveFactory)
    code = factory.Sequence("A.I{}".format)
    text_pt = factory.Sequence("Indicador {}".format)
    kind = TemplateIndicator.Kind.OUTPUT
    unit = TemplateIndicator.Unit.NUMBER
    frequency = TemplateIndicator.Frequency.YEARLY


def fill_template(template: Template) -> Template:
    """Chapters S1 to S4, area ACO with three measures, area REG with two; ACO.M1 is mandatory."""
    chapters = [
        {"code": "S1", "title_pt": "Mensagem da Câmara", "title_en": "Message of the council"},
        {"code": "S2", "title_pt": "Enquadramento", "text_pt": "Texto nacional.", "is_locked": True},
        {"code": "S3", "title_pt": "Retrato do município", "is_required": True},
        {"code": "S4", "title_pt": "Áreas, objetivos e medidas", "holds_measures": True},
    ]
    for order, chapter in enumerate(chapters):
        TemplateSectionFactory(template=template, order=order, **chapter)
    goal = StrategicGoalFactory(code="NIS1", title_pt="Fluxos migratórios")
    areas = [("ACO", "Acolhimento", 3), ("REG", "Regularização", 2)]
    for order, (code, title, measures) in enumerate(areas):
        area = TemplateAreaFactory(template=template, code=code, title_pt=title, order=order)
        objective = TemplateObjectiveFactory(area=area, code=f"{code}.O1", text_pt=f"Objetivo de {title}.")
        for number in range(1, measures + 1):
            measure = TemplateMeasureFactory(
                objective=objective,
                code=f"{code}.M{number}",
                order=number,
                text_pt=f"Medida {number} de {title}.",
                text_en=f"Measure {number} of {code}.",
                is_mandatory=(code, number) == ("ACO", 1),
            )
            measure.goals.add(goal)
        TemplateIndicatorFactory(
            objective=objective,
            code=f"{code}.I1",
            text_pt=f"Indicador de {title}",
            unit=TemplateIndicator.Unit.NUMBER if code == "ACO" else TemplateIndicator.Unit.PERCENT,
        )
    return template


def issue(template: Template) -> Template:
    """Issue without the service: the version in force gives way."""
    Template.objects.issued().update(state=TemplateState.SUPERSEDED)
    template.state, template.issued_at = TemplateState.ISSUED, timezone.now()
    template.save(update_fields=["state", "issued_at"])
    return template


def issued_template(**fields) -> Template:
    return issue(fill_template(TemplateFactory(**fields)))


class PlanFactory(DjangoModelFactory):
    """A bare plan, without its items: see `make_plan()` for a whole one."""

    class Meta:
        model = Plan

    municipality = factory.SubFactory(MunicipalityFactory)
    template = factory.LazyFunction(lambda: Template.objects.issued().first() or issued_template())
    first_year = 2026
    last_year = 2028
    slug = factory.LazyAttribute(lambda o: f"{o.municipality.slug}-{o.first_year}-{o.last_year}")

    class Params:
        decided = factory.Trait(decided_on=date(2026, 3, 12), decision_reference="Deliberação n.º 7/2026")


def make_plan(municipality: Municipality, *, ready: bool = False, **fields) -> Plan:
    """A plan with every item of the issued template. `ready` has all decided and written, fit to submit."""
    if fields.get("state") in {PlanState.APPROVED, PlanState.PUBLISHED, PlanState.CLOSED}:
        fields.setdefault("decided", True)
    plan = PlanFactory(municipality=municipality, **fields)
    for section in plan.template.sections.all():
        text = "O nosso texto." if ready and not section.is_locked else ""
        PlanSection.objects.create(plan=plan, based_on=section, code=section.code, text_pt=text)
    measures = TemplateMeasure.objects.filter(objective__area__template=plan.template)
    for order, measure in enumerate(measures.order_by("objective__area__order", "objective__order", "order")):
        PlanMeasure.objects.create(
            plan=plan,
            based_on=measure,
            code=measure.code,
            order=order,
            decision=Decision.ADOPTED if ready else Decision.UNDECIDED,
            responsible_unit="Gabinete de Ação Social" if ready else "",
        )
    for indicator in TemplateIndicator.objects.filter(objective__area__template=plan.template):
        numbers = {"target_value": 10, "target_year": plan.last_year} if ready else {}
        PlanIndicator.objects.create(plan=plan, based_on=indicator, code=indicator.code, **numbers)
    return plan
