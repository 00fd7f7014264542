"""A YAML file that somebody uploads is understood or refused in words, and keeps no server busy."""

import pytest

from gai_portal.lib.yaml_files import YamlFault, parse_yaml, written_yaml

SIXTIES = "1" + ":59" * 100_000
HUGE = "0x" + "f" * 5000


def test_what_is_written_is_read():
    document = {
        "cards": [{"topic": "RES.02", "say": {"pt": "Uma linha.\nOutra."}, "amount": 1500, "part": 1.5}]
    }
    assert parse_yaml(written_yaml(document).encode()) == document


@pytest.mark.parametrize("value", [SIXTIES, f"{SIXTIES}.5", HUGE, f"-{'9' * 5000}"])
def test_a_number_that_is_worked_at_for_long_is_refused_with_its_line(value):
    with pytest.raises(YamlFault) as refused:
        parse_yaml(f"first: 1\nsecond: {value}\n".encode())
    assert refused.value.line == 2


def test_a_long_number_in_quotes_is_a_text():
    assert parse_yaml(f'first: "{HUGE}"'.encode()) == {"first": HUGE}


@pytest.mark.parametrize(
    "value",
    [
        '!!int "x"',
        '!!float "x"',
        '!!bool "x"',
        '!!timestamp "x"',
        '!!int ""',
        "!!set {a, b}",
        "!!python/name:os.system",
    ],
)
def test_no_type_is_named(value):
    with pytest.raises(YamlFault) as refused:
        parse_yaml(f"first: {value}".encode())
    assert refused.value.line == 1  # by name, not because the value was none of the type


@pytest.mark.parametrize("text", ["first: &a 1\nsecond: *a", "first: " + "[" * 21 + "]" * 21])
def test_what_refers_to_itself_or_nests_without_end_is_refused(text):
    with pytest.raises(YamlFault):
        parse_yaml(text.encode())


@pytest.mark.parametrize("text", ["- a", "a: [", "a: 1\na: 2", "a: 2024-99-99", 'a: "\x00"', "? [a]\n: b"])
def test_what_is_no_mapping_of_ours_is_refused(text):
    with pytest.raises(YamlFault):
        parse_yaml(text.encode())
