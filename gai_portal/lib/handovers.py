"""What somebody who leaves has in hand, kind by kind. Each app lists its own kinds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Entry:
    """One thing in a briefing: what it is, how far, and what comes on which day. No names."""

    row: Model | None  # somebody's record, the reading of which is noted
    reference: str
    title: str
    facts: Sequence[str] = ()
    text: str = ""
    dates: Sequence[tuple[date, str]] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of work. `place` is the code of the municipality that somebody leaves."""

    name: str
    label: "StrPromise"
    roles: frozenset[Any]  # who may go on with it
    held: Callable[[Any, str], QuerySet[Any]]  # by whom, place
    move: Callable[[Any, str, Any, Any], list[int]]  # from whom, place, to whom, by whom: the keys
    entries: Callable[[Sequence[int], Any], list[Entry]]  # keys, reader: what the reader may see of them
    holders: Callable[[], Iterable[tuple[int, str]]] = tuple  # everybody who has some, and the place


def hand_over(
    kinds: Iterable[Kind], from_: Any, to: Mapping[str, Any], *, place: str, by: Any
) -> dict[str, list[int]]:
    """Give everything of some kinds to whom `to` names for each: the keys of what moved, by kind."""
    moved = {}
    for kind in kinds:
        if not kind.held(from_, place).exists():
            continue
        if kind.name not in to:
            raise ValidationError(_("Choose who goes on with the work."))
        successor = to[kind.name]
        if not successor.is_active or not successor.has_role_in(place, kind.roles):
            raise ValidationError(_("{name} cannot go on with this work here.").format(name=successor))
        moved[kind.name] = kind.move(from_, place, successor, by)
    return moved
