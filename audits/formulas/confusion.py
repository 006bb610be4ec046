"""Rates of a confusion table, each among those it is about, for all groups at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from audits.formulas.checks import FloatOrArray, Floats, not_negative, plain
from audits.formulas.differences import (
    Difference,
    no_difference_p,
    share_difference,
    square_and_add,
)
from audits.formulas.paired import balanced_accuracy
from audits.formulas.shares import wilson


class Confusion(NamedTuple):
    """People of every group by what they are and what a model says they are."""

    true_positive: Floats
    false_positive: Floats
    false_negative: Floats
    true_negative: Floats

    @property
    def people(self) -> Floats:
        """Everyone of a group."""
        return self.true_positive + self.false_positive + self.false_negative + self.true_negative


class Rate(NamedTuple):
    """A share with its numerator, its denominator, and Wilson's limits."""

    hits: FloatOrArray
    of: FloatOrArray
    value: FloatOrArray
    low: FloatOrArray
    high: FloatOrArray


class Apart(NamedTuple):
    """A group's rate beside everyone else's: theirs, the difference, and its two-sided p value."""

    rest: Rate
    apart: Difference
    p: FloatOrArray


def one_against_rest(table: npt.ArrayLike, chosen: int) -> Confusion:
    """Confusion table of one class against all others.

    Parameters
    ----------
    table : array_like of shape (..., classes, classes)
        People by true class (rows) and predicted class (columns).
    chosen : int
        The class that counts as positive.

    Returns
    -------
    Confusion
        Of the shape that `table` has before its last two axes.

    Raises
    ------
    ValueError
        If a count is negative.

    References
    ----------
    Sokolova, M., Lapalme, G. (2009). A systematic analysis of performance measures for
    classification tasks. Information Processing & Management, 45(4), 427-437.

    Examples
    --------
    >>> [int(n) for n in one_against_rest([[5, 1, 0], [2, 3, 1], [0, 4, 9]], 1)]
    [3, 5, 3, 14]
    """
    counts = not_negative("table", table)
    hit = counts[..., chosen, chosen]
    said = counts[..., :, chosen].sum(axis=-1)
    true = counts[..., chosen, :].sum(axis=-1)
    return Confusion(hit, said - hit, true - hit, counts.sum(axis=(-2, -1)) - said - true + hit)


