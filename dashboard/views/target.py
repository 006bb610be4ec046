"""What a model would learn from these rows: the column to predict, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

import draft as drafts
import parts
from audits.visible import visible
from sessions import Session
from state import sentence

_COMPARED = "compared"
_LEARNERS = {
    "logistic": "logistic regression: quick, and sees no interplay of columns",
    "boosting": "boosted trees: slower, and see it",
}


def show(session: Session, draft: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Ask what models are to predict, if anything."""
    with st.expander(
        "Would a model trained on the synthetic rows serve every group?",
        expanded=bool(draft.get("target")),
    ):
        parts.paragraph(
            "Choose what a model would predict. One is trained on real rows, one on synthetic "
            "rows, and both are tested on real people: on the holdout, where there is one."
        )
        target = _target(session, draft, found)
        if target:
            _positive(session, draft, found, target)
            _learner(session, draft)
            _exclude(session, draft, found, target)


def _target(session: Session, draft: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    names = [
        column["name"]
        for column in found["columns"]
        if column["use"] == _COMPARED and column["name"] not in draft.get("sensitive", ())
    ]
    options = ["", *names]
    before = draft.get("target") or ""
    picked = st.selectbox(
        "Column to predict (the target)",
        options,
        index=options.index(before) if before in options else 0,
        format_func=lambda name: visible(name) or "none: train no models",
        key=f"target-{draft['real']['path']}-{len(options)}",
    )
    if picked != before:
        drafts.change(session, target=picked, positive="", exclude=[])
        st.rerun()
    return str(picked)


def _positive(
    session: Session, draft: Mapping[str, Any], found: Mapping[str, Any], target: str
) -> None:
    """Ask, of two labels, which one rates are of."""
    labels = sorted(level["value"] for level in found["levels"].get(target, ()) if level["real"])
    if len(labels) != 2:
        return
    options = ["", *labels]
    before = draft.get("positive") or ""
    picked = st.selectbox(
        f"Label of {sentence(target)} that rates are of (the positive one)",
        options,
        index=options.index(before) if before in options else 0,
        format_func=lambda label: visible(label) or "as guessed from the labels",
        key=f"positive-{draft['real']['path']}-{target}",
    )
    drafts.change(session, positive=picked)


def _learner(session: Session, draft: Mapping[str, Any]) -> None:
    before = draft.get("model") or "logistic"
    picked = st.radio(
        "Kind of model",
        list(_LEARNERS),
        index=list(_LEARNERS).index(before),
        format_func=_LEARNERS.get,
        key="model",
    )
    drafts.change(session, model=picked)


def _exclude(
    session: Session, draft: Mapping[str, Any], found: Mapping[str, Any], target: str
) -> None:
    options = [
        column["name"]
        for column in found["columns"]
        if column["use"] == _COMPARED and column["name"] != target
    ]
    picked = st.multiselect(
        "Columns the models do not see, such as one that tells the target",
        options,
        default=[name for name in draft.get("exclude") or () if name in options],
        format_func=visible,
        key=f"exclude-{draft['real']['path']}-{target}",
    )
    drafts.change(session, exclude=picked)
