"""Nobody gets past without a session, and nothing typed is lost when a session has ended."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from accounts.carrying import account_of_form, ask_to_sign_in, held, let_go
from accounts.sessions import is_over

NEVER_KEPT = ("/workspace/", "/admin/", "/accounts/")


class SignedInMiddleware(LoginRequiredMiddleware):
    """Every page needs a sign-in unless its view says `@login_not_required`."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if request.user.is_authenticated and is_over(request):
            logout(request)
        if request.method != "POST":
            return super().process_view(request, view_func, view_args, view_kwargs)
        if request.user.is_authenticated:
            return self._receive(request)
        if getattr(view_func, "login_required", True):
            return ask_to_sign_in(request)
        return None

    def _receive(self, request: HttpRequest) -> HttpResponse | None:
        """Refuse a form that was opened by another account; note that a held POST has arrived."""
        account = account_of_form(request)
        if account is not None and account != request.user.pk:
            messages.warning(request, _("That form was opened by another account. Nothing of it was saved."))
            return redirect("workspace")
        if "resumed" in request.POST and held(request):
            let_go(request)
        return None

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """No browser or proxy keeps a page that was made for one person."""
        is_own = request.path.startswith(NEVER_KEPT)
        if is_own or (not response.has_header("Cache-Control") and request.user.is_authenticated):
            add_never_cache_headers(response)
        return response
