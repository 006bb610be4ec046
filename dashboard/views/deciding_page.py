"""The queue on the page: who decides, which queue, the list or one item."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import streamlit as st

import limits
import on_disk
import parts
import roles
import stores
from audits.errors import AuditError
from audits.review.exporting import export
from audits.review.records import Queue, Status
from audits.review.store import Store
from audits.visible import visible
from sessions import Session
from state import Here, sentence
from views import bulk, item, places, queue


def queues(here: Here) -> list[Queue]:
    """Return the queues that may be shown: of this audit, and, of a store that was named, all."""
    if not stores.there(here.session):
        return []
    found = stores.store(here.session).queues()
    own = [one for one in found if here.audit_id and one.audit.startswith(here.audit_id)]
    return own + [one for one in found if stores.shared() and one not in own]


def show(here: Here, found: list[Queue]) -> Queue:
    """Show the queue that is chosen, and return it."""
    parts.heading("To be reviewed")
    chosen = found[0]
    if len(found) > 1:
        names = {one.id: one for one in found}
        chosen = names[
            st.selectbox(
                "Queue", list(names), key="queue-chosen",
                format_func=lambda n: visible(f"{names[n].name}, {names[n].made[:16]}"),
            )
        ]  # fmt: skip
    if stores.passing(here.session):
        st.warning("No store was named: decisions go when this session does.")
    if on_disk.found(here.session, chosen) is on_disk.Found.CHANGED:
        st.warning(sentence(on_disk.changed(chosen)))
    _work(here, chosen)
    return chosen


@parts.piece
def _work(here: Here, chosen: Queue) -> None:
    places.drawn_anew()  # a decision about one item is kept before this
    store = stores.store(here.session)
    head = st.container()
    _name(here.session)
    who = roles.person(here.session)
    asked = queue.filters(store, chosen, who)
    bulk.carry_out(here.session, chosen)
    places.drawn_anew()
    with head:  # as it stands after that
        _standing(store, chosen)
    if (item_id := places.place(chosen).item) is not None:
        item.show(here.session, store, chosen, asked, who, item_id)
    else:
        queue.listed(here.session, store, chosen, asked, who)
        _exports(store, chosen)


def _standing(store: Store, chosen: Queue) -> None:
    counts = store.counts(chosen.id)
    open_ = counts.get(Status.UNREVIEWED, 0)
    parts.paragraph(
        f"{chosen.data_name}: {open_:,} of {sum(counts.values()):,} items are unreviewed, "
        f"{counts.get(Status.DISPUTED, 0):,} disputed."
    )


def _name(session: Session) -> None:
    """Ask for a name where nobody logs in; say how decisions will be signed."""
    who = roles.person(session)
    if who.reviewer is not None and who.reviewer.identity == "login":
        parts.paragraph(f"You decide as {who.reviewer.name}; your role is {who.role.word}.")
        return
    if who.reviewer is not None:
        parts.paragraph(f"Decisions carry the typed name {who.reviewer.name}, which is not proven.")
        return
    if said := st.session_state.pop("name-said", ""):
        st.warning(sentence(said))
    st.text_input(
        "Your name", max_chars=limits.NAME_LETTERS, key="typed-name", on_change=_call,
        args=(session,),
    )  # fmt: skip
    parts.paragraph("Nobody logs in here: decisions carry the name that you type.", quiet=True)


def _call(session: Session) -> None:
    try:
        roles.call(session, str(st.session_state.get("typed-name") or ""))
    except AuditError as error:
        st.session_state["name-said"] = str(error)


def _exports(store: Store, chosen: Queue) -> None:
    with st.container(horizontal=True):
        for kind, mime in (("csv", "text/csv"), ("json", "application/json")):
            st.download_button(
                f"Decisions as {kind.upper()}", data=partial(_export, store, chosen.id, kind),
                file_name=f"decisions.{kind}", mime=mime, key=f"export-{kind}", on_click="ignore",
            )  # fmt: skip


def _export(store: Store, queue_id: str, kind: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"decisions.{kind}"
        export(store, queue_id, file)
        return file.read_bytes()
