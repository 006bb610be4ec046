"""Stereotypes: from measurements to findings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from audits.estimates import Estimate, number, percent
from audits.formulas.ties import changed_beyond_p, less_chance
from audits.judging import Claims, judged
from audits.questions.headlines import BAD, Part, headline
from audits.questions.stereotypes_rows import StereotypeRow, TieRow
from audits.questions.words import estimate, people, real_people, synthetic_rows
from audits.results import Finding, Group, Row, Verdict, evidence_of, group_name
from audits.settings import Settings

Floats = NDArray[np.float64]
_FEWEST = 10  # synthetic rows below which nothing is made of what they show


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: its most sharpened tie, or the most loosened, or how much is open."""
    rows = [row for row in tables["groups"] if isinstance(row, StereotypeRow)]
    ties = [row for row in tables["ties"] if isinstance(row, TieRow)]
    said: dict[Group, list[Part]] = {row.group: [] for row in rows}
    told: dict[Group, list[TieRow]] = {row.group: [] for row in rows}
    for tie, part in zip(ties, _judged(ties, rows, settings), strict=True):
        said[tie.group].append(part)
        told[tie.group].append(tie)
    findings: list[Finding] = []
    for row in rows:
        whole = _whole(row, told[row.group], said[row.group], settings)
        findings += headline("stereotypes", row.group, [whole], otherwise=partial(_same, whole))
    return findings


def _same(part: Part) -> Part:
    return part


# -- ties ------------------------------------------------------------------------------------------


def _judged(
    ties: Sequence[TieRow], rows: Sequence[StereotypeRow], settings: Settings
) -> list[Part]:
    """Judge the ties listed as members of the family of all that were measured.

    Those not listed are less sure than those that are, and count as showing nothing: this can only
    spare a tie, never accuse one.
    """
    unlisted = sum(row.ties for row in rows) - len(ties)
    change = np.log([tie.ratio.value for tie in ties])
    error = np.array([tie.error for tie in ties])
    reach = np.log([tie.ratio.high for tie in ties]) - change
    size = np.abs(change)
    moved = np.array([_least_moved(tie) for tie in ties]) >= settings.tie_least

    def exceeds(limits: Floats) -> Floats:
        p = changed_beyond_p(change, error, limits[: len(ties)])
        return np.concatenate([np.where(moved, p, 1.0), np.ones(unlisted)])

    def filled(values: Floats) -> Floats:
        return np.concatenate([values, np.zeros(unlisted)])

    total = len(ties) + unlisted
    claims = Claims(
        value=filled(less_chance(change, error)),
        low=filled(np.where(moved, np.maximum(size - reach, 0), 0)),
        high=filled(size + reach),
        watch=np.full(total, np.log(settings.tie_watch)),
        problem=np.full(total, np.log(settings.tie_problem)),
        capped=np.zeros(total, dtype=bool),
        exceeds=exceeds,
    )
    verdicts, flips = judged(claims, settings)
    limit = max(float(np.log(settings.tie_problem)), 1e-9)
    return [
        Part(tie.attribute, verdicts[i], _text(tie), flips[i], float(size[i] / limit))
        for i, tie in enumerate(ties)
    ]


def _least_moved(tie: TieRow) -> float:
    """The share of people out of place by the cautious end of its interval."""
    return tie.moved.low if tie.moved.value > 0 else -tie.moved.high


def _text(tie: TieRow) -> str:
    what = f"{tie.value} ({tie.attribute}) and {group_name(tie.group)}"
    if tie.constant == "synthetic":
        return (
            f"{tie.attribute} has a single value in the synthetic data, so that nothing is left of "
            f"the tie of {what}, which among real people {_way(tie.odds_real)} with an odds ratio "
            f"of {estimate(tie.odds_real)}"
        )
    if tie.kind == "reversed":
        now, before = _way(tie.odds_synthetic), _way(tie.odds_real)
        text = f"{what} {now} in the synthetic data, where among real people they {before}"
        odds = f"{estimate(tie.odds_synthetic)} against {estimate(tie.odds_real)}"
        return f"{text}, with odds ratios of {odds}: {_shares(tie)}"
    leading = tie.odds_real if tie.kind == "loosened" else tie.odds_synthetic
    only = "only " if tie.kind == "loosened" else ""
    return (
        f"in the synthetic data, {what} {_way(leading)} {only}{estimate(tie.factor)} times as "
        f"strongly as among real people: {_shares(tie)}"
    )


def _way(odds: Estimate) -> str:
    return "go together" if odds.value > 1 else "are kept apart"


def _shares(tie: TieRow) -> str:
    return (
        f"{percent(tie.share_synthetic)} of the group have it and "
        f"{percent(tie.elsewhere_synthetic)} of everyone else, among real people "
        f"{percent(tie.share_real)} and {percent(tie.elsewhere_real)}"
    )


# -- groups ----------------------------------------------------------------------------------------


def _whole(
    row: StereotypeRow, ties: Sequence[TieRow], parts: Sequence[Part], settings: Settings
) -> Part:
    if row.real == 0 or row.synthetic == 0:
        return _absent(row)
    bad = [(part, tie) for part, tie in zip(parts, ties, strict=True) if part.verdict in BAD]
    if bad:
        return _accused(row, bad)
    evidence = evidence_of(row, *_EVIDENCE)
    if row.ties == 0:
        return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, _none(row), evidence=evidence)
    verdicts = [_quiet(row, settings, factor) for factor in (1.0, 0.8, 1.25)]
    flips = [
        f"'{moved.value}' if the limits were {said}"
        for said, moved in zip(("a fifth lower", "a quarter higher"), verdicts[1:], strict=True)
        if moved is not verdicts[0]
    ]
    if verdicts[0] is Verdict.OK:
        text = _fine(row)
    elif row.real <= settings.support_problem or row.synthetic < _FEWEST or row.telling == 0:
        text = _small(row)
    else:
        text = _open(row, ties)
    return Part(
        None, verdicts[0], text, "flips: " + "; ".join(flips) if flips else "stable",
        evidence=evidence,
    )  # fmt: skip


