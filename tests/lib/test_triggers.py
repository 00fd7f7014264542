"""Triggers refuse a write in the database itself, come back after a migration, and let the suite flush."""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.models.signals import pre_migrate

from action_plans.models import Template, TemplateSection
from gai_portal.lib.triggers import KEPT, changed, install_triggers, lift_triggers, missing_triggers
from tests.action_plans.factories import TemplateFactory, TemplateSectionFactory


def test_every_kept_trigger_is_in_the_database(db):
    assert KEPT
    assert missing_triggers() == []


def test_a_trigger_that_was_lifted_is_named_as_missing(transactional_db):
    lift_triggers(KEPT[:1])
    assert missing_triggers() == [KEPT[0].name]


def test_migrating_puts_a_lost_trigger_back(transactional_db):
    lift_triggers(KEPT)
    call_command("migrate", verbosity=0)
    assert missing_triggers() == []


def test_triggers_are_away_while_migrations_run(transactional_db):
    for name in ("accounts", "cases", "action_plans"):
        app = apps.get_app_config(name)
        pre_migrate.send(sender=app, app_config=app, using="default", plan=["a migration"])
    assert len(missing_triggers()) == len({trigger.name for trigger in KEPT})


def test_a_migration_run_with_nothing_to_do_lifts_nothing(transactional_db):
    app = apps.get_app_config("action_plans")
    pre_migrate.send(sender=app, app_config=app, using="default", plan=[])
    assert missing_triggers() == []


def test_installing_twice_is_harmless(transactional_db):
    install_triggers(KEPT)
    install_triggers(KEPT)
    assert missing_triggers() == []


def test_changed_names_every_column_but_those_left_out():
    sql = changed(Template, but={"state"})
    assert 'OLD."title_pt" IS DISTINCT FROM NEW."title_pt"' in sql
    assert '"state"' not in sql


def test_a_guarded_table_cannot_be_emptied_at_one_stroke(transactional_db):
    """PostgreSQL refuses TRUNCATE, which looks at no row; SQLite does not know the word."""
    TemplateSectionFactory(template=TemplateFactory())
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("TRUNCATE action_plans_templatesection CASCADE")
    assert TemplateSection.objects.count() == 1
