"""The planner's decisions about a newer version of the national template, and taking them back.

No plan changes when a version is issued. Each step here is the planner's: it moves one item to the version in
force, or notes that the municipality keeps what it has. Words that give way stay in the item's history.
"""

import datetime
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from simple_history.utils import bulk_update_with_history

from accounts.models import User
from accounts.roles import Role
from accounts.services import notify
from action_plans.models import Plan, PlanMeasure, Template, TemplateArea, TemplateMeasure, UpdateDecision
from action_plans.services.content import KINDS
from action_plans.services.discussion import follow_measure
from action_plans.services.inbox import NUMBERS, PLAN_ITEMS, Change, Inbox, inbox_of, inboxes_of
from action_plans.services.merging import is_unresolved
from action_plans.services.tailoring import (
    OWN_TEXTS,
    EditConflict,
    create_measure,
    locked_plan,
    next_local_code,
    remember_links,
    restore_measure,
    save_item,
    set_many_to_many,
    standing_keys,
)
from action_plans.workflow import EDITABLE_STATES, Decision, UpdateChoice
from gai_portal.lib.history import signed


class InboxMoved(Exception):
    """The item has been decided meanwhile, or a still newer version is in force."""


@transaction.atomic
def decide_update(
    plan: Plan,
    kind: str,
    code: str,
    choice: UpdateChoice,
    *,
    against: int,
    version: int,
    by: User,
    texts: dict[str, str] | None = None,
    reason: str = "",
    at: datetime.datetime | None = None,
) -> UpdateDecision:
    """Take, keep or merge one change. `against` and `version` are what the planner had before them: the
    number of the version in force, and the item's own version (0 for an item that the plan does not have).
    """
    plan = locked_plan(plan, by=by)
    inbox = inbox_of(plan)
    change = inbox.find(kind, code)
    if inbox.template is None or inbox.template.number != against or change is None:
        raise InboxMoved
    if choice not in change.choices:
        raise ValidationError({"decision": _("Choose one of the ways that are offered.")})
    texts = {name: text.strip() for name, text in (texts or {}).items()}
    if choice == UpdateChoice.MERGE:
        _refuse_bad_texts(texts)
    if choice == UpdateChoice.LEAVE_OUT and change.before is None and not reason.strip():
        raise ValidationError({"reason": _("Say why this measure is left out.")})
    decision = Step(plan, inbox.template, by, at).make(change, choice, version, texts, reason.strip())
    _carry_over(plan, inbox, by=by)
    return decision


def _refuse_bad_texts(texts: dict[str, str]) -> None:
    errors = {
        name: _("Choose between the two wordings in each place that is marked ⟦…⟧, then remove the marks.")
        for name, text in texts.items()
        if is_unresolved(text)
    }
    if not texts.get("text_pt"):
        errors["text_pt"] = _("Write the municipality's own text.")
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def take_untouched(plan: Plan, *, against: int, by: User) -> list[UpdateDecision]:
    """Take at once every change of items that the municipality has put nothing of its own into."""
    plan = locked_plan(plan, by=by)
    inbox = inbox_of(plan)
    if inbox.template is None or inbox.template.number != against:
        raise InboxMoved
    step = Step(plan, inbox.template, by)
    decisions = [step.make(change, UpdateChoice.TAKE) for change in inbox.untouched]
    _carry_over(plan, inbox, by=by)
    return decisions


def _carry_over(plan: Plan, inbox: Inbox, *, by: User) -> None:
    """Items whose national words are the same in the version in force rest on it from now on."""
    for kind, model in PLAN_ITEMS.items():
        codes = [code for of_kind, code in inbox.unchanged if of_kind == kind]
        items = model._default_manager.filter(plan=plan, code__in=codes, based_on__isnull=False)
        rows: list[Any] = list(items)
        spec = KINDS[kind].model
        nationals = spec._default_manager.filter(**{spec.template_path: inbox.template}, code__in=codes)
        by_code = {national.code: national for national in nationals}
        for row in rows:
            row.based_on = by_code[row.code]
            row.order = inbox.unchanged[kind, row.code].position
        fields = ["based_on", "order"] if model is PlanMeasure else ["based_on"]
        # Without a new version number: whoever is writing in one of them has the same words before them.
        bulk_update_with_history(rows, model, fields, default_user=by)
        if model is PlanMeasure:
            remember_links(rows)


