"""What of plausibility can be handed over."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from audits.disclosure_of.known import (
    Known,
    Treatment,
    Treatments,
    cleaned,
    coarser,
    never,
    tells_parts,
    unclean,
)
from audits.disclosure_of.parted import Parted
from audits.questions.plausibility_rows import KindRow, PlausibilityRow, RuleRow
from audits.questions.words import share, synthetic_rows
from audits.results import Finding

_EXTREMES = ("range", "limit")
"""Rules that name the least or the greatest value: somebody's own."""


def _all_used(row: Any) -> bool:
    return bool(row.synthetic_used == row.synthetic)


def _all_fresh(row: Any) -> bool:
    return bool(row.fresh_used == row.real)


_FLAGGED = Parted(
    lambda row: (row.flagged, row.synthetic_used - row.flagged),
    ("flagged", "observed", "excess", "p", "broken"),
    ("break what holds",),
    _all_used,
)
_PARTED = (
    _FLAGGED,
    Parted(
        lambda row: (row.fresh_flagged, row.fresh_used - row.fresh_flagged),
        ("fresh_flagged", "fresh_used", "expected", "excess", "p", "effective"),
        ("of fresh ones would", "of the holdout"),
        _all_fresh,
    ),
    Parted(
        lambda row: (row.unseen, row.synthetic_used - row.unseen),
        ("unseen", "unseen_observed", "unseen_excess", "unseen_p"),
        ("have a pair of values",),
        _all_used,
    ),
    Parted(
        lambda row: (row.unseen_fresh, row.fresh_used - row.unseen_fresh),
        ("unseen_fresh", "unseen_expected", "unseen_excess", "unseen_p", "unseen_effective"),
        ("of fresh real people would",),
        _all_fresh,
    ),
    Parted(
        lambda row: (
            row.real_flagged, row.real_used - row.real_flagged,
            row.real_flagged_pooled, row.real_used - row.real_flagged_pooled,
        ),
        ("real_flagged", "real_flagged_pooled", "real_used", "real_rate", "real_rate_pooled"),
        ("a filter by these flags",),
        lambda row: bool(row.real_used == row.real),
    ),
)  # fmt: skip
_SPECIAL = ("above all for", "most often broken", "the rule ", ", of everyone ")
"""Words before what is true of few rows: of one kind of rule, one rule, an example."""


def _group(row: PlausibilityRow, known: Known) -> PlausibilityRow:
    return cleaned(row, _PARTED, known)


def _tells(finding: Finding, row: PlausibilityRow, known: Known) -> bool:
    special = any(said in finding.because for said in _SPECIAL)
    return special or tells_parts(finding, row, _PARTED, known)


def _flagged_only(finding: Finding, row: PlausibilityRow, known: Known) -> str:
    """How many rows break a rule, without which, and without what fresh people would do."""
    if _FLAGGED in unclean(row, _PARTED, known) or _FLAGGED.marks[0] not in finding.because:
        return ""
    return (
        f"{finding.verdict.value}; {share(row.observed)} of {synthetic_rows(row.synthetic_used)} "
        "break what holds of the real people"
    )


def _kind(row: KindRow, known: Known) -> KindRow | None:
    """Of everyone only: the kinds of a group would have to be kept from being subtracted."""
    counts = (
        row.flagged, row.synthetic_used - row.flagged,
        row.fresh_flagged, row.fresh_used - row.fresh_flagged,
    )  # fmt: skip
    return None if row.group or known.small(*counts) else coarser(row)


def _rule(row: RuleRow, known: Known) -> RuleRow | None:
    """A rule that many people stand behind; never its example, which describes few rows."""
    counts = (
        row.support, row.real_broken, row.support - row.real_broken,
        row.broken, row.synthetic_support - row.broken,
    )  # fmt: skip
    if row.kind in _EXTREMES or known.small(*counts):
        return None
    together = row.expected * row.support / max(row.synthetic_support, 1)
    if row.kind != "given" and not together >= known.min_cell:
        return None  # it may name a value that few people have
    return coarser(replace(row, example="", expected=_rounded(row.expected)))


def _rounded(value: float) -> float:
    return value if math.isnan(value) else float(round(value))


TREATED: Treatments = {
    PlausibilityRow: Treatment(
        frozenset({
            "real", "synthetic", "synthetic_used", "fresh_used", "flagged", "fresh_flagged",
            "unseen", "unseen_fresh", "real_used", "real_flagged", "real_flagged_pooled",
        }),
        _group,
        frozenset({"rules"}),
        tells=_tells,
        parted=_PARTED,
        instead=_flagged_only,
    ),
    KindRow: Treatment(
        frozenset({"flagged", "synthetic_used", "fresh_flagged", "fresh_used"}),
        _kind,
        behind=never,
    ),
    RuleRow: Treatment(
        frozenset({"support", "real_broken", "synthetic_support", "broken"}),
        _rule,
        behind=never,
    ),
}  # fmt: skip
