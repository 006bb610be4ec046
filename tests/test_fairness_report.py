"""Fairness in reports: its tables, its pictures, and no small count that could be computed."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
import rows_made
from attacker import key
from scipy.optimize import linprog

import audits
from audits.disclosure import protected
from audits.disclosure_of import fairness_parts
from audits.disclosure_of.fairness_parts import Rules
from audits.disclosure_of.fairness_slices import shown_slices
from audits.estimates import Estimate
from audits.pictures.dots import dots
from audits.pictures.mixing import mixed, mixing
from audits.questions.fairness_rows import (
    ChangeRow,
    FairnessRow,
    MixRow,
    RateRow,
    SliceRow,
    TaskRow,
)
from audits.reports.document import document
from audits.reports.saving import report_bytes
from audits.settings import Settings

UNKNOWN = Estimate.unknown()


def people(rows: int, seed: int, *, classes: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    race = rng.choice(["ash", "birch", "cedar", "rowan"], rows, p=[0.5, 0.3, 0.15, 0.05])
    age = rng.integers(18, 80, rows)
    shift = (race == "birch") * 0.8
    told = rng.normal(age / 30 + shift, 0.6, rows)
    return pd.DataFrame({
        "race": race, "sex": rng.choice(["f", "m"], rows), "age": age.astype(float),
        "job": rng.choice(list("uvw"), rows),
        "paid": np.array(["no", "yes", "much"])[np.digitize(told, [1.9, 3.0][: classes - 1])],
        "hours": np.round(told * 10),
    })  # fmt: skip


@cache
def audit(kind: str, rounds: int = 2, rows: int = 900) -> audits.Audit:
    classes = 3 if kind == "multiclass" else 2
    target, other = ("hours", "paid") if kind == "numeric" else ("paid", "hours")
    real, synthetic, holdout = (
        people(rows, seed, classes=classes).drop(columns=other) for seed in (1, 2, 3)
    )
    return audits.fairness(
        real,
        synthetic,
        holdout=None if kind == "part" else holdout,
        target=target,
        sensitive_features=["race", "sex"],
        mitigate=False,
        settings=Settings().having(fairness_rounds=rounds),
    )


KINDS = ("binary", "part", "multiclass", "numeric")


# -- an attacker -----------------------------------------------------------------------------------

CELLS = ("tp", "fn", "fp", "tn")
SUMS = {
    "true positive rate": (("tp",), ("fn",)),
    "false positive rate": (("fp",), ("tn",)),
    "selection rate": (("tp", "fp"), ("fn", "tn")),
    "accuracy": (("tp", "tn"), ("fn", "fp")),
    "precision": (("tp",), ("fp",)),
}


class RatesAttacker:
    """Somebody who wants the four counts behind a model's rates, in groups of one feature."""

    def __init__(self, document: dict, truth: dict, model: str, feature: str) -> None:
        own = [g for g in truth if len(g) == 1 and g[0][0] == feature]
        self.truth = {g: truth[g] for g in own}
        self.at = {(g, c): i for i, (g, c) in enumerate((g, c) for g in own for c in CELLS)}
        self.equal: list[tuple[np.ndarray, float]] = []
        tables = document["answers"]["fairness"]["tables"]
        for row in tables["rates"]:
            if row["model"] == model and row["metric"] in SUMS:
                counts = (row["hits"], row["of"] - row["hits"])
                for side, n in zip(SUMS[row["metric"]], counts, strict=True):
                    self._learn(key(row["group"]), side, n)
        for row in tables["groups"]:
            if row["tested"] >= 0:
                self._learn(key(row["group"]), CELLS, row["tested"])
            if row["positives"] >= 0:
                self._learn(key(row["group"]), ("tp", "fn"), row["positives"])

    def _learn(self, group, side, n) -> None:
        line = np.zeros(len(self.at))
        for (own, cell), i in self.at.items():
            line[i] = cell in side and group in ((), own)
        if line.any() and not (group and group not in self.truth):
            self.equal.append((line, float(n)))

    def told(self, min_cell: int) -> list:
        found = []
        equal = {"A_eq": np.array([line for line, _ in self.equal]),
                 "b_eq": [n for _, n in self.equal]} if self.equal else {}  # fmt: skip
        for (group, cell), i in self.at.items():
            count = self.truth[group][cell]
            if not 0 < count < min_cell:
                continue
            goal = np.eye(len(self.at))[i]
            ends = [linprog(s * goal, **equal, method="highs") for s in (1, -1)]
            low = ends[0].fun if ends[0].status == 0 else 0.0
            high = -ends[1].fun if ends[1].status == 0 else math.inf
            if high - low < 1 or (low > 1e-6 and high < min_cell):
                found.append((group, cell, count, low, high))
        return found


