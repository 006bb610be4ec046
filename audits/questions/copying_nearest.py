"""Nearest real and holdout rows of synthetic rows, found once for all groups."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import ndtri

from audits.data.pair import Pair, Sample
from audits.data.tables import Codes, Engine
from audits.estimates import Estimate
from audits.formulas.closer import CloserShare, closer_share, near_copies
from audits.formulas.distance_ratios import clustered_percentiles, nearest_ratio, percentile
from audits.formulas.nearest import Neighbours, nearest
from audits.questions.places import places
from audits.results import Group
from audits.seeds import stream

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
_PERCENTILE = 0.05
_DRAWS = 200
_FEWEST = 20  # rows below which a fifth percentile is one row's


class _Base(NamedTuple):
    """Rows among which the nearest are sought, and the cell of each."""

    sample: Sample
    codes: Codes
    cell: Rows


class _Asked:
    """Rows whose nearest are sought: those of every group, each once."""

    def __init__(self, sample: Sample, groups: list[int], most: int) -> None:
        self._of = {group: sample.places(group, most) for group in groups}
        self._places = np.unique(np.concatenate([np.zeros(0, np.int64), *self._of.values()]))
        self.codes = sample.codes(self._places)

    def of(self, group: int) -> Rows:
        """Where a group's rows stand in `codes`."""
        return np.searchsorted(self._places, self._of[group])


class _Found:
    """What one search found, row by row."""

    def __init__(self, found: Neighbours) -> None:
        self.profile, self._base_profile = found.query_profile, found.base_profile
        self.apart = found.least[found.query_profile].astype(np.float64)
        shape = (len(found.least), int(found.base_profile.max(initial=-1)) + 1)
        self._shares = sparse.csr_array((found.share, (found.query, found.base)), shape=shape)
        first = np.searchsorted(found.query, np.arange(len(found.least)))
        # without base rows there are no entries, and then nobody asks
        self._tied = 1 / np.append(found.share, np.nan)[first]
        self._nearest = np.append(found.base, -1)[first]

    @property
    def tied(self) -> Floats:
        """Base rows that are nearest to each row."""
        return np.asarray(self._tied[self.profile])

    @property
    def ancestor(self) -> Rows:
        """One of the profiles nearest to each row, by which rows belong together."""
        return np.asarray(self._nearest[self.profile])

    def mass(self, rows: Rows, weights: Floats) -> Floats:
        """Weight that some rows give to every base row as their nearest."""
        given = np.bincount(self.profile[rows], weights, minlength=self._shares.shape[0])
        some = np.flatnonzero(given)
        return np.asarray((self._shares[some].T @ given[some])[self._base_profile])


