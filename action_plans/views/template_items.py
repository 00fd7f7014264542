"""Chapters, areas, objectives, measures and indicators of the draft: added, edited, moved, taken out.

Each view answers in two ways. A browser without our script gets pages. The script on the document's page
(js/template.js) asks for a fragment, and gets the form, or the item as it now stands, to put in its place.
"""

import secrets
from copy import copy
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import SignedInRequest
from accounts.services import answer_form, close_draft, draft_for, first_answer, restore_draft
from action_plans.forms.template import FORMS, ItemForm
from action_plans.models import Template, TemplateSection
from action_plans.services.content import KINDS, ContentFault, TemplateRow, find_item, kind_of
from action_plans.services.template import (
    EditedMeanwhile,
    RemovedMeanwhile,
    move_item,
    remove_item,
    restore_item,
    save_item,
)
from action_plans.views.conflict import differences
from action_plans.views.shown import doubtful_translations
from action_plans.views.template import beside, of_draft, typed_in

FRAGMENT = "X-Fragment"  # the script asks with it; its answer says what the fragment is
REMOVED = "removed_from_template"  # in the session: what an Undo can put back
REMEMBERED = 10
HEADINGS = {
    "section": (gettext_lazy("Add a chapter"), gettext_lazy("Edit chapter %(code)s")),
    "area": (gettext_lazy("Add an area"), gettext_lazy("Edit area %(code)s")),
    "objective": (gettext_lazy("Add an objective"), gettext_lazy("Edit objective %(code)s")),
    "measure": (gettext_lazy("Add a measure"), gettext_lazy("Edit measure %(code)s")),
    "indicator": (gettext_lazy("Add an indicator"), gettext_lazy("Edit indicator %(code)s")),
}


def get_item(template: Template, code: str) -> TemplateRow:
    item = find_item(template, code)
    if item is None:
        raise Http404
    return item


def gone(request: SignedInRequest, draft: Template, code: str) -> HttpResponse:
    """A colleague has taken the item out while somebody wrote on it: the words stand there to be copied."""
    kept = draft_for(request.user, request.path)
    texts = typed_in(request.POST if request.method == "POST" else kept.initial if kept else {})
    if request.method != "POST" and not texts:
        raise Http404
    context = {"template": draft, "code": code, "texts": texts}
    status = HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.GONE
    return render(request, "action_plans/template_item_gone.html", context, status=status)


def to_item(request: SignedInRequest, template: Template, place: str) -> HttpResponseRedirect:
    """Back to the document, where the reader was."""
    return HttpResponseRedirect(f"{template.get_absolute_url()}{beside(request)['query']}#{place}")


def wants_fragment(request: SignedInRequest) -> bool:
    return FRAGMENT in request.headers


def fragment(request: SignedInRequest, kind: str, name: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, f"action_plans/includes/{name}.html", {**context, **beside(request)})
    response[FRAGMENT] = kind
    return response


def show_form(request: SignedInRequest, context: dict[str, Any]) -> HttpResponse:
    context |= {"action": request.get_full_path(), "query": beside(request)["query"]}
    if wants_fragment(request):
        return fragment(request, "form", "_template_form", {**context, "in_place": True})
    return render(request, "action_plans/template_item_form.html", context)


@require_http_methods(["GET", "POST"])
@of_draft
def template_item_add(request: SignedInRequest, draft: Template, kind: str, under: str = "") -> HttpResponse:
    spec = KINDS.get(kind)
    parent = find_item(draft, under) if under else draft
    if spec is not None and parent is None:
        return gone(request, draft, under)
    above: Any = spec and spec.model._meta.get_field(spec.parent).related_model
    if spec is None or not isinstance(parent, above):
        raise Http404
    kept = restore_draft(request)
    row = spec.model(**{spec.parent: parent})
    form = FORMS[kind](
        request.POST or None, instance=row, draft=draft, restored=kept.initial if kept else None
    )

    def create() -> str:
        write(form, request)
        return f"{draft.get_absolute_url()}{beside(request)['query']}#{row.code}"

    if place := answer_form(request, form, create):
        if row.pk is None:  # sent again: the first one has said so
            return HttpResponseRedirect(place)
        said = _("%(code)s was added.") % {"code": row.code}
        if wants_fragment(request) and not holds_measures(row):
            block = {kind: row, "template": draft, "said": said}
            return fragment(request, "saved", f"_draft_{kind}", block)
        messages.success(request, said)
        return HttpResponseRedirect(place)
    context = {"template": draft, "form": form, "heading": HEADINGS[kind][0], "is_new": True}
    return show_form(request, {**context, "parent": parent, "place": under, "draft": kept})


