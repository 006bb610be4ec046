"""The queue: what is looked for in it, and some items at a time; one is opened by its name."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

import limits
import parts
from audits.results import Group, group_name
from audits.review.records import FINDING, RECORD, Item, Page, Queue, Shown, Status, Wanted
from audits.review.store import SORTS, Store
from audits.visible import visible
from roles import Person
from sessions import Session
from state import sentence
from views import bulk, places
from views.places import Asked

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


# -- what is looked for ----------------------------------------------------------------------------


def filters(store: Store, queue: Queue, who: Person) -> Asked:
    """Ask what is to be shown."""
    rules = _rules(store, queue)
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        status = _one_of(
            "Status", list(Status), key=f"status-{queue.id}",
            name=lambda s: f"{GLYPHS[s]} {s.value}",
        )  # fmt: skip
        kind = _one_of("Kind", list(_KINDS), key=f"kind-{queue.id}", name=lambda k: _KINDS[k])
        rule = _one_of(
            "Rule", list(rules), key=f"rule-{queue.id}",
            name=lambda r: f"{visible(r)} ({rules[r]:,})",
        )  # fmt: skip
        sort = st.selectbox(
            "Order", SORTS, format_func=lambda s: _ORDERS.get(s, s), width=180,
            **places.kept(f"sort-{queue.id}"),
        )  # fmt: skip
        text = st.text_input(
            "Reason has", max_chars=_TEXT, width=180, **places.kept(f"text-{queue.id}")
        )
    chosen = _group(queue)
    mine = None
    if who.reviewer is not None and st.checkbox(
        "Not decided by me", **places.kept(f"mine-{queue.id}")
    ):
        mine = who.reviewer.name
    asked = Asked(
        Wanted(
            kind=kind, rule=rule, status=status, group=chosen, text=(text or "").strip(),
            not_by=mine,
        ),
        str(sort),
    )  # fmt: skip
    places.look_for(queue, asked)
    return asked


def _one_of(label: str, options: Sequence[Any], *, key: str, name: Any) -> Any:
    return st.selectbox(
        label, [None, *options], format_func=lambda o: "all" if o is None else name(o),
        width=180, **places.kept(f"filter-{key}"),
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
        "Group (all of these)", list(names), placeholder="Everyone",
        format_func=lambda n: visible(f"{names[n][0]}: {names[n][1]}"),
        **places.kept(f"group-{queue.id}"),
    )  # fmt: skip
    return tuple(sorted(names[n] for n in picked))


# -- the list --------------------------------------------------------------------------------------


def listed(session: Session, store: Store, queue: Queue, asked: Asked, who: Person) -> None:
    """Show the items, some at a time, and offer one decision about all."""
    page = _part(store, queue, asked)
    bulk.show(session, store, queue, (asked.wanted, page.total), who)
    if not page.total:
        st.info("No item fits this filter.")
        return
    here, pages = places.place(queue), _parts(page.total)
    if pages > 1:
        st.pagination(pages, default=here.page, key=_turner(queue))
    start = (here.page - 1) * limits.ITEMS_A_PAGE
    parts.paragraph(
        f"Items {start + 1:,} to {start + len(page.items):,} of {page.total:,}.", quiet=True
    )
    with st.container(key="items", gap="small"):
        for at, shown in enumerate(page.items, start):
            _line(queue, shown, at)


def _part(store: Store, queue: Queue, asked: Asked) -> Page:
    """Read the part that was turned to; the last one, where the list has become shorter."""
    here, size = places.place(queue), limits.ITEMS_A_PAGE
    here.page = int(st.session_state.get(_turner(queue)) or here.page)
    page = store.page(
        queue.id, asked.wanted, sort=asked.sort, start=(here.page - 1) * size, size=size
    )
    if here.page <= max(1, _parts(page.total)):
        return page
    places.turn_to(queue, max(1, _parts(page.total)))
    return _part(store, queue, asked)


def _parts(total: int) -> int:
    return -(-total // limits.ITEMS_A_PAGE)


def _turner(queue: Queue) -> str:
    return f"queue-page-{queue.id}-{places.place(queue).turn}"


def _line(queue: Queue, shown: Shown, at: int) -> None:
    item = shown.item
    st.button(
        sentence(title(item)), key=f"item-{item.id}", type="tertiary", wrap=True,
        on_click=places.open_item, args=(queue, item.id, at),
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
