"""Sentences about what models do to a group, in people of every hundred."""

from __future__ import annotations

from dataclasses import dataclass

from audits.estimates import Estimate, number
from audits.questions import fairness_said as said
from audits.questions.fairness_labels import course
from audits.questions.fairness_rows import ChangeRow, FairnessRow, LabelRow, RateRow, TaskRow
from audits.questions.words import people, real_people, share, synthetic_rows

_COURSES = {
    "sharpened": "which sharpens a gap to everyone else that the real table has",
    "softened": "which softens a gap to everyone else that the real table has",
    "reversed": "which turns round a gap to everyone else that the real table has",
    "made": "which makes a gap to everyone else that the real table does not show",
}
_STATES = {
    said.NOBODY: "nobody of the group was tested",
    said.NOWHERE: "neither model was trained on anyone of the group",
    said.NOT_SYNTHETIC: (
        "the model trained on synthetic rows never saw the group, of which the other saw {real}"
    ),
    said.NOT_REAL: (
        "the model trained on real rows never saw the group, of which the other saw {synthetic}"
    ),
    said.CONSTANT: (
        "the synthetic training rows hold one label, so that the model trained on them can say no "
        "other"
    ),
    said.ONE_TESTED: "all of the group who were tested have one label",
    said.ONE_TAUGHT: (
        "the {synthetic} of the group that the model was trained on hold one label, where {real} "
        "hold more"
    ),
}


@dataclass(frozen=True)
class Words:
    """How people with and without a label are named: after the target and its positive label."""

    target: str
    positive: str

    @classmethod
    def of(cls, task: TaskRow | None) -> Words:
        """Take the names from what was predicted."""
        return cls("the target", "") if task is None else cls(task.target, task.positive)

    def label(self, label: str) -> str:
        """Name a label after its column: "income >50K".

        >>> Words("income", ">50K").label(""), Words("fruit", "").label("pear")
        ('income >50K', 'fruit pear')
        """
        return f"{self.target} {label or self.positive}".strip()

    # -- by training -------------------------------------------------------------------------------

    def change(self, row: ChangeRow, harm: Estimate) -> str:
        """Say how much worse a group is served by the model trained on synthetic rows."""
        label = self.label(row.label)
        if row.metric == "mean absolute error":
            return (
                f"errs on {self.target} by {share(harm)} more than one trained on real rows "
                f"({number(row.synthetic)} against {number(row.real)} on average, among "
                f"{people(row.of)})"
            )
        how_many = f"{hundred(harm.value)} {{}} ({between(harm)}) of every 100"
        tail = (
            f"than one trained on real rows ({hundred(row.synthetic)} against "
            f"{hundred(row.real)}, among {people(row.of)})"
        )
        if row.metric == "true positive rate":
            return f"finds {how_many.format('fewer')} with {label} {tail}"
        if row.metric == "false positive rate":
            wrong = f"takes {how_many.format('more')} without {label} for people with it {tail}"
            return f"{wrong}, which harms where {label} counts against a person"
        return f"is right about {how_many.format('fewer')} {tail}"

    # -- beside everyone else ----------------------------------------------------------------------

    def apart(self, row: RateRow) -> str:
        """Say how far a group is from everyone else by one model."""
        label = self.label(row.label)
        if row.metric == "mean absolute error":
            return (
                f"errs on {self.target} by {number(row.value.value)} on average among "
                f"{people(row.of)}, by {number(row.rest.value)} among everyone else"
            )
        size = _either_way(row.apart)
        word = "more" if row.apart.value > 0 else "fewer"
        how_many = f"{hundred(size.value)} {word} ({between(size)}) of every 100"
        tail = (
            f"than among everyone else ({hundred(row.value.value)} against "
            f"{hundred(row.rest.value)}, among {people(row.of)})"
        )
        if row.metric == "true positive rate":
            return f"finds {how_many} with {label} {tail}"
        if row.metric == "false positive rate":
            return f"takes {how_many} without {label} for people with it {tail}"
        if row.metric == "selection rate":
            return f"says {label} of {how_many} {tail}"
        return f"is right about {how_many} {tail}"

    def origin(self, row: RateRow, real: RateRow | None, *, made: bool) -> str:
        """Say whether a gap comes with the real data, or is made by the synthetic rows."""
        if row.model == "given" or real is None:
            return ""
        before = f"one trained on real rows: {self._gap(real)}"
        if made:
            return f", a gap that the synthetic rows made or widened ({before})"
        if _carried(row, real):
            return f", a gap that a model trained on real rows shows, too ({before})"
        return f", and whether the synthetic rows made that gap is not sure ({before})"

    def _gap(self, row: RateRow) -> str:
        if not row.apart.known:
            return "unknown"
        if row.metric == "mean absolute error":
            return f"{number(row.value.value)} against {number(row.rest.value)}"
        return f"{hundred(row.value.value)} against {hundred(row.rest.value)}"

    # -- labels ------------------------------------------------------------------------------------

    def labels(self, row: LabelRow) -> str:
        """Say how far a label's share moved in a group, beyond everyone else's."""
        turned = _COURSES.get(course(row), "")
        tail = f", {turned}" if turned else ""
        rows = f"{real_people(row.real)} and {synthetic_rows(row.synthetic)}"
        if not row.label:
            moved = Estimate(*(side / row.unit for side in _sides(row.beyond)))
            size = _either_way(moved)
            way = "up" if moved.value > 0 else "down"
            return (
                f"{self.target} is {number(row.synthetic_share.value)} on average in the synthetic "
                f"table and {number(row.real_share.value)} in the real one ({rows}): {way} by "
                f"{number(size.value)} ({number(size.low)} to {number(size.high)}) standard "
                f"deviations beyond everyone else's move{tail}"
            )
        size = _either_way(row.beyond)
        word = "more" if row.beyond.value > 0 else "fewer"
        return (
            f"{hundred(row.synthetic_share.value)} of every 100 have {self.label(row.label)} in "
            f"the synthetic table and {hundred(row.real_share.value)} in the real one ({rows}): "
            f"{hundred(size.value)} {word} ({between(size)}) than had they moved like everyone "
            f"else{tail}"
        )


def _carried(row: RateRow, real: RateRow) -> bool:
    """Whether most of a gap is there by the model trained on real rows as well."""
    return real.apart.known and real.apart.value / row.apart.value >= 0.5


def state(row: FairnessRow) -> str:
    """Say what kept a group from being served, or from being judged; nothing where nothing did."""
    text = _STATES.get(row.state, row.state)
    return text.format(real=real_people(row.real), synthetic=synthetic_rows(row.synthetic))


def hundred(value: float) -> str:
    """Write a share as people of every hundred: one decimal below ten.

    >>> hundred(0.4234), hundred(0.0234), hundred(-0.05), hundred(0.0)
    ('42', '2.3', '-5', '0')
    """
    whole = 100 * value
    text = f"{whole:.0f}" if abs(whole) >= 9.95 else f"{whole:.1f}".removesuffix(".0")
    return "0" if text in ("-0", "-0.0") else text


def between(found: Estimate) -> str:
    """Write the limits of a share in people of every hundred.

    >>> between(Estimate(0.12, 0.05, 0.19))
    '5 to 19'
    """
    return f"{hundred(found.low)} to {hundred(found.high)}"


def _either_way(found: Estimate) -> Estimate:
    """How large a difference is, whichever its sign; a limit beyond 0 stays negative."""
    if found.value >= 0:
        return found
    return Estimate(-found.value, -found.high, -found.low)


def _sides(found: Estimate) -> tuple[float, float, float]:
    return found.value, found.low, found.high
