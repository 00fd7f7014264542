"""What to tell people, at the desk: beside the form, on paper, and as a message."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from cases.documents import guidance_message
from cases.models import OWN_COLUMNS, GuidanceVersion, Topic, names_of_languages, parts_of
from cases.permissions import coordinates
from cases.views.desk import get_offices


@dataclass(frozen=True)
class HandOver:
    """A card as a message in one language. Whose number it goes to is typed in the other program only."""

    code: str
    language: Any
    text: str
    is_outdated: bool

    @property
    def whatsapp(self) -> str:
        return f"https://wa.me/?text={quote(self.text)}"

    @property
    def sms(self) -> str:
        return f"sms:?&body={quote(self.text)}"


def card_of(topic: Topic | None) -> dict[str, Any]:
    """What the panel beside the form shows on a topic, with the ways to hand it over."""
    if topic is None:
        return {"topic": None}
    versions = GuidanceVersion.objects.in_force().select_related("guidance")
    version = versions.filter(guidance__topic=topic).first()
    parts = parts_of(version, topic)
    return {"topic": topic, "version": version, "hand_overs": hand_overs(version, topic), **parts}


def hand_overs(version: GuidanceVersion | None, topic: Topic) -> list[HandOver]:
    if version is None:
        return []
    return [
        HandOver(
            code, name, guidance_message(version, topic, code, called=str(name)), code in version.outdated
        )
        for code, name in names_of_languages(version.languages()).items()
    ]


@require_safe
def topic_card(request: SignedInRequest, code: str) -> HttpResponse:
    """What to say on a topic, for the panel beside the form."""
    get_offices(request.user)
    topic = get_object_or_404(Topic.objects.with_guidance(), code=code)
    context = card_of(topic) | {"is_coordinator": coordinates(request.user)}
    return render(request, "cases/includes/_topic_card.html", context)


@require_safe
def guidance_sheet(request: SignedInRequest, code: str) -> HttpResponse:
    """The whole card on a page to print and hand over, in one language."""
    offices = get_offices(request.user)
    topic = get_object_or_404(Topic.objects.with_guidance(), code=code)
    card = card_of(topic)
    languages = {hand_over.code: hand_over.language for hand_over in card["hand_overs"]}
    language = request.GET.get("language", "")
    if language not in languages:
        language = get_language() or OWN_COLUMNS[0]
    is_further = language not in OWN_COLUMNS
    context = card | {
        "offices": offices,
        "card_languages": languages,
        "language": language,
        "text_language": OWN_COLUMNS[0] if is_further else language,  # of all but what to say
        "further_name": languages.get(language, ""),
        "is_further_outdated": is_further and language in card["version"].outdated,
        "further_text": card["version"].say_in(language) if is_further else "",
    }
    return render(request, "cases/guidance_sheet.html", context)
