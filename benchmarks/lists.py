"""Compares lists that come in and go out with what import-export does by itself: make bench-lists ROWS=5000

The same rows, in one run, round by round, on the PostgreSQL that DATABASE_URL names. import-export stands
beside ours twice: as it is used without a setting, which saves each row with its history, and in its bulk
mode, which keeps no history. Ours reads the file, tries each row, and records it with its history and with
what the same row is known by another time. What counts is the ratio of medians of one run.
"""

import argparse
import io
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
WARM_UP = 1  # rounds that are not counted
MEGABYTE = 1024  # kB
OURS = "the portal"
BUDGETS = {"import-export": 8.0, "import-export, bulk": 3.0, "export by import-export": 6.0}
HEADINGS = "Data;Hora;Sexo;Idade;Nacionalidade;Assunto;Forma de contacto;Resultado;Língua;Obs."
TOPICS = [
    "Renovação",
    "RES.01",
    "Procura de emprego",
    "NIF",
    "Reagrupamento familiar",
    "Atestado de residência",
]
WORDS = {
    "Nacionalidade": ["Guiné-Bissau", "Senegalesa", "Nigéria", "Portugal", "China", ""],
    "Forma de contacto": ["Presencial", "Telefone", "WhatsApp"],
    "Resultado": ["Informado", "Encaminhado", "Apoiado"],
    "Língua": ["Crioulo", "Francês", "Inglês", ""],
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-lists")
    parser.add_argument("--rows", type=int, default=5_000, help="of each list that is compared")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--long", type=int, default=100_000, help="rows of one long list, ours alone")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "benchmarks.settings", "VAR_DIR": folder}
        desk = prepare()
        print(compare(imports(desk), chosen.rows, chosen.rounds))
        print(take_over_long_list(desk, chosen.long))
        print(compare(exports(desk), chosen.rows * 4, chosen.rounds))
        print(compare(workbooks(desk), chosen.rows, chosen.rounds))
        print(weigh(desk))


def prepare() -> tuple[Any, Any]:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.IMPORT_ROWS = 10**9
    for command in ("migrate", "load_reference_data"):
        call_command(command, verbosity=0, stdout=io.StringIO())
    return make_desk()


def make_desk() -> tuple[Any, Any]:
    """An office with one officer."""
    from accounts.models import Membership, User
    from accounts.roles import Role
    from municipalities.models import Office

    office = Office.objects.get_or_create(
        municipality_id="CV-PR", defaults={"code": "PR", "name": "GAI Praia"}
    )[0]
    user = User.objects.create_user(email="bench@example.org", name="Bench")
    Membership.objects.create(user=user, role=Role.OFFICER, municipality_id="CV-PR")
    return office, user


def invented_rows(number: int) -> Iterator[list[str]]:
    """The rows of an old list, the same each time."""
    from django.utils import timezone

    dice = random.Random(number)
    first = timezone.localdate() - timedelta(days=8 * 365)
    for row in range(number):
        day = first + timedelta(days=row % (7 * 365))
        yield [
            f"{day:%d/%m/%Y}",
            f"{8 + row % 8}h{row % 60:02}",
            dice.choice("FM"),
            str(dice.randrange(1, 90)),
            dice.choice(WORDS["Nacionalidade"]),
            dice.choice(TOPICS),
            dice.choice(WORDS["Forma de contacto"]),
            dice.choice(WORDS["Resultado"]),
            dice.choice(WORDS["Língua"]),
            f"Veio com a família, volta na semana {row % 52}",
        ]


def as_list(number: int) -> bytes:
    """As an office keeps it: a CSV file with semicolons, in words."""
    lines = [HEADINGS, *(";".join(row) for row in invented_rows(number))]
    return "\r\n".join(lines).encode()


def as_dataset(number: int, office: Any, user: Any) -> Any:
    """The same rows as import-export takes them: with codes, nothing to be found out."""
    import tablib

    from cases.services.import_columns import describe_columns
    from cases.services.import_values import Lists, RowReader
    from gai_portal.lib.foreign_tables import read_table

    table = read_table(as_list(number), most_rows=number)
    reader = RowReader(describe_columns(table, office), {}, Lists())
    fields = [
        *("at", "topic_id", "channel_id", "outcome_id"),
        *("sex", "age_band", "nationality", "language_id", "note", "is_restricted"),
    ]
    names = ["id", "office", "author", *(name.removesuffix("_id") for name in fields)]
    data = tablib.Dataset(headers=names)
    for row in reader.read(table.rows):
        assert not row.faults, row.faults
        cells = [row.content[name] for name in fields]
        data.append(["", office.pk, user.pk, f"{cells[0]:%Y-%m-%d %H:%M:%S}", *cells[1:]])
    return data


def resource(*, bulk: bool) -> Any:
    from import_export.resources import ModelResource

    from cases.models import Enquiry

    class EnquiryResource(ModelResource):
        class Meta:
            model = Enquiry
            fields = (
                *("id", "office", "author", "at", "topic", "channel", "outcome"),
                *("sex", "age_band", "nationality", "language", "note", "is_restricted"),
            )
            use_bulk = bulk
            skip_diff = bulk  # as its documents advise for speed

    return EnquiryResource()


Work = Callable[[int], Callable[[], object]]  # for so many rows, what is to be timed


def imports(desk: tuple[Any, Any]) -> dict[str, Work]:
    office, user = desk

    def ours(number: int) -> Callable[[], object]:
        content = as_list(number)
        return lambda: take_over(content, office, user)

    def theirs(*, bulk: bool) -> Work:
        def work(number: int) -> Callable[[], object]:
            data = as_dataset(number, office, user)

            def run() -> None:
                result = resource(bulk=bulk).import_data(data, raise_errors=True)
                assert result.totals["new"] == number

            return run

        return work

    return {
        OURS: ours,
        "import-export": theirs(bulk=False),
        "import-export, bulk": theirs(bulk=True),
    }


def take_over(content: bytes, office: Any, user: Any) -> Any:
    """A list from the file to the last enquiry."""
    from cases.services.imports import keep_list, record_list, start_import

    source = keep_list(office, content, "list.csv", by=user)
    start_import(source, by=user)
    record_list(source.pk)
    source.refresh_from_db()
    assert source.recorded == source.rows, (source.recorded, source.rows, source.faults[:3])
    return source


def latest(desk: tuple[Any, Any], number: int) -> Any:
    """So many enquiries as the officer reads them."""
    from cases.models import Enquiry

    first = Enquiry.objects.order_by("-pk")[number - 1 : number].get().pk
    return Enquiry.objects.visible_to(desk[1]).filter(pk__gte=first).order_by("-pk")


def exports(desk: tuple[Any, Any]) -> dict[str, Work]:
    """CSV files. import-export as it is without a setting: each column of the table, with its keys."""
    from import_export.resources import modelresource_factory

    from cases.models import Enquiry
    from cases.views.exports import exported, headings
    from gai_portal.lib.spreadsheets import csv_lines

    def ours(number: int) -> Callable[[], object]:
        return lambda: sum(map(len, csv_lines(headings(), exported(latest(desk, number)))))

    def theirs(number: int) -> Callable[[], object]:
        return lambda: len(modelresource_factory(Enquiry)().export(latest(desk, number)).csv)

    return {OURS: ours, "export by import-export": theirs}


def workbooks(desk: tuple[Any, Any]) -> dict[str, Work]:
    """The same as a workbook."""
    from import_export.resources import modelresource_factory

    from cases.models import Enquiry
    from cases.views.exports import WIDTHS, exported, headings
    from gai_portal.lib.spreadsheets import Sheet, write_xlsx

    def ours(number: int) -> Callable[[], object]:
        def write() -> None:
            with tempfile.TemporaryFile() as file:
                write_xlsx([Sheet("x", headings(), exported(latest(desk, number)), WIDTHS)], file)

        return write

    def theirs(number: int) -> Callable[[], object]:
        return lambda: len(modelresource_factory(Enquiry)().export(latest(desk, number)).xlsx)

    return {OURS: ours, "workbook by import-export": theirs}


def empty_desk() -> None:
    """Each round begins with as little as the last."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE cases_enquiryimport, cases_enquiry, cases_historicalenquiry CASCADE")


def compare(kinds: dict[str, Work], number: int, rounds: int) -> str:
    """A line for each kind: rows a second, the ratio of ours to it, and the budget."""
    is_import = "import-export" in kinds
    times: dict[str, list[float]] = {name: [] for name in kinds}
    dice = random.Random(1)
    for turn in range(WARM_UP + rounds):
        for name in dice.sample(list(kinds), len(kinds)):
            if is_import:
                empty_desk()
            work = kinds[name](number)
            began = time.perf_counter()
            work()
            if turn >= WARM_UP:
                times[name].append(time.perf_counter() - began)
    return report(times, number)


def report(times: dict[str, list[float]], number: int) -> str:
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    lines = [
        f"{number} rows, medians of {len(times[OURS])} rounds",
        f"{'':28}{'rows/s':>8}{'ours':>8}{'budget':>8}",
    ]
    for name, median in medians.items():
        ratio, budget = median / medians[OURS], BUDGETS.get(name)
        verdict = "  under" if budget and ratio < budget else ""
        shown = f"{ratio:6.1f} x{budget:6.0f} x" if budget else ""
        lines.append(f"{name:28}{number / median:8.0f}{shown}{verdict}")
    return "\n".join([*lines, ""])


def take_over_long_list(desk: tuple[Any, Any], number: int) -> str:
    """How ours grows: rows a second, queries, and memory of one long list."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    empty_desk()
    content = as_list(number)
    with grown() as memory:
        began = time.perf_counter()
        take_over(content, *desk)
        took = time.perf_counter() - began
    empty_desk()
    with CaptureQueriesContext(connection) as asked:
        take_over(content, *desk)
    per_thousand = len(asked) * 1000 / number
    return (
        f"{number} rows: {number / took:.0f} rows/s, {per_thousand:.1f} queries per 1,000 rows (budget: 5), "
        f"{memory[0]:.0f} MB above idle\n"
    )


def weigh(desk: tuple[Any, Any]) -> str:
    """The memory of one export of everything."""
    from cases.models import Enquiry
    from cases.views.exports import exported, headings
    from gai_portal.lib.spreadsheets import csv_lines

    rows = Enquiry.objects.visible_to(desk[1])
    for _turn in range(2):  # what the first one loads for good is not its own
        with grown() as memory:
            for _line in csv_lines(headings(), exported(rows)):
                pass
    return f"export of {rows.count()} rows: {memory[0]:.0f} MB above idle (budget: 20)"


@contextmanager
def grown() -> Iterator[list[float]]:
    """By how many MB this process grew at most."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the largest size so far
    before, found = _status("VmRSS"), [0.0]
    yield found
    found[0] = (_status("VmHWM") - before) / MEGABYTE


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
