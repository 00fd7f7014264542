"""What ties the conversations of somebody who gives no name together, at any office."""

from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import MunicipalityScopedQuerySet, User
from accounts.roles import DESK_ROLES
from cases.models.enquiries import Enquiry

CODE_LENGTH = 9  # random characters: docs/decisions/0015-return-codes.md


def digest_of(code: str) -> str:
    """What is kept of a code: it cannot be read back without this portal's secret key."""
    return salted_hmac("cases.return code", code, algorithm="sha256").hexdigest()


class ReturnCodeQuerySet(MunicipalityScopedQuerySet):
    """Return codes: known to whoever reads one of the conversations under them. The door is another way."""

    local_readers = DESK_ROLES

    def visible_to(self, user: User) -> Self:
        theirs = Enquiry.objects.visible_to(user).filter(return_code__isnull=False)
        return self.filter(pk__in=theirs.values("return_code"))

    def open(self) -> Self:
        """Those that have not ended."""
        return self.filter(ends_on__gte=timezone.localdate())


class ReturnCode(models.Model):
    """A code that somebody without a name carries, and by which any office finds their conversations.

    The code is not kept. When it ends or is given up the row goes, and with it all that ties these
    conversations together.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    given_at = models.DateTimeField(_("given"), default=timezone.now, editable=False)
    given_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("given by"), editable=False
    )
    ends_on = models.DateField(_("holds until"), db_index=True)

    objects = ReturnCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("return code")
        verbose_name_plural = _("return codes")

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """How it is called in the access log: the code itself stands nowhere."""
        return f"R{self.pk}"
