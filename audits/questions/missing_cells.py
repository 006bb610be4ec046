"""What vanished without a trace in the margins: crossed cells, values, pairs, patterns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.tables import Counts
from audits.formulas.patterns import maximal_uncovered, maximal_uncovered_levelwise
from audits.formulas.share_tests import two_proportion_fisher_lost
from audits.judging import adjusted
from audits.questions.words import listed, people, synthetic_rows
from audits.results import Finding, Group, Row, Verdict, group_name
from audits.settings import Settings

_DEEPEST = 3  # features crossed in search of lost cells, even when groups are shallower
_DENSE_CUBE = 5_000_000  # patterns of a table counted all at once


@dataclass(frozen=True)
class CellRow(Row):
    """A combination of sensitive values that only one table has; `p`: chance alone would do it."""

    real: int
    synthetic: int
    p: float
    family: int


@dataclass(frozen=True)
class ValueRow(Row):
    """A value of a column that only one table has."""

    attribute: str
    value: str
    real: int
    synthetic: int
    p: float
    family: int


@dataclass(frozen=True)
class PairRow(Row):
    """Combinations of two columns' values that the real table has and the synthetic has not."""

    attribute: str
    other: str
    combinations: int
    empty: int
    expected_empty: float
    people: int
    p: float


@dataclass(frozen=True)
class PatternRow(Row):
    """A most general combination of sensitive values that too few real people have."""

    real: int


def cells(pair: Pair) -> tuple[CellRow, ...]:
    """Cells lost or invented, most general first; a cell inside a lost group is not repeated."""
    deepest = max(pair.settings.intersections, min(_DEEPEST, len(pair.features)))
    real_cells, synthetic_cells = pair.cell_rows
    n, m = int(real_cells.sum()), int(synthetic_cells.sum())
    found: list[CellRow] = []
    gone: set[Group] = set()
    family = 0
    for level in range(1, deepest + 1):
        groups = pair.deeper(level)
        real, synthetic = groups.total(real_cells), groups.total(synthetic_cells)
        family += len(groups)
        for i in np.flatnonzero(((real == 0) | (synthetic == 0)) & groups.labelled):
            name = groups.names[i]
            if any(part in gone for part in _parts(name)):
                continue
            gone.add(name)
            found.append(CellRow(name, int(real[i]), int(synthetic[i]), 1.0, 0))
    chances = _one_sided_chances([(row.real, row.synthetic) for row in found], n, m)
    return tuple(
        CellRow(row.group, row.real, row.synthetic, p, family)
        for row, p in zip(found, chances, strict=True)
    )


def _one_sided_chances(counts: list[tuple[int, int]], n: int, m: int) -> list[float]:
    """Chance, for rows found in one table only, that the other has none by luck."""
    if not counts:
        return []
    real, synthetic = np.array(counts, dtype=np.int64).T
    lost = synthetic == 0
    p = two_proportion_fisher_lost(real + synthetic, np.where(lost, n, m), np.where(lost, m, n))
    return [float(one) for one in np.atleast_1d(np.asarray(p))]


def _parts(group: Group) -> Iterator[Group]:
    """Every group that holds this one, itself left out."""
    for mask in range(1, 2 ** len(group) - 1):
        yield tuple(pair for i, pair in enumerate(group) if mask >> i & 1)


def values(pair: Pair) -> tuple[ValueRow, ...]:
    """Values of categorical columns that only one table has."""
    rows: list[ValueRow] = []
    family = 0
    n, m = (int(side[0]) for side in pair.rows)
    for coding in pair.attributes:
        if coding.kind in ("numeric", "date"):
            continue
        real, synthetic = pair.everyone(coding.name)
        family += coding.size - 1
        for code in range(1, coding.size):
            c, d = int(real[code]), int(synthetic[code])
            if c and d:
                continue
            sizes = (n, m) if d == 0 else (m, n)
            p = float(np.asarray(two_proportion_fisher_lost(c + d, *sizes)))
            rows.append(ValueRow((), coding.name, coding.labels[code], c, d, p, 0))
    return tuple(
        ValueRow(r.group, r.attribute, r.value, r.real, r.synthetic, r.p, family) for r in rows
    )


def pairs(pair: Pair) -> tuple[PairRow, ...]:
    """Pairs of columns with empty combinations, beside how many chance would empty."""
    n, m = (int(side[0]) for side in pair.rows)
    rows = []
    for (first, second), (real, synthetic) in pair.pair_tables.items():
        flat_real, flat_synthetic = _shared_values(real, synthetic)
        present = flat_real > 0
        lost = present & (flat_synthetic == 0)
        if not lost.any():
            continue
        chance = np.asarray(two_proportion_fisher_lost(flat_real[present], n, m))
        least = float(np.asarray(two_proportion_fisher_lost(int(flat_real[lost].max()), n, m)))
        rows.append(
            PairRow(
                (), first, second, int(present.sum()), int(lost.sum()), float(chance.sum()),
                int(flat_real[lost].sum()), min(1.0, least * int(present.sum())),
            )
        )  # fmt: skip
    return tuple(rows)


def _shared_values(real: Counts, synthetic: Counts) -> tuple[Counts, Counts]:
    """Only combinations of values that both tables have, so that a lost value is said once."""
    rows = (real.sum(1) > 0) & (synthetic.sum(1) > 0)
    columns = (real.sum(0) > 0) & (synthetic.sum(0) > 0)
    inside = np.ix_(rows, columns)
    return real[inside].ravel(), synthetic[inside].ravel()


