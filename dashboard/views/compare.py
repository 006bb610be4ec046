"""What differs between two audits: what appeared, what went, what changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import streamlit as st

import audits
import limits
import parts
from audits.results import Audit, Finding, Group, Verdict, group_name, worst
from audits.visible import visible
from sessions import Kept
from state import DATA, Here, go, judged, remembered
from views import versus

_ASKS = "What differs between two audits?"
_LINES = 8  # of each kind, that are written out; the table beneath has all
_AUDITS = 6
_ROWS = 500


def show(here: Here) -> None:
    """Show the page."""
    kept = here.session.audits()
    if len(kept) < 2:
        parts.begin(
            _ASKS,
            "There is one audit in this session. Audit another synthetic version, or the same one "
            "with other choices, and the two can be laid side by side here. A saved audit can be "
            "opened on the page Data.",
        )
        if st.button("Go to Data", type="primary"):
            go(DATA)
        return
    parts.begin(_ASKS, f"{len(kept)} audits are in this session; choose two of them.")
    before, after = _chosen(here, kept)
    if before is None or after is None:
        return
    _difference(before, after)
    versus.show(here, kept)
    _side_by_side(here, kept)


def _chosen(here: Here, kept: Sequence[Kept]) -> tuple[Audit | None, Audit | None]:
    labels = {one.id: visible(one.label) for one in kept}
    ids = list(labels)
    left, right = st.columns(2)
    others = [one for one in reversed(ids) if one != here.audit_id]
    first = left.selectbox(
        "Before, or the first", ids, ids.index(others[0]), format_func=labels.get, key="before"
    )
    second = right.selectbox(
        "After, or the second", ids, ids.index(here.audit_id), format_func=labels.get, key="after"
    )
    if first == second:
        st.info("Choose two different audits.")
        return None, None
    return judged(here.session, first), judged(here.session, second)


# -- two audits ------------------------------------------------------------------------------------


def _difference(before: Audit, after: Audit) -> None:
    found = audits.diff(before, after)
    parts.heading("What differs")
    parts.paragraph(found.summary())
    parts.bullets(found.remarks())
    _section("Appeared", "Only the second audit says this.", found.appeared)
    _section("Went", "Only the first audit says this.", found.went)
    _changed(found.changed)
    if found:
        lines = [{k: visible(v) if v else "" for k, v in line.items()} for line in found.lines()]
        st.dataframe(
            lines[:_ROWS],
            hide_index=True,
            key="differences",
            alt=f"Table of what differs: {found.summary()}",
        )
        if len(lines) > _ROWS:
            st.write(f"{len(lines) - _ROWS:,} more; `audits diff` lists them all.")


def _section(title: str, says: str, findings: Sequence[Finding]) -> None:
    if not findings:
        return
    parts.heading(f"{title} ({len(findings):,})", 3)
    st.write(says)
    lines = [f"{parts.verdict_mark(f.verdict)} {parts.safe(f.because)}" for f in findings[:_LINES]]
    _list(lines, len(findings))


def _changed(changes: Sequence[Any]) -> None:
    if not changes:
        return
    parts.heading(f"Changed ({len(changes):,})", 3)
    lines = [
        f"{parts.verdict_mark(c.before.verdict)} → {parts.verdict_mark(c.after.verdict)} "
        f"{parts.safe(c.after.because)}"
        for c in changes[:_LINES]
    ]
    _list(lines, len(changes))


def _list(lines: Sequence[str], of: int) -> None:
    items = "".join(f"<li>{line}</li>" for line in lines)
    st.html(f'<ul class="au-list au-plain">{items}</ul>')
    if of > len(lines):
        st.write(f"{of - len(lines):,} more stand in the table below.")


# -- several audits --------------------------------------------------------------------------------


def _side_by_side(here: Here, kept: Sequence[Kept]) -> None:
    """The worst verdict of every group in every audit."""
    parts.heading("Groups in all audits")
    shown = kept[:_AUDITS]
    columns: dict[str, dict[Group, Verdict]] = {}
    for one in shown:
        columns[_title(one, columns)] = _verdicts(here, one.id)
    groups = sorted(
        {group for verdicts in columns.values() for group in verdicts},
        key=lambda g: (min(v[g].rank for v in columns.values() if g in v), g),
    )
    known = {finding.group for finding in here.audit.findings} if here.audit else set()
    parts.table(
        [parts.Column("Group"), *(parts.Column(title) for title in columns)],
        [
            [_name(group, known), *(v.get(group, "not there") for v in columns.values())]
            for group in groups
        ],
        caption=f"The worst verdict of each of {len(groups):,} groups in {len(columns)} audits, "
        "worst first",
    )
    if len(kept) > _AUDITS:
        st.write(f"The newest {_AUDITS} of {len(kept)} audits are shown.")


def _name(group: Group, known: Collection[Group]) -> parts.Cell:
    """Return a group's name; a way to its card, where the audit at hand has one."""
    return parts.Link(group) if group and group in known else visible(group_name(group))


def _title(one: Kept, taken: Any) -> str:
    label = visible(one.label)[: limits.LABEL]
    return label if label not in taken else f"{label} ({one.id[:4]})"


def _verdicts(here: Here, audit_id: str) -> dict[Group, Verdict]:
    """Return the worst verdict of every group; found once, as many audits cannot all be held."""

    def made() -> dict[Group, Verdict]:
        audit = judged(here.session, audit_id)
        found: dict[Group, list[Verdict]] = {}
        for finding in audit.findings if audit is not None else ():
            found.setdefault(finding.group, []).append(finding.verdict)
        return {group: worst(verdicts) for group, verdicts in found.items()}

    return remembered(here.session, [audit_id], made, "worst")