def cells(made: audits.Audit, model: str) -> dict:
    """The four counts of every group, of the full audit."""
    found: dict = {}
    for row in made["fairness"].tables["rates"]:
        if row.model == model and row.metric in ("true positive rate", "false positive rate"):
            names = ("tp", "fn") if row.metric[0] == "t" else ("fp", "tn")
            counts = (row.hits, row.of - row.hits)
            found.setdefault(row.group, {}).update(zip(names, counts, strict=True))
    return found


def attack(made: audits.Audit, shown: audits.Audit) -> list:
    document_ = json.loads(json.dumps(shown.to_dict()))
    return [
        (model, *one)
        for model in ("real", "synthetic")
        for feature in ("race", "sex")
        for one in RatesAttacker(document_, cells(made, model), model, feature).told(11)
    ]


class TestAttacks:
    @pytest.mark.parametrize(
        ("kind", "rounds", "rows"),
        [("binary", 1, 600), ("binary", 2, 900), ("part", 2, 900), ("part", 1, 3000)],
    )
    def test_no_small_count_of_errors_can_be_computed(self, kind, rounds, rows):
        made = audit(kind, rounds, rows)
        assert attack(made, made)
        assert attack(made, protected(made, 11)) == []

    def test_without_completing_it_can(self, monkeypatch):
        made = audit("part", 1, 3000)
        monkeypatch.setattr(
            fairness_parts,
            "clean_groups",
            lambda parts, hidden, features, min_cell: frozenset(
                group for group, line in parts.items() if not any(0 < n < 5 for n in line)
            ),
        )
        assert attack(made, protected(made, 11))

    @pytest.mark.parametrize("kind", KINDS)
    def test_no_field_that_counts_is_small(self, kind):
        from audits.disclosure_rows import COUNTED

        made = protected(audit(kind), 11)
        looked = 0
        for rows in made["fairness"].tables.values():
            for row in rows:
                for name in COUNTED[type(row)]:
                    assert not 0 < getattr(row, name) < 11, row
                    looked += 1
        assert looked > 20

    @pytest.mark.parametrize("kind", KINDS)
    def test_what_tells_single_people_by_exact_p_values_is_gone(self, kind):
        made = protected(audit(kind, 1), 11)
        for row in made["fairness"].tables["changes"]:
            if isinstance(row, ChangeRow) and row.only_real < 0 and row.metric in SUMS:
                assert math.isnan(row.mcnemar_p)
                assert not row.change.known

    def test_a_widest_gap_is_shown_only_where_all_its_groups_are(self):
        made = protected(audit("part", 2, 3000), 11)
        rates = {
            (row.model, row.metric, row.group)
            for row in made["fairness"].tables["rates"]
            if isinstance(row, RateRow)
        }
        for row in made["fairness"].tables["disparities"]:
            if row.metric == "accuracy":
                own = [g for m, metric, g in rates if m == row.model and metric == "accuracy"
                       and tuple(c for c, _ in g) == tuple(row.features.split(" × "))]  # fmt: skip
                assert len(own) >= row.groups

    def test_a_leak_of_few_rows_without_a_label_is_not_told(self):
        made = audit("binary")
        [task] = made["fairness"].tables["task"]
        answer = made["fairness"]
        tables = {**answer.tables, "task": (replace(task, unlabelled=7),)}
        few = replace(made, answers={"fairness": replace(answer, tables=tables)})
        [shown] = protected(few, 11)["fairness"].tables["task"]
        assert (shown.unlabelled, shown.trained_real) == (-1, -1)

    def test_labels_of_few_people_are_not_named(self):
        made = audit("multiclass")
        [task] = made["fairness"].tables["task"]
        tables = {
            **made["fairness"].tables,
            "task": (replace(task, classes="no, yes, Ruritanian"),),
        }
        rare = replace(made, answers={"fairness": replace(made["fairness"], tables=tables)})
        [shown] = protected(rare, 11)["fairness"].tables["task"]
        assert "Ruritanian" not in shown.classes


