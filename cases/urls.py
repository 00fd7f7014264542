from django.urls import path

from cases.views import (
    cases,
    consents,
    desk,
    enquiries,
    exports,
    figures,
    guidance,
    paper,
    people,
    restricted,
)

app_name = "cases"
urlpatterns = [
    # The officer's home is the form: somebody is usually standing there.
    path("", enquiries.enquiry_create, name="desk"),
    path("shortcuts/", desk.shortcuts, name="shortcuts"),
    path("enquiries/", enquiries.enquiry_list, name="enquiry_list"),
    path("enquiries/export.<slug:ending>", exports.enquiry_export, name="enquiry_export"),
    path("enquiries/new/", enquiries.enquiry_create, name="enquiry_create"),
    path("enquiries/blank/", paper.blank_form, name="blank_form"),
    path("enquiries/blank.pdf", paper.blank_form_file, name="blank_form_file"),
    path("enquiries/<int:pk>/", enquiries.enquiry_detail, name="enquiry_detail"),
    path("enquiries/<int:pk>/correct/", enquiries.enquiry_correct, name="enquiry_correct"),
    path("enquiries/<int:pk>/void/", enquiries.enquiry_void, name="enquiry_void"),
    path("enquiries/<int:pk>/undo/", enquiries.enquiry_undo, name="enquiry_undo"),
    path("cases/", cases.case_list, name="case_list"),
    path("cases/new/", cases.case_create, name="case_create"),
    path("cases/<int:pk>/", cases.case_detail, name="case_detail"),
    path("cases/<int:pk>/edit/", cases.case_edit, name="case_edit"),
    path("cases/<int:pk>/documents/add/", cases.document_add, name="document_add"),
    path("documents/<int:pk>/", cases.document_open, name="document_open"),
    path("documents/<int:pk>/remove/", cases.document_remove, name="document_remove"),
    path("cases/<int:pk>/notes/<int:note>/", cases.note_correct, name="note_correct"),
    path("cases/<int:pk>/<slug:act>/", cases.case_act, name="case_act"),
    path("follow-ups/<int:pk>/done/", cases.follow_up_finish, name="follow_up_finish"),
    path("follow-ups/<int:pk>/again/", cases.follow_up_reopen, name="follow_up_reopen"),
    path("figures/", figures.enquiry_figures, name="enquiry_figures"),
    path("people/", people.person_search, name="person_search"),
    path("people/new/", people.person_create, name="person_create"),
    path("people/<int:pk>/", people.person_detail, name="person_detail"),
    path("people/<int:pk>/edit/", people.person_edit, name="person_edit"),
    path("people/<int:pk>/readings/", people.person_readings, name="person_readings"),
    path("people/<int:pk>/consent/", consents.consent_renew, name="consent_renew"),
    path("people/<int:pk>/withdraw/", consents.consent_withdraw, name="consent_withdraw"),
    path("people/<int:pk>/<slug:kind>/add/", people.person_item, name="person_item_add"),
    path("people/<int:pk>/<slug:kind>/<int:item>/", people.person_item, name="person_item_edit"),
    path(
        "people/<int:pk>/<slug:kind>/<int:item>/remove/", people.person_item_remove, name="person_item_remove"
    ),
    path("restricted/", restricted.sealed_list, name="sealed_list"),
    path("restricted/opened/", restricted.unsealed_list, name="unsealed_list"),
    path("restricted/<slug:kind>/", restricted.sealed_list, name="sealed_list"),
    path("restricted/<slug:kind>/<int:pk>/", restricted.unseal_record, name="unseal"),
    path("topics/<str:code>/", guidance.topic_card, name="topic_card"),
]
