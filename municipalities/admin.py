"""Reference data of the territory: national administrators write it, national officers read it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_site import RoleModelAdmin
from accounts.roles import NATIONAL_ROLES, Role
from gai_portal.lib.uploads import SpreadsheetMixin
from municipalities.models import DemographicFigure, Island, Municipality, Office, Partner
from municipalities.resources import MunicipalityResource, PartnerResource


class ReferenceAdmin(RoleModelAdmin):
    readers = NATIONAL_ROLES
    writers = frozenset({Role.DGI_ADMINISTRATOR})


class SpreadsheetAdmin(SpreadsheetMixin, ReferenceAdmin):
    """Reference data that also comes and goes as a table: whoever reads exports, whoever writes imports."""

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self._holds(request, self.writers)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self._holds(request, self.readers | self.writers)


@admin.register(Island)
class IslandAdmin(ReferenceAdmin):
    list_display = ["name", "group", "group_code", "order"]


@admin.register(Municipality)
class MunicipalityAdmin(SpreadsheetAdmin):
    resource_classes = [MunicipalityResource]
    list_display = ["display_name", "code", "island", "seat", "ine_code"]
    list_filter = ["island"]
    list_select_related = ["island"]
    search_fields = ["code", "display_name", "alternative_name", "seat"]


@admin.register(DemographicFigure)
class DemographicFigureAdmin(ReferenceAdmin):
    """The national level's figures are kept here; a municipality's own are only read."""

    removers = frozenset({Role.DGI_ADMINISTRATOR})
    list_display = ["municipality", "kind", "nationality", "year", "value", "status", "origin"]
    list_filter = ["kind", "origin", "year"]
    list_select_related = ["municipality"]
    search_fields = ["municipality__display_name"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_municipal)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_municipal)


@admin.register(Office)
class OfficeAdmin(ReferenceAdmin):
    list_display = ["name", "code", "municipality", "phone", "is_open"]
    list_filter = ["is_open", "municipality__island"]
    list_select_related = ["municipality"]
    search_fields = ["name", "code", "municipality__display_name"]


@admin.register(Partner)
class PartnerAdmin(SpreadsheetAdmin):
    resource_classes = [PartnerResource]
    list_display = ["code", "name_pt", "kind", "phone", "is_active"]
    list_filter = ["kind", "is_active"]
    search_fields = ["code", "name_pt", "name_en", "name_fr"]
