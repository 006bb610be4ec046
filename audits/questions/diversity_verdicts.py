"""Diversity: from measurements to findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from audits.estimates import Estimate, percent
from audits.formulas.homogenisation import homogenisation_exceeds_p
from audits.judging import Claims, adjusted, judged
from audits.questions.diversity_rows import AttributeDiversityRow, GroupDiversityRow
from audits.questions.headlines import BAD, Part, headline
from audits.questions.words import columns, listed, people, synthetic_rows
from audits.results import Finding, Group, Row, Verdict, evidence_of
from audits.settings import Settings

Floats = NDArray[np.float64]
FEWEST_ROWS = 3  # rows on each side for an interval
_FEWEST = 10  # rows on a side below which counts are shown and nothing is made of them
_Measured = Sequence[GroupDiversityRow] | Sequence[AttributeDiversityRow]


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group, led by its worst part, and one for every further bad column."""
    groups = [row for row in tables["groups"] if isinstance(row, GroupDiversityRow)]
    single = [row for row in tables["attributes"] if isinstance(row, AttributeDiversityRow)]
    parts: dict[Group, list[Part]] = {row.group: [] for row in groups}
    for row, part in zip(single, _judge_columns(single, settings), strict=True):
        parts[row.group].append(part)
    for whole, part in zip(groups, _judge_wholes(groups, settings), strict=True):
        parts[whole.group].append(part)
    findings: list[Finding] = []
    for whole in groups:
        said = _with_whole(whole, parts[whole.group])
        quiet = partial(_quiet, whole, said, settings)
        findings += headline("diversity", whole.group, said, otherwise=quiet)
    return findings


def _with_whole(row: GroupDiversityRow, parts: list[Part]) -> list[Part]:
    """Let the worst column also say what is lost over all columns, where that alone is not bad."""
    bad = [part for part in parts if part.verdict in BAD]
    if not bad or not row.index.known or any(part.attribute is None for part in bad):
        return parts
    lead = min(bad, key=lambda part: (part.verdict.rank, -part.severity, part.attribute or ""))
    text = f"{lead.text}. Over {columns(row.columns)}, variety lost is {lost(row.index)}"
    return [replace(part, text=text) if part is lead else part for part in parts]


def _claims(
    rows: _Measured, settings: Settings, tested: Floats, *, given: Floats | None = None
) -> Claims:
    """Statements about the homogenisation index, silent where a test of its own finds nothing.

    Where the test's p value is `given`, it stands for the one computed from the error.
    """
    noise = tested > 1 - settings.confidence
    few = np.array([min(row.real, row.synthetic) < _FEWEST for row in rows], dtype=bool)

    log_ratio, error, freedom = (
        np.array([getattr(row, name) for row in rows]) for name in ("log_ratio", "error", "freedom")
    )

    def exceeds(limits: Floats) -> Floats:
        if not len(rows):
            return np.zeros(0)
        p = homogenisation_exceeds_p(log_ratio, error, df=freedom, limit=float(limits[0]))
        if given is not None:
            p = np.where(np.isnan(given), p, given)
        return np.where(few, np.nan, np.where(noise, 1.0, p))

    return Claims(
        value=np.array([row.index.value for row in rows]),
        low=np.array([row.index.low for row in rows]),
        high=np.array([row.index.high for row in rows]),
        watch=np.full(len(rows), settings.sameness_watch),
        problem=np.full(len(rows), settings.sameness_problem),
        capped=np.array([_few(row, settings) for row in rows], dtype=bool),
        exceeds=exceeds,
    )


def _few(row: GroupDiversityRow | AttributeDiversityRow, settings: Settings) -> bool:
    """Whether there are too few rows on either side, weights considered, to rule sameness out."""
    effective = min(float(row.real), row.freedom + 1)
    return effective <= settings.support_problem or min(row.real, row.synthetic) < _FEWEST


def lost(index: Estimate) -> str:
    """Write a homogenisation index as variety lost."""
    low, high = percent(index.low).removesuffix(" %"), percent(index.high)
    return f"{percent(index.value)} ({low} to {high})"


def _judge_columns(rows: Sequence[AttributeDiversityRow], settings: Settings) -> list[Part]:
    vanished = np.array([row.p for row in rows])
    found, flips = judged(_claims(rows, settings, vanished, given=vanished), settings)
    inherited = _inherited(rows, settings)
    parts = []
    for row, verdict, flip, is_inherited in zip(rows, found, flips, inherited, strict=True):
        if is_inherited:
            parts.append(_inherited_part(row, settings))
            continue
        if verdict not in BAD:
            parts.append(Part(row.attribute, verdict, ""))  # only its name is ever said
            continue
        text = (
            f"{lost(row.index)} of the variety in {row.attribute} is lost in the synthetic data, "
            f"resting on {row.real:,} real and {row.synthetic:,} synthetic rows"
        )
        if row.inherited_from == "the reference population" and row.inherited > 0:
            text += (
                f"; the real sample had already lost {percent(row.inherited)} of "
                f"{row.inherited_from}'s"
            )
        severity = 0.0 if not row.index.known else row.index.value / settings.sameness_problem
        evidence = evidence_of(
            row, "real", "synthetic", "index", "variety_real", "variety_synthetic", "top_value",
            "top_count", "inherited", "inherited_from",
        )  # fmt: skip
        parts.append(Part(row.attribute, verdict, text, flip, severity, evidence))
    return parts


