"""Fairness: would a model trained on the synthetic rows serve every group as well?"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

import audits
from audits.errors import AuditError, ColumnNotFoundError, InputError, UsageError
from audits.formulas.differences import Difference
from audits.formulas.paired import over_rounds
from audits.questions import fairness_said as said
from audits.settings import Settings

ONCE = Settings().having(fairness_rounds=1)
TWICE = Settings().having(fairness_rounds=2)


def fairness(real, synthetic, **options) -> audits.Audit:
    given = {"target": "y", "sensitive_features": "group", "mitigate": False, "settings": ONCE}
    return audits.fairness(real, synthetic, **(given | options))


def rows_of(found: audits.Audit, table: str, **wanted):
    """Rows of a table, of a group named by its values, with some fields."""
    group = tuple(sorted(wanted.pop("group", {}).items()))
    return [
        row
        for row in found["fairness"].tables[table]
        if row.group == group and all(getattr(row, k) == v for k, v in wanted.items())
    ]


def rate(found: audits.Audit, metric: str, model: str = "synthetic", **wanted):
    (row,) = rows_of(found, "rates", metric=metric, model=model, **wanted)
    return row


def change(found: audits.Audit, metric: str, **wanted):
    (row,) = rows_of(found, "changes", metric=metric, **wanted)
    return row


def group_row(found: audits.Audit, group: str | None = None):
    (row,) = rows_of(found, "groups", group={"group": group} if group else {})
    return row


def task(found: audits.Audit):
    (row,) = found["fairness"].tables["task"]
    return row


def people(rows: int, seed: int, flip: float = 0.1) -> pd.DataFrame:
    """Three groups; two columns tell the label but for some people."""
    rng = np.random.default_rng(seed)
    hours, degree = rng.integers(10, 60, rows), rng.choice(["none", "some", "high"], rows)
    label = (hours / 30 + (degree == "high")) > rng.normal(1.6, 0.3, rows)
    label ^= rng.random(rows) < flip
    return pd.DataFrame(
        {
            "group": rng.choice(["ash", "birch", "cedar"], rows, p=[0.6, 0.3, 0.1]),
            "sex": rng.choice(["f", "m"], rows),
            "hours": hours.astype(float),
            "degree": degree,
            "y": np.where(label, "yes", "no"),
        }
    )


REAL, SYNTHETIC, HELD = people(600, 1), people(700, 2), people(500, 3)
FOUND = cache(lambda: fairness(REAL, SYNTHETIC, holdout=HELD, settings=TWICE))


# -- by hand, on a model that repeats a column -----------------------------------------------------


GUIDE = pd.DataFrame(
    {
        "group": list("bbabbcccaacabccbcc"),
        "y": [0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1],
        "z": [0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0],
    }
)
"""Truth and predictions (z) of the guide of fairlearn's MetricFrame, 0.13."""


def parrot(real: pd.DataFrame, synthetic: pd.DataFrame, held: pd.DataFrame, **options):
    return fairness(real, synthetic, holdout=held, model="own_models:Parrot", **options)


class TestGuideOfFairlearn:
    FOUND = staticmethod(cache(lambda: parrot(GUIDE, GUIDE, GUIDE, positive="1")))

    @pytest.mark.parametrize(
        ("group", "n", "tpr", "fpr", "selected"),
        [
            (None, 18, 0.5, 2 / 3, 10 / 18),
            ("a", 4, 0.5, 1.0, 0.75),
            ("b", 6, 0.6, 0.0, 0.5),
            ("c", 8, 0.4, 2 / 3, 0.5),
        ],
    )
    def test_published_values(self, group, n, tpr, fpr, selected):
        wanted = {"group": {"group": group} if group else {}}
        for metric, value in (
            ("true positive rate", tpr),
            ("false positive rate", fpr),
            ("selection rate", selected),
        ):
            found = rate(self.FOUND(), metric, **wanted)
            assert found.value.value == pytest.approx(value, abs=1e-9)
            assert found.hits / found.of == pytest.approx(value)
        assert rate(self.FOUND(), "selection rate", **wanted).of == n

    def test_denominators(self):
        wanted = {"group": {"group": "c"}}
        assert rate(self.FOUND(), "true positive rate", **wanted).of == 5
        assert rate(self.FOUND(), "false positive rate", **wanted).of == 3
        assert rate(self.FOUND(), "precision", **wanted).of == 4
        assert group_row(self.FOUND(), "c").positives == 5

    def test_everyone_else(self):
        found = rate(self.FOUND(), "true positive rate", group={"group": "c"})
        assert found.rest.value == pytest.approx(4 / 7)  # a: 1 of 2, b: 3 of 5
        assert found.apart.value == pytest.approx(2 / 5 - 4 / 7)
        everyone = rate(self.FOUND(), "true positive rate")
        assert not everyone.rest.known
        assert not everyone.apart.known


