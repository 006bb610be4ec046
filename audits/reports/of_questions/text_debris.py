"""Debris in a report: what is broken or repeated in the texts, and on whom it falls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audits.corpus.debris import MEANINGS
from audits.estimates import percent
from audits.reports.document_material import part_of, ranged, shared, short, whole
from audits.reports.of_questions.presentation import GROUP, Lines, Presentation, Shown
from audits.results import Answer
from audits.settings import Settings

_REAL = Shown("Real texts", lambda row: whole(row.real), hides=True)
_SYNTHETIC = Shown("Synthetic texts", lambda row: whole(row.synthetic), hides=True)


def _worst_first(answer: Answer) -> Sequence[Any]:
    every: Sequence[Any] = answer.rows
    there = [row for row in every if row.real or row.synthetic]
    return sorted(there, key=lambda row: (bool(row.group), -_known(row), row.group))


def _known(row: Any) -> float:
    share = row.synthetic_share
    return float(share.value) if share.known else -1.0


_MAIN = Lines(
    "groups",
    "Texts of each group that are broken or repeated, how many more than among the real ones, and "
    "how many times as often as among the other synthetic texts",
    (
        GROUP, _REAL,
        Shown("Share", lambda row: part_of(row.real_share.value), hides=True),
        _SYNTHETIC,
        Shown("Share", lambda row: shared(row.synthetic_share), hides=True),
        Shown("More", lambda row: shared(row.more), hides=True),
        Shown("Times others", lambda row: ranged(row.times), hides=True),
        Shown("Mostly", lambda row: short(row.most, 30) if row.most else "–", left=True),
    ),
    _worst_first,
    most=40,
)  # fmt: skip


def _of_everyone(answer: Answer) -> Sequence[Any]:
    return [row for row in answer.tables.get("kinds", ()) if not row.group]


_KINDS = Lines(
    "kinds",
    "All texts together, kind by kind",
    (
        Shown("A text that", lambda row: MEANINGS[row.attribute], left=True, width=0.34),
        Shown("Real", lambda row: whole(row.hits_real)),
        Shown("Share", lambda row: part_of(row.real_share.value)),
        Shown("Synthetic", lambda row: whole(row.hits_synthetic)),
        Shown("Share", lambda row: shared(row.synthetic_share)),
        Shown("More", lambda row: shared(row.more)),
    ),
    _of_everyone,
)


_EXAMPLES = Lines(
    "examples",
    "Some of these synthetic texts, a piece of each; texts that copy real ones are never shown",
    (
        Shown("A text that", lambda row: MEANINGS[row.attribute], left=True, width=0.26),
        Shown("Row", lambda row: whole(row.row)),
        Shown("Piece", lambda row: short(row.text, 130), left=True, width=0.62),
    ),
    most=24,
)


def _lead(_answer: Answer) -> tuple[str, ...]:
    return (
        "What is among real texts, too, is no debris: a share counts as far as it is above that of "
        "the real texts. “audits text --flags” lists the texts themselves.",
    )


def _methods(settings: Settings) -> tuple[str, ...]:
    return (
        "A text is broken or repeated if it refuses or speaks as an assistant, holds eight words "
        "of its prompt in a row or marks of a template, letters decoded wrongly or marks of "
        "markup, says the same words three times in a row, ends without the end of a sentence, "
        f"has fewer than {settings.debris_words:,} words, or equals or nearly equals another: "
        f"{percent(settings.debris_similarity)} or more of the runs of five words that either has "
        "are in both (candidates by MinHash, Broder 1997, each then compared exactly). Of a set of "
        "like texts, all but one repeat; they are compared among as many texts of either side, as "
        "the share grows with their number (Hurlbert 1971). Copies of real texts are counted by "
        "themselves, beside how often real texts are like each other (Good 1953; Esty 1983).",
        "The synthetic share less the real one has an interval (Newcombe 1998). It is watched from "
        f"{percent(settings.debris_watch)} and a problem from {percent(settings.debris_problem)} "
        "on. A group is watched, too, where debris falls on it surely more than "
        f"{settings.debris_uneven:g} times as often as on all other synthetic texts (Fisher 1935; "
        "Koopman 1984), and surely more than on its real ones, as taking such texts out takes out "
        "the group.",
        "Refusals and phrases of assistants are known in English only. Debris of other kinds, and "
        "texts that are merely bad, are not seen.",
    )


PRESENTATION = Presentation(
    about="what is broken or repeated",
    bad=("has texts that are broken or repeated", "have texts that are broken or repeated"),
    caption="The share of synthetic texts that are broken or repeated less that of real ones; the "
    "highest on top",
    main=_MAIN,
    further=(_KINDS, _EXAMPLES),
    lead=_lead,
    methods=_methods,
    terms=(
        (
            "Debris",
            "Texts of which something shows that a machine went wrong: refusals, pieces of "
            "prompts, letters decoded wrongly, loops, broken ends, copies.",
        ),
    ),
)
