from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from gai_portal.lib.triggers import keep_triggers


class CasesConfig(AppConfig):
    """The desk: enquiries and, later, people and cases."""

    name = "cases"
    verbose_name = _("Desk")

    def ready(self) -> None:
        # Models can be imported only now.
        from accounts.services import REFUSALS
        from cases.services.drafts import refuse_about_erased
        from cases.triggers import TRIGGERS

        keep_triggers(self, TRIGGERS)
        REFUSALS.append(refuse_about_erased)
