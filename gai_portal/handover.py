"""When somebody leaves: one step passes on all of their work, ends their roles and prints a briefing."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import Verb, log_access, log_access_to_each
from accounts.http import SignedInRequest
from accounts.models import Handover, Membership, User
from accounts.permissions import can_hand_over, can_hand_over_somebody, can_read_briefing
from accounts.roles import DESK_ROLES, MUNICIPAL_ROLES, Role
from accounts.services import answer_form, end_membership, end_sessions, notify
from action_plans.permissions import can_hand_over_measures
from action_plans.services import handover as measures
from cases.permissions import can_hand_over_desk
from cases.services import handover as desk
from gai_portal.lib.handovers import Entry, Kind
from gai_portal.lib.pdf import render_pdf

# Whose work an app passes on, and who may say so in a municipality. The network joins here.
APPS: list[tuple[Any, Any]] = [(desk, can_hand_over_desk), (measures, can_hand_over_measures)]
KINDS: list[Kind] = [kind for app, _may in APPS for kind in app.KINDS]
PEOPLE_PER_PAGE = 50
LATEST = 25
COMING = timedelta(days=90)  # what a briefing tells first


@dataclass(frozen=True)
class Leaving:
    """Somebody who leaves a municipality: which roles end, which stay, and what is passed on."""

    user: User
    place: str
    ending: list[Membership]
    staying: list[Membership]
    apps: list[Any]
    piles: list[tuple[Kind, int]]
    is_last_coordinator: bool


def leaving(membership: Membership, by: User) -> Leaving:
    user, place = membership.user, cast("str", membership.municipality_id)
    roles = Membership.objects.current().filter(user=user, municipality=place).select_related("municipality")
    ending = [each for each in roles if can_hand_over(by, each)]
    staying = [each for each in roles if each not in ending]
    stays_as = {each.role for each in staying}
    # Whoever keeps a role with which they may do the work goes on with it.
    apps = [
        app
        for app, may in APPS
        if may(by, place) and not any(stays_as & set(kind.roles) for kind in app.KINDS)
    ]
    piles = [(kind, kind.held(user, place).count()) for app in apps for kind in app.KINDS]
    is_coordinator = any(each.role == Role.COORDINATOR for each in ending)
    others = User.objects.with_role({Role.COORDINATOR}, place).exclude(pk=user.pk)
    return Leaving(
        user=user,
        place=place,
        ending=ending,
        staying=staying,
        apps=apps,
        piles=[(kind, number) for kind, number in piles if number],
        is_last_coordinator=is_coordinator and not others.exists(),
    )


@transaction.atomic
def hand_over(membership: Membership, to: Mapping[str, User], *, by: User) -> list[Handover]:
    """Pass on all that somebody has in hand in a municipality, and end their roles and sessions at once.

    `to` names a colleague for each kind of work. A role that has ended already leaves work behind, too.
    """
    if not can_hand_over(by, membership):
        raise PermissionDenied(f"{by} may not hand over the work of {membership.user}")
    # Twice at once: one after the other.
    User.objects.select_for_update(no_key=True).get(pk=membership.user_id)
    # Nor do two coordinators leave at once, each counting on the other.
    coordinators = Membership.objects.current().filter(
        municipality=membership.municipality_id, role=Role.COORDINATOR
    )
    list(coordinators.select_for_update().order_by("pk").values_list("pk"))
    who = leaving(membership, by)
    if who.is_last_coordinator:
        raise ValidationError(_("Nobody else coordinates this office. Give that role to a colleague first."))
    moved: dict[User, dict[str, list[int]]] = defaultdict(dict)
    for app in who.apps:
        for kind, keys in app.hand_over(who.user, to, place=who.place, by=by).items():
            moved[to[kind]][kind] = keys
    for each in who.ending:
        end_membership(each, on=None, by=by)
    end_sessions(who.user)
    made = [
        Handover.objects.create(
            leaver=who.user, successor=successor, municipality_id=who.place, by=by, moved=kinds
        )
        for successor, kinds in moved.items()
    ]
    for handover in made:
        notify([handover.successor], text=partial(_told, who.user), url=handover.get_absolute_url())
        # Restricted matters have another reader now: nobody gives them to themselves unseen.
        others = User.objects.with_role({Role.COORDINATOR}, who.place)
        others = others.exclude(pk__in=[by.pk, handover.successor_id])
        notify(others, text=partial(_told_others, handover), url=handover.get_absolute_url())
    return made


def _told(leaver: User) -> str:
    return _("The work of {name} is yours now. Read the briefing.").format(name=leaver)


def _told_others(handover: Handover) -> str:
    return _("{by} gave the work of {leaver} to {successor}.").format(
        by=handover.by, leaver=handover.leaver, successor=handover.successor
    )


class HandoverForm(forms.Form):
    """One colleague for everything, or another one for some kind of work."""

    everything = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Who goes on with the work?"), empty_label="–"
    )

    def __init__(self, *args: Any, who: Leaving, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = [kind for kind, _number in who.piles]
        is_desk = any(kind.roles == DESK_ROLES for kind in self.kinds)
        fields = cast("Any", self.fields)
        fields["everything"].queryset = self._colleagues(who, DESK_ROLES if is_desk else MUNICIPAL_ROLES)
        if not self.kinds:
            del self.fields["everything"]
        if len(self.kinds) < 2:
            return
        for kind, number in who.piles:
            fields[kind.name] = forms.ModelChoiceField(
                self._colleagues(who, kind.roles),
                label=f"{kind.label} ({number})",
                required=False,
                empty_label=_("The same colleague"),
            )

    @staticmethod
    def _colleagues(who: Leaving, roles: Any) -> Any:
        return User.objects.with_role(roles, who.place).exclude(pk=who.user.pk)

    @property
    def others(self) -> list[Any]:
        """The fields for a kind of work of its own."""
        return [self[name] for name in self.fields if name != "everything"]

    @property
    def has_nobody(self) -> bool:
        return "everything" in self.fields and not cast("Any", self.fields["everything"]).queryset.exists()

    def successors(self) -> dict[str, User]:
        """Who takes each kind. What comes in hand at the last moment goes with the rest."""
        data = self.cleaned_data
        chosen = {kind.name: data.get(kind.name) or data.get("everything") for kind in KINDS}
        return {name: user for name, user in chosen.items() if user is not None}


@dataclass
class Row:
    """Somebody in the list: the role by which they are found, all of them, and whether they have left."""

    membership: Membership
    roles: list[str]
    has_left: bool


def people_of(by: User) -> list[Row]:
    """Whose work `by` may pass on: those who work here, and those who have left some behind."""
    today = timezone.localdate()
    memberships = Membership.objects.visible_to(by).filter(municipality__isnull=False)
    here = set(memberships.current(today).filter(user__is_active=True).values_list("user", "municipality"))
    behind = {tuple(pair) for kind in KINDS for pair in kind.holders()}
    rows: dict[tuple[int, str], Row] = {}
    known = Q(accepted_at__isnull=False, user__in={user for user, _place in here | behind})
    for membership in (
        memberships.filter(known)
        .select_related("user", "municipality")
        .order_by("municipality__display_name", "user__name", "-starts_on", "-pk")
    ):
        key = (membership.user_id, cast("str", membership.municipality_id))
        if key not in here | behind or not can_hand_over(by, membership):
            continue
        row = rows.setdefault(key, Row(membership, [], has_left=key not in here))
        if (role := str(membership.get_role_display())) not in row.roles:
            row.roles.append(role)
    return sorted(rows.values(), key=lambda row: not row.has_left)


@require_safe
def handover_list(request: SignedInRequest) -> HttpResponse:
    """Whose work can be passed on, and what was passed on lately."""
    if not can_hand_over_somebody(request.user):
        raise PermissionDenied
    context = {
        "page": Paginator(people_of(request.user), PEOPLE_PER_PAGE).get_page(request.GET.get("page")),
        "latest": Handover.objects.visible_to(request.user).select_related("leaver", "successor")[:LATEST],
    }
    return render(request, "gai_portal/handover_list.html", context)


@require_http_methods(["GET", "POST"])
def handover_create(request: SignedInRequest, pk: int) -> HttpResponse:
    """What somebody has in hand, by number; who goes on with it; and off they go."""
    memberships = Membership.objects.visible_to(request.user).filter(municipality__isnull=False)
    membership = get_object_or_404(memberships.select_related("user", "municipality"), pk=pk)
    if not can_hand_over(request.user, membership):
        raise PermissionDenied
    who = leaving(membership, request.user)
    form = HandoverForm(request.POST if request.method == "POST" else None, who=who)

    def create() -> str:
        made = hand_over(membership, form.successors(), by=request.user)
        text = _("The work of {name} is handed over.") if made else _("The role of {name} has ended.")
        messages.success(request, text.format(name=who.user))
        return made[0].get_absolute_url() if len(made) == 1 else reverse("handover_list")

    if url := answer_form(request, form, create):
        return redirect(url)
    context = {"who": who, "form": form, "membership": membership}
    return render(request, "gai_portal/handover_create.html", context)


def get_handover(request: SignedInRequest, pk: int) -> Handover:
    handovers = Handover.objects.visible_to(request.user)
    return get_object_or_404(handovers.select_related("leaver", "successor", "municipality", "by"), pk=pk)


@require_safe
def handover_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """What went from whom to whom: how much of each kind."""
    handover = get_handover(request, pk)
    context = {
        "handover": handover,
        "piles": [(kind.label, len(handover.moved.get(kind.name, []))) for kind in KINDS],
        "may_list": can_hand_over_somebody(request.user),
        "may_read": can_read_briefing(request.user, handover),
    }
    return render(request, "gai_portal/handover_detail.html", context)


@dataclass(frozen=True)
class Section:
    """One kind of work in a briefing; `elsewhere` counts what the reader may not see, or is there no more."""

    label: str
    number: int
    entries: list[Entry]
    elsewhere: int


def briefing(handover: Handover, reader: User) -> list[Section]:
    sections = []
    for kind in KINDS:
        if keys := handover.moved.get(kind.name):
            entries = kind.entries(keys, reader)
            sections.append(Section(str(kind.label), len(keys), entries, len(keys) - len(entries)))
    return sections


@require_safe
def handover_briefing(request: SignedInRequest, pk: int) -> HttpResponse:
    """The briefing as a PDF: everything that went on, as far as whoever prints it may read it."""
    handover = get_handover(request, pk)
    if not can_read_briefing(request.user, handover):
        raise PermissionDenied
    sections = briefing(handover, request.user)
    entries = [entry for section in sections for entry in section.entries]
    log_access(request, Verb.PRINTED, handover)
    log_access_to_each(request, Verb.PRINTED, [entry.row for entry in entries if entry.row])
    soon = timezone.localdate() + COMING
    dates = ((day, text, entry.reference) for entry in entries for day, text in entry.dates)
    coming = sorted(date for date in dates if date[0] <= soon)
    context = {
        "handover": handover,
        "sections": sections,
        "coming": coming,
        "today": timezone.localdate(),
        "reader": request.user,
        "language": get_language(),
    }
    pdf = render_pdf("gai_portal/handover_pdf.html", context, css="pdf/briefing.css")
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="briefing-{handover.pk}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
