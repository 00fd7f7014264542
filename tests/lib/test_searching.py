"""What the database makes of a text is what we make of the question."""

import pytest
from django.db.models import TextField, Value
from django.db.models.functions import Cast

from accounts.models import User
from gai_portal.lib.searching import Fold
from gai_portal.lib.text import fold

WORDS = [
    "Renovação",
    "SÃO NICOLAU",
    "Ọlá Adébáyọ̀",
    "Çelik",
    "Guiné-Bissau",
    "Łódź",
    "",
    "ﬁm",
    "王伟",
    "a\u0301",
]


def folded_by_the_database(text: str | None) -> str | None:
    people = User.objects.annotate(folded=Fold(Cast(Value(text), TextField())))
    return people.values_list("folded", flat=True).get()


@pytest.mark.parametrize("text", WORDS)
def test_both_fold_alike(guest, text):
    assert folded_by_the_database(text) == fold(text)


def test_nothing_stays_nothing(guest):
    assert folded_by_the_database(None) is None
