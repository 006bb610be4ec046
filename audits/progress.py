"""How far an audit has come, on standard error, and only where a person watches."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

Told = Callable[[str, float], None]


def watched() -> bool:
    """Whether standard error is a terminal that can draw a bar."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def progress_bar(stages: Sequence[str], title: str = "") -> Iterator[Told | None]:
    """Yield a function that moves a bar through the stages; None where nobody watches.

    The bar vanishes when it is done, so that only results and remarks stay.
    """
    if not watched():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(title, total=len(stages))

        def told(stage: str, share: float) -> None:
            if stage in stages:  # a stage nobody announced has no place on the bar
                place = stages.index(stage) + share
                shown.update(task, description=f"{title} {stage}".strip(), completed=place)

        yield told
