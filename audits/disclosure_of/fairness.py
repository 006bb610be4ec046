"""What of fairness can be handed over."""

from __future__ import annotations

import re
from dataclasses import replace

from audits.disclosure_of.fairness_parts import NO_SHARES
from audits.disclosure_of.known import Known, Treatment, Treatments, coarser, never
from audits.disclosure_of.parted import HIDDEN, without
from audits.questions.fairness_rows import (
    AnnotatorRow,
    ChangeRow,
    DisparityRow,
    FairnessRow,
    LabelRow,
    MitigationRow,
    MixRow,
    RateRow,
    SliceRow,
    TaskRow,
    TurningRow,
    WorstRow,
)
from audits.questions.words import people
from audits.results import Finding, group_name

_RATES = (
    " finds ", " takes ", " says ", "one label", "positive rate", "selection rate", "found with",
    "taken for",
)  # fmt: skip
"""Words of sentences that tell more rates of a group than how many a model is right about."""
_RIGHT = ("right about", "the accuracy", "errs ")
_TRAINED = ("trained on are too few", "never saw the group", "that the model was trained on")
_FEW = re.compile(r"(?<![\w.,])(?:[1-9]|10)(?= [a-z])")


def _group(row: FairnessRow, known: Known) -> FairnessRow:
    """How many were tested, and how well they are served, each where it may be known."""
    tested = known.tested
    gone: list[str] = []
    if not tested.trained or (row.real, row.synthetic) != known.counts.get(row.group):
        # with the sizes of the tables, rows trained on tell who was tested, or has no label
        gone += ["real", "synthetic"]
    if row.group not in tested.people:
        gone += ["tested"]
    if row.group not in tested.rates:
        gone += ["positives"]
    if not tested.measured(row.group, row.metric):
        gone += ["by_real", "by_synthetic", "change"]
    return coarser(without(row, gone))


def _tells(finding: Finding, row: FairnessRow, known: Known) -> bool:
    """Whether a sentence tells a rate, or a count of people tested, that may not be known."""
    said, tested = finding.because, known.tested
    if row.group in tested.rates:
        return not tested.trained and any(one in said for one in _TRAINED)
    if row.group not in tested.people or any(one in said for one in _TRAINED):
        return True
    words = _RATES if tested.measured(row.group, row.metric) else (*_RATES, *_RIGHT)
    return any(one in said for one in words)


def _instead(finding: Finding, row: FairnessRow, known: Known) -> str:
    if finding.attribute is not None or row.group not in known.tested.people:
        return ""
    return f"{finding.verdict.value}; {people(row.tested)} tested"


def _any_finding(_finding: Finding, _row: FairnessRow) -> bool:
    return True


def _rate(row: RateRow, known: Known) -> RateRow | None:
    return coarser(row) if known.tested.measured(row.group, row.metric) else None


def _change(row: ChangeRow, known: Known) -> ChangeRow | None:
    """The interval of one round tells whom only one of two models serves; of several it does not.

    So does the exact p value, which is of the first round alone.
    """
    if not known.tested.measured(row.group, row.metric):
        return None
    gone: list[str] = []
    if row.group not in known.tested.pairs and row.metric not in NO_SHARES:
        gone = ["only_synthetic", "only_real", "mcnemar_p"]
        gone += ["change", "beyond"] if row.rounds < 2 else []
    return coarser(without(row, gone))


def _gap(row: DisparityRow, known: Known) -> DisparityRow | None:
    """A widest gap tells the rate of the one group that is hidden."""
    there = known.tested.compared(row.features, row.metric, row.groups)
    return coarser(row) if there else None


def _mix(row: MixRow, known: Known) -> MixRow | None:
    tested = known.tested
    if not tested.measured(row.group, row.metric) or row.group not in tested.mixes:
        return None
    return coarser(without(row, _of_one_round(row, known)))


def _of_one_round(row: MixRow | MitigationRow, known: Known) -> list[str]:
    """What tells whom only one of two models serves, where each was trained once."""
    if known.tested.rounds > 1 or row.metric in NO_SHARES:
        return []
    return ["change", "p"] if isinstance(row, MixRow) else ["change", "beyond"]


