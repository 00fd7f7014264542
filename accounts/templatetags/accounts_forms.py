"""What every form in the workspace carries along."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.carrying import account_token

register = template.Library()

HIDDEN = '<input type="hidden" name="{}" value="{}">'


@register.simple_tag(takes_context=True)
def form_keys(context: template.Context, *, once: bool = False) -> SafeString:
    """The CSRF token, whose form this is, and for a creating form (`once=True`) its one-time key."""
    request = context["request"]
    hidden = [("csrfmiddlewaretoken", context["csrf_token"])]
    if request.user.is_authenticated:
        hidden.append(("account", account_token(request.user)))
    if once:
        hidden.append(("once", _key(request.POST.get("once", ""))))
    return SafeString("".join(format_html(HIDDEN, name, value) for name, value in hidden))


def _key(posted: Any) -> UUID:
    """The posted key when an invalid form is shown again: it is still the same form."""
    try:
        return UUID(posted)
    except ValueError:
        return uuid4()


@register.simple_tag(takes_context=True)
def draft_url(context: template.Context) -> str:
    """Where the form of this page keeps its draft: for `data-draft-url`. A view may say so as `kept_as`."""
    form = context.get("kept_as") or context["request"].path
    return f"{reverse('accounts:draft_save')}?{urlencode({'form': form})}"
