"""Invented people for demonstrations, one for each role. No real installation has these accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.apps import apps
from django.db import transaction

from accounts.models import Membership, User
from accounts.roles import Role
from gai_portal.lib.reference import Tally

DEMO_PASSWORD = "morabeza-2026"  # printed by `make run`; a demonstration serves this computer only
DEMO_DOMAIN = "demo.example"
SINCE = date(2020, 1, 1)  # before the oldest invented record

PLACES = {
    "praia": "CV-PR",
    "sal": "CV-SL",
    "boavista": "CV-BV",
    "saovicente": "CV-SV",
    "santacatarina": "CV-CA",
    "saofilipe": "CV-SF",
    "portonovo": "CV-PN",
    "maio": "CV-MA",
}
# Key, role and the name that is shown: plainly invented.
LOCAL = [
    ("desk", Role.OFFICER, "Ana"),
    ("coordinator", Role.COORDINATOR, "Carlos"),
    ("planner", Role.PLANNER, "Dulce"),
    ("approver", Role.APPROVER, "Eugénio"),
]
NATIONAL = [("dgi_officer", Role.DGI_OFFICER, "Filomena"), ("dgi_admin", Role.DGI_ADMINISTRATOR, "Gil")]
DEMO_PARTNER = "PAC"


@dataclass(frozen=True)
class DemoPerson:
    """Somebody invented: the key under which other demo data finds them, and what they may do where."""

    key: str
    name: str
    role: Role | None
    municipality: str | None = None

    @property
    def email(self) -> str:
        return f"{self.key.replace('_', '.')}@{DEMO_DOMAIN}"


def demo_people() -> Iterator[DemoPerson]:
    for place, code in PLACES.items():
        for key, role, name in LOCAL:
            yield DemoPerson(f"{key}_{place}", f"{name} (demonstração)", role, code)
    for key, role, name in NATIONAL:
        yield DemoPerson(key, f"{name} (demonstração)", role)
    yield DemoPerson("partner", "Hélder (demonstração)", Role.PARTNER)
    yield DemoPerson("guest", "Ivone (demonstração)", None)


@transaction.atomic
def load_demo_people() -> Tally:
    """Accounts for every role. Those that exist are left as they are: somebody may have changed them."""
    tally = Tally()
    # A row of an app above this one, which imports nothing from it.
    partner = apps.get_model("municipalities", "Partner").objects.filter(code=DEMO_PARTNER).first()
    for person in demo_people():
        if User.objects.filter(email=person.email).exists():
            tally.unchanged += 1
            continue
        tally.created += 1
        user = User.objects.create_user(person.email, DEMO_PASSWORD, name=person.name, language="pt")
        if person.role is not None:
            Membership.objects.create(
                user=user,
                role=person.role,
                municipality_id=person.municipality,
                partner=partner if person.role == Role.PARTNER else None,
                starts_on=SINCE,
            )
    return tally
