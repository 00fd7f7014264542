"""Referrals at the desk: listed, written, sent, printed, answered and withdrawn."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Verb, log_access
from accounts.http import SignedInRequest
from accounts.services import answer_form, restore_draft
from cases.documents import LINK_TITLE, referral_letter_pdf
from cases.forms.referrals import ReferralAnswerForm, ReferralFilter, ReferralForm, SendReferralForm
from cases.models import Case, Enquiry, Person, Referral, ReferralStep
from cases.permissions import can_refer, can_work_on_referral
from cases.services.referrals import (
    ReferralChanged,
    answer_referral,
    change_referral,
    draft_referral,
    send_referral,
    used_address,
    withdraw_referral,
)
from cases.views.cases import get_case
from cases.views.desk import get_offices, lead_to_transfer
from cases.views.enquiries import get_enquiry
from cases.workflow import OPEN_STATES, SEND, WITHDRAW, ReferralState
from gai_portal.lib.paging import keyset_page
from gai_portal.lib.qr import qr_svg


def get_referral(request: SignedInRequest, pk: int) -> Referral:
    """The referral, or 404 for somebody it must not even be known to."""
    referrals = Referral.objects.visible_to(request.user).with_names()
    related = ("person__office", "person__consent", "case__topic__parent", "enquiry__topic__parent")
    return get_object_or_404(referrals.select_related(*related), pk=pk)


def get_writable(request: SignedInRequest, pk: int) -> Referral:
    """The same, for whoever works on it; 403 for others who read it."""
    referral = get_referral(request, pk)
    if not can_work_on_referral(request.user, referral):
        raise PermissionDenied
    return referral


@require_safe
def referral_list(request: SignedInRequest) -> HttpResponse:
    """The office's referrals, the latest first."""
    offices = get_offices(request.user)
    chosen = ReferralFilter(request.GET)
    rows = chosen.apply(Referral.objects.visible_to(request.user).with_names(), request.user)
    context = {
        "filter": chosen,
        "page": keyset_page(rows, request, field="created_at"),
        "offices": offices,
        "is_narrowed": any(request.GET.get(name) for name in chosen.fields),
    }
    return render(request, "cases/referral_list.html", context)


@require_http_methods(["GET", "POST"])
def case_refer(request: SignedInRequest, pk: int) -> HttpResponse:
    return _create(request, get_case(request, pk))


@require_http_methods(["GET", "POST"])
def enquiry_refer(request: SignedInRequest, pk: int) -> HttpResponse:
    return _create(request, get_enquiry(request, pk))


def _create(request: SignedInRequest, about: Case | Enquiry) -> HttpResponse:
    """Write a referral of a case or an enquiry. It is looked at before it is sent."""
    if not can_refer(request.user, about):
        raise PermissionDenied
    draft = restore_draft(request)
    form = ReferralForm(
        request.POST or None, about=about, by=request.user, initial=draft.initial if draft else None
    )

    def create() -> str:
        return draft_referral(about, **form.content(), by=request.user).get_absolute_url()

    if url := answer_form(request, form, create):
        return redirect(url)
    _log_form(request, form, about)
    context = {"form": form, "draft": draft, "about": about, "title": _("Refer to a partner")}
    return render(request, "cases/referral_form.html", context)


def _log_form(request: SignedInRequest, form: ReferralForm, row: Case | Enquiry | Referral) -> None:
    """What the form shows is read, also when it is shown again: the matter, and what can be shared."""
    log_access(request, Verb.READ, row)
    if row.person and "shares" in form.fields:
        log_access(request, Verb.READ, row.person)


