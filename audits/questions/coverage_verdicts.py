"""Coverage: from measurements to findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.estimates import number, percent
from audits.formulas.ratios import ratio_above_p, ratio_below_p
from audits.formulas.share_tests import share_below_p, two_proportion_fisher_lost
from audits.judging import Claims, adjusted, doubt, judged, limits
from audits.questions import missing_cells
from audits.questions.coverage_rows import CoverageRow
from audits.questions.headlines import known
from audits.questions.words import capital, people, share, synthetic_rows
from audits.results import Finding, Row, Verdict, evidence_of, group_name
from audits.settings import Settings

_BROUGHT = "the synthetic table brings it to"
_LEAST = 1e-9  # a limit of a ratio that is moved by a quarter stays above 0
_NEEDED = 3.0  # expected rows below which even zero would not be significant


@dataclass(frozen=True)
class _Said:
    verdict: Verdict
    text: str
    sensitivity: str = "stable"
    severity: float = 0.0


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per labelled group; further ones for lost cells and values."""
    rows = [r for r in tables["groups"] if isinstance(r, CoverageRow) and r.group and r.labelled]
    shrunk = _judge_ratio(rows, settings)
    inflated = _judge_inflated(rows, settings)
    sample, outcome = _judge_sample(rows, settings), _judge_outcome(rows, settings)
    findings = []
    for i, row in enumerate(rows):
        said = [_judge_support(row, settings), shrunk[i], sample[i], outcome[i], inflated[i]]
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
    texts += _asked_for(row, texts)
    because = capital(f"{group_name(row.group)}: {'; '.join(texts)}.")
    return Finding(
        "coverage", row.group, None, verdict, because,
        known(evidence_of(
            row, "real", "synthetic", "effective", "real_share", "synthetic_share", "ratio",
            "reference_share", "representation", "representation_synthetic",
        )),
        lead.sensitivity, lead.severity,
    )  # fmt: skip


def _asked_for(row: CoverageRow, said: Sequence[str]) -> list[str]:
    """Say that a share moved towards the reference population, which asks for it."""
    asked, real, made = row.reference_share, row.real_share.value, row.synthetic_share.value
    if asked is None or not (row.real and row.synthetic) or any(_BROUGHT in text for text in said):
        return []
    if row.ratio.low <= 1 <= row.ratio.high or abs(made - asked) >= abs(real - asked):
        return []
    return [
        f"its share moved towards the reference population's {percent(asked)}, from "
        f"{percent(real)} to {percent(made)}"
    ]


def _judge_support(row: CoverageRow, settings: Settings) -> _Said:
    """How many real people there are, whatever the synthetic table says."""
    n = min(row.effective, float(row.real))
    said = f"{people(row.real)} in the real data{_weighted(row)}"
    severity = min(settings.support_watch / max(n, 1.0) / 10, 1.0)  # a fact, not an accusation
    if row.real == 0:
        return _nobody(row, settings)
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


def _nobody(row: CoverageRow, settings: Settings) -> _Said:
    """A group without real people: invented, by chance not sampled, or absent from both."""
    if not row.synthetic:
        text = "absent from both tables, though the reference population has them"
        return _Said(Verdict.PROBLEM, text, severity=3.0)
    p = two_proportion_fisher_lost(row.synthetic, row.synthetic_total, int(row.real_total))
    invented = float(np.asarray(p)) <= 1 - settings.confidence
    why = "invented" if invented else "invented, or too rare for the real sample"
    text = f"nobody in the real data, yet {synthetic_rows(row.synthetic)} ({why})"
    if invented:
        return _Said(Verdict.PROBLEM, text, severity=3.0)
    return _Said(Verdict.NOT_ENOUGH_EVIDENCE, text)


def _weighted(row: CoverageRow) -> str:
    """Say how many people count in effect, where weights make them clearly fewer."""
    if row.effective >= 0.95 * row.real:
        return ""
    return f" (in effect {number(row.effective)} after weighting)"


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
    real = np.array([row.real > 0 for row in rows], dtype=bool)
    return np.asarray((expected >= _NEEDED) & real)


def _judge_ratio(rows: Sequence[CoverageRow], settings: Settings) -> list[_Said | None]:
    """Synthetic share against real share: what the generator did."""
    keep, inputs = _testable(rows), _ratio_inputs(rows)

    def exceeds(limit: NDArray[np.float64]) -> NDArray[np.float64]:
        p = np.full(len(rows), np.nan)
        m, total_m, n, total_n = (part[keep] for part in inputs)
        ratio = np.maximum(-limit[keep], _LEAST)
        p[keep] = np.asarray(ratio_below_p(m, total_m, n, total_n, ratio=ratio))
        return p

    claims = Claims(
        value=np.array([-row.ratio.value for row in rows]),
        low=np.array([-row.ratio.high for row in rows]),
        high=np.array([-row.ratio.low for row in rows]),
        watch=limits(-settings.share_watch, len(rows)),
        problem=limits(-settings.share_problem, len(rows)),
        capped=np.zeros(len(rows), dtype=bool),
        exceeds=exceeds,
        neutral=-1.0,
    )
    found, flips = judged(claims, settings)
    said = zip(rows, found, flips, doubt(claims, found, settings), strict=True)
    return [_said_ratio(*one) for one in said]


