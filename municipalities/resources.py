"""What goes out to a spreadsheet and comes back: municipalities and partners, each by its code."""

from decimal import Decimal
from typing import Any

from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget

from gai_portal.lib.spreadsheets import NumberCell, SafeModelResource
from municipalities.models import Island, Municipality, Partner


class MunicipalityResource(SafeModelResource):
    island = Field(attribute="island", column_name="island", widget=ForeignKeyWidget(Island, "name"))
    area_km2 = Field(attribute="area_km2", column_name="area_km2", widget=NumberCell(Decimal))
    longitude = Field(attribute="longitude", column_name="longitude", widget=NumberCell(float))
    latitude = Field(attribute="latitude", column_name="latitude", widget=NumberCell(float))

    class Meta:
        model = Municipality
        import_id_fields = ["code"]
        fields = [
            "code",
            "island",
            "name",
            "display_name",
            "alternative_name",
            "slug",
            "seat",
            "municipal_day",
            "area_km2",
            "ine_code",
            "longitude",
            "latitude",
            "sources",
            "notes",
        ]
        export_order = fields
        clean_model_instances = True
        skip_unchanged = True

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("island")


class PartnerResource(SafeModelResource):
    class Meta:
        model = Partner
        import_id_fields = ["code"]
        fields = ["code", "kind", "name_pt", "name_en", "name_fr", "phone", "is_active"]
        export_order = fields
        clean_model_instances = True
        skip_unchanged = True
