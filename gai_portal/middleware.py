"""What no browser sends by itself."""

from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase

NUL = "\0"


class RefuseNulMiddleware:
    """A NUL, which no keyboard types and no database stores, is a request gone wrong: 400, wherever it is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        refuse([request.path_info, *request.COOKIES.values(), *_words(request.GET)])
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any) -> None:
        """Here, because a page that does not exist shall not make the server read a body."""
        if request.method == "POST":
            refuse(_words(request.POST))


def refuse(texts: Any) -> None:
    if any(NUL in text for text in texts):
        raise BadRequest("A NUL in the request")


def _words(query: Any) -> Iterator[str]:
    for name, values in query.lists():
        yield name
        yield from values
