"""Tables that come in through the admin: looked at first, and confirmed by whoever sent them. Knows no app.

Between the look and the confirmation the file waits in the cache that all processes share, for an hour. Its
name is signed for one person and one list, so a name made up or taken from elsewhere opens nothing.
"""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ConfirmImportForm
from import_export.tmp_storages import CacheStorage

SALT = "gai_portal.upload"
KEPT = 60 * 60  # seconds


class WaitingUpload(CacheStorage):
    CACHE_LIFETIME = KEPT
    CACHE_PREFIX = "upload:"


class ConfirmOwnForm(ConfirmImportForm):
    """Confirms the import of a file that the same person has just sent for the same list."""

    def __init__(self, *args: Any, owner: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner

    def clean_import_file_name(self) -> str:
        try:
            owner, name = signing.loads(self.cleaned_data["import_file_name"], salt=SALT, max_age=KEPT)
        except (signing.BadSignature, ValueError):
            owner = name = None
        if owner != self.owner or WaitingUpload(name=name).read() is None:
            raise ValidationError(_("The file is not here any more. Choose it again."))
        return name


class SpreadsheetMixin(ImportExportMixin):
    """A list in the admin that goes out as a table and comes back."""

    formats = [CSV, XLSX]
    tmp_storage_class = WaitingUpload
    confirm_form_class = ConfirmOwnForm

    def _owner(self, request: HttpRequest) -> str:
        return f"{request.user.pk} {self.model._meta.label_lower}"

    def get_confirm_form_kwargs(self, request: HttpRequest, import_form: Any = None) -> dict[str, Any]:
        return super().get_confirm_form_kwargs(request, import_form) | {"owner": self._owner(request)}

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        initial = super().get_confirm_form_initial(request, import_form)
        if "import_file_name" in initial:
            signed = signing.dumps([self._owner(request), initial["import_file_name"]], salt=SALT)
            initial["import_file_name"] = signed
        return initial

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Says at the start of the way back what is wrong with what was confirmed."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            form = self.create_confirm_form(request)
            number = form.data.get("format", "")
            if not form.is_valid() or number not in map(str, range(len(self.get_import_formats()))):
                messages.error(request, _("The file is not here any more. Choose it again."))
                return redirect("admin:{}_{}_import".format(*self.get_model_info()))
        return super().process_import(request, **kwargs)
