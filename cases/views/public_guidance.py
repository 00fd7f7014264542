"""What the desks tell people, open to everybody: the cards in force."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cases.forms.guidance import searchable
from cases.models import Guidance, GuidanceVersion, Topic, parts_of
from gai_portal.lib.text import fold

CARDS_PER_PAGE = 50


@login_not_required
@require_safe
def card_list(request: HttpRequest) -> HttpResponse:
    """The cards in force by group; with `?q=` those whose topic or text has these words."""
    query = request.GET.get("q", "")[:80].strip()
    words = fold(query).split()
    cards = GuidanceVersion.objects.in_force().filter(guidance__topic__is_active=True)
    found = [card for card in cards.select_related("guidance__topic__parent") if matches(card, words)]
    found.sort(key=lambda card: place_of(card.guidance.topic))
    context = {"query": query, "page": Paginator(found, CARDS_PER_PAGE).get_page(request.GET.get("page"))}
    return render(request, "cases/guidance_public_list.html", context)


def matches(card: GuidanceVersion, words: list[str]) -> bool:
    text = f"{searchable(card.guidance.topic)} {fold(f'{card.say_pt} {card.say_en} {card.say_fr}')}"
    return all(word in text for word in words)


def place_of(topic: Topic) -> tuple[int, int, str]:
    """Groups in their order, and topics in theirs."""
    return (topic.parent.order if topic.parent else topic.order, topic.order, topic.code)


@login_not_required
@require_safe
def card_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One card, as it is told today."""
    cards = GuidanceVersion.objects.in_force().select_related("guidance")
    version = get_object_or_404(cards, guidance__topic=code, guidance__topic__is_active=True)
    topic = Topic.objects.select_related("parent").get(pk=code)
    context = {
        "version": version,
        "topic": topic,
        **parts_of(version, topic),
        "is_overdue": Guidance.objects.overdue().filter(pk=version.guidance_id).exists(),
    }
    return render(request, "cases/guidance_public.html", context)
