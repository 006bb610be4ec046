"""Drift of texts in a report: whose texts no longer look like the real ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, number, percent
from audits.reports.document_material import part_of, plain, ranged, shared, short, whole
from audits.reports.of_questions.presentation import GROUP, Lines, Presentation, Shown
from audits.results import Answer
from audits.settings import Settings

_REAL = Shown("Real texts", lambda row: whole(row.real), hides=True)
_SYNTHETIC = Shown("Synthetic texts", lambda row: whole(row.synthetic), hides=True)
_SURE = 0.05  # adjusted p up to which a word is listed as changed


def _told_apart(row: Any) -> str:
    """The chance of telling texts apart, and what stands behind it."""
    sign = ", below one half: a sign of copying" if row.below_half else ""
    by = "" if row.auc_matched or not row.auc.known else " (whole texts)"
    return f"{ranged(row.auc)}{by}{sign}"


def _beside_chance(share: float, chance: float) -> str:
    return "–" if math.isnan(share) else f"{percent(share)} / {percent(chance)}"


_MAIN = Lines(
    "groups",
    "How well real and synthetic texts are told apart, by words in stretches of equal length and "
    "as whole texts; running words that would have to be others, chance taken off; words of the "
    "real texts that as many synthetic ones lack, as many others of the real ones lack; running "
    "words that the real texts do not have, of synthetic and of real texts",
    (
        GROUP, _REAL, _SYNTHETIC,
        Shown("Told apart", _told_apart),
        Shown("Whole texts", lambda row: plain(row.auc_whole.value)),
        Shown("Other words", lambda row: shared(row.vocabulary)),
        Shown("Lost / by chance", lambda row: _beside_chance(row.lost, row.lost_by_chance)),
        Shown("New / by chance", lambda row: _beside_chance(row.new, row.new_by_chance)),
        Shown("Unknown", lambda row: _beside_chance(row.unknown, row.unknown_by_chance)),
    ),
    most=40,
)  # fmt: skip


def _moved_most(answer: Answer) -> Sequence[Any]:
    """Shapes that moved most, everyone's first; without real texts in their own order."""
    rows: Sequence[Any] = answer.tables.get("shapes", ())
    if not any(row.shift.known for row in rows):
        return rows
    return sorted(
        rows,
        key=lambda row: (bool(row.group), -_or_less(row.shift.value), row.group, row.attribute),
    )


def _or_less(value: float) -> float:
    return -math.inf if math.isnan(value) else value


_SHAPES = Lines(
    "shapes",
    "Means of lengths and readability, and how far texts would have to move to match, in standard "
    "deviations of all real texts",
    (
        GROUP,
        Shown("What", lambda row: short(row.attribute, 30), left=True, width=0.2),
        Shown("Real mean", lambda row: plain(row.real_mean)),
        Shown("Synthetic mean", lambda row: plain(row.synthetic_mean)),
        Shown("Shift (SD)", lambda row: ranged(row.shift)),
    ),
    _moved_most,
    most=40,
)


def _surely_changed(answer: Answer) -> Sequence[Any]:
    rows: Sequence[Any] = answer.tables.get("words", ())
    kept = [row for row in rows if not row.p_adjusted > _SURE]  # unknown where it is hidden
    return sorted(kept, key=lambda row: (row.rank, len(row.group), row.group))


def _by_rank(answer: Answer) -> Sequence[Any]:
    rows: Sequence[Any] = answer.tables.get("telling", ())
    return sorted(rows, key=lambda row: (row.rank, len(row.group), row.group))


def _way(change: Estimate) -> str:
    """Where a word stands more often, and by how much where that can be told."""
    if math.isnan(change.low):
        return "more in synthetic texts" if change.value > 0 else "more in real texts"
    return shared(change)


