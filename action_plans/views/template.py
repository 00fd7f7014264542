"""The national template: read by everybody once issued; written, as a draft, by the national level."""

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.services import close_draft, first_answer, restore_draft
from action_plans.forms.template import HeadingForm
from action_plans.models import Template
from action_plans.permissions import (
    can_edit_template,
    can_issue_template,
    can_read_adoption,
    can_write_template,
)
from action_plans.services.outline import outline_of
from action_plans.services.template import EditedMeanwhile, NotADraft, save_heading, start_draft
from action_plans.templatetags.templates import LANGUAGE_NAMES, text_name
from action_plans.views.conflict import differences

BESIDE = ("en", "fr")  # the languages that may stand beside the Portuguese while a draft is edited

View = ParamSpec("View")


def get_template(request: SignedInRequest, number: int) -> Template:
    return get_object_or_404(Template.objects.visible_to(request.user), number=number)


def of_draft(
    view: Callable[Concatenate[SignedInRequest, Template, View], HttpResponse],
) -> Callable[Concatenate[SignedInRequest, int, View], HttpResponse]:
    """Hands the draft to a view that writes in it; once it has been issued, a plain page answers instead."""

    @wraps(view)
    def inner(request: SignedInRequest, number: int, *args: View.args, **kwargs: View.kwargs) -> HttpResponse:
        template = get_template(request, number)
        if not can_write_template(request.user):
            raise PermissionDenied
        try:
            if template.is_draft:
                return view(request, template, *args, **kwargs)
        except NotADraft:
            template.refresh_from_db()
        return too_late(request, template)

    return inner


def typed_in(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and content of each text that was typed into a form of the template."""
    parts = [(name.rpartition("_"), str(text)) for name, text in data.items() if text]
    return [
        (text_name(stem, language), text)
        for (stem, _mark, language), text in parts
        if language in LANGUAGE_NAMES and stem
    ]


def too_late(request: SignedInRequest, template: Template) -> HttpResponse:
    """For somebody who comes after the issuing. What was typed stands there, to be copied."""
    context = {"template": template, "typed": typed_in(request.POST)}
    return render(request, "action_plans/template_too_late.html", context, status=HTTPStatus.CONFLICT)


@require_safe
def template_list(request: SignedInRequest) -> HttpResponse:
    templates = list(Template.objects.visible_to(request.user))
    can_start = can_write_template(request.user) and not any(template.is_draft for template in templates)
    context = {
        "templates": templates,
        "can_start": can_start,
        "can_read_adoption": can_read_adoption(request.user),
    }
    return render(request, "action_plans/template_list.html", context)


@require_POST
def template_start(request: SignedInRequest) -> HttpResponse:
    draft = start_draft(by=request.user)
    messages.success(request, _("Version %(number)s is a draft now.") % {"number": draft.number})
    return redirect(draft)


@require_safe
def template_detail(request: SignedInRequest, number: int) -> HttpResponse:
    """An issued version to read, or the draft as one document to write in."""
    template = get_template(request, number)
    whole = Template.objects.with_content().get(pk=template.pk)
    if not can_edit_template(request.user, template):
        context: dict[str, Any] = {"template": whole, "in_workspace": True, **tags_of(whole)}
        return render(request, "action_plans/template_detail.html", context)
    context = {
        "template": whole,
        "can_issue": can_issue_template(request.user, template),
        "outline": outline_of(whole),
        "moved": request.GET.get("moved", ""),
        **beside(request),
    }
    return render(request, "action_plans/template_draft.html", context)


def tags_of(template: Template) -> dict[str, list[Any]]:
    """The strategic and global goals that its measures are tagged with, each once."""
    measures = [
        measure
        for area in template.areas.all()
        for objective in area.objectives.all()
        for measure in objective.measures.all()
    ]
    goals = {goal for measure in measures for goal in measure.goals.all()}
    targets = {target for measure in measures for target in measure.targets.all()}
    return {
        "goals": sorted(goals, key=lambda goal: goal.code),
        "targets": sorted(targets, key=lambda target: (target.framework, target.order)),
    }


def beside(request: SignedInRequest) -> dict[str, str]:
    """The language that the editor wants to see beside the Portuguese, and how addresses carry it along."""
    language = request.GET.get("beside", "")
    if language not in BESIDE:
        return {"beside": "", "query": ""}
    return {"beside": language, "query": f"?beside={language}"}


@login_not_required
@require_safe
def template_public(request: HttpRequest) -> HttpResponse:
    """The version in force, for anybody."""
    template = Template.objects.issued().with_content().first()
    context = {"template": template, **(tags_of(template) if template else {})}
    return render(request, "action_plans/template_detail.html", context)


@require_http_methods(["GET", "POST"])
@of_draft
def template_edit(request: SignedInRequest, draft: Template) -> HttpResponse:
    if first_answer(request):  # sent twice
        return redirect(draft)
    kept = restore_draft(request)
    form = HeadingForm(request.POST or None, instance=draft, restored=kept.initial if kept else None)
    context: dict[str, Any] = {
        "template": draft,
        "form": form,
        "heading": _("Title and notice"),
        "draft": kept,
    }
    context |= {"action": request.path, "query": ""}
    if form.is_valid():
        try:
            save_heading(form.save(commit=False), by=request.user, seen=form.cleaned_data["seen"])
        except EditedMeanwhile as conflict:
            context["differences"] = differences(form, form.values, conflict.theirs)
            form.show_again(conflict.theirs)
        else:
            close_draft(request)
            messages.success(request, _("Title and notice saved."))
            return redirect(draft)
    return render(request, "action_plans/template_item_form.html", context)
