"""Likeness of texts: mean cosines without pairs, draws of one size, compression, shared runs."""

import zlib
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse, stats

from audits.formulas.grams import gram_numbers
from audits.formulas.matched_draws import (
    drawn_rows,
    matched_estimate,
    matched_sizes,
    ratio_of_estimates,
)
from audits.formulas.pairwise_cosine import (
    MeanSimilarity,
    averaged,
    gram_counts,
    halves_log_ratios,
    mean_pairwise_cosine,
    ratio_exceeds_p,
    unit_rows,
    weighted_unit_rows,
)
from audits.formulas.repetition import compression_ratio, gram_kernel, shared_shares
from audits.formulas.vendi import vendi_score

# Five sentences of the README of the Vendi-Score package (Friedman & Dieng 2023), with the score
# that stands there for runs of one and two tokens: capitals count, and so does punctuation.
SPOT = ["Look , Jane .", "See Spot .", "See Spot run .", "Run , Spot , run .",
        "Jane sees Spot run ."]  # fmt: skip

tables = arrays(np.int64, st.tuples(st.integers(3, 7), st.integers(1, 5)),
                elements=st.integers(0, 4))  # fmt: skip


def cosines(rows):
    dense = rows.toarray()
    return dense @ dense.T


class TestMeanOfPairs:
    @given(tables)
    def test_is_the_mean_of_all_pairs(self, counts):
        rows = unit_rows(counts)
        pairs = cosines(rows)
        by_pairs = np.mean([pairs[i, j] for i, j in combinations(range(len(counts)), 2)])
        found = mean_pairwise_cosine(rows, np.zeros(len(counts), dtype=int))
        assert found.value == pytest.approx(by_pairs, abs=1e-12)

    @given(tables)
    def test_error_is_the_jackknife(self, counts):
        n = len(counts)
        rows = unit_rows(counts)
        pairs = cosines(rows)
        without = [
            np.mean([pairs[i, j] for i, j in combinations(range(n), 2) if k not in (i, j)])
            for k in range(n)
        ]
        by_hand = np.sqrt((n - 1) / n * ((without - np.mean(without)) ** 2).sum())
        found = mean_pairwise_cosine(rows, np.zeros(n, dtype=int))
        assert found.error == pytest.approx(by_hand, abs=1e-9)

    def test_strata_weigh_the_same_whatever_their_size(self):
        alike, apart = [[1, 0, 0, 0, 0]] * 6, np.eye(5)[1:4]
        rows = unit_rows(np.vstack([alike, apart]))
        found = mean_pairwise_cosine(rows, [0] * 6 + [1] * 3)
        assert found.value == pytest.approx(0.5)

    def test_a_stratum_of_two_says_nothing(self):
        found = mean_pairwise_cosine(unit_rows(np.eye(5)), [0, 0, 0, 1, 1])
        assert np.isnan(found.value)

    def test_averages_share_their_error(self):
        one = MeanSimilarity(0.2, np.array([0.3, -0.3]))
        other = MeanSimilarity(0.4, np.array([-0.3, 0.3]))
        both = averaged([one, other])
        assert both.value == pytest.approx(0.3)
        assert both.error == pytest.approx(0.0)


class TestWeights:
    def test_by_hand(self):
        found = weighted_unit_rows(sparse.csr_array([[2, 1], [1, 0]])).toarray()
        first = np.array([1 + np.log(2), 1 + np.log(3 / 2)])
        assert found[0] == pytest.approx(first / np.linalg.norm(first))

    @given(tables)
    def test_rows_are_of_length_one_or_empty(self, counts):
        lengths = np.linalg.norm(weighted_unit_rows(sparse.csr_array(counts)).toarray(), axis=1)
        assert lengths == pytest.approx((counts.sum(axis=1) > 0).astype(float))


class TestHalves:
    def test_spread_as_two_samples_of_half_the_size_do(self):
        rng = np.random.default_rng(1)
        shares = rng.dirichlet(np.ones(8), size=4)

        def sample(n):
            rows = [rng.multinomial(20, shares[k]) for k in rng.integers(4, size=n)]
            return weighted_unit_rows(sparse.csr_array(np.array(rows)))

        strata = np.zeros(40, dtype=int)
        fresh = [
            np.log(mean_pairwise_cosine(sample(40), strata).value
                   / mean_pairwise_cosine(sample(40), strata).value)
            for _ in range(300)
        ]  # fmt: skip
        halved = [
            halves_log_ratios(cosines(sample(80)), np.zeros(80, dtype=int), draws=20, rng=rng)
            for _ in range(15)
        ]
        assert np.std(np.concatenate(halved)) == pytest.approx(np.std(fresh), rel=0.25)

    def test_are_drawn_within_strata(self):
        pairs = np.kron(np.eye(2), np.ones((4, 4)))
        found = halves_log_ratios(pairs, [0] * 4 + [1] * 4, draws=5, rng=np.random.default_rng(0))
        assert found == pytest.approx(np.zeros(5))

    def test_of_too_few_are_unknown(self):
        found = halves_log_ratios(np.ones((3, 3)), [0] * 3, draws=2, rng=np.random.default_rng(0))
        assert np.isnan(found).all()


