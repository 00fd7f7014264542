from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from cases.models import Channel, Outcome, Topic
from tests.factories import ChannelFactory, OutcomeFactory, TopicFactory


@pytest.fixture
def renewal(db) -> Topic:
    group = TopicFactory(code="RES", name_pt="Autorização de residência", name_en="Residence permit")
    return TopicFactory(code="RES.02", parent=group, name_pt="Renovação", name_en="Renewal")


@pytest.fixture
def violence(db) -> Topic:
    return TopicFactory(code="VBG.01", restricted=True, name_pt="Violência de parceiro")


@pytest.fixture
def in_person(db) -> Channel:
    return ChannelFactory()


@pytest.fixture
def informed(db) -> Outcome:
    return OutcomeFactory()


@pytest.fixture
def fields(renewal, in_person, informed) -> dict[str, str]:
    """The least that an officer sends."""
    return {"topic": renewal.pk, "channel": in_person.pk, "outcome": informed.pk}


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
