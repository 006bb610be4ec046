"""Names and sentences made safe to show: what would steer a terminal or a reader is spelled out."""

from __future__ import annotations

import re

# controls (ESC among them), marks that turn the direction of text, line separators, surrogates
_HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Return a text on one line, with every control character spelled out.

    Joiners that scripts and emoji need stay as they are.

    >>> visible("a" + chr(27) + "[31mb")
    'a‹U+001B›[31mb'
    >>> visible("سود × 女性")
    'سود × 女性'
    """
    return _HIDDEN.sub(lambda found: f"‹U+{ord(found.group()):04X}›", text)
