"""Drift: from measurements to findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from audits.estimates import Estimate, number, percent
from audits.formulas.shifts import Shift, exceeds_p
from audits.judging import Claims, doubt, judged
from audits.questions.drift_rows import ColumnDriftRow, GroupDriftRow
from audits.questions.headlines import BAD, Part, headline
from audits.questions.words import columns, estimate, listed, people, synthetic_rows
from audits.results import Finding, Group, Row, Verdict, evidence_of, worst
from audits.settings import Settings

Floats = NDArray[np.float64]
_FEWEST = 10  # rows on a side below which nothing is made of what they show
_GUESSING = 0.5
_WHOLE_WAY = 0.5  # a share of one half cannot move further


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group, led by its worst part, and one for every further bad column."""
    groups = [row for row in tables["groups"] if isinstance(row, GroupDriftRow)]
    single = [row for row in tables["columns"] if isinstance(row, ColumnDriftRow)]
    small = {row.group: _small(row, settings) for row in groups}
    parts: dict[Group, list[Part]] = {row.group: [] for row in groups}
    for row, part in zip(single, _judge_columns(single, small, settings), strict=True):
        parts[row.group].append(part)
    for whole, part in zip(groups, _judge_wholes(groups, settings), strict=True):
        parts[whole.group].append(part)
    findings: list[Finding] = []
    for whole in groups:
        said = _signed(whole, parts[whole.group])
        quiet = partial(_quiet, whole, said, settings)
        findings += headline("drift", whole.group, said, otherwise=quiet)
    return findings


def _small(row: GroupDriftRow, settings: Settings) -> bool:
    """Whether there are too few rows to rule drift out."""
    return row.real <= settings.support_problem or row.synthetic < _FEWEST


def _few(rows: Sequence[ColumnDriftRow] | Sequence[GroupDriftRow]) -> NDArray[np.bool_]:
    """Where there are too few rows on a side for their own spread to be known."""
    return np.array([min(row.real, row.synthetic) < _FEWEST for row in rows], dtype=bool)


# -- columns ---------------------------------------------------------------------------------------


def _judge_columns(
    rows: Sequence[ColumnDriftRow], small: dict[Group, bool], settings: Settings
) -> list[Part]:
    shifted = np.array([row.measure == "shift" for row in rows], dtype=bool)
    claims = Claims(
        value=np.array([row.shift.value for row in rows]),
        low=np.array([row.shift.low for row in rows]),
        high=np.array([row.shift.high for row in rows]),
        watch=np.where(shifted, settings.shift_watch, settings.drift_watch),
        problem=np.where(shifted, settings.shift_problem, settings.drift_problem),
        capped=np.array([small[row.group] for row in rows], dtype=bool),
        exceeds=_columns_exceed(rows, settings.confidence),
    )
    found, flips = judged(claims, settings)
    doubts = doubt(claims, found, settings)
    return [
        Part(row.attribute, verdict, "")  # of what is in order, only the number of columns is said
        if verdict is Verdict.OK
        else Part(
            row.attribute,
            verdict,
            _column_text(row) + doubts[i] + _asked(row),
            flips[i],
            _severity(row.shift.value, claims.problem[i]),
            evidence_of(row, "measure", "real", "synthetic", "value", "shift", "p"),
        )
        for i, (row, verdict) in enumerate(zip(rows, found, strict=True))
    ]


def _columns_exceed(
    rows: Sequence[ColumnDriftRow], confidence: float
) -> Callable[[Floats], Floats]:
    def field(name: str) -> Floats:
        return np.array([float(getattr(row, name)) for row in rows])

    adjusted = np.array([row.shift.value for row in rows])
    low, high = (np.array([getattr(row.shift, side) for row in rows]) for side in ("low", "high"))
    nothing, few = np.full(len(rows), np.nan), _few(rows)
    shift = Shift(
        value=field("value"), adjusted=adjusted, cautious=field("cautious"), low=low, high=high,
        p=field("p"), null_mean=nothing, null_rms=nothing, se=field("error"),
        draws=np.array([row.draws for row in rows], dtype=np.int64),
    )  # fmt: skip

    def exceeds(limits: Floats) -> Floats:
        p = np.full(len(rows), np.nan)
        for limit in np.unique(limits):
            here = limits == limit
            p[here] = exceeds_p(shift, float(limit), confidence=confidence)[here]
        return np.where(few, np.nan, p)

    return exceeds


def _severity(value: float, limit: float) -> float:
    return 0.0 if np.isnan(value) else float(value / limit)


