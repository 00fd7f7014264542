"""Who changed an item of a plan, when, what it said before, and bringing that back."""

import re
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from action_plans.models import Plan, PlanIndicator, PlanMeasure, PlanSection
from action_plans.permissions import can_edit_plan
from action_plans.services.history import PlanItem, former_item, history_of, restore_line, says_the_same
from action_plans.services.tailoring import EditConflict, ItemGone
from action_plans.views.plan import get_plan
from action_plans.views.shown import called, names_of, shown
from action_plans.views.tailoring import refuse_readers

ITEMS: dict[str, Any] = {"measures": PlanMeasure, "chapters": PlanSection, "indicators": PlanIndicator}
PAGE_SIZE = 20
MOST_WORDS = 60_000  # characters whose differences one page shows; of further lines it names the fields
NOW = 0  # among lines of a history, whose keys begin with 1
NOT_SHOWN = frozenset({"id", "plan", "based_on", "version", "code", "order"})


def get_item(plan: Plan, kind: str, code: str) -> PlanItem:
    if kind not in ITEMS:
        raise Http404
    return get_object_or_404(ITEMS[kind].objects.filter(plan=plan).select_related("based_on"), code=code)


def get_former_item(plan: Plan, kind: str, code: str) -> PlanItem:
    """What carried this code before: it has left the plan since, or goes on under another code."""
    item = former_item(ITEMS[kind], plan, code)
    if item is None:
        raise Http404
    return item


@require_safe
def plan_item_history(request: SignedInRequest, pk: int, kind: str, code: str) -> HttpResponse:
    plan = get_plan(request, pk)
    if kind not in ITEMS:
        raise Http404
    is_there = ITEMS[kind].objects.filter(plan=plan, code=code).exists()
    item = get_item(plan, kind, code) if is_there else get_former_item(plan, kind, code)
    can_restore = is_there and can_edit_plan(request.user, plan)
    if isinstance(item, PlanSection):
        can_restore = can_restore and not item.based_on.is_locked
    rows = history_of(item)
    only = request.GET.get("only", "")
    if only.isdecimal() and len(only) < 19:  # one line, with all its words
        rows = rows.filter(history_id=int(only))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    about = (kind.removesuffix("s"), item.code)
    context = {
        "plan": plan,
        "item": item,
        "kind": kind,
        "called": called(item),
        "name": names_of(plan, [about]).get(about, ""),
        "page": page,
        "lines": history_lines(item, list(page.object_list)),
        "newest": history_of(item).values_list("history_id", flat=True).first(),
        "can_restore": can_restore,
    }
    return render(request, "action_plans/plan_history.html", context)


@require_POST
def plan_item_restore(request: SignedInRequest, pk: int, kind: str, code: str, line: int) -> HttpResponse:
    """Bring back what a line of the history says. The undo of it is the same, with the line before."""
    plan = get_plan(request, pk)
    refuse_readers(request, plan)
    item = get_item(plan, kind, code)
    if not item.history.filter(history_id=line).exists():
        raise Http404
    before = history_of(item).values_list("history_id", flat=True)[0]
    asked = request.POST.get("version") or request.GET.get("version", "")
    version = int(asked) if re.fullmatch(r"[0-9]{1,9}", asked) else 0  # 0: no version is that
    history = reverse("action_plans:plan_item_history", args=[plan.pk, kind, code])
    try:
        is_new = restore_line(item, line, version=version, by=request.user)
    except EditConflict:
        messages.warning(
            request,
            _("%(code)s was changed by somebody else meanwhile. Look at it here, then choose again.")
            % {"code": code},
        )
        return redirect(history)
    except ItemGone:
        messages.warning(request, _("%(code)s has left the plan meanwhile.") % {"code": code})
        return redirect(history)
    if is_new:
        undo = reverse("action_plans:plan_item_restore", args=[plan.pk, kind, code, before])
        undo += f"?version={version + 1}"  # as this step has left it
        messages.success(request, _("%(code)s says again what it said.") % {"code": code}, extra_tags=undo)
    else:
        messages.info(request, _("%(code)s says so already.") % {"code": code})
    return redirect(history)


