"""The pictures of a report, from those there are; a question without one has none."""

from __future__ import annotations

from audits.cards import Card
from audits.reports.blocks import Figure
from audits.results import Answer, Audit, Row


def of_answer(answer: Answer) -> list[Figure]:
    """The picture of a question's groups; none where nobody drew one."""
    return []


def of_card(card: Card) -> list[Figure]:
    """Whom a group rests on: a strip of real people, and how unevenly they are used."""
    return []


def of_profile(row: Row, card: Card) -> list[Figure]:
    """A column within a group, real and synthetic."""
    return []


def of_crossings(audit: Audit) -> list[Figure]:
    """Two features by each other; none where there are not two."""
    return []
