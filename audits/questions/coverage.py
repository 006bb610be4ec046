"""Coverage: is every group still there, and in fair proportion?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.estimates import Estimate, number, percent
from audits.formulas.effective_rows import kish_effective, linearised_effective
from audits.formulas.ratios import koopman, ratio_above_p, ratio_below_p
from audits.formulas.share_tests import share_below_p
from audits.formulas.shares import wilson
from audits.judging import Claims, adjusted, judged, limits
from audits.questions import missing_cells
from audits.questions.missing_cells import CellRow, PairRow, PatternRow, ValueRow
from audits.questions.words import capital, people, share
from audits.results import Finding, Group, Row, Verdict, evidence_of, group_name
from audits.settings import Settings

TITLE = "Coverage"
ASKS = "Is every group still there, and in fair proportion?"
SETTINGS = (
    "support_watch",
    "support_problem",
    "share_watch",
    "share_problem",
    "missing_label_limit",
    "intersections",
)
MAIN = "groups"
_NEEDED = 3.0  # expected rows below which even zero would not be significant


@dataclass(frozen=True)
class CoverageRow(Row):
    """How many stand behind a group, and what became of its share.

    `ratio` is synthetic share over real share; `representation` real share over the share in the
    reference population, `representation_synthetic` likewise for the synthetic table.
    """

    real: int
    synthetic: int
    effective: float
    real_share: Estimate
    synthetic_share: Estimate
    ratio: Estimate
    linearised: float
    real_total: float
    synthetic_total: int
    reference_share: float | None
    representation: Estimate
    representation_synthetic: Estimate
    labelled: bool
    missing_share: float


TABLES: dict[str, type[Row]] = {
    "groups": CoverageRow,
    "cells": CellRow,
    "values": ValueRow,
    "pairs": PairRow,
    "patterns": PatternRow,
}


def measure(pair: Pair) -> dict[str, tuple[Row, ...]]:
    """Count every group, cell, value and pattern of both tables."""
    return {
        "groups": _group_rows(pair),
        "cells": missing_cells.cells(pair),
        "values": missing_cells.values(pair),
        "pairs": missing_cells.pairs(pair),
        "patterns": missing_cells.patterns(pair),
    }


def _group_rows(pair: Pair) -> tuple[CoverageRow, ...]:
    groups, confidence = pair.groups, pair.settings.confidence
    real, synthetic = pair.rows
    weights, squares = (groups.total(part) for part in pair.cell_weights)
    whole, whole_squares = weights[0], squares[0]
    share_real = weights / whole
    linear = np.asarray(linearised_effective(whole, whole_squares, weights, squares))
    linear = np.where(real == real[0], kish_effective(whole, whole_squares), linear)
    total_real = linear if pair.weighted else np.full(len(groups), float(real[0]))
    count_real = share_real * total_real
    m = int(synthetic[0])
    ratio = _ratio(synthetic, m, count_real, total_real, confidence)
    bands = wilson(np.minimum(count_real, total_real), total_real, confidence=confidence)
    bands_synthetic = wilson(synthetic, m, confidence=confidence)
    effective = np.asarray(kish_effective(weights, squares)) if pair.weighted else real
    missing = _missing_shares(pair)
    rows = []
    for i, group in enumerate(groups.names):
        pi = pair.reference.share(group) if pair.reference else None
        real_share = _estimate(share_real[i], bands, i)
        synthetic_share = _estimate(synthetic[i] / m, bands_synthetic, i)
        rows.append(
            CoverageRow(
                group=group,
                real=int(real[i]),
                synthetic=int(synthetic[i]),
                effective=float(effective[i]) if real[i] else 0.0,
                real_share=real_share,
                synthetic_share=synthetic_share,
                ratio=ratio[i],
                linearised=float(count_real[i]),
                real_total=float(total_real[i]),
                synthetic_total=m,
                reference_share=pi,
                representation=_over(real_share, pi),
                representation_synthetic=_over(synthetic_share, pi),
                labelled=bool(groups.labelled[i]),
                missing_share=missing[i],
            )
        )
    return (*rows, *_absent(pair, {row.group for row in rows}))


def _ratio(
    synthetic: NDArray[np.int64],
    m: int,
    count_real: NDArray[np.float64],
    total_real: NDArray[np.float64],
    confidence: float,
) -> list[Estimate]:
    low, high = koopman(
        synthetic, np.full(len(synthetic), m), count_real, total_real, confidence=confidence
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (synthetic / m) / (count_real / total_real)
    return [
        Estimate(float(v), float(a), float(b))
        for v, a, b in zip(value, np.asarray(low), np.asarray(high), strict=True)
    ]


def _estimate(value: float, band: tuple[object, object], i: int) -> Estimate:
    low, high = (float(np.asarray(side)[i]) for side in band)
    return Estimate(float(value), low, high)


def _over(part: Estimate, whole: float | None) -> Estimate:
    if not whole:
        return Estimate.unknown()
    return Estimate(part.value / whole, part.low / whole, part.high / whole)


def _missing_shares(pair: Pair) -> list[float]:
    """Share of real rows with a sensitive value missing, of the features that form each group."""
    real, _ = pair.cell_rows
    columns = {f.column: i for i, f in enumerate(pair.features)}
    known: dict[tuple[str, ...], float] = {}
    shares = []
    for group in pair.groups.names:
        key = tuple(column for column, _ in group)
        if key not in known:
            blank = (pair.cells[:, [columns[c] for c in key]] == 0).any(axis=1)
            known[key] = float(real[blank].sum() / max(real.sum(), 1)) if key else 0.0
        shares.append(known[key])
    return shares


def _absent(pair: Pair, seen: set[Group]) -> tuple[CoverageRow, ...]:
    """Groups the reference has and neither table does."""
    if pair.reference is None:
        return ()
    real, synthetic = (int(side[0]) for side in pair.rows)
    confidence = pair.settings.confidence
    rows = []
    for group, pi in sorted(pair.reference.shares.items()):
        if group in seen or pi <= 0 or len(group) > pair.settings.intersections:
            continue
        none = [
            Estimate(0.0, 0.0, float(np.asarray(wilson(0, n, confidence=confidence)[1])))
            for n in (real, synthetic)
        ]
        rows.append(
            CoverageRow(
                group,
                0,
                0,
                0.0,
                none[0],
                none[1],
                Estimate.unknown(),
                0.0,
                float(real),
                synthetic,
                pi,
                _over(none[0], pi),
                _over(none[1], pi),
                True,
                0.0,
            )
        )
    return tuple(rows)


# -- judging ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Said:
    verdict: Verdict
    text: str
    sensitivity: str = "stable"
    severity: float = 0.0


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group; further ones for lost cells and values."""
    rows = [row for row in tables["groups"] if isinstance(row, CoverageRow) and row.group]
    shrunk = _judge_ratio(rows, settings)
    inflated = _judge_inflated(rows, settings)
    against = _judge_reference(rows, settings)
    findings = []
    for i, row in enumerate(rows):
        said = [_judge_support(row, settings), shrunk[i], against[i], inflated[i]]
        findings.append(_combine(row, [s for s in said if s is not None], settings))
    return [*findings, *missing_cells.judge(tables, settings)]


