"""Which topics of the desk speak about which area: a list to read, kept by the national level."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import SignedInRequest
from action_plans.forms.evidence import TopicAreasForm
from action_plans.models import TemplateArea, TopicArea
from action_plans.permissions import can_place_topics
from action_plans.services.evidence import place_topics
from action_plans.workflow import TemplateState
from cases.statistics import TopicName, topic_names
from gai_portal.lib.content import content_text


@dataclass(frozen=True)
class PlacedGroup:
    """A group of topics with its area, and those of its topics that speak about another."""

    group: TopicName
    area: str
    others: list[tuple[TopicName, str]]

    @property
    def has_area(self) -> bool:
        return bool(self.area or self.others)


def area_titles() -> dict[str, str]:
    """Every area by its code, in its newest issued wording and in the order of the template."""
    areas = TemplateArea.objects.exclude(template__state=TemplateState.DRAFT).order_by(
        "template__number", "order", "code"
    )
    titles: dict[str, str] = {}
    for area in areas:
        titles.pop(area.code, None)
        titles[area.code] = f"{content_text(area, 'title')} ({area.code})"
    return titles


@require_safe
def topic_area_list(request: SignedInRequest) -> HttpResponse:
    titles = area_titles()
    placed = {row.topic_code: titles.get(row.area_code, row.area_code) for row in TopicArea.objects.all()}
    topics = topic_names()
    groups = [
        PlacedGroup(
            group,
            placed.get(group.code, ""),
            [(t, placed[t.code]) for t in topics if t.group == group.code and placed.get(t.code)],
        )
        for group in topics
        if not group.group
    ]
    context = {
        "groups": groups,
        "unplaced": [row for row in groups if not row.has_area],
        "can_edit": can_place_topics(request.user),
    }
    return render(request, "action_plans/topic_area_list.html", context)


@require_http_methods(["GET", "POST"])
def topic_area_edit(request: SignedInRequest, code: str) -> HttpResponse:
    if not can_place_topics(request.user):
        raise PermissionDenied
    names = topic_names()
    group = next((name for name in names if name.code == code and not name.group), None)
    if group is None:
        raise Http404
    topics = [name for name in names if name.group == code]
    codes = [code, *(topic.code for topic in topics)]
    placed: dict[str, Any] = dict(
        TopicArea.objects.filter(topic_code__in=codes).values_list("topic_code", "area_code")
    )
    form = TopicAreasForm(
        request.POST if request.method == "POST" else None,
        group=group,
        topics=topics,
        areas=area_titles(),
        placed=placed,
    )
    if request.method == "POST" and form.is_valid():
        count = place_topics(form.areas, by=request.user)
        said = ngettext("{count} topic given its area.", "{count} topics given their areas.", count)
        messages.success(request, said.format(count=count) if count else _("Nothing was changed."))
        return redirect("action_plans:topic_area_list")
    return render(request, "action_plans/topic_area_edit.html", {"form": form, "group": group})
