from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The desk: enquiries and, later, people and cases."""

    name = "cases"
