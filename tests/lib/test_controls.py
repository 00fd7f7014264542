"""Controls that are written without templates: as Django's templates write them."""

import re

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting

from gai_portal.lib.controls import WRITTEN, ControlRenderer

CHOICES = [("", "–"), (1, "<Um>"), ("Grupo & Co", [("a", "A"), ("b", "B")])]
WIDGETS = {
    "text": forms.TextInput(attrs={"maxlength": 10, "autofocus": True, "disabled": False}),
    "number": forms.NumberInput(),
    "email": forms.EmailInput(),
    "url": forms.URLInput(),
    "password": forms.PasswordInput(),
    "hidden": forms.HiddenInput(),
    "date": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    "time": forms.TimeInput(),
    "checkbox": forms.CheckboxInput(),
    "textarea": forms.Textarea(attrs={"rows": 3}),
    "select": forms.Select(choices=CHOICES),
    "several": forms.SelectMultiple(choices=CHOICES),
}
VALUES = [None, "", 'A "quoted" <word> & more', 1, "b"]


def closed_up(html):
    return re.sub(r">\s+<", "><", html).strip()


@pytest.mark.parametrize("name", WIDGETS)
def test_a_control_is_what_its_template_would_be(name):
    widget = WIDGETS[name]
    for value in VALUES:
        value = [value] if name == "several" else value
        written, template = (
            widget.render("field", value, {"id": "id_field", "aria-invalid": "true"}, renderer)
            for renderer in (ControlRenderer(), TemplatesSetting())
        )
        assert closed_up(written) == closed_up(template)


@pytest.mark.parametrize("widget", [forms.RadioSelect, forms.CheckboxSelectMultiple])
def test_choices_stand_beside_their_words_and_are_escaped(widget):
    html = widget(choices=CHOICES).render("field", "a", {"id": "id_field"}, ControlRenderer())
    assert html.startswith('<div id="id_field" class="choices">')
    assert '<p class="choice-group">Grupo &amp; Co</p>' in html
    label = r'<label class="choice" for="id_field_1"><input [^>]*value="1"[^>]*> <span>&lt;Um&gt;</span>'
    assert re.search(label, html)
    assert html.count("checked") == 1


def test_whatever_is_written_has_a_template_of_that_name():
    for name in WRITTEN:
        assert TemplatesSetting().get_template(name)