def test_every_rate_is_that_of_metric_frame():
    """All metrics of both models, for values, intersections and everyone."""
    from fairlearn.metrics import (
        MetricFrame,
        false_positive_rate,
        selection_rate,
        true_positive_rate,
    )
    from sklearn.metrics import accuracy_score, balanced_accuracy_score, precision_score

    rng = np.random.default_rng(5)
    held = people(400, 7).assign(z=rng.choice(["no", "yes"], 400))
    real, synthetic = (people(300, s).assign(z=rng.choice(["no", "yes"], 300)) for s in (8, 9))
    found = parrot(real, synthetic, held, sensitive_features=["group", "sex"])
    oracle = {
        "accuracy": accuracy_score,
        "balanced accuracy": balanced_accuracy_score,
        "selection rate": selection_rate,
        "true positive rate": true_positive_rate,
        "false positive rate": false_positive_rate,
        "precision": precision_score,
    }
    truth, says = (held[column] == "yes" for column in ("y", "z"))
    for chosen in (["group"], ["sex"], ["group", "sex"]):
        frame = MetricFrame(
            metrics=oracle, y_true=truth, y_pred=says, sensitive_features=held[chosen]
        )
        for index, line in frame.by_group.iterrows():
            values = index if isinstance(index, tuple) else (index,)
            group = dict(zip(chosen, values, strict=True))
            for metric, value in line.items():
                for model in ("real", "synthetic"):
                    row = rate(found, metric, model, group=group)
                    assert row.value.value == pytest.approx(value), (group, metric)
    for metric, value in frame.overall.items():
        assert rate(found, metric).value.value == pytest.approx(value)


def test_paired_change_by_hand():
    """The worked example: both right 18, synthetic only 2, real only 6, neither 4."""
    # a model that says what most of its training rows are, of those who all are what the other is
    held = pd.DataFrame({"group": ["a"] * 15 + ["b"] * 15, "y": ["no"] * 22 + ["yes"] * 8})
    held["hours"] = np.arange(30.0)
    real = pd.concat([held] * 4, ignore_index=True)
    synthetic = real.assign(y=np.where(np.arange(120) % 4 == 0, "no", "yes"))
    found = fairness(real, synthetic, holdout=held, model="own_models:Majority")
    row = change(found, "accuracy")
    assert (row.only_real, row.only_synthetic, row.of) == (22, 8, 30)
    assert (row.real, row.synthetic) == pytest.approx((22 / 30, 8 / 30))
    assert row.change.value == pytest.approx(-14 / 30)
    from scipy.stats import binomtest

    assert row.mcnemar_p == pytest.approx(binomtest(8, 30).pvalue)
    one_class = change(found, "accuracy", group={"group": "a"})
    assert (one_class.only_real, one_class.only_synthetic) == (15, 0)
    assert one_class.change.value == -1
    # b: 7 are no, 8 yes; so the gap to a moved from 0 - 0 to ...
    assert one_class.beyond.value == pytest.approx(-1 - (8 - 7) / 15)


# -- whole trials ----------------------------------------------------------------------------------


