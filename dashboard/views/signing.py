"""Sign-off: what is undecided, who signed what, whether it stands, and a form for owners."""

from __future__ import annotations

from uuid import uuid4

import streamlit as st

import limits
import parts
import roles
import signing_off
from audits.errors import AuditError
from audits.estimates import many
from audits.review.records import Queue, Signature, Status
from audits.review.signing import Signed, signed
from audits.review.store import Store
from roles import Role
from sessions import Session
from signing_off import Standing
from state import sentence

_KNOWN_BY = {"typed": "a typed name", "login": "a log-in"}


@parts.piece
def show(session: Session, store: Store, queue: Queue) -> None:
    """Show the sign-off of a queue."""
    parts.heading("Sign-off")
    now = signing_off.standing(store, queue.id)
    parts.paragraph(_state(now))
    _signatures(store, queue, now)
    who = roles.person(session)
    if said := st.session_state.pop("signing-said", ""):
        (st.success if said == _DONE else st.error)(sentence(said))
    if who.role < Role.OWNER:
        parts.paragraph(f"Owners sign; your role is {who.role.word}.", quiet=True)
        return
    _form(session, queue, now)


def _state(now: Standing) -> str:
    """Say what a signature now would stand under."""
    open_, disputed = now.of(Status.UNREVIEWED), now.of(Status.DISPUTED)
    said = f"{open_:,} of {many(now.items, 'item')} {_is(open_)} unreviewed"
    said += f", {disputed:,} {_is(disputed)} disputed"
    if escalated := now.of(Status.ESCALATED):
        said += f", {escalated:,} {_is(escalated)} escalated"
    if open_ or disputed:
        return f"{said}. They are signed as what they are."
    return f"{said}."


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


# -- who signed ------------------------------------------------------------------------------------


def _signatures(store: Store, queue: Queue, now: Standing) -> None:
    signatures = store.signatures(queue.id)
    if not signatures:
        parts.paragraph("Nobody has signed.")
        return
    found = _checked(store, queue, now, len(signatures))
    lines = [
        _signature(one, None if found is None else found[place])
        for place, one in enumerate(signatures)
    ]
    st.html(f'<ul class="au-list">{"".join(lines)}</ul>')


def _checked(store: Store, queue: Queue, now: Standing, count: int) -> tuple[Signed, ...] | None:
    """Make again what was signed; of a long queue when somebody asks, as all of it is read."""
    asked = now.items <= limits.CHECKED_UNASKED or st.button(
        "Check that what was signed still stands", key=f"check-{queue.id}"
    )
    if asked:
        with st.spinner("Reading what was signed"):
            st.session_state["signed-held"] = ((queue.id, now, count), signed(store, queue.id))
    held = st.session_state.get("signed-held")
    if held is None or held[0] != (queue.id, now, count):
        return None
    found: tuple[Signed, ...] = held[1]
    return found


def _signature(one: Signature, checked: Signed | None) -> str:
    """Return a signature as an item of a list, every character escaped."""
    known = _KNOWN_BY.get(one.identity, one.identity)
    said = f"{one.reviewer} ({known}), {one.at[:16].replace('T', ', ')} UTC: {_stands(checked)}"
    covers = f"{many(one.unreviewed, 'item')} unreviewed then. “{one.statement}”"
    return (
        f"<li>{parts.safe(said)} {parts.safe(covers)}<br>"
        f'<span class="au-quiet au-hash">SHA-256 {parts.safe(one.digest)}</span></li>'
    )


def _stands(checked: Signed | None) -> str:
    if checked is None:
        return "not checked."
    if not checked.holds:
        return "does NOT stand: the store no longer gives what was signed."
    later = checked.later
    return f"stands; {many(later, 'decision')} since, not covered." if later else "stands."


# -- signing ---------------------------------------------------------------------------------------

_DONE = "Signed."


def _form(session: Session, queue: Queue, now: Standing) -> None:
    request = uuid4().hex  # a second click before the page is drawn again carries the same
    with st.form(f"sign-{queue.id}"):
        st.text_area(
            "What was reviewed, and how", max_chars=limits.REASON_LETTERS, height=100,
            key=f"statement-{queue.id}",
            placeholder="I have seen every finding, and a sample of fifty copies.",
        )  # fmt: skip
        st.form_submit_button(
            "Sign these decisions", type="primary", key=f"sign-button-{queue.id}",
            on_click=_sign, args=(session, queue.id, now, request),
        )  # fmt: skip
    parts.paragraph(
        "A signature is kept with your name, the time and the SHA-256 of the queue and of every "
        "decision up to now; it is a record, not a cryptographic one.",
        quiet=True,
    )


def _sign(session: Session, queue_id: str, seen: Standing, request: str) -> None:
    statement = str(st.session_state.get(f"statement-{queue_id}") or "")
    try:
        signing_off.sign(session, queue_id, statement, seen, request)
    except AuditError as error:
        st.session_state["signing-said"] = str(error)
        return
    st.session_state["signing-said"] = _DONE
    st.session_state[f"statement-{queue_id}"] = ""
