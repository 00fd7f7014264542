"""The addresses of the sign-in library that the portal uses, and no others."""

from allauth.account import views as allauth_views
from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_safe

from accounts import views

ask = require_http_methods(["GET", "POST"])

urlpatterns = [
    path("login/", login_not_required(ask(views.LoginView.as_view())), name="account_login"),
    path("logout/", login_not_required(ask(allauth_views.logout)), name="account_logout"),
    # The library links to it; it says that accounts are given by invitation.
    path("signup/", views.sign_up_closed, name="account_signup"),
    path(
        "inactive/", login_not_required(require_safe(allauth_views.account_inactive)), name="account_inactive"
    ),
    path("password/change/", ask(allauth_views.password_change), name="account_change_password"),
    path(
        "password/reset/",
        login_not_required(ask(views.PasswordResetView.as_view())),
        name="account_reset_password",
    ),
    path(
        "password/reset/done/",
        login_not_required(require_safe(allauth_views.password_reset_done)),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        login_not_required(ask(allauth_views.password_reset_from_key)),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        login_not_required(require_safe(allauth_views.password_reset_from_key_done)),
        name="account_reset_password_from_key_done",
    ),
]
