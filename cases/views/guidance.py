"""What to tell people."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from cases.models import Topic
from cases.permissions import coordinates
from cases.views.desk import get_offices


@require_safe
def topic_card(request: SignedInRequest, code: str) -> HttpResponse:
    """What to say on a topic, for the panel beside the form."""
    get_offices(request.user)
    topic = get_object_or_404(Topic.objects.with_guidance(), code=code)
    context = {"topic": topic, "is_coordinator": coordinates(request.user)}
    return render(request, "cases/includes/_topic_card.html", context)
