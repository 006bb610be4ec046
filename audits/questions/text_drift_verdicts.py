"""Drift of texts: from measurements to findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from audits.estimates import number
from audits.formulas.shifts import Shift, exceeds_p
from audits.judging import Claims, doubt, judged, limits
from audits.questions.headlines import Part, headline
from audits.questions.text_drift_rows import TextDriftRow, TextShapeRow
from audits.questions.words import estimate, listed
from audits.results import Finding, Group, Row, Verdict, evidence_of, worst
from audits.settings import Settings

Floats = NDArray[np.float64]
_GUESSING = 0.5


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group, led by its worst part, and one for every further shape that moved.

    Without real texts nothing is compared, and nothing is found.
    """
    groups = [row for row in tables["groups"] if isinstance(row, TextDriftRow) and not row.alone]
    capped = {row.group: _small(row, settings) for row in groups}
    shapes = [
        row for row in tables["shapes"] if isinstance(row, TextShapeRow) and row.group in capped
    ]
    parts: dict[Group, list[Part]] = {row.group: [] for row in groups}
    for shape, part in zip(shapes, _judge_shapes(shapes, capped, settings), strict=True):
        parts[shape.group].append(part)
    for row, part in zip(groups, _judge_auc(groups, settings), strict=True):
        parts[row.group].append(part)
    findings: list[Finding] = []
    for row in groups:
        quiet = partial(_quiet, row, parts[row.group], settings)
        findings += headline("text_drift", row.group, parts[row.group], otherwise=quiet)
    return findings


def _small(row: TextDriftRow, settings: Settings) -> bool:
    """Whether there are too few texts to rule drift out."""
    return min(row.real, row.synthetic) <= settings.support_problem


# -- lengths and readability -----------------------------------------------------------------------


def _judge_shapes(
    rows: Sequence[TextShapeRow], capped: dict[Group, bool], settings: Settings
) -> list[Part]:
    claims = Claims(
        value=np.array([row.shift.value for row in rows]),
        low=np.array([row.shift.low for row in rows]),
        high=np.array([row.shift.high for row in rows]),
        watch=limits(settings.shift_watch, len(rows)),
        problem=limits(settings.shift_problem, len(rows)),
        capped=np.array([capped[row.group] for row in rows], dtype=bool),
        exceeds=_shapes_exceed(rows, settings.confidence),
    )
    found, flips = judged(claims, settings)
    doubts = doubt(claims, found, settings) if rows else []
    return [
        Part(row.attribute, verdict, "")
        if verdict is Verdict.OK or not row.shift.known
        else Part(
            row.attribute,
            verdict,
            _shape_text(row) + doubts[i],
            flips[i],
            row.shift.value / settings.shift_problem,
            evidence_of(
                row, "real", "synthetic", "real_mean", "synthetic_mean", "value", "shift", "p"
            ),
        )
        for i, (row, verdict) in enumerate(zip(rows, found, strict=True))
    ]


def _shapes_exceed(rows: Sequence[TextShapeRow], confidence: float) -> Callable[[Floats], Floats]:
    def field(name: str) -> Floats:
        return np.array([float(getattr(row, name)) for row in rows])

    adjusted, low, high = (
        np.array([getattr(row.shift, side) for row in rows]) for side in ("value", "low", "high")
    )
    nothing = np.full(len(rows), np.nan)
    shift = Shift(
        value=field("value"), adjusted=adjusted, cautious=field("cautious"), low=low, high=high,
        p=field("p"), null_mean=nothing, null_rms=nothing, se=field("error"),
        draws=np.array([row.draws for row in rows], dtype=np.int64),
    )  # fmt: skip

    def exceeds(limit: Floats) -> Floats:
        if not len(limit):
            return nothing
        p = exceeds_p(shift, float(limit[0]), confidence=confidence)
        return np.where(np.isnan(adjusted), np.nan, p)

    return exceeds


def _shape_text(row: TextShapeRow) -> str:
    name = "the reading ease" if row.attribute == "reading ease" else row.attribute
    verb = "are" if row.attribute.split()[0] in ("words", "letters") else "is"
    return (
        f"{name} {verb} {number(row.synthetic_mean)} on average in synthetic texts and "
        f"{number(row.real_mean)} in real ones; to match, a text would have to move by "
        f"{estimate(row.shift)} real standard deviations on average, after taking off what chance "
        f"alone produces, resting on {row.real:,} real and {row.synthetic:,} synthetic texts"
    )


# -- texts as a whole ------------------------------------------------------------------------------


