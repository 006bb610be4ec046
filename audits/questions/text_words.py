"""Marked words: which words are tied to which group, and what did the generator add?"""

from __future__ import annotations

from audits.corpus.corpora import Corpora
from audits.questions import text_words_verdicts
from audits.questions.text_words_change import growth
from audits.questions.text_words_counts import Compared, compared
from audits.questions.text_words_lines import Found, Side, group_rows, marked_rows, tie_rows
from audits.questions.text_words_marks import marks
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


def measure(corpora: Corpora) -> dict[str, tuple[Row, ...]]:
    """Count in how many texts of each group words stand; compare groups, and both collections."""
    words = compared(corpora)
    if not words.groups:
        return dict.fromkeys(TABLES, ())
    sides = [_side(corpora, words, place) for place in range(len(words.sides))]
    real = sides[0].counted if len(sides) > 1 else None
    told = growth(
        real, sides[-1].counted, [one.marks for one in sides], words.identity, corpora.settings
    )
    found = Found(corpora, words, tuple(sides), told)
    marked, ties = marked_rows(found), tie_rows(found)
    return {"groups": group_rows(found, marked, ties), "marked": marked, "grown": ties}


def _side(corpora: Corpora, words: Compared, place: int) -> Side:
    name = "synthetic" if place == len(words.sides) - 1 else "real"
    counted = words.counted(place)
    found = marks(corpora, words, place, counted)
    return Side(name, counted, found, words.fewest(place, counted))


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: the word whose tie grew most, or how far it can be told."""
    return text_words_verdicts.judge(tables, settings)