class Step:
    """One planner's decisions about items of one plan, against the version in force."""

    def __init__(self, plan: Plan, template: Template, by: User, at: datetime.datetime | None = None) -> None:
        self.plan, self.template, self.by, self.at = plan, template, by, at or timezone.now()

    def make(
        self,
        change: Change,
        choice: UpdateChoice,
        version: int | None = None,
        texts: dict[str, str] | None = None,
        reason: str = "",
    ) -> UpdateDecision:
        row = self.row_of(change)
        before: dict[str, Any] = {}
        if row is None and version:  # a colleague has taken it back meanwhile
            raise InboxMoved
        if version is not None and version != (row.version if row else 0):
            raise EditConflict(row)
        if row is None:
            row, before = self.add(change, choice, reason), {"is_new": True}
        elif choice == UpdateChoice.LEAVE_OUT:
            before = {"history_id": remove_item(row, by=self.by)}
        elif choice == UpdateChoice.GO_ON:
            before = self.make_local(row, change)
        elif choice != UpdateChoice.KEEP:
            before = self.rewrite(row, self.taken(change, choice, texts or {}))
        return UpdateDecision.objects.create(
            plan=self.plan,
            template=self.template,
            kind=change.kind,
            code=change.code,
            choice=choice,
            by=self.by,
            at=self.at,
            item_id=row.pk,
            item_version=row.version,
            before=before,
        )

    def row_of(self, change: Change) -> Any:
        if change.standing is None:
            return None
        rows = PLAN_ITEMS[change.kind]._default_manager.select_related("plan", "based_on")
        return rows.get(plan=self.plan, code=change.code, based_on__isnull=False)

    def national(self, change: Change) -> Any:
        spec = KINDS[change.kind].model
        return spec._default_manager.get(**{spec.template_path: self.template}, code=change.code)

    def add(self, change: Change, choice: UpdateChoice, reason: str) -> Any:
        """A new item arrives as when a plan begins: a measure undecided, unless it is left out at once."""
        national = self.national(change)
        model = PLAN_ITEMS[change.kind]
        if not isinstance(national, TemplateMeasure):
            row: Any = model(plan=self.plan, based_on=national, code=change.code)
            signed(row, self.by).save()
            return row
        self.make_way(change.code)
        left_out = choice == UpdateChoice.LEAVE_OUT
        measure = PlanMeasure(
            plan=self.plan,
            based_on=national,
            code=change.code,
            order=change.shown.position,
            decision=Decision.EXCLUDED if left_out else Decision.UNDECIDED,
            reason=reason if left_out else "",
        )
        create_measure(measure, {"partners": national.partners.all()}, by=self.by)
        return measure

    def make_way(self, code: str) -> None:
        """A national code that a local measure already carries: the local one gets another."""
        local = self.plan.measures.filter(code=code, based_on=None).select_related("local_area").first()
        if local is not None:
            local.code = next_local_code(self.plan, local.area)
            save_item(local, by=self.by)
            follow_measure(local, former=code)

    def taken(self, change: Change, choice: UpdateChoice, texts: dict[str, str]) -> dict[str, Any]:
        """What the item holds from now on."""
        values: dict[str, Any] = {"based_on": self.national(change)}
        if change.kind == "measure":
            values["order"] = change.shown.position
        if choice == UpdateChoice.MERGE:
            values |= {name: texts[name] for name in OWN_TEXTS if name in texts}
            if change.kind == "measure":
                values["decision"] = Decision.ADAPTED
        elif change.replaces_text:
            values |= self.national_words(change)
        if choice == UpdateChoice.ANEW:
            values |= {"decision": Decision.UNDECIDED, "reason": ""}
        if change.changes_unit:
            values |= dict.fromkeys(NUMBERS)
        return values

    def national_words(self, change: Change) -> dict[str, Any]:
        """The own text gives way. A measure shows the national one; an open chapter takes it as its own."""
        assert change.after is not None
        if change.kind == "measure":
            return {**dict.fromkeys(OWN_TEXTS, ""), "decision": Decision.ADOPTED, "reason": ""}
        if change.after.is_locked:
            return dict.fromkeys(OWN_TEXTS, "")
        return {name: change.after.values[name] for name in OWN_TEXTS}

    def make_local(self, row: PlanMeasure, change: Change) -> dict[str, Any]:
        """A measure that the national level drops goes on in its present words, with the same goals."""
        assert row.based_on is not None
        area = row.area
        area = TemplateArea.objects.filter(template=self.template, code=area.code).first() or area
        goals = list(row.based_on.goals.all())
        before = {"goals": [goal.pk for goal in row.goals.all()]}
        words = {name: getattr(row.wording, name) for name in OWN_TEXTS}
        set_many_to_many(row, {"goals": goals})
        values = {
            **words,
            "based_on": None,
            "local_area": area,
            "code": next_local_code(self.plan, area),
            "decision": Decision.LOCAL,
            "is_local_priority": row.is_local_priority or not goals,
        }
        before |= self.rewrite(row, values)
        follow_measure(row, former=change.code)
        return before

    def rewrite(self, row: Any, values: dict[str, Any]) -> dict[str, Any]:
        """Write `values` with a line of history. The answer is what was there before, by column."""
        before = {}
        for name, value in values.items():
            column = row._meta.get_field(name).attname
            old = getattr(row, column)
            setattr(row, name, value)
            if getattr(row, column) != old:
                before[column] = old
        save_item(row, by=self.by)
        return before


