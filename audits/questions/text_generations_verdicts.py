"""Generations of texts: from measurements to findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from audits.formulas.homogenisation import homogenisation_exceeds_p
from audits.formulas.ratios import ratio_below_p
from audits.judging import Claims, adjusted, doubt, judged
from audits.questions.headlines import BAD, Part, headline
from audits.questions.text_generations_rows import TextGenerationsRow
from audits.questions.text_generations_said import (
    STEPS,
    collapsed_text,
    extinct_text,
    lost_text,
    share_text,
    untold_text,
)
from audits.results import Finding, Row, Verdict, evidence_of
from audits.settings import Settings

Floats = NDArray[np.float64]
_EVIDENCE = (
    "real", "synthetic", "chains", "generations", "increments", "index", "at_once", "decay",
    "half_life", "later", "excess", "moved", "own", "share_first", "share_last",
)  # fmt: skip


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: variety lost, then its share, and whether it is still there."""
    rows = [row for row in tables["groups"] if isinstance(row, TextGenerationsRow)]
    # whether texts narrow is asked of all of them first, and then for whom: two families
    lost = [*_lost(rows[:1], settings), *_lost(rows[1:], settings)]
    gone = _gone(rows, settings)
    shares = _shares(rows, settings)
    findings: list[Finding] = []
    for i, row in enumerate(rows):
        shrunk = shares[i]
        if shrunk is not None and lost[i].verdict not in BAD:
            shrunk = replace(shrunk, text=f"{shrunk.text}; {lost[i].text}")
        parts = [part for part in (gone[i], lost[i], shrunk) if part is not None]
        quiet = partial(_same, lost[i])
        findings += headline("text_generations", row.group, parts, otherwise=quiet)
    return findings


def _same(part: Part) -> Part:
    return part


# -- variety ---------------------------------------------------------------------------------------


def losses(rows: Sequence[TextGenerationsRow], settings: Settings) -> Claims:
    """Variety lost over the generations given, whatever way it went.

    Where steps show a rate, a loss is measured by what it is and by where it leads.
    """
    span = np.array([row.increments for row in rows], dtype=float)
    steps = span >= STEPS

    def exceeds(limits: Floats) -> Floats:
        found = [
            homogenisation_exceeds_p(
                row.index_log_ratio, row.index_error, df=row.index_freedom, limit=limit
            )
            for row, limit in zip(rows, np.minimum(limits, 0.999), strict=True)
        ]
        return np.array([float(p) for p in found])

    value, low, high = (
        np.array([getattr(row.index, end) for row in rows]) for end in ("value", "low", "high")
    )
    return Claims(
        value=value,
        low=low,
        high=high,
        watch=np.where(
            steps,
            _limit(settings.loss_watch, settings.half_life_watch, span),
            settings.sameness_watch,
        ),
        problem=np.where(
            steps,
            _limit(settings.loss_problem, settings.half_life_problem, span),
            settings.sameness_problem,
        ),
        capped=np.array([_capped(row, settings) for row in rows], dtype=bool),
        exceeds=exceeds,
    )


def _limit(lost: float, half_life: float, span: Floats) -> Floats:
    """Share lost over so many generations that is too much: as such, or for where it leads."""
    return np.asarray(np.minimum(lost, -np.expm1(-np.log(2) * span / half_life)))


def _capped(row: TextGenerationsRow, settings: Settings) -> bool:
    """Too few texts, or steps, to say that all is well; or they could not be followed on."""
    few = min(row.real, row.synthetic) <= settings.support_problem
    return few or row.too_few_from is not None or row.increments < STEPS


def _lost(rows: Sequence[TextGenerationsRow], settings: Settings) -> list[Part]:
    claims = losses(rows, settings)
    found, flips = judged(claims, settings)
    doubts = doubt(claims, found, settings)
    parts = []
    for i, row in enumerate(rows):
        told = row.index.known
        text = lost_text(row, settings, doubts[i]) if told else untold_text(row, settings)
        parts.append(
            Part(
                None,
                found[i] if told else Verdict.NOT_ENOUGH_EVIDENCE,
                text,
                flips[i] if told else "stable",
                max(float(row.index.value) / settings.loss_problem, 0.0) if told else 0.0,
                evidence_of(row, *_EVIDENCE),
            )
        )
    return parts


# -- gone, and shrinking ---------------------------------------------------------------------------


def _gone(rows: Sequence[TextGenerationsRow], settings: Settings) -> list[Part | None]:
    """Groups without a text, beyond what chance does, and those of which no two texts differ."""
    few = np.array([row.real < settings.fewest_texts for row in rows], dtype=bool)
    extinct = np.array([1.0 if row.extinct_at is None else row.extinct_p for row in rows])
    died = adjusted(np.where(few, np.nan, extinct), settings) <= settings.false_discovery_rate
    parts: list[Part | None] = []
    for row, gone, small in zip(rows, died, few, strict=True):
        evidence = evidence_of(row, *_EVIDENCE, "extinct_at", "extinct_p", "collapsed_at")
        if gone and row.extinct_at is not None:
            text = extinct_text(row)
            parts.append(Part(None, Verdict.PROBLEM, text, "stable", 5.0, evidence))
        elif row.collapsed_at is not None and not small:
            text = collapsed_text(row)
            parts.append(Part(None, Verdict.PROBLEM, text, "stable", 5.0, evidence))
        else:
            parts.append(None)
    return parts


def _shares(rows: Sequence[TextGenerationsRow], settings: Settings) -> list[Part | None]:
    """Groups whose share of all texts has shrunk: to be watched, whatever their variety."""
    ratio = np.array([row.share_ratio.value for row in rows])
    p = np.array([_shrinks_p(row, settings.share_problem) for row in rows])
    sure = adjusted(p, settings) <= settings.false_discovery_rate
    parts: list[Part | None] = []
    for i, row in enumerate(rows):
        shrunk = bool(sure[i]) and row.share_ratio.high < settings.share_problem
        if not shrunk or row.extinct_at is not None or row.real < settings.fewest_texts:
            parts.append(None)
            continue
        evidence = evidence_of(row, *_EVIDENCE, "share_ratio")
        severity = min(settings.share_problem / max(float(ratio[i]), 0.05) - 1, 1.0)
        parts.append(
            Part(None, Verdict.WATCH, share_text(row), "stable", max(severity, 0.0), evidence)
        )
    return parts


def _shrinks_p(row: TextGenerationsRow, limit: float) -> float:
    if not row.real or not row.group:
        return float("nan")
    found = ratio_below_p(row.synthetic, row.synthetic_texts, row.real, row.real_texts, limit)
    return float(np.asarray(found))
