"""The Review page of a queue of 100,000 items before a real browser: seconds from click to drawn.

    python benchmarks/review_page.py
    python benchmarks/review_page.py --items 20000 --times 5 --store sqlite

For each thing that reviewers do, the median and the worst. Aimed for: any of them under 0.5 s.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import browser
import postgresql
import review

import audits
from audits.demo import audit_sample
from audits.review.digests import audit_digest
from audits.review.records import Action, Queue, Reviewer, Wanted
from audits.review.store import Store

QUEUE = "c" * 16
FEATURES = ("sex", "age")
AIM = 0.5
# Drawn: no script runs, nothing is old, what was waited for is there, and two frames have passed.
DRAWN = """
([running, wanted]) => new Promise((done, failed) => {
  const rests = new Function('return (' + running + ')()');
  const there = new Function('return (' + wanted + ')()');
  const end = performance.now() + 20000;
  const look = () => {
    if (!there() || rests()) {
      if (performance.now() > end) failed(new Error('not drawn: ' + wanted));
      else requestAnimationFrame(look);
    } else requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
  };
  look();
})
"""
CLICKED = "() => addEventListener('click', () => { window.clicked = performance.now() }, true)"
LISTED = """() => {
  const list = document.querySelector('.st-key-items');
  const lines = [...document.querySelectorAll('.au-quiet')].map(e => e.textContent);
  const line = lines.find(text => text.startsWith('Items '));
  const first = list && list.querySelector('button');
  return line && first && /SAYS/.test(`${line} ${first.textContent}`);
}"""
OPEN = "() => document.querySelector('.st-key-item-back') !== null"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--store", choices=["sqlite", "postgresql", "both"], default="both")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, browser.browsing() as chromium:
        for kind in ["sqlite", "postgresql"] if asked.store == "both" else [asked.store]:
            folder = Path(name) / kind
            folder.mkdir()
            with _address(kind, folder) as url:
                _measure(kind, url, folder, chromium, asked)


@contextmanager
def _address(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield str(folder / "review.sqlite")
        return
    with postgresql.server() as running:
        yield running.database()


def _filled(url: str, audit: Path, count: int) -> None:
    """Make the queue; of every ten items one has been decided on."""
    items = review.items(count)
    groups = Counter(item.group for item in items)
    with Store(url) as store:
        store.add_queue(
            Queue(
                QUEUE, "large", audit_digest(audits.load(audit)), "d" * 64, "made.csv", count,
                FEATURES, groups, "2026-11-27T10:00:00+00:00",
            ),
            items,
        )  # fmt: skip
        seen = {item.id: 0 for item in items[::10]}
        store.decide_many(QUEUE, seen, Action.KEEP, reason="fine", reviewer=Reviewer("Bob"))
        assert store.page(QUEUE, Wanted()).total == count


def _measure(kind: str, url: str, folder: Path, chromium: Any, asked: argparse.Namespace) -> None:
    saved = audit_sample("three").save(folder / "three.json")
    _filled(url, saved, asked.items)
    with (
        browser.serving(folder, "--audit", str(saved), AUDITS_STORE=url) as dashboard,
        browser.visitor(chromium, dashboard.url) as who,
    ):
        took: dict[str, list[float]] = {}
        for _ in range(asked.times):
            _once(who, asked.items, took)
        print(f"{kind}, {asked.items:,} items, load {os.getloadavg()[0]:.1f}")
        print(f"{'seconds from click to drawn':32} {'median':>7} {'worst':>7}")
        for what, seconds in took.items():
            over = "  over" if max(seconds) > AIM else ""
            print(f"{what:32} {statistics.median(seconds):7.2f} {max(seconds):7.2f}{over}")


# -- what reviewers do -----------------------------------------------------------------------------


def _once(who: browser.Visitor, count: int, took: dict[str, list[float]]) -> None:
    """Open the dashboard, do everything once, each from where the one before has led."""
    page = who.page
    who.open()
    who.go("Review")
    box = page.get_by_label("Your name")
    box.fill("Ann")
    box.press("Enter")
    who.settled()

    def does(what: str, click: Callable[[], None], wanted: str) -> None:
        page.evaluate(CLICKED)
        page.wait_for_timeout(250)
        click()
        drawn = page.evaluate(DRAWN, [browser.RUNNING, wanted])
        took.setdefault(what, []).append((drawn - page.evaluate("() => window.clicked")) / 1000)
        who.settled()

    def chooses(what: str, label: str, option: str, wanted: str) -> None:
        box = page.get_by_role("combobox", name=label)
        box.click()
        box.fill(option)
        does(what, page.get_by_role("option", name=option).first.click, wanted)
        page.keyboard.press("Escape")  # a list of several choices stays open

    every = _says(rf"Items 1 to \d+ of {count:,}")
    who.go("Findings")
    link = page.get_by_test_id("stSidebarNavLink").filter(has_text="Review").first
    does("the page, first part", link.click, every)
    other = page.locator(".stMain").get_by_role("button", name="Page 2", exact=True)
    does("another part", other.click, _says(r"Items [^1]\d* to"))
    chooses(
        "filter: status", "Status", "unreviewed", _says(rf"Items 1 to \d+ of {count * 9 // 10:,}")
    )
    chooses("filter: rule", "Rule", "outlier", _says(r"Items 1 to \d+ of (?!90,000)"))
    chooses("filter: group", "Group (all of these)", "sex: f", _says(r"Items 1 to \d+ of 1\d,"))
    chooses("order", "Order", "by row", _says(r"Row \d "))
    does("an item", page.locator(".st-key-items button").nth(3).click, OPEN)
    does("back", page.locator(".st-key-item-back button").click, _says(r"Items 1 to \d+ of"))


def _says(text: str) -> str:
    return LISTED.replace("SAYS", text)


if __name__ == "__main__":
    start = time.perf_counter()
    main()
    print(f"{time.perf_counter() - start:.0f} s altogether")
