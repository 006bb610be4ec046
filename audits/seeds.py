"""One random stream per question, group and column, so that adding a group changes no other."""

from __future__ import annotations

import hashlib

import numpy as np

from audits.results import Group


def stream_seed(seed: int, question: str, name: str, group: Group) -> int:
    """Return a whole number below 2^62 that depends on nothing but the arguments.

    >>> stream_seed(1, "drift", "age", ()) == stream_seed(1, "drift", "age", ())
    True
    """
    text = repr((int(seed), question, name, group)).encode()
    return int.from_bytes(hashlib.md5(text).digest()[:8], "little") >> 2


def stream(seed: int, question: str, name: str, group: Group) -> np.random.Generator:
    """Return the generator of one stream."""
    return np.random.Generator(np.random.PCG64(stream_seed(seed, question, name, group)))
