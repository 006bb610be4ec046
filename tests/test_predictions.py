"""Predictions of a model trained elsewhere: read, counted, refused where they cannot be."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import (
    MetricFrame,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from sklearn.metrics import accuracy_score, balanced_accuracy_score, precision_score
from typer.testing import CliRunner

import audits
from audits.alone import Reading
from audits.cli import app
from audits.disclosure import protected
from audits.errors import AuditError, InputError, UsageError
from audits.predictions import audit_predictions
from audits.results import Verdict
from audits.settings import Settings

# the eighteen people of fairlearn's user guide, "Performing a fairness assessment"
GUIDE = pd.DataFrame(
    {
        "y_true": [0, 1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1],
        "y_pred": [0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0],
        "people": list("bbabbcccaacabccbcc"),
    }
)
RATES = {
    "accuracy": accuracy_score,
    "balanced accuracy": balanced_accuracy_score,
    "selection rate": selection_rate,
    "true positive rate": true_positive_rate,
    "false positive rate": false_positive_rate,
    "precision": precision_score,
}


def audit(table, *, sensitive="race", settings=None, reading=None, **columns) -> audits.Audit:
    given = {"sensitive_features": sensitive, "settings": settings or Settings()}
    return audit_predictions(table, Reading(**given | (reading or {})), **columns)


def rates_of(found: audits.Audit, **group: str) -> dict[str, audits.Row]:
    """The rates of a group by metric (and label)."""
    wanted = tuple(sorted(group.items()))
    rows = found["fairness"].tables["rates"]
    return {f"{r.metric} {r.label}".strip(): r for r in rows if r.group == wanted}


def task_of(found: audits.Audit):
    (task,) = found["fairness"].tables["task"]
    return task


def people(rows: int = 600, seed: int = 0) -> pd.DataFrame:
    """A model that is right four times in five, and gives scores."""
    rng = np.random.default_rng(seed)
    truth = rng.random(rows) < 0.4
    score = np.clip(0.3 + 0.4 * truth + rng.normal(0, 0.2, rows), 0, 1).round(3)
    return pd.DataFrame(
        {
            "y_true": np.where(truth, "yes", "no"),
            "y_pred": np.where(score >= 0.5, "yes", "no"),
            "score": score,
            "race": rng.choice(["ash", "birch", "cedar"], rows, p=[0.6, 0.3, 0.1]),
            "sex": rng.choice(["f", "m"], rows),
            "town": rng.choice(list("uvw"), rows),
        }
    )


class TestGuide:
    FOUND = audit(GUIDE, sensitive="people", positive="1")

    @pytest.mark.parametrize(
        ("group", "true", "false", "selected", "count"),
        [
            ("a", 0.5, 1.0, 0.75, 4),
            ("b", 0.6, 0.0, 0.5, 6),
            ("c", 0.4, 0.666667, 0.5, 8),
        ],
    )
    def test_groups(self, group, true, false, selected, count):
        rates = rates_of(self.FOUND, people=group)
        assert rates["true positive rate"].value.value == pytest.approx(true, abs=1e-6)
        assert rates["false positive rate"].value.value == pytest.approx(false, abs=1e-6)
        assert rates["selection rate"].value.value == pytest.approx(selected, abs=1e-6)
        assert rates["selection rate"].of == count

    def test_overall(self):
        rates = rates_of(self.FOUND)
        assert rates["true positive rate"].value.value == 0.5
        assert rates["false positive rate"].value.value == pytest.approx(0.666667, abs=1e-6)
        assert rates["selection rate"].value.value == pytest.approx(0.555556, abs=1e-6)

    @pytest.mark.parametrize(
        ("metric", "form", "value"),
        [
            ("demographic parity", "difference", 0.25),
            ("demographic parity", "ratio", 0.5 / 0.75),
            ("equalized odds", "difference", 1.0),
            ("equalized odds", "ratio", 0.0),
        ],
    )
    def test_widest_gaps(self, metric, form, value):
        # ten times the guide's people: rates are the same, and rest on enough of them
        found = audit(pd.concat([GUIDE] * 10), sensitive="people", positive="1")
        rows = found["fairness"].tables["disparities"]
        (row,) = [r for r in rows if (r.metric, r.form) == (metric, form)]
        assert row.value == pytest.approx(value)
        assert (row.model, row.groups, row.left_out) == ("given", 3, 0)

    @pytest.mark.parametrize(
        ("metric", "difference", "ratio"),
        [
            ("true positive rate", 0.2, 0.666667),
            ("false positive rate", 1.0, 0.0),
            ("selection rate", 0.25, 0.666667),
        ],
    )
    def test_gaps_of_each_rate(self, metric, difference, ratio):
        rates = [rates_of(self.FOUND, people=one)[metric].value.value for one in "abc"]
        assert max(rates) - min(rates) == pytest.approx(difference)
        assert min(rates) / max(rates) == pytest.approx(ratio, abs=1e-6)

    def test_each_against_everyone_else(self):
        rate = rates_of(self.FOUND, people="a")["selection rate"]
        assert rate.rest.value == pytest.approx(7 / 14)
        assert rate.apart.value == pytest.approx(0.25)

    def test_what_was_audited(self):
        task = task_of(self.FOUND)
        assert (task.target, task.kind, task.positive, task.tested) == ("y_true", "binary", "1", 18)
        assert task.tested_on == task.learner == "given predictions"
        assert "calibration is not measured" in task.remark
        assert [record.role for record in self.FOUND.inputs] == ["predictions"]
        uses = {column.name: column.use for column in self.FOUND.columns}
        assert uses == {"people": "sensitive", "y_pred": "prediction", "y_true": "true label"}
        assert {row.model for row in self.FOUND["fairness"].tables["rates"]} == {"given"}

    def test_the_row_of_a_group(self):
        row = next(r for r in self.FOUND["fairness"].rows if r.group == (("people", "a"),))
        assert (row.tested, row.positives, row.real, row.metric) == (4, 2, 0, "accuracy")
        assert row.by_synthetic.value == 0.25
        assert not row.by_real.known
        assert not row.change.known

    def test_saved_and_read_again(self, tmp_path):
        self.FOUND.save(tmp_path / "audit.json")
        assert audits.load(tmp_path / "audit.json") == self.FOUND


class TestAgainstFairlearn:
    @pytest.mark.parametrize("seed", [1, 2])
    def test_every_rate_of_every_group(self, seed):
        table = people(3000, seed)
        table.loc[::50, "race"] = None
        found = audit(table, sensitive=["race", "sex"], positive="yes")
        truth, said = ((table[name] == "yes").astype(int) for name in ("y_true", "y_pred"))
        groups = table[["race", "sex"]].fillna("missing")
        for by in (["race"], ["sex"], ["race", "sex"]):
            frame = MetricFrame(
                metrics=RATES, y_true=truth, y_pred=said, sensitive_features=groups[by]
            )
            for values, row in frame.by_group.iterrows():
                names = values if isinstance(values, tuple) else (values,)
                rates = rates_of(found, **dict(zip(by, names, strict=True)))
                for metric in RATES:
                    assert rates[metric].value.value == pytest.approx(row[metric]), metric


class TestScores:
    def test_labels_from_scores(self):
        table = people()
        both, alone = audit(table), audit(table.drop(columns="y_pred"))
        assert "is predicted where the score is at least 0.5" in task_of(alone).remark
        for metric, rate in rates_of(both).items():
            assert rates_of(alone)[metric].value.value == pytest.approx(rate.value.value)

    def test_the_threshold_itself_is_positive(self):
        table = GUIDE.drop(columns="y_pred").assign(
            score=[0.5, 0.4999999, 0.5000001, *[0.1, 0.9] * 7, 0.2]
        )
        assert (
            rates_of(audit(table, sensitive="people", positive="1"))["selection rate"].hits == 2 + 7
        )

    def test_calibration(self):
        table = people()
        rate = rates_of(audit(table), race="ash")["calibration"]
        own = table[table["race"] == "ash"]
        gap = (own["score"] - (own["y_true"] == "yes")).mean()
        assert rate.value.value == pytest.approx(gap)
        assert rate.hits == -1

    def test_scores_are_of_the_positive_label(self):
        table = people()
        other = audit(table.drop(columns="y_pred"), positive="no")
        assert rates_of(other)["accuracy"].value.value < 0.3  # the scores tell of the other label


class TestOtherTargets:
    def test_numbers(self):
        rng = np.random.default_rng(1)
        table = people()[["race"]].assign(y_true=rng.normal(30, 8, 600).round(1))
        table["y_pred"] = table["y_true"] + np.where(table["race"] == "ash", 1.0, -2.0)
        found = audit(table)
        assert task_of(found).kind == "numeric"
        ash, birch = (rates_of(found, race=one) for one in ("ash", "birch"))
        assert ash["mean absolute error"].value.value == pytest.approx(1)
        assert birch["bias"].value.value == pytest.approx(-2)
        assert ash["bias"].apart.value == pytest.approx(3)

    def test_several_classes(self):
        rng = np.random.default_rng(1)
        truth = rng.choice(["low", "mid", "high"], 600)
        said = np.where(rng.random(600) < 0.7, truth, "mid")
        table = people()[["race"]].assign(y_true=truth, y_pred=said)
        rates = rates_of(audit(table))
        assert rates["accuracy"].value.value == pytest.approx((truth == said).mean())
        assert rates["selection rate mid"].value.value == pytest.approx((said == "mid").mean())
        assert rates["true positive rate low"].of == (truth == "low").sum()

    def test_one_label_against_the_others(self):
        rng = np.random.default_rng(1)
        truth = rng.choice(["low", "mid", "high"], 600)
        table = people()[["race"]].assign(y_true=truth, y_pred=truth[::-1])
        found = audit(table, positive="low")
        assert task_of(found).classes == "other than low, low"
        hits = ((truth == "low") == (truth[::-1] == "low")).mean()
        assert rates_of(found)["accuracy"].value.value == pytest.approx(hits)


class TestWhatIsSaid:
    def test_missing_predictions_are_left_out_and_counted(self):
        table = people()
        table.loc[[1, 2], "y_pred"] = None
        table.loc[[2, 3], "y_true"] = None
        table.loc[[9], "score"] = np.nan
        found = audit(table)
        assert (task_of(found).tested, task_of(found).unlabelled) == (596, 4)

    def test_labels_that_are_never_true(self):
        table = people().drop(columns="score")
        table.loc[:4, "y_pred"] = "unsure"
        found = audit(table)
        assert "Labels are predicted that are never true: 'unsure'" in task_of(found).remark
        assert task_of(found).kind == "multiclass"
        right = (table["y_true"] == table["y_pred"]).mean()
        assert rates_of(found)["accuracy"].value.value == pytest.approx(right)

    def test_labels_that_are_never_true_beside_a_named_one(self):
        table = people()
        table.loc[:4, "y_pred"] = "unsure"
        found = audit(table, positive="yes")
        assert task_of(found).classes == "other than yes, yes"
        rate = rates_of(found)["selection rate"]
        assert rate.hits == (table["y_pred"] == "yes").sum()

    def test_constant_predictions(self):
        found = audit(people().assign(y_pred="no").drop(columns="score"))
        assert "One thing is predicted for all." in task_of(found).remark
        assert {row.state for row in found["fairness"].rows} == {"one prediction for all"}
        rates = rates_of(found, race="ash")
        assert rates["true positive rate"].value.value == 0
        assert not rates["precision"].value.known  # of nobody

    def test_a_group_of_one_class(self):
        table = people()
        table.loc[table["race"] == "cedar", "y_true"] = "no"
        found = audit(table)
        (row,) = [r for r in found["fairness"].rows if r.group == (("race", "cedar"),)]
        assert row.state == "one class only"
        rate = rates_of(found, race="cedar")["true positive rate"]
        assert rate.of == 0
        assert not rate.value.known
        assert math.isnan(rate.apart_p)

    def test_more_rows_than_are_looked_at(self):
        found = audit(people(), settings=Settings(fairness_rows=300))
        assert task_of(found).tested == 300
        assert "Of 600 rows, 300 were drawn" in task_of(found).remark

    def test_the_positive_label_that_was_taken(self):
        assert "'yes' was taken by its name" in task_of(audit(people())).remark


class TestFindings:
    def test_a_group_that_is_never_found(self):
        table = people(2000)
        table.loc[table["race"] == "birch", "y_pred"] = "no"
        (found,) = audit(table).about(group={"race": "birch"})
        assert found.verdict is Verdict.PROBLEM
        assert "the model" in found.because
        assert "synthetic" not in found.because
        assert "real rows" not in found.because

    def test_harm_outside_the_groups_that_were_named(self):
        table = people(2000)
        table.loc[table["town"] == "u", "y_pred"] = "no"
        slices = audit(table)["fairness"].tables["slices"]
        assert (("town", "u"),) in {row.pattern for row in slices}
        for row in slices:  # of one model, what another does is not known
            assert row.synthetic.known
            assert not row.real.known
            assert not {"y_true", "y_pred", "score"} & {column for column, _ in row.pattern}

    def test_groups_that_are_served_alike(self):
        found = audit(people(6000, seed=3))
        assert not found.problems
        assert found.counts["watch"] == 0

    def test_a_group_of_nobody_known(self):
        table = people(2000)
        table.loc[::2, "race"] = None
        found = audit(table)
        assert rates_of(found, race="missing")["accuracy"].of == 1000
        assert not found.about(group={"race": "missing"})


class TestHandedOver:
    def test_small_groups_are_hidden(self):
        table = people()
        table.loc[:3, "race"] = "elm"
        shown = protected(audit(table, sensitive=["race", "sex"]), 11)
        assert (("race", "elm"),) in shown.hidden
        groups = {row.group for row in shown["fairness"].tables["rates"]}
        assert (("race", "elm"),) not in groups
        assert (("race", "ash"),) in groups

    def test_a_report_of_predictions(self, tmp_path):
        audit(people(), sensitive=["race", "sex"]).save(tmp_path / "audit.html")
        text = (tmp_path / "audit.html").read_text(encoding="utf-8")
        assert "given predictions" in text
        assert "hidden" in text


class TestReading:
    def test_files_of_any_kind_and_rows_in_any_order(self, tmp_path):
        table = people()
        table.to_csv(tmp_path / "p.csv", index=False)
        table.to_parquet(tmp_path / "p.parquet")
        whole = audit(table)["fairness"]
        for given in (tmp_path / "p.csv", tmp_path / "p.parquet", table.sample(frac=1)):
            assert audit(given)["fairness"] == whole

    def test_names_of_ones_own(self):
        table = people().rename(columns={"y_true": "paid", "y_pred": "guess", "score": "odds"})
        found = audit(table, y_true="paid", y_pred="guess", score="odds")
        assert found["fairness"].tables["groups"] == audit(people())["fairness"].tables["groups"]

    def test_columns_that_describe_people_are_kept(self):
        names = {c.name: c.use for c in audit(people()).columns}
        assert names["town"] == "compared"
        found = audit(people(), reading={"features": ["town"]})
        assert {c.name: c.use for c in found.columns}["sex"] == "left out"


class TestBadInput:
    @pytest.mark.parametrize(
        ("drop", "said"),
        [
            (["y_true"], "no column 'y_true'"),
            (["y_pred", "score"], "neither a column y_pred nor a column score"),
            (["race"], "no column 'race'"),
        ],
    )
    def test_a_column_is_not_there(self, drop, said):
        with pytest.raises(UsageError, match=said):
            audit(people().drop(columns=drop))

    @pytest.mark.parametrize(
        ("columns", "said"),
        [
            ({"y_pred": "gess"}, "no column 'gess'"),
            ({"y_pred": "y_true"}, "named for two things"),
            ({"y_true": "race"}, "target and a sensitive feature"),
            ({"positive": "maybe"}, "'maybe'"),
        ],
    )
    def test_a_column_is_another(self, columns, said):
        with pytest.raises(UsageError, match=said):
            audit(people(), **columns)

    @pytest.mark.parametrize("score", [1.5, -0.1, 80])
    def test_scores_outside(self, score):
        table = people()
        table.loc[0, "score"] = score
        with pytest.raises(InputError, match="a score is a probability, from 0 to 1"):
            audit(table)

    def test_scores_that_are_words(self, tmp_path):
        table = people().astype({"score": str})
        table.loc[2, "score"] = "high"
        table.to_csv(tmp_path / "p.csv", index=False)
        with pytest.raises(InputError, match=r"line 4.*'high', which is no prediction"):
            audit(tmp_path / "p.csv")

    def test_scores_in_the_place_of_labels(self):
        table = people().rename(columns={"y_pred": "said"})
        with pytest.raises(InputError, match="look like scores"):
            audit(table, y_pred="score")

    def test_a_score_of_several_classes(self):
        table = people().assign(y_true=["a", "b", "c"] * 200).drop(columns="y_pred")
        with pytest.raises(UsageError, match="a score of one label"):
            audit(table)

    def test_a_score_of_a_number(self):
        table = people().assign(y_true=np.arange(600) % 90 + 0.5).drop(columns="y_pred")
        with pytest.raises(UsageError, match="Name the column of predicted numbers"):
            audit(table)

    def test_words_for_numbers(self):
        table = people().assign(y_true=np.arange(600) % 90 + 0.5)
        with pytest.raises(InputError, match="which is no prediction of a number"):
            audit(table)

    def test_nothing_was_to_be_predicted(self):
        with pytest.raises(AuditError, match="y_true"):
            audit(people().assign(y_true="yes"))

    def test_nothing_was_predicted(self):
        table = people().drop(columns="score").assign(y_pred=None)
        with pytest.raises(InputError, match="holds no prediction"):
            audit(table)

    def test_too_few(self):
        with pytest.raises(InputError, match="at least 10 are needed"):
            audit(GUIDE[:9], sensitive="people", positive="1")

    def test_empty(self, tmp_path):
        (tmp_path / "p.csv").write_text("y_true,y_pred,race\n")
        with pytest.raises(InputError, match="has a header and no rows"):
            audit(tmp_path / "p.csv")


class TestThroughTheFront:
    def test_from_python(self):
        found = audits.fairness(predictions=people(), sensitive_features=["race", "sex"])
        assert found == audit(people(), sensitive=["race", "sex"])

    def test_from_the_command_line(self, tmp_path):
        people().to_csv(tmp_path / "p.csv", index=False)
        said = ["fairness", "--predictions", str(tmp_path / "p.csv"), "--positive", "yes"]
        more = ["--sensitive-features", "race", "--output", str(tmp_path / "a.json")]
        done = CliRunner().invoke(app, [*said, *more])
        assert done.exit_code == 0, done.output
        assert "predictions: p.csv, 600 rows of 6 columns" in done.output
        assert "true label: y_true" in done.output
        found = audits.load(tmp_path / "a.json")
        assert found["fairness"] == audit(people(), positive="yes")["fairness"]

    def test_from_a_file_of_options(self, tmp_path):
        people().rename(columns={"y_true": "paid"}).to_csv(tmp_path / "p.csv", index=False)
        (tmp_path / "c.toml").write_text(
            'predictions = "p.csv"\ny_true = "paid"\nsensitive_features = ["race"]\n'
        )
        done = CliRunner().invoke(app, ["fairness", "--config", str(tmp_path / "c.toml")])
        assert done.exit_code == 0, done.output

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"real": GUIDE}, "real is given, and predictions are audited by themselves"),
            ({"target": "y_true"}, "target is given"),
            ({"annotations": GUIDE}, "annotations is given"),
            ({"holdout": GUIDE}, "holdout is given"),
        ],
    )
    def test_what_would_be_passed_over_is_refused(self, given, said):
        with pytest.raises(UsageError, match=said):
            audits.fairness(predictions=people(), sensitive_features="race", **given)

    def test_columns_of_predictions_need_predictions(self):
        with pytest.raises(UsageError, match="score is said of predictions, and none are given"):
            audits.fairness(GUIDE, GUIDE, target="y_true", sensitive_features="people", score="s")

    def test_nothing_is_given(self):
        with pytest.raises(UsageError, match="two tables and a target are needed, or predictions"):
            audits.fairness(sensitive_features="race")


@pytest.mark.real_data
def test_compas(real_data):
    """The counts that DivExplorer's authors print: high risk, as a prediction of recidivism."""
    path = real_data / "compas" / "compas-scores-two-years.csv.gz"
    table = pd.read_csv(path)
    table = table[
        table["days_b_screening_arrest"].between(-30, 30)
        & (table["is_recid"] != -1)
        & (table["c_charge_degree"] != "O")
        & (table["score_text"] != "N/A")
    ]
    given = table[["race", "sex", "age_cat", "c_charge_degree"]].assign(
        y_true=table["two_year_recid"], y_pred=(table["score_text"] == "High").astype(int)
    )
    found = audit(given, sensitive=["race", "sex"], positive="1")
    rates = rates_of(found)
    assert task_of(found).tested == 6172
    assert rates["accuracy"].value.value == pytest.approx(0.633992, abs=1e-6)
    false, true = rates["false positive rate"], rates["true positive rate"]
    assert (false.hits, false.of, true.hits, true.of) == (297, 297 + 3066, 847, 847 + 1962)
    black = rates_of(found, race="African-American")["false positive rate"]
    assert black.apart.low > 0.05  # far more often held for dangerous without cause
