from django.urls import path

from action_plans.views import public, public_consultation

urlpatterns = [
    path("", public.plan_list, name="public_plan_list"),
    path("verify/", public.edition_check, name="edition_check"),
    path("<slug:slug>/", public.plan_current, name="public_plan"),
    path("<slug:slug>/consultation/", public_consultation.public_consultation, name="public_consultation"),
    path(
        "<slug:slug>/consultation/comment/",
        public_consultation.public_consultation_comment,
        name="public_consultation_comment",
    ),
    path("<slug:slug>/<int:number>/", public.edition_detail, name="edition_detail"),
    path("<slug:slug>/<int:number>.pdf", public.edition_pdf, name="edition_pdf"),
    path("<slug:slug>/<int:number>.json", public.edition_json, name="edition_json"),
    path("<slug:slug>/<int:number>.csv", public.edition_csv, name="edition_csv"),
    path("<slug:slug>/<int:number>.xlsx", public.edition_xlsx, name="edition_xlsx"),
]
