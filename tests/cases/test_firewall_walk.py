"""Whatever is asked, and wherever, a stranger's record is as good as none.

test_firewall.py has the worlds and the table of addresses; here every address of the project is opened, with
every field that its view looks for, and a key or a word of somebody else's record gets the same answer as one
that does not exist. Nothing has to be listed: a field, a parameter or an address that is added is walked.
"""

from collections.abc import Callable
from difflib import unified_diff
from functools import partial
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from cases.models import Channel, MonthlyReport, Outcome
from cases.views.cases import ACTS
from cases.views.people import ITEMS
from municipalities.models import Office
from tests.access_table import PEOPLE
from tests.cases.test_firewall import NOBODYS, PAGES, RECORDS, World, desk_models, told
from tests.cases.walking import MACHINES, Answer, Forms, ask, asked, looked_for, number_from
from tests.factories import ChecklistItemFactory, PartnerFactory, TopicFactory
from tests.test_access import ARGUMENTS, DATA, addresses, answers

pytestmark = pytest.mark.once  # it takes minutes, and asks what pages tell

__all__ = ["asked"]  # a fixture

Question = tuple[str, dict[str, str] | None]

# Addresses that only take a POST, with what stands in them: rows of an office.
ACTIONS: dict[str, Callable[[World], dict[str, Any]]] = {
    "cases:appointment_settle": lambda world: {"pk": world.appointment.pk, "move": "came"},
    "cases:follow_ups_assign": lambda world: {},
    "cases:recall_mark": lambda world: {"pk": world.recall.pk},
    "cases:recall_reopen": lambda world: {"pk": world.recall.pk},
    "cases:code_end": lambda world: {"pk": world.return_code.enquiries.first().pk},
    "cases:document_remove": lambda world: {"pk": world.case_document.pk},
    "cases:enquiry_undo": lambda world: {"pk": world.enquiry.pk},
    "cases:follow_up_finish": lambda world: {"pk": world.follow_up.pk},
    "cases:follow_up_reopen": lambda world: {"pk": world.follow_up.pk},
    "cases:guidance_begin": lambda world: {"code": world.enquiry.topic_id},
    "cases:guidance_review": lambda world: {"code": world.enquiry.topic_id},
    "cases:import_discard": lambda world: {"pk": world.enquiry_import.pk},
    "cases:import_undo": lambda world: {"pk": world.enquiry_import.pk},
    "cases:merge_undo": lambda world: {"pk": world.person.pk, "merge": world.merge.pk},
    "cases:person_item_remove": lambda world: {
        "pk": world.person.pk,
        "kind": "contacts",
        "item": world.contact.pk,
    },
    "cases:referral_withdraw": lambda world: {"pk": world.referral.pk},
}
ALL = PAGES | ACTIONS
# The other words that may stand in the same address.
WORDS: dict[str, tuple[str, list[str]]] = {
    "cases:case_act": ("act", sorted(ACTS)),
    "cases:person_item_add": ("kind", sorted(ITEMS)),
}
# A key that nobody has, with as many digits as those of the strangers.
MISSING = 98_765
# A PDF takes long to make, and cannot be read here: what stands in it is that of its page.
PACKED = {
    "cases:receipt_file",
    "cases:case_sheet",
    "cases:referral_letter",
    "cases:blank_form_file",
    "cases:consent_paper",
}


