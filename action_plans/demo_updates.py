"""An invented second version of the national template, and what some invented planners decided about it.

Made through the services and dated back, after the plans of `demo.py`. A second load changes nothing.
"""

import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from action_plans.models import (
    Plan,
    StrategicGoal,
    Template,
    TemplateMeasure,
    TemplateObjective,
    UpdateDecision,
)
from action_plans.services.content import find_item
from action_plans.services.inbox import PLAN_ITEMS, inbox_of
from action_plans.services.template import issue_template, remove_item, save_item, start_draft
from action_plans.services.updates import decide_update
from action_plans.workflow import UpdateChoice
from gai_portal.lib.reference import Tally, read_yaml

DATA = Path(__file__).parent / "data" / "demo_update.yaml"
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)


@transaction.atomic
def load_demo_update(path: Path = DATA) -> Tally:
    """The second version, and decisions about it. Needs the invented plans; leaves others' versions alone."""
    tally = Tally()
    officer = User.objects.with_role({Role.DGI_OFFICER}).order_by("pk").first()
    current = Template.objects.issued().first()
    if officer is None or current is None or not Plan.objects.filter(is_demo=True).exists():
        return tally
    if current.number > 1 or Template.objects.drafts().exists():
        tally.unchanged += 1
        return tally
    content = read_yaml(path)
    issued_at = timezone.now() - content["issued_days_ago"] * DAY
    draft = start_draft(by=officer)
    write_draft(draft, content, by=officer)
    issue_template(draft, by=officer, at=issued_at)
    tally.created += 1
    for municipality, rows in content["decided"].items():
        plan = Plan.objects.filter(municipality=municipality, is_demo=True).first()
        planner = User.objects.with_role({Role.PLANNER}, municipality).order_by("pk").first()
        if plan is not None and planner is not None and plan.is_editable:
            for number, row in enumerate(rows, start=1):
                decide(plan, row, by=planner, at=issued_at + DAY + number * HOUR)
    return tally


def write_draft(draft: Template, content: dict[str, Any], *, by: User) -> None:
    for code, values in content["reworded"].items():
        row = find_item(draft, code)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)
        save_item(row, {}, by=by)
    for measure in TemplateMeasure.objects.filter(
        objective__area__template=draft, code__in=content["mandatory"]
    ):
        measure.is_mandatory = True
        save_item(measure, {}, by=by)
    for code, target in content["moved"].items():
        measure = TemplateMeasure.objects.get(objective__area__template=draft, code=code)
        measure.objective = TemplateObjective.objects.get(area__template=draft, code=target)
        save_item(measure, {}, by=by)
    for code in content["dropped"]:
        row = find_item(draft, code)
        assert row is not None
        remove_item(row, by=by)
    for added in content["added"]:
        values = dict(added)
        goals = StrategicGoal.objects.filter(code__in=values.pop("goals"))
        objective = TemplateObjective.objects.get(area__template=draft, code=values.pop("under"))
        save_item(TemplateMeasure(objective=objective, **values), {"goals": goals}, by=by)


def decide(plan: Plan, row: dict[str, Any], *, by: User, at: datetime.datetime) -> UpdateDecision | None:
    inbox = inbox_of(plan)
    choice = UpdateChoice(row["choice"])
    change = inbox.find(row["kind"], row["code"])
    if inbox.template is None or change is None or choice not in change.choices:
        return None
    model = PLAN_ITEMS[change.kind]
    item = model._default_manager.filter(plan=plan, code=change.code, based_on__isnull=False).first()
    return decide_update(
        plan,
        change.kind,
        change.code,
        choice,
        against=inbox.template.number,
        version=item.version if item else 0,
        by=by,
        texts={"text_pt": row.get("text", "")},
        reason=row.get("reason", ""),
        at=at,
    )