def _inherited(rows: Sequence[AttributeDiversityRow], settings: Settings) -> NDArray[np.bool_]:
    """Small groups whose real members are all in one class, where others are not."""
    p = np.array([row.chance_one_class for row in rows])
    few = np.array([_FEWEST <= row.real <= settings.support_watch for row in rows], dtype=bool)
    same = np.array([row.top_count == row.real for row in rows], dtype=bool)
    family = np.where(few, p, np.nan)
    return np.asarray(same & (adjusted(family, settings) <= settings.false_discovery_rate))


def _inherited_part(row: AttributeDiversityRow, settings: Settings) -> Part:
    """The sample's sameness: nothing the generator could have undone."""
    text = (
        f"inherited sameness in {row.attribute}: all {row.real} of {row.real} real people are "
        f"{row.top_value!r}, as {percent(row.top_synthetic)} of the synthetic rows are, while "
        f"among everyone else {percent(row.top_elsewhere)} are; anyone else could be up to "
        f"{percent(row.unseen_bound)} of the group ({percent(settings.confidence)} bound) and "
        "would not have been seen"
    )
    evidence = evidence_of(
        row, "real", "synthetic", "top_value", "top_count", "top_elsewhere", "top_synthetic",
        "unseen_bound", "chance_one_class", "inherited", "inherited_from",
    )  # fmt: skip
    return Part(row.attribute, Verdict.WATCH, text, "stable", 1.0 - row.top_elsewhere, evidence)


def _judge_wholes(rows: Sequence[GroupDiversityRow], settings: Settings) -> list[Part]:
    tested = np.array([row.p for row in rows])
    found, flips = judged(_claims(rows, settings, tested), settings)
    return [
        Part(
            None,
            verdict,
            f"the synthetic members have lost {lost(row.index)} of the variety of the real ones "
            f"over {columns(row.columns)}, resting on {row.real:,} real and {row.synthetic:,} "
            "synthetic rows",
            flip,
            0.0 if not row.index.known else row.index.value / settings.sameness_problem,
            evidence_of(row, "real", "synthetic", "index", "variety_real", "variety_synthetic"),
        )
        for row, verdict, flip in zip(rows, found, flips, strict=True)
    ]


def _quiet(row: GroupDiversityRow, parts: Sequence[Part], settings: Settings) -> Part:
    evidence = evidence_of(row, "real", "synthetic", "index", "variety_real", "variety_synthetic")
    if not row.index.known:
        return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, _unknown(row), evidence=evidence)
    if min(row.real, row.synthetic) < _FEWEST:
        text = (
            f"{people(row.real)} and {synthetic_rows(row.synthetic)} are too few to judge how alike"
        )
        return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, f"{text} they are", evidence=evidence)
    verdict = next(part.verdict for part in parts if part.attribute is None)
    said = (
        f"variety lost over {columns(row.columns)} is {lost(row.index)}, resting on "
        f"{row.real:,} real and {row.synthetic:,} synthetic rows"
    )
    if row.index.high < 0:
        said = f"more varied than the real group: {said}"
    if _few(row, settings):
        said += f"; {_fewer(row)} are too few to rule sameness out"
    else:
        said += _open_columns(parts)
    if verdict is Verdict.OK:
        return Part(None, Verdict.OK, said, evidence=evidence)
    return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, said, evidence=evidence)


def _fewer(row: GroupDiversityRow) -> str:
    """The smaller side."""
    return people(row.real) if row.real <= row.synthetic else synthetic_rows(row.synthetic)


def _unknown(row: GroupDiversityRow) -> str:
    """Why nothing can be said."""
    resting = f"{people(row.real)} and {synthetic_rows(row.synthetic)}"
    if row.columns:
        return (
            f"the {people(row.real)} do not differ in {columns(row.columns)}, so that the "
            f"{synthetic_rows(row.synthetic)} have no variety to lose"
        )
    if min(row.real, row.synthetic) >= FEWEST_ROWS:
        return f"{resting} have no column in which they could differ"
    return f"{resting} are too few to measure how alike they are"


def _open_columns(parts: Sequence[Part]) -> str:
    """Columns of their own about which nothing is sure: rare values need many people."""
    names = sorted(
        p.attribute for p in parts if p.attribute and p.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    )
    return f"; taken alone, not ruled out in {listed(names)}" if names else ""