def _said_ratio(row: CoverageRow, verdict: Verdict, flips: str, doubts: str) -> _Said | None:
    if row.real == 0:
        return None
    if row.synthetic == 0:
        text = f"erased by the generator: {people(row.real)} in the real data, no synthetic row"
        expected = row.real_share.value * row.synthetic_total
        text += f" where about {expected:,.0f} were due"
    else:
        text = (
            f"its share is {share(row.synthetic_share)} of the synthetic rows against "
            f"{share(row.real_share)} of the real, a ratio of {row.ratio} resting on "
            f"{row.synthetic:,} and {row.real:,} rows{_weighted(row)}{doubts}"
        )
    return _Said(verdict, text, flips, min(1 / max(row.ratio.high, 0.05), 5.0))


def _judge_inflated(rows: Sequence[CoverageRow], settings: Settings) -> list[_Said | None]:
    """More than its share: watched, unless the reference population asks for it."""
    keep, inputs = _testable(rows), _ratio_inputs(rows)
    p = np.full(len(rows), np.nan)
    limit = 1 / settings.share_watch
    if keep.any():
        m, total_m, n, total_n = (part[keep] for part in inputs)
        p[keep] = np.asarray(ratio_above_p(m, total_m, n, total_n, ratio=limit))
    sure = adjusted(p, settings) <= settings.false_discovery_rate
    said: list[_Said | None] = []
    for row, certain in zip(rows, sure, strict=True):
        asked_for = row.representation_synthetic.known and row.representation_synthetic.low <= limit
        grown = row.real > 0 and row.ratio.value >= limit and not asked_for
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


def _judge_sample(rows: Sequence[CoverageRow], settings: Settings) -> list[_Said | None]:
    """The real table against the population: what the sample did, before any generator."""
    count = np.minimum(_numbers(rows, "linearised"), _numbers(rows, "real_total"))
    found = _against_reference(
        rows, "representation", count, _numbers(rows, "real_total"), settings
    )
    return [_said_sample(row, *one) for row, one in zip(rows, found, strict=True)]


def _judge_outcome(rows: Sequence[CoverageRow], settings: Settings) -> list[_Said | None]:
    """The synthetic table against the population: what sample and generator did together."""
    count, total = _numbers(rows, "synthetic"), _numbers(rows, "synthetic_total")
    found = _against_reference(rows, "representation_synthetic", count, total, settings)
    return [_said_outcome(row, *one) for row, one in zip(rows, found, strict=True)]


def _against_reference(
    rows: Sequence[CoverageRow],
    name: str,
    count: NDArray[np.float64],
    total: NDArray[np.float64],
    settings: Settings,
) -> list[tuple[Verdict, str]]:
    pi = np.array([np.nan if r.reference_share is None else r.reference_share for r in rows])
    with np.errstate(invalid="ignore"):
        keep = (total * pi >= _NEEDED) & (pi > 0) & (pi < 1)

    def exceeds(limit: NDArray[np.float64]) -> NDArray[np.float64]:
        p = np.full(len(rows), np.nan)
        if keep.any():
            wanted = np.clip(-limit[keep] * pi[keep], 0.0, 1.0)
            p[keep] = np.asarray(share_below_p(count[keep], total[keep], wanted))
        return p

    ratios = [getattr(row, name) for row in rows]
    claims = Claims(
        value=np.array([-ratio.value for ratio in ratios]),
        low=np.array([-ratio.high for ratio in ratios]),
        high=np.array([-ratio.low for ratio in ratios]),
        watch=limits(-settings.share_watch, len(rows)),
        problem=limits(-settings.share_problem, len(rows)),
        capped=np.zeros(len(rows), dtype=bool),
        exceeds=exceeds,
        neutral=-1.0,
    )
    return list(zip(*judged(claims, settings), strict=True))


def _said_sample(row: CoverageRow, verdict: Verdict, flips: str) -> _Said | None:
    if not row.representation.known or row.real == 0:
        return None
    assert row.reference_share is not None
    text = (
        f"the real sample itself holds {share(row.real_share)} of them where the reference "
        f"population has {percent(row.reference_share)}, a ratio of {row.representation}"
    )
    if row.representation_synthetic.known and verdict is not Verdict.OK:
        text += f"; {_BROUGHT} {number(row.representation_synthetic.value)}"
    return _Said(verdict, text, flips, 1 / max(row.representation.high, 0.05))


def _said_outcome(row: CoverageRow, verdict: Verdict, flips: str) -> _Said | None:
    ratio = row.representation_synthetic
    if not ratio.known or row.real == 0 or row.synthetic == 0:
        return None
    assert row.reference_share is not None
    text = (
        f"{share(row.synthetic_share)} of the synthetic rows where the reference population has "
        f"{percent(row.reference_share)}, a ratio of {ratio}"
    )
    return _Said(verdict, text, flips, 1 / max(ratio.high, 0.05))