class Strangers:
    """What the officer of Praia must not learn of: another office, and what a colleague keeps restricted."""

    def __init__(self, *worlds: World) -> None:
        self.worlds = worlds
        self.before = self.state()

    def pks(self) -> list[int]:
        """The keys that fields hold. What else there is has a key in an address, and is walked there."""
        elsewhere = self.worlds[0]
        rows = [world.rows[name].pk for world in self.worlds for name in ("Person", "Case")]
        return [*rows, self.worlds[-1].rows["Enquiry"].pk, elsewhere.officer.pk, elsewhere.office.pk]

    def names(self) -> list[tuple[str, str]]:
        return [(self.worlds[-1].mark, "Wyxdrako")]

    def words(self) -> list[tuple[str, str]]:
        """A word of theirs beside one of the same kind that nobody has."""
        found = []
        for world in self.worlds:
            reference = world.rows["Person"].reference
            found += [
                (world.mark, "Wyxdrako"),
                (world.digits, "9900077"),
                (reference, f"{reference[:4]}{MISSING}"),
            ]
        return found

    def state(self) -> tuple[Any, set]:
        """Their rows as they stand, and every way that leads to one of them from any row of the desk."""
        rows = {
            (model, world.mark): model._base_manager.filter(pk=world.rows[model.__name__].pk).values().first()
            for model in RECORDS
            for world in self.worlds
        }
        ways = set()
        for model in RECORDS:
            for column in model._meta.concrete_fields:
                if column.related_model in RECORDS:
                    name = column.related_model.__name__
                    theirs = [world.rows[name].pk for world in self.worlds]
                    leading = model._base_manager.filter(**{f"{column.attname}__in": theirs})
                    ways |= {
                        (model, column.name, *pair) for pair in leading.values_list("pk", column.attname)
                    }
        return rows, ways

    def untouched(self) -> None:
        assert self.state() == self.before

    def told_in(self, answer: Answer, question: str = "") -> list[str]:
        return [secret for world in self.worlds for secret in told(answer.text, world, question)]


def desk_and_people() -> list[type[models.Model]]:
    return [*desk_models(), User, Office]


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def lists(clock, db) -> None:
    """What every world refers to, so that it does not come with the second one."""
    Channel.objects.create(code="in_person", name_pt="Presencial")
    Outcome.objects.create(code="informed", name_pt="Informado")
    TopicFactory(code="RES.02", name_pt="Assunto")
    TopicFactory(code="VBG.01", name_pt="Assunto", is_restricted=True)
    ChecklistItemFactory()
    PartnerFactory(code="PAC")


@pytest.fixture
def here(lists, office_praia) -> World:
    return World(office_praia, "Quimbombo", "9912345")


@pytest.fixture
def strangers(here, request) -> Strangers:
    number_from(0, desk_and_people())
    elsewhere = World(request.getfixturevalue("office_sal"), "Zumbizeiro", "9954321")
    number_from(500, desk_and_people())
    return Strangers(elsewhere, World(here.office, "Xaxualho", "9967891", restricted=True))


@pytest.fixture
def officer(client, here) -> Client:
    client.force_login(here.officer)
    return client


def kwargs_of(name: str, world: World) -> list[dict[str, Any]]:
    """What may stand in an address, with each of its other words."""
    kwargs = ALL[name](world)
    key, words = WORDS.get(name, ("", []))
    return [kwargs | {key: word} for word in words] if words else [kwargs]


def page_of(client: Client, name: str, url: str) -> str:
    """Where the form of an address is found: a new person only after a search."""
    if name != "cases:person_create":
        return url
    return client.post(reverse("cases:person_search"), {"q": "Ninguém"}).url.replace(
        "/people/", "/people/new/"
    )


def form_of(client: Client, name: str, url: str) -> dict[str, Any]:
    """The fields of the page's own forms, as somebody sends them who writes the least."""
    if name not in PAGES and name.startswith("cases:"):
        return {}
    response = client.get(page_of(client, name, url), follow=True)
    is_page = response.get("Content-Type", "").startswith("text/html") and not response.streaming
    return Forms(response.content.decode()).controls if is_page else {}


def is_key(control: Any) -> bool:
    """Whether a field holds the key of a row, and not a word of a short list or a text."""
    if control is None:
        return True  # the view looks for it, whatever it is
    if control.kind == "hidden":
        return control.value.isdigit() or not control.value
    return control.kind == "choice" and all(option.isdigit() for option in filter(None, control.options))


def words_for(strangers: Strangers, control: Any) -> list[tuple[str, str]]:
    """Every kind of word where something may be looked for, a name where a line is written."""
    if control is None or control.kind in {"search", "tel"}:
        return strangers.words()
    return strangers.names() if control.kind in {"text", "email"} else []


METHODS = {name: answers(entry.callback) for name, entry in addresses()}
# Other ways to the forms of `cases:enquiry_create` and `case_create`: what can be asked or sent is the same.
SAME = {"cases:desk", "cases:enquiry_handed", "cases:case_handed"}
# The list of a world has a row that is recorded although it is still prepared: it cannot be discarded.
POSTS = [name for name in ALL if "POST" in METHODS[name] and name not in SAME | {"cases:import_discard"}]


