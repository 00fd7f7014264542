"""The addresses of the sign-in library that the portal uses, and no others."""

from allauth.account import views
from django.urls import path
from django.views.decorators.http import require_http_methods

ask = require_http_methods(["GET", "POST"])

urlpatterns = [path("login/", ask(views.login), name="account_login")]
