"""Two people wrote the same item: both texts on one page, and the choice is hers who came second."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.http import SignedInRequest
from accounts.services import first_answer
from action_plans.forms.tailoring import ItemForm
from action_plans.models import Plan
from action_plans.services.history import as_opened, history_of
from action_plans.services.tailoring import EditConflict
from action_plans.views.shown import called, shown


def conflict_page(
    request: SignedInRequest, plan: Plan, item: Any, conflict: EditConflict, form: ItemForm
) -> HttpResponse:
    """The form once more, now against the version that the other person saved.

    It holds what was typed; where nothing was typed, what the other person has saved. The same form sent
    twice is no conflict: it was saved the first time.
    """
    if answered := first_answer(request):
        return redirect(answered)
    current = conflict.current
    own = {form.add_prefix(name) for name in form.fields} | {"csrfmiddlewaretoken", "account", "once"}
    touched = touched_fields(form, current)
    context = {
        "plan": plan,
        "item": current,
        "called": called(current),
        "form": form,
        "touched": touched,
        "differences": _differences(form, current, touched),
        "taken_over": _taken_over(form, current, touched),
        "last": history_of(current).first(),
        # Other forms that were sent along: they are saved together with this one.
        "carried": [(name, value) for name, value in request.POST.items() if name not in own],
    }
    form.data = _data(request, form, current, touched)
    return render(request, "action_plans/plan_conflict.html", context, status=409)


def touched_fields(form: ItemForm, item: Any) -> set[str]:
    """What somebody changed since they opened the form: all of it, if the history does not tell."""
    opened = as_opened(item, form.opened_version)
    if opened is None:
        return set(form.values)
    return {name for name, mine in form.values.items() if _plain(mine) != _plain(opened.get(name))}


def _plain(value: Any) -> Any:
    """A value as it can be compared, whether it comes from a form, a row or a line of the history."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, str) or value is None:
        return value or ""
    if hasattr(value, "__iter__"):
        return {_plain(part) for part in value}
    return value


def _data(request: SignedInRequest, form: ItemForm, current: Any, touched: set[str]) -> Any:
    """What was posted, on the version of now, with the saved values where nothing was typed."""
    data = request.POST.copy()
    fresh = form.fresh(current)
    for name in form.values.keys() - touched:
        value = fresh.fields[name].widget.format_value(fresh[name].value())
        key = form.add_prefix(name)
        if isinstance(value, list):
            data.setlist(key, value)
        elif isinstance(fresh[name].value(), bool):
            data.setlist(key, ["on"] if fresh[name].value() else [])
        else:
            data[key] = value or ""
    data[form.add_prefix("version")] = str(current.version)
    return data


def _differences(form: ItemForm, current: Any, touched: set[str]) -> list[tuple[Any, str, str]]:
    """Label, theirs, mine: of each field that one has changed otherwise than it is saved now."""
    return differences(form, {name: mine for name, mine in form.values.items() if name in touched}, current)


def differences(form: BaseForm, values: Mapping[str, Any], current: Any) -> list[tuple[Any, str, str]]:
    """Label, theirs, mine: of each field in which a form's values differ from what is saved now."""
    return [
        (form[name].label, *_both(current, name, mine))
        for name, mine in values.items()
        if _plain(mine) != _plain(_saved(current, name))
    ]


def _taken_over(form: ItemForm, current: Any, touched: set[str]) -> list[Any]:
    """The labels of what the other person alone has changed: it stays as they saved it."""
    return [
        form[name].label
        for name, mine in form.values.items()
        if name not in touched and _plain(mine) != _plain(_saved(current, name))
    ]


def _saved(item: Any, name: str) -> Any:
    value = getattr(item, name)
    return value.all() if hasattr(value, "all") else value


def _both(current: Any, name: str, mine: Any) -> tuple[str, str]:
    field = current._meta.get_field(name)
    return shown(field, _saved(current, name)), shown(field, mine)
