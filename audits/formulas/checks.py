"""What every formula checks before it computes."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
#: A float when every argument was a scalar, otherwise an array; Any, as NumPy itself declares it.
FloatOrArray: TypeAlias = Any


def checked_confidence(confidence: float) -> float:
    """Confidence level, strictly between 0 and 1.

    >>> checked_confidence(0.95)
    0.95
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence:g}")
    return float(confidence)


def not_negative(name: str, values: npt.ArrayLike) -> Floats:
    """Values as floats, none below zero; ``nan`` passes, because it means undefined.

    >>> not_negative("count", [0, 2])
    array([0., 2.])
    """
    array = np.asarray(values, dtype=np.float64)
    if (array < 0).any():
        raise ValueError(f"{name} must not be negative, got {np.nanmin(array):g}")
    return array


def not_above(name: str, part: Floats, *, limit_name: str, limit: Floats) -> Floats:
    """Values that are at most their limit, up to the rounding of a sum.

    >>> not_above("count", np.array([3.0]), limit_name="total", limit=np.array([5.0]))
    array([3.])
    """
    over = part > limit * (1 + 1e-9)
    if over.any():
        first = np.argmax(over)
        got = np.broadcast_to(part, over.shape).flat[first]
        allowed = np.broadcast_to(limit, over.shape).flat[first]
        raise ValueError(f"{name} must not exceed {limit_name}, got {got:g} of {allowed:g}")
    return np.minimum(part, limit)


def share_between(name: str, values: npt.ArrayLike) -> Floats:
    """Shares between 0 and 1, both included; ``nan`` passes.

    >>> share_between("share", 0.3)
    array(0.3)
    """
    array = np.asarray(values, dtype=np.float64)
    outside = (array < 0) | (array > 1)
    if outside.any():
        raise ValueError(f"{name} must be between 0 and 1, got {array[outside].flat[0]:g}")
    return array


def whole(name: str, values: npt.ArrayLike) -> Floats:
    """Whole numbers of at least zero, as floats; ``nan`` passes.

    >>> whole("count", [0, 2])
    array([0., 2.])
    """
    array = not_negative(name, values)
    broken = np.isfinite(array) & (array != np.rint(array))
    if broken.any():
        raise ValueError(f"{name} must be whole, got {array[broken].flat[0]:g}")
    return array


def rows_per_type(counts: npt.ArrayLike) -> Integers:
    """Rows of every type that occurs: a one-dimensional array of whole numbers above zero.

    >>> rows_per_type([3, 0, 1])
    array([3, 1])
    """
    array = np.asarray(counts)
    if array.ndim != 1:
        raise ValueError(f"counts must be one-dimensional, got shape {array.shape}")
    if not np.isfinite(array.astype(np.float64)).all():
        raise ValueError("counts must be finite, got nan or inf")
    rows = whole("counts", array).astype(np.int64)
    return rows[rows > 0]


def plain(values: npt.ArrayLike) -> FloatOrArray:
    """Python number of a zero-dimensional array; any other array as it is.

    >>> plain(np.array(2.0)), plain(np.array([2.0]))
    (2.0, array([2.]))
    """
    array = np.asarray(values)
    return array.item() if array.ndim == 0 else array
