"""Database triggers that refuse a write, on SQLite and PostgreSQL alike. Knows no app.

An app declares its triggers and calls `keep_triggers` once, from its AppConfig. From then on they are taken
away before migrations run (SQLite cannot rebuild a table that a trigger mentions, and a migration may have
to fill a new column of a frozen row) and are put back after every `migrate`.

A refused write raises IntegrityError on both databases, with the trigger's message.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate

EVENTS = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Trigger:
    """Refuses one kind of write to one table, for rows of which `when` is true.

    `when` is SQL that both databases understand. It says OLD for the row as it was (UPDATE, DELETE) and NEW
    for the row as it would become (INSERT, UPDATE). An empty one refuses every row.
    """

    model: type[models.Model]
    event: str
    when: str
    message: str

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def name(self) -> str:
        return f"{self.table}_no_{self.event.lower()}"


def guard(
    model: type[models.Model], when: str, message: str, *, events: Iterable[str] = EVENTS
) -> list[Trigger]:
    """Triggers for several events at once. `when` says `{row}`, which an UPDATE must satisfy neither as it
    was nor as it would become.
    """
    sides = {"INSERT": ["NEW"], "UPDATE": ["OLD", "NEW"], "DELETE": ["OLD"]}
    return [
        Trigger(model, event, " OR ".join(f"({when.format(row=side)})" for side in sides[event]), message)
        for event in events
    ]


def changed(model: type[models.Model], *, but: Collection[str] = ()) -> str:
    """SQL that is true when an UPDATE changes any column except those of the fields named in `but`."""
    columns = [field.column for field in model._meta.concrete_fields if field.name not in but]
    return " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in columns)


def frozen_when(model: type[models.Model], state: str, message: str) -> list[Trigger]:
    """For versions that are born as a draft, come into `state`, are superseded: nothing else changes."""
    supersedes = (
        f"OLD.state = '{state}' AND NEW.state = 'superseded' AND NOT ({changed(model, but={'state'})})"
    )
    odd_move = (
        f"(OLD.state = 'draft' AND NEW.state = 'superseded') OR (OLD.state <> 'draft' AND NOT ({supersedes}))"
    )
    return [
        *guard(model, "{row}.state <> 'draft'", message, events=["INSERT", "DELETE"]),
        Trigger(model, "UPDATE", odd_move, message),
    ]


def install_triggers(triggers: Iterable[Trigger], using: str = "default") -> None:
    """Create them, or create them again. A table that is not there yet is passed over."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for trigger in triggers:
            if trigger.table in tables:
                for statement in [*_drop(trigger, connection), *_create(trigger, connection)]:
                    cursor.execute(statement)


def lift_triggers(triggers: Iterable[Trigger], using: str = "default") -> None:
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for trigger in triggers:
            if trigger.table in tables:
                for statement in _drop(trigger, connection):
                    cursor.execute(statement)


def missing_triggers(using: str = "default") -> list[str]:
    """The names of kept triggers that the database does not have, although it should."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'")
        present = {name for (name,) in cursor.fetchall()}
    return sorted({trigger.name for trigger in KEPT} - present)


# Every trigger that some app keeps: what the test suite lifts around its own flush.
KEPT: list[Trigger] = []


def keep_triggers(app: AppConfig, triggers: Collection[Trigger]) -> None:
    """Lift an app's triggers before migrations, and put them back after every `migrate`."""
    names = [trigger.name for trigger in triggers]
    assert len(set(names)) == len(names), "One trigger per table and event: join their conditions by OR."
    KEPT.extend(trigger for trigger in triggers if trigger not in KEPT)

    def lift(*, using: str, plan: Collection[Any] = (), **kwargs: Any) -> None:
        if plan:
            lift_triggers(triggers, using)

    def put_back(*, using: str, **kwargs: Any) -> None:
        install_triggers(triggers, using)

    # weak=False: nothing else holds on to these two functions.
    pre_migrate.connect(lift, sender=app, weak=False, dispatch_uid=f"lift triggers of {app.label}")
    post_migrate.connect(put_back, sender=app, weak=False, dispatch_uid=f"put back triggers of {app.label}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _create(trigger: Trigger, connection: BaseDatabaseWrapper) -> list[str]:
    name, table, event = trigger.name, trigger.table, trigger.event
    when, message = trigger.when or "TRUE", _quoted(trigger.message)
    if connection.vendor == "sqlite":
        return [
            f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" FOR EACH ROW WHEN {when} '
            f"BEGIN SELECT RAISE(ABORT, {message}); END"
        ]
    # The condition stands in a function, because PostgreSQL's own WHEN may not look into other tables.
    back = "OLD" if event == "DELETE" else "NEW"
    refuse = f"RAISE EXCEPTION USING MESSAGE = {message}, ERRCODE = 'integrity_constraint_violation'"
    statements = [
        f'CREATE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ '
        f"BEGIN IF {when} THEN {refuse}; END IF; RETURN {back}; END $$",
        f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" FOR EACH ROW EXECUTE FUNCTION "{name}"()',
    ]
    if event == "DELETE":  # TRUNCATE looks at no row, so a table that guards its rows refuses it altogether
        statements += [
            f'CREATE FUNCTION "{table}_no_truncate"() RETURNS trigger LANGUAGE plpgsql AS $$ '
            f"BEGIN {refuse}; END $$",
            f'CREATE TRIGGER "{table}_no_truncate" BEFORE TRUNCATE ON "{table}" '
            f'FOR EACH STATEMENT EXECUTE FUNCTION "{table}_no_truncate"()',
        ]
    return statements


def _drop(trigger: Trigger, connection: BaseDatabaseWrapper) -> list[str]:
    if connection.vendor == "sqlite":
        return [f'DROP TRIGGER IF EXISTS "{trigger.name}"']
    names = [trigger.name, f"{trigger.table}_no_truncate"] if trigger.event == "DELETE" else [trigger.name]
    return [
        statement
        for name in names
        for statement in (
            f'DROP TRIGGER IF EXISTS "{name}" ON "{trigger.table}"',
            f'DROP FUNCTION IF EXISTS "{name}"()',
        )
    ]
