"""The way around the workspace: each role sees the doors to its own work."""

from typing import Any, TypedDict

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from accounts.models import Notice, User
from accounts.permissions import can_read_people
from accounts.roles import DESK_ROLES, MUNICIPAL_ROLES, NATIONAL_ROLES
from municipalities.permissions import can_edit_offices


class Door(TypedDict):
    label: str
    url: str
    current: bool


def doors(user: User, unread: int) -> list[tuple[str, str]]:
    """What is called how, and the name of its address."""
    is_desk = bool(user.municipality_ids(DESK_ROLES))
    is_national = user.has_national_role(NATIONAL_ROLES)
    is_municipal = bool(user.municipality_ids(MUNICIPAL_ROLES))
    notices = ngettext("{number} new notice", "{number} new notices", unread).format(number=unread)
    offered = [
        (True, _("Home"), "workspace"),
        (is_desk, _("Desk"), "cases:desk"),  # its own pages are tabs there
        (is_municipal or is_national, _("Plans"), "action_plans:plan_list"),
        (bool(user.partner_ids()), _("Referrals"), "cases:received_list"),
        (bool(user.partner_ids()), _("Consultations"), "action_plans:consultation_list"),
        (is_national, _("Strategy"), "action_plans:strategy_detail"),
        (is_national, _("National template"), "action_plans:template_list"),
        (is_national, _("Guidance"), "cases:guidance_list"),
        (is_national, _("Concerns"), "cases:report_overview"),
        (can_edit_offices(user), _("Office"), "municipalities:office_list"),
        (can_read_people(user), _("People"), "accounts:person_list"),
        (is_national, _("Administration"), "admin:index"),
        (True, notices if unread else _("Notices"), "accounts:notice_list"),
    ]
    return [(label, name) for is_offered, label, name in offered if is_offered]


def unread_notices(request: HttpRequest) -> int:
    """How many lines of one's inbox are new; asked once per request."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) and not (user and user.is_authenticated):
        return 0
    asked: Any = request
    if not hasattr(asked, "_unread_notices"):
        asked._unread_notices = Notice.objects.visible_to(user).unread().count()
    return asked._unread_notices


def workspace_nav(request: HttpRequest) -> list[Door]:
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return []
    found = [(label, reverse(name)) for label, name in doors(request.user, unread_notices(request))]
    # The closest: the home's address begins all others.
    here = max((url for _label, url in found if request.path.startswith(url)), key=len, default="")
    home = reverse("workspace")
    return [
        Door(label=label, url=url, current=url == here and (url != home or request.path == home))
        for label, url in found
    ]
