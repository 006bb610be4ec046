"""Copying: from measurements to findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from audits.estimates import Estimate, percent
from audits.formulas.differences import share_difference
from audits.judging import Claims, adjusted, judged, limits
from audits.questions.copying_few import watched
from audits.questions.copying_rows import CopyingRow
from audits.questions.headlines import BAD, Part, headline
from audits.questions.words import real_people, share, synthetic_rows
from audits.results import Finding, Row, Verdict, evidence_of, worst
from audits.settings import Settings

Floats = NDArray[np.float64]
_FEWEST = 10  # synthetic rows below which nothing is made of what they show
_SMALLEST_P = 0.0001  # that is written out
_NO_PROOF = "no sign of copying, which is no proof that people are protected"


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: copied beyond chance, nearly copied, repeating itself."""
    rows = [row for row in tables["groups"] if isinstance(row, CopyingRow)]
    families = [
        _copied(rows, settings), _nearly(rows, settings), _repeating(rows, settings)
    ]  # fmt: skip
    findings: list[Finding] = []
    for row, *judged_parts in zip(rows, *families, strict=True):
        parts = [*judged_parts, *(_stale(row) if not row.group else [])]
        quiet = partial(_quiet, row, parts)
        findings += headline("copying", row.group, parts, otherwise=quiet)
    return findings


# -- equal rows ------------------------------------------------------------------------------------


def _copied(rows: Sequence[CopyingRow], settings: Settings) -> list[Part]:
    claims = _claims(
        rows,
        [row.excess for row in rows],
        (settings.copied_watch, settings.copied_problem),
        settings,
    )
    found, flips = judged(claims, settings)
    more = adjusted(np.array([row.beyond_p for row in rows]), settings)
    open_ = [verdict is Verdict.NOT_ENOUGH_EVIDENCE for verdict in found]
    few = watched(rows, open_, settings)
    parts = []
    for i, row in enumerate(rows):
        severity = _severity(row.excess, settings.copied_problem)
        if i in few:
            parts.append(Part(None, Verdict.WATCH, few[i], "stable", severity, _evidence(row)))
            continue
        text = _equal_text(row, found[i])
        if found[i] in BAD and more[i] <= settings.false_discovery_rate:
            text += f", {share(row.beyond)} more than among everyone else"
        parts.append(Part(None, found[i], text, flips[i], severity, _evidence(row)))
    return parts


def _equal_text(row: CopyingRow, verdict: Verdict) -> str:
    """Say how many rows are equal, and what chance would make so."""
    verb = "equals" if 1 in (row.copies, row.synthetic) else "equal"
    known = f" ({percent(row.copied.value)})" if row.copies > 1 else ""
    text = (
        f"{row.copies:,} of {synthetic_rows(row.synthetic)}{known} {verb} one of "
        f"{real_people(row.real)} in every value"
    )
    if not row.excess.known:
        return text
    chance = percent(row.chance.value)
    if row.chance_by == "holdout":
        text += f", where {chance} of fresh people do"
    else:
        text += f", where {chance} of the real people equal another"
    return text if verdict is Verdict.OK else f"{text}: {share(row.excess)} beyond chance"


# -- near rows -------------------------------------------------------------------------------------


def _nearly(rows: Sequence[CopyingRow], settings: Settings) -> list[Part]:
    claims = _claims(
        rows,
        [row.near_copies for row in rows],
        (settings.near_copies_watch, settings.near_copies_problem),
        settings,
    )
    chance = np.array([row.closer_p for row in rows], dtype=np.float64)
    by_error = claims.exceeds
    # beyond a limit is beyond chance, too, of which the exact p value tells more than the error
    claims = replace(claims, exceeds=lambda limit: np.maximum(by_error(limit), chance))
    found, flips = judged(claims, settings)
    p = adjusted(chance, settings)
    return [
        Part(
            None,
            found[i],
            _near_text(row, found[i], float(p[i])),
            flips[i],
            _severity(row.near_copies, settings.near_copies_problem),
            _evidence(row) | {"closer_p_adjusted": float(p[i])},
        )
        for i, row in enumerate(rows)
    ]


def _near_text(row: CopyingRow, verdict: Verdict, p: float) -> str:
    if not row.near_copies.known:
        return ""
    text = f"of {synthetic_rows(row.queries)}"
    if not row.complete:
        text += f", among {row.searched:,} real and {row.searched_holdout:,} holdout rows drawn"
    text += (
        f", {percent(row.closer.value)} are nearer to a real person than to one of the holdout, "
        f"where {percent(row.closer_expected)} is chance"
    )
    if verdict in BAD:
        sure = f"p = {p:.2g}" if p >= _SMALLEST_P else f"p < {_SMALLEST_P}"
        text += (
            f" ({sure}), as if {share(row.near_copies)} were nearly copies of "
            f"{real_people(row.real)}"
        )
    elif verdict is Verdict.NOT_ENOUGH_EVIDENCE:
        text += f", which leaves room for {percent(row.near_copies.high)} of near-copies"
    return text


