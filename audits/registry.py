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

BUILT_IN = ("coverage", "drift", "diversity", "provenance")
ENTRY_POINTS = "audits.questions"


@dataclass(frozen=True)
class Question:
    """A question an audit can ask: a module with TITLE, ASKS, SETTINGS, TABLES, measure, judge."""

    id: str
    title: str
    asks: str
    settings: tuple[str, ...]
    tables: dict[str, type[Row]]
    main: str
    measure: Callable[[Any], dict[str, tuple[Row, ...]]]
    judge: Callable[[dict[str, tuple[Row, ...]], Settings], list[Finding]]


def all_questions() -> tuple[Question, ...]:
    """Return every question, built-in ones first; others come by entry point."""
    found = [_question(name, import_module(f"audits.questions.{name}")) for name in BUILT_IN]
    others = sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name)
    found += [_question(entry.name, entry.load()) for entry in others]
    return tuple(found)


def questions(names: list[str] | tuple[str, ...] | None) -> tuple[Question, ...]:
    """Return the questions named, in the registry's order; all when none is.

    Raises
    ------
    UnknownNameError
        If a name is unknown.
    """
    known = all_questions()
    if not names:
        return known
    ids = [question.id for question in known]
    for name in names:
        if name not in ids:
            raise UnknownNameError("question", name, ids)
    return tuple(question for question in known if question.id in names)


def _question(name: str, module: Any) -> Question:
    return Question(
        id=name,
        title=module.TITLE,
        asks=module.ASKS,
        settings=tuple(module.SETTINGS),
        tables=dict(module.TABLES),
        main=module.MAIN,
        measure=module.measure,
        judge=module.judge,
    )
