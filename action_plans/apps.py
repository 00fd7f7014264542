from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from gai_portal.lib.triggers import keep_triggers


class ActionPlansConfig(AppConfig):
    """From the national strategy to published municipal plans."""

    name = "action_plans"
    verbose_name = _("Strategy, template and plans")

    def ready(self) -> None:
        from action_plans.triggers import TRIGGERS  # models can be imported only now

        keep_triggers(self, TRIGGERS)
