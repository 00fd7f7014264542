"""Measures the main pages beside the floor, all in one run: make bench, or make bench SIZE=100000 ROUNDS=30

On the PostgreSQL that DATABASE_URL names (bin/with-postgres starts one and throws it away), served by
gunicorn with two workers as in operation. Each round asks for every page once, in another order; machines are
shared and noisy, so what counts is the ratio of medians of one run. The portal's middleware runs for the
floor, too. Not measured: imports, PDFs, many officers at once.
"""

import argparse
import http.client
import io
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import django

if TYPE_CHECKING:
    from benchmarks.pages import Page

ROOT = Path(__file__).resolve().parent.parent
WARM_UP = 3  # rounds that are not counted
TOKEN = "a" * 32  # cookie and field of a form are compared with each other
MEGABYTE = 1024


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument(
        "--size", type=int, default=10_000, help="enquiries, besides those of the demonstration"
    )
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "benchmarks.settings", "VAR_DIR": folder}
        prepare(chosen.size)
        from benchmarks.pages import pages, sign_in  # not before Django is ready

        clients = sign_in()
        cookies = {who: client.cookies.get("sessionid") for who, client in clients.items()}
        sessions = {who: f"sessionid={cookie.value}" for who, cookie in cookies.items() if cookie}
        asked = pages(clients)
        with serving() as (port, server):
            times = measure(port, asked, sessions, chosen.rounds)
            print(report(asked, times, chosen.size))
            for page in asked:
                if page.name.startswith("export"):
                    print(weigh(port, server, page, sessions[page.who]))


def prepare(size: int) -> None:
    """The demonstration, and then as many enquiries as were asked for."""
    django.setup()
    from django.core.management import call_command

    from benchmarks.seed import seed

    for command in ("migrate", "load_reference_data", "load_demo_data"):
        call_command(command, verbosity=0, stdout=io.StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)
    began = time.perf_counter()
    seed(size)
    print(f"{size} enquiries recorded in {time.perf_counter() - began:.0f} s")


@contextmanager
def serving() -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The portal on a free port of this computer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        "gunicorn",
        "gai_portal.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
        "--threads",
        "4",
    ]
    options = ["--timeout", "600", "--no-control-socket", "--log-level", "warning"]
    server = subprocess.Popen([sys.executable, "-m", *command, *options], cwd=ROOT)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, server
    finally:
        server.terminate()
        server.wait()


def ask(connection: http.client.HTTPConnection, page: "Page", session: str) -> float:
    """The seconds until the last byte of the answer. Another answer than expected is a fault."""
    headers = {"Cookie": f"{session}; csrftoken={TOKEN}", "Accept-Language": "pt", **page.headers}
    body = None
    if page.posted:
        body = urlencode(page.posted() | {"csrfmiddlewaretoken": TOKEN})
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    began = time.perf_counter()
    connection.request("POST" if body else "GET", page.url, body, headers)
    response = connection.getresponse()
    while response.read(1 << 16):
        pass
    took = time.perf_counter() - began
    if response.status != page.expected:
        sys.exit(f"{page.name}: {page.url} answered {response.status} instead of {page.expected}")
    return took


def measure(port: int, pages: "list[Page]", sessions: dict[str, str], rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {page.name: [] for page in pages}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    dice = random.Random(1)
    for number in range(WARM_UP + rounds):
        for page in dice.sample(pages, len(pages)):
            took = ask(connection, page, sessions.get(page.who, ""))
            if number >= WARM_UP:
                times[page.name].append(took)
    return times


def report(pages: "list[Page]", times: dict[str, list[float]], size: int) -> str:
    """A line for each page: its median, the ratio to that of the floor or of its peer, and the budget."""
    from benchmarks.pages import FLOOR

    medians = {name: statistics.median(taken) for name, taken in times.items()}
    lines = [f"{size} enquiries, medians of {len(times[pages[0].name])} rounds", ""]
    lines.append(f"{'':36}{'ms':>9}{'x F1':>8}{'budget':>8}")
    for page in pages:
        ratio = medians[page.name] / medians[page.beside]
        budget = f"{page.budget:g}" if page.budget else "–"
        verdict = "  over" if page.budget and ratio > page.budget else ""
        beside = f"  of: {page.beside}" if page.beside != FLOOR else ""
        measured = f"{medians[page.name] * 1000:9.1f}{ratio:8.2f}{budget:>8}"
        lines.append(f"{page.name:36}{measured}{verdict}{beside}")
    return "\n".join(lines)


def weigh(port: int, server: subprocess.Popen[bytes], page: "Page", session: str) -> str:
    """By how much the worker grew while it made a file: one that has made such a file before."""
    # One worker answers it as long as it holds.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    ask(connection, page, session)
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    before = {}
    for pid in children:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # forget the largest size so far
        before[pid] = _status(pid, "VmRSS")
    took = ask(connection, page, session)
    grown = max(_status(pid, "VmHWM") - before[pid] for pid in children)
    return f"{page.name}: {took:.1f} s, {grown / MEGABYTE:.0f} MB above idle (budget: 20)"


def _status(pid: str, name: str) -> int:
    """A number of /proc/<pid>/status, in kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