def _column_text(row: ColumnDriftRow) -> str:
    resting = f"{row.real:,} real and {row.synthetic:,} synthetic rows"
    if row.measure == "shift":
        return (
            f"{row.attribute} is distributed differently: to match, a person's value would have "
            f"to change by {estimate(row.shift)} real standard deviations on "
            f"average, after taking off what chance alone produces, resting on {resting}"
        )
    low, high = percent(row.shift.low).removesuffix(" %"), percent(row.shift.high)
    moved = f"{percent(row.shift.value)} ({low} to {high})"
    if row.measure == "missing":
        return (
            f"whether {row.attribute} is missing has changed for {moved} of the people, "
            f"resting on {resting}"
        )
    return (
        f"{moved} of the people would have to change their {row.attribute} to look like the real "
        f"group, after taking off what chance alone produces, resting on {resting}"
    )


def _asked(row: ColumnDriftRow) -> str:
    """Say where the reference population asks for it: what moves towards it is no mistake."""
    if not row.asked_for:
        return ""
    return (
        f"; it moved towards the reference population, from which {percent(row.real_apart)} of the "
        f"real people and {percent(row.synthetic_apart)} of the synthetic ones are apart"
    )


# -- the group as a whole --------------------------------------------------------------------------


def _judge_wholes(rows: Sequence[GroupDriftRow], settings: Settings) -> list[Part]:
    """Pairs of columns and rows as a whole: one part, led by the worse of the two."""
    auc, auc_flips = _judge_auc(rows, settings)
    pairs, pair_flips = _judge_pairs(rows, settings)
    parts = []
    for i, row in enumerate(rows):
        said = []
        if row.auc.known:
            severity = _severity(row.auc.value - 0.5, settings.auc_problem - 0.5)
            said.append(Part(None, auc[i], _auc_text(row), auc_flips[i], severity))
        if row.pairs.known:
            severity = _severity(row.pairs.value, settings.drift_problem)
            said.append(Part(None, pairs[i], _pairs_text(row), pair_flips[i], severity))
        parts.append(_whole(row, said))
    return parts


def _whole(row: GroupDriftRow, said: Sequence[Part]) -> Part:
    """Join what was found in pairs and in rows as a whole."""
    evidence = evidence_of(row, "real", "synthetic", "auc", "auc_p", "pairs", "worst_pair")
    if not said:  # a single column, and no classifier: columns speak for themselves
        verdict = Verdict.OK if row.columns else Verdict.NOT_ENOUGH_EVIDENCE
        return Part(None, verdict, "", evidence=evidence)
    ordered = sorted(said, key=lambda part: (part.verdict.rank, -part.severity))
    lead = ordered[0]
    alike = [p for p in ordered if p.verdict is lead.verdict or p.verdict in BAD]
    return replace(lead, text="; ".join(part.text for part in alike), evidence=evidence)


def _judge_auc(
    rows: Sequence[GroupDriftRow], settings: Settings
) -> tuple[list[Verdict], list[str]]:
    value = np.array([row.auc.value for row in rows])
    error = np.array([row.auc_error for row in rows])
    p = np.array([row.auc_p for row in rows])
    noise = p > 1 - settings.confidence

    def exceeds(limits: Floats) -> Floats:
        tail = ndtr(-(value - limits) / np.maximum(error, 1e-9))
        return np.where(noise, 1.0, np.where(np.isnan(value), np.nan, tail))

    low = np.array([row.auc.low for row in rows])
    claims = Claims(
        value=value,
        low=np.where(noise, np.minimum(low, 0.5), low),
        high=np.array([row.auc.high for row in rows]),
        watch=np.full(len(rows), settings.auc_watch),
        problem=np.full(len(rows), settings.auc_problem),
        capped=np.array([_small(row, settings) for row in rows], dtype=bool),
        exceeds=exceeds,
        neutral=_GUESSING,
    )
    return judged(claims, settings)


def _judge_pairs(
    rows: Sequence[GroupDriftRow], settings: Settings
) -> tuple[list[Verdict], list[str]]:
    value = np.array([row.pairs.value for row in rows])
    error = np.array([row.pairs_error for row in rows])
    noise = np.array([row.pairs_p for row in rows]) > (1 - settings.confidence) / 2
    unknown = np.isnan(value) | _few(rows)

    def exceeds(limits: Floats) -> Floats:
        tail = ndtr(-(value - limits) / np.maximum(error, 1e-9))
        return np.where(unknown, np.nan, np.where(noise, 1.0, tail))

    claims = Claims(
        value=value,
        low=np.array([row.pairs.low for row in rows]),
        high=np.array([row.pairs.high for row in rows]),
        watch=np.full(len(rows), settings.drift_watch),
        problem=np.full(len(rows), settings.drift_problem),
        capped=np.array([_small(row, settings) for row in rows], dtype=bool),
        exceeds=exceeds,
    )
    return judged(claims, settings)


