"""Which columns look as if they say who somebody is: a suggestion by name, no more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_WORDS = frozenset(
    word
    for line in (
        "age ages ancestry birth born caste citizen citizenship disabled disability ethnic",
        "ethnicity ethnie gender geschlecht hispanic immigrant language marital marriage nation",
        "national nationality native nativity origin orientation pregnant race racial religion",
        "religious sex sexe sexo sexual skin tone tribe veteran",
    )
    for word in line.split()
)
_MOST_LEVELS = 20
_MOST = 3


def looks_sensitive(name: str) -> bool:
    """Whether a word of a column's name says something about who somebody is.

    >>> looks_sensitive("skin_tone"), looks_sensitive("nativeCountry"), looks_sensitive("wage")
    (True, True, False)
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return bool(_WORDS & {word.lower() for word in re.findall(r"[^\W\d_]+", apart)})


def suggested(columns: Iterable[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """Return the columns to begin with, and others that one could think of."""
    found = [c for c in columns if c["use"] == "compared" and looks_sensitive(c["name"])]
    few = [
        c["name"]
        for c in found
        if c["kind"] in ("categorical", "boolean", "ordinal") and 2 <= c["levels"] <= _MOST_LEVELS
    ]
    first = few[:_MOST]
    return first, [c["name"] for c in found if c["name"] not in first]
