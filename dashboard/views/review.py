"""What did people decide, and what is handed over?"""

from __future__ import annotations

from functools import partial

import streamlit as st

import parts
from audits.reports.saving import MIN_CELL, report_bytes
from audits.results import Audit, Verdict
from state import Here
from views import deciding_page

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
    found = deciding_page.queues(here)
    parts.begin(
        "What did people decide?",
        "Decisions are kept with name, time and reason, and are never changed; what nobody has "
        "decided on is unreviewed."
        if found
        else "Nothing yet: every finding is unreviewed. `audits review open` puts them, and the "
        "rows to look at, into a queue of a store; open the dashboard with --store to decide.",
    )
    _report(here, audit)
    if found:
        deciding_page.show(here, found)
    else:
        _queue(audit)


# -- the report ------------------------------------------------------------------------------------


def _report(here: Here, audit: Audit) -> None:
    parts.heading("Report")
    look = here.session.read("look")
    title = st.text_input(
        "Title", value=str(look.get("title", "")), max_chars=_TITLE, key="report-title",
        placeholder="Representation and bias in …",
    )  # fmt: skip
    author = st.text_input(
        "Author", value=str(look.get("author", "")), max_chars=_AUTHOR, key="report-author"
    )
    min_cell = st.number_input(
        "Smallest count that is shown", min_value=0, max_value=1000, value=here.min_cell,
        key="min-cell",
    )  # fmt: skip
    st.write(_hidden(int(min_cell)))
    after = {"title": title or "", "author": author or "", "min_cell": int(min_cell)}
    if after != look:
        here.session.write("look", after)
    for kind, name, mime, says in _KINDS:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.download_button(
                f"Download {name}",
                data=partial(_made, audit, kind, int(min_cell), after["title"], after["author"]),
                file_name=f"audit-{here.audit_id}.{_ENDINGS.get(kind, kind)}",
                mime=mime,
                key=f"download-{kind}",
                on_click="ignore",
                type="primary" if kind == "pdf" else "secondary",
            )
            st.markdown(says)


def _made(audit: Audit, kind: str, min_cell: int, title: str, author: str) -> bytes:
    return report_bytes(audit, kind, min_cell=min_cell, title=title or None, author=author)


def _hidden(least: int) -> str:
    """Say what the smallest count that is shown does."""
    if least < 2:
        return (
            "Every count is written out. A count of a few people can tell who they are: choose "
            f"{MIN_CELL} for whatever leaves your hands."
        )
    return (
        f"Counts from 1 to {least - 1} are hidden in what is downloaded, and so is whatever would "
        "let them be computed; 0 writes every count out."
    )


# -- the queue -------------------------------------------------------------------------------------


def _queue(audit: Audit) -> None:
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
