"""The tables of a question: what each column shows, worst lines first, cut where they get long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from audits.estimates import number
from audits.reports.blocks import Column, Table
from audits.reports.document_material import (
    BAD,
    Material,
    cut,
    many,
    name_of,
    order,
    part_of,
    people_ranged,
    plain,
    ranged,
    shared,
    short,
    whole,
)
from audits.reports.frames import flat
from audits.results import Answer, Finding, Row, Verdict

LINES = 40
_FEW_LINES = 15
_UNKNOWN_COLUMNS = 6  # numbers shown of a question nobody here knows
_Cell = Callable[[Any], "str | Verdict"]


@dataclass(frozen=True)
class _Shown:
    """A column of a table: its heading, and what it says of a row.

    Where small counts are hidden, a number that `hides` is missing for no other reason.
    """

    name: str
    cell: _Cell
    left: bool = False
    width: float = 0.0
    hides: bool = False

    def said(self, row: Any, *, hiding: bool) -> str | Verdict:
        """The cell of a row, which tells what is hidden from what is not known."""
        found = self.cell(row)
        return "hidden" if hiding and self.hides and found == "–" else found


_GROUP = _Shown("Group", lambda row: name_of(row.group, 60), left=True, width=0.22)
_REAL = _Shown("Real people", lambda row: whole(row.real), hides=True)
_SYNTHETIC = _Shown("Synthetic rows", lambda row: whole(row.synthetic), hides=True)
_ATTRIBUTE = _Shown("Column", lambda row: short(row.attribute, 40), left=True, width=0.2)


def _people(row: Any) -> str:
    """The effective number of people with its interval."""
    return people_ranged(row.effective_people)


_MAIN: dict[str, tuple[str, tuple[_Shown, ...]]] = {
    "coverage": (
        "Counts and shares of groups; the ratio is synthetic share over real share",
        (
            _GROUP, _REAL, _SYNTHETIC,
            _Shown("Real share", lambda row: part_of(row.real_share.value), hides=True),
            _Shown("Synthetic share", lambda row: shared(row.synthetic_share), hides=True),
            _Shown("Ratio", lambda row: ranged(row.ratio), hides=True),
            _Shown("Reference share", lambda row: part_of(row.reference_share)),
        ),
    ),
    "drift": (
        "How far groups have moved; the last column says which move of a share would not have been "
        "noticed",
        (
            _GROUP, _REAL, _SYNTHETIC,
            _Shown("Combinations moved", lambda row: shared(row.pairs)),
            _Shown("Told apart", lambda row: ranged(row.auc)),
            _Shown("Unnoticed below", lambda row: part_of(row.detectable_share)),
        ),
    ),
    "diversity": (
        "How alike the members of groups are; variety: mean difference of two, 0 to 1",
        (
            _GROUP, _REAL, _SYNTHETIC,
            _Shown("Real variety", lambda row: plain(row.variety_real), hides=True),
            _Shown("Synthetic variety", lambda row: plain(row.variety_synthetic), hides=True),
            _Shown("Variety lost", lambda row: shared(row.index)),
        ),
    ),
    "provenance": (
        "On how many real people groups rest; the last two columns are half widths of an interval "
        "for a share of one half, as computed from the rows and as the people behind them allow",
        (
            _GROUP, _REAL, _SYNTHETIC,
            _Shown("People, in effect", _people),
            _Shown("Rows per person", lambda row: plain(row.amplification)),
            _Shown("Spread", lambda row: ranged(row.kappa)),
            _Shown("Claimed ±", lambda row: part_of(row.half_width_claimed)),
            _Shown("Allowed ±", lambda row: part_of(row.half_width_real)),
        ),
    ),
}  # fmt: skip


def _alike(row: Any) -> str:
    """The value that all real members have, if there is one."""
    if row.top_count != row.real:
        return "no"
    return f"all {whole(row.real)} are {short(row.top_value, 30)}"


def _elsewhere(row: Any) -> str:
    """How many others have the value that all real members have."""
    return part_of(row.top_elsewhere) if row.top_count == row.real else "–"


def _crossed(row: Any) -> str:
    """Two columns by name."""
    return f"{short(row.attribute, 40)} × {short(row.other, 40)}"


def _moved(row: Any) -> str:
    """How far a column moved, in the unit of its measure."""
    return f"{ranged(row.shift)} SD" if row.measure == "shift" else shared(row.shift)


_MEASURES = {
    "total variation": "people who would have to change",
    "shift": "average shift",
    "missing": "gaps: people who would have to change",
}

_BY_COLUMN: dict[str, tuple[str, str, tuple[_Shown, ...]]] = {
    "drift": (
        "columns",
        "Columns that moved within a group; SD is a standard deviation of the whole real table",
        (
            _GROUP, _ATTRIBUTE,
            _Shown("What", lambda row: _MEASURES.get(row.measure, row.measure), left=True),
            _Shown("How far", _moved),
        ),
    ),
    "diversity": (
        "attributes",
        "Columns in which a group is more alike; the last columns tell whether its real members "
        "were alike already, and how many of the others are so",
        (
            _GROUP, _ATTRIBUTE,
            _Shown("Lost in the synthetic data", lambda row: shared(row.index)),
            _Shown("Alike already in the real data", _alike, left=True),
            _Shown("Of everyone else", _elsewhere),
        ),
    ),
}  # fmt: skip

_FURTHER: dict[str, tuple[tuple[str, str, tuple[_Shown, ...]], ...]] = {
    "coverage": (
        (
            "patterns",
            "The most general combinations with too few real people",
            (_Shown("Combination", lambda row: name_of(row.group, 90), left=True), _REAL),
        ),
        (
            "values",
            "Values that only one of the tables has",
            (
                _ATTRIBUTE,
                _Shown("Value", lambda row: short(row.value, 60), left=True),
                _REAL, _SYNTHETIC,
            ),
        ),
        (
            "pairs",
            "Pairs of columns with combinations of values that only real people have",
            (
                _Shown("Columns", _crossed, left=True),
                _Shown("Combinations", lambda row: whole(row.combinations)),
                _Shown("Gone", lambda row: whole(row.empty)),
                _Shown("Gone by chance", lambda row: plain(row.expected_empty)),
                _Shown("Real people", lambda row: whole(row.people)),
            ),
        ),
    ),
}  # fmt: skip


def tables_of_answer(answer: Answer, material: Material) -> list[Table]:
    """The tables of an answer, the one about groups first."""
    caption, shown = _MAIN.get(answer.question, ("", ()))
    if not shown:
        return _unknown(answer, material)
    return [
        *_judged(answer, material, caption, shown),
        *_by_column(answer, material),
        *_further(answer),
    ]


def _judged(
    answer: Answer, material: Material, caption: str, shown: Sequence[_Shown]
) -> list[Table]:
    """Groups with their numbers and their verdict in this question."""
    name = answer.question
    by_group = {row.group: row for row in answer.rows if row.group or name != "coverage"}
    ranks = {verdict: verdict.rank for verdict in Verdict}

    def rank(row: Row) -> int:
        verdict = material.verdict(row.group, name)
        return len(ranks) if verdict is None else ranks[verdict]

    own = _own_order(answer, material)
    rows = sorted(by_group.values(), key=lambda row: (rank(row), own.get(row.group, len(own))))
    used = [one for one in shown if _says_anything(one, rows)]
    hiding = material.audit.min_cell > 0
    lines = tuple(
        (
            *(one.said(row, hiding=hiding) for one in used),
            material.verdict(row.group, name) or "not judged",
        )
        for row in rows[:LINES]
    )
    if not lines:
        return []
    heads = (*_heads(used), Column("Verdict", "left", 0.0))
    note = f"{cut(len(lines), len(rows), 'groups')} {_left_out(material)}".strip()
    return [Table(heads, lines, caption, note)]


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


def _says_anything(shown: _Shown, rows: Sequence[Row]) -> bool:
    """Whether a column has a value anywhere: a reference that was not given leaves it empty."""
    return any(shown.cell(row) != "–" for row in rows)


def _heads(shown: Sequence[_Shown]) -> tuple[Column, ...]:
    return tuple(Column(one.name, "left" if one.left else "right", one.width) for one in shown)


def _by_column(answer: Answer, material: Material) -> list[Table]:
    """The columns of groups that have a bad finding of their own, in the order of the findings."""
    if answer.question not in _BY_COLUMN:
        return []
    table, caption, shown = _BY_COLUMN[answer.question]
    rows: dict[tuple[Any, str | None], list[Row]] = {}
    for row in answer.tables.get(table, ()):
        rows.setdefault((row.group, getattr(row, "attribute", None)), []).append(row)
    lines = [
        (*(one.cell(row) for one in shown), finding.verdict)
        for finding in material.audit.findings
        if finding.question == answer.question and finding.verdict in BAD and finding.attribute
        for row in _meant(rows.get((finding.group, finding.attribute), []), finding)
    ]
    if not lines:
        return []
    heads = (*_heads(shown), Column("Verdict"))
    return [
        Table(
            heads, tuple(lines[:LINES]), caption, cut(min(LINES, len(lines)), len(lines), "lines")
        )
    ]


def _meant(rows: Sequence[Row], finding: Finding) -> list[Row]:
    """The row a finding is about: a column may have one for its values and one for its gaps."""
    measure = finding.evidence.get("measure")
    return [row for row in rows if getattr(row, "measure", measure) == measure][:1]


def _further(answer: Answer) -> list[Table]:
    tables = []
    for name, caption, shown in _FURTHER.get(answer.question, ()):
        rows = answer.tables.get(name, ())
        lines = tuple(tuple(one.cell(row) for one in shown) for row in rows[:_FEW_LINES])
        if lines:
            note = ""
            if len(rows) > len(lines):
                note = f"{len(lines):,} of {len(rows):,} lines; the JSON of this audit has all."
            tables.append(Table(_heads(shown), lines, caption, note))
    return tables


def _unknown(answer: Answer, material: Material) -> list[Table]:
    """A question nobody here knows: its first numbers, under the names it gives them."""
    groups = order([row.group for row in answer.rows], material)
    place = {group: i for i, group in enumerate(groups)}
    rows = sorted(answer.rows, key=lambda row: place[row.group])
    flats = [(row, flat(row)) for row in rows[:LINES]]
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