# Models


def test_every_action_of_the_desk_is_walked():
    actions = {name for name, methods in METHODS.items() if name.startswith("cases:") and "POST" in methods}
    assert actions - PAGES.keys() == ACTIONS.keys()


def test_no_model_outside_the_desk_leads_to_its_records():
    """Whoever reads a plan, a notice or an account reads no record of a desk along with it."""
    outside = {
        f"{model.__name__}.{column.name}"
        for model in apps.get_models()
        if model._meta.app_label != "cases"
        for column in model._meta.get_fields()
        if column.related_model in RECORDS and not column.auto_created
    }
    assert outside == set()


def test_what_is_nobodys_leads_to_nobody():
    """A model of the desk that is not walked has no way to a record; what has an office is named here."""
    by_name = {model.__name__: model for model in apps.get_app_config("cases").get_models()}
    columns = [(by_name[name], column) for name in NOBODYS for column in by_name[name]._meta.concrete_fields]
    assert [(model, column) for model, column in columns if column.related_model in RECORDS] == []
    with_office = {model.__name__ for model, column in columns if column.related_model is Office}
    assert with_office - {"CaseCounter", "MonthlyReport", "GuidanceSuggestion"} == set()


def test_a_report_that_is_being_written_is_its_offices_own(here, desk_sal):
    MonthlyReport.objects.create(
        office=here.office, month="2026-03-01", concerns_pt="Quimbombo", written_by=here.officer
    )
    assert not MonthlyReport.objects.visible_to(desk_sal).exists()


def changed(before: list[str], after: list[str]) -> list[str]:
    """The lines that are in one answer only."""
    return [
        line
        for line in unified_diff(before, after, lineterm="", n=0)
        if not line.startswith(("---", "+++", "@@"))
    ]


# What is asked


@pytest.mark.parametrize("name", ALL)
def test_a_strangers_key_in_an_address_is_as_good_as_none(officer, here, strangers, name):
    for own, *theirs in zip(
        kwargs_of(name, here), *(kwargs_of(name, world) for world in strangers.worlds), strict=True
    ):
        keys = [key for key, value in own.items() if isinstance(value, int) and value != theirs[0][key]]
        for kwargs in theirs:
            for key in keys:
                for method in sorted(METHODS[name] & {"GET", "POST"}):
                    data = {} if method == "POST" else None
                    right, none = (
                        ask(officer, reverse(name, kwargs=own | {key: value}), data, strangers.untouched)
                        for value in (kwargs[key], MISSING)
                    )
                    assert changed(none.without(str(MISSING)), right.without(str(kwargs[key]))) == []
                    assert strangers.told_in(right) == []


@pytest.mark.parametrize("name", [name for name in PAGES if name not in SAME | PACKED])
def test_a_strangers_key_or_word_in_a_question_is_as_good_as_none(officer, here, strangers, asked, name):
    for kwargs in kwargs_of(name, here):
        url = reverse(name, kwargs=kwargs)
        for parameter in sorted(looked_for(officer, url, None, asked)):
            probe(officer, strangers, partial(_in_address, url, parameter))


@pytest.mark.parametrize("name", POSTS)
def test_a_strangers_key_or_word_in_what_is_sent_is_as_good_as_none(officer, here, strangers, asked, name):
    for kwargs in kwargs_of(name, here):
        url = reverse(name, kwargs=kwargs)
        controls = form_of(officer, name, url)
        sent = {control.name: control.sent() for control in controls.values() if control.sent()}
        fields = looked_for(officer, url, sent, asked) | controls.keys()
        for name_of_field in sorted(fields - MACHINES):
            control = controls.get(name_of_field)
            probe(
                officer,
                strangers,
                partial(_in_form, url, sent, name_of_field),
                keys=is_key(control),
                words=words_for(strangers, control),
            )


def _in_address(url: str, parameter: str, value: str) -> Question:
    return f"{url}?{parameter}={value}", None


