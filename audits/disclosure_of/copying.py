"""What of copying can be handed over."""

from __future__ import annotations

from typing import Any

from audits.disclosure_of.known import (
    Known,
    Treatment,
    Treatments,
    cleaned,
    tells_parts,
    unclean,
)
from audits.disclosure_of.parted import Parted, part
from audits.estimates import percent
from audits.questions.copying_rows import CopyingRow
from audits.questions.words import real_people, synthetic_rows
from audits.results import Finding


def _all_sought(row: Any) -> bool:
    return bool(row.queries == row.synthetic)


def _all_repeated(row: Any) -> bool:
    return bool(row.repeated_rows == row.synthetic)


_EQUAL = Parted(
    lambda row: (row.copies, row.synthetic - row.copies),
    ("copies", "copied", "excess", "beyond", "beyond_p"),
    ("in every value",),
)
_PARTED = (
    _EQUAL,
    Parted(
        lambda row: (
            row.unique, row.pairs, row.real - row.unique - row.pairs, row.overlap,
            row.holdout - row.overlap,
        ),
        (
            "holdout", "chance", "excess", "beyond", "beyond_p", "unique", "pairs", "overlap",
            "overlap_beyond", "closer_expected", "closer_sd", "fresh",
        ),
        ("of fresh people do", "equal another", "beyond chance", "the holdout is not fresh",
         "is chance"),
    ),
    Parted(lambda row: (row.reproduced, row.unique - row.reproduced), ("reproduced",)),
    Parted(
        lambda row: part(row.closer.value, row.queries),
        ("closer", "closer_expected", "closer_sd", "closer_p", "near_copies"),
        ("nearer to a real person", "of near-copies"),
        _all_sought,
    ),
    Parted(
        lambda row: (
            *part(row.repeated, row.repeated_rows), *part(row.repeated_real, row.repeated_rows),
        ),
        ("repeated", "repeated_real", "repeated_rows"),
        ("repeat another",),
        _all_repeated,
    ),
)  # fmt: skip


def _group(row: CopyingRow, known: Known) -> CopyingRow:
    return cleaned(row, _PARTED, known)


def _tells(finding: Finding, row: CopyingRow, known: Known) -> bool:
    return tells_parts(finding, row, _PARTED, known)


def _equal_only(finding: Finding, row: CopyingRow, known: Known) -> str:
    """How many rows are equal, without what chance would make so."""
    if _EQUAL in unclean(row, _PARTED, known) or _EQUAL.marks[0] not in finding.because:
        return ""
    return (
        f"{finding.verdict.value}; {row.copies:,} of {synthetic_rows(row.synthetic)} "
        f"({percent(row.copied.value)}) equal one of {real_people(row.real)} in every value"
    )


TREATED: Treatments = {
    CopyingRow: Treatment(
        frozenset({
            "real", "synthetic", "holdout", "copies", "unique", "pairs", "reproduced",
            "repeated_rows",
            "overlap", "queries", "searched", "searched_holdout", "fresh",
        }),
        _group,
        tells=_tells,
        parted=_PARTED,
        instead=_equal_only,
    ),
}  # fmt: skip
