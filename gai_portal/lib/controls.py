"""The controls of forms, written without templates.

A list of choices is hundreds of small templates to Django, and took a page most of its time. What is
written here is what those templates would have written; every other control still has its template.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.utils.formats import localize
from django.utils.html import conditional_escape, escape
from django.utils.safestring import mark_safe

Control = Mapping[str, Any]


class ControlRenderer(TemplatesSetting):
    """Django's renderer, with the common controls written at once."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        write = WRITTEN.get(template_name)
        if write is None:
            return super().render(template_name, context, request)
        return mark_safe(write(context["widget"]))


def _attributes(values: Mapping[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(str(value))}"'
        for name, value in values.items()
        if value is not False
    )


def _input(control: Control) -> str:
    value = control["value"]
    held = "" if value is None else f' value="{escape(str(value))}"'
    name, attributes = escape(control["name"]), _attributes(control["attrs"])
    return f'<input type="{control["type"]}" name="{name}"{held}{attributes}>'


def _textarea(control: Control) -> str:
    text = conditional_escape(control["value"] or "")
    return f'<textarea name="{escape(control["name"])}"{_attributes(control["attrs"])}>\n{text}</textarea>'


def _select(control: Control) -> str:
    lines = [f'<select name="{escape(control["name"])}"{_attributes(control["attrs"])}>']
    for group, options, _index in control["optgroups"]:
        if group:
            lines.append(f'  <optgroup label="{conditional_escape(group)}">')
        lines += [_option(option) for option in options]
        if group:
            lines.append("  </optgroup>")
    return "\n".join([*lines, "</select>"])


def _option(option: Control) -> str:
    value, label = escape(str(option["value"])), _label(option)
    return f'  <option value="{value}"{_attributes(option["attrs"])}>{label}</option>'


def _label(option: Control) -> str:
    return conditional_escape(localize(option["label"]))


def _choices(control: Control) -> str:
    """Boxes or circles, each with its words beside it."""
    attributes = control["attrs"]
    place, kind = attributes.get("id"), attributes.get("class")
    id_ = f' id="{escape(place)}"' if place else ""
    lines = [f'<div{id_} class="choices{" " + escape(kind) if kind else ""}">']
    for group, options, _index in control["optgroups"]:
        if group:
            lines.append(f'  <p class="choice-group">{conditional_escape(group)}</p>')
        for option in options:
            id_ = option["attrs"].get("id")
            for_ = f' for="{escape(id_)}"' if id_ else ""
            lines.append(
                f'  <label class="choice"{for_}>{_input(option)} <span>{_label(option)}</span></label>'
            )
    return "\n".join([*lines, "</div>"])


INPUTS = ("checkbox", "date", "email", "hidden", "input", "number", "password", "tel", "text", "time", "url")
WRITTEN: dict[str, Callable[[Control], str]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in INPUTS},
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/radio.html": _choices,
    "django/forms/widgets/checkbox_select.html": _choices,
}
