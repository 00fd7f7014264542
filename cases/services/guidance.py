"""Writing what the desks tell people: drafted, published, reviewed, and what the desks would change."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from accounts.services import notify
from cases.models import (
    OWN_COLUMNS,
    WRITTEN,
    Guidance,
    GuidanceSuggestion,
    GuidanceVersion,
    Topic,
    parts_of,
)
from cases.permissions import can_suggest_change, can_write_guidance
from cases.services.recalls import start_recalls
from cases.workflow import GuidanceState
from gai_portal.lib.content import content_text
from gai_portal.lib.locks import locked
from gai_portal.lib.personal import pointing_at_somebody
from municipalities.models import Office


class GuidanceChanged(Exception):
    """Somebody else has written in the draft since it was read."""


def next_review(today: date) -> date:
    """When a card that is right today is looked at again, unless somebody says otherwise."""
    months = today.month - 1 + settings.GUIDANCE_REVIEW_MONTHS
    return date(today.year + months // 12, months % 12 + 1, min(today.day, 28))


def written(version: GuidanceVersion | None) -> dict[str, Any]:
    """What somebody wrote in a version."""
    return {name: getattr(version, name) for name in WRITTEN} if version else {}


def told_by(version: GuidanceVersion) -> dict[str, Any]:
    """All that a version tells: what was written, and the documents and deadlines of its topic."""
    return written(version) | parts_of(version, version.guidance.topic)


def mark_of(version: GuidanceVersion) -> str:
    """A fingerprint of all that a version tells."""
    return hashlib.sha256(json.dumps(told_by(version), sort_keys=True).encode()).hexdigest()[:20]


def left_behind(draft: GuidanceVersion, former: GuidanceVersion | None) -> list[str]:
    """The languages that still say what they said beside another Portuguese text."""
    if former is None:
        return []
    now, before = _by_language(draft), _by_language(former)
    portuguese = OWN_COLUMNS[0]
    changed = [now[portuguese][part] != before[portuguese][part] for part in range(2)]
    return [
        code
        for code, texts in now.items()
        if any(
            is_changed and text and text == earlier
            for is_changed, text, earlier in zip(changed, texts, before.get(code, ("", "")), strict=True)
        )
    ]


def _by_language(version: GuidanceVersion) -> dict[str, tuple[str, str]]:
    """What to say and where to go, in each language; where to go only in those with columns of their own."""
    own = {code: (version.say_in(code), getattr(version, f"where_{code}")) for code in OWN_COLUMNS}
    return own | {code: (text, "") for code, text in version.other_texts.items()}


def _still_outdated(draft: GuidanceVersion, former: GuidanceVersion | None) -> list[str]:
    """The languages that were out of date before, and in which nothing has been written since."""
    if former is None:
        return []
    now, before = _by_language(draft), _by_language(former)
    return [code for code in former.outdated if code in now and now[code] == before[code]]


@transaction.atomic
def begin_draft(topic: Topic, *, by: User) -> GuidanceVersion:
    """The draft of a topic's card; where there is none yet, it starts as a copy of the text in force."""
    _require_writer(by)
    card, _is_new = Guidance.objects.select_for_update().get_or_create(topic=topic)
    if draft := card.versions.drafts().first():
        return draft
    latest = card.versions.first()
    number = latest.number + 1 if latest else 1
    return GuidanceVersion.objects.create(guidance=card, number=number, **written(latest))


def fill(version: GuidanceVersion, values: Mapping[str, Any]) -> None:
    """Write some of the columns. Further languages that `values` does not name stay."""
    for name, value in values.items():
        if name == "other_texts":
            texts = version.other_texts | value
            value = {code: text for code, text in texts.items() if text}
        setattr(version, name, value)


@transaction.atomic
def save_drafts(cards: Mapping[str, Mapping[str, Any]], *, by: User) -> None:
    """What a file says of some topics, by their code, as the drafts of their cards."""
    _require_writer(by)
    for topic in Topic.objects.filter(pk__in=cards):
        draft = begin_draft(topic, by=by)
        fill(draft, cards[topic.pk])
        draft.save()


@transaction.atomic
def drop_draft(draft: GuidanceVersion, *, by: User) -> None:
    """Take a draft away. What is in force stays."""
    _require_writer(by)
    GuidanceVersion.objects.drafts().filter(pk=draft.pk).delete()


