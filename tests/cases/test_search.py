"""People are found again however their name is written, and by nobody who must not find them."""

import random

import pytest
from django.utils import timezone

from accounts.access import Verb, record_access
from cases.models import Alias, Contact, IdentityDocument, NamePart, Person, find_people
from cases.services.people import index_names
from gai_portal.lib.text import fold
from tests.cases.names import ELSEWHERE, ORIGINS, invent, misspell
from tests.factories import ConsentFactory, PersonFactory

PEOPLE = 50_000
ASKED = 20  # of each origin
WITHIN = 5  # the first results


def test_95_of_100_misspelt_names_are_found_among_50_000(office_praia, desk_praia, capsys):
    dice = random.Random(42)
    origins = list(ORIGINS)
    elsewhere = [line.split("|") for line in ELSEWHERE.splitlines()]
    names = [invent(dice, origins[i % len(origins)]) for i in range(PEOPLE - len(elsewhere))]
    names += [name for name, _asked in elsewhere]
    consent = ConsentFactory(recorded_by=desk_praia)
    Person.objects.bulk_create(
        [Person(office=office_praia, consent=consent, author=desk_praia, name=name) for name in names],
        batch_size=2_000,
    )
    people = Person.objects.select_related("office").iterator()
    parts = [part for person in people for part in NamePart.of(person, [person.name])]
    NamePart.objects.bulk_create(parts, batch_size=5_000)

    picked = [
        (names[dice.randrange(PEOPLE // len(origins) - 10) * len(origins) + i], origin)
        for i, origin in enumerate(origins)
        for _ in range(ASKED)
    ]
    invented = rate_of(desk_praia, [(name, misspell(dice, name, origin)) for name, origin in picked])
    foreign = rate_of(desk_praia, elsewhere)
    with capsys.disabled():
        print(f"\nFound within {WITHIN}: {invented:.1%} of invented names, {foreign:.1%} of others")  # noqa: T201
    assert invented >= 0.95
    assert foreign >= 0.95


def rate_of(user, pairs) -> float:
    """How many are found; a hit is anyone whose name equals the one meant, after folding."""
    hits = [
        any(fold(found.person.name) == fold(name) for found in find_people(user, asked)[:WITHIN])
        for name, asked in pairs
    ]
    return sum(hits) / len(hits)


@pytest.fixture
def on_record(office_praia, desk_praia):
    def record(name, **fields) -> Person:
        return PersonFactory(office=office_praia, author=desk_praia, name=name, **fields)

    return record


def names_found(user, text) -> list[str]:
    return [found.person.name for found in find_people(user, text)]


def test_the_likeliest_comes_first(on_record, desk_praia):
    for name in ["Maria Tavares", "Mário Teves", "Marta Silva", "Maria Tavares Silva"]:
        on_record(name)
    assert names_found(desk_praia, "maria tavarez")[:2] == ["Maria Tavares", "Maria Tavares Silva"]


@pytest.mark.parametrize(
    "asked",
    [
        "fatumata jalo",
        "Djaló Fatumata",
        "FATOUMATA",
        "diallo",
        "Fatouma",
        "Fatoumata Dialo",
        "Jallow, Fatoumata",
    ],
)
def test_a_name_is_found_however_it_is_asked_for(on_record, desk_praia, asked):
    on_record("Fatoumata Diallo")
    on_record("Domingos Monteiro")
    assert names_found(desk_praia, asked) == ["Fatoumata Diallo"]


def test_of_many_with_one_name_the_first_page_leaves_room_for_another(on_record, desk_praia):
    for _ in range(12):
        on_record("Mamadu Jaló")
    on_record("Mamadou Diallo")
    assert "Mamadou Diallo" in names_found(desk_praia, "mamadu jalo")[:5]


def test_an_alias_finds_its_person_and_says_so(on_record, desk_praia):
    maria = on_record("Maria Tavares")
    Alias.objects.create(person=maria, name="Bia Moreno")
    index_names(maria)
    [found] = find_people(desk_praia, "bia morenu")
    assert (found.person, found.by, found.text) == (maria, "alias", "Bia Moreno")


@pytest.mark.parametrize("asked", ["991 23 45", "+238 991-23-45", "00238 9912345", "9912345"])
def test_a_telephone_number_finds_its_owner(on_record, desk_praia, asked):
    maria, other = on_record("Maria Tavares"), on_record("José Lima")
    Contact.objects.create(person=maria, channel="phone", value="+2389912345")
    Contact.objects.create(person=other, channel="phone", value="+2219912345")
    found = find_people(desk_praia, asked)
    assert maria in [each.person for each in found]
    if asked.startswith(("+", "00")):
        assert [each.person for each in found] == [maria]


def test_an_address_finds_its_owner(on_record, desk_praia):
    maria = on_record("Maria Tavares")
    Contact.objects.create(person=maria, channel="email", value="maria@example.org")
    assert names_found(desk_praia, " Maria@Example.org ") == ["Maria Tavares"]


@pytest.mark.parametrize("asked", ["ab 123.456", "AB123456"])
def test_a_document_number_finds_its_holder(on_record, desk_praia, asked):
    maria = on_record("Maria Tavares")
    IdentityDocument.objects.create(person=maria, kind="passport", number="AB-123456", country="GW")
    assert names_found(desk_praia, asked) == ["Maria Tavares"]


def test_a_record_number_finds_its_person(on_record, desk_praia):
    maria = on_record("Maria Tavares")
    assert names_found(desk_praia, maria.reference.lower()) == ["Maria Tavares"]
    assert names_found(desk_praia, f"P{maria.pk}") == ["Maria Tavares"]


@pytest.mark.parametrize(
    "asked", ["", "   ", "-", "'", "%", "\x00", "1", "12345678901234567890" * 20, "🙂", "p99"]
)
def test_nothing_is_found_for_nothing(on_record, desk_praia, asked):
    on_record("Maria Tavares")
    assert find_people(desk_praia, asked) == []


def test_a_name_in_another_script_is_found_as_it_is_written(on_record, desk_praia):
    on_record("张伟")
    assert names_found(desk_praia, "张伟") == ["张伟"]


def test_who_was_merged_or_erased_is_not_found(on_record, desk_praia):
    kept = on_record("Maria Tavares")
    on_record("Maria Tavarez", merged_into=kept)
    Person.objects.filter(pk=on_record("Maria Tavares Gone").pk).update(
        name="", erased_at=timezone.now(), erasure="erased"
    )
    assert names_found(desk_praia, "maria tavares") == ["Maria Tavares"]


def ways_to_ask(person) -> list[str]:
    Contact.objects.create(person=person, channel="phone", value="+2389912345")
    Contact.objects.create(person=person, channel="email", value="maria@example.org")
    IdentityDocument.objects.create(person=person, kind="passport", number="AB123456", country="GW")
    return [person.name, "Tavares", "9912345", "maria@example.org", "AB123456", person.reference]


def test_another_office_finds_nobody_in_any_way(
    on_record, desk_praia, desk_sal, planner_praia, dgi_officer, dgi_admin, partner_user, guest
):
    for asked in ways_to_ask(on_record("Maria Tavares")):
        assert names_found(desk_praia, asked) == ["Maria Tavares"], asked
        for stranger in (desk_sal, planner_praia, dgi_officer, dgi_admin, partner_user, guest):
            assert find_people(stranger, asked) == []


def test_a_restricted_person_is_found_by_those_few_who_read_them(on_record, desk_praia, coordinator_praia):
    maria = on_record("Maria Tavares", is_restricted=True)
    asked = ways_to_ask(maria)
    assert all(names_found(desk_praia, text) for text in asked)
    assert not any(find_people(coordinator_praia, text) for text in asked)
    record_access(Verb.UNSEALED, maria, by=coordinator_praia, why="Cover")
    assert all(names_found(coordinator_praia, text) for text in asked)


def test_a_search_costs_the_same_however_many_it_finds(on_record, desk_praia, count_queries):
    def cost() -> int:
        return count_queries(lambda: find_people(desk_praia, "maria tavares"))

    on_record("Maria Tavares")
    cost()  # the memberships of the user are read once
    alone = cost()
    for _ in range(20):
        on_record("Maria Tavares")
    assert cost() == alone
    assert len(find_people(desk_praia, "maria tavares")) == 10
