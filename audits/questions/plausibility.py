"""Plausibility: are there synthetic people who could not exist?"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair, Sample
from audits.data.rules import violations
from audits.data.tables import Counts
from audits.estimates import Estimate
from audits.formulas.conformal import rows_to_flag
from audits.formulas.differences import share_difference
from audits.formulas.excess import excess_p, left_out_people
from audits.formulas.shares import wilson
from audits.questions import plausibility_verdicts
from audits.questions.plausibility_listed import listed_rules
from audits.questions.plausibility_outliers import Outliers, Scored, score_rows
from audits.questions.plausibility_rows import KINDS, KindRow, PlausibilityRow, RuleRow
from audits.questions.plausibility_rules import (
    FORBIDDEN,
    RANGE,
    RULE,
    UNSEEN,
    Bits,
    Mined,
    left_out,
    left_out_twice,
    mine,
    of_fresh,
    whole,
)
from audits.results import Finding, Row
from audits.settings import Settings

TITLE = "Plausibility"
ASKS = "Are there synthetic people who could not exist?"
SETTINGS = (
    "implausible_watch",
    "implausible_problem",
    "unseen_watch",
    "unseen_problem",
    "removal_watch",
    "forbidden_alpha",
    "rule_support",
    "outlier_alpha",
    "outlier_neighbours",
    "outlier_within",
    "outlier_base",
    "plausibility_rows",
    "support_problem",
)
MAIN = "groups"
TABLES: dict[str, type[Row]] = {"groups": PlausibilityRow, "kinds": KindRow, "rules": RuleRow}

_FEWEST = 20  # real people below whom ranges say nothing
_MANY = 100  # people of a holdout to whom rows left out in turn need not be added
_BIT = {"unseen": UNSEEN, "forbidden": FORBIDDEN, "rule": RULE, "range": RANGE, "outlier": 16}
Flags = NDArray[np.bool_]


class _Table(NamedTuple):
    """Drawn rows of one table: where each group's stand, what each breaks, how odd each is."""

    places: tuple[NDArray[np.int64], ...]
    bits: Bits
    scored: Scored


class _Group(NamedTuple):
    """One group's rows: what each breaks as one bit per kind, outliers among them."""

    synthetic: NDArray[np.int64]
    fresh: NDArray[np.int64]
    twice: NDArray[np.int64]
    real: NDArray[np.int64]
    pooled: NDArray[np.int64]
    source: str
    within: bool


class _Compared(NamedTuple):
    """Rows of a kind among the synthetic and among fresh people, and what follows."""

    broken: int
    fresh: int
    effective: float
    observed: Estimate
    expected: Estimate
    excess: Estimate
    p: float


def measure(pair: Pair) -> dict[str, tuple[Row, ...]]:
    """Find rules that all real rows keep, and count the rows of every group that break them."""
    mined = mine(pair)
    judged = [g for g in range(len(pair.groups)) if pair.groups.labelled[g]]
    everyone = pair.samples[0].places(whole(pair), _most(pair))
    base = everyone[: pair.settings.outlier_base]
    real, synthetic = (_table(pair, side, mined, base, judged) for side in pair.samples)
    held = None if pair.held is None else _table(pair, pair.held, mined, base, judged)
    pool = Outliers(real.scored, everyone, pair.settings.outlier_alpha)
    groups: list[Row] = []
    kinds: list[Row] = []
    given = _given(pair, judged)
    for at, g in enumerate(judged):
        within = len(real.places[at]) >= _enough_within(pair.settings)
        own = pool.of(real.places[at]) if within else pool
        found = _broken((real, synthetic, held), at, own, pool)
        groups.append(_row(pair, g, found, mined.rules, outliers=pool.enough))
        kinds += [_kind(pair, g, kind, found) for kind in ("unseen", *KINDS)]
        kinds += given[g]
        pair.progress("plausibility", (at + 1) / len(judged))
    return {"groups": tuple(groups), "kinds": tuple(kinds), "rules": listed_rules(pair, mined)}


def _most(pair: Pair) -> int:
    return min(pair.settings.plausibility_rows, pair.settings.rows_per_group)


def _table(
    pair: Pair, sample: Sample, mined: Mined, base: NDArray[np.int64], judged: list[int]
) -> _Table:
    """Look up what the rows used of one table break, each row once."""
    places = tuple(sample.places(g, _most(pair)) for g in judged)
    used = np.unique(np.concatenate(places)) if places else np.zeros(0, np.int64)
    bits = np.zeros(len(sample.rows.codes), dtype=np.uint16)
    bits[used] = mined.broken(sample.codes(used))
    return _Table(places, bits, score_rows(pair, sample, used, base))


def _row(pair: Pair, g: int, found: _Group, rules: int, *, outliers: bool) -> PlausibilityRow:
    confidence, flags = pair.settings.confidence, _flags(len(found.real))
    combined, unseen = (_compare(found, bits, confidence) for bits in (flags, UNSEEN))
    flagged = found.synthetic[(found.synthetic & flags) > 0] & flags
    removed, pooled = (int(((rows & flags) > 0).sum()) for rows in (found.real, found.pooled))
    return PlausibilityRow(
        group=pair.groups.names[g],
        real=int(pair.rows[0][g]),
        synthetic=int(pair.rows[1][g]),
        synthetic_used=len(found.synthetic),
        fresh_used=len(found.fresh),
        fresh_source=found.source,
        rules=rules,
        flagged=combined.broken,
        fresh_flagged=combined.fresh,
        broken=float(np.bitwise_count(flagged).mean()) if len(flagged) else float("nan"),
        **_named(combined, ""),
        unseen=unseen.broken,
        unseen_fresh=unseen.fresh,
        **_named(unseen, "unseen_"),
        real_used=len(found.real),
        real_flagged=removed,
        real_flagged_pooled=pooled,
        real_rate=_share(removed, len(found.real), confidence),
        real_rate_pooled=_share(pooled, len(found.real), confidence),
        within=found.within,
        outliers=outliers,
    )


