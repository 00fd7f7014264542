"""The national template: read by everybody once issued; written, as a draft, by the national level."""

import secrets
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.services import answer_once, first_answer
from action_plans.forms.template import FORMS, HeadingForm, ItemForm
from action_plans.models import Template
from action_plans.permissions import (
    can_edit_template,
    can_issue_template,
    can_read_adoption,
    can_write_template,
)
from action_plans.services.comparison import compare_versions
from action_plans.services.content import KINDS, ContentFault, TemplateRow, find_item, items_of, kind_of
from action_plans.services.template import (
    EditedMeanwhile,
    IncompleteTemplate,
    NotADraft,
    find_faults,
    issue_template,
    move_item,
    remove_item,
    restore_item,
    save_heading,
    save_item,
    start_draft,
)

REMOVED = "removed_from_template"  # in the session: what an Undo can put back
REMEMBERED = 10
HEADINGS = {
    "section": (gettext_lazy("Add a chapter"), gettext_lazy("Edit chapter %(code)s")),
    "area": (gettext_lazy("Add an area"), gettext_lazy("Edit area %(code)s")),
    "objective": (gettext_lazy("Add an objective"), gettext_lazy("Edit objective %(code)s")),
    "measure": (gettext_lazy("Add a measure"), gettext_lazy("Edit measure %(code)s")),
    "indicator": (gettext_lazy("Add an indicator"), gettext_lazy("Edit indicator %(code)s")),
}


def get_template(request: SignedInRequest, number: int) -> Template:
    return get_object_or_404(Template.objects.visible_to(request.user), number=number)


def get_draft(request: SignedInRequest, number: int) -> Template:
    """A version to write in. An issued one answers 403 to everybody: it cannot be written in any more."""
    template = get_template(request, number)
    if not can_edit_template(request.user, template):
        raise PermissionDenied
    return template


def get_item(template: Template, code: str) -> TemplateRow:
    item = find_item(template, code)
    if item is None:
        raise Http404
    return item


def to_item(template: Template, code: str) -> HttpResponseRedirect:
    """Back to the document, where the reader was."""
    return HttpResponseRedirect(f"{template.get_absolute_url()}#{code}")


def too_late(request: SignedInRequest, template: Template) -> HttpResponse:
    messages.warning(
        request,
        _("Version %(number)s has been issued meanwhile and no longer changes. Start the next draft.")
        % {"number": template.number},
    )
    return redirect("action_plans:template_list")


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


def document(request: HttpRequest, template: Template | None, **context: Any) -> HttpResponse:
    if template is not None:
        template = Template.objects.with_content().get(pk=template.pk)
    return render(request, "action_plans/template_detail.html", {"template": template, **context})


@require_safe
def template_detail(request: SignedInRequest, number: int) -> HttpResponse:
    template = get_template(request, number)
    return document(
        request,
        template,
        can_edit=can_edit_template(request.user, template),
        can_issue=can_issue_template(request.user, template),
        in_workspace=True,
    )


@login_not_required
@require_safe
def template_public(request: HttpRequest) -> HttpResponse:
    """The version in force, for anybody."""
    return document(request, Template.objects.issued().first())


@require_http_methods(["GET", "POST"])
def template_edit(request: SignedInRequest, number: int) -> HttpResponse:
    draft = get_draft(request, number)
    form = HeadingForm(request.POST or None, instance=draft)
    if form.is_valid():
        try:
            save_heading(form.save(commit=False), by=request.user)
        except NotADraft:
            return too_late(request, draft)
        messages.success(request, _("Title and notice saved."))
        return redirect(draft)
    context = {"template": draft, "form": form, "heading": _("Title and notice")}
    return render(request, "action_plans/template_item_form.html", context)


@require_http_methods(["GET", "POST"])
def template_item_add(request: SignedInRequest, number: int, kind: str, under: str = "") -> HttpResponse:
    draft = get_draft(request, number)
    spec = KINDS.get(kind)
    parent = find_item(draft, under) if under else draft
    if spec is None or not isinstance(parent, spec.model._meta.get_field(spec.parent).related_model):  # type: ignore[arg-type]
        raise Http404
    if first := first_answer(request):  # its code is in use by now
        return HttpResponseRedirect(first)
    form = FORMS[kind](request.POST or None, instance=spec.model(**{spec.parent: parent}), draft=draft)
    if form.is_valid():

        def create() -> str:
            item = write(form, request)
            messages.success(request, _("%(code)s was added.") % {"code": item.code})
            return f"{draft.get_absolute_url()}#{item.code}"

        try:
            return HttpResponseRedirect(answer_once(request, create))
        except NotADraft:
            return too_late(request, draft)
        except ValidationError as error:
            form.add_error(None, error)
    context = {
        "template": draft,
        "form": form,
        "heading": HEADINGS[kind][0],
        "is_new": True,
        "parent": parent,
    }
    return render(request, "action_plans/template_item_form.html", context)