_EVIDENCE = (
    "real", "synthetic", "ties", "telling", "too_few", "vanished", "sharpened", "loosened",
    "reversed", "sharpest_attribute", "sharpest_value", "sharpest", "loosest_attribute",
    "loosest_value", "loosest", "reach", "reach_high", "strength_change",
)  # fmt: skip


def _absent(row: StereotypeRow) -> Part:
    evidence = evidence_of(row, "real", "synthetic")
    if row.real == 0:
        text = f"{synthetic_rows(row.synthetic)} and no real person leave no tie to compare"
    else:
        text = f"{real_people(row.real)} and no synthetic row leave no tie to compare"
    return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, f"{text}; see coverage", evidence=evidence)


def _quiet(row: StereotypeRow, settings: Settings, factor: float) -> Verdict:
    """The verdict of a group none of whose ties is bad, with the limits moved by a factor."""
    small = row.real <= settings.support_problem or row.synthetic < _FEWEST
    watch, problem = settings.tie_watch**factor, settings.tie_problem**factor
    fine = row.telling > 0 and row.reach < watch and row.reach_high < problem
    return Verdict.OK if fine and not small else Verdict.NOT_ENOUGH_EVIDENCE


def _accused(row: StereotypeRow, bad: Sequence[tuple[Part, TieRow]]) -> Part:
    """Led by the worst verdict; of equal ones by a tie made stronger, which is the stereotype."""
    order = sorted(
        bad,
        key=lambda one: (
            one[0].verdict.rank, one[1].kind == "loosened", one[1].rank, one[1].attribute,
        ),
    )  # fmt: skip
    part, tie = order[0]
    loosened = next((p for p, t in order if (t.kind == "loosened") is not _loose(tie)), None)
    text = f"{part.text}; {_among(row, bad)}"
    if loosened is not None:
        text += f"; {loosened.text}"
    evidence = evidence_of(row, *_EVIDENCE) | {
        "attribute": tie.attribute, "value": tie.value, "kind": tie.kind, "factor": tie.factor,
        "odds_real": tie.odds_real, "odds_synthetic": tie.odds_synthetic,
        "npmi_change": tie.npmi_change,
    }  # fmt: skip
    return Part(None, part.verdict, text, part.sensitivity, min(part.severity, 5.0), evidence)


def _loose(tie: TieRow) -> bool:
    return tie.kind == "loosened"


def _among(row: StereotypeRow, bad: Sequence[tuple[Part, TieRow]]) -> str:
    """How many of the ties go the same way."""
    counted = {
        kind: sum(tie.kind == kind for _, tie in bad)
        for kind in ("sharpened", "reversed", "loosened")
    }
    said = ", ".join(f"{count} {kind}" for kind, count in counted.items() if count)
    more = " at least" if len(bad) == row.listed < row.ties else ""
    return (
        f"of {_ties(row.ties)} that {real_people(row.real)} and {synthetic_rows(row.synthetic)} "
        f"allow to measure,{more} {said}"
    )


def _ties(count: int) -> str:
    return "1 tie" if count == 1 else f"{count:,} ties"


def _none(row: StereotypeRow) -> str:
    if row.too_few == 0:
        return (
            f"there is no column by which to compare {real_people(row.real)} and "
            f"{synthetic_rows(row.synthetic)} with everyone else"
        )
    return (
        f"{real_people(row.real)} and {synthetic_rows(row.synthetic)} are too few to measure how "
        "they are tied to anything"
    )


def _fine(row: StereotypeRow) -> str:
    text = (
        f"no tie to a value of another column has changed beyond the limits; {_ties(row.telling)} "
        f"of {row.ties:,} measured rest on enough of the {real_people(row.real)} and "
        f"{synthetic_rows(row.synthetic)} to tell, and none of them can have become more than "
        f"{number(row.reach_high)} times as strong or as weak"
    )
    return text + _left(row)


def _small(row: StereotypeRow) -> str:
    return (
        f"no tie is established to have changed, and {people(row.real)} with "
        f"{synthetic_rows(row.synthetic)} are too few to rule it out; {_ties(row.ties)} were "
        f"measured{_left(row)}"
    )


def _left(row: StereotypeRow) -> str:
    return f"; {_ties(row.too_few)} more rest on too few people" if row.too_few else ""


def _open(row: StereotypeRow, ties: Sequence[TieRow]) -> str:
    """What is neither established nor ruled out, the surest of it with its numbers."""
    text = (
        f"none of {_ties(row.ties)} that {real_people(row.real)} and "
        f"{synthetic_rows(row.synthetic)} allow to measure is established to have changed beyond "
        f"the limits, nor is it ruled out: of {row.telling:,} that rest on enough people one may "
        f"have become up to {number(row.reach_high)} times as strong or as weak"
    )
    sure = [tie for tie in ties if tie.rank == 1]
    lead = max(sure, key=lambda tie: (abs(np.log(tie.ratio.value)) / tie.error, tie.kind))
    return f"{text}; of all, the surest change: {_text(lead)}{_left(row)}"
