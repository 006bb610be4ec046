"""Mixtures of real and synthetic rows, and mitigations: planted harm is found, and no other."""

import math

import numpy as np
import pandas as pd
import pytest

import audits
from audits.data.task import Task
from audits.formulas.reweighing import reweighing
from audits.formulas.worst import worst_beside_null
from audits.questions.fairness_mixes import ladder
from audits.settings import Settings

QUICK = Settings().having(fairness_rounds=3)


def people(rows, seed, *, refused=""):
    """Two groups and a label that hours tell; in one group nobody may have it."""
    rng = np.random.default_rng(seed)
    group = rng.choice(["ash", "birch"], p=[0.7, 0.3], size=rows)
    hours = rng.normal(30, 8, rows).round(1)
    label = hours + rng.normal(0, 3, rows) > 30
    label &= group != refused
    degree = rng.choice(list("abc"), size=rows)
    return pd.DataFrame(
        {"group": group, "hours": hours, "degree": degree, "y": np.where(label, "yes", "no")}
    )


def asked(real, made, held, **options):
    return audits.fairness(
        real, made, target="y", sensitive_features="group", holdout=held, settings=QUICK, **options
    )


@pytest.fixture(scope="module")
def planted():
    real, held = people(800, 1), people(1500, 2)
    return asked(real, people(2400, 3, refused="birch"), held)


@pytest.fixture(scope="module")
def harmless():
    return asked(people(800, 1), people(2400, 3), people(1500, 2))


def turnings(audit, group, metric="accuracy"):
    (row,) = [
        r for r in audit["fairness"].tables["turning"]
        if dict(r.group).get("group") == group and r.metric == metric
    ]  # fmt: skip
    return row


class TestMixtures:
    def test_steps_end_where_rows_do(self):
        assert ladder(1000, 400, 3.0) == (250, 400)
        assert ladder(1000, 10_000, 3.0) == (250, 500, 1000, 2000, 3000)
        assert ladder(1000, 1, 3.0) == (1,)

    def test_planted_harm_begins_somewhere_and_goes_on(self, planted):
        row = turnings(planted, "birch")
        assert row.times <= 1
        assert row.change.high < 0
        assert row.p < 0.05
        (finding, *_) = planted.about("fairness", {"group": "birch"})
        assert finding.verdict is audits.Verdict.PROBLEM

    def test_without_harm_nothing_turns(self, harmless):
        assert all(math.isnan(r.times) for r in harmless["fairness"].tables["turning"])

    def test_whom_nobody_harmed_is_not_accused(self, planted):
        for finding in planted.about("fairness", {"group": "ash"}):
            assert "synthetic rows per real row" not in finding.because
        assert math.isnan(turnings(planted, "ash", "true positive rate").times)

    def test_turnings_are_rare_where_tables_are_of_one_law(self):
        turned = []
        for seed in range(5):
            audit = asked(*(people(400, 10 * seed + i) for i in (1, 2, 3)))
            turned.append(any(not math.isnan(r.times) for r in audit["fairness"].tables["turning"]))
        assert sum(turned) <= 1

    def test_the_first_step_is_the_model_of_real_rows(self, planted):
        tables = planted["fairness"].tables
        (none,) = [r for r in tables["mixes"]
                   if r.times == 0 and not r.group and r.metric == "accuracy"]  # fmt: skip
        (real,) = [r for r in tables["changes"]
                   if not r.group and r.metric == "accuracy"]  # fmt: skip
        assert none.of == real.of == 1500
        assert none.value.value == pytest.approx(real.real)
        assert none.change.value == 0

    def test_other_targets_have_other_metrics(self):
        tables = [people(400, seed) for seed in (1, 2, 3)]
        for target, metrics in (("hours", {"mean absolute error"}), ("degree", {"accuracy"})):
            audit = audits.fairness(
                *tables[:2], holdout=tables[2], target=target, sensitive_features="group",
                settings=QUICK,
            )  # fmt: skip
            assert {r.metric for r in audit["fairness"].tables["mixes"]} == metrics
            assert audit["fairness"].tables["mitigations"] == ()

    def test_worst_of_equal_groups_looks_worse_than_they_are(self):
        of = np.full(10, 30)
        found = worst_beside_null(np.full(10, 24), of, draws=999, rng=np.random.default_rng(1))
        assert found.expected < 0.72
        assert found.p > 0.5


