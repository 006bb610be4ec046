"""Gower distances, and precision, recall, density and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from audits.formulas.neighbours import (
    expected_coverage,
    gower_blocks,
    gower_distances,
    merged_codes,
    prdc,
)


def plain_gower(query, base, positions):
    """The definition, pair by pair."""
    total = np.zeros((len(query), len(base)))
    for j, place in enumerate(positions):
        x, y = query[:, j, None], base[None, :, j]
        if place is None:
            total += x != y
        else:
            apart = np.abs(np.array(place)[x] - np.array(place)[y])
            missing = np.isnan(np.array(place))
            apart = np.where(missing[x] != missing[y], 1, apart)
            total += np.where(missing[x] & missing[y], 0, apart)
    return total / len(positions)


@st.composite
def columns(draw):
    seed, p = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 6))
    rng = np.random.default_rng(seed)
    positions = []
    for _ in range(p):
        place = rng.random(5)
        place[0] = draw(st.sampled_from([0.5, np.nan]))
        positions.append(draw(st.sampled_from([None, place.tolist()])))
    q, n = draw(st.integers(0, 7)), draw(st.integers(0, 7))
    return rng.integers(0, 5, (q, p)), rng.integers(0, 5, (n, p)), positions


class TestGower:
    @settings(deadline=None, max_examples=80)
    @given(columns())
    def test_definition(self, data):
        query, base, positions = data
        distances = gower_distances(query, base, positions)
        assert distances.dtype == np.float32
        assert distances == pytest.approx(plain_gower(query, base, positions), abs=1e-6)

    def test_oracle_on_numbers(self):
        rng = np.random.default_rng(0)
        place = np.sort(rng.random(1000))
        query, base = rng.integers(0, 1000, (300, 4)), rng.integers(0, 1000, (700, 4))
        expected = cdist(place[query], place[base], "cityblock") / 4
        assert np.abs(gower_distances(query, base, [place] * 4) - expected).max() < 1e-6

    def test_many_columns_and_large_codes(self):
        rng = np.random.default_rng(1)
        query, base = rng.integers(0, 70_000, (5, 600)), rng.integers(0, 70_000, (6, 600))
        base[:, ::2] = query[0, ::2]
        expected = cdist(query, base, "hamming")
        assert gower_distances(query, base, [None] * 600) == pytest.approx(expected, abs=1e-6)

    def test_blocks_make_no_difference(self):
        rng = np.random.default_rng(2)
        query, base = rng.integers(0, 4, (100, 3)), rng.integers(0, 4, (20_000, 3))
        positions = [None, [0.1, 0.2, 0.7, np.nan], None]
        blocks = list(gower_blocks(query, base, positions))
        assert len(blocks) > 10
        whole = gower_distances(query[40:45], base, positions)
        assert (np.concatenate([block for _, block in blocks])[40:45] == whole).all()

    def test_equal_sums_are_exactly_equal(self):
        """Thirds added in any order, and columns in any order."""
        rng = np.random.default_rng(3)
        thirds = [k / 3 for k in range(4)]
        steps = np.array([rng.permutation([0, 1, 1, 2, 3]) for _ in range(200)])
        from_zero = gower_distances(np.zeros((1, 5), dtype=int), steps, [thirds] * 5)
        assert len(np.unique(from_zero)) == 1
        assert from_zero[0, 0] == pytest.approx(7 / 15)

    def test_codes_at_one_place_are_merged(self):
        positions = [None, [0.5, 0.5, np.nan, np.nan]]
        rows = [[0, 0], [0, 1], [0, 2], [0, 3], [1, 3]]
        merged = merged_codes(rows, positions)
        same = (merged[:, None] == merged).all(axis=2)
        assert (same == (gower_distances(rows, rows, positions) == 0)).all()

    @pytest.mark.parametrize(
        ("query", "base", "positions", "words"),
        [
            ([[0]], [[0]], [], "from 1 to 2047 columns"),
            ([[0, 1]], [[0]], [None], "needs 1 columns, got 2 and 1"),
            ([[0]], [[0]], [[1.5]], r"in \[0, 1\]"),
            ([[-1]], [[0]], [None], "not be negative"),
        ],
    )
    def test_refused(self, query, base, positions, words):
        with pytest.raises(ValueError, match=words):
            gower_distances(query, base, positions)


def from_points(real, synthetic, *, neighbours=5):
    return prdc(
        cdist(real, real),
        cdist(synthetic, synthetic),
        cdist(synthetic, real),
        neighbours=neighbours,
    )


class TestPrdc:
    def test_tied_rows_and_their_copy(self):
        """Ten copies of each of four rows: a strict border would give 0 for all."""
        rows = np.repeat(np.arange(4.0), 10)[:, None]
        found = from_points(rows, rows)
        assert (found.precision, found.recall, found.coverage) == (1, 1, 1)
        assert found.density == pytest.approx(10 / 9)  # its own copy besides nine others

    def test_by_hand(self):
        real, synthetic = np.array([[0.0], [1.0], [3.0]]), np.array([[0.5], [0.6], [9.0]])
        found = from_points(real, synthetic, neighbours=1)  # real balls 1, 1, 2
        assert found.precision == pytest.approx(2 / 3)
        assert found.recall == pytest.approx(2 / 3)  # synthetic balls .1, .1, 8.4: not to 0
        assert found.density == pytest.approx(4 / 3)
        assert found.coverage == pytest.approx(2 / 3)

    def test_closed_forms_at_thirty(self):
        rng = np.random.default_rng(4)
        runs = np.array(
            [from_points(rng.normal(size=(30, 3)), rng.normal(size=(30, 3))) for _ in range(600)]
        )
        error = runs.std(axis=0) / np.sqrt(len(runs))
        assert abs(runs[:, 3].mean() - expected_coverage(30, 30, neighbours=5)) < 4 * error[3]
        assert abs(runs[:, 2].mean() - 1) < 4 * error[2]

    def test_coverage_does_not_see_halved_spread(self):
        rng = np.random.default_rng(5)
        runs = [
            from_points(rng.normal(size=(30, 3)), rng.normal(size=(30, 3)) / 2).coverage
            for _ in range(100)
        ]
        assert np.mean(runs) > 0.9

    @pytest.mark.parametrize(
        ("real", "synthetic", "expected"),
        [(10_000, 10_000, 0.96877), (30, 30, 0.9763), (30, 3000, 1.0)],
    )
    def test_expected_coverage(self, real, synthetic, expected):
        assert expected_coverage(real, synthetic, neighbours=5) == pytest.approx(expected, abs=5e-5)

    def test_too_few(self):
        assert np.isnan(from_points(np.zeros((5, 1)), np.zeros((9, 1)))).all()

    def test_refused(self):
        with pytest.raises(ValueError, match="neighbours must be at least 1, got 0"):
            from_points(np.zeros((5, 1)), np.zeros((9, 1)), neighbours=0)
        with pytest.raises(ValueError, match=r"shape \(1, 2\)"):
            prdc(np.zeros((2, 2)), np.zeros((1, 1)), np.zeros((2, 1)), neighbours=1)
        with pytest.raises(ValueError, match="neighbours in 1 to 4"):
            expected_coverage(5, 5, neighbours=5)
