"""Rows of the access table for the national template and the plans, in the workspace and in public."""

from action_plans.models import ConsultationInvitation
from action_plans.models.consultation import digest
from action_plans.services.tailoring import add_local_measure
from action_plans.services.template_file import Content, content_of
from action_plans.services.template_import import keep_upload
from action_plans.workflow import PlanState
from tests.access_table import FORBIDDEN, FOUND, NATIONAL, OK, PRAIA, Builder, Row, everybody, only, signed_in
from tests.action_plans.consultations import running_consultation
from tests.action_plans.editions import published_plan
from tests.action_plans.factories import (
    StrategicGoalFactory,
    StrategicIndicatorFactory,
    StrategyFactory,
    TemplateFactory,
    fill_template,
    make_plan,
)
from tests.action_plans.versions import issue_next
from tests.factories import TopicFactory


def plan(get):
    return {"pk": make_plan(get("praia")).pk}


def plan_with(**what):
    return lambda get: {**plan(get), **what}


def plan_with_local_measure(get):
    a_plan = make_plan(get("praia"))
    area = a_plan.template.areas.get(code="ACO")
    values = {"text_pt": "Nossa.", "is_local_priority": True}
    measure = add_local_measure(a_plan, area, values, by=get("planner_praia"))
    return {"pk": a_plan.pk, "code": measure.code}


def plan_with_history(get):
    a_plan = make_plan(get("praia"))
    line = a_plan.measures.get(code="ACO.M1").history.get()
    return {"pk": a_plan.pk, "kind": "measures", "code": "ACO.M1", "line": line.history_id}


def plan_with_update(**what):
    """A plan of version 1 while version 2 rewords one of its measures."""

    def build(get):
        arguments = plan(get)
        issue_next(lambda draft: draft.reword_measure("ACO.M1"), by=get("dgi_officer"))
        return {**arguments, **what}

    return build


def template_item_of_a_plan(get):
    plan(get)
    return {"kind": "measure", "code": "ACO.M1"}


def submitted_plan(get):
    return {"pk": make_plan(get("praia"), state=PlanState.SUBMITTED).pk, "name": "return"}


READERS = (*PRAIA, *NATIONAL)
# Whoever reads the plan learns that it is not hers to write; to others it does not exist.
INSIDERS = dict.fromkeys(READERS, FORBIDDEN)
OTHER_COLLEAGUES = ("coordinator_praia", "approver_praia", *NATIONAL)  # than who planned or said it
NOT_PLANNERS = dict.fromkeys(("desk_praia", "coordinator_praia", "approver_praia", *NATIONAL), FORBIDDEN)


def slug(get):
    return {"slug": published_plan(get("praia"), by=get("approver_praia")).plan.slug}


def edition(get):
    return {**slug(get), "number": 1}


def edition_pk(get):
    return {"pk": published_plan(get("praia"), by=get("approver_praia")).pk}


def draft(get):
    return {"number": fill_template(TemplateFactory(number=1)).number}


def upload(get):
    """One of the officer's own; another's does not exist."""
    a_draft = fill_template(TemplateFactory(number=1))
    content = content_of(a_draft)
    heading = {**content.heading, "title_pt": "Outro título"}
    keep_upload(a_draft, Content(heading, content.items), name="modelo.yaml", by=get("dgi_officer"))
    return {"number": a_draft.number}


def template_item(**arguments):
    return lambda get: {**draft(get), **arguments}


insiders_of_edition = dict.fromkeys(
    ("desk_praia", "coordinator_praia", "planner_praia", *NATIONAL), FORBIDDEN
)


def consultation(get, **fields):
    return running_consultation(get("praia"), by=get("planner_praia"), partners=[get("partner")], **fields)


def in_consultation(get):
    return {"pk": consultation(get).plan_id}


def asked(get):
    return {"pk": consultation(get).pk}


def consultation_invitation(get):
    row = consultation(get)
    invitation = ConsultationInvitation.objects.create(
        consultation=row, name="Ana", email="ana@example.org", key_digest=digest("chave")
    )
    return {"pk": row.plan_id, "invitation": invitation.pk}


def invited(get):
    consultation_invitation(get)
    return {"key": "chave"}


def consultation_comment(get):
    row = consultation(get)
    return {"pk": row.plan_id, "comment": row.comments.create(text="Falta a saúde.").pk}


def open_to_all(get):
    return {"slug": consultation(get, is_public=True).plan.slug}


