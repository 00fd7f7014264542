"""Users and their memberships, for national administrators. Nobody sees or types a password here."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy as _

from accounts.admin_site import RoleModelAdmin, RoleTabularInline
from accounts.models import AccessLog, Membership, User
from accounts.roles import Role
from accounts.services import end_membership, move_account, send_invitation, tell_of_role

ADMINISTRATORS = frozenset({Role.DGI_ADMINISTRATOR})
GIVEN = ("user", "role", "municipality", "partner")  # what a membership is about, besides its days
SAID = ("given_by", "given_at", "accepted_at", "ended_at")  # by whom, and what became of it


def administrator(request: HttpRequest) -> User:
    """Who asks: nobody else gets this far."""
    user: Any = request.user
    return user


class MembershipInline(RoleTabularInline):
    """A person's roles. What was given stays as it was given: it ends, and another one begins.

    A new person gets the first one here; one's own can be read only.
    """

    model = Membership
    fk_name = "user"
    extra = 0
    max_num = 1
    readers = writers = ADMINISTRATORS

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*GIVEN[1:], "accepted_at", "ended_at") if obj else ()

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, validate_max=obj is None, **kwargs)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj != request.user and super().has_change_permission(request, obj)


@admin.register(User)
class UserAdmin(RoleModelAdmin):
    """People. An account is closed, never deleted: what somebody recorded keeps its author."""

    readers = writers = ADMINISTRATORS
    fields = ["email", "name", "language", "is_active", "joined_at", "last_login"]
    readonly_fields = ["joined_at", "last_login", "another_role"]
    list_display = ["name", "email", "roles", "is_active", "last_login"]
    list_filter = ["is_active", "memberships__role", "memberships__municipality"]
    search_fields = ["name", "email"]
    inlines = [MembershipInline]
    actions = ["invite_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        related = ["memberships__municipality", "memberships__partner"]
        return super().get_queryset(request).prefetch_related(*related)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        is_other = obj is not None and obj != request.user
        return [*self.fields, "another_role"] if is_other else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Nobody closes their own account, nor moves it to an address that they may have mistyped."""
        own = ["email", "is_active"] if obj is not None and obj == request.user else []
        return [*self.readonly_fields, *own]

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        return "; ".join(str(membership) for membership in user.memberships.all())

    @admin.display(description=_("another role"))
    def another_role(self, user: User) -> str:
        url = f"{reverse('admin:accounts_membership_add')}?user={user.pk}"
        return format_html('<a href="{}">{}</a>', url, gettext("Give this person another role"))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            move_account(obj, former=form.initial["email"], by=administrator(request))
            messages.info(
                request,
                gettext("The former address was told, and a link to choose a password sent to the new one."),
            )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if not change:
            send_invitation(form.instance)
            form.instance.memberships.update(given_by=request.user)
            for membership in form.instance.memberships.all():
                tell_of_role(membership, by=administrator(request), is_new=True)
            messages.info(request, gettext("A link to choose a password was sent by e-mail."))

    @admin.action(description=_("Send a link to choose a password"))
    def invite_again(self, request: HttpRequest, users: QuerySet[User]) -> None:
        active = users.filter(is_active=True)
        for user in active:
            send_invitation(user)
        messages.info(
            request, gettext("Links to choose a password sent: {number}.").format(number=len(active))
        )


class MembershipForm(forms.ModelForm):
    """A role for somebody else: nobody gives one to themselves."""

    by: ClassVar[Any] = None  # the administrator, put here by `MembershipAdmin.get_form`

    def clean_user(self) -> User:
        user = self.cleaned_data["user"]
        if user == self.by:
            raise forms.ValidationError(
                gettext("Nobody gives a role to themselves: ask another administrator.")
            )
        return user


@admin.register(Membership)
class MembershipAdmin(RoleModelAdmin):
    """Who has which role, across all municipalities. A membership ends with its last day.

    Whose it is, which role and where stay as they were given; only the days are changed.
    """

    readers = writers = ADMINISTRATORS
    form = MembershipForm
    fields = [*GIVEN, "starts_on", "ends_on", *SAID]
    list_display = ["user", "role", "municipality", "partner", "starts_on", "ends_on", "accepted_at"]
    actions = ["end_now"]
    list_filter = ["role", "municipality"]
    list_select_related = ["user", "municipality", "partner"]
    search_fields = ["user__name", "user__email"]
    autocomplete_fields = ["user"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*GIVEN, *SAID) if obj else SAID

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_own = obj is not None and obj.user_id == request.user.pk
        return not is_own and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        if not change:
            obj.given_by = administrator(request)
        super().save_model(request, obj, form, change)
        if not change:
            tell_of_role(obj, by=administrator(request))

    @admin.action(permissions=["change"], description=_("End at once, and sign the person out"))
    def end_now(self, request: HttpRequest, memberships: QuerySet[Membership]) -> None:
        others = memberships.exclude(user=request.user.pk)
        for membership in others:
            end_membership(membership, on=None, by=administrator(request))
        messages.info(request, gettext("Roles ended: {number}.").format(number=len(others)))


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
