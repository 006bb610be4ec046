"""Collection: how many people each group needs, for each reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.kinds import names_rows
from audits.data.pair import Pair
from audits.formulas.completeness import people_for_coverage
from audits.formulas.detectable import people_to_detect
from audits.formulas.effective_rows import kish_effective
from audits.formulas.sample_sizes import (
    people_for_half_width,
    people_to_see,
    within_population,
)
from audits.questions.collection_rows import CollectionRow
from audits.results import Group
from audits.settings import Settings

REASONS = ("interval", "sub-types", "completeness", "patterns", "drift")
NOBODY = "none in the population"
"""The reason where a group the tables name does not exist in the reference population."""

_FEWEST = 10  # real people below whom neither the weights nor the types seen tell anything
_HALF = 0.5  # standard deviation of a share of one half
_MANY, _OWN = 100, 0.8  # people, and values per person, from which on a column names people
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class People:
    """Who is there of every group that is planned for; a line per group.

    `place` is the group's position in the pair's groups, -1 for one that only the reference has.
    """

    names: tuple[Group, ...]
    place: NDArray[np.int64]
    real: NDArray[np.int64]
    effective: Floats
    design: Floats
    prevalence: Floats
    sources: tuple[str, ...]
    population: Floats


@dataclass(frozen=True)
class Completeness:
    """What the least complete column of each group asks for: people in all, nan for nothing."""

    needed: Floats
    now: Floats
    column: tuple[str, ...]
    beyond: NDArray[np.bool_]


def people_of(pair: Pair) -> People:
    """Count every labelled group, and those that only the reference has."""
    groups, settings = pair.groups, pair.settings
    place = np.flatnonzero(groups.labelled)
    names = [groups.names[g] for g in place]
    absent = _absent(pair, set(names))
    place = np.concatenate([place, np.full(len(absent), -1)])
    weights, squares = (groups.total(part) for part in pair.cell_weights)
    real = _lined(pair.rows[0], place).astype(np.int64)
    effective = _lined(np.nan_to_num(kish_effective(weights, squares)), place)
    shares = _lined(weights / weights[0], place)
    names += absent
    prevalence, sources = _prevalence(pair, names, real, shares)
    return People(
        tuple(names),
        place,
        real,
        effective,
        _design(real, effective, pair.weighted),
        prevalence,
        sources,
        _population(prevalence, real, settings.population_size),
    )


def _lined(values: NDArray[np.float64] | NDArray[np.int64], place: NDArray[np.int64]) -> Floats:
    return np.where(place >= 0, np.asarray(values)[place], 0).astype(np.float64)


def _absent(pair: Pair, seen: set[Group]) -> list[Group]:
    if pair.reference is None:
        return []
    return sorted(
        group
        for group, share in pair.reference.shares.items()
        if group not in seen and share > 0 and len(group) <= pair.settings.intersections
    )


def _prevalence(
    pair: Pair, names: list[Group], real: NDArray[np.int64], shares: Floats
) -> tuple[Floats, tuple[str, ...]]:
    """Return the share of each group among those one may meet, and where it comes from."""
    found, sources = np.full(len(names), np.nan), []
    for i, group in enumerate(names):
        given = pair.reference.share(group) if pair.reference else None
        if given is not None:
            found[i], source = given, "reference"
        elif real[i]:
            found[i], source = shares[i], "real table"
        else:
            source = "unknown"
        sources.append(source)
    return found, tuple(sources)


def _design(real: NDArray[np.int64], effective: Floats, weighted: bool) -> Floats:
    """Return rows per effective row; of few people it is that of everyone."""
    if not weighted:
        return np.ones(len(real))
    whole = real[0] / max(effective[0], 1e-9)
    return np.where(real >= _FEWEST, real / np.maximum(effective, 1e-9), whole)


def _population(prevalence: Floats, real: NDArray[np.int64], size: int) -> Floats:
    """Return the people of each group in the population: infinity where that is not known."""
    known = np.rint(prevalence * size) if size else np.where(prevalence > 0, np.inf, prevalence)
    return np.asarray(np.maximum(np.where(np.isnan(known), np.inf, known), real))


def completeness(pair: Pair, people: People) -> Completeness:
    """Find the column whose types are the least complete, in every group of enough people."""
    size, wanted = len(people.names), pair.settings.plan_completeness
    further, now = np.full(size, np.nan), np.full(size, np.nan)
    column = np.full(size, "", dtype=object)
    line = np.full(len(pair.groups), -1)
    line[people.place[people.place >= 0]] = np.flatnonzero(people.place >= 0)
    for j, coding in enumerate(pair.attributes):
        if coding.kind in ("numeric", "date"):
            continue  # nearly all values differ: of their types nothing would ever be complete
        if names_rows(coding.name) or _numbers_people(pair.everyone(coding.name)[0][1:]):
            continue  # an identifier in which some stand twice: its values are people, not types
        usable = np.flatnonzero(pair.inside[:, j] & (line >= 0) & (pair.rows[0] >= _FEWEST))
        for run in pair.runs(usable, [coding.name]):
            counts = pair.counts(coding.name, run)[0][:, 1:]
            n, once, twice = counts.sum(1), (counts == 1).sum(1), (counts == 2).sum(1)
            asked = people_for_coverage(n, once, twice, coverage=wanted)
            asked[n < _FEWEST] = np.nan
            at = line[run]
            known = 1 - once / np.maximum(n, 1)
            # nan: nothing was asked yet; of columns that ask alike, the least complete
            same = (asked == further[at]) & (known < now[at])
            least = (~np.isnan(asked) & ~(asked <= further[at])) | same
            further[at[least]], now[at[least]] = asked[least], known[least]
            column[at[least & (asked > 0)]] = coding.name
    with np.errstate(invalid="ignore"):
        beyond = further > people.real  # beyond doubling the formula reaches too far
        more = np.where(further > 0, np.ceil(np.minimum(further, people.real) - 1e-9), np.nan)
    return Completeness(
        np.asarray(people.real + more, dtype=np.float64), now, tuple(column.tolist()), beyond
    )


def _numbers_people(counts: NDArray[np.int64]) -> bool:
    """Whether nearly everyone has a value of a column alone, as with an identifier."""
    people = int(counts.sum())
    return people >= _MANY and bool((counts > 0).sum() >= _OWN * people)


def pattern_needs(people: People, settings: Settings) -> Floats:
    """Return people by whom a group that is too rare itself would no longer be, else nan."""
    deep = np.array([len(group) > settings.plan_depth for group in people.names])
    rare = (people.real < settings.plan_people) & ~deep
    return np.where(rare, float(settings.plan_people), np.nan)


def need_rows(people: People, types: Completeness, settings: Settings) -> tuple[CollectionRow, ...]:
    """Put the needs of every group beside each other; the largest is the group's."""
    needs = _needs(people, types, settings)
    largest = np.nanmax(needs, axis=1)
    binding = np.argmax(np.nan_to_num(needs, nan=-1.0), axis=1)
    rows = []
    for i, group in enumerate(people.names):
        each = [None if np.isnan(need) else int(need) for need in needs[i].tolist()]
        real, needed = int(people.real[i]), int(largest[i])
        rows.append(
            CollectionRow(
                group=group,
                real=real,
                effective=float(people.effective[i]),
                design_effect=float(people.design[i]),
                population=_whole(people.population[i]),
                need_interval=each[0] or 0,
                need_subtypes=each[1] or 0,
                need_completeness=each[2],
                completeness=float(types.now[i]),
                completeness_attribute=types.column[i],
                beyond_doubling=bool(types.beyond[i]),
                need_patterns=each[3],
                need_drift=each[4],
                needed=needed,
                reason=REASONS[binding[i]] if people.population[i] > 0 else NOBODY,
                more=max(needed - real, 0),
                prevalence=float(people.prevalence[i]),
                prevalence_from=people.sources[i],
            )
        )
    return tuple(rows)


def _whole(population: float) -> int | None:
    return int(population) if np.isfinite(population) else None


def _needs(people: People, types: Completeness, settings: Settings) -> Floats:
    """Return people in all, (groups, reasons); nan where a reason says nothing."""
    size, level = len(people.names), settings.confidence
    plain = people_for_half_width(settings.plan_half_width, confidence=level)
    interval = within_population(np.ceil(plain * people.design - 1e-9), people.population)
    seen = people_to_see(settings.plan_subtype, confidence=level, times=settings.plan_subtype_times)
    moved = people_to_detect(
        settings.plan_drift / _HALF, np.inf, power=settings.plan_power, confidence=level
    )
    drift = np.where(people.real > 0, float(moved), np.nan)  # nobody: nothing to compare with
    needs = np.column_stack(
        [interval, np.full(size, float(seen)), types.needed, pattern_needs(people, settings), drift]
    )
    # no more than there are
    return np.asarray(np.minimum(needs, people.population[:, None]))