# -- repetition ------------------------------------------------------------------------------------


def _repeating(rows: Sequence[CopyingRow], settings: Settings) -> list[Part]:
    sizes = np.array([row.repeated_rows for row in rows], dtype=np.float64)
    ours, theirs = (
        np.nan_to_num(np.array([getattr(row, name) for row in rows], dtype=np.float64))
        for name in ("repeated", "repeated_real")
    )
    more = share_difference(
        ours * sizes, sizes, theirs * sizes, sizes, confidence=settings.confidence
    )
    estimates = [Estimate(*(float(side[i]) for side in more)) for i in range(len(rows))]
    claims = _claims(rows, estimates, (settings.repeated_watch, float("inf")), settings)
    found, flips = judged(claims, settings)
    return [
        Part(
            None,
            found[i] if found[i] in BAD else Verdict.OK,  # no further rule hangs on it
            f"of {synthetic_rows(row.repeated_rows)}, {percent(row.repeated)} repeat another, "
            f"where {percent(row.repeated_real)} of as many of {real_people(row.real)} do",
            flips[i],
            _severity(estimates[i], 4 * settings.repeated_watch),
            _evidence(row),
        )
        for i, row in enumerate(rows)
    ]


# -- together --------------------------------------------------------------------------------------


def _claims(
    rows: Sequence[CopyingRow],
    values: Sequence[Estimate],
    judged_by: tuple[float, float],
    settings: Settings,
) -> Claims:
    """A family of shares beyond chance; of a handful of rows nothing is made."""
    few = np.array([row.synthetic < _FEWEST for row in rows], dtype=bool)
    value, low, high = (
        np.where(few, np.nan, [getattr(one, side) for one in values])
        for side in ("value", "low", "high")
    )
    error = (value - low) / float(ndtri((1 + settings.confidence) / 2))
    capped = [min(row.real, row.synthetic) <= settings.support_problem for row in rows]
    return Claims(
        value=value,
        low=low,
        high=high,
        watch=limits(judged_by[0], len(rows)),
        problem=limits(judged_by[1], len(rows)),
        capped=np.array(capped, dtype=bool),
        exceeds=lambda limit: np.asarray(ndtr((limit - value) / np.maximum(error, 1e-9))),
    )


def _severity(found: Estimate, limit: float) -> float:
    return min(found.value / limit, 5.0) if found.known else 0.0


def _evidence(row: CopyingRow) -> dict[str, Any]:
    return evidence_of(
        row, "real", "synthetic", "holdout", "copies", "copied", "chance", "chance_by", "excess",
        "beyond", "unique", "reproduced", "repeated", "repeated_real", "queries", "searched",
        "searched_holdout", "complete", "closer", "closer_expected", "near_copies", "distance",
        "distance_fresh", "ratio", "ratio_fresh",
    )  # fmt: skip


def _stale(row: CopyingRow) -> list[Part]:
    """Say of a holdout that it holds real rows; it was not used then."""
    if row.holdout == 0 or row.holdout_used:
        return []
    text = (
        f"the holdout is not fresh and was not used: {row.overlap:,} of its {row.holdout:,} rows "
        f"equal one of {real_people(row.real)} in every value, {share(row.overlap_beyond)} beyond "
        "chance. Give rows that the generator never saw"
    )
    return [Part(None, Verdict.WATCH, text, severity=1.0, evidence=_evidence(row))]


def _quiet(row: CopyingRow, parts: Sequence[Part]) -> Part:
    """What is said where nothing is bad: no sign of copying, or too few rows to see any."""
    copied, nearly = parts[0], parts[1]
    if min(row.real, row.synthetic) == 0:
        text = (
            f"{real_people(row.real)} and {synthetic_rows(row.synthetic)} leave nothing to compare"
        )
        return replace(copied, verdict=Verdict.NOT_ENOUGH_EVIDENCE, text=text)
    verdict, flips = copied.verdict, copied.sensitivity
    if row.holdout_used:
        verdict = worst([verdict, nearly.verdict])
        if verdict is not copied.verdict:
            flips = nearly.sensitivity  # what the other would change to says nothing of this one
    text = copied.text
    if nearly.text:
        text += f"; {nearly.text}"
    elif not row.holdout_used:
        text += "; near-copies cannot be told without a fresh holdout"
    else:
        text += "; the people of this group are too few to tell near-copies"
    if verdict is Verdict.OK:
        text = f"{_NO_PROOF}: {text}"
    return replace(copied, verdict=verdict, text=text, sensitivity=flips, evidence=nearly.evidence)
