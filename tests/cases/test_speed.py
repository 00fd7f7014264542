"""What a list costs: the same with one row and with many, at one office and at two."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from accounts.roles import Role
from cases.models import Enquiry
from tests.cases.test_firewall import PAGES, World
from tests.factories import (
    CaseFactory,
    ChannelFactory,
    EnquiryFactory,
    FollowUpFactory,
    MembershipFactory,
    OfficeFactory,
    OutcomeFactory,
    TopicFactory,
)

LIST = "/workspace/desk/enquiries/"


@pytest.fixture
def two_offices(desk_praia, office_praia, praia, sal, office_sal):
    """Somebody with a desk on two islands."""
    MembershipFactory(user=desk_praia, role=Role.OFFICER, municipality=sal)
    return desk_praia


def fill(office, author, number):
    kept = {"topic": TopicFactory(), "channel": ChannelFactory(), "outcome": OutcomeFactory()}
    return [EnquiryFactory(office=office, author=author, **kept) for _ in range(number)]


def cost_of(client, count_queries, address=LIST):
    client.get(address)  # the short lists of the filters are asked for once a minute
    return count_queries(lambda: client.get(address))


def test_the_list_takes_six_queries_on_every_page(client, desk_praia, office_praia, count_queries):
    client.force_login(desk_praia)
    fill(office_praia, desk_praia, 1)
    assert cost_of(client, count_queries) == 6
    fill(office_praia, desk_praia, 30)
    assert cost_of(client, count_queries) == 6
    following = client.get(LIST).context["page"].next_url
    assert cost_of(client, count_queries, LIST + following) == 6


def test_two_offices_cost_no_more_than_one(client, two_offices, office_praia, office_sal, count_queries):
    client.force_login(two_offices)
    rows = fill(office_praia, two_offices, 2) + fill(office_sal, two_offices, 2)
    assert cost_of(client, count_queries) == 6
    assert set(client.get(LIST).context["page"].rows) == set(rows)


def test_what_hangs_on_an_office_is_found_without_joining_the_territory(desk_praia, office_praia):
    managers = [model._default_manager for model in apps.get_models()]
    scoped = [manager for manager in managers if getattr(manager.all(), "office_path", "")]
    assert len(scoped) > 3
    for manager in scoped:
        assert "municipalities_" not in str(manager.visible_to(desk_praia).query)


def test_an_office_that_opens_is_read_by_its_town_and_no_other(desk_praia, praia, desk_sal):
    second = OfficeFactory(municipality=praia, code="PR2")
    (enquiry,) = fill(second, desk_praia, 1)
    assert enquiry in Enquiry.objects.visible_to(desk_praia)
    assert enquiry not in Enquiry.objects.visible_to(desk_sal)


def test_no_index_of_enquiries_is_there_twice(db):
    """What begins as another one does costs each recording time and is asked by nobody."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Enquiry._meta.db_table)
    indexes = [
        tuple(one["columns"])
        for one in found.values()
        if one["index"] and one["columns"] and all(one["columns"])
    ]
    assert ("office_id", "at", "id") in indexes
    assert ("author_id", "id") in indexes
    assert ("at", "id") in indexes
    for index in indexes:
        assert not [other for other in indexes if other != index and other[: len(index)] == index]
    for unasked in ("channel_id", "topic_id", "outcome_id", "language_id", "voided_by_id"):
        assert (unasked,) not in indexes


@pytest.mark.once  # every page of the desk, twice
def test_no_page_of_the_desk_asks_more_for_many(client, office_praia, count_queries):
    """Whatever page is added: it asks the database as often for six rows of each kind as for one."""
    ChannelFactory()
    OutcomeFactory(code="informed", name_pt="Informado")
    world = World(office_praia, "Quimbombo", "9912345")
    client.force_login(world.coordinator)
    urls = {name: reverse(name, kwargs=kwargs(world)) for name, kwargs in PAGES.items()}

    def asked() -> dict[str, int]:
        return {name: count_queries(lambda url=url: client.get(url)) for name, url in urls.items()}

    few = asked()
    for number in range(5):
        world.mark, world.digits = f"Zumbizeiro {number}", f"995432{number}"
        world.make_rows()
    assert {name: (few[name], many) for name, many in asked().items() if many > few[name]} == {}


def test_what_is_to_be_done_today_takes_twelve_queries(client, desk_praia, office_praia, count_queries):
    client.force_login(desk_praia)
    FollowUpFactory.create_batch(
        3, case=CaseFactory(office=office_praia, author=desk_praia), author=desk_praia
    )
    assert cost_of(client, count_queries, "/workspace/desk/today/") <= 12


def test_the_figures_of_a_year_take_nine_queries(client, desk_praia, office_praia, count_queries):
    client.force_login(desk_praia)
    fill(office_praia, desk_praia, 3)
    assert cost_of(client, count_queries, "/workspace/desk/figures/?period=2026") <= 9


def test_recording_an_enquiry_takes_sixteen_queries(client, desk_praia, office_praia, count_queries):
    client.force_login(desk_praia)
    (row,) = fill(office_praia, desk_praia, 1)
    kept = {"topic": row.topic_id, "channel": row.channel_id, "outcome": row.outcome_id, "once": str(uuid4())}
    assert count_queries(lambda: client.post(f"{LIST}new/", kept)) <= 16
    assert Enquiry.objects.count() == 2
