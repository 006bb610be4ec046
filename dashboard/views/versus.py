"""Several synthetic tables against one real one: counts, and ranks that do not pretend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

import limits
import parts
import state
from audits.charts.looks import GLYPHS
from audits.disclosure import protected
from audits.estimates import Estimate, number
from audits.pictures.judged import judging
from audits.results import Audit, Group, Verdict, group_name
from audits.several.leading import BEST
from audits.several.ranking import rank
from audits.several.result import Comparison, RankRow, Versus
from audits.visible import visible
from parts import Cell, Column
from sessions import Kept
from state import Here

_MOST = 6
_NONE = ""
_COUNTED = ", ".join(f"{GLYPHS[v.value]} {v.value}" for v in Verdict)


def show(here: Here, kept: Sequence[Kept]) -> None:
    """Show audits of the same real table, groups and limits as the one at hand, side by side."""
    names = _family(here, kept)
    if len(names) < 2:
        return
    parts.heading("Several synthetic tables against one real table")
    parts.paragraph(
        "Ranks: 1 is the best. Tables whose intervals overlap are not told apart and share their "
        "ranks. No score joins questions or groups: a table may be best for one group and worst "
        "for another."
    )
    shown, floor = _chosen(here, names)
    if len(shown) < 2:
        st.info("Choose at least two audits to rank.")
        return
    found = _ranked(here, {one: names[one] for one in shown}, floor)
    _counts(here, found)
    _by_question(here, found)
    _download(here, {one: names[one] for one in shown}, floor)
    if found.notes:
        parts.bullets(found.notes)


# -- which audits ----------------------------------------------------------------------------------


def _family(here: Here, kept: Sequence[Kept]) -> dict[str, str]:
    """Return the audits that can be ranked with the one at hand, by id, each with a name."""
    own = _facts(here, here.audit_id)
    if own is None or own["chain"]:
        return {}
    there = {one.id: facts for one in kept if (facts := _facts(here, one.id)) is not None}
    names: dict[str, str] = {}
    for one in kept:
        if one.id in there and there[one.id]["comparable"] == own["comparable"]:
            name = visible(there[one.id]["name"])[: limits.LABEL]
            names[one.id] = name if name not in names.values() else f"{name} ({one.id[:4]})"
    if len(names) > 1 and (others := len(kept) - len(names)):
        audit = "audit" if others == 1 else "audits"
        parts.paragraph(
            f"{others:,} {audit} of another real table, other groups or other limits cannot be "
            "ranked with the others.",
            quiet=True,
        )
    return names


def _facts(here: Here, audit_id: str) -> dict[str, Any] | None:
    """Return what decides whether audits can be ranked together; each is read once for it."""

    def made() -> dict[str, Any] | None:
        audit = state.judged(here.session, audit_id)
        if audit is None:
            return None
        tables = {record.role: record for record in audit.inputs}
        real = tables["real"]
        return {
            "name": tables["synthetic"].name,
            "chain": "generations" in audit.answers,
            "comparable": (
                real.sha256 or (real.name, real.rows, real.columns),
                audit.sensitive_features,
                audit.settings,
                "generations" in audit.answers,
            ),
        }

    return state.remembered(here.session, [audit_id], made, "facts")


def _chosen(here: Here, names: Mapping[str, str]) -> tuple[list[str], str]:
    left, right = st.columns(2)
    floor = right.selectbox(
        "Noise floor: the audit of real rows in place of synthetic ones",
        [_NONE, *names],
        format_func=lambda one: names.get(one, "none"),
        key="floor",
        help="Audit a holdout as if it were a synthetic table: what it shows is chance alone.",
    )
    options = [one for one in names if one != floor]
    shown = left.multiselect(
        "Audits to rank",
        options,
        default=options[:_MOST],
        format_func=lambda one: names[one],
        max_selections=_MOST,
        key=f"ranked-{here.audit_id}-{len(options)}-{floor}",
    )
    return list(shown), str(floor)


def _ranked(here: Here, names: Mapping[str, str], floor: str, *, hidden: bool = False) -> Versus:
    """Rank audits; made once for each choice."""

    def of(audit_id: str) -> Audit:
        audit = state.judged(here.session, audit_id)
        assert audit is not None
        return protected(audit, here.min_cell) if hidden and here.min_cell else audit

    def made() -> Versus:
        return rank({name: of(one) for one, name in names.items()}, of(floor) if floor else None)

    ids = [one for one in (*names, floor) if one]
    return state.remembered(
        here.session, ids, made, "versus", floor, here.min_cell if hidden else 0
    )


# -- what is shown ---------------------------------------------------------------------------------


def _counts(here: Here, found: Versus) -> None:
    """Show a line per question, a column per table."""
    audit = here.audit
    assert audit is not None
    said = dict(found.counts)
    if found.floor is not None:
        said["noise floor"] = found.floor_counts
    asked = [name for name in judging(audit) if all(name in counts for counts in said.values())]
    rows: list[list[Cell]] = [
        [audit[question].title, *(_count(counts[question]) for counts in said.values())]
        for question in asked
    ]
    columns = [Column("Question"), *(Column(name) for name in said)]
    parts.table(columns, rows, caption=f"Findings by question and table: {_COUNTED}")


def _count(counts: Mapping[str, int]) -> str:
    return " ".join(f"{GLYPHS[v.value]}\u00a0{counts[v.value]:,}" for v in Verdict)


@parts.piece
def _by_question(here: Here, found: Versus) -> None:
    """Show one quantity in every group: value, interval, range of ranks, floor."""
    audit = here.audit
    assert audit is not None
    there: dict[tuple[str, str], list[Comparison]] = {}
    for one in found.comparisons:
        if one.group or one.question != "coverage":  # everyone is the whole of any table
            there.setdefault((one.question, one.quantity), []).append(one)
    if not there:
        parts.paragraph("These audits have no question in common by which they can be ranked.")
        return
    picked = st.selectbox(
        "Rank by",
        list(there),
        format_func=lambda key: f"{audit[key[0]].title}: {there[key][0].label}",
        key="rank-by",
    )
    known = {finding.group for finding in audit.findings}
    order = sorted(there[picked], key=lambda one: (bool(one.group), -one.apart, len(one.group)))
    columns = [Column("Group"), *(Column(name) for name in found.names)]
    rows: list[list[Cell]] = [
        [_group(one.group, known), *(_cell(row) for row in one.rows), *_floor(found, one)]
        for one in order
    ]
    if found.floor is not None:
        columns.append(Column("Noise floor"))
    parts.table(
        columns,
        rows,
        caption=f"{there[picked][0].label}{_best(picked)}, with interval and range of ranks; "
        "groups in which most tables are told apart first",
    )


def _group(group: Group, known: set[Group]) -> Cell:
    return parts.Link(group) if group and group in known else visible(group_name(group))


def _best(picked: tuple[str, str]) -> str:
    return f" ({BEST[picked]})" if picked in BEST else ""


def _cell(row: RankRow) -> str:
    said = _value(row.value)
    if row.first is not None:
        ranks = f"{row.first}" if row.first == row.last else f"{row.first} to {row.last}"
        said += f"; rank {ranks} of {row.of}"
    if row.note is not None:
        said += f"; {row.note}"
    elif row.against_floor is not None:
        said += (
            "; as the floor" if row.against_floor == "within" else f"; {row.against_floor} than it"
        )
    return said


def _value(value: Estimate) -> str:
    if not value.known:
        return "unknown"
    return f"{number(value.value)} ({number(value.low)} to {number(value.high)})"


def _floor(found: Versus, one: Comparison) -> list[str]:
    return [] if found.floor is None else [_value(one.rows[0].floor)]


def _download(here: Here, names: Mapping[str, str], floor: str) -> None:
    from audits.reports.versus_report import versus_csv

    st.download_button(
        "Download ranks (CSV)",
        data=lambda: versus_csv(_ranked(here, names, floor, hidden=True)).encode("utf-8-sig"),
        file_name="ranks.csv",
        mime="text/csv",
        key="ranks-csv",
        on_click="ignore",
    )
