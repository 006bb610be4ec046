"""The rows that models are trained on and tested on: drawn, split, coded, with their groups."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.data.groups import Groups, position_in, roll_up, union_of_cells
from audits.data.pair import Pair
from audits.data.tables import Codes, Counts, Engine
from audits.errors import InputError
from audits.questions.fairness_target import Target
from audits.seeds import stream_seed


@dataclass(frozen=True)
class Part:
    """Some coded rows: (rows, attributes), the cell of each and its target."""

    codes: Codes
    cell: NDArray[np.int64]
    y: NDArray[Any]

    def __len__(self) -> int:
        return len(self.y)

    def at(self, rows: Any) -> Part:
        """Return some of the rows."""
        return Part(self.codes[rows], self.cell[rows], self.y[rows])


@dataclass(frozen=True)
class Drawn:
    """Real and synthetic rows to train on, real people to test on, and the groups of all of them.

    Groups are those of the pair, and those that only tested people form. `unlabelled` counts the
    rows drawn that have no target.
    """

    cells: Counts
    groups: Groups
    real: Part
    synthetic: Part
    tested: Part
    tested_on: str
    unlabelled: int

    @cached_property
    def trained(self) -> tuple[int, int]:
        """Rows that one training takes from either table."""
        return len(self.real), min(len(self.real), len(self.synthetic))


def draw(pair: Pair, target: Target) -> Drawn:
    """Draw rows of every table, by content and seed alone: synthetic ones for mixtures, too.

    Raises
    ------
    InputError
        If too few rows have a target.
    """
    cells, groups = _groups(pair)
    most, share = pair.settings.fairness_rows, pair.settings.fairness_test_share
    wanted = most if pair.holdout is not None else int(np.ceil(most / (1 - share)))
    real, no_target = _part(pair, target, pair.real, "real", cells, wanted)
    taught = min(most, len(real) if pair.holdout is not None else round((1 - share) * len(real)))
    mixed = max(int(np.ceil(taught * pair.settings.mixing_most)), taught)
    synthetic, none_there = _part(pair, target, pair.synthetic, "synthetic", cells, mixed)
    unlabelled = no_target + none_there
    if pair.holdout is not None:
        tested, none_held = _part(pair, target, pair.holdout, "holdout", cells, most)
        drawn = Drawn(cells, groups, real, synthetic, tested, "holdout", unlabelled + none_held)
    else:
        kept = min(most, round(share * len(real)))
        tested, real = real.at(slice(0, kept)), real.at(slice(kept, kept + most))
        where = "a part of the real table"
        drawn = Drawn(cells, groups, real, synthetic, tested, where, unlabelled)
    _check(drawn, pair.settings.fairness_fewest, target)
    taken = drawn.trained[1]
    return replace(
        drawn,
        real=_in_order(drawn.real, len(drawn.real)),
        synthetic=_in_order(drawn.synthetic, taken),
        tested=_in_order(drawn.tested, len(drawn.tested)),
    )


def _in_order(part: Part, taken: int) -> Part:
    """Sort the rows that are taken by content, and the others: then equal tables train alike."""
    first = np.lexsort(part.codes[:taken].T)
    others = taken + np.lexsort(part.codes[taken:].T)
    return part.at(np.concatenate([first, others]))


def _check(drawn: Drawn, fewest: int, target: Target) -> None:
    of = {"real": drawn.real, "synthetic": drawn.synthetic, "tested": drawn.tested}
    for side, part in of.items():
        if len(part) < fewest:
            what = "tested real people" if side == "tested" else f"{side} rows to train on"
            raise InputError(
                f"{len(part)} {what} have a target ({target.coding.name!r}); at least {fewest} are "
                "needed (fairness_fewest). Give more rows, or a holdout to test on."
            )


def _groups(pair: Pair) -> tuple[Counts, Groups]:
    """Cells and groups of the pair, and what only a holdout holds beside."""
    if pair.holdout is None:
        return pair.cells, pair.groups
    held = pair.holdout.cells([f.name for f in pair.features], pair.settings.max_cells)
    if held is None or (position_in(pair.cells, held.codes) >= 0).all():
        return pair.cells, pair.groups
    cells = union_of_cells([pair.cells, held.codes])
    settings = pair.settings
    high, most = settings.intersections, settings.max_groups
    return cells, roll_up(cells, pair.features, low=0, high=high, most=most)


def _part(
    pair: Pair, target: Target, engine: Engine, role: str, cells: Counts, most: int
) -> tuple[Part, int]:
    """Draw up to `most` rows with a target, and count those drawn without one.

    Every table has a seed of its own: with one for all, a synthetic copy of a tested person would
    be drawn together with that person.
    """
    room = most + 6.0 * np.sqrt(most)  # six standard deviations: as good as never too few
    share = 1.0 if engine.rows <= most else min(1.0, room / engine.rows)
    seed = stream_seed(pair.settings.seed, "fairness", role, ())
    names = [feature.name for feature in pair.features]
    rows = engine.sample(names, cells, np.full(len(cells), share), seed)
    columns = [rows.column(name).astype(np.int64) for name in names]
    wide = np.column_stack(columns) if columns else np.zeros((len(rows.codes), 0), np.int64)
    at = [rows.names.index(coding.name) for coding in pair.attributes]
    part = Part(rows.codes[:, at], position_in(cells, wide), np.zeros(len(rows.codes)))
    part = part.at(slice(0, most))
    place = [coding.name for coding in pair.attributes].index(target.coding.name)
    labelled = part.codes[:, place] > 0
    whole = replace(part, y=target.of(part.codes[:, place]))
    return whole.at(labelled), int((~labelled).sum())
