"""P values of distances in small groups: the labels real and synthetic dealt out at random.

Where rows are few, closed forms are not good enough in the tail. Dealing works on counts, not on
rows: the counts of the smaller side are one multivariate hypergeometric draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from audits.formulas.checks import Floats, Integers
from audits.formulas.permutation import sequential_p

# A p value is settled once this many draws have reached the observed distance: its relative error
# is then about a fifth.
_ENOUGH_EXCEEDANCES = 20
_BATCH = 200
# Below this many pooled rows it is faster to deal out rows than to draw level by level.
_ROWS_TO_DEAL = 200_000


@dataclass(frozen=True)
class Relabelling:
    """Counts of many groups, and the weights that make a distance of them.

    Attributes
    ----------
    real, synthetic : array of shape (..., n_levels)
        Rows per level or point.
    weights : array of shape (..., n_levels)
        The distance is the sum of weight times absolute difference of shares.
    cumulative : bool
        Whether the shares are those at or below each point.
    """

    real: Floats
    synthetic: Floats
    weights: Floats
    cumulative: bool

    def smaller_side(self) -> Floats:
        """Rows of the smaller sample of every group."""
        rows: Floats = np.minimum(self.real.sum(-1), self.synthetic.sum(-1))
        return rows

    def p_values(
        self, wanted: ArrayLike, *, seeds: ArrayLike, max_draws: int
    ) -> tuple[Floats, Integers]:
        """Chance of a distance at least as large with labels dealt out at random.

        Parameters
        ----------
        wanted : array_like of bool, of the groups' shape
            Groups to test; each needs a row on both sides.
        seeds : array_like of int, of the groups' shape, or one number
            One random stream per group.
        max_draws : int, at least 1
            Most relabellings of a group.

        Returns
        -------
        p_values, draws : arrays of the groups' shape
            P values in (0, 1], ``nan`` where not wanted, and relabellings made.

        References
        ----------
        .. [1] Besag, J. and Clifford, P. (1991). Sequential Monte Carlo p-values. Biometrika,
           78(2), 301-304.

        Examples
        --------
        One row each, of different levels: relabelling changes nothing.

        >>> one = np.array([1.0, 0.0])
        >>> pair = Relabelling(one, 1 - one, np.array([0.5, 0.5]), cumulative=False)
        >>> p_values, draws = pair.p_values(True, seeds=1, max_draws=99)
        >>> float(p_values)
        1.0
        """
        groups = self.real.shape[:-1]
        streams, chosen = np.broadcast_to(seeds, groups), np.broadcast_to(wanted, groups)
        p_values, draws = np.full(groups, np.nan), np.zeros(groups, dtype=np.int64)
        for place in map(tuple, np.argwhere(chosen)):
            random = np.random.Generator(np.random.PCG64(int(streams[place])))
            p_values[place], draws[place] = self._p_value(place, random, max_draws)
        return p_values, draws

    def _p_value(
        self, place: tuple[int, ...], random: np.random.Generator, max_draws: int
    ) -> tuple[float, int]:
        x, y, weights = self.real[place], self.synthetic[place], self.weights[place]
        seen = (x + y) > 0
        pooled, difference = (x + y)[seen].astype(np.int64), (x / x.sum() - y / y.sum())[seen]
        few, many = sorted((x.sum(), y.sum()))
        expected = pooled / many
        if self.cumulative:  # the gap after a point reaches to the next point that anyone has
            weights = np.add.reduceat(weights, np.flatnonzero(seen))
            difference, expected = np.cumsum(difference), np.cumsum(expected)
        else:
            weights = weights[seen]
        method: Literal["count", "marginals"]
        method = "count" if few + many <= _ROWS_TO_DEAL else "marginals"

        def closeness(size: int) -> Floats:
            dealt = random.multivariate_hypergeometric(pooled, int(few), size=size, method=method)
            if self.cumulative:
                np.cumsum(dealt, axis=-1, out=dealt)
            apart = dealt * (1 / few + 1 / many)
            apart -= expected
            np.abs(apart, out=apart)
            nearness: Floats = -(apart @ weights)
            return nearness

        observed = float(np.abs(difference) @ weights)
        return sequential_p(
            closeness,
            -observed,
            max_draws=max_draws,
            exceedances=_ENOUGH_EXCEEDANCES,
            batch=_BATCH,
            tolerance=1e-12 * (1 + observed),
        )