def _worst(row: WorstRow, known: Known) -> WorstRow | None:
    """The worst of groups tells of the one that is hidden, be it that or not."""
    tested = known.tested
    there = tested.compared(row.features, row.metric, row.groups)
    mixed = all(group in tested.mixes for group in tested.of(row.features))
    return coarser(row) if there and mixed else None


def _turning(row: TurningRow, known: Known) -> TurningRow | None:
    tested = known.tested
    if not tested.measured(row.group, row.metric) or row.group not in tested.mixes:
        return None
    gone = ["change", "p"] if tested.rounds < 2 and row.metric not in NO_SHARES else []
    return coarser(without(row, gone))


def _mitigation(row: MitigationRow, known: Known) -> MitigationRow | None:
    tested = known.tested
    if not tested.measured(row.group, row.metric) or row.group not in tested.mitigations:
        return None
    real = known.counts.get(row.group, (HIDDEN, HIDDEN))[0]
    if not tested.trained or row.rests_on != real:
        row = replace(row, rests_on=HIDDEN)
    return coarser(without(row, _of_one_round(row, known)))


def _label(row: LabelRow, known: Known) -> LabelRow | None:
    return coarser(row) if row.group in known.tested.labels else None


def _says_label(finding: Finding, _row: LabelRow) -> bool:
    return finding.attribute is not None or "move of the" in finding.because


def _annotator(row: AnnotatorRow, known: Known) -> AnnotatorRow | None:
    return coarser(row) if row.group in known.tested.annotators else None


def _slice(row: SliceRow, known: Known) -> SliceRow | None:
    return coarser(row) if (row.pattern, row.metric) in known.tested.slices else None


def _says_slice(finding: Finding, row: SliceRow) -> bool:
    return f"{group_name(row.pattern)} (" in finding.because


def _task(row: TaskRow, known: Known) -> TaskRow:
    """What was predicted; labels of few people are not named, and few rows not counted."""
    named = [one for one in row.classes.split(", ") if one in known.tested.classes]
    if row.positive and row.positive not in named:
        named.append(row.positive)
    if row.kind != "binary":  # of two, one alone tells the other
        left = len(row.classes.split(", ")) - len(named)
        classes = ", ".join(named) + (f" and {left:,} of fewer people" if left > 0 else "")
        row = replace(row, classes=classes.strip())
    said = re.split(r"(?<=\.) ", row.remark)
    kept = [one for one in said if not _FEW.search(one) and "No real row has" not in one]
    gone = []
    if not known.tested.trained:
        gone = ["unlabelled", "trained_real", "trained_synthetic"]
        kept = [one for one in kept if "rows to train on" not in one]
    if () not in known.tested.people:
        gone.append("tested")
    return replace(without(row, gone), remark=" ".join(kept))


TREATED: Treatments = {
    FairnessRow: Treatment(
        frozenset({"real", "synthetic", "tested", "positives"}),
        _group,
        behind=_any_finding,
        tells=_tells,
        instead=_instead,
    ),
    RateRow: Treatment(frozenset({"of", "hits"}), _rate, behind=never),
    ChangeRow: Treatment(
        frozenset({"of", "only_synthetic", "only_real"}),
        _change,
        frozenset({"rounds"}),
        behind=never,
    ),
    DisparityRow: Treatment(
        frozenset(), _gap, frozenset({"groups", "left_out"}), behind=never
    ),
    MixRow: Treatment(frozenset({"of"}), _mix, behind=never),
    WorstRow: Treatment(frozenset(), _worst, frozenset({"groups"}), behind=never),
    TurningRow: Treatment(frozenset({"of"}), _turning, behind=never),
    LabelRow: Treatment(
        frozenset({"real", "synthetic", "real_missing", "synthetic_missing"}),
        _label,
        behind=_says_label,
    ),
    AnnotatorRow: Treatment(frozenset({"items", "pairs"}), _annotator, behind=never),
    SliceRow: Treatment(
        frozenset({"support", "of"}), _slice, frozenset({"searched", "depth"}), behind=_says_slice
    ),
    MitigationRow: Treatment(frozenset({"of", "rests_on"}), _mitigation, behind=never),
    TaskRow: Treatment(
        frozenset({"tested", "trained_real", "trained_synthetic", "unlabelled"}),
        _task,
        frozenset({"rounds"}),
        behind=never,
    ),
}  # fmt: skip