# -- slices ----------------------------------------------------------------------------------------


def sliced(support: int, *pattern):
    return rows_made.row(
        SliceRow, (), pattern=tuple(pattern), metric="accuracy", support=support, of=support
    )


def shown_of(*rows, min_cell=11):
    rules = Rules(frozenset(), ["race"], min_cell, {})
    sizes = {(): 500, (("race", "ash"),): 100}
    people_ = frozenset([(("race", "ash"),)])
    return {pattern for pattern, _ in shown_slices(rows, {}, sizes, people_, rules)}


class TestSlices:
    def test_large_ones_are_shown_and_small_ones_are_not(self):
        large, small = sliced(200, ("job", "u")), sliced(8, ("age", "20 to 30"))
        assert shown_of(large, small) == {large.pattern}

    def test_none_within_another(self):
        outer, inner = sliced(200, ("job", "u")), sliced(195, ("age", "old"), ("job", "u"))
        assert shown_of(outer, inner) == {outer.pattern}

    def test_none_that_leaves_few_of_everyone(self):
        first, second = sliced(300, ("job", "u")), sliced(195, ("job", "v"))
        assert shown_of(first, second) == {first.pattern}
        assert shown_of(sliced(495, ("job", "u"))) == set()

    def test_none_whose_errors_are_few(self):
        rules = Rules(frozenset(), ["race"], 11, {})
        row = replace(sliced(200, ("job", "u")), synthetic=Estimate(0.05, 0.0, 0.1))
        for rate, there in ((0.7, True), (0.92, False)):
            whole = {("accuracy", "synthetic"): (rate, 500)}
            found = shown_slices([row], whole, {(): 500}, frozenset(), rules)
            assert bool(found) is there

    def test_of_groups_only_those_that_may_be_known(self):
        known, hidden = sliced(60, ("job", "u"), ("race", "ash")), sliced(60, ("race", "birch"))
        assert shown_of(known, hidden) == {known.pattern}
        assert shown_of(sliced(95, ("job", "u"), ("race", "ash"))) == set()


# -- tables ----------------------------------------------------------------------------------------


def tables_of(made: audits.Audit):
    from audits.reports.document_material import Material
    from audits.reports.document_tables import tables_of_answer

    return {t.caption.split(":")[0]: t for t in tables_of_answer(made["fairness"], Material(made))}


class TestTables:
    @pytest.mark.parametrize("kind", KINDS)
    def test_every_table_of_rates_tells_its_denominators(self, kind):
        tables = tables_of(audit(kind))
        assert len(tables) >= 4
        for table in tables.values():
            heads = {column.name for column in table.columns}
            assert heads & {"Tested", "People", "Real people", "Groups", "Items"}, table.caption

    def test_too_few_people_are_counted_and_called_so(self):
        made = audit("binary")
        answer = made["fairness"]
        rows = tuple(
            replace(row, tested=4) if row.group == (("race", "rowan"),) else row
            for row in answer.rows
        )
        few = replace(answer, rows=rows, tables={**answer.tables, "groups": rows})
        table = next(iter(tables_of(replace(made, answers={"fairness": few})).values()))
        [line] = [line for line in table.rows if line[0] == "rowan"]
        assert "4" in line
        assert "too few" in line
        assert "too few tested" in line

    def test_a_task_alone_is_a_report(self):
        made = audit("binary")
        answer = made["fairness"]
        alone = dict.fromkeys(answer.tables, ()) | {"task": answer.tables["task"]}
        bare = replace(made, findings=(), answers={
            "fairness": replace(answer, rows=(), tables=alone)})  # fmt: skip
        assert document(bare).sections
        assert b"insured" not in report_bytes(bare, "html", min_cell=0)

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("min_cell", [0, 11])
    def test_no_count_is_written_below_nothing(self, kind, min_cell):
        page = report_bytes(audit(kind), "html", min_cell=min_cell).decode()
        assert ">-1<" not in page, page[page.index(">-1<") - 300 : page.index(">-1<") + 50]
        assert not re.search(r"\bnan\b", page, re.IGNORECASE)


