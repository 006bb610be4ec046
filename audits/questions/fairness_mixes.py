"""Models trained on real rows and ever more synthetic rows: whom do these help, whom do they harm?

Every mixture holds all real training rows, and is tested on the same real people as everything else
about fairness. A round's mixtures share its draw of real rows, and a larger one holds the synthetic
rows of a smaller one, so that what differs is how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.estimates import Estimate
from audits.formulas.differences import no_difference_p
from audits.formulas.multiplicity import benjamini_hochberg
from audits.formulas.worst import worst_beside_null
from audits.learners import Predicted
from audits.questions.fairness_families import ERROR, WORSE
from audits.questions.fairness_gaps import sets_of
from audits.questions.fairness_measures import Measure
from audits.questions.fairness_rates import Rates, estimate
from audits.questions.fairness_rows import MixRow, TurningRow, WorstRow
from audits.questions.fairness_train import Trial
from audits.results import Row, group_name
from audits.seeds import stream
from audits.settings import Settings

Floats = NDArray[np.float64]
LADDER = (0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0)
"""Synthetic rows per real row."""
ROUNDS = 3
"""The most rounds of mixtures: there are several mixtures in each."""
_APART = 1.1  # how far the last step must be beyond the one before it
_DRAWS = 999


@dataclass(frozen=True)
class Mixture:
    """Metrics of models of one mixture, beside those of models trained on real rows alone."""

    times: float
    share: float
    measures: tuple[Measure, ...]


def mixes(
    pair: Pair, trial: Trial, told: Callable[[float], None] = lambda _share: None
) -> dict[str, tuple[Row, ...]]:
    """Train on mixtures, and return the tables "mixes", "worst" and "turning"."""
    found = mixtures(pair, trial, told)
    rows = tuple(_mix_rows(trial, found, pair.settings.confidence))
    return {
        "mixes": rows,
        "worst": tuple(_worst_rows(trial, found, pair.settings)),
        "turning": turning_rows(rows),
    }


def mix_rows(pair: Pair, trial: Trial) -> tuple[MixRow, ...]:
    """Return metrics of every group at every mixture."""
    return tuple(_mix_rows(trial, mixtures(pair, trial), pair.settings.confidence))


# -- training --------------------------------------------------------------------------------------


def ladder(real: int, synthetic: int, most: float) -> tuple[int, ...]:
    """Return how many synthetic rows each mixture takes, to the most there are.

    >>> ladder(1000, 1500, 3.0)
    (250, 500, 1000, 1500)
    """
    end = min(synthetic, round(most * real))
    steps = [round(times * real) for times in LADDER if times * real <= end]
    if not steps or end > _APART * steps[-1]:
        steps.append(end)
    return tuple(step for step in steps if step > 0)


def mixtures(
    pair: Pair, trial: Trial, told: Callable[[float], None] = lambda _share: None
) -> list[Mixture]:
    """Train on every mixture, in up to three rounds, and measure the models.

    The first and the last, real and synthetic rows alone, are the models that are there already.
    """
    real = trial.drawn.trained[0]
    sizes = ladder(real, len(trial.synthetic_y), pair.settings.mixing_most)
    rounds = min(ROUNDS, trial.rounds)
    jobs = [(size, turn) for size in sizes for turn in range(rounds)]

    def one(job: tuple[int, int]) -> Predicted:
        x, y = _mixed(trial, *job)
        model = trial.learner.fit(x, y, trial.seed_of(f"mixture {job[0]}", job[1]))
        return model.predict(trial.tested_x)

    models = trial.each(one, jobs, told)
    alone = trial.real_model[:rounds]
    said = [(0.0, 0.0, alone)]
    said += [
        (round(size / real, 2), size / (size + real), models[i * rounds : (i + 1) * rounds])
        for i, size in enumerate(sizes)
    ]
    said.append((float("inf"), 1.0, trial.synthetic_model[:rounds]))
    return [
        Mixture(times, share, _measures(trial, alone, found, pair.settings.confidence))
        for times, share, found in said
    ]


def _mixed(trial: Trial, size: int, turn: int) -> tuple[NDArray[np.float32], NDArray[np.generic]]:
    """Return a round's real rows, and the first of its synthetic rows in an order of chance."""
    rng = stream(trial.seed, "fairness", f"mixed rows {turn}", ())
    have = len(trial.synthetic_y)
    order = rng.permutation(have) if turn == 0 else rng.integers(0, have, have)
    x, y, _ = trial.train("real", turn)
    at = np.sort(order[:size])
    return np.concatenate([x, trial.synthetic_x[at]]), np.concatenate([y, trial.synthetic_y[at]])


def _measures(
    trial: Trial, alone: list[Predicted], mixed: list[Predicted], confidence: float
) -> tuple[Measure, ...]:
    """Accuracy and both error rates; of more than two classes accuracy, of numbers the error."""
    both = replace(trial, real_model=alone, synthetic_model=mixed)
    wanted = set(WORSE) if trial.kind == "binary" else {"accuracy", ERROR}
    return tuple(one for one in Rates(both, confidence).measures if one.metric in wanted)


