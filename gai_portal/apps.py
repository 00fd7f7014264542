from django.apps import AppConfig


class GaiPortalConfig(AppConfig):
    """The composition root: knows every app, has no models of its own."""

    name = "gai_portal"
