"""Plans in the admin: read, found, downloaded; never written, or the admin would walk round the workflow."""

import io
import zipfile
from typing import Any

from django.contrib import admin, messages
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _

from accounts.admin_site import RoleModelAdmin
from accounts.roles import NATIONAL_ROLES
from action_plans.models import Edition, EditionFile, Plan, PlanStep


class ReadOnlyInline(admin.TabularInline):
    """Rows shown below what they belong to."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever may open the page around it

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PlanStepInline(ReadOnlyInline):
    model = PlanStep
    fields = ["at", "name", "by", "comment"]
    readonly_fields = ["at", "name", "by", "comment"]


class EditionInline(ReadOnlyInline):
    model = Edition
    fields = ["number", "published_at", "published_by", "verification_code", "gazette_reference"]
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        return super().get_queryset(request).defer("snapshot").select_related("plan__municipality")


@admin.register(Plan)
class PlanAdmin(RoleModelAdmin):
    readers = NATIONAL_ROLES
    list_display = ["municipality", "period", "state", "edition_number", "decided_on", "is_demo"]
    list_filter = ["state", "municipality__island", "first_year", "is_demo"]
    list_select_related = ["municipality"]
    search_fields = ["municipality__display_name", "slug", "decision_reference"]
    inlines = [PlanStepInline, EditionInline]
    actions = ["download_pdf"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        return super().get_queryset(request).annotate(newest_edition=Max("editions__number"))

    @admin.display(description=_("edition"), ordering="newest_edition")
    def edition_number(self, plan: Any) -> int | None:
        return plan.newest_edition

    @admin.action(permissions=["view"], description=_("Download PDF"))
    def download_pdf(self, request: HttpRequest, plans: QuerySet[Plan]) -> HttpResponse | None:
        """The current edition of each plan chosen: one as it is, several in an archive."""
        current = Edition.objects.current().filter(plan__in=plans.values("pk"))
        files = list(
            EditionFile.objects.filter(edition__in=current, language="pt").select_related("edition__plan")
        )
        if not files:
            self.message_user(
                request, gettext("None of these plans has been published yet."), messages.WARNING
            )
            return None
        if len(files) == 1:
            content, name, kind = bytes(files[0].pdf), f"{_name(files[0])}.pdf", "application/pdf"
        else:
            content, name, kind = _archive(files), "planos.zip", "application/zip"
        response = HttpResponse(content, content_type=kind)
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _name(file: EditionFile) -> str:
    return f"{file.edition.plan.slug}-{file.edition.number}"


def _archive(files: list[EditionFile]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as folder:
        for file in files:
            folder.writestr(f"{_name(file)}.pdf", bytes(file.pdf))
    return archive.getvalue()


@admin.register(Edition)
class EditionAdmin(RoleModelAdmin):
    readers = NATIONAL_ROLES
    list_display = ["plan", "number", "published_at", "verification_code", "gazette_reference"]
    list_filter = ["plan__municipality__island", "plan__is_demo"]
    list_select_related = ["plan__municipality"]
    search_fields = ["plan__municipality__display_name", "verification_code", "gazette_reference"]
    fields = [
        "plan",
        "number",
        "published_at",
        "published_by",
        "verification_code",
        "gazette_reference",
        "public_page",
    ]
    readonly_fields = ["public_page"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        return super().get_queryset(request).defer("snapshot")

    @admin.display(description=_("public page"))
    def public_page(self, edition: Edition) -> str:
        return format_html('<a href="{0}">{0}</a>', edition.get_absolute_url())
