"""The admin, opened by role: what even an administrator sees is what the roles table says."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import NATIONAL_ROLES, Role
from gai_portal.lib.text import fold


class PortalAdminSite(admin.AdminSite):
    """The one admin site, for national officers and administrators."""

    site_header = site_title = _("National administration")
    index_title = _("What the national level keeps")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only what names its readers; libraries register tables that nobody has to see."""
        if admin_class is not None and issubclass(admin_class, ByRole):
            super().register(model_or_iterable, admin_class, **options)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """In the reader's alphabet: an accent does not send a name behind the Z."""
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: fold(str(model["name"])))
        return sorted(apps, key=lambda app: fold(str(app["name"])))

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and user.is_active and user.has_national_role(NATIONAL_ROLES)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """Somebody who has signed in and has no right here is told so, and not asked to sign in again."""
        admin_view = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return admin_view(request, *args, **kwargs)

        return update_wrapper(guarded, admin_view)

    # There is one place to sign in, and one to change a password.
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> Any:
        here = reverse("admin:index", current_app=self.name)
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next", here))
        if not self.has_permission(request):
            raise PermissionDenied
        return redirect(here)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_logout")


class ByRole:
    """Read and written by the national roles that it names: by default nobody."""

    readers: ClassVar[frozenset[Role]] = frozenset()
    writers: ClassVar[frozenset[Role]] = frozenset()
    removers: ClassVar[frozenset[Role]] = frozenset()

    @staticmethod
    def _holds(request: HttpRequest, roles: frozenset[Role]) -> bool:
        return isinstance(request.user, User) and request.user.has_national_role(roles)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._holds(request, self.readers | self.writers)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._holds(request, self.readers | self.writers)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._holds(request, self.writers)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._holds(request, self.writers)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._holds(request, self.removers)


class RoleModelAdmin(ByRole, admin.ModelAdmin):
    """A model in the admin."""

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the page's own filters ask, and exact values of the columns that it shows.

        Django lets an address filter by any column and by any table that points here: from a topic to the
        enquiries about it, or to the characters of a password.
        """
        return lookup in self._asked_by_filters(request) | self._shown_columns(request)

    def _asked_by_filters(self, request: HttpRequest | None) -> set[str]:
        asked = {f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day") if self.date_hierarchy}
        for item in self.get_list_filter(request) if request else self.list_filter:
            path = item[0] if isinstance(item, tuple | list) else item
            if not isinstance(path, str):
                asked.add(getattr(path, "parameter_name", ""))
                continue
            asked |= {path, f"{path}__exact", f"{path}__isnull"}
            field = get_fields_from_path(self.model, path)[-1]
            if isinstance(field, models.ForeignKey):
                asked.add(f"{path}__{field.target_field.name}__exact")
            if isinstance(field, models.DateField):
                asked |= {f"{path}__gte", f"{path}__lt"}
        return asked

    def _shown_columns(self, request: HttpRequest | None) -> set[str]:
        shown = self.get_list_display(request) if request else self.list_display
        columns = {field.name for field in self.model._meta.concrete_fields} & set(map(str, shown))
        return columns | {f"{name}__exact" for name in columns}


class RoleTabularInline(ByRole, admin.TabularInline):
    """Rows edited on the page of the row that they belong to."""
