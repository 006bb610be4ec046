"""Whose groups, and everything else one may want to say before an audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

import draft as drafts
import guessing
import parts
from audits.data.kinds import KINDS
from audits.data.understanding import CANNOT
from audits.visible import visible
from limits import LEVELS_SHOWN
from sessions import Session
from state import sentence
from views import target
from views.columns import values

_MANY_LEVELS = 60
_MANY_COLUMNS = 200
_GROUPABLE = ("categorical", "boolean", "ordinal", "numeric", "date")


def show(session: Session, draft: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Show the choices and keep them; return why an audit cannot be run yet, or nothing."""
    parts.heading("Groups")
    columns = {column["name"]: column for column in found["columns"]}
    groupable = [n for n, c in columns.items() if c["kind"] in _GROUPABLE or c["use"] == CANNOT]
    if not groupable:
        return (
            "No column that both tables have can form groups: each holds one value, free text or "
            "identifiers. Load tables with at least one column such as sex or age group."
        )
    first, others = guessing.suggested(found["columns"])
    before = [n for n in draft.get("sensitive", first) if n in groupable]
    key = f"sensitive-{draft['real']['path']}"
    chosen = st.multiselect(
        "Sensitive features: the columns that form the groups",
        groupable,
        default=before,
        key=key,
        format_func=visible,
    )
    if others and "sensitive" not in draft:
        st.markdown(f"By its name, you may also mean: {sentence(', '.join(others))}.")
    drafts.change(session, sensitive=chosen)
    for name in chosen:
        _levels(columns[name], found)
    bands = _bands(draft, [columns[name] for name in chosen])
    drafts.change(session, bands=bands)
    if not drafts.chain(draft):
        target.show(session, drafts.read(session), found)
    _more(session, draft, columns)
    _wide(drafts.read(session), found["columns"])
    return _missing(chosen, columns, draft, bands)


def _missing(
    chosen: Sequence[str],
    columns: Mapping[str, Mapping[str, Any]],
    draft: Mapping[str, Any],
    bands: Mapping[str, Any],
) -> str:
    """Return what has to be mended before an audit can be run."""
    if not drafts.chosen(draft):
        return "Choose at least one synthetic table to audit."
    if not chosen:
        return "Choose at least one sensitive feature."
    for name in chosen:
        if columns[name]["use"] == CANNOT:
            return f"{sentence(name)} cannot be judged as it is; see above what to mend."
    if wrong := [name for name, edges in bands.items() if edges is None]:
        return f"The bands of {sentence(wrong[0])} must be numbers that rise, such as 30, 65."
    return ""


# -- groups ----------------------------------------------------------------------------------------