@transaction.atomic
def publish_guidance(
    draft: GuidanceVersion,
    *,
    seen: str,
    review_by: date,
    is_material: bool = False,
    change_pt: str = "",
    accepts_outdated: bool = False,
    by: User,
) -> GuidanceVersion:
    """Put a draft in force, as it was read: `seen` is its fingerprint. Nothing in it changes any more.

    Its topic's documents and deadlines are frozen with it. After a material change the languages that were
    left behind are out of date, and say so; whoever publishes has to accept that.
    """
    _require_writer(by)
    card = Guidance.objects.select_for_update().get(pk=draft.guidance_id)
    draft = card.versions.get(pk=draft.pk)
    if not draft.is_draft or seen != mark_of(draft):
        raise GuidanceChanged
    former = card.versions.in_force().first()
    if not draft.say_pt:
        raise ValidationError(_("Write what to say in Portuguese first."))
    if former is not None and told_by(former) == told_by(draft):
        raise ValidationError(_("This says the same as the text in force. Note the review instead."))
    if is_material and not (former and change_pt):
        raise ValidationError(_("Say in one sentence what has changed."))
    behind = left_behind(draft, former) if is_material else []
    if behind and not accepts_outdated:
        raise ValidationError(_("Translate first, or accept that these languages are out of date."))
    draft.outdated = sorted({*behind, *_still_outdated(draft, former)})
    draft.take_over()
    _review(card, review_by)
    if former is not None:
        former.state = GuidanceState.SUPERSEDED
        former.save(update_fields=["state"])
    draft.state, draft.published_at, draft.published_by = GuidanceState.PUBLISHED, timezone.now(), by
    draft.is_material, draft.change_pt = is_material, change_pt
    draft.save()
    if is_material:
        start_recalls(draft)
    return draft


@transaction.atomic
def confirm_review(card: Guidance, *, review_by: date, by: User) -> None:
    """Somebody has looked at a card, and it is still right."""
    _require_writer(by)
    card = Guidance.objects.select_for_update().get(pk=card.pk)
    if not card.versions.in_force().exists():
        raise ValidationError(_("There is no text in force to review."))
    _review(card, review_by)


def _review(card: Guidance, review_by: date) -> None:
    today = timezone.localdate()
    if review_by <= today:
        raise ValidationError({"review_by": _("The next review lies in the future.")})
    card.reviewed_on, card.review_by = today, review_by
    card.save(update_fields=["reviewed_on", "review_by"])


def _require_writer(user: User) -> None:
    if not can_write_guidance(user):
        raise PermissionDenied(f"{user} may not write guidance")


@transaction.atomic
def suggest_change(topic: Topic, office: Office, text: str, *, by: User) -> GuidanceSuggestion:
    """A desk says what it would change in a card. The national level is told."""
    if not can_suggest_change(by, office):
        raise PermissionDenied(f"{by} has no desk at {office}")
    if found := pointing_at_somebody(text):
        problem = _("Take out what points at one person: %(found)s") % {"found": ", ".join(found[:5])}
        raise ValidationError({"text_pt": problem})
    suggestion = GuidanceSuggestion.objects.create(topic=topic, office=office, text_pt=text, author=by)
    notify(
        User.objects.with_role({Role.DGI_OFFICER}),
        text=lambda: _("{office} suggests a change to the card “{topic}”.").format(
            office=office, topic=content_text(topic, "name")
        ),
        url=reverse("cases:suggestion_answer", args=[suggestion.pk]),
    )
    return suggestion


@transaction.atomic
def answer_suggestion(suggestion: GuidanceSuggestion, answer: str, *, by: User) -> GuidanceSuggestion:
    """The national level says what becomes of it. The officer who wrote it is told."""
    _require_writer(by)
    suggestion = locked(GuidanceSuggestion.objects.with_names(), suggestion.pk)
    if suggestion.answered_at is not None:
        raise ValidationError(_("A colleague has answered already."))
    suggestion.answer_pt, suggestion.answered_at, suggestion.answered_by = answer, timezone.now(), by
    suggestion.save(update_fields=["answer_pt", "answered_at", "answered_by"])
    notify(
        [suggestion.author],
        text=lambda: _("Your suggestion on the card “{topic}” was answered.").format(
            topic=content_text(suggestion.topic, "name")
        ),
        url=reverse("cases:suggestion_list"),
    )
    return suggestion
