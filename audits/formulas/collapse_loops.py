r"""Variety of each generation in four loops, as a copier of rows would have it.

Variety is the mean dissimilarity of two different rows (Gini-Simpson among them), without bias: so
a generation's is, on average, that of what it was drawn from, and a loss shows one generation after
the draw that caused it. All arguments may have leading axes (chains, groups); the last is the
generation. The rows of a group may differ from one generation to the next: the laws hold within
each group, given how many rows it has.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from audits.formulas.checks import FloatOrArray, Floats, not_negative, plain


def kept_replacing(first: npt.ArrayLike, rows: npt.ArrayLike) -> Floats:
    r"""Share of the variety kept when each generation is drawn from the one before.

    .. math:: E[\Delta_t] = \Delta_0 \prod_{s=0}^{t-1} \Bigl(1 - \frac{1}{M_s}\Bigr),
              \qquad M_0 = N

    Parameters
    ----------
    first : array_like of shape (...)
        Rows N of generation 0.
    rows : array_like of shape (..., T)
        Rows :math:`M_t` of generation 1 ... T. (The last has no part in it.)

    Returns
    -------
    numpy.ndarray of shape (..., T + 1)
        1 for generation 0; ``nan`` after a generation without rows.

    Raises
    ------
    ValueError
        If a number of rows is negative.

    References
    ----------
    Wright, S. (1931). Evolution in Mendelian populations. Genetics, 16(2), 97-159.

    Examples
    --------
    >>> kept_replacing(10, [10, 10]).round(4)
    array([1.  , 0.9 , 0.81])
    """
    start, m = _start(first), _rows(rows)
    sizes = np.concatenate([start[..., None], m[..., :-1]], axis=-1)
    return _with_first(np.asarray(np.cumprod(1 - 1 / sizes, axis=-1)), m)


def kept_accumulating(first: npt.ArrayLike, rows: npt.ArrayLike) -> Floats:
    r"""Share of the variety kept when each generation is drawn from all before it, pooled.

    With :math:`S_t = N + M_1 + \dots + M_t` rows in the pool after generation t:

    .. math:: E[\Delta_t] = \Delta_0 \Bigl(1 - \frac1N\Bigr)
              \prod_{s=1}^{t-1} \Bigl(1 - \frac{M_s}{S_s^2}\Bigr)

    Parameters
    ----------
    first, rows : array_like
        As in `kept_replacing`.

    Returns
    -------
    numpy.ndarray of shape (..., T + 1)
        As in `kept_replacing`.

    Raises
    ------
    ValueError
        If a number of rows is negative.

    References
    ----------
    Gerstgrasser, M. et al. (2024). Is model collapse inevitable? Breaking the curse of recursion
    by accumulating real and synthetic data. Conference on Language Modeling (the loop). The
    product is ours; `audits.formulas.collapse_mixed.kept_by_accumulating` is the pool itself with
    equal parts.

    Examples
    --------
    >>> kept_accumulating(10, [10, 10]).round(4)
    array([1.    , 0.9   , 0.8775])
    """
    start, m = _start(first), np.nan_to_num(_rows(rows))
    pool = start[..., None] + np.cumsum(m, axis=-1)
    factors = np.concatenate([(1 - 1 / start)[..., None], (1 - m / pool**2)[..., :-1]], axis=-1)
    return _with_first(np.cumprod(factors, axis=-1), m)


def kept_with_fixed(real: npt.ArrayLike, rows: npt.ArrayLike) -> Floats:
    r"""Share of the variety kept when the same real rows go into every generation.

    Generation 1 is drawn from the n real rows, every other from them and the generation before,
    pooled. With :math:`a = n / (n + M_{t-1})`:

    .. math:: g_1 = 1 - \frac1n, \qquad
              g_t = (2a - a^2)\, g_1 + (1-a)^2 \Bigl(1 - \frac{1}{M_{t-1}}\Bigr) g_{t-1}

    Parameters
    ----------
    real : array_like of shape (...)
        Real rows n.
    rows : array_like of shape (..., T)
        Rows of generation 1 ... T.

    Returns
    -------
    numpy.ndarray of shape (..., T + 1)
        :math:`E[\Delta_t] / \Delta_0` = :math:`g_t`, as in `kept_replacing`. A generation without
        rows does no harm: the real ones are still there.

    Raises
    ------
    ValueError
        If a number of rows is negative.

    References
    ----------
    Alemohammad, S. et al. (2024). Self-consuming generative models go MAD. International
    Conference on Learning Representations (the loop). The recursion is ours; where it ends is
    `audits.formulas.collapse_mixed.mean_coincidence_fixed`.

    Examples
    --------
    >>> kept_with_fixed(10, [10, 10]).round(4)
    array([1.    , 0.9   , 0.8775])
    """
    n, m = _start(real), np.nan_to_num(_rows(rows))
    there = 1 - 1 / n
    return _mixed(n[..., None], m, first=there, real=there[..., None])


def kept_with_fresh(first: npt.ArrayLike, rows: npt.ArrayLike, fresh: npt.ArrayLike) -> Floats:
    r"""Share of the variety kept when fresh real rows go into every generation.

    Generation 1 is drawn from the N rows of generation 0, every other from n fresh real rows and
    the generation before, pooled. With :math:`a = n / (n + M_{t-1})`:

    .. math:: g_1 = 1 - \frac1N, \qquad
              g_t = \Bigl(2a - a^2 - \frac{a^2}{n}\Bigr) g_0
              + (1-a)^2 \Bigl(1 - \frac{1}{M_{t-1}}\Bigr) g_{t-1}

    Parameters
    ----------
    first : array_like of shape (...)
        Rows N of generation 0.
    rows : array_like of shape (..., T)
        Rows of generation 1 ... T.
    fresh : array_like of shape (...) or (..., T)
        Fresh real rows n in every generation, or in each.

    Returns
    -------
    numpy.ndarray of shape (..., T + 1)
        :math:`E[\Delta_t] / \Delta_0` = :math:`g_t`, as in `kept_replacing`. Fresh people are
        taken to come from a population with :math:`g_0 = 1 - 1/N` of :math:`\Delta_0`, which is
        that of generation 0 drawn from with replacement.

    Raises
    ------
    ValueError
        If a number of rows is negative.

    References
    ----------
    As for `kept_with_fixed`; the recursion is ours, and ends at
    `audits.formulas.collapse_mixed.mean_coincidence_fresh`.

    Examples
    --------
    >>> kept_with_fresh(10, [10, 10, 10], 10).round(4)
    array([1.    , 0.9   , 0.855 , 0.8449])
    """
    start, m = _start(first), np.nan_to_num(_rows(rows))
    n = _rows(fresh)
    n = np.broadcast_to(n if n.ndim == m.ndim else n[..., None], m.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        noise = np.where(n > 0, n / (n + m) ** 2, 0.0)  # a^2 / n
    there = 1 - 1 / start
    return _mixed(np.nan_to_num(n), m, first=there, real=there[..., None], noise=noise)


def level_accumulating(first: npt.ArrayLike, rows: npt.ArrayLike) -> FloatOrArray:
    r"""Where `kept_accumulating` levels off, with M rows in every generation.

    With :math:`r = N / M`:

    .. math:: \Bigl(1 - \frac1N\Bigr) \prod_{k=1}^{\infty} \Bigl(1 - \frac{1}{M (k + r)^2}\Bigr)
              = \Bigl(1 - \frac1N\Bigr) \frac{\Gamma(1+r)^2}
                {\Gamma(1 + r - M^{-1/2})\, \Gamma(1 + r + M^{-1/2})}

    Parameters
    ----------
    first, rows : array_like
        Rows N of generation 0, at least 1, and rows M of every other, at least 1.

    Returns
    -------
    float or numpy.ndarray
        In [0, 1); ``nan`` without any rows.

    Raises
    ------
    ValueError
        If a number of rows is negative.

    References
    ----------
    As for `kept_accumulating`; Euler's product of the gamma function. Its use here is ours, and
    with N = M it is that of `audits.formulas.collapse_mixed.kept_by_accumulating_for_ever`.

    Examples
    --------
    >>> round(1 - level_accumulating(30, 30) / (1 - 1 / 30), 4)
    0.0213
    """
    n, m = _rows(first), _rows(rows)
    r, s = n / m, 1 / np.sqrt(m)
    product = np.exp(2 * gammaln(1 + r) - gammaln(1 + r - s) - gammaln(1 + r + s))
    return plain((1 - 1 / n) * product)


def level_with_fixed(real: npt.ArrayLike, rows: npt.ArrayLike) -> FloatOrArray:
    r"""Where `kept_with_fixed` levels off: a share of the variety of the real rows.

    .. math:: \frac{n\,(n + 2M)}{n^2 + 2nM + M}

    Parameters
    ----------
    real, rows : array_like
        Real rows n, and rows M of every generation.

    Returns
    -------
    float or numpy.ndarray
        In [0, 1], ``nan`` without any rows; of the Gini-Simpson index of the real rows, which is
        (1 - 1/n) of their mean dissimilarity.

    Raises
    ------
    ValueError
        If a number of rows is negative.

    References
    ----------
    As for `kept_with_fixed`.

    Examples
    --------
    >>> round(level_with_fixed(30, 30), 4)
    0.989
    """
    n, m = not_negative("real", real), not_negative("rows", rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        return plain(n * (n + 2 * m) / (n**2 + 2 * n * m + m))


def level_with_fresh(fresh: npt.ArrayLike, rows: npt.ArrayLike) -> FloatOrArray:
    r"""Where `kept_with_fresh` levels off: a share of the variety of the population.

    .. math:: \frac{n\,(n + 2M - 1)}{n^2 + 2nM + M}

    However many rows a generation has, it is near :math:`2n / (2n + 1)`: what matters is the number
    of fresh rows, not their share.

    Parameters
    ----------
    fresh, rows : array_like
        Fresh real rows n, and rows M, of every generation.

    Returns
    -------
    float or numpy.ndarray
        In [0, 1], ``nan`` without any rows.

    Raises
    ------
    ValueError
        If a number of rows is negative.

    References
    ----------
    Wright, S. (1931). Evolution in Mendelian populations. Genetics, 16(2), 97-159 (a few migrants
    per generation hold the variety of a population of any size). The exact form is ours.

    Examples
    --------
    >>> round(level_with_fresh(30, 30), 4)
    0.978
    """
    n, m = not_negative("fresh", fresh), not_negative("rows", rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        return plain(np.maximum(n * (n + 2 * m - 1), 0.0) / (n**2 + 2 * n * m + m))


def _mixed(
    n: Floats, m: Floats, *, first: Floats, real: Floats, noise: Floats | float = 0
) -> Floats:
    """Run the recursion of a mixture of real rows and the generation before."""
    with np.errstate(divide="ignore", invalid="ignore"):
        a = np.where(n + m > 0, n / (n + m), np.nan)
        left = np.where(m > 0, (1 - a) ** 2 * (1 - 1 / m), 0.0)
    gained = (2 * a - a**2 - noise) * real
    found = [np.broadcast_to(first, m.shape[:-1])]
    for t in range(m.shape[-1] - 1):
        found.append(gained[..., t] + left[..., t] * found[-1])
    return _with_first(np.stack(found, axis=-1), m)


def _with_first(kept: Floats, rows: Floats) -> Floats:
    """Put generation 0 in front, which has kept everything."""
    kept = np.where(np.isfinite(kept), kept, np.nan)[..., : rows.shape[-1]]
    return np.concatenate([np.ones((*kept.shape[:-1], 1)), kept], axis=-1)


def _start(first: npt.ArrayLike) -> Floats:
    """Rows to begin with; a group without any has no variety to lose."""
    return _rows(first)


def _rows(rows: npt.ArrayLike) -> Floats:
    """Numbers of rows, ``nan`` where there are none."""
    numbers = not_negative("rows", rows)
    return np.where(numbers > 0, numbers, np.nan)