def patterns(pair: Pair) -> tuple[PatternRow, ...]:
    """Maximal uncovered patterns of the real table over the sensitive features."""
    threshold = pair.settings.support_problem
    sizes = [feature.size for feature in pair.features]
    real, _ = pair.cell_rows
    excluded = dict.fromkeys(range(len(sizes)), (0,))
    if np.prod([float(size + 1) for size in sizes]) <= _DENSE_CUBE:
        table = np.zeros(sizes, dtype=np.int64)
        table[tuple(pair.cells.T)] = real
        found = maximal_uncovered(table, threshold, excluded=excluded)
    else:
        found = maximal_uncovered_levelwise(
            pair.cells, real, sizes, threshold, max_level=_DEEPEST, excluded=excluded
        )
    rows = []
    for pattern in found:
        named = zip(pair.features, pattern.levels, strict=True)
        group = tuple(sorted((f.column, f.labels[code]) for f, code in named if code >= 0))
        if len(group) <= _DEEPEST:
            rows.append(PatternRow(group, int(pattern.count)))
    return tuple(sorted(rows, key=lambda row: (len(row.group), row.group)))


# -- judging ---------------------------------------------------------------------------------------


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """Findings for cells beyond the groups, for values, and one for pairs of values."""
    return [
        *_judge_cells([r for r in tables["cells"] if isinstance(r, CellRow)], settings),
        *_judge_values([r for r in tables["values"] if isinstance(r, ValueRow)], settings),
        *_judge_pairs([r for r in tables["pairs"] if isinstance(r, PairRow)], settings),
    ]


def _padded(p: list[float], family: int, settings: Settings) -> NDArray[np.float64]:
    """Adjust p values as members of a family whose others, being present, have a p of one."""
    whole = np.ones(max(family, len(p)))
    whole[: len(p)] = p
    return adjusted(whole, settings)[: len(p)]


def _judge_cells(rows: list[CellRow], settings: Settings) -> list[Finding]:
    if not rows:
        return []
    sure = _padded([row.p for row in rows], rows[0].family, settings)
    findings = []
    for row, p in zip(rows, sure, strict=True):
        if len(row.group) <= settings.intersections or p > settings.false_discovery_rate:
            continue  # shallower cells are groups, and judged as such
        lost = row.synthetic == 0
        many = row.real >= settings.support_problem
        verdict = Verdict.PROBLEM if lost and many else Verdict.WATCH
        name = group_name(row.group)
        because = (
            f"{name}: lost where they meet: {people(row.real)} in the real data, no synthetic row "
            f"(chance alone: p = {p:.2g})."
            if lost
            else f"{name}: invented: {synthetic_rows(row.synthetic)} of a combination no real "
            f"person has (chance alone: p = {p:.2g})."
        )
        evidence = {"real": row.real, "synthetic": row.synthetic, "p_adjusted": float(p)}
        severity = 10.0 if verdict is Verdict.PROBLEM else 1.0
        findings.append(
            Finding("coverage", row.group, None, verdict, because, evidence, severity=severity)
        )
    return findings


def _judge_values(rows: list[ValueRow], settings: Settings) -> list[Finding]:
    if not rows:
        return []
    sure = _padded([row.p for row in rows], rows[0].family, settings)
    by_column: dict[str, list[tuple[ValueRow, float]]] = {}
    for row, p in zip(rows, sure, strict=True):
        if p <= settings.false_discovery_rate:
            by_column.setdefault(row.attribute, []).append((row, float(p)))
    return [_value_finding(column, found, settings) for column, found in by_column.items()]


def _value_finding(column: str, found: list[tuple[ValueRow, float]], settings: Settings) -> Finding:
    lost = sorted((r for r, _ in found if r.synthetic == 0), key=lambda r: (-r.real, r.value))
    new = sorted((r for r, _ in found if r.real == 0), key=lambda r: (-r.synthetic, r.value))
    said = []
    if lost:
        names = listed([f"{r.value!r} ({r.real} real)" for r in lost])
        said.append(f"the synthetic table has lost {names}")
    if new:
        names = listed([f"{r.value!r} ({synthetic_rows(r.synthetic)})" for r in new])
        said.append(f"it has invented {names}")
    problem = bool(lost) and lost[0].real >= settings.support_problem
    because = (
        f"Everyone: in {column}, {'; '.join(said)}; chance alone would hardly do this (p at most "
    )
    because += f"{max(p for _, p in found):.2g})."
    evidence = {
        "lost": {r.value: r.real for r in lost},
        "invented": {r.value: r.synthetic for r in new},
        "p_adjusted": max(p for _, p in found),
    }
    verdict = Verdict.PROBLEM if problem else Verdict.WATCH
    return Finding("coverage", (), column, verdict, because, evidence, severity=1.0 + problem)


def _judge_pairs(rows: list[PairRow], settings: Settings) -> list[Finding]:
    if not rows:
        return []
    sure = adjusted(np.array([row.p for row in rows]), settings)
    lost = [
        row
        for row, p in zip(rows, sure, strict=True)
        if p <= settings.false_discovery_rate and row.empty > row.expected_empty
    ]
    if not lost:
        return []
    lost.sort(key=lambda row: (-row.people, row.attribute, row.other))
    names = listed(
        [
            f"{row.attribute} × {row.other} ({row.empty} of {row.combinations} empty where "
            f"{row.expected_empty:.1f} would be by chance, {people(row.people)})"
            for row in lost
        ],
        most=3,
    )
    because = f"Everyone: combinations of values that real people have are gone: {names}."
    evidence = {"pairs": len(lost), "people": max(row.people for row in lost)}
    return [Finding("coverage", (), None, Verdict.WATCH, because, evidence, severity=1.0)]
