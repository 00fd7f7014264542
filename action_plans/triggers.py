"""What the database itself keeps as it is, whoever writes: pages, admin, scripts or raw SQL."""

from action_plans.models import (
    Edition,
    EditionFile,
    PlanStep,
    Template,
    TemplateArea,
    TemplateIndicator,
    TemplateMeasure,
    TemplateObjective,
    TemplateSection,
    UpdateDecision,
)
from action_plans.models.edition import MAY_FOLLOW
from action_plans.models.update import UNDOING
from gai_portal.lib.triggers import Trigger, changed, frozen_when, guard

ISSUED_STAYS = "An issued version of the national template never changes."
EDITION_STAYS = "A published edition never changes."
STEP_STAYS = "A step of a plan never changes."
UPDATE_STAYS = "A decision about an update never changes; it can be undone, once."

# Where the row {row} belongs to a version that is no draft any more, told from each level of the document.
OF_TEMPLATE = (
    "EXISTS (SELECT 1 FROM action_plans_template t WHERE t.id = {row}.template_id AND t.state <> 'draft')"
)
OF_AREA = (
    "EXISTS (SELECT 1 FROM action_plans_templatearea a"
    " JOIN action_plans_template t ON t.id = a.template_id"
    " WHERE a.id = {row}.area_id AND t.state <> 'draft')"
)
OF_OBJECTIVE = (
    "EXISTS (SELECT 1 FROM action_plans_templateobjective o"
    " JOIN action_plans_templatearea a ON a.id = o.area_id"
    " JOIN action_plans_template t ON t.id = a.template_id"
    " WHERE o.id = {row}.objective_id AND t.state <> 'draft')"
)
OF_MEASURE = (
    "EXISTS (SELECT 1 FROM action_plans_templatemeasure m"
    " JOIN action_plans_templateobjective o ON o.id = m.objective_id"
    " JOIN action_plans_templatearea a ON a.id = o.area_id"
    " JOIN action_plans_template t ON t.id = a.template_id"
    " WHERE m.id = {row}.templatemeasure_id AND t.state <> 'draft')"
)

TEMPLATE_TRIGGERS: list[Trigger] = [
    *frozen_when(Template, "issued", ISSUED_STAYS),
    *guard(TemplateSection, OF_TEMPLATE, ISSUED_STAYS),
    *guard(TemplateArea, OF_TEMPLATE, ISSUED_STAYS),
    *guard(TemplateObjective, OF_AREA, ISSUED_STAYS),
    *guard(TemplateMeasure, OF_OBJECTIVE, ISSUED_STAYS),
    *guard(TemplateIndicator, OF_OBJECTIVE, ISSUED_STAYS),
    *guard(TemplateMeasure.partners.through, OF_MEASURE, ISSUED_STAYS),
    *guard(TemplateMeasure.goals.through, OF_MEASURE, ISSUED_STAYS),
    *guard(TemplateMeasure.targets.through, OF_MEASURE, ISSUED_STAYS),
]

# What was public stays as it was; the gazette alone may follow.
EDITION_TRIGGERS: list[Trigger] = [
    Trigger(Edition, "UPDATE", changed(Edition, but=MAY_FOLLOW), EDITION_STAYS),
    Trigger(Edition, "DELETE", "", EDITION_STAYS),
    Trigger(EditionFile, "UPDATE", "", EDITION_STAYS),
    Trigger(EditionFile, "DELETE", "", EDITION_STAYS),
    Trigger(PlanStep, "UPDATE", "", STEP_STAYS),
    Trigger(PlanStep, "DELETE", "", STEP_STAYS),
    Trigger(
        UpdateDecision,
        "UPDATE",
        f"OLD.undone_at IS NOT NULL OR {changed(UpdateDecision, but=UNDOING)}",
        UPDATE_STAYS,
    ),
]

TRIGGERS: list[Trigger] = [*TEMPLATE_TRIGGERS, *EDITION_TRIGGERS]
