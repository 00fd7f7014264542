"""The addresses of the sign-in library that the portal uses, and no others."""

from allauth.account import views
from django.urls import path

urlpatterns = [path("login/", views.login, name="account_login")]
