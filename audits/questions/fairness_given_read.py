"""A trial of a model trained elsewhere: its predictions, and the people it was tested on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data.given import (
    THRESHOLD,
    Given,
    label_coding,
    number_coding,
    numbers_of,
    score_codings,
)
from audits.data.pair import Pair, Sample
from audits.data.tables import Coding
from audits.data.values import as_number
from audits.errors import ColumnError, InputError, UsageError
from audits.learners import Learner, Predicted
from audits.questions.fairness_drawn import Drawn, Part
from audits.questions.fairness_target import Target, target_of
from audits.questions.fairness_train import Trial

GIVEN = "given predictions"
"""The name of the model, and of what it was tested on."""


@dataclass(frozen=True)
class Tested:
    """A trial without training, rows left out for want of truth or prediction, and remarks."""

    trial: Trial
    left_out: int
    remarks: tuple[str, ...]


def trial_of_given(pair: Pair, given: Given) -> Tested:
    """Read the predictions of a table that stands on both sides of a pair.

    Raises
    ------
    UsageError, InputError
        If there is nothing that was predicted, or predictions cannot be read.
    """
    target = target_of(pair)
    remarks: list[str] = []
    said = _numbers(pair, given, target) if target.kind == "numeric" else None
    if said is None:
        target, said = _classes(pair, given, target, remarks)
    sample = pair.drawn(pair.real, pair.settings.fairness_rows)
    part, predicted, left_out = said.of(sample, target)
    if len(part) < pair.settings.fairness_fewest:
        raise InputError(
            f"{len(part)} rows of {pair.real.source.title} have a true label and a prediction; at "
            f"least {pair.settings.fairness_fewest} are needed (fairness_fewest)."
        )
    if target.chosen:
        remarks.insert(0, target.chosen.replace("in the real table", "in the table"))
    if len(part) + left_out < pair.real.rows:
        remarks.append(
            f"Of {pair.real.rows:,} rows, {len(part) + left_out:,} were drawn (fairness_rows)."
        )
    if np.ptp(predicted.label) == 0:
        remarks.append("One thing is predicted for all.")
    if predicted.score is None and target.kind == "binary":
        remarks.append("No scores were given, so calibration is not measured.")
    return Tested(_trial(pair, target, part, predicted), left_out, tuple(remarks))


# -- what a table says -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Said:
    """Codings of predicted labels (or numbers, or sides of the threshold), and of scores.

    `class_of` holds what each code of a label predicts. `truth` is a finer coding of true numbers.
    """

    label: Coding
    class_of: NDArray[Any]
    score: Coding | None
    truth: Coding | None = None

    def of(self, sample: Sample, target: Target) -> tuple[Part, Predicted, int]:
        """Return rows that hold truth and prediction, what is predicted, and how many do not."""
        rows = sample.places(0)  # everyone, no more than asked for
        drawn, cell = sample.rows, sample.cell[rows]
        codes = sample.codes(rows)
        truth = drawn.column((self.truth or target.coding).name)[rows]
        label = drawn.column(self.label.name)[rows]
        there = (truth > 0) & (label > 0)
        score = None
        if self.score is not None:
            scored = drawn.column(self.score.name)[rows]
            there &= scored > 0
            score = numbers_of(self.score, scored)[there]
        true = target.of(truth) if self.truth is None else numbers_of(self.truth, truth)
        part = Part(codes[there], cell[there], true[there])
        predicted = Predicted(np.asarray(self.class_of[label[there]]), score)
        return part, predicted, int((~there).sum())


def _numbers(pair: Pair, given: Given, target: Target) -> _Said:
    if given.label is None:
        raise UsageError(
            f"{given.truth!r} is numeric, and {given.score!r} was given as a score. Name the "
            f"column of predicted numbers (--y-pred), or say --kind {given.truth}=categorical."
        )
    kind = target.coding.kind
    truth = number_coding(pair.real, given.truth, kind, again=True)
    label = number_coding(pair.real, given.label, kind)
    assert label.positions is not None
    return _Said(label, label.positions, None, truth)


def _classes(pair: Pair, given: Given, target: Target, remarks: list[str]) -> tuple[Target, _Said]:
    """Read labels, scores or both; labels that are never true make classes of their own."""
    band = scores = None
    if given.label is not None:
        labels = label_coding(pair.real, given.label, target.coding, pair.settings)
        _refuse_scores(pair, labels, target)
        target = _with_new(target, labels, pair, remarks)
    if given.score is not None and target.positive < 0:
        raise UsageError(
            f"{given.score!r} is a score of one label, and {given.truth!r} has "
            f"{len(target.classes)}: {', '.join(target.classes[:6])}. Name the positive one "
            "(--positive), or give predicted labels alone."
        )
    if given.score is not None:
        scores, band = score_codings(pair.real, given.score)
    if given.label is not None:
        return target, _Said(labels, target.class_of, scores)
    assert band is not None
    positive, other = target.positive, 1 - target.positive
    remarks.append(
        f"No predicted labels were given: {target.classes[positive]!r} is predicted where the "
        f"score is at least {THRESHOLD}."
    )
    return target, _Said(band, np.array([-1, other, positive]), scores)


def _refuse_scores(pair: Pair, labels: Coding, target: Target) -> None:
    """Scores in the place of labels are a slip: nearly every one would be a label of its own."""
    new = labels.labels[target.coding.size :]
    numbers = [as_number(label) for label in new]
    if len(new) > 1 and all(n is not None and 0 <= n <= 1 for n in numbers):
        raise ColumnError(
            labels.column,
            pair.real.source.title,
            f"holds {new[0]!r} and the like, which look like scores.",
            f"Name it as such: --score {labels.column}, and name no --y-pred.",
        )


def _with_new(target: Target, labels: Coding, pair: Pair, remarks: list[str]) -> Target:
    """Make classes of predicted labels that are never true."""
    new = labels.labels[target.coding.size :]
    if not new:
        return target
    few = ", ".join(map(repr, new[:5])) + (" …" if len(new) > 5 else "")
    remarks.append(f"Labels are predicted that are never true: {few}.")
    assert pair.task is not None
    named = pair.task.positive is not None
    if named:  # one label against all others
        added = np.full(len(new), 1 - target.positive)
        classes = target.classes
        if len(classes) == 2 and target.coding.labels.count(classes[1 - target.positive]):
            other = f"other than {pair.task.positive}"
            classes = tuple(other if i != target.positive else one for i, one in enumerate(classes))
        class_of = np.concatenate([target.class_of, added])
        return replace(target, classes=classes, class_of=class_of)
    added = len(target.classes) + np.arange(len(new))
    class_of = np.concatenate([target.class_of, added])
    return replace(
        target, kind="multiclass", classes=(*target.classes, *new), class_of=class_of, positive=-1
    )


# -- a trial without models ------------------------------------------------------------------------


def _trial(pair: Pair, target: Target, part: Part, predicted: Predicted) -> Trial:
    nobody = Part(part.codes[:0], part.cell[:0], part.y[:0])
    drawn = Drawn(pair.cells, pair.groups, nobody, nobody, part, GIVEN, 0)
    nothing = np.zeros((0, 0), dtype=np.float32)
    return Trial(
        kind=target.kind,
        classes=target.classes,
        positive=target.positive,
        attributes=pair.attributes,
        groups=pair.groups,
        cells=pair.cells,
        truth=part.y,
        cell=part.cell,
        codes=part.codes,
        real_x=nothing,
        real_y=nobody.y,
        real_cell=nobody.cell,
        synthetic_x=nothing,
        synthetic_y=nobody.y,
        synthetic_cell=nobody.cell,
        tested_x=nothing,
        real_model=[],
        synthetic_model=[predicted],
        learner=Learner(GIVEN, target.kind, target.positive, _untrained),
        target=target,
        drawn=drawn,
        seed=pair.settings.seed,
        threads=pair.threads,
        left_out=(target.coding.name,),
    )


def _untrained(_seed: int) -> Any:
    raise TypeError("predictions that were given are not trained again")
