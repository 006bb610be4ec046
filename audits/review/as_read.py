"""How a person said that two tables are to be read, so that nobody has to say it twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from audits.data.kinds import parse_bands
from audits.data.values import canonical
from audits.errors import UsageError
from audits.run import kinds_given, named

_OPTIONS = {"kinds": "--kind", "bands": "--bands", "missing": "--missing"}


def as_read(
    kinds: Mapping[str, Any] | None = None,
    metadata: str | Path | None = None,
    bands: Mapping[str, Sequence[float]] | None = None,
    missing: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what was said of columns and of missing values, in strict JSON types.

    Examples
    --------
    >>> as_read({"grade": "ordinal:low|high", "age": "numeric"}, bands={"age": [30, 65]})
    {'kinds': {'age': 'numeric', 'grade': ['low', 'high']}, 'bands': {'age': [30.0, 65.0]}}
    """
    asked = sorted(kinds_given(kinds, metadata).items())
    edges = sorted(parse_bands(bands).items())
    markers = {canonical(text) for text in named("missing", missing)} - {None}
    said = {
        "kinds": {column: list(one.order) or one.kind for column, one in asked},
        "bands": {column: list(cuts) for column, cuts in edges},
        "missing": sorted(map(str, markers)),
    }
    return {part: value for part, value in said.items() if value}


def agreed(kept: Mapping[str, Any], said: Mapping[str, Any], queue: str) -> dict[str, Any]:
    """Return `kinds`, `bands` and `missing` as they were kept, if nothing said is against them.

    Raises
    ------
    UsageError
        If something is; the message names the option.
    """
    for part, option in _OPTIONS.items():
        before, now = kept.get(part), said.get(part)
        for name, one, other in _differing(before, now):
            raise UsageError(
                f"{option}{name}: the queue {queue} was opened with {_words(one)}, and "
                f"{_words(other)} is said now. Leave the option out: it is known from the queue."
            )
    kinds, bands = kept.get("kinds", {}), kept.get("bands", {})
    return {"kinds": kinds, "bands": bands, "missing": tuple(kept.get("missing", ()))}


def _differing(before: Any, now: Any) -> list[tuple[str, Any, Any]]:
    """What is said now and was not so: of each column, or of all texts that mean missing."""
    if not isinstance(now, Mapping):
        return [("", before, now)] if now and now != before else []
    known = before or {}
    return [(f" {name}", known.get(name), one) for name, one in now.items()
            if known.get(name) != one]  # fmt: skip


def _words(said: Any) -> str:
    if not said:
        return "nothing"
    return said if isinstance(said, str) else ", ".join(f"{one:g}" if isinstance(one, float)
                                                        else str(one) for one in said)  # fmt: skip