def _auc_text(row: GroupDriftRow) -> str:
    return (
        f"a classifier tells real from synthetic rows with a chance of {estimate(row.auc)}, where "
        f"0.5 is guessing, on {_drawn(row, row.auc_rows)}"
    )


def _pairs_text(row: GroupDriftRow) -> str:
    low, high = percent(row.pairs.low).removesuffix(" %"), percent(row.pairs.high)
    worst_pair = ""
    if row.worst_pair_value > 0:
        worst_pair = f", most in {row.worst_pair} ({percent(row.worst_pair_value)})"
    return (
        f"over all pairs of columns, {percent(row.pairs.value)} ({low} to {high}) of the people "
        f"have combinations they should not{worst_pair}, on {_drawn(row, row.pair_rows)}"
    )


def _drawn(row: GroupDriftRow, used: tuple[int, int]) -> str:
    """Say how many rows were used, and of how many, where not of all."""
    text = f"{used[0]:,} real and {used[1]:,} synthetic rows"
    if used == (row.real, row.synthetic):
        return text
    return f"{text} drawn from {row.real:,} and {row.synthetic:,}"


def _quiet(row: GroupDriftRow, parts: Sequence[Part], settings: Settings) -> Part:
    """What is said where nothing is bad: no drift seen, or too few people to see any."""
    evidence = evidence_of(
        row, "real", "synthetic", "auc", "auc_p", "pairs", "detectable_shift", "detectable_share"
    )
    if min(row.real, row.synthetic) < 2:
        text = f"{people(row.real)} and {synthetic_rows(row.synthetic)} leave nothing to compare"
        return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, text, evidence=evidence)
    resting = f"{row.real:,} real and {row.synthetic:,} synthetic rows"
    if row.columns == 0:
        text = f"the {resting} have no column to be compared in"
        return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, text, evidence=evidence)
    if min(row.real, row.synthetic) < _FEWEST:
        text = (
            f"{people(row.real)} and {synthetic_rows(row.synthetic)} are too few to judge drift by"
        )
        return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, text, evidence=evidence)
    if worst([part.verdict for part in parts]) is Verdict.OK:
        text = f"no drift beyond the limits in {columns(row.columns)}"
        text += _together(row) + (f"; {_sign(row)}" if row.below_half else _telling(row.auc))
        return Part(None, Verdict.OK, f"{text}; with {resting}, {_unseen(row)}", evidence=evidence)
    if row.real <= settings.support_problem:
        text = f"no drift is established, and {people(row.real)} are too few to rule it out; with "
        text += resting + ","
    else:
        text = _open(parts) + ";"
    if row.below_half:
        text = f"{text.removesuffix(',').removesuffix(';')}; {_sign(row)};"
    return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, f"{text} {_unseen(row)}", evidence=evidence)


def _unseen(row: GroupDriftRow) -> str:
    """The drift that so few rows would not have shown."""
    shares = "any move of a share"
    if row.detectable_share < _WHOLE_WAY:
        shares = f"a share that moved by less than {percent(row.detectable_share)}"
    shift = number(row.detectable_shift)
    return f"a shift under {shift} standard deviations, or {shares}, could have gone unnoticed"


def _together(row: GroupDriftRow) -> str:
    return ", one by one or in pairs" if row.columns > 1 else ""


def _open(parts: Sequence[Part]) -> str:
    """What is neither established nor ruled out, the most doubtful of it with its numbers."""
    doubtful = [part for part in parts if part.verdict is Verdict.NOT_ENOUGH_EVIDENCE]
    names = sorted({part.attribute for part in doubtful if part.attribute})
    if any(part.attribute is None for part in doubtful):
        names.append("rows as a whole")
    lead = min(doubtful, key=lambda part: (-part.severity, part.attribute or ""))
    return f"drift is neither established nor ruled out in {listed(names)}; {lead.text}"


def _telling(auc: Estimate) -> str:
    if not auc.known:
        return ""
    return f"; real and synthetic rows are told apart with a chance of {estimate(auc)}"


def _sign(row: GroupDriftRow) -> str:
    """Say what a chance below one half means: no drift, and no praise either."""
    return (
        f"but real and synthetic rows are told apart with a chance of {estimate(row.auc)}, below "
        "one half: synthetic rows lie nearer to real ones than real ones to each other, a sign of "
        "copying, see copying"
    )


def _signed(row: GroupDriftRow, parts: Sequence[Part]) -> list[Part]:
    """Say it with the group's worst part, where there is a bad one."""
    bad = [part for part in parts if part.verdict in BAD]
    if not (bad and row.below_half):
        return list(parts)
    lead = min(bad, key=lambda part: (part.verdict.rank, -part.severity, part.attribute or ""))
    return [
        replace(part, text=f"{part.text}; {_sign(row)}") if part is lead else part for part in parts
    ]
