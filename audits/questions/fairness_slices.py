"""Worst slices: people alike in any columns, not only the sensitive ones, who are served worse."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from audits.data.pair import Pair
from audits.data.tables import Coding
from audits.estimates import Estimate, number
from audits.formulas.differences import Difference, no_difference_p
from audits.formulas.divergence import beyond_training
from audits.formulas.multiplicity import benjamini_hochberg
from audits.formulas.slices import Found, find, least_support, possible_patterns, redundant
from audits.questions.fairness_rows import SliceRow
from audits.questions.fairness_slices_counted import (
    SERIES,
    Classes,
    Numbers,
    Series,
    counter_of,
    turns_of,
)
from audits.questions.fairness_train import Trial
from audits.settings import Settings

Array = NDArray[Any]
FEWEST = 30
"""People of a slice, and of a rate's denominator, from which it is searched and tested."""
_MOST = 3_000_000  # patterns that could be; beyond, shorter ones are searched
_KEPT = 5  # slices kept of each metric, and of each of `SERIES`
_LOOKED_AT = 200  # slices looked at to find those
_ALIKE = 0.9  # slices that share so much of their people say the same
_NUMBERS = ("numeric", "date")
_UNKNOWN = Estimate.unknown()


def slice_rows(pair: Pair, trial: Trial) -> tuple[SliceRow, ...]:
    """Search all slices of the tested people, and return the worst.

    Of each metric those that the synthetic-trained model serves worst beside everyone, those that
    training on synthetic rows sets back most, and those that the real-trained model serves worst.
    Slices are searched in the first round; values and intervals are over all rounds, and no p
    value is below what these leave. That of a change, adjusted for all slices, holds also how far
    other training rows would have moved it; of a single round it is unknown.
    """
    search = _Search(pair, trial)
    if not len(search.found):
        return ()
    kept = sorted({(at, metric) for metric in search.series for at in search.worst(metric)})
    return tuple(search.row(at, metric) for at, metric in kept)


