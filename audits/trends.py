"""Audits of one dataset in a row: how each group fares, and what is sure to have changed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from audits.briefs import QUANTITIES, Brief, Point, brief
from audits.diffs import Diff, diff, moved_settings, other_inputs
from audits.errors import UsageError
from audits.estimates import Estimate
from audits.formulas.differences import Difference, no_difference_p, square_and_add
from audits.judging import adjusted
from audits.questions.words import listed
from audits.results import Audit, Group, Verdict, group_name
from audits.several.leading import Quantity

SAME, BETTER, WORSE, MOVED = "no evidence of change", "better", "worse", "moved"
_NOT_THERE = Point(None, Estimate.unknown())


@dataclass(frozen=True)
class Dated:
    """An audit of a series: what it is called, and when it was made (ISO 8601)."""

    label: str
    made: str
    audit: Audit = field(repr=False)


@dataclass(frozen=True)
class Noted:
    """What of an audit of a series is followed."""

    label: str
    made: str
    brief: Brief = field(repr=False)


@dataclass(frozen=True)
class Stamp:
    """What is said of each audit of a series: findings per verdict, and what was audited."""

    label: str
    made: str
    verdict: Verdict
    counts: Mapping[str, int]
    synthetic: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Move:
    """The difference of a number between two audits.

    `change` is later less earlier, its interval made from the two intervals as if the audits were
    independent. `p` is the two-sided p value of "no change", adjusted for all groups of the
    question; nan where nothing can be compared. `sure` says that p is small and 0 outside.
    """

    change: Estimate
    p: float
    sure: bool


@dataclass(frozen=True)
class Course:
    """How a group fares in one question over all audits.

    Attributes
    ----------
    question : str
        The question.
    group : Group
        The group; () is everyone.
    label : str
        What the number is; empty where the question has none.
    best : str
        Which values are good ones, in words.
    points : tuple of Point
        One per audit, in order.
    first, last : Move
        From the first audit to the last, and from the last but one to the last.
    overlap : bool
        Whether all known intervals have a value in common.
    says : str
        What the numbers come to, a whole sentence.
    trend : str
        "better", "worse", "moved" or "no evidence of change", from the first to the last.
    """

    question: str
    group: Group
    label: str
    best: str
    points: tuple[Point, ...]
    first: Move
    last: Move
    overlap: bool
    says: str
    trend: str


@dataclass(frozen=True)
class Trend:
    """A series of audits, oldest first.

    `courses` has a line per question and group, the worst of today first. `since` is what differs
    between the last two audits, None where there is only one. `remarks` say what changed between
    audits beside the data: settings, questions, real tables.
    """

    audits: tuple[Stamp, ...]
    courses: tuple[Course, ...]
    since: Diff | None
    remarks: tuple[str, ...]

    def about(self, question: str | None = None, group: Group | None = None) -> tuple[Course, ...]:
        """The courses of a question, of a group, or of both."""
        return tuple(
            one
            for one in self.courses
            if question in (None, one.question) and group in (None, one.group)
        )

    @property
    def changed(self) -> tuple[Course, ...]:
        """The courses that surely changed from the first audit to the last."""
        return tuple(one for one in self.courses if one.trend != SAME)


def trend(audits: Sequence[Dated]) -> Trend:
    """Follow every group through audits of one dataset.

    Parameters
    ----------
    audits : sequence of Dated
        Oldest first; at least one.

    Returns
    -------
    Trend
        A change is called sure if the interval of the difference leaves out 0 and its p value,
        adjusted for all groups of the question, is at most the false discovery rate of the last
        audit. Audits of one real table share its people, which the interval does not know of: it
        is too wide, if anything.

    Raises
    ------
    UsageError
        If there is no audit.

    References
    ----------
    Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect measures: a
    general approach. Statistics in Medicine, 27(10), 1693-1702.

    Examples
    --------
    >>> import audits
    >>> import pandas as pd
    >>> half = pd.DataFrame({"sex": ["female", "male"] * 200, "paid": ["yes", "no"] * 200})
    >>> one = audits.compare(half, half, sensitive_features="sex", ask=["coverage"])
    >>> found = trend([Dated("v1", "2026-11-01", one), Dated("v2", "2026-11-02", one)])
    >>> [(course.group, course.trend) for course in found.courses][0]
    ((('sex', 'female'),), 'no evidence of change')
    """
    followed = follow([Noted(one.label, one.made, brief(one.audit)) for one in audits])
    since = diff(audits[-2].audit, audits[-1].audit) if len(audits) > 1 else None
    return replace(followed, since=since)


def follow(audits: Sequence[Noted]) -> Trend:
    """Follow every group through briefs of audits, as `trend` does; `since` is left out.

    Raises
    ------
    UsageError
        If there is no audit.
    """
    if not audits:
        raise UsageError("there is no audit to follow. Add one with audits history add.")
    asked = dict.fromkeys(name for one in audits for name in one.brief.points)
    courses = [course for question in asked for course in _courses(audits, question)]
    return Trend(
        audits=tuple(_stamp(one) for one in audits),
        courses=tuple(sorted(courses, key=_order)),
        since=None,
        remarks=tuple(_remarks(audits)),
    )


def _stamp(one: Noted) -> Stamp:
    inputs = one.brief.inputs
    table = next((record for record in inputs if record.role == "synthetic"), None)
    table = table or (inputs[-1] if inputs else None)
    name, rows, digest = (table.name, table.rows, table.sha256) if table else ("", 0, "")
    return Stamp(one.label, one.made, one.brief.verdict, one.brief.counts, name, rows, digest)


def _order(course: Course) -> tuple[Any, ...]:
    now = course.points[-1].verdict
    return (99 if now is None else now.rank, course.question, course.group)


# -- one question ----------------------------------------------------------------------------------


def _courses(audits: Sequence[Noted], question: str) -> Iterator[Course]:
    quantity = QUANTITIES.get(question)
    found = [one.brief.points.get(question, {}) for one in audits]
    points = {
        group: tuple(one.get(group, _NOT_THERE) for one in found)
        for group in dict.fromkeys(group for own in found for group in own)
    }
    firsts = _moves(points, audits, 0)
    lasts = _moves(points, audits, len(audits) - 2)
    for group, own in points.items():
        yield _course(question, group, quantity, own, (firsts[group], lasts[group]))


def _moves(
    points: Mapping[Group, Sequence[Point]], audits: Sequence[Noted], start: int
) -> dict[Group, Move]:
    """The moves of all groups from one audit to the last; their p values are one family."""
    settings = audits[-1].brief.settings
    level = settings.confidence
    unlike = start < 0 or audits[start].brief.settings.confidence != level
    ends = [(of[max(start, 0)].value, of[-1].value) for of in points.values()]
    made = [Estimate.unknown() if unlike else _change(*pair) for pair in ends]
    p = [_p(change, level) for change in made]
    found = adjusted(np.array(p), settings) if p else np.zeros(0)
    return {
        group: Move(
            change,
            float(q),
            bool(q <= settings.false_discovery_rate and not change.low <= 0 <= change.high),
        )
        for group, change, q in zip(points, made, found, strict=True)
    }


def _change(before: Estimate, after: Estimate) -> Estimate:
    parts = (before.value, before.low, before.high, after.value, after.low, after.high)
    if any(math.isnan(part) for part in parts) or math.isinf(before.value - after.value):
        return Estimate.unknown()
    if math.isnan(before.value - after.value):
        return Estimate.unknown()
    found = square_and_add(
        (after.value, after.low, after.high), (before.value, before.low, before.high)
    )
    return Estimate(float(found.value), float(found.low), float(found.high))


def _p(change: Estimate, level: float) -> float:
    if not change.known:
        return math.nan
    found = Difference(change.value, change.low, change.high)
    return float(no_difference_p(found, confidence=level))


# -- what it comes to ------------------------------------------------------------------------------


def _course(
    question: str,
    group: Group,
    quantity: Quantity | None,
    points: tuple[Point, ...],
    moves: tuple[Move, Move],
) -> Course:
    first, last = moves
    overlap = _overlap(points)
    direction = _direction(quantity, points[0].value, points[-1].value) if first.sure else SAME
    return Course(
        question=question,
        group=group,
        label=quantity.label if quantity else "",
        best=quantity.best if quantity else "",
        points=points,
        first=first,
        last=last,
        overlap=overlap,
        says=f"{group_name(group)}: {_says(points, first, direction, overlap=overlap)}.",
        trend=direction,
    )


def _overlap(points: Sequence[Point]) -> bool:
    known = [point.value for point in points if point.value.known]
    return bool(known) and max(v.low for v in known) <= min(v.high for v in known)


def _direction(quantity: Quantity | None, before: Estimate, after: Estimate) -> str:
    if quantity is None:
        return MOVED
    was, now = quantity.badness(before), quantity.badness(after)
    if quantity.worse == "away" and math.isclose(was.value, now.value):
        return MOVED
    return WORSE if now.value > was.value else BETTER


def _says(points: Sequence[Point], move: Move, direction: str, *, overlap: bool) -> str:
    if len(points) < 2:
        return "one audit is no trend"
    if math.isnan(move.p):
        return "the first and the last audit cannot be compared, as a number is not known"
    if direction != SAME:
        return (
            f"{direction}: changed by {move.change} from the first audit to the last (adjusted p "
            f"{move.p:.2g})"
        )
    if overlap:
        return f"{SAME}: all intervals overlap"
    if move.p < 1 and not move.change.low <= 0 <= move.change.high:
        return f"{SAME}: sure by itself, but not among all groups tested at once"
    return f"{SAME} from the first audit to the last; it was elsewhere in between"


# -- what changed beside the data ------------------------------------------------------------------


def _remarks(audits: Sequence[Noted]) -> Iterator[str]:
    for one, other in pairwise(audits):
        between = f"{one.label} → {other.label}"
        before, after = one.brief, other.brief
        for name, (old, new) in moved_settings(before, after).items():
            yield f"{between}: {name} changed from {old} to {new}"
        tables = other_inputs(before, after)
        for role, (old_table, new_table) in tables.items():
            if role != "synthetic":
                yield f"{between}: the {role} table changed from {old_table} to {new_table}"
        if "synthetic" not in tables:
            yield f"{between}: the synthetic table is the same"
        if before.version != after.version:
            yield f"{between}: audits {before.version} became {after.version}"
        yield from _asked(between, before, after)


def _asked(between: str, before: Brief, after: Brief) -> Iterator[str]:
    gone = [name for name in before.asked if name not in after.asked]
    new = [name for name in after.asked if name not in before.asked]
    if gone:
        yield f"{between}: no longer asked: {listed(gone)}"
    if new:
        yield f"{between}: asked for the first time: {listed(new)}"
    if before.sensitive_features != after.sensitive_features:
        was, now = (", ".join(one.sensitive_features) for one in (before, after))
        yield f"{between}: groups by {was} became groups by {now}"
