"""Which card was on the screen while somebody was told: it stands beside the form and is sent with it."""

from typing import Any

from django import forms

from cases.models import GuidanceVersion, Language

TOLD_FIELDS = ("guidance", "guidance_language")


class ToldCard(forms.Form):
    """The version of the topic's card, and the language in which it was handed over; nothing else."""

    guidance = forms.CharField(required=False, widget=forms.HiddenInput)
    guidance_language = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "guidance" in self.fields:
            shown, language = data.get("guidance", ""), data.get("guidance_language", "")
            version = self._version(shown, data.get("topic"))
            given = version is not None and language in version.languages()
            data["guidance"] = version
            data["guidance_language"] = Language.objects.filter(pk=language).first() if given else None
        return data

    @staticmethod
    def _version(shown: str, topic: Any) -> GuidanceVersion | None:
        if topic is None or not (shown.isascii() and shown.isdigit() and len(shown) < 19):
            return None
        versions = GuidanceVersion.objects.told().select_related("guidance")
        return versions.filter(pk=shown, guidance__topic=topic).first()
