"""Opening addresses as a stranger would: what a view looks for, what a form sends, what an answer tells."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.cache import caches
from django.db import connection, models, transaction
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

# What a form carries for the machine's sake.
MACHINES = {"csrfmiddlewaretoken", "once", "resumed", "account", "form_path"}
# What differs from one answer to the next without telling anything: tokens, keys, keys of rows just written
# (a stranger's rows have five digits here, see `number_from`).
PASSING = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-z]{5}-[0-9a-z]{5}\b|\b[0-9a-zA-Z]{64}\b|\b[\w-]{8,}:[\w-]{6}:[\w-]{40,}|(?<!\d)\d{5,}(?!\d)"
)
QUIET = ("accounts_accesslog", "django_session", "accounts_onetimekey", "accounts_draft")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the fields that a view looks for in an address or in a form that is sent."""
    names: set[str] = set()

    def noting(method: Callable[..., Any]) -> Callable[..., Any]:
        def look(data: QueryDict, name: Any, *args: Any, **more: Any) -> Any:
            names.add(str(name))
            return method(data, name, *args, **more)

        return look

    for name in ("__getitem__", "__contains__", "getlist"):
        monkeypatch.setattr(QueryDict, name, noting(getattr(QueryDict, name)))
    return names


@dataclass
class Control:
    """One field of a form on a page."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    is_required: bool = False

    def sent(self) -> str:
        """What somebody sends who fills in only what has to be."""
        if self.value or not self.is_required:
            return self.value
        if self.options:
            return next(filter(None, self.options), "")
        return {"date": str(timezone.localdate()), "number": "1", "email": "a@example.org"}.get(
            self.kind, "Texto"
        )


class Forms(HTMLParser):
    """The fields of the forms of a page that are sent to the page itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.controls: dict[str, Control] = {}
        self.is_own, self.select, self.text = False, None, None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.is_own = given.get("method") == "post" and not given.get("action")
        if not self.is_own or (tag != "option" and given.get("name", "") in {"", *MACHINES}):
            return
        name, is_required = given.get("name", ""), "required" in given
        match tag:
            case "input" if given.get("type") in {"radio", "checkbox"}:
                control = self.controls.setdefault(name, Control(name, "choice", is_required=is_required))
                control.options.append(given.get("value", "on"))
                if "checked" in given:
                    control.value = given.get("value", "on")
            case "input":
                self.controls[name] = Control(
                    name, given.get("type", "text"), given.get("value", ""), is_required=is_required
                )
            case "select":
                self.select = self.controls[name] = Control(name, "choice", is_required=is_required)
            case "option" if self.select is not None:
                self.select.options.append(given.get("value", ""))
                if "selected" in given:
                    self.select.value = given.get("value", "")
            case "textarea":
                self.text = self.controls[name] = Control(name, "textarea", is_required=is_required)

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.value += data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_own = False
        self.select = None if tag == "select" else self.select
        self.text = None if tag == "textarea" else self.text


@dataclass(frozen=True)
class Answer:
    status: int
    text: str

    def without(self, value: str = "") -> list[str]:
        """The answer apart from an echo of the question, line by line."""
        text = unquote(unquote(self.text))
        if value.isdigit():  # a telephone number is shown in groups
            text = re.sub(r"(?<=\d) (?=\d)", "", text)
        if value:
            text = re.sub(rf"(?<!\d){re.escape(value.lower())}(?!\d)", "§", text)
        return [str(self.status), *PASSING.sub("§", text).splitlines()]


def looked_for(client: Client, url: str, data: dict[str, str] | None, asked: set[str]) -> set[str]:
    """The fields that a view looks for, and not those of the page that it leads to."""
    asked.clear()
    ask(client, url, data, follow=False)
    client.cookies.pop("messages", None)  # the page that would show them was not opened
    return asked - MACHINES


def ask(
    client: Client,
    url: str,
    data: dict[str, str] | None,
    look: Callable[[], object] = lambda: None,
    *,
    follow: bool = True,
) -> Answer:
    """The answer to a GET, or to a POST of `data`, with the pages that it leads to; nothing of it stays.

    `look` is called while what was written is still there, if anything of weight was.
    """
    writes: list[str] = []
    for cache in caches.all(initialized_only=True):
        cache.clear()  # tries are counted there

    def note(execute: Any, sql: str, *args: Any) -> Any:
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            writes.append(sql)
        return execute(sql, *args)

    with transaction.atomic():
        with connection.execute_wrapper(note):
            send = client.get(url, follow=follow) if data is None else client.post(url, data, follow=follow)
        body = send.getvalue().decode(errors="replace")
        if send.get("Content-Type", "").startswith("application/pdf"):
            body = "pdf"  # packed: what stands in it is that of its page
        steps = " ".join(step for step, _status in getattr(send, "redirect_chain", []))
        if any("cases_" in sql and not any(table in sql[:60] for table in QUIET) for sql in writes):
            look()
        transaction.set_rollback(True)
    return Answer(send.status_code, f"{body} {steps}".lower())


def number_from(start: int, tables: Iterable[type[models.Model]]) -> None:
    """The next rows of these tables get keys of five digits: each key names one row of one table."""
    for place, model in enumerate(tables, start=10):
        table, first = model._meta.db_table, place * 1_000 + start
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [f'"{table}"', first])
            else:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, first])
