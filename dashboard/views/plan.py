"""Whom to ask, and how many?"""

from __future__ import annotations

from typing import Any

import streamlit as st

import draft
import figures
import parts
import quotas
from audits.errors import AuditError
from audits.results import Audit, group_name
from limits import UPLOAD_MB
from parts import Cell, Column
from sessions import without_places
from state import DATA, Here, go, sentence
from views.answer_page import show_answers

_ASKS = "Whom to ask, and how many?"
_NAME = "collection"


def show(here: Here) -> None:
    """Show the plan; then the quotas, and what became of earlier ones."""
    audit = here.audit
    assert audit is not None
    show_answers(here, _ASKS, (_NAME,))
    if parts.asked(audit, _NAME):
        _take_away(here, audit)
        _check(here)


# -- quotas ----------------------------------------------------------------------------------------


def _take_away(here: Here, audit: Audit) -> None:
    parts.heading("Quotas to take along")
    if not any(getattr(row, "more", 0) for row in audit[_NAME].rows):
        parts.paragraph("No group needs more people, so that there are no quotas.")
        return
    parts.paragraph(
        "A line per group that needs more real people: how many are there, how many are wanted in "
        "all, and why. One person may count for several lines."
    )
    shared = figures.shared(here)
    st.download_button(
        "Download quotas (CSV)",
        data=lambda: quotas.text_of(shared()).encode("utf-8-sig"),
        file_name="quotas.csv",
        mime="text/csv",
        key="quotas-csv",
        on_click="ignore",
    )
    parts.paragraph(_hidden(here.min_cell), quiet=True)


def _hidden(min_cell: int) -> str:
    if min_cell < 2:
        return "The file holds every count of people: keep it where the data are."
    return (
        f"Groups of fewer than {min_cell} people have no line, nor have others from which theirs "
        "could be computed; numbers to approach are rounded. For a whole file, to be kept where "
        "the data are, write 0 as the smallest count on the page Review and report."
    )


# -- what became of earlier ones -------------------------------------------------------------------


def _check(here: Here) -> None:
    parts.heading("Were the quotas met?")
    drafted = draft.read(here.session)
    if "real" not in drafted:
        parts.paragraph(
            "Once people were asked, load the real table with them on the page Data, and come back "
            "with the quotas."
        )
        if st.button("Go to Data", key="quotas-data"):
            go(DATA)
        return
    parts.paragraph(
        f"Quotas are checked against the real table on the page Data, {drafted['real']['label']}. "
        "Load the table with the people who were asked there first."
    )
    given = st.file_uploader(
        "Quotas (CSV) of an earlier plan", key="upload-quotas", max_upload_size=UPLOAD_MB
    )
    if given is not None:
        _checked(here, drafted, given)


def _checked(here: Here, drafted: dict[str, Any], given: Any) -> None:
    """Count the people of every line; done once for each file."""
    held = st.session_state.setdefault("quotas", {})
    key = (given.file_id, repr(drafted))
    if held.get("of") != key:
        path = here.session.add_table(given, given.name)
        try:
            with st.spinner("Counting people"):
                found: Any = quotas.checked(drafted, path)
        except AuditError as error:
            found = without_places(str(error))
        finally:
            here.session.drop_table(path)
        held.update({"of": key, "found": found})
    if isinstance(held["found"], str):
        st.error(sentence(held["found"]))
        return
    _lines(held["found"])


def _lines(checks: list[dict[str, Any]]) -> None:
    met = sum(check["met"] for check in checks)
    parts.paragraph(f"{met:,} of {len(checks):,} quotas are met.")
    columns = [
        Column("Line", "right"), Column("Group"), Column("Met"), Column("There now", "right"),
        Column("Wanted", "right"), Column("A plan made now wants", "right"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            f"{check['line']:,}",
            group_name(tuple(check["group"].items())),
            "● met" if check["met"] else f"◆ {check['missing']:,} still missing",
            f"{check['there']:,}",
            f"{check['wanted']:,}",
            "not asked" if check["needed"] is None else f"{check['needed']:,}",
        ]
        for check in checks
    ]
    parts.table(columns, rows, caption="The quotas, line by line of the file")
