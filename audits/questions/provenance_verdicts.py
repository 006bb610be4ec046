"""Provenance: from measurements to findings, the "30 people" sentence among them."""

from __future__ import annotations

from functools import partial

import numpy as np

from audits.estimates import in_effect, number, percent
from audits.judging import adjusted
from audits.questions.headlines import Part, headline
from audits.questions.provenance_rows import ProvenanceRow
from audits.questions.words import listed, one_in, real_people, synthetic_rows
from audits.results import Finding, Row, Verdict, evidence_of
from audits.settings import Settings

_FEWEST = 10  # synthetic rows below which nothing is made of whom they rest on
_FACTORS = (("a fifth lower", 0.8), ("a quarter higher", 1.25))


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: how many people, how far amplified, how evenly used."""
    rows = [row for row in tables["groups"] if isinstance(row, ProvenanceRow)]
    p = adjusted(np.array([row.kappa_p for row in rows]), settings)
    findings: list[Finding] = []
    for row, adjusted_p in zip(rows, p, strict=True):
        part = _part(row, float(adjusted_p), settings)
        findings += headline("provenance", row.group, [part], otherwise=partial(_same, part))
    return findings


def _same(part: Part) -> Part:
    return part


def _part(row: ProvenanceRow, p: float, settings: Settings) -> Part:
    if row.real == 0 or row.synthetic == 0:
        return _absent(row)
    if np.isnan(row.basis):
        text = f"{synthetic_rows(row.synthetic)} and {real_people(row.real)} share no column"
        return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, f"{text} by which to trace one to the other")
    verdict = _verdict(row, p, settings, 1.0)
    flips = [
        f"'{moved.value}' if the limits were {said}"
        for said, factor in _FACTORS
        if (moved := _verdict(row, p, settings, factor)) is not verdict
    ]
    evidence = evidence_of(
        row, "real", "synthetic", "distinct", "n1", "n2", "basis", "effective_people",
        "amplification", "kappa", "top5_share", "precision", "searched", "queries", "complete",
        "common",
    ) | {"kappa_p_adjusted": p}  # fmt: skip
    # few rows on few people weigh less than many rows on few people
    severity = min(settings.support_problem / max(row.basis, 0.5), 5.0)
    severity *= min(row.synthetic / settings.support_watch, 1.0)
    return Part(
        None,
        verdict,
        _text(row, p, settings),
        "flips: " + "; ".join(flips) if flips else "stable",
        severity,
        evidence,
    )


def _absent(row: ProvenanceRow) -> Part:
    evidence = evidence_of(row, "real", "synthetic")
    if row.synthetic == 0:
        text = f"no synthetic row, so nothing rests on the {real_people(row.real)}; see coverage"
        return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, text, evidence=evidence)
    text = f"{_resting(row)} no real person of this group"
    if row.synthetic < _FEWEST:
        return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, f"{text}; see coverage", evidence=evidence)
    return Part(None, Verdict.PROBLEM, text, severity=3.0, evidence=evidence)


def _verdict(row: ProvenanceRow, p: float, settings: Settings, factor: float) -> Verdict:
    """The rules, with every limit on people moved by a factor."""
    few = row.synthetic < _FEWEST
    basis = (row.effective if few else row.basis) / factor
    stretched = row.amplification > settings.amplification_limit
    narrow = not few and row.kappa.high < settings.kappa_problem * factor
    if basis < settings.basis_problem or narrow:
        return Verdict.PROBLEM
    if basis <= settings.support_problem and stretched:
        return Verdict.PROBLEM
    uneven = (
        not few
        and row.kappa.value < settings.kappa_watch * factor
        and p <= settings.false_discovery_rate
    )
    if basis < settings.support_watch or row.effective <= settings.support_problem or uneven:
        return Verdict.WATCH
    if basis < settings.basis_ample and stretched:
        return Verdict.WATCH
    return Verdict.NOT_ENOUGH_EVIDENCE if few else Verdict.OK


def _text(row: ProvenanceRow, p: float, settings: Settings) -> str:
    said = f"{_resting(row)} {real_people(row.real)}"
    if row.synthetic < _FEWEST:
        said = (
            f"{real_people(row.real)} in the group; with {synthetic_rows(row.synthetic)} one "
            "cannot tell how many of them stand behind"
        )
    elif row.complete:
        said += f", in effect on {in_effect(row.basis)}{_within(row)}"
    else:
        behind = "hardly fewer" if row.basis >= 0.9 * row.real else in_effect(row.basis)
        said += (
            f", in effect on {behind}{_within(row)}, by {row.searched:,} of them and "
            f"{row.queries:,} synthetic rows drawn at random"
        )
    sentences = [said]
    if row.kappa.known and row.synthetic >= _FEWEST:
        spread = f"they are spread over real people {number(row.kappa.value)} "
        spread += f"({number(row.kappa.low)} to {number(row.kappa.high)}) times as widely as "
        sentences[0] += f"; {spread}fresh real people would be"
        if p <= settings.false_discovery_rate:
            sentences[0] += f" (p = {p:.2g})"
    if 2 < row.real <= settings.support_watch:
        sentences.append(
            f"What is rarer than {one_in(row.real)} among them may never have been seen"
        )
        if row.common:
            sentences.append(f"All {row.real} are {listed(row.common)}")
    if row.precision < 0.9 and row.synthetic >= _FEWEST:
        sentences.append(
            f"An interval computed from all {row.synthetic:,} claims ± "
            f"{percent(row.half_width_claimed)} where the people behind it allow ± "
            f"{percent(row.half_width_real)}"
        )
    return ". ".join(sentences)


def _resting(row: ProvenanceRow) -> str:
    return f"{synthetic_rows(row.synthetic)} {'rests' if row.synthetic == 1 else 'rest'} on"


def _within(row: ProvenanceRow) -> str:
    if not row.kappa.known:
        return ""
    return f" ({in_effect(row.effective_people.low)} to {in_effect(row.effective_people.high)})"
