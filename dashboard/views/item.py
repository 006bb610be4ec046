"""One item of a queue: what it says, what stands beside it, what was decided, and deciding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import streamlit as st

import deciding
import limits
import parts
from audits.errors import AuditError, ConflictError
from audits.review.records import FINDING, RECORD, Action, Decision, Item, Queue, Shown
from audits.review.store import Store
from audits.visible import visible
from deciding import Said
from roles import Person
from sessions import Session
from state import sentence
from views import places
from views.places import Asked
from views.queue import status_mark, title

_ACTIONS = ((Action.KEEP, "K"), (Action.REMOVE, "X"), (Action.EDIT, "E"), (Action.ESCALATE, "S"))
_SAY_KEYS = (
    "Keys, while nothing is typed: K keep, X remove, {}S escalate, B back to the list. A decision "
    "needs a reason; afterwards the next item opens."
)
_KEYS = {RECORD: _SAY_KEYS.format("E edit, "), FINDING: _SAY_KEYS.format("")}


def show(
    session: Session, store: Store, queue: Queue, asked: Asked, who: Person, item_id: str
) -> None:
    """Show the item that is open."""
    shown = store.item(queue.id, item_id)
    looked, request = _looked(queue, shown)
    st.button(
        "Back to the list", key="item-back", shortcut="B", on_click=places.close_item,
        args=(queue,),
    )  # fmt: skip
    parts.heading(title(shown.item), 3)
    st.html(
        f'<p class="au-p">{status_mark(shown.status)} severity '
        f"{shown.item.severity:.2g}. {parts.safe(shown.item.reason)}</p>"
    )
    if not store.page(queue.id, replace(asked.wanted, ids=(item_id,)), size=1).total:
        parts.paragraph("It does not fit the filter any more.", quiet=True)
    _beside(shown)
    _decisions(shown)
    if not who.may_decide:
        parts.paragraph("Reviewers decide; you see what they decided.")
        return
    _form(session, store, queue, asked, who, (looked, request))


def _looked(queue: Queue, shown: Shown) -> tuple[Shown, str]:
    """Return the item as it stood when it was opened: what came later has not been looked at."""
    held: dict[tuple[str, str], tuple[Shown, str]] = st.session_state.setdefault("looked", {})
    one = queue.id, shown.item.id
    if one not in held:
        while len(held) >= limits.REMEMBERED:
            held.pop(next(iter(held)))
        held[one] = (shown, uuid4().hex)
    return held[one]


# -- what is told ----------------------------------------------------------------------------------


def _beside(shown: Shown) -> None:
    """Show the values, and those of the nearest real records as far as they may be shown."""
    values = shown.item.detail.get("values")
    if not isinstance(values, Mapping):
        return
    near = shown.item.detail.get("nearest", ())[: limits.NEAREST_SHOWN]
    names = [f"Nearest real record {n}" for n in range(1, len(near) + 1)]
    rows = [
        [str(column), _text(value), *(_against(value, one, column) for one in near)]
        for column, value in values.items()
    ]
    columns = [parts.Column(name) for name in ("Column", "This record", *names)]
    parts.table(columns, rows, caption="The record, and what is nearest to it among real ones")


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # as real records are written
    return "missing" if value is None else str(value)


def _against(value: Any, near: Mapping[str, Any], column: str) -> str:
    """Show a real value, or the band it lies in, and whether this record's is another."""
    if near["values"].get(column) is None:
        return "not shown"
    said = _text(near["values"][column])
    known = near.get("differs")  # only the queue knows which band a value lies in
    differs = said != _text(value) if known is None else column in known
    return f"{said} (differs)" if differs else said


def _decisions(shown: Shown) -> None:
    if shown.decisions:
        parts.heading("Decisions so far", 3)
        parts.bullets([told(one) for one in shown.decisions])


