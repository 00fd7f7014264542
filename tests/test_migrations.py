"""What the suite runs on without migrating, on SQLite, is what the migrations make."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection


@pytest.mark.once
def test_the_migrations_make_the_tables_of_the_models(db, tmp_path):
    path = tmp_path / "migrated.sqlite3"
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": f"sqlite:///{path}"},
        check=True,
    )
    with connection.cursor() as made, sqlite3.connect(path) as migrated:
        assert schema(migrated.execute) == schema(made.execute)


def schema(ask: Callable[[str], Any]) -> set[tuple]:
    """Tables, indexes and triggers by name, and the columns of each table."""
    ours = "name NOT LIKE 'sqlite_%' AND name != 'django_migrations'"
    things = ask(f"SELECT type, name FROM sqlite_master WHERE {ours}").fetchall()
    columns = {
        (name, column, kind, needed)
        for what, name in things
        if what == "table"
        for _place, column, kind, needed, *_more in ask(f"PRAGMA table_info('{name}')").fetchall()
    }
    return {*things, *columns}
