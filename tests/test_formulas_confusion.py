"""Rates of confusion tables: fairlearn's guide, fairlearn and scikit-learn as oracles, laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.formulas.confusion import (
    Confusion,
    balanced,
    beside_everyone_else,
    one_against_rest,
    rate,
    rates,
    values_apart,
)
from audits.formulas.differences import Difference, share_difference
from audits.formulas.shares import wilson

GROUPS = list("bbabbcccaacabccbcc")
TRUTH = np.array([0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1])
SAID = np.array([0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0])
counts = st.integers(0, 50)
FOUR = st.builds(Confusion, counts, counts, counts, counts)


def confusion_of(truth, said, groups) -> tuple[list[str], Confusion]:
    names = sorted(set(groups))
    group = np.array(groups)
    kinds = ((truth & said), (~truth & said), (truth & ~said), (~truth & ~said))
    return names, Confusion(
        *(np.array([kind[group == name].sum() for name in names], dtype=float) for kind in kinds)
    )


class TestGuideOfFairlearn:
    NAMES, COUNTS = confusion_of(TRUTH == 1, SAID == 1, GROUPS)

    def test_published_values(self):
        found = rates(self.COUNTS, confidence=0.95)
        assert self.NAMES == ["a", "b", "c"]
        assert found["true positive rate"].value == pytest.approx([0.5, 0.6, 0.4])
        assert found["false positive rate"].value == pytest.approx([1.0, 0.0, 2 / 3])
        assert found["selection rate"].value == pytest.approx([0.75, 0.5, 0.5])
        assert found["selection rate"].of.tolist() == [4, 6, 8]

    def test_everyone(self):
        everyone = Confusion(*(part.sum() for part in self.COUNTS))
        found = rates(everyone, confidence=0.95)
        assert found["true positive rate"].value == pytest.approx(0.5)
        assert found["false positive rate"].value == pytest.approx(2 / 3)
        assert found["selection rate"].value == pytest.approx(0.555556, abs=1e-6)

    def test_published_gaps(self):
        from audits.formulas.gaps import smallest_ratio, widest_difference

        found = rates(self.COUNTS, confidence=0.95)
        gaps = {
            "true positive rate": (0.2, 2 / 3),
            "false positive rate": (1.0, 0.0),
            "selection rate": (0.25, 2 / 3),
        }
        for name, (difference, ratio) in gaps.items():
            value = found[name].value[np.newaxis]
            assert float(widest_difference(value)) == pytest.approx(difference)
            assert float(smallest_ratio(value)) == pytest.approx(ratio)


class TestMetricFrame:
    @pytest.mark.parametrize("seed", range(3))
    def test_every_rate_of_every_group(self, seed):
        from fairlearn import metrics as fair
        from sklearn.metrics import accuracy_score, precision_score

        rng = np.random.default_rng(seed)
        truth, said = rng.random(300) < 0.4, rng.random(300) < 0.5
        groups = rng.choice(list("abcd"), 300, p=[0.5, 0.3, 0.15, 0.05])
        frame = fair.MetricFrame(
            metrics={
                "accuracy": accuracy_score,
                "selection rate": fair.selection_rate,
                "true positive rate": fair.true_positive_rate,
                "false positive rate": fair.false_positive_rate,
                "precision": precision_score,
            },
            y_true=truth.astype(int),
            y_pred=said.astype(int),
            sensitive_features=groups,
        )
        names, table = confusion_of(truth, said, groups)
        ours = {name: one.value for name, one in rates(table, confidence=0.95).items()}
        pd.testing.assert_frame_equal(
            pd.DataFrame(ours, index=pd.Index(names, name="sensitive_feature_0")),
            frame.by_group.astype(float),
        )


class TestRates:
    def test_unknown_where_nobody_is(self):
        """No positives: a true positive rate is not 0, and not 1."""
        found = rates(Confusion(0, 2, 0, 8), confidence=0.95)
        assert np.isnan(found["true positive rate"].value)
        assert np.isnan(found["true positive rate"].low)
        assert found["true positive rate"].of == 0
        assert found["false positive rate"].value == 0.2
        assert np.isnan(rates(Confusion(0, 0, 3, 3), confidence=0.95)["precision"].value)

    @given(FOUR)
    def test_intervals_are_wilsons(self, table):
        for one in rates(table, confidence=0.9).values():
            expected = wilson(one.hits, one.of, confidence=0.9)
            assert (one.low, one.high) == pytest.approx(expected, nan_ok=True)
            assert not one.of or one.low <= one.value <= one.high

    @given(FOUR)
    def test_accuracy_is_a_mean_of_both_classes(self, table):
        found = rates(table, confidence=0.95)
        tpr, fpr = found["true positive rate"], found["false positive rate"]
        if tpr.of and fpr.of:
            mean = (tpr.hits + fpr.of - fpr.hits) / found["accuracy"].of
            assert found["accuracy"].value == pytest.approx(mean)
            assert balanced(table, confidence=0.95).value == pytest.approx(
                (tpr.value + 1 - fpr.value) / 2
            )
        else:
            assert np.isnan(balanced(table, confidence=0.95).value)

    def test_refuses_negative_people(self):
        with pytest.raises(ValueError, match="true_positive"):
            rates(Confusion(-1, 0, 0, 0), confidence=0.95)

    def test_more_hits_than_people(self):
        with pytest.raises(ValueError, match="exceed"):
            rate(3, 2, confidence=0.95)


class TestManyClasses:
    def test_as_sklearn(self):
        from sklearn.metrics import confusion_matrix, multilabel_confusion_matrix

        rng = np.random.default_rng(3)
        truth, said = rng.integers(0, 4, 200), rng.integers(0, 4, 200)
        table = confusion_matrix(truth, said)
        for k, expected in enumerate(multilabel_confusion_matrix(truth, said)):
            tn, fp, fn, tp = expected.ravel()
            assert one_against_rest(table, k) == pytest.approx((tp, fp, fn, tn))

    def test_for_all_groups_at_once(self):
        tables = np.arange(18).reshape(2, 3, 3)
        both = one_against_rest(tables, 2)
        assert both.people.tolist() == tables.sum(axis=(1, 2)).tolist()
        assert both.true_positive.tolist() == [8, 17]


class TestBesideEveryoneElse:
    def test_everyone_else_is_everyone_less_the_group(self):
        found = beside_everyone_else([3, 8], [10, 10], 11, 20, confidence=0.95)
        assert found.rest.value == pytest.approx([0.8, 0.3])
        assert found.apart.value == pytest.approx([-0.5, 0.5])
        assert found.apart.low[0] == pytest.approx(-found.apart.high[1])
        expected = share_difference([3, 8], [10, 10], [8, 3], [10, 10], confidence=0.95)
        assert np.array(found.apart) == pytest.approx(np.array(expected))

    def test_p_agrees_with_the_interval(self):
        rng = np.random.default_rng(4)
        hits = rng.integers(0, 40, 200)
        found = beside_everyone_else(hits, 40, hits + 60, 140, confidence=0.95)
        outside = (found.apart.low > 0) | (found.apart.high < 0)
        assert ((found.p < 0.05) == outside).all()

    def test_everyone_has_nobody_beside_them(self):
        found = beside_everyone_else(11, 20, 11, 20, confidence=0.95)
        assert np.isnan([found.rest.value, *found.apart, found.p]).all()

    def test_coverage_of_unequal_sizes(self):
        rng = np.random.default_rng(5)
        mine, others = rng.binomial(30, 0.8, 20_000), rng.binomial(600, 0.7, 20_000)
        found = beside_everyone_else(mine, 30, mine + others, 630, confidence=0.95)
        held = (found.apart.low <= 0.1) & (found.apart.high >= 0.1)
        assert 0.94 <= held.mean() <= 0.98

    def test_equal_groups_are_rarely_apart(self):
        rng = np.random.default_rng(6)
        mine, others = rng.binomial(40, 0.8, 20_000), rng.binomial(400, 0.8, 20_000)
        found = beside_everyone_else(mine, 40, mine + others, 440, confidence=0.95)
        assert (found.p <= 0.05).mean() <= 0.06

    def test_what_is_no_share(self):
        found = values_apart(Difference(3.0, 2.0, 4.0), Difference(1.0, 0.5, 1.5), confidence=0.95)
        assert found.apart.value == 2.0
        assert found.apart.low == pytest.approx(2 - np.hypot(1, 0.5))
        assert found.p < 0.001
        assert np.isnan(found.rest.of)
