"""Drift: from measurements to findings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from audits.estimates import Estimate, number, percent
from audits.formulas.shifts import Shift, exceeds_p
from audits.judging import Claims, judged
from audits.questions.drift_rows import ColumnDriftRow, GroupDriftRow
from audits.questions.headlines import Part, headline
from audits.questions.words import estimate
from audits.results import Finding, Group, Row, Verdict, evidence_of, worst
from audits.settings import Settings

Floats = NDArray[np.float64]


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group, led by its worst part, and one for every further bad column."""
    groups = [row for row in tables["groups"] if isinstance(row, GroupDriftRow)]
    columns = [row for row in tables["columns"] if isinstance(row, ColumnDriftRow)]
    small = {row.group: row.real <= settings.support_problem for row in groups}
    parts: dict[Group, list[Part]] = {row.group: [] for row in groups}
    for row, part in zip(columns, _judge_columns(columns, small, settings), strict=True):
        parts[row.group].append(part)
    for row, part in zip(groups, _judge_wholes(groups, settings), strict=True):
        parts[row.group].append(part)
    findings: list[Finding] = []
    for row in groups:
        findings += headline(
            "drift", row.group, parts[row.group], otherwise=_quiet(row, parts[row.group], settings)
        )
    return findings


# -- columns ---------------------------------------------------------------------------------------


def _judge_columns(
    rows: Sequence[ColumnDriftRow], small: dict[Group, bool], settings: Settings
) -> list[Part]:
    shifted = np.array([row.measure == "shift" for row in rows], dtype=bool)
    claims = Claims(
        value=np.array([row.shift.value for row in rows]),
        low=np.array([row.shift.low for row in rows]),
        high=np.array([row.shift.high for row in rows]),
        watch=np.where(shifted, settings.shift_watch, settings.drift_watch),
        problem=np.where(shifted, settings.shift_problem, settings.drift_problem),
        capped=np.array([small[row.group] for row in rows], dtype=bool),
        exceeds=lambda limits: _columns_exceed(rows, limits, settings.confidence),
    )
    found, flips = judged(claims, settings)
    return [
        Part(
            row.attribute,
            verdict,
            _column_text(row),
            sensitivity,
            _severity(row.shift.value, claims.problem[i]),
            evidence_of(row, "measure", "real", "synthetic", "value", "shift", "p"),
        )
        for i, (row, verdict, sensitivity) in enumerate(zip(rows, found, flips, strict=True))
    ]


def _columns_exceed(rows: Sequence[ColumnDriftRow], limits: Floats, confidence: float) -> Floats:
    def field(name: str) -> Floats:
        return np.array([float(getattr(row, name)) for row in rows])

    adjusted = np.array([row.shift.value for row in rows])
    low, high = (np.array([getattr(row.shift, side) for row in rows]) for side in ("low", "high"))
    nothing = np.full(len(rows), np.nan)
    shift = Shift(
        value=field("value"), adjusted=adjusted, cautious=field("cautious"), low=low, high=high,
        p=field("p"), null_mean=nothing, null_rms=nothing, se=field("error"), draws=field("draws"),
    )  # fmt: skip
    p = np.full(len(rows), np.nan)
    for limit in np.unique(limits):
        here = limits == limit
        p[here] = exceeds_p(shift, float(limit), confidence=confidence)[here]
    return p


def _severity(value: float, limit: float) -> float:
    return 0.0 if np.isnan(value) else float(value / limit)


def _column_text(row: ColumnDriftRow) -> str:
    resting = f"{row.real:,} real and {row.synthetic:,} synthetic rows"
    if row.measure == "shift":
        return (
            f"{row.attribute} has moved by {estimate(row.shift)} real standard deviations on "
            f"average, beyond what chance explains, resting on {resting}"
        )
    low, high = percent(row.shift.low).removesuffix(" %"), percent(row.shift.high)
    moved = f"{percent(row.shift.value)} ({low} to {high})"
    if row.measure == "missing":
        return (
            f"whether {row.attribute} is missing has changed for {moved} of the people, "
            f"resting on {resting}"
        )
    return (
        f"{moved} of the people would have to change their {row.attribute} to look like the real "
        f"group, beyond what chance explains, resting on {resting}"
    )


# -- the group as a whole --------------------------------------------------------------------------


def _judge_wholes(rows: Sequence[GroupDriftRow], settings: Settings) -> list[Part]:
    auc, auc_flips = _judge_auc(rows, settings)
    pairs, pair_flips = _judge_pairs(rows, settings)
    parts = []
    for i, row in enumerate(rows):
        texts, flips, severity = [], [], 0.0
        bad = (Verdict.PROBLEM, Verdict.WATCH)
        if auc[i] in bad:
            texts.append(_auc_text(row))
            flips.append(auc_flips[i])
            severity = max(severity, _severity(row.auc.value - 0.5, settings.auc_problem - 0.5))
        if pairs[i] in bad:
            texts.append(_pairs_text(row))
            flips.append(pair_flips[i])
            severity = max(severity, _severity(row.pairs.value, settings.drift_problem))
        known = [v for v, e in ((auc[i], row.auc), (pairs[i], row.pairs)) if e.known]
        parts.append(
            Part(
                None,
                worst(known),
                "; ".join(texts),
                next((flip for flip in flips if flip != "stable"), "stable"),
                severity,
                evidence_of(row, "real", "synthetic", "auc", "auc_p", "pairs", "worst_pair"),
            )
        )
    return parts


