"""What an installation's environment makes of the portal."""

import re
import runpy
from pathlib import Path

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "gai_portal" / "settings.py"
DECIDING = ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "DEBUG", "DEMO"]
REAL = {
    "SECRET_KEY": "secret",
    "ALLOWED_HOSTS": "portal.example",
    "SITE_URL": "https://portal.example",
    "EMAIL_URL": "smtp://localhost:25",
    "DATABASE_URL": "postgres:///portal",
}


@pytest.fixture
def settings_with(monkeypatch):
    """The settings as they come out of these variables alone, whatever this computer has set."""
    monkeypatch.setattr(environ.Env, "read_env", lambda *args, **kwargs: None)
    for name in [*DECIDING, "HTTPS", "SITE_URL", "EMAIL_URL"]:
        monkeypatch.delenv(name, raising=False)

    def read(**variables: str) -> dict:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return read


def test_without_settings_it_is_a_demonstration_for_this_computer(settings_with):
    settings = settings_with()
    assert settings["DEMO"] is True
    assert settings["DEBUG"] is False
    assert settings["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1"]
    assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert settings["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"
    assert settings["SECRET_KEY"] == settings_with()["SECRET_KEY"]


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"DEMO": "0"}, "SECRET_KEY"),
        ({"DEBUG": "1"}, "SECRET_KEY"),
        ({"DATABASE_URL": "postgres:///portal"}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": "portal.example"}, "SECRET_KEY"),
        ({"SECRET_KEY": "secret"}, "ALLOWED_HOSTS"),
        ({"SECRET_KEY": "secret", "ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        (REAL | {"SITE_URL": ""}, "SITE_URL"),
        (REAL | {"SITE_URL": "portal.example"}, "SITE_URL"),
        (REAL | {"EMAIL_URL": ""}, "EMAIL_URL"),
    ],
)
def test_a_real_installation_is_told_what_is_missing(settings_with, variables, missing):
    with pytest.raises(ImproperlyConfigured, match=missing):
        settings_with(**variables)


def test_a_real_installation_is_strict_unless_told_otherwise(settings_with):
    settings = settings_with(**REAL)
    assert settings["DEMO"] is False
    assert settings["DEBUG"] is False
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["CSRF_COOKIE_SECURE"] is True
    assert settings["DATABASES"]["default"]["ENGINE"] == "django.db.backends.postgresql"
    assert settings["EMAIL_TIMEOUT"] == 10


def test_browsers_are_bound_to_tls_shortly_and_for_this_name_alone(settings_with):
    settings = settings_with(**REAL)
    names = ["SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"]
    assert [settings[name] for name in names] == [3600, False, False]
    settings = settings_with(**REAL, HSTS_SECONDS="31536000", HSTS_SUBDOMAINS="1", HSTS_PRELOAD="1")
    assert [settings[name] for name in names] == [31536000, True, True]
    assert settings_with(HTTPS="0")["SECURE_HSTS_SECONDS"] == 0


def test_a_developer_needs_no_mail_server(settings_with):
    settings = settings_with(DEBUG="1", SECRET_KEY="secret", ALLOWED_HOSTS="localhost")
    assert settings["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"
    assert settings["SITE_URL"] == "http://127.0.0.1:8000"


def test_every_variable_is_explained():
    read = set(re.findall(r"env(?:\.\w+)?\(\s*\"([A-Z_]+)\"", SETTINGS.read_text()))
    explained = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read == explained


@pytest.mark.parametrize("file", [".env.example", "docs/deploy/portal.env"])
def test_no_remark_stands_behind_a_setting(file):
    """systemd would take it for a part of the value."""
    settings = re.findall(r"^#?[A-Z_]+=.*$", (ROOT / file).read_text(), re.MULTILINE)
    assert len(settings) > 5
    assert not [line for line in settings if " #" in line]