def remark(get):
    a_plan = make_plan(get("praia"))
    row = a_plan.remarks.create(kind="measures", code="ACO.M1", text="Custa mais.", by=get("desk_praia"))
    return {"pk": a_plan.pk, "remark": row.pk}


def published(get):
    return {"pk": make_plan(get("praia"), state=PlanState.PUBLISHED).pk}


def goal(get):
    return {"code": StrategicGoalFactory(code="NIS1").code}


def goal_indicator(get):
    indicator = StrategicIndicatorFactory(goal__code="NIS1")
    return {"code": "NIS1", "pk": indicator.pk}


def strategy(get):
    StrategyFactory()
    return {}


def topic_group(get):
    TopicFactory(code="RES", name_pt="Autorização de residência")
    return {"code": "RES"}


GET: dict[str, Row] = {
    "action_plans:topic_area_list": signed_in(),
    "action_plans:topic_area_edit": only(*NATIONAL, others=FORBIDDEN),
    "action_plans:plan_coverage": only(*READERS),
    "action_plans:plan_renew": only("planner_praia", **NOT_PLANNERS),
    "action_plans:plan_consultation": only(*READERS),
    "action_plans:plan_remarks": only(*READERS),
    "action_plans:plan_remark_create": only(*PRAIA, "dgi_officer", dgi_admin=FORBIDDEN),
    "action_plans:consultation_open": only("planner_praia", **NOT_PLANNERS),
    "action_plans:consultation_invite": only("planner_praia", **NOT_PLANNERS),
    "action_plans:consultation_reply": only(*READERS),
    "action_plans:consultation_list": only("partner_user", others=FORBIDDEN),
    "action_plans:consultation_read": only("partner_user"),
    "action_plans:consultation_comment": only("partner_user"),
    "public_consultation": everybody(),
    "public_consultation_comment": everybody(),
    "consultation_invited": everybody(),
    "consultation_invited_comment": everybody(),
    "action_plans:strategy_detail": signed_in(),
    "action_plans:strategy_coverage": only(*NATIONAL, others=FORBIDDEN),
    "action_plans:goal_detail": signed_in(),
    "action_plans:goal_create": only(*NATIONAL, others=FORBIDDEN),
    "action_plans:goal_history": only(*NATIONAL, others=FORBIDDEN),
    "action_plans:goal_edit": only(*NATIONAL, others=FORBIDDEN),
    "action_plans:goal_indicator_create": only(*NATIONAL, others=FORBIDDEN),
    "action_plans:goal_indicator_edit": only(*NATIONAL, others=FORBIDDEN),
    "action_plans:plan_list": signed_in(guest=FORBIDDEN, partner_user=FORBIDDEN),
    "action_plans:plan_create": only("planner_praia", "planner_sal", others=FORBIDDEN),
    "action_plans:plan_detail": only(*READERS),
    "action_plans:plan_step": only(**{**INSIDERS, "dgi_officer": OK}),
    "action_plans:plan_area": only(*READERS),
    "action_plans:plan_measure_list": only(*READERS),
    "action_plans:plan_measure": only(*READERS),
    "action_plans:plan_section": only(*READERS),
    "action_plans:plan_indicators": only(*READERS),
    "action_plans:plan_item_history": only(*READERS),
    "action_plans:plan_measure_create": only("planner_praia", **NOT_PLANNERS),
    "action_plans:plan_updates": only(*READERS),
    "action_plans:plan_update": only(*READERS),
    "action_plans:plan_update_decisions": only(*READERS),
    "template_public": everybody(),
    "action_plans:template_list": signed_in(),
    "action_plans:template_adoption": only(*NATIONAL, others=FORBIDDEN),
    "action_plans:template_adoption_item": only(*NATIONAL, others=FORBIDDEN),
    "action_plans:template_compare": signed_in(),
    "action_plans:template_yaml": only(*NATIONAL),
    "action_plans:template_xlsx": only(*NATIONAL),
    "action_plans:template_import": only(*NATIONAL),
    "action_plans:template_import_preview": only("dgi_officer"),
    "action_plans:template_detail": only(*NATIONAL),
    "action_plans:template_edit": only(*NATIONAL),
    "action_plans:template_issue": only("dgi_officer", dgi_admin=FORBIDDEN),
    "action_plans:template_item_add": only(*NATIONAL),
    "action_plans:template_item_edit": only(*NATIONAL),
    "public_plan_list": everybody(),
    "public_plan": everybody(),
    "edition_detail": everybody(),
    "edition_pdf": everybody(),
    "edition_json": everybody(),
    "edition_csv": everybody(),
    "edition_xlsx": everybody(),
    "edition_check": everybody(),
    "action_plans:plan_preview": only(*PRAIA, *NATIONAL),
    "action_plans:plan_preview_pdf": only(*PRAIA, *NATIONAL),
    "action_plans:edition_gazette": only("approver_praia", **insiders_of_edition),
}
POST: dict[str, Row] = {
    "action_plans:consultation_open": only("planner_praia", **NOT_PLANNERS),
    "action_plans:consultation_invite": only("planner_praia", **NOT_PLANNERS),
    "action_plans:plan_remark_create": only(*PRAIA, "dgi_officer", dgi_admin=FORBIDDEN),
    "action_plans:plan_remark_settle": only(
        "planner_praia", "desk_praia", gives=FOUND, **dict.fromkeys(OTHER_COLLEAGUES, FORBIDDEN)
    ),
    "action_plans:plan_remark_reopen": only(
        "planner_praia", "desk_praia", gives=FOUND, **dict.fromkeys(OTHER_COLLEAGUES, FORBIDDEN)
    ),
    "action_plans:consultation_withdraw": only("planner_praia", gives=FOUND, **NOT_PLANNERS),
    "action_plans:consultation_reply": only("planner_praia", **NOT_PLANNERS),
    "action_plans:consultation_comment": only("partner_user"),
    "public_consultation_comment": everybody(),
    "consultation_invited_comment": everybody(),
    "action_plans:plan_renew": only("planner_praia", **NOT_PLANNERS),  # an empty form comes back
    "action_plans:topic_area_edit": only(*NATIONAL, gives=FOUND, others=FORBIDDEN),
    "action_plans:goal_create": only(*NATIONAL, others=FORBIDDEN),
    "action_plans:goal_edit": only(*NATIONAL, others=FORBIDDEN),
    "action_plans:goal_remove": only(*NATIONAL, gives=FOUND, others=FORBIDDEN),
    "action_plans:goal_indicator_create": only(*NATIONAL, others=FORBIDDEN),
    "action_plans:goal_indicator_edit": only(*NATIONAL, others=FORBIDDEN),
    "action_plans:goal_indicator_remove": only(*NATIONAL, gives=FOUND, others=FORBIDDEN),
    "action_plans:plan_create": only("planner_praia", "planner_sal", others=FORBIDDEN),
    "action_plans:plan_step": only(**{**INSIDERS, "dgi_officer": FOUND}),
    "action_plans:plan_measure": only("planner_praia", gives=FOUND, **NOT_PLANNERS),
    "action_plans:plan_section": only("planner_praia", gives=FOUND, **NOT_PLANNERS),
    "action_plans:plan_indicators": only("planner_praia", gives=FOUND, **NOT_PLANNERS),
    "action_plans:plan_measure_create": only("planner_praia", gives=FOUND, **NOT_PLANNERS),
    "action_plans:plan_area_adopt": only("planner_praia", gives=FOUND, **NOT_PLANNERS),
    "action_plans:plan_measure_remove": only("planner_praia", gives=FOUND, **NOT_PLANNERS),
    "action_plans:plan_item_restore": only("planner_praia", gives=FOUND, **NOT_PLANNERS),
    "action_plans:plan_undo": only("planner_praia", gives=FOUND, **NOT_PLANNERS),
    "action_plans:plan_update": only("planner_praia", gives=FOUND, **NOT_PLANNERS),
    "action_plans:plan_updates_take": only("planner_praia", gives=FOUND, **NOT_PLANNERS),
    "action_plans:plan_update_undo": only("planner_praia", gives=FOUND, **NOT_PLANNERS),
    "action_plans:edition_gazette": only("approver_praia", gives=FOUND, **insiders_of_edition),
    "action_plans:template_start": only(*NATIONAL, gives=FOUND, others=FORBIDDEN),
    "action_plans:template_edit": only(*NATIONAL),
    "action_plans:template_issue": only("dgi_officer", gives=FOUND, dgi_admin=FORBIDDEN),
    "action_plans:template_import": only(*NATIONAL),
    "action_plans:template_import_preview": only("dgi_officer", gives=FOUND),
    "action_plans:template_item_add": only(*NATIONAL),
    "action_plans:template_item_edit": only(*NATIONAL),
    "action_plans:template_item_move": only(*NATIONAL, gives=FOUND),
    "action_plans:template_item_remove": only(*NATIONAL, gives=FOUND),
    "action_plans:template_item_restore": only(*NATIONAL, gives=FOUND),
}
ARGUMENTS: dict[str, Builder] = {
    "action_plans:topic_area_edit": topic_group,
    "action_plans:plan_coverage": plan,
    "action_plans:plan_renew": published,
    "action_plans:plan_consultation": in_consultation,
    "action_plans:plan_remarks": plan,
    "action_plans:plan_remark_create": plan_with(kind="measures", code="ACO.M1"),
    "action_plans:plan_remark_settle": remark,
    "action_plans:plan_remark_reopen": remark,
    "action_plans:consultation_open": plan,
    "action_plans:consultation_invite": in_consultation,
    "action_plans:consultation_withdraw": consultation_invitation,
    "action_plans:consultation_reply": consultation_comment,
    "action_plans:consultation_read": asked,
    "action_plans:consultation_comment": asked,
    "public_consultation": open_to_all,
    "public_consultation_comment": open_to_all,
    "consultation_invited": invited,
    "consultation_invited_comment": invited,
    "action_plans:goal_create": strategy,
    "action_plans:goal_history": goal,
    "action_plans:goal_detail": goal,
    "action_plans:goal_edit": goal,
    "action_plans:goal_remove": goal,
    "action_plans:goal_indicator_create": goal,
    "action_plans:goal_indicator_edit": goal_indicator,
    "action_plans:goal_indicator_remove": goal_indicator,
    "action_plans:plan_detail": plan,
    "action_plans:plan_step": submitted_plan,
    "action_plans:plan_measure_list": plan,
    "action_plans:plan_area": plan_with(code="ACO"),
    "action_plans:plan_measure": plan_with(code="ACO.M1"),
    "action_plans:plan_section": plan_with(code="S3"),
    "action_plans:plan_indicators": plan_with(code="ACO"),
    "action_plans:plan_item_history": plan_with(kind="measures", code="ACO.M1"),
    "action_plans:plan_item_restore": plan_with_history,
    "action_plans:plan_measure_create": plan_with(code="ACO"),
    "action_plans:plan_area_adopt": plan_with(code="ACO"),
    "action_plans:plan_measure_remove": plan_with_local_measure,
    "action_plans:plan_undo": plan_with(token="nothing"),
    "action_plans:plan_updates": plan_with_update(),
    "action_plans:plan_update": plan_with_update(kind="measure", code="ACO.M1"),
    "action_plans:plan_update_decisions": plan_with_update(),
    "action_plans:plan_updates_take": plan_with_update(),
    "action_plans:plan_update_undo": plan_with(numbers="1"),
    "action_plans:template_adoption_item": template_item_of_a_plan,
    "action_plans:template_detail": draft,
    "action_plans:template_yaml": draft,
    "action_plans:template_xlsx": draft,
    "action_plans:template_import": draft,
    "action_plans:template_import_preview": upload,
    "action_plans:template_edit": draft,
    "action_plans:template_issue": draft,
    "action_plans:template_item_add": template_item(kind="area"),
    "action_plans:template_item_edit": template_item(code="ACO.M1"),
    "action_plans:template_item_move": template_item(code="ACO.M1", direction="down"),
    "action_plans:template_item_remove": template_item(code="ACO.M1"),
    "action_plans:template_item_restore": template_item(token="gone"),
    "public_plan": slug,
    "edition_detail": edition,
    "edition_pdf": edition,
    "edition_json": edition,
    "edition_csv": edition,
    "edition_xlsx": edition,
    "action_plans:plan_preview": plan,
    "action_plans:plan_preview_pdf": plan,
    "action_plans:edition_gazette": edition_pk,
}
DATA: dict[str, Builder] = {
    "action_plans:plan_update": lambda get: {"decision": "take", "against": 2, "version": 1},
    "action_plans:plan_updates_take": lambda get: {"against": 2},
    "action_plans:plan_step": lambda get: {"comment": "Falta o diagnóstico."},
    "action_plans:plan_measure": lambda get: {"decision": "adopted", "version": 1},
    "action_plans:plan_section": lambda get: {"text_pt": "Texto.", "version": 1},
    "action_plans:plan_measure_create": lambda get: {
        "text_pt": "Nossa.",
        "is_local_priority": "on",
        "version": 1,
    },
}
