"""Whether removing some rows removes a group faster than everybody: before it is done, and after.

The one rule by which a preview, a curated table and a gate judge what a filter does to groups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from audits.estimates import Estimate, many, percent
from audits.formulas.flag_rates import more_than_rest_p
from audits.formulas.ratios import koopman, ratio_above_p
from audits.formulas.shares import wilson
from audits.judging import adjusted, flips
from audits.results import Group, Row, Verdict, group_name
from audits.settings import Settings

Floats = NDArray[np.float64]
_MOST_SEVERE = 5.0


@dataclass(frozen=True)
class RemovalLine(Row):
    """What removing some rows does to a group.

    `removed` of its `rows` go, a `share` with its Wilson interval; `ratio` is that share over
    everyone's (unknown where nobody is removed). `p` is the chance that so many of the group's rows
    are hit if as many rows altogether were picked at random, adjusted for the number of groups; of
    everyone it is 1. `kept` is the share of its rows that stay over everyone's.
    """

    rows: int
    removed: int
    share: Estimate
    ratio: Estimate
    p: float
    verdict: Verdict
    because: str
    sensitivity: str = "stable"
    severity: float = 0.0
    kept: Estimate = field(default_factory=Estimate.unknown)

    @property
    def faster(self) -> bool:
        """Whether the group is removed faster than everyone, for all that is known."""
        return self.verdict in (Verdict.PROBLEM, Verdict.WATCH)


def removal_lines(
    groups: Mapping[Group, int], removed: Mapping[Group, int], settings: Settings
) -> tuple[RemovalLine, ...]:
    """Judge what a filter removes: everyone first, then the groups, worst first.

    A group is a `problem` where it is surely removed at least `removal_ratio` times as often as
    everyone: the interval of the ratio lies there, and so does the p value, adjusted for the number
    of groups. It is watched where it is surely hit more often than the rest, by counting alone, and
    the ratio seen reaches `removal_ratio`; `ok` where the whole interval is below that.

    Where most rows go, no group can be removed much faster than everyone. So the rows that stay are
    compared, too: everyone's share of them over the group's, by the same limit, and the worse of
    both counts. It can only be the worse one where more than 44 % of all rows go (at 1.25).

    Parameters
    ----------
    groups : mapping of Group to int
        Rows per combination of all sensitive features.
    removed : mapping of Group to int
        Those of them that are removed; combinations that lose nobody may be left out.
    settings : Settings
        `removal_ratio`, `confidence`, `false_discovery_rate`, `multiplicity`; groups are crossed up
        to `intersections` features, and all of them together.

    Returns
    -------
    tuple of RemovalLine
        One per group with rows. Of everyone the verdict is `ok`: nobody is compared with himself.

    Raises
    ------
    ValueError
        If more rows are removed than a combination has.

    Examples
    --------
    >>> rows = {(("sex", "female"),): 100, (("sex", "male"),): 900}
    >>> lines = removal_lines(rows, {(("sex", "female"),): 40, (("sex", "male"),): 10}, Settings())
    >>> [(line.group, line.verdict.value) for line in lines[1:]]
    [((('sex', 'female'),), 'problem'), ((('sex', 'male'),), 'ok')]
    >>> print(lines[1].ratio)
    8.00 (6.76 to 8.85)
    """
    _check(groups, removed)
    names, sizes = _rolled_up(groups, settings.intersections)
    if not names:
        return ()
    counted = _counted(_hits(names, removed, settings.intersections), sizes, settings)
    sure = adjusted(counted.exact, settings)
    verdicts = _judged(counted, settings)
    moved = flips(lambda factor: _judged(counted, settings, factor=factor), "the limit were")
    lines = []
    for i, group in enumerate(names):
        verdict = verdicts[i] if group else Verdict.OK
        share, ratio = counted.shares[i], counted.ratios[i]
        lines.append(RemovalLine(
            group, int(sizes[i]), int(counted.hits[i]), share, ratio,
            float(sure[i]) if group else 1.0, verdict, _because(group, i, counted),
            moved[i] if group else "stable", _severity((ratio, counted.lost[i]), verdict),
            _inverse(counted.lost[i]),
        ))  # fmt: skip
    return (lines[0], *sorted(lines[1:], key=_order))


@dataclass(frozen=True)
class _Counted:
    """Rows of each group, and those removed; everyone is the first. What is measured of them."""

    hits: Floats
    sizes: Floats
    exact: Floats
    shares: list[Estimate]
    ratios: list[Estimate]
    lost: list[Estimate]  # everyone's share of rows that stay over the group's


def _counted(hits: Floats, sizes: Floats, settings: Settings) -> _Counted:
    exact = np.asarray(more_than_rest_p(hits, sizes, hits[0], sizes[0]), dtype=np.float64).copy()
    exact[0] = np.nan  # of everyone there is no statement
    shares = _shares(hits, sizes, settings)
    ratios, lost = _ratios(hits, sizes, settings), _lost(hits, sizes, settings)
    return _Counted(hits, sizes, exact, shares, ratios, lost)


def _order(line: RemovalLine) -> tuple[int, float, int, Group]:
    return (line.verdict.rank, -round(line.severity, 9), len(line.group), line.group)


def _check(groups: Mapping[Group, int], removed: Mapping[Group, int]) -> None:
    for group, count in removed.items():
        if not 0 <= count <= groups.get(group, 0):
            raise ValueError(
                f"{count} rows of {group_name(group)} are removed, of {groups.get(group, 0)}"
            )


# -- counting --------------------------------------------------------------------------------------


def parts_of(group: Group, crossed: int) -> set[Group]:
    """Every group that a combination of all features belongs to, everyone and itself included.

    >>> sorted(parts_of((("a", "1"), ("b", "2")), 1))
    [(), (('a', '1'),), (('a', '1'), ('b', '2')), (('b', '2'),)]
    """
    levels = range(min(crossed, len(group)) + 1)
    return {part for size in levels for part in combinations(group, size)} | {group}


def _rolled_up(groups: Mapping[Group, int], crossed: int) -> tuple[list[Group], Floats]:
    total: Counter[Group] = Counter()
    for group, rows in groups.items():
        for part in parts_of(group, crossed):
            total[part] += rows
    names = sorted((name for name, rows in total.items() if rows), key=lambda g: (len(g), g))
    return names, np.array([total[name] for name in names], dtype=np.float64)


def _hits(names: list[Group], removed: Mapping[Group, int], crossed: int) -> Floats:
    total: Counter[Group] = Counter()
    for group, rows in removed.items():
        for part in parts_of(group, crossed):
            total[part] += rows
    return np.array([total[name] for name in names], dtype=np.float64)


# -- judging ---------------------------------------------------------------------------------------


def _shares(hits: Floats, sizes: Floats, settings: Settings) -> list[Estimate]:
    low, high = wilson(hits, sizes, confidence=settings.confidence)
    return [Estimate(*map(float, one)) for one in zip(hits / sizes, low, high, strict=True)]


def _ratios(hits: Floats, sizes: Floats, settings: Settings) -> list[Estimate]:
    """Share over everyone's. What is independent is the rest, so the interval is of that ratio.

    The one follows from the other: a group of the share w of all rows that is hit t times as often
    as the rest is hit t / (w t + 1 - w) times as often as everyone.
    """
    if hits[0] == 0:
        return [Estimate.unknown()] * len(hits)
    whole = sizes == sizes[0]
    rest = np.where(whole, 1.0, sizes[0] - sizes)
    left = np.where(whole, 0.0, hits[0] - hits)
    low, high = koopman(hits, sizes, left, rest, confidence=settings.confidence)
    of = sizes / sizes[0]
    found = np.stack([hits / sizes / (hits[0] / sizes[0]), _to_everyone(low, of),
                      _to_everyone(high, of)])  # fmt: skip
    found[:, whole] = 1.0
    return [Estimate(*map(float, one)) for one in found.T]


def _lost(hits: Floats, sizes: Floats, settings: Settings) -> list[Estimate]:
    """Everyone's share of rows that stay over the group's; unknown where nobody stays.

    The rest, which is independent, stays t times as often as a group of the share w of all rows;
    everyone then stays w + (1 - w) t times as often as it.
    """
    kept = sizes - hits
    if kept[0] == 0:
        return [Estimate.unknown()] * len(hits)
    whole = sizes == sizes[0]
    rest = np.where(whole, 1.0, sizes[0] - sizes)
    low, high = koopman(
        np.where(whole, 1.0, kept[0] - kept), rest, kept, sizes, confidence=settings.confidence
    )
    of = sizes / sizes[0]
    with np.errstate(divide="ignore"):
        seen = kept[0] / sizes[0] / (kept / sizes)
    found = np.stack([seen, *(of + (1 - of) * np.where(np.isnan(t), 1.0, t) for t in (low, high))])
    found[:, whole] = 1.0
    return [Estimate(*map(float, one)) for one in found.T]


def _inverse(lost: Estimate) -> Estimate:
    """Turn a ratio of at least 1 / infinity over."""
    if not lost.known:
        return lost
    return Estimate(1 / lost.value, 1 / lost.high, 1 / lost.low)


def _to_everyone(to_rest: Floats, share: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        found = to_rest / (share * to_rest + 1 - share)
    return np.asarray(np.where(np.isinf(to_rest), 1 / share, found))


def _beyond(counted: _Counted, limit: float) -> Floats:
    """P value of "at most `limit` times as often as everyone"; 1 where it cannot be more."""
    hits, sizes = counted.hits, counted.sizes
    share = sizes / sizes[0]
    can = (share * limit < 1) & (sizes < sizes[0])
    p = np.ones(len(hits))
    if can.any() and hits[0] > 0:
        of = share[can]
        p[can] = ratio_above_p(
            hits[can], sizes[can], hits[0] - hits[can], sizes[0] - sizes[can],
            limit * (1 - of) / (1 - of * limit),
        )  # fmt: skip
    return _no_surer(p, counted)


def _stays_less(counted: _Counted, limit: float) -> Floats:
    """P value of "everyone stays at most `limit` times as often as the group"."""
    kept, sizes = counted.sizes - counted.hits, counted.sizes
    share = sizes / sizes[0]
    can = sizes < sizes[0]
    p = np.ones(len(kept))
    if can.any() and 0 < kept[0] < sizes[0]:
        of = share[can]
        # nan: nobody stays of either
        p[can] = np.nan_to_num(np.asarray(ratio_above_p(
            kept[0] - kept[can], sizes[0] - sizes[can], kept[can], sizes[can],
            (limit - of) / (1 - of),
        )), nan=1.0)  # fmt: skip
    return _no_surer(p, counted)


def _no_surer(p: Floats, counted: _Counted) -> Floats:
    # The score test is no approximation for a handful of rows: what counting alone does not tell
    # from chance is not more certain beyond a limit.
    found = np.fmax(p, counted.exact)
    found[0] = np.nan
    return found


def _judged(counted: _Counted, settings: Settings, *, factor: float = 1.0) -> list[Verdict]:
    """Return the worse verdict of both comparisons, if the limit's distance from 1 is moved."""
    limit = 1 + (settings.removal_ratio - 1) * factor
    removed = _against(counted.ratios, _beyond(counted, limit), counted, limit, settings)
    stays = _against(counted.lost, _stays_less(counted, limit), counted, limit, settings)
    return [
        lost if lost in (Verdict.PROBLEM, Verdict.WATCH) and lost.rank < gone.rank else gone
        for gone, lost in zip(removed, stays, strict=True)
    ]


