"""What somebody writes on has left the plan meanwhile, or cannot be written any more: no word is lost."""

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.http import SignedInRequest
from accounts.models import Draft
from accounts.services import draft_for, first_answer, restore_draft
from action_plans.models import Plan
from action_plans.permissions import can_create_plan
from action_plans.services.history import former_item
from action_plans.views.plan import get_plan
from action_plans.views.shown import called

View = ParamSpec("View")


def opened_for_another(data: Mapping[str, Any], item: Any) -> bool:
    """Whether a form or a draft was opened for another row than the one that carries its code now."""
    opened = str(data.get("item", ""))
    return opened != "" and opened != str(item.pk)


def typed_texts(form_class: Any, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and content of every text and number that was typed into a form, or several with prefixes."""
    texts = []
    for key, typed in data.items():
        prefix, _hyphen, name = key.rpartition("-")
        field = form_class.base_fields.get(name)
        if not isinstance(field, forms.CharField | forms.IntegerField) or field.widget.is_hidden:
            continue
        if text := str(typed).strip():
            texts.append((f"{prefix} · {field.label}" if prefix else str(field.label), text))
    return texts


def kept_draft(
    request: SignedInRequest, item: Any, form_class: Any
) -> tuple[Draft | None, list[tuple[str, str]]]:
    """The draft of an item; if it was begun for a row that carried the code before, its texts alone."""
    draft = restore_draft(request)
    if draft and opened_for_another(draft.initial, item):
        return None, typed_texts(form_class, draft.initial)
    return draft, []


def gives_back_what_was_typed(
    form_class: Any,
) -> Callable[
    [Callable[Concatenate[SignedInRequest, int, View], HttpResponse]],
    Callable[Concatenate[SignedInRequest, int, View], HttpResponse],
]:
    """For the pages on which a plan is written: whoever plans, and comes too late, finds her words again.

    A colleague has submitted the plan, or the national level has locked the chapter, since she opened it.
    """

    def wrap(
        view: Callable[Concatenate[SignedInRequest, int, View], HttpResponse],
    ) -> Callable[Concatenate[SignedInRequest, int, View], HttpResponse]:
        @wraps(view)
        def inner(request: SignedInRequest, pk: int, *args: View.args, **kwargs: View.kwargs) -> HttpResponse:
            try:
                return view(request, pk, *args, **kwargs)
            except PermissionDenied:
                plan = get_plan(request, pk)
                if request.method != "POST" or not can_create_plan(request.user, plan.municipality_id):
                    raise
            if answered := first_answer(request):  # sent twice: it was saved the first time
                return redirect(answered)
            texts = typed_texts(form_class, request.POST)
            context = {"plan": plan, "texts": texts, "last": plan.steps.select_related("by").first()}
            return render(request, "action_plans/plan_too_late.html", context, status=HTTPStatus.CONFLICT)

        return inner

    return wrap


def gone_page(request: SignedInRequest, plan: Plan, kind: str, code: str, form_class: Any) -> HttpResponse:
    """Nothing typed is lost: it stands here to be copied, beside a way to what the item has become.

    404 for a code that never was in the plan.
    """
    if answered := first_answer(request):  # sent twice: it was saved the first time
        return redirect(answered)
    model = form_class._meta.model
    draft = draft_for(request.user, request.path)
    data: Mapping[str, Any] = request.POST if request.method == "POST" else draft.initial if draft else {}
    opened = str(data.get("item", ""))
    former = former_item(model, plan, code)
    if opened.isdecimal() and len(opened) < 19:
        successor = model.objects.filter(plan=plan, pk=int(opened)).first()
    else:
        successor = model.objects.filter(plan=plan, pk=former.pk).first() if former else None
    if former is None and successor is None:
        raise Http404
    context = {
        "plan": plan,
        "kind": kind,
        "code": code,
        "called": called(model(code=code)),
        "successor": successor,
        "texts": typed_texts(form_class, data),
    }
    status = HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.GONE
    return render(request, "action_plans/plan_item_gone.html", context, status=status)
