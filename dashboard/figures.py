"""A chart on a page: selection, what it says in words, its table, and what can be taken away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

import audits
import parts
import state
from audits.charts.names import marked
from audits.disclosure import protected
from audits.pictures.model import Picture, Text
from audits.results import Group
from state import Here

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

MOST_DOTS, MOST_ROWS = 30, 20
"""Groups in a chart of dots and in a heat map on a page; the table beneath has more."""

_HELD = 60
"""Figures and tables that a session keeps at once."""


_HIDDEN_SAYS = "Hidden: with small counts hidden, nothing of this is left to show."
_HIDDEN = Picture(320, 40, (Text(8, 24, _HIDDEN_SAYS),), _HIDDEN_SAYS)


@dataclass(frozen=True)
class Takeaway:
    """What can be downloaded of a chart, made of an audit in which small counts may be hidden.

    `picture` is the chart for paper.
    """

    file_name: str
    frame: Callable[[audits.Audit], pd.DataFrame]
    picture: Callable[[audits.Audit], Picture]


def kept(here: Here, name: str, make: Callable[[], Any], *asked: object) -> Any:
    """Return what `make` makes, made once per audit, limits, colours and what was asked."""
    held: dict[Any, tuple[Any, Any]] = st.session_state.setdefault("made", {})
    key = (name, here.audit_id, parts.theme(), *asked)
    found = held.get(key)
    if found is None or found[0] is not here.audit:
        while len(held) >= _HELD:
            held.pop(next(iter(held)))
        found = held[key] = (here.audit, make())
    return found[1]


def figure_block(
    here: Here, figure: go.Figure, takeaway: Takeaway, *, key: str, table: Callable[[], None]
) -> tuple[Group, str] | None:
    """Show a chart with its table and downloads; return the group and attribute clicked just now.

    `table` shows the table beneath, which says in words what the marks say.
    """
    alt = figure.layout.meta["alt"]
    clicked = _chart(figure, key, alt)
    _beneath(here, takeaway, key, table)
    return clicked


def drawn(figure: go.Figure, *, key: str) -> None:
    """Show a chart in which nothing can be clicked, and nothing taken away."""
    st.plotly_chart(
        figure,
        key=key,
        theme=None,
        alt=figure.layout.meta["alt"],
        config={"displayModeBar": False, "scrollZoom": False},
    )


@parts.piece
def _beneath(here: Here, takeaway: Takeaway, key: str, table: Callable[[], None]) -> None:
    """Offer the table and the downloads; they are made when they are unfolded."""
    beneath = st.expander("Table and downloads", key=f"{key}-beneath", on_change="rerun")
    if beneath.open:
        with beneath:
            table()
            _downloads(here, takeaway, key)


def opening(clicked: tuple[Group, str] | None) -> None:
    """Open the card of what was clicked; everyone has none."""
    if clicked is not None and clicked[0]:
        group, attribute = clicked
        state.open_group(group, attribute or None)


def _chart(figure: go.Figure, key: str, alt: str) -> tuple[Group, str] | None:
    event = st.plotly_chart(
        figure,
        key=key,
        theme=None,
        alt=alt,
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False, "scrollZoom": False},
    )
    points = event["selection"]["points"] if event else []
    found = marked(points[0].get("customdata")) if points else None
    before = f"{key}-clicked"
    if found == st.session_state.get(before):
        return None
    st.session_state[before] = found
    return found


# -- downloads -------------------------------------------------------------------------------------


def _downloads(here: Here, takeaway: Takeaway, key: str) -> None:
    """Offer the downloads; each is made when it is asked for, outside of the page's run."""
    name, now, hidden = takeaway.file_name, parts.theme(), shared(here)
    with st.container(horizontal=True):
        _button("CSV", f"{name}.csv", "text/csv", lambda: _csv(takeaway, hidden), key)
        drawn = _drawn(takeaway.picture, hidden)
        _button("SVG", f"{name}.svg", "image/svg+xml", lambda: _svg(drawn(), now), key)
        _button("PNG", f"{name}.png", "image/png", lambda: _png(drawn(), now), key)
    if here.min_cell:
        parts.paragraph(
            f"In downloads, counts from 1 to {here.min_cell - 1} are hidden, with whatever would "
            "let them be computed.",
            quiet=True,
        )


def shared(here: Here) -> Callable[[], audits.Audit]:
    """Return how to get the audit as it may leave this machine: with small counts hidden."""
    audit, min_cell = here.audit, here.min_cell
    assert audit is not None
    held: dict[str, Any] = st.session_state.setdefault("shareable", {})

    def made() -> audits.Audit:
        if not min_cell:
            return audit
        if held.get("of") is not audit or held["min_cell"] != min_cell:
            hidden = protected(audit, min_cell)
            held.update({"of": audit, "min_cell": min_cell, "audit": hidden})
        return held["audit"]  # type: ignore[no-any-return]

    return made


def _drawn(
    draw: Callable[[audits.Audit], Picture], shared: Callable[[], audits.Audit]
) -> Callable[[], Picture]:
    def drawn() -> Picture:
        try:
            return draw(shared())
        except audits.AuditError:  # the group itself is hidden
            return _HIDDEN

    return drawn


def _button(kind: str, name: str, mime: str, make: Callable[[], bytes], key: str) -> None:
    st.download_button(
        kind,
        data=make,
        file_name=name,
        mime=mime,
        key=f"{key}-{kind}",
        on_click="ignore",
    )


def _csv(takeaway: Takeaway, shared: Callable[[], audits.Audit]) -> bytes:
    """Return a table that no spreadsheet takes for formulas; numbers stay numbers."""
    from audits.reports.csv_report import cell

    try:
        frame = takeaway.frame(shared())
    except audits.AuditError:  # the group itself is hidden
        return f"{_HIDDEN.alt}\n".encode("utf-8-sig")
    told = frame.map(lambda one: cell(one) if isinstance(one, str) else one)
    told.columns = [cell(name) for name in told.columns]
    return told.to_csv(index=False).encode("utf-8-sig")


def _svg(picture: Picture, now: Any) -> bytes:
    from audits.pictures.svg import svg

    return svg(picture, theme=now, paper=True).encode()


def _png(picture: Picture, now: Any) -> bytes:
    from audits.reports.pdf_report import png_of

    return png_of(picture, theme=now)
