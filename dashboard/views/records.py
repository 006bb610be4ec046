"""Which rows are copies, and which could be nobody?"""

from __future__ import annotations

import shlex

import streamlit as st

import parts
from audits.results import Audit
from audits.visible import visible
from state import Here
from views.answer_page import show_answers

_ASKS = "Which rows are copies of real people, and which could be nobody?"
_QUESTIONS = ("copying", "plausibility")


def show(here: Here) -> None:
    """Show the page: copies first, then rows that could be nobody, then how to get at rows."""
    audit = here.audit
    assert audit is not None
    show_answers(here, _ASKS, _QUESTIONS)
    if any(parts.asked(audit, name) for name in _QUESTIONS):
        _single_rows(audit)


def _single_rows(audit: Audit) -> None:
    """Say how to learn of single rows, which an audit does not keep."""
    parts.heading("Which rows?")
    parts.paragraph(
        "An audit counts; it keeps no rows. The command line lists the rows themselves, each with "
        "the reasons why it is flagged, in a file that stays where the data are:"
    )
    st.code(_command(audit), language=None, wrap_lines=True)


def _command(audit: Audit) -> str:
    names = {record.role: record.name for record in audit.inputs}
    said = ["audits", "flag", names.get("real", "real.csv"), names.get("synthetic", "made.csv")]
    said += ["--sensitive-features", ",".join(_quoted(name) for name in audit.sensitive_features)]
    for role in ("holdout",):
        said += [f"--{role}", names[role]] if role in names else []
    return visible(shlex.join([*said, "--output", "flags.csv"]))


def _quoted(name: str) -> str:
    """Return a column's name as the option takes it: one with a comma stands in quotes."""
    return f'"{name}"' if "," in name else name
