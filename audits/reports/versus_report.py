"""Several synthetic tables side by side: as text for a terminal, and as CSV."""

from __future__ import annotations

import math
from collections.abc import Sequence

from audits.estimates import Estimate, number
from audits.questions.words import rows as many_rows
from audits.reports.csv_report import table_csv
from audits.reports.text_report import SHAPES, Page
from audits.results import Verdict, group_name
from audits.several.leading import BEST
from audits.several.result import COLUMNS, Comparison, RankRow, Versus
from audits.visible import visible

_MOST, _MOST_ALIKE = 8, 2  # groups written out, and of them with one quantity
_LONGEST = 24  # characters of a name in a table


def versus_csv(versus: Versus) -> str:
    """One line per question, quantity, group and table; what is unknown is empty."""
    lines = (
        {
            name: None if isinstance(value, float) and math.isnan(value) else value
            for name, value in line.items()
        }
        for line in versus.lines()
    )
    return table_csv(COLUMNS, lines)


def versus_text(
    versus: Versus, *, width: int, colour: bool = False, everything: bool = False
) -> str:
    """Write counts of verdicts per table and question, then where the tables differ most.

    With `everything`, every quantity in every group.
    """
    page = Page(width, colour=colour)
    _head(page, versus)
    page.gap()
    _counts(page, versus)
    shown = versus.comparisons if everything else _chosen(versus.comparisons)
    page.gap()
    page.add(
        "Ranks: 1 is the best. Tables whose intervals overlap are not told apart and share their "
        "ranks. No score joins questions or groups.",
        "bold",
    )
    if versus.floor is not None:
        page.add("Worse, better: beyond the interval of the holdout, which is what chance shows.")
    for comparison in shown:
        page.gap()
        _block(page, comparison, versus)
    if left := len(versus.comparisons) - len(shown):
        page.gap()
        said = "1 more comparison, in which tables differ less, is"
        if left > 1:
            said = f"{left:,} more comparisons, in which tables differ less, are"
        page.add(f"{said} left out (--all)")
    return page.text


def _head(page: Page, versus: Versus) -> None:
    page.add(f"real: {versus.real.name}, {many_rows(versus.real.rows)}")
    for name, record in versus.inputs.items():
        page.add(f"{name}: {record.name}, {many_rows(record.rows)}")
    if versus.floor is not None:
        page.add(f"noise floor: {versus.floor.name}, {many_rows(versus.floor.rows)}, real people")
    page.add(f"groups by: {', '.join(versus.sensitive_features)}")
    for note in versus.notes:
        page.add(f"note: {note}")


def _counts(page: Page, versus: Versus) -> None:
    """Write a line per question, a column per table, findings as problem/watch/.../ok."""
    counts = dict(versus.counts)
    if versus.floor is not None:
        counts["the holdout"] = versus.floor_counts
    questions = list(dict.fromkeys(q for table in counts.values() for q in table))
    cells = {
        name: ["/".join(str(table[q][v.value]) for v in Verdict) for q in questions]
        for name, table in counts.items()
    }
    page.add(f"Findings: {' / '.join(verdict.value for verdict in Verdict)}", "bold")
    first = ["", *questions]
    columns = [[_short(name), *cells[name]] for name in counts]
    room = page.width - _widest(first)
    while columns:
        taken = _fitting(columns, room)
        for line in zip(first, *columns[:taken], strict=True):
            page.add(_aligned(line, [first, *columns[:taken]]))
        columns = columns[taken:]


def _fitting(columns: Sequence[Sequence[str]], room: int) -> int:
    """How many columns fit side by side; at least one."""
    used = 0
    for taken, column in enumerate(columns):
        used += _widest(column) + 2
        if used > room:
            return max(taken, 1)
    return len(columns)


def _aligned(line: Sequence[str], columns: Sequence[Sequence[str]]) -> str:
    return "  ".join(_padded(cell, _widest(c)) for cell, c in zip(line, columns, strict=True))


def _widest(column: Sequence[str]) -> int:
    from rich.cells import cell_len

    return max(cell_len(cell) for cell in column)


def _padded(text: str, width: int) -> str:
    from rich.cells import cell_len

    return text + " " * (width - cell_len(text))


def _short(name: str) -> str:
    """Cut a long name at its front: tables of one family differ at their end."""
    said = visible(name)
    return said if len(said) <= _LONGEST else f"…{said[1 - _LONGEST :]}"


# -- where they differ -----------------------------------------------------------------------------


def _chosen(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Every quantity for everyone, and the groups in which most tables are told apart."""
    order = sorted(
        (c for c in comparisons if c.group and c.apart > 0),
        key=lambda c: (-c.apart, -len({row.verdict for row in c.rows})),
    )
    taken: dict[tuple[str, str], int] = {}
    chosen: list[Comparison] = []
    for comparison in order:
        key = (comparison.question, comparison.quantity)
        if taken.get(key, 0) < _MOST_ALIKE and len(chosen) < _MOST:
            taken[key] = taken.get(key, 0) + 1
            chosen.append(comparison)
    return [c for c in comparisons if c in chosen or not (c.group or _all_alike(c))]


def _all_alike(comparison: Comparison) -> bool:
    """Whether all tables have one value, as the share of everyone is one in any."""
    return len({row.value for row in comparison.rows}) == 1


def _block(page: Page, comparison: Comparison, versus: Versus) -> None:
    best = BEST.get((comparison.question, comparison.quantity))
    label = f"{comparison.label} ({best})" if best else comparison.label
    page.add(f"{comparison.question}, {group_name(comparison.group)}: {label}", "bold")
    rows = sorted(comparison.rows, key=lambda row: (row.first or 99, row.last or 99))
    ranks = [_rank(row) for row in rows]
    names = [_short(row.name) for row in rows]
    values = [_value(row.value) for row in rows]
    floor = comparison.rows[0].floor
    if versus.floor is not None and floor.known:
        ranks.append("floor")
        names.append("the holdout")
        values.append(_value(floor))
    ends = [_end(row) for row in rows] + [""] * (len(ranks) - len(rows))
    for rank, name, value, end in zip(ranks, names, values, ends, strict=True):
        line = _aligned((rank, name, value), (ranks, names, values))
        page.add(f"{line}  {end}".rstrip(), indent=2)


def _rank(row: RankRow) -> str:
    if row.first is None:
        return "none"
    return str(row.first) if row.first == row.last else f"{row.first}-{row.last}"


def _value(value: Estimate) -> str:
    if not value.known:
        return "unknown"
    return f"{number(value.value)} ({number(value.low)} to {number(value.high)})"


def _end(row: RankRow) -> str:
    said = [] if row.verdict is None else [f"{SHAPES[Verdict(row.verdict)]} {row.verdict}"]
    if row.note is not None:  # a rank beside the holdout would read as praise or blame
        return " but ".join([*said, row.note])
    if row.against_floor == "within":
        said.append("as the holdout")
    elif row.against_floor is not None:
        said.append(row.against_floor)
    return ", ".join(said)
