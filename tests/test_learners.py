"""Rows as features, and what learns from them."""

from __future__ import annotations

import numpy as np
import pytest

from audits.data.coding import by_levels, by_numbers
from audits.errors import AuditError, UsageError
from audits.learners import design_of, learner_of
from audits.learners.learner import described

COLOUR = by_levels("colour", "categorical", ["blue", "green", "red"])
AGE = by_numbers("age", "numeric", {"20": 20.0, "40": 40.0, "60": 60.0})
CODINGS = (AGE, COLOUR)


def codes(*rows):
    return np.array(rows, dtype=np.uint16)


class TestDesign:
    REAL = codes((1, 1), (1, 2), (2, 1), (3, 3))  # ages 20, 20, 40, 60
    SYNTHETIC = codes((2, 1), (2, 2))

    def test_numbers_are_standardised_by_the_real_rows(self):
        design = design_of(CODINGS, self.REAL, self.SYNTHETIC, ())
        ages = np.array([20, 20, 40, 60])
        expected = (ages - ages.mean()) / ages.std()
        assert design.names[0] == "age"
        np.testing.assert_allclose(design.of(self.REAL)[:, 0], expected, rtol=1e-6)
        again = design_of(CODINGS, self.REAL, codes((3, 1), (3, 1)), ())
        np.testing.assert_allclose(again.of(self.REAL)[:, 0], expected, rtol=1e-6)

    def test_every_level_is_a_feature(self):
        design = design_of(CODINGS, self.REAL, self.SYNTHETIC, ())
        assert design.names[1:] == ("colour: blue", "colour: green", "colour: red")
        np.testing.assert_array_equal(design.of(codes((1, 2)))[0, 1:], [0, 1, 0])

    def test_missing_is_said_by_a_feature(self):
        design = design_of(CODINGS, codes((0, 1), (1, 0), (3, 1)), self.SYNTHETIC, ())
        assert design.names[:2] == ("age", "age is missing")
        assert "colour: missing" in design.names
        np.testing.assert_array_equal(design.of(codes((0, 1)))[0, :2], [0, 1])  # at the mean
        assert np.isfinite(design.of(codes((0, 0)))).all()

    def test_missing_on_one_side_only(self):
        design = design_of(CODINGS, self.REAL, codes((0, 1), (2, 1)), ())
        assert "age is missing" in design.names

    def test_columns_left_out(self):
        design = design_of(CODINGS, self.REAL, self.SYNTHETIC, ("age",))
        assert design.names == ("colour: blue", "colour: green", "colour: red")
        assert design.of(codes((3, 1))).shape == (1, 3)

    def test_a_level_that_nobody_had_is_no_feature(self):
        design = design_of(CODINGS, codes((1, 1), (2, 1)), codes((1, 2)), ())
        assert design.names[1:] == ("colour: blue", "colour: green")
        np.testing.assert_array_equal(design.of(codes((1, 3)))[0, 1:], [0, 0])

    def test_rare_levels_share_a_feature(self):
        many = by_levels("town", "categorical", [f"town {i:03}" for i in range(200)])
        real = np.repeat(np.arange(1, 201), np.arange(200, 0, -1)).astype(np.uint16)[:, None]
        design = design_of((many,), real, real, ())
        assert len(design.names) == 64
        assert design.names[-1] == "town: other"
        features = design.of(real)
        np.testing.assert_array_equal(features.sum(axis=1), 1)
        assert features[real[:, 0] == 200, -1].all()
        assert not features[real[:, 0] == 1, -1].any()

    def test_a_constant_number_is_harmless(self):
        design = design_of(CODINGS, codes((2, 1), (2, 2)), codes((2, 1)), ())
        np.testing.assert_array_equal(design.of(codes((2, 1), (3, 1)))[:, 0], [0, 20])


def separable(rows=400, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 4)).astype(np.float32)
    y = (x[:, 0] + 0.5 * x[:, 1] + rng.normal(size=rows) * 0.5 > 0).astype(np.int64)
    return x, y


