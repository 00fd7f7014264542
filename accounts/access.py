"""The one way to write into the access log.

    log_access(request, Verb.READ, person)
    log_search(request, Person, people, municipalities)
    record_access(Verb.EXPORTED, person, by=None, who="Daily job")       # in a service without a request

A record may say how it is called without a name in it (`reference`), and which office it belongs to.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.db import models
from django.http import HttpRequest

from accounts.http import SignedInRequest
from accounts.models import AccessLog, User
from accounts.roles import NATIONAL_ROLES

Verb = AccessLog.Verb
MOST_NAMED = 10  # records in one line of a search


@dataclass(frozen=True)
class Accessed:
    """What was read, told without its content."""

    kind: str
    label: str
    key: str = ""
    municipality: str = ""

    @classmethod
    def row(cls, row: models.Model) -> "Accessed":
        """One record: its reference number, never a name."""
        return cls(row._meta.label_lower, _reference(row), str(row.pk), _municipality(row))

    @classmethod
    def rows(
        cls, model: type[models.Model], rows: Iterable[models.Model], municipality: str = ""
    ) -> "Accessed":
        """Several at once, a search or a list: the first records that it showed."""
        shown = list(rows)
        label = " ".join(_reference(row) for row in shown[:MOST_NAMED])
        if len(shown) > MOST_NAMED:
            label += f" +{len(shown) - MOST_NAMED}"
        return cls(model._meta.label_lower, label or "–", "", municipality)


def log_access(
    request: SignedInRequest, verb: AccessLog.Verb, thing: models.Model | Accessed, why: str = ""
) -> None:
    """Note who did what with which record, before it is shown."""
    record_access(verb, thing, by=request.user, why=why, address=client_address(request))


def record_access(
    verb: AccessLog.Verb,
    thing: models.Model | Accessed,
    *,
    by: User | None,
    who: str = "",
    why: str = "",
    address: str | None = None,
) -> AccessLog:
    """The same for a service, or for somebody without an account, whom `who` names."""
    line = _line(verb, thing, by=by, who=who, why=why, address=address)
    line.save()
    return line


def log_access_to_each(request: SignedInRequest, verb: AccessLog.Verb, rows: Iterable[models.Model]) -> None:
    """A line for each of several records that are shown with their content, written at once."""
    address = client_address(request)
    AccessLog.objects.bulk_create(_line(verb, row, by=request.user, address=address) for row in rows)


def log_search(
    request: SignedInRequest,
    model: type[models.Model],
    rows: Iterable[models.Model],
    municipalities: Iterable[str],
    verb: AccessLog.Verb = Verb.SEARCHED,
) -> None:
    """A line for each municipality that was searched in: each sees which of its own records were shown."""
    found: dict[str, list[models.Model]] = {code: [] for code in sorted(municipalities)}
    for row in rows:
        found.setdefault(_municipality(row), []).append(row)
    address = client_address(request)
    AccessLog.objects.bulk_create(
        _line(verb, Accessed.rows(model, shown, code), by=request.user, address=address)
        for code, shown in (found or {"": []}).items()
    )


def _line(
    verb: AccessLog.Verb,
    thing: models.Model | Accessed,
    *,
    by: User | None,
    who: str = "",
    why: str = "",
    address: str | None = None,
) -> AccessLog:
    accessed = thing if isinstance(thing, Accessed) else Accessed.row(thing)
    return AccessLog(
        user=by,
        who=(who or str(by))[:200],
        scope=scope_of(by) if by else "",
        address=address,
        verb=verb,
        kind=accessed.kind,
        key=accessed.key,
        label=accessed.label[:200],
        municipality=accessed.municipality,
        why=why[:300],
    )


def scope_of(user: User) -> str:
    """For whom somebody reads today: codes of municipalities and partners, or the nation."""
    memberships = user.current_memberships
    codes = {m.municipality_id for m in memberships if m.municipality_id}
    codes |= {f"partner {m.partner_id}" for m in memberships if m.partner_id}
    codes |= {"national" for m in memberships if m.role in NATIONAL_ROLES}
    return " ".join(sorted(codes))[:200]


def client_address(request: HttpRequest) -> str | None:
    """The network address that a request came from, behind a proxy the one that the proxy saw."""
    return get_adapter().get_client_ip(request) or None


def _reference(row: models.Model) -> str:
    return getattr(row, "reference", "") or f"{row._meta.model_name} {row.pk}"


def _municipality(row: models.Model) -> str:
    """That of the office that keeps it, or the record's own."""
    office = getattr(row, "keeper", None) or getattr(row, "office", None)
    return getattr(office or row, "municipality_id", None) or ""
