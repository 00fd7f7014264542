"""What somebody was writing on has left the plan meanwhile, or goes on under another code."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.http import SignedInRequest
from accounts.services import draft_for, first_answer
from action_plans.forms.tailoring import ItemForm
from action_plans.models import Plan
from action_plans.services.history import former_item


def opened_for_another(data: Mapping[str, Any], item: Any) -> bool:
    """Whether a form or a draft was opened for another row than the one that carries its code now."""
    opened = str(data.get("item", ""))
    return opened != "" and opened != str(item.pk)


def typed_texts(form_class: type[ItemForm], data: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """Label and content of every text that was typed into a form."""
    texts = [
        (field.label, str(data.get(name, "")).strip())
        for name, field in form_class.base_fields.items()
        if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.HiddenInput)
    ]
    return [(label, text) for label, text in texts if text]


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
        "successor": successor,
        "texts": typed_texts(form_class, data),
    }
    status = HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.GONE
    return render(request, "action_plans/plan_item_gone.html", context, status=status)
