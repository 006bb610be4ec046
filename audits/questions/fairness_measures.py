"""One metric of both models in all groups at once: its values, its gaps, its change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.formulas.confusion import beside_everyone_else, rate, values_apart
from audits.formulas.differences import Difference, square_and_add
from audits.formulas.means import means_of_sums
from audits.formulas.paired import (
    balanced_accuracy,
    mcnemar_p,
    mean_of_independent,
    over_rounds,
    paired_rate_difference,
    paired_share_difference,
)
from audits.learners import Predicted
from audits.questions.fairness_train import Trial

Array = NDArray[Any]
Flags = NDArray[np.bool_]
Judge = Callable[[Predicted], Flags]
MODELS = ("real", "synthetic")
_NO_BOUNDS = (-np.inf, np.inf)
_SHARE = (0.0, 1.0)


@dataclass(frozen=True)
class Measure:
    """A metric in all groups, as arrays over them, of the "real" and of the "synthetic" model.

    `of`, `hits`, `value`, `rest`, `apart`, `apart_p`, `only` and `mcnemar_p` are of the first
    round, `over` (means), `change` and `beyond` over all. What is no share has no `hits` (-1).
    """

    metric: str
    label: str
    of: dict[str, Array]
    hits: dict[str, Array]
    value: dict[str, Difference]
    rest: dict[str, Difference]
    apart: dict[str, Difference]
    apart_p: dict[str, Array]
    over: dict[str, Difference]
    only: dict[str, Array]
    mcnemar_p: Array
    change: Difference
    beyond: Difference


class Counted:
    """Counts of what models do to tested people, per round and group."""

    def __init__(self, trial: Trial, confidence: float) -> None:
        self.trial, self.confidence = trial, confidence
        self.everyone = trial.groups.names.index(())

    @property
    def none(self) -> Array:
        """What stands for numbers of people where a metric is no share."""
        return np.full(len(self.trial.groups), -1)

    def turns(self) -> list[tuple[Predicted, Predicted]]:
        """What the real and the synthetic model of every round say; of one alone, it twice."""
        synthetic = self.trial.synthetic_model
        return list(zip(self.trial.real_model or synthetic, synthetic, strict=True))

    def four(self, among: Flags, hit: Judge) -> Array:
        """Count people by whom the models pick: neither, synthetic only, real only, both.

        Shape (rounds, groups, 4).
        """
        found = []
        for real, synthetic in self.turns():
            kind = 2 * hit(real).astype(np.int64) + hit(synthetic)
            found.append(self.trial.counted(np.where(among, kind, 4), 5)[:, :4])
        return np.stack(found)

    def rest(self, counts: Array) -> Array:
        """Return the same of everyone who is not in each group; groups are the second axis."""
        return np.asarray(counts[:, [self.everyone]] - counts)

    def together(self, found: Difference, within: tuple[float, float] = _NO_BOUNDS) -> Difference:
        """Join the rounds, the first axis; limits stay within what is possible."""
        joined = over_rounds(found, confidence=self.confidence, redrawn=True)
        return Difference(*(np.clip(np.asarray(part), *within) for part in joined))

    def moved(
        self, ours: Difference, theirs: Difference, most: float = np.inf
    ) -> tuple[Difference, Difference]:
        """Return the change over rounds, and how far it is beyond everyone else's."""
        change = self.together(ours, (-most, most))
        return change, self.together(square_and_add(ours, theirs), (-2 * most, 2 * most))


# -- shares ----------------------------------------------------------------------------------------


def shares(counted: Counted, name: tuple[str, str], among: Flags, hit: Judge) -> Measure:
    """Share of some people, known by their true label, of whom a model says something."""
    confidence = counted.confidence
    four = counted.four(among, hit)
    others = counted.rest(four)
    of = four.sum(axis=2)
    hits = {"real": four[..., 2] + four[..., 3], "synthetic": four[..., 1] + four[..., 3]}
    values = {model: rate(hits[model], of, confidence=confidence) for model in MODELS}
    beside = {
        model: beside_everyone_else(
            hits[model][0],
            of[0],
            hits[model][0][counted.everyone],
            of[0][counted.everyone],
            confidence=confidence,
        )
        for model in MODELS
    }
    change, beyond = counted.moved(_paired(four, confidence), _paired(others, confidence), 1.0)
    return Measure(
        *name,
        of=dict.fromkeys(MODELS, of[0]),
        hits={model: hits[model][0] for model in MODELS},
        value={model: _first(values[model][2:]) for model in MODELS},
        rest={model: Difference(*beside[model].rest[2:]) for model in MODELS},
        apart={model: beside[model].apart for model in MODELS},
        apart_p={model: np.asarray(beside[model].p) for model in MODELS},
        over={model: counted.together(Difference(*values[model][2:]), _SHARE) for model in MODELS},
        only={"real": four[0, :, 2], "synthetic": four[0, :, 1]},
        mcnemar_p=np.asarray(mcnemar_p(four[0, :, 1], four[0, :, 2])),
        change=change,
        beyond=beyond,
    )


def _paired(four: Array, confidence: float) -> Difference:
    """Synthetic less real, for all rounds and groups."""
    neither, only_synthetic, only_real, both = np.moveaxis(four, -1, 0)
    return paired_share_difference(both, only_synthetic, only_real, neither, confidence=confidence)


def _first(found: Sequence[Any]) -> Difference:
    """Return the first round of a value and its limits."""
    return Difference(*(np.asarray(part)[0] for part in found))


# -- balanced accuracy -----------------------------------------------------------------------------


