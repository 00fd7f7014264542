"""What every page may use: content in its languages, money, days, icons, states."""

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.db.models import Model
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext as _
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml

from gai_portal.lib.content import FALLBACK_LANGUAGE, content_text, in_active_language
from gai_portal.lib.differences import word_differences as differences_between
from gai_portal.lib.drawings import ICONS, SHAPES
from gai_portal.lib.formats import format_cve, format_day, format_escudos

register = template.Library()
register.simple_tag(content_text)

FALLBACK = '<span lang="pt" class="fallback">{} <small lang="{}">({})</small></span>'
FALLBACK_AGAIN = (
    '<span lang="pt" class="fallback">{} <small lang="{}">(<abbr title="{}">{}</abbr>)</small></span>'
)
FALLBACK_PROSE = '<div class="fallback"><small>({})</small><div lang="pt">{}</div></div>'
ICON = '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="{}"/></svg>'
BADGE = (
    '<span class="badge badge-{}">'
    '<svg class="shape" viewBox="0 0 10 10" aria-hidden="true" focusable="false">{}</svg>{}</span>'
)

# Paragraphs, lists, bold and italics; no HTML, no links, no pictures.
MARKDOWN = MarkdownIt("zero", {"html": False, "breaks": True})
MARKDOWN.enable(["list", "emphasis", "newline", "escape"])
# One paragraph without any marks, as most texts are: a long page cannot wait for the parser at each of them.
PLAIN = re.compile(r"(?![-+\d\s])[^*_\\\s\0](?:[^*_\\\n\r\0]*[^*_\\\s\0])?")

# How each state of the workflows looks: tone, shape. A state without a line is a grey ring.
STATES = {
    "draft": ("stone", "ring"),
    "undecided": ("stone", "ring"),
    "open": ("sea", "dot"),
    "waiting": ("sun", "half"),
    "reopened": ("sea", "back"),
    "asked": ("sun", "half"),
    "offered": ("sun", "arrow"),
    "accepted": ("leaf", "check"),
    "consultation": ("sea", "half"),
    "submitted": ("sea", "arrow"),
    "returned": ("sun", "back"),
    "revising": ("sun", "pencil"),
    "endorsed": ("sea", "check"),
    "approved": ("leaf", "dot"),
    "published": ("leaf", "check"),
    "issued": ("leaf", "check"),
    "superseded": ("stone", "square"),
    "closed": ("stone", "square"),
    "adopted": ("leaf", "check"),
    "adapted": ("sea", "pencil"),
    "excluded": ("stone", "cross"),
    "local": ("sea", "plus"),
    "late": ("lava", "triangle"),
    "overdue": ("lava", "triangle"),
    "done": ("leaf", "check"),
    "sent": ("sea", "arrow"),
    "received": ("sea", "half"),
    "answered": ("sea", "check"),
    "solved": ("leaf", "check"),
    "refused": ("lava", "cross"),
    "unanswered": ("lava", "triangle"),
    "withdrawn": ("stone", "cross"),
}


@register.simple_tag(takes_context=True)
def say_fallback(context: template.Context, things: Any, field: str) -> str:
    """Say once, above a page of which nothing is translated, that it stands in Portuguese.

    Below it `content` and `content_prose` only mark the language, for those who listen. Where some texts are
    translated and some are not, nothing is said here and each one that is not says so itself.
    """
    things = [things] if things and (isinstance(things, Model | Mapping)) else things
    if not things or not all(in_active_language(thing, field)[1] for thing in things):
        return ""
    context["fallback_said"] = True
    text = _("Nobody has translated this yet: what follows stands in Portuguese.")
    return format_html('<p class="muted">{}</p>', text)


