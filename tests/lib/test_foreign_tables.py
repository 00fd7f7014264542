"""Lists that offices kept for years in whatever program there was."""

import io
import zipfile
from datetime import date, datetime, time

import pytest
from django.core.exceptions import ValidationError
from openpyxl import Workbook

from gai_portal.lib.foreign_tables import read_table, written_day, written_hour

LINES = "Data;Assunto;Observações\r\n12/03/2024;Renovação;Não trouxe o atestado\r\n"


def read(content, most_rows=100):
    return read_table(content if isinstance(content, bytes) else content.encode(), most_rows=most_rows)


def book(*sheets, hidden=()):
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets:
        page = made.create_sheet(title)
        for row in rows:
            page.append(row)
        if title in hidden:
            page.sheet_state = "hidden"
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp850"])
def test_every_encoding_of_a_program_in_portuguese_is_read(encoding):
    table = read(LINES.encode(encoding))
    assert table.header == ["Data", "Assunto", "Observações"]
    assert table.rows == [("2", ["12/03/2024", "Renovação", "Não trouxe o atestado"])]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_every_separator_is_found(separator):
    text = LINES.replace(";", separator) + f'13/03/2024{separator}"Pediu A{separator} e B"{separator}\r\n'
    assert [cells[1] for _place, cells in read(text).rows] == ["Renovação", f"Pediu A{separator} e B"]


def test_a_separator_that_is_named_is_taken():
    assert read("sep=,\r\nDia,Assunto;tema\r\n1/2/2024,a;b\r\n").header == ["Dia", "Assunto;tema"]


def test_a_title_above_the_headings_is_no_heading():
    text = "GAI Praia\n\n" + LINES
    assert read(text).header[0] == "Data"
    assert read(text).rows[0][0] == "4"  # as the program numbers it


def test_empty_rows_go_and_a_column_without_a_heading_gets_one():
    table = read("Data;\n\n1/2/2024;falta\n;\n")
    assert table.header == ["Data", "Coluna B"]
    assert [place for place, _cells in table.rows] == ["3"]


def test_a_workbook_gives_days_hours_and_numbers_as_they_are_typed():
    rows = [
        ["Data", "Hora", "Idade"],
        [datetime.fromisoformat("2024-03-12"), time(9, 5), 34.0],
        [date(2024, 3, 13), None, 7],
    ]
    assert [cells for _place, cells in read(book(("2024", rows))).rows] == [
        ["2024-03-12", "09:05", "34"],
        ["2024-03-13", "", "7"],
    ]


def test_sheets_with_the_same_headings_are_one_list_and_others_are_named():
    head = ["Data", "Assunto"]
    table = read(
        book(
            ("Jan", [head, ["1/1/2024", "a"]]),
            ("Fev", [["data", "ASSUNTO"], ["1/2/2024", "b"]]),
            ("Contas", [["Total", "Mês", "Ano"], [1, 2, 3]]),
            ("Oculta", [head, ["1/3/2024", "c"]]),
            hidden=["Oculta"],
        )
    )
    assert [place for place, _cells in table.rows] == ["Jan: 2", "Fev: 2"]
    assert table.left_out == ["Contas"]


def test_a_formula_stays_the_text_of_a_formula():
    table = read(book(("A", [["Data", "Assunto"], ["=TODAY()", '=HYPERLINK("http://x")']])))
    assert table.rows[0][1] == ["=TODAY()", '=HYPERLINK("http://x")']


def bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return file.getvalue()


def broken():
    whole = book(("A", [["Data", "Assunto"], ["1/1/2024", "x"]]))
    return whole[: len(whole) // 2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "está vazio"),
        (b" \r\n ", "está vazio"),
        (b"Data;Assunto\r\n", "não há linhas"),
        (b"12/03/2024;Renova;x\r\n13/03/2024;y;z\r\n", "cabe"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "não é um livro"),
        (b"%PDF-1.7 ...", "não é um livro"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "programa antigo"),
        (broken(), "livro"),
        (bomb(), "demasiado grande"),
        (b'Data;Nota\r\n1/1/2024;"' + b"x" * 200_000, "aspa"),
    ],
    ids=["nothing", "blanks", "headings", "data first", "picture", "pdf", "old", "half", "bomb", "quote"],
)
def test_a_file_that_cannot_be_read_is_refused_in_plain_words(content, said):
    with pytest.raises(ValidationError) as refusal:
        read(content)
    assert said in str(refusal.value).lower()


def test_a_list_that_is_too_long_is_to_be_sent_in_parts():
    with pytest.raises(ValidationError, match="mais de 3 linhas"):
        read("Data;Assunto\n" + "1/1/2024;x\n" * 4, most_rows=3)
    assert len(read("Data;Assunto\n" + "1/1/2024;x\n" * 3, most_rows=3).rows) == 3


@pytest.mark.parametrize(
    "text",
    [
        *("12/03/2024", "12-3-24", "12.03.2024", "2024-03-12", "2024-03-12 10:30", "45363"),
        *("12 de março de 2024", "12-mar-24", "12 mars 2024", "12 March 2024", "12/Mar/2024"),
        "Terça-feira, 12 de Março de 2024",
    ],
)
def test_a_day_is_read_however_it_is_written(text):
    assert written_day(text) == date(2024, 3, 12)


@pytest.mark.parametrize(
    "text", ["", "ontem", "32/01/2024", "03/25/2024", "2024", "12/03", "=TODAY()", "12 jui 2024"]
)
def test_what_is_no_day_is_none(text):
    assert written_day(text) is None


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("10:30", time(10, 30)),
        ("10h30", time(10, 30)),
        ("9h", time(9)),
        ("2024-03-12 10:30", time(10, 30)),
        ("25:00", None),
        ("manhã", None),
    ],
)
def test_an_hour_is_read_however_it_is_written(text, hour):
    assert written_hour(text) == hour
