"""The tables of a question: what each column shows, worst lines first, cut where they get long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audits.estimates import number
from audits.reports.blocks import Column, Table
from audits.reports.document_material import BAD, Material, cut, many, name_of, order, short
from audits.reports.frames import flat
from audits.reports.of_questions import presented
from audits.reports.of_questions.presentation import Lines, Shown
from audits.results import Answer, Finding, Row, Verdict

_LINES = 40
_UNKNOWN_COLUMNS = 6  # numbers shown of a question nobody here knows


def tables_of_answer(answer: Answer, material: Material) -> list[Table]:
    """The tables of an answer, the one about groups first."""
    found = presented(answer.question)
    if found is None:
        return _unknown(answer, material)
    if answer.question not in material.judging:
        return _further(answer, (found.main, *found.further))
    return [
        *_judged(answer, material, found.main),
        *(_by_column(answer, material, found.by_column) if found.by_column else []),
        *_further(answer, found.further),
    ]


def _judged(answer: Answer, material: Material, main: Lines) -> list[Table]:
    """Groups with their numbers and their verdict in this question."""
    name = answer.question
    there = main.rows(answer)
    by_group = {row.group: row for row in there if row.group or name != "coverage"}
    ranks = {verdict: verdict.rank for verdict in Verdict}

    def rank(row: Row) -> int:
        verdict = material.verdict(row.group, name)
        return len(ranks) if verdict is None else ranks[verdict]

    own = _own_order(answer, material)
    rows = sorted(by_group.values(), key=lambda row: (rank(row), own.get(row.group, len(own))))
    used = [one for one in main.shown if _says_anything(one, rows)]
    hiding = material.audit.min_cell > 0
    lines = tuple(
        (
            *(one.said(row, hiding=hiding) for one in used),
            material.verdict(row.group, name) or "not judged",
        )
        for row in rows[: main.most]
    )
    if not lines:
        return []
    heads = (*_heads(used), Column("Verdict", "left", 0.0))
    note = f"{cut(len(lines), len(rows), 'groups')} {_left_out(material)}".strip()
    return [Table(heads, lines, main.caption, note)]


def _left_out(material: Material) -> str:
    """Say how many groups have no line since their numbers are hidden."""
    hidden = len(material.audit.hidden)
    return f"{many(hidden, 'group')} without a line: hidden." if hidden else ""


def _own_order(answer: Answer, material: Material) -> dict[Any, int]:
    """The place of every group in the order of this question's findings."""
    place: dict[Any, int] = {}
    for finding in material.audit.findings:
        if finding.question == answer.question:
            place.setdefault(finding.group, len(place))
    return place


def _says_anything(shown: Shown, rows: Sequence[Row]) -> bool:
    """Whether a column has a value anywhere: a reference that was not given leaves it empty."""
    return any(shown.cell(row) != "–" for row in rows)


def _heads(shown: Sequence[Shown]) -> tuple[Column, ...]:
    return tuple(Column(one.name, "left" if one.left else "right", one.width) for one in shown)


def _by_column(answer: Answer, material: Material, said: Lines) -> list[Table]:
    """The columns of groups that have a bad finding of their own, in the order of the findings."""
    rows: dict[tuple[Any, str | None], list[Row]] = {}
    for row in answer.tables.get(said.table, ()):
        rows.setdefault((row.group, getattr(row, "attribute", None)), []).append(row)
    lines = [
        (*(one.cell(row) for one in said.shown), finding.verdict)
        for finding in material.audit.findings
        if finding.question == answer.question and finding.verdict in BAD and finding.attribute
        for row in _meant(rows.get((finding.group, finding.attribute), []), finding)
    ]
    if not lines:
        return []
    heads = (*_heads(said.shown), Column("Verdict"))
    return [
        Table(
            heads,
            tuple(lines[: said.most]),
            said.caption,
            cut(min(said.most, len(lines)), len(lines), "lines"),
        )
    ]


def _meant(rows: Sequence[Row], finding: Finding) -> list[Row]:
    """The row a finding is about: a column may have one for its values and one for its gaps."""
    measure = finding.evidence.get("measure")
    return [row for row in rows if getattr(row, "measure", measure) == measure][:1]


def _further(answer: Answer, further: Sequence[Lines]) -> list[Table]:
    tables = []
    for said in further:
        rows = said.rows(answer)
        used = [one for one in said.shown if _says_anything(one, rows)]
        lines = tuple(tuple(one.cell(row) for one in used) for row in rows[: said.most])
        if lines:
            note = ""
            if len(rows) > len(lines):
                note = f"{len(lines):,} of {len(rows):,} lines; the JSON of this audit has all."
            tables.append(Table(_heads(used), lines, said.caption, note))
    return tables


def _unknown(answer: Answer, material: Material) -> list[Table]:
    """A question nobody here knows: its first numbers, under the names it gives them."""
    groups = order([row.group for row in answer.rows], material)
    place = {group: i for i, group in enumerate(groups)}
    rows = sorted(answer.rows, key=lambda row: place[row.group])
    flats = [(row, flat(row)) for row in rows[:_LINES]]
    features = {column for row, _ in flats for column, _ in row.group} | {"group"}
    names = list(dict.fromkeys(name for _, line in flats for name in line))
    names = [name for name in names if name.split(" (sensitive")[0] not in features]
    lines = tuple(
        (
            name_of(row.group, 60),
            *(_said(line.get(name)) for name in names[:_UNKNOWN_COLUMNS]),
            material.verdict(row.group, answer.question) or "not judged",
        )
        for row, line in flats
    )
    if not lines:
        return []
    heads = (
        Column("Group", width=0.22),
        *(Column(short(name, 30).replace("_", " ")) for name in names[:_UNKNOWN_COLUMNS]),
        Column("Verdict"),
    )
    return [Table(heads, lines, answer.title, cut(len(lines), len(rows), "groups"))]


def _said(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return short(str(value), 40)
