"""An office's old list of enquiries, taken over into the portal."""

import secrets
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import MunicipalityScopedQuerySet, User
from accounts.roles import DESK_ROLES, Role
from cases.models.enquiries import Enquiry
from gai_portal.lib.kept import KeptForeignKey
from municipalities.models import Office

STANDS_STILL = timedelta(minutes=5)


class EnquiryImportQuerySet(MunicipalityScopedQuerySet):
    """Imports. Whoever sent the list sees it, and the coordinators of the office."""

    office_path = "office"
    local_readers = DESK_ROLES

    def visible_to(self, user: User) -> Self:
        mine = Q(author=user) | self.where(user, {Role.COORDINATOR})
        return super().visible_to(user).filter(mine)


def list_path(source: "EnquiryImport", filename: str) -> str:
    """A random name, from which nothing can be guessed."""
    return f"imports/{secrets.token_hex(16)}.json.gz"


class EnquiryImport(models.Model):
    """A list that an office kept before, and what became of its rows.

    The file holds the rows without the columns that say who somebody is, and goes once they are recorded.
    """

    class State(models.TextChoices):
        PREPARED = "prepared", _("In preparation")
        RUNNING = "running", _("Being recorded")
        DONE = "done", _("Recorded")
        UNDONE = "undone", _("Undone")

    office = KeptForeignKey(
        Office, on_delete=models.PROTECT, related_name="imports", verbose_name=_("office")
    )
    file_name = models.CharField(_("file"), max_length=120)
    checksum = models.CharField(max_length=32, editable=False)  # keyed: it tells nothing of the file
    file = models.FileField(upload_to=list_path, blank=True, editable=False)
    # [{"heading", "field", "why"}] in their order: what each column holds, or why it is not in the file.
    columns = models.JSONField(default=list, editable=False)
    other_sheets = models.JSONField(default=list, editable=False)
    # {field: {what stands in a cell: code}}; an empty cell has an answer, too.
    meanings = models.JSONField(default=dict, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PREPARED, editable=False)
    rows = models.PositiveIntegerField(_("rows"), editable=False)
    looked_at = models.PositiveIntegerField(default=0, editable=False)
    recorded = models.PositiveIntegerField(_("recorded"), default=0, editable=False)
    repeated = models.PositiveIntegerField(_("recorded before"), default=0, editable=False)
    faulty = models.PositiveIntegerField(_("not recorded"), default=0, editable=False)
    notes_left_out = models.PositiveIntegerField(default=0, editable=False)
    faults = models.JSONField(default=list, editable=False)  # [place, column, what is wrong]
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("author"), editable=False
    )
    sent_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    moved_at = models.DateTimeField(default=timezone.now, editable=False)  # when rows were last looked at
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True, editable=False)
    undone_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    objects = EnquiryImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of enquiries")
        verbose_name_plural = _("imports of enquiries")
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="import_undone_by_somebody",
                condition=Q(state="undone", undone_at__isnull=False, undone_by__isnull=False)
                | ~Q(state="undone") & Q(undone_at=None, undone_by=None),
            ),
            models.CheckConstraint(
                name="import_looks_at_its_own_rows", condition=Q(looked_at__lte=F("rows"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office.code}-I{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("cases:import_detail", args=[self.pk])

    @property
    def reference(self) -> str:
        return str(self)

    @property
    def is_prepared(self) -> bool:
        return self.state == self.State.PREPARED

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING

    @property
    def stands_still(self) -> bool:
        """Whatever was recording it has ended before the end."""
        return self.is_running and timezone.now() - self.moved_at > STANDS_STILL

    @property
    def shown_state(self) -> str:
        return str(self.State(self.state).label)


class ImportedRowQuerySet(MunicipalityScopedQuerySet):
    """Which enquiry came from which list: read by whoever reads the enquiry."""

    office_path = "enquiry__office"
    local_readers = DESK_ROLES

    def visible_to(self, user: User) -> Self:
        return super().visible_to(user).filter(enquiry__in=Enquiry.objects.visible_to(user))


class ImportedRow(models.Model):
    """An enquiry that came from a list, and by what the same row is known again."""

    source = models.ForeignKey(EnquiryImport, on_delete=models.PROTECT, related_name="imported_rows")
    enquiry = models.OneToOneField(Enquiry, on_delete=models.CASCADE, related_name="imported")
    key = models.CharField(max_length=32)  # a keyed digest: nobody can try what it was made of

    objects = ImportedRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        constraints = [models.UniqueConstraint(fields=["key", "source"], name="imported_row_once_per_import")]

    def __str__(self) -> str:
        return str(self.enquiry)
