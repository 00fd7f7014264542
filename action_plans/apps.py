from django.apps import AppConfig

from gai_portal.lib.triggers import keep_triggers


class ActionPlansConfig(AppConfig):
    """From the national strategy to published municipal plans."""

    name = "action_plans"

    def ready(self) -> None:
        from action_plans.triggers import TRIGGERS  # models can be imported only now

        keep_triggers(self, TRIGGERS)
