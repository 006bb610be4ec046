"""Generations: from measurements to findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from audits.formulas.homogenisation import homogenisation_exceeds_p
from audits.formulas.ratios import ratio_below_p
from audits.judging import Claims, adjusted, doubt, judged
from audits.questions.generations_rows import GenerationLoopRow, GenerationsRow
from audits.questions.generations_sentences import (
    collapsed_text,
    extinct_text,
    loop_text,
    share_text,
    trend_text,
    untold_text,
)
from audits.questions.headlines import BAD, Part, headline
from audits.results import Finding, Row, Verdict, evidence_of
from audits.settings import Settings

Floats = NDArray[np.float64]
STEPS = 3  # increments from which they show a rate
_FEWEST = 10  # rows in generation 0 below which nothing is made of a group
_EVIDENCE = (
    "real", "synthetic", "generations", "increments", "decay", "half_life", "index", "excess",
    "share_first", "share_last", "ancestors_last", "narrowest", "lost",
)  # fmt: skip


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: how fast its variety falls, its share, whether it is still there."""
    rows = [row for row in tables["groups"] if isinstance(row, GenerationsRow)]
    loop = [row for row in tables["loop"] if isinstance(row, GenerationLoopRow)]
    trends = _trends(rows, settings)
    gone = _gone(rows, settings)
    shares = _shares(rows, settings)
    findings: list[Finding] = []
    for i, row in enumerate(rows):
        shrunk = shares[i]
        if shrunk is not None and trends[i].verdict not in BAD:
            shrunk = replace(shrunk, text=f"{shrunk.text}; {trends[i].text}")
        parts = [part for part in (gone[i], trends[i], shrunk) if part is not None]
        if not row.group and loop:
            parts = [_with_loop(parts, loop[-1]), *parts[1:]]
        quiet = parts[0] if gone[i] is None else trends[i]
        findings += headline("generations", row.group, parts, otherwise=partial(_same, quiet))
    return findings


def _same(part: Part) -> Part:
    return part


def _with_loop(parts: Sequence[Part], loop: GenerationLoopRow) -> Part:
    """Let the finding on everyone say which loop it is."""
    lead = parts[0]
    evidence = {**lead.evidence, "loop": loop.loop, "loop_stated": loop.stated}
    return replace(lead, text=f"{lead.text}. {loop_text(loop)}", evidence=evidence)


# -- variety ---------------------------------------------------------------------------------------


def losses(rows: Sequence[GenerationsRow], settings: Settings) -> Claims:
    """Variety lost over the generations given: by the steps, or between both ends if steps are few.

    The steps say what is lost again and again: their mean, and how they differ from each other.
    """
    span = np.array([row.increments * row.apart for row in rows], dtype=float)
    by_steps = np.array([_has_rate(row) for row in rows], dtype=bool)
    rate, low, high = (
        np.array([getattr(row.decay, end) for row in rows]) for end in ("value", "low", "high")
    )
    error, freedom = (
        np.array([getattr(row, f"decay_{name}") for row in rows]) for name in ("error", "freedom")
    )
    few = np.array([row.real < _FEWEST for row in rows], dtype=bool)

    def exceeds(limits: Floats) -> Floats:
        if not len(rows):
            return np.zeros(0)
        needed = -np.log1p(-np.minimum(limits, 1 - 1e-12)) / np.maximum(span, 1e-12)
        with np.errstate(invalid="ignore", divide="ignore"):
            p = stdtr(freedom, -(rate - needed) / error)
        p = np.where(by_steps, p, _both_ends(rows, limits))
        return np.where(few, np.nan, p)

    ends = [
        np.where(by_steps, -np.expm1(-edge * span), [getattr(row.index, name) for row in rows])
        for edge, name in ((rate, "value"), (low, "low"), (high, "high"))
    ]
    return Claims(
        value=ends[0],
        low=ends[1],
        high=ends[2],
        watch=np.where(
            by_steps,
            _limit(settings.loss_watch, settings.half_life_watch, span),
            settings.sameness_watch,
        ),
        problem=np.where(
            by_steps,
            _limit(settings.loss_problem, settings.half_life_problem, span),
            settings.sameness_problem,
        ),
        capped=np.array([_capped(row, settings) for row in rows], dtype=bool),
        exceeds=exceeds,
    )


def _limit(lost: float, half_life: float, span: Floats) -> Floats:
    """Share lost over so many generations that is too much: as such, or for where it leads."""
    return np.asarray(np.minimum(lost, -np.expm1(-np.log(2) * span / half_life)))


def _has_rate(row: GenerationsRow) -> bool:
    return row.increments >= STEPS and row.decay.known and not np.isnan(row.decay_error)