class TestTrial:
    def test_rows_of_a_trial(self):
        row = task(FOUND())
        assert (row.tested, row.trained_real, row.trained_synthetic) == (500, 600, 600)
        assert (row.kind, row.positive, row.classes) == ("binary", "yes", "no, yes")
        assert (row.learner, row.tested_on, row.rounds) == ("logistic regression", "holdout", 2)
        assert "'yes' was taken by its name" in row.remark

    def test_groups_add_up(self):
        rows = [group_row(FOUND(), group) for group in ("ash", "birch", "cedar")]
        everyone = group_row(FOUND())
        for field in ("real", "synthetic", "tested", "positives"):
            assert sum(getattr(row, field) for row in rows) == getattr(everyone, field)
        assert (everyone.tested, everyone.real, everyone.synthetic) == (500, 600, 600)
        assert everyone.positives == (HELD["y"] == "yes").sum()

    def test_equal_tables_change_nothing_much(self):
        for group in (None, "ash", "birch"):
            row = group_row(FOUND(), group)
            assert row.change.low < 0.03
            assert row.change.high > -0.03
            assert row.by_real.value > 0.7
            assert row.state == ""

    def test_the_same_rows_change_nothing_at_all(self):
        found = fairness(REAL, REAL, holdout=HELD)
        for row in found["fairness"].tables["changes"]:
            if row.change.known:
                assert row.change.value == pytest.approx(0, abs=1e-12), row

    def test_labels_turned_round_in_one_group_are_seen_there(self):
        turned = SYNTHETIC["group"] == "birch"
        flipped = SYNTHETIC["y"].map({"yes": "no", "no": "yes"})
        broken = SYNTHETIC.assign(y=SYNTHETIC["y"].mask(turned, flipped))
        found = fairness(REAL, broken, holdout=HELD, model="boosting")
        assert group_row(found, "birch").change.high < -0.3
        assert group_row(found, "ash").change.low > -0.2
        assert change(found, "accuracy", group={"group": "birch"}).beyond.high < -0.2

    def test_rounds_add_what_training_rows_matter(self):
        once, twice = (
            fairness(REAL, SYNTHETIC, holdout=HELD, settings=Settings().having(fairness_rounds=n))
            for n in (1, 3)
        )
        assert change(once, "accuracy").rounds == 1
        assert change(once, "accuracy").real != change(twice, "accuracy").real
        assert change(twice, "accuracy").rounds == 3
        one, three = (change(found, "accuracy").change for found in (once, twice))
        assert three.high - three.low > 0.5 * (one.high - one.low)
        first = [rate(found, "accuracy", group={"group": "ash"}) for found in (once, twice)]
        assert first[0] == first[1]  # of the first round either way

    def test_without_a_holdout_some_real_people_are_kept(self):
        found = fairness(REAL, SYNTHETIC)
        assert task(found).tested == 180
        assert task(found).trained_real == 420
        assert task(found).tested_on == "a part of the real table"
        assert "the generator may have seen them" in task(found).remark

    @pytest.mark.parametrize("model", ["real", "synthetic"])
    def test_counts_hang_together(self, model):
        for row in FOUND()["fairness"].rows:
            wanted = {"model": model, "group": dict(row.group)}
            accuracy, chosen, found, mistaken, precise = (
                rate(FOUND(), metric, **wanted)
                for metric in (
                    "accuracy",
                    "selection rate",
                    "true positive rate",
                    "false positive rate",
                    "precision",
                )
            )
            assert accuracy.of == chosen.of == found.of + mistaken.of == row.tested
            assert chosen.hits == found.hits + mistaken.hits == precise.of
            assert precise.hits == found.hits
            assert accuracy.hits == found.hits + mistaken.of - mistaken.hits
            assert found.of == row.positives

    def test_change_is_synthetic_less_real(self):
        for row in FOUND()["fairness"].tables["changes"]:
            if row.change.known:
                assert row.change.value == pytest.approx(row.synthetic - row.real), row

    def test_nobody_is_tested_who_taught(self):
        """Labels of nothing but luck: whoever taught the trees would be told rightly."""
        rng = np.random.default_rng(1)
        tables = [
            pd.DataFrame({"group": rng.choice(["a", "b"], 400), "z": rng.normal(size=400)}).assign(
                y=rng.choice(["no", "yes"], 400)
            )
            for _ in range(2)
        ]
        found = fairness(*tables, model="boosting")
        assert group_row(found).by_real.low < 0.5 < group_row(found).by_real.high
        taught = fairness(*tables, model="boosting", holdout=tables[0])
        assert group_row(taught).by_real.low > 0.55

    def test_loss_is_worse_the_more_whichever_the_metric(self):
        row = group_row(FOUND())
        assert (row.loss.value, row.loss.low) == (-row.change.value, -row.change.high)
        number = group_row(TestNumbers.found())
        assert number.loss == number.change

    def test_shares_stay_within_bounds(self):
        for row in FOUND()["fairness"].tables["groups"]:
            for one in (row.by_real, row.by_synthetic):
                assert not one.known or 0 <= one.low <= one.value <= one.high <= 1
            assert not row.change.known or -1 <= row.change.low <= row.change.high <= 1

    def test_calibration(self):
        row = rate(FOUND(), "calibration")
        assert abs(row.value.value) < 0.06
        assert row.hits == -1
        assert row.of == 500
        bare = parrot(*(table.assign(z=table["y"]) for table in (REAL, SYNTHETIC, HELD)))
        assert not rows_of(bare, "rates", metric="calibration")  # it tells no scores

    def test_excluded_columns_are_not_seen(self):
        found = fairness(
            REAL, SYNTHETIC, holdout=HELD, exclude=["hours", "degree", "group", "sex"][:2]
        )
        assert group_row(found).by_real.value < 0.65 < group_row(FOUND()).by_real.value


