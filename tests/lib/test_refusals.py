"""How a refusal stands in the server's log."""

import logging

from django.conf import settings
from django.core.exceptions import PermissionDenied

from gai_portal.lib.refusals import RefusalInOneLine


def record_of(error: Exception) -> logging.LogRecord:
    info = (type(error), error, None)
    return logging.LogRecord("django.request", logging.WARNING, "", 0, "Forbidden", (), info)


def test_a_refusal_is_one_line_and_a_fault_keeps_its_traceback():
    refusal, fault = record_of(PermissionDenied()), record_of(KeyError("name"))
    assert all(RefusalInOneLine().filter(record) for record in (refusal, fault))
    assert refusal.exc_info is None
    assert fault.exc_info is not None


def test_the_log_of_requests_is_written_so():
    assert settings.LOGGING["loggers"]["django.request"] == {"filters": ["refusals"]}
