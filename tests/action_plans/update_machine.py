"""Three municipalities tailor their plans while the national level issues version after version.

Whatever they do in whatever order, no word of a municipality is lost, no plan changes but by its own planner,
and whoever has emptied the inbox stands on the newest version or has said otherwise.
"""

from collections import defaultdict
from itertools import count

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from accounts.roles import Role
from action_plans.models import PlanIndicator, PlanMeasure, PlanSection, Template, UpdateDecision
from action_plans.services.comparison import compare_templates
from action_plans.services.content import KINDS
from action_plans.services.inbox import PLAN_ITEMS, inbox_of
from action_plans.services.plan import create_plan
from action_plans.services.tailoring import (
    add_local_measure,
    adopt_undecided,
    save_indicators,
    save_measure,
    save_section,
)
from action_plans.services.template import issue_template, start_draft
from action_plans.services.updates import decide_update, take_untouched, undo_decisions
from action_plans.workflow import Decision, UpdateChoice
from tests.action_plans.factories import issued_template
from tests.action_plans.versions import Draft
from tests.factories import MembershipFactory, MunicipalityFactory

LAST_VERSION = 4
PLANS = st.integers(0, 2)
EDITS = [
    *("reword_measure", "reword_measure", "translate_measure", "move_measure", "mandate_measure"),
    *("drop_measure", "drop_measure", "add_measure", "add_measure"),
    *("reword_section", "lock_section", "drop_section", "add_section"),
    *("reword_indicator", "change_unit", "drop_indicator", "add_indicator"),
]


