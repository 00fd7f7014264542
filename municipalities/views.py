"""A coordinator's page about the own office. The public pages are in gai_portal.public."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import SignedInRequest
from municipalities.forms import OfficeForm
from municipalities.models import Office
from municipalities.permissions import can_edit_office, can_edit_offices


@require_safe
def office_list(request: SignedInRequest) -> HttpResponse:
    """The offices that one may change; with a single one, its page at once."""
    if not can_edit_offices(request.user):
        raise PermissionDenied
    offices = [o for o in Office.objects.select_related("municipality") if can_edit_office(request.user, o)]
    if len(offices) == 1:
        return redirect("municipalities:office_edit", offices[0].code)
    return render(request, "municipalities/office_list.html", {"offices": offices})


@require_http_methods(["GET", "POST"])
def office_edit(request: SignedInRequest, code: str) -> HttpResponse:
    office = get_object_or_404(Office.objects.select_related("municipality"), code=code)
    if not can_edit_office(request.user, office):
        raise PermissionDenied
    form = OfficeForm(request.POST or None, instance=office)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved. This is how everybody sees it now."))
        return redirect(office.municipality)
    return render(request, "municipalities/office_edit.html", {"form": form, "office": office})
