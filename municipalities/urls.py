from django.urls import path

from municipalities import views

app_name = "municipalities"
urlpatterns = [
    path("office/", views.office_list, name="office_list"),
    path("office/<slug:code>/", views.office_edit, name="office_edit"),
]
