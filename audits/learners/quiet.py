"""Silence for warnings of models that are trained side by side."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0
_kept: warnings.catch_warnings | None = None


@contextmanager
def no_warnings() -> Iterator[None]:
    """Show no warning while any thread is inside.

    Filters belong to the process: threads that each put them aside and back would put back what
    another one had put aside. So the first one in puts them aside, and the last one out puts them
    back.
    """
    global _inside, _kept  # noqa: PLW0603, the filters are global, too
    with _lock:
        _inside += 1
        if _inside == 1:
            _kept = warnings.catch_warnings()
            _kept.__enter__()
            warnings.simplefilter("ignore")
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0 and _kept is not None:
                _kept.__exit__(None, None, None)
                _kept = None
