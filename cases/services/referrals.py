"""Every write around a referral: written, sent, answered, withdrawn, reminded of."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.access import Verb, record_access
from accounts.models import User
from accounts.roles import DESK_ROLES, Role
from accounts.services import mail_to, notify
from cases.models import Case, Enquiry, FollowUp, Person, Referral, ReferralQuerySet, ReferralStep, shareable
from cases.models.cases import TITLE_LIMIT
from cases.permissions import can_answer_referral, can_refer, can_share, can_work_on_referral, office_of
from cases.retention import PERSON, leading_to
from cases.services.desk import held_matter
from cases.services.follow_ups import end_follow_up, note_follow_up
from cases.workflow import ANSWERS, LAPSE, PARTNER_STATES, SEND, WITHDRAW, ReferralMove, ReferralState
from gai_portal.lib.formats import format_day
from gai_portal.lib.keys import digest, key_from
from gai_portal.lib.locks import locked
from gai_portal.lib.personal import pointing_at_somebody
from municipalities.models import Partner

LONGEST = timedelta(days=366)  # that a partner may take for an answer


class ReferralChanged(Exception):
    """Somebody else has changed the draft since it was opened, or has sent it."""


@transaction.atomic
def draft_referral(
    about: Case | Enquiry, *, partner: Partner, reason: str, shares: Iterable[str] = (), by: User
) -> Referral:
    """Write a referral. Nobody outside sees it before it is sent."""
    about = _unchanged(about)
    if not can_refer(by, about):
        raise PermissionDenied(f"{by} may not refer {about}")
    referral = Referral(
        office=office_of(about),
        case=about if isinstance(about, Case) else None,
        enquiry=about if isinstance(about, Enquiry) else None,
        person=about.person,
        author=by,
    )
    return _write(referral, partner, reason, shares, by)


@transaction.atomic
def change_referral(
    referral: Referral, *, partner: Partner, reason: str, shares: Iterable[str] = (), version: int, by: User
) -> Referral:
    """Put a draft right, unless somebody else did so, or sent it, after `version` was read."""
    about = _unchanged(referral.about)
    referral = _locked(referral, by)
    if referral.version != version or not referral.is_draft:
        raise ReferralChanged
    referral.version += 1
    referral.person = about.person
    return _write(referral, partner, reason, shares, by)


def _unchanged(about: Case | Enquiry) -> Case | Enquiry:
    """The case or the enquiry, locked with its person: nobody is erased while their name is copied."""
    now = held_matter(about)
    if now.person_id != about.person_id:
        raise ValidationError(_("The record has changed meanwhile. Choose again what to share."))
    return now


def _write(referral: Referral, partner: Partner, reason: str, shares: Iterable[str], by: User) -> Referral:
    if not reason.strip():
        raise ValidationError({"reason": _("Write what the partner is asked for.")})
    if found := pointing_at_somebody(reason):
        problem = _("Take out what points at one person: %(found)s") % {"found": ", ".join(found[:5])}
        raise ValidationError({"reason": problem})
    referral.partner, referral.reason = partner, reason.strip()
    referral.shared = _agreed(referral.person, partner, list(shares), by)
    referral.save()
    return referral


def _agreed(person: Person | None, partner: Partner, keys: list[str], by: User) -> dict[str, str]:
    """What is ticked, as it stands on record now. Only with a person who agreed to this very partner."""
    if not keys:
        return {}
    if person is None or not can_share(by, person, partner):
        problem = _("The person has not agreed to share anything with {partner}.")
        raise ValidationError(problem.format(partner=partner))
    offered = shareable(person)
    if not offered.keys() >= set(keys):
        raise ValidationError(_("The record has changed meanwhile. Choose again what to share."))
    return {key: offered[key] for key in keys}


@transaction.atomic
def send_referral(referral: Referral, *, way: str, due_on: date, email: str = "", by: User) -> Referral:
    """Hand it over, for the first time or once more. Every sending has a link of its own; former ones end.

    What is shared is read from the record when it is first sent, and never again.
    """
    referral = _locked(referral, by)
    _check(referral, SEND)
    today = timezone.localdate()
    if not today < due_on <= today + LONGEST:
        raise ValidationError({"due_on": _("Choose a day within a year.")})
    if way == ReferralStep.Way.EMAIL and not email:
        raise ValidationError({"email": _("Write the partner's e-mail address.")})
    if referral.is_draft:
        if referral.shared and referral.person != referral.about.person:
            raise ValidationError(_("The record has changed meanwhile. Choose again what to share."))
        referral.shared = _agreed(referral.person, referral.partner, list(referral.shared), by)
        referral.sent_at = timezone.now()
    elif referral.shared and not (referral.person and can_share(by, referral.person, referral.partner)):
        problem = _("The person has not agreed to share anything with {partner}.")
        raise ValidationError(problem.format(partner=referral.partner))
    referral.due_on, referral.email, referral.reminded_at = due_on, email or referral.email, None
    referral.link_seed = secrets.token_hex(16)
    referral.link_digest = digest(key_from(referral.link_seed))
    last = due_on + timedelta(days=settings.REFERRAL_LINK_DAYS)
    referral.link_ends_at = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
    _move(referral, SEND, way=way, by=by)
    if referral.shared:
        how = email if way == ReferralStep.Way.EMAIL else ReferralStep.Way(way).label
        why = f"{referral.reference}, {referral.partner}, {how}"
        record_access(Verb.SHARED, referral.person, by=by, why=why)  # type: ignore[arg-type]  # checked above
    if way == ReferralStep.Way.EMAIL:
        _mail(referral, "cases/email/referral.txt", lambda: _("A referral from {office}: {number}"), by)
    _tell_partner(referral, lambda: _("{office} sends you a referral: {number}."))
    return referral


@transaction.atomic
def answer_referral(
    referral: Referral,
    *,
    state: str,
    text: str = "",
    way: str,
    by: User | None = None,
    key: str = "",
    once: UUID | None = None,
    address: str | None = None,
) -> Referral:
    """What the partner says: with its account (`by`), with the `key` of a link, or as told to the desk.

    A second POST with the same one-time key `once` changes nothing.
    """
    rows = Referral.objects.with_work()
    referral = locked(rows, referral.pk)
    first = ReferralStep.objects.filter(once=once).first() if once else None
    if first is not None and first.referral_id == referral.pk:
        return referral
    if first is not None:  # another form's key
        once = None
    match way:
        case ReferralStep.Way.LINK:
            may = by is None and rows.for_key(key).filter(pk=referral.pk).exists()
        case ReferralStep.Way.ACCOUNT:
            may = by is not None and can_answer_referral(by, referral)
        case _:
            may = by is not None and can_work_on_referral(by, referral)
    if not may or state not in ANSWERS:
        raise PermissionDenied(f"{by or 'A link'} may not answer {referral}")
    move = ANSWERS[ReferralState(state)]
    _check(referral, move)
    if move.needs_text and not text.strip():
        raise ValidationError({"text": _("Write a short answer.")})
    _move(referral, move, way=way, by=by, text=text.strip(), once=once)
    if way != ReferralStep.Way.DESK:
        record_access(Verb.ANSWERED, referral, by=by, who=_who(referral, by), address=address)
        _tell_desk(referral)
    return referral


@transaction.atomic
def withdraw_referral(referral: Referral, *, by: User) -> Referral:
    """Take it back: the partner sees it no longer, and its link opens nothing. Twice changes nothing."""
    referral = _locked(referral, by)
    if referral.state == ReferralState.WITHDRAWN:
        return referral
    _check(referral, WITHDRAW)
    return _move(referral, WITHDRAW, way=ReferralStep.Way.DESK, by=by)


def call_back_referrals(person: Person, *, by: User | None) -> None:
    """Whoever is erased is sent to nobody any more, and partners are asked to delete what they were told.

    Inside a transaction of the caller, who sees to the rights and empties the rows.
    """
    _call_back(Referral.objects.filter(leading_to(PERSON["Referral"], [person.pk])), by)


def call_back_what_was_shared(case: Case, former: Person, *, by: User) -> None:
    """The case was never `former`'s: what partners were told of them for it, they are asked to delete.

    Inside a transaction of the caller, who sees to the rights.
    """
    rows = Referral.objects.of_case(case).filter(person=former, sent_at__isnull=False)
    _call_back(rows.exclude(shared={}), by)


def _call_back(rows: ReferralQuerySet, by: User | None) -> None:
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        referral = locked(Referral.objects.with_work(), pk)
        if referral.state in WITHDRAW.sources:
            _move(referral, WITHDRAW, way=ReferralStep.Way.ITSELF, by=by)
        if referral.sent_at is None or not referral.shared:
            continue
        _tell_partner(referral, lambda: _("Please delete what you were told with referral {number}."))
        if referral.email:
            subject = lambda: _("Please delete what you were told with referral {number}.")  # noqa: E731
            _mail(referral, "cases/email/referral_delete.txt", subject, by)


def record_reading(referral: Referral, *, by: User | None, address: str | None) -> None:
    """A partner reads: a line for the referral, and one for the person of whom something is shown."""
    read: list[Any] = [referral]
    if referral.seen_by_partner():
        read.append(referral.person)
    for row in read:
        record_access(Verb.READ, row, by=by, who=_who(referral, by), why=referral.reference, address=address)


def look_after_referrals() -> str:
    """Every night: partners are reminded before the day, and the desk is told when it has passed."""
    today = timezone.localdate()
    soon = today + timedelta(days=settings.REFERRAL_REMIND_DAYS)
    awaited = Referral.objects.awaited()
    late = list(awaited.filter(due_on__lt=today).values_list("pk", flat=True))
    due = awaited.filter(due_on__range=(today, soon), reminded_at=None, sent_at__date__lt=today)
    reminded = sum(_remind(pk) for pk in list(due.values_list("pk", flat=True)))
    return f"{reminded} reminded, {sum(_lapse(pk) for pk in late)} without an answer"


@transaction.atomic
def _remind(pk: int) -> bool:
    """Whether there was somebody to remind: a letter alone leaves no address."""
    referral = locked(Referral.objects.with_work(), pk)
    if not Referral.objects.awaited().filter(pk=pk, reminded_at=None).exists():
        return False  # answered or reminded a moment ago
    referral.reminded_at = timezone.now()
    referral.save(update_fields=["reminded_at"])
    mails = bool(referral.email and referral.link())
    if mails:
        subject = lambda: _("Reminder of a referral from {office}: {number}")  # noqa: E731
        _mail(referral, "cases/email/referral_reminder.txt", subject, None)
    told = _tell_partner(referral, lambda: _("{office} waits for your answer to referral {number}."))
    return mails or told > 0


@transaction.atomic
def _lapse(pk: int) -> bool:
    """Without an answer in time the desk has something to do again."""
    try:
        held_matter(Referral.objects.get(pk=pk).about)
    except ValidationError:
        return False  # the person was erased a moment ago, and the referral withdrawn
    referral = locked(Referral.objects.with_work(), pk)
    if not Referral.objects.awaited().filter(pk=pk, due_on__lt=timezone.localdate()).exists():
        return False  # answered, or sent once more a moment ago
    _move(referral, LAPSE, way=ReferralStep.Way.ITSELF, by=None)
    case = referral.case
    if case is None or case.is_running:
        worker = (case.assigned_to if case else None) or referral.author
        is_there = worker.has_role_in(referral.keeper.municipality_id, DESK_ROLES)
        title = _("{number}: no answer from {partner}").format(
            number=referral.reference, partner=referral.partner.name_pt
        )
        referral.follow_up = note_follow_up(
            referral.about,
            title=Truncator(title).chars(TITLE_LIMIT),
            due_on=timezone.localdate(),
            assigned_to=worker if is_there else None,
            source=FollowUp.Source.REFERRAL,
            author=referral.author,
        )
        referral.save(update_fields=["follow_up"])
    _tell_desk(referral)
    return True


def _locked(referral: Referral, by: User) -> Referral:
    referral = locked(Referral.objects.with_work(), referral.pk)
    if not can_work_on_referral(by, referral):
        raise PermissionDenied(f"{by} may not change {referral}")
    return referral


def _check(referral: Referral, move: ReferralMove) -> None:
    if referral.state not in move.sources:
        said = _("Meanwhile this referral is in the state “{state}”.")
        raise ValidationError(said.format(state=referral.get_state_display()))


def _move(
    referral: Referral,
    move: ReferralMove,
    *,
    way: str,
    by: User | None,
    text: str = "",
    once: UUID | None = None,
) -> Referral:
    referral.state = move.target
    referral.version += 1
    referral.save()
    ReferralStep.objects.create(
        referral=referral, state=move.target, way=way, by=by, text=text, once=once or uuid4()
    )
    if referral.follow_up_id is None:
        return referral
    follow_ups = FollowUp.objects.open().select_for_update(of=("self",))
    for follow_up in follow_ups.filter(pk=referral.follow_up_id):
        with translation.override(settings.LANGUAGE_CODE):  # whatever the partner's browser asked for
            said = str(referral.get_state_display())
        end_follow_up(follow_up, result=said, dropped=True, by=by or referral.author)
    return referral


def _who(referral: Referral, by: User | None) -> str:
    """How the access log calls a reader without an account: by the partner whose link it was."""
    return "" if by else f"{referral.partner}: {referral.reference}"


def _names(referral: Referral) -> dict[str, Any]:
    return {
        "office": referral.keeper,
        "number": referral.reference,
        "partner": referral.partner,
        "state": referral.get_state_display(),
    }


def _tell_partner(referral: Referral, text: Any) -> int:
    """Everybody with an account who speaks for the partner. How many they are."""
    users = list(User.objects.speaking_for([referral.partner_id]))
    is_there = referral.state in PARTNER_STATES
    url = reverse("cases:received_detail", args=[referral.pk]) if is_there else reverse("cases:received_list")
    notify(users, text=lambda: text().format(**_names(referral)), url=url)
    return len(users)


def _tell_desk(referral: Referral) -> None:
    """Whoever wrote it and whoever has the case, or the coordination when neither is there any more."""
    town = referral.keeper.municipality_id
    concerned = [referral.author_id, referral.case.assigned_to_id if referral.case else None]
    there = User.objects.with_role(DESK_ROLES, town).filter(pk__in=concerned)
    notify(
        there or User.objects.with_role({Role.COORDINATOR}, town),
        text=lambda: _("Referral {number}, {partner}: {state}.").format(**_names(referral)),
        url=referral.get_absolute_url(),
    )


def _mail(referral: Referral, template: str, subject: Any, by: User | None) -> None:
    """A notice with the link and nothing of the person, in the language of the country."""
    with translation.override("pt"):
        mail_to(
            referral.email,
            template,
            subject=subject().format(**_names(referral)),
            by=by or referral.author,
            about=referral.get_absolute_url(),
            referral=referral,
            due=format_day(referral.due_on),
            url=referral.link(),
        )


def used_address(office_id: int, partner: Partner) -> str:
    """The e-mail address that an office wrote to last when it referred somebody to this partner."""
    sent = Referral.objects.filter(office=office_id, partner=partner).exclude(email="")
    return sent.order_by(F("sent_at").desc(nulls_last=True)).values_list("email", flat=True).first() or ""
