"""Provenance: on how many real people does each synthetic group rest?"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from audits.data.pair import Pair
from audits.estimates import Estimate
from audits.formulas.ancestors import basis_interval, effective_ancestors, group_ancestors
from audits.formulas.attribution import nearest_rows
from audits.formulas.effective_rows import kish_effective
from audits.formulas.kappa import kappa, pool_rows
from audits.formulas.kappa_inference import kappa_jackknife, kappa_permutation_p
from audits.formulas.shares import rule_of_zero, wilson
from audits.formulas.sources_behind import meeting_error, sources_behind
from audits.questions import provenance_verdicts
from audits.questions.places import places
from audits.questions.provenance_rows import ProvenanceRow
from audits.results import Finding, Row
from audits.seeds import stream
from audits.settings import Settings

TITLE = "Provenance"
ASKS = "On how many real people does each synthetic group rest?"
SETTINGS = (
    "basis_problem",
    "basis_ample",
    "amplification_limit",
    "kappa_watch",
    "kappa_problem",
    "support_watch",
    "support_problem",
    "ancestor_base",
    "ancestor_queries",
)
MAIN = "groups"
TABLES: dict[str, type[Row]] = {"groups": ProvenanceRow}

_FEWEST = 10  # real people below whom kappa says nothing
_LISTED = 100  # people up to which each is listed
_NEARLY_ALL = 0.95
_SPLIT_ROWS = 12_000  # splits x rows: many splits for few people, few for many
_JACKKNIFE_UP_TO = 150
_EXCEEDANCES = 10
_PERMUTED_SPLITS = 15
_PERMUTATIONS = 399


class _Spread(NamedTuple):
    value: Estimate
    p: float


def measure(pair: Pair) -> dict[str, tuple[Row, ...]]:
    """Attribute the rows of every synthetic group to its real people."""
    positions = [places(pair, coding) for coding in pair.attributes]
    effective = _effective(pair)
    alike, rows = _alike(pair), []
    for g in range(len(pair.groups)):
        if pair.groups.labelled[g]:
            row = _row(pair, g, positions, float(effective[g]))
            rows.append(replace(row, common=tuple(alike.get(g, ()))))
        pair.progress("provenance", (g + 1) / len(pair.groups))
    return {"groups": tuple(rows)}


def _effective(pair: Pair) -> NDArray[np.float64]:
    if not pair.weighted:
        return np.asarray(pair.rows[0], dtype=np.float64)
    weights, squares = (pair.groups.total(part) for part in pair.cell_weights)
    return np.asarray(np.nan_to_num(kish_effective(weights, squares)))


def _row(
    pair: Pair, g: int, positions: list[NDArray[np.float64] | None], effective: float
) -> ProvenanceRow:
    group, settings = pair.groups.names[g], pair.settings
    n, m = (int(side[g]) for side in pair.rows)
    inside = np.flatnonzero(pair.inside[g])
    if n == 0 or m == 0 or len(inside) == 0:
        return _empty(group, n, m, effective)
    complete = n <= min(settings.ancestor_base, settings.rows_per_group)
    searched = n if complete else settings.ancestor_base // 2
    wanted = settings.ancestor_queries
    if complete:
        wanted = min(max(wanted, 2 * n), settings.rows_per_group)
    real = pair.samples[0].of(g, searched)[:, inside]
    synthetic = pair.samples[1].of(g, wanted)[:, inside]
    scales = [positions[j] for j in inside]
    found = group_ancestors(
        nearest_rows(synthetic, real, scales),
        queries=np.arange(len(synthetic)),
        people=np.arange(len(real)),
    )
    counted = effective_ancestors(found.weights, self_pairs=found.self_pairs, cells=found.cells)
    spread = _kappa(pair, g, real, synthetic, scales, found.weights, inside)
    basis = _basis(counted.n1, counted.n2, spread.value.value, complete=complete)
    basis = min(basis, effective)
    ratio = spread.value
    within = basis_interval(basis, ratio.value, ratio.low, ratio.high, people=effective)
    claimed, honest = (
        _half_width(size, settings.confidence) for size in (float(m), min(basis, float(m)))
    )
    return ProvenanceRow(
        group=group,
        real=n,
        synthetic=m,
        effective=effective,
        searched=len(real),
        queries=len(synthetic),
        complete=complete,
        distinct=counted.distinct,
        profiles=counted.cells,
        n1=counted.n1,
        n2=counted.n2,
        basis=basis,
        effective_people=Estimate(basis, *within),
        amplification=m / basis if basis > 0 else float("inf"),
        top5_share=counted.top5_share,
        kappa=spread.value,
        kappa_p=spread.p,
        half_width_claimed=claimed,
        half_width_real=honest,
        precision=claimed / honest,
        rarest_seen=float(np.asarray(rule_of_zero(n, confidence=settings.confidence))),
        people=_people(found.weights, m, complete and n <= _LISTED),
        common=(),
    )


def _empty(group: tuple[tuple[str, str], ...], n: int, m: int, effective: float) -> ProvenanceRow:
    nan = float("nan")
    basis = nan if n else 0.0
    return ProvenanceRow(
        group, n, m, effective, 0, 0, True, 0, 0, nan, nan, basis if m else nan,
        Estimate.unknown(), nan, nan, Estimate.unknown(), nan, nan, nan, nan, nan, (), (),
    )  # fmt: skip


def _basis(n1: float, n2: float, ratio: float, *, complete: bool) -> float:
    """Effective people: both numbers err low when rows are few, so the larger stands.

    Where only some of the real people were searched, others may stand behind the rows too; and
    where no two rows meet in one person, nothing says that there are fewer than all.
    """
    if np.isnan(n2) or np.isinf(n2):
        return float("inf")
    seen = max(n1, n2)
    return seen if complete or np.isnan(ratio) else max(seen, float(sources_behind(1 / n2, ratio)))


def _kappa(
    pair: Pair,
    g: int,
    real: NDArray[np.uint16],
    synthetic: NDArray[np.uint16],
    scales: list[NDArray[np.float64] | None],
    weights: NDArray[np.float64],
    inside: NDArray[np.int64],
) -> _Spread:
    n, nan = len(real), float("nan")
    if n < _FEWEST or len(synthetic) < 2:
        return _Spread(Estimate.unknown(), nan)
    settings, group = pair.settings, pair.groups.names[g]
    fresh = None if pair.held is None else pair.held.of(g)[:, inside]
    if fresh is not None and len(fresh) < n:
        fresh = None  # halves of the real group, dealt many times, say more than so few
    pool = pool_rows(real, synthetic[: settings.ancestor_queries], scales, holdout_codes=fresh)
    splits = int(np.clip(_SPLIT_ROWS // n, 12, 200))
    rng = stream(settings.seed, "provenance", "kappa", group)
    if n <= _JACKKNIFE_UP_TO:
        found = kappa_jackknife(
            pool, splits=min(splits, 60), confidence=settings.confidence, rng=rng
        )
        value = Estimate(found.value, found.low, found.high)
        error = found.error
    else:
        ratio = kappa(pool, splits=splits, rng=rng)
        own = meeting_error(weights, rows=min(len(synthetic), settings.ancestor_queries))
        compared = n / 2 if fresh is None else len(fresh)
        error = float(np.hypot(own, meeting_error(weights, rows=compared)))
        reach = float(ndtri((1 + settings.confidence) / 2)) * error
        value = Estimate(ratio, ratio * float(np.exp(-reach)), ratio * float(np.exp(reach)))
    if not value.known:
        return _Spread(value, nan)
    if value.value >= 1:  # nothing to accuse it of, yet a member of the family
        return _Spread(value, 1.0)
    if n >= settings.closed_form_from:
        return _Spread(value, float(ndtr(np.log(value.value) / max(error, 1e-9))))
    tested = kappa_permutation_p(
        pool,
        splits=_PERMUTED_SPLITS,
        max_draws=min(settings.max_draws, _PERMUTATIONS),
        exceedances=_EXCEEDANCES,
        rng=rng,
    )
    return _Spread(value, tested.p_value)


def _half_width(size: float, confidence: float) -> float:
    if size == 0:  # people who all weigh nothing
        return float("nan")
    low, high = wilson(size / 2, size, confidence=confidence)
    return float(np.asarray(high) - np.asarray(low)) / 2


def _people(weights: NDArray[np.float64], m: int, listed: bool) -> tuple[int, ...]:
    """Rows per real person, most first; scaled up where not every row was attributed."""
    if not listed:
        return ()
    scaled = weights * (m / max(weights.sum(), 1e-9))
    return tuple(round(value) for value in np.sort(scaled)[::-1].tolist())


def _alike(pair: Pair) -> dict[int, list[str]]:
    """What all of a group's real people share, where not nearly everyone else does.

    Of fewer than ten nothing is listed: it would describe persons.
    """
    shared: dict[int, list[str]] = {}
    for j, coding in enumerate(pair.attributes):
        if coding.size < 2:
            continue
        everyone, _ = pair.everyone(coding.name)
        for run in pair.runs(np.flatnonzero(pair.inside[:, j]), [coding.name]):
            real, _ = pair.counts(coding.name, run)
            place, n = np.arange(len(real)), real.sum(1)
            top = 1 + real[:, 1:].argmax(1)
            others, alike = everyone.sum() - n, everyone[top] - real[place, top]
            same = (n >= _FEWEST) & (real[place, top] == n)
            for i in np.flatnonzero(same & (alike < _NEARLY_ALL * np.maximum(others, 1))):
                said = f"{coding.labels[top[i]]} ({coding.name})"
                shared.setdefault(int(run[i]), []).append(said)
    return shared


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: how many people, how far amplified, how evenly used."""
    return provenance_verdicts.judge(tables, settings)