# -- pictures --------------------------------------------------------------------------------------


def mixes(name, values, of=100):
    group = (("race", name),) if name else ()
    steps = ((0.0, 0.0), (1.0, 0.5), (math.inf, 1.0))
    return [
        rows_made.row(
            MixRow, group, times=times, share=share, metric="accuracy", of=of,
            value=Estimate(value, value - 0.05, value + 0.05),
        )
        for (times, share), value in zip(steps, values, strict=True)
    ]  # fmt: skip


class TestPictures:
    def answer(self, *rows):
        made = audit("binary")["fairness"]
        return replace(made, tables={**made.tables, "mixes": tuple(rows)})

    def test_curves_stand_everyone_first_then_who_loses_most(self):
        found = mixed(self.answer(
            *mixes("kept", (0.8, 0.8, 0.79)), *mixes("lost", (0.8, 0.7, 0.5)),
            *mixes("", (0.8, 0.8, 0.8)),
        ))  # fmt: skip
        assert [curve.group for curve in found.curves] == [
            (), (("race", "lost"),), (("race", "kept"),),
        ]  # fmt: skip
        assert "80 % without synthetic rows" in found.alt

    def test_of_too_few_people_no_line_is_drawn(self):
        picture = mixing(self.answer(*mixes("few", (0.8, 0.7, 0.5), of=4)))
        texts = [item.text for item in picture.items if hasattr(item, "text")]
        assert "too few tested (4)" in texts

    def test_without_mixtures_there_is_a_word(self):
        assert mixing(self.answer()).alt.startswith("No mixture")

    def test_given_predictions_are_ranked_by_how_well_groups_are_served(self):
        rows = [
            dataclasses.replace(
                rows_made.fairness_row((("race", name),), UNKNOWN), state="", real=0, synthetic=0,
                by_synthetic=Estimate(value, value - 0.1, value + 0.1),
            )
            for name, value in (("well", 0.9), ("badly", 0.6))
        ]  # fmt: skip
        task = rows_made.row(TaskRow, (), trained_real=0, trained_synthetic=0)
        made = replace(
            self.answer(), rows=tuple(rows), tables={"groups": tuple(rows), "task": (task,)}
        )
        picture = dots(made)
        assert "worst served is badly" in picture.alt
        assert isinstance(rows[0], FairnessRow)


class TestCharts:
    answer = TestPictures.answer

    def test_curves_are_told_apart_by_line_and_word(self):
        from audits.charts.mixing import mixing_figure

        figure = mixing_figure(self.answer(
            *mixes("", (0.8, 0.8, 0.8)), *mixes("<b>lost</b>", (0.8, 0.7, 0.5)),
            *mixes("few", (0.8, 0.7, 0.5), of=4),
        ))  # fmt: skip
        drawn = [trace for trace in figure.data if trace.name != "interval"]
        assert {trace.line.dash for trace in drawn} == {"dash", None}
        names = [note.text for note in figure.layout.annotations]
        assert "<b>everyone</b>  100 tested" in names
        assert any("&lt;b&gt;lost" in name for name in names)
        assert "<b>few</b>  too few tested (4)" in names
        assert figure.layout.meta["alt"].startswith("Accuracy by share")

    def test_without_mixtures_a_chart_says_so(self):
        from audits.charts.mixing import mixing_figure

        [said] = mixing_figure(self.answer()).layout.annotations
        assert said.text == "no mixture to show"