def _combine(row: CoverageRow, said: list[_Said], settings: Settings) -> Finding:
    lead = min(said, key=lambda s: (s.verdict.rank, -s.severity))
    bad = [s for s in said if s.verdict in (Verdict.PROBLEM, Verdict.WATCH)]
    bad.sort(key=lambda s: (s.verdict.rank, -s.severity))
    texts = [s.text for s in bad] or [s.text for s in said if s.verdict is lead.verdict]
    verdict = lead.verdict
    if row.missing_share > settings.missing_label_limit and verdict is not Verdict.PROBLEM:
        verdict = Verdict.NOT_ENOUGH_EVIDENCE
        texts.append(
            f"{percent(row.missing_share)} of the real rows do not say who belongs to this group"
        )
    because = capital(f"{group_name(row.group)}: {'; '.join(texts)}.")
    return Finding(
        "coverage", row.group, None, verdict, because,
        evidence_of(
            row, "real", "synthetic", "effective", "real_share", "synthetic_share", "ratio",
            "reference_share", "representation", "representation_synthetic",
        ),
        lead.sensitivity, lead.severity,
    )  # fmt: skip


def _judge_support(row: CoverageRow, settings: Settings) -> _Said:
    """How many real people there are, whatever the synthetic table says."""
    n = min(row.effective, float(row.real))
    said = f"{people(row.real)} in the real data"
    if row.effective < 0.95 * row.real:
        said += f", in effect {number(row.effective)} after weighting"
    severity = settings.support_watch / max(n, 1.0) / 10
    if row.real == 0:
        if row.synthetic:
            text = f"nobody in the real data, yet {row.synthetic:,} synthetic rows (invented)"
        else:
            text = "absent from both tables, though the reference population has them"
        return _Said(Verdict.PROBLEM, text, severity=20.0)
    flips = "stable"
    if settings.support_problem * 0.8 <= n < settings.support_problem * 1.25:
        flips = "flips: the limit of people lies within a fifth"
    if n < settings.support_problem:
        return _Said(
            Verdict.PROBLEM, f"only {said}, fewer than {settings.support_problem}", flips, severity
        )
    if n < settings.support_watch:
        return _Said(Verdict.WATCH, f"only {said}", flips, severity)
    return _Said(Verdict.OK, said)


def _numbers(rows: Sequence[CoverageRow], name: str) -> NDArray[np.float64]:
    return np.array([float(getattr(row, name)) for row in rows])


def _ratio_inputs(rows: Sequence[CoverageRow]) -> tuple[NDArray[np.float64], ...]:
    return tuple(
        _numbers(rows, name)
        for name in ("synthetic", "synthetic_total", "linearised", "real_total")
    )


def _testable(rows: Sequence[CoverageRow]) -> NDArray[np.bool_]:
    """Keep a group in the family only where a loss could show, by what does not depend on it."""
    expected = np.array([row.real_share.value * row.synthetic_total for row in rows])
    return (expected >= _NEEDED) & np.array([row.labelled and row.real > 0 for row in rows])


