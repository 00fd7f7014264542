"""The work of every night: one command that says what it did, and goes on when a part of it fails."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Draft
from gai_portal.management.commands import daily


@pytest.fixture
def old_things(desk_praia):
    """A draft of eight days, one of today, and a session that has ended."""
    for form in ("old", "new"):
        Draft.objects.create(user=desk_praia, form=f"/workspace/{form}/")
    Draft.objects.filter(form="/workspace/old/").update(saved_at=timezone.now() - timedelta(days=8))
    session = SessionStore()
    session.set_expiry(-1)
    session.save()


def test_what_is_past_its_time_goes_and_the_report_says_so(old_things, capsys):
    call_command("daily")
    assert [draft.form for draft in Draft.objects.all()] == ["/workspace/new/"]
    assert not Session.objects.exists()
    report = capsys.readouterr().out
    assert "old drafts: 1 drafts, 0 one-time keys" in report
    for name in daily.JOBS:
        assert f"{name}: " in report


def test_a_second_run_finds_nothing_to_do(old_things, capsys):
    call_command("daily")
    capsys.readouterr()
    call_command("daily")
    assert "old drafts: 0 drafts, 0 one-time keys" in capsys.readouterr().out


def test_a_job_that_fails_keeps_no_other_from_running(old_things, capsys, monkeypatch):
    def fail():
        raise RuntimeError("the disk is full")

    monkeypatch.setitem(daily.JOBS, "old drafts", fail)
    with pytest.raises(CommandError, match="old drafts"):
        call_command("daily")
    assert not Session.objects.exists()
