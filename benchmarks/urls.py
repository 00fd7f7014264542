"""The portal, and the floor beside it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.http import require_safe

from cases.models import Enquiry


@require_safe
def floor(request: HttpRequest) -> HttpResponse:
    """25 rows of one indexed query in a bare template, for somebody who is signed in."""
    office = request.user.offices[0]  # type: ignore[union-attr]  # the bench signs in
    rows = Enquiry.objects.filter(office=office).order_by("-at", "-pk")[:25]
    return render(request, "benchmarks/floor.html", {"rows": rows})


urlpatterns = [path("floor/", floor, name="floor"), path("", include("gai_portal.urls"))]
