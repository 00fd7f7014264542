"""Consultation for people without an account: by an invitation's link, or open to anybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import kept_private
from accounts.limits import is_too_often
from action_plans.models import Consultation, ConsultationInvitation
from action_plans.views.consultation import comment_page, consultation_over, draft_page


def get_public(slug: str) -> Consultation:
    """The newest consultation of a plan that anybody may read."""
    rows = Consultation.objects.filter(plan__slug=slug, is_public=True).select_related("plan__municipality")
    consultation = rows.first()
    if consultation is None:
        raise Http404
    return consultation


@login_not_required
@require_safe
def public_consultation(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = get_public(slug)
    if not consultation.is_running:
        return consultation_over(request, consultation)
    return draft_page(request, consultation, reverse("public_consultation_comment", args=[slug]))


@login_not_required
@require_http_methods(["GET", "POST"])
def public_consultation_comment(request: HttpRequest, slug: str) -> HttpResponse:
    consultation = get_public(slug)
    back = reverse("public_consultation", args=[slug])
    is_too_many = is_too_often(request, "comment")
    is_open = consultation.is_running
    return comment_page(request, consultation, back, is_open=is_open, is_too_many=is_too_many)


def get_invitation(key: str) -> ConsultationInvitation:
    """Who was invited with this link. A guessed or withdrawn one is no different from none."""
    rows = ConsultationInvitation.objects.for_key(key)
    return get_object_or_404(rows.select_related("consultation__plan__municipality"))


def link_over(request: HttpRequest, invitation: ConsultationInvitation) -> HttpResponse:
    """The link has expired: what came of the comments, and nothing of the draft."""
    return kept_private(consultation_over(request, invitation.consultation))


@login_not_required
@require_safe
def consultation_invited(request: HttpRequest, key: str) -> HttpResponse:
    invitation = get_invitation(key)
    if not invitation.consultation.is_running:
        return link_over(request, invitation)
    url = reverse("consultation_invited_comment", args=[key])
    return kept_private(draft_page(request, invitation.consultation, url))


@login_not_required
@require_http_methods(["GET", "POST"])
def consultation_invited_comment(request: HttpRequest, key: str) -> HttpResponse:
    invitation = get_invitation(key)
    consultation = invitation.consultation
    back = reverse("consultation_invited", args=[key])
    is_too_many = is_too_often(request, "comment_invited", key=str(invitation.pk))
    page = comment_page(
        request,
        consultation,
        back,
        invitation=invitation,
        is_open=consultation.is_running,
        is_too_many=is_too_many,
    )
    return kept_private(page)
