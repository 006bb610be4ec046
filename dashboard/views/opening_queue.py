"""A form that opens a queue for the audit that is shown."""

from __future__ import annotations

from uuid import uuid4

import streamlit as st

import hiding
import limits
import opening_queues
import parts
import roles
import running
import state
from audits.errors import AuditError
from audits.reports.saving import MIN_CELL
from audits.results import Audit
from opening_queues import Asked
from roles import Role
from state import Here, sentence

_TAKES = {
    "finding": "findings",
    "given": "rows that break a rule of yours",
    "forbidden": "pairs of values that nobody has",
    "rule": "rows that break what all real people keep",
    "range": "values out of range",
    "outlier": "outliers",
    "copy": "copies of real people",
    "homogenised": "rows all alike",
    "debris": "debris",
}
_OF_TEXTS = {"copy": "copies of real texts"}


def show(here: Here, *, first: bool) -> None:
    """Show the form; `first` where there is no queue yet."""
    parts.heading("Open a queue" if first else "Open another queue")
    counted = state.counted(here.session, here.audit_id)
    assert counted is not None
    who = roles.person(here.session)
    if said := opening_queues.why_not(counted):
        parts.paragraph(said)
        return
    if who.role < Role.REVIEWER:
        parts.paragraph(f"Reviewers and owners open queues; your role is {who.role.word}.")
        return
    if (job := running.look(here.session)) is not None and job.running:
        parts.paragraph("Something is running; how far it is stands above.")
        return
    if said := st.session_state.pop("opening-said", ""):
        st.error(sentence(said))
    _form(here, counted, hiding.least(who))


def _form(here: Here, counted: Audit, floor: int) -> None:
    token = uuid4().hex  # a second click before the page is drawn again carries the same
    known, names = opening_queues.known(counted), _TAKES
    if counted.of_texts:
        names = {**_TAKES, **_OF_TEXTS}
    with st.form("open-queue"):
        st.multiselect(
            "What to take", known, default=known, format_func=lambda one: names[one],
            key="queue-take",
        )  # fmt: skip
        st.text_input("Name (optional)", max_chars=limits.NAME_LETTERS, key="queue-name")
        st.number_input(
            "Smallest count of real people that is shown", min_value=floor, max_value=1000,
            value=MIN_CELL, key="queue-min-cell",
            help="Of a real record only what at least so many real people share is put beside an "
            "item, and findings hide smaller counts. 0 hides nothing; only an owner may ask for "
            f"less than {MIN_CELL}.",
        )  # fmt: skip
        st.form_submit_button(
            "Open the queue", type="primary", key="open-queue-button", on_click=_open,
            args=(here, token),
        )  # fmt: skip
    parts.paragraph(
        "The tables are read once more, and must be those that were audited. The same tables, "
        "audit and choices give the same queue again.",
        quiet=True,
    )


def _open(here: Here, token: str) -> None:
    """Start opening what the form says."""
    given = st.session_state
    asked = Asked(
        tuple(given.get("queue-take") or ()), str(given.get("queue-name") or ""),
        int(given.get("queue-min-cell", MIN_CELL)),
    )  # fmt: skip
    labels = {one.id: one.label for one in here.session.audits()}
    try:
        counted = state.counted(here.session, here.audit_id)
        assert counted is not None
        opening_queues.start(
            here.session, here.audit_id, counted, labels.get(here.audit_id, ""), asked, token
        )
    except (AuditError, running.BusyError) as error:
        st.session_state["opening-said"] = str(error)
