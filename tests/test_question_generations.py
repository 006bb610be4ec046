"""Generations: does it get worse from one to the next, and for whom?"""

import json
import re

import numpy as np
import pandas as pd
import pytest

import audits
from audits.disclosure import protected
from audits.questions.generations_sentences import fates_of
from audits.reports.document import document
from audits.reports.text_report import audit_text
from audits.results import Verdict
from audits.settings import Settings

BAD = (Verdict.PROBLEM, Verdict.WATCH)
RACES = (["ash", "birch", "cedar", "elm"], [0.6, 0.25, 0.1, 0.05])


def people(rows: int, seed: int) -> pd.DataFrame:
    """Four groups, two sexes, categories, numbers and gaps: one population, however often asked."""
    rng = np.random.default_rng(seed)
    race = rng.choice(RACES[0], p=RACES[1], size=rows)
    school = rng.choice(["none", "some", "much", "most"], p=[0.4, 0.35, 0.2, 0.05], size=rows)
    table = pd.DataFrame(
        {
            "race": race,
            "sex": rng.choice(["female", "male"], size=rows),
            "school": np.where((race == "birch") & (rng.random(rows) < 0.3), "most", school),
            "work": rng.choice(["paid", "unpaid", "own"], p=[0.6, 0.3, 0.1], size=rows),
            "age": rng.integers(18, 80, rows).astype(float),
            "income": rng.normal(30, 8, rows).round(1),
        }
    )
    table["age"] = table["age"].mask(rng.random(rows) < 0.05)
    return table


def resampled(table: pd.DataFrame, generations: int, seed: int) -> list[pd.DataFrame]:
    rng = np.random.default_rng(seed)
    chain = [table]
    for _ in range(generations):
        chain.append(chain[-1].iloc[rng.integers(0, len(table), len(table))].reset_index(drop=True))
    return chain


def fresh(rows: int, generations: int, seed: int) -> list[pd.DataFrame]:
    return [people(rows, 1000 * seed + t) for t in range(generations + 1)]


def follow(chain, **options):
    return audits.generations(chain, **{"sensitive_features": ["race", "sex"]} | options)


def row(audit, **group):
    return audit["generations"][group][0]


def steps(audit, **group):
    wanted = tuple(sorted(group.items()))
    return [r for r in audit["generations"].tables["steps"] if r.group == wanted]


def said(audit) -> str:
    whole = audit.to_dict()
    return json.dumps([whole[part] for part in ("findings", "answers", "counts")], sort_keys=True)


def measured(audit) -> dict:
    """All that was measured, but for what the generations are called."""
    tables = audit["generations"].to_dict()["tables"]
    return {
        name: [{k: v for k, v in line.items() if k != "name"} for line in lines]
        for name, lines in tables.items()
    }


@pytest.fixture(scope="module")
def sample_chain(sample):
    return [sample / "generations" / f"g{t}.csv" for t in range(5)]


@pytest.fixture(scope="module")
def sample_audit(sample_chain):
    return follow(sample_chain)


