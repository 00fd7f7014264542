"""The admin, opened by role: what even an administrator sees is what the roles table says."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import NATIONAL_ROLES, Role


class PortalAdminSite(admin.AdminSite):
    """The one admin site, for national officers and administrators."""

    site_header = site_title = _("National administration")
    index_title = _("What the national level keeps")

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and user.is_active and user.has_national_role(NATIONAL_ROLES)


class RoleModelAdmin(admin.ModelAdmin):
    """A model in the admin, read and written by the national roles that it names: by default nobody."""

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
