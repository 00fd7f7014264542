"""Two people wrote the same item: both texts on one page, and the choice is hers who came second."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from accounts.http import SignedInRequest
from action_plans.forms.tailoring import ItemForm
from action_plans.models import Plan
from action_plans.services.history import history_of
from action_plans.services.tailoring import EditConflict


def conflict_page(
    request: SignedInRequest, plan: Plan, item: Any, conflict: EditConflict, form: ItemForm
) -> HttpResponse:
    """The form once more with what was typed, now against the version that the other person saved."""
    current = conflict.current
    data = request.POST.copy()
    data[form.add_prefix("version")] = str(current.version)
    form.data = data
    own = {form.add_prefix(name) for name in form.fields} | {"csrfmiddlewaretoken", "account", "once"}
    context = {
        "plan": plan,
        "item": current,
        "form": form,
        "differences": _differences(form, current),
        "last": history_of(current).first(),
        # Other forms that were sent along: they are saved together with this one.
        "carried": [(name, value) for name, value in request.POST.items() if name not in own],
    }
    return render(request, "action_plans/plan_conflict.html", context, status=409)


def _differences(form: ItemForm, current: Any) -> list[tuple[Any, Any, Any]]:
    """Label, theirs, mine: of each field in which the two differ."""
    found = []
    for name, mine in form.values.items():
        theirs = getattr(current, name)
        if hasattr(theirs, "all"):
            theirs, mine = ", ".join(map(str, theirs.all())), ", ".join(map(str, mine))
        if (theirs or "") != (mine or ""):
            found.append((form[name].label, _said(current, name, theirs), _said(current, name, mine)))
    return found


def _said(item: Any, name: str, value: Any) -> Any:
    field = item._meta.get_field(name)
    choices = dict(getattr(field, "flatchoices", None) or [])
    return choices.get(value, value if value is not None else "")