def _judge_auc(rows: Sequence[TextDriftRow], settings: Settings) -> list[Part]:
    value, low, high = (
        np.array([getattr(row.auc, side) for row in rows]) for side in ("value", "low", "high")
    )
    error = np.array([row.auc_error for row in rows])
    noise = np.array([row.auc_p for row in rows]) > 1 - settings.confidence

    def exceeds(limit: Floats) -> Floats:
        tail = ndtr(-(value - limit) / np.maximum(error, 1e-9))
        return np.where(np.isnan(value), np.nan, np.where(noise, 1.0, tail))

    claims = Claims(
        value=value,
        low=np.where(noise, np.minimum(low, _GUESSING), low),
        high=high,
        watch=limits(settings.auc_watch, len(rows)),
        problem=limits(settings.auc_problem, len(rows)),
        capped=np.array([_small(row, settings) for row in rows], dtype=bool),
        exceeds=exceeds,
        neutral=_GUESSING,
    )
    found, flips = judged(claims, settings)
    return [
        Part(
            None,
            verdict,
            _auc_text(row),
            flips[i],
            (row.auc.value - _GUESSING) / max(settings.auc_problem - _GUESSING, 1e-9),
            _evidence(row),
        )
        if row.auc.known
        else Part(None, _untold(row, settings), "", evidence=_evidence(row))
        for i, (row, verdict) in enumerate(zip(rows, found, strict=True))
    ]


def _untold(row: TextDriftRow, settings: Settings) -> Verdict:
    """What follows where no classifier was asked for: lengths speak for themselves."""
    off = settings.classifier_rows == 0 and min(row.real, row.synthetic) >= settings.fewest_texts
    return Verdict.OK if off else Verdict.NOT_ENOUGH_EVIDENCE


def _auc_text(row: TextDriftRow) -> str:
    n, m = row.auc_texts
    how = (
        f"stretches of {row.window:,} words each, so that length tells nothing"
        if row.auc_matched
        else "whole texts, as too few are long enough to be compared at equal length"
    )
    drawn = (
        "" if (n, m) == (row.real, row.synthetic) else f", of {row.real:,} and {row.synthetic:,}"
    )
    return (
        f"a classifier that sees words and pairs of words tells real from synthetic texts (0.5 is "
        f"guessing) with a chance of {estimate(row.auc)}, by {how}, on {n:,} real and {m:,} "
        f"synthetic texts{drawn}"
    )


def _evidence(row: TextDriftRow) -> dict[str, object]:
    return evidence_of(
        row, "real", "synthetic", "auc", "auc_p", "auc_texts", "auc_matched", "auc_whole", "window",
        "vocabulary", "lost_beyond", "new_beyond", "unknown_beyond", "changed", "words",
        "detectable_shift",
    )  # fmt: skip


# -- nothing bad -----------------------------------------------------------------------------------


def _quiet(row: TextDriftRow, parts: Sequence[Part], settings: Settings) -> Part:
    """What is said where nothing is bad: no drift seen, or too few texts to see any."""
    resting = f"{_texts(row.real, 'real')} and {_texts(row.synthetic, 'synthetic')}"
    nee, evidence = Verdict.NOT_ENOUGH_EVIDENCE, _evidence(row)
    if min(row.real, row.synthetic) == 0:
        return Part(None, nee, f"{resting} leave nothing to compare", evidence=evidence)
    if min(row.real, row.synthetic) < settings.fewest_texts:
        return Part(None, nee, f"{resting} are too few to judge drift by", evidence=evidence)
    unseen = (
        f"a shift under {number(row.detectable_shift)} standard deviations could have gone "
        "unnoticed"
    )
    told = "" if not row.auc.known else f"; {_auc_text(row)}"
    sign = _sign(row)
    if worst([part.verdict for part in parts]) is Verdict.OK:
        measures = len([part for part in parts if part.attribute])
        text = (
            f"no drift beyond the limits in {measures} measures of length and readability"
            f"{told}{sign}; with {resting}, {unseen}"
        )
        return Part(None, Verdict.OK, text, _flips(parts), evidence=evidence)
    if _small(row, settings):
        text = (
            f"no drift is established, and {resting} are too few to rule it out{told}{sign}; "
            f"{unseen}"
        )
    else:
        text = f"{_open(parts)}{sign}; with {resting}, {unseen}"
    return Part(None, nee, text, _flips(parts), evidence=evidence)


def _flips(parts: Sequence[Part]) -> str:
    """Whether what is said of texts as a whole would flip."""
    return next((part.sensitivity for part in parts if part.attribute is None), "stable")


def _open(parts: Sequence[Part]) -> str:
    """What is neither established nor ruled out, the most doubtful of it with its numbers."""
    doubtful = [part for part in parts if part.verdict is Verdict.NOT_ENOUGH_EVIDENCE and part.text]
    if not doubtful:
        return "drift is neither established nor ruled out, as nothing could be compared in full"
    names = sorted({part.attribute for part in doubtful if part.attribute})
    if any(part.attribute is None for part in doubtful):
        names.append("texts as a whole")
    lead = min(doubtful, key=lambda part: (-part.severity, part.attribute or ""))
    return f"drift is neither established nor ruled out in {listed(names)}; {lead.text}"


def _sign(row: TextDriftRow) -> str:
    """Say what a chance below one half means: no drift, and no praise either."""
    if not row.below_half:
        return ""
    return (
        ", but below one half: synthetic texts lie nearer to real ones than real ones to each "
        "other, a sign of copying"
    )


def _texts(count: int, kind: str) -> str:
    """Write a number of texts.

    >>> _texts(0, "real"), _texts(1, "real"), _texts(3000, "synthetic")
    ('no real text', '1 real text', '3,000 synthetic texts')
    """
    if count == 0:
        return f"no {kind} text"
    return f"1 {kind} text" if count == 1 else f"{count:,} {kind} texts"
