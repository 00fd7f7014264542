"""The update inbox of a plan: what a newer version of the national template changes, item by item."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.services import answer_form, first_answer, restore_draft
from action_plans.forms.updates import UpdateForm
from action_plans.models import Plan, Template, TemplateArea, UpdateDecision
from action_plans.permissions import can_edit_plan
from action_plans.services.history import as_opened
from action_plans.services.inbox import ASPECTS, PLAN_ITEMS, Change, Inbox, inbox_of
from action_plans.services.merging import proposals_of
from action_plans.services.tailoring import EditConflict
from action_plans.services.updates import InboxMoved, decide_update, take_untouched, undo_decisions
from action_plans.views.gone import gives_back_what_was_typed
from action_plans.views.plan import get_plan
from action_plans.views.shown import names_of
from action_plans.views.tailoring import refuse_readers
from action_plans.views.update_texts import details_of, places_of, texts_of
from action_plans.workflow import UpdateChoice
from gai_portal.lib.paging import keyset_page

PAGE_SIZE = 50


@require_safe
def plan_updates(request: SignedInRequest, pk: int) -> HttpResponse:
    """All that is left to look at, by area."""
    plan = get_plan(request, pk)
    inbox = inbox_of(plan)
    counts = {aspect: sum(aspect in change.aspects for change in inbox.changes) for aspect in ASPECTS}
    chosen = request.GET.get("show", "")
    changes = [change for change in inbox.changes if chosen not in ASPECTS or chosen in change.aspects]
    page = Paginator(changes, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "plan": plan,
        "inbox": inbox,
        "page": page,
        "areas": _titles_of_areas(inbox),
        "chosen": chosen,
        "tabs": [(aspect, label, counts[aspect]) for aspect, label in ASPECTS.items() if counts[aspect]],
        "can_edit": can_edit_plan(request.user, plan),
    }
    return render(request, "action_plans/plan_updates.html", context)


def _titles_of_areas(inbox: Inbox) -> dict[str, TemplateArea]:
    """The areas of the changes by their codes, in the newest wording."""
    numbers = {change.shown.version for change in inbox.changes}
    areas = TemplateArea.objects.filter(template__number__in=numbers).order_by("template__number")
    return {area.code: area for area in areas}


@require_POST
def plan_updates_take(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everything at once that the municipality has put nothing of its own into."""
    plan = get_plan(request, pk)
    refuse_readers(request, plan)
    try:
        decisions = take_untouched(plan, against=_number(request, "against"), by=request.user)
    except InboxMoved:
        return _moved(request, plan)
    if decisions:
        text = ngettext("%(count)d change accepted.", "%(count)d changes accepted.", len(decisions)) % {
            "count": len(decisions)
        }
        messages.success(request, text, extra_tags=_undo_url(plan, decisions))
    else:
        messages.success(request, _("The plan stands on the version in force now."))
    return redirect("action_plans:plan_updates", plan.pk)


def _number(request: SignedInRequest, name: str) -> int:
    value = request.POST.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 10 else 0


def _undo_url(plan: Plan, decisions: list[UpdateDecision]) -> str:
    numbers = "-".join(str(decision.pk) for decision in decisions)
    return reverse("action_plans:plan_update_undo", args=[plan.pk, numbers])


def _moved(request: SignedInRequest, plan: Plan) -> HttpResponse:
    messages.info(
        request, _("Nothing was done: somebody has decided it meanwhile, or a newer version is in force.")
    )
    return redirect("action_plans:plan_updates", plan.pk)


@require_http_methods(["GET", "POST"])
@gives_back_what_was_typed(UpdateForm)
def plan_update(request: SignedInRequest, pk: int, kind: str, code: str) -> HttpResponse:
    """One change: the text it was based on, the new one, the municipality's own, and what is decided."""
    plan = get_plan(request, pk)
    if kind not in PLAN_ITEMS:
        raise Http404
    if request.method == "POST":
        refuse_readers(request, plan)
        if sent_before := first_answer(request):
            return redirect(sent_before)
    inbox = inbox_of(plan)
    change = inbox.find(kind, code)
    if change is None:
        return _nothing_to_decide(request, plan, kind, code)
    item = _item_of(plan, change)
    form, draft = None, restore_draft(request)
    if can_edit_plan(request.user, plan):
        form = _form(request, change, item, inbox, draft)
    if form is not None and request.method == "POST" and form.is_valid():
        answer = _decide(request, plan, inbox, change, form)
        if answer is not None:
            return answer
    context = {
        "plan": plan,
        "inbox": inbox,
        "change": change,
        "item": item,
        "form": form,
        "draft": draft,
        "texts": texts_of(change, item),
        "details": details_of(change),
        "places": places_of(change),
        "area": _titles_of_areas(inbox).get(change.shown.area),
        **_neighbours(inbox, change),
    }
    return render(request, "action_plans/plan_update.html", context)


def _item_of(plan: Plan, change: Change) -> Any:
    if change.standing is None:
        return None
    items = PLAN_ITEMS[change.kind]._default_manager.select_related("based_on")
    return items.get(plan=plan, code=change.code, based_on__isnull=False)