def history_lines(item: PlanItem, rows: list[Any]) -> list[dict[str, Any]]:
    """Each saved state with the fields that it changed, newest first."""
    if not rows:
        return []
    last = rows[-1]
    earlier = history_of(item).filter(history_date__lte=last.history_date, history_id__lt=last.history_id)
    fields = [field for field in item._meta.concrete_fields if field.name not in NOT_SHOWN]
    before_all = earlier.first()
    known = [*rows, *([before_all] if before_all else [])]
    versions = _national_versions(item, known)
    names = _names_of(fields, known)
    links = _links_of(item, known)
    lines: list[dict[str, Any]] = []
    room = MOST_WORDS
    for row, before in zip(rows, [*rows[1:], before_all], strict=True):
        changes = _new_basis(row, before, versions) if before else []
        for field in fields:
            new = getattr(row, field.attname)
            old = getattr(before, field.attname) if before else field.get_default()
            if new != old:
                said = names.get(field.name, {})
                was = shown(field, said.get(old, old)) if before else ""
                changes.append((field.verbose_name, shown(field, said.get(new, new)), was))
        for label, linked in links:
            now, then = linked[row.history_id], linked[before.history_id] if before else ""
            if now != then:
                changes.append((label, now, then))
        words = sum(len(new) + len(old) for _label, new, old in changes)
        is_named_only = words > room and bool(lines)
        room = max(0, room - words)
        lines.append(
            {
                "row": row,
                "changes": changes,
                "is_first": before is None,
                "is_named_only": is_named_only,
                "carried_to": _carried_to(row, before, versions),
                "says_the_same": says_the_same(item, row)
                and all(now[row.history_id] == now[NOW] for _l, now in links),
            }
        )
    return lines


def _carried_to(row: Any, before: Any, versions: dict[int | None, int]) -> int | None:
    """The version that a line only moved to: nobody wrote or chose anything, its words are the same."""
    is_carried = (
        before is not None and row.version == before.version and row.based_on_id != before.based_on_id
    )
    return versions.get(row.based_on_id) if is_carried else None


def _names_of(fields: list[Any], rows: list[Any]) -> dict[str, dict[Any, Any]]:
    """The rows that fields point to, each kind asked for once however long the history is."""
    return {
        field.name: field.related_model._default_manager.in_bulk(
            {getattr(row, field.attname) for row in rows} - {None}
        )
        for field in fields
        if field.is_relation
    }


def _links_of(item: PlanItem, rows: list[Any]) -> list[tuple[Any, dict[int, str]]]:
    """Goals and partners in words, as each line had them and as they are NOW."""
    if not isinstance(item, PlanMeasure):
        return []
    found = []
    for field in item._meta.many_to_many:
        column = f"{field.m2m_reverse_field_name()}_id"
        remembered = getattr(PlanMeasure.history.model, field.name).model.objects.filter(
            history_id__in=[row.history_id for row in rows]
        )
        links = list(remembered.values_list("history_id", column))
        names = field.related_model._default_manager.in_bulk({key for _line, key in links})
        said = {
            row.history_id: ", ".join(
                sorted(str(names[key]) for line, key in links if line == row.history_id and key in names)
            )
            for row in rows
        }
        said[NOW] = ", ".join(sorted(map(str, getattr(item, field.name).all())))
        found.append((field.verbose_name, said))
    return found


def _national_versions(item: PlanItem, rows: list[Any]) -> dict[int | None, int]:
    """The version of the national template that each row was based on."""
    model: Any = item._meta.get_field("based_on").related_model
    numbers = f"{model.template_path}__number"
    national = model._default_manager.filter(pk__in={row.based_on_id for row in rows})
    return dict(national.values_list("pk", numbers))


def _new_basis(row: Any, before: Any, versions: dict[int | None, int]) -> list[tuple[Any, str, str]]:
    """What a decision about an update changed beside the words."""
    changes = []
    if row.based_on_id != before.based_on_id:
        new, old = (
            _("version %(number)s") % {"number": versions[side.based_on_id]} if side.based_on_id else ""
            for side in (row, before)
        )
        changes.append((_("National text"), new, old))
    if row.code != before.code:
        changes.append((_("code"), row.code, before.code))
    return changes