def balanced(counted: Counted, *halves: tuple[Flags, Judge]) -> Measure:
    """Mean over classes of the share of its people who are found."""
    confidence = counted.confidence
    four = np.stack([counted.four(*half) for half in halves], axis=-2)  # rounds, groups, classes, 4
    others = counted.rest(four)
    change, beyond = counted.moved(
        mean_of_independent(_paired(four, confidence)),
        mean_of_independent(_paired(others, confidence)),
        1.0,
    )
    value, rest = (
        {model: _balanced(counts, model, confidence) for model in MODELS}
        for counts in (four, others)
    )
    return _of_values(
        counted,
        ("balanced accuracy", ""),
        dict.fromkeys(MODELS, four[0].sum(axis=(1, 2))),
        value,
        rest,
        (change, beyond),
        within=_SHARE,
    )


def _balanced(four: Array, model: str, confidence: float) -> Difference:
    hits = four[..., 3] + four[..., 2 if model == "real" else 1]
    return balanced_accuracy(hits, four.sum(axis=-1), confidence=confidence)


def _of_values(
    counted: Counted,
    name: tuple[str, str],
    of: dict[str, Array],
    value: dict[str, Difference],
    rest: dict[str, Difference],
    moves: tuple[Difference, Difference],
    *,
    within: tuple[float, float] = _NO_BOUNDS,
) -> Measure:
    """Return a measure of what is no share, from its values in groups and among everyone else."""
    beside = {
        model: values_apart(
            _first(value[model]), _first(rest[model]), confidence=counted.confidence
        )
        for model in MODELS
    }
    return Measure(
        *name,
        of=of,
        hits=dict.fromkeys(MODELS, counted.none),
        value={model: _first(value[model]) for model in MODELS},
        rest={model: _first(rest[model]) for model in MODELS},
        apart={model: beside[model].apart for model in MODELS},
        apart_p={model: np.asarray(beside[model].p) for model in MODELS},
        over={model: counted.together(value[model], within) for model in MODELS},
        only=dict.fromkeys(MODELS, counted.none),
        mcnemar_p=np.full(len(counted.none), np.nan),
        change=moves[0],
        beyond=moves[1],
    )


# -- precision -------------------------------------------------------------------------------------


def precision(counted: Counted, true: Flags, hit: Judge) -> Measure:
    """Share of those a model picks who are truly so; each model picks people of its own."""
    confidence = counted.confidence
    picked = {"hits": counted.four(true, hit), "misses": counted.four(~true, hit)}
    ours = picked["hits"], picked["hits"] + picked["misses"]
    theirs = counted.rest(ours[0]), counted.rest(ours[1])
    hits, of = ({model: _picked(side, model) for model in MODELS} for side in ours)
    values = {model: rate(hits[model], of[model], confidence=confidence) for model in MODELS}
    beside = {
        model: beside_everyone_else(
            hits[model][0],
            of[model][0],
            hits[model][0][counted.everyone],
            of[model][0][counted.everyone],
            confidence=confidence,
        )
        for model in MODELS
    }
    change, beyond = counted.moved(
        _of_picked(*ours, confidence), _of_picked(*theirs, confidence), 1.0
    )
    return Measure(
        "precision",
        "",
        of={model: of[model][0] for model in MODELS},
        hits={model: hits[model][0] for model in MODELS},
        value={model: _first(values[model][2:]) for model in MODELS},
        rest={model: Difference(*beside[model].rest[2:]) for model in MODELS},
        apart={model: beside[model].apart for model in MODELS},
        apart_p={model: np.asarray(beside[model].p) for model in MODELS},
        over={model: counted.together(Difference(*values[model][2:]), _SHARE) for model in MODELS},
        only=dict.fromkeys(MODELS, counted.none),
        mcnemar_p=np.full(len(counted.none), np.nan),
        change=change,
        beyond=beyond,
    )


def _picked(four: Array, model: str) -> Array:
    return np.asarray(four[..., 3] + four[..., 2 if model == "real" else 1])


def _of_picked(hits: Array, of: Array, confidence: float) -> Difference:
    synthetic, real = (
        (_picked(hits, model), _picked(of, model)) for model in ("synthetic", "real")
    )
    return paired_rate_difference(
        synthetic, real, (hits[..., 3], of[..., 3]), confidence=confidence
    )


# -- means -----------------------------------------------------------------------------------------


def means(counted: Counted, metric: str, value: Callable[[Predicted], Array]) -> Measure:
    """Mean over people of a number that a model gives rise to, such as its error."""
    sides: dict[str, list[Array]] = {"real": [], "synthetic": [], "change": []}
    for real, synthetic in counted.turns():
        one, other = value(real), value(synthetic)
        for name, of in (("real", one), ("synthetic", other), ("change", other - one)):
            sides[name].append(_sums(counted, of))
    ours = {name: np.stack(found) for name, found in sides.items()}
    theirs = {name: counted.rest(found) for name, found in ours.items()}
    value_of, rest = (
        {name: _mean(sums, counted.confidence) for name, sums in of.items()}
        for of in (ours, theirs)
    )
    moves = counted.moved(value_of["change"], rest["change"])
    of_people = {model: ours[model][0, :, 0] for model in MODELS}
    return _of_values(counted, (metric, ""), of_people, value_of, rest, moves)


def _sums(counted: Counted, values: Array) -> Array:
    """People, sum and sum of squares per group: (groups, 3)."""
    trial = counted.trial
    ones = np.ones(len(values))
    return np.column_stack([trial.per_group(part) for part in (ones, values, values**2)])


def _mean(sums: Array, confidence: float) -> Difference:
    """Mean and limits of sums whose last axis is people, sum and sum of squares."""
    people, total, squares = np.moveaxis(sums, -1, 0)
    found = means_of_sums(people, total, np.maximum(squares, 0.0), confidence=confidence)
    return Difference(found.value, found.low, found.high)