def _form(request: SignedInRequest, change: Change, item: Any, inbox: Inbox, draft: Any) -> UpdateForm:
    assert inbox.template is not None
    proposals = proposals_of(change, vars(item)) if UpdateChoice.MERGE in change.choices else {}
    return UpdateForm(
        request.POST if request.method == "POST" else None,
        initial={"against": inbox.template.number, **(draft.initial if draft else {})},
        change=change,
        proposals=proposals,
        version=item.version if item else 0,
    )


def _decide(
    request: SignedInRequest, plan: Plan, inbox: Inbox, change: Change, form: UpdateForm
) -> HttpResponse | None:
    """Where the planner goes on; None where the form has to be shown once more."""
    following = _neighbours(inbox, change)["next"]
    decided = []

    def decide() -> str:
        decision = decide_update(
            plan,
            change.kind,
            change.code,
            UpdateChoice(form.cleaned_data["decision"]),
            against=form.cleaned_data["against"],
            version=form.cleaned_data["version"],
            by=request.user,
            texts=form.texts,
            reason=form.cleaned_data.get("reason", ""),
        )
        decided.append(decision)
        if following is None:
            return reverse("action_plans:plan_updates", args=[plan.pk])
        return reverse("action_plans:plan_update", args=[plan.pk, following.kind, following.code])

    try:
        url = answer_form(request, form, decide)
    except InboxMoved:
        return _moved(request, plan)
    except EditConflict as conflict:
        form.add_error(
            None, _("Somebody has changed this item since you opened the page. It is shown as it is now.")
        )
        item = conflict.current
        opened = as_opened(item, form.cleaned_data["version"])
        before = proposals_of(change, opened) if opened and UpdateChoice.MERGE in change.choices else {}
        form.show_again(item.version, before)
        return None
    if url is None:
        return None
    for decision in decided:
        text = f"{change.code}: {decision.get_choice_display()}."
        messages.success(request, text, extra_tags=_undo_url(plan, decided))
    return redirect(url)


def _nothing_to_decide(request: SignedInRequest, plan: Plan, kind: str, code: str) -> HttpResponse:
    """It has been decided, or the version in force changes nothing in it. What never was, is not found."""
    known = Template.objects.public().exists() and (
        plan.update_decisions.filter(kind=kind, code=code).exists()
        or PLAN_ITEMS[kind]._default_manager.filter(plan=plan, code=code).exists()
    )
    if not known:
        raise Http404
    messages.info(request, _("There is nothing to decide about %(code)s.") % {"code": code})
    return redirect("action_plans:plan_updates", plan.pk)


def _neighbours(inbox: Inbox, change: Change) -> dict[str, Change | None]:
    """The open changes before and after this one; after the last comes the first."""
    keys = [(other.kind, other.code) for other in inbox.changes]
    here = keys.index((change.kind, change.code)) if (change.kind, change.code) in keys else -1
    others = [*inbox.changes[here + 1 :], *inbox.changes[: max(here, 0)]]
    return {"next": others[0] if others else None, "previous": inbox.changes[here - 1] if here > 0 else None}


@require_safe
def plan_update_decisions(request: SignedInRequest, pk: int) -> HttpResponse:
    """What has been decided, the latest first, and a way back from each."""
    plan = get_plan(request, pk)
    later = UpdateDecision.objects.standing().filter(
        plan=plan, kind=OuterRef("kind"), code=OuterRef("code"), pk__gt=OuterRef("pk")
    )
    decisions = (
        UpdateDecision.objects.visible_to(request.user)
        .filter(plan=plan)
        .select_related("by", "undone_by", "template")
        .annotate(is_overtaken=Exists(later))
    )
    page = keyset_page(decisions, request)
    versions = _versions_of_items(plan, page.rows)
    names = names_of(plan, [(row.kind, row.code) for row in page])
    context = {
        "plan": plan,
        "inbox": inbox_of(plan),
        "page": page,
        "rows": [
            (row, names.get((row.kind, row.code), ""), versions.get((row.kind, row.item_id))) for row in page
        ],
        "can_edit": can_edit_plan(request.user, plan),
    }
    return render(request, "action_plans/plan_update_decisions.html", context)


def _versions_of_items(plan: Plan, decisions: Any) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for kind, model in PLAN_ITEMS.items():
        pks = [decision.item_id for decision in decisions if decision.kind == kind]
        rows = model._default_manager.filter(plan=plan, pk__in=pks).values_list("pk", "version")
        found |= {(kind, pk): version for pk, version in rows}
    return found


@require_POST
def plan_update_undo(request: SignedInRequest, pk: int, numbers: str) -> HttpResponse:
    plan = get_plan(request, pk)
    refuse_readers(request, plan)
    pks = [int(number) for number in numbers.split("-") if number.isdecimal() and len(number) < 19]
    version = _number(request, "version") or None
    try:
        undone = undo_decisions(plan, pks, by=request.user, version=version)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("action_plans:plan_update_decisions", plan.pk)
    if not undone:
        messages.info(
            request,
            _("Nothing was undone: somebody has worked on it since. The list says what can be put back."),
        )
        return redirect("action_plans:plan_update_decisions", plan.pk)
    messages.success(request, _("Undone."))
    if len(undone) == 1 and inbox_of(plan).find(undone[0].kind, undone[0].code):
        return redirect("action_plans:plan_update", plan.pk, undone[0].kind, undone[0].code)
    return redirect("action_plans:plan_updates", plan.pk)
