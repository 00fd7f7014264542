"""A creating form is answered once: whoever sends it again gets the first result."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, OperationalError
from django.http import QueryDict
from django.urls import reverse

from accounts.models import OneTimeKey
from accounts.services import DEADLOCK, answer_once, first_answer
from cases.models import Channel, Enquiry
from tests.factories import ChannelFactory, OutcomeFactory, TopicFactory

DESK = "/workspace/desk/enquiries/new/"


@pytest.fixture
def fields(desk_praia):
    topic = TopicFactory(code="RES.02", parent=TopicFactory(code="RES"))
    fields = {"topic": topic.pk, "channel": ChannelFactory().pk, "outcome": OutcomeFactory().pk}
    return fields | {"once": str(uuid4())}


@pytest.fixture
def posted(rf, desk_praia):
    """A POST of somebody's form with a one-time key."""

    def posted(key, user=desk_praia):
        request = rf.post("/")
        request.POST = QueryDict(f"once={key}")
        request.user = user
        return request

    return posted


def test_two_clicks_record_one_enquiry_and_lead_to_it(client, desk_praia, fields):
    client.force_login(desk_praia)
    first, second = (client.post(DESK, fields) for _click in range(2))
    assert first.url == second.url
    assert Enquiry.objects.count() == 1


def test_a_second_form_with_the_same_words_is_a_second_enquiry(client, desk_praia, fields):
    client.force_login(desk_praia)
    for _form in range(2):
        client.post(DESK, fields | {"once": str(uuid4())})
    assert Enquiry.objects.count() == 2


def test_the_key_of_somebody_else_gives_nothing_away(posted, desk_praia, coordinator_praia):
    key = uuid4()
    answer_once(posted(key), lambda: "/workspace/secret/")
    assert first_answer(posted(key, coordinator_praia)) is None
    assert answer_once(posted(key, coordinator_praia), lambda: "/other/") == "/other/"


def test_what_another_rule_refuses_is_not_taken_for_a_spent_key(posted, desk_praia):
    def break_a_rule() -> str:
        desk_praia.memberships.update(ends_on="1999-12-31")
        return "/result/"

    with pytest.raises(IntegrityError, match="membership_ends_after_it_starts"):
        answer_once(posted(uuid4()), break_a_rule)


@pytest.mark.parametrize("key", ["", "x", "1' OR 1=1", "0" * 31])
def test_a_form_without_a_proper_key_counts_as_new(posted, key):
    results = iter(["/first/", "/second/"])
    assert answer_once(posted(key), lambda: next(results)) == "/first/"
    assert answer_once(posted(key), lambda: next(results)) == "/second/"
    assert not OneTimeKey.objects.exists()


def test_what_fails_spends_no_key(posted):
    key = uuid4()

    def fail() -> str:
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        answer_once(posted(key), fail)
    assert answer_once(posted(key), lambda: "/result/") == "/result/"


def test_the_same_form_keeps_its_key_when_it_is_shown_again(client, desk_praia, fields):
    client.force_login(desk_praia)
    page = client.post(DESK, fields | {"topic": ""}).text
    assert fields["once"] in page


def test_a_form_that_is_opened_twice_has_two_keys(client, desk_praia):
    client.force_login(desk_praia)
    keys = {client.get(DESK).text.partition('name="once" value="')[2][:36] for _opening in range(2)}
    assert len(keys) == 2


def test_a_colleague_is_invited_once(client, coordinator_praia, praia):
    client.force_login(coordinator_praia)
    fields = {"email": "nova@example.org", "name": "Nova", "role": "officer:CV-PR", "once": str(uuid4())}
    url = reverse("accounts:person_invite")
    assert [client.post(url, fields).status_code for _click in range(2)] == [302, 302]
    assert praia.memberships.filter(user__email="nova@example.org").count() == 1


def fails_first(error, times=1):
    """A form that the database undoes so many times."""
    errors = [error] * times

    def create() -> str:
        ChannelFactory()
        if errors:
            raise errors.pop()
        return "/result/"

    return create


def undone(sqlstate):
    error = OperationalError("the database says so")
    error.__cause__ = Exception()
    error.__cause__.sqlstate = sqlstate
    return error


@pytest.mark.parametrize("key", [uuid4(), ""])
def test_a_form_that_waited_for_somebody_who_waited_for_it_is_run_once_more(posted, key):
    assert answer_once(posted(key), fails_first(undone(DEADLOCK))) == "/result/"
    assert Channel.objects.count() == 1


@pytest.mark.parametrize(("sqlstate", "times"), [(DEADLOCK, 2), ("57014", 1)])
def test_it_is_not_run_for_ever_nor_after_another_error(posted, sqlstate, times):
    with pytest.raises(OperationalError):
        answer_once(posted(uuid4()), fails_first(undone(sqlstate), times))
    assert not Channel.objects.exists()
