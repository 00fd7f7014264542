"""Published plans, open to anybody: the list, the pages, the files, and the check of a code."""

import re
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef, Prefetch
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.http import quote_etag
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.models import User
from action_plans import documents
from action_plans.forms.public import PlanSearchForm
from action_plans.models import Edition, EditionFile, Plan, Template
from action_plans.permissions import can_record_gazette
from action_plans.services.edition_changes import changes_as_data, edition_changes, grouped
from gai_portal.lib.codes import read_code
from municipalities.models import Municipality

DOCUMENT = "action_plans/includes/_plan_document.html"
ROWS_PER_PAGE = 25
SECONDS_TO_MAKE = 30  # a PDF, from its publication on, with something to spare
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FOR_EVER = 365 * 24 * 60 * 60  # seconds; a published file never changes
EDITIONS = Edition.objects.select_related("plan__municipality")
SHA256 = re.compile(r"[0-9a-f]{64}")


@login_not_required
@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    form = PlanSearchForm(request.GET)
    newest = Edition.objects.current().defer("snapshot").annotate(measures=F("snapshot__totals__carried_out"))
    plans = Plan.objects.order_by("-first_year").prefetch_related(
        Prefetch("editions", queryset=newest, to_attr="current_editions")
    )
    has_edition = Exists(Edition.objects.filter(plan__municipality=OuterRef("pk")))
    found = form.narrow(Municipality.objects.select_related("island"))
    published = found.filter(has_edition).order_by("island__order", "display_name")
    page = Paginator(
        published.prefetch_related(Prefetch("plans", queryset=plans, to_attr="all_plans")), ROWS_PER_PAGE
    ).get_page(request.GET.get("page"))
    has_plan = Exists(Plan.objects.filter(municipality=OuterRef("pk")))
    others = list(found.exclude(has_edition).annotate(is_preparing=has_plan).order_by("display_name"))
    context = {
        "form": form,
        "page_obj": page,
        "rows": [(municipality, _published(municipality)) for municipality in page],
        "preparing": [municipality for municipality in others if municipality.is_preparing],
        "without_plan": [municipality for municipality in others if not municipality.is_preparing],
        "has_template": Template.objects.issued().exists(),
    }
    return render(request, "action_plans/plan_public_list.html", context)


def _published(municipality: Municipality) -> list[Edition]:
    """The current edition of each plan of a municipality, the latest period first."""
    editions = []
    for plan in municipality.all_plans:  # type: ignore[attr-defined]  # prefetched
        for edition in plan.current_editions:
            edition.plan = plan
            editions.append(edition)
    return editions


@login_not_required
@require_safe
def plan_current(request: HttpRequest, slug: str) -> HttpResponse:
    """The edition that holds today."""
    return _edition_page(request, get_object_or_404(EDITIONS.current(), plan__slug=slug))


@login_not_required
@require_safe
def edition_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    return _edition_page(request, get_object_or_404(EDITIONS, plan__slug=slug, number=number))


def _edition_page(request: HttpRequest, edition: Edition) -> HttpResponse:
    editions = list(edition.plan.editions.defer("snapshot"))
    file = edition.files.defer("pdf").annotate(size=Length("pdf")).filter(language="pt").first()
    user = request.user
    context = {
        "plan": edition.snapshot,
        "document": _document(edition),
        "changes": _changes(edition, editions),
        "edition": edition,
        "editions": editions,
        "current": editions[0],
        "is_current": editions[0].pk == edition.pk,
        "file": file,
        "may_record_gazette": isinstance(user, User) and can_record_gazette(user, edition),
    }
    return render(request, "action_plans/edition_detail.html", context)


def _document(edition: Edition) -> str:
    """The body of an edition's page, kept as long as this process lives: its content never changes."""

    key = f"plan-document:{edition.verification_code}:{get_language()}"
    html = caches["pages"].get(key)
    if html is None:
        context = {**documents.document_context(edition.snapshot), "edition": edition}
        html = render_to_string(DOCUMENT, {**context, "labels": settings.LABELS})
        caches["pages"].set(key, html, timeout=None)
    return mark_safe(html)


