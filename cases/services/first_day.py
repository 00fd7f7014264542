"""The guide for the first day at a desk: its steps tick themselves off by what somebody really did."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AccessLog, User
from accounts.roles import DESK_ROLES
from cases.models import Case, Enquiry, FirstDay, Person

NEW_FOR = timedelta(days=30)
BLANK_FORM = "blank form"  # how the access log calls the sheet without anybody on it


@dataclass(frozen=True)
class Step:
    """One thing to try: where, why, and whether it was done."""

    key: str
    title: str
    text: str
    url_name: str
    is_done: bool


def steps_of(user: User) -> list[Step]:
    """In the order in which a first day meets them."""
    read = AccessLog.objects.filter(user=user)
    seen = FirstDay.objects.filter(user=user, keys_seen_at__isnull=False)
    return [
        Step(
            "record",
            _("Record an enquiry"),
            _("The next person who comes, without a name. Half a minute is enough."),
            "cases:desk",
            Enquiry.objects.filter(author=user).exists(),
        ),
        Step(
            "correct",
            _("Put an enquiry right, or take it back"),
            _("Open it and choose Correct. What you just recorded you can undo for 15 minutes."),
            "cases:enquiry_list",
            Enquiry.history.filter(history_user=user, history_type="~").exists(),
        ),
        Step(
            "search",
            _("Look for somebody"),
            _("By the name as you hear it. Nobody is recorded before this search."),
            "cases:person_search",
            read.filter(verb=AccessLog.Verb.SEARCHED, kind=Person._meta.label_lower).exists(),
        ),
        Step(
            "case",
            _("Open a case"),
            _("For what takes more than one visit. What is to be done in it stands under Today."),
            "cases:case_create",
            Case.objects.filter(author=user).exists(),
        ),
        Step(
            "paper",
            _("Print the blank form"),
            _("For days without power. Keep a few in a drawer."),
            "cases:blank_form_file",
            read.filter(verb=AccessLog.Verb.PRINTED, label=BLANK_FORM).exists(),
        ),
        Step(
            "keys",
            _("Learn the keys"),
            _("With R you are back at the form from everywhere at the desk."),
            "cases:shortcuts",
            seen.exists(),
        ),
    ]


def guide_for(user: User) -> list[Step]:
    """The steps, for somebody new at a desk who has not done them all nor put the guide away."""
    today = timezone.localdate()
    desks = [membership for membership in user.current_memberships if membership.role in DESK_ROLES]
    if not desks or any(membership.starts_on < today - NEW_FOR for membership in desks):
        return []
    if FirstDay.objects.filter(user=user, dismissed_at__isnull=False).exists():
        return []
    steps = steps_of(user)
    return [] if all(step.is_done for step in steps) else steps


def see_keys(*, by: User) -> None:
    FirstDay.objects.update_or_create(user=by, defaults={"keys_seen_at": timezone.now()})


def put_guide_away(*, by: User) -> None:
    FirstDay.objects.update_or_create(user=by, defaults={"dismissed_at": timezone.now()})
