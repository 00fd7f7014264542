"""Who signs in, and what they may do where."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.roles import DESK_ROLES, MUNICIPAL_ROLES, NATIONAL_ROLES, PARTNER_ROLES, Role
from gai_portal.lib.safe_names import validate_person_name


class UserQuerySet(models.QuerySet["User"]):
    """People, by what they may do today."""

    def with_role(self, roles: Iterable[Role], municipality_id: str | None = None) -> Self:
        """Active people who hold one of `roles` today: in one municipality, if one is named."""
        memberships = Membership.objects.current().filter(role__in=list(roles))
        if municipality_id is not None:
            memberships = memberships.filter(municipality=municipality_id)
        return self.filter(is_active=True, pk__in=memberships.values("user"))

    def speaking_for(self, partner_ids: Iterable[int]) -> Self:
        """Active people who speak today for one of these partners."""
        memberships = Membership.objects.current().filter(role=Role.PARTNER, partner__in=list(partner_ids))
        return self.filter(is_active=True, pk__in=memberships.values("user"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # a class made at run time
    """Creates people by e-mail address, stored in lower case."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=self.normalize_email(username))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """The first national administrator of a new installation (`manage.py createsuperuser`)."""
        user = self.create_user(email, password, **fields)
        Membership.objects.create(user=user, role=Role.DGI_ADMINISTRATOR)
        return user


class User(AbstractBaseUser):
    """Somebody who signs in by e-mail. What they may do comes from their memberships alone."""

    email = models.EmailField(
        _("e-mail"), unique=True, error_messages={"unique": _("This e-mail already has an account.")}
    )
    name = models.CharField(_("name"), max_length=150, validators=[validate_person_name])
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=settings.LANGUAGES,
        default="pt",
        help_text=_("The language of the messages sent to this person."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    # Part of what a session is checked by: the next number ends all of this person's sessions.
    session_round = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["name", "email"]
        constraints = [
            models.CheckConstraint(name="user_email_in_lower_case", condition=Q(email=Lower("email"))),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        """An address is one account however it is typed."""
        super().clean()
        self.email = type(self).objects.normalize_email(self.email)

    @cached_property
    def current_memberships(self) -> list["Membership"]:
        """The memberships that run today, read once per request."""
        return list(self.memberships.current())

    def has_national_role(self, roles: Iterable[Role] = NATIONAL_ROLES) -> bool:
        return any(m.role in NATIONAL_ROLES.intersection(roles) for m in self.current_memberships)

    def has_role_in(self, municipality_id: str, roles: Iterable[Role]) -> bool:
        return municipality_id in self.municipality_ids(roles)

    def municipality_ids(self, roles: Iterable[Role] = MUNICIPAL_ROLES) -> set[str]:
        """ISO codes of the municipalities where this person holds one of `roles` today."""
        return {
            m.municipality_id for m in self.current_memberships if m.municipality_id and m.role in set(roles)
        }

    @cached_property
    def offices(self) -> list[Any]:
        """The offices of the municipalities where this person holds a role today, read once per request."""
        office: Any = self._meta.apps.get_model("municipalities.Office")
        codes = self.municipality_ids()
        return list(office.objects.filter(municipality__in=codes)) if codes else []

    def office_ids(self, roles: Iterable[Role] = MUNICIPAL_ROLES) -> set[int]:
        codes = self.municipality_ids(roles)
        return {office.pk for office in self.offices if office.municipality_id in codes}

    def partner_ids(self) -> set[int]:
        """Partners that this person speaks for today."""
        return {m.partner_id for m in self.current_memberships if m.partner_id}

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """A session holds while the password and the round are those that it was opened with."""
        of_password = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]  # the stubs do not know it
        if not self.session_round:
            return of_password
        return salted_hmac(
            "accounts.session_round", f"{of_password}{self.session_round}", secret=secret, algorithm="sha256"
        ).hexdigest()

    # The admin asks these. Rights come from memberships (accounts.admin_site), never from Django's tables.
    @property
    def is_staff(self) -> bool:
        return self.is_active and self.has_national_role()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class MunicipalityScopedQuerySet(models.QuerySet):
    """Base of every queryset whose rows belong to a municipality: nobody reads until the model says who."""

    municipality_path = "municipality"
    # Instead of it where rows hang on an office: the office's key is compared, and no table has to be joined.
    office_path = ""
    local_readers: frozenset[Role] = frozenset()
    national_readers: frozenset[Role] = frozenset()

    def visible_to(self, user: User) -> Self:
        """The rows that `user` may know of. Every view starts its fetch here."""
        if user.has_national_role(self.national_readers):
            return self
        return self.filter(self.where(user, self.local_readers))

    def where(self, user: User, roles: Iterable[Role]) -> Q:
        """In the municipalities where `user` holds one of `roles` today."""
        if self.office_path:
            return Q(**{f"{self.office_path}__in": user.office_ids(roles)})
        return Q(**{f"{self.municipality_path}__in": user.municipality_ids(roles)})


class MembershipQuerySet(MunicipalityScopedQuerySet):
    """Memberships. Read by those who answer for a municipality's people and who keep the accounts."""

    local_readers = frozenset({Role.COORDINATOR, Role.PLANNER, Role.APPROVER})
    national_readers = frozenset({Role.DGI_ADMINISTRATOR})

    def current(self, on: date | None = None) -> Self:
        """Only memberships that run on a day (today in the country's time zone, if none is given)."""
        on = on or timezone.localdate()
        return self.during(on, on)

    def during(self, first: date, last: date | None) -> Self:
        """Those that run on a day of a span; without a last day it has no end."""
        running = self.filter(Q(ends_on=None) | Q(ends_on__gte=first), ended_at=None).exclude(
            accepted_at=None
        )
        return running if last is None else running.filter(starts_on__lte=last)

    def pending(self) -> Self:
        """Invitations that nobody has accepted yet: they give no right to anything."""
        return self.filter(accepted_at=None, ended_at=None)


