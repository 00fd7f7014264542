"""What nobody has to sign in for cannot be done without end."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache, caches
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory
from django.test.utils import override_settings
from django.utils import timezone

from accounts.limits import is_too_often


@pytest.fixture
def database_cache(db):
    """The cache of an installation: shared by its workers."""
    name = "django.core.cache.backends.db.DatabaseCache"
    with override_settings(
        CACHES={**settings.CACHES, "default": {"BACKEND": name, "LOCATION": "portal_cache"}}
    ):
        yield


@pytest.fixture(autouse=True)
def three_an_hour(settings):
    settings.ACCOUNT_RATE_LIMITS = {"thing": "3/h/ip", "letter": "1/h/key"}


def ask(address="10.0.0.1", action="thing", **fields):
    return is_too_often(RequestFactory().post("/", REMOTE_ADDR=address), action, **fields)


def test_the_count_holds_for_the_whole_window_and_for_each_connection(db):
    start = timezone.now().replace(minute=0, second=1)
    with time_machine.travel(start, tick=False):
        assert [ask() for _number in range(5)] == [False, False, False, True, True]
        assert not ask("10.0.0.2")
    with time_machine.travel(start + timedelta(minutes=20), tick=False):
        assert ask()
    with time_machine.travel(start + timedelta(minutes=61), tick=False):
        assert not ask()


def test_it_holds_in_a_cache_in_the_database_too(database_cache):
    start = timezone.now().replace(minute=0, second=1)
    with time_machine.travel(start, tick=False):
        assert [ask() for _number in range(4)] == [False, False, False, True]
    with time_machine.travel(start + timedelta(minutes=20), tick=False):
        assert ask()
    cache.clear()


def test_two_workers_count_together(database_cache):
    answers = []
    for _number in range(4):
        answers.append(ask())
        del caches["default"]  # the next one has nothing of this one in its memory
    assert answers == [False, False, False, True]
    cache.clear()


def test_a_key_is_counted_wherever_it_comes_from(db):
    assert not ask("10.0.0.1", "letter", key="1")
    assert ask("10.0.0.2", "letter", key="1")
    assert not ask("10.0.0.2", "letter", key="2")


def test_looking_is_not_counted(db):
    for _number in range(5):
        assert not is_too_often(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1"), "thing")
    assert not ask()


def test_what_has_no_limit_in_the_settings_is_a_mistake(db):
    with pytest.raises(ImproperlyConfigured):
        ask(action="other")
