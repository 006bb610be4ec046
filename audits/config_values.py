"""What a file of options may hold: every value read as its option means it, or refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from audits.cli_values import numbers
from audits.errors import UsageError


def text(where: str, value: Any) -> str:
    """A text."""
    if not isinstance(value, str):
        raise UsageError(f"{where} must be a text in quotation marks, got {value!r}.")
    return value


def texts(where: str, value: Any) -> tuple[str, ...]:
    """A text, or a list of them."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        raise UsageError(f"{where} must be a list of texts, got {value!r}.")
    return tuple(text(where, part) for part in value)


def whole(where: str, value: Any) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"{where} must be a whole number, got {value!r}.")
    return value


def threads(where: str, value: Any) -> int:
    """A number of threads."""
    if whole(where, value) < 1:
        raise UsageError(f"{where} must be at least 1, got {value}.")
    return int(value)


def table(where: str, value: Any) -> dict[str, Any]:
    """A table of names and values."""
    if not isinstance(value, dict):
        raise UsageError(f"{where} must be a table such as {{ age = ... }}, got {value!r}.")
    return value


def kinds(where: str, value: Any) -> dict[str, Any]:
    """A kind per column, or its levels in order."""
    return {
        name: kind if isinstance(kind, str) else list(texts(f"{where}.{name}", kind))
        for name, kind in table(where, value).items()
    }


def bands(where: str, value: Any) -> dict[str, tuple[float, ...]]:
    """Edges of bands per column."""
    return {
        name: numbers(f"{where}.{name}", edges if isinstance(edges, list) else [edges])
        for name, edges in table(where, value).items()
    }


def yes(where: str, value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise UsageError(f"{where} must be true or false, got {value!r}.")
    return value


def one_of(choices: Sequence[str]) -> Callable[[str, Any], str]:
    """Return what reads one of some words."""

    def read(where: str, value: Any) -> str:
        if value not in choices:
            raise UsageError(f"{where} must be {' or '.join(choices)}, got {value!r}.")
        return str(value)

    return read
