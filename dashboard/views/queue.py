"""The queue: what is looked for in it, and fifty items at a time; one is opened by its name."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

import limits
import parts
from audits.results import Group, group_name
from audits.review.records import FINDING, RECORD, Item, Queue, Shown, Status, Wanted
from audits.review.store import SORTS, Store
from audits.visible import visible
from roles import Person
from state import sentence

GLYPHS = {
    Status.UNREVIEWED: "○", Status.KEPT: "●", Status.REMOVED: "✕", Status.EDITED: "✎",
    Status.ESCALATED: "▲", Status.DISPUTED: "≠",
}  # fmt: skip
_KINDS = {FINDING: "findings", RECORD: "records"}
_ORDERS = {
    "severity": "severest first", "row": "by row", "rule": "by rule", "group": "by group",
    "changed": "by last decision",
}  # fmt: skip
_TEXT = 200
_SHORT = 300  # letters of a reason in the list; the item has all


@dataclass(frozen=True)
class Asked:
    """What is looked for, and in which order."""

    wanted: Wanted
    sort: str


# -- where somebody is in it -----------------------------------------------------------------------


def opened() -> str | None:
    """Return the id of the item that is open."""
    return _there().get("item")


def position() -> int:
    """Return where in the list the open item stood, counted from 0."""
    return int(_there().get("position", 0))


def open_item(item_id: str, place: int) -> None:
    """Open an item."""
    _there().update(item=item_id, position=place)


def close_item() -> None:
    """Go back to the list, to the part of it in which the item was."""
    place = _there()
    place["item"] = None
    place["page"] = place.get("position", 0) // limits.ITEMS_A_PAGE + 1
    place["turn"] = place.get("turn", 0) + 1


def _there() -> dict[str, Any]:
    place: dict[str, Any] = st.session_state.setdefault("queue-place", {})
    return place


# -- what is looked for ----------------------------------------------------------------------------


def filters(store: Store, queue: Queue, who: Person) -> Asked:
    """Ask what is to be shown."""
    rules = _rules(store, queue)
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        status = _one_of(
            "Status", list(Status), key="status", name=lambda s: f"{GLYPHS[s]} {s.value}",
        )  # fmt: skip
        kind = _one_of("Kind", list(_KINDS), key="kind", name=lambda k: _KINDS[k])
        rule = _one_of(
            "Rule", list(rules), key="rule", name=lambda r: f"{visible(r)} ({rules[r]:,})"
        )
        sort = st.selectbox(
            "Order", SORTS, format_func=lambda s: _ORDERS.get(s, s), key=f"sort-{queue.id}",
            width=180,
        )  # fmt: skip
        text = st.text_input("Reason has", max_chars=_TEXT, key=f"text-{queue.id}", width=180)
    chosen = _group(queue)
    mine = None
    if who.reviewer is not None and st.checkbox("Not decided by me", key=f"mine-{queue.id}"):
        mine = who.reviewer.name
    wanted = Wanted(
        kind=kind, rule=rule, status=status, group=chosen, text=(text or "").strip(), not_by=mine
    )
    if (wanted, sort) != _there().get("asked"):
        _there().update(asked=(wanted, sort), page=1, turn=_there().get("turn", 0) + 1)
    return Asked(wanted, str(sort))


def _one_of(label: str, options: Sequence[Any], *, key: str, name: Any) -> Any:
    return st.selectbox(
        label, [None, *options], format_func=lambda o: "all" if o is None else name(o),
        key=f"filter-{key}", width=180,
    )  # fmt: skip


def _rules(store: Store, queue: Queue) -> Mapping[str, int]:
    held: dict[str, Mapping[str, int]] = st.session_state.setdefault("queue-rules", {})
    if queue.id not in held:
        held[queue.id] = store.rules(queue.id)  # items are never added to a queue
    return held[queue.id]


def _group(queue: Queue) -> Group:
    """Ask for values of sensitive features that an item's group must have."""
    pairs = sorted({pair for group in queue.groups for pair in group})
    if not pairs:
        return ()
    names = dict(enumerate(pairs))
    picked = st.multiselect(
        "Group (all of these)", list(names), key=f"group-{queue.id}",
        format_func=lambda n: visible(f"{names[n][0]}: {names[n][1]}"), placeholder="Everyone",
    )  # fmt: skip
    return tuple(sorted(names[n] for n in picked))


# -- the list --------------------------------------------------------------------------------------


def listed(store: Store, queue: Queue, asked: Asked) -> None:
    """Show the items, fifty at a time."""
    size, place = limits.ITEMS_A_PAGE, _there()
    page = store.page(queue.id, asked.wanted, sort=asked.sort, start=0, size=1)
    if not page.total:
        st.info("No item fits this filter.")
        return
    pages = -(-page.total // size)
    number = 1
    if pages > 1:
        number = st.pagination(
            pages, default=min(place.get("page", 1), pages),
            key=f"queue-page-{place.get('turn', 0)}",
        )  # fmt: skip
    start = (number - 1) * size
    page = store.page(queue.id, asked.wanted, sort=asked.sort, start=start, size=size)
    parts.paragraph(
        f"Items {start + 1:,} to {start + len(page.items):,} of {page.total:,}.", quiet=True
    )
    with st.container(key="items", gap="small"):
        for at, shown in enumerate(page.items, start):
            _line(shown, at)


def _line(shown: Shown, at: int) -> None:
    item = shown.item
    st.button(
        sentence(title(item)), key=f"item-{item.id}", type="tertiary", wrap=True,
        on_click=open_item, args=(item.id, at),
    )  # fmt: skip
    reason = item.reason if len(item.reason) <= _SHORT else f"{item.reason[:_SHORT]}…"
    st.html(
        f'<p class="au-p au-item">{status_mark(shown.status)} '
        f"severity {item.severity:.2g}. {parts.safe(reason)}</p>"
    )


def title(item: Item) -> str:
    """Return what an item is called: where it is, what asked for the look, whose group."""
    what = f"Row {item.row:,}" if item.row is not None else "Finding"
    return f"{what} · {item.rule} · {group_name(item.group)}"


def status_mark(status: Status) -> str:
    """Return a status as HTML: a shape and the word."""
    return (
        f'<span class="au-v au-status"><span aria-hidden="true">{GLYPHS[status]}</span> '
        f"{html.escape(status.value)}</span>"
    )