def _judge_ratio(rows: Sequence[CoverageRow], settings: Settings) -> list[_Said | None]:
    """Synthetic share against real share: what the generator did."""
    keep, inputs = _testable(rows), _ratio_inputs(rows)

    def exceeds(limit: NDArray[np.float64]) -> NDArray[np.float64]:
        p = np.full(len(rows), np.nan)
        chosen = [part[keep] for part in inputs]
        p[keep] = np.asarray(ratio_below_p(*chosen, ratio=-limit[keep]))
        return p

    claims = Claims(
        value=np.array([-row.ratio.value for row in rows]),
        low=np.array([-row.ratio.high for row in rows]),
        high=np.array([-row.ratio.low for row in rows]),
        watch=limits(-settings.share_watch, len(rows)),
        problem=limits(-settings.share_problem, len(rows)),
        capped=np.zeros(len(rows), dtype=bool),
        exceeds=exceeds,
    )
    found, flips = judged(claims, settings)
    return [_said_ratio(*one) for one in zip(rows, found, flips, strict=True)]


def _said_ratio(row: CoverageRow, verdict: Verdict, flips: str) -> _Said | None:
    if row.real == 0:
        return None
    if not row.labelled:
        return _Said(Verdict.OK, "rows without this label are shown, not judged")
    if row.synthetic == 0:
        text = f"erased by the generator: {people(row.real)} in the real data, no synthetic row"
        expected = row.real_share.value * row.synthetic_total
        text += f" where about {expected:,.0f} were due"
    else:
        text = (
            f"its share is {share(row.synthetic_share)} of the synthetic rows against "
            f"{share(row.real_share)} of the real, a ratio of {row.ratio} resting on "
            f"{row.synthetic:,} and {row.real:,} rows"
        )
    return _Said(verdict, text, flips, 1 / max(row.ratio.high, 0.05))


def _judge_inflated(rows: Sequence[CoverageRow], settings: Settings) -> list[_Said | None]:
    """More than its share: watched, unless the reference population asks for it."""
    keep, inputs = _testable(rows), _ratio_inputs(rows)
    p = np.full(len(rows), np.nan)
    limit = 1 / settings.share_watch
    if keep.any():
        p[keep] = np.asarray(ratio_above_p(*[part[keep] for part in inputs], ratio=limit))
    sure = adjusted(p, settings) <= settings.false_discovery_rate
    said: list[_Said | None] = []
    for row, certain in zip(rows, sure, strict=True):
        asked_for = row.representation_synthetic.known and row.representation_synthetic.low <= limit
        grown = row.labelled and row.ratio.value >= limit and not asked_for
        text = (
            f"it {'has' if certain else 'may have'} grown: {share(row.synthetic_share)} of the "
            f"synthetic rows against {share(row.real_share)} of the real, a ratio of {row.ratio}"
        )
        if grown and certain and row.ratio.low >= limit:
            severity = min(row.ratio.low / limit, 3.0)
            said.append(_Said(Verdict.WATCH, text, severity=severity))
        else:
            said.append(_Said(Verdict.NOT_ENOUGH_EVIDENCE, text) if grown else None)
    return said


def _judge_reference(rows: Sequence[CoverageRow], settings: Settings) -> list[_Said | None]:
    """The real table against the population: what the sample did, before any generator."""
    pi = np.array([np.nan if r.reference_share is None else r.reference_share for r in rows])
    total = _numbers(rows, "real_total")
    with np.errstate(invalid="ignore"):
        keep = (total * pi >= _NEEDED) & (pi > 0) & (pi < 1)
    count = np.minimum(_numbers(rows, "linearised"), total)

    def exceeds(limit: NDArray[np.float64]) -> NDArray[np.float64]:
        p = np.full(len(rows), np.nan)
        if keep.any():
            wanted = np.minimum(-limit[keep] * pi[keep], 1.0)
            p[keep] = np.asarray(share_below_p(count[keep], total[keep], wanted))
        return p

    claims = Claims(
        value=np.array([-row.representation.value for row in rows]),
        low=np.array([-row.representation.high for row in rows]),
        high=np.array([-row.representation.low for row in rows]),
        watch=limits(-settings.share_watch, len(rows)),
        problem=limits(-settings.share_problem, len(rows)),
        capped=np.zeros(len(rows), dtype=bool),
        exceeds=exceeds,
    )
    found, flips = judged(claims, settings)
    return [_said_reference(*one) for one in zip(rows, found, flips, strict=True)]


def _said_reference(row: CoverageRow, verdict: Verdict, flips: str) -> _Said | None:
    if not row.representation.known or row.real == 0:
        return None
    assert row.reference_share is not None
    text = (
        f"the real sample itself holds {share(row.real_share)} of them where the reference "
        f"population has {percent(row.reference_share)}, a ratio of {row.representation}"
    )
    if row.representation_synthetic.known and verdict is not Verdict.OK:
        text += f"; the synthetic table brings it to {number(row.representation_synthetic.value)}"
    return _Said(verdict, text, flips, 1 / max(row.representation.high, 0.05))
