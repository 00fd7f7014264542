"""Two who write at once, each with a connection of their own: the fixture `aside` starts the other one."""

from concurrent.futures import wait
from threading import Event
from unittest import mock

from django.db import transaction


def all_at_once(aside, works):
    """What comes of each, when none begins before the others are ready: a value, or the kind of refusal."""
    ready = Event()

    def wait_and(work):
        ready.wait()
        return work()

    begun = [aside(lambda work=work: wait_and(work)) for work in works]
    ready.set()
    return [future.exception() or future.result() for future in begun]


def during(aside, first, second):
    """What comes of `second`, which begins while `first` is done and not committed yet: it has to wait."""
    with transaction.atomic():
        first()
        waiting = aside(second)
        wait([waiting], timeout=1)
        assert not waiting.done(), waiting.exception() or waiting.result()
    return waiting.exception() or waiting.result()


def during_or_after(aside, first, second):
    """The same as `during`, where the second one need not wait."""
    with transaction.atomic():
        first()
        begun = aside(second)
        wait([begun], timeout=1)
    return begun.exception() or begun.result()


def crossing(aside, first, at, second):
    """What comes of both, when `second` begins while `first` stands still before `at`, in its transaction.

    `at` is a module and the name of a function there; only the first one who calls it stops.
    """
    module, name = at
    real, is_there, go = getattr(module, name), Event(), Event()

    def stop_once(*args, **more):
        if not is_there.is_set():
            is_there.set()
            go.wait(10)
        return real(*args, **more)

    with mock.patch.object(module, name, stop_once):
        one = aside(first)
        assert is_there.wait(10), one.exception()
        other = aside(second)
        wait([other], timeout=0.7)
        go.set()
        return [future.exception(30) or future.result() for future in (one, other)]
