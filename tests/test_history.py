"""A series of audits: what surely changed, and what did not."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import audits
from audits.cli import app
from audits.estimates import Estimate
from audits.settings import Settings
from audits.trends import BETTER, MOVED, SAME, WORSE, Dated, trend

REAL = pd.DataFrame({"sex": ["f", "m"] * 1000, "region": ["n", "n", "s", "s"] * 500})


def of(share, rows=4000, **limits):
    women = int(rows * share)
    made = pd.DataFrame({"sex": ["f"] * women + ["m"] * (rows - women)})
    made["region"] = ["n", "s"] * (rows // 2)
    return audits.compare(
        REAL, made, sensitive_features="sex", ask=["coverage"], settings=Settings().having(**limits)
    )


def series(*found):
    return [Dated(f"v{n}", f"2026-11-{n:02}", one) for n, one in enumerate(found, start=1)]


def women(found):
    return found.about("coverage", (("sex", "f"),))[0]


@pytest.fixture(scope="module")
def half():
    return of(0.5)


@pytest.fixture(scope="module")
def fifth():
    return of(0.2)


def test_the_number_is_that_of_the_answer(half, fifth):
    found = women(trend(series(half, fifth)))
    assert [point.value for point in found.points] == [
        one["coverage"][{"sex": "f"}][0].ratio for one in (half, fifth)
    ]
    assert found.first == found.last


def test_the_interval_of_a_change_by_hand(half, fifth):
    """Errors of both sides add up as the sides of a right triangle."""
    was, now = (one["coverage"][{"sex": "f"}][0].ratio for one in (half, fifth))
    change = women(trend(series(half, fifth))).first.change
    assert change.value == now.value - was.value
    assert math.isclose(
        change.high - change.value, math.hypot(now.high - now.value, was.value - was.low)
    )


def test_worse_better_and_the_same(half, fifth):
    assert women(trend(series(half, fifth))).trend == WORSE
    assert women(trend(series(fifth, half))).trend == BETTER
    same = women(trend(series(half, half)))
    assert (same.trend, same.overlap) == (SAME, True)
    assert "all intervals overlap" in same.says
    back = women(trend(series(half, fifth, half)))
    assert back.trend == SAME
    assert "elsewhere in between" in back.says
    assert back.last.sure


def test_as_far_on_the_other_side_is_moved_not_better():
    """A ratio of one half is as far from 1 as double: neither better nor worse."""
    from audits.trends import QUANTITIES, _direction

    half, double = Estimate(0.5, 0.45, 0.55), Estimate(2.0, 1.9, 2.1)
    assert _direction(QUANTITIES["coverage"], half, double) == MOVED


def test_one_audit_is_no_trend(half):
    found = trend(series(half))
    assert found.since is None
    assert found.changed == ()
    assert "one audit is no trend" in women(found).says


def test_none_is_refused():
    with pytest.raises(audits.AuditError, match="no audit to follow"):
        trend([])


def test_what_changed_beside_the_data_is_said(half):
    said = trend(series(half, of(0.5, share_watch=0.9))).remarks
    assert any("share_watch changed from 0.8 to 0.9" in remark for remark in said)
    assert any("the synthetic table is the same" in remark for remark in said)


def test_intervals_of_other_levels_are_not_compared(half):
    found = women(trend(series(half, of(0.2, confidence=0.9))))
    assert math.isnan(found.first.p)
    assert found.trend == SAME


@pytest.mark.slow
def test_a_change_of_nothing_is_seldom_called_one():
    """Twenty groups of one generator, audited twice, fifty times: few are called changed."""
    rng = np.random.default_rng(7)
    names = [f"g{i:02}" for i in range(10)]
    real = pd.DataFrame({"tribe": rng.choice(names, 2000), "x": rng.choice(["a", "b"], 2000)})

    def once():
        made = pd.DataFrame({"tribe": rng.choice(names, 2000), "x": ["a", "b"] * 1000})
        return audits.compare(real, made, sensitive_features="tribe", ask=["coverage"])

    any_called = sum(bool(trend(series(once(), once())).changed) for _ in range(20))
    assert any_called <= 4  # 1 expected at 5 in 100; 5 or more has a chance below 1 in 300


@pytest.fixture
def saved(half, fifth, tmp_path):
    half.save(tmp_path / "a.json")
    fifth.save(tmp_path / "b.json")
    store = str(tmp_path / "store.db")
    for name, label in (("a", "v1"), ("b", "v2"), ("b", "again")):
        done = CliRunner().invoke(
            app,
            ["history", "add", str(tmp_path / f"{name}.json"), "--store", store, "--series", "s",
             "--label", label],
        )  # fmt: skip
        assert done.exit_code == 0, done.output
    return store


def shown(store, *more):
    return CliRunner().invoke(app, ["history", "show", "--store", store, "--series", "s", *more])


def test_command_line(saved):
    done = shown(saved)
    assert done.exit_code == 0, done.output
    assert "Since the audit before: " in done.stdout
    assert "worse: changed by" in done.stdout
    document = json.loads(shown(saved, "--format", "json").stdout)
    assert [one["label"] for one in document["audits"]] == ["v1", "v2"]
    lines = shown(saved, "--format", "csv", "--group", "sex=f").stdout.splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("coverage,sex=f,")


def test_what_there_is_not_is_named(saved):
    assert "Did you mean 'coverage'" in shown(saved, "--question", "coverag").output
    other = CliRunner().invoke(app, ["history", "show", "--store", saved, "--series", "other"])
    assert other.exit_code == 2
    assert "no series" in other.output
