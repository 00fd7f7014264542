"""Consultation, seen from the workspace: the planner asks and answers, partners read and comment."""

from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.services import answer_form
from action_plans import documents
from action_plans.forms.consultation import AnswerForm, CommentForm, ConsultationForm, InvitationForm
from action_plans.models import Consultation, ConsultationComment, ConsultationInvitation
from action_plans.permissions import can_comment_for_partner, can_make, can_run_consultation
from action_plans.services.consultation import (
    answer_comment,
    comment_on_draft,
    invite_to_comment,
    open_consultation,
    withdraw_invitation,
)
from action_plans.services.publication import freeze_plan
from action_plans.services.tailoring import EditConflict
from action_plans.views.plan import get_plan
from action_plans.views.shown import names_of
from action_plans.workflow import CONSULT
from gai_portal.lib.content import in_active_language

PAGE_SIZE = 25
TEXT_LIMIT = 20_000  # characters of a comment that came too late and is given back
FILTERS = ("unanswered", "answered", "withheld")


# The planner asks and answers


@require_http_methods(["GET", "POST"])
def consultation_open(request: SignedInRequest, pk: int) -> HttpResponse:
    plan = get_plan(request, pk)
    form = ConsultationForm(request.POST if request.method == "POST" else None)

    def create() -> str:
        open_consultation(plan, form.cleaned_data, by=request.user)
        messages.success(request, _("The draft is open for consultation. The partners have been told."))
        return reverse("action_plans:plan_consultation", args=[plan.pk])

    if url := answer_form(request, form, create):
        return redirect(url)
    if not can_make(request.user, plan, CONSULT):
        raise PermissionDenied
    context = {"plan": plan, "form": form, "undecided": plan.measures.undecided().count()}
    return render(request, "action_plans/consultation_open.html", context)


@require_safe
def plan_consultation(request: SignedInRequest, pk: int) -> HttpResponse:
    """What has been said about this plan's drafts, and who is asked now."""
    plan = get_plan(request, pk)
    comments = ConsultationComment.objects.visible_to(request.user).filter(consultation__plan=plan)
    chosen = request.GET.get("show", "")
    kept = {
        "unanswered": comments.unanswered(),
        "answered": comments.exclude(resolution=""),
        "withheld": comments.filter(is_withheld=True),
    }
    shown = kept.get(chosen, comments).select_related("consultation", "author", "partner", "invitation")
    consultations = plan.consultations.prefetch_related("partners", "invitations")
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page"))
    names = names_of(plan, [(comment.kind, comment.code) for comment in page])
    context = {
        "plan": plan,
        "consultations": consultations,
        "running": next((c for c in consultations if c.closed_at is None), None),
        "page": page,
        "rows": [(comment, names.get((comment.kind, comment.code), "")) for comment in page],
        "chosen": chosen if chosen in FILTERS else "",
        "unanswered": comments.unanswered().count(),
        "can_run": can_run_consultation(request.user, plan),
        "can_open": can_make(request.user, plan, CONSULT),
    }
    return render(request, "action_plans/plan_consultation.html", context)


def get_running(request: SignedInRequest, pk: int) -> Consultation:
    """The consultation that runs on a plan, for its planner."""
    plan = get_plan(request, pk)
    if not can_run_consultation(request.user, plan):
        raise PermissionDenied
    return get_object_or_404(Consultation.objects.running().select_related("plan"), plan=plan)


@require_http_methods(["GET", "POST"])
def consultation_invite(request: SignedInRequest, pk: int) -> HttpResponse:
    consultation = get_running(request, pk)
    form = InvitationForm(request.POST if request.method == "POST" else None)

    def create() -> str:
        invite_to_comment(consultation, **form.cleaned_data, by=request.user)
        messages.success(request, _("The invitation is on its way."))
        return reverse("action_plans:plan_consultation", args=[pk])

    if url := answer_form(request, form, create):
        return redirect(url)
    context = {"plan": consultation.plan, "consultation": consultation, "form": form}
    return render(request, "action_plans/consultation_invite.html", context)


@require_POST
def consultation_withdraw(request: SignedInRequest, pk: int, invitation: int) -> HttpResponse:
    plan = get_plan(request, pk)
    row = get_object_or_404(ConsultationInvitation, pk=invitation, consultation__plan=plan)
    withdraw_invitation(row, by=request.user)
    messages.success(request, _("The link of %(name)s no longer works.") % {"name": row.name})
    return redirect("action_plans:plan_consultation", plan.pk)


@require_http_methods(["GET", "POST"])
def consultation_reply(request: SignedInRequest, pk: int, comment: int) -> HttpResponse:
    plan = get_plan(request, pk)
    comments = ConsultationComment.objects.visible_to(request.user).select_related(
        "consultation", "author", "partner", "invitation", "replied_by"
    )
    row = get_object_or_404(comments, pk=comment, consultation__plan=plan)
    can_run = can_run_consultation(request.user, plan)
    if request.method == "POST" and not can_run:
        raise PermissionDenied
    form = AnswerForm(request.POST if request.method == "POST" else None, instance=row) if can_run else None
    theirs = None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            answer_comment(row, **form.cleaned_data, by=request.user)
        except EditConflict as conflict:
            theirs = conflict.current
            data = request.POST.copy()
            data["version"] = str(theirs.version)
            form.data = data
            form.add_error(None, _("A colleague has answered meanwhile. Compare, then save yours or leave."))
        else:
            messages.success(request, _("The answer is kept. It appears in the annex."))
            return redirect("action_plans:plan_consultation", plan.pk)
    stored = get_object_or_404(comments, pk=comment)
    context = {"plan": plan, "comment": stored, "form": form, "theirs": theirs, "item": item_of(plan, row)}
    return render(request, "action_plans/consultation_reply.html", context)


