from django.apps import AppConfig

from gai_portal.lib import searching


class GaiPortalConfig(AppConfig):
    """The composition root: knows every app, has no models of its own."""

    name = "gai_portal"

    def ready(self) -> None:
        searching.enable()
