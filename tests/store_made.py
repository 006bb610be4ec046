"""Queues for tests of the store, and a store of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from audits.review.records import Action, Item, Queue, Reviewer
from audits.review.store import Store

ANN, BOB, CY = Reviewer("Ann"), Reviewer("Bob"), Reviewer("Cy")
QUEUE = Queue(
    "q1",
    "first",
    "a" * 64,
    "b" * 64,
    "made.csv",
    100,
    ("sex", "age"),
    {(("sex", "female"), ("age", "75+")): 40, (("sex", "male"), ("age", "75+")): 60},
    "2026-11-27T09:00:00+00:00",
    {"neighbours": 3},
)
STORES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


def made_items(count: int) -> list[Item]:
    """Records of two groups and, every tenth, a finding."""
    sexes = ("female", "male")
    return [
        Item(
            f"{at:016x}",
            "finding" if at % 10 == 9 else "record",
            ("copy", "debris", "outlier")[at % 3],
            f"row {at + 1} is like a real one",
            (at * 7) % 10 / 2,
            (("sex", sexes[at % 2]),) if at % 10 == 9 else (("sex", sexes[at % 2]), ("age", "75+")),
            None if at % 10 == 9 else at + 1,
            {"values": {"name": f"name {at}"}},
        )
        for at in range(count)
    ]


@pytest.fixture(params=STORES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store of each kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return str(tmp_path / "decisions.db")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A store of each kind, with a queue of thirty items."""
    with Store(url) as opened:
        opened.add_queue(QUEUE, made_items(30))
        yield opened


def keep(store: Store, item: str, who: Reviewer, seen: int, **more: object) -> object:
    """Say "keep"."""
    return store.decide("q1", item, Action.KEEP, reason="fine", reviewer=who, seen=seen, **more)  # type: ignore[arg-type]
