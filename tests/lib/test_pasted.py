"""What becomes of text that was copied from a word processor: one outcome, whoever pasted it."""

import pytest
from hypothesis import example, given, strategies as st

from gai_portal.lib.pasted import tidy, tidy_line

RTF = (
    r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fnil Calibri;}}{\*\generator Riched20 10.0;}"
    "\r\n"
    r"\pard\f0\fs22 Acolher as pessoas \'e0 chegada.\par Informa\u231?\u227?o \{gr\'e1tis\}\par}"
)


@pytest.mark.parametrize(
    ("pasted", "stored"),
    [
        ("um\r\ndois\rtrês\vquatro", "um\ndois\ntrês\nquatro"),
        ("Um “balcão” e d’Espargos", 'Um "balcão" e d\'Espargos'),
        ("«aspas» e – traços — ficam…", "«aspas» e – traços — ficam…"),
        ("30\u00a0dias\u202fúteis", "30 dias úteis"),
        ("aco\u00adlhi\u00admento\u200b\ufeff", "acolhimento"),
        ("guarda\u2011chuva e guarda\x1echuva", "guarda-chuva e guarda-chuva"),
        ("•\tum\n·\tdois\n\uf0b7\ttrês\n   o\tquatro", "- um\n- dois\n- três\n- quatro"),
        ("–\tum\n–dois\no três", "- um\n–dois\no três"),
        ("1.\tum\n2)\tdois", "1. um\n2) dois"),
        ("um\tdois   três  ", "um dois três"),
        ("um\n\n\n\ndois\n", "um\n\ndois"),
        ("- um\n  - dois", "- um\n  - dois"),
        ("a\u0301gua", "água"),
        ("nulo\x00 e \x07campainha", "nulo e campainha"),
        ("família 👩\u200d👧 e ❤\ufe0f", "família 👩\u200d👧 e ❤\ufe0f"),
        ("<!--[if gte mso 9]><xml>Normal 0</xml><![endif]-->Texto<o:p></o:p>", "Texto"),
        (RTF, "Acolher as pessoas à chegada.\nInformação {grátis}"),
        ("{\\rtf1 perdido", "perdido"),
        ("", ""),
    ],
)
def test_a_paste_has_one_outcome(pasted, stored):
    assert tidy(pasted) == stored


def test_a_title_is_one_line():
    assert tidy_line(" Acolhimento,\v informação\r\n e\u00a0atendimento ") == (
        "Acolhimento, informação e atendimento"
    )


@given(st.text() | st.text(alphabet="•-o\t\n 1.\u00a0\u00ad“a{}\\"))
@example("- •\tx")
@example("e\u00ad\u0301")
def test_what_is_tidy_stays_as_it_is(text):
    assert tidy(tidy(text)) == tidy(text)
    assert tidy_line(tidy_line(text)) == tidy_line(text)