class Membership(models.Model):
    """A role that somebody holds in one municipality, for one partner or for the nation, from day to day."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("municipality"),
    )
    partner = models.ForeignKey(
        "municipalities.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("partner"),
    )
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("The last day. Empty: no end."))
    # Somebody who was invited takes the role when they say so; until then they are known as they were typed.
    accepted_at = models.DateTimeField(_("accepted"), null=True, default=timezone.now, editable=False)
    invited_as = models.CharField(
        max_length=150, blank=True, editable=False, validators=[validate_person_name]
    )
    given_at = models.DateTimeField(_("given"), default=timezone.now, editable=False)
    given_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("given by"),
    )
    ended_at = models.DateTimeField(_("ended at once"), null=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["user", "role", "starts_on"]
        constraints = [
            models.CheckConstraint(
                name="membership_scope_fits_role",
                condition=(
                    Q(role__in=sorted(MUNICIPAL_ROLES), municipality__isnull=False, partner__isnull=True)
                    | Q(role__in=sorted(PARTNER_ROLES), municipality__isnull=True, partner__isnull=False)
                    | Q(role__in=sorted(NATIONAL_ROLES), municipality__isnull=True, partner__isnull=True)
                ),
                violation_error_message=_(
                    "A municipal role needs a municipality, a partner a partner organisation, "
                    "and a national role neither."
                ),
            ),
            models.CheckConstraint(
                name="membership_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                name="membership_pending_was_offered_by_somebody",
                condition=Q(accepted_at__isnull=False) | (Q(given_by__isnull=False) & ~Q(invited_as="")),
            ),
        ]

    def __str__(self) -> str:
        scope = self.municipality or self.partner
        return f"{self.get_role_display()}, {scope}" if scope else str(self.get_role_display())

    @property
    def has_lapsed(self) -> bool:
        """Offered too long ago to be accepted."""
        return self.is_pending and timezone.now() - self.given_at > timedelta(days=settings.INVITATION_DAYS)

    @property
    def is_pending(self) -> bool:
        return self.accepted_at is None

    @property
    def person(self) -> str:
        """What the person is called; somebody who has not accepted yet, as whoever invited them typed it."""
        return self.invited_as if self.is_pending else str(self.user)

    def clean(self) -> None:
        """Whoever oversees the nation never reads people's records: nobody has both kinds of role at once."""
        if self.user_id is None or self.starts_on is None or self.is_pending:
            return
        kinds = (DESK_ROLES, NATIONAL_ROLES)
        never_with = next((kinds[1 - i] for i, kind in enumerate(kinds) if self.role in kind), frozenset())
        others = Membership.objects.filter(user=self.user_id, role__in=never_with).exclude(pk=self.pk)
        if others.during(self.starts_on, self.ends_on).exists():
            raise ValidationError(
                _(
                    "Nobody has a desk role and a national role at the same time: "
                    "the national level reads nobody's records."
                )
            )


class HandoverQuerySet(MunicipalityScopedQuerySet):
    """Handovers: read by the office's coordination, by whoever made one, and by whoever the work went to."""

    local_readers = frozenset({Role.COORDINATOR})
    national_readers = frozenset({Role.DGI_ADMINISTRATOR})

    def visible_to(self, user: User) -> Self:
        involved = self.where(user, MUNICIPAL_ROLES) & (Q(successor=user) | Q(by=user))
        return super().visible_to(user) | self.filter(involved)


