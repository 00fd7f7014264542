"""The portal, and beside it what its pages are compared with."""

from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.core.cache.backends.dummy import DummyCache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path, resolve
from django.views.decorators.http import require_safe

from cases.models import Enquiry


@require_safe
def floor(request: HttpRequest) -> HttpResponse:
    """25 rows of one indexed query in a bare template, for somebody who is signed in."""
    office = request.user.offices[0]  # type: ignore[union-attr]  # the bench signs in
    rows = Enquiry.objects.filter(office=office).order_by("-at", "-pk")[:25]
    return render(request, "benchmarks/floor.html", {"rows": rows})


@login_not_required
@require_safe
def uncached(request: HttpRequest, address: str) -> HttpResponse:
    """A page as the first reader finds it, before any piece of it is kept."""
    found = resolve(f"/{address}")
    pieces = caches["pages"]
    caches["pages"] = DummyCache("", {})
    try:
        return found.func(request, *found.args, **found.kwargs)
    finally:
        caches["pages"] = pieces


class StockSite(AdminSite):
    """Django's admin as it comes, for whoever has signed in."""

    def has_permission(self, request: HttpRequest) -> bool:
        return True


class StockAdmin(ModelAdmin):
    """An enquiry recorded in Django's admin as it comes."""

    fields = ("office", "at", "channel", "topic", "outcome", "note")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return True

    has_view_permission = has_change_permission = lambda self, request, obj=None: True

    def save_form(self, request: HttpRequest, form: Any, *args: Any, **kwargs: Any) -> Any:
        form.instance.author = request.user
        return super().save_form(request, form, *args, **kwargs)


stock = StockSite(name="stock")
stock.register(Enquiry, StockAdmin)
urlpatterns = [
    path("floor/", floor, name="floor"),
    path("stock/", stock.urls),
    path("uncached/<path:address>", uncached, name="uncached"),
    path("", include("gai_portal.urls")),
]
