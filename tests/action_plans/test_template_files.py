"""A national template leaves as YAML or a workbook and comes back the same, or is refused with its faults."""

import io
import zipfile

import pytest
import yaml
from hypothesis import HealthCheck, given, settings, strategies as st
from openpyxl import Workbook, load_workbook

from action_plans.models import TemplateIndicator
from action_plans.services.content import Item
from action_plans.services.template_file import FIELDS, Choice, Content, FaultyFile, Flag, Link, Words
from action_plans.services.template_import import read_file
from action_plans.services.template_sheets import content_from_sheets, headers, read_xlsx_file, sheets
from action_plans.services.template_yaml import content_from, read_yaml_file, written
from gai_portal.lib.pasted import tidy, tidy_line
from gai_portal.lib.reference import LinedLoader
from gai_portal.lib.spreadsheets import read_workbook, xlsx_bytes

KNOWN_CODES = {
    "lead": ["CM", "GAI", "N", "1"],
    "source": ["CM", "INE"],
    "partners": ["CM", "ASSOC", "PAC"],
    "goals": ["NIS1", "NIS2.1"],
    "targets": ["gcm:3", "gcm:12", "sdg:10.7", "sdg:16.1", "sdg:16.10"],
}
KNOWN = {link: dict.fromkeys(codes) for link, codes in KNOWN_CODES.items()}

# What a template may hold: whatever survives the form, line by line and character by character.
AWKWARD = st.sampled_from(
    [
        "=1+1",
        "+238 555",
        "-5 %",
        "@here",
        "'=quoted",
        "''",
        "'",
        '"',
        "_x0041_",
        "a;'=1",
        "'-a,'+b",
        "_x000D_x000A_",
        "#",
        "- um\n- dois",
    ]
    + [
        "null",
        "yes",
        "10.7",
        "2026-01-01",
        "0x1F",
        "~",
        "a: b",
        "{x}",
        "[y]",
        "&a",
        "*b",
        "!t",
        "%TAG",
        "|",
        ">",
    ]
    + [
        "👩\u200d👧 😀",
        "e\u0301",
        "x" * 20_000,
        "linha\n\nlinha\n  recuada",
        "fim  \t ",
        "\u00a0espaço\u00ad",
    ]
)
TEXTS = (
    st.text(max_size=40) | AWKWARD | st.lists(st.text(max_size=9) | AWKWARD, max_size=4).map("\n".join)
).map(lambda text: tidy(tidy(text)[:20_000]))
LINES = (st.text(max_size=30) | AWKWARD).map(lambda text: tidy_line(tidy_line(text)[:200]))


def written_in(texts: st.SearchStrategy, name: str, *, needed: bool) -> dict[str, st.SearchStrategy]:
    return {
        f"{name}_pt": texts.filter(bool) if needed else texts,
        f"{name}_en": texts,
        f"{name}_fr": texts,
    }


@st.composite
def items(draw, kind: str, code: str, parent: str) -> Item:
    values, links = {}, {}
    for part in FIELDS[kind]:
        if isinstance(part, Words):
            values |= draw(
                st.fixed_dictionaries(
                    written_in(LINES if part.is_line else TEXTS, part.name, needed=part.is_needed)
                )
            )
        elif isinstance(part, Flag):
            values[part.column] = draw(st.booleans())
        elif isinstance(part, Choice) and part.is_list:
            values[part.column] = draw(st.lists(st.sampled_from(part.choices.values), unique=True))
        elif isinstance(part, Choice):
            values[part.column] = draw(st.sampled_from(part.choices.values))
    for link in {part.link for part in FIELDS[kind] if isinstance(part, Link)}:
        is_list = next(part.is_list for part in FIELDS[kind] if isinstance(part, Link) and part.link == link)
        codes = draw(
            st.lists(st.sampled_from(KNOWN_CODES[link]), unique=True, max_size=None if is_list else 1)
        )
        links[link] = sorted(codes)
    return Item(kind, code, parent, values, links)


@st.composite
def contents(draw) -> Content:
    heading = draw(st.fixed_dictionaries(written_in(LINES, "title", needed=True)))
    heading |= draw(st.fixed_dictionaries(written_in(TEXTS, "notice", needed=False)))
    found = [draw(items("section", f"S{n}", "")) for n in range(draw(st.integers(0, 2)))]
    for a in range(draw(st.integers(0, 2))):
        found.append(draw(items("area", f"A{a}", "")))
        for o in range(draw(st.integers(0, 2))):
            objective = f"A{a}.O{o}"
            found.append(draw(items("objective", objective, f"A{a}")))
            for kind, letter in (("measure", "M"), ("indicator", "I")):
                for n in range(draw(st.integers(0, 2))):
                    found.append(draw(items(kind, f"{objective}.{letter}{n}", objective)))
    return Content({**heading, "default_years": draw(st.integers(1, 20))}, found)


def through_yaml(content: Content) -> Content:
    return content_from(yaml.load(written(content), Loader=LinedLoader), KNOWN)


