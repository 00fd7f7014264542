"""The national template and the plans in the admin.

A draft of the template is written here; plans are only read, or the admin would walk round the workflow.
"""

import io
import zipfile
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _

from accounts.admin_site import RoleModelAdmin
from accounts.models import User
from accounts.roles import NATIONAL_ROLES
from action_plans.forms.template import tidy_class
from action_plans.models import (
    Edition,
    EditionFile,
    FrameworkTarget,
    Plan,
    PlanStep,
    StrategicGoal,
    StrategicIndicator,
    Strategy,
    Template,
    TemplateArea,
    TemplateIndicator,
    TemplateMeasure,
    TemplateObjective,
    TemplateSection,
    TopicArea,
)
from action_plans.services.content import fingerprint
from action_plans.services.template import remove_item, save_item
from action_plans.workflow import TemplateState


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
    list_display = ["municipality", "years", "state", "edition_number", "decided_on", "is_demo"]
    list_filter = ["state", "municipality__island", "first_year", "is_demo"]
    list_select_related = ["municipality"]
    search_fields = ["municipality__display_name", "slug", "decision_reference"]
    inlines = [PlanStepInline, EditionInline]
    actions = ["download_pdf"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        return super().get_queryset(request).annotate(newest_edition=Max("editions__number"))

    @admin.display(description=_("period"), ordering="first_year")
    def years(self, plan: Plan) -> str:
        return plan.period

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
                request, gettext("None of these plans has a published PDF yet."), messages.WARNING
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


class DraftOnlyAdmin(RoleModelAdmin):
    """A part of the national template: written while its version is a draft, read-only ever after."""

    readers = writers = removers = NATIONAL_ROLES

    def _is_open(self, obj: Any) -> bool:
        if obj is None:
            return True
        return self.model.objects.filter(
            pk=obj.pk, **{f"{self.version_path}state": TemplateState.DRAFT}
        ).exists()

    @property
    def version_path(self) -> str:
        """The lookup from an item to its version: `objective__area__template__`, for example."""
        return f"{self.model.template_path}__"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_open(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_open(obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """New items go into a draft: nothing else may be chosen as their place."""
        parent = db_field.related_model
        path = "" if parent is Template else f"{getattr(parent, 'template_path', '')}__"
        if parent is Template or hasattr(parent, "template_path"):
            kwargs["queryset"] = parent.objects.filter(**{f"{path}state": TemplateState.DRAFT})
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Texts are tidied as on the pages."""
        return super().formfield_for_dbfield(db_field, request, **kwargs, **tidy_class(db_field))


@admin.register(Template)
class TemplateAdmin(DraftOnlyAdmin):
    """Versions begin and are issued in the workspace; here the head of a draft is edited."""

    removers = frozenset()
    list_display = ["number", "title_pt", "state", "issued_at"]
    readonly_fields = ["number", "state", "issued_at"]

    @property
    def version_path(self) -> str:
        return ""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ItemForm(forms.ModelForm):
    """An item with the fingerprint of what its editor read."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = fingerprint(self.instance)

    def clean(self) -> dict[str, Any]:
        """The draft is locked first, and stays so until the page has written: nobody gets in between."""
        data = super().clean() or self.cleaned_data
        if self.instance.pk:
            draft = Template.objects.select_for_update().get(pk=self.instance.document.pk)
            if not draft.is_draft:
                raise ValidationError(gettext("This version was issued meanwhile and no longer changes."))
            if data["seen"] != fingerprint(self.instance):
                raise ValidationError(
                    gettext("Somebody else has changed this meanwhile. Open it again to read what it says.")
                )
        return data


class ItemAdmin(DraftOnlyAdmin):
    """An item of a draft, under the rules of its own page: its code stays, and new ones go last."""

    form = ItemForm
    exclude = ["order"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        is_written = self.has_change_permission(request, obj)
        return [name for name in super().get_fields(request, obj) if is_written or name != "seen"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj else []

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One by one: an item takes along what hangs on it."""
        return {
            name: action for name, action in super().get_actions(request).items() if name != "delete_selected"
        }

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_item(obj, {}, by=cast("User", request.user))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        remove_item(obj, by=cast("User", request.user))


@admin.register(TemplateSection, TemplateArea)
class TemplatePartAdmin(ItemAdmin):
    list_display = ["code", "title_pt", "template"]
    list_filter = ["template"]
    list_select_related = ["template"]
    search_fields = ["code", "title_pt"]


@admin.register(TemplateObjective)
class TemplateObjectiveAdmin(ItemAdmin):
    list_display = ["code", "text_pt", "area"]
    list_filter = ["area__template"]
    list_select_related = ["area"]
    search_fields = ["code", "text_pt"]


@admin.register(TemplateMeasure, TemplateIndicator)
class TemplateItemAdmin(ItemAdmin):
    list_display = ["code", "text_pt", "objective"]
    list_filter = ["objective__area__template"]
    list_select_related = ["objective"]
    search_fields = ["code", "text_pt"]


@admin.register(Strategy, StrategicGoal, FrameworkTarget)
class StrategyAdmin(RoleModelAdmin):
    """The strategy and the global goals. What plans serve is never deleted."""

    readers = writers = NATIONAL_ROLES
    search_fields = ["code"]


@admin.register(StrategicIndicator)
class StrategicIndicatorAdmin(RoleModelAdmin):
    """By what the nation tells whether its goals are reached."""

    readers = writers = NATIONAL_ROLES
    list_display = ["text_pt", "goal", "baseline_value", "target_value", "target_year"]
    list_select_related = ["goal"]
    search_fields = ["text_pt", "goal__code"]


@admin.register(TopicArea)
class TopicAreaAdmin(RoleModelAdmin):
    """Which area a topic of the desk speaks about: written in the workspace, which keeps who did it."""

    readers = NATIONAL_ROLES
    list_display = ["topic_code", "area_code"]
    list_filter = ["area_code"]
    search_fields = ["topic_code", "area_code"]
