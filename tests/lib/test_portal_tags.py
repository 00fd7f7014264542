import datetime
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation
from hypothesis import given, strategies as st

from gai_portal.templatetags.portal import MARKDOWN, prose

MEASURE = {"text_pt": "Criar um balcão <único>", "text_en": "Open a single desk", "text_fr": ""}


def rendered(source, **context):
    return Template("{% load portal %}" + source).render(Context(context))


@pytest.mark.parametrize("measure", [MEASURE, SimpleNamespace(**MEASURE)])
def test_content_speaks_the_readers_language(measure):
    with translation.override("en"):
        assert rendered('{% content measure "text" %}', measure=measure) == "Open a single desk"
    with translation.override("pt"):
        assert rendered('{% content measure "text" %}', measure=measure) == "Criar um balcão &lt;único&gt;"


def test_content_without_a_translation_falls_back_visibly():
    with translation.override("fr"):
        shown = rendered('{% content measure "text" %}', measure=MEASURE)
        plain = rendered('{% content_text measure "text" %}', measure=MEASURE)
        long = rendered('{% content_prose measure "text" %}', measure=MEASURE)
    assert shown.startswith(
        '<span lang="pt" class="fallback">Criar um balcão &lt;único&gt; <small lang="fr">'
    )
    assert plain == "Criar um balcão &lt;único&gt;"
    assert '<div lang="pt"><p>Criar um balcão &lt;único&gt;</p>' in long


def test_a_page_says_once_in_words_in_which_language_it_falls_back(rf):
    with translation.override("fr"):
        twice = '{% content measure "text" %}|{% content measure "text" %}'
        first, second = rendered(twice, measure=MEASURE, request=rf.get("/")).split("|")
    assert first.endswith("(en portugais)</small></span>")
    assert second.endswith('(<abbr title="en portugais">pt</abbr>)</small></span>')


def test_content_without_any_text_says_nothing():
    empty = {"text_pt": "", "text_fr": ""}
    with translation.override("fr"):
        assert rendered('{% content empty "text" %}', empty=empty) == ""


def test_prose_knows_paragraphs_lists_bold_and_italics_only():
    text = "Um **a** *b*\nlinha\n\n- x\n- y\n\n<script>1</script> [a](http://x.cv) ![b](c) # t"
    shown = rendered("{{ text|prose }}", text=text)
    assert "<strong>a</strong> <em>b</em><br>\nlinha</p>" in shown
    assert "<ul>\n<li>x</li>\n<li>y</li>\n</ul>" in shown
    assert not any(mark in shown for mark in ("<script", "<a ", "<img", "<h1"))
    assert rendered("{{ text|prose }}", text=None) == ""


def test_money_and_days_are_filters():
    midnight = datetime.datetime(2026, 3, 13, 0, 30, tzinfo=datetime.UTC)
    with translation.override("pt"):
        assert rendered("{{ 5500|escudos }}") == "5.500$00"
        assert rendered("{{ moment|day }}", moment=midnight) == "12 de março de 2026"


def test_a_state_is_told_by_a_word_and_a_shape():
    late = SimpleNamespace(state="late", get_state_display=lambda: "Atrasada")
    unheard_of = SimpleNamespace(decision="maybe", get_decision_display=lambda: "Talvez")
    shown = rendered("{% state_badge late %}", late=late)
    assert "badge-lava" in shown
    assert "<svg" in shown
    assert "Atrasada</span>" in shown
    assert "Talvez</span>" in rendered('{% state_badge thing "decision" %}', thing=unheard_of)


def test_progress_is_told_in_words_too():
    shown = rendered('{% progress_bar 31 44 "medidas" %}')
    assert "31" in shown
    assert '<progress value="31" max="44">' in shown
    assert 'max="1"' in rendered('{% progress_bar 0 0 "medidas" %}')


class OneOfEach(forms.Form):
    name = forms.CharField(label="Nome", help_text="Como no papel.")
    channel = forms.ChoiceField(choices=[("p", "Presencial"), ("t", "Telefone")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="De acordo", required=False)


def test_a_field_stands_with_its_label_its_help_and_its_error():
    form = OneOfEach({})
    shown = form["name"].as_field_group()
    assert '<label for="id_name">Nome</label>' in shown
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_name_helptext"' in shown
    assert 'id="id_name_error"' in shown
    group = form["channel"].as_field_group()
    assert '<fieldset aria-describedby="id_channel_error">' in group
    assert '<label class="choice" for="id_channel_0">' in group
    box = form["agreed"].as_field_group()
    assert box.count("De acordo") == 1


def test_the_error_summary_leads_to_each_field():
    shown = rendered('{% include "includes/_form_errors.html" %}', form=OneOfEach({}))
    assert 'href="#id_name"' in shown
    assert 'href="#id_channel_0"' in shown
    assert rendered('{% include "includes/_form_errors.html" %}', form=OneOfEach()).strip() == ""


@given(st.text() | st.text(alphabet="ab *_-+1.\n\\&<>\"'\t\u00a0"))
def test_the_quick_way_for_plain_paragraphs_says_what_the_parser_says(text):
    assert prose(text) == MARKDOWN.render(text)