def through_xlsx(content: Content) -> Content:
    book = read_workbook(xlsx_bytes(sheets(content, {})), most_rows=100, most_columns=60)
    return content_from_sheets(book, KNOWN)


SLOWLY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@SLOWLY
@given(contents())
def test_what_leaves_as_yaml_comes_back_the_same(content):
    assert through_yaml(content) == content


@SLOWLY
@given(contents())
def test_what_leaves_as_a_workbook_comes_back_the_same(content):
    assert through_xlsx(content) == content


def test_a_text_that_a_program_would_run_is_quoted_and_read_as_it_was():
    heading = {"title_pt": "=1+1", "title_en": "+2", "title_fr": "@x", "notice_pt": "-1"}
    content = Content({**heading, "notice_en": "'=3", "notice_fr": "", "default_years": 3}, [])
    file = xlsx_bytes(sheets(content, {}))
    row = next(load_workbook(io.BytesIO(file))["template"].iter_rows(min_row=2, values_only=True))
    assert list(row) == ["'=1+1", "'+2", "'@x", "'-1", "''=3", None, 3]
    assert through_xlsx(content) == content


def test_the_first_sheet_explains_every_column_and_the_last_every_code():
    content = Content({}, [])
    names = {("lead", "CM"): "CM · Câmara Municipal", ("targets", "sdg:10.7"): "ODS 10.7 · Migração"}
    content.heading.update(dict.fromkeys(["title_pt", "title_en", "title_fr"], "x"), default_years=3)
    content.heading.update(dict.fromkeys(["notice_pt", "notice_en", "notice_fr"], ""))
    book = load_workbook(io.BytesIO(xlsx_bytes(sheets(content, names))))
    assert book.sheetnames[0] == "read me"
    told = [cell.value for row in book["read me"] for cell in row if cell.value]
    for kind, title in [("measure", "measures"), ("indicator", "indicators"), ("section", "chapters")]:
        assert [cell.value for cell in book[title][1]] == headers(kind)
        assert all(any(column in value for value in told) for column in headers(kind))
    assert ("sdg", "10.7", "Migração") in list(book["codes"].values)
    choices = {str(rule.sqref): rule.formula1 for rule in book["indicators"].data_validations.dataValidation}
    assert f'"{",".join(TemplateIndicator.Unit.values)}"' in choices.values()


# Faults


def workbook(**changes) -> bytes:
    """A small workbook that is in order but for `changes`: sheet to {cell: value}, or to None."""
    book = Workbook()
    book.remove(book.active)
    rows = {
        "template": [["title_pt", "title_en", "title_fr", "notice_pt", "notice_en", "notice_fr"], ["Modelo"]],
        "chapters": [headers("section"), ["S1", "Mensagem"]],
        "areas": [headers("area"), ["ACO", "Acolhimento"]],
        "objectives": [headers("objective"), ["ACO.O1", "ACO", "Objetivo"]],
        "measures": [headers("measure"), ["ACO.M1", "ACO.O1", "Medida"]],
        "indicators": [
            headers("indicator"),
            ["ACO.I1", "ACO.O1", "Indicador", None, None, "output", "number"],
        ],
    }
    rows["template"][0].append("default_duration_years")
    rows["template"][1] += [None] * 5 + [3]
    rows["indicators"][1].append("yearly")
    for title, lines in rows.items():
        if title in changes and changes[title] is None:
            continue
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
        for cell, value in (changes.get(title) or {}).items():
            sheet[cell] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def faults_of(read, file: bytes) -> list[str]:
    with pytest.raises(FaultyFile) as refusal:
        read(file)
    return [f"{fault.place}: {fault.problem}" for fault in refusal.value.faults]


@pytest.mark.django_db
def test_a_workbook_that_is_in_order_is_read():
    assert [item.code for item in read_xlsx_file(workbook()).items] == [
        "S1",
        "ACO",
        "ACO.O1",
        "ACO.M1",
        "ACO.I1",
    ]


@pytest.mark.django_db
def test_every_fault_of_a_workbook_is_told_by_its_cell():
    file = workbook(
        template={"G2": 99},
        chapters={"C1": "titel_en"},
        areas={"A2": "aco"},
        objectives={"A3": "ACO.O1", "B3": "ACO", "C3": "Outra vez", "B2": "REG"},
        measures={"C2": "=1+1", "J2": "NINGUEM", "L2": 16.1, "I2": "talvez"},
        indicators={"G2": "dozens", "C2": None, "A3": "ACO.I2", "B3": "ACO.O1", "C3": "x" * 20_001},
    )
    found = faults_of(read_xlsx_file, file)
    for expected in [
        "folha «template», célula G2: espera-se um número de anos, de 1 a 20",
        "folha «chapters», célula C1: não existe a coluna «titel_en»",
        "folha «chapters»: falta a coluna «title_en»",
        "folha «areas», célula A2: Use maiúsculas, algarismos e pontos, por exemplo ACO.M1.",
        "folha «objectives», célula B2: «REG» não é uma área",
        "folha «objectives», célula A3: ACO.O1 já está em: folha «objectives», célula A2",
        "folha «measures», célula C2: é uma fórmula: escreva o resultado",
        "folha «measures», célula J2: «NINGUEM» não é conhecido",
        "folha «indicators», célula G2: «dozens» não é nenhum de: number, percent, yes_no",
        "folha «indicators», célula C2: falta o texto",
        "folha «indicators», célula C3: 20001 caracteres são demasiados: no máximo 20000",
    ]:
        assert expected in found, "\n".join(found)


