from django.urls import path

from action_plans.views import publication

app_name = "action_plans"
urlpatterns = [
    path("plans/<int:pk>/preview/", publication.plan_preview, name="plan_preview"),
    path("plans/<int:pk>/preview.pdf", publication.plan_preview_pdf, name="plan_preview_pdf"),
    path("editions/<int:pk>/gazette/", publication.edition_gazette, name="edition_gazette"),
]
