"""Fairness, from rows made by hand to findings; and how often equal groups are accused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from rows_made import row

import audits
from audits.estimates import Estimate
from audits.formulas.confusion import beside_everyone_else
from audits.formulas.differences import Difference, square_and_add
from audits.formulas.paired import mcnemar_p, over_rounds, paired_share_difference
from audits.needs import needs
from audits.questions import fairness_said as said
from audits.questions.fairness_needs import people_wanted
from audits.questions.fairness_rows import (
    ChangeRow,
    FairnessRow,
    LabelRow,
    RateRow,
    SliceRow,
    TaskRow,
)
from audits.questions.fairness_verdicts import judge
from audits.results import Verdict
from audits.settings import Settings

PROBLEM, WATCH, UNSURE, OK = Verdict
ASH = (("group", "ash"),)
TASK = row(TaskRow, (), target="income", positive=">50K")
UNKNOWN = Estimate.unknown()
TPR, FPR, ACCURACY, SELECTED = (
    "true positive rate", "false positive rate", "accuracy", "selection rate"
)  # fmt: skip


def about(value: float, half: float = 0.02) -> Estimate:
    return Estimate(value, value - half, value + half)


def group(**given) -> FairnessRow:
    usual = {"real": 500, "tested": 400, "metric": ACCURACY, "by_real": about(0.85),
             "by_synthetic": about(0.84), "change": about(-0.01)}  # fmt: skip
    return row(FairnessRow, ASH, **(usual | given))


def change(metric=TPR, moved=-0.2, half=0.02, **given) -> ChangeRow:
    usual = {"of": 300, "only_synthetic": 3, "only_real": 90, "mcnemar_p": 1e-9, "rounds": 5,
             "real": 0.8, "synthetic": 0.8 + moved, "change": about(moved, half)}  # fmt: skip
    if moved > 0:
        usual |= {"only_synthetic": 90, "only_real": 3}
    return row(ChangeRow, ASH, metric=metric, **(usual | given))


def rates(apart=-0.3, real=-0.28, beyond=None, metric=SELECTED, of=300, half=0.02):
    """The gap by either model, and how much wider it is by the synthetic-trained one."""
    usual = {"metric": metric, "of": of, "hits": of // 2, "rest": about(0.5), "apart_p": 1e-9}
    beyond = about(apart - real, 0.03) if beyond is None else beyond
    quiet = {"only_synthetic": 1, "only_real": 1, "mcnemar_p": 1.0}
    return [
        row(RateRow, ASH, model="synthetic", value=about(0.5 + apart), apart=about(apart, half),
            **usual),
        row(RateRow, ASH, model="real", value=about(0.5 + real), apart=about(real, half), **usual),
        change(metric, 0.0, beyond=beyond, of=of, **quiet),
    ]  # fmt: skip


def label(moved=0.2, half=0.02, **given) -> LabelRow:
    usual = {"label": ">50K", "unit": 1.0, "real": 500, "synthetic": 500,
             "real_share": about(0.3), "synthetic_share": about(0.3 + moved),
             "real_apart": about(0.1), "synthetic_apart": about(0.1 + moved),
             "change": about(moved, half), "beyond": about(moved, half), "p": 0.0}  # fmt: skip
    return row(LabelRow, ASH, **(usual | given))


def findings(*rows, settings=None, task=TASK):
    parts = list(rows)
    if not any(isinstance(one, FairnessRow) for one in parts):
        parts.append(group())
    return judge({"all": (*parts, task)}, settings or Settings())


def finding(*rows, **options):
    (only,) = findings(*rows, **options)
    return only


class TestServedWorse:
    @pytest.mark.parametrize(
        ("moved", "half", "expected"),
        [
            (-0.2, 0.02, PROBLEM),
            (-0.12, 0.05, WATCH),
            (-0.07, 0.01, WATCH),
            (-0.07, 0.06, UNSURE),
            (-0.02, 0.01, OK),
            (-0.02, 0.15, UNSURE),
            (0.2, 0.02, OK),  # found more often is no harm
        ],
    )
    def test_losses_of_those_found(self, moved, half, expected):
        assert finding(change(TPR, moved, half)).verdict is expected

    def test_each_rate_has_a_direction(self):
        assert finding(change(FPR, 0.2)).verdict is PROBLEM
        assert finding(change(FPR, -0.2)).verdict is OK
        assert finding(change(ACCURACY, -0.2)).verdict is PROBLEM
        assert finding(change(ACCURACY, 0.2)).verdict is OK

    def test_other_metrics_are_shown_not_judged(self):
        for metric in ("precision", "calibration", "balanced accuracy", SELECTED):
            assert finding(change(metric, -0.4)).verdict is UNSURE

    def test_sentence(self):
        found = finding(change(TPR, -0.12, 0.06, of=310, real=0.54, synthetic=0.42))
        assert found.because == (
            "Ash: a model trained on the synthetic rows finds 12 fewer (6 to 18) of every 100 with "
            "income >50K than one trained on real rows (42 against 54, among 310 people)."
        )
        assert found.evidence["lead_metric"] == TPR
        assert found.evidence["tested"] == 400

    def test_what_a_label_means_is_left_to_the_reader(self):
        because = finding(change(FPR, 0.2)).because
        assert "takes 20 more (18 to 22) of every 100 without income >50K" in because
        assert "harms where income >50K counts against a person" in because

    def test_worst_leads_and_others_follow(self):
        found = finding(change(ACCURACY, -0.12, 0.01), change(TPR, -0.3))
        assert found.because.index("finds 30 fewer") < found.because.index("; it is right about 12")
        assert found.severity == pytest.approx(3.0)

    def test_numbers_are_judged_relative_to_the_error_by_real_rows(self):
        few = {"metric": "mean absolute error", "only_synthetic": -1, "only_real": -1,
               "mcnemar_p": float("nan"), "real": 10.0, "synthetic": 12.5}  # fmt: skip
        numeric = row(TaskRow, (), target="pay")
        worse = change(change=Estimate(2.5, 1.5, 3.5), **few)
        found = finding(worse, group(metric="mean absolute error"), task=numeric)
        assert found.verdict is PROBLEM
        assert "errs on pay by 25 % (15 to 35 %) more" in found.because
        assert "(12.50 against 10.00 on average, among 300 people)" in found.because
        better = change(change=Estimate(-2.5, -3.5, -1.5), **few)
        assert finding(better, group(metric="mean absolute error"), task=numeric).verdict is OK

    def test_few_people_differ_too_little_to_be_sure(self):
        """The interval says more than twelve people can: the exact p value is held against it."""
        few = {"of": 12, "only_synthetic": 0, "only_real": 4, "mcnemar_p": 0.125}
        assert finding(change(TPR, -0.33, 0.02, **few)).verdict is UNSURE

    def test_many_groups_are_one_family(self):
        doubtful = change(TPR, -0.12, 0.069)
        assert finding(doubtful).verdict is WATCH
        others = [
            part
            for i in range(40)
            for name in [(("group", f"g{i}"),)]
            for part in (row(FairnessRow, name, real=500, metric=ACCURACY),
                         row(ChangeRow, name, metric=TPR, of=300, real=0.8, synthetic=0.8,
                             change=about(0.0), only_synthetic=1, only_real=1, mcnemar_p=1.0))
        ]  # fmt: skip
        found = {one.group: one.verdict for one in findings(doubtful, group(), *others)}
        assert found[ASH] is UNSURE


class TestFewPeople:
    @pytest.mark.parametrize(
        ("of", "expected"), [(9, UNSURE), (10, UNSURE), (29, UNSURE), (30, OK)]
    )
    def test_denominators_below_thirty_are_never_in_order(self, of, expected):
        assert finding(change(TPR, 0.0, 0.02, of=of)).verdict is expected

    def test_below_the_fewest_counts_only(self):
        found = finding(change(TPR, -0.9, 0.02, of=9))
        assert found.verdict is UNSURE
        assert "too few people for the change of the true positive rate (9 people)" in found.because

    def test_ten_to_twenty_nine_can_be_bad(self):
        few = {"of": 20, "only_synthetic": 0, "only_real": 16, "mcnemar_p": 3e-5}
        assert finding(change(TPR, -0.8, 0.15, **few)).verdict is PROBLEM

    def test_groups_behind_whom_few_real_rows_stand(self):
        found = finding(change(TPR, 0.0), group(real=30))
        assert found.verdict is UNSURE
        assert "30 real people trained on are too few to find it in order" in found.because
        assert finding(change(TPR, 0.0), group(real=31)).verdict is OK
        assert finding(change(TPR, -0.3), group(real=30)).verdict is PROBLEM

    def test_nothing_known_is_not_enough(self):
        nobody = group(tested=0, by_real=UNKNOWN, by_synthetic=UNKNOWN, change=UNKNOWN,
                       state=said.NOBODY)  # fmt: skip
        found = finding(nobody, change(TPR, of=0, change=UNKNOWN))
        assert found.verdict is UNSURE
        assert "nobody of the group was tested" in found.because

    def test_evidence_holds_no_nan(self):
        found = finding(group(change=UNKNOWN, by_real=UNKNOWN), change(TPR, of=0, change=UNKNOWN))
        for value in found.evidence.values():
            assert not (isinstance(value, float) and np.isnan(value))

    def test_missing_labels_are_not_judged(self):
        assert findings(group(labelled=False), change(TPR, -0.5)) == []


class TestApart:
    def test_inherited_gaps_are_watched_at_the_most(self):
        found = finding(*rates(-0.3, -0.28))
        assert found.verdict is WATCH
        assert "a gap that a model trained on real rows shows, too" in found.because
        assert "says income >50K of 30 fewer (28 to 32) of every 100 than among everyone else" in (
            found.because
        )
        assert "'problem'" not in found.sensitivity

    def test_gaps_that_the_synthetic_rows_make(self):
        found = finding(*rates(-0.3, 0.0))
        assert found.verdict is PROBLEM
        assert "a gap that the synthetic rows made or widened" in found.because

    def test_reversed_gaps_are_made(self):
        assert finding(*rates(-0.3, 0.2)).verdict is PROBLEM

    def test_wider_but_hardly(self):
        """Surely wider by two in a hundred: too little to put it down to the synthesis."""
        assert finding(*rates(-0.3, -0.28, beyond=about(-0.02, 0.005))).verdict is WATCH

    def test_perhaps_wider(self):
        found = finding(*rates(-0.3, -0.1, beyond=about(-0.2, 0.25)))
        assert found.verdict is WATCH
        assert "whether the synthetic rows made that gap is not sure" in found.because

    def test_narrower_gaps_are_not_made(self):
        assert finding(*rates(-0.3, -0.5)).verdict is WATCH

    @pytest.mark.parametrize("metric", [SELECTED, TPR, FPR])
    def test_more_and_less_than_everyone_else_count_alike(self, metric):
        for apart in (-0.3, 0.3):
            assert finding(*rates(apart, 0.0, metric=metric)).verdict is PROBLEM

    def test_more_right_than_everyone_else_is_no_harm(self):
        assert finding(*rates(0.3, 0.0, metric=ACCURACY)).verdict is OK
        assert finding(*rates(-0.3, 0.0, metric=ACCURACY)).verdict is PROBLEM

    def test_small_gaps(self):
        assert finding(*rates(-0.03, 0.0)).verdict is OK
        assert finding(*rates(-0.03, 0.0, half=0.2)).verdict is UNSURE
        assert finding(*rates(-0.03, 0.0, of=29)).verdict is UNSURE

    def test_given_predictions_inherit_nothing(self):
        given = row(RateRow, ASH, model="given", metric=TPR, of=300, value=about(0.2),
                    rest=about(0.5), apart=about(-0.3), apart_p=0.0)  # fmt: skip
        elsewhere = group(real=0, synthetic=0, by_real=UNKNOWN, change=UNKNOWN)
        found = finding(given, elsewhere)
        assert found.verdict is PROBLEM
        assert found.because.startswith("Ash: the model finds 30 fewer")
        assert "synthetic" not in found.because
        quiet = row(RateRow, ASH, model="given", metric=TPR, of=300, value=about(0.5),
                    rest=about(0.5), apart=about(0.0), apart_p=1.0)  # fmt: skip
        assert finding(quiet, elsewhere).verdict is OK
        assert finding(quiet, elsewhere).because == (
            "Ash: no gap to everyone else beyond limits: the model is right about 84 of every 100 "
            "among 400 people tested."
        )


class TestLabels:
    @pytest.mark.parametrize(
        ("moved", "half", "expected"),
        [
            (0.2, 0.02, PROBLEM),
            (-0.2, 0.02, PROBLEM),
            (0.08, 0.02, WATCH),
            (0.02, 0.01, OK),
            (0.02, 0.2, UNSURE),
        ],
    )
    def test_moves_beyond_everyone_else(self, moved, half, expected):
        assert finding(label(moved, half)).verdict is expected

    def test_sentence(self):
        found = finding(label(0.2))
        assert found.attribute == "income"
        assert found.because == (
            "Ash: 50 of every 100 have income >50K in the synthetic table and 30 in the real one "
            "(500 real people and 500 synthetic rows): 20 more (18 to 22) than had they moved like "
            "everyone else, which sharpens a gap to everyone else that the real table has."
        )

    @pytest.mark.parametrize(
        ("own", "beyond", "expected"),
        [
            (0.0, 0.2, OK),  # everyone else moved
            (-0.1, 0.2, OK),  # they moved further the same way
            (0.2, 0.0, OK),  # all moved alike
            (0.2, 0.07, WATCH),
            (0.07, 0.2, WATCH),
            (-0.2, -0.2, PROBLEM),
        ],
    )
    def test_a_group_that_stayed_is_not_accused(self, own, beyond, expected):
        row = label(change=about(own, 0.01), beyond=about(beyond, 0.01))
        assert finding(row).verdict is expected

    def test_numbers_move_in_standard_deviations(self):
        found = finding(label(2.0, 0.1, label="", unit=10.0))
        assert found.verdict is PROBLEM
        assert "up by 0.20 (0.19 to 0.21) standard deviations" in found.because
        assert finding(label(0.2, 0.1, label="", unit=10.0)).verdict is OK

    def test_a_second_finding_beside_the_models(self):
        found = findings(label(0.08), change(TPR, -0.2))
        assert [(one.attribute, one.verdict) for one in found] == [
            (None, PROBLEM), ("income", WATCH)
        ]  # fmt: skip


class TestStates:
    def test_said_and_never_in_order(self):
        for state, words in (
            (said.NOT_SYNTHETIC, "never saw the group, of which the other saw 500 real people"),
            (said.ONE_TAUGHT, "the 100 synthetic rows of the group that the model was trained on"),
            (said.CONSTANT, "can say no other"),
        ):
            found = finding(change(TPR, 0.0), group(state=state))
            assert found.verdict is UNSURE
            assert words in found.because
            assert found.because.endswith(".")
            assert ".;" not in found.because

    def test_said_beside_what_is_bad(self):
        found = finding(change(TPR, -0.3), group(state=said.ONE_TAUGHT))
        assert found.verdict is PROBLEM
        assert "hold one label" in found.because


class TestSlices:
    ALL = row(FairnessRow, (), real=500, tested=400, metric=ACCURACY, by_real=about(0.85),
              by_synthetic=about(0.84), change=about(-0.01))  # fmt: skip

    def everyone(self, *slices):
        found = findings(self.ALL, group(), *slices)
        return next(one for one in found if not one.group)

    @staticmethod
    def slice(pattern=(("job", "nurse"),), moved=-0.2, p=0.001, metric=ACCURACY):
        return row(SliceRow, (), pattern=pattern, metric=metric, support=120,
                   change=about(moved, 0.05), change_p=p)  # fmt: skip

    def test_the_worst_is_named_and_watched(self):
        found = self.everyone(self.slice(), self.slice((("job", "cook"), ("age", "30")), -0.3))
        assert found.verdict is WATCH
        assert "harms 2 sets of people that no sensitive feature names" in found.because
        assert "cook × age 30 (120 people): right about 30 fewer (25 to 35)" in found.because

    def test_what_does_not_count(self):
        for one in (
            self.slice(p=0.2),
            self.slice(moved=0.2),
            self.slice(moved=-0.01),
            self.slice((("group", "ash"),)),
            self.slice(metric=FPR),
        ):
            assert "found by search" not in self.everyone(one).because

    def test_rates_have_directions(self):
        found = self.everyone(self.slice(metric=FPR, moved=0.2))
        assert "20 more (15 to 25) of every 100 without income >50K taken" in found.because


class TestNeeds:
    def wanted(self, *rows, **of_group):
        return people_wanted([group(**of_group), *rows], Settings())

    def test_people_to_leave_a_limit(self):
        """An interval of .15 either way has to be halved to stay below a problem: four times."""
        found = self.wanted(change(TPR, -0.025, 0.15, of=300))
        assert found.tested == pytest.approx(400 * 4)
        beyond = self.wanted(change(TPR, -0.07, 0.04, of=300))
        assert beyond.tested == pytest.approx(400 * 4)  # the watch limit is the nearer one to clear

    def test_what_is_settled_needs_nobody(self):
        found = self.wanted(change(TPR, -0.02, 0.04), *rates(-0.3, -0.28))
        assert (found.tested, found.trained) == (400, 500)

    def test_denominators_of_thirty(self):
        assert self.wanted(change(TPR, 0.0, 0.02, of=15)).tested == pytest.approx(800)
        assert np.isnan(self.wanted(change(TPR, 0.0, 0.02, of=9)).tested)

    def test_people_to_train_on(self):
        assert self.wanted(change(TPR, 0.0, 0.02), real=12).trained == 31
        assert self.wanted(real=0, synthetic=0, by_real=UNKNOWN).trained == 0  # trained elsewhere

    def test_hidden_rows(self):
        assert people_wanted([change()], Settings()) is None

    def test_said_of_an_audit(self):
        real, synthetic, held = (people(rows, seed) for rows, seed in ((200, 1), (200, 2), (90, 3)))
        found = needs(
            audits.fairness(real, synthetic, holdout=held, target="y", sensitive_features="group",
                            mitigate=False)
        )  # fmt: skip
        assert found
        assert any("real people to test, " in one.says for one in found)


# -- how often, counted without training -----------------------------------------------------------


GROUPS = 8


def audit_of(rng, says_real, says_synthetic, truth, member, rounds) -> list:
    """Rows of an audit whose models say this of tested people; groups are of one feature."""
    names = [(("group", f"g{g}"),) for g in range(GROUPS)]
    metrics = {ACCURACY: np.ones_like(truth), TPR: truth, FPR: ~truth}
    rows = [row(FairnessRow, name, real=500, tested=int((member == g).sum()), metric=ACCURACY,
                by_real=about(0.8), by_synthetic=about(0.8))
            for g, name in enumerate(names)]  # fmt: skip
    for metric, among in metrics.items():
        goal = truth if metric == ACCURACY else np.ones_like(truth)
        hit = [[says == goal for says in side] for side in (says_synthetic, says_real)]
        kinds = [np.where(among, 2 * s + r, 4) for s, r in zip(*hit, strict=True)]
        four = np.stack([np.bincount(member * 5 + k, minlength=5 * GROUPS).reshape(GROUPS, 5)[:, :4]
                         for k in kinds])  # fmt: skip
        rows += _rows_of(names, metric, four, rounds)
    return rows


def _paired(four) -> Difference:
    neither, real, synthetic, both = np.moveaxis(four, -1, 0)
    return paired_share_difference(both, synthetic, real, neither, confidence=0.95)


def _rows_of(names, metric, four, rounds) -> list:
    others = four.sum(axis=1, keepdims=True) - four
    ours, theirs = _paired(four), _paired(others)
    moved = over_rounds(ours, confidence=0.95)
    beyond = over_rounds(square_and_add(ours, theirs), confidence=0.95)
    of, p = four[0].sum(axis=1), mcnemar_p(four[0, :, 2], four[0, :, 1])
    rows = []
    for model, at in (("real", 1), ("synthetic", 2)):
        hits = four[0, :, at] + four[0, :, 3]
        found = beside_everyone_else(hits, of, hits.sum(), of.sum(), confidence=0.95)
        rows += [row(RateRow, name, model=model, metric=metric, of=int(of[g]), hits=int(hits[g]),
                     value=about(hits[g] / of[g]), rest=about(found.rest.value[g]),
                     apart=Estimate(*(float(part[g]) for part in found.apart)),
                     apart_p=float(found.p[g])) for g, name in enumerate(names)]  # fmt: skip
    for g, name in enumerate(names):
        sides = [Estimate(*(float(part[g]) for part in each)) for each in (moved, beyond)]
        rows.append(row(ChangeRow, name, metric=metric, of=int(of[g]), rounds=rounds,
                        only_synthetic=int(four[0, g, 2]), only_real=int(four[0, g, 1]),
                        real=0.8, synthetic=0.8 + sides[0].value, change=sides[0],
                        beyond=sides[1], mcnemar_p=float(p[g])))  # fmt: skip
    return rows


def simulated(seed: int, size: int, rounds: int, harm: float = 0.0, gap: float = 0.0) -> list:
    """Equal groups and models as good as each other; the first group harmed or apart if asked.

    Each round's training makes either model better or worse by luck, and more so in a group.
    """
    rng = np.random.default_rng(seed)
    member = np.repeat(np.arange(GROUPS), size)
    truth = rng.random(member.size) < 0.4
    ease = rng.standard_normal(member.size)
    says = []
    for worse in (0.0, harm):
        side = []
        own = rng.standard_normal(member.size)
        for _ in range(rounds):
            luck = 0.05 * rng.standard_normal() + 0.05 * rng.standard_normal(GROUPS)[member]
            first = (member == 0) & truth
            level = 0.85 + luck - (worse + gap) * first
            right = 0.9 * ease + 0.44 * own < 1.036 + 3 * (level - 0.85)
            side.append(np.where(right, truth, ~truth))
        says.append(side)
    return audit_of(rng, says[0], says[1], truth, member, rounds)


def bad(found, about_gap: bool) -> bool:
    words = "everyone else" if about_gap else "than one trained on real rows ("
    return any(one.verdict in (PROBLEM, WATCH) and words in one.because for one in found)


@pytest.mark.parametrize("size", [40, 150])
def test_equal_groups_are_rarely_accused(size):
    """At most one audit in twenty says of any of eight equal groups that it is harmed, or apart."""
    found = [judge({"all": tuple(simulated(s, size, 5))}, Settings()) for s in range(150)]
    assert np.mean([bad(one, about_gap=False) for one in found]) <= 0.05
    assert np.mean([bad(one, about_gap=True) for one in found]) <= 0.05


def test_planted_harm_is_found():
    found = [judge({"all": tuple(simulated(s, 400, 5, harm=0.4))}, Settings()) for s in range(20)]
    first = [next(f for f in one if f.group == (("group", "g0"),)) for one in found]
    assert sum(one.verdict in (PROBLEM, WATCH) for one in first) >= 16
    assert all("made or widened" in one.because for one in first if one.verdict is PROBLEM)


def test_a_gap_of_both_models_is_never_a_problem():
    found = [judge({"all": tuple(simulated(s, 400, 5, gap=0.4))}, Settings()) for s in range(10)]
    first = [next(f for f in one if f.group == (("group", "g0"),)) for one in found]
    assert sum(one.verdict is WATCH for one in first) >= 8
    assert not any(one.verdict is PROBLEM for one in first)


# -- with real training ----------------------------------------------------------------------------


def people(rows: int, seed: int) -> pd.DataFrame:
    """Three groups alike; two columns tell the label but for some people."""
    rng = np.random.default_rng(seed)
    hours, degree = rng.integers(10, 60, rows), rng.choice(["none", "some", "high"], rows)
    label = (hours / 30 + (degree == "high")) > rng.normal(1.6, 0.3, rows)
    return pd.DataFrame({
        "group": rng.choice(["ash", "birch", "cedar"], rows), "hours": hours, "degree": degree,
        "y": np.where(label, "yes", "no"),
    })  # fmt: skip


def trained(seed: int, harmed: bool = False) -> audits.Audit:
    real, synthetic, held = (people(600, 100 * seed + i) for i in range(3))
    if harmed:
        synthetic.loc[synthetic["group"] == "ash", "y"] = "no"
    return audits.fairness(
        real, synthetic, holdout=held, target="y", positive="yes", sensitive_features="group",
        mitigate=False,
    )  # fmt: skip


def test_models_trained_on_the_same_population():
    found = [trained(seed) for seed in range(8)]
    assert sum(one.verdict in (PROBLEM, WATCH) for audit in found for one in audit.findings) <= 1


def test_models_trained_on_a_group_without_its_label():
    found = trained(1, harmed=True).about(group={"group": "ash"})
    assert found[0].verdict is PROBLEM
    assert "with y yes" in found[0].because