# -- rows ------------------------------------------------------------------------------------------


def _mix_rows(trial: Trial, found: list[Mixture], confidence: float) -> Iterator[MixRow]:
    for mixture in found:
        for measure in mixture.measures:
            p = harm_p(measure, confidence)
            for g, name in enumerate(trial.groups.names):
                yield MixRow(
                    name,
                    times=mixture.times,
                    share=mixture.share,
                    metric=measure.metric,
                    of=int(measure.of["synthetic"][g]),
                    value=estimate(measure.over["synthetic"], g),
                    change=_change(measure, mixture, g),
                    p=float(p[g]) if mixture.times else float("nan"),
                )


def _change(measure: Measure, mixture: Mixture, group: int) -> Estimate:
    """Return the change; without synthetic rows there is none to estimate."""
    if not mixture.times and measure.of["synthetic"][group]:
        return Estimate(0.0, 0.0, 0.0)
    return estimate(measure.change, group)


def harm_p(measure: Measure, confidence: float) -> Floats:
    """One-sided p value of no change for the worse, of every group.

    No smaller than half of the exact p value of the first round, where people can be counted: an
    interval tells little of the far tails of few people.
    """
    sign = WORSE.get(measure.metric, 1.0)
    value = np.asarray(measure.change.value)
    p = np.asarray(no_difference_p(measure.change, confidence=confidence)) / 2
    p = np.where(sign * value > 0, p, 1 - p)
    exact = measure.mcnemar_p / 2
    worse = sign * (measure.only["synthetic"] - measure.only["real"]) > 0
    floor = np.where(np.isnan(exact), 0.0, np.where(worse, exact, 1 - exact))
    return np.asarray(np.where(np.isnan(p), np.nan, np.maximum(p, floor)))


def _worst_rows(trial: Trial, found: list[Mixture], settings: Settings) -> Iterator[WorstRow]:
    everyone = trial.groups.names.index(())
    for features, places in sets_of(trial):
        for mixture in found:
            for measure in mixture.measures:
                enough = measure.of["synthetic"][places] >= settings.fairness_fewest
                if enough.sum() >= 2:
                    yield _worst(trial, mixture, measure, (features, places[enough]), everyone)


def _worst(
    trial: Trial,
    mixture: Mixture,
    measure: Measure,
    groups: tuple[str, NDArray[np.int64]],
    everyone: int,
) -> WorstRow:
    features, places = groups
    least = WORSE.get(measure.metric, 1.0) < 0
    values = np.asarray(measure.value["synthetic"].value)[places]
    at, beside = int(np.argmin(values if least else -values)), (float("nan"),) * 3
    hits, of = measure.hits["synthetic"][places], measure.of["synthetic"][places]
    if (hits >= 0).all():
        # one draw of luck for all mixtures: they are compared, and tested on the same people
        rng = stream(trial.seed, "fairness", f"worst {features} {measure.metric}", ())
        luck = worst_beside_null(hits, of, draws=_DRAWS, rng=rng, least=least)
        beside = luck.expected, luck.bound, luck.p
    return WorstRow(
        (),
        times=mixture.times,
        share=mixture.share,
        metric=measure.metric,
        features=features,
        groups=len(places),
        worst=group_name(trial.groups.names[places[at]]),
        value=estimate(measure.value["synthetic"], int(places[at])),
        overall=float(np.asarray(measure.value["synthetic"].value)[everyone]),
        expected=beside[0],
        bound=beside[1],
        p=beside[2],
    )


def turning_rows(rows: tuple[MixRow, ...]) -> tuple[TurningRow, ...]:
    """Say of every group and metric from which mixture on it is harmed, if from any.

    To be harmed at a mixture and at all larger ones is a statement on each of them, so that its p
    value is the largest of theirs. Where nothing turns it is that of the largest mixture.
    """
    curves: dict[tuple[object, str], list[MixRow]] = {}
    for row in rows:
        if 0 < row.times < float("inf"):
            curves.setdefault((row.group, row.metric), []).append(row)
    ends = [_turning(curve) for curve in curves.values()]
    p = np.asarray(benjamini_hochberg(np.array([one.p for one in ends], dtype=np.float64)))
    return tuple(replace(one, p=float(p[i])) for i, one in enumerate(ends))


def _turning(curve: list[MixRow]) -> TurningRow:
    start = len(curve)
    while start and _harmed(curve[start - 1]):
        start -= 1
    turned = start < len(curve)
    row = curve[start] if turned else curve[-1]
    return TurningRow(
        row.group,
        metric=row.metric,
        times=row.times if turned else float("nan"),
        share=row.share if turned else float("nan"),
        of=row.of,
        change=row.change,
        p=max(one.p for one in curve[start:]) if turned else row.p,
        most=curve[-1].times,
    )


def _harmed(row: MixRow) -> bool:
    """Whether the interval of the change lies on the side of harm."""
    if not row.change.known:
        return False
    return row.change.high < 0 if WORSE.get(row.metric, 1.0) < 0 else row.change.low > 0
