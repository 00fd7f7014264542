"""The public site: the home page and a municipality's page, which show offices and plans together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from action_plans.models import Consultation, Edition
from gai_portal.lib.charts import Box, OutlineMap, outline_map
from gai_portal.lib.text import fold
from municipalities.models import Island, Municipality
from municipalities.statistics import charts, figure_order, profile

NEWEST_EDITIONS = 5
LANGUAGE_COOKIE_AGE = timedelta(days=365)


@dataclass(frozen=True)
class Place:
    """A municipality as the map and the list show it."""

    municipality: Municipality
    path: str
    has_plan: bool


@dataclass
class IslandGroup:
    """An island with its municipalities; `box` frames it on the map."""

    island: Island
    box: Box | None
    places: list[Place] = field(default_factory=list)


@dataclass
class Territory:
    """What a map shows, and the list that stands beside it."""

    drawing: OutlineMap | None
    groups: list[IslandGroup]


def territory_of(municipalities: Sequence[Municipality], editions: Iterable[Edition]) -> Territory:
    planned = {edition.plan.municipality_id for edition in editions}
    drawing = outline_map(
        {m.code: m.geometry for m in municipalities}, {m.code: m.island.name for m in municipalities}
    )
    groups: dict[int, IslandGroup] = {}
    for municipality in municipalities:
        island = municipality.island
        group = groups.setdefault(
            island.pk, IslandGroup(island, drawing.group_boxes.get(island.name) if drawing else None)
        )
        path = drawing.paths.get(municipality.code, "") if drawing else ""
        group.places.append(Place(municipality, path, municipality.code in planned))
    return Territory(drawing, list(groups.values()))


def all_municipalities() -> list[Municipality]:
    return list(Municipality.objects.select_related("island").defer("sources", "notes"))


def current_editions() -> QuerySet[Edition]:
    """The published plans, newest first, without the weight of their content."""
    return (
        Edition.objects.current()
        .select_related("plan__municipality")
        .only(
            "number",
            "published_at",
            "plan__slug",
            "plan__first_year",
            "plan__last_year",
            "plan__is_demo",
            "plan__municipality__display_name",
            "plan__municipality__slug",
        )
        .order_by("-published_at", "-pk")
    )


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    municipalities = all_municipalities()
    # The form "Find my office" arrives here: it needs no script.
    for municipality in municipalities:
        if municipality.slug == request.GET.get("municipality"):
            return redirect(municipality)
    editions = list(current_editions())
    return render(
        request,
        "public/home.html",
        {
            "territory": territory_of(municipalities, editions),
            "municipality_count": len(municipalities),
            "planned_count": len({edition.plan.municipality_id for edition in editions}),
            "editions": editions[:NEWEST_EDITIONS],
        },
    )


@login_not_required
@require_safe
def municipality_list(request: HttpRequest) -> HttpResponse:
    """All municipalities by island, on the map and as a list; with `?q=` those of that name."""
    municipalities = all_municipalities()
    query = request.GET.get("q", "")[:80].strip()
    words = fold(query).split()
    territory = territory_of(municipalities, current_editions())
    found = [
        (group, places)
        for group in territory.groups
        if (places := [p for p in group.places if all(w in searchable(p.municipality) for w in words)])
    ]
    return render(
        request,
        "municipalities/municipality_list.html",
        {
            "query": query,
            "territory": territory,
            "found": found,
            "found_count": sum(len(places) for _, places in found),
        },
    )


def searchable(municipality: Municipality) -> str:
    """Its names, its seat and its island, folded: `sao vicente`, `paul` and `mindelo` are all found."""
    names = [
        municipality.display_name,
        municipality.name,
        municipality.alternative_name,
        municipality.seat,
        municipality.island.name,
    ]
    return fold(" ".join(names))


@login_not_required
@require_safe
def municipality_detail(request: HttpRequest, slug: str) -> HttpResponse:
    municipality = get_object_or_404(Municipality.objects.select_related("island"), slug=slug)
    editions = current_editions().filter(plan__municipality__island=municipality.island)
    figures = sorted(municipality.figures.all(), key=figure_order)
    on_the_island = Municipality.objects.filter(island=municipality.island).select_related("island")
    return render(
        request,
        "municipalities/municipality_detail.html",
        {
            "municipality": municipality,
            "offices": municipality.offices.order_by("code"),
            "editions": [e for e in editions if e.plan.municipality_id == municipality.code],
            "consultations": Consultation.objects.running()
            .filter(plan__municipality=municipality, is_public=True)
            .select_related("plan__municipality"),
            "figures": figures,
            "charts": charts(profile(figures)),
            "territory": territory_of(list(on_the_island), editions),
        },
    )


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The mark, for browsers that ask for it beside a file (a PDF, a table) that cannot name one."""
    return redirect(static("img/mark.svg"))


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the database answers and has all migrations. For monitoring: says which, and no more."""
    checks = {"database": "ok", "migrations": "ok"}
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        checks = {"database": "unreachable", "migrations": "unknown"}
    else:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            checks["migrations"] = "missing"
    is_well = set(checks.values()) == {"ok"}
    return JsonResponse(checks, status=200 if is_well else 503)


@login_not_required
@require_safe
def choose_language(request: HttpRequest, code: str) -> HttpResponse:
    """Remembers the visitor's language in a cookie and goes back to where she was."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    target = request.GET.get("next", "/")
    is_local = url_has_allowed_host_and_scheme(
        target, {request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(target if is_local else "/")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=LANGUAGE_COOKIE_AGE,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response
