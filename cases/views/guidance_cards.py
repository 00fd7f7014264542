"""The national level's pages of the cards: found, written, compared, published, reviewed."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.services import answer_form, discard_draft, restore_draft
from cases.forms.guidance import CardFilter, CardState, GuidanceForm, PublishForm, ReviewForm, words_of
from cases.models import (
    TAKEN_OVER,
    WRITTEN,
    Guidance,
    GuidanceSuggestion,
    GuidanceVersion,
    Topic,
    names_of_languages,
    parts_of,
)
from cases.permissions import can_use_desk, can_write_guidance
from cases.services.guidance import (
    GuidanceChanged,
    begin_draft,
    confirm_review,
    drop_draft,
    left_behind,
    next_review,
    publish_guidance,
)
from cases.views.public_guidance import place_of
from gai_portal.lib.paging import PAGE_SIZE

VERSIONS_SHOWN = 10


@dataclass(frozen=True)
class CardRow:
    """A topic, and how far its card is."""

    topic: Topic
    card: Guidance | None
    current: GuidanceVersion | None
    draft: GuidanceVersion | None
    is_overdue: bool
    suggestions: int

    @property
    def has_other_parts(self) -> bool:
        """Whether the topic has other documents or deadlines than the desks tell."""
        return self.current is not None and parts_of(self.current, self.topic) != self.topic.parts()

    def is_in(self, state: str) -> bool:
        match state:
            case CardState.OVERDUE:
                return self.is_overdue
            case CardState.DRAFT:
                return self.draft is not None
            case CardState.MISSING:
                return self.current is None
            case CardState.SUGGESTED:
                return self.suggestions > 0
            case CardState.PARTS:
                return self.has_other_parts
        return True


def refuse_readers(request: SignedInRequest) -> None:
    """To anybody who does not write cards these pages do not exist."""
    if not can_write_guidance(request.user):
        raise Http404


def get_topic(request: SignedInRequest, code: str) -> Topic:
    """A topic that may have a card, for those who write it."""
    refuse_readers(request)
    return get_object_or_404(Topic.objects.select_related("parent").filter(children=None), code=code)


def get_draft(request: SignedInRequest, code: str) -> GuidanceVersion:
    drafts = GuidanceVersion.objects.drafts().select_related("guidance__topic__parent")
    return get_object_or_404(drafts, guidance__topic=get_topic(request, code))


@require_safe
def guidance_list(request: SignedInRequest) -> HttpResponse:
    """Every topic with its card, or without one; those whose review is overdue can be seen alone."""
    refuse_readers(request)
    chosen = CardFilter(request.GET)
    chosen.is_valid()
    rows = card_rows(request)
    state = chosen.cleaned_data.get("state", "")
    found = [row for row in rows if row.is_in(state) and chosen.finds(row.topic)]
    context = {
        "filter": chosen,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "total": len(rows),
        "in_force": sum(row.current is not None for row in rows),
        "overdue": sum(row.is_overdue for row in rows),
        "suggestions": sum(row.suggestions for row in rows),
    }
    return render(request, "cases/guidance_list.html", context)


def card_rows(request: SignedInRequest) -> list[CardRow]:
    """All topics: there are a hundred or so, and a search looks at the names in every language."""
    light = GuidanceVersion.objects.only("guidance", "number", "state", "published_at", *TAKEN_OVER)
    cards = {
        card.topic_id: card for card in Guidance.objects.prefetch_related(Prefetch("versions", light.all()))
    }
    overdue = set(Guidance.objects.overdue().values_list("topic", flat=True))
    asked = GuidanceSuggestion.objects.visible_to(request.user).open().order_by()
    suggestions = dict(asked.values_list("topic").annotate(Count("pk")))
    rows = []
    for topic in sorted(
        Topic.objects.in_use().filter(children=None).select_related("parent").with_parts(),
        key=place_of,
    ):
        card = cards.get(topic.pk)
        versions = list(card.versions.all()) if card else []
        rows.append(
            CardRow(
                topic,
                card,
                next((version for version in versions if version.is_in_force), None),
                next((version for version in versions if version.is_draft), None),
                topic.pk in overdue,
                suggestions.get(topic.pk, 0),
            )
        )
    return rows


@require_safe
def guidance_detail(request: SignedInRequest, code: str) -> HttpResponse:
    """A card: what is in force, the draft, earlier versions and what the desks suggest."""
    topic = get_topic(request, code)
    card = Guidance.objects.filter(topic=topic).first()
    versions = list(card.versions.select_related("published_by")[:VERSIONS_SHOWN]) if card else []
    current = next((version for version in versions if version.is_in_force), None)
    suggestions = GuidanceSuggestion.objects.visible_to(request.user).open().filter(topic=topic)
    context = {
        "topic": topic,
        "card": card,
        "version": current,
        "draft": next((version for version in versions if version.is_draft), None),
        "versions": [version for version in versions if not version.is_draft],
        **parts_of(current, topic),
        "outdated": names_of_languages(current.outdated).values() if current else [],
        "has_other_parts": current is not None and parts_of(current, topic) != topic.parts(),
        "is_overdue": current is not None and Guidance.objects.overdue().filter(topic=topic).exists(),
        "suggestions": suggestions.with_names()[:PAGE_SIZE],
        "form": ReviewForm(initial={"review_by": next_review(timezone.localdate())}),
    }
    return render(request, "cases/guidance_detail.html", context)


@require_safe
def guidance_version(request: SignedInRequest, code: str, number: int) -> HttpResponse:
    """What was told at the time, beside what the version before it said. Drafts only for their writers."""
    is_writer = can_write_guidance(request.user)
    if not is_writer and not can_use_desk(request.user):
        raise Http404
    versions = GuidanceVersion.objects.select_related("guidance__topic__parent", "published_by")
    versions = (versions if is_writer else versions.told()).filter(guidance__topic=code)
    version = get_object_or_404(versions, number=number)
    topic = version.guidance.topic
    context = {
        "topic": topic,
        "version": version,
        **parts_of(version, topic),
        "changes": changes_of(version, versions.filter(number__lt=number).first()),
        "in_force": version if version.is_in_force else versions.in_force().first(),
        "is_writer": is_writer,
    }
    return render(request, "cases/guidance_version.html", context)


def changes_of(
    version: GuidanceVersion,
    former: GuidanceVersion | None,
    names: tuple[str, ...] = (*WRITTEN, *TAKEN_OVER),
) -> list[tuple[str, str, str]]:
    """Each part in which a version differs from the one before it: its name, the old and the new words."""
    if former is None:
        return []
    rows = [
        (
            capfirst(str(GuidanceVersion._meta.get_field(name).verbose_name)),  # type: ignore[union-attr]  # none is a relation
            words_of(former, name),
            words_of(version, name),
        )
        for name in names
    ]
    return [row for row in rows if row[1] != row[2]]


@require_POST
def guidance_begin(request: SignedInRequest, code: str) -> HttpResponse:
    """The draft, begun as a copy of what is in force."""
    begin_draft(get_topic(request, code), by=request.user)
    return redirect("cases:guidance_edit", code=code)


@require_http_methods(["GET", "POST"])
def guidance_edit(request: SignedInRequest, code: str) -> HttpResponse:
    draft = get_draft(request, code)
    if request.method == "POST" and "drop" in request.POST:
        drop_draft(draft, by=request.user)
        discard_draft(request.user, request.path)
        messages.success(request, _("The draft is gone. What is in force stays."))
        return redirect("cases:guidance_detail", code=code)
    kept = restore_draft(request)

    def save() -> str:
        form.save()
        messages.success(request, _("Draft saved. The desks see it once it is published."))
        return reverse(
            "cases:guidance_publish" if "check" in request.POST else "cases:guidance_detail", args=[code]
        )

    with transaction.atomic():
        form = GuidanceForm(request.POST or None, instance=draft, initial=kept.initial if kept else None)
        if url := answer_form(request, form, save):
            return redirect(url)
    context = {"form": form, "draft": kept, "version": draft, "topic": draft.guidance.topic}
    return render(request, "cases/guidance_edit.html", context)


@require_http_methods(["GET", "POST"])
def guidance_publish(request: SignedInRequest, code: str) -> HttpResponse:
    """The draft as people will read it, beside what is in force; then it is put in force."""
    draft = get_draft(request, code)
    topic = get_topic(request, code)
    current = draft.guidance.versions.in_force().first()
    behind = [str(name) for name in names_of_languages(left_behind(draft, current)).values()]
    initial = {"review_by": next_review(timezone.localdate())}
    form = PublishForm(request.POST or None, draft=draft, left_behind=behind, initial=initial)

    def publish() -> str:
        publish_guidance(draft, **form.cleaned_data, by=request.user)
        messages.success(request, _("Published. The desks tell it from now on, and everybody can read it."))
        return reverse("cases:guidance_detail", args=[code])

    try:
        if url := answer_form(request, form, publish):
            return redirect(url)
    except GuidanceChanged:
        form.show_again(draft)
    context: dict[str, Any] = {
        "form": form,
        "topic": topic,
        "left_behind": behind,
        "version": draft,
        "current": current,
        "changes": changes_of(draft, current),
        **parts_of(draft, topic),
    }
    return render(request, "cases/guidance_publish.html", context)


@require_POST
def guidance_review(request: SignedInRequest, code: str) -> HttpResponse:
    """Looked at, and still right."""
    card = get_object_or_404(Guidance, topic=get_topic(request, code))
    form = ReviewForm(request.POST)
    try:
        if form.is_valid():
            confirm_review(card, review_by=form.cleaned_data["review_by"], by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if form.errors:
            messages.error(request, _("Write the day of the next review."))
        else:
            messages.success(request, _("The review of the card is noted."))
    return redirect(card)
