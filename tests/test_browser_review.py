"""Reviewers before real browsers, on a real PostgreSQL: two at once, by keys, all of a filter."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from browser import PHONE, Dashboard, Visitor, hangs_over, serving, violations, visitor
from postgresql import Server
from store_made import made_items

import audits
from audits.demo import audit_sample
from audits.review.digests import audit_digest
from audits.review.records import Action, Item, Queue, Status
from audits.review.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.postgresql]

QUEUE, ITEM = "c" * 16, f"{7:016x}"  # the severest
HOSTILE = "f" * 16
TEXTS = (
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 2'>",
    "[link](javascript:alert(1)) ![picture](https://example.org/x.png)",
    "$x^2$ **bold** :red[red]",
    "\u202eright to left",
    ":smile: :material/delete:",
    "Nationality unknown or not declared " * 6,
    "\u5973\u6027" * 60 + " × سن الأشخاص",
)
NAME = "<img src=x onerror='window.hacked = 3'> :smile: $x$"


def _hostile() -> list[Item]:
    """Items all of whose texts come from somebody who means harm."""
    return [
        Item(
            f"{0xF0 + at:016x}", "record", text.replace("\u202e", "")[:90], f"row {at + 1}: {text}",
            9.0 - at, (("sex", text),), at + 1,
            {
                "values": {text: text, "age": 30.0},
                "nearest": [{"values": {text: text, "age": None}, "hidden": 1, "shown": 1}],
            },
        )
        for at, text in enumerate(TEXTS)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def team(
    tmp_path_factory: pytest.TempPathFactory, postgresql_server: Server
) -> Iterator[tuple[Dashboard, Store]]:
    """A dashboard of a team: two queues in a store on a server, the one of sixty items first."""
    folder = tmp_path_factory.mktemp("team")
    url = postgresql_server.database()
    saved = audit_sample("three").save(folder / "three.json")
    digest = audit_digest(audits.load(saved))
    groups = {(("age", "75+"), ("sex", sex)): 50 for sex in ("female", "male")}
    with Store(url) as store:
        store.add_queue(
            Queue(
                HOSTILE, TEXTS[1], digest, "e" * 64, "bad.csv", 8, ("sex",),
                Counter(one.group for one in _hostile()), "2026-11-27T09:00:00+00:00",
            ),
            _hostile(),
        )  # fmt: skip
        store.add_queue(
            Queue(
                QUEUE, "team", digest, "d" * 64, "made.csv", 100, ("age", "sex"), groups,
                "2026-11-27T10:00:00+00:00",
            ),
            made_items(60),
        )  # fmt: skip
        with serving(folder, "--audit", str(saved), AUDITS_STORE=url) as made:
            yield made, store


def _comes(who: Visitor, name: str) -> None:
    who.open()
    who.go("Review and report")
    box = who.page.get_by_label("Your name")
    box.fill(name)
    box.press("Enter")
    who.settled()


def _opens(who: Visitor, item: str) -> None:
    who.page.locator(f".st-key-item-{item} button").click()
    who.settled()


def _writes(who: Visitor, reason: str) -> None:
    box = who.page.get_by_label("Reason", exact=True)
    box.fill(reason)
    box.blur()
    who.settled()


def _says(who: Visitor, action: str, reason: str) -> None:
    who.page.get_by_label("Reason", exact=True).fill(reason)
    who.page.locator(f".st-key-{action}-{ITEM} button").click()
    who.settled()


def _presses(who: Visitor, key: str) -> None:
    who.page.keyboard.press(key)
    who.settled()


def _unharmed(who: Visitor) -> None:
    """Nothing ran, nothing was fetched, nothing was made of what is only text."""
    assert who.page.evaluate("() => window.hacked") is None
    made = "img, .katex, a[href^=javascript], strong, .stMarkdownColoredText, [role=img]"
    assert not who.page.locator(f".st-key-items :is({made}), .au-table :is({made})").count()
    assert not who.outside
    assert not who.errors
    assert not hangs_over(who.page)
    assert not violations(who.page)


def test_two_reviewers_see_each_other_and_a_third_settles_it(
    team: tuple[Dashboard, Store], chromium: Any
) -> None:
    dashboard, store = team
    with ExitStack() as stack:
        ann, bob, cy = (stack.enter_context(visitor(chromium, dashboard.url)) for _ in range(3))
        for who, name in ((ann, "Ann"), (bob, "Bob")):
            _comes(who, name)
            _opens(who, ITEM)
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
        _comes(cy, "Cy")
        _opens(cy, ITEM)
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


def test_keys_decide_and_letters_that_are_typed_do_not(
    team: tuple[Dashboard, Store], chromium: Any
) -> None:
    dashboard, store = team
    before = len(list(store.decisions(QUEUE)))
    with visitor(chromium, dashboard.url) as who:
        _comes(who, "Key")
        _opens(who, f"{0x11:016x}")
        _presses(who, "k")
        assert "the reason is missing" in who.body().lower()
        who.page.get_by_label("Reason", exact=True).press_sequentially("k x e s b")
        who.settled()
        assert len(list(store.decisions(QUEUE))) == before
        for key in "kxs":
            _writes(who, f"by {key}")
            _presses(who, key)
        columns = who.page.get_by_role("combobox", name="Columns")
        who.page.get_by_text("Edit values").click()
        who.settled()
        columns.fill("name")
        columns.press("Enter")
        who.page.keyboard.press("Escape")
        who.settled()
        who.page.get_by_role("textbox", name="name", exact=True).fill("another")
        _writes(who, "by e")
        _presses(who, "e")
        _presses(who, "b")
        assert who.page.locator(".st-key-items").count()
        told = re.findall(r"(\d+) of \d+ items are unreviewed", who.body())  # the sign-off, too
        assert told == [str(store.counts(QUEUE)[Status.UNREVIEWED])] * 2
        assert not who.errors
    made = list(store.decisions(QUEUE))[before:]
    assert [(one.action, one.reason) for one in made] == [
        (Action.KEEP, "by k"), (Action.REMOVE, "by x"), (Action.ESCALATE, "by s"),
        (Action.EDIT, "by e"),
    ]  # fmt: skip
    assert made[-1].edit == {"name": "another"}


@pytest.mark.parametrize(("size", "dark"), [(PHONE, True), ((1280, 900), False)])
def test_all_of_a_filter_are_previewed_and_hostile_texts_stay_texts(
    team: tuple[Dashboard, Store], chromium: Any, size: tuple[int, int], dark: bool
) -> None:
    dashboard, store = team
    with visitor(chromium, dashboard.url, size=size, dark=dark) as who:
        _comes(who, NAME)
        who.page.get_by_role("combobox", name="Queue").click()
        who.page.get_by_role("option", name="img src").click()
        who.settled()
        said = who.body().replace("\u2060", "")
        assert all(text.strip() in said for text in TEXTS if "\u202e" not in text)
        assert "\u202e" not in said
        assert NAME in said
        _opens(who, f"{0xF1:016x}")
        assert TEXTS[1] in who.page.locator(".au-table").first.inner_text()
        _unharmed(who)
        _presses(who, "b")
        who.page.get_by_text("Decide about all 8 unreviewed items").click()
        who.page.get_by_text("Remove", exact=True).click()
        who.page.get_by_label("Reason for all of them").fill(TEXTS[3])
        who.press("Preview")
        assert "Everyone: 8 of 8 rows are removed, 100 %." in who.body()
        _unharmed(who)
        assert not list(store.decisions(HOSTILE))
        if not dark:
            who.press("Remove all 8")
            assert "Kept: remove, for 8 items." in who.body().replace("\u2060", "")
            assert store.counts(HOSTILE)[Status.REMOVED] == 8
            assert {one.reason for one in store.decisions(HOSTILE)} == {TEXTS[3]}