@require_http_methods(["GET", "POST"])
def referral_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put a draft right."""
    referral = get_writable(request, pk)
    if not referral.is_draft:
        messages.info(request, _("It was sent already: what the partner got does not change any more."))
        return redirect(referral)
    form = ReferralForm(request.POST or None, about=referral.about, by=request.user, referral=referral)
    conflict = False
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            change_referral(referral, **form.content(), version=version, by=request.user)
        except ReferralChanged:
            conflict = True
            again = request.POST.copy()
            again["version"] = str(referral.version)
            form = ReferralForm(again, about=referral.about, by=request.user, referral=referral)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The draft of referral {number} is saved.").format(number=referral))
            return redirect(referral)
    _log_form(request, form, referral)
    context = {
        "form": form,
        "referral": referral,
        "about": referral.about,
        "conflict": conflict,
        "title": _("Correct"),
    }
    return render(request, "cases/referral_form.html", context)


@require_safe
def referral_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the partner sees, how it gets there, and what came back."""
    try:
        referral = get_referral(request, pk)
    except Http404:
        gone = Referral.objects.filter(pk=pk).first()
        if gone is None:
            raise
        return lead_to_transfer(request, gone.about, after=gone.created_at)
    log_access(request, Verb.READ, referral)
    if referral.person and referral.shared:
        log_access(request, Verb.READ, referral.person, why=referral.reference)
    works = can_work_on_referral(request.user, referral)
    link = referral.link() if works else ""
    people = Person.objects.visible_to(request.user).select_related("office")
    context = {
        "referral": referral,
        "named": people.filter(pk=referral.person_id).first() if referral.person_id else None,
        "steps": list(referral.steps.select_related("by", "referral").reverse()),
        "works": works,
        "can_send": works and referral.state in SEND.sources,
        "can_withdraw": works and referral.state in WITHDRAW.sources,
        "link": link,
        "qr": qr_svg(link, title=str(LINK_TITLE)) if link else "",
    }
    return render(request, "cases/referral_detail.html", context)


@require_http_methods(["GET", "POST"])
def referral_send(request: SignedInRequest, pk: int) -> HttpResponse:
    """Hand it over: by letter, by e-mail, or by a link."""
    referral = get_writable(request, pk)
    if request.method == "GET":
        if referral.state not in SEND.sources:
            return redirect(referral)  # a colleague was quicker
        log_access(request, Verb.READ, referral)
    email = referral.email or used_address(referral.office_id, referral.partner)
    form = SendReferralForm(request.POST or None, initial={"email": email})

    was_sent = not referral.is_draft

    def send() -> str:
        send_referral(referral, **form.cleaned_data, by=request.user)
        said = _("The referral is sent.")
        if was_sent:
            said = _("The referral is sent again. Its former link opens nothing any more.")
        messages.success(request, said)
        return referral.get_absolute_url()

    if url := answer_form(request, form, send):
        return redirect(url)
    title = _("Send") if referral.is_draft else _("Send once more")
    return render(request, "cases/referral_act.html", {"referral": referral, "form": form, "title": title})


@require_http_methods(["GET", "POST"])
def referral_answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write down what the partner said on the telephone or on paper."""
    referral = get_writable(request, pk)
    if request.method == "GET":
        if not referral.is_open:
            return redirect(referral)
        log_access(request, Verb.READ, referral)
    form = ReferralAnswerForm(request.POST or None, referral=referral)
    form.fields["state"].label = _("What did the partner say?")

    def answer() -> str:
        answer_referral(referral, **form.cleaned_data, way=ReferralStep.Way.DESK, by=request.user)
        messages.success(request, _("The partner's answer is noted."))
        return referral.get_absolute_url()

    if url := answer_form(request, form, answer):
        return redirect(url)
    context = {"referral": referral, "form": form, "title": _("Write down an answer")}
    return render(request, "cases/referral_act.html", context)


@require_POST
def referral_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    referral = get_writable(request, pk)
    if referral.state not in WITHDRAW.sources | {ReferralState.WITHDRAWN}:
        messages.info(request, _("The partner has ended it meanwhile."))
    else:
        withdraw_referral(referral, by=request.user)
        messages.success(
            request,
            _("The referral is withdrawn. The partner sees it no longer, and its link opens nothing."),
        )
    return redirect(referral)


@require_safe
def referral_letter(request: SignedInRequest, pk: int) -> HttpResponse:
    """The letter to print, with the link as a square for a telephone."""
    referral = get_writable(request, pk)
    if referral.state not in OPEN_STATES:
        raise Http404
    log_access(request, Verb.PRINTED, referral)
    if referral.person and referral.seen_by_partner():
        log_access(request, Verb.PRINTED, referral.person, why=referral.reference)
    response = HttpResponse(referral_letter_pdf(referral), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{referral.reference}.pdf"'
    return response
