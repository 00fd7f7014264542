"""Short lists kept in memory: topics, channels, offices. They change seldom, and every page names them.

A process asks for a list once a minute, and again when it has changed a row itself or meets a key that it
does not know. So a name that somebody has just changed may be a minute old on a page. What decides who may
read something is asked for anew.
"""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from django.db import models
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.db.models.signals import post_delete, post_save

A_MINUTE = 60  # seconds

LISTS: set[type[models.Model]] = set()
_lists: dict[type[models.Model], tuple[float, dict[Any, Any]]] = {}


def kept(model: type[models.Model]) -> Mapping[Any, Any]:
    """All rows of a short list by their keys, in its order. They are everybody's: to be read, not changed."""
    until, rows = _lists.get(model, (0.0, {}))
    if until <= monotonic():
        rows = {row.pk: row for row in model._default_manager.all()}
        _lists[model] = (monotonic() + A_MINUTE, rows)
    return rows


def forget(sender: type[models.Model] | None = None, **_signal: Any) -> None:
    """Ask anew for one list, or for all of them."""
    if sender is None:
        _lists.clear()
    else:
        _lists.pop(sender, None)


class _FromMemory(ForwardManyToOneDescriptor):
    def get_object(self, instance: models.Model) -> models.Model:
        model = self.field.remote_field.model
        row = kept(model).get(getattr(instance, self.field.attname))
        if row is None:  # it came after the list was read
            forget(model)
            return super().get_object(instance)
        # A row of its own: what somebody does to it is nobody else's business.
        own = model.__new__(model)
        own.__dict__.update(row.__dict__, _state=ModelState())
        own._state.adding, own._state.db = False, row._state.db
        return own


class KeptForeignKey(models.ForeignKey):
    """A foreign key to a short list: its row comes from memory and need not be joined."""

    forward_related_accessor_class = _FromMemory

    def contribute_to_related_class(self, cls: type[models.Model], related: Any) -> None:
        super().contribute_to_related_class(cls, related)
        LISTS.add(cls)
        for signal in (post_save, post_delete):
            signal.connect(forget, sender=cls, dispatch_uid="kept")

    def deconstruct(self) -> Any:
        """In the database it is like any other."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs
