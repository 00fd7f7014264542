"""Who may do what with templates and plans: each function answers, none raises."""

from accounts.models import User
from accounts.permissions import can_administer_people
from accounts.roles import MUNICIPAL_ROLES, NATIONAL_ROLES, PLAN_ROLES, Role
from action_plans.models import Consultation, Edition, Plan, Remark, Template
from action_plans.workflow import RENEWABLE_STATES, TRANSITIONS, Transition


def can_write_template(user: User) -> bool:
    return user.has_national_role(NATIONAL_ROLES)


def can_write_strategy(user: User) -> bool:
    return user.has_national_role(NATIONAL_ROLES)


def can_read_coverage(user: User) -> bool:
    """The goals across all municipalities, drafts included: oversight, which is the national level's."""
    return user.has_national_role(NATIONAL_ROLES)


def can_edit_template(user: User, template: Template) -> bool:
    return template.is_draft and can_write_template(user)


def can_issue_template(user: User, template: Template) -> bool:
    """Administrators prepare a version; putting it in force is an officer's decision."""
    return template.is_draft and user.has_national_role({Role.DGI_OFFICER})


def can_read_adoption(user: User) -> bool:
    """Who took what of a new version is for those who write the versions."""
    return user.has_national_role(NATIONAL_ROLES)


def can_read_plans(user: User) -> bool:
    """Whether there is any plan in the making that this person may see."""
    return user.has_national_role(NATIONAL_ROLES) or bool(user.municipality_ids(MUNICIPAL_ROLES))


def can_place_topics(user: User) -> bool:
    """Who says which area a topic of the desk speaks about."""
    return user.has_national_role(NATIONAL_ROLES)


def can_create_plan(user: User, municipality_id: str) -> bool:
    return user.has_role_in(municipality_id, {Role.PLANNER})


def can_edit_plan(user: User, plan: Plan) -> bool:
    return plan.is_editable and user.has_role_in(plan.municipality_id, {Role.PLANNER})


def can_renew_plan(user: User, plan: Plan) -> bool:
    """Whether the plan is one to carry into the next period, and this person may start that one."""
    return plan.state in RENEWABLE_STATES and can_create_plan(user, plan.municipality_id)


def can_make(user: User, plan: Plan, transition: Transition) -> bool:
    """Whether the workflow's table lets `user` make this move now. Buttons and services both ask here."""
    if plan.state not in transition.sources:
        return False
    return user.has_national_role(transition.actors) or user.has_role_in(
        plan.municipality_id, transition.actors
    )


def available_transitions(user: User, plan: Plan) -> list[Transition]:
    return [transition for transition in TRANSITIONS.values() if can_make(user, plan, transition)]


def can_record_gazette(user: User, edition: Edition) -> bool:
    """The official gazette may print a plan at any time after its publication."""
    return user.has_role_in(edition.plan.municipality_id, {Role.APPROVER})


def can_run_consultation(user: User, plan: Plan) -> bool:
    """Invite, answer: also after the plan has left the consultation, for as long as it is written on."""
    return can_edit_plan(user, plan)


def can_comment_for_partner(user: User, consultation: Consultation) -> bool:
    """Whether this person speaks for an organisation that is asked, while comments are taken."""
    return consultation.is_running and consultation.partners.filter(pk__in=user.partner_ids()).exists()


def can_read_evidence(user: User, plan: Plan) -> bool:
    """Those who plan, decide and oversee. A desk would take its own list from the counts and see the rest."""
    return user.has_role_in(plan.municipality_id, PLAN_ROLES) or user.has_national_role(NATIONAL_ROLES)


def can_remark(user: User, plan: Plan) -> bool:
    """Colleagues in the town hall, and the national officers who accompany the plan."""
    return user.has_role_in(plan.municipality_id, MUNICIPAL_ROLES) or user.has_national_role(
        {Role.DGI_OFFICER}
    )


def can_settle_remark(user: User, remark: Remark) -> bool:
    """Whoever plans, or has said it."""
    return can_remark(user, remark.plan) and (
        remark.by_id == user.pk or user.has_role_in(remark.plan.municipality_id, {Role.PLANNER})
    )


def can_hand_over_measures(user: User, municipality_id: str) -> bool:
    """Whoever answers for people in the town hall, and administrators: they only name who reports."""
    answerable = {Role.COORDINATOR, Role.PLANNER, Role.APPROVER}
    return can_administer_people(user) or user.has_role_in(municipality_id, answerable)