class UpdateMachine(RuleBasedStateMachine):
    """Besides the database it keeps what each planner has before them: the words, and the items there are."""

    def __init__(self):
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.numbers = count(1)

    def teardown(self):
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(data=st.data())
    def begin(self, data):
        self.officer = MembershipFactory(role=Role.DGI_OFFICER).user
        issued_template(number=1)
        self.plans, self.planners = [], []
        for _ in range(3):
            municipality = MunicipalityFactory()
            planner = MembershipFactory(role=Role.PLANNER, municipality=municipality).user
            self.planners.append(planner)
            self.plans.append(create_plan(municipality, 2026, 2028, by=planner))
        self.own = [{self.key(row): "" for row in self.rows(n)} for n in range(3)]
        self.held = [set(self.national_keys(n)) for n in range(3)]
        self.written = defaultdict(set)  # every own text ever saved, by item
        self.undoing = {}  # decision -> what the model needs to follow its undoing
        self.acting = None
        self.seen = [self.snapshot(n) for n in range(3)]
        for n in range(3):
            self.tailor(n, data, 4)
            self.seen[n] = self.snapshot(n)
        self.issue(data)

    # What there is

    def rows(self, n):
        return [row for model in PLAN_ITEMS.values() for row in model.objects.filter(plan=self.plans[n])]

    def national_keys(self, n):
        """Kind and code of every national item of a plan, with the version that it is based on."""
        found = {}
        for kind, model in PLAN_ITEMS.items():
            number = f"based_on__{KINDS[kind].model.template_path}__number"
            rows = model.objects.filter(plan=self.plans[n], based_on__isnull=False)
            found |= {(kind, code): version for code, version in rows.values_list("code", number)}
        return found

    @staticmethod
    def key(row):
        return type(row).__name__, row.pk

    def snapshot(self, n):
        return [
            list(model.objects.filter(plan=self.plans[n]).order_by("pk").values())
            for model in PLAN_ITEMS.values()
        ]

    def words(self, what):
        return f"{what} número {next(self.numbers)}, com palavras que ficam."

    def note(self, n, row, text):
        """The planner has this text before them from now on."""
        self.own[n][self.key(row)] = text
        if text:
            self.written[self.key(row)].add(text)

    # The planner at the workbench

    @rule(n=PLANS, data=st.data(), times=st.integers(1, 3))
    def tailor(self, n, data, times):
        for _ in range(times):
            data.draw(
                st.sampled_from([self.adapt, self.adapt, self.decide, self.write_chapter, self.add_local])
            )(n, data)
        self.acting = n

    def adapt(self, n, data):
        measures = list(PlanMeasure.objects.filter(plan=self.plans[n]).order_by("pk"))
        measure = data.draw(st.sampled_from(measures))
        text = self.words("Texto nosso")
        values = {"text_pt": text} | ({} if measure.is_local else {"decision": Decision.ADAPTED})
        save_measure(measure, values, version=measure.version, by=self.planners[n])
        self.note(n, measure, text)

    def decide(self, n, data):
        measures = list(PlanMeasure.objects.filter(plan=self.plans[n], based_on__isnull=False).order_by("pk"))
        measure = data.draw(st.sampled_from(measures))
        decision = data.draw(st.sampled_from([Decision.ADOPTED, Decision.EXCLUDED]))
        values = {"decision": decision, "reason": "Não se aplica cá."}
        save_measure(measure, values, version=measure.version, by=self.planners[n])
        self.note(n, measure, "")

    def write_chapter(self, n, data):
        sections = PlanSection.objects.filter(plan=self.plans[n], based_on__is_locked=False).order_by("pk")
        if sections:
            section = data.draw(st.sampled_from(list(sections)))
            text = self.words("Capítulo nosso")
            save_section(section, {"text_pt": text}, version=section.version, by=self.planners[n])
            self.note(n, section, text)

    def add_local(self, n, data):
        area = Template.objects.get(number=1).areas.get(code="ACO")
        text = self.words("Medida local")
        values = {"text_pt": text, "is_local_priority": True}
        measure = add_local_measure(self.plans[n], area, values, by=self.planners[n])
        self.note(n, measure, text)

    @rule(n=PLANS, area=st.sampled_from(["ACO", "REG"]))
    def adopt_the_undecided_and_set_targets(self, n, area):
        adopt_undecided(self.plans[n], area, by=self.planners[n])
        indicators = PlanIndicator.objects.filter(plan=self.plans[n])
        changes = [(row, {"target_value": 10, "target_year": 2027}, row.version) for row in indicators]
        save_indicators(self.plans[n], changes, by=self.planners[n])
        self.acting = n

    # The national level

    @precondition(lambda self: Template.objects.count() < LAST_VERSION)
    @rule(data=st.data())
    def issue(self, data):
        template = start_draft(by=self.officer)
        draft = Draft(template, lambda rows: data.draw(st.sampled_from(rows)) if rows else None)
        for edit in data.draw(st.lists(st.sampled_from(EDITS), min_size=3, max_size=8)):
            getattr(draft, edit)()
        if compare_templates(Template.objects.issued().get(), template):  # else there is nothing to issue
            issue_template(template, by=self.officer)
        self.acting = None

    # The planner at the inbox

    @rule(n=PLANS, data=st.data(), times=st.integers(1, 5))
    def look_at_changes(self, n, data, times):
        for _ in range(times):
            inbox = inbox_of(self.plans[n])
            if not inbox.changes:
                break
            self.look_at(n, inbox, data)
        self.acting = n

    def look_at(self, n, inbox, data):
        change = data.draw(st.sampled_from(inbox.changes))
        choice = data.draw(st.sampled_from(change.choices))
        row = change.standing and PLAN_ITEMS[change.kind].objects.get(plan=self.plans[n], code=change.code)
        text = self.words("Texto juntado")
        decision = decide_update(
            self.plans[n],
            change.kind,
            change.code,
            choice,
            against=inbox.template.number,
            version=row.version if row else 0,
            by=self.planners[n],
            texts={"text_pt": text},
            reason="Não se aplica cá.",
        )
        self.follow(n, change, decision, row, text)

    def follow(self, n, change, decision, row, text):
        """What the rules of the domain say that has become of the item."""
        key, code = (PLAN_ITEMS[change.kind].__name__, decision.item_id), (change.kind, change.code)
        before = self.own[n].get(key, "")
        self.undoing[decision.pk] = (key, code, row is not None, before)
        if decision.choice in {UpdateChoice.LEAVE_OUT, UpdateChoice.GO_ON} and row is not None:
            self.held[n].remove(code)
        elif row is None:
            self.held[n].add(code)
        if decision.choice == UpdateChoice.LEAVE_OUT and row is not None:
            del self.own[n][key]
        elif decision.choice == UpdateChoice.MERGE:
            self.note(n, PLAN_ITEMS[change.kind](pk=decision.item_id), text)
        elif decision.choice == UpdateChoice.GO_ON:
            row.refresh_from_db()
            self.note(n, row, before or change.before.values["text_pt"])
        elif row is None:
            self.own[n][key] = ""
        elif decision.choice == UpdateChoice.TAKE and before:
            self.note(n, row, self.after_taking(change, before))

    @staticmethod
    def after_taking(change, own):
        old, new = change.before.values, change.after.values
        if change.kind == "section" and new["is_locked"]:
            return ""
        if old["text_pt"] == new["text_pt"] or not new["text_pt"]:
            return own
        return new["text_pt"] if change.kind == "section" else ""

    @rule(n=PLANS)
    def take_all_untouched(self, n):
        inbox = inbox_of(self.plans[n])
        changes = {(c.kind, c.code): c for c in inbox.changes}
        for decision in take_untouched(self.plans[n], against=inbox.template.number, by=self.planners[n]):
            change = changes[decision.kind, decision.code]
            key = (PLAN_ITEMS[change.kind].__name__, decision.item_id)
            self.undoing[decision.pk] = (key, (change.kind, change.code), True, self.own[n][key])
        self.acting = n

    @rule(n=PLANS, data=st.data(), has_seen=st.booleans())
    def undo(self, n, data, has_seen):
        standing = list(UpdateDecision.objects.standing().filter(plan=self.plans[n]).order_by("pk"))
        if not standing:
            return
        decision = data.draw(st.sampled_from(standing))
        row = PLAN_ITEMS[decision.kind].objects.filter(pk=decision.item_id).first()
        version = row.version if row and has_seen else None
        undone = undo_decisions(self.plans[n], [decision.pk], by=self.planners[n], version=version)
        self.acting = n
        if not undone:
            return
        key, code, was_there, before = self.undoing[decision.pk]
        if not was_there:
            self.held[n].remove(code)
            del self.own[n][key]
            return
        if code not in self.held[n]:
            self.held[n].add(code)
        row = PLAN_ITEMS[decision.kind].objects.get(pk=decision.item_id)
        wrote = {"text_pt", "history_id"} & decision.before.keys() or (
            decision.before.get("decision", Decision.ADAPTED) != Decision.ADAPTED
        )
        self.own[n][key] = before if wrote else self.own[n][key]

    # What holds after every step

    @invariant()
    def every_planner_still_has_what_they_wrote(self):
        for n in range(3):
            current = {self.key(row): getattr(row, "text_pt", "") for row in self.rows(n)}
            assert current == self.own[n]

    @invariant()
    def every_own_text_is_current_or_in_the_history_of_its_item(self):
        said = defaultdict(set)
        for model in (PlanSection, PlanMeasure):
            for pk, text in model.history.values_list("id", "text_pt"):
                said[model.__name__, pk].add(text)
        for key, texts in self.written.items():
            assert texts <= said[key]

    @invariant()
    def no_plan_changes_but_by_its_own_planner(self):
        for n in range(3):
            now = self.snapshot(n)
            assert n == self.acting or now == self.seen[n]
            self.seen[n] = now
        planners = {plan.pk: planner.pk for plan, planner in zip(self.plans, self.planners, strict=True)}
        for model in PLAN_ITEMS.values():
            lines = {line["id"]: line for line in model.history.order_by("history_id").values()}
            rows = {row["id"]: row for row in model.objects.values()}
            for pk, line in lines.items():
                assert line["history_user_id"] == planners[line["plan_id"]]
                assert (line["history_type"] == "-") == (pk not in rows)
            for pk, row in rows.items():
                assert row == {name: lines[pk][name] for name in row}

    @invariant()
    def an_item_goes_only_by_a_decision(self):
        for n in range(3):
            assert self.held[n] == set(self.national_keys(n))

    @invariant()
    def whoever_has_emptied_the_inbox_stands_on_the_newest_version_or_has_said_otherwise(self):
        if self.acting is None or not inbox_of(self.plans[self.acting]).is_empty:
            return
        newest = Template.objects.issued().get()
        wanted = {
            (kind, code)
            for kind in PLAN_ITEMS
            for code in KINDS[kind]
            .model.objects.filter(**{KINDS[kind].model.template_path: newest})
            .values_list("code", flat=True)
        }
        kept = UpdateDecision.objects.standing().filter(
            plan=self.plans[self.acting], choice=UpdateChoice.KEEP
        )
        kept = set(kept.values_list("kind", "code"))
        there = self.national_keys(self.acting)
        assert wanted <= set(there)
        assert set(there) - wanted <= kept
        assert all(version == newest.number or key in kept for key, version in there.items())
        assert not any(kind == "measure" for kind, _code in set(there) - wanted)
