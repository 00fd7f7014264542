from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MunicipalitiesConfig(AppConfig):
    """Where: islands, municipalities, offices, partners."""

    name = "municipalities"
    verbose_name = _("Territory and partners")
