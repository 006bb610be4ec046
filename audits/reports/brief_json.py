"""What is followed of an audit as JSON, a part for every question; and back, one question alone."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import Any

from audits.briefs import Brief, Point, brief
from audits.estimates import Estimate
from audits.reports.json_report import plain
from audits.reports.saving import MIN_CELL
from audits.results import Audit, Group, InputRecord, Verdict
from audits.settings import Settings

HEAD = ""
"""The part that holds all but the points."""

_VERDICTS = tuple(Verdict)
_WORDS = {"infinity": math.inf, "-infinity": -math.inf}


def brief_parts(audit: Audit) -> dict[str, str]:
    """Return what is followed of an audit: a head, and a part for every question."""
    found = brief(audit, min_cell=MIN_CELL)
    head = {
        "counts": dict(found.counts),
        "inputs": plain(found.inputs),
        "sensitive_features": list(found.sensitive_features),
        "settings": found.settings.to_dict(),
        "version": found.version,
        "asked": list(found.asked),
        "few": [dict(group) for group in sorted(found.few)],
    }
    lines = {name: [_line(*pair) for pair in of.items()] for name, of in found.points.items()}
    parts: dict[str, Any] = {HEAD: head, **lines}
    return {part: json.dumps(value, allow_nan=False) for part, value in parts.items()}


def _line(group: Group, point: Point) -> list[Any]:
    value = point.value
    verdict = None if point.verdict is None else point.verdict.rank
    return [dict(group), verdict, *plain((value.value, value.low, value.high))]


def read_head(text: str) -> Brief:
    """Return a brief without points."""
    document = json.loads(text)
    return Brief(
        counts=document["counts"],
        inputs=tuple(InputRecord(**record) for record in document["inputs"]),
        sensitive_features=tuple(document["sensitive_features"]),
        settings=_settings(json.dumps(document["settings"])),
        version=document["version"],
        asked=tuple(document["asked"]),
        points={},
        few=frozenset(_group(group) for group in document["few"]),
    )


@lru_cache(maxsize=32)
def _settings(text: str) -> Settings:
    """Most audits of a series have the same settings, which are many to check."""
    return Settings.from_dict(json.loads(text))


def read_points(text: str) -> dict[Group, Point]:
    """Return the points of one question."""
    return {
        _group(group): Point(
            None if verdict is None else _VERDICTS[verdict], Estimate(*map(_number, numbers))
        )
        for group, verdict, *numbers in json.loads(text)
    }


def _group(document: dict[str, str]) -> Group:
    return tuple(sorted(document.items()))


def _number(value: float | str | None) -> float:
    if value is None:
        return math.nan
    return _WORDS[value] if isinstance(value, str) else float(value)
