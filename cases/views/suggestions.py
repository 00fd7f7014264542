"""What a desk would change in a card, and what the national level answers."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import SignedInRequest
from accounts.limits import is_too_often
from accounts.services import answer_form, restore_draft
from cases.forms.guidance import AnswerForm, SuggestionForm
from cases.models import GuidanceSuggestion, GuidanceVersion, Topic, parts_of
from cases.permissions import can_use_desk, can_write_guidance
from cases.services.guidance import answer_suggestion, suggest_change
from cases.views.desk import get_offices
from gai_portal.lib.paging import keyset_page


@require_http_methods(["GET", "POST"])
def suggestion_create(request: SignedInRequest, code: str) -> HttpResponse:
    """Tell those who write the card what should be different."""
    offices = get_offices(request.user)
    if not offices:
        return redirect("cases:desk")
    topic = get_object_or_404(Topic.objects.select_related("parent"), code=code)
    draft = restore_draft(request)
    form = SuggestionForm(request.POST or None, initial=draft.initial if draft else None)

    def send() -> str:
        suggest_change(topic, offices[0], form.cleaned_data["text_pt"], by=request.user)
        messages.success(request, _("The suggestion is sent. You get a notice when it is answered."))
        return reverse("cases:suggestion_list")

    if request.method == "POST" and form.is_valid() and is_too_often(request, "suggest"):
        form.add_error(None, _("That was a lot for one day. Send the rest tomorrow; the draft stays."))
    elif url := answer_form(request, form, send):
        return redirect(url)
    version = GuidanceVersion.objects.in_force().filter(guidance__topic=topic).first()
    context = {"form": form, "draft": draft, "topic": topic, "version": version, **parts_of(version, topic)}
    return render(request, "cases/suggestion_create.html", context)


@require_safe
def suggestion_list(request: SignedInRequest) -> HttpResponse:
    """The office's own suggestions with their answers; for the national level those of all offices."""
    is_writer = can_write_guidance(request.user)
    if not is_writer and not can_use_desk(request.user):
        raise Http404
    rows = GuidanceSuggestion.objects.visible_to(request.user).with_names()
    is_open = "open" in request.GET
    context = {
        "page": keyset_page(rows.open() if is_open else rows, request),
        "is_open": is_open,
        "is_writer": is_writer,
    }
    return render(request, "cases/suggestion_list.html", context)


@require_http_methods(["GET", "POST"])
def suggestion_answer(request: SignedInRequest, pk: int) -> HttpResponse:
    if not can_write_guidance(request.user):
        raise Http404
    suggestion = get_object_or_404(GuidanceSuggestion.objects.visible_to(request.user).with_names(), pk=pk)
    form = AnswerForm(request.POST or None)

    def answer() -> str:
        answer_suggestion(suggestion, form.cleaned_data["answer_pt"], by=request.user)
        messages.success(request, _("The suggestion is answered. The officer gets a notice."))
        return reverse("cases:suggestion_list")

    if suggestion.answered_at is None and (url := answer_form(request, form, answer)):
        return redirect(url)
    return render(request, "cases/suggestion_answer.html", {"form": form, "suggestion": suggestion})
