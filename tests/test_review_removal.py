"""What removing rows does to groups: by hand, against oracles, by law, and by chance alone."""

from __future__ import annotations

from collections import Counter

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from scipy.stats.contingency import relative_risk

from audits.results import Verdict
from audits.review.removal import removal_lines
from audits.settings import Settings

SETTINGS = Settings()


def one(**values):
    return tuple(sorted(values.items()))


ROWS = {
    one(race="ash", sex="f"): 450,
    one(race="ash", sex="m"): 450,
    one(race="birch", sex="f"): 50,
    one(race="birch", sex="m"): 50,
}


def by_group(removed, rows=ROWS, settings=SETTINGS):
    return {line.group: line for line in removal_lines(rows, removed, settings)}


def test_counts_are_rolled_up_to_every_group():
    found = by_group({one(race="birch", sex="f"): 20, one(race="ash", sex="m"): 5})
    assert {group: (line.rows, line.removed) for group, line in found.items()} == {
        (): (1000, 25),
        one(race="ash"): (900, 5),
        one(race="birch"): (100, 20),
        one(sex="f"): (500, 20),
        one(sex="m"): (500, 5),
        **{group: (rows, 0) for group, rows in ROWS.items()},
        one(race="birch", sex="f"): (50, 20),
        one(race="ash", sex="m"): (450, 5),
    }


def test_a_planted_filter_that_removes_a_minority_is_a_problem():
    found = by_group({one(race="birch", sex="f"): 20, one(race="ash", sex="m"): 5})
    birch = found[one(race="birch")]
    assert birch.verdict is Verdict.PROBLEM
    assert birch.because.startswith("Birch: 20 of 100 rows are removed, 20 %, against 2.5 % of all")
    assert f"a ratio of {birch.ratio}." in birch.because
    assert birch.ratio.value == pytest.approx(8)
    assert found[one(race="ash")].verdict is Verdict.OK
    assert found[()].verdict is Verdict.OK


def test_every_row_of_a_group():
    found = by_group({one(race="birch", sex="f"): 50})
    line = found[one(race="birch", sex="f")]
    assert line.verdict is Verdict.PROBLEM
    assert "50 of 50 rows are removed, all of them" in line.because
    assert line.ratio.value == pytest.approx(20)
    assert line.ratio.high == pytest.approx(20)  # nobody else is hit: it cannot be more


def test_one_row_is_no_evidence_though_its_share_is_high():
    """The score test alone would call one row of one, among one in a hundred, certain."""
    rows = {one(race="ash"): 9_990, one(race="oak"): 10}
    found = by_group({one(race="ash"): 99, one(race="oak"): 1}, rows)
    assert found[one(race="oak")].verdict is Verdict.NOT_ENOUGH_EVIDENCE
    rows = {one(race="ash"): 999, one(race="oak"): 1}
    assert by_group({one(race="ash"): 60, one(race="oak"): 1}, rows)[one(race="oak")].verdict is (
        Verdict.NOT_ENOUGH_EVIDENCE
    )


def test_a_little_faster_is_watched_where_it_is_sure_of_more_but_not_of_so_much():
    rows = {one(race="ash"): 9_000, one(race="oak"): 1_000}
    found = by_group({one(race="ash"): 900, one(race="oak"): 140}, rows)
    assert found[one(race="oak")].ratio.low < SETTINGS.removal_ratio
    assert found[one(race="oak")].verdict is Verdict.WATCH
    stricter = SETTINGS.having(removal_ratio=1.5)
    calm = by_group({one(race="ash"): 900, one(race="oak"): 140}, rows, stricter)
    assert calm[one(race="oak")].verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_sure_but_hardly_faster_is_ok():
    rows = {one(race="ash"): 900_000, one(race="oak"): 100_000}
    found = by_group({one(race="ash"): 90_000, one(race="oak"): 10_600}, rows)
    assert found[one(race="oak")].p < 1e-6
    assert found[one(race="oak")].verdict is Verdict.OK


def test_nothing_removed_and_everything_removed_are_nobody_s_disadvantage():
    for removed in ({}, ROWS):
        assert {line.verdict for line in by_group(removed).values()} == {Verdict.OK}
    assert removal_lines({}, {}, SETTINGS) == ()


def test_what_moves_with_the_limit_is_said():
    rows = {one(race="ash"): 9_000, one(race="oak"): 1_000}
    line = by_group({one(race="ash"): 900, one(race="oak"): 152}, rows)[one(race="oak")]
    assert line.verdict is Verdict.PROBLEM
    assert line.sensitivity == "flips: 'watch' if the limit were a quarter higher"