def _levels(column: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Say which groups a feature forms, and how many people each has in both tables."""
    name, levels = column["name"], found["levels"].get(column["name"], ())
    if column["kind"] in ("numeric", "date"):
        st.markdown(f"**{sentence(name)}** ({sentence(values(column, found))}) is cut into bands.")
        return
    told = "; ".join(
        f"{visible(level['value'])} {level['real']:,} real and {level['synthetic']:,} synthetic"
        for level in levels[:LEVELS_SHOWN]
    )
    more = column["levels"] - min(len(levels), LEVELS_SHOWN)
    told += f"; and {more:,} more" if more > 0 else ""
    st.markdown(f"**{sentence(name)}**: {sentence(told)}.")
    if column["levels"] > _MANY_LEVELS:
        st.warning(
            f"{sentence(name)} has {column['levels']:,} values, and each would be a group, most of "
            "them too small to be judged. Group its values in both tables first, or choose "
            "another column."
        )
    only = [side for side in ("real", "synthetic") if sum(bool(lv[side]) for lv in levels) == 1]
    if only and column["levels"] <= len(levels):
        st.info(
            f"In the {' and in the '.join(only)} table, {sentence(name)} has one group only. A "
            "comparison between groups needs a second."
        )


def _bands(
    draft: Mapping[str, Any], chosen: Sequence[Mapping[str, Any]]
) -> dict[str, list[float] | None]:
    """Ask for the edges of bands of numbers; None for what cannot be read."""
    read: dict[str, list[float] | None] = {}
    for column in chosen:
        if column["kind"] != "numeric":
            continue
        name = column["name"]
        before = (draft.get("bands") or {}).get(name) or []
        given = st.text_input(
            f"Where to cut {sentence(name)} into bands, such as 30, 65 (empty: at quartiles)",
            value=", ".join(f"{edge:.10g}" for edge in before),
            key=f"bands-{draft['real']['path']}-{name}",
        )
        if given.strip():
            read[name] = _edges(given)
    return read


def _edges(text: str) -> list[float] | None:
    from audits.config import numbers
    from audits.errors import UsageError

    try:
        return list(numbers("bands", text.replace(";", ",").split(",")))
    except UsageError:
        return None


def _wide(draft: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> None:
    compared = sum(column["use"] == "compared" for column in columns)
    if compared > _MANY_COLUMNS and not draft.get("features"):
        st.warning(
            f"{compared:,} columns would be compared, in every group. That takes long and says "
            "much about little: name the columns that matter under More choices."
        )


# -- everything else -------------------------------------------------------------------------------


def _more(
    session: Session, draft: Mapping[str, Any], columns: Mapping[str, Mapping[str, Any]]
) -> None:
    chain = drafts.chain(draft)
    asked = "columns" if chain else "questions, columns, weights"
    with st.expander(f"More choices: {asked}, missing values, kinds"):
        if not chain:
            _questions(session, draft)
        _crossed(session, draft)
        _features(session, draft, columns)
        if not chain:
            _weights(session, draft, columns)
        _markers(session, draft)
        _kinds(session, draft, columns)


def _questions(session: Session, draft: Mapping[str, Any]) -> None:
    from audits.registry import questions

    asked = {
        one.id: f"{one.title}: {one.asks}"
        for one in questions(None, of="pair")
        if one.id != "fairness" or draft.get("target")
    }
    picked = st.multiselect(
        "Questions to ask",
        list(asked),
        default=[name for name in draft.get("ask") or asked if name in asked],
        format_func=lambda name: asked[name],
        key="ask",
    )
    drafts.change(session, ask=picked if len(picked) < len(asked) else [])


def _crossed(session: Session, draft: Mapping[str, Any]) -> None:
    crossed = st.number_input(
        "How many sensitive features are crossed to form groups",
        min_value=1,
        max_value=6,
        value=int(draft.get("intersections") or 2),
        key="intersections",
    )
    drafts.change(session, intersections=int(crossed))


def _features(
    session: Session, draft: Mapping[str, Any], columns: Mapping[str, Mapping[str, Any]]
) -> None:
    options = [name for name, column in columns.items() if column["use"] == "compared"]
    picked = st.multiselect(
        "Compare only these columns, and the sensitive ones (all, if none is chosen)",
        options,
        default=[name for name in draft.get("features") or () if name in options],
        format_func=visible,
        key=f"features-{draft['real']['path']}",
    )
    drafts.change(session, features=picked)


def _weights(
    session: Session, draft: Mapping[str, Any], columns: Mapping[str, Mapping[str, Any]]
) -> None:
    numeric = [
        name
        for name, column in columns.items()
        if column["kind"] in ("numeric", "categorical") or column["use"] == "only in real"
    ]
    options = ["", *numeric]
    before = draft.get("weights") or ""
    picked = st.selectbox(
        "Survey weights: a column of the real table",
        options,
        index=options.index(before) if before in options else 0,
        format_func=lambda name: visible(name) or "none",
        key=f"weights-{draft['real']['path']}",
    )
    drafts.change(session, weights=picked or "")


def _markers(session: Session, draft: Mapping[str, Any]) -> None:
    from audits.config import names

    given = st.text_input(
        "Texts that mean missing, beside empty cells; separated by commas",
        value=", ".join(draft.get("missing") or []),
        key="missing",
        placeholder="?, N",
    )
    markers = list(names([given]) or ()) if given.strip() else []
    if markers != list(draft.get("missing") or []):
        drafts.change(session, missing=markers)
        st.rerun()


def _kinds(
    session: Session, draft: Mapping[str, Any], columns: Mapping[str, Mapping[str, Any]]
) -> None:
    st.write("If a column was taken for something that it is not, say what it is.")
    kinds: dict[str, str] = dict(draft.get("kinds") or {})
    left, right = st.columns(2)
    turn = len(kinds)
    name = left.selectbox(
        "Column", ["", *columns], format_func=lambda n: visible(n) or "none", key=f"kind-of-{turn}"
    )
    kind = right.selectbox(
        "is",
        ["", *KINDS],
        key=f"kind-is-{turn}",
        format_func=lambda said: said.replace("_", " ") or "as it was understood",
    )
    if name and kind and kinds.get(name) != kind:
        drafts.change(session, kinds={**kinds, name: kind})
        st.rerun()
    for named, said in kinds.items():
        label = f"{sentence(named)} is {said.replace('_', ' ')}: forget that"
        if st.button(label, key=f"kind-drop-{named}"):
            drafts.change(session, kinds={n: k for n, k in kinds.items() if n != named})
            st.rerun()
