"""Likeness of texts in a report: whose texts sound more alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import number
from audits.reports.document_material import many, plain, ranged, shared, whole
from audits.reports.of_questions.presentation import GROUP, Lines, Presentation, Shown
from audits.results import Answer
from audits.settings import Settings

_REAL = Shown("Real texts", lambda row: whole(row.real), hides=True)
_SYNTHETIC = Shown("Synthetic texts", lambda row: whole(row.synthetic), hides=True)


def _words(row: Any) -> str:
    if not row.words:
        return "–"
    return f"{row.words:,}, {many(row.prompts, 'prompt')}" if row.prompts else whole(row.words)


_MAIN = Lines(
    "groups",
    "How alike two texts of a group are, from 0 (no word in common) to 1, beside two real ones or, "
    "without real texts, two of the same other group; words: as many of each text are compared, "
    "and within how many prompts; by chance: what two samples of the real texts differ by; real "
    "texts beside others: how alike the real texts already were, beside those of other groups",
    (
        GROUP, _REAL, _SYNTHETIC,
        Shown("Words", _words),
        Shown("Similarity", lambda row: plain(row.similarity.value)),
        Shown("Beside", lambda row: plain(row.beside.value), hides=True),
        Shown("Times as alike", lambda row: ranged(row.ratio), hides=True),
        Shown("By chance", lambda row: plain(row.floor)),
        Shown("Real texts beside others'", lambda row: ranged(row.inherited), hides=True),
    ),
    most=40,
)  # fmt: skip


def _measured(answer: Answer) -> Sequence[Any]:
    rows: Sequence[Any] = answer.rows
    return [row for row in rows if row.similarity.known]


_FURTHER_WAYS = Lines(
    "groups",
    "The same, looked at in other ways: with words that name identities left in; as the share of "
    "dissimilarity that is lost, by words and by embeddings",
    (
        GROUP,
        Shown("Times as alike, identities in", lambda row: ranged(row.with_identities)),
        Shown("Dissimilarity lost", lambda row: shared(row.index)),
        Shown("By embeddings", lambda row: shared(row.embedded_index)),
    ),
    _measured,
    most=40,
)


def _of_everyone_first(answer: Answer) -> Sequence[Any]:
    """Measures of everyone, then those of the groups that are most alike."""
    ratio = {row.group: getattr(row, "ratio", None) for row in answer.rows}

    def order(row: Any) -> tuple[Any, ...]:
        found = ratio.get(row.group)
        known = found is not None and found.known
        return (bool(row.group), -found.value if known and found else math.inf, row.group)

    return sorted(answer.tables.get("variety", ()), key=order)


_VARIETY = Lines(
    "variety",
    "Further measures of variety, in draws of as many texts of either side, all of one length: "
    "more different words, a longer MTLD, more entropy and a higher Vendi score mean more variety; "
    "a higher compression ratio and more shared runs of words mean less",
    (
        GROUP,
        Shown("Measure", lambda row: row.measure, left=True, width=0.2),
        Shown("Synthetic", lambda row: ranged(row.value)),
        Shown("Beside", lambda row: ranged(row.beside), hides=True),
        Shown("Ratio", lambda row: ranged(row.ratio), hides=True),
    ),
    _of_everyone_first,
    most=32,
)


def _lead(answer: Answer) -> tuple[str, ...]:
    """What can be said at all of these texts."""
    rows: Sequence[Any] = answer.rows
    if rows and rows[0].alone:
        return (
            "Without real texts, a group's texts are held against those of other groups: whether "
            "people write so, too, is not known.",
        )
    if any(row.prompts for row in rows):
        return ("Texts are compared within prompts: that two answer one question is no likeness.",)
    return (
        "Texts are compared whatever they were written for: where one side has fewer topics, its "
        "texts are more alike. Name a column of prompts to compare within them.",
    )


def _methods(settings: Settings) -> tuple[str, ...]:
    return (
        "Two texts are alike by the words and pairs of words that they share: the cosine of "
        "logarithms of counts, weighted by how few texts have a word, averaged over words and "
        "pairs. The mean over all pairs of texts does not depend on how many texts there are; its "
        "error is found by leaving out one text at a time (Arvesen 1969). All texts are cut to "
        f"one length, of at most {settings.alike_words:,} words, those under "
        f"{settings.shortest_text:,} words are left out, and so are words that name identities.",
        "A group's texts are watched where they are at least "
        f"{number(settings.alike_watch)} times as alike as real ones, by the whole interval, and "
        f"beyond what chance makes of two samples of real texts; from "
        f"{number(settings.alike_problem)} times it is a problem. Without real texts nothing worse "
        "than a watch is said. Groups of at most "
        f"{settings.support_problem:,} texts are never ok.",
        f"Further measures are taken in {settings.matched_draws:,} draws of as many texts of "
        f"either side, at most {settings.matched_texts:,} (Shao & Wu 1989): most of them change "
        "with the number and length of texts. They are shown and not judged, and not taken of "
        "crossings.",
    )


PRESENTATION = Presentation(
    about="whose texts sound more alike",
    bad=("sounds more alike than real texts do", "sound more alike than real texts do"),
    caption="How many times as alike two texts of each group are as two real ones or, without real "
    "texts, two of another group; the most on top",
    main=_MAIN,
    further=(_FURTHER_WAYS, _VARIETY),
    lead=_lead,
    methods=_methods,
    terms=(
        (
            "Similarity of texts",
            "The cosine of two texts' words and pairs of words: 0 where they have none in common, "
            "1 where they have the same as often.",
        ),
        (
            "MTLD",
            "How many words a text goes on, on average, before it repeats so many that fewer than "
            "72 of 100 are different.",
        ),
        (
            "Vendi score",
            "How many texts that have nothing in common would be as varied as these.",
        ),
    ),
)
