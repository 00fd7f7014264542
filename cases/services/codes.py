"""Return codes: given to somebody without a name, carried on, given up, forgotten when they end."""

from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases.models import CODE_LENGTH, Enquiry, ReturnCode, digest_of
from cases.permissions import can_give_code
from gai_portal.lib.codes import random_code
from gai_portal.lib.locks import locked


def usual_end_of_code() -> date:
    """So long a code holds after a conversation."""
    return timezone.localdate() + timedelta(days=settings.RETURN_CODE_DAYS)


@transaction.atomic
def give_code(enquiry: Enquiry, *, by: User) -> str:
    """The code under which this contact is found again: told now, and kept nowhere.

    One that was given before for the same conversations does not open them any more. What `by` may not read,
    such as another office's part, stays under the former code: only its bearer opens that.
    """
    enquiry = _locked(enquiry, by)
    code = random_code(length=CODE_LENGTH)
    fields = {
        "digest": digest_of(code),
        "given_at": timezone.now(),
        "given_by": by,
        "ends_on": usual_end_of_code(),
    }
    readable, is_all = _readable(enquiry, by)
    if enquiry.return_code_id and is_all:
        ReturnCode.objects.filter(pk=enquiry.return_code_id).update(**fields)
    else:
        readable.update(return_code=ReturnCode.objects.create(**fields))
    return code


@transaction.atomic
def end_code(enquiry: Enquiry, *, by: User) -> None:
    """The person gives the code up: nothing tells any more which conversations belonged together.

    Those that `by` may not read stay under it.
    """
    enquiry = _locked(enquiry, by)
    readable, is_all = _readable(enquiry, by)
    if enquiry.return_code is not None and is_all:
        enquiry.return_code.delete()
    else:
        readable.update(return_code=None)


def _readable(enquiry: Enquiry, by: User) -> tuple[QuerySet[Enquiry], bool]:
    """The conversations under the same code that `by` reads, and whether these are all of them."""
    if enquiry.return_code_id is None:
        return Enquiry.objects.filter(pk=enquiry.pk), True
    together = Enquiry.objects.filter(return_code=enquiry.return_code_id)
    keys = set(Enquiry.objects.visible_to(by).filter(pk__in=together).values_list("pk", flat=True))
    return Enquiry.objects.filter(pk__in=keys), len(keys) == together.count()


def continued(thread: ReturnCode) -> ReturnCode:
    """The code of a further conversation, inside the transaction that records it; it holds on from today."""
    still = ReturnCode.objects.select_for_update().open().filter(pk=thread.pk).first()
    if still is None:
        raise ValidationError(_("This code has ended meanwhile. Record the enquiry without it."))
    still.ends_on = max(still.ends_on, usual_end_of_code())
    still.save(update_fields=["ends_on"])
    return still


def forget_ended_codes() -> str:
    """Every night: codes that have ended, and those under which no conversation is left."""
    ended = Q(ends_on__lt=timezone.localdate()) | Q(enquiries=None)
    codes = ReturnCode.objects.filter(pk__in=ReturnCode.objects.filter(ended).values("pk"))
    _rows, by_model = codes.delete()
    return f"{by_model.get(ReturnCode._meta.label, 0)} codes"


def _locked(enquiry: Enquiry, by: User) -> Enquiry:
    enquiry = locked(Enquiry.objects.select_related("office", "return_code"), enquiry.pk)
    if not can_give_code(by, enquiry):
        raise PermissionDenied(f"{by} may not give a code for {enquiry}")
    return enquiry
