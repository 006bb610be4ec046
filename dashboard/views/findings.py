"""What needs attention first?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

import figures
import parts
from audits.charts import heat
from audits.charts.looks import GLYPHS
from audits.pictures import heat as pictures
from audits.pictures.judged import judging
from audits.results import Audit, Finding, Group, Verdict, group_name
from audits.run import SAME_ROWS
from figures import Takeaway
from limits import GROUPS_A_PAGE
from parts import Cell, Column, Link
from state import Here, group_text, open_group, sentence
from views import changes

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

_WRONG = (Verdict.PROBLEM,)
_BELOW = (Verdict.PROBLEM, Verdict.WATCH)
_NOTES = 200
_WORDS = 5  # questions side by side whose verdicts a phone has room to write out
_MAPPED = 8  # groups drawn against the questions; the table beneath has all
_OTHERS = 40  # further findings of one group that are written out here; its card has all


@dataclass(frozen=True)
class _Choice:
    verdicts: tuple[str, ...]
    questions: tuple[str, ...]
    features: tuple[str, ...]

    def takes(self, finding: Finding) -> bool:
        """Whether a finding is to be shown."""
        columns = {column for column, _ in finding.group}
        return (
            finding.verdict.value in self.verdicts
            and finding.question in self.questions
            and (not self.features or bool(columns & set(self.features)))
        )


def show(here: Here) -> None:
    """Show the page."""
    audit = here.audit
    assert audit is not None
    worst = audit.findings[0].because if audit.findings else ""
    parts.begin("What needs attention first?", _compared(audit), audit.verdict, worst)
    _copies(audit)
    _counts(audit)
    changes.show(here)
    _heat_map(here)
    parts.heading("Worst group first")
    chosen = _filters(audit)
    groups = _by_group([f for f in audit.findings if chosen.takes(f)])
    if groups:
        _listed(groups, chosen)
    else:
        _nothing(audit, chosen)
    _not_judged(audit, chosen)
    _notes(audit)


def _copies(audit: Audit) -> None:
    """Say first that one table is a copy of the other: no verdict beneath does."""
    for note in audit.notes:
        if note.startswith(SAME_ROWS):
            st.warning(note)


def _compared(audit: Audit) -> str:
    tables = {record.role: record for record in audit.inputs}
    unit = "texts" if audit.of_texts else "rows"
    said = " against ".join(
        f"{tables[role].rows:,} {role} {unit} ({tables[role].name})"
        for role in ("synthetic", "real")
        if role in tables
    )
    if parts.asked(audit, "generations") or parts.asked(audit, "text_generations"):
        said = _followed(audit, unit)
    groups = {finding.group for finding in audit.findings} - {()}
    return f"{said}, in {len(groups):,} groups by {', '.join(audit.sensitive_features)}."


def _followed(audit: Audit, unit: str) -> str:
    first, *others = [one for one in audit.inputs if one.role not in ("reference", "lexicon")]
    return (
        f"{len(others):,} generations after {first.rows:,} real {unit} ({first.name}), the last of "
        f"{others[-1].rows:,} {unit} ({others[-1].name})"
    )


def _counts(audit: Audit) -> None:
    items = "".join(
        f'<div class="au-tile"><dt>{parts.verdict_mark(Verdict(verdict))}</dt>'
        f'<dd class="au-big">{count:,}</dd></div>'
        for verdict, count in audit.counts.items()
    )
    st.html(f'<dl class="au-tiles">{items}</dl>')


# -- at a glance -----------------------------------------------------------------------------------


def _heat_map(here: Here) -> None:
    """Show the worst groups against every question."""
    audit = here.audit
    assert audit is not None
    found = _worst_by_question(audit)
    order = [group for group in found if group]
    if len(order) < 2 or len(judging(audit)) < 2:  # one question's verdicts are the list beneath
        return
    below = [group for group in order if set(found[group].values()) & set(_BELOW)]
    parts.heading("At a glance")
    figure = figures.kept(
        here,
        "verdicts",
        lambda: _mapped(audit, (below or order)[:_MAPPED]),
    )
    takeaway = Takeaway("verdicts", _verdicts_frame, pictures.verdicts)
    clicked = figures.figure_block(
        here,
        figure,
        takeaway,
        key="verdict-map",
        table=lambda: _verdicts_table(audit, order, found),
    )
    figures.opening(clicked)


def _mapped(audit: Audit, groups: Sequence[Group]) -> go.Figure:
    """Return the map; of more questions than a phone has room for words, shapes and a legend."""
    figure = heat.verdict_heat(audit, theme=parts.theme(), groups=groups)
    if len(judging(audit)) > _WORDS:
        figure.update_layout(showlegend=True)
        figure.update_traces(textfont_size=15)
        for trace in figure.data:
            trace.text = [text.split(" ", 1)[0] for text in trace.text]
    return figure


def _worst_by_question(audit: Audit) -> dict[Group, dict[str, Verdict]]:
    """Return for every group, worst first, the worst verdict of each question."""
    found: dict[Group, dict[str, Verdict]] = {}
    for finding in audit.findings:  # worst first: the first of a kind is the worst
        found.setdefault(finding.group, {}).setdefault(finding.question, finding.verdict)
    return found


def _verdicts_table(
    audit: Audit, order: Sequence[Group], found: dict[Group, dict[str, Verdict]]
) -> None:
    asked = judging(audit)
    columns = [Column("group"), *(Column(audit[name].title) for name in asked)]
    lines: list[list[Cell]] = [
        [Link(group), *(found[group].get(name, "not asked") for name in asked)] for group in order
    ]
    parts.table(columns, lines, caption="The worst verdict of each question, worst group first")


def _verdicts_frame(audit: Audit) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {"group": group_name(group)} | {name: verdicts.get(name, "") for name in judging(audit)}
            for group, verdicts in _worst_by_question(audit).items()
        ],
        columns=["group", *judging(audit)],
    )


# -- filters ---------------------------------------------------------------------------------------


def _filters(audit: Audit) -> _Choice:
    titles = {name: audit[name].title for name in judging(audit)}
    below = [verdict.value for verdict in _BELOW]
    counts = audit.counts  # counted whenever it is asked for
    verdicts = st.pills(
        "Verdicts",
        [verdict.value for verdict in Verdict],
        selection_mode="multi",
        default=below,
        format_func=lambda v: f"{GLYPHS[v]} {v} ({counts[v]:,})",
        key="verdicts",
    )
    questions = st.pills(
        "Questions",
        list(titles),
        selection_mode="multi",
        default=list(titles),
        format_func=lambda name: titles[name],
        key="questions",
    )
    features: list[str] = []
    if len(audit.sensitive_features) > 1:
        features = st.pills(
            "Groups by (all, if none is chosen)",
            list(audit.sensitive_features),
            selection_mode="multi",
            format_func=sentence,
            key="features",
        )
    return _Choice(tuple(verdicts), tuple(questions), tuple(features))


# -- groups ----------------------------------------------------------------------------------------


def _by_group(findings: Sequence[Finding]) -> list[tuple[Group, list[Finding]]]:
    """Return the groups in order of their worst finding, each with its findings, worst first."""
    found: dict[Group, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.group, []).append(finding)
    # a table that is wrong as a whole is not told after its parts
    return sorted(found.items(), key=lambda one: one[0] != () or one[1][0].verdict not in _WRONG)


def _listed(groups: list[tuple[Group, list[Finding]]], chosen: _Choice) -> None:
    pages = -(-len(groups) // GROUPS_A_PAGE)
    page = 1
    if pages > 1:
        page = st.pagination(pages, key=f"page-{hash(chosen)}")
        first = (page - 1) * GROUPS_A_PAGE
        last = min(first + GROUPS_A_PAGE, len(groups))
        st.write(f"Groups {first + 1:,} to {last:,} of {len(groups):,}.")
    start = (page - 1) * GROUPS_A_PAGE
    for group, findings in groups[start : start + GROUPS_A_PAGE]:
        _group(group, findings)


def _group(group: Group, findings: list[Finding]) -> None:
    worst, others = findings[0], findings[1:]
    with st.container(border=True, key=f"group-{group_text(group)}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.html(parts.verdict_mark(worst.verdict), width="content")
            if st.button(
                sentence(group_name(group)),
                key=f"open-{group_text(group)}",
                type="tertiary",
            ):
                open_group(group, worst.attribute)
        parts.paragraph(worst.because)
        if others:
            with st.expander(f"{len(others)} more about this group"):
                st.html(_lines(others))


def _lines(findings: Sequence[Finding]) -> str:
    lines = "".join(
        f"<li>{parts.verdict_mark(f.verdict)} {parts.safe(f.question)}: "
        f"{parts.safe(f.because)}</li>"
        for f in findings[:_OTHERS]
    )
    more = len(findings) - _OTHERS
    tail = f'<p class="au-p">{more:,} more stand on the card.</p>' if more > 0 else ""
    return f'<ul class="au-list au-plain">{lines}</ul>{tail}'


# -- what is not below the line --------------------------------------------------------------------


def _nothing(audit: Audit, chosen: _Choice) -> None:
    below = sum(audit.counts[verdict.value] for verdict in _BELOW)
    if below:
        st.info("No finding fits these choices. Choose more verdicts, questions or features.")
    elif set(chosen.verdicts) <= {verdict.value for verdict in _BELOW}:
        open_ = audit.counts[Verdict.NOT_ENOUGH_EVIDENCE.value]
        st.success(
            f"Nothing is below the line: of {len(audit.findings):,} findings none is a problem or "
            f"to be watched. {open_:,} could not be judged."
        )
    else:
        st.info("No finding fits these choices.")


def _not_judged(audit: Audit, chosen: _Choice) -> None:
    """Say for whom the data do not settle it, unless the list above does so already."""
    open_ = Verdict.NOT_ENOUGH_EVIDENCE
    if open_.value in chosen.verdicts:
        return
    found = [f for f in audit.findings if f.verdict is open_]
    parts.heading("What could not be judged")
    if not found:
        st.write("Everything that was asked could be judged.")
        return
    groups = len({f.group for f in found})
    st.write(f"{len(found):,} findings about {groups:,} groups rest on too little to be judged.")
    with st.expander("Which, and why"):
        st.html(_lines(found))


def _notes(audit: Audit) -> None:
    if not audit.notes:
        return
    with st.expander(f"Notes on the tables ({len(audit.notes):,})"):
        parts.bullets(audit.notes[:_NOTES])