class TestLearners:
    def test_logistic_is_that_of_scikit_learn(self):
        from sklearn.linear_model import LogisticRegression

        x, y = separable()
        found = learner_of("logistic", kind="binary", positive=1).fit(x, y, 1).predict(x)
        same = LogisticRegression(max_iter=300).fit(x, y)
        np.testing.assert_array_equal(found.label, same.predict(x))
        np.testing.assert_allclose(found.score, same.predict_proba(x)[:, 1], atol=1e-5)

    @pytest.mark.parametrize("name", ["logistic", "boosting", "own_models:forest"])
    def test_same_rows_same_model(self, name):
        x, y = separable()
        learner = learner_of(name, kind="binary", positive=1)
        one, other = (learner.fit(x, y, 7).predict(x) for _ in range(2))
        np.testing.assert_array_equal(one.score, other.score)
        np.testing.assert_array_equal(one.label, other.label)

    def test_a_seed_reaches_a_model_of_ones_own(self):
        x, y = separable()
        learner = learner_of("own_models:forest", kind="binary", positive=1)
        one, other = (learner.fit(x, y, seed).predict(x) for seed in (7, 8))
        assert (one.score != other.score).any()

    def test_the_score_is_of_the_positive_class(self):
        x, y = separable()
        one, other = (
            learner_of("logistic", kind="binary", positive=p).fit(x, y, 1).predict(x)
            for p in (0, 1)
        )
        np.testing.assert_allclose(one.score + other.score, 1)

    def test_classes_that_are_not_there_are_not_said(self):
        x, y = separable()
        found = learner_of("logistic", kind="multiclass").fit(x, y * 3 + 2, 1).predict(x)
        assert set(found.label) == {2, 5}
        assert found.score is None

    def test_a_positive_class_that_was_never_seen_scores_nothing(self):
        x, y = separable()
        found = learner_of("logistic", kind="binary", positive=2).fit(x, y, 1).predict(x)
        assert not found.score.any()

    def test_one_class_is_learnt_as_such(self):
        x, _ = separable()
        for name in ("logistic", "boosting", "own_models:FailsToFit"):
            model = learner_of(name, kind="binary", positive=1).fit(x, np.full(len(x), 1), 1)
            found = model.predict(x[:3])
            np.testing.assert_array_equal(found.label, [1, 1, 1])
            np.testing.assert_array_equal(found.score, [1, 1, 1])

    @pytest.mark.parametrize("name", ["logistic", "boosting"])
    def test_numbers(self, name):
        x, _ = separable()
        y = 1e6 + 1000 * x[:, 0].astype(float)
        found = learner_of(name, kind="numeric").fit(x, y, 1).predict(x)
        assert found.score is None
        assert np.abs(found.label - y).mean() < 150

    def test_a_constant_number(self):
        x, y = separable()
        found = learner_of("logistic", kind="numeric").fit(x, np.full(len(y), 5.0), 1).predict(x)
        np.testing.assert_allclose(found.label, 5)

    @pytest.mark.parametrize("name", ["logistic", "boosting"])
    def test_weights(self, name):
        x, y = separable()
        twice = np.concatenate([x, x[y == 1]]), np.concatenate([y, y[y == 1]])
        learner = learner_of(name, kind="binary", positive=1)
        weighed = learner.fit(x, y, 1, 1.0 + y).predict(x)
        repeated = learner.fit(*twice, 1).predict(x)
        assert np.corrcoef(weighed.score, repeated.score)[0, 1] > 0.99

    def test_words(self):
        assert described("logistic", "binary") == "logistic regression"
        assert described("logistic", "numeric") == "ridge regression"
        assert described("own:model", "binary") == "own:model"


class TestModelsOfOnesOwn:
    @pytest.mark.parametrize(
        ("name", "says"),
        [
            ("forest", r"no model 'forest'.*logistic, boosting.*module:name"),
            ("no_such_module:make", r"cannot be imported: ModuleNotFoundError: .*PYTHONPATH"),
            ("own_models:absent", r"cannot be imported: AttributeError"),
            ("own_models:NOTHING", r"it cannot be called"),
            (":make", r"no model ':make'"),
        ],
    )
    def test_that_cannot_be_imported(self, name, says):
        with pytest.raises(UsageError, match=says):
            learner_of(name, kind="binary")

    @pytest.mark.parametrize(
        ("name", "says"),
        [
            ("fails", r"own_models:fails could not be made: RuntimeError: no licence"),
            ("NoPredict", r"own_models:NoPredict returned an object without predict\(\)"),
            ("FailsToFit", r"FailsToFit could not be fitted: ValueError: this model cannot"),
            ("FailsToPredict", r"FailsToPredict could not predict: KeyError"),
            ("TooFew", r"predictions of shape \(399,\) for 400 rows"),
            ("WrongLabels", r"predicted what it was not taught"),
            ("Words", r"could not predict: ValueError"),
            ("WrongScores", r"returned \(400, 5\), where \(400, 2\) was due"),
        ],
    )
    def test_that_fails_shows_its_own_error(self, name, says):
        x, y = separable()
        x[:, -1] = y
        learner = learner_of(f"own_models:{name}", kind="binary", positive=1)
        with pytest.raises(AuditError, match=says) as caught:
            learner.fit(x, y, 1).predict(x)
        assert not isinstance(caught.value, ValueError)

    def test_that_says_no_number(self):
        x, y = separable()
        learner = learner_of("own_models:NotANumber", kind="numeric")
        with pytest.raises(AuditError, match="predicted what is no number"):
            learner.fit(x, y.astype(float), 1).predict(x)
