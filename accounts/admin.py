"""Users and their memberships, for national administrators. Nobody sees or types a password here."""

from typing import Any

from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy as _

from accounts.admin_site import RoleModelAdmin, RoleTabularInline
from accounts.models import AccessLog, Membership, User
from accounts.roles import Role
from accounts.services import send_invitation

ADMINISTRATORS = frozenset({Role.DGI_ADMINISTRATOR})


class MembershipInline(RoleTabularInline):
    """A person's roles. One's own can be read only: somebody else has to be left who administers."""

    model = Membership
    extra = 0
    readers = writers = ADMINISTRATORS

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj != request.user and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj != request.user and super().has_change_permission(request, obj)


@admin.register(User)
class UserAdmin(RoleModelAdmin):
    """People. An account is closed, never deleted: what somebody recorded keeps its author."""

    readers = writers = ADMINISTRATORS
    fields = ["email", "name", "language", "is_active", "joined_at", "last_login"]
    readonly_fields = ["joined_at", "last_login"]
    list_display = ["name", "email", "roles", "is_active", "last_login"]
    list_filter = ["is_active", "memberships__role", "memberships__municipality"]
    search_fields = ["name", "email"]
    inlines = [MembershipInline]
    actions = ["invite_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        related = ["memberships__municipality", "memberships__partner"]
        return super().get_queryset(request).prefetch_related(*related)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Nobody closes their own account."""
        own = ["is_active"] if obj is not None and obj == request.user else []
        return [*self.readonly_fields, *own]

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        return "; ".join(str(membership) for membership in user.memberships.all())

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        if not change:
            obj.set_unusable_password()
        elif "email" in form.changed_data:
            # The sign-in library's own list would let the former address ask for a new password.
            EmailAddress.objects.filter(user=obj).delete()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        super().save_related(request, form, formsets, change)
        if not change:
            send_invitation(form.instance)
            messages.info(request, gettext("A link to choose a password was sent by e-mail."))

    @admin.action(description=_("Send a link to choose a password"))
    def invite_again(self, request: HttpRequest, users: QuerySet[User]) -> None:
        active = users.filter(is_active=True)
        for user in active:
            send_invitation(user)
        messages.info(
            request, gettext("Links to choose a password sent: {number}.").format(number=len(active))
        )


@admin.register(Membership)
class MembershipAdmin(RoleModelAdmin):
    """Who has which role, across all municipalities. A membership ends with its last day."""

    readers = writers = ADMINISTRATORS
    list_display = ["user", "role", "municipality", "partner", "starts_on", "ends_on"]
    list_filter = ["role", "municipality"]
    list_select_related = ["user", "municipality", "partner"]
    search_fields = ["user__name", "user__email"]
    autocomplete_fields = ["user"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_own = obj is not None and obj.user_id == request.user.pk
        return not is_own and super().has_change_permission(request, obj)


@admin.register(AccessLog)
class AccessLogAdmin(RoleModelAdmin):
    """That a record was read. A reason may tell of the person, so it stays with the office."""

    readers = ADMINISTRATORS
    fields = ["at", "who", "user", "scope", "address", "verb", "kind", "key", "label", "municipality"]
    list_display = ["at", "who", "scope", "verb", "kind", "label", "municipality"]
    list_display_links = None
    list_filter = ["verb", "municipality", "kind"]
    search_fields = ["who", "label", "key"]
    show_full_result_count = False
