"""What is measured: the main pages, as the people who open them do, and how long each may take.

Budgets are multiples of the floor (F1): 25 rows of one indexed query in a bare template, signed in. Recording
an enquiry is set beside the same done in Django's own admin.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from uuid import uuid4

from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from action_plans.models import Edition, Plan
from cases.models import Case, Enquiry, Person
from gai_portal.lib.paging import PAGE_SIZE, Cursor
from municipalities.models import Office

FLOOR = "floor (F1)"
STOCK = "add in the stock admin"


@dataclass(frozen=True)
class Page:
    """One request: what it is, who makes it, and how many times the floor, or another one, it may take."""

    name: str
    url: str
    who: str = "desk"
    budget: float | None = None  # none: measured, not judged
    expected: int = 200
    posted: Callable[[], dict[str, str]] | None = None  # the fields of a form, anew each time
    beside: str = FLOOR
    headers: Mapping[str, str] = field(default_factory=dict)


USERS = {
    "desk": "tecnica.praia@demo.example",
    "planner": "planeadora.praia@demo.example",
    "nation": "nacional@demo.example",
    "public": "",
}


def sign_in() -> dict[str, Client]:
    """A session for each kind of reader, without the sign-in page."""
    clients = {who: Client(SERVER_NAME="127.0.0.1") for who in USERS}
    for who, email in USERS.items():
        if email:
            clients[who].force_login(User.objects.get(email=email))
    return clients


def pages(clients: dict[str, Client]) -> list[Page]:
    """All of them, the floor first. What they show is looked up in the database."""
    desk = clients["desk"]
    office = User.objects.get(email=USERS["desk"]).offices[0]
    oldest = Enquiry.objects.filter(office=office).order_by("at", "pk")[: PAGE_SIZE + 1]
    *_rows, row = oldest
    busiest = (
        Person.objects.filter(office=office, is_restricted=False, erased_at=None, merged_into=None)
        .annotate(number=Count("enquiries"))
        .order_by("-number", "pk")[0]
    )
    case = Case.objects.filter(office=office, is_restricted=False).first()
    plan = Plan.objects.filter(municipality=office.municipality_id).order_by("pk").first()
    edition = Edition.objects.order_by("pk").first()
    assert None not in (case, plan, edition), "load the demonstration first"
    area = plan.template.areas.order_by("pk").first()
    enquiries, people = reverse("cases:enquiry_list"), reverse("cases:person_search")
    uncached = reverse("uncached", args=[edition.get_absolute_url().lstrip("/")])
    file = edition.files.get(language="pt")
    export = {ending: reverse("cases:enquiry_export", args=[ending]) for ending in ("csv", "xlsx")}
    return [
        Page(FLOOR, reverse("floor")),
        Page("enquiries, first page", enquiries, budget=1.5),
        Page("enquiries, last page", f"{enquiries}?after={Cursor(row.at, row.pk)}", budget=1.5),
        Page("enquiries, by word", searched(desk, enquiries, "documentos")),
        Page("person search, surname", searched(desk, people, busiest.name.split()[-1]), budget=2),
        Page("person search, no hit", searched(desk, people, "Xyzabc"), budget=2),
        Page("person search, two misspelt words", searched(desk, people, misspelt(busiest.name)), budget=5),
        Page("person's page", busiest.get_absolute_url(), budget=2),
        Page("case's page", case.get_absolute_url(), budget=2),
        Page(STOCK, reverse("stock:cases_enquiry_add"), expected=302, posted=partial(in_stock, office)),
        Page("log an enquiry", enquiries + "new/", budget=1.3, expected=302, posted=filled_in, beside=STOCK),
        Page("today", reverse("cases:today"), budget=2),
        Page(
            "figures, a year",
            f"{reverse('cases:enquiry_figures')}?period={timezone.localdate().year}",
            budget=2,
        ),
        Page("oversight of all plans", reverse("workspace"), "nation", budget=3),
        Page(
            "tailoring screen",
            reverse("action_plans:plan_area", args=[plan.pk, area.code]),
            "planner",
            budget=3,
        ),
        Page("public page of a plan", edition.get_absolute_url(), "public", budget=1.5),
        Page("the same, for its first reader", uncached, "public", budget=1.5),
        Page(
            "its file, not modified",
            reverse("edition_pdf", args=[edition.plan.slug, edition.number]),
            "public",
            expected=304,
            headers={"If-None-Match": f'"{file.sha256}"'},
        ),
        Page("export, CSV", export["csv"]),
        Page("export, XLSX of this year", f"{export['xlsx']}?since={timezone.localdate().year}-01-01"),
    ]


def searched(client: Client, address: str, words: str) -> str:
    """The address of a search's results."""
    return client.post(address, {"q": words}).url


def misspelt(name: str) -> str:
    """Two of its words, one with a letter doubled, one without its last."""
    first, *_others, last = name.split()
    return f"{first[0]}{first} {last[:-1]}"


def in_stock(office: Office) -> dict[str, str]:
    """The same enquiry in the form of Django's admin."""
    now = timezone.localtime()
    content = {"topic": "RES.02", "channel": "in_person", "outcome": "informed", "office": str(office.pk)}
    return content | {"at_0": f"{now:%d/%m/%Y}", "at_1": f"{now:%H:%M}"}


def filled_in() -> dict[str, str]:
    """The form of an enquiry as an officer sends it, with a fresh key."""
    return {"topic": "RES.02", "channel": "in_person", "outcome": "informed", "once": str(uuid4())}
