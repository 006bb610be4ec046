from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from audits.formulas import classifier
from audits.formulas.classifier import two_sample_auc
from audits.formulas.classifier_features import design_matrix

quick = settings(deadline=None, max_examples=60)
OPTIONS = {"folds": 5, "permutations": 99, "seed": 1, "confidence": 0.95}
DESIGN = {"landmarks": 200, "rarest": 5, "seed": 1}


@pytest.fixture(autouse=True)
def one_thread():
    """Threads of several libraries fight for two cores and make everything slow."""
    with threadpool_limits(1):
        yield


def told_apart(codes, positions, n, **changes):
    rows = design_matrix(codes, positions, **DESIGN)
    return two_sample_auc(rows[:n], rows[n:], **OPTIONS | changes)


def table(rows, rng):
    """Four categorical columns and two numbers in which everything goes together."""
    hidden = rng.normal(size=rows)
    codes = np.stack([(hidden + rng.normal(size=rows) > 0).astype(int) for _ in range(4)], axis=1)
    codes[:, 3] += 2 * (rng.random(rows) < 0.3)
    numbers = np.stack([hidden + 0.4 * rng.normal(size=rows) for _ in range(2)], axis=1)
    return codes, 1 / (1 + np.exp(-numbers))


def shuffled(codes, positions, rng):
    """The same columns, each shuffled by itself: only the dependence is gone."""
    return rng.permuted(codes, axis=0), rng.permuted(positions, axis=0)


def by_sklearn(model, rows, is_real):
    areas, weights = [], []
    for fit, held in StratifiedKFold(5, shuffle=True, random_state=0).split(rows, is_real):
        scores = model.fit(rows[fit], is_real[fit]).predict_proba(rows[held])[:, 1]
        areas.append(roc_auc_score(is_real[held], scores))
        weights.append(is_real[held].sum() * (~is_real[held]).sum())
    return np.average(areas, weights=weights)


class TestAreas:
    @given(st.integers(0, 10**6), st.integers(1, 40), st.integers(1, 40))
    @quick
    def test_against_scikit_learn(self, seed, positive, negative):
        rng = np.random.default_rng(seed)
        scores = rng.integers(0, 6, (3, positive + negative)) / 7
        scores[:, -1] += 1  # never all equal
        labels = rng.permuted(np.tile(np.arange(positive + negative) < positive, (3, 1)), axis=1)
        found = classifier._areas(scores, labels.astype(float))
        expected = [roc_auc_score(row, score) for row, score in zip(labels, scores, strict=True)]
        assert found == pytest.approx(expected, abs=1e-12)
        placed = classifier._placements(scores[0], labels[0])
        assert placed[labels[0]].mean() == pytest.approx(expected[0])
        assert 1 - placed[~labels[0]].mean() == pytest.approx(expected[0])

    def test_by_hand(self):
        scores, labels = np.array([[1.0, 2, 3, 4]]), np.array([[0.0, 1, 0, 1]])
        assert classifier._areas(scores, labels) == pytest.approx([0.75])


class TestAgainstOtherClassifiers:
    def test_shifted_columns_as_well_as_logistic_regression(self):
        rng = np.random.default_rng(1)
        codes, positions = table(400, rng)
        positions[200:] **= 1.5
        codes[200:, 0] |= rng.random(200) < 0.2
        ours = told_apart(codes, positions, 200).auc
        rows = np.hstack([np.eye(4)[codes].reshape(400, -1), positions, positions**2])
        theirs = by_sklearn(LogisticRegression(max_iter=2000), rows, np.arange(400) < 200)
        assert ours > theirs - 0.05
        assert ours > 0.6

    def test_lost_dependence_nearly_as_well_as_boosting(self):
        rng = np.random.default_rng(2)
        real, other = table(600, rng), table(600, rng)
        synthetic = shuffled(*other, rng)
        codes, positions = (np.vstack(parts) for parts in zip(real, synthetic, strict=True))
        is_real = np.arange(1200) < 600
        ours = told_apart(codes, positions, 600)
        rows = np.hstack([codes, positions])
        boosting = by_sklearn(HistGradientBoostingClassifier(max_iter=60), rows, is_real)
        logistic = by_sklearn(LogisticRegression(max_iter=2000), rows, is_real)
        assert logistic < 0.56  # column by column there is nothing to see
        assert ours.auc > boosting - 0.03
        assert ours.p_above == 0.01

    def test_without_landmarks_dependence_is_not_seen(self):
        rng = np.random.default_rng(3)
        real, other = table(600, rng), table(600, rng)
        synthetic = shuffled(*other, rng)
        codes, positions = (np.vstack(parts) for parts in zip(real, synthetic, strict=True))
        rows = design_matrix(codes, positions, **DESIGN | {"landmarks": 0})
        assert two_sample_auc(rows[:600], rows[600:], **OPTIONS).auc < 0.57


