from django.urls import path

from municipalities import views

app_name = "municipalities"
urlpatterns = [
    path("office/", views.office_list, name="office_list"),
    path("office/<slug:code>/", views.office_edit, name="office_edit"),
    path("municipalities/<str:code>/figures/", views.figure_list, name="figure_list"),
    path("municipalities/<str:code>/figures/new/", views.figure_create, name="figure_create"),
    path("municipalities/<str:code>/figures/import/", views.figure_import, name="figure_import"),
    path("municipalities/<str:code>/figures/template.csv", views.figure_template, name="figure_template"),
    path("municipalities/<str:code>/figures/<int:pk>/", views.figure_edit, name="figure_edit"),
    path("municipalities/<str:code>/figures/<int:pk>/remove/", views.figure_remove, name="figure_remove"),
    path(
        "municipalities/<str:code>/figures/restore/<str:token>/", views.figure_restore, name="figure_restore"
    ),
]
