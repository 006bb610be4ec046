"""Weights under which a label does not depend on the group."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import Floats


def reweighing(label: npt.ArrayLike, group: npt.ArrayLike) -> Floats:
    r"""Weight rows so that group and label are independent, and each as frequent as before.

    .. math:: w(s, c) = \frac{|\{S = s\}| \, |\{C = c\}|}{n \, |\{S = s, C = c\}|}

    Parameters
    ----------
    label, group : array_like of shape (rows,)
        Whole numbers from 0.

    Returns
    -------
    ndarray of shape (rows,)
        Positive. The weights of every group, of every label, and of all, sum to their rows where
        every group has every label; a label that a group lacks cannot be weighed up.

    Raises
    ------
    ValueError
        If the two are not of one length.

    References
    ----------
    Kamiran, F., Calders, T. (2012). Data preprocessing techniques for classification without
    discrimination. Knowledge and Information Systems, 33(1), 1-33, algorithm 3.

    Examples
    --------
    Five women of whom two, and five men of whom four, have label 1: the first weighs .5 · .6 / .2.

    >>> found = reweighing([1, 1, 0, 0, 0, 1, 1, 1, 1, 0], [0] * 5 + [1] * 5)
    >>> [round(float(found[i]), 2) for i in (0, 2, 5, 9)]
    [1.5, 0.67, 0.75, 2.0]
    """
    y, s = np.asarray(label, dtype=np.int64), np.asarray(group, dtype=np.int64)
    if y.shape != s.shape:
        raise ValueError(f"label and group must have one length, got {y.shape} and {s.shape}")
    if not y.size:
        return np.zeros(0)
    size = int(y.max()) + 1
    table = np.bincount(s * size + y, minlength=(int(s.max()) + 1) * size).reshape(-1, size)
    wanted = np.outer(table.sum(axis=1), table.sum(axis=0)) / len(y)
    return np.asarray((wanted / np.maximum(table, 1))[s, y])