class TestNoDrift:
    @pytest.mark.parametrize(("n", "m", "repeats"), [(30, 400, 120), (100, 100, 120)])
    def test_level(self, n, m, repeats):
        rng = np.random.default_rng(4)
        found = []
        for seed in range(repeats):
            codes, positions = table(n + m, rng)
            rows = design_matrix(codes, positions, **DESIGN | {"landmarks": 40})
            found.append(two_sample_auc(rows[:n], rows[n:], **OPTIONS | {"seed": seed}))
        p = np.array([test.p for test in found])
        above = np.array([test.p_above for test in found])
        for level, share in ((0.1, (p <= 0.1).mean()), (0.1, (above <= 0.1).mean())):
            assert share <= level + 4 * np.sqrt(level * (1 - level) / repeats)
        assert (p <= 0.2).mean() > 0.08
        areas = np.array([test.auc for test in found])
        assert areas.mean() == pytest.approx(0.5, abs=4 * areas.std() / np.sqrt(repeats))
        covered = np.mean([test.low <= 0.5 <= test.high for test in found])
        assert covered > 0.87
        if n == 30:  # learning the score makes it vary more than a fixed score would
            fixed = np.sqrt((n + m + 1) / (12 * n * m))
            assert np.mean([test.null_sd for test in found]) > 1.1 * fixed


def test_copies_are_far_below_one_half():
    rng = np.random.default_rng(5)
    codes, positions = table(30, rng)
    copied = rng.integers(0, 30, 3000)
    codes, positions = np.vstack([codes, codes[copied]]), np.vstack([positions, positions[copied]])
    found = told_apart(codes, positions, 30)
    assert found.auc < 0.25
    assert found.high < 0.5
    assert found.p_below == 0.01
    assert found.p_above > 0.9


class TestLaws:
    def test_order_of_rows_does_not_matter(self):
        rng = np.random.default_rng(6)
        codes, positions = table(120, rng)
        first = told_apart(codes, positions, 50)
        order = np.r_[rng.permutation(50), 50 + rng.permutation(70)]
        second = told_apart(codes[order], positions[order], 50)
        assert astuple(second) == pytest.approx(astuple(first), abs=1e-9)

    def test_sides_mirror(self):
        rng = np.random.default_rng(7)
        x, y = rng.normal(size=(60, 3)), rng.normal(size=(60, 3)) + 0.4
        assert two_sample_auc(x, y, **OPTIONS).auc > 0.6
        assert two_sample_auc(y, x, **OPTIONS).auc > 0.6

    def test_another_seed_gives_other_folds(self):
        rng = np.random.default_rng(8)
        x, y = rng.normal(size=(40, 3)), rng.normal(size=(40, 3))
        found = {two_sample_auc(x, y, **OPTIONS | {"seed": seed}).auc for seed in range(4)}
        assert len(found) > 1

    def test_interval(self):
        rng = np.random.default_rng(9)
        for shift in (0, 1, 9):
            found = two_sample_auc(
                rng.normal(size=(40, 2)), rng.normal(size=(90, 2)) + shift, **OPTIONS
            )
            assert 0 <= found.low < found.auc <= found.high <= 1
        assert found.auc == 1
        assert found.low < 0.97  # forty rows do not show that it is always so


