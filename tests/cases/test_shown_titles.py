"""What the portal itself puts on the list is read in the reader's language, as long as nobody rewords it."""

from datetime import date

import pytest
from django.utils.translation import override

from cases.models import DeadlineRule, FollowUp
from cases.services.follow_ups import change_follow_up, set_deadline
from cases.services.reminders import remind_of_consents
from tests.cases.test_speed import cost_of
from tests.factories import CaseFactory, PersonFactory

TODAY = "/workspace/desk/today/"


@pytest.fixture
def deadline(office_praia, desk_praia, renewal):
    rule = DeadlineRule.objects.create(
        code="D9", name_pt="Pedir 15 dias antes", name_fr="Demander 15 jours avant", offset_hours=-360
    )
    renewal.deadlines.add(rule)
    case = CaseFactory(office=office_praia, topic=renewal, author=desk_praia, assigned_to=desk_praia)
    return set_deadline(case, rule, date(2026, 3, 20), by=desk_praia)


@pytest.mark.parametrize(
    ("language", "title"),
    [("pt", "Pedir 15 dias antes"), ("fr", "Demander 15 jours avant"), ("en", "Pedir 15 dias antes")],
)
def test_a_legal_deadline_is_named_in_the_readers_language(client, desk_praia, deadline, language, title):
    client.force_login(desk_praia)
    client.cookies["django_language"] = language
    for address in (TODAY, deadline.case.get_absolute_url()):
        assert title in client.get(address).content.decode()
    with override(language):
        assert deadline.shown_title == title


def test_a_deadline_that_somebody_reworded_is_shown_as_they_wrote_it(deadline, desk_praia):
    words = {"title": "Pedir já", "due_on": deadline.due_on, "assigned_to": None}
    changed = change_follow_up(deadline, **words, version=deadline.version, by=desk_praia)
    with override("fr"):
        assert str(changed) == "Pedir já"


def test_a_deadline_whose_words_were_erased_has_none_in_any_language(deadline):
    deadline.title = ""
    with override("fr"):
        assert str(deadline) == deadline.reference


def test_the_end_of_an_agreement_is_told_in_the_readers_language(
    client, office_praia, desk_praia, count_queries
):
    for _ in range(3):
        PersonFactory(
            office=office_praia,
            author=desk_praia,
            consent__starts_on=date(2019, 3, 31),
            consent__ends_on=date(2020, 3, 31),
        )
    remind_of_consents()
    follow_up = FollowUp.objects.first()
    assert follow_up.shown_title == follow_up.title
    with override("en"):
        assert follow_up.shown_title.startswith("The agreement to be on record ends on 31 March 2020.")
    client.force_login(desk_praia)
    client.cookies["django_language"] = "en"
    assert "ends on 31 March 2020" in client.get(TODAY).content.decode()
    assert cost_of(client, count_queries, TODAY) <= 13