def told(one: Decision) -> str:
    """Return a decision as a sentence."""
    by = "typed name" if one.identity == "typed" else "log-in"
    settles = ", to settle a dispute" if one.adjudicates else ""
    edit = "".join(f"; {column} becomes {value}" for column, value in one.edit.items())
    said = f"{one.reviewer} ({by}): {one.action.value}{settles}{edit}"
    return f"{said}, because “{one.reason}”. {one.at}"


# -- deciding --------------------------------------------------------------------------------------


def _form(
    session: Session, store: Store, queue: Queue, asked: Asked, who: Person,
    seen: tuple[Shown, str],
) -> None:  # fmt: skip
    item = seen[0].item
    of, said = st.session_state.get("item-said", ("", ""))
    if of == (queue.id, item.id):  # stays until it is answered: the page is drawn again often
        st.warning(sentence(said))
    st.text_area(
        "Reason", max_chars=limits.REASON_LETTERS, **places.kept(_key("reason", queue, item))
    )
    edited = _edit(queue, seen[0]) if item.kind == RECORD else {}
    settles = deciding.may_settle(who, seen[0]) and st.checkbox(
        "My decision settles the dispute", value=True, key=_key("settles", queue, item)
    )
    drawn = (session, store, queue, asked, seen)
    with st.container(horizontal=True, key="decisions"):
        for action, key in _ACTIONS:
            if action is Action.EDIT and item.kind != RECORD:
                continue
            st.button(
                action.value.capitalize(), key=f"{action.value}-{item.id}", shortcut=key,
                on_click=_decide, args=(*drawn, action, edited, settles),
            )  # fmt: skip
    parts.paragraph(_KEYS[item.kind], quiet=True)


def _key(what: str, queue: Queue, item: Item, number: int = 0) -> str:
    """Return what a widget is called: an item of another queue may have the same id."""
    return f"{what}-{queue.id}-{item.id}-{number}"


def _edit(queue: Queue, shown: Shown) -> dict[str, str]:
    values = shown.item.detail.get("values", {})
    columns = list(values)
    with st.expander("Edit values"):
        picked: Sequence[int] = st.multiselect(
            "Columns", range(len(columns)), format_func=lambda n: visible(columns[n]),
            **places.kept(_key("columns", queue, shown.item)),
        )  # fmt: skip
        return {
            columns[n]: st.text_input(
                sentence(columns[n]), max_chars=limits.EDIT_LETTERS,
                **places.kept(_key("value", queue, shown.item, n), _text(values[columns[n]])),
            )
            for n in picked
        }  # fmt: skip


def _decide(
    session: Session, store: Store, queue: Queue, asked: Asked, seen: tuple[Shown, str],
    action: Action, edited: dict[str, str], settles: bool,
) -> None:  # fmt: skip
    """Keep the decision and open the next item; what cannot be is said, and the text stays."""
    shown, request = seen
    item = shown.item
    reason = str(st.session_state.get(_key("reason", queue, item), ""))
    said = Said(action, reason, edited if action is Action.EDIT else {}, bool(settles))
    try:
        later = places.after(queue, places.around(store, queue, asked), item.id)
        deciding.decide(session, queue.id, shown, said, request)
    except AuditError as error:
        why = _meanwhile(store, queue, shown) if isinstance(error, ConflictError) else str(error)
        st.session_state["item-said"] = ((queue.id, item.id), why)
        return
    st.session_state["looked"].pop((queue.id, item.id), None)
    st.session_state.pop("item-said", None)
    typed = [_key("value", queue, item, n) for n in range(len(item.detail.get("values", ())))]
    places.forget(_key("reason", queue, item), _key("columns", queue, item), *typed)
    places.open_next(queue, later, places.around(store, queue, asked))
    places.has_decided()


def _meanwhile(store: Store, queue: Queue, shown: Shown) -> str:
    """Say what others decided since; what comes next has been looked at."""
    now = store.item(queue.id, shown.item.id)
    st.session_state["looked"].pop((queue.id, shown.item.id), None)
    later = " ".join(told(one) for one in now.decisions[shown.version :])
    return f"Somebody decided meanwhile: {later} Yours was not kept."