class TestFeatures:
    def test_blocks(self):
        rng = np.random.default_rng(10)
        codes, positions = table(200, rng)
        rows = design_matrix(codes, positions, **DESIGN)
        single = design_matrix(codes, positions, **DESIGN | {"landmarks": 0})
        assert rows.mean(0) == pytest.approx(0, abs=1e-9)
        assert (single**2).sum(1).mean() == pytest.approx(1)
        kernel = rows[:, single.shape[1] :]
        assert kernel.shape == (200, 200)
        assert (kernel**2).sum(1).mean() == pytest.approx(4)

    def test_all_landmarks_reproduce_the_kernel(self):
        codes, positions = np.array([[0], [1], [1], [2]]), np.array([[0.1], [0.2], [0.8], [np.nan]])
        rows = design_matrix(codes, positions, landmarks=9, rarest=1, seed=1)
        single = design_matrix(codes, positions, landmarks=0, rarest=1, seed=1)
        kernel = rows[:, single.shape[1] :]
        apart = np.array([[0, 1.1, 1.7, 2], [1.1, 0, 0.6, 2], [1.7, 0.6, 0, 2], [2, 2, 2, 0]])
        expected = np.exp(-apart / np.median(apart))
        centre = np.eye(4) - 1 / 4
        expected = centre @ expected @ centre
        expected *= 4 / np.trace(expected) * 4
        assert kernel @ kernel.T == pytest.approx(expected, abs=1e-4)

    def test_rare_levels_count_as_one(self):
        codes = np.array([0] * 20 + [1] * 20 + [2, 3, 4]).reshape(-1, 1)
        none = np.zeros((43, 0))
        assert design_matrix(codes, none, landmarks=0, rarest=5, seed=1).shape == (43, 3)
        assert design_matrix(codes, none, landmarks=0, rarest=1, seed=1).shape == (43, 5)

    def test_only_numbers_or_constant_columns(self):
        none = np.zeros((5, 0), dtype=int)
        assert design_matrix(none, np.full((5, 1), 0.5), **DESIGN | {"landmarks": 0}).shape == (
            5,
            0,
        )
        rows = design_matrix(np.zeros((5, 1), int), np.full((5, 1), 0.5), **DESIGN)
        assert np.isnan(two_sample_auc(rows[:1], rows[1:], **OPTIONS).auc)
        same = two_sample_auc(rows[:2], rows[2:], **OPTIONS)
        assert (same.auc, same.p) == (0.5, 1)

    def test_bad_input(self):
        with pytest.raises(ValueError, match="rows"):
            design_matrix(np.zeros((3, 1), int), np.zeros((2, 1)), **DESIGN)
        with pytest.raises(ValueError, match="-1"):
            design_matrix(np.full((3, 1), -1), np.zeros((3, 0)), **DESIGN)
        with pytest.raises(ValueError, match="rarest"):
            design_matrix(np.zeros((3, 1), int), np.zeros((3, 0)), landmarks=1, rarest=0, seed=1)


class TestDegenerate:
    def test_too_few(self):
        for x, y in ((1, 50), (0, 50), (50, 1)):
            found = two_sample_auc(np.ones((x, 2)), np.ones((y, 2)), **OPTIONS)
            assert np.isnan(found.auc)
            assert found.permutations == 0

    def test_fewer_rows_than_folds(self):
        rng = np.random.default_rng(11)
        found = two_sample_auc(rng.normal(size=(3, 2)), rng.normal(size=(50, 2)), **OPTIONS)
        assert 0 <= found.auc <= 1

    def test_bad_input(self):
        rows = np.ones((5, 2))
        with pytest.raises(ValueError, match="features"):
            two_sample_auc(rows, np.ones((5, 3)), **OPTIONS)
        with pytest.raises(ValueError, match="finite"):
            two_sample_auc(rows, np.full((5, 2), np.nan), **OPTIONS)
        with pytest.raises(ValueError, match="folds"):
            two_sample_auc(rows, rows, **OPTIONS | {"folds": 1})
        with pytest.raises(ValueError, match="confidence"):
            two_sample_auc(rows, rows, **OPTIONS | {"confidence": 0})
