"""What the texts of options mean: lists, pairs of name and value, edges of bands."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from audits.errors import UsageError


def names(given: Sequence[str] | None) -> tuple[str, ...] | None:
    """Split lists at commas, as in CSV: a name that holds a comma stands in quotation marks.

    >>> names(["race,sex", '"a, b"'])
    ('race', 'sex', 'a, b')
    """
    if not given:
        return None
    parts = (part for one in given for part in next(csv.reader([one], skipinitialspace=True), []))
    return tuple(part for part in parts if part)


def pairs(option: str, given: Sequence[str] | None, example: str) -> dict[str, str] | None:
    """Split `name=value` at the first equals sign.

    Raises
    ------
    UsageError
        If there is none, or a name stands twice.

    Examples
    --------
    >>> pairs("--set", ["seed=1"], "seed=1")
    {'seed': '1'}
    """
    if not given:
        return None
    found: dict[str, str] = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not (name and sign and value):
            raise UsageError(f"{option} {one!r} is not name=value. Write it like {example}.")
        if name in found:
            raise UsageError(f"{option} names {name!r} twice. Keep one of them.")
        found[name] = value
    return found


def bands(given: Sequence[str] | None) -> dict[str, tuple[float, ...]] | None:
    """Read edges of bands.

    >>> bands(["age=18,30,65"])
    {'age': (18.0, 30.0, 65.0)}
    """
    said = pairs("--bands", given, "age=18,30,65")
    if said is None:
        return None
    return {name: numbers(f"--bands {name}", edges.split(",")) for name, edges in said.items()}


def numbers(where: str, given: Sequence[Any]) -> tuple[float, ...]:
    """Read finite, rising numbers.

    Raises
    ------
    UsageError
        If one is not a number, or they do not rise.
    """
    try:
        edges = tuple(float(edge) for edge in given)
    except (TypeError, ValueError):
        raise UsageError(f"{where} must be numbers such as 18,30,65, got {given!r}.") from None
    rising = all(a < b for a, b in pairwise(edges))
    if not edges or not rising or not all(abs(edge) < float("inf") for edge in edges):
        raise UsageError(f"{where} must be numbers that rise, got {given!r}.")
    return edges
