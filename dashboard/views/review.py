"""What did people decide, and what is handed over?"""

from __future__ import annotations

from functools import partial

import streamlit as st

import handing_over
import hiding
import parts
import roles
import state
import stores
from audits.errors import AuditError
from audits.reports.saving import MIN_CELL
from audits.results import Audit, Verdict
from audits.review.digests import audit_digest
from audits.review.records import Queue
from audits.visible import visible
from handing_over import Asked
from roles import Person
from state import Here, sentence
from views import agreeing, deciding_page, opening_queue, signing

_QUEUE = 50
_TITLE, _AUTHOR = 200, 200
_KINDS = (
    ("pdf", "PDF", "application/pdf", "For people: cover, summary, a page for each group."),
    ("html", "HTML", "text/html", "The same in one file, without scripts, for any browser."),
    ("json", "JSON", "application/json", "The audit itself, for `audits show` and programs."),
    ("croissant", "Croissant", "application/ld+json", "Metadata for a data catalogue: biases and "
     "limitations of the synthetic table."),
    ("csv", "CSV", "text/csv", "One line per finding, for a spreadsheet."),
)  # fmt: skip
_ENDINGS = {"croissant": "croissant.json"}


def show(here: Here) -> None:
    """Show the page."""
    audit = here.audit
    assert audit is not None
    found, trouble = _queues(here)
    parts.begin("What did people decide?", _answer(found, trouble))
    if trouble:
        st.error(sentence(trouble))
    if found:
        if (wanted := st.session_state.pop("queue-next", None)) is not None:
            st.session_state["queue-chosen"] = wanted
        chosen = deciding_page.show(here, found)
        store = stores.store(here.session)
        agreeing.show(here.session, store, chosen, _of(here, chosen))
        signing.show(here.session, store, chosen)
    _report(here, audit, found)
    if not trouble:
        opening_queue.show(here, first=not found)
    if not found:
        _waiting(audit)


def _queues(here: Here) -> tuple[list[Queue], str]:
    """Return the queues that may be shown; or why the store cannot be read."""
    try:
        return deciding_page.queues(here), ""
    except AuditError as error:
        return [], str(error)


def _answer(found: list[Queue], trouble: str) -> str:
    if trouble:
        return "Decisions cannot be read now. Reports can be made, without decisions."
    if found:
        return (
            "Decisions are kept with name, time and reason, and are never changed; what nobody has "
            "decided on is unreviewed."
        )
    return (
        "Nothing yet: every finding is unreviewed. Open a queue below: it holds findings, and the "
        "rows to look at, for people to decide on."
    )


def _of(here: Here, queue: Queue) -> Audit | None:
    """Return the audit that a queue was opened for, if it is the one that is shown."""
    counted = state.counted(here.session, here.audit_id)
    if counted is None:
        return None
    digest = state.remembered(here.session, [here.audit_id], partial(audit_digest, counted), "sha")
    return counted if digest == queue.audit else None


# -- the report ------------------------------------------------------------------------------------


def _report(here: Here, audit: Audit, found: list[Queue]) -> None:
    parts.heading("Report")
    look, who = here.session.read("look"), roles.person(here.session)
    title = st.text_input(
        "Title", value=str(look.get("title", "")), max_chars=_TITLE, key="report-title",
        placeholder="Representation and bias in …",
    )  # fmt: skip
    author = st.text_input(
        "Author", value=str(look.get("author", "")), max_chars=_AUTHOR, key="report-author"
    )
    queue, before = _reviewed(here, found), _before(here)
    floor = hiding.least(who, queue)
    min_cell = int(
        st.number_input(
            "Smallest count that is shown", min_value=floor, max_value=max(1000, floor),
            value=max(here.min_cell, floor), key=f"min-cell-{floor}" if floor else "min-cell",
        )
    )  # fmt: skip
    st.write(_hidden(min_cell, floor, who))
    after = {"title": title or "", "author": author or "", "min_cell": min_cell}
    if after != look:
        here.session.write("look", after)
    asked = Asked(min_cell, after["title"], after["author"], queue, before)
    _downloads(here, audit, asked, who)


