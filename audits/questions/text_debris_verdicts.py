"""Debris: from shares and limits to verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from audits.corpus.debris import COPIED
from audits.judging import Claims, Floats, adjusted, doubt, judged, limits
from audits.questions import text_debris_said as said
from audits.questions.text_debris_rows import DebrisRow
from audits.questions.words import capital
from audits.results import Finding, Row, Verdict, evidence_of, group_name
from audits.settings import Settings


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """Judge every group, copies in it, and every kind over all texts, as one family.

    Of copies in a group a finding tells where there are too many.
    """
    rows = [row for row in _rows(tables["groups"]) if row.synthetic or row.real]
    rows += [row for row in _rows(tables["kinds"]) if not row.group or row.attribute == COPIED]
    enough = [row for row in rows if _enough(row, settings)]
    findings = _judged(enough, settings)
    few = [row for row in rows if not _enough(row, settings) and not _of_copies(row)]
    findings += [_finding(row, Verdict.NOT_ENOUGH_EVIDENCE, "stable", said.too_few(
        row, settings.fewest_texts), 0.0) for row in few]  # fmt: skip
    return findings


def _rows(rows: Sequence[Any]) -> list[DebrisRow]:
    return [row for row in rows if isinstance(row, DebrisRow)]


def _of_copies(row: DebrisRow) -> bool:
    return row.attribute == COPIED and bool(row.group)


def _enough(row: DebrisRow, settings: Settings) -> bool:
    real = settings.fewest_texts if row.alone else row.real
    return min(real, row.synthetic) >= settings.fewest_texts


def _judged(rows: Sequence[DebrisRow], settings: Settings) -> list[Finding]:
    uneven = _uneven(rows, settings)
    against = [row for row in rows if not row.alone]
    claims = _claims(against, settings)
    found, flips = judged(claims, settings)
    doubts = doubt(claims, found, settings)
    named = dict(zip(map(id, against), zip(found, flips, doubts, strict=True), strict=True))
    findings = []
    for row, falls in zip(rows, uneven, strict=True):
        unknown = (Verdict.NOT_ENOUGH_EVIDENCE, "stable", "")
        verdict, flip, doubts_of = named.get(id(row), unknown)
        if falls and verdict.rank > Verdict.WATCH.rank:
            verdict, flip = Verdict.WATCH, "stable"
        words = (
            said.alone(row, uneven=falls) if row.alone else said.more(row, doubts_of, uneven=falls)
        )
        if _of_copies(row) and verdict.rank > Verdict.WATCH.rank:
            continue
        worth = row.synthetic_share.value if row.alone else row.more.value
        findings.append(_finding(row, verdict, flip, words, worth / settings.debris_problem))
    return findings


def _claims(rows: Sequence[DebrisRow], settings: Settings) -> Claims:
    value, low, high = (
        np.array([getattr(row.more, end) for row in rows], dtype=np.float64)
        for end in ("value", "low", "high")
    )
    z = float(ndtri(0.5 + settings.confidence / 2))

    def exceeds(limit: Floats) -> Floats:
        """The one-sided p value that the interval's own lower half stands for."""
        width = np.maximum(value - low, 1e-12)
        return np.asarray(ndtr(-z * (value - limit) / width))

    return Claims(
        value,
        low,
        high,
        limits(settings.debris_watch, len(rows)),
        limits(settings.debris_problem, len(rows)),
        np.zeros(len(rows), dtype=bool),
        exceeds,
    )


def _uneven(rows: Sequence[DebrisRow], settings: Settings) -> list[bool]:
    """Whether debris falls on a group surely more often than on all others, and on real ones."""
    p = np.array([row.times_p if row.group else float("nan") for row in rows])
    sure = adjusted(p, settings) <= settings.false_discovery_rate
    low = np.array([row.times.low for row in rows])
    with np.errstate(invalid="ignore"):
        falls = sure & (low >= settings.debris_uneven)
    return [
        bool(one) and (row.alone or row.more.low > 0) for one, row in zip(falls, rows, strict=True)
    ]


def _finding(row: DebrisRow, verdict: Verdict, flips: str, words: str, severity: float) -> Finding:
    return Finding(
        "text_debris",
        row.group,
        row.attribute,
        verdict,
        f"{capital(group_name(row.group))}: {words}.",
        evidence_of(row),
        flips,
        max(severity, 0.0) if not np.isnan(severity) else 0.0,
    )
