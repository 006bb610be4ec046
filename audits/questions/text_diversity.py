"""Likeness of texts: do a group's texts sound more alike than real ones?"""

from __future__ import annotations

from audits.corpus.corpora import Corpora
from audits.questions import text_diversity_verdicts
from audits.questions.text_diversity_groups import group_rows
from audits.questions.text_diversity_rows import TextLikenessRow, TextVarietyRow
from audits.results import Finding, Row
from audits.settings import Settings

TITLE = "Likeness of texts"
ASKS = "Do a group's texts sound more alike than real ones?"
SETTINGS = (
    "alike_watch",
    "alike_problem",
    "shortest_text",
    "alike_words",
    "alike_kept",
    "alike_texts",
    "matched_texts",
    "matched_draws",
    "fewest_texts",
    "support_problem",
)
MAIN = "groups"
TABLES: dict[str, type[Row]] = {"groups": TextLikenessRow, "variety": TextVarietyRow}


def measure(corpora: Corpora) -> dict[str, tuple[Row, ...]]:
    """Compare how alike a group's texts are with its real ones, or with those of other groups."""
    groups, variety = group_rows(corpora)
    return {"groups": groups, "variety": variety}


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: more alike than real texts, or how sure it is that they are not."""
    return text_diversity_verdicts.judge(tables, settings)
