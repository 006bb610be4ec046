"""Quotas: does the synthetic table hold what was asked for, of every group?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data.groups import position_in
from audits.data.pair import Pair
from audits.data.table_quotas import TableQuota
from audits.estimates import Estimate
from audits.formulas.effective_rows import kish_effective, linearised_effective
from audits.formulas.ratios import koopman
from audits.formulas.shares import wilson
from audits.questions import quotas_verdicts
from audits.questions.quotas_rows import QuotaRow
from audits.results import Finding, Row
from audits.settings import Settings

TITLE = "Quotas"
ASKS = "Does the synthetic table hold of every group what was asked for?"
SETTINGS: tuple[str, ...] = ()  # its limits are those of the quotas
MAIN = "quotas"
TABLES: dict[str, type[Row]] = {"quotas": QuotaRow}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Counted:
    """Of the group of every quota: synthetic rows of `of`, real ones, and the share of these.

    The real share rests on `linearised` of `real_total` rows, in effect.
    """

    there: NDArray[np.int64]
    of: int
    people: NDArray[np.int64]
    real_share: Floats
    linearised: Floats
    real_total: Floats


def measure(pair: Pair) -> dict[str, tuple[Row, ...]]:
    """Count the group of every quota, however many features it crosses."""
    if not pair.quotas:
        return {"quotas": ()}
    counted, confidence = _counted(pair), pair.settings.confidence
    shares = wilson(counted.there, counted.of, confidence=confidence)
    ratios = koopman(
        counted.there, counted.of, counted.linearised, counted.real_total, confidence=confidence
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        share = counted.there / counted.of
        ratio = share / counted.real_share
    return {
        "quotas": tuple(
            _row(
                quota, counted, i, pair,
                share=Estimate.at(share[i], shares, i), ratio=Estimate.at(ratio[i], ratios, i),
            )
            for i, quota in enumerate(pair.quotas)
        )
    }  # fmt: skip


def _counted(pair: Pair) -> _Counted:
    """Count all groups at once: a pass over the cells for every set of columns."""
    belongs = _places(pair)

    def summed(per_cell: NDArray[Any]) -> NDArray[Any]:
        totals = np.zeros(len(pair.quotas), dtype=per_cell.dtype)
        for quotas, place in belongs:
            inside = place >= 0
            np.add.at(totals, quotas[place[inside]], per_cell[inside])
        return totals

    real, synthetic = pair.cell_rows
    weights, squares = pair.cell_weights
    people, weight = summed(real), summed(weights)
    n, whole, whole_squares = int(real.sum()), float(weights.sum()), float(squares.sum())
    real_share = weight / whole
    total = np.full(len(pair.quotas), float(n))
    if pair.weighted:
        linear = linearised_effective(whole, whole_squares, weight, summed(squares))
        total = np.where(people == n, kish_effective(whole, whole_squares), np.asarray(linear))
    return _Counted(
        summed(synthetic), int(synthetic.sum()), people, real_share, real_share * total, total
    )


def _places(pair: Pair) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """For every set of columns, its quotas, and which of them each cell belongs to (-1: none)."""
    place = {feature.column: i for i, feature in enumerate(pair.features)}
    by_columns: dict[tuple[int, ...], list[int]] = {}
    for number, quota in enumerate(pair.quotas):
        by_columns.setdefault(tuple(place[column] for column, _ in quota.group), []).append(number)
    return [
        (np.array(quotas), position_in(_codes(pair, quotas, columns), pair.cells[:, list(columns)]))
        for columns, quotas in by_columns.items()
    ]


def _codes(pair: Pair, quotas: Sequence[int], columns: Sequence[int]) -> NDArray[np.int64]:
    """The codes of the values of some quotas; -1 for a value that only the reference has."""
    known = [{label: code for code, label in enumerate(pair.features[i].labels)} for i in columns]
    codes = [
        [known[j].get(value, -1) for j, (_, value) in enumerate(pair.quotas[number].group)]
        for number in quotas
    ]
    return np.array(codes, dtype=np.int64).reshape(len(quotas), len(columns))


def _row(
    quota: TableQuota, counted: _Counted, i: int, pair: Pair, *, share: Estimate, ratio: Estimate
) -> QuotaRow:
    asked = pair.reference.share(quota.group) if pair.reference and quota.group else None
    rows = quota.rows
    return QuotaRow(
        group=quota.group,
        there=int(counted.there[i]),
        of=counted.of,
        people=int(counted.people[i]),
        share=share,
        ratio=ratio,
        representation=share.over(asked),
        reference_share=asked,
        linearised=float(counted.linearised[i]),
        real_total=float(counted.real_total[i]),
        rows_at_least=None if rows.at_least is None else int(rows.at_least),
        rows_at_most=None if rows.at_most is None else int(rows.at_most),
        share_at_least=quota.share.at_least,
        share_at_most=quota.share.at_most,
        ratio_at_least=quota.ratio.at_least,
        ratio_at_most=quota.ratio.at_most,
        representation_at_least=quota.representation.at_least,
        representation_at_most=quota.representation.at_most,
    )


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per quota."""
    return quotas_verdicts.judge(tables, settings)
