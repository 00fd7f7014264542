"""Topics as a table that goes out to a spreadsheet program and comes back."""

from typing import Any

from import_export.fields import Field
from import_export.widgets import ForeignKeyWidget, ManyToManyWidget

from cases.models import Checklist, DeadlineRule, Topic
from gai_portal.lib.spreadsheets import SafeModelResource
from municipalities.models import Partner

SEPARATOR = "|"


class TopicResource(SafeModelResource):
    """Topics, each with its group, flags, partners, checklists and deadlines by code."""

    parent = Field(attribute="parent", column_name="group", widget=ForeignKeyWidget(Topic))
    partners = Field(
        attribute="partners",
        column_name="partners",
        widget=ManyToManyWidget(Partner, separator=SEPARATOR, field="code"),
    )
    call_first = Field(
        attribute="call_first",
        column_name="call_first",
        widget=ManyToManyWidget(Partner, separator=SEPARATOR, field="code"),
    )
    checklists = Field(
        attribute="checklists",
        column_name="checklists",
        widget=ManyToManyWidget(Checklist, separator=SEPARATOR),
    )
    deadlines = Field(
        attribute="deadlines",
        column_name="deadlines",
        widget=ManyToManyWidget(DeadlineRule, separator=SEPARATOR),
    )

    class Meta:
        model = Topic
        import_id_fields = ["code"]
        fields = [
            "code",
            "parent",
            "order",
            "name_pt",
            "name_en",
            "name_fr",
            "is_sensitive",
            "is_restricted",
            "is_urgent",
            "is_active",
            "partners",
            "call_first",
            "checklists",
            "deadlines",
        ]
        export_order = fields
        clean_model_instances = True
        skip_unchanged = True

    def get_queryset(self) -> Any:
        links = ("partners", "call_first", "checklists", "deadlines")
        return super().get_queryset().select_related("parent").prefetch_related(*links)
