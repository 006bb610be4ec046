"""Mentions: from measurements to findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.estimates import Estimate
from audits.formulas.ratios import ratio_above_p, ratio_below_p
from audits.formulas.share_tests import share_below_p, two_proportion_fisher_lost
from audits.judging import Claims, adjusted, doubt, judged, limits
from audits.questions import text_mentions_said as said
from audits.questions.headlines import BAD, Part, headline
from audits.questions.text_mentions_rows import MentionRow, SilentRow
from audits.results import Finding, Row, Verdict, evidence_of, worst
from audits.settings import Settings

Floats = NDArray[np.float64]
_NEEDED = 3.0  # expected texts below which even none would not be significant


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group, and one per axis that fewer texts speak of; or that none was sought.

    Groups lost and grown are told from the real texts, or from the reference population.
    """
    rows = [r for r in tables["groups"] if isinstance(r, MentionRow) and r.group and r.labelled]
    families = [
        _lost(rows, settings), _grown(rows, settings), _invented(rows, settings),
        _short_of(rows, settings), _beyond(rows, settings),
    ]  # fmt: skip
    findings: list[Finding] = []
    for row, *parts in zip(rows, *families, strict=True):
        told = [part for part in parts if part is not None]
        findings += headline(
            "text_mentions", row.group, told, otherwise=partial(_quiet, row, told, settings)
        )
    silent = [row for row in tables["silent"] if isinstance(row, SilentRow)]
    return [*findings, *_silence(silent, settings)]


# -- against the real texts ------------------------------------------------------------------------


def _lost(rows: Sequence[MentionRow], settings: Settings) -> list[Part | None]:
    """Mentioned in a smaller share of the synthetic texts than of the real ones."""
    keep = np.array([_can_be_lost(row, settings) for row in rows], dtype=bool)
    claims = _below([row.ratio for row in rows], keep, partial(_ratio_p, rows, keep), settings)
    found, flips = judged(claims, settings)
    doubts = doubt(claims, found, settings)
    return [
        Part(
            None,
            found[i],
            said.against_real(row, doubts[i]),
            flips[i],
            min(1 / max(row.ratio.high, 0.05), 5.0),
            _evidence(row),
        )
        if keep[i]
        else None
        for i, row in enumerate(rows)
    ]


def _can_be_lost(row: MentionRow | SilentRow, settings: Settings) -> bool:
    """Whether a loss could show, by what does not depend on it."""
    there = row.real if isinstance(row, MentionRow) else row.real_total - row.real
    enough = there >= settings.fewest_texts and _enough(row, settings)
    return enough and there / row.real_total * row.synthetic_total >= _NEEDED


def _enough(row: MentionRow | SilentRow, settings: Settings) -> bool:
    return min(row.real_total, row.synthetic_total) >= settings.fewest_texts


def _below(
    ratios: Sequence[Estimate],
    keep: NDArray[np.bool_],
    p: Callable[[Floats], Floats],
    settings: Settings,
    *,
    spared: bool = False,
) -> Claims:
    """A family of ratios that may be too small; of those not kept nothing is made."""
    value, low, high = (
        np.where(keep, [-getattr(one, end) for one in ratios], np.nan)
        for end in ("value", "high", "low")
    )
    return Claims(
        value=value,
        low=low,
        high=high,
        watch=limits(-settings.share_watch, len(ratios)),
        problem=limits(-settings.share_problem, len(ratios)),
        capped=np.zeros(len(ratios), dtype=bool),
        exceeds=p,
        neutral=-1.0,
        spared=np.full(len(ratios), fill_value=spared),
    )


def _ratio_p(rows: Sequence[MentionRow], keep: NDArray[np.bool_], limit: Floats) -> Floats:
    p = np.full(len(rows), np.nan)
    made, made_of, real, real_of = (part[keep] for part in _counts(rows))
    p[keep] = np.asarray(ratio_below_p(made, made_of, real, real_of, ratio=-limit[keep]))
    return p


