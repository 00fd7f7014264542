import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

pytestmark = pytest.mark.django_db


def test_all_is_well(client):
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "migrations": "ok"}
    assert "no-store" in response.headers["Cache-Control"]


def test_a_missing_migration_is_told(client, settings, monkeypatch):
    settings.MIGRATION_MODULES = {}  # also where the suite runs without them
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda recorder: {})
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"database": "ok", "migrations": "missing"}


def test_a_database_that_does_not_answer_is_told_without_its_secrets(client, monkeypatch):
    def fail():
        raise OperationalError('FATAL: password authentication failed for user "portal"')

    monkeypatch.setattr(connection, "ensure_connection", fail)
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"database": "unreachable", "migrations": "unknown"}


def test_it_answers_to_nothing_but_reading(client):
    assert client.post("/healthz").status_code == 405
