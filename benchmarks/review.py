"""A queue of 100,000 items: seconds of every call that a reviewer waits for, on both databases.

    python benchmarks/review.py
    python benchmarks/review.py --items 20000 --store postgresql+psycopg://user@host/empty

Without --store: an SQLite file and, where PostgreSQL is installed, a server of its own. What is
aimed for: any page under 0.2 s.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
import postgresql

from audits.review.exporting import export
from audits.review.records import Action, Item, Queue, Reviewer, Status, Wanted
from audits.review.store import SORTS, Store

ANN, BOB = Reviewer("Ann"), Reviewer("Bob")
FILTERS = {
    "everything": Wanted(),
    "a kind": Wanted(kind="record"),
    "a rule": Wanted(rule="copy"),
    "a status": Wanted(status=Status.DISPUTED),
    "a group": Wanted(group=(("sex", "f"),)),
    "a word": Wanted(text="row 77"),
    "severe": Wanted(severity_from=90),
    "not by Ann": Wanted(not_by="Ann"),
    "a thousand ids": Wanted(ids=tuple(f"{at:016x}" for at in range(1000))),
}


def items(count: int) -> list[Item]:
    return [
        Item(
            f"{at:016x}",
            "record",
            ("copy", "debris", "outlier")[at % 3],
            f"row {at + 1} is nearer to a real one than fresh people are to each other",
            (at * 7919 % 1000) / 10,
            (("sex", "fm"[at % 2]), ("age", f"{at % 40}")),
            at + 1,
            {"values": {"id": at, "text": "x" * 300}},
        )
        for at in range(count)
    ]


def timed(name: str, work: Callable[[], object]) -> object:
    begun = time.perf_counter()
    result = work()
    print(f"  {name:<34} {time.perf_counter() - begun:8.3f} s", flush=True)
    return result


def measure(url: str, count: int, folder: Path) -> None:
    made = items(count)
    queue = Queue("q", "n", "a" * 64, "b" * 64, "x.csv", count, ("sex", "age"), {}, "2026-11-27")
    half = count // 2
    with Store(url) as store:
        print(store.name)
        timed(f"a queue of {count:,}", lambda: store.add_queue(queue, made))
        one = {"reason": "r", "reviewer": ANN}
        timed("one decision", lambda: store.decide("q", made[-1].id, Action.KEEP, seen=0, **one))
        first = {item.id: 0 for item in made[:half]}
        again = {item.id: 1 for item in made[: half // 2]}
        timed(f"{half:,} decisions", lambda: store.decide_many("q", first, Action.KEEP, **one))
        other = {"reason": "r", "reviewer": BOB}
        timed(f"{half // 2:,} more", lambda: store.decide_many("q", again, Action.REMOVE, **other))
        for name, wanted in FILTERS.items():
            pages(store, name, wanted)
        timed("the last page", lambda: store.page("q", start=count - 50))
        timed("counts", lambda: store.counts("q"))
        timed("what a filter of all means", lambda: store.meant("q"))
        timed("one item", lambda: store.item("q", made[0].id))
        timed("every item", lambda: sum(1 for _ in store.items("q")))
        timed("every status worked out again", lambda: store.amiss("q"))
        for file in ("decisions.csv", "decisions.json"):
            timed(f"export as {file}", lambda file=file: export(store, "q", folder / file))


def pages(store: Store, name: str, wanted: Wanted) -> None:
    """The median of three pages in each order."""
    spent = {sort: [] for sort in SORTS}
    for sort, _ in itertools.product(SORTS, range(3)):
        begun = time.perf_counter()
        store.page("q", wanted, sort=sort)
        spent[sort].append(time.perf_counter() - begun)
    shown = "  ".join(f"{sort} {statistics.median(took):.3f}" for sort, took in spent.items())
    print(f"  page of {name:<16} {shown}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--store", help="an empty store, instead of those made here")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.store:
            measure(asked.store, asked.items, Path(folder))
            return
        measure(f"{folder}/decisions.db", asked.items, Path(folder))
        with postgresql.server() as running:
            measure(running.database(), asked.items, Path(folder))


if __name__ == "__main__":
    main()
