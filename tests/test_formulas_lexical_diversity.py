"""Lexical diversity of texts: published values, loops, and what length must not move."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.formulas.lexical_diversity import (
    HDD_SIZE,
    expectation_adjusted_distinct,
    mtld,
    rarefied_distinct,
    type_token_ratio,
)

# The example text of the LexicalRichness package (README.rst), each word as the number of its first
# occurrence: 57 words, 39 different ones.
PUBLISHED = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 10, 11, 12, 13, 14, 15, 16, 13, 17, 18, 19, 20, 21, 22, 11,
    23, 19, 24, 25, 26, 13, 18, 27, 28, 29, 30, 31, 32, 33, 22, 34, 32, 35, 36, 37, 13, 29, 18, 12,
    7, 38, 1, 34, 34, 32, 35,
]  # fmt: skip

texts = st.lists(st.lists(st.integers(0, 6), max_size=40), min_size=1, max_size=5)


def flat(documents):
    starts = np.cumsum([0, *map(len, documents)])
    return np.array([word for one in documents for word in one], dtype=int), starts


def factors_by_loop(words, threshold):
    factors, seen, size = 0.0, set(), 0
    for word in words:
        seen.add(word)
        size += 1
        if len(seen) / size <= threshold:
            factors, seen, size = factors + 1, set(), 0
    if size:
        factors += (1 - len(seen) / size) / (1 - threshold)
    return factors


def mtld_by_loop(words, threshold=0.72):
    found = [factors_by_loop(one, threshold) for one in (words, words[::-1])]
    return np.mean([len(words) / one if one > 0 else len(words) for one in found])


class TestPublishedText:
    def test_share_of_different_words(self):
        assert type_token_ratio(np.bincount(PUBLISHED)) == pytest.approx(0.6842105263, abs=1e-9)

    def test_mtld(self):
        assert mtld(PUBLISHED, [0, 57])[0] == pytest.approx(46.79226361, abs=1e-8)

    def test_hdd(self):
        found = rarefied_distinct(np.bincount(PUBLISHED), size=HDD_SIZE)
        assert found == pytest.approx(0.7468703324, abs=1e-9)

    def test_a_factor_is_closed_when_the_threshold_is_reached(self):
        just_below = np.nextafter(0.72, 0)
        assert mtld(PUBLISHED, [0, 57], threshold=just_below)[0] == pytest.approx(48.01, abs=0.005)


class TestMtld:
    @given(texts)
    def test_is_that_of_a_plain_loop(self, documents):
        words, starts = flat(documents)
        for document, found in zip(documents, mtld(words, starts), strict=True):
            if document:
                assert found == pytest.approx(mtld_by_loop(document))
            else:
                assert np.isnan(found)

    @given(texts)
    def test_documents_do_not_touch_each_other(self, documents):
        words, starts = flat(documents)
        alone = [mtld(one, [0, len(one)])[0] for one in documents]
        assert mtld(words, starts) == pytest.approx(alone, nan_ok=True)

    def test_a_text_without_repetition_gets_its_length(self):
        assert mtld([0, 1, 2], [0, 3]).tolist() == [3.0]

    @pytest.mark.parametrize("threshold", [0.0, 1.0, -1.0])
    def test_refuses_a_threshold_that_is_none(self, threshold):
        with pytest.raises(ValueError, match="threshold"):
            mtld([0], [0, 1], threshold=threshold)


class TestRarefiedDistinct:
    def test_length_does_not_move_it_where_the_plain_share_falls(self):
        rng = np.random.default_rng(4)
        share = 1 / np.arange(1, 5001)
        drawn = rng.choice(5000, p=share / share.sum(), size=50_000)
        plain, fair = [], []
        for length in (2_000, 10_000, 50_000):
            counts = np.bincount(drawn[:length])
            plain.append(type_token_ratio(counts))
            fair.append(rarefied_distinct(counts, size=200))
        assert plain[0] > 3 * plain[2]
        assert max(fair) - min(fair) < 0.05 * fair[2]

    @given(st.lists(st.integers(1, 20), min_size=1, max_size=20), st.integers(1, 20))
    def test_falls_as_more_words_are_drawn(self, counts, size):
        total = sum(counts)
        if size + 1 <= total:
            larger = rarefied_distinct(counts, size=size + 1)
            assert larger <= rarefied_distinct(counts, size=size) + 1e-9

    def test_all_words_are_the_plain_share(self):
        assert rarefied_distinct([3, 1], size=4) == pytest.approx(0.5)

    def test_too_few_words_say_nothing(self):
        assert np.isnan(rarefied_distinct([3, 1], size=5))

    def test_refuses_no_words(self):
        with pytest.raises(ValueError, match="size"):
            rarefied_distinct([3], size=0)


class TestExpectationAdjusted:
    def test_by_hand(self):
        found = expectation_adjusted_distinct(20, words=40, vocabulary=50)
        assert found == pytest.approx(20 / (50 * (1 - (49 / 50) ** 40)))
        assert found == pytest.approx(0.7216, abs=5e-5)

    def test_one_word_is_always_that_word(self):
        assert expectation_adjusted_distinct(1, words=9, vocabulary=1) == 1.0

    @pytest.mark.parametrize(("words", "vocabulary"), [(0, 5), (5, 0)])
    def test_refuses_nothing(self, words, vocabulary):
        with pytest.raises(ValueError, match="at least 1"):
            expectation_adjusted_distinct(1, words=words, vocabulary=vocabulary)


def test_no_words_have_no_share():
    assert np.isnan(type_token_ratio([]))
