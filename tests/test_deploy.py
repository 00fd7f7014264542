"""What docs/operators.md has the server do, done here: settings, units, socket, backup and restore."""

import http.client
import os
import re
import runpy
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import environ
import pytest
from django.core.management import get_commands
from django.db import connection

from tests.factories import UserFactory

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "docs" / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
PASSWORD = "three words and more"


def lines_of(unit: Path, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", unit.read_text(), re.MULTILINE)


def environment_file() -> dict[str, str]:
    """/etc/portal.env as systemd reads it: a line that is no remark is a name and all the rest its value."""
    lines = (DEPLOY / "portal.env").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return settings | {"SECRET_KEY": "a-key-for-this-test"}


def test_the_settings_file_is_understood(monkeypatch):
    monkeypatch.setattr(environ.Env, "read_env", lambda *args, **kwargs: None)
    for name, value in environment_file().items():
        monkeypatch.setenv(name, value)
    settings = runpy.run_path(str(ROOT / "gai_portal" / "settings.py"))
    assert settings["ALLOWED_HOSTS"] == ["portal.example.cv"]
    assert settings["SITE_URL"] == "https://portal.example.cv"
    assert settings["WORKER"] is True
    assert settings["EMAIL_PORT"] == 587
    assert settings["DATABASES"]["default"]["NAME"] == "portal"
    assert settings["MEDIA_ROOT"] == Path("/var/lib/portal/media")
    assert ROOT not in settings["STATIC_ROOT"].parents


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_runs_what_there_is_as_the_portal(unit):
    assert lines_of(unit, "User") == ["portal"]
    assert lines_of(unit, "EnvironmentFile") == ["/etc/portal.env"]
    commands = [line.split() for line in lines_of(unit, "ExecStart")]
    assert commands
    for program, *arguments in commands:
        assert os.access(program.replace("/srv/portal/app", str(ROOT)), os.X_OK)
        if arguments[0] == "manage.py":
            assert arguments[1] in get_commands()


def test_every_timer_starts_a_unit_and_the_page_names_every_file():
    page = (ROOT / "docs" / "operators.md").read_text()
    for timer in DEPLOY.glob("*.timer"):
        assert timer.with_suffix(".service").exists()
        assert f"{timer.name}" in page
    for file in DEPLOY.iterdir():
        assert file.stem in page, file.name


def test_no_old_version_runs_on_the_tables_of_a_new_one():
    page = (ROOT / "docs" / "operators.md").read_text()
    steps = re.findall(r"^\d\. (.*)$", page.partition("## Upgrading")[2], re.MULTILINE)
    [stop] = [number for number, step in enumerate(steps) if "systemctl stop portal portal-worker" in step]
    [start] = [number for number, step in enumerate(steps) if "systemctl start portal-prepare" in step]
    [pull] = [number for number, step in enumerate(steps) if " pull " in step]
    assert stop < pull < start
    assert "portal-prepare && systemctl start portal portal-worker" in steps[start]


class SocketConnection(http.client.HTTPConnection):
    """HTTP to a unix socket, as the proxy speaks it."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self.path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


def database_url() -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    return f"postgres://{settings['USER']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


@pytest.fixture
def portal(transactional_db, tmp_path):
    """The server as portal.service starts it, on this test's database, and the headers that nginx sends."""
    run = tmp_path / "run"
    run.mkdir()
    environment = {"PATH": os.environ["PATH"]} | environment_file()
    environment |= {"VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": database_url()}
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, env=environment, check=True)
    command = lines_of(DEPLOY / "portal.service", "ExecStart")[0]
    command = command.replace("/srv/portal/app", str(ROOT)).replace("/run/portal", str(run))
    server = subprocess.Popen(command.split(), cwd=ROOT, env=environment)
    try:
        deadline = time.monotonic() + 60
        while not (run / "http.sock").exists():
            assert server.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield run / "http.sock"
    finally:
        server.terminate()
        server.wait(timeout=30)


def headers_of_proxy() -> dict[str, str]:
    values = {"$host": "portal.example.cv", "$remote_addr": "192.0.2.7"}
    sent = re.findall(r"proxy_set_header (\S+) (\S+);", (DEPLOY / "nginx.conf").read_text())
    return {name: values.get(value, value) for name, value in sent}


def ask(path: Path, method: str, address: str, body: str | None = None, **headers: str):
    """The answer and its text."""
    with closing(SocketConnection(path)) as proxied:
        proxied.request(method, address, body, headers_of_proxy() | headers)
        answer = proxied.getresponse()
        return answer, answer.read().decode()


def test_somebody_signs_in_through_the_proxy_and_the_socket(portal, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]  # the server's own
    user = UserFactory(email="desk@example.org")
    user.set_password(PASSWORD)
    user.save()
    answer, page = ask(portal, "GET", "/accounts/login/")
    assert answer.status == 200
    cookie = answer.getheader("Set-Cookie").split(";")[0]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    form = urlencode({"login": user.email, "password": PASSWORD, "csrfmiddlewaretoken": token})
    answer, page = ask(
        portal,
        "POST",
        "/accounts/login/",
        form,
        **{
            "Cookie": cookie,
            "Origin": "https://portal.example.cv",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    assert (answer.status, answer.getheader("Location")) == (302, "/workspace/")
    assert "Secure" in answer.getheader("Set-Cookie")


RESTORE = """
set -euo pipefail
export PGHOST=127.0.0.1 PGPORT=${DATABASE_URL##*:} PGUSER=postgres
PGPORT=${PGPORT%%/*}
createuser portal
create() { createdb --owner portal --template template0 --encoding UTF8 --locale C.UTF-8 "$1"; }
create portal
export DATABASE_URL=postgres://portal@127.0.0.1:$PGPORT/portal
PGUSER=portal
psql -q portal -c 'CREATE EXTENSION pg_trgm' -c 'CREATE EXTENSION unaccent' \
  -c 'CREATE TABLE kept (text text)' -c "INSERT INTO kept VALUES ('Praia')"
"$BACKUP" "$FOLDER"
PGUSER=postgres
dropdb portal
create portal
PGUSER=portal
pg_restore --exit-on-error --no-owner --dbname portal "$FOLDER"/database-*.dump
psql -At portal -c 'SELECT text FROM kept'
"""


def test_a_backup_is_restored_by_the_commands_of_the_page(tmp_path):
    """On a PostgreSQL of its own, as the portal's own role: nothing needs the server's administrator."""
    var, folder, again = (tmp_path / name for name in ("var", "backups", "again"))
    for path in (var / "media", var / "static", folder, again):
        path.mkdir(parents=True)
    (var / "media" / "letter.pdf").write_text("uploaded")
    (var / "static" / "site.css").write_text("collected, and can be collected again")
    old = folder / "database-2020-01-01.dump"
    old.touch()
    os.utime(old, (0, 0))
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    environment = os.environ | {
        "PATH": f"{programs[-1]}:{os.environ['PATH']}" if programs else os.environ["PATH"],
        "VAR_DIR": str(var),
        "FOLDER": str(folder),
        "BACKUP": str(DEPLOY / "backup"),
    }
    restored = subprocess.run(
        [ROOT / "bin" / "with-postgres", "bash", "-c", RESTORE],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert restored.stdout.strip() == "Praia", restored.stderr
    assert not old.exists()
    (archive,) = folder.glob("files-*.tar.gz")
    subprocess.run(["tar", "-xzf", archive, "-C", again], check=True)
    assert [file.name for file in again.rglob("*") if file.is_file()] == ["letter.pdf"]
    assert not (folder / "unfinished").exists()
