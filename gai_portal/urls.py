"""Every address of the portal. What is signed in lives under /workspace/, by app."""

from django.contrib import admin
from django.urls import include, path

from action_plans.views import public_consultation
from action_plans.views.template import template_public
from cases.views.received import referral_link
from gai_portal import handover, public, workspace

urlpatterns = [
    path("", public.home, name="home"),
    path("healthz", public.healthz, name="healthz"),
    path("favicon.ico", public.favicon, name="favicon"),
    path("language/<slug:code>/", public.choose_language, name="choose_language"),
    path("municipalities/", public.municipality_list, name="municipality_list"),
    path("municipalities/<slug:slug>/", public.municipality_detail, name="municipality_detail"),
    path("plans/", include("action_plans.public_urls")),
    path("guidance/", include("cases.public_urls")),
    path("consultations/<str:key>/", public_consultation.consultation_invited, name="consultation_invited"),
    path(
        "consultations/<str:key>/comment/",
        public_consultation.consultation_invited_comment,
        name="consultation_invited_comment",
    ),
    path("referrals/<str:key>/", referral_link, name="referral_link"),
    path("template/", template_public, name="template_public"),
    path("accounts/", include("accounts.urls")),
    path("workspace/", workspace.home, name="workspace"),
    path("workspace/people/handover/", handover.handover_list, name="handover_list"),
    path("workspace/people/<int:pk>/handover/", handover.handover_create, name="handover_create"),
    path("workspace/people/handover/<int:pk>/", handover.handover_detail, name="handover_detail"),
    path(
        "workspace/people/handover/<int:pk>/briefing.pdf",
        handover.handover_briefing,
        name="handover_briefing",
    ),
    path("workspace/", include("accounts.workspace_urls")),
    path("workspace/", include("municipalities.urls")),
    path("workspace/", include("action_plans.urls")),
    path("workspace/", include("cases.urls")),
    path("admin/", admin.site.urls),
]
