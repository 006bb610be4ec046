"""Names made of what a thing is about: the same whenever it is made again."""

from __future__ import annotations

import hashlib
import json
from typing import Any

LETTERS = 16


def name_of(*parts: Any) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of some JSON values.

    >>> name_of("record", "copy", 7)
    '1c723e0fc1bc4333'
    """
    text = json.dumps(parts, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:LETTERS]