def remove_item(row: Any, *, by: User) -> int:
    """Take an item out of its plan. The answer is the line of its history that can bring it back."""
    save_item(row, by=by)  # as it is now, with what it is linked to
    line = row.history.latest("history_date", "history_id").history_id
    pk = row.pk
    try:
        with transaction.atomic():
            signed(row, by).delete()
    except ProtectedError as error:
        message = _("%(code)s cannot be taken out: something has been reported on it already.")
        raise ValidationError({"decision": message % {"code": row.code}}) from error
    row.pk = pk  # whoever asked still wants to know which it was
    return line


@transaction.atomic
def undo_decisions(
    plan: Plan, pks: Iterable[int], *, by: User, version: int | None = None
) -> list[UpdateDecision]:
    """Put back what was there before these decisions; what was written since stays in the history.

    Items that somebody has worked on since are left alone, unless `version` says that it was seen. Of several
    decisions about one item only the last can be undone. Returns those that were.
    """
    plan = locked_plan(plan, by=by)
    undone = []
    for decision in plan.update_decisions.standing().filter(pk__in=list(pks)).order_by("-pk"):
        if is_last_word(decision) and _put_back(decision, by=by, version=version):
            decision.undone_at, decision.undone_by = timezone.now(), by
            decision.save(update_fields=["undone_at", "undone_by"])
            undone.append(decision)
    return undone


def is_last_word(decision: UpdateDecision) -> bool:
    later = UpdateDecision.objects.standing().filter(
        plan=decision.plan_id, kind=decision.kind, code=decision.code, pk__gt=decision.pk
    )
    return not later.exists()


def _put_back(decision: UpdateDecision, *, by: User, version: int | None) -> bool:
    """Whether it could be done."""
    before: dict[str, Any] = dict(decision.before)
    model = PLAN_ITEMS[decision.kind]
    if "history_id" in before:
        return _bring_back(decision, before["history_id"], by=by)
    row: Any = model._default_manager.filter(plan=decision.plan_id, pk=decision.item_id).first()
    if row is None or row.version != (decision.item_version if version is None else version):
        return False
    former, code = row.code, before.get("code", row.code)
    if model._default_manager.filter(plan=decision.plan_id, code=code).exclude(pk=row.pk).exists():
        return False
    if before.pop("is_new", False):
        remove_item(row, by=by)
        return True
    if before.get("decision", Decision.ADAPTED) != Decision.ADAPTED:
        before = dict.fromkeys(OWN_TEXTS, "") | before  # words of a later decision, which goes too
    if "goals" in before:
        set_many_to_many(row, {"goals": standing_keys("goals", before.pop("goals"))})
    for column, value in before.items():
        setattr(row, column, value)
    if before:
        save_item(row, by=by)
    if former != row.code:
        follow_measure(row, former=former)
    return True


def _bring_back(decision: UpdateDecision, history_id: int, *, by: User) -> bool:
    if decision.kind == UpdateDecision.Kind.MEASURE:
        return restore_measure(decision.plan, history_id, by=by) is not None
    model = PLAN_ITEMS[decision.kind]
    if model._default_manager.filter(plan=decision.plan_id, code=decision.code).exists():
        return False
    row = model.history.get(plan_id=decision.plan_id, history_id=history_id).instance
    save_item(row, by=by)
    return True


def notify_plans_of(template: Template) -> None:
    """Tell the planners of each plan that can be written now how many changes there are to look at."""
    plans = list(Plan.objects.filter(state__in=EDITABLE_STATES).select_related("municipality"))
    inboxes = inboxes_of(plans)
    for plan in plans:
        if count := len(inboxes[plan.pk].changes):
            notify(
                User.objects.with_role({Role.PLANNER}, plan.municipality_id),
                text=partial(_notice, plan, template.number, count),
                url=reverse("action_plans:plan_updates", args=[plan.pk]),
            )


def _notice(plan: Plan, number: int, count: int) -> str:
    text = ngettext(
        "Version %(number)d of the national template is in force: %(count)d change to look at in %(plan)s.",
        "Version %(number)d of the national template is in force: %(count)d changes to look at in %(plan)s.",
        count,
    )
    return text % {"plan": plan, "number": number, "count": count}
