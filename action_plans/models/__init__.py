"""From the national strategy to published plans: strategy -> template -> plan -> edition."""

from action_plans.models.consultation import Consultation, ConsultationComment, ConsultationInvitation
from action_plans.models.discussion import Remark
from action_plans.models.edition import Edition, EditionFile
from action_plans.models.evidence import TopicArea
from action_plans.models.plan import Plan, PlanIndicator, PlanMeasure, PlanSection, PlanStep
from action_plans.models.strategy import FrameworkTarget, StrategicGoal, StrategicIndicator, Strategy
from action_plans.models.template import (
    Template,
    TemplateArea,
    TemplateIndicator,
    TemplateMeasure,
    TemplateObjective,
    TemplateSection,
    TemplateUpload,
)
from action_plans.models.update import UpdateDecision

__all__ = [
    "Consultation",
    "ConsultationComment",
    "ConsultationInvitation",
    "Edition",
    "EditionFile",
    "FrameworkTarget",
    "Plan",
    "PlanIndicator",
    "PlanMeasure",
    "PlanSection",
    "PlanStep",
    "StrategicGoal",
    "StrategicIndicator",
    "Remark",
    "Strategy",
    "Template",
    "TemplateArea",
    "TemplateIndicator",
    "TemplateMeasure",
    "TemplateObjective",
    "TemplateSection",
    "TemplateUpload",
    "TopicArea",
    "UpdateDecision",
]
