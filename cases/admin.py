"""What the national level keeps for the desks. Enquiries are not here, nor is their history."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_site import RoleModelAdmin
from accounts.roles import NATIONAL_ROLES, Role
from cases.models import (
    Channel,
    Checklist,
    ChecklistItem,
    DeadlineRule,
    Language,
    LegalStatus,
    Outcome,
    RequesterType,
    Topic,
)
from cases.resources import TopicResource
from gai_portal.lib.uploads import SpreadsheetMixin

NAMES = ["name_pt", "name_en", "name_fr"]


class ReferenceAdmin(RoleModelAdmin):
    """A short list: what is no longer used is marked so, and stays for the records that name it."""

    readers = NATIONAL_ROLES
    writers = frozenset({Role.DGI_ADMINISTRATOR})
    list_display = ["code", "name_pt", "order", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["code", *NAMES]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """A code once given stays: another one would be another row."""
        return ["code"] if obj else []


class ChecklistItemInline(admin.TabularInline):
    """The documents of a checklist; who may change it may change them."""

    model = ChecklistItem
    extra = 1
    fields = ["code", *NAMES, "required", "order", "is_active"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return ReferenceAdmin._holds(request, ReferenceAdmin.readers)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return ReferenceAdmin._holds(request, ReferenceAdmin.writers)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return ReferenceAdmin._holds(request, ReferenceAdmin.writers)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Topic)
class TopicAdmin(SpreadsheetMixin, ReferenceAdmin):
    """Topics are written by officers, too."""

    resource_classes = [TopicResource]
    writers = NATIONAL_ROLES
    list_display = ["code", "name_pt", "parent", "is_sensitive", "is_restricted", "is_urgent", "is_active"]
    list_filter = ["is_restricted", "is_urgent", "is_active"]
    list_select_related = ["parent"]
    filter_horizontal = ["partners", "call_first", "checklists", "deadlines"]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


@admin.register(Checklist)
class ChecklistAdmin(ReferenceAdmin):
    inlines = [ChecklistItemInline]


@admin.register(Outcome)
class OutcomeAdmin(ReferenceAdmin):
    list_display = ["code", "name_pt", "closes", "order", "is_active"]


@admin.register(DeadlineRule)
class DeadlineRuleAdmin(ReferenceAdmin):
    list_display = ["code", "name_pt", "offset_hours", "is_active"]


admin.site.register([Channel, Language, LegalStatus, RequesterType], ReferenceAdmin)
