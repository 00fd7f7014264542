from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _

from accounts.sessions import note_sign_in
from gai_portal.lib.triggers import keep_triggers


class AccountsConfig(AppConfig):
    """Who signs in, and what they may do where."""

    name = "accounts"
    verbose_name = _("People and roles")
    default = True

    def ready(self) -> None:
        from accounts.triggers import TRIGGERS  # models can be imported only now

        keep_triggers(self, TRIGGERS)
        user_logged_in.connect(note_sign_in, dispatch_uid="accounts.sessions")


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin, opened by role instead of by `is_staff`."""

    default = False
    default_site = "accounts.admin_site.PortalAdminSite"