def test_rounds_from_one_draw_of_rows_are_no_fresh_rows():
    """Means of rounds are off by what one draw is: by hand, with limits without width."""
    from scipy.stats import t

    values = np.array([0.0, 0.1, 0.2])
    still = Difference(values, values, values)
    fresh, again = (over_rounds(still, confidence=0.95, redrawn=redrawn) for redrawn in (0, 1))
    assert fresh.high - 0.1 == pytest.approx(t.ppf(0.975, 2) * 0.1 * np.sqrt(1 / 3))
    assert again.high - 0.1 == pytest.approx(t.ppf(0.975, 2) * 0.1 * np.sqrt(4 / 3))


@pytest.mark.slow
def test_tables_of_one_law_seldom_seem_to_differ():
    """Other people teach each model, which moves its rates: the interval must hold that, too."""
    outside, found = [], []
    for seed in range(15):
        tables = [people(500, 1000 + 3 * seed + i) for i in range(3)]
        audit = fairness(*tables[:2], holdout=tables[2], settings=Settings())
        found += [f for f in audit.findings if f.verdict in ("problem", "watch")]
        outside += [
            not row.change.low <= 0 <= row.change.high
            for row in audit["fairness"].tables["changes"]
            if row.change.known and row.of >= 30 and row.metric != "calibration"
        ]
    assert np.mean(outside) < 0.06, (np.mean(outside), len(outside))
    assert len(found) <= 2


class TestDependsOnTheRowsAlone:
    @pytest.mark.parametrize("model", ["logistic", "boosting"])
    def test_order_and_threads(self, model):
        given = {"holdout": HELD, "settings": TWICE, "model": model}
        one = fairness(REAL, SYNTHETIC, threads=1, **given)
        tables = [table.sample(frac=1, random_state=3) for table in (REAL, SYNTHETIC)]
        again = fairness(
            *(table[table.columns[::-1]] for table in tables),
            threads=2,
            **given | {"holdout": HELD.iloc[::-1]},
        )
        assert one["fairness"].to_dict() == again["fairness"].to_dict()

    def test_company(self):
        alone = fairness(REAL, SYNTHETIC)["fairness"]
        beside = audits.compare(
            REAL, SYNTHETIC, sensitive_features="group", target="y", settings=ONCE,
            ask=["coverage", "fairness"],
        )  # fmt: skip
        assert alone.to_dict() == beside["fairness"].to_dict()

    def test_asked_where_there_is_a_target(self):
        given = {"sensitive_features": "group", "settings": ONCE}
        found = audits.compare(REAL, SYNTHETIC, **given)
        assert "fairness" not in found.answers
        with pytest.raises(UsageError, match="fairness was asked, and no target is named"):
            audits.compare(REAL, SYNTHETIC, ask="fairness", **given)


