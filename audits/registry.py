"""Which questions exist."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from audits.errors import UnknownNameError
from audits.results import Finding, Row
from audits.settings import Settings

BUILT_IN = (
    "coverage",
    "drift",
    "diversity",
    "provenance",
    "stereotypes",
    "copying",
    "plausibility",
    "fairness",
    "collection",
)
OF_CHAINS: tuple[str, ...] = ("generations",)
"""Questions about a chain of generations, not about a pair of tables."""
OF_TEXTS: tuple[str, ...] = (
    "text_mentions",
    "text_diversity",
    "text_words",
    "text_drift",
    "text_debris",
    "text_seeds",
)
"""Questions about two collections of texts, or a synthetic one alone."""
OF_TEXT_CHAINS: tuple[str, ...] = ("text_generations",)
"""Questions about generations of texts."""
OF_TARGETS: tuple[str, ...] = ("fairness",)
"""Questions asked only where it is said what a model would predict."""
OF_QUOTAS: tuple[str, ...] = ("quotas",)
"""Questions about a pair of tables that are asked where quotas are given, and only there."""
WITHOUT_TARGET = tuple(name for name in BUILT_IN if name not in OF_TARGETS)
"""What is asked of two tables of which nothing else is said."""
ENTRY_POINTS = "audits.questions"


@dataclass(frozen=True)
class Question:
    """A question an audit can ask: a module with TITLE, ASKS, SETTINGS, TABLES, measure, judge.

    `of` says of what it asks: a "pair" of tables, "quotas" of a pair, a "chain" of generations,
    "texts", or a "text chain". One that does not judge (JUDGES is False) measures, and its answer
    is read as it is: it has no findings.
    """

    id: str
    title: str
    asks: str
    settings: tuple[str, ...]
    tables: dict[str, type[Row]]
    main: str
    measure: Callable[[Any], dict[str, tuple[Row, ...]]]
    judge: Callable[[dict[str, tuple[Row, ...]], Settings], list[Finding]]
    of: str = "pair"
    judges: bool = True


def all_questions() -> tuple[Question, ...]:
    """Return every question, built-in ones first; others come by entry point."""
    kinds = {
        "pair": BUILT_IN,
        "quotas": OF_QUOTAS,
        "chain": OF_CHAINS,
        "texts": OF_TEXTS,
        "text chain": OF_TEXT_CHAINS,
    }
    found = [
        _question(name, import_module(f"audits.questions.{name}"), of)
        for of, named in kinds.items()
        for name in named
    ]
    others = sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name)
    found += [_question(entry.name, entry.load(), "pair") for entry in others]
    return tuple(found)


def questions(
    names: list[str] | tuple[str, ...] | None, *, of: str | None = "pair"
) -> tuple[Question, ...]:
    """Return the questions named, in the registry's order; all of their kind when none is.

    Raises
    ------
    UnknownNameError
        If a name is unknown.
    """
    known = tuple(question for question in all_questions() if of in (None, question.of))
    if not names:
        return known
    ids = [question.id for question in known]
    for name in names:
        if name not in ids:
            raise UnknownNameError("question", name, ids)
    return tuple(question for question in known if question.id in names)


def _question(name: str, module: Any, of: str) -> Question:
    return Question(
        id=name,
        title=module.TITLE,
        asks=module.ASKS,
        settings=tuple(module.SETTINGS),
        tables=dict(module.TABLES),
        main=module.MAIN,
        measure=module.measure,
        judge=module.judge,
        of=of,
        judges=getattr(module, "JUDGES", True),
    )