def _judge_auc(
    rows: Sequence[GroupDriftRow], settings: Settings
) -> tuple[list[Verdict], list[str]]:
    value = np.array([row.auc.value for row in rows])
    error = np.array([row.auc_error for row in rows])
    p = np.array([row.auc_p for row in rows])
    noise = p > 1 - settings.confidence

    def exceeds(limits: Floats) -> Floats:
        tail = ndtr(-(value - limits) / np.maximum(error, 1e-9))
        return np.where(noise, 1.0, np.where(np.isnan(value), np.nan, tail))

    low = np.array([row.auc.low for row in rows])
    claims = Claims(
        value=value,
        low=np.where(noise, np.minimum(low, 0.5), low),
        high=np.array([row.auc.high for row in rows]),
        watch=np.full(len(rows), settings.auc_watch),
        problem=np.full(len(rows), settings.auc_problem),
        capped=np.array([row.real <= settings.support_problem for row in rows], dtype=bool),
        exceeds=exceeds,
    )
    # limits of a chance run from one half, so that "a fifth lower" moves the part above it
    return _around_half(claims, settings)


def _around_half(claims: Claims, settings: Settings) -> tuple[list[Verdict], list[str]]:
    moved = Claims(
        claims.value - 0.5, claims.low - 0.5, claims.high - 0.5, claims.watch - 0.5,
        claims.problem - 0.5, claims.capped, lambda limits: claims.exceeds(limits + 0.5),
    )  # fmt: skip
    return judged(moved, settings)


def _judge_pairs(
    rows: Sequence[GroupDriftRow], settings: Settings
) -> tuple[list[Verdict], list[str]]:
    value = np.array([row.pairs.value for row in rows])
    error = np.array([row.pairs_error for row in rows])
    noise = np.array([row.pairs_p for row in rows]) > (1 - settings.confidence) / 2

    def exceeds(limits: Floats) -> Floats:
        tail = ndtr(-(value - limits) / np.maximum(error, 1e-9))
        return np.where(noise, 1.0, np.where(np.isnan(value), np.nan, tail))

    claims = Claims(
        value=value,
        low=np.array([row.pairs.low for row in rows]),
        high=np.array([row.pairs.high for row in rows]),
        watch=np.full(len(rows), settings.drift_watch),
        problem=np.full(len(rows), settings.drift_problem),
        capped=np.array([row.real <= settings.support_problem for row in rows], dtype=bool),
        exceeds=exceeds,
    )
    return judged(claims, settings)


def _auc_text(row: GroupDriftRow) -> str:
    return (
        f"a classifier tells real from synthetic rows with a chance of {estimate(row.auc)}, where "
        f"0.5 is guessing, on {row.auc_rows[0]:,} real and {row.auc_rows[1]:,} synthetic rows"
    )


def _pairs_text(row: GroupDriftRow) -> str:
    low, high = percent(row.pairs.low).removesuffix(" %"), percent(row.pairs.high)
    return (
        f"over all pairs of columns, {percent(row.pairs.value)} ({low} to {high}) of the people "
        f"have combinations they should not, most in {row.worst_pair} "
        f"({percent(row.worst_pair_value)}), on {row.pair_rows[0]:,} real and "
        f"{row.pair_rows[1]:,} synthetic rows"
    )


def _quiet(row: GroupDriftRow, parts: Sequence[Part], settings: Settings) -> Part:
    """What is said where nothing is bad: no drift seen, or too few people to see any."""
    evidence = evidence_of(
        row, "real", "synthetic", "auc", "auc_p", "pairs", "detectable_shift", "detectable_share"
    )
    if row.real == 0 or row.synthetic == 0:
        gone = "real" if row.real == 0 else "synthetic"
        text = f"there are no {gone} rows to compare; see coverage"
        return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, text, evidence=evidence)
    verdict = worst([part.verdict for part in parts])
    seen = (
        f"with {row.real:,} real and {row.synthetic:,} synthetic rows, a shift under "
        f"{number(row.detectable_shift)} standard deviations, or a share that moved by less than "
        f"{percent(row.detectable_share)}, could have gone unnoticed"
    )
    if verdict is Verdict.OK:
        text = f"no drift beyond the limits in {row.columns} columns, one by one or in pairs"
        text += _telling(row.auc)
        return Part(None, Verdict.OK, f"{text}; {seen}", evidence=evidence)
    doubtful = sorted(
        {p.attribute for p in parts if p.attribute and p.verdict is Verdict.NOT_ENOUGH_EVIDENCE}
    )
    if row.real <= settings.support_problem:
        text = f"no drift is established, and {row.real} people are too few to rule it out"
    elif doubtful:
        text = f"drift is neither established nor ruled out in {', '.join(doubtful[:5])}"
    else:
        text = "drift is neither established nor ruled out"
    return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, f"{text}; {seen}", evidence=evidence)


def _telling(auc: Estimate) -> str:
    if not auc.known:
        return ""
    return f"; real and synthetic rows are told apart with a chance of {estimate(auc)}"
