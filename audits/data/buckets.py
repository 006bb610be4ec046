"""Numbers to 65,536 buckets by one cheap rule.

A bucket is sign, exponent and nine bits of the distance from a centre: fine near the centre, within
0.2 percent of the distance far from it, whatever the units. Counting buckets is additive, so it
works in pieces; edges between bins are then always edges between buckets, and coding a column is
one table look-up a row.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audits.data.tables import BUCKETS

_HALF = BUCKETS // 2
_DROP = 14  # of the 23 bits of a float32's fraction, keep 9
_LOWEST = (127 - 63) << 9  # distances below 2^-63 of the largest share one bucket


def bucket_of(values: NDArray[np.float64], centre: float, scale: float) -> NDArray[np.uint16]:
    """Return the bucket of each value; values must be finite and within `scale` of `centre`.

    Examples
    --------
    >>> import numpy as np
    >>> keys = bucket_of(np.array([-5.0, 0.0, 0.001, 5.0]), 0.0, 5.0)
    >>> bool((np.diff(keys.astype(int)) > 0).all())
    True
    """
    distance = values - centre
    size = np.abs(distance)
    size /= scale
    bits = size.astype(np.float32).view(np.uint32) >> np.uint32(_DROP)
    step = np.maximum(bits.astype(np.int32) - _LOWEST, 0)
    np.minimum(step, _HALF - 1, out=step)
    return np.where(distance >= 0, _HALF + step, _HALF - 1 - step).astype(np.uint16)


def bucket_middles(centre: float, scale: float) -> NDArray[np.float64]:
    """Return the number each bucket stands for: its middle."""
    step = np.arange(_HALF, dtype=np.uint32) + np.uint32(_LOWEST)
    low = (step << np.uint32(_DROP)).view(np.float32).astype(float)
    high = ((step + np.uint32(1)) << np.uint32(_DROP)).view(np.float32).astype(float)
    middle = (low + high) / 2
    middle[0] = 0.0
    middle *= scale
    return np.concatenate([centre - middle[::-1], centre + middle])