def _named(compared: _Compared, prefix: str) -> dict[str, Any]:
    """Return what is alike of every comparison, by the name of its field."""
    names = ("effective", "observed", "expected", "excess", "p")
    return {prefix + name: getattr(compared, name) for name in names}


def _enough_within(settings: Settings) -> int:
    return max(settings.outlier_within, rows_to_flag(settings.outlier_alpha))


def _flags(real: int) -> int:
    """Return the bits that flag a row; of a few real people's range nothing follows."""
    kinds = [kind for kind in KINDS if real >= _FEWEST or kind != "range"]
    return sum(_BIT[kind] for kind in kinds)


def _broken(
    tables: tuple[_Table, _Table, _Table | None], at: int, own: Outliers, pool: Outliers
) -> _Group:
    """Return what every row of a group breaks, outliers judged as the group's size allows."""
    odd, (real, synthetic, held) = _BIT["outlier"], tables
    mine, theirs = real.places[at], synthetic.places[at]
    left = left_out(real.bits[mine]).astype(np.int64)
    twice = left_out_twice(real.bits[mine]).astype(np.int64)
    alone, pooled = (left | odd * side.among(mine) for side in (own, pool))
    made = of_fresh(synthetic.bits[theirs]) | odd * own.flags(synthetic.scored.of(theirs))
    source, fresh, within = _source(held, at), alone, own is not pool
    if held is not None and source != "left out":
        rows = held.places[at]
        fresh = of_fresh(held.bits[rows]) | odd * own.flags(held.scored.of(rows))
        none = np.zeros(len(rows), np.int64)
        both = source == "both"
        twice = np.concatenate([none, twice]) if both else none
        fresh = np.concatenate([fresh, alone]) if both else fresh
    return _Group(made, fresh, twice, alone, pooled, source, within)


def _source(held: _Table | None, at: int) -> str:
    """Say who stands for fresh people: the holdout's, real rows left out, or, if few, both."""
    if held is None or not len(held.places[at]):
        return "left out"
    return "holdout" if len(held.places[at]) >= _MANY else "both"


def _kind(pair: Pair, g: int, kind: str, found: _Group) -> KindRow:
    compared = _compare(found, _BIT[kind], pair.settings.confidence)
    return KindRow(
        pair.groups.names[g], kind, "", compared.broken, len(found.synthetic), compared.fresh,
        len(found.fresh), *compared[2:],
    )  # fmt: skip


def _compare(found: _Group, bits: int, confidence: float) -> _Compared:
    """Compare how many rows break any of some kinds with how many fresh people do."""
    broken, fresh = (found.synthetic & bits) > 0, (found.fresh & bits) > 0
    twice = ~fresh & ((found.twice & bits) > 0)
    n = len(fresh)
    effective = float(left_out_people(fresh.sum(), twice.sum(), n))
    return _compared(int(broken.sum()), len(broken), int(fresh.sum()), n, effective, confidence)


def _compared(
    count: int, total: int, fresh: int, people: int, effective: float, confidence: float
) -> _Compared:
    """Put a share beside that of fresh people, who are worth so many in effect."""
    scaled = fresh / people * effective if people else 0.0
    observed = _share(count, total, confidence)
    expected = _share(scaled, effective, confidence)
    p = float(excess_p(count, total, scaled, effective))
    if not (observed.known and expected.known):
        return _Compared(count, fresh, effective, observed, expected, Estimate.unknown(), p)
    excess = share_difference(count, total, scaled, effective, confidence=confidence)
    return _Compared(count, fresh, effective, observed, expected, Estimate(*excess), p)


def _share(count: float, total: float, confidence: float) -> Estimate:
    if total == 0:
        return Estimate.unknown()
    low, high = wilson(count, total, confidence=confidence)
    return Estimate(count / total, low, high)


def _given(pair: Pair, judged: list[int]) -> dict[int, list[KindRow]]:
    """Rows of every group that break each rule the user gave: all that it can be checked on."""
    rows: dict[int, list[KindRow]] = {g: [] for g in judged}
    for rule in violations(pair):
        made, fresh = (
            [pair.groups.total(counts) for counts in both]
            for both in (
                (rule.synthetic_broken, rule.synthetic_checked),
                (rule.real_broken, rule.real_checked),
            )
        )
        held = [
            None if counts is None else pair.groups.total(counts)
            for counts in (rule.holdout_broken, rule.holdout_checked)
        ]
        for g in judged:
            wrong, checked = fresh
            if held[0] is not None and held[1] is not None and held[1][g] > 0:
                wrong, checked = held[0], held[1]
            rows[g].append(_given_row(pair, g, rule.name, (*made, wrong, checked)))
    return rows


def _given_row(pair: Pair, g: int, name: str, counts: tuple[Counts, ...]) -> KindRow:
    broken, checked, wrong, people = (int(each[g]) for each in counts)
    found = _compared(broken, checked, wrong, people, float(people), pair.settings.confidence)
    return KindRow(pair.groups.names[g], "given", name, broken, checked, wrong, people, *found[2:])


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: rows that break rules, unseen pairs, and whom a filter would hit."""
    return plausibility_verdicts.judge(tables, settings)
