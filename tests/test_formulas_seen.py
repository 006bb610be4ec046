"""What a draw, or a sample, has seen of sets of like things."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.formulas.hill import rarefied_hill
from audits.formulas.seen_in_draw import seen_in_draw
from audits.formulas.seen_share import seen_share


class TestSeenInDraw:
    @given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 9))
    def test_by_looking_at_every_draw(self, count, others, drawn):
        total = count + others
        drawn = min(drawn, total)
        draws = list(combinations(range(total), drawn))
        holding = sum(any(one < count for one in draw) for draw in draws)
        assert seen_in_draw(count, total, drawn) == pytest.approx(holding / len(draws))

    @given(st.lists(st.integers(1, 40), min_size=1, max_size=8), st.integers(1, 50))
    def test_kinds_expected_are_those_of_rarefaction(self, counts, drawn):
        drawn = min(drawn, sum(counts))
        expected = np.sum(seen_in_draw(counts, sum(counts), drawn))
        assert expected == pytest.approx(rarefied_hill(counts, drawn, order=0))

    def test_large_numbers(self):
        assert seen_in_draw(1, 10**6, 10**5) == pytest.approx(0.1)
        assert seen_in_draw(10**5, 10**6, 1) == pytest.approx(0.1)

    def test_more_than_there_is(self):
        with pytest.raises(ValueError, match="drawn must not exceed total"):
            seen_in_draw(1, 3, 4)


class TestSeenShare:
    def test_by_hand(self):
        found = seen_share(60, 40, 100, confidence=0.95)
        reach = 1.959964 * np.sqrt(40 * 0.6 + 40) / 100
        assert (found.value, found.low, found.high) == pytest.approx(
            (0.6, 0.6 - reach, 0.6 + reach)
        )

    def test_wilson_where_none_is_like_another(self):
        found = seen_share(0, 0, 30, confidence=0.95)
        assert (found.low, found.high) == pytest.approx((0.0, 0.11351339), abs=1e-6)

    @pytest.mark.parametrize("power", [0.3, 1.0])
    def test_holds_the_share_that_fresh_things_have(self, power):
        """Kinds of unequal shares: the part of the law that a sample has seen."""
        shares = 1 / np.arange(1, 301) ** power
        shares /= shares.sum()
        rng = np.random.default_rng(2)
        held = 0
        for _ in range(400):
            counts = rng.multinomial(150, shares)
            found = seen_share(
                int(counts[counts > 1].sum()), int(counts[counts == 2].sum()), 150, confidence=0.95
            )
            held += found.low <= shares[counts > 0].sum() <= found.high
        assert held >= 0.92 * 400
