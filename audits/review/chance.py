"""How often somebody whom the generator never saw equals a real person: what a copy is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.data.coded import CellIndex
from audits.data.row_order import contents_of, pieces
from audits.flags.flagging import Flagging
from audits.settings import Settings

_STEPS = ((0.001, 6.0, "fewer than one in 1,000"), (0.01, 4.0, "fewer than one in 100"),
          (0.1, 2.0, "fewer than one in ten"))  # fmt: skip


def rarity(share: float) -> tuple[float, str]:
    """Return how severe it is to be what so many people are, 0 to 6, and that share in words.

    Twice the power of ten, in whole powers below one in ten: a share would tell how many people it
    was counted from, and these may be few.

    >>> rarity(0.0004), rarity(0.0999), rarity(0.5)
    ((6.0, 'fewer than one in 1,000'), (2.0, 'fewer than one in ten'), (0.6, 'about 5 in ten'))
    """
    for limit, severity, words in _STEPS:
        if share < limit:
            return severity, words
    return round(max(-2 * math.log10(share), 0.0), 1), f"about {round(10 * share)} in ten"


@dataclass(frozen=True)
class Chance:
    """Per cell the share of fresh people who equal a real one, and who these are.

    With k of n such people it is (k + 1) / (n + 2), so that it is never nothing; in cells of fewer
    than `support_watch` people it is that of everyone.
    """

    shares: NDArray[np.float64]
    source: str


def chance_of_copies(flagging: Flagging, settings: Settings) -> Chance:
    """Count, in the holdout; without one, how many real people equal another."""
    pair = flagging.pair
    real = np.sort(contents_of(pair.real))
    held = flagging.holdout is not None
    cells = CellIndex(pair.cells, [coding.size for coding in pair.features])
    hits = np.zeros(len(pair.cells) + 1, dtype=np.int64)
    rows = hits.copy()
    for piece in pieces(
        flagging.tables["holdout" if held else "real"], [], flagging.features, None
    ):
        cell = cells.of(list(piece.features.T), len(piece.codes)).astype(np.int64)
        there = _copies(real, piece.contents) >= (1 if held else 2)
        rows += np.bincount(cell, minlength=len(rows))
        hits += np.bincount(cell[there], minlength=len(rows))
    enough = rows >= settings.support_watch
    share = np.where(enough, hits + 1, hits.sum() + 1) / np.where(enough, rows + 2, rows.sum() + 2)
    source = "people whom the generator never saw equal a real person"
    return Chance(share, source if held else "real people equal another")


def _copies(ordered: NDArray[np.uint64], contents: NDArray[np.uint64]) -> NDArray[np.intp]:
    """How many times each content is among some that are in order."""
    left = np.searchsorted(ordered, contents, side="left")
    return np.searchsorted(ordered, contents, side="right") - left
