"""One remark on everyone: people whom training on synthetic rows harms and no group names."""

from __future__ import annotations

import math
from collections.abc import Sequence

from audits.estimates import Estimate
from audits.questions.fairness_families import WORSE, About, scaled
from audits.questions.fairness_rows import SliceRow
from audits.questions.fairness_sentences import Words, between, hundred
from audits.questions.headlines import Part
from audits.questions.words import people
from audits.results import Verdict, group_name
from audits.settings import Settings


def slice_parts(
    rows: Sequence[SliceRow], about: About, words: Words, settings: Settings
) -> list[Part]:
    """Return at most one remark: slices outside the named groups that are harmed, and the worst.

    The worst of a search seems worse than it is, so that it is watched and never called a problem.
    """
    features = {column for group in about for column, _ in group}
    harmed = sorted(
        ((harm.value, row.pattern, row.metric, row) for row in rows
         if (harm := _harm(row)).known and _is_harmed(row, harm, features, settings)),
        key=lambda one: (-one[0], one[1], one[2]),
    )  # fmt: skip
    if not harmed:
        return []
    patterns = {row.pattern for *_, row in harmed}
    value, _, _, row = harmed[0]
    many = "1 set of people" if len(patterns) == 1 else f"{len(patterns):,} sets of people"
    text = (
        f"training on synthetic rows harms {many} that no sensitive feature names, found by "
        f"search{', the worst of them ' if len(patterns) > 1 else ': '}{_text(row, words)}"
    )
    severity = min(value / settings.fairness_change_problem, 5.0)
    return [Part(None, Verdict.WATCH, text, "stable", severity, _evidence(row))]


def _harm(row: SliceRow) -> Estimate:
    """How much further a slice falls behind all by the model trained on synthetic rows."""
    return scaled(row.change, WORSE.get(row.metric, math.nan))


def _is_harmed(row: SliceRow, harm: Estimate, features: set[str], settings: Settings) -> bool:
    named = all(column in features for column, _ in row.pattern)
    sure = row.change_p <= settings.false_discovery_rate
    return not named and sure and harm.value >= settings.fairness_change_watch


def _text(row: SliceRow, words: Words) -> str:
    who = f"{group_name(row.pattern)} ({people(row.support)})"
    change = Estimate(abs(row.change.value), *sorted((abs(row.change.low), abs(row.change.high))))
    far = f"{hundred(change.value)} {{}} ({between(change)}) of every 100"
    label = words.label("")
    said = {
        "accuracy": f"right about {far.format('fewer')}",
        "true positive rate": f"{far.format('fewer')} found with {label}",
        "false positive rate": f"{far.format('more')} without {label} taken for people with it",
    }[row.metric]
    return f"{who}: {said}, beside what becomes of everyone"


def _evidence(row: SliceRow) -> dict[str, object]:
    return {
        "slice": group_name(row.pattern),
        "slice_metric": row.metric,
        "slice_change": row.change,
        "slice_p": row.change_p,
    }