def rate(hits: npt.ArrayLike, of: npt.ArrayLike, *, confidence: float) -> Rate:
    """Share of people, with Wilson's limits; unknown where there is nobody to have it.

    Parameters
    ----------
    hits, of : array_like
        People of whom something is so, and all who are asked about.
    confidence : float, between 0 and 1
        Level of the limits.

    Returns
    -------
    Rate
        ``nan`` where `of` is 0: no rate of nobody is 0, or 1.

    Raises
    ------
    ValueError
        If a number is negative, `hits` exceed `of`, or `confidence` is outside (0, 1).

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    >>> found = rate([8, 0], [10, 0], confidence=0.95)
    >>> found.value.tolist(), round(float(found.low[0]), 3)
    ([0.8, nan], 0.49)
    """
    low, high = wilson(hits, of, confidence=confidence)
    part, whole = np.asarray(hits, dtype=np.float64), np.asarray(of, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = part / whole
    return Rate(plain(part), plain(whole), plain(value), low, high)


def rates(counts: Confusion, *, confidence: float) -> dict[str, Rate]:
    r"""Every rate of confusion tables, each with its own denominator.

    ====================  ===========================  =====================
    Rate                  Numerator                    Denominator
    ====================  ===========================  =====================
    accuracy              TP + TN                      everyone
    selection rate        TP + FP                      everyone
    true positive rate    TP                           TP + FN: true positives
    false positive rate   FP                           FP + TN: true negatives
    precision             TP                           TP + FP: said to be
    ====================  ===========================  =====================

    Parameters
    ----------
    counts : Confusion
        People, of one group or as arrays of all.
    confidence : float, between 0 and 1
        Level of the limits.

    Returns
    -------
    dict of str to Rate
        In the order of the table. ``nan`` where the denominator is 0.

    Raises
    ------
    ValueError
        If a count is negative, or `confidence` is outside (0, 1).

    References
    ----------
    Bird, S., Dudík, M., Edgar, R., Horn, B., Lutz, R., Milan, V., Sameki, M., Wallach, H., Walker,
    K. (2020). Fairlearn: a toolkit for assessing and improving fairness in AI. Microsoft,
    MSR-TR-2020-32 (definitions).

    Examples
    --------
    >>> found = rates(Confusion(3, 2, 1, 2), confidence=0.95)
    >>> [(name, one.value) for name, one in found.items()][2:4]
    [('true positive rate', 0.75), ('false positive rate', 0.5)]
    """
    tp, fp, fn, tn = (
        not_negative(name, part) for name, part in zip(counts._fields, counts, strict=True)
    )
    everyone = tp + fp + fn + tn
    parts = {
        "accuracy": (tp + tn, everyone),
        "selection rate": (tp + fp, everyone),
        "true positive rate": (tp, tp + fn),
        "false positive rate": (fp, fp + tn),
        "precision": (tp, tp + fp),
    }
    return {name: rate(*part, confidence=confidence) for name, part in parts.items()}


def balanced(counts: Confusion, *, confidence: float) -> Difference:
    """Balanced accuracy of confusion tables of two classes, with its interval.

    The mean of the shares found of either class, by `balanced_accuracy`.

    Parameters
    ----------
    counts : Confusion
        People, of one group or as arrays of all.
    confidence : float, between 0 and 1
        Level of the limits.

    Returns
    -------
    Difference
        Value and limits; ``nan`` where a class has nobody.

    Raises
    ------
    ValueError
        If a count is negative, or `confidence` is outside (0, 1).

    References
    ----------
    As `balanced_accuracy`.

    Examples
    --------
    >>> round(balanced(Confusion(3, 2, 1, 2), confidence=0.95).value, 3)
    0.625
    """
    tp, fp, fn, tn = (np.asarray(part, dtype=np.float64) for part in counts)
    hits, people = np.stack([tp, tn], axis=-1), np.stack([tp + fn, fp + tn], axis=-1)
    return balanced_accuracy(hits, people, confidence=confidence)


def beside_everyone_else(
    hits: npt.ArrayLike,
    of: npt.ArrayLike,
    all_hits: npt.ArrayLike,
    all_of: npt.ArrayLike,
    *,
    confidence: float,
) -> Apart:
    """Rate of each group less the rate of everyone who is not in it.

    Group and everyone else are different people, so that their rates are independent: Newcombe's
    hybrid score interval of the difference, and the p value that goes with it.

    Parameters
    ----------
    hits, of : array_like
        Numerator and denominator of each group.
    all_hits, all_of : array_like
        The same of everyone, the groups included.
    confidence : float, between 0 and 1
        Level of the limits.

    Returns
    -------
    Apart
        Everyone else's rate, the difference, its p value; ``nan`` where either has nobody, so also
        for a group that is everyone.

    Raises
    ------
    ValueError
        If a number is negative, a group's exceeds everyone's, or `confidence` is outside (0, 1).

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent
    proportions: comparison of eleven methods. Statistics in Medicine, 17(8), 873-890 (method 10).

    Examples
    --------
    >>> found = beside_everyone_else(56, 70, 104, 150, confidence=0.95)
    >>> found.rest.value, [round(part, 3) for part in found.apart]
    (0.6, [0.2, 0.052, 0.334])
    """
    ours, own = np.asarray(hits, dtype=np.float64), np.asarray(of, dtype=np.float64)
    theirs = np.asarray(all_hits, dtype=np.float64) - ours
    others = np.asarray(all_of, dtype=np.float64) - own
    found = share_difference(ours, own, theirs, others, confidence=confidence)
    rest = rate(theirs, others, confidence=confidence)
    return Apart(rest, found, no_difference_p(found, confidence=confidence))


def values_apart(ours: Difference, theirs: Difference, *, confidence: float) -> Apart:
    """Do the same for what is no share, from value and limits on either side.

    As of balanced accuracy, or of means such as the mean absolute error.

    Parameters
    ----------
    ours, theirs : Difference
        Value and limits of the group, and of everyone who is not in it.
    confidence : float, between 0 and 1
        Level of the limits.

    Returns
    -------
    Apart
        `rest` has no numerator and no denominator (``nan``).

    References
    ----------
    Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect measures: a
    general approach. Statistics in Medicine, 27(10), 1693-1702.

    Examples
    --------
    >>> ours, theirs = Difference(10.0, 7.0, 13.0), Difference(8.0, 4.0, 12.0)
    >>> values_apart(ours, theirs, confidence=0.95).apart
    Difference(value=2.0, low=-3.0, high=7.0)
    """
    found = square_and_add(ours, theirs)
    none = plain(np.full(np.shape(found.value), np.nan))
    return Apart(Rate(none, none, *theirs), found, no_difference_p(found, confidence=confidence))
