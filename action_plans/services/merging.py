"""The text that the merge editor proposes: both sides' changes, and where they clash, both wordings."""

from collections.abc import Mapping
from dataclasses import dataclass

from action_plans.services.inbox import Change
from action_plans.services.tailoring import OWN_TEXTS
from gai_portal.lib.differences import Conflict, merge_texts

# Signs that nobody types: a text that still holds them has not been settled.
OPEN, BETWEEN, CLOSE = "⟦", "¦", "⟧"


@dataclass(frozen=True)
class Proposal:
    """A merged text of one language."""

    text: str
    conflicts: int


def propose_merge(base: str, national: str, own: str) -> Proposal:
    """In each place where both changed the same words: ⟦national ¦ own⟧."""
    text, conflicts = "", 0
    for part in merge_texts(base, national, own):
        if isinstance(part, Conflict):
            conflicts += 1
            gap = " " if text and not text[-1].isspace() else ""
            text += f"{gap}{OPEN}{part.theirs} {BETWEEN} {part.ours}{CLOSE}"
        else:
            gap = " " if text.endswith(CLOSE) and part[0].isalnum() else ""
            text += gap + part
    return Proposal(text.strip(), conflicts)


def is_unresolved(text: str) -> bool:
    return OPEN in text or CLOSE in text


def proposals_of(change: Change, item: Mapping[str, str]) -> dict[str, Proposal]:
    """A proposal for each language in which the municipality has written, and for Portuguese."""
    assert change.before is not None
    assert change.after is not None
    proposals = {}
    for name in OWN_TEXTS:
        base, national = change.before.values.get(name, ""), change.after.values.get(name, "")
        own = item[name]
        if name == "text_pt" or own:
            proposals[name] = propose_merge(base, national, own)
    return proposals
