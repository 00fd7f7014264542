"""The machine of update_machine.py, run on the services as they are and on three that are broken."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from action_plans.services import updates
from action_plans.services.inbox import Change
from tests.action_plans.update_machine import UpdateMachine

# Once: hundreds of steps, and of their writes each is tested on both databases by itself.
pytestmark = [pytest.mark.django_db, pytest.mark.once]

SETTINGS = settings(
    max_examples=20,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def run():
    run_state_machine_as_test(UpdateMachine, settings=SETTINGS)


def test_nothing_written_is_lost_and_no_plan_changes_but_by_its_planner():
    run()


def save_without_history(item, *, by):
    item.version += 1
    item.save_without_historical_record()


def carry_over_and_drop(carry_over):
    def carry(plan, inbox, *, by):
        carry_over(plan, inbox, by=by)
        for change in inbox.changes:
            row = plan.measures.filter(code=change.code, decision="adapted").first()
            if change.after is None and row is not None:
                updates.remove_item(row, by=by)

    return carry


def test_it_notices_a_take_that_writes_no_history(monkeypatch):
    monkeypatch.setattr(updates, "save_item", save_without_history)
    with pytest.raises(AssertionError):
        run()


def test_it_notices_a_drop_that_deletes_an_adapted_measure(monkeypatch):
    monkeypatch.setattr(updates, "_carry_over", carry_over_and_drop(updates._carry_over))
    with pytest.raises(AssertionError):
        run()


def test_it_notices_that_taking_all_at_once_touches_adapted_measures(monkeypatch):
    monkeypatch.setattr(Change, "is_untouched", property(lambda change: change.before and change.after))
    with pytest.raises(AssertionError):
        run()
