"""How wide a text will be, guessed from its characters: no font is read, so that bytes agree."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from audits.visible import visible

_NARROW, _WIDE = frozenset("iljIftr.,:;'|!()[]{}/\\ `"), frozenset("mwMW@%—…")
_BOLD = 1.07
_JOINER = "\u200d"


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line in points, in a plain sans serif; rather too much.

    >>> width("iiii", 10) < width("mmmm", 10) < width("女女女女", 10)
    True
    """
    return size * sum(map(_em, text)) * (_BOLD if bold else 1.0)


def cut(text: str, size: float, room: float | None, *, bold: bool = False) -> str:
    """Return a text made visible, and cut with an ellipsis where it does not fit.

    Letters stay whole: marks and joined signs go with the letter they belong to.

    >>> cut("a long name of a group", 8, 40), cut("short", 8, 40), cut("any", 8, None)
    ('a long n…', 'short', 'any')
    """
    text = visible(text)
    if room is None or width(text, size, bold=bold) <= room:
        return text
    left = room - width("…", size, bold=bold)
    kept = []
    for letter in _letters(text):
        left -= width(letter, size, bold=bold)
        if left < 0:
            break
        kept.append(letter)
    return "".join(kept).rstrip() + "…"


def wrapped(text: str, room: float, size: float) -> list[str]:
    """Return a text in lines that fit, broken between words.

    >>> wrapped("one two three", 40, 8)
    ['one two', 'three']
    """
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width(longer, size) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _letters(text: str) -> Iterator[str]:
    """Every letter with the marks and joined signs that belong to it."""
    held = ""
    for sign in text:
        joined = held.endswith(_JOINER) or sign == _JOINER or _em(sign) == 0.0
        if held and not joined:
            yield held
            held = ""
        held += sign
    if held:
        yield held


def _em(sign: str) -> float:
    """The width of one sign, in units of the size of the type."""
    if sign in _NARROW:
        return 0.31
    if sign in _WIDE:
        return 0.92
    if sign.isascii():
        return 0.69 if sign.isupper() else 0.57
    kind = unicodedata.category(sign)
    if kind in ("Mn", "Me", "Cf") or "\U0001f3fb" <= sign <= "\U0001f3ff":  # marks, skin tones
        return 0.0
    if kind == "So":
        return 1.25
    return 1.0 if unicodedata.east_asian_width(sign) in "WF" else 0.68