class TestMitigations:
    def test_weights_by_hand(self):
        # ten people: group 0 has 3 of 6 with the label, group 1 has 1 of 4
        group = np.array([0] * 6 + [1] * 4)
        label = np.array([1, 1, 1, 0, 0, 0, 1, 0, 0, 0], dtype=bool)
        weight = reweighing(label, group)
        assert weight[:6].tolist() == pytest.approx([0.8] * 3 + [1.2] * 3)
        assert weight[6:].tolist() == pytest.approx([1.6] + [0.8] * 3)
        for one in (0, 1):
            mine = group == one
            assert weight[mine & label].sum() / weight[mine].sum() == pytest.approx(0.4)

    def test_only_where_asked_and_for_every_group(self, harmless):
        rows = harmless["fairness"].tables["mitigations"]
        assert {r.method for r in rows} == {"reweighing", "thresholds", "constrained training"}
        assert {r.group for r in rows} == {(), (("group", "ash"),), (("group", "birch"),)}
        (rested,) = {r.rests_on for r in rows if dict(r.group).get("group") == "birch"}
        assert 150 < rested < 350
        real, made, held = people(300, 1), people(300, 2), people(300, 3)
        audit = audits.compare(
            real, made, sensitive_features="group", holdout=held, target=Task("y"),
            ask=["fairness"], settings=QUICK,
        )  # fmt: skip
        assert audit["fairness"].tables["mitigations"] == ()

    def test_missing_values_are_a_group_and_a_model_without_scores_has_no_thresholds(
        self, tmp_path, monkeypatch
    ):
        (tmp_path / "unscored.py").write_text(
            "from sklearn.svm import LinearSVC\n\n\ndef made():\n    return LinearSVC()\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        tables = [people(900, seed) for seed in (1, 2, 3)]
        for table in tables:
            table.loc[table.index % 3 == 0, "group"] = None
        audit = asked(*tables, model="unscored:made")
        rows = audit["fairness"].tables["mitigations"]
        assert "thresholds" not in {r.method for r in rows}
        assert (("group", "missing"),) in {r.group for r in rows}
        assert asked(*tables, model="unscored:made")["fairness"].to_dict() == (
            audit["fairness"].to_dict()
        )

    def test_thresholds_bring_rates_together(self):
        """One group has the label seldom: the model finds fewer of those in it who have it."""
        tables = []
        for seed in (1, 2, 3):
            rng = np.random.default_rng(seed + 100)
            table = people(2500, seed)
            seldom = (table["group"] == "birch") & (rng.random(len(table)) < 0.7)
            table["hours"] = rng.normal(30, 8, len(table)).round(1)
            noisy = table["hours"] + rng.normal(0, 8, len(table)) > 30
            table["y"] = np.where(noisy & ~seldom, "yes", "no")
            tables.append(table)
        rows = asked(*tables)["fairness"].tables["mitigations"]
        (row,) = [r for r in rows if r.method == "thresholds" and r.metric == "true positive rate"
                  and dict(r.group).get("group") == "birch"]  # fmt: skip
        assert row.apart_before.value < -0.15
        assert abs(row.apart_after.value) < abs(row.apart_before.value) / 2


def test_filters_of_warnings_are_put_back_whoever_leaves_last():
    """As two rounds do that are trained side by side."""
    import threading
    import warnings

    from audits.learners.quiet import no_warnings

    before = list(warnings.filters)
    inside, leave = threading.Event(), threading.Event()

    def other():
        with no_warnings():
            inside.set()
            leave.wait(5)

    with no_warnings():
        thread = threading.Thread(target=other)
        thread.start()
        inside.wait(5)
    assert warnings.filters[0][0] == "ignore"
    leave.set()
    thread.join()
    assert list(warnings.filters) == before


def test_a_longer_synthetic_table_gives_later_rounds_no_advantage():
    from types import SimpleNamespace

    from audits.questions.fairness_train import rows_of

    drawn = SimpleNamespace(trained=(100, 100), real=range(100), synthetic=range(300))
    for turn in range(4):
        rows = rows_of(drawn, "synthetic", turn, 7)
        assert len(rows) == 100
        assert rows.max() < 100
    assert len(np.unique(rows)) < 80


def test_where_all_tested_have_one_label_no_column_leaks():
    rng = np.random.default_rng(5)
    tables = [people(400, seed) for seed in (1, 2, 3)]
    for table, share in zip(tables, (0.05, 0.05, 0.0), strict=True):
        table["y"] = np.where(rng.random(len(table)) < share, "yes", "no")
    [task] = asked(*tables)["fairness"].tables["task"]
    assert task.leaks == ""


@pytest.mark.parametrize("apart", [0, 400], ids=["rounds alone", "people mostly"])
def test_tails_are_those_of_the_few_rounds_that_a_gap_rests_on(apart):
    """Far larger than a normal tail where rounds are all there is, nearly it where people are."""
    from scipy.special import ndtr

    from audits.questions.fairness_families import _tail
    from audits.questions.fairness_rows import ChangeRow

    row = ChangeRow(
        (), metric="accuracy", label="", of=1000, only_synthetic=apart, only_real=apart,
        real=0.8, synthetic=0.7, change=audits.Estimate.unknown(),
        beyond=audits.Estimate.unknown(), mcnemar_p=0.1, rounds=5,
    )  # fmt: skip
    half = 1.96 * np.sqrt(800) / 1000 * 1.02
    value = 4.75 / 1.96 * half
    (p,) = _tail(np.array([value]), np.array([value - half]), [row], 0.95)
    times = p / float(ndtr(-4.75))
    assert 0.5 < times < 20 if apart else times > 100