# -- other targets ---------------------------------------------------------------------------------


class TestNumbers:
    @staticmethod
    @cache
    def found():
        tables = []
        for seed, rows in ((1, 500), (2, 500), (3, 300)):
            table = people(rows, seed)
            rng = np.random.default_rng(seed)
            table["y"] = (table["hours"] * 10 + rng.normal(0, 20, rows)).round(1)
            tables.append(table)
        return fairness(tables[0], tables[1], holdout=tables[2])

    def test_mean_absolute_error(self):
        row = group_row(self.found())
        assert row.metric == "mean absolute error"
        assert row.by_real.value == pytest.approx(20 * np.sqrt(2 / np.pi), rel=0.15)
        assert row.positives == 0
        assert task(self.found()).kind == "numeric"
        assert task(self.found()).learner == "ridge regression"
        assert "are told at 248 levels" in task(self.found()).remark

    def test_bias(self):
        row = rate(self.found(), "bias")
        assert row.value.low < 0 < row.value.high or abs(row.value.value) < 4
        assert row.hits == -1
        assert not rows_of(self.found(), "rates", metric="accuracy")

    def test_change_is_paired(self):
        row = change(self.found(), "mean absolute error")
        assert row.change.value == pytest.approx(row.synthetic - row.real)
        apart = rate(self.found(), "mean absolute error")
        assert row.change.high - row.change.low < apart.value.high - apart.value.low


class TestManyClasses:
    @staticmethod
    @cache
    def found():
        tables = []
        for seed in (1, 2, 3):
            table = people(500, seed)
            table["y"] = pd.cut(table["hours"], 4, labels=list("wxyz")).astype(str)
            table["y"] = table["y"].mask(np.random.default_rng(seed).random(500) < 0.1, "w")
            tables.append(table)
        return fairness(tables[0], tables[1], holdout=tables[2])

    def test_rates_of_every_class(self):
        assert task(self.found()).kind == "multiclass"
        assert task(self.found()).positive == ""
        labels = {row.label for row in rows_of(self.found(), "rates", metric="true positive rate")}
        assert labels == set("wxyz")

    def test_balanced_accuracy_is_the_mean_over_classes(self):
        found = [
            rate(self.found(), "true positive rate", label=label).value.value for label in "wxyz"
        ]
        assert rate(self.found(), "balanced accuracy").value.value == pytest.approx(np.mean(found))

    def test_one_class_against_the_others(self):
        table = people(300, 1).assign(y=np.resize(list("pqr"), 300))
        found = fairness(table, table, holdout=table, positive="q")
        assert task(found).classes == "other than q, q"
        assert group_row(found).positives == 100


# -- bad input -------------------------------------------------------------------------------------


