"""What fairness says of a group where nothing is bad: in order, or not enough to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audits.estimates import Estimate, number
from audits.questions.fairness_claims import SURE, Found, rests_on_few
from audits.questions.fairness_rows import ChangeRow, FairnessRow, LabelRow, RateRow
from audits.questions.fairness_sentences import between, hundred
from audits.questions.headlines import Part
from audits.questions.words import listed, people, real_people, share
from audits.results import Verdict, worst
from audits.settings import Settings

_MOST = 3  # open matters told in one sentence


def quiet(
    row: FairnessRow, found: Sequence[Found], evidence: Mapping[str, Any], settings: Settings
) -> Part:
    """Return what is said of a group none of whose statements is bad."""
    verdict = worst([one.verdict for one in found])
    flips = next((one.sensitivity for one in found if one.verdict is verdict), "stable")
    text = _summary(row)
    if verdict is Verdict.OK:
        lead = "no loss by training on synthetic rows, and no gap to everyone else, beyond limits"
        if not row.by_real.known:
            lead = "no gap to everyone else beyond limits"
        return Part(None, verdict, f"{lead}: {text}", flips, evidence=evidence)
    why = _why(row, found, settings)
    return Part(
        None, verdict, f"{text}{'; ' if why else ''}{why}", flips, evidence=evidence
    )  # fmt: skip


def _summary(row: FairnessRow) -> str:
    """How well either model serves a group."""
    among = f"among {people(row.tested)} tested"
    if not row.by_synthetic.known:
        return f"too few people to tell how well they are served: {people(row.tested)} tested"
    if row.metric == "mean absolute error":
        ours, theirs = (number(side.value) for side in (row.by_synthetic, row.by_real))
        said = "errs by {} on average"
    else:
        ours, theirs = (hundred(side.value) for side in (row.by_synthetic, row.by_real))
        said = "is right about {} of every 100"
    if not row.by_real.known:
        return f"the model {said.format(ours)} {among}"
    return (
        f"a model trained on the synthetic rows {said.format(ours)} and one trained on real rows "
        f"{'by' if 'errs' in said else 'about'} {theirs} {among}"
    )


def _why(row: FairnessRow, found: Sequence[Found], settings: Settings) -> str:
    """What is open: too few people behind it, or intervals that reach over a limit."""
    said = []
    if rests_on_few(row, settings) and not row.state:
        said.append(f"{real_people(row.real)} trained on are too few to find it in order")
    open_ = [one for one in found if one.verdict is Verdict.NOT_ENOUGH_EVIDENCE]
    few = [one for one in open_ if one.statement.people < SURE]
    if few:
        said.append(
            "too few people for "
            + listed(sorted({f"the {_name(one)} ({people(one.statement.people)})" for one in few}),
                     _MOST)
        )  # fmt: skip
    wide = [one for one in open_ if one.statement.people >= SURE and one.statement.known]
    if wide:
        wide.sort(key=lambda one: -one.severity)
        texts = [f"the {_name(one)} ({_reach(one)})" for one in wide]
        said.append(f"not settled: {listed(list(dict.fromkeys(texts)), _MOST)}")
    return "; ".join(said)


def _name(found: Found) -> str:
    """Name what a statement is about."""
    row = found.statement.row
    if isinstance(row, ChangeRow):
        return f"change of the {row.metric}{_label(row.label)}"
    if isinstance(row, RateRow):
        return f"gap to everyone else in the {row.metric}{_label(row.label)}"
    assert isinstance(row, LabelRow)
    return f"move of the share{_label(row.label)}" if row.label else "move of the mean"


def _label(label: str) -> str:
    return f" of {label}" if label else ""


def _reach(found: Found) -> str:
    """Write how far something is, and between which limits."""
    row, value = found.statement.row, found.statement.value
    if getattr(row, "metric", "") == "mean absolute error":
        return share(value)
    if isinstance(row, LabelRow) and not row.label:
        return f"{number(value.value)}, {number(value.low)} to {number(value.high)} SD"
    shown = value
    if isinstance(row, ChangeRow):
        shown = row.change
    elif isinstance(row, RateRow):
        shown = row.apart
    return f"{_signed(shown)} of every 100"


def _signed(found: Estimate) -> str:
    return f"{hundred(found.value)}, {between(found)}"
