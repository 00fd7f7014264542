"""The two commands that fill a new portal."""

import re
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models

from accounts.models import User
from gai_portal.lib.reference import LoadedRow, ReferenceFault
from municipalities import reference as territory
from municipalities.models import Island, Municipality, Office, Partner

pytestmark = pytest.mark.django_db


def run(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def test_the_reference_data_loads_and_says_what_it_did():
    assert "municipalities: 22 created, 0 updated, 0 unchanged" in run("load_reference_data")
    again = run("load_reference_data").splitlines()
    assert "municipalities: 0 created, 0 updated, 22 unchanged" in again
    assert all(" 0 created, 0 updated, " in line for line in again)
    assert Municipality.objects.count() == 22


def edited(row: LoadedRow) -> str:
    """Write something else into a text that the files brought, and say into which."""
    words = (models.CharField, models.TextField)
    texts = [name for name in row.loaded if isinstance(row._meta.get_field(name), words)]
    name = next(name for name in texts if not row._meta.get_field(name).unique)
    setattr(row, name, "Edited"[: row._meta.get_field(name).max_length])
    row.save()
    return name


def test_what_the_national_level_edited_survives_every_upgrade():
    """Of each kind of row that the files bring: none is left out."""
    run("load_reference_data")
    kinds = [model for model in apps.get_models() if issubclass(model, LoadedRow)]
    assert len(kinds) > 10
    rows = [kind._default_manager.order_by("pk").first() for kind in kinds]
    names = [edited(row) for row in rows]
    before = [getattr(row, name) for row, name in zip(rows, names, strict=True)]
    report = run("load_reference_data")
    for row, name, value in zip(rows, names, before, strict=True):
        row.refresh_from_db()
        assert getattr(row, name) == value
    assert len(re.findall(r"1 kept as edited", report)) == len(kinds)


def test_a_row_without_a_memory_of_what_was_loaded_counts_as_edited():
    """So it is in a portal that was filled before there was such a memory."""
    run("load_reference_data")
    Partner.objects.update(loaded={})
    Partner.objects.filter(code="FIN").update(name_pt="Finanças")
    assert "1 kept as edited" in run("load_reference_data")
    assert Partner.objects.get(code="FIN").name_pt == "Finanças"
    assert Partner.objects.get(code="PN").loaded["name_pt"]


def test_a_fault_is_told_and_nothing_is_loaded(monkeypatch, tmp_path):
    def broken(path, tally):
        raise ReferenceFault(tmp_path / "partners.yaml", 7, "code", "it is empty")

    monkeypatch.setattr(territory, "_put_partners", broken)
    with pytest.raises(CommandError, match=r"partners\.yaml, line 7, code: it is empty"):
        run("load_reference_data")
    assert not Island.objects.exists()


def test_demo_data_is_refused_outside_demo_mode(settings):
    settings.DEMO = False
    run("load_reference_data")
    for arguments in ([], ["--force"]):
        with pytest.raises(CommandError, match=r"demo|force"):
            run("load_demo_data", *arguments)
    assert not Office.objects.exists()
    assert not User.objects.exists()


def test_demo_data_is_the_same_the_second_time(settings):
    settings.DEMO = True
    run("load_reference_data")
    first = run("load_demo_data").splitlines()
    assert first[0] == "offices: 8 created, 0 updated, 0 unchanged"
    again = run("load_demo_data").splitlines()
    assert all(" 0 created, 0 updated, " in line for line in again)


def test_demo_data_needs_the_reference_data(settings):
    settings.DEMO = True
    with pytest.raises(CommandError, match="CV-PR"):
        run("load_demo_data")