def test_where_most_go_the_rows_that_stay_are_compared():
    """Ninety of a hundred go: nobody can go 1.25 times as often, but stay half as often."""
    rows = {one(race="ash"): 9_000, one(race="oak"): 1_000}
    found = by_group({one(race="ash"): 8_000, one(race="oak"): 950}, rows)
    oak = found[one(race="oak")]
    assert oak.ratio.high < SETTINGS.removal_ratio
    assert oak.kept.value == pytest.approx(0.05 / 0.105)
    katz = relative_risk(1000, 9000, 50, 1000).confidence_interval(0.95)
    stay = [1 / (0.1 + 0.9 * t) for t in (katz.high, katz.low)]
    assert (oak.kept.low, oak.kept.high) == pytest.approx(stay, rel=0.03)
    assert oak.verdict is Verdict.PROBLEM
    assert oak.because.endswith(
        f"Of its rows 5 % stay, against 10.5 % of all: a ratio of {oak.kept}."
    )
    assert found[one(race="ash")].verdict is Verdict.OK
    whole = by_group({one(race="ash"): 8_000, one(race="oak"): 1_000}, rows)[one(race="oak")]
    assert whole.kept.value == whole.kept.low == 0
    assert whole.verdict is Verdict.PROBLEM
    even = by_group({one(race="ash"): 8_100, one(race="oak"): 900}, rows)[one(race="oak")]
    assert even.verdict is Verdict.OK


def test_more_than_there_is_cannot_be_removed():
    with pytest.raises(ValueError, match="3 rows of oak are removed, of 2"):
        removal_lines({one(race="oak"): 2}, {one(race="oak"): 3}, SETTINGS)
    with pytest.raises(ValueError, match="of 0"):
        removal_lines({one(race="oak"): 2}, {one(race="elm"): 1}, SETTINGS)


def test_p_is_fisher_s_and_the_ratio_is_close_to_katz_s():
    """With two groups one statement is tested twice; the p value of one of them is exact."""
    rows = {one(race="ash"): 8_000, one(race="oak"): 2_000}
    found = by_group({one(race="ash"): 400, one(race="oak"): 160}, rows)[one(race="oak")]
    p = fisher_exact([[160, 1840], [400, 7600]], alternative="greater").pvalue
    assert found.p == pytest.approx(2 * p, rel=1e-6)  # the other's p is nearly 1
    katz = relative_risk(160, 2000, 400, 8000).confidence_interval(0.95)
    to_everyone = [t / (0.2 * t + 0.8) for t in katz]
    assert (found.ratio.low, found.ratio.high) == pytest.approx(to_everyone, rel=0.01)


COUNTS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.integers(0, 60), st.floats(0, 1)),
    max_size=8,
)


@hypothesis.settings(max_examples=40, deadline=None)
@given(COUNTS)
def test_laws(counts):
    rows, removed = Counter(), Counter()
    for race, sex, size, share in counts:
        rows[one(race=race, sex=sex)] += size
        removed[one(race=race, sex=sex)] += round(size * share)
    lines = removal_lines(rows, removed, SETTINGS)
    for line in lines:
        assert 0 <= line.share.low <= line.share.value <= line.share.high <= 1
        if line.ratio.known:
            assert line.ratio.low <= line.ratio.value * (1 + 1e-9)
            assert line.ratio.value <= line.ratio.high * (1 + 1e-9)
            assert line.ratio.value * lines[0].removed / lines[0].rows == pytest.approx(
                line.removed / line.rows
            )
        stays_less = 1 / line.kept.value if line.kept.known and line.kept.value else np.inf
        assert not (line.faster and max(line.ratio.value, stays_less) < SETTINGS.removal_ratio)
    assert lines == removal_lines(
        dict(reversed(rows.items())), dict(reversed(removed.items())), SETTINGS
    )


def test_a_filter_that_picks_at_random_is_seldom_accused():
    """Of 100 random filters at most so many accuse anybody as the rate of false discovery lets."""
    rng = np.random.default_rng(8)
    combos = [one(race=race, sex=sex, age=age) for race in "abcd" for sex in "fm" for age in "123"]
    sizes = (5_000 * rng.dirichlet(np.full(len(combos), 0.5))).astype(int)
    rows = dict(zip(combos, sizes.tolist(), strict=True))
    accused = called = 0
    for _ in range(100):
        hits = rng.multivariate_hypergeometric(sizes, 150)
        lines = removal_lines(rows, dict(zip(combos, hits.tolist(), strict=True)), SETTINGS)
        accused += any(line.faster for line in lines)
        called += any(line.verdict is Verdict.PROBLEM for line in lines)
    assert accused <= 0.1 * 100
    assert called <= 0.05 * 100