def _against(
    ratios: list[Estimate], beyond: Floats, counted: _Counted, limit: float, settings: Settings
) -> list[Verdict]:
    """Hold one comparison against a limit."""
    surely = adjusted(beyond, settings) <= settings.false_discovery_rate
    more = adjusted(counted.exact, settings) <= settings.false_discovery_rate
    verdicts = []
    for i, one in enumerate(ratios):
        if not one.known or one.high < limit:
            verdicts.append(Verdict.OK)
        elif one.low >= limit and surely[i]:
            verdicts.append(Verdict.PROBLEM)
        elif one.value >= limit and more[i]:
            verdicts.append(Verdict.WATCH)
        else:
            verdicts.append(Verdict.NOT_ENOUGH_EVIDENCE)
    return verdicts


def _severity(ratios: tuple[Estimate, Estimate], verdict: Verdict) -> float:
    if verdict not in (Verdict.PROBLEM, Verdict.WATCH):
        return 0.0
    return min(max(0.0, *(one.low for one in ratios if one.known)), _MOST_SEVERE)


def _because(group: Group, place: int, counted: _Counted) -> str:
    hits, rows = int(counted.hits[place]), int(counted.sizes[place])
    name, ratio = group_name(group), counted.ratios[place]
    verb = "is" if rows == 1 else "are"
    said = f"{name[:1].upper()}{name[1:]}: {hits:,} of {many(rows, 'row')} {verb} removed"
    if not ratio.known:
        return f"{said}."
    if not group:
        return f"{said}, {percent(hits / rows)}."
    everyone = percent(counted.shares[0].value)
    all_of = "all of them" if hits == rows else percent(hits / rows)
    found = f"{said}, {all_of}, against {everyone} of all rows: a ratio of {ratio}."
    lost = counted.lost[place]
    if not lost.known or lost.value <= ratio.value:
        return found
    stay = percent(1 - counted.shares[0].value)
    return (
        f"{found} Of its rows {percent(1 - hits / rows)} stay, against {stay} of all: a ratio of "
        f"{_inverse(lost)}."
    )
