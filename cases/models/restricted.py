"""Records that few may read: the author, the assigned officer, and a coordinator who has given a reason."""

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import AccessLog, MunicipalityScopedQuerySet, User
from accounts.roles import DESK_ROLES, Role

UNSEALED_FOR = timedelta(hours=8)  # a working day


class RestrictedQuerySet(MunicipalityScopedQuerySet):
    """Rows of a desk, some of them restricted. They have `is_restricted`, `author` and `assigned_to`."""

    local_readers = DESK_ROLES

    def visible_to(self, user: User) -> Self:
        return super().visible_to(user).filter(self.open_to(user))

    def open_to(self, user: User) -> Q:
        """Not restricted, or restricted and theirs to read."""
        return Q(is_restricted=False) | self.kept_by(user)

    def kept_by(self, user: User) -> Q:
        """Theirs to read, also when it is restricted."""
        own = Q(author=user) | Q(assigned_to=user, assigned_to__isnull=False)
        if user.municipality_ids({Role.COORDINATOR}):
            own |= self.where(user, {Role.COORDINATOR}) & self._unsealed_by(user)
        return own

    def sealed_to(self, user: User) -> Self:
        """What a coordinator does not see until they give a reason."""
        restricted = self.filter(self.where(user, {Role.COORDINATOR}), is_restricted=True)
        return restricted.exclude(self.kept_by(user))

    def _unsealed_by(self, user: User) -> Q:
        return Q(unsealed(user, self.model, "pk"))


def unsealed(user: User, model: type[models.Model], path: str) -> Exists:
    """Whether somebody gave a reason to read the record of `model` at `path`.

    The line of the access log that holds the reason is the permission, for the rest of the day.
    """
    return Exists(
        AccessLog.objects.filter(
            user=user,
            verb=AccessLog.Verb.UNSEALED,
            kind=model._meta.label_lower,
            key=Cast(OuterRef(path), models.CharField()),
            at__gte=timezone.now() - UNSEALED_FOR,
        )
    )


class OfPersonQuerySet(MunicipalityScopedQuerySet):
    """What belongs to a person is read by whoever reads the person."""

    person_path = "person"
    office_path = "person__office"
    local_readers = DESK_ROLES

    def visible_to(self, user: User) -> Self:
        people: Any = self.model._meta.get_field(self.person_path).related_model
        return super().visible_to(user).filter(**{f"{self.person_path}__in": people.objects.visible_to(user)})
