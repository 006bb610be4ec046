"""Marked words: which words are tied to which group, and what did the generator add?"""

from __future__ import annotations

from typing import Any

import numpy as np

from audits.corpus.corpora import Corpora
from audits.questions import text_words_verdicts
from audits.questions.text_words_change import growth
from audits.questions.text_words_counts import Compared, compared
from audits.questions.text_words_groups import Ints
from audits.questions.text_words_lines import Found, Side, group_rows, marked_rows, tie_rows
from audits.questions.text_words_marks import marked_words, marks
from audits.questions.text_words_rows import MarkedWordRow, WordGroupRow, WordTieRow
from audits.results import Finding, Row
from audits.settings import Settings

TITLE = "Marked words"
ASKS = "Which words are tied to which group, and what did the generator add?"
SETTINGS = (
    "marked_method",
    "marked_watch",
    "marked_problem",
    "marked_floor",
    "marked_share",
    "marked_prior",
    "marked_shuffles",
    "marked_telling",
    "marked_common",
    "marked_listed",
    "fewest_texts",
)
MAIN = "groups"
TABLES: dict[str, type[Row]] = {
    "groups": WordGroupRow,
    "marked": MarkedWordRow,
    "grown": WordTieRow,
}
_CELLS = 1_000_000  # groups times words compared at once


def measure(corpora: Corpora) -> dict[str, tuple[Row, ...]]:
    """Count in how many texts of each group words stand; compare groups, and both collections."""
    words = compared(corpora)
    if not words.names:
        return dict.fromkeys(TABLES, ())
    tallies = [words.tally(place) for place in range(len(words.sides))]
    every = [marks(corpora, words, place, tally) for place, tally in enumerate(tallies)]
    fewest = [words.fewest(place, tally) for place, tally in enumerate(tallies)]
    names = ("real", "synthetic")[-len(words.sides) :]
    rows: dict[str, tuple[Row, ...]] = dict.fromkeys(TABLES, ())
    for block in _blocks(words):
        sides = [
            Side(name, tally.counted(block), one, one.beyond, least)
            for name, tally, one, least in zip(names, tallies, every, fewest, strict=True)
        ]
        found = _found(corpora, words, block, sides)
        marked, ties = marked_rows(found), tie_rows(found)
        rows["groups"] += group_rows(found, marked, ties)
        rows["marked"] += marked
        rows["grown"] += ties
    return {name: tuple(sorted(rows[name], key=_place)) for name in TABLES}


def _blocks(words: Compared) -> list[Ints]:
    """Places of groups, so many at a time that tables of groups and words stay small."""
    size = max(1, _CELLS // max(len(words.kept), 1))
    places = np.arange(len(words.names))
    return [places[first : first + size] for first in range(0, len(places), size)]


def _found(corpora: Corpora, words: Compared, block: Ints, sides: list[Side]) -> Found:
    real = sides[0].counted if len(sides) > 1 else None
    marked = marked_words(sides[-1].marks, block, len(words.kept))
    told = growth(real, sides[-1].counted, marked, words.identity, corpora.settings)
    return Found(corpora, words, block, tuple(sides), told)


def _place(row: Row) -> tuple[Any, ...]:
    """Where a row stands: by group, the synthetic side first, and by rank."""
    return row.group, getattr(row, "side", "") == "real", getattr(row, "rank", 0)


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: the word whose tie grew most, or how far it can be told."""
    return text_words_verdicts.judge(tables, settings)