class TestBadTargets:
    @pytest.mark.parametrize(
        ("options", "says"),
        [
            ({"target": "z"}, r"no column 'z'"),
            ({"target": "group"}, r"'group' is the target and a sensitive feature"),
            ({"positive": "maybe"}, r"no real row has the label 'maybe' in 'y'.*no, yes"),
            ({"target": "hours", "positive": "30"}, r"'hours' is numeric and has no positive"),
            ({"exclude": ["nothing"]}, r"no column 'nothing'"),
            ({"exclude": ["group", "sex", "hours", "degree"]}, r"no column is left to predict"),
            ({"model": "oracle"}, r"no model 'oracle'"),
        ],
    )
    def test_that_make_no_sense(self, options, says):
        with pytest.raises(UsageError, match=says):
            fairness(REAL, SYNTHETIC, **options)

    def test_said_of_no_target(self):
        given = {"sensitive_features": "group"}
        for option in ({"positive": "yes"}, {"exclude": "sex"}, {"model": "boosting"}):
            with pytest.raises(UsageError, match=r"[Nn]ame a target"):
                audits.compare(REAL, SYNTHETIC, **given, **option)

    def test_only_in_one_table(self):
        with pytest.raises(ColumnNotFoundError):
            fairness(REAL, SYNTHETIC.drop(columns="y"))

    def test_left_out(self):
        named = [t.assign(y=[f"p{i}" for i in range(len(t))]) for t in (REAL, SYNTHETIC)]
        with pytest.raises(UsageError, match=r"target 'y' is left out as identifier"):
            fairness(*named)
        constant = [table.assign(y="yes") for table in (REAL, SYNTHETIC)]
        with pytest.raises(UsageError, match=r"'y' is left out as constant \(one value: 'yes'\)"):
            fairness(*constant)

    def test_constant_in_the_real_table(self):
        with pytest.raises(InputError, match=r"'y' has one value \('yes'\) in the real table"):
            fairness(REAL.assign(y="yes"), SYNTHETIC)

    def test_too_many_labels(self):
        many = [t.assign(y=[f"{i % 150:03} x" for i in range(len(t))]) for t in (REAL, SYNTHETIC)]
        kinds = {"y": "categorical"}
        with pytest.raises(UsageError, match=r"'y' has 150 labels; at most 100"):
            fairness(*many, kinds=kinds)
        assert task(fairness(*many, kinds=kinds, positive="007 x")).kind == "binary"

    def test_too_few_rows(self):
        with pytest.raises(InputError, match=r"6 tested real people have a target"):
            fairness(REAL.iloc[:20], SYNTHETIC)
        with pytest.raises(InputError, match=r"5 synthetic rows to train on have a target"):
            fairness(REAL, SYNTHETIC.iloc[:5])

    def test_models_that_fail(self):
        with pytest.raises(AuditError, match=r"FailsToFit could not be fitted: ValueError"):
            fairness(REAL, SYNTHETIC, model="own_models:FailsToFit")


class TestDegenerate:
    def test_constant_in_the_synthetic_table_only(self):
        found = fairness(REAL, SYNTHETIC.assign(y="no"), holdout=HELD)
        assert {row.state for row in found["fairness"].rows} == {said.CONSTANT}
        assert rate(found, "true positive rate").value.value == 0
        assert "hold one label" in task(found).remark

    def test_one_class_within_a_group(self):
        held = HELD.assign(y=HELD["y"].mask(HELD["group"] == "cedar", "no"))
        found = fairness(REAL, SYNTHETIC, holdout=held)
        assert group_row(found, "cedar").state == said.ONE_TESTED
        row = rate(found, "true positive rate", group={"group": "cedar"})
        assert row.of == 0
        assert not row.value.known
        assert not rate(found, "balanced accuracy", group={"group": "cedar"}).value.known
        assert group_row(found, "ash").state == ""

    def test_one_class_of_a_group_in_the_synthetic_rows(self):
        broken = SYNTHETIC.assign(y=SYNTHETIC["y"].mask(SYNTHETIC["group"] == "cedar", "no"))
        found = fairness(REAL, broken, holdout=HELD)
        assert group_row(found, "cedar").state == said.ONE_TAUGHT

    def test_groups_only_among_the_tested(self):
        held = HELD.assign(group=HELD["group"].where(HELD.index >= 30, "dogwood"))
        found = fairness(REAL, SYNTHETIC, holdout=held)
        row = group_row(found, "dogwood")
        assert (row.state, row.tested, row.real, row.synthetic) == (said.NOWHERE, 30, 0, 0)
        assert row.by_synthetic.known
        assert group_row(found).tested == 500

    def test_groups_lost(self):
        lost = SYNTHETIC[SYNTHETIC["group"] != "cedar"]
        assert group_row(fairness(REAL, lost, holdout=HELD), "cedar").state == said.NOT_SYNTHETIC
        made = REAL[REAL["group"] != "cedar"]
        assert group_row(fairness(made, SYNTHETIC, holdout=HELD), "cedar").state == said.NOT_REAL
        held = HELD[HELD["group"] != "cedar"]
        row = group_row(fairness(REAL, SYNTHETIC, holdout=held), "cedar")
        assert row.state == said.NOBODY
        assert not row.change.known

    def test_missing_sensitive_values_are_a_group(self):
        tables = [
            table.assign(group=table["group"].where(table.index % 10 > 0))
            for table in (REAL, SYNTHETIC, HELD)
        ]
        found = fairness(tables[0], tables[1], holdout=tables[2])
        assert group_row(found, "missing").tested == 50
        assert group_row(found).tested == 500
        assert not [f for f in found.findings if ("group", "missing") in f.group]

    def test_missing_targets_are_counted(self):
        tables = [
            table.assign(y=table["y"].where(table.index % 10 > 0))
            for table in (REAL, SYNTHETIC, HELD)
        ]
        row = task(fairness(tables[0], tables[1], holdout=tables[2]))
        assert row.unlabelled == 60 + 70 + 50
        assert (row.trained_real, row.tested) == (540, 450)

    def test_labels_that_no_real_person_has(self):
        broken = SYNTHETIC.assign(y=SYNTHETIC["y"].where(SYNTHETIC["hours"] < 50, "perhaps"))
        found = fairness(REAL, broken, holdout=HELD)
        assert "No real row has the label 'perhaps'" in task(found).remark
        assert task(found).kind == "binary"
        assert group_row(found).change.high < 0

    def test_fewer_synthetic_rows(self):
        found = fairness(REAL, SYNTHETIC.iloc[:100], holdout=HELD)
        assert task(found).trained_synthetic == 100
        assert "100 rows to train on and the real one 600" in task(found).remark


