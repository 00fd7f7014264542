"""Invented people for demonstrations: one for every role, and several municipalities."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from gai_portal.lib.reference import Tally

DEMO_PASSWORD = "morabeza-demo-2026"  # printed by `manage.py demo_accounts`, and of no use outside a demo
SUFFIX = "(demonstração)"
SINCE = date(2024, 1, 1)


@dataclass(frozen=True)
class DemoPerson:
    """Somebody who does not exist."""

    email: str
    name: str
    role: Role | None = None
    municipality: str | None = None
    partner: str | None = None
    invited_by: str | None = None  # has not accepted yet
    has_left: bool = False


PLACES = {
    "praia": ("CV-PR", "Praia"),
    "sal": ("CV-SL", "Sal"),
    "boavista": ("CV-BV", "Boa Vista"),
    "saovicente": ("CV-SV", "São Vicente"),
    "santacatarina": ("CV-CA", "Santa Catarina"),
    "saofilipe": ("CV-SF", "São Filipe"),
}
WITH_A_DESK = ["praia", "sal", "boavista", "saovicente"]
DEMO_PARTNER = "PAC"
LEFT = "antiga.praia@demo.example"  # whose work nobody has taken over yet


def demo_people() -> list[DemoPerson]:
    people = []
    for key, (code, name) in PLACES.items():
        roles = [("planeadora", "Planeadora", Role.PLANNER), ("aprovador", "Aprovador", Role.APPROVER)]
        if key in WITH_A_DESK:
            desk = [("tecnica", "Técnica", Role.OFFICER), ("coordenador", "Coordenador", Role.COORDINATOR)]
            roles = desk + roles
        people += [
            DemoPerson(f"{word}.{key}@demo.example", f"{title} · {name} {SUFFIX}", role, code)
            for word, title, role in roles
        ]
    return [
        *people,
        DemoPerson("nacional@demo.example", f"Técnica nacional {SUFFIX}", Role.DGI_OFFICER),
        DemoPerson("admin@demo.example", f"Administradora nacional {SUFFIX}", Role.DGI_ADMINISTRATOR),
        DemoPerson("parceiro@demo.example", f"Entidade parceira {SUFFIX}", Role.PARTNER, None, DEMO_PARTNER),
        DemoPerson(
            "convidado@demo.example",
            f"Convidado · Sal {SUFFIX}",
            Role.OFFICER,
            "CV-SL",
            invited_by="coordenador.sal@demo.example",
        ),
        DemoPerson(LEFT, f"Antiga técnica · Praia {SUFFIX}", Role.OFFICER, "CV-PR", has_left=True),
        DemoPerson("visitante@demo.example", f"Sem função {SUFFIX}"),
    ]


def load_demo_people() -> Tally:
    """Add the invented people that are missing. Whoever is there already is left as they are."""
    tally = Tally()
    for person in demo_people():
        if User.objects.filter(email=person.email).exists():
            tally.unchanged += 1
            continue
        tally.created += 1
        user = User.objects.create_user(person.email, DEMO_PASSWORD, name=person.name)
        if person.role:
            Membership.objects.create(
                user=user,
                role=person.role,
                municipality_id=person.municipality,
                partner_id=_partner_id(person.partner),
                starts_on=timezone.localdate() if person.invited_by else SINCE,
                ends_on=timezone.localdate() - timedelta(days=20) if person.has_left else None,
                **_invitation(person),
            )
    return tally


def _invitation(person: DemoPerson) -> dict[str, Any]:
    if person.invited_by is None:
        return {}
    by = User.objects.get_by_natural_key(person.invited_by)
    return {"accepted_at": None, "invited_as": person.name, "given_by": by}


def _partner_id(code: str | None) -> int | None:
    if code is None:
        return None
    partners = Membership._meta.get_field("partner").related_model._default_manager
    return partners.values_list("pk", flat=True).get(code=code)
