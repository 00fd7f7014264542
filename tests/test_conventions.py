"""What the project has agreed on, checked here so that nobody has to remember it."""

import ast
import gzip
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.db import connection
from django.urls import URLPattern, get_resolver

ROOT = Path(settings.BASE_DIR)
APPS = ["gai_portal", "accounts", "municipalities", "cases", "action_plans"]
PYTHON_FILES = sorted(path for folder in [*APPS, "tests"] for path in (ROOT / folder).rglob("*.py"))
TEMPLATES = sorted(path for folder in ["templates", *APPS] for path in (ROOT / folder).rglob("*.html"))
CATALOGUES = sorted((ROOT / "locale").rglob("*.po"))

# Names that a country chooses (settings.LABELS). Cabo Verde itself has already renamed its directorate once.
NAMES_OF_OFFICES = re.compile(r"\b(GAI|ULI|DGI|AAI|MAPII|PAMII)\b")
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a script without src": re.compile(r"<script\b(?![^>]*\ssrc=)", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
}
# Which of Django's decorators settle the methods of a view: all of them live in this module.
METHOD_DECORATORS = "django/views/decorators/http.py"


def where(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PYTHON_FILES, ids=where)
def test_a_python_file_can_be_read_in_one_sitting(path):
    if "migrations" not in path.parts:
        assert len(path.read_text().splitlines()) <= 600


@pytest.mark.parametrize("path", TEMPLATES, ids=where)
def test_a_template_is_small_and_has_nothing_inline(path):
    html = path.read_text()
    assert len(html.splitlines()) <= 150
    assert not re.search(r"^(<{7}|>{7})", html, re.MULTILINE), "two people's changes, not brought together"
    # Our content security policy refuses what is inline, silently, in the visitor's browser.
    assert [name for name, pattern in INLINE.items() if pattern.search(html)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=where)
def test_a_form_that_keeps_a_draft_names_itself_and_carries_a_key(path):
    html = path.read_text()
    # Any other address keeps nothing; without a key, a save that comes late brings a sent form back.
    forms = re.findall(r"<form\b[^<]*data-draft-url=.*?</form>", html, re.DOTALL)
    assert (
        len(re.findall(r"data-draft-url=", html))
        == html.count('data-draft-url="{% draft_url %}"')
        == len(forms)
    )
    assert all("{% form_keys once=True %}" in form for form in forms)
    assert all('{% include "includes/_draft_status.html" %}' in form for form in forms)


@pytest.mark.parametrize("path", CATALOGUES, ids=where)
def test_no_translatable_string_names_an_office(path):
    def texts(message: polib.POEntry) -> list[str]:
        return [message.msgid, message.msgid_plural, message.msgstr, *message.msgstr_plural.values()]

    named = [
        message.msgid
        for message in polib.pofile(str(path))
        if any(NAMES_OF_OFFICES.search(text) for text in texts(message))
    ]
    assert named == []


def test_there_is_a_catalogue_for_each_language_but_the_source():
    written = {path.parent.parent.name for path in CATALOGUES}
    assert written == {code for code, _ in settings.LANGUAGES} - {"en"}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned(name):
    lines = [line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    pinned = re.compile(r"-r requirements\.txt|[\w.\[\],-]+==[\w.]+")
    loose = [line for line in lines if line and not pinned.fullmatch(line)]
    assert loose == []


def pins(name: str) -> dict[str, str]:
    found = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.]+)", (ROOT / name).read_text(), re.MULTILINE)
    return {package.lower().replace("_", "-"): version for package, version in found}


def test_the_lock_holds_what_the_requirements_ask_for():
    assert pins("requirements.txt").items() <= pins("requirements.lock").items()


def test_the_lock_names_no_server():
    assert not re.search(r"^--|https?://|file:", (ROOT / "requirements.lock").read_text(), re.MULTILINE)


def test_postgresql_is_spoken_through_psycopg2():
    # psycopg 3 takes its place without a word as soon as any package brings it along.
    assert importlib.util.find_spec("psycopg") is None
    if connection.vendor == "postgresql":
        assert connection.Database.__name__ == "psycopg2"


def test_the_style_sheet_stays_light():
    sheets = b"".join(path.read_bytes() for path in sorted((ROOT / "static" / "css").rglob("*.css")))
    assert len(gzip.compress(sheets, 9)) <= 12_000


def views(resolver=None) -> Iterator[tuple[str, object]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if not isinstance(entry, URLPattern):
            if entry.namespace != "admin":  # Django's own; tests/test_admin.py tries who may do what there
                yield from views(entry)
        elif entry.callback.__module__.partition(".")[0] in APPS:
            yield f"{entry.callback.__module__}.{entry.callback.__qualname__}", entry.callback


def layers_of(view) -> Iterator[object]:
    while view is not None:
        yield view
        view = getattr(view, "__wrapped__", None)


@pytest.mark.parametrize(("name", "view"), [pytest.param(name, view, id=name) for name, view in views()])
def test_a_view_says_which_methods_it_answers(name, view):
    files = [layer.__code__.co_filename for layer in layers_of(view) if hasattr(layer, "__code__")]
    assert any(Path(file).as_posix().endswith(METHOD_DECORATORS) for file in files)


# `answer_form` also ends the draft and says a refusal in the form; whoever asks for less says why.
ANSWERS_ONCE_BY_ITSELF = {
    "accounts/services.py": "it is where both are defined",
    "cases/views/consents.py": "a refusal may name a field that this form lacks: only its words are shown",
    "cases/views/people.py": "the same; a new person is recorded after the doubts are answered",
}


def test_creating_forms_are_answered_by_answer_form():
    direct = {
        where(path)
        for path in PYTHON_FILES
        if "tests" not in path.parts and re.search(r"\banswer_once\(", path.read_text())
    }
    assert direct == ANSWERS_ONCE_BY_ITSELF.keys()


# `gai_portal.lib.locks.locked` says why. Here a join cannot come to point elsewhere while somebody waits.
LOCKED_WITH_JOINS = {
    "action_plans/services/consultation.py": "the plan of a consultation never changes",
    "action_plans/services/discussion.py": "the plan of a remark never changes",
    "action_plans/services/plan.py": "the municipality of a plan never changes",
    "action_plans/services/tailoring.py": "the same",
}


def chains(path: Path) -> Iterator[set[str]]:
    """The names of each chain of calls: Model.objects.one().two()."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = set()
        while isinstance(node, ast.Call | ast.Attribute):
            if isinstance(node, ast.Attribute):
                names.add(node.attr)
                node = node.value
            else:
                node = node.func
        yield names


def test_each_mark_for_the_type_checker_says_why_it_is_there():
    marks = [line.strip() for path in PYTHON_FILES for line in path.read_text().splitlines()]
    assert [mark for mark in marks if re.search(r"# type: ignore\[[\w, -]+\]$", mark)] == []


def test_a_row_is_not_locked_and_joined_in_one_query():
    joined = {
        where(path)
        for path in PYTHON_FILES
        if "services" in path.parts or path.stem == "services"
        for names in chains(path)
        if "select_for_update" in names
        and any(name == "select_related" or name.startswith("with_") for name in names)
    }
    assert joined == LOCKED_WITH_JOINS.keys()
