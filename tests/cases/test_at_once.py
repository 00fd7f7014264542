"""Several at once, each with a connection of its own: one waits for the other, and what each counts on holds.

SQLite has one writer at a time: there the others only begin later.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from time import sleep
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from accounts.access import Verb, record_access
from accounts.models import AccessLog
from accounts.roles import Role
from cases.models import Contact, IdentityDocument, Transfer
from cases.services import doors
from cases.services.doors import TooManyQuestions, known_elsewhere, read_sent, thread_of_code
from cases.services.transfers import accept_transfer, offer_transfer
from tests.conftest import member
from tests.factories import OfficeFactory, PersonFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def aside() -> Iterator[Callable[..., "Future[Any]"]]:
    """Starts something in another connection, and gives what will come of it."""
    with ThreadPoolExecutor(4) as pool:

        def start(work: Callable[[], Any]) -> "Future[Any]":
            def run() -> Any:
                try:
                    return work()
                finally:
                    connections.close_all()

            return pool.submit(run)

        yield start


def all_at_once(aside, works):
    """What comes of each, when none begins before the others are ready: a value, or the kind of refusal."""
    ready = Event()

    def wait_and(work):
        ready.wait()
        return work()

    begun = [aside(lambda work=work: wait_and(work)) for work in works]
    ready.set()
    return [future.exception() or future.result() for future in begun]


# How often the doors between offices open


@pytest.fixture
def known_at_sal(office_sal, desk_sal):
    person = PersonFactory(office=office_sal, author=desk_sal)
    Contact.objects.create(person=person, channel="phone", value="+2389912345", verified_at=timezone.now())
    return person


@pytest.fixture(autouse=True)
def slowly(monkeypatch):
    """Counting and noting are apart."""
    record = doors.record_access
    monkeypatch.setattr(doors, "record_access", lambda *args, **more: (sleep(0.2), record(*args, **more))[1])


def asked_before(times, verb, thing, by):
    for _ in range(times):
        record_access(verb, thing, by=by)


@pytest.mark.parametrize("kept", ["phone", "document"])
def test_the_last_question_about_a_person_is_answered_once(
    aside, known_at_sal, office_praia, desk_praia, kept
):
    passport = IdentityDocument(kind="passport", number="AB 123", country="GW")
    question = {"phone": "+2389912345"} if kept == "phone" else {"document": passport}
    thing = doors.Accessed("cases.person", "–", municipality="CV-PR")
    asked_before(doors.QUESTIONS - 1, Verb.MATCHED, thing, desk_praia)
    ask = lambda: known_elsewhere(by=desk_praia, office=office_praia, **question)  # noqa: E731
    said = all_at_once(aside, [ask] * 3)
    assert sum(isinstance(each, TooManyQuestions) for each in said) == 2
    assert AccessLog.objects.filter(kind="cases.person", label="–").count() == doors.QUESTIONS


def test_the_last_code_of_an_officer_is_answered_once(aside, office_praia, desk_praia, praia):
    second = OfficeFactory(municipality=praia, code="PR2")
    thing = doors.Accessed("cases.returncode", "–", municipality="CV-PR")
    asked_before(doors.CODES_OF_OFFICER - 1, Verb.SEARCHED, thing, desk_praia)
    asks = [
        lambda office=office: thread_of_code("BCDFGHJKLM", by=desk_praia, office=office)
        for office in (office_praia, second)
    ]
    said = all_at_once(aside, asks)
    assert sum(isinstance(each, TooManyQuestions) for each in said) == 1


def test_the_last_code_of_a_town_is_answered_once(aside, office_praia, desk_praia, praia):
    second = OfficeFactory(municipality=praia, code="PR2")
    colleague = member("colega.praia@example.org", Role.OFFICER, municipality=praia)
    others = [member(f"outra{number}@example.org", Role.OFFICER, municipality=praia) for number in range(4)]
    thing = doors.Accessed("cases.returncode", "–", municipality="CV-PR")
    for number in range(doors.CODES_OF_TOWN - 1):
        record_access(Verb.SEARCHED, thing, by=others[number % 4])
    asks = [
        lambda by=by, office=office: thread_of_code("BCDFGHJKLM", by=by, office=office)
        for by, office in ((desk_praia, office_praia), (colleague, second))
    ]
    said = all_at_once(aside, asks)
    assert sum(isinstance(each, TooManyQuestions) for each in said) == 1


def test_the_last_reading_of_what_was_sent_is_one(
    aside, office_praia, office_sal, desk_praia, coordinator_praia, sal
):
    there = member("coordena.sal@example.org", Role.COORDINATOR, municipality=sal)
    person = PersonFactory(office=office_praia, author=desk_praia)
    agreed = {"reason": "Vive agora no Sal.", "agreed_on": timezone.localdate()}
    transfer = offer_transfer(person, to_office=office_sal, **agreed, by=coordinator_praia)
    accept_transfer(transfer, by=there)
    asked_before(doors.QUESTIONS - 1, Verb.READ, transfer, desk_praia)
    read = lambda: read_sent(Transfer.objects.get(pk=transfer.pk), by=desk_praia)  # noqa: E731
    said = all_at_once(aside, [read] * 3)
    assert sum(isinstance(each, TooManyQuestions) for each in said) == 2
