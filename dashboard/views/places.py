"""Where somebody is in a queue, and what they have typed there, as long as their tab is open.

What a page does not draw it forgets; here it is kept: a filter while an item is open, a reason that
is not finished while another item is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

import limits
from audits.review.records import Queue, Wanted
from audits.review.store import Store


@dataclass(frozen=True)
class Asked:
    """What is looked for, and in which order."""

    wanted: Wanted
    sort: str


@dataclass
class Place:
    """Where somebody is in a queue: the open item and where it stood, counted from 0; the part."""

    asked: Asked | None = None
    item: str | None = None
    position: int = 0
    page: int = 1
    turn: int = 0  # what chooses the part begins anew with every one


def place(queue: Queue) -> Place:
    """Return where somebody is in a queue; its beginning, if they have not been there."""
    held: dict[str, Place] = st.session_state.setdefault("queue-places", {})
    return held.setdefault(queue.id, Place())


def has_decided() -> None:
    """Have the rest of the page drawn anew: it says how many items are undecided, too."""
    st.session_state["queue-decided"] = True


def drawn_anew() -> None:
    """Draw the whole page instead of a piece of it, if something was decided."""
    if st.session_state.pop("queue-decided", False):
        st.rerun()


def look_for(queue: Queue, asked: Asked) -> None:
    """Go to the beginning of the list if it is another one now."""
    here = place(queue)
    if here.asked != asked:
        here.asked, here.item = asked, None
        turn_to(queue, 1)


def turn_to(queue: Queue, page: int) -> None:
    """Show a part of the list."""
    here = place(queue)
    here.page, here.turn = page, here.turn + 1


def open_item(queue: Queue, item_id: str, position: int) -> None:
    """Open an item."""
    here = place(queue)
    here.item, here.position = item_id, position


def close_item(queue: Queue) -> None:
    """Go back to the list, to the part of it in which the item was."""
    here = place(queue)
    here.item = None
    turn_to(queue, here.position // limits.ITEMS_A_PAGE + 1)


# -- what comes next -------------------------------------------------------------------------------


def around(store: Store, queue: Queue, asked: Asked) -> dict[str, int]:
    """Return the ids around the open item, in order, with their positions in the list."""
    start = max(0, place(queue).position - limits.ITEMS_A_PAGE)
    page = store.page(
        queue.id, asked.wanted, sort=asked.sort, start=start, size=2 * limits.ITEMS_A_PAGE + 1
    )
    return {shown.item.id: at for at, shown in enumerate(page.items, start)}


def after(queue: Queue, near: dict[str, int], item_id: str) -> list[str]:
    """Return the ids after an item; if it is not there any more, from where it was."""
    first = near[item_id] + 1 if item_id in near else place(queue).position
    return [one for one, at in near.items() if at >= first]


def open_next(queue: Queue, later: list[str], near: dict[str, int]) -> None:
    """Open the first of some items that is still in the list; without any, go to the list.

    A decision may take the item out of the list, or to its head: so the next one is known by its
    id, and its position is that of afterwards.
    """
    found = next((one for one in later if one in near), None)
    if found is None:
        close_item(queue)
    else:
        open_item(queue, found, near[found])


# -- what was typed --------------------------------------------------------------------------------


def kept(key: str, given: Any = None) -> dict[str, Any]:
    """Return how a widget is called that keeps what is in it, also while it is not drawn.

    `given` is what is in it at first.
    """
    held = _typed()
    if key not in st.session_state and (key in held or given is not None):
        st.session_state[key] = held.get(key, given)
    return {"key": key, "on_change": _keep, "args": (key,)}


def forget(*keys: str) -> None:
    """Empty widgets that are not drawn yet."""
    for key in keys:
        _typed().pop(key, None)
        st.session_state.pop(key, None)


def _keep(key: str) -> None:
    held = _typed()
    held.pop(key, None)
    held[key] = st.session_state[key]
    while len(held) > limits.REMEMBERED:
        held.pop(next(iter(held)))


def _typed() -> dict[str, Any]:
    held: dict[str, Any] = st.session_state.setdefault("typed", {})
    return held
