from django.apps import AppConfig

from gai_portal.lib.triggers import keep_triggers


class CasesConfig(AppConfig):
    """The desk: enquiries and, later, people and cases."""

    name = "cases"

    def ready(self) -> None:
        from cases.triggers import TRIGGERS  # models can be imported only now

        keep_triggers(self, TRIGGERS)
