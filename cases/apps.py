from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from gai_portal.lib.triggers import keep_triggers


class CasesConfig(AppConfig):
    """The desk: enquiries and, later, people and cases."""

    name = "cases"
    verbose_name = _("Desk")

    def ready(self) -> None:
        from cases.triggers import TRIGGERS  # models can be imported only now

        keep_triggers(self, TRIGGERS)
