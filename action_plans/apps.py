from django.apps import AppConfig


class ActionPlansConfig(AppConfig):
    """From the national strategy to published municipal plans."""

    name = "action_plans"
