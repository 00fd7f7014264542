from django.urls import path

from cases.views import enquiries, figures, guidance

app_name = "cases"
urlpatterns = [
    # The officer's home is the form: somebody is usually standing there.
    path("", enquiries.enquiry_create, name="desk"),
    path("enquiries/", enquiries.enquiry_list, name="enquiry_list"),
    path("enquiries/new/", enquiries.enquiry_create, name="enquiry_create"),
    path("enquiries/<int:pk>/", enquiries.enquiry_detail, name="enquiry_detail"),
    path("enquiries/<int:pk>/correct/", enquiries.enquiry_correct, name="enquiry_correct"),
    path("enquiries/<int:pk>/void/", enquiries.enquiry_void, name="enquiry_void"),
    path("enquiries/<int:pk>/undo/", enquiries.enquiry_undo, name="enquiry_undo"),
    path("figures/", figures.enquiry_figures, name="enquiry_figures"),
    path("topics/<str:code>/", guidance.topic_card, name="topic_card"),
]
