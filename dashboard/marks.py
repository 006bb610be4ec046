"""Verdicts as marks with their words, in the colours of the theme in use."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from audits.pictures.model import DARK, LIGHT
from audits.results import Verdict
from audits.visible import visible

SHAPES = {
    Verdict.PROBLEM: "▼",
    Verdict.WATCH: "◆",
    Verdict.NOT_ENOUGH_EVIDENCE: "◌",
    Verdict.OK: "●",
}


def dark() -> bool:
    """Whether the reader's theme is dark."""
    return bool(st.context.theme.type == "dark")


def colours() -> Mapping[str, str]:
    """Return the colour of every role in the reader's theme."""
    return DARK if dark() else LIGHT


def badge(verdict: Verdict, text: str | None = None) -> str:
    """Return a verdict as HTML: its shape and its word, never its colour alone."""
    look = colours()
    said = escape(text if text is not None else verdict.value)
    return (
        f'<span style="color:{look[verdict.value]};background:{look[f"{verdict.value} tint"]};'
        'border-radius:0.4rem;padding:0.1rem 0.5rem;font-weight:600;white-space:nowrap">'
        f'<span aria-hidden="true">{SHAPES[verdict]}</span> {said}</span>'
    )


def plain(text: str) -> str:
    """Return a text as HTML that shows exactly its characters."""
    return escape(visible(text))


def counts(counted: Mapping[str, int]) -> str:
    """Return the counts of verdicts as a row of large numbers."""
    look = colours()
    tiles = "".join(
        f'<div style="flex:1 1 8rem;border-left:0.3rem solid {look[verdict]};'
        f'padding:0.2rem 0.8rem"><div style="font-size:1.8rem;font-weight:700;'
        f'color:{look[verdict]}"><span aria-hidden="true">{SHAPES[Verdict(verdict)]}</span> '
        f"{count:,}</div><div>{escape(verdict)}</div></div>"
        for verdict, count in counted.items()
    )
    return f'<div style="display:flex;flex-wrap:wrap;gap:0.8rem">{tiles}</div>'
