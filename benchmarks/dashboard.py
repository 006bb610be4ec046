"""The dashboard's speed and memory, measured in a browser on a pair of made tables.

    python benchmarks/dashboard.py
    python benchmarks/dashboard.py --rows 1000000 --sessions 1 3 --upload

What is aimed for: the first page within 5 seconds of opening an address that nobody has opened
before, an interaction within half a second (median). Memory is of the server and, apart from it,
of the worker that runs an audit; with --upload the tables go through the browser as CSV files.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import browser
import psutil
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import tables
from watched import watching

FEATURES = "sex,race"
TIMES = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 3])
    parser.add_argument("--upload", action="store_true", help="give the tables as CSV uploads")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, browser.browsing() as chromium:
        folder = Path(name)
        real = tables.write(folder / "real.parquet", asked.rows, seed=1)
        synthetic = tables.write(folder / "synthetic.parquet", asked.rows, seed=2, shift=0.2)
        if asked.upload:
            real, synthetic = _as_csv(real), _as_csv(synthetic)
        print(f"{'what':44} {'seconds':>9} {'MB':>7}")
        _line("server alone, and the first page", *_cold(folder, chromium))
        for count in asked.sessions:
            _sessions(folder, chromium, count, (real, synthetic), upload=asked.upload)


def _as_csv(path: Path) -> Path:
    target = path.with_suffix(".csv")
    pa_csv.write_csv(pq.read_table(path), target)
    return target


def _line(what: str, seconds: float | None, megabytes: float | None) -> None:
    shown = "" if seconds is None else f"{seconds:.2f}"
    print(f"{what:44} {shown:>9} {'' if megabytes is None else f'{megabytes:.0f}':>7}", flush=True)


def _cold(folder: Path, chromium: Any) -> tuple[float, float]:
    """Seconds from opening an address nobody has opened to a drawn page; memory before."""
    place = folder / "cold"
    place.mkdir()
    with browser.serving(place) as dashboard, browser.visitor(chromium, dashboard.url) as who:
        before = _own(dashboard.process.pid)
        start = time.perf_counter()
        who.page.goto(who.url)
        who.page.get_by_role("heading", level=1).wait_for()
        return time.perf_counter() - start, before


def _sessions(
    folder: Path, chromium: Any, count: int, pair: tuple[Path, Path], *, upload: bool
) -> None:
    """So many people audit the pair, one after another, and stay."""
    place = folder / f"sessions-{count}"
    place.mkdir()
    given = () if upload else (*map(str, pair), "--sensitive-features", FEATURES)
    with browser.serving(place, *given) as dashboard, ExitStack() as stack:
        people, took = [], []
        with watching(dashboard.process.pid, every=0.2) as all_:
            for _ in range(count):
                who = stack.enter_context(browser.visitor(chromium, dashboard.url))
                took.append(_audit(who, pair, upload=upload))
                people.append(who)
        with_worker = all_.most
        _line(f"{count} sessions: tables to findings", statistics.median(took), None)
        if count == 1:
            _interactions(people[0])
        time.sleep(2)
        _line(f"{count} sessions: server", None, _own(dashboard.process.pid))
        _line(f"{count} sessions: most of server and worker", None, with_worker)


def _audit(who: browser.Visitor, pair: tuple[Path, Path], *, upload: bool) -> float:
    start = time.perf_counter()
    who.open()
    if upload:
        for label, table in zip(("Real table", "Synthetic table"), pair, strict=True):
            browser.SECONDS_TO_SETTLE = 300
            who.upload(label, table)
    run = who.page.get_by_role("button", name=re.compile("^Run "))
    run.wait_for(timeout=300_000)
    understood = time.perf_counter() - start
    _line("  opened, and the columns understood", understood, None)
    start = time.perf_counter()
    who.run_audit()
    return understood + time.perf_counter() - start


def _interactions(who: browser.Visitor) -> None:
    """Ordinary things people do on the pages, each until its answer is there."""
    acts: dict[str, Callable[[Any], None]] = {
        "Findings to a card": _card,
        "to Findings": _to("Findings"),
        "a filter of Findings": _filter,
        "to Representation": _to("Representation"),
        "to Intersections": _to("Intersections"),
        "to Sameness": _to("Sameness"),
        "to Review": _to("Review"),
        "back to Findings": _to("Findings"),
    }
    took: dict[str, list[float]] = {what: [] for what in acts}
    for _ in range(TIMES):
        for what, act in acts.items():
            start = time.perf_counter()
            act(who.page)
            _until(lambda: who.page.evaluate(browser.RUNNING) == "")
            took[what].append(time.perf_counter() - start)
            browser.settled(who.page)
    for what, seconds in took.items():
        _line(f"  {what}", statistics.median(seconds), None)
    every = [one for seconds in took.values() for one in seconds]
    _line("  interaction, median", statistics.median(every), None)
    _line("  interaction, slowest", max(every), None)


def _to(name: str) -> Callable[[Any], None]:
    def act(page: Any) -> None:
        before = _heading(page)
        page.get_by_test_id("stSidebarNavLink").filter(has_text=name).click()
        _until(lambda: _heading(page) != before)

    return act


def _card(page: Any) -> None:
    before = _heading(page)
    page.locator("[class*=st-key-open-] button").first.click()
    _until(lambda: _heading(page) != before)


def _filter(page: Any) -> None:
    """Take a verdict out, and wait until the list has another length."""
    listed = page.locator("[class*=st-key-open-]")
    before = listed.count()
    page.locator(".st-key-verdicts").get_by_text("watch").click()
    _until(lambda: listed.count() != before)


def _heading(page: Any) -> str:
    found = page.locator("h1").all_inner_texts()
    return str(found[0]) if found else ""


def _until(there: Callable[[], bool], seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while not there():
        if time.monotonic() > give_up:
            raise SystemExit("the page did not answer")
        time.sleep(0.01)


def _own(pid: int) -> float:
    """Megabytes of the server by itself, without what it has started."""
    return psutil.Process(pid).memory_full_info().pss / 2**20


if __name__ == "__main__":
    main()
