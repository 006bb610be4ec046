"""Seeds: from measurements to findings."""

from __future__ import annotations

import numpy as np

from audits.estimates import in_effect, many, number, percent
from audits.judging import adjusted
from audits.questions.text_seeds_rows import SeedRow
from audits.questions.words import capital
from audits.results import Finding, Row, Verdict, evidence_of, group_name
from audits.settings import Settings

_FACTORS = (("a fifth lower", 0.8), ("a quarter higher", 1.25))


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: on how many real texts it rests, and how evenly it uses them."""
    rows = [row for row in tables["groups"] if isinstance(row, SeedRow)]
    p = adjusted(np.array([row.spread_p for row in rows]), settings)
    return [_finding(row, float(one), settings) for row, one in zip(rows, p, strict=True)]


def _finding(row: SeedRow, p: float, settings: Settings) -> Finding:
    verdict = _verdict(row, p, settings, 1.0)
    flips = [
        f"'{moved.value}' if the limits were {said}"
        for said, factor in _FACTORS
        if (moved := _verdict(row, p, settings, factor)) is not verdict
    ]
    text = _said(row, p, settings) if row.seeds.known else _too_few(row, settings)
    severity = min(settings.support_problem / max(row.seeds.value, 0.5), 5.0)
    return Finding(
        "text_seeds",
        row.group,
        None,
        verdict,
        f"{capital(group_name(row.group))}: {text}.",
        evidence_of(row) | {"spread_p_adjusted": p},
        "flips: " + "; ".join(flips) if flips else "stable",
        severity if row.seeds.known else 0.0,
    )


def _verdict(row: SeedRow, p: float, settings: Settings, factor: float) -> Verdict:
    """The rules of provenance, with every limit on texts moved by a factor."""
    if not row.seeds.known:
        return Verdict.NOT_ENOUGH_EVIDENCE
    seeds = _generous(row) / factor
    stretched = row.synthetic / _generous(row) > settings.amplification_limit
    sure = p <= settings.false_discovery_rate
    narrow = sure and row.spread.high < settings.kappa_problem * factor
    if narrow or (seeds <= settings.support_problem and stretched):
        return Verdict.PROBLEM
    uneven = sure and row.spread.value < settings.kappa_watch * factor
    if uneven or (seeds < settings.basis_ample and stretched):
        return Verdict.WATCH
    few = row.real <= settings.support_problem
    unsure = not row.spread.known or row.spread.low < settings.kappa_problem * factor
    return Verdict.NOT_ENOUGH_EVIDENCE if few or unsure else Verdict.OK


def _generous(row: SeedRow) -> float:
    """Real texts that stand behind, the way the nearest are shared among fresh ones set aside."""
    fresh = min(row.spread.value, 1.0) * row.real if row.spread.known else 0.0
    return max(row.seeds.value, fresh)


def _too_few(row: SeedRow, settings: Settings) -> str:
    return (
        f"{many(row.real, 'real text')} and {many(row.synthetic, 'synthetic text')} are too few to "
        f"say on whom the one rest; it takes {settings.fewest_texts:,} on each side"
    )


def _said(row: SeedRow, p: float, settings: Settings) -> str:
    texts = many(row.synthetic, "synthetic text")
    said = (
        f"{texts} {'rests' if row.synthetic == 1 else 'rest'} on {many(row.real, 'real text')}, in "
        f"effect on {in_effect(row.seeds.value)} ({in_effect(row.seeds.low)} to "
        f"{in_effect(row.seeds.high)})"
    )
    if not np.isnan(row.fresh):
        said += f", where fresh real texts would on {in_effect(row.fresh)}"
    if not row.complete:
        said += f", by {row.searched:,} and {row.queries:,} of them drawn at random"
    if row.spread.known:
        said += (
            f"; they are spread over real texts {number(row.spread.value)} "
            f"({number(row.spread.low)} to {number(row.spread.high)}) times as widely as fresh "
            "ones would be"
        )
        if p <= settings.false_discovery_rate:
            said += f" (p = {p:.2g})"
    return (
        f"{said}; {percent(row.top5_share)} have one of the five most used as their nearest, and "
        f"the nearest is alike by {number(row.nearest)} on average, where a real text and its "
        f"nearest are by {number(row.nearest_real)}"
    )
