"""What is written to the server's log when somebody asks for what is not theirs."""

import logging

from django.core.exceptions import PermissionDenied


class RefusalInOneLine(logging.Filter):
    """A refusal is a line, not a fault: the way through the code says nothing about it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
        return True
