"""Who may invite whom, and whose membership they may end: each function answers, none raises."""

from accounts.models import Membership, User
from accounts.roles import Role

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
    """Nobody ends a membership of their own: somebody has to be left who answers for the office."""
    return membership.user_id != user.pk and any(
        own.municipality_id is not None
        and own.municipality_id == membership.municipality_id
        and membership.role in ENDS.get(Role(own.role), ())
        for own in user.current_memberships
    )
