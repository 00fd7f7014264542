"""The cards as a file: taken along to be translated, and brought back as drafts after a comparison."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import SignedInRequest
from cases.forms.guidance import CardsForm
from cases.guidance_file import CardsReader, cards_yaml
from cases.models import WRITTEN, GuidanceVersion, Topic
from cases.services.guidance import fill, save_drafts, written
from cases.views.guidance_cards import changes_of, refuse_readers


@dataclass(frozen=True)
class Incoming:
    """What a file would change in the card of a topic."""

    topic: Topic
    latest: GuidanceVersion | None
    changes: list[tuple[str, str, str]]


@require_safe
def guidance_export(request: SignedInRequest) -> HttpResponse:
    """All cards in force."""
    refuse_readers(request)
    response = HttpResponse(cards_yaml(), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="guidance.yaml"'
    return response


@require_http_methods(["GET", "POST"])
def guidance_import(request: SignedInRequest) -> HttpResponse:
    """A file becomes drafts, once its officer has seen what it changes. Nothing is published."""
    refuse_readers(request)
    is_sent = request.method == "POST"
    form = CardsForm(request.POST, request.FILES) if is_sent else CardsForm()
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        text = form.cleaned_data["content"]
        reader = CardsReader(text.encode())
        if reader.faults:
            context["faults"] = reader.faults
            return render(request, "cases/guidance_import.html", context)
        latest = latest_texts(reader.cards)
        seen = mark_of_all(latest)
        if form.cleaned_data["seen"] == seen:
            chosen = {
                code: reader.cards[code] for code in request.POST.getlist("topic") if code in reader.cards
            }
            save_drafts(chosen, by=request.user)
            said = ngettext("{number} draft saved.", "{number} drafts saved.", len(chosen))
            messages.success(request, said.format(number=len(chosen)))
            return redirect("cases:guidance_list")
        if form.cleaned_data["seen"]:
            messages.warning(request, _("A card has changed meanwhile. Look at the comparison once more."))
        rows = incoming(reader, latest)
        hidden = {"content": text, "seen": seen}
        context |= {"rows": rows, "total": len(reader.cards), "hidden": CardsForm(hidden)}
    return render(request, "cases/guidance_import.html", context)


def latest_texts(codes: Any) -> dict[str, GuidanceVersion]:
    """The draft of each card, or else what is in force."""
    versions = GuidanceVersion.objects.filter(guidance__topic__in=list(codes)).select_related("guidance")
    return {version.guidance.topic_id: version for version in versions.order_by("guidance", "number")}


def mark_of_all(latest: dict[str, GuidanceVersion]) -> str:
    """A fingerprint of the texts that a file was compared with."""
    texts = {code: written(version) for code, version in latest.items()}
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:20]


def incoming(reader: CardsReader, latest: dict[str, GuidanceVersion]) -> list[Incoming]:
    """The cards that the file changes, in its order."""
    rows = []
    for code, values in reader.cards.items():
        before = latest.get(code)
        after = GuidanceVersion(**written(before))
        fill(after, values)
        if changes := changes_of(after, before or GuidanceVersion(), WRITTEN):
            rows.append(Incoming(reader.topics[code], before, changes))
    return rows
