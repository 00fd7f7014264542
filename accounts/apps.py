from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class AccountsConfig(AppConfig):
    """Who signs in, and what they may do where."""

    name = "accounts"
    default = True


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin, opened by role instead of by `is_staff`."""

    default = False
    default_site = "accounts.admin_site.PortalAdminSite"