# Partners read and comment


@require_safe
def consultation_list(request: SignedInRequest) -> HttpResponse:
    """Drafts on which this person's organisation is asked, now and before."""
    if not request.user.partner_ids():
        raise PermissionDenied
    rows = Consultation.objects.addressed_to(request.user).select_related("plan__municipality")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "action_plans/consultation_list.html", {"page": page})


def get_asked(request: SignedInRequest, pk: int) -> Consultation:
    """The consultation, for somebody of an organisation that is asked; 404 for everybody else."""
    rows = Consultation.objects.addressed_to(request.user).select_related("plan__municipality")
    return get_object_or_404(rows, pk=pk)


@require_safe
def consultation_read(request: SignedInRequest, pk: int) -> HttpResponse:
    consultation = get_asked(request, pk)
    if not consultation.is_running:
        return consultation_over(request, consultation)
    return draft_page(request, consultation, reverse("action_plans:consultation_comment", args=[pk]))


@require_http_methods(["GET", "POST"])
def consultation_comment(request: SignedInRequest, pk: int) -> HttpResponse:
    consultation = get_asked(request, pk)
    back = reverse("action_plans:consultation_read", args=[pk])
    is_open = can_comment_for_partner(request.user, consultation)
    return comment_page(request, consultation, back, by=request.user, is_open=is_open)


# What partners, invited people and the public share


def item_of(plan: Any, about: Any) -> dict[str, str]:
    """Title and present text of the item that a comment is about; empty for the plan as a whole."""
    kind, code = about.kind, about.code
    if kind == ConsultationComment.Kind.CHAPTER:
        row = plan.sections.select_related("based_on").filter(code=code).first()
        return _said(row and row.based_on, "title", code)
    if kind == ConsultationComment.Kind.MEASURE:
        row = plan.measures.select_related("based_on").filter(code=code).first()
        return _said(row and row.wording, "text", code)
    if kind == ConsultationComment.Kind.AREA:
        row = plan.measures.with_place().in_area(code).first()
        return _said(row and row.area, "title", code)
    return {"code": "", "text": _("The plan as a whole")}


def _said(row: Any, field: str, code: str) -> dict[str, str]:
    return {"code": code, "text": in_active_language(row, field)[0] if row else ""}


def draft_page(request: HttpRequest, consultation: Consultation, comment_url: str) -> HttpResponse:
    """The draft as its readers see it, with a way to comment beside every item."""
    draft = freeze_plan(consultation.plan) | {"heard": []}  # what was said to whom before stays there
    context = {
        **documents.document_context(draft),
        "consultation": consultation,
        "comment_url": comment_url,
    }
    response = render(request, "action_plans/consultation_read.html", context)
    response["X-Robots-Tag"] = "noindex"  # a search engine would keep what is only a draft
    return response


def consultation_over(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    """The draft is no longer shown; what came of the comments is.

    A comment that comes too late is shown to its writer, to be copied: it is nowhere else.
    """
    heard = ConsultationComment.objects.heard().filter(consultation=consultation)
    page = Paginator(heard.select_related("partner", "invitation"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    names = names_of(consultation.plan, [(comment.kind, comment.code) for comment in page])
    for comment in page:
        comment.about = names.get((comment.kind, comment.code), "")  # type: ignore[attr-defined]  # for the page
    typed = request.POST.get("text", "")[:TEXT_LIMIT]
    context = {"consultation": consultation, "page": page, "typed": typed}
    status = HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.OK
    return render(request, "action_plans/consultation_over.html", context, status=status)


def comment_page(
    request: HttpRequest,
    consultation: Consultation,
    back: str,
    *,
    is_open: bool,
    by: Any = None,
    invitation: ConsultationInvitation | None = None,
    is_too_many: bool = False,
) -> HttpResponse:
    """One comment on one item: the item, the form, and back to where the reader was."""
    if not is_open and not _was_heard(request, consultation):
        return consultation_over(request, consultation)
    kind, _colon, code = request.GET.get("item", "plan:").partition(":")
    about = ConsultationComment(kind=kind, code=code)
    if kind not in ConsultationComment.Kind.values or (kind != "plan" and not code):
        raise Http404
    item = item_of(consultation.plan, about)
    if not item["text"]:
        raise Http404
    is_known = bool(by or invitation)
    form = CommentForm(request.POST if request.method == "POST" else None, is_known=is_known)
    if request.method == "POST" and form.is_valid():
        if is_too_many:
            form.add_error(None, _("Too many comments from this connection. Try again in an hour."))
        else:
            if not form.is_from_a_program:
                values = {"kind": kind, "code": code if kind != "plan" else "", **form.values}
                try:
                    comment_on_draft(consultation, values, once=_once(request), by=by, invitation=invitation)
                except PermissionDenied:  # it ended, or the link was withdrawn, between the two looks
                    consultation.refresh_from_db()
                    return consultation_over(request, consultation)
            messages.success(request, _("Thank you. Your comment has reached the municipality."))
            return redirect(f"{back}#{code}" if code else back)
    context = {"consultation": consultation, "form": form, "item": item, "back": back}
    return render(request, "action_plans/consultation_comment.html", context)


def _was_heard(request: HttpRequest, consultation: Consultation) -> bool:
    """Whether this is a second click on a comment that arrived in time."""
    return request.method == "POST" and consultation.comments.filter(once=_once(request)).exists()


def _once(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("once", ""))
    except ValueError:
        return uuid4()