def _both_ends(rows: Sequence[GenerationsRow], limits: Floats) -> Floats:
    """P values by the variety of both ends; where none is left, by the chance of drawing none."""
    found = [
        row.collapsed_p
        if row.collapsed_at is not None
        else homogenisation_exceeds_p(
            row.index_log_ratio,
            row.index_error,
            df=row.index_freedom,
            limit=min(float(limit), 0.999),
        )
        for row, limit in zip(rows, limits, strict=True)
    ]
    return np.array([float(p) for p in found])


def _capped(row: GenerationsRow, settings: Settings) -> bool:
    """Too few people, or steps, to say that all is well; or variety could not be followed on."""
    few = row.real <= settings.support_problem or row.too_few_from is not None
    return few or not _has_rate(row)


def _trends(rows: Sequence[GenerationsRow], settings: Settings) -> list[Part]:
    claims = losses(rows, settings)
    found, flips = judged(claims, settings)
    doubts = doubt(claims, found, settings)
    parts = []
    for i, row in enumerate(rows):
        told = not np.isnan(claims.value[i]) and row.real >= _FEWEST
        # a small loss over few steps is left open for the steps, not for its size
        doubtful = _has_rate(row) or claims.value[i] >= claims.watch[i]
        doubted = doubts[i] if doubtful else ""
        text = trend_text(row, settings, doubted) if told else untold_text(row)
        parts.append(
            Part(
                None,
                found[i] if told else Verdict.NOT_ENOUGH_EVIDENCE,
                text,
                flips[i] if told else "stable",
                max(float(claims.value[i]) / settings.loss_problem, 0.0) if told else 0.0,
                evidence_of(row, *_EVIDENCE),
            )
        )
    return parts


# -- gone, and shrinking ---------------------------------------------------------------------------


def _gone(rows: Sequence[GenerationsRow], settings: Settings) -> list[Part | None]:
    """Groups of which nobody is left, or no two members differ, beyond what chance does.

    Extinct beyond chance is to be watched; a problem where plain resampling would hardly have lost
    so few. Who belongs to an extinct group is extinct with it, few or not.
    """
    few = np.array([row.real < _FEWEST for row in rows], dtype=bool)
    extinct = np.array([1.0 if row.extinct_at is None else row.extinct_p for row in rows])
    collapsed = np.array([np.nan if row.collapsed_at is None else row.collapsed_p for row in rows])
    extinct, collapsed = np.where(few, np.nan, extinct), np.where(few, np.nan, collapsed)
    q = settings.false_discovery_rate
    died_out = adjusted(extinct, settings) <= q
    whole = [set(row.group) for row, died in zip(rows, died_out, strict=True) if died]
    died_out |= np.array([any(part < set(row.group) for part in whole) for row in rows], dtype=bool)
    parts: list[Part | None] = []
    for row, died, alike in zip(rows, died_out, adjusted(collapsed, settings) <= q, strict=True):
        evidence = evidence_of(row, *_EVIDENCE, "extinct_at", "extinct_chance", "collapsed_at")
        if died and row.extinct_at is not None:
            expected = row.extinct_chance > settings.extinct_problem
            verdict = Verdict.WATCH if expected else Verdict.PROBLEM
            parts.append(Part(None, verdict, extinct_text(row), "stable", 5.0, evidence))
        elif alike and row.collapsed_at is not None:
            parts.append(Part(None, Verdict.PROBLEM, collapsed_text(row), "stable", 5.0, evidence))
        else:
            parts.append(None)
    return parts


def _shares(rows: Sequence[GenerationsRow], settings: Settings) -> list[Part | None]:
    """Groups whose share of all rows has shrunk: to be watched, whatever the loop does."""
    ratio = np.array([row.share_ratio.value for row in rows])
    p = np.array([
        float(np.asarray(ratio_below_p(
            row.synthetic, row.synthetic_rows, row.real, row.real_rows, settings.share_problem
        ))) if row.real and row.group else np.nan
        for row in rows
    ])  # fmt: skip
    sure = adjusted(p, settings) <= settings.false_discovery_rate
    parts: list[Part | None] = []
    for i, row in enumerate(rows):
        shrunk = bool(sure[i]) and row.share_ratio.high < settings.share_problem
        if not shrunk or row.extinct_at is not None:
            parts.append(None)
            continue
        evidence = evidence_of(row, *_EVIDENCE, "share_ratio")
        severity = min(settings.share_problem / max(float(ratio[i]), 0.05) - 1, 1.0)
        parts.append(
            Part(None, Verdict.WATCH, share_text(row), "stable", max(severity, 0.0), evidence)
        )
    return parts
