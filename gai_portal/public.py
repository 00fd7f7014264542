"""The public site: the home page and a municipality's page, which show offices and plans together."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def home(request: HttpRequest, **arguments: str) -> HttpResponse:
    return HttpResponse("home")


healthz = choose_language = municipality_list = municipality_detail = home
