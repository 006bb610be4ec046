"""What fairness measures of models trained on real, on synthetic and on mixed rows."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate
from audits.results import Row


@dataclass(frozen=True)
class FairnessRow(Row):
    """How well two models serve a group: one trained on real rows, one on synthetic rows.

    `real` and `synthetic` count the group's rows that the models were trained on, `tested` the real
    people of the group on whom both were tested, `positives` those of them with the positive label
    (0 where there is none). `metric` names what is summed up here, "accuracy" or, for a numeric
    target, "mean absolute error"; `by_real` and `by_synthetic` are its values, `change` the second
    less the first, as paired data, over all rounds of training. `state` is empty, or says in a few
    words why the group could not be served ("not in the training rows", "one class only", ...).
    `labelled` says that no value of the group is missing: others are measured, but not judged.
    """

    real: int
    synthetic: int
    tested: int
    positives: int
    metric: str
    by_real: Estimate
    by_synthetic: Estimate
    change: Estimate
    state: str
    labelled: bool = True

    @property
    def loss(self) -> Estimate:
        """How much worse the synthetic-trained model serves: accuracy lost, or error gained."""
        if self.metric == "mean absolute error" or not self.change.known:
            return self.change
        return Estimate(-self.change.value, -self.change.high, -self.change.low)


@dataclass(frozen=True)
class RateRow(Row):
    """One metric of one model in a group, beside everyone else's; of the first round of training.

    `model` is "real" or "synthetic" for what it was trained on, "given" for a user's own
    predictions. `metric` is one of accuracy, balanced accuracy, selection rate, true positive rate,
    false positive rate, precision, calibration (mean score less the rate of positives), mean
    absolute error, bias (mean prediction less mean truth). `label` is the class that a rate is of,
    empty where it is of none. `of` counts the people in its denominator, `hits` those in its
    numerator (-1 for what is no share). `rest` is the metric among everyone else, `apart` the
    group's less that, `apart_p` its two-sided p value; unknown for everyone.
    """

    model: str
    metric: str
    label: str
    of: int
    hits: int
    value: Estimate
    rest: Estimate
    apart: Estimate
    apart_p: float


@dataclass(frozen=True)
class ChangeRow(Row):
    """One metric of a group, model trained on synthetic rows less model trained on real rows.

    `metric` and `label` as in RateRow, `of` the people in the denominator, the same for both
    models. `only_synthetic` counts those of whom only the synthetic-trained model says what the
    rate counts, `only_real` those of whom only the other does (first round; -1 for what is no
    share). `real` and `synthetic` are means over `rounds` trainings, `change` the difference with
    its interval, which holds both the people tested and the rounds. `beyond` is that change less
    the change among everyone else: how far the gap by the one model is from the gap by the other
    (unknown for everyone). `mcnemar_p` is the exact two-sided p value of the first round.
    """

    metric: str
    label: str
    of: int
    only_synthetic: int
    only_real: int
    real: float
    synthetic: float
    change: Estimate
    beyond: Estimate
    mcnemar_p: float
    rounds: int


@dataclass(frozen=True)
class DisparityRow(Row):
    """The widest gap between groups of one kind, beside the gap that luck alone would show.

    Of everyone (`group` is empty). `features` names the sensitive features whose values form the
    groups ("race", "race × sex"), `model` as in RateRow, `metric` is "demographic parity",
    "equalized odds" or a rate of RateRow, `form` is "difference" (0 is equal) or "ratio" (1 is
    equal). `groups` counts the groups compared, `left_out` those with too few people in the
    denominator. `value` is the largest difference, or smallest ratio; `expected` its mean and
    `high` its 95th percentile (for a ratio, 5th) if all groups had one rate; `p` says how often
    luck alone would show as much. `spread` is the standard deviation between groups that remains
    after what luck explains (unknown for ratios).
    """

    features: str
    model: str
    metric: str
    form: str
    groups: int
    left_out: int
    value: float
    expected: float
    high: float
    p: float
    spread: float


@dataclass(frozen=True)
class MixRow(Row):
    """A metric of models trained on real rows and `times` as many synthetic rows, in a group.

    `share` is the share of synthetic rows in training; `times` is 0 for real rows alone, and
    infinite for synthetic rows alone. `of` counts the people in the denominator. `value` is the
    mean over rounds, `change` that less the value without synthetic rows, as paired data, and `p`
    the one-sided p value of no change for the worse (unknown without synthetic rows).
    """

    times: float
    share: float
    metric: str
    of: int
    value: Estimate
    change: Estimate
    p: float


@dataclass(frozen=True)
class WorstRow(Row):
    """The group that is served worst at one mixture, beside everyone, and beside luck.

    Of everyone (`group` is empty). `features` names the sensitive features whose values form the
    groups that are compared, `groups` how many have enough people. `worst` is the one with the
    least accuracy or true positive rate, or the greatest false positive rate or error; `value` and
    `overall` are its metric and everyone's, in the first round. The worst of many small groups
    seems worse than it is: `expected` is what the worst would be on average if all had one rate,
    `bound` what it is beyond one time in twenty, `p` how often luck alone shows as much (unknown
    for means).
    """

    times: float
    share: float
    metric: str
    features: str
    groups: int
    worst: str
    value: Estimate
    overall: float
    expected: float
    bound: float
    p: float


@dataclass(frozen=True)
class TurningRow(Row):
    """From how many synthetic rows per real row on a group is served worse than without any.

    `times` is the least mixture at which, and at all larger ones, the interval of the change lies
    on the side of harm; unknown where there is none. `share` is the share of synthetic rows at it.
    `change` is the change there, or at the largest mixture where nothing turns; `of` its people.
    `p` says how sure it is that the group is harmed by then and at all larger mixtures, adjusted
    for all groups and metrics. `most` is the largest mixture that was tried.
    """

    metric: str
    times: float
    share: float
    of: int
    change: Estimate
    p: float
    most: float


@dataclass(frozen=True)
class LabelRow(Row):
    """How often a group has a label, in the real and in the synthetic table.

    `label` is a class of the target (of two, the positive one); for a numeric target it is empty,
    and shares are means. `unit` is 1, or the target's standard deviation in the real table, by
    which a move is measured. `real` and `synthetic` count the group's rows with a label, whichever,
    `real_missing` and `synthetic_missing` those without. `change` is the synthetic share less the
    real; `real_apart` and `synthetic_apart` the group's share less everyone else's in each table;
    `beyond` the change less the change among everyone else, which is how far the one gap is from
    the other, with `p` two-sided. What compares with everyone else is unknown for everyone.
    """

    label: str
    unit: float
    real: int
    synthetic: int
    real_missing: int
    synthetic_missing: int
    real_share: Estimate
    synthetic_share: Estimate
    change: Estimate
    real_apart: Estimate
    synthetic_apart: Estimate
    beyond: Estimate
    p: float


@dataclass(frozen=True)
class AnnotatorRow(Row):
    """How often two annotators of one item disagree, where items are about a group.

    `annotators` says of whom: "all", one group of annotators ("gender female") or two of them
    ("gender female, gender male": a pair of one from each). `items` counts items with at least one
    such pair, `pairs` the pairs; `disagreement` is the share of pairs that give different labels,
    each item counted once; `kappa` is agreement beyond chance.
    """

    annotators: str
    items: int
    pairs: int
    disagreement: Estimate
    kappa: Estimate


@dataclass(frozen=True)
class SliceRow(Row):
    """People alike in any columns, not only the sensitive ones, whom a model serves differently.

    Of everyone (`group` is empty). `pattern` are pairs of column and value (or band). `metric` as
    in RateRow, `support` counts the tested people of the pattern, `share` is their part of all,
    `of` counts those in the metric's denominator. `real` and `synthetic` are the divergence of the
    model trained on either: its metric here less its metric among all tested, with the t value and
    the p value adjusted for all patterns searched; `change` is the synthetic divergence less the
    real one with its adjusted p value. For a user's own predictions only `synthetic` is known.

    t values are of the first round of training, the others of all rounds. `searched` counts the
    patterns searched, of up to `depth` columns; `named` says that all columns of the pattern are
    sensitive features.
    """

    pattern: tuple[tuple[str, str], ...]
    metric: str
    support: int
    share: float
    of: int
    real: Estimate
    real_t: float
    real_p: float
    synthetic: Estimate
    synthetic_t: float
    synthetic_p: float
    change: Estimate
    change_p: float
    searched: int = 0
    depth: int = 0
    named: bool = False


@dataclass(frozen=True)
class MitigationRow(Row):
    """What a mitigation of the synthetic-trained model does for a group.

    `method` is "reweighing", "thresholds" or "constrained training". `metric` as in RateRow, `of`
    the people in the denominator, `before` and `after` its values without and with the method,
    `apart_before` and `apart_after` the group's less everyone else's, all in the first round.
    `change` is after less before over all rounds, as paired data; `beyond` that less the change
    among everyone else (unknown for everyone). `rests_on` counts the group's real rows that a
    training on real rows would have: no method adds to them.
    """

    method: str
    metric: str
    of: int
    before: Estimate
    after: Estimate
    apart_before: Estimate
    apart_after: Estimate
    change: Estimate
    beyond: Estimate
    rests_on: int


@dataclass(frozen=True)
class TaskRow(Row):
    """What was predicted, by which models, and tested on whom; one row, of everyone.

    `kind` is "binary", "multiclass" or "numeric"; `positive` the label that rates are of (empty
    unless binary); `classes` all labels, joined by ", ". `learner` names it, `tested_on` is
    "holdout", "a part of the real table" or "given predictions". `tested`, `trained_real` and
    `trained_synthetic` count rows, `unlabelled` the rows of all tables dropped as their target is
    missing; `rounds` is how often each model was trained. `leaks` names columns that tell the
    target almost alone, joined by ", "; `remark` is a sentence on what else must be known.
    """

    target: str
    kind: str
    positive: str
    classes: str
    learner: str
    tested_on: str
    tested: int
    trained_real: int
    trained_synthetic: int
    unlabelled: int
    rounds: int
    leaks: str
    remark: str
