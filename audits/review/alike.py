"""The rows of a homogenised group that are the most alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.tables import Codes
from audits.formulas.nearest import nearest
from audits.formulas.profiles import distinct_rows
from audits.questions.places import places
from audits.results import Audit, Finding, Group, Verdict
from audits.review.finding_items import severity_of
from audits.seeds import stream_seed

Whole = NDArray[np.int64]
_QUESTIONS = ("diversity", "provenance")
_BAD = (Verdict.PROBLEM, Verdict.WATCH)
_BELOW = 0.8  # of a finding's severity: the finding comes first, then the rows it is about


@dataclass(frozen=True)
class Alike:
    """A synthetic row that is much like others of its group.

    `copies` rows of the group are the same in every column, itself included; where it is one, the
    nearest other is `apart` from it.
    """

    row: int
    finding: Finding
    copies: int
    apart: float

    @property
    def severity(self) -> float:
        """Below that of the finding; more copies come first."""
        most = _BELOW * severity_of(self.finding.verdict, self.finding.severity)
        return most * (1 - 0.5 / max(self.copies, 1))


def alike_rows(pair: Pair, audit: Audit, codes: Codes, cell: Whole, names: Sequence[Group]) -> (
    list[Alike]
):  # fmt: skip
    """Return such rows, up to `review_alike` per group, each once: for the severest finding.

    `codes` are those of all synthetic rows, `cell` is the place of each row's group in `names`.
    """
    found: dict[int, Alike] = {}
    profile = distinct_rows(codes.astype(np.int64)).of_row
    for finding in homogenised(audit):
        wanted = set(finding.group)
        inside = np.array([wanted <= set(name) for name in names], dtype=bool)
        rows = np.flatnonzero(inside[cell])
        for one in _most_alike(pair, finding, codes, profile, rows):
            found.setdefault(one.row, one)
    return list(found.values())


def homogenised(audit: Audit) -> list[Finding]:
    """Return the findings that say that rows of a group are too much alike, the severest first.

    One per group: there the worst.
    """
    findings = [f for f in audit.findings if f.question in _QUESTIONS and f.verdict in _BAD]
    findings.sort(key=lambda f: -severity_of(f.verdict, f.severity))
    first: dict[Group, Finding] = {}
    for finding in findings:
        first.setdefault(finding.group, finding)
    return list(first.values())


def _most_alike(
    pair: Pair, finding: Finding, codes: Codes, profile: Whole, rows: Whole
) -> Iterator[Alike]:
    most = pair.settings.review_alike
    if len(rows) < 2 or not most:
        return
    copies = np.bincount(profile[rows], minlength=int(profile.max()) + 1)[profile[rows]]
    order = np.lexsort((rows, profile[rows], -copies))
    order = order[copies[order] > 1][:most]
    for place in order:
        yield Alike(int(rows[place]), finding, int(copies[place]), 0.0)
    if len(order) < most:
        others = rows[copies == 1]
        yield from _nearest_others(pair, finding, codes, others, most - len(order))


def _nearest_others(
    pair: Pair, finding: Finding, codes: Codes, rows: Whole, most: int
) -> Iterator[Alike]:
    """Rows without a copy whose nearest other is the nearest, among a seeded sample."""
    seed = stream_seed(pair.settings.seed, "review", "alike", finding.group)
    chosen = np.random.default_rng(seed).permutation(len(rows))[: pair.settings.rows_per_group]
    rows = np.sort(rows[chosen])
    if len(rows) < 2:
        return
    mine = codes[rows].astype(np.int64)
    found = nearest(mine, mine, [places(pair, coding) for coding in pair.attributes], k=2)
    apart = found.least[found.query_profile, 1]
    for place in np.lexsort((rows, apart))[:most]:
        yield Alike(int(rows[place]), finding, 1, float(apart[place]))
