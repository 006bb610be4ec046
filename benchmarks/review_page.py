"""The Review page of a queue of 100,000 items before a real browser: seconds from click to drawn.

    python benchmarks/review_page.py
    python benchmarks/review_page.py --items 20000 --times 5 --store sqlite

For each thing that reviewers do, the median and the worst; aimed for: any of them under 0.5 s. At
the end one decision about nearly half of the queue, once.
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
  const end = performance.now() + 60000;
  const look = () => {
    if (!there() || rests()) {
      if (performance.now() > end) failed(new Error('not drawn: ' + wanted));
      else requestAnimationFrame(look);
    } else requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
  };
  look();
})
"""
LIST = """() => {
  const lines = [...document.querySelectorAll('.au-quiet')].map(e => e.textContent);
  const line = lines.find(text => text.startsWith('Items '));
  const first = document.querySelector('.st-key-items button');
  return line && first ? `${line} ${first.textContent}` : '';
}"""
BEFORE = f"""() => {{
  window.before = ({LIST})();
  addEventListener('click', () => {{ window.clicked = performance.now() }}, true);
}}"""
LISTED = f"() => {{ const now = ({LIST})(); return now && now !== window.before }}"
OPEN = "() => document.querySelector('.st-key-item-back') !== null"
_GROUP = ("Group (all of these)", "sex: f")
Took = dict[str, list[float]]


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
        took: Took = {}
        for _ in range(asked.times):
            _once(who, took)
        slow: Took = {}
        _many(who, slow)
        print(f"{kind}, {asked.items:,} items, load {os.getloadavg()[0]:.1f}")
        print(f"{'seconds from click to drawn':32} {'median':>7} {'worst':>7}")
        for what, seconds in took.items():
            over = "  over" if max(seconds) > AIM else ""
            print(f"{what:32} {statistics.median(seconds):7.2f} {max(seconds):7.2f}{over}")
        for what, seconds in slow.items():
            print(f"{what:32} {seconds[0]:7.2f}", flush=True)


# -- what reviewers do -----------------------------------------------------------------------------


def _comes(who: browser.Visitor) -> None:
    """Open the dashboard anew, and say who one is."""
    who.open()
    who.go("Review")
    box = who.page.get_by_label("Your name")
    box.fill("Ann")
    box.press("Enter")
    who.settled()


def _does(
    who: browser.Visitor, took: Took, what: str, click: Callable[[], None], wanted: str
) -> None:
    who.page.evaluate(BEFORE)
    who.page.wait_for_timeout(250)
    click()
    drawn = who.page.evaluate(DRAWN, [browser.RUNNING, wanted])
    took.setdefault(what, []).append((drawn - who.page.evaluate("() => window.clicked")) / 1000)
    who.settled()


def _chooses(who: browser.Visitor, took: Took, what: tuple[str, str, str]) -> None:
    name, label, option = what
    box = who.page.get_by_role("combobox", name=label)
    box.click()
    box.fill(option)
    chosen = who.page.get_by_role("option", name=option).first
    _does(who, took, name, chosen.click, LISTED)
    who.page.keyboard.press("Escape")  # a list of several choices stays open


def _once(who: browser.Visitor, took: Took) -> None:
    """Do everything once, each from where the one before has led."""
    page = who.page
    _comes(who)
    who.go("Findings")
    link = page.get_by_test_id("stSidebarNavLink").filter(has_text="Review").first
    _does(who, took, "the page, first part", link.click, LISTED)
    other = page.locator(".stMain").get_by_role("button", name="Page 2", exact=True)
    _does(who, took, "another part", other.click, LISTED)
    for what in (
        ("filter: status", "Status", "unreviewed"),
        ("filter: rule", "Rule", "outlier"),
        ("filter: group", *_GROUP),
        ("order", "Order", "by row"),
    ):
        _chooses(who, took, what)
    _does(who, took, "an item", page.locator(".st-key-items button").nth(3).click, OPEN)
    _does(who, took, "back", page.locator(".st-key-item-back button").click, LISTED)


def _many(who: browser.Visitor, took: Took) -> None:
    """Decide on all items of a filter: nearly half of the queue."""
    page = who.page
    _comes(who)
    _chooses(who, {}, ("group", *_GROUP))
    page.get_by_text("Decide about all").click()
    page.get_by_text("Remove", exact=True).click()
    page.get_by_label("Reason for all of them").fill("copies")
    who.settled()
    shown = page.locator(".st-key-bulk-preview button").click
    _does(who, took, "all of a filter: preview", shown, _there(".st-key-bulk-confirm"))
    sure = page.locator(".st-key-bulk-confirm button")
    _does(who, took, str(sure.inner_text()), sure.click, _there(".stAlert"))


def _there(selector: str) -> str:
    return f"() => document.querySelector('{selector}') !== null"


if __name__ == "__main__":
    start = time.perf_counter()
    main()
    print(f"{time.perf_counter() - start:.0f} s altogether")