class Nearness:
    """The searches: synthetic rows among real and holdout rows, and fresh rows among real rows."""

    def __init__(self, pair: Pair, groups: list[int], *, held: bool) -> None:
        self._pair, settings = pair, pair.settings
        self._positions = [places(pair, coding) for coding in pair.attributes]
        self.real = self._base(pair.real)
        self.held = self._base(pair.holdout) if held else None
        most = settings.copying_queries
        self._asked = _Asked(pair.samples[1], groups, most)
        self._fresh = _Asked((self.held or self.real).sample, groups, most)
        self._to_real = self._search(self._asked, self.real, 2, 0)
        self._to_held = self._search(self._asked, self.held, 1, 1) if self.held else None
        # a real row's nearest is itself; its nearest other comes second
        self._own = 0 if held else 1
        self._fresh_to_real = self._search(self._fresh, self.real, 2 + self._own, 2)

    def _base(self, engine: Engine | None) -> _Base:
        assert engine is not None
        sample = self._pair.drawn(engine, self._pair.settings.copying_base)
        rows = sample.places(0)
        return _Base(sample, sample.codes(rows), sample.cell[rows])

    def _search(self, asked: _Asked, base: _Base | None, k: int, nth: int) -> _Found:
        assert base is not None
        pair = self._pair

        def told(share: float) -> None:
            pair.progress("copying", (nth + share) / 3)

        found = nearest(
            asked.codes, base.codes, self._positions, k=k, threads=pair.threads, progress=told
        )
        return _Found(found)

    # -- per group -----------------------------------------------------------------------------

    def of(self, group: int) -> dict[str, Any]:
        """Everything a row says of nearness."""
        settings = self._pair.settings
        asked = self._asked.of(group)
        held = 0 if self.held is None else len(self.held.codes)
        closer = self._closer(group, asked)
        reach = float(ndtri((1 + settings.confidence) / 2)) * closer.sd
        around = (max(closer.share - reach, 0.0), min(closer.share + reach, 1.0))
        complete = len(self.real.codes) == self._pair.real.rows
        complete &= self.held is None or held == self._pair.holdout.rows  # type: ignore[union-attr]
        return {
            "queries": len(asked),
            "searched": len(self.real.codes),
            "searched_holdout": held,
            "complete": bool(complete),
            "closer": Estimate(closer.share, *around),
            "closer_expected": closer.expected,
            "closer_sd": closer.sd,
            "closer_p": closer.p,
            "near_copies": near_copies(
                closer,
                searched=len(self.real.codes) / self._pair.real.rows,
                confidence=settings.confidence,
            ),
            **self._distances(group, asked),
        }

    def _closer(self, group: int, asked: Rows) -> CloserShare:
        """The share nearest to real rows; labels are dealt within the group and outside it."""
        unknown = CloserShare(*[float("nan")] * 4)
        if self.held is None or self._to_held is None or not len(asked):
            return unknown
        settings, groups = self._pair.settings, self._pair.groups
        inside = np.append(groups.belongs[[group]].toarray()[0] > 0, False)
        member = [inside[base.cell] for base in (self.real, self.held)]
        if min(int(side.sum()) for side in member) < settings.copying_fewest:
            return unknown
        real, held = self._to_real, self._to_held
        a, b = real.apart[asked, 0], held.apart[asked, 0]
        tied = real.tied[asked] / (real.tied[asked] + held.tied[asked])
        to_real = np.where(a == b, tied, (a < b).astype(np.float64))
        weights = [real.mass(asked, to_real), held.mass(asked, 1 - to_real)]
        return closer_share(
            np.concatenate(weights) / len(asked),
            np.repeat([True, False], [len(side) for side in member]),
            strata=np.concatenate(member),
            normal_from=settings.closed_form_from,
            max_draws=settings.max_draws,
            rng=self._stream("closer", groups.names[group]),
        )

    def _stream(self, name: str, group: Group) -> np.random.Generator:
        return stream(self._pair.settings.seed, "copying", name, group)

    def _distances(self, group: int, asked: Rows) -> dict[str, Any]:
        name, fresh = self._pair.groups.names[group], self._fresh.of(group)
        ours = self._ratios(self._to_real, asked, 0, self._stream("ratio", name))
        theirs = self._ratios(
            self._fresh_to_real, fresh, self._own, self._stream("fresh ratio", name)
        )
        below = Estimate.unknown()
        if ours.value.known and theirs.value.known:
            below = Estimate(
                theirs.value.value - ours.value.value, *self._limits(theirs.drawn - ours.drawn)
            )
        return {
            "fresh": len(fresh),
            "distance": ours.median,
            "distance_fresh": theirs.median,
            "ratio": ours.value,
            "ratio_fresh": theirs.value,
            "ratio_below": below,
        }

    def _ratios(self, found: _Found, rows: Rows, own: int, rng: np.random.Generator) -> _Ratios:
        apart = found.apart[rows][:, own : own + 2]
        ratios = nearest_ratio(apart[:, 0], apart[:, 1])
        median = percentile(apart[:, 0], 0.5)
        median = median if np.isfinite(median) else float("nan")
        if len(rows) < _FEWEST or np.isnan(ratios).any():
            return _Ratios(Estimate.unknown(), np.zeros(0), median)
        ancestor = rows if own else found.ancestor[rows]
        drawn = clustered_percentiles(ratios, ancestor, at=_PERCENTILE, draws=_DRAWS, rng=rng)
        value = Estimate(percentile(ratios, _PERCENTILE), *self._limits(drawn))
        return _Ratios(value, drawn, median)

    def _limits(self, drawn: Floats) -> tuple[float, float]:
        tail = (1 - self._pair.settings.confidence) / 2
        low, high = np.quantile(drawn, [tail, 1 - tail])
        return float(low), float(high)


class _Ratios(NamedTuple):
    """A percentile of distance ratios, its bootstrap, and the median distance."""

    value: Estimate
    drawn: Floats
    median: float
