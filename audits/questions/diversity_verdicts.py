"""Diversity: from measurements to findings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audits.estimates import Estimate, percent
from audits.formulas.homogenisation import homogenisation_exceeds_p
from audits.judging import Claims, adjusted, judged
from audits.questions.diversity_rows import AttributeDiversityRow, GroupDiversityRow
from audits.questions.headlines import Part, headline
from audits.questions.words import listed, people
from audits.results import Finding, Group, Row, Verdict, evidence_of
from audits.settings import Settings

Floats = NDArray[np.float64]
_FEWEST = 10  # people below whom their counts are shown and nothing is made of them
_Measured = Sequence[GroupDiversityRow] | Sequence[AttributeDiversityRow]


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group, led by its worst part, and one for every further bad column."""
    groups = [row for row in tables["groups"] if isinstance(row, GroupDiversityRow)]
    columns = [row for row in tables["attributes"] if isinstance(row, AttributeDiversityRow)]
    parts: dict[Group, list[Part]] = {row.group: [] for row in groups}
    for row, part in zip(columns, _judge_columns(columns, settings), strict=True):
        parts[row.group].append(part)
    for row, part in zip(groups, _judge_wholes(groups, settings), strict=True):
        parts[row.group].append(part)
    findings: list[Finding] = []
    for row in groups:
        quiet = _quiet(row, parts[row.group], settings)
        findings += headline("diversity", row.group, parts[row.group], otherwise=quiet)
    return findings


def _claims(
    rows: _Measured, settings: Settings, tested: Floats, *, given: Floats | None = None
) -> Claims:
    """Statements about the homogenisation index, silent where a test of its own finds nothing.

    Where the test's p value is `given`, it stands for the one computed from the error.
    """
    noise = tested > 1 - settings.confidence

    def exceeds(limits: Floats) -> Floats:
        if not len(rows):
            return np.zeros(0)
        p = homogenisation_exceeds_p(
            np.array([row.log_ratio for row in rows]),
            np.array([row.error for row in rows]),
            df=np.array([row.freedom for row in rows]),
            limit=float(limits[0]),
        )
        if given is not None:
            p = np.where(np.isnan(given), p, given)
        return np.where(noise, 1.0, p)

    return Claims(
        value=np.array([row.index.value for row in rows]),
        low=np.array([row.index.low for row in rows]),
        high=np.array([row.index.high for row in rows]),
        watch=np.full(len(rows), settings.sameness_watch),
        problem=np.full(len(rows), settings.sameness_problem),
        capped=np.array([row.real <= settings.support_problem for row in rows], dtype=bool),
        exceeds=exceeds,
    )


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
    return few & same & (adjusted(family, settings) <= settings.false_discovery_rate)


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
            f"over {row.columns} columns, resting on {row.real:,} real and {row.synthetic:,} "
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
        text = (
            f"{people(row.real)} and {row.synthetic:,} synthetic rows are too few to measure how "
            "alike they are"
        )
        return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, text, evidence=evidence)
    verdict = next(part.verdict for part in parts if part.attribute is None)
    said = (
        f"variety lost over {row.columns} columns is {lost(row.index)}, resting on "
        f"{row.real:,} real and {row.synthetic:,} synthetic rows"
    )
    if row.index.high < 0:
        said = f"more varied than the real group: {said}"
    if row.real <= settings.support_problem:
        said += f"; {row.real} people are too few to rule sameness out"
    else:
        said += _open_columns(parts)
    if verdict is Verdict.OK:
        return Part(None, Verdict.OK, said, evidence=evidence)
    return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, said, evidence=evidence)


def _open_columns(parts: Sequence[Part]) -> str:
    """Columns of their own about which nothing is sure: rare values need many people."""
    names = sorted(
        p.attribute for p in parts if p.attribute and p.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    )
    return f"; taken alone, not ruled out in {listed(names)}" if names else ""
