"""Texts in a column: which column, which groups, which prompts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

import draft as drafts
import parts
from audits.visible import visible
from sessions import Session

_FREE = "free_text"
_ROWS, _TEXTS = "rows", "texts"
_WHAT = {
    _ROWS: "people in rows: every column is a trait",
    _TEXTS: "texts: what is written in a column",
}
_GROUPABLE = ("categorical", "boolean", "ordinal")


def columns_of(found: Mapping[str, Any]) -> list[str]:
    """Return the columns that hold texts in both tables."""
    return [one["name"] for one in found["columns"] if one["kind"] == _FREE]


def wanted(session: Session, draft: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Ask what is audited, where the tables hold texts; say whether it is texts."""
    if not columns_of(found):
        drafts.change(session, text="")
        return False
    before = _TEXTS if draft.get("text") else _ROWS
    picked = st.radio(
        "What is audited",
        list(_WHAT),
        index=list(_WHAT).index(before),
        format_func=_WHAT.get,
        key=f"what-{draft['real']['path']}",
    )
    if picked != before:
        drafts.change(session, text=columns_of(found)[0] if picked == _TEXTS else "")
        st.rerun()
    return picked == _TEXTS


def show(session: Session, draft: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Ask for the column of texts, and whose they are; return why it cannot be run yet."""
    options = columns_of(found)
    before = draft["text"] if draft["text"] in options else options[0]
    text = st.selectbox(
        "Column that holds the texts",
        options,
        index=options.index(before),
        format_func=visible,
        key=f"text-{draft['real']['path']}",
    )
    drafts.change(session, text=text)
    _groups(session, draft, found)
    if not drafts.chain(draft):
        _prompt(session, draft, found, text)
    if not drafts.chosen(draft):
        return "Choose at least one synthetic table to audit."
    return ""


def _groups(session: Session, draft: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    parts.heading("Groups")
    parts.paragraph(
        "Groups are the identities that texts mention, found with an English lexicon; or columns "
        "that say whom each text is about, or by whom it is."
    )
    options = [one["name"] for one in found["columns"] if one["kind"] in _GROUPABLE]
    picked = st.multiselect(
        "Columns that form the groups (mentions, if none is chosen)",
        options,
        default=[name for name in draft.get("text_groups") or () if name in options],
        format_func=visible,
        key=f"text-groups-{draft['real']['path']}",
    )
    drafts.change(session, text_groups=picked)


def _prompt(
    session: Session, draft: Mapping[str, Any], found: Mapping[str, Any], text: str
) -> None:
    options = ["", *(one["name"] for one in found["columns"] if one["name"] != text)]
    before = draft.get("prompt") or ""
    picked = st.selectbox(
        "Column of the prompts that texts were made from",
        options,
        index=options.index(before) if before in options else 0,
        format_func=lambda name: visible(name) or "none",
        key=f"prompt-{draft['real']['path']}",
    )
    drafts.change(session, prompt=picked)