def _counts(rows: Sequence[MentionRow]) -> tuple[Floats, ...]:
    return tuple(
        np.array([float(getattr(row, name)) for row in rows])
        for name in ("synthetic", "synthetic_total", "real", "real_total")
    )


def _grown(rows: Sequence[MentionRow], settings: Settings) -> list[Part | None]:
    """Mentioned in a larger share: watched, unless the reference population asks for it."""
    limit = 1 / settings.share_watch
    keep = np.array(
        [
            row.real > 0 and row.synthetic >= settings.fewest_texts and _enough(row, settings)
            for row in rows
        ],
        dtype=bool,
    )
    p = np.full(len(rows), np.nan)
    made, made_of, real, real_of = (part[keep] for part in _counts(rows))
    p[keep] = np.asarray(ratio_above_p(made, made_of, real, real_of, ratio=limit))
    sure = adjusted(p, settings) <= settings.false_discovery_rate
    parts: list[Part | None] = []
    for i, row in enumerate(rows):
        asked = row.representation_synthetic.known and row.representation_synthetic.low <= limit
        if not keep[i] or asked or row.ratio.value < limit:
            parts.append(None)
            continue
        bad = bool(sure[i]) and row.ratio.low >= limit
        verdict = Verdict.WATCH if bad else Verdict.NOT_ENOUGH_EVIDENCE
        severity = min(row.ratio.low / limit, 3.0)
        parts.append(Part(None, verdict, said.grown(row, sure=bad), "stable", severity,
                          _evidence(row)))  # fmt: skip
    return parts


def _invented(rows: Sequence[MentionRow], settings: Settings) -> list[Part | None]:
    """In synthetic texts, and in no real one: invented, or too rare for the real ones."""
    keep = np.array([not row.alone and row.real == 0 < row.synthetic for row in rows], dtype=bool)
    keep &= np.array([_enough(row, settings) for row in rows], dtype=bool)
    p = np.full(len(rows), np.nan)
    made, made_of, _, real_of = (part[keep] for part in _counts(rows))
    p[keep] = np.asarray(two_proportion_fisher_lost(made, made_of, real_of))
    sure = adjusted(p, settings) <= settings.false_discovery_rate
    return [
        Part(
            None,
            Verdict.WATCH if sure[i] else Verdict.NOT_ENOUGH_EVIDENCE,
            said.invented(row, sure=bool(sure[i])),
            "stable",
            1.0,
            _evidence(row),
        )
        if keep[i]
        else None
        for i, row in enumerate(rows)
    ]


# -- against the reference population --------------------------------------------------------------


def _short_of(rows: Sequence[MentionRow], settings: Settings) -> list[Part | None]:
    """A smaller share of the synthetic texts than the population has."""
    due, texts, keep = _due(rows, settings)
    made = np.array([float(row.synthetic) for row in rows])

    def p(limit: Floats) -> Floats:
        found = np.full(len(rows), np.nan)
        wanted = np.minimum(-limit[keep] * due[keep], 1.0)
        found[keep] = np.asarray(share_below_p(made[keep], texts[keep], wanted))
        return found

    claims = _below([row.representation_synthetic for row in rows], keep, p, settings)
    found, flips = judged(claims, settings)
    return [
        Part(
            None,
            found[i],
            said.against_population(row),
            flips[i],
            min(1 / max(row.representation_synthetic.high, 0.05), 5.0),
            _evidence(row),
        )
        if keep[i]
        else None
        for i, row in enumerate(rows)
    ]


