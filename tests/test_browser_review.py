"""Two reviewers at once before real browsers, on a real PostgreSQL; a third settles it."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from browser import Dashboard, Visitor, serving, violations, visitor
from store_made import made_items

import audits
from audits.demo import audit_sample
from audits.review.digests import audit_digest
from audits.review.records import Action, Queue, Status
from audits.review.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.postgresql]

QUEUE, ITEM = "c" * 16, f"{7:016x}"  # the severest


@pytest.fixture
def team(tmp_path: Path, postgresql_url: str) -> Iterator[tuple[Dashboard, Store]]:
    """A dashboard of a team: a queue of sixty items in a store on a server."""
    saved = audit_sample("three").save(tmp_path / "three.json")
    groups = {(("age", "75+"), ("sex", sex)): 50 for sex in ("female", "male")}
    with Store(postgresql_url) as store:
        digest = audit_digest(audits.load(saved))
        store.add_queue(
            Queue(
                QUEUE, "team", digest, "d" * 64, "made.csv", 100, ("age", "sex"), groups,
                "2026-11-27T10:00:00+00:00",
            ),
            made_items(60),
        )  # fmt: skip
        with serving(tmp_path, "--audit", str(saved), AUDITS_STORE=postgresql_url) as made:
            yield made, store


def _opens(who: Visitor, name: str) -> None:
    who.open()
    who.go("Review and report")
    box = who.page.get_by_label("Your name")
    box.fill(name)
    box.press("Enter")
    who.settled()
    who.page.locator(f".st-key-item-{ITEM} button").click()
    who.settled()


def _says(who: Visitor, action: str, reason: str) -> None:
    who.page.get_by_label("Reason", exact=True).fill(reason)
    who.page.locator(f".st-key-{action}-{ITEM} button").click()
    who.settled()


def test_two_reviewers_see_each_other_and_a_third_settles_it(
    team: tuple[Dashboard, Store], chromium: Any
) -> None:
    dashboard, store = team
    with ExitStack() as stack:
        ann, bob, cy = (stack.enter_context(visitor(chromium, dashboard.url)) for _ in range(3))
        _opens(ann, "Ann")
        _opens(bob, "Bob")
        assert not violations(ann.page)
        _says(ann, "remove", "a copy of somebody")
        _says(bob, "keep", "rare, and true")
        said = bob.body().replace("\u2060", "")  # a colon is kept from beginning an emoji
        assert "Somebody decided meanwhile: Ann (typed name): remove" in said
        assert bob.page.get_by_label("Reason", exact=True).input_value() == "rare, and true"
        assert len(list(store.decisions(QUEUE))) == 1
        bob.page.locator(f".st-key-keep-{ITEM} button").click()
        bob.settled()
        assert store.item(QUEUE, ITEM).status is Status.DISPUTED
        _opens(cy, "Cy")
        _says(cy, "remove", "seen by three")
        for who in (ann, bob, cy):
            assert not who.outside
            assert not who.errors
    shown = store.item(QUEUE, ITEM)
    assert [(d.reviewer, d.action, d.adjudicates) for d in shown.decisions] == [
        ("Ann", Action.REMOVE, False),
        ("Bob", Action.KEEP, False),
        ("Cy", Action.REMOVE, True),
    ]
    assert store.counts(QUEUE)[Status.REMOVED] == 1
    assert store.counts(QUEUE)[Status.UNREVIEWED] == 59