def of_variety(wanted: float) -> list[int]:
    """Counts of three levels, 1,000 in all, of whom two differ with the chance wanted."""
    fits = [
        (abs(1 - (a * (a - 1) + b * (b - 1) + c * (c - 1)) / 999_000 - wanted), (a, b, c))
        for a in range(400, 1000)
        for b in range((1000 - a) // 2, 1000 - a + 1, 3)
        if (c := 1000 - a - b) >= 0
    ]
    return list(min(fits)[1])


@pytest.fixture(scope="module")
def worked():
    """One column, of a group of 1,000, whose variety is .60, .56, .50, .47, .43."""
    chain = []
    for variety in (0.60, 0.56, 0.50, 0.47, 0.43):
        values = np.repeat(["x", "y", "z"], of_variety(variety))
        other = pd.DataFrame({"kind": "other", "value": ["x", "y"] * 50})
        chain.append(pd.concat([pd.DataFrame({"kind": "one", "value": values}), other]))
    return follow(chain, sensitive_features="kind")


class TestWorkedExample:
    def test_rate_and_half_life(self, worked):
        found = row(worked, kind="one")
        assert found.increments == 4
        assert found.decay.value == pytest.approx(0.0833, abs=2e-4)
        assert (found.decay.low, found.decay.high) == pytest.approx((0.0466, 0.1200), abs=5e-4)
        assert found.half_life.value == pytest.approx(8.32, abs=0.02)
        assert (found.half_life.low, found.half_life.high) == pytest.approx((5.78, 14.9), abs=0.15)

    def test_excess_and_sentence(self, worked):
        found = row(worked, kind="one")
        assert found.parents == pytest.approx(1000)
        assert found.excess.value == pytest.approx(83.3, abs=0.2)
        because = worked.about(group={"kind": "one"})[0].because
        assert "half is gone in 8.3 generations (5.8 to 15)" in because
        assert "1,000 real people" in because
        assert "the generator itself narrows" in because

    def test_the_group_that_does_not_change(self, worked):
        found = row(worked, kind="other")
        assert found.decay.value == 0
        assert found.half_life.high == np.inf
        finding = worked.about(group={"kind": "other"})[0]
        assert finding.verdict is Verdict.OK
        assert "no decay of variety is established" in finding.because


class TestSampleData:
    def test_known_answers(self, sample_audit):
        everyone = steps(sample_audit)
        lost = 1 - np.array([0.47, 0.44, 0.39, 0.36]) / 0.50
        assert [r.index.value for r in everyone[1:]] == pytest.approx(lost, abs=0.02)
        black = steps(sample_audit, race="Black")
        assert [r.rows for r in black] == [10, 7, 4, 0, 0]
        assert [r.rows for r in steps(sample_audit, race="White")] == [614, 705, 795, 878, 938]

    def test_everyone_loses_variety(self, sample_audit):
        assert sample_audit.about(group={})[0].verdict is Verdict.PROBLEM

    def test_who_is_gone(self, sample_audit):
        assert row(sample_audit, race="Black").extinct_at == 3
        finding = sample_audit.about(group={"race": "Black"})[0]
        assert finding.verdict is Verdict.PROBLEM  # nothing is milder than to lose slowly
        assert "extinct at generation 3: of 10 real people" in finding.because
        assert "resampling alone loses so few by then with a probability of 0.9 %" in (
            finding.because
        )

    def test_crossings_of_who_is_gone_are_extinct(self, sample_audit):
        for sex in ("female", "male"):
            (finding,) = sample_audit.about(group={"race": "Black", "sex": sex})
            assert finding.verdict is Verdict.WATCH  # resampling may lose five people
            assert "extinct at generation" in finding.because

    def test_nothing_points_to_a_question_a_chain_lacks(self, sample_audit):
        assert not [f for f in sample_audit.findings if "coverage" in f.because]

    def test_how_many_are_gone(self, sample_audit):
        gone, less = fates_of(sample_audit)
        assert gone.startswith("3 of 17 groups that were there in generation 0 are gone in genera")
        assert gone.endswith("all by generation 3: Black, Black × female and Black × male.")
        assert less.startswith("9 groups have lost more than half of their share of the rows by")

    def test_how_many_are_gone_where_counts_are_hidden(self, sample_audit):
        gone, less = fates_of(protected(sample_audit, 11))
        assert "Black" in gone  # zero is shown
        assert gone.endswith("; the counts of 3 of them are too small to show.")
        assert less.startswith("At least 7 groups have lost more than half")
        assert "Hispanic; the counts of 6 of them are too small to show." in less
        assert "Asian" not in less
        twelve = protected(sample_audit, 400)
        assert "Hispanic" not in " ".join(fates_of(twelve))

    def test_reports_lead_with_who_is_gone(self, sample_audit):
        text = " ".join(audit_text(sample_audit, width=100).split())
        assert text.index("are gone in generation 4") < text.index("g0.csv")
        page = document(protected(sample_audit, 11)).cover
        assert "3 of 17 groups that were there in generation 0 are gone" in page.text

    def test_whose_share_shrinks(self, sample_audit):
        finding = sample_audit.about(group={"race": "Asian"})[0]
        assert finding.verdict is Verdict.WATCH
        assert "its share shrinks from 10.3 %" in finding.because

    def test_steps_tell_the_same_story(self, sample_audit):
        everyone = steps(sample_audit)
        for name in ("hill_1", "hill_2", "rare", "tails"):
            values = [getattr(r, name) for r in everyone]
            assert values[-1] < values[0], name
        for name in ("drift", "drift_top"):
            values = [getattr(r, name) for r in everyone]
            assert values[-1] > values[1] > 0, name
        assert everyone[0].ancestors > 2 * everyone[-1].ancestors
        assert everyone[-1].auc.low > 0.6
        assert not everyone[0].auc.known

    def test_saved_and_loaded(self, sample_audit, tmp_path):
        loaded = audits.load(sample_audit.save(tmp_path / "chain.json"))
        assert loaded == sample_audit
        assert loaded.findings == sample_audit.findings
        strict = Settings().having(loss_problem=0.9, half_life_problem=1, extinct_problem=0.0)
        assert not loaded.having(strict).problems
        assert audits.diff(sample_audit, loaded).appeared == ()

    def test_inputs(self, sample_audit):
        assert [record.role for record in sample_audit.inputs] == [
            "real", "generation 1", "generation 2", "generation 3", "synthetic"
        ]  # fmt: skip

    def test_sentences(self, sample_audit):
        for finding in sample_audit.findings:
            text = finding.because
            assert re.match(r"[A-Z].*[^.]\.$", text), text
            assert not re.search(r"nan|None|inf\b|\.\.|;\.|  |unknown|no limit", text), text


@pytest.fixture(scope="module")
def chain():
    """Groups of every size, one that comes late, one that goes, and gaps in labels."""
    tables = []
    for t, table in enumerate(resampled(people(300, 7), 4, 8)):
        extra = people(25, 90 + t).assign(race="fig")
        whole = pd.concat(
            [table, extra.iloc[: max(25 - 9 * t, 0)], people(t, 70).assign(race="gum")]
        )
        whole.loc[whole.index % 41 == 3, "race"] = None
        tables.append(whole.reset_index(drop=True))
    return tables


@pytest.fixture(scope="module")
def audit(chain):
    return follow(chain)


class TestDependsOnTheRowsAlone:
    def test_order_of_rows_and_columns(self, chain, audit):
        mixed = [t.sample(frac=1, random_state=3)[t.columns[::-1]] for t in chain]
        assert said(follow(mixed, sensitive_features=["sex", "race"])) == said(audit)

    def test_threads(self, chain, audit):
        assert said(follow(chain, threads=1)) == said(audit)

    def test_files_of_any_kind(self, chain, audit, tmp_path):
        kinds = ("csv", "parquet", "jsonl", "csv.gz", "parquet")
        paths = [tmp_path / f"g{t}.{kind}" for t, kind in enumerate(kinds)]
        for path, table in zip(paths, chain, strict=True):
            if path.suffix == ".parquet":
                table.to_parquet(path)
            elif path.suffix == ".jsonl":
                table.to_json(path, orient="records", lines=True)
            else:
                table.to_csv(path, index=False)
        found = follow(paths)
        assert [f.because for f in found.findings] == [f.because for f in audit.findings]
        assert measured(found) == measured(audit)

    def test_one_table_with_a_column(self, chain, audit):
        labels = [f"step {t + 8}" for t in range(5)]  # "step 10" comes after "step 9"
        whole = pd.concat([t.assign(made=label) for t, label in zip(chain, labels, strict=True)])
        found = follow(whole.sample(frac=1, random_state=1), generation_column="made")
        assert measured(found) == measured(audit)
        assert "step 12" in found.inputs[-1].name

    def test_same_again_and_seeds(self, chain, audit):
        assert said(follow(chain)) == said(audit)


class TestFindings:
    def test_one_per_labelled_group(self, audit):
        groups = [r.group for r in audit["generations"].rows]
        assert len(set(groups)) == len(groups)
        assert {f.group for f in audit.findings} == set(groups)
        assert not any("missing" in dict(group).values() for group in groups)
        assert len({f.key for f in audit.findings}) == len(audit.findings)

    def test_every_generation_has_its_row(self, audit):
        rows = audit["generations"].tables["steps"]
        assert len(rows) == 5 * len(audit["generations"].rows)

    def test_tiny_groups_are_never_ok(self, audit):
        for finding in audit.findings:
            if row(audit, **dict(finding.group)).real <= 30:
                assert finding.verdict is not Verdict.OK

    def test_a_group_that_comes_late(self, audit):
        finding = audit.about(group={"race": "gum"})[0]
        assert finding.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "no real person in generation 0" in finding.because

    def test_a_group_that_goes(self, audit):
        found = row(audit, race="fig")
        assert found.extinct_at == 3
        assert found.too_few_from == 2
        assert audit.about(group={"race": "fig"})[0].verdict is Verdict.PROBLEM

    def test_evidence_is_json(self, audit):
        for finding in audit.to_dict()["findings"]:
            assert finding["evidence"]
            json.dumps(finding, allow_nan=False)


class TestSteps:
    def test_two_steps_show_no_rate(self):
        found = follow(resampled(people(400, 1), 2, 2), sensitive_features="sex")
        everyone = row(found)
        assert not everyone.decay.known
        assert everyone.index.known
        finding = found.about(group={})[0]
        assert finding.verdict is not Verdict.OK
        assert "two steps show no rate" in finding.because
        assert "A perfect copier with 400 rows per generation halves it in 277" in finding.because

    def test_a_loss_between_both_ends(self):
        after = people(400, 2).assign(school="some", work="paid", age=40.0)
        found = follow([people(400, 1), after], sensitive_features="sex")
        assert found.about(group={})[0].verdict is Verdict.PROBLEM
        assert row(found).narrowest in ("school", "work", "age")

    @pytest.mark.parametrize("generations", [1, 3])
    def test_a_rare_value_not_drawn_again_is_no_collapse(self, generations):
        """One of twelve differs and then none of twelve: chance does that once in two."""
        race = ["ash"] * 400 + ["birch"] * 12
        busy = ["yes", "no"] * 200
        chain = [pd.DataFrame({"race": race, "work": busy + ["yes"] + ["no"] * 11})]
        chain += [pd.DataFrame({"race": race, "work": busy + ["no"] * 12})] * generations
        found = follow(chain, sensitive_features="race")
        index = row(found, race="birch").index
        assert index.value == 1
        assert index.low < 0
        (finding,) = found.about(group={"race": "birch"})
        assert finding.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert f"between generation 0 and generation {generations}," in finding.because

    def test_variety_that_comes_back_has_not_collapsed(self):
        race = ["ash"] * 400 + ["birch"] * 40
        varied, alike = ["yes", "no"] * 220, ["yes", "no"] * 200 + ["no"] * 40
        chain = [pd.DataFrame({"race": race, "work": w}) for w in (varied, alike, varied)]
        found = follow(chain, sensitive_features="race")
        assert row(found, race="birch").collapsed_at is None
        assert not [f for f in found.findings if "collapsed" in f.because]

    def test_collapsed(self):
        first = people(300, 1)
        one = first.dropna().iloc[[0]]
        alike = pd.concat([one] * 150, ignore_index=True)
        halves = [pd.concat([t, t.assign(sex="male")]) for t in (alike.assign(sex="female"),) * 2]
        found = follow([first, people(300, 2), *halves], sensitive_features="sex")
        female = row(found, sex="female")
        assert female.collapsed_at == 2
        finding = found.about(group={"sex": "female"})[0]
        assert finding.verdict is Verdict.PROBLEM
        assert "collapsed at generation 2" in finding.because

    def test_a_column_of_nearly_one_value_does_not_collapse_by_chance(self):
        first = pd.DataFrame({"sex": ["f", "m"] * 30, "x": ["no"] * 59 + ["yes"]})
        later = first.assign(x="no")
        found = follow([first, first, first, later], sensitive_features="sex")
        assert not [f for f in found.findings if "collapsed" in f.because]

    def test_a_loss_that_slows_down_is_said_to(self):
        shares = [0.5, 0.3, 0.22, 0.18, 0.16, 0.15, 0.145]
        chain = [
            pd.DataFrame({"g": ["a", "b"] * 1000, "x": (["y"] * 2 + ["n"] * 2) * 500}).assign(
                x=lambda t, p=p: np.where(np.arange(2000) % 1000 < 1000 * p, "y", "n")
            )
            for p in shares
        ]
        found = follow(chain, sensitive_features="g")
        assert row(found, g="a").slowing < 0.01
        assert "the loss slows down" in found.about(group={"g": "a"})[0].because

    def test_labels_that_lie_apart(self):
        chain = resampled(people(60, 5), 30, 6)[::5]
        whole = pd.concat([t.assign(made=5 * i) for i, t in enumerate(chain)])
        apart = follow(whole, generation_column="made", sensitive_features="sex")
        close = follow(chain, sensitive_features="sex")
        assert row(apart).decay.value == pytest.approx(row(close).decay.value / 5)
        assert row(apart).half_life.value == pytest.approx(5 * row(close).half_life.value)
        assert any("5 apart" in note for note in apart.notes)


class TestResampling:
    def test_many_runs_show_the_rate_of_plain_chance(self):
        """Half-life .69 M: what drawing M rows with replacement loses, no more and no less."""
        runs = []
        for k in range(24):
            for t, table in enumerate(resampled(people(50, 50 + k), 6, 500 + k)):
                runs.append(table.assign(run=f"run {k}", t=t))
        found = follow(
            pd.concat(runs), generation_column="t", chain_column="run", sensitive_features="sex"
        )
        everyone = row(found)
        assert everyone.chains == 24
        assert everyone.parents == pytest.approx(50)
        assert everyone.decay.low < 1 / 50 < everyone.decay.high
        assert everyone.excess.low < 1 < everyone.excess.high
        assert everyone.excess.value == pytest.approx(1.0, abs=0.6)
        assert found.about(group={})[0].verdict in BAD
        assert "resamples" in found.about(group={})[0].because

    def test_ancestors_fall(self):
        found = follow(resampled(people(200, 1), 5, 2), sensitive_features="sex")
        behind = [r.ancestors for r in steps(found)]
        assert behind == sorted(behind, reverse=True)
        assert behind[-1] < 0.5 * behind[0]


class TestNoFalseAlarm:
    def test_fresh_people_every_time(self):
        """Chains in which nothing happens: hardly ever is anybody accused."""
        bad = []
        for seed, length in enumerate((3, 3, 4, 5, 6, 8)):
            found = follow(fresh(400, length, seed))
            bad += [f.because for f in found.findings if f.verdict in BAD]
        assert len(bad) <= 1, bad

    def test_the_same_table_again_and_again(self):
        found = follow([people(500, 1)] * 5)
        assert all(f.verdict not in BAD for f in found.findings)
        assert found.about(group={})[0].verdict is Verdict.OK
        assert any("holds the same rows as" in note for note in found.notes)


class TestLoop:
    def loop(self, chain, **options):
        found = follow(chain, sensitive_features="sex", **options)
        return found["generations"].tables["loop"][-1], found.about(group={})[0].because

    def test_resample(self):
        whole, because = self.loop(resampled(people(300, 1), 3, 2))
        assert (whole.loop, whole.stated) == ("resample", False)
        assert "it resamples" in because

    def test_accumulate(self):
        parts = fresh(200, 3, 4)
        whole, because = self.loop([pd.concat(parts[: t + 1]) for t in range(4)])
        assert whole.loop == "accumulate"
        assert "holds all rows of the one before" in because

    def test_fixed_real(self):
        real = people(200, 1)
        made = [pd.concat([real, people(200, 10 + t)]) for t in range(3)]
        whole, _ = self.loop([real, *made])
        assert whole.loop == "fixed-real"

    def test_not_known(self):
        whole, because = self.loop(fresh(200, 3, 2))
        assert whole.loop == "not known"
        assert "equal rows do not tell" in because

    def test_stated(self):
        whole, because = self.loop(fresh(200, 3, 2), loop="fresh")
        assert (whole.loop, whole.stated) == ("fresh", True)
        assert "as stated: each generation is made from fresh real people" in because

    def test_unknown_loop(self):
        with pytest.raises(audits.AuditError, match="no loop 'fixed'"):
            follow(fresh(50, 2, 1), loop="fixed")


@pytest.fixture(scope="module")
def resampled_runs(real_data):
    return TestRealData().audit(real_data, "resample_N200", chain_column="replicate")


@pytest.mark.real_data
class TestRealData:
    """Chains made from an excerpt of the American Community Survey, of known law."""

    def audit(self, real_data, name, **options):
        path = real_data / "generations_made_here" / f"{name}.csv.gz"
        options = {"sensitive_features": ["RAC1P", "SEX"]} | options
        return audits.generations(path, generation_column="generation", **options)

    def about_variety(self, audit):
        return [f for f in audit.findings if f.verdict in BAD and "its variety falls" in f.because]

    def test_sharpening_is_found(self, real_data):
        found = self.audit(real_data, "sharpen_T0.8")
        assert found.about(group={})[0].verdict is Verdict.PROBLEM
        for sex in ("1", "2"):
            assert found.about(group={"SEX": sex})[0].verdict is Verdict.PROBLEM
        assert row(found, RAC1P="2").extinct_at == 5
        gone = [f for f in found.findings if row(found, **dict(f.group)).extinct_at is not None]
        assert all("extinct at generation" in f.because for f in gone)
        assert not [f for f in gone if f.verdict is Verdict.WATCH]
        assert fates_of(found)[0].startswith("19 of 24 groups")
        assert row(found).excess.low > 50

    def test_resampling_is_found_and_is_plain_chance(self, resampled_runs):
        found = resampled_runs
        for group in ({}, {"SEX": "1"}, {"SEX": "2"}):
            assert found.about(group=group)
            assert all(f.verdict in BAD for f in found.about(group=group))
        everyone = row(found)
        assert everyone.apart == 5
        assert everyone.excess.low < 1.6
        assert everyone.excess.value == pytest.approx(1.0, abs=0.3)
        assert found["generations"].tables["loop"][-1].loop == "resample"

    def test_who_is_gone_by_resampling_is_watched(self, resampled_runs):
        found = resampled_runs
        gone = [f for f in found.findings if row(found, **dict(f.group)).extinct_at is not None]
        assert {f.verdict for f in gone} == {Verdict.WATCH, Verdict.NOT_ENOUGH_EVIDENCE}

    @pytest.mark.parametrize("sensitive", [["SEX"], ["RAC1P", "SEX"], ["AGE_BAND", "EDU"]])
    def test_accumulating_does_not_collapse(self, real_data, sensitive):
        found = self.audit(real_data, "accumulate_T0.8", sensitive_features=sensitive)
        assert not found.problems
        assert not self.about_variety(found)
        assert not [f for f in found.findings if "collapsed" in f.because]

    @pytest.mark.parametrize("sensitive", [["SEX"], ["RAC1P", "SEX"], ["AGE_BAND", "EDU"]])
    def test_fresh_data_do_not_collapse(self, real_data, sensitive):
        found = self.audit(real_data, "fresh_control_T1", sensitive_features=sensitive)
        assert not [f.because for f in found.findings if f.verdict in BAD]
        assert found.about(group={})[0].verdict is Verdict.OK
