"""Asking others about a draft, hearing them, and telling them what was done."""

from datetime import timedelta
from typing import Any
from urllib.parse import urljoin
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import mail_to, notify
from action_plans.models import Consultation, ConsultationComment, ConsultationInvitation, Plan
from action_plans.permissions import can_comment_for_partner, can_run_consultation
from action_plans.services.plan import make_transition
from action_plans.services.tailoring import EditConflict
from action_plans.workflow import CONSULT
from gai_portal.lib.formats import format_day
from gai_portal.lib.keys import digest, new_key

INVITATIONS_A_DAY = 40  # of one plan


@transaction.atomic
def open_consultation(plan: Plan, values: dict[str, Any], *, by: User) -> Consultation:
    """Open a draft to partners and, if wanted, to the public, until a day. Its partners are told."""
    plan = make_transition(plan, CONSULT, by=by)
    consultation = Consultation.objects.create(
        plan=plan,
        opened_by=by,
        closes_on=values["closes_on"],
        is_public=values["is_public"],
        introduction=values["introduction"],
    )
    consultation.partners.set(values["partners"])
    _tell_partners(consultation)
    return consultation


def _tell_partners(consultation: Consultation) -> None:
    partner_ids = consultation.partners.values_list("pk", flat=True)
    notify(
        User.objects.speaking_for(partner_ids),
        text=lambda: (
            _("%(plan)s: your comments on the draft are wanted until %(day)s.")
            % {"plan": consultation.plan, "day": format_day(consultation.closes_on)}
        ),
        url=reverse("action_plans:consultation_read", args=[consultation.pk]),
    )


@transaction.atomic
def invite_to_comment(
    consultation: Consultation, *, name: str, email: str, organisation: str = "", by: User
) -> ConsultationInvitation:
    """Send somebody without an account a link that holds until the last day of the consultation."""
    consultation = (
        Consultation.objects.select_for_update(of=("self",)).select_related("plan").get(pk=consultation.pk)
    )
    if not can_run_consultation(by, consultation.plan) or not consultation.is_running:
        raise PermissionDenied(f"{by} may not invite to {consultation}")
    if consultation.invitations.filter(email__iexact=email, withdrawn_at=None).exists():
        raise ValidationError({"email": _("This address has an invitation already.")})
    today = timezone.now() - timedelta(days=1)
    sent = ConsultationInvitation.objects.filter(consultation__plan=consultation.plan, invited_at__gte=today)
    if sent.count() >= INVITATIONS_A_DAY:
        raise ValidationError(_("That is enough invitations for one day. Go on tomorrow."))
    key = new_key()
    invitation = ConsultationInvitation.objects.create(
        consultation=consultation,
        name=name,
        organisation=organisation,
        email=email.lower(),
        key_digest=digest(key),
    )
    _send_link(invitation, key, by=by)
    return invitation


def _send_link(invitation: ConsultationInvitation, key: str, *, by: User) -> None:
    """The only place where the key is written out: the database keeps its digest."""
    consultation = invitation.consultation
    with translation.override("pt"):
        mail_to(
            invitation.email,
            "action_plans/email/consultation_invitation.txt",
            subject=_("Your comments on the plan %(plan)s") % {"plan": consultation.plan},
            by=by,
            about=consultation.plan.get_absolute_url(),
            invitation=invitation,
            consultation=consultation,
            url=urljoin(settings.SITE_URL, reverse("consultation_invited", args=[key])),
        )


@transaction.atomic
def withdraw_invitation(invitation: ConsultationInvitation, *, by: User) -> None:
    """The link answers no more; what was said through it stays."""
    if not can_run_consultation(by, invitation.consultation.plan):
        raise PermissionDenied(f"{by} may not withdraw {invitation}")
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])


@transaction.atomic
def comment_on_draft(
    consultation: Consultation,
    values: dict[str, Any],
    *,
    once: UUID,
    by: User | None = None,
    invitation: ConsultationInvitation | None = None,
) -> ConsultationComment:
    """Hear somebody: a partner's account, an invited person, or, if the consultation is public, anybody.

    A second POST with the same one-time key gets the first one's comment.
    """
    consultation = Consultation.objects.select_for_update(of=("self",)).get(pk=consultation.pk)
    first = ConsultationComment.objects.filter(once=once).first()
    if first is not None and first.consultation_id == consultation.pk:
        return first
    if first is not None:  # another form's key
        once = uuid4()
    partner = None
    if by is not None:
        if not can_comment_for_partner(by, consultation):
            raise PermissionDenied(f"{by} is not asked in {consultation}")
        partner = consultation.partners.filter(pk__in=by.partner_ids()).first()
    elif not consultation.is_running or not _is_let_in(consultation, invitation):
        raise PermissionDenied(f"{consultation} takes no comments")
    return ConsultationComment.objects.create(
        consultation=consultation, author=by, partner=partner, invitation=invitation, once=once, **values
    )


def _is_let_in(consultation: Consultation, invitation: ConsultationInvitation | None) -> bool:
    """Asked again under the lock: a link may have been withdrawn since its page was opened."""
    if invitation is None:
        return consultation.is_public
    return consultation.invitations.filter(pk=invitation.pk, withdrawn_at=None).exists()


@transaction.atomic
def answer_comment(
    comment: ConsultationComment,
    *,
    resolution: str,
    reply: str,
    is_withheld: bool,
    version: int,
    by: User,
) -> ConsultationComment:
    """Say what the municipality does with a comment. EditConflict: a colleague has answered meanwhile."""
    comment = ConsultationComment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if not can_run_consultation(by, comment.consultation.plan):
        raise PermissionDenied(f"{by} may not answer {comment}")
    if comment.version != version:
        raise EditConflict(comment)
    comment.resolution, comment.reply, comment.is_withheld = resolution, reply, is_withheld
    comment.replied_by, comment.replied_at = (by, timezone.now()) if resolution else (None, None)
    comment.version += 1
    comment.save()
    return comment
