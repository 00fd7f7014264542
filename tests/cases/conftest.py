import pytest

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
