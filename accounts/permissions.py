"""Who may invite whom, and whose membership they may end: each function answers, none raises."""

from accounts.models import Handover, Membership, User
from accounts.roles import MUNICIPAL_ROLES, Role

# By the role of the one who asks. The national administrator does all this in the admin.
INVITES = {
    Role.COORDINATOR: frozenset({Role.OFFICER}),
    Role.PLANNER: frozenset({Role.PLANNER}),
    Role.APPROVER: frozenset({Role.PLANNER}),
}
ENDS = {Role.COORDINATOR: frozenset({Role.OFFICER})}


def can_administer_people(user: User) -> bool:
    """Accounts and roles everywhere; never one's own."""
    return user.has_national_role({Role.DGI_ADMINISTRATOR})


def can_read_people(user: User) -> bool:
    return bool(user.municipality_ids(INVITES))


def roles_to_invite(user: User) -> set[tuple[Role, str]]:
    """The roles that `user` may give away today, each with its municipality."""
    return {
        (role, membership.municipality_id)
        for membership in user.current_memberships
        for role in INVITES.get(Role(membership.role), ())
        if membership.municipality_id
    }


def can_end_membership(user: User, membership: Membership) -> bool:
    """Desk roles end by their coordinator, others by whoever gave them and still gives such roles.

    Nobody ends a membership of their own: somebody has to be left who answers for the office.
    """
    if membership.user_id == user.pk or membership.is_pending:
        return False
    if membership.given_by_id == user.pk and can_give(user, membership):
        return True
    return any(
        own.municipality_id is not None
        and own.municipality_id == membership.municipality_id
        and membership.role in ENDS.get(Role(own.role), ())
        for own in user.current_memberships
    )


def can_hand_over(user: User, membership: Membership) -> bool:
    """Whoever may end the role, be it over already, passes its work on; administrators everybody's else."""
    is_administered = can_administer_people(user) and not membership.is_pending
    return can_end_membership(user, membership) or (is_administered and membership.user_id != user.pk)


def can_hand_over_somebody(user: User) -> bool:
    return can_read_people(user) or can_administer_people(user)


def can_read_briefing(user: User, handover: Handover) -> bool:
    """Those who work in the town hall. An administrator sees how much changed hands, and nothing of it."""
    return user.has_role_in(handover.municipality_id, MUNICIPAL_ROLES)


def can_withdraw_invitation(user: User, membership: Membership) -> bool:
    """Whoever may invite to this role here: the one who did so may have left."""
    return membership.is_pending and membership.user_id != user.pk and can_give(user, membership)


def can_accept_invitation(user: User, membership: Membership) -> bool:
    """One's own, in time, and as long as whoever offered the role could still do so."""
    giver = membership.given_by
    return (
        membership.is_pending
        and membership.user_id == user.pk
        and not membership.has_lapsed
        and giver is not None
        and giver.is_active
        and can_give(giver, membership)
    )


def can_give(user: User, membership: Membership) -> bool:
    """Whether this is a role that `user` may invite to today."""
    return (membership.role, membership.municipality_id) in roles_to_invite(user)
