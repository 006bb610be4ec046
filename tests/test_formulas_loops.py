"""Variety in four loops, and the real rows that hold it: simulated, with rows that change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.formulas import collapse_loops as loops
from audits.formulas import collapse_mixed as mixed
from audits.formulas.fresh_rows import fixed_rows_needed, fresh_rows_needed

QUICK = settings(deadline=None, max_examples=80)
FIRST = np.array([9, 7, 4, 3, 1, 1])
N = int(FIRST.sum())
ROWS = [12, 30, 8, 20, 15, 15]


def variety(counts):
    """Mean dissimilarity of two different rows of each chain."""
    total = counts.sum(-1)
    return 1 - (counts * (counts - 1.0)).sum(-1) / (total * (total - 1.0))


def run(loop, real, rows, chains=12_000, seed=51):
    """Chains of a loop on types: variety by generation, one array of chains each."""
    rng = np.random.default_rng(seed)
    start = np.broadcast_to(FIRST, (chains, 6))
    kept = start
    if loop == "fixed-real":
        kept = rng.multivariate_hypergeometric(FIRST, real, size=chains)
    model, found, pool = kept, [], kept
    for m in rows:
        drawn = rng.multinomial(m, model / model.sum(1, keepdims=True))
        found.append(variety(drawn))
        pool = pool + drawn
        if loop == "fresh":
            kept = rng.multinomial(real, FIRST / N, size=chains)
        model = {"replace": drawn, "accumulate": pool}.get(loop, kept + drawn)
    return found


EXPECTED = {
    "replace": loops.kept_replacing(N, ROWS),
    "accumulate": loops.kept_accumulating(N, ROWS),
    "fixed-real": loops.kept_with_fixed(10, ROWS),
    "fresh": loops.kept_with_fresh(N, ROWS, 5),
}


@pytest.mark.parametrize("loop", EXPECTED)
def test_simulated(loop):
    found = run(loop, 10 if loop == "fixed-real" else 5, ROWS)
    for t, chains in enumerate(found, start=1):
        error = chains.std(ddof=1) / np.sqrt(len(chains))
        assert abs(chains.mean() - variety(FIRST) * EXPECTED[loop][t]) <= 4 * error


def test_accumulating_loses_less_than_replacing():
    found = {loop: np.mean(run(loop, 5, ROWS)[-1]) for loop in ("replace", "accumulate", "fresh")}
    assert found["replace"] < found["fresh"]
    assert found["replace"] < found["accumulate"]


def test_the_pool_is_the_product_of_equal_parts():
    rows, generations = 17, 8
    kept = loops.kept_accumulating(rows, [rows] * (generations + 1))[1:] / (1 - 1 / rows)
    assert kept == pytest.approx(mixed.kept_by_accumulating(rows, generations))


def test_levels_are_where_the_recursions_end():
    n, m = 7, 40
    fixed = loops.kept_with_fixed(n, [m] * 400)[-1]
    assert fixed == pytest.approx((1 - 1 / n) * loops.level_with_fixed(n, m))
    fresh = loops.kept_with_fresh(50, [m] * 400, n)[-1]
    assert fresh == pytest.approx((1 - 1 / 50) * loops.level_with_fresh(n, m))


@QUICK
@given(st.floats(0.01, 0.99), st.integers(1, 300), st.integers(1, 300))
def test_levels_are_the_fixed_points(coincidence, n, m):
    gini = 1 - coincidence
    fresh = 1 - mixed.mean_coincidence_fresh(coincidence, real_rows=n, rows=m)
    fixed = 1 - mixed.mean_coincidence_fixed(coincidence, real_rows=n, rows=m)
    assert loops.level_with_fresh(n, m) == pytest.approx(fresh / gini, abs=1e-9)
    assert loops.level_with_fixed(n, m) == pytest.approx(fixed / gini, abs=1e-9)


def test_axes_in_front():
    rows = np.array([[[5, 6, 7], [8, 9, 10]]] * 4)
    first = np.array([5, 8])
    for law in (loops.kept_replacing, loops.kept_accumulating, loops.kept_with_fixed):
        found = law(np.broadcast_to(first, (4, 2)), rows)
        assert found.shape == (4, 2, 4)
        assert found[1, 1] == pytest.approx(law(8, rows[1, 1]))
    found = loops.kept_with_fresh(np.broadcast_to(first, (4, 2)), rows, np.full((4, 2), 3))
    assert found[2, 0] == pytest.approx(loops.kept_with_fresh(5, rows[2, 0], 3))


def test_generations_without_rows():
    assert np.isnan(loops.kept_replacing(10, [5, 0, 0, 4])[3:]).all()
    assert np.isfinite(loops.kept_with_fixed(5, [5, 0, 5])).all()
    assert np.isfinite(loops.kept_accumulating(5, [5, 0, 5])).all()
    assert loops.kept_with_fresh(10, [10, 10, 10], 0) == pytest.approx(
        loops.kept_replacing(10, [10, 10, 10])
    )
    assert np.isnan(loops.level_with_fresh(0, 0))
    assert loops.level_with_fresh(0, 10) == 0
    with pytest.raises(ValueError, match="rows"):
        loops.kept_replacing(10, [-1])


class TestPlanner:
    @QUICK
    @given(st.floats(0.002, 0.9), st.integers(0, 5000))
    def test_the_least_that_will_do(self, loss, rows):
        n = fresh_rows_needed(loss, rows)
        assert 1 - loops.level_with_fresh(n, rows) <= loss + 1e-9
        assert n == 1 or 1 - loops.level_with_fresh(n - 1, rows) > loss
        n = fixed_rows_needed(loss, rows)
        level = [(1 - 1 / k) * loops.level_with_fixed(k, rows) for k in (n, max(n - 1, 1))]
        assert 1 - level[0] <= loss + 1e-9
        assert n == 1 or 1 - level[1] > loss

    def test_few_are_enough_for_many(self):
        found = fresh_rows_needed(0.05, [10, 100, 1000, 10**6])
        assert found.tolist() == [14, 10, 10, 10]
        assert fixed_rows_needed(0.05, 10**6) == 30
        assert fresh_rows_needed(1, 50) == 1
        assert fresh_rows_needed(0.05, 0) == 20

    @pytest.mark.parametrize("loss", [0, -0.1, 1.1, float("nan")])
    def test_refused(self, loss):
        with pytest.raises(ValueError, match="loss"):
            fresh_rows_needed(loss, 10)

    @pytest.mark.parametrize("rows", [10, 60])
    def test_simulated(self, rows):
        """What is promised is lost, no more: a long chain with the number of the planner."""
        n = int(fresh_rows_needed(0.1, rows))
        found = run("fresh", n, [rows] * 60, chains=6000, seed=52)[-1]
        gini = variety(FIRST) * (1 - 1 / N)
        lost = 1 - found / gini
        error = lost.std(ddof=1) / np.sqrt(len(lost))
        assert abs(lost.mean() - (1 - loops.level_with_fresh(n, rows))) <= 4 * error
        assert lost.mean() <= 0.1 + 4 * error
