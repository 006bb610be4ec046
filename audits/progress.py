"""How far an audit has come: on standard error where a person watches, or in a file."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

Told = Callable[[str, float], None]
_APART = 0.2  # seconds between two writes of one stage


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


def progress_file(path: str | Path, stages: Sequence[str]) -> Told:
    """Return a function that keeps a small JSON file up to date: stage, its share, share of all.

    The file is replaced whole, so that whoever reads it never sees half of it.

    Raises
    ------
    SourceError
        If it cannot be written.
    """
    from audits.reports.json_report import write_whole

    target, last, written = Path(path), "", 0.0

    def told(stage: str, share: float) -> None:
        nonlocal last, written
        now = time.monotonic()
        if stage not in stages or (stage == last and now - written < _APART):
            return
        last, written = stage, now
        place = (stages.index(stage) + share) / len(stages)
        said = {"stage": stage, "share": round(share, 4), "of_all": round(place, 4)}
        write_whole(target, json.dumps(said))

    return told