def _due(
    rows: Sequence[MentionRow], settings: Settings
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Shares due, texts that they are due of, and of which rows something can be said."""
    due = np.array([row.reference_share or np.nan for row in rows], dtype=np.float64)
    texts = np.array([float(row.synthetic_base) for row in rows])
    with np.errstate(invalid="ignore"):
        keep = (texts * due >= _NEEDED) & (due < 1) & (texts >= settings.fewest_texts)
    return due, texts, np.asarray(keep)


def _beyond(rows: Sequence[MentionRow], settings: Settings) -> list[Part | None]:
    """A larger share of the synthetic texts than the population has: watched."""
    due, texts, keep = _due(rows, settings)
    limit = 1 / settings.share_watch
    keep &= due * limit < 1
    made = np.array([float(row.synthetic) for row in rows])
    p = np.full(len(rows), np.nan)
    others, most = texts[keep] - made[keep], 1 - limit * due[keep]
    p[keep] = np.asarray(share_below_p(others, texts[keep], most))
    sure = adjusted(p, settings) <= settings.false_discovery_rate
    parts: list[Part | None] = []
    for i, row in enumerate(rows):
        over = row.representation_synthetic
        if not keep[i] or over.value < limit:
            parts.append(None)
            continue
        bad = bool(sure[i]) and over.low >= limit
        verdict = Verdict.WATCH if bad else Verdict.NOT_ENOUGH_EVIDENCE
        text = said.against_population(row)
        parts.append(Part(None, verdict, text, "stable", min(over.low / limit, 3.0),
                          _evidence(row)))  # fmt: skip
    return parts


# -- what is said besides --------------------------------------------------------------------------


def _quiet(row: MentionRow, parts: Sequence[Part], settings: Settings) -> Part:
    """What is said where nothing is bad: all well, or too little to say."""
    assert not any(part.verdict in BAD for part in parts)
    verdict = worst([part.verdict for part in parts])
    led = [part for part in parts if part.verdict is verdict]
    text = "; ".join(dict.fromkeys(part.text for part in led))
    flips = led[0].sensitivity if led else "stable"
    return Part(None, verdict, text or said.too_few(row, settings), flips, 0.0, _evidence(row))


def _evidence(row: MentionRow) -> dict[str, Any]:
    return evidence_of(
        row, "real", "synthetic", "real_total", "synthetic_total", "real_share",
        "synthetic_share", "ratio", "reference_share", "representation",
        "representation_synthetic",
    )  # fmt: skip


def _silence(rows: Sequence[SilentRow], settings: Settings) -> list[Finding]:
    """Axes that fewer synthetic texts speak of; watched at the most, as groups are judged."""
    if rows and not rows[0].lexicon:
        part = Part(
            None,
            Verdict.NOT_ENOUGH_EVIDENCE,
            said.no_lexicon(rows[0]),
            evidence=evidence_of(rows[0], "language", "synthetic_total"),
        )
        return headline("text_mentions", (), [], otherwise=partial(_as_it_is, part))
    keep = np.array([not row.alone and _can_be_lost(row, settings) for row in rows], dtype=bool)

    def p(limit: Floats) -> Floats:
        found = np.full(len(rows), np.nan)
        chosen = [row for row, kept in zip(rows, keep, strict=True) if kept]
        found[keep] = [
            float(
                ratio_below_p(
                    row.synthetic_total - row.synthetic, row.synthetic_total,
                    row.real_total - row.real, row.real_total, ratio=-at,
                )
            )
            for row, at in zip(chosen, limit[keep], strict=True)
        ]  # fmt: skip
        return found

    claims = _below([row.ratio for row in rows], keep, p, settings, spared=True)
    found, flips = judged(claims, settings)
    parts = [_silent_part(*one) for one in zip(rows, found, flips, strict=True)]
    bad = [part for part in parts if part.verdict in BAD]
    return [
        finding
        for part in bad
        for finding in headline("text_mentions", (), [part], otherwise=partial(_as_it_is, part))
    ]


def _silent_part(row: SilentRow, verdict: Verdict, flips: str) -> Part:
    evidence = evidence_of(
        row, "real", "synthetic", "real_total", "synthetic_total", "real_share",
        "synthetic_share", "ratio",
    )  # fmt: skip
    text = said.silent(row) if row.ratio.known else ""
    return Part(row.attribute, verdict, text, flips, 0.5, evidence)


def _as_it_is(part: Part) -> Part:
    return part
