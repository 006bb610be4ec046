"""A request as TOML, for a worker to read: any column name and any value survives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def document(values: Mapping[str, Any]) -> str:
    r"""Return values as a TOML document.

    >>> print(document({"real": "a\"b.csv", "bands": {"a.b": [1.5]}}), end="")
    "real" = "a\"b.csv"
    "bands" = {"a.b" = [1.5]}
    """
    return "".join(f"{_text(name)} = {_value(value)}\n" for name, value in values.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        pairs = (f"{_text(str(name))} = {_value(part)}" for name, part in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    return _text(str(value))


def _text(text: str) -> str:
    """Quote a text; whatever is not plain ASCII is written by its number."""
    return '"' + "".join(_letter(letter) for letter in text) + '"'


def _letter(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    code = ord(letter)
    if 0x20 <= code < 0x7F:
        return letter
    if 0xD800 <= code < 0xE000:
        return "\\uFFFD"  # half of a letter stands for none: a column with it cannot be named
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