_WORD = (
    GROUP,
    Shown("Words", lambda row: short(row.words, 40), left=True, width=0.2),
    Shown("Real", lambda row: part_of(row.share_real), hides=True),
    Shown("Synthetic", lambda row: part_of(row.share_synthetic), hides=True),
    Shown("Change", lambda row: _way(row.change)),
)
_WORDS = Lines(
    "words",
    "Words that stand in surely more, or fewer, of a group's texts than they did (shares of texts, "
    "counted in stretches of equal length), the surest of every group before the second",
    _WORD,
    _surely_changed,
    most=40,
)
_TELLING = Lines(
    "telling",
    "Words and pairs of words by which real and synthetic texts are told apart, the most telling "
    "of every group before the second",
    _WORD,
    _by_rank,
    most=40,
)


def _grammar(answer: Answer) -> Sequence[Any]:
    """Labels that moved most surely; without real texts the most frequent."""
    rows: Sequence[Any] = answer.tables.get("grammar", ())
    return sorted(
        rows,
        key=lambda row: (
            bool(row.group), 2.0 if math.isnan(row.p) else row.p, -row.per_100_synthetic, row.group,
            row.kind, row.attribute,
        ),
    )  # fmt: skip


_GRAMMAR = Lines(
    "grammar",
    "Parts of speech and kinds of entities per 100 words, by the trained pipeline, the surest "
    "changes first",
    (
        GROUP,
        Shown("What", lambda row: row.kind, left=True),
        Shown("Label", lambda row: short(row.attribute, 30), left=True),
        Shown("Real", lambda row: plain(row.per_100_real)),
        Shown("Synthetic", lambda row: plain(row.per_100_synthetic)),
        Shown("Change", lambda row: ranged(row.change)),
    ),
    _grammar,
    most=40,
)


def _lead(answer: Answer) -> tuple[str, ...]:
    """What can be said of these texts, and what was not measured."""
    rows: Sequence[Any] = answer.rows
    if not rows:
        return ("There are no texts to be compared.",)
    said = []
    if rows[0].alone:
        said.append(
            "There are no real texts to compare with, so that nothing is judged: lengths and "
            "readability of the synthetic texts stand below."
        )
    missing = rows[0].not_measured
    if missing:
        said.append(
            f"{' and '.join(missing).capitalize()} were not measured: they take a trained spaCy "
            "pipeline that gives them."
        )
    return tuple(said)


def _methods(settings: Settings) -> tuple[str, ...]:
    return (
        "Words per text, words per sentence, letters per word, the LIX index (Björnsson 1968) and, "
        "in English, Flesch's reading ease (1948) are compared by the average distance texts would "
        "have to move, in standard deviations of all real texts, less what chance alone would "
        f"show: from {number(settings.shift_watch)} watched, from "
        f"{number(settings.shift_problem)} a problem.",
        "A classifier tries to tell real from synthetic texts by the "
        f"{settings.drift_grams:,} words and pairs of words that vary most, in one stretch of "
        "equal length of every text, so that length gives nothing away; where too few texts have "
        f"{settings.drift_window:,} words, by whole texts and their lengths. A chance of "
        f"{number(settings.auc_watch)} is watched, of {number(settings.auc_problem)} a problem.",
        "Words that were lost, that are new, and that stand in more or fewer texts are told beside "
        "what as many texts of one and the same side would show, and are not judged by themselves.",
    )


PRESENTATION = Presentation(
    about="whose texts no longer look like the real ones",
    bad=("has texts that no longer look like real ones", "have texts that no longer look like "
         "real ones"),
    caption="How well real and synthetic texts are told apart within each group, and how far the "
    "length or readability moved that moved most; the most moved on top",
    main=_MAIN,
    further=(_SHAPES, _WORDS, _TELLING, _GRAMMAR),
    lead=_lead,
    methods=_methods,
    terms=(
        (
            "LIX",
            "Words per sentence, and the percentage of words of more than six letters, added up: "
            "the higher, the harder to read.",
        ),
        (
            "Reading ease",
            "Flesch's index for English, from words per sentence and syllables per word: the "
            "higher, the easier.",
        ),
        (
            "Told apart",
            "The chance that a classifier, shown one real and one synthetic text, tells which is "
            "which; one half is guessing.",
        ),
    ),
)  # fmt: skip