def _downloads(here: Here, audit: Audit, asked: Asked, who: Person) -> None:
    store = stores.store(here.session) if asked.queue is not None else None
    counted = state.counted(here.session, here.audit_id) if asked.queue is not None else None
    for kind, name, mime, says in _KINDS:
        # what was decided and signed is about the audit as it was made, under the limits of then
        of = counted if counted is not None and kind in handing_over.READ else audit
        with st.container(horizontal=True, vertical_alignment="center"):
            st.download_button(
                f"Download {name}",
                data=partial(handing_over.made, who, store, of, kind, asked),
                file_name=f"audit-{here.audit_id}.{_ENDINGS.get(kind, kind)}",
                mime=mime,
                key=f"download-{kind}",
                on_click="ignore",
                type="primary" if kind == "pdf" else "secondary",
            )
            st.markdown(says)


def _reviewed(here: Here, found: list[Queue]) -> Queue | None:
    """Ask whose decisions the report shows: of the queues that were opened for this audit."""
    own = {one.id: one for one in found if _of(here, one) is not None}
    if not own:
        return None
    names = {"": "none", **{n: _name(one) for n, one in own.items()}}
    chosen = st.selectbox(
        "Decisions and signatures in PDF and HTML", list(names), index=1, key="report-queue",
        format_func=lambda n: visible(names[n]),
    )  # fmt: skip
    if chosen and state.limits_of(here.session, here.audit_id):
        parts.paragraph(
            "With decisions, PDF and HTML show the audit under the limits that it was made with.",
            quiet=True,
        )
    return own.get(chosen or "")


def _name(queue: Queue) -> str:
    return f"{queue.name}, opened {queue.made[:16].replace('T', ' ')}"


def _before(here: Here) -> Audit | None:
    """Ask for the audit before this one, where the session has others."""
    others = {one.id: one.label for one in here.session.audits() if one.id != here.audit_id}
    if not others:
        return None
    names = {"": "do not say", **others}
    chosen = st.selectbox(
        "What changed since", list(names), key="report-since",
        format_func=lambda n: visible(names[n]),
        help="PDF and HTML then say what another audit of the same data said otherwise.",
    )  # fmt: skip
    return state.counted(here.session, chosen) if chosen else None


def _hidden(least: int, floor: int, who: Person) -> str:
    """Say what the smallest count that is shown does."""
    if least < 2:
        return (
            "Every count is written out. A count of a few people can tell who they are: choose "
            f"{MIN_CELL} for whatever leaves your hands."
        )
    said = (
        f"Counts from 1 to {least - 1} are hidden in what is downloaded, and so is whatever would "
        "let them be computed"
    )
    if floor:
        return f"{said}. Only an owner may lift that; your role is {who.role.word}."
    return f"{said}; 0 writes every count out."


# -- without a queue -------------------------------------------------------------------------------


def _waiting(audit: Audit) -> None:
    parts.heading("To be reviewed")
    found = [f for f in audit.findings if f.verdict in (Verdict.PROBLEM, Verdict.WATCH)]
    if not found:
        st.write("Nothing waits for a decision: no finding is a problem or to be watched.")
        return
    pages = -(-len(found) // _QUEUE)
    page = st.pagination(pages, key="queue-page") if pages > 1 else 1
    start = (page - 1) * _QUEUE
    shown = found[start : start + _QUEUE]
    parts.table(
        [parts.Column(name) for name in ("Group", "Verdict", "Question", "Because", "Decision")],
        [
            [
                parts.Link(f.group, f.attribute),
                f.verdict,
                audit.answers[f.question].title,
                f.because,
                "unreviewed",
            ]
            for f in shown
        ],
        caption=f"Findings {start + 1:,} to {start + len(shown):,} of {len(found):,} that are a "
        "problem or to be watched, worst first; a group's name leads to its card",
    )
