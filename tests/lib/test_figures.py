"""Published counts in words."""

import pytest
from django.utils import translation

from gai_portal.lib.count_tables import Figure
from gai_portal.lib.suppression import Mask
from gai_portal.templatetags.figures import figure_columns, figure_words, nationality


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (Figure(412, 412), "412"),
        (Figure(0, 0), "0"),
        (Figure(1, 4, Mask.SMALL), "<5"),
        (Figure(5, 12, Mask.HIDDEN), "oculto"),
        (Figure(0, None, Mask.WITHHELD), "oculto"),
        (Figure(118, 126), "118 a 126"),
        (Figure(118, None), "pelo menos 118"),
    ],
)
def test_a_count_is_a_number_or_what_is_known_of_it(figure, words):
    with translation.override("pt"):
        assert figure_words(figure) == words


def test_a_chart_takes_counts_by_period():
    context = figure_columns([("T1", Figure(3, 3)), ("T2", Figure(1, 4, Mask.SMALL))], "Por trimestre")
    assert context["label"] == "Por trimestre"
    assert context["chart"].most == 4


def test_a_nationality_has_its_name():
    with translation.override("pt"):
        assert nationality("GW") == "Guiné-Bissau"
