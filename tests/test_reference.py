"""The two commands that fill a new portal."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from gai_portal.lib.reference import ReferenceFault
from municipalities import reference as territory
from municipalities.models import Island, Municipality, Office

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


def test_a_fault_is_told_and_nothing_is_loaded(monkeypatch, tmp_path):
    def broken(path, tally):
        raise ReferenceFault(tmp_path / "partners.yaml", 7, "code", "it is empty")

    monkeypatch.setattr(territory, "_put_partners", broken)
    with pytest.raises(CommandError, match=r"partners\.yaml, line 7, code: it is empty"):
        run("load_reference_data")
    assert not Island.objects.exists()


def test_demo_data_is_refused_outside_demo_mode(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match="demo"):
        run("load_demo_data")
    assert not Office.objects.exists()


def test_demo_data_is_the_same_the_second_time(settings):
    settings.DEMO = True
    run("load_reference_data")
    first = run("load_demo_data").splitlines()
    assert first[0] == "offices: 8 created, 0 updated, 0 unchanged"
    again = run("load_demo_data").splitlines()
    assert all(" 0 created, 0 updated, " in line for line in again)


def test_demo_data_can_be_forced(settings):
    settings.DEMO = False
    run("load_reference_data")
    run("load_demo_data", "--force")
    assert Office.objects.count() == 8


def test_demo_data_needs_the_reference_data(settings):
    settings.DEMO = True
    with pytest.raises(CommandError, match="CV-PR"):
        run("load_demo_data")