@require_http_methods(["GET", "POST"])
def template_item_edit(request: SignedInRequest, number: int, code: str) -> HttpResponse:
    draft = get_draft(request, number)
    item = get_item(draft, code)
    kind = kind_of(item)
    form, theirs = FORMS[kind](request.POST or None, instance=item, draft=draft), None
    if form.is_valid():
        try:
            write(form, request)
        except NotADraft:
            return too_late(request, draft)
        except EditedMeanwhile as conflict:
            theirs = conflict.theirs
            form.show_again(theirs)
        else:
            messages.success(request, _("%(code)s was saved.") % {"code": code})
            return to_item(draft, code)
    heading = HEADINGS[kind][1] % {"code": code}
    context = {"template": draft, "form": form, "heading": heading, "item": item, "theirs": theirs}
    return render(request, "action_plans/template_item_form.html", context)


def write(form: ItemForm, request: SignedInRequest) -> TemplateRow:
    item = form.save(commit=False)
    links = {name: form.cleaned_data[name] for name in KINDS[form.kind].links}
    save_item(item, links, by=request.user, seen=form.cleaned_data.get("seen", ""))
    return item


@require_POST
def template_item_move(request: SignedInRequest, number: int, code: str, direction: str) -> HttpResponse:
    draft = get_draft(request, number)
    try:
        move_item(get_item(draft, code), up=direction == "up", by=request.user)
    except NotADraft:
        return too_late(request, draft)
    return to_item(draft, code)


@require_POST
def template_item_remove(request: SignedInRequest, number: int, code: str) -> HttpResponse:
    draft = get_draft(request, number)
    item = get_item(draft, code)
    spec = KINDS[kind_of(item)]
    back_to = getattr(item, spec.parent)
    try:
        removed = remove_item(item, by=request.user)
    except NotADraft:
        return too_late(request, draft)
    token = secrets.token_urlsafe(9)
    earlier = list(request.session.get(REMOVED, {}).items())
    request.session[REMOVED] = dict([*earlier, (token, removed)][-REMEMBERED:])
    undo = reverse("action_plans:template_item_restore", args=[number, token])
    messages.success(request, _("%(code)s was removed.") % {"code": code}, extra_tags=undo)
    return to_item(draft, "" if isinstance(back_to, Template) else back_to.code)


@require_POST
def template_item_restore(request: SignedInRequest, number: int, token: str) -> HttpResponse:
    draft = get_draft(request, number)
    removed = request.session.get(REMOVED, {}).pop(token, None)
    request.session.modified = True
    if removed is None:
        messages.info(request, _("This has been put back already, or too much has happened since."))
        return redirect(draft)
    try:
        item = restore_item(draft, removed, by=request.user)
    except NotADraft:
        return too_late(request, draft)
    except ContentFault:
        messages.error(
            request, _("It cannot be put back: the place where it stood is gone, or its code taken.")
        )
        return redirect(draft)
    messages.success(request, _("%(code)s is back.") % {"code": item.code})
    return to_item(draft, item.code)


@require_http_methods(["GET", "POST"])
def template_issue(request: SignedInRequest, number: int) -> HttpResponse:
    """What issuing would change, then the button."""
    draft = get_template(request, number)
    if request.method == "POST":
        try:
            issue_template(draft, by=request.user)
        except NotADraft:
            return too_late(request, draft)
        except IncompleteTemplate:
            return redirect("action_plans:template_issue", number)
        text = _("Version %(number)s is in force. New plans start from it.") % {"number": number}
        messages.success(request, text)
        return redirect(draft)
    if not can_issue_template(request.user, draft):
        raise PermissionDenied
    current = Template.objects.issued().first()
    context = {
        "template": draft,
        "current": current,
        "faults": find_faults(draft),
        "comparison": compare_versions(items_of(current), items_of(draft)) if current else None,
    }
    return render(request, "action_plans/template_issue.html", context)
