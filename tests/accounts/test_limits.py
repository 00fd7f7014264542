"""What nobody has to sign in for cannot be done without end."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
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


def ask(address="10.0.0.1"):
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    return is_too_often(request, "thing", most=3, seconds=3600)


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
