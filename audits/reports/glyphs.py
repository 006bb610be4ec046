"""What the shipped fonts can show: anything else is spelled out, so that a page never fails."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

FONTS = Path(__file__).with_name("fonts")

_JOINERS = "\u200c\u200d"
_MARKS_SHOWN = 6
"""More marks than this on one letter run over the lines above and below."""

_PLAIN = re.compile(r"[ -~]*")
_SPELLED = re.compile("‹U\\+([0-9A-F]{4,6})›")
# Controls, format characters (they turn the direction of text), surrogates, private use, breaks.
# Unassigned characters are in no font; asking Python for them would differ between its versions.
_NEVER = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


@cache
def coverage() -> dict[int, int]:
    """Return for every character that can be shown the fonts that have it, one bit a family."""
    table = json.loads((FONTS / "coverage.json").read_text(encoding="ascii"))
    known: dict[int, int] = {}
    for place, ranges in enumerate(table.values()):
        for part in ranges.split():
            first, _, last = part.partition("-")
            for code in range(int(first, 16), int(last or first, 16) + 1):
                known[code] = known.get(code, 0) | 1 << place
    return known


def printable(text: str) -> str:
    """Return a text in which every character can be set by one of the shipped fonts.

    A letter and its marks must be in one font: if no font has all of them, the marks are spelled
    out after the letter.

    >>> printable("x" + chr(0) + "y")
    'x‹U+0000›y'
    """
    if _PLAIN.fullmatch(text):
        return text
    return "".join(map(_shown, clusters(unicodedata.normalize("NFC", text))))


def spelled_out(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the characters that texts spell out, as `U+XXXX`, sorted."""
    codes = {code for text in texts for code in _SPELLED.findall(text)}
    return tuple(f"U+{code}" for code in sorted(codes, key=lambda code: int(code, 16)))


def clusters(text: str) -> Iterator[str]:
    """Cut a text into what is set as one: a letter with marks, a joined emoji, a flag."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not _goes_on(text, start, place):
            yield text[start:place]
            start = place


def _goes_on(text: str, start: int, place: int) -> bool:
    char, before = text[place], text[place - 1]
    if unicodedata.category(char).startswith("M") or char in _JOINERS or _is_skin(char):
        return True
    if _is_flag(char):
        return place - start == 1 and _is_flag(before)
    return before == "\u200d" and unicodedata.category(char) == "So"


def _is_skin(char: str) -> bool:
    return "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _shown(cluster: str) -> str:
    if _in_one_font(cluster) and len(cluster) <= 1 + _MARKS_SHOWN:
        return cluster
    if unicodedata.category(cluster[0]) == "Zs":
        return " " + "".join(map(_alone, cluster[1:]))
    bare = "".join(c for c in cluster if c not in _JOINERS and not "\ufe00" <= c <= "\ufe0f")
    if bare and bare != cluster:
        return "".join(map(_shown, clusters(bare)))
    return "".join(map(_alone, cluster))


def _in_one_font(cluster: str) -> bool:
    fonts, known = -1, coverage()
    for char in cluster:
        if unicodedata.category(char) in _NEVER and char not in _JOINERS:
            return False
        fonts &= known.get(ord(char), 0)
    return fonts != 0


def _alone(char: str) -> str:
    is_mark = unicodedata.category(char).startswith("M")
    if not is_mark and char not in _JOINERS and _in_one_font(char):
        return char
    return f"‹U+{ord(char):04X}›"
