"""The field's words, explained once; each with the questions that use it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from audits.reports.of_questions import PRESENTED

_EVERYWHERE: tuple[tuple[str, str], ...] = (
    (
        "Crossing",
        "A group formed by values of two or more sensitive features, such as a race and a sex. "
        "Also called an intersection.",
    ),
    (
        "Everyone",
        "All rows together, shown beside the groups.",
    ),
    (
        "False discovery rate",
        "The share of false accusations expected among those made. Looking at many groups finds "
        "something by luck; verdicts are adjusted for that.",
    ),
    (
        "Generator",
        "The program that learned from the real table and made the synthetic one.",
    ),
    (
        "Group",
        "People who share a value of a sensitive feature, or values of several.",
    ),
    (
        "Interval",
        "The values that the data allow. A wide interval says that there are few people behind a "
        "number.",
    ),
    (
        "Not enough evidence",
        "The data allow both a good and a bad answer. No all-clear.",
    ),
    (
        "Real table",
        "The data about actual people from which the synthetic table was made.",
    ),
    (
        "Sensitive feature",
        "A column that describes people, such as sex or race, by which groups are formed.",
    ),
    (
        "Synthetic table",
        "Rows made by a generator to stand in for the real ones.",
    ),
)


def _terms() -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Every word, the questions that use it (none: all of them), and what it means."""
    meaning = dict(_EVERYWHERE)
    users: dict[str, list[str]] = {term: [] for term in meaning}
    for name, question in PRESENTED.items():
        for term, says in question.terms:
            meaning.setdefault(term, says)
            users.setdefault(term, []).append(name)
    for term in sorted(meaning, key=str.lower):
        yield term, tuple(users[term]), meaning[term]


TERMS = tuple(_terms())


def glossary(questions: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return the terms that a report on these questions uses, with their meaning.

    >>> [term for term, _ in glossary(["coverage"]) if term.startswith("R")]
    ['Real table', 'Reference population']
    """
    return tuple(
        (term, says) for term, by, says in TERMS if not by or not set(by).isdisjoint(questions)
    )