def _in_form(url: str, sent: dict[str, str], name: str, value: str) -> Question:
    return url, sent | {name: value}


def probe(
    client: Client,
    strangers: Strangers,
    question: Callable[[str], Question],
    *,
    keys: bool = True,
    words: list[tuple[str, str]] | None = None,
) -> None:
    """Ask with what is a stranger's, and with what is nobody's: the answers are the same."""
    pairs = [(str(pk), str(MISSING)) for pk in strangers.pks()] if keys else []
    pairs += strangers.words() if words is None else words
    nothing: dict[str, Answer] = {}
    for theirs, nobodys in pairs:
        if nobodys not in nothing:
            nothing[nobodys] = ask(client, *question(nobodys))
        right = ask(client, *question(theirs), strangers.untouched)
        assert strangers.told_in(right, theirs) == [], theirs
        assert changed(nothing[nobodys].without(nobodys), right.without(theirs)) == [], theirs


# What is not asked


def test_no_page_changes_by_what_is_not_for_its_reader(officer, here, office_sal):
    """Counts, lists, choices, figures, suggestions: all as if the others were not there."""
    names = [name for name in PAGES if name not in {"cases:person_readings"}]
    sealed = World(here.office, "Xaxualho", "9967891", restricted=True, with_rows=False)

    def opened() -> dict[str, list[str]]:
        return {
            f"{name} {kwargs}": ask(officer, reverse(name, kwargs=kwargs), None).without()
            for name in names
            for kwargs in kwargs_of(name, here)
        }

    before = opened()
    sealed.make_rows()
    World(office_sal, "Zumbizeiro", "9954321")
    after = opened()
    assert {page: changed(before[page], after[page]) for page in before if before[page] != after[page]} == {}


OUTSIDE = [name for name in METHODS if not name.startswith("cases:")]
READERS = ["elsewhere", "planner_praia", "dgi_admin", "anonymous"]


@pytest.mark.parametrize("reader", READERS)
def test_no_page_outside_the_desk_tells_of_it(client, here, strangers, asked, request, reader):
    """Plans, public pages, people, the workspace: opened and sent to, with words of a desk in every field."""
    get = request.getfixturevalue
    people = {name: get(name) for name in PEOPLE if name != "anonymous"}
    people["elsewhere"] = strangers.worlds[0].coordinator
    if reader in people:
        client.force_login(people[reader])
    own = Strangers(here, strangers.worlds[1])
    for name in OUTSIDE:
        with transaction.atomic():  # what one address needs is not there for the next
            _open_outside(client, own, asked, get, name)
            transaction.set_rollback(True)


def _open_outside(client: Client, own: Strangers, asked: set[str], get: Callable, name: str) -> None:
    url = reverse(name, kwargs=ARGUMENTS[name](get) if name in ARGUMENTS else {})
    asked.clear()
    if "GET" in METHODS[name]:
        assert own.told_in(ask(client, url, None)) == [], name
    for parameter in sorted(asked):
        for value in (str(own.worlds[0].rows["Person"].pk), own.worlds[0].mark):
            assert own.told_in(ask(client, f"{url}?{parameter}={value}", None), value) == [], (
                name,
                parameter,
            )
    if "POST" in METHODS[name]:
        data = DATA[name](get) if name in DATA else {}
        assert own.told_in(ask(client, url, data, own.untouched)) == [], name


def test_no_file_of_a_case_has_an_address_of_its_own(client, here, strangers, settings):
    name = here.rows["CaseDocument"].file.name
    for user in (None, here.officer, strangers.worlds[0].officer):
        if user is not None:
            client.force_login(user)
        for path in (f"/media/{name}", f"/{name}", f"{settings.MEDIA_URL or '/files/'}{name}"):
            assert client.get(path).status_code == 404


def test_the_walk_would_notice(officer, here, strangers):
    """The same questions about what the officer may read do make a difference."""
    own = Strangers(here)
    url = reverse("cases:person_search")
    with pytest.raises(AssertionError):
        probe(officer, own, partial(_in_form, url, {}, "q"), keys=False)
    url = reverse("cases:case_create")
    case = Forms(officer.get(url).content.decode()).controls
    assert {"topic", "person"} & case.keys()
