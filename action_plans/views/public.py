"""Published plans, open to anybody: the list, the pages, the files, and the check of a code."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from action_plans import documents
from action_plans.models import Edition, EditionFile


@login_not_required
@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


plan_current = edition_detail = edition_pdf = edition_json = edition_csv = edition_check = plan_list
