import pytest

from gai_portal.lib.typography import typeset


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Diz "bom dia" a todos', "Diz «bom dia» a todos"),
        ('"Acolher bem"', "«Acolher bem»"),
        ("(“assim”)", "(«assim»)"),
        ("Deliberação n.º 7", "Deliberação n.º\u00a07"),
        ("30 % das 12 pessoas", "30\u00a0% das 12 pessoas"),
        ("em 12 de março de 2026", "em 12\u00a0de março de\u00a02026"),
        ("de 2026-2028", "de\u00a02026–2028"),
        ("um -- dois", "um – dois"),
        ("Guiné-Bissau", "Guiné-Bissau"),
        ("- um\n- dois", "- um\n- dois"),  # a list stays one
    ],
)
def test_portuguese_is_set_as_it_is_printed(text, expected):
    assert typeset(text) == expected