class Handover(models.Model):
    """What somebody who left passed on to one colleague. The briefing is made from it."""

    leaver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("who leaves"))
    successor = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("who goes on")
    )
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("municipality"),
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    # {"case": [3, 17]}: the keys of what changed hands, by the kinds that the apps name.
    moved = models.JSONField(default=dict, editable=False)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="handover_goes_to_somebody_else", condition=~Q(leaver=F("successor"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leaver} → {self.successor}"

    def get_absolute_url(self) -> str:
        return reverse("handover_detail", args=[self.pk])

    @property
    def number(self) -> int:
        """How many things changed hands."""
        return sum(len(keys) for keys in self.moved.values())


class OneTimeKey(models.Model):
    """The key of one creating form, spent: a repeated POST is answered with the first result."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    result_url = models.CharField(max_length=500)
    used_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.key} -> {self.result_url}"


class Draft(models.Model):
    """What somebody typed into a form and has not sent yet. Kept on the server for 7 days."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    form = models.CharField(max_length=200, help_text="The path of the form's page.")
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "form"], name="draft_once_per_user_and_form")]

    def __str__(self) -> str:
        return f"{self.user}: {self.form}"

    def first(self, name: str) -> str:
        """The first value of a field, however many were sent; empty where there is none."""
        return next(iter(self.fields.get(name, [])), "")

    @property
    def initial(self) -> dict[str, Any]:
        """The fields as a form's `initial` takes them: a list only where several values were chosen."""
        return {name: values[0] if len(values) == 1 else values for name, values in self.fields.items()}


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Lines of inboxes. Each is read by its owner alone."""

    def visible_to(self, user: User) -> Self:
        return self.filter(user=user)

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Notice(models.Model):
    """A line in somebody's in-app inbox: what happened, and where to act on it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["user", "-created_at"], name="notice_newest_of_user")]

    def __str__(self) -> str:
        return self.text


class AccessLogQuerySet(MunicipalityScopedQuerySet):
    """Lines of the access log: read by those who answer for the office whose record was read."""

    local_readers = frozenset({Role.COORDINATOR})
    national_readers = frozenset({Role.DGI_ADMINISTRATOR})

    def of(self, row: models.Model) -> Self:
        """What happened to one record."""
        return self.filter(kind=row._meta.label_lower, key=str(row.pk))

    def update(self, **values: Any) -> int:
        raise PermissionDenied("A line of the access log never changes")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise PermissionDenied("A line of the access log is never deleted")


class AccessLog(models.Model):
    """Who read what of people's records, when, from where, and why if it was asked. Lines are only added.

    It tells *that* a record was read and never what stands in it: a record is named by its kind, key and
    reference number, as text, so that the line outlives the record and points at nothing.
    """

    class Verb(models.TextChoices):
        READ = "read", _("Read")
        SEARCHED = "searched", _("Searched")
        EXPORTED = "exported", _("Exported")
        PRINTED = "printed", _("Printed")
        UNSEALED = "unsealed", _("Opened a restricted record, with a reason")
        IMPORTED = "imported", _("Imported")
        MATCHED = "matched", _("Asked whether another office knows somebody")
        SHARED = "shared", _("Shared with a partner")
        ANSWERED = "answered", _("Answered a referral")

    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    # Empty for somebody without an account: a partner who answers by a link, or the daily job.
    user = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
        db_index=False,  # access_newest_of_user serves
    )
    who = models.CharField(_("name"), max_length=200)
    scope = models.CharField(_("acting for"), max_length=200, blank=True)
    address = models.GenericIPAddressField(_("network address"), null=True, blank=True)
    verb = models.CharField(_("what was done"), max_length=10, choices=Verb)
    kind = models.CharField(_("kind of record"), max_length=60)
    key = models.CharField(_("key"), max_length=60, blank=True)
    label = models.CharField(_("record"), max_length=200)
    # The ISO code of the municipality that the record belongs to; empty when it belongs to none.
    municipality = models.CharField(_("municipality"), max_length=10, blank=True)
    why = models.CharField(_("reason"), max_length=300, blank=True)

    objects = AccessLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of the access log")
        verbose_name_plural = _("access log")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="access_newest"),
            models.Index(fields=["kind", "key", "-at", "-id"], name="access_newest_of_record"),
            models.Index(fields=["user", "-at", "-id"], name="access_newest_of_user"),
            models.Index(fields=["municipality", "-at", "-id"], name="access_newest_of_town"),
        ]
        constraints = [
            models.CheckConstraint(
                name="access_unsealed_with_a_reason", condition=~Q(verb="unsealed") | ~Q(why="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who}: {self.get_verb_display()}, {self.label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PermissionDenied("A line of the access log never changes")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise PermissionDenied("A line of the access log is never deleted")
