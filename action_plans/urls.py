from django.urls import path

from action_plans.views import (
    evidence,
    history,
    indicators,
    plan,
    publication,
    renewal,
    strategy,
    tailoring,
    template,
)

app_name = "action_plans"
urlpatterns = [
    path("plans/", plan.plan_list, name="plan_list"),
    path("plans/new/", plan.plan_create, name="plan_create"),
    path("plans/<int:pk>/", plan.plan_detail, name="plan_detail"),
    path("plans/<int:pk>/steps/<slug:name>/", plan.plan_step, name="plan_step"),
    path("plans/<int:pk>/areas/<str:code>/", tailoring.plan_area, name="plan_area"),
    path("plans/<int:pk>/areas/<str:code>/adopt/", tailoring.plan_area_adopt, name="plan_area_adopt"),
    path("plans/<int:pk>/areas/<str:code>/new/", tailoring.plan_measure_create, name="plan_measure_create"),
    path("plans/<int:pk>/areas/<str:code>/indicators/", indicators.plan_indicators, name="plan_indicators"),
    path("plans/<int:pk>/measures/<str:code>/", tailoring.plan_measure, name="plan_measure"),
    path(
        "plans/<int:pk>/measures/<str:code>/remove/",
        tailoring.plan_measure_remove,
        name="plan_measure_remove",
    ),
    path("plans/<int:pk>/chapters/<str:code>/", tailoring.plan_section, name="plan_section"),
    path(
        "plans/<int:pk>/history/<slug:kind>/<str:code>/",
        history.plan_item_history,
        name="plan_item_history",
    ),
    path(
        "plans/<int:pk>/history/<slug:kind>/<str:code>/<int:line>/restore/",
        history.plan_item_restore,
        name="plan_item_restore",
    ),
    path("plans/<int:pk>/undo/<str:token>/", tailoring.plan_undo, name="plan_undo"),
    path("plans/<int:pk>/renew/", renewal.plan_renew, name="plan_renew"),
    path("plans/<int:pk>/coverage/", strategy.plan_coverage, name="plan_coverage"),
    path("strategy/", strategy.strategy_detail, name="strategy_detail"),
    path("strategy/coverage/", strategy.strategy_coverage, name="strategy_coverage"),
    path("strategy/goals/new/", strategy.goal_create, name="goal_create"),
    path("strategy/goals/<str:code>/", strategy.goal_detail, name="goal_detail"),
    path("strategy/goals/<str:code>/edit/", strategy.goal_edit, name="goal_edit"),
    path("strategy/goals/<str:code>/remove/", strategy.goal_remove, name="goal_remove"),
    path(
        "strategy/goals/<str:code>/indicators/new/",
        strategy.goal_indicator_create,
        name="goal_indicator_create",
    ),
    path(
        "strategy/goals/<str:code>/indicators/<int:pk>/",
        strategy.goal_indicator_edit,
        name="goal_indicator_edit",
    ),
    path(
        "strategy/goals/<str:code>/indicators/<int:pk>/remove/",
        strategy.goal_indicator_remove,
        name="goal_indicator_remove",
    ),
    path("topics/", evidence.topic_area_list, name="topic_area_list"),
    path("topics/<str:code>/", evidence.topic_area_edit, name="topic_area_edit"),
    path("template/", template.template_list, name="template_list"),
    path("template/start/", template.template_start, name="template_start"),
    path("template/<int:number>/", template.template_detail, name="template_detail"),
    path("template/<int:number>/edit/", template.template_edit, name="template_edit"),
    path("template/<int:number>/issue/", template.template_issue, name="template_issue"),
    path("template/<int:number>/add/<str:kind>/", template.template_item_add, name="template_item_add"),
    path(
        "template/<int:number>/restore/<str:token>/",
        template.template_item_restore,
        name="template_item_restore",
    ),
    path("template/<int:number>/<str:code>/", template.template_item_edit, name="template_item_edit"),
    path(
        "template/<int:number>/<str:under>/add/<str:kind>/",
        template.template_item_add,
        name="template_item_add",
    ),
    path(
        "template/<int:number>/<str:code>/remove/", template.template_item_remove, name="template_item_remove"
    ),
    path(
        "template/<int:number>/<str:code>/move/<str:direction>/",
        template.template_item_move,
        name="template_item_move",
    ),
    path("plans/<int:pk>/preview/", publication.plan_preview, name="plan_preview"),
    path("plans/<int:pk>/preview.pdf", publication.plan_preview_pdf, name="plan_preview_pdf"),
    path("editions/<int:pk>/gazette/", publication.edition_gazette, name="edition_gazette"),
]