@pytest.mark.django_db
def test_a_sheet_that_is_missing_is_named():
    assert faults_of(read_xlsx_file, workbook(measures=None)) == ["folha «measures»: falta esta folha"]


@pytest.mark.django_db
@pytest.mark.parametrize("word", [True, "VERDADEIRO", "sim", "x", "1"])
def test_people_say_yes_in_many_ways(word):
    measure = read_xlsx_file(workbook(measures={"I2": word})).items[3]
    assert measure.values["is_mandatory"]


YAML = """\
meta:
  title: {pt: "Modelo"}
  notice: {pt: "Aviso"}
  default_duration_years: 3
  sections:
    - {code: S1, pt: "Mensagem", required: true}
areas:
- code: ACO
  title: {pt: "Acolhimento"}
  objectives:
  - code: ACO.O1
    text: {pt: "Objetivo"}
    measures:
    - code: ACO.M1
      text: {pt: "Medida"}
      mandatory: true
      guidance: {pt: "Comece cedo."}
  indicators:
  - {code: ACO.I1, objective: ACO.O1, type: output, unit: number, frequency: yearly, text: {pt: "Indicador"}}
"""


def yaml_with(*changes: tuple[str, str]) -> bytes:
    text = YAML
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


@pytest.mark.django_db
def test_every_fault_of_a_yaml_file_is_told_by_its_line():
    file = yaml_with(
        ("default_duration_years: 3", "default_duration_years: três"),
        ("required: true", "required: talvez"),
        ("mandatory: true", "mandatoy: true"),
        ("unit: number", "unit: dozens"),
        ('title: {pt: "Acolhimento"}', "title: {en: Reception}"),
        ('guidance: {pt: "Comece cedo."}', "nis: [NIS9]"),
        ("- code: ACO.M1", "- code: ACO.O1"),
    )
    assert faults_of(read_yaml_file, file) == [
        "linha 4: espera-se um número de anos, de 1 a 20",
        "linha 6: espera-se true ou false",
        "linha 9: falta o texto",
        "linha 14: ACO.O1 já está em: linha 11",
        "linha 16: não existe este campo",
        "linha 17: «NIS9» não é conhecido",
        "linha 19: «dozens» não é nenhum de: number, percent, yes_no",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "said"),
    [
        (yaml_with(("areas:\n", "areas: [\n")), "linha 8: não é YAML bem formado"),
        (yaml_with(("- code: ACO\n", "- code: ACO\n  code: REG\n")), "linha 9: não é YAML bem formado"),
        (b"- a\n- b\n", "linha 1: esperam-se campos com os seus valores"),
        (b"", "linha 1: esperam-se campos"),
        (b"a: &x [1]\nb: *x\n", "linha 2: aqui não se usam referências"),
        (b"a: " + b"[" * 50, "há demasiados níveis"),
        (b"a: 2026-13-45\n", "não é YAML bem formado"),
        (b"a: \x01\n", "não é YAML bem formado"),
        ("título: ção".encode("latin-1"), "não é um texto em UTF-8"),
        (b"meta: {}\nareas: {}\n", "linha 2: espera-se uma lista de elementos com campos"),
    ],
)
def test_what_is_no_template_is_refused_plainly(file, said):
    assert said in "; ".join(faults_of(read_yaml_file, file))


def archive(*parts: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, content in parts:
            folder.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"PK\x03\x04 perdido", "não é um livro de folhas de cálculo"),
        (archive(("word/document.xml", b"<w/>")), "não é um livro de folhas de cálculo"),
        (archive(("xl/workbook.xml", b"<nada")), "este livro está danificado"),
        (archive(("xl/workbook.xml", b" " * 50_000_000)), "demasiado grande"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "de um programa antigo ou está protegido"),
        (b"%PDF-1.7\0", "não é um livro de folhas de cálculo (.xlsx) nem um ficheiro yaml"),
    ],
)
def test_a_file_of_another_kind_is_refused_plainly(file, said):
    assert said in "; ".join(faults_of(read_file, file)).lower()


def test_a_cell_at_the_far_end_of_a_sheet_keeps_nobody_waiting():
    book = Workbook()
    book.active["XFD1048576"] = "x"
    file = io.BytesIO()
    book.save(file)
    rows = read_workbook(file.getvalue(), most_rows=50, most_columns=9)["Sheet"]
    assert len(rows) <= 50
    assert max(map(len, rows), default=0) <= 9
