"""Invented plans for demonstrations, made through the services by the invented people, and dated back.

The same plans each time: what varies comes from a fixed seed. A municipality that has a plan is left alone,
so that a second run changes nothing.
"""

import datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from action_plans.models import (
    Consultation,
    Plan,
    PlanIndicator,
    PlanMeasure,
    PlanSection,
    StrategicGoal,
    Template,
    TemplateArea,
    TemplateIndicator,
)
from action_plans.services.consultation import answer_comment, comment_on_draft
from action_plans.services.plan import create_plan, make_transition
from action_plans.services.publication import make_missing_files
from action_plans.services.tailoring import (
    add_local_measure,
    remove_local_measure,
    save_indicators,
    save_measure,
    save_section,
)
from action_plans.services.template import issue_template
from action_plans.workflow import (
    APPROVE,
    CONSULT,
    ENDORSE,
    PUBLISH,
    RETURN,
    REVISE,
    SUBMIT,
    Decision,
    PlanState,
)
from gai_portal.lib.reference import Tally, read_yaml
from municipalities.models import Municipality, Partner

DATA = Path(__file__).parent / "data" / "demo_plans.yaml"
SEED = 20260705
YEARS = 3  # of a plan
# How a plan of each state came there.
STORIES = {
    PlanState.DRAFT: [],
    PlanState.SUBMITTED: [SUBMIT],
    PlanState.RETURNED: [SUBMIT, RETURN],
    PlanState.ENDORSED: [SUBMIT, ENDORSE],
    PlanState.APPROVED: [SUBMIT, ENDORSE, APPROVE],
    PlanState.PUBLISHED: [SUBMIT, ENDORSE, APPROVE, PUBLISH],
}
DAYS_BETWEEN_STEPS = 9
DAYS_OF_WRITING = 40
DAYS_FROM_ISSUE = 21  # from the issue of the national template to the first plan that starts from it
DAYS_TO_PREPARE = 30  # from the last step of a plan to its first measure
UNKNOWN_BASELINES = 1 / 4


@transaction.atomic
def load_demo_plans(path: Path = DATA) -> Tally:
    """Plans at different stages. Needs the reference data and the invented people."""
    content = read_yaml(path)
    tally = Tally()
    template = Template.objects.order_by("number").first()
    if template is None:
        return tally
    if template.is_draft:
        officer = User.objects.with_role({Role.DGI_OFFICER}).order_by("pk").first()
        assert officer is not None
        first = min(begun for begun, _first_step in map(_times, content["plans"]))
        issue_template(template, by=officer, at=first - datetime.timedelta(days=DAYS_FROM_ISSUE))
    for row in content["plans"]:
        municipality = Municipality.objects.get(pk=row["municipality"])
        people = _people(municipality)
        if people is None:
            continue
        if municipality.plans.exists():
            tally.unchanged += 1
            continue
        plan = DemoPlan(content, row, municipality, people).make()
        if "consultation" in row:
            _consult(plan, row["consultation"], people[Role.PLANNER])
        tally.created += 1
    make_missing_files()
    return tally


def _people(municipality: Municipality) -> dict[Role, User] | None:
    """Who acts for a municipality; nobody does where the demonstration has no planner and no approver."""
    people = {
        Role.PLANNER: User.objects.with_role({Role.PLANNER}, municipality.pk).order_by("pk").first(),
        Role.APPROVER: User.objects.with_role({Role.APPROVER}, municipality.pk).order_by("pk").first(),
        Role.DGI_OFFICER: User.objects.with_role({Role.DGI_OFFICER}).order_by("pk").first(),
    }
    found = {role: user for role, user in people.items() if user is not None}
    return found if len(found) == len(people) else None


def _consult(plan: Plan, row: dict[str, Any], planner: User) -> None:
    """Open the draft to comments, of which some are answered."""
    now = timezone.now()
    plan = make_transition(plan, CONSULT, by=planner, at=now, tells=False)
    consultation = Consultation.objects.create(
        plan=plan,
        opened_at=now,
        opened_by=planner,
        closes_on=timezone.localdate(now) + datetime.timedelta(days=row["days"]),
        introduction=row["introduction"],
        is_public=True,
    )
    consultation.partners.set(Partner.objects.filter(code__in=row["partners"]))
    for said in row["comments"]:
        content = {"kind": "measure", "code": said["code"], "text": said["text"]}
        content["organisation"] = said.get("organisation", "")
        comment = comment_on_draft(consultation, content, once=uuid4())
        if "reply" in said:
            answer_comment(
                comment,
                resolution=said["resolution"],
                reply=said["reply"],
                is_withheld=False,
                version=comment.version,
                by=planner,
            )


