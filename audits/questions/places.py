"""Where the codes of an ordered column stand between 0 and 1: one yardstick for every group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audits.data.pair import Pair
from audits.data.tables import Coding


def places(pair: Pair, coding: Coding) -> NDArray[np.float64] | None:
    """Where each code stands between 0 and 1: its mid-rank among all real rows; None if unordered.

    Fitted once, on the whole real table, so that every group has the same yardstick.
    """
    if coding.positions is None:
        return None
    counts = pair.everyone(coding.name)[0].astype(float)
    counts[0] = 0.0
    middle = (np.cumsum(counts) - counts / 2) / max(counts.sum(), 1.0)
    middle[0] = np.nan
    return np.asarray(middle)