@register.simple_tag(takes_context=True)
def content(context: template.Context, thing: Any, field: str) -> str:
    """A text in the reader's language; a Portuguese one that stands in for it is marked as such.

    The first one of a page says so in words, the others by the short name of the language.
    """
    text, fell_back = in_active_language(thing, field)
    if not fell_back:
        return text
    if context.get("fallback_said"):
        return format_html('<span lang="pt">{}</span>', text)
    request = context.get("request")
    if getattr(request, "fallback_was_told", False):
        return format_html(FALLBACK_AGAIN, text, get_language(), _("in Portuguese"), FALLBACK_LANGUAGE)
    if request is not None:
        request.fallback_was_told = True
    return format_html(FALLBACK, text, get_language(), _("in Portuguese"))


@register.simple_tag(takes_context=True)
def content_prose(context: template.Context, thing: Any, field: str) -> str:
    """A long text with its paragraphs and lists, in the reader's language."""
    text, fell_back = in_active_language(thing, field)
    if not fell_back:
        return prose(text)
    if context.get("fallback_said"):
        return format_html('<div lang="pt">{}</div>', prose(text))
    return format_html(FALLBACK_PROSE, _("in Portuguese"), prose(text))


@register.filter
def prose(text: str | None) -> SafeString:
    """Paragraphs, lists, bold and italics of a restricted Markdown."""
    text = text or ""
    if PLAIN.fullmatch(text):
        return mark_safe(f"<p>{escapeHtml(text.strip())}</p>\n")
    return mark_safe(MARKDOWN.render(text))


@register.simple_tag
def word_differences(before: str, after: str) -> SafeString:
    """What became of a text: words taken out and put in are marked, and told to those who listen."""
    tags = {"removed": ("del", _("taken out:")), "added": ("ins", _("put in:"))}
    pieces: list[str] = []
    for kind, text in differences_between(before or "", after or ""):
        words = escape(text).replace("\n", "<br>")
        if kind in tags:
            tag, said = tags[kind]
            # The space before a word stays outside, or its underline would begin in the gap.
            gap = " " if words.startswith(" ") or (pieces and pieces[-1].endswith("</del>")) else ""
            words = f'{gap}<{tag}><span class="visually-hidden">[{said} </span>{words.strip(" ")}'
            words += f'<span class="visually-hidden">]</span></{tag}>'
        pieces.append(words)
    return mark_safe("".join(pieces))


@register.filter
def escudos(amount: Decimal | int | None) -> str:
    return format_escudos(amount)


@register.filter
def cve(amount: Decimal | int) -> str:
    return format_cve(amount)


@register.filter
def file_size(octets: int) -> str:
    """How heavy a file is, in the unit that people read: 312 kB, 312 ko."""
    if octets < 1_000_000:
        return _("%(size)s kB") % {"size": max(1, round(octets / 1000))}
    return _("%(size)s MB") % {"size": number_format(octets / 1_000_000, decimal_pos=1)}


@register.filter
def day(moment: datetime.date | None) -> str:
    """12 de março de 2026; a time is told by its day in Cabo Verde."""
    if isinstance(moment, datetime.datetime):
        moment = timezone.localtime(moment).date()
    return format_day(moment)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A line drawing for those who see; give its meaning in words beside it."""
    return format_html(ICON, ICONS[name])


@register.simple_tag
def badge(tone: str, text: str, shape: str) -> SafeString:
    """A word and a shape; the tone only helps."""
    return format_html(BADGE, tone, mark_safe(SHAPES[shape]), text)


@register.simple_tag
def state_badge(thing: Any, field: str = "state") -> SafeString:
    """The state of a plan, a decision, a case: its word with the shape that belongs to it."""
    tone, shape = STATES.get(str(getattr(thing, field)), ("stone", "ring"))
    return badge(tone, getattr(thing, f"get_{field}_display")(), shape)


@register.simple_tag(takes_context=True)
def rendered(context: template.Context, name: str) -> SafeString:
    """A piece that a page shows in two places, made once."""
    found = context.template.engine.get_template(name)  # type: ignore[union-attr]  # it is being rendered
    return found.render(context)


@register.inclusion_tag("includes/_progress_bar.html")
def progress_bar(value: int, total: int, label: str) -> dict[str, Any]:
    """31 of 44 measures decided, in words and as a bar."""
    return {"value": value, "total": total, "label": label}