class TestRatios:
    def test_p_is_that_of_students_t(self):
        p = ratio_exceeds_p([0.3], [0.1], df=12, limit=[1.1])
        assert p[0] == pytest.approx(stats.t.sf((0.3 - np.log(1.1)) / 0.1, 12))

    def test_interval_and_p_agree(self):
        found = ratio_of_estimates(0.3, 0.02, 0.2, 0.01, df=20, confidence=0.95)
        error = np.hypot(0.02 / 0.3, 0.01 / 0.2)
        p = ratio_exceeds_p(np.log(1.5), error, df=20, limit=found.low)
        assert float(p) == pytest.approx(0.025)

    @pytest.mark.parametrize("first", [0.0, float("nan"), -1.0])
    def test_of_nothing_is_unknown(self, first):
        assert not ratio_of_estimates(first, 0.1, 1.0, 0.1, df=9, confidence=0.95).known


class TestDraws:
    def test_sizes_are_half_of_the_smallest(self):
        assert matched_sizes([[31, 8], [200, 9]], most=1000).tolist() == [15, 4]

    @given(st.lists(st.integers(0, 60), min_size=1, max_size=4), st.integers(1, 50))
    def test_are_never_more_than_wanted_or_than_half(self, counts, most):
        found = matched_sizes([counts], most=most)
        assert found.sum() <= most
        assert (2 * found <= counts).all()

    def test_are_without_replacement_and_within_strata(self):
        strata = np.array([0] * 10 + [1] * 6)
        rows = drawn_rows(strata, [4, 2], draws=50, rng=np.random.default_rng(0))
        assert rows.shape == (50, 6)
        assert all(len(set(row)) == 6 for row in rows.tolist())
        assert ((strata[rows] == 1).sum(axis=1) == 2).all()

    def test_error_is_that_of_the_whole_sample(self):
        rng = np.random.default_rng(3)
        errors, means = [], []
        for _ in range(200):
            sample = rng.normal(size=40)
            rows = drawn_rows(np.zeros(40, dtype=int), [15], draws=100, rng=rng)
            estimate, error = matched_estimate(
                sample[rows].mean(axis=1), size=15, of=40, confidence=0.95
            )
            errors.append(error)
            means.append(estimate.low <= 0 <= estimate.high)
        assert np.mean(errors) == pytest.approx(1 / np.sqrt(40), rel=0.05)
        assert 0.92 <= np.mean(means) <= 0.98

    def test_draws_of_everything_have_no_error_to_tell(self):
        estimate, error = matched_estimate([1.0, 1.0], size=5, of=5, confidence=0.95)
        assert not estimate.known
        assert np.isnan(error)


class TestVendiOfRuns:
    def test_published_sentences(self):
        vocabulary: dict[str, int] = {}
        words = [[vocabulary.setdefault(t, len(vocabulary)) for t in s.split()] for s in SPOT]
        starts = np.cumsum([0, *map(len, words)])
        flat = [word for sentence in words for word in sentence]
        counts = [gram_counts(*gram_numbers(flat, starts, n=n)) for n in (1, 2)]
        assert vendi_score(gram_kernel(counts), order=1) == pytest.approx(3.9066, abs=5e-5)

    def test_a_text_too_short_for_a_run_is_like_itself_only(self):
        counts = sparse.csr_array((2, 1), dtype=np.int64)
        assert gram_kernel([counts]).tolist() == [[1.0, 0.0], [0.0, 1.0]]


def source(rng, documents):
    words = ["".join(rng.choice(list("abcdefghij"), size=5)) for _ in range(400)]
    share = 1 / np.arange(1, 401)
    return [
        " ".join(rng.choice(words, p=share / share.sum(), size=60)).encode()
        for _ in range(documents)
    ]


class TestCompression:
    def test_is_one_pass_of_zlib(self):
        texts = [b"one two one two", b"one two"]
        joined = b"one two one two\none two"
        assert compression_ratio(texts) == len(joined) / len(zlib.compress(joined, 9))

    def test_grows_with_the_number_of_texts_unless_it_is_matched(self):
        texts = source(np.random.default_rng(2), 300)
        few, many = compression_ratio(texts[:10]), compression_ratio(texts)
        assert many > 1.1 * few
        matched = [
            compression_ratio([texts[i] for i in row], length=3_000)
            for row in drawn_rows(np.zeros(300, dtype=int), [10], draws=30,
                                  rng=np.random.default_rng(0))
        ]  # fmt: skip
        assert np.ptp(matched) < 0.1 * np.mean(matched)

    def test_of_nothing_is_unknown(self):
        assert np.isnan(compression_ratio([]))


class TestSharedRuns:
    @given(tables)
    def test_is_what_a_loop_counts(self, counts):
        shared = sum(
            counts[i, j]
            for i in range(len(counts))
            for j in range(counts.shape[1])
            if any(counts[k, j] for k in range(len(counts)) if k != i)
        )
        rows = np.arange(len(counts))[np.newaxis]
        found = shared_shares(sparse.csr_array(counts), rows)[0]
        expected = shared / counts.sum() if counts.sum() else float("nan")
        assert found == pytest.approx(expected, nan_ok=True)

    def test_only_texts_of_the_draw_count(self):
        counts = sparse.csr_array([[1, 0], [1, 1], [0, 1]])
        found = shared_shares(counts, np.array([[0, 1], [0, 2]]))
        assert found.tolist() == [2 / 3, 0.0]

    def test_a_run_that_repeats_within_its_text_is_not_shared(self):
        assert shared_shares(sparse.csr_array([[5], [0]]), np.array([[0, 1]])).tolist() == [0.0]
