"""Log-odds ratios of words: by hand, by a plain loop, and by their laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from audits.formulas.marked_words import marked_log_odds, pooled_prior, surprise

counts = st.integers(0, 400)


def found(first, second, *, all_first=1000, all_second=5000, of=500.0):
    prior = pooled_prior(first, second, all_first=all_first, all_second=all_second, of=of)
    return marked_log_odds(
        first, second, all_first=all_first, all_second=all_second, prior=prior, of=of
    )


def by_hand(y1, n1, y2, n2, a0):
    """The formula of Monroe, Colaresi and Quinn (2008), written out for one word."""
    a = a0 * (y1 + y2) / (n1 + n2)
    delta = math.log((y1 + a) / (n1 + a0 - y1 - a)) - math.log((y2 + a) / (n2 + a0 - y2 - a))
    return delta, math.sqrt(1 / (y1 + a) + 1 / (y2 + a))


class TestByHand:
    def test_the_worked_example(self):
        odds = found(18, 40, all_first=1000, all_second=10_000)
        assert float(odds.value) == pytest.approx(1.230, abs=5e-4)
        assert float(odds.z) == pytest.approx(4.59, abs=5e-3)

    def test_as_often_is_nothing(self):
        assert float(found(10, 50).value) == pytest.approx(0, abs=1e-12)

    def test_a_word_of_neither_side_is_unknown(self):
        assert np.isnan(found(0, 0)).all()

    def test_a_word_of_one_side_is_finite(self):
        assert np.isfinite(found([12, 0], [0, 12])).all()

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"of": 0.0}, "of must be above 0"),
            ({"first": -1}, "must not be negative"),
            ({"first": 1001}, "must not exceed all_first"),
        ],
    )
    def test_what_makes_no_sense(self, wrong, message):
        first = wrong.pop("first", 3)
        with pytest.raises(ValueError, match=message):
            found(first, 4, **wrong)


class TestLaws:
    @given(counts, counts, st.floats(1, 5000))
    def test_as_a_plain_loop(self, first, second, of):
        if first + second == 0:
            return
        odds = found(first, second, of=of)
        value, error = by_hand(first, 1000, second, 5000, of)
        assert float(odds.value) == pytest.approx(value, rel=1e-9, abs=1e-9)
        assert float(odds.error) == pytest.approx(error, rel=1e-9)

    @given(counts, counts)
    def test_sides_exchanged(self, first, second):
        one = found(first, second, all_second=1000)
        other = found(second, first, all_second=1000)
        assert np.allclose(one.value, -other.value, equal_nan=True)
        assert np.allclose(one.error, other.error, equal_nan=True)

    @given(st.integers(0, 399), st.integers(1, 400))
    def test_more_of_a_word_marks_it_more(self, first, second):
        prior = 2.0
        few, more = (
            marked_log_odds(y, second, all_first=1000, all_second=5000, prior=prior, of=500).value
            for y in (first, first + 1)
        )
        assert more > few

    @given(counts, counts, st.floats(1, 1000))
    def test_a_stronger_prior_draws_nearer_to_none(self, first, second, of):
        if first + second == 0:
            return
        weak, strong = (abs(float(found(first, second, of=size).value)) for size in (of, 2 * of))
        assert strong <= weak + 1e-12

    def test_words_at_once_are_words_one_by_one(self):
        rng = np.random.default_rng(0)
        first, second = rng.integers(0, 40, (2, 50))
        together = found(first, second)
        alone = [float(found(a, b).z) for a, b in zip(first, second, strict=True)]
        assert np.allclose(together.z, alone, equal_nan=True)


def test_bursts_are_why_texts_are_counted():
    """Where words come in bursts, their occurrences look like ties; texts that hold them do not."""
    rng = np.random.default_rng(3)
    most = {"occurrences": [], "texts": []}
    for _ in range(20):
        topics = rng.gamma(0.05, 20.0, (80, 300))  # a word fills a text or is not in it
        often = rng.poisson(topics)
        for name, held in (("occurrences", often), ("texts", (often > 0).astype(int))):
            first, second = held[:40].sum(axis=0), held[40:].sum(axis=0)
            z = found(first, second, all_first=first.sum(), all_second=second.sum()).z
            most[name].append(np.nanmax(np.abs(z)))
    assert np.median(most["occurrences"]) > 4.5
    assert np.median(most["texts"]) < 3.2


class TestSurprise:
    def test_by_hand(self):
        assert float(surprise(8, 0, 0.0)) == pytest.approx(math.sqrt(16 * math.log(2)))
        assert float(surprise(0, 8, 0.0)) == pytest.approx(-math.sqrt(16 * math.log(2)))
        assert float(surprise(0, 0, 1.0)) == 0

    @given(st.integers(0, 60), st.integers(0, 60), st.floats(-4, 4))
    def test_is_the_likelihood_ratio(self, inside, outside, log_odds):
        n, share = inside + outside, 1 / (1 + math.exp(-log_odds))
        if n == 0:
            return
        most, due = (stats.binom.logpmf(inside, n, part) for part in (inside / n, share))
        value = float(surprise(inside, outside, log_odds))
        assert value**2 == pytest.approx(2 * (most - due), rel=1e-6, abs=1e-6)
        assert value * (inside / n - share) >= -1e-9

    def test_about_a_number_of_standard_errors(self):
        """Of 400, 20 more than the 200 due: two standard errors."""
        assert float(surprise(220, 180, 0.0)) == pytest.approx(2.0, abs=0.01)