def _times(row: dict[str, Any]) -> tuple[datetime.datetime, datetime.datetime]:
    """When the writing of a plan began, and when its first step was made."""
    steps = STORIES[PlanState(row["state"])]
    last_step = timezone.now() - datetime.timedelta(days=row["days_ago"])
    first_step = last_step - datetime.timedelta(days=DAYS_BETWEEN_STEPS * max(len(steps) - 1, 0))
    return first_step - datetime.timedelta(days=DAYS_OF_WRITING), first_step


class DemoPlan:
    """One invented plan and its story."""

    def __init__(
        self,
        content: dict[str, Any],
        row: dict[str, Any],
        municipality: Municipality,
        people: dict[Role, User],
    ) -> None:
        self.content = content
        self.row = row
        self.municipality = municipality
        self.people = people
        self.random = Random(f"{SEED} {municipality.pk}")
        self.state = PlanState(row["state"])
        self.last_step = timezone.now() - datetime.timedelta(days=row["days_ago"])

    def make(self) -> Plan:
        steps = STORIES[self.state]
        begun, first_step = _times(self.row)
        planner = self.people[Role.PLANNER]
        year = timezone.localdate(self.last_step).year
        plan = create_plan(self.municipality, year, year + YEARS - 1, by=planner)
        # Its origin is no decision of anybody's, so it is not a service's business.
        Plan.objects.filter(pk=plan.pk).update(is_demo=True, created_at=begun)
        plan.refresh_from_db()
        self.write_chapters(plan)
        self.decide(plan)
        self.set_indicators(plan)
        self.date_back(plan, first_step)
        for number, transition in enumerate(steps):
            self.step(plan, transition, first_step + datetime.timedelta(days=DAYS_BETWEEN_STEPS * number))
        if "revision" in self.row:
            self.revise(plan, self.row["revision"])
        return plan

    def revise(self, plan: Plan, revision: dict[str, Any]) -> None:
        """The second edition: some measures another way, one of the municipality's own no more."""
        steps = [REVISE, SUBMIT, ENDORSE, APPROVE, PUBLISH]
        last = timezone.now() - datetime.timedelta(days=revision["days_ago"])
        begun = last - datetime.timedelta(days=DAYS_BETWEEN_STEPS * (len(steps) - 1))
        self.row = {**self.row, "decision": revision["decision"]}
        for number, transition in enumerate(steps):
            self.step(plan, transition, begun + datetime.timedelta(days=DAYS_BETWEEN_STEPS * number))
            if transition is REVISE:
                self.rewrite(plan, revision)
                self.date_back(plan, begun)

    def rewrite(self, plan: Plan, revision: dict[str, Any]) -> None:
        planner = self.people[Role.PLANNER]
        for code, values in revision["measures"].items():
            measure = plan.measures.get(code=code)
            kept = {name: getattr(measure, name) for name in ("decision", "text_pt", "reason")}
            save_measure(measure, kept | values, version=measure.version, by=planner)
        for code in revision["prolonged"]:
            measure = plan.measures.get(code=code)
            until = {"ends_on": datetime.date(plan.last_year, 12, 31)}
            save_measure(measure, until, version=measure.version, by=planner)
        for code in revision["removed"]:
            remove_local_measure(plan.measures.get(code=code), by=planner)

    def write_chapters(self, plan: Plan) -> None:
        for section in plan.sections.select_related("based_on"):
            text = self.content["chapters"].get(section.code)
            if text and not section.based_on.is_locked:
                save_section(
                    section, {"text_pt": text.strip()}, version=section.version, by=self.people[Role.PLANNER]
                )

    def decide(self, plan: Plan) -> None:
        adaptable = sorted(self.content["adaptations"])
        adapted = set(self.random.sample(adaptable, k=len(adaptable) - 2))
        excluded = set(self.random.sample(sorted(self.content["exclusions"]), k=3))
        for measure in list(plan.measures.select_related("based_on__objective__area"))[
            : self.row.get("decided")
        ]:
            assert measure.based_on is not None
            values = self.measure_values(plan, measure.based_on.objective.area.code)
            if measure.code in excluded and not measure.based_on.is_mandatory:
                values = {"decision": Decision.EXCLUDED, "reason": self.content["exclusions"][measure.code]}
            elif measure.code in adapted:
                values |= {
                    "decision": Decision.ADAPTED,
                    "text_pt": self.content["adaptations"][measure.code].strip(),
                }
            else:
                values |= {"decision": Decision.ADOPTED}
            if values["decision"] != Decision.EXCLUDED:
                values["deliverable"] = self.content["deliverables"].get(measure.code, "")
            save_measure(measure, values, version=measure.version, by=self.people[Role.PLANNER])
        if self.state != PlanState.DRAFT:
            self.add_local_measures(plan)

    def measure_values(self, plan: Plan, area: str) -> dict[str, Any]:
        decided = timezone.localdate(self.last_step) + datetime.timedelta(days=DAYS_TO_PREPARE)
        quarters = [
            datetime.date(year, month, 1)
            for year in range(plan.first_year, plan.last_year + 1)
            for month in (1, 4, 7, 10)
        ]
        # What has been decided begins after it: most of it in the year that follows.
        start = self.random.choice([day for day in quarters if day > decided][:4])
        end_year = self.random.randint(start.year, plan.last_year)
        budget = self.random.choice(self.content["budgets"])
        return {
            "responsible_unit": self.content["units"][area],
            "starts_on": start,
            "ends_on": datetime.date(end_year, 12, 31),
            "budget_cve": budget,
            "funding_source": self.random.choice(self.content["funding"]) if budget else "",
        }

    def add_local_measures(self, plan: Plan) -> None:
        for row in self.content["local"]:
            area = TemplateArea.objects.get(template=plan.template, code=row["area"])
            values = self.measure_values(plan, area.code) | {
                "text_pt": row["text"],
                "responsible_unit": row["unit"],
                "deliverable": row["deliverable"],
                "budget_cve": row["budget"],
                "funding_source": self.content["funding"][0],
                "is_local_priority": row.get("priority", False),
                "goals": list(StrategicGoal.objects.filter(code__in=row.get("goals", []))),
            }
            add_local_measure(plan, area, values, by=self.people[Role.PLANNER])

    def set_indicators(self, plan: Plan) -> None:
        """Invented numbers, from where it stands to where it shall stand; some baselines stay unknown."""
        changes = []
        for indicator in plan.indicators.select_related("based_on").order_by("code"):
            if indicator.code not in self.content["indicators"]:
                continue
            baseline, target = self.content["indicators"][indicator.code]
            varied = self.random.uniform(0.9, 1.04)  # a share stays below 100 %
            is_counted = indicator.based_on.unit != TemplateIndicator.Unit.YES_NO
            values: dict[str, Any] = {
                "target_value": round(target * varied) if is_counted else target,
                "target_year": plan.last_year,
            }
            if baseline is not None and self.random.random() > UNKNOWN_BASELINES:
                values["baseline_value"] = round(baseline * varied)
                values["baseline_year"] = plan.first_year - 1
            changes.append((indicator, values, indicator.version))
        save_indicators(plan, changes, by=self.people[Role.PLANNER])

    def step(self, plan: Plan, transition: Any, at: datetime.datetime) -> None:
        details: dict[str, Any] = {}
        if transition.needs_comment:
            details["comment"] = self.row["comment"]
        if transition.needs_decision:
            details["decided_on"] = timezone.localdate(at)
            details["decision_reference"] = self.row["decision"]
        role = next(role for role in self.people if role in transition.actors)
        make_transition(plan, transition, by=self.people[role], at=at, tells=False, **details)

    def date_back(self, plan: Plan, at: datetime.datetime) -> None:
        """What was written before a step was written then, not now."""
        for model in (PlanSection, PlanMeasure, PlanIndicator):
            model.history.filter(plan_id=plan.pk, history_date__gt=at).update(history_date=at)