def _changes(edition: Edition, editions: list[Edition]) -> str:
    """What is new in it, for readers of the edition before; nothing in the first one. Kept likewise."""
    previous = next((other for other in editions if other.number == edition.number - 1), None)
    if previous is None:
        return ""
    key = f"plan-changes:{edition.verification_code}:{get_language()}"
    html = caches["pages"].get(key)
    if html is None:
        html = render_to_string(
            "action_plans/includes/_edition_changes.html",
            {
                "previous": previous,
                "previous_url": reverse("edition_detail", args=[edition.plan.slug, previous.number]),
                "groups": grouped(edition_changes(previous.snapshot, edition.snapshot)),
                "only_pt": documents.only_pt(),
            },
        )
        caches["pages"].set(key, html, timeout=None)
    return mark_safe(html)


@login_not_required
@require_safe
def edition_pdf(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The stored file, which has not changed since its publication and never will."""
    files = EditionFile.objects.filter(edition__plan__slug=slug, edition__number=number, language="pt")
    file = files.defer("pdf").first()
    if file is None:
        return _file_to_come(request, get_object_or_404(EDITIONS, plan__slug=slug, number=number))
    etag = quote_etag(file.sha256)
    response: HttpResponse
    if etag in request.headers.get("If-None-Match", ""):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(bytes(file.pdf), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{slug}-{number}.pdf"'
        response["Content-Language"] = "pt"
        response["Content-Encoding"] = "identity"  # a PDF is compressed within: a second time is lost work
    response["ETag"] = etag
    patch_cache_control(response, public=True, max_age=FOR_EVER, immutable=True)
    return response


def _file_to_come(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Published a moment ago: come back soon."""
    response = render(
        request,
        "action_plans/edition_file_to_come.html",
        {"edition": edition},
        status=HTTPStatus.SERVICE_UNAVAILABLE,
    )
    response["Retry-After"] = str(SECONDS_TO_MAKE)
    add_never_cache_headers(response)
    return response


@login_not_required
@require_safe
def edition_json(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    edition = get_object_or_404(EDITIONS, plan__slug=slug, number=number)
    previous = edition.plan.editions.filter(number=number - 1).first()
    return JsonResponse(
        {
            **edition.snapshot,
            "changes": changes_as_data(previous.snapshot, edition.snapshot) if previous else None,
            "published_at": edition.published_at,
            "verification_code": edition.verification_code,
            "gazette_reference": edition.gazette_reference,
            "files": [
                {"language": file.language, "sha256": file.sha256} for file in edition.files.defer("pdf")
            ],
        },
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )


@login_not_required
@require_safe
def edition_csv(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    edition = get_object_or_404(EDITIONS, plan__slug=slug, number=number)
    response = HttpResponse(documents.edition_csv(edition.snapshot), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{number}.csv"'
    return response


@login_not_required
@require_safe
def edition_xlsx(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    edition = get_object_or_404(EDITIONS, plan__slug=slug, number=number)
    book = documents.edition_xlsx(edition.snapshot, verification_code=edition.verification_code)
    response = HttpResponse(book, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{slug}-{number}.xlsx"'
    return response


@login_not_required
@require_safe
def edition_check(request: HttpRequest) -> HttpResponse:
    """Whether a document is the current edition, by the code on its last page or its fingerprint."""
    typed = request.GET.get("code", "").strip()[:100]
    edition = _edition_of(typed)
    context: dict[str, Any] = {"typed": typed, "edition": edition, "code": read_code(typed)}
    if edition:
        context["current"] = edition.plan.editions.defer("snapshot").first()
        context["files"] = edition.files.defer("pdf")
        context["address"] = settings.SITE_URL.rstrip("/") + edition.get_absolute_url()
    return render(request, "action_plans/edition_check.html", context)


def _edition_of(typed: str) -> Edition | None:
    editions = Edition.objects.select_related("plan__municipality").defer("snapshot")
    if SHA256.fullmatch(typed.lower()):
        return editions.filter(files__sha256=typed.lower()).first()
    code = read_code(typed)
    return editions.filter(verification_code=code).first() if code else None