class TestLeaks:
    def test_a_copy_of_the_target(self):
        tables = [
            t.assign(paid=t["y"].map({"yes": "1", "no": "0"})) for t in (REAL, SYNTHETIC, HELD)
        ]
        found = fairness(tables[0], tables[1], holdout=tables[2])
        assert task(found).leaks == "paid"
        assert "paid tells the target almost alone" in task(found).remark
        without = fairness(tables[0], tables[1], holdout=tables[2], exclude="paid")
        assert task(without).leaks == ""

    def test_none(self):
        assert task(FOUND()).leaks == ""

    def test_a_rare_label_makes_no_leak(self):
        """Whatever says "no" to all is right of 399 in 400; it tells nothing."""
        tables = [
            t.assign(y=np.where(t.index % 400 == 7, "yes", "no")) for t in (REAL, SYNTHETIC, HELD)
        ]
        assert task(fairness(tables[0], tables[1], holdout=tables[2])).leaks == ""

    def test_of_a_number(self):
        tables = [t.assign(y=t["hours"] * 3 + 1) for t in (REAL, SYNTHETIC, HELD)]
        assert task(fairness(tables[0], tables[1], holdout=tables[2])).leaks == "hours"


class TestPositiveLabel:
    @pytest.mark.parametrize(
        ("labels", "positive", "how"),
        [
            (["no", "yes"], "yes", "by its name"),
            (["<=50K", ">50K"], ">50K", "by its name"),
            (["0", "1"], "1", "by its name"),
            (["FALSE", "TRUE"], "true", "by its name"),
            (["many", "rare"], "rare", "the rarer"),
        ],
    )
    def test_of_two(self, labels, positive, how):
        tables = [
            t.assign(y=np.where(t.index % 3 == 0, labels[1], labels[0])) for t in (REAL, SYNTHETIC)
        ]
        row = task(fairness(*tables))
        assert row.positive == positive
        assert how in row.remark

    def test_as_written_otherwise(self):
        tables = [t.assign(y=t["y"] == "yes") for t in (REAL, SYNTHETIC)]
        for written in ("True", "true", "TRUE", True):
            assert task(fairness(*tables, positive=written)).positive == "true"

    def test_as_named(self):
        row = task(fairness(REAL, SYNTHETIC, positive="no"))
        assert row.positive == "no"
        assert "positive label" not in row.remark


def test_a_saved_audit_is_read_back_as_it_was_to_the_last_tuple(tmp_path):
    import pickle

    from audits.demo import audit_sample

    audit = audit_sample("good", ask=["fairness"], target="insured")
    again = audits.load(audit.save(tmp_path / "audit.json"))
    for name, rows in audit["fairness"].tables.items():
        assert [type(row) for row in again["fairness"].tables[name]] == [type(r) for r in rows]
        assert repr(again["fairness"].tables[name]) == repr(rows)
    assert audit["fairness"].tables["slices"]
    assert pickle.loads(pickle.dumps(audit)) == audit
