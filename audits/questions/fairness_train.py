"""Train one model on real and one on synthetic rows, several times, and test both on real people.

Everything about fairness is counted from one :class:`Trial`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from audits.data.groups import Groups
from audits.data.pair import Pair
from audits.data.tables import Codes, Coding, Counts
from audits.errors import ColumnNotFoundError, UsageError
from audits.learners import Learner, Predicted, design_of, learner_of
from audits.learners.design import Matrix
from audits.questions.fairness_drawn import Drawn, draw
from audits.questions.fairness_target import Target, target_of
from audits.seeds import stream, stream_seed

_Done = TypeVar("_Done")
_From = TypeVar("_From")


@dataclass(frozen=True)
class Trial:
    """Two models, their training rows, and the real people on whom both were tested.

    `truth` holds the class of every tested person (a number into `classes`), or a number where
    `kind` is "numeric"; `positive` is the class that rates are of, -1 where there is none. `codes`
    are coded rows of tested people in the order of `attributes`. `groups` are the pair's and those
    that only tested people form; every `cell` is a place in its cells. `real_model` and
    `synthetic_model` hold what each round's model says of the tested people; each round trains on
    :meth:`rows` of the matrices, which hold more synthetic rows than one round takes.
    """

    kind: str
    classes: tuple[str, ...]
    positive: int
    attributes: tuple[Coding, ...]
    groups: Groups
    cells: Counts
    truth: NDArray[Any]
    cell: NDArray[np.int64]
    codes: Codes
    real_x: Matrix
    real_y: NDArray[Any]
    real_cell: NDArray[np.int64]
    synthetic_x: Matrix
    synthetic_y: NDArray[Any]
    synthetic_cell: NDArray[np.int64]
    tested_x: Matrix
    real_model: list[Predicted]
    synthetic_model: list[Predicted]
    learner: Learner
    target: Target
    drawn: Drawn
    seed: int
    threads: int
    left_out: tuple[str, ...] = ()

    @property
    def rounds(self) -> int:
        """How often each model was trained."""
        return len(self.synthetic_model)

    @property
    def tested(self) -> int:
        """How many real people the models were tested on."""
        return len(self.truth)

    def per_group(self, flags: NDArray[Any]) -> NDArray[Any]:
        """Sum something known of every tested person over each group: (groups,)."""
        return self.groups.total(
            np.bincount(self.cell, weights=flags.astype(float), minlength=len(self.cells))
        )

    def counted(self, category: NDArray[np.int64], size: int) -> Counts:
        """Count tested people per group and category, a number below `size`: (groups, size)."""
        return counted(self.groups, len(self.cells), self.cell, category, size)

    def rows(self, side: str, turn: int) -> NDArray[np.int64]:
        """Return which training rows ("real" or "synthetic") a round takes.

        Round 0 takes rows as they were drawn, later ones draw as many with replacement.
        """
        return rows_of(self.drawn, side, turn, self.seed)

    def train(self, side: str, turn: int) -> tuple[Matrix, NDArray[Any], NDArray[np.int64]]:
        """Return features, targets and cells of the rows that one round takes."""
        at = self.rows(side, turn)
        if side == "real":
            return self.real_x[at], self.real_y[at], self.real_cell[at]
        return self.synthetic_x[at], self.synthetic_y[at], self.synthetic_cell[at]

    def seed_of(self, name: str, turn: int) -> int:
        """Return the seed of one fit."""
        return stream_seed(self.seed, "fairness", f"{name} {turn}", ())

    def each(
        self,
        do: Callable[[_From], _Done],
        jobs: Iterable[_From],
        told: Callable[[float], None] = lambda _share: None,
    ) -> list[_Done]:
        """Do jobs that do not depend on each other, in threads where that is safe; in order.

        `told` hears, in this thread, which share of them is done.
        """
        return in_threads(do, list(jobs), 1 if self.learner.own else self.threads, told)


def counted(
    groups: Groups, cells: int, cell: NDArray[np.int64], category: NDArray[np.int64], size: int
) -> Counts:
    """Count rows per group and category: (groups, size), by one count over cells."""
    flat = np.bincount(cell * size + category, minlength=cells * size)
    return np.asarray(groups.belongs @ flat.reshape(cells, size), dtype=np.int64)


def in_threads(
    do: Callable[[_From], _Done],
    jobs: Sequence[_From],
    threads: int,
    told: Callable[[float], None] = lambda _share: None,
) -> list[_Done]:
    """Do jobs in some threads; results stand in the order of the jobs."""
    done = []
    pool = ThreadPoolExecutor(max(1, min(threads, len(jobs))))
    try:
        for found in map(do, jobs) if threads <= 1 else pool.map(do, jobs):
            done.append(found)
            told(len(done) / len(jobs))
    finally:
        pool.shutdown(cancel_futures=True)  # after an error nothing more is begun
    return done


def rows_of(drawn: Drawn, side: str, turn: int, seed: int) -> NDArray[np.int64]:
    """Return which training rows of a side a round takes: some of those of the first, drawn again.

    Not of all synthetic rows drawn, of which there may be more: of three times as many, as many
    draws hold more different rows, and only the synthetic side would have that advantage.
    """
    size = drawn.trained[0 if side == "real" else 1]
    if turn == 0:
        return np.arange(size)
    rng = stream(seed, "fairness", f"{side} rows {turn}", ())
    return np.sort(rng.integers(0, size, size))


def trial_of(pair: Pair, told: Callable[[float], None] = lambda _share: None) -> Trial:
    """Draw rows, train both models in every round, and let them predict.

    Raises
    ------
    AuditError
        If the target, the tables or a person's own model do not allow it.
    """
    assert pair.task is not None
    target = target_of(pair)
    learner = learner_of(pair.task.learner, kind=target.kind, positive=target.positive)
    drawn = draw(pair, target)
    leave_out = _left_out(pair, target)
    design = design_of(pair.attributes, drawn.real.codes, drawn.synthetic.codes, leave_out)
    trial = Trial(
        kind=target.kind,
        classes=target.classes,
        positive=target.positive,
        attributes=pair.attributes,
        groups=drawn.groups,
        cells=drawn.cells,
        truth=drawn.tested.y,
        cell=drawn.tested.cell,
        codes=drawn.tested.codes,
        real_x=design.of(drawn.real.codes),
        real_y=drawn.real.y,
        real_cell=drawn.real.cell,
        synthetic_x=design.of(drawn.synthetic.codes),
        synthetic_y=drawn.synthetic.y,
        synthetic_cell=drawn.synthetic.cell,
        tested_x=design.of(drawn.tested.codes),
        real_model=[],
        synthetic_model=[],
        learner=learner,
        left_out=leave_out,
        target=target,
        drawn=drawn,
        seed=pair.settings.seed,
        threads=pair.threads,
    )
    _train(trial, pair.settings.fairness_rounds, told)
    return trial


def _left_out(pair: Pair, target: Target) -> tuple[str, ...]:
    """Return the columns that models do not see."""
    assert pair.task is not None
    names = [coding.name for coding in pair.attributes]
    known = {record.name for record in pair.book.records}
    for name in pair.task.exclude:
        if name not in known:
            raise ColumnNotFoundError(name, "the audit", sorted(known))
    out = (target.coding.name, *pair.task.exclude)
    if not set(names) - set(out):
        raise UsageError(
            f"no column is left to predict {target.coding.name!r} from. Exclude fewer, or compare "
            "more (--features)."
        )
    return out


def _train(trial: Trial, rounds: int, told: Callable[[float], None]) -> None:
    """Fill in what every round's models say."""
    jobs = [(side, turn) for turn in range(rounds) for side in ("real", "synthetic")]

    def one(job: tuple[str, int]) -> Predicted:
        side, turn = job
        x, y, _ = trial.train(side, turn)
        return trial.learner.fit(x, y, trial.seed_of(side, turn)).predict(trial.tested_x)

    for (side, _), found in zip(jobs, trial.each(one, jobs, told), strict=True):
        (trial.real_model if side == "real" else trial.synthetic_model).append(found)