@dataclass
class _Search:
    """All slices of a trial's people, and how far each diverges."""

    pair: Pair
    trial: Trial

    @property
    def settings(self) -> Settings:
        return self.pair.settings

    @cached_property
    def columns(self) -> tuple[tuple[Coding, Array, Array], ...]:
        """Columns that may describe a slice: coding, coarse code per code, coarse code per row."""
        found = []
        for at, coding in enumerate(self.trial.attributes):
            recoding = np.asarray(self.pair.recodings[coding.name])
            codes = recoding[self.trial.codes[:, at]]
            if coding.name != self.trial.target.coding.name and len(np.unique(codes)) > 1:
                found.append((coding, recoding, codes))
        return tuple(found)

    @cached_property
    def codes(self) -> Array:
        """Coarse codes of the tested people, (tested, columns)."""
        rows = [codes for *_, codes in self.columns]
        return np.column_stack(rows) if rows else np.zeros((self.trial.tested, 0), np.int64)

    @cached_property
    def least(self) -> int:
        """The fewest people of a slice."""
        return least_support(self.trial.tested, self.settings.slice_support, FEWEST)

    @cached_property
    def depth(self) -> int:
        """The most columns of a slice: fewer than asked for where there are too many patterns."""
        levels = [int((np.bincount(codes) >= self.least).sum()) for *_, codes in self.columns]
        depth = self.settings.slice_depth
        while depth > 1 and possible_patterns(levels, depth) > _MOST:
            depth -= 1
        return depth

    @cached_property
    def counter(self) -> Classes | Numbers:
        return counter_of(self.trial)

    @cached_property
    def turns(self) -> list[Array]:
        """What is counted of everybody, in every round."""
        return [self.counter.values(turn) for turn in turns_of(self.trial)]

    @cached_property
    def found(self) -> Found:
        """Every slice with enough people."""
        return find(self.codes, self.turns[0], least=self.least, depth=self.depth)

    @cached_property
    def series(self) -> dict[str, Series]:
        """Per metric and series: denominators and divergences, p values adjusted for them all."""
        whole = np.concatenate([[self.trial.tested], self.turns[0].sum(axis=0)])
        found = self.counter.series(self.found, whole)
        self._train_again(found)
        for name in SERIES:
            self._adjust(found, name)
        return found

    def _train_again(self, found: dict[str, Series]) -> None:
        """Let changes hold how far they differ between rounds: of the same slices, in each."""
        values: dict[str, list[Array]] = {metric: [] for metric in found}
        for turn in self.turns[1:]:
            again = find(self.codes, turn, least=self.least, depth=self.depth)
            whole = np.concatenate([[self.trial.tested], turn.sum(axis=0)])
            for metric, series in self.counter.series(again, whole).items():
                values[metric].append(series["change"][1].value)
        for metric, series in found.items():
            of, one = series["change"]
            series["change"] = of, beyond_training(one, np.stack([one.value, *values[metric]]))

    def _adjust(self, found: dict[str, Series], name: str) -> None:
        """Adjust the p values of one series for all patterns and metrics."""
        p = np.stack([
            np.where(of >= FEWEST, one.p, np.nan)
            for of, one in (metric[name] for metric in found.values())
        ])  # fmt: skip
        for metric, adjusted in zip(found.values(), benjamini_hochberg(p), strict=True):
            of, one = metric[name]
            metric[name] = of, one._replace(p=adjusted)

    @property
    def told(self) -> tuple[str, ...]:
        """The series there are: of a model trained elsewhere, one."""
        return SERIES if self.trial.real_model else ("synthetic",)

    def worst(self, metric: str) -> Iterator[int]:
        """Slices that are worst in each series, none that says what a worse one does."""
        for name in self.told:
            of, one = self.series[metric][name]
            harm = one.value * self.counter.worse(metric)
            known = (of >= FEWEST) & (harm > 0)
            known &= ~redundant(self.found, one.value, near=self._near())
            sure = -ndtri(np.clip(one.p, 1e-300, 1.0) / 2)
            with np.errstate(divide="ignore", invalid="ignore"):
                left = np.where(known, harm * (1 - 1.96 / np.maximum(sure, 1e-9)), -np.inf)
            order = np.argsort(-left, kind="stable")
            yield from self._unlike(order[known[order]][:_LOOKED_AT].tolist())

    def _near(self) -> float:
        """How near two divergences say the same; of an error, as a share of its mean."""
        near = self.settings.slice_redundancy
        if not isinstance(self.counter, Numbers):
            return near
        return near * float(self.turns[0][:, 0].mean()) * self.counter.unit

    def _unlike(self, order: list[int]) -> Iterator[int]:
        """The first few that do not hold nearly the same people as one before."""
        chosen: list[Array] = []
        for at in order:
            people = self.found.people(self.codes, at)
            if all((people & one).sum() < _ALIKE * (people | one).sum() for one in chosen):
                chosen.append(people)
                yield at
            if len(chosen) == _KEPT:
                return

    def row(self, at: int, metric: str) -> SliceRow:
        """Return what is told of a slice."""
        people = self.found.people(self.codes, at)
        over = self.counter.over(metric, people, self.turns, self.settings.confidence)
        pattern = tuple(
            (self.columns[column][0].name, self._label(column, code))
            for column, code in zip(self.found.column[at], self.found.code[at], strict=True)
            if column >= 0
        )
        told = {name: self._told(at, metric, name, over[name]) for name in SERIES}
        one_round = len(self.turns) == 1  # by which nothing is known of other training rows
        support = int(self.found.support[at])
        return SliceRow(
            (),
            pattern=pattern,
            metric=metric,
            support=support,
            share=support / self.trial.tested,
            of=int(self.series[metric]["synthetic"][0][at]),
            real=told["real"][0],
            real_t=told["real"][1],
            real_p=told["real"][2],
            synthetic=told["synthetic"][0],
            synthetic_t=told["synthetic"][1],
            synthetic_p=told["synthetic"][2],
            change=told["change"][0],
            change_p=math.nan if one_round else told["change"][2],
            searched=len(self.found),
            depth=self.depth,
            named=all(name in self.pair.book.sensitive for name, _ in pattern),
        )

    def _told(
        self, at: int, metric: str, name: str, over: Difference
    ) -> tuple[Estimate, float, float]:
        """Estimate, t and p of one series; unknown where there is no such model."""
        parts = [float(part) for part in over]
        if name not in self.told or any(math.isnan(part) for part in parts):
            return _UNKNOWN, math.nan, math.nan
        one = self.series[metric][name][1]
        floor = float(no_difference_p(over, confidence=self.settings.confidence))
        return Estimate(*parts), float(one.t[at]), max(float(one.p[at]), floor)

    def _label(self, column: int, code: int) -> str:
        """Say what value, or which stretch of numbers, a coarse code stands for."""
        coding, recoding, _ = self.columns[column]
        codes = np.flatnonzero(recoding == code)
        first, last = coding.labels[int(codes[0])], coding.labels[int(codes[-1])]
        if len(codes) == 1 or first == last:
            return "missing" if code == 0 and coding.kind in _NUMBERS else first
        if coding.kind not in _NUMBERS:
            return f"one of {len(codes)} rare values"
        if coding.kind == "numeric" and coding.positions is not None:
            first, last = (number(float(coding.positions[codes[end]])) for end in (0, -1))
        return f"{first.removeprefix('about ')} to {last.removeprefix('about ')}"
