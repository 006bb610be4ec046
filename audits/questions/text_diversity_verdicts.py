"""Likeness of texts: from measurements to findings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from audits.formulas.pairwise_cosine import ratio_exceeds_p
from audits.judging import Claims, doubt, judged
from audits.questions.headlines import Part, headline
from audits.questions.text_diversity_rows import TextLikenessRow
from audits.questions.text_diversity_said import more_alike, not_known, resting, the_ratio
from audits.results import Finding, Row, Verdict, evidence_of
from audits.settings import Settings

Floats = NDArray[np.float64]
_EVIDENCE = (
    "real", "synthetic", "used", "used_beside", "words", "prompts", "similarity", "beside",
    "ratio", "with_identities", "floor", "inherited",
)  # fmt: skip
_WORST = 5.0


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: how much more alike its texts are than what they are held against."""
    rows = [row for row in tables["groups"] if isinstance(row, TextLikenessRow)]
    claims = _claims(rows, settings)
    found, flips = judged(claims, settings)
    doubts = doubt(claims, found, settings)
    findings: list[Finding] = []
    for row, verdict, flip, open_still in zip(rows, found, flips, doubts, strict=True):
        part = Part(
            None,
            verdict,
            _said(row, verdict, open_still, settings),
            flip,
            _severity(row, settings),
            evidence_of(row, *_EVIDENCE),
        )
        findings += headline("text_diversity", row.group, [part], otherwise=partial(_same, part))
    return findings


def _same(part: Part) -> Part:
    return part


def _severity(row: TextLikenessRow, settings: Settings) -> float:
    if not row.ratio.known:
        return 0.0
    limit = max(float(np.log(settings.alike_problem)), 1e-9)
    return min(max(row.log_ratio / limit, 0.0), _WORST)


def _claims(rows: Sequence[TextLikenessRow], settings: Settings) -> Claims:
    """Ratios of likeness. What chance alone makes of the real texts is no more than watched for.

    Beside other groups, without real texts, nothing worse than a watch is said: people may write
    so, too.
    """
    ratios = {
        end: np.array([getattr(row.ratio, end) for row in rows], dtype=float)
        for end in ("value", "low", "high")
    }
    log_ratio, error, freedom, floor = (
        np.array([getattr(row, name) for row in rows], dtype=float)
        for name in ("log_ratio", "error", "freedom", "floor")
    )
    beyond_chance = np.fmax(floor, 1.0)  # an unknown floor is none

    def exceeds(limits: Floats) -> Floats:
        return ratio_exceeds_p(log_ratio, error, df=freedom, limit=limits)

    return Claims(
        value=ratios["value"],
        low=np.where(ratios["value"] > beyond_chance, ratios["low"], 0.0),
        high=ratios["high"],
        watch=np.full(len(rows), settings.alike_watch),
        problem=np.full(len(rows), settings.alike_problem),
        capped=np.array([_few(row, settings) for row in rows], dtype=bool),
        exceeds=exceeds,
        neutral=1.0,
        spared=np.array([row.alone for row in rows], dtype=bool),
    )


def _few(row: TextLikenessRow, settings: Settings) -> bool:
    """Whether there are too few texts to rule likeness out."""
    return min(row.used, row.used_beside) <= settings.support_problem


def _said(row: TextLikenessRow, verdict: Verdict, open_still: str, settings: Settings) -> str:
    if not row.ratio.known:
        return not_known(row, settings)
    if verdict in (Verdict.PROBLEM, Verdict.WATCH):
        return more_alike(row)
    if verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        if _few(row, settings):
            return f"{the_ratio(row)}; {resting(row)} are too few to rule likeness out"
        return f"{the_ratio(row)}, in {resting(row)}{open_still}"
    return f"{the_ratio(row)}, in {resting(row)}"
