"""What the desk has to do today."""

from datetime import timedelta

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from accounts.models import User
from cases.forms.today import ShareOutForm, TodayFilter
from cases.models import Appointment, FollowUp, Recall, Transfer
from cases.permissions import coordinates
from cases.services.drafts import handed_drafts
from cases.services.first_day import guide_for
from cases.services.handover import left_behind
from cases.views.desk import get_offices, log_people, with_people
from gai_portal.lib.paging import PAGE_SIZE
from municipalities.models import Office

MOST_EXPECTED = 25
MOST_COLLEAGUES = 50  # in the table of a coordinator
MOST_TRANSFERS = 10  # that wait for an answer; the others are on their own page


@require_safe
def today(request: SignedInRequest) -> HttpResponse:
    """One's own things to do and those that nobody has taken yet, the most urgent first."""
    user, day = request.user, timezone.localdate()
    offices = get_offices(user)
    still_to_do = FollowUp.objects.visible_to(user).filter(office__in=offices).open()
    mine = Q(assigned_to=user)
    counts = still_to_do.aggregate(
        overdue=Count("pk", filter=mine & Q(due_on__lt=day)),
        today=Count("pk", filter=mine & Q(due_on=day)),
        soon=Count("pk", filter=mine & Q(due_on__gt=day, due_on__lte=day + timedelta(days=7))),
        free=Count("pk", filter=Q(assigned_to=None)),
    )
    chosen = TodayFilter(request.GET)
    rows = with_people(chosen.apply(still_to_do, user).with_names(), user).order_by("due_on", "pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    expected = expected_today(user, offices)
    log_people(request, [*page, *expected])
    load = (
        still_to_do.order_by()
        .values("assigned_to", "assigned_to__name")
        .annotate(number=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=day)))
    )
    left = left_behind(user)
    context = {
        "left": left,
        "left_ids": {membership.user_id for membership in left},
        "offices": offices,
        "guide": guide_for(user),
        "counts": counts,
        "filter": chosen,
        "page": page,
        "is_narrowed": any(chosen.data.get(name) for name in chosen.fields),
        "share_out": ShareOutForm(user=user, offices=offices) if coordinates(user) else None,
        "expected": expected,
        "handed": handed_drafts(user),
        "recalls": waiting_recalls(user),
        "transfers": Transfer.objects.visible_to(user).open().with_names()[:MOST_TRANSFERS],
        "load": load.order_by("-number", "assigned_to__name")[:MOST_COLLEAGUES] if coordinates(user) else [],
    }
    return render(request, "cases/today.html", context)


def expected_today(user: User, offices: list[Office]) -> list[Appointment]:
    """Whom one expects today, and whom anybody may receive; the rest of the agenda is a tap away."""
    day = timezone.localdate()
    rows = Appointment.objects.visible_to(user).filter(office__in=offices).between(day, day).planned()
    rows = rows.filter(Q(assigned_to=user) | Q(assigned_to=None)).exclude(title="", person=None, case=None)
    return list(with_people(rows.with_names(), user)[:MOST_EXPECTED])


def waiting_recalls(user: User) -> int:
    """Whom to tell again. Most days there is nobody, and that is quickly asked."""
    recalls = Recall.objects.filter(done_at=None)
    return recalls.visible_to(user).open().reachable().count() if recalls.exists() else 0
