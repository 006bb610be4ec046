"""A series of audits: what surely changed, and what did not."""

# ruff: noqa: F811, fixtures are imported

import json
import math

import numpy as np
import pandas as pd
import pytest
from store_made import url  # noqa: F401, a fixture: every kind of store
from typer.testing import CliRunner

import audits
from audits.briefs import Point
from audits.charts.trends import trend_figure
from audits.cli import app
from audits.estimates import Estimate
from audits.reports.blocks import Table
from audits.reports.brief_json import brief_parts, read_head
from audits.reports.document_review import changes
from audits.reports.history_kept import keep, read
from audits.results import Verdict
from audits.review import schema
from audits.review.digests import audit_text
from audits.review.store import Store
from audits.settings import Settings
from audits.since import since
from audits.trends import BETTER, MOVED, SAME, WORSE, Course, Dated, Move, Stamp, follow, trend

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
def saved(half, fifth, tmp_path, url):
    half.save(tmp_path / "a.json")
    fifth.save(tmp_path / "b.json")
    for name, label in (("a", "v1"), ("b", "v2"), ("b", "again")):
        done = CliRunner().invoke(
            app,
            ["history", "add", str(tmp_path / f"{name}.json"), "--store", url, "--series", "s",
             "--label", label],
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        assert ("there already" in done.output) is (label == "again")
    return url


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
    assert "no group in this history" in shown(saved, "--group", "sex=x").output
    other = CliRunner().invoke(app, ["history", "show", "--store", saved, "--series", "other"])
    assert other.exit_code == 2
    assert "no series" in other.output


# -- what is kept of an audit ----------------------------------------------------------------------


def test_briefs_say_what_the_whole_audits_say(half, fifth, url):
    """The store gives the same trend without opening a document, and with those kept before."""
    lower = of(0.5, share_watch=0.9)
    with Store(url) as store:
        keep(store, "s", half, label="v1")
        keep(store, "s", fifth, label="سود 🏳️‍🌈 <b>")
        store.keep_audit(
            "s", audit_text(lower), label="v3", made="2026"
        )  # as before there were any
        found = read(store, "s")
        some = read(store, "s", ("coverage",))
        heads = read(store, "s", ())
        assert set(store.briefs("s", "coverage")) == {1, 2}
    whole = trend([Dated(one.label, one.made, audit) for one, audit in
                   zip(found.kept, (half, fifth, lower), strict=True)])  # fmt: skip
    assert found.audits == some.audits
    assert repr(follow(found.audits).courses) == repr(whole.courses)  # nan equals itself, written
    assert follow(found.audits).remarks == whole.remarks
    assert follow(found.audits).audits == whole.audits
    assert [one.brief.points for one in heads.audits] == [{}, {}, {}]
    assert found.trouble == ()


def test_the_same_audit_is_kept_once_and_found_by_its_digest(half, fifth, url):
    with Store(url) as store:
        first = keep(store, "s", half, label="v1")
        assert keep(store, "s", half, label="twice") == first
        keep(store, "t", half, label="x")
        keep(store, "t", fifth, label="y")
        assert len(store.history("s")) == 1
        assert store.series(first.digest[:16]) == ("s", "t")
        assert store.series("%") == ()


def test_an_audit_needs_no_label_and_a_series_needs_a_name(half, tmp_path):
    half.save(tmp_path / "a.json")
    asked = ["history", "add", str(tmp_path / "a.json"), "--store", str(tmp_path / "h.db")]
    done = CliRunner().invoke(app, [*asked, "--series", "s"])
    assert done.exit_code == 0, done.output
    with Store(str(tmp_path / "h.db")) as store:
        assert [one.label for one in read(store, "s").audits] == ["#1"]
        with pytest.raises(audits.AuditError, match="found by its name"):
            keep(store, " ", half, label="x")


def test_groups_of_few_are_noted(half):
    few = of(0.001)  # four women
    assert (("sex", "f"),) in read_head(brief_parts(few)[""]).few
    assert read_head(brief_parts(half)[""]).few == frozenset()


def test_an_audit_that_cannot_be_read_is_left_out_and_said(half, url):
    with Store(url) as store:
        store.keep_audit("s", '{"findings": [], "format": 99}', label="later", made="2026")
        keep(store, "s", half, label="v1")
        found = read(store, "s")
    assert [one.label for one in found.audits] == ["v1"]
    assert "later is left out: audit 1 of s: has format 99" in found.trouble[0]


# -- what changed since last time ------------------------------------------------------------------


def test_what_is_new_and_what_is_gone(half, fifth):
    worse, better = since(half, fifth), since(fifth, half)
    women = (("sex", "f"),)
    assert [one.finding.group for one in worse.new] == [women]
    assert (worse.gone, worse.known, worse.missing) == ((), 0, ())
    assert worse.turns[0].worse >= 1
    assert [one.finding.group for one in better.gone] == [women]
    assert worse.summary().startswith("1 new problem, ")
    assert better.summary().startswith("no new problem, 1 gone")


def test_nothing_changed_is_a_sentence(half, fifth):
    assert not since(half, half)
    assert since(fifth, fifth).summary() == (
        "nothing changed since the audit before: 1 problem stays, no verdict is another."
    )


def test_a_group_without_rows_is_newly_missing(half):
    none = of(0.0)
    assert since(half, none).missing == ((("sex", "f"),),)
    assert since(none, half).back == ((("sex", "f"),),)
    assert since(none, none).missing == ()
    assert "1 group newly without a synthetic row" in since(half, none).summary()


def test_a_limit_that_moved_changes_no_verdict_and_solves_nothing(fifth):
    loose = fifth.having(fifth.settings.having(share_problem=0.25, share_watch=0.3))
    found = since(fifth, loose)
    assert (found.turns, found.new, found.gone) == ((), (), ())
    assert [one.finding.group for one in found.moved] == [(("sex", "f"),)]
    assert any("share_problem was" in remark for remark in found.remarks)
    assert "1 gone only as limits moved" in found.summary()


def test_the_report_says_the_same_as_the_page(half, fifth):
    (section,) = changes(fifth, half)
    lead, *others = section.blocks
    assert lead.text == "1 new problem, 2 verdicts changed in all."
    assert [block for block in others if isinstance(block, Table)]
    loose = fifth.having(fifth.settings.having(share_problem=0.25, share_watch=0.3))
    (section,) = changes(loose, fifth)
    assert section.blocks[0].text == "No new problem, 1 gone only as limits moved."
    assert not [block for block in section.blocks if isinstance(block, Table)]
    other = audits.compare(REAL, REAL, sensitive_features="sex", ask=["diversity"])
    assert "no question is common" in changes(other, half)[0].blocks[0].text


def test_what_was_not_asked_then_is_said(half):
    both = audits.compare(REAL, REAL, sensitive_features="sex", ask=["coverage", "diversity"])
    assert any("did not ask diversity" in remark for remark in since(half, both).remarks)
    assert any("not asked any more: diversity" in doubt for doubt in since(both, half).doubts)
    region = audits.compare(REAL, REAL, sensitive_features="region", ask=["coverage"])
    assert any("any more by sex" in doubt for doubt in since(half, region).doubts)


def test_hidden_groups_neither_come_nor_go(half, fifth):
    from audits.disclosure import protected

    few = of(0.001)  # four women
    found = since(half, protected(few, 11))
    assert (("sex", "f"),) in protected(few, 11).hidden
    assert found.new == found.lost == found.turns == ()
    assert found.hidden >= 1


def test_a_store_made_before_there_were_briefs_is_brought_up_to_date(half, url, monkeypatch):
    with monkeypatch.context() as then:
        then.setattr(schema, "HEAD", "0001")
        with Store(url) as store:
            first = store.keep_audit("s", audit_text(half), label="v1", made="2026")
    with Store(url) as store:
        assert store.history("s", documents=True) == (first,)
        assert women(follow(read(store, "s").audits)).points[0].verdict is audits.Verdict.OK
        assert keep(store, "t", half, label="v1").number == 1
        assert set(store.briefs("t", "coverage")) == {1}


# -- drawn -----------------------------------------------------------------------------------------


def drawn(values, verdicts, name="f"):
    inf, nothing = math.inf, Move(Estimate.unknown(), math.nan, False)
    points = tuple(Point(verdict, value) for verdict, value in zip(verdicts, values, strict=True))
    course = Course("coverage", (("sex", name),), "ratio", "the nearer to 1, the better", points,
                    nothing, nothing, False, "", SAME)  # fmt: skip
    stamps = [
        Stamp(f"<b>{n}</b>", "2026-11-27", Verdict.OK, {}, "t", 1, "") for n in range(len(points))
    ]
    figure = trend_figure(course, stamps).to_dict()
    low, high = figure["layout"]["yaxis"]["range"]
    assert -inf < low < high < inf
    return {one["name"]: one for one in figure["data"]}, (low, high), figure["layout"]


def test_a_trend_shows_verdicts_as_shapes_and_gaps_where_nothing_is_known():
    values = [Estimate(1.0, 0.9, 1.1), Estimate.unknown(), Estimate(0.2, 0.1, math.inf)]
    traces, (low, high), layout = drawn(values, [Verdict.OK, None, Verdict.PROBLEM], "<b>f</b>")
    assert traces["ok"]["marker"]["symbol"] == "circle"
    assert list(traces["problem"]["x"]) == [2]
    assert list(traces["steps"]["y"]) == [1.0, None, 0.2]
    assert traces["steps"]["line"]["shape"] == "hv"
    assert list(traces["interval"]["y"]) == [0.9, 1.1, None, 0.1, high, None]
    assert low < 0.1
    assert "&lt;b&gt;f&lt;/b&gt;" in layout["annotations"][0]["text"]
    assert layout["xaxis"]["ticktext"] == [
        "&lt;b&gt;0&lt;/b&gt;",
        "&lt;b&gt;1&lt;/b&gt;",
        "&lt;b&gt;2&lt;/b&gt;",
    ]
    assert "1.00 in <b>0</b> (ok) to 0.20 in <b>2</b> (problem)" in layout["meta"]["alt"]


def test_a_trend_of_one_audit_of_none_known_and_of_many_can_be_drawn():
    one = Estimate(1.0, 1.0, 1.0)
    _, (low, high), _ = drawn([one], [Verdict.OK])
    assert high - low > 0.09  # nothing is not blown up to the whole height
    _, _, layout = drawn([Estimate.unknown()] * 2, [None, Verdict.NOT_ENOUGH_EVIDENCE])
    assert "no number is known" in layout["meta"]["alt"]
    _, _, layout = drawn([Estimate(math.inf, 1.0, math.inf), one] * 25, [None, Verdict.WATCH] * 25)
    assert len(layout["xaxis"]["tickvals"]) <= 5
    assert layout["xaxis"]["tickvals"][-1] == 49
