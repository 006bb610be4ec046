"""Mentions: who is there in the texts, and in how many of them?"""

from __future__ import annotations

from audits.corpus.corpora import Corpora
from audits.questions import text_mentions_verdicts
from audits.questions.text_mentions_counts import counted
from audits.questions.text_mentions_lines import group_rows, silent_rows
from audits.questions.text_mentions_rows import GenderedRow, MentionRow, SilentRow, TermRow
from audits.questions.text_mentions_terms import gendered_rows, term_rows
from audits.results import Finding, Row
from audits.settings import Settings

TITLE = "Mentions"
ASKS = "Who is there in the texts, and in how many of them?"
SETTINGS = ("share_watch", "share_problem", "fewest_texts", "mention_crossings", "intersections")
MAIN = "groups"
TABLES: dict[str, type[Row]] = {
    "groups": MentionRow,
    "silent": SilentRow,
    "gendered": GenderedRow,
    "terms": TermRow,
}


def measure(corpora: Corpora) -> dict[str, tuple[Row, ...]]:
    """Count the texts of every group, those that mention nobody, pronouns, and doubtful terms."""
    found = counted(corpora)
    return {
        "groups": group_rows(corpora, found),
        "silent": silent_rows(corpora, found),
        "gendered": gendered_rows(corpora),
        "terms": term_rows(corpora),
    }


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: lost, grown, invented, or out of proportion to the population."""
    return text_mentions_verdicts.judge(tables, settings)
