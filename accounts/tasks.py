"""What is done every night for those who sign in."""

from accounts import services


def delete_old_drafts() -> str:
    drafts, keys = services.delete_old_drafts()
    return f"{drafts} drafts, {keys} one-time keys"
