from django.apps import AppConfig


class MunicipalitiesConfig(AppConfig):
    """Where: islands, municipalities, offices, partners."""

    name = "municipalities"
