from django.urls import path

from cases import views

app_name = "cases"
urlpatterns = [
    # The officer's home is the form: somebody is usually standing there.
    path("", views.enquiry_create, name="desk"),
    path("enquiries/", views.enquiry_list, name="enquiry_list"),
    path("enquiries/new/", views.enquiry_create, name="enquiry_create"),
    path("enquiries/<int:pk>/", views.enquiry_detail, name="enquiry_detail"),
    path("enquiries/<int:pk>/correct/", views.enquiry_correct, name="enquiry_correct"),
    path("enquiries/<int:pk>/void/", views.enquiry_void, name="enquiry_void"),
    path("enquiries/<int:pk>/undo/", views.enquiry_undo, name="enquiry_undo"),
    path("figures/", views.enquiry_figures, name="enquiry_figures"),
    path("topics/<str:code>/", views.topic_card, name="topic_card"),
]
