"""Referrals as the partner sees them: by a link without an account, or in its own list."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import client_address
from accounts.http import SignedInRequest, kept_private
from accounts.limits import is_too_often
from accounts.models import User
from accounts.services import answer_form
from cases.forms.referrals import ReferralAnswerForm
from cases.models import Referral, ReferralStep
from cases.services.referrals import answer_referral, record_reading
from gai_portal.lib.keys import digest
from gai_portal.lib.paging import keyset_page

TEXT_LIMIT = 5_000  # characters of an answer that came too late and is given back
SHOWN = ("person__office", "person__consent")


@login_not_required
@require_http_methods(["GET", "POST"])
def referral_link(request: HttpRequest, key: str) -> HttpResponse:
    """One referral and nothing else, for whoever has its link."""
    return kept_private(_link_page(request, key))


def _link_page(request: HttpRequest, key: str) -> HttpResponse:
    referral = Referral.objects.for_key(key).with_names().select_related(*SHOWN).first()
    once = _once(request)
    if once and ReferralStep.objects.filter(once=once, referral__link_digest=digest(key)).exists():
        return _thanks(request, key)  # a second click
    if referral is None:
        if is_too_often(request, "referral_guessed", looking=True):
            return render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
        return _over(request)
    form = ReferralAnswerForm(request.POST or None, referral=referral)
    if request.method == "POST" and form.is_valid():
        if is_too_often(request, "referral_answered", key=str(referral.pk)):
            form.add_error(None, _("Too many answers by this link. Try again in an hour."))
        else:
            try:
                answer_referral(
                    referral,
                    **form.cleaned_data,
                    way=ReferralStep.Way.LINK,
                    key=key,
                    once=once,
                    address=client_address(request),
                )
            except (PermissionDenied, ValidationError):  # withdrawn or answered between the two looks
                return _over(request)
            return _thanks(request, key)
    record_reading(referral, by=_reader(request), address=client_address(request))
    context = {"referral": referral, "form": form, "steps": referral.answers()}
    return render(request, "cases/referral_link.html", context)


def _over(request: HttpRequest) -> HttpResponse:
    """Expired, used up, withdrawn or guessed: one page for all, with nothing but what the reader typed."""
    context = {"typed": request.POST.get("text", "")[:TEXT_LIMIT]}
    return render(request, "cases/referral_over.html", context, status=HTTPStatus.NOT_FOUND)


def _thanks(request: HttpRequest, key: str) -> HttpResponse:
    """The answer has arrived. Where more can be said, the way back."""
    goes_on = Referral.objects.for_key(key).exists()
    return render(request, "cases/referral_thanks.html", {"back": request.path if goes_on else ""})


def _reader(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _once(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("once", ""))
    except ValueError:
        return None


@require_safe
def received_list(request: SignedInRequest) -> HttpResponse:
    """What was referred to the organisations that somebody speaks for, the latest first; or what waits."""
    if not request.user.partner_ids():
        raise Http404
    referrals = Referral.objects.sent_to(request.user).with_names()
    is_open = "open" in request.GET
    page = keyset_page(referrals.awaited() if is_open else referrals, request, field="created_at")
    context = {"page": page, "is_open": is_open, "waiting": referrals.awaited().count()}
    return render(request, "cases/received_list.html", context)


@require_http_methods(["GET", "POST"])
def received_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """One of them, read and answered."""
    referrals = Referral.objects.sent_to(request.user).with_names().select_related(*SHOWN)
    referral = get_object_or_404(referrals, pk=pk)
    form = ReferralAnswerForm(request.POST or None, referral=referral)

    def answer() -> str:
        answer_referral(
            referral,
            **form.cleaned_data,
            way=ReferralStep.Way.ACCOUNT,
            by=request.user,
            address=client_address(request),
        )
        messages.success(
            request, _("Thank you. Your answer has reached {office}.").format(office=referral.keeper)
        )
        return reverse("cases:received_list")

    if url := answer_form(request, form, answer):
        return redirect(url)
    record_reading(referral, by=request.user, address=client_address(request))
    context = {"referral": referral, "form": form, "steps": referral.answers()}
    return render(request, "cases/received_detail.html", context)
