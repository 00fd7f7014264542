"""The signed-in home: each role's own work, and only that."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    return HttpResponse("workspace")