@require_http_methods(["GET", "POST"])
@of_draft
def template_item_edit(request: SignedInRequest, draft: Template, code: str) -> HttpResponse:
    if first_answer(request):  # sent twice: a double click, a retry on a bad line
        return to_item(request, draft, code)
    item = find_item(draft, code)
    if item is None:
        return gone(request, draft, code)
    kind = kind_of(item)
    kept = restore_draft(request)
    form = FORMS[kind](
        request.POST or None, instance=copy(item), draft=draft, restored=kept.initial if kept else None
    )
    context: dict[str, Any] = {"template": draft, "form": form, "place": code, "draft": kept}
    context["heading"] = HEADINGS[kind][1] % {"code": code}
    if form.is_valid():
        try:
            write(form, request)
        except EditedMeanwhile as conflict:
            context["differences"] = differences(form, form.values, conflict.theirs)
            form.show_again(conflict.theirs)
        except RemovedMeanwhile:
            problem = _("A colleague has removed this item meanwhile: it was not saved. Copy what you wrote.")
            form.add_error(None, problem)
        else:
            close_draft(request)
            return saved(request, draft, form, doubtful_translations(vars(item), form.cleaned_data))
    return show_form(request, context)


def holds_measures(row: TemplateRow) -> bool:
    """A chapter that takes in all areas changes the whole document: it is shown anew."""
    return isinstance(row, TemplateSection) and row.holds_measures


def write(form: ItemForm, request: SignedInRequest) -> TemplateRow:
    item = form.save(commit=False)
    links = {name: form.cleaned_data[name] for name in KINDS[form.kind].links}
    save_item(item, links, by=request.user, seen=form.cleaned_data.get("seen", ""))
    return item


def saved(request: SignedInRequest, draft: Template, form: ItemForm, doubt: str) -> HttpResponse:
    item = form.instance
    said = _("%(code)s was saved.") % {"code": item.code}
    said = f"{said} {doubt}".strip()
    if wants_fragment(request) and "holds_measures" not in form.changed_data:
        return fragment(request, "saved", "_draft_saved", {"row": item, "template": draft, "said": said})
    messages.success(request, said)
    return to_item(request, draft, item.code)


def _tell_removed(request: SignedInRequest, draft: Template, code: str) -> HttpResponse:
    messages.info(request, _("%(code)s was removed already.") % {"code": code})
    return redirect(draft)


@require_POST
@of_draft
def template_item_move(request: SignedInRequest, draft: Template, code: str, direction: str) -> HttpResponse:
    item = get_item(draft, code)
    try:
        order = move_item(item, up=direction == "up", by=request.user)
    except RemovedMeanwhile:
        return _tell_removed(request, draft, code)
    if wants_fragment(request):
        position = {"code": code, "position": order.index(code) + 1, "total": len(order)}
        said = _("%(code)s is number %(position)s of %(total)s.") % position
        return JsonResponse({"said": said, "order": order}, headers={FRAGMENT: "moved"})
    # The place is the button itself, which keeps the focus.
    url = f"{draft.get_absolute_url()}{beside(request)['query'] or '?'}&moved={code}#{code}-{direction}"
    return HttpResponseRedirect(url)


@require_POST
@of_draft
def template_item_remove(request: SignedInRequest, draft: Template, code: str) -> HttpResponse:
    try:
        removed = remove_item(get_item(draft, code), by=request.user)
    except RemovedMeanwhile:
        return _tell_removed(request, draft, code)
    token = secrets.token_urlsafe(9)
    earlier = list(request.session.get(REMOVED, {}).items())
    request.session[REMOVED] = dict([*earlier, (token, removed)][-REMEMBERED:])
    undo = (
        reverse("action_plans:template_item_restore", args=[draft.number, token]) + beside(request)["query"]
    )
    said = _("%(code)s was removed.") % {"code": code}
    if wants_fragment(request):
        return fragment(request, "removed", "_draft_removed", {"said": said, "undo": undo})
    messages.success(request, said, extra_tags=undo)
    return HttpResponseRedirect(draft.get_absolute_url() + beside(request)["query"])  # where Undo is seen


@require_POST
@of_draft
def template_item_restore(request: SignedInRequest, draft: Template, token: str) -> HttpResponse:
    removed = request.session.get(REMOVED, {}).pop(token, None)
    request.session.modified = True
    if removed is None:
        messages.info(request, _("This has been put back already, or too much has happened since."))
        return redirect(draft)
    try:
        item = restore_item(draft, removed, by=request.user)
    except ContentFault:
        messages.error(
            request, _("It cannot be put back: the place where it stood is gone, or its code taken.")
        )
        return redirect(draft)
    messages.success(request, _("%(code)s is back.") % {"code": item.code})
    return to_item(request, draft, item.code)
