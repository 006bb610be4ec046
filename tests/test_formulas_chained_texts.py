"""How alike texts of different chains are, by hand, beside plain loops, and by law."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.formulas.chained_texts import (
    Apart,
    apart,
    beside,
    entries,
    loss_between,
    summed,
    text_grams,
)
from audits.formulas.hill import rarefied_hill
from audits.formulas.turnover import absent

texts = st.lists(st.lists(st.integers(0, 5), min_size=2, max_size=6), min_size=3, max_size=7)


def grams_of(words, orders=(1, 2)):
    starts = np.concatenate([[0], np.cumsum([len(one) for one in words])])
    return text_grams([word for one in words for word in one], starts, orders=orders)


def cosine(a, b, orders=(1, 2)):
    """The mean over lengths of runs, with plain dictionaries."""
    found = []
    for n in orders:
        x, y = (Counter(zip(*(t[k:] for k in range(n)), strict=False)) for t in (a, b))
        product = sum(x[run] * y[run] for run in x)
        norms = [np.sqrt(sum(v * v for v in one.values())) for one in (x, y)]
        found.append(product / np.prod(norms) if all(norms) else 0.0)
    return float(np.mean(found))


def plainly(words, chains):
    """Mean dissimilarity over pairs of texts of different chains."""
    pairs = [
        1 - cosine(words[i], words[j])
        for i, j in combinations(range(len(words)), 2)
        if chains[i] != chains[j]
    ]
    return float(np.mean(pairs)) if pairs else float("nan")


@st.composite
def chained(draw):
    words = draw(texts)
    return words, draw(
        st.lists(st.integers(0, 3), min_size=len(words), max_size=len(words))
    )  # fmt: skip


class TestTextGrams:
    def test_by_hand(self):
        found = grams_of([[7, 8, 7], [9, 9]])
        assert found.starts.tolist() == [0, 4, 6]
        assert found.times.tolist() == [2, 1, 1, 1, 2, 1]
        assert found.firsts == (0, 10, 13)

    @given(texts)
    def test_every_text_of_two_words_has_length_one(self, words):
        found = grams_of(words)
        text, place = entries(found, np.arange(len(words)))
        assert np.bincount(text, found.weights[place] ** 2) == pytest.approx(1)

    def test_a_text_of_one_word_has_no_pairs(self):
        found = grams_of([[3], [3, 4]])
        assert (found.weights[:1] ** 2).tolist() == pytest.approx([0.5])

    def test_an_empty_text(self):
        found = grams_of([[], [1, 2]])
        assert found.starts.tolist() == [0, 0, 3]


class TestApart:
    @given(chained())
    @settings(max_examples=60)
    def test_oracle(self, given_):
        words, chains = given_
        found = apart(summed(grams_of(words), np.arange(len(words)), chains))
        assert found.value == pytest.approx(plainly(words, chains), abs=1e-9, nan_ok=True)
        for chain, without in zip(found.chains, found.without, strict=True):
            rest = [i for i, one in enumerate(chains) if one != chain]
            plain = plainly([words[i] for i in rest], [chains[i] for i in rest])
            assert without == pytest.approx(plain, abs=1e-9, nan_ok=True)

    def test_texts_that_share_nothing(self):
        found = apart(summed(grams_of([[1, 2], [3, 4], [5, 6]]), [0, 1, 2], [0, 1, 2]))
        assert found.value == pytest.approx(1)

    def test_equal_texts(self):
        found = apart(summed(grams_of([[1, 2, 1]] * 4), np.arange(4), np.arange(4)))
        assert found.value == 0
        assert found.without == pytest.approx(0, abs=1e-12)

    @given(texts, st.randoms(use_true_random=False))
    def test_law_order_and_names_of_chains_do_not_matter(self, words, random):
        order = list(range(len(words)))
        random.shuffle(order)
        grams = grams_of(words)
        one = apart(summed(grams, np.arange(len(words)), np.arange(len(words))))
        other = apart(summed(grams, order, 100 + np.arange(len(words))))
        assert other.value == pytest.approx(one.value)

    @given(texts)
    def test_law_a_second_text_of_every_chain_that_is_the_same_changes_nothing(self, words):
        many = len(words)
        grams = grams_of(words)
        one = apart(summed(grams, np.arange(many), np.arange(many)))
        twice = apart(summed(grams, np.tile(np.arange(many), 2), np.tile(np.arange(many), 2)))
        assert twice.value == pytest.approx(one.value, abs=1e-9)

    def test_one_chain_says_nothing(self):
        assert np.isnan(apart(summed(grams_of([[1, 2], [3, 4]]), [0, 1], [5, 5])).value)

    def test_no_text(self):
        assert np.isnan(apart(summed(grams_of([[1, 2]]), [], [])).value)


class TestBeside:
    @given(chained(), chained())
    @settings(max_examples=40)
    def test_oracle(self, first, later):
        words, chains = [*first[0], *later[0]], [*first[1], *later[1]]
        at = len(first[0])
        grams = grams_of(words)
        before = summed(grams, np.arange(at), chains[:at])
        after = summed(grams, np.arange(at, len(words)), chains[at:])
        same, different = [], []
        for i in range(at):
            for j in range(at, len(words)):
                kept = same if chains[i] == chains[j] else different
                kept.append(cosine(words[i], words[j]))
        found = beside(before, after)
        for value, plain in ((found.own, same), (found.others, different)):
            expected = np.mean(plain) if plain else np.nan
            assert value == pytest.approx(expected, abs=1e-9, nan_ok=True)


class TestLossBetween:
    def without(self, *values):
        return Apart(float(np.mean(values)), np.arange(len(values)), np.array(values))

    def test_linked_by_hand(self):
        first, later = self.without(0.8, 0.8, 0.8), self.without(0.2, 0.4, 0.4)
        found = loss_between(first, later, linked=True)
        logs = np.log([0.25, 0.5, 0.5])
        assert found.log_ratio == pytest.approx(np.log(later.value / 0.8))
        assert found.error == pytest.approx(np.sqrt(2 / 3 * ((logs - logs.mean()) ** 2).sum()))
        assert found.freedom == 2

    def test_what_chains_bring_to_both_ends_is_no_chance(self):
        first, later = self.without(0.8, 0.6, 0.4), self.without(0.4, 0.3, 0.2)
        assert loss_between(first, later, linked=True).error == pytest.approx(0)
        alone = loss_between(first, later, linked=False)
        logs = np.log([0.8, 0.6, 0.4])
        assert alone.error == pytest.approx(np.sqrt(2 * 2 / 3 * ((logs - logs.mean()) ** 2).sum()))

    def test_a_chain_that_ends_leaves_the_later_generation_whole(self):
        first = Apart(0.8, np.arange(3), np.array([0.7, 0.8, 0.9]))
        later = Apart(0.4, np.arange(2), np.array([0.35, 0.45]))
        logs = np.log([0.35, 0.45, 0.4]) - np.log([0.7, 0.8, 0.9])
        found = loss_between(first, later, linked=True)
        assert found.error == pytest.approx(np.sqrt(2 / 3 * ((logs - logs.mean()) ** 2).sum()))

    def test_nothing_left(self):
        found = loss_between(self.without(0.8, 0.8, 0.8), self.without(0, 0, 0), linked=True)
        assert (found.log_ratio, np.isnan(found.error)) == (-np.inf, True)

    def test_nothing_to_lose(self):
        found = loss_between(self.without(0, 0, 0), self.without(0, 0, 0), linked=False)
        assert np.isnan(found.log_ratio)

    def test_two_chains_have_no_error(self):
        found = loss_between(self.without(0.8, 0.8), self.without(0.4, 0.4), linked=True)
        assert np.isnan(found.error)

    @pytest.mark.parametrize("linked", [True, False])
    def test_its_interval_holds_what_is_true(self, linked):
        """Texts of two words of twenty: 1 - the chance that two are alike is the truth."""
        rng, inside = np.random.default_rng(3), 0
        for _ in range(200):
            drawn = [rng.integers(0, 20, (60, 2)) for _ in range(2)]
            grams = grams_of([*drawn[0].tolist(), *drawn[1].tolist()], orders=(1,))
            ends = [apart(summed(grams, of, np.arange(60))) for of in
                    (np.arange(60), np.arange(60, 120))]  # fmt: skip
            found = loss_between(*ends, linked=linked)
            inside += abs(found.log_ratio) <= 2 * found.error
        assert inside >= 180


class TestResampling:
    def test_loses_one_part_in_so_many_of_its_variety(self):
        """Texts that share no word, drawn again with replacement: D_t = (1 - 1/M)^t."""
        many, generations, runs = 20, 10, 400
        rng = np.random.default_rng(5)
        grams = grams_of([[i] for i in range(many)], orders=(1,))
        kept = np.zeros(generations)
        for _ in range(runs):
            alive = np.arange(many)
            for t in range(generations):
                alive = alive[rng.integers(0, many, many)]
                kept[t] += apart(summed(grams, alive, np.arange(many))).value / runs
        assert kept == pytest.approx((1 - 1 / many) ** np.arange(1, generations + 1), abs=0.02)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.data())
def test_different_words_are_rarefied_hill_numbers(counts, data):
    size = data.draw(st.integers(1, sum(counts)))
    found = float((1 - absent(counts, sum(counts), size)).sum())
    assert found == pytest.approx(rarefied_hill(counts, size, order=0))
