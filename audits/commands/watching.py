"""How far a command has come, told to whoever watches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from audits.cli_streams import stop_if_told
from audits.progress import Told, progress_bar, progress_file


@contextmanager
def watched(
    stages: Sequence[str], progress_to: str | None = None, *, title: str = ""
) -> Iterator[Told]:
    """Yield what a run calls with a stage and the share of it done.

    It moves a bar where a person watches, and keeps the file of `--progress-to` where one is named;
    a run that was told to stop stops there.
    """
    with progress_bar(stages, title) as shown:
        kept = None if progress_to is None else progress_file(progress_to, stages)

        def heard(stage: str, share: float) -> None:
            stop_if_told()
            for told in (shown, kept):
                if told is not None:
                    told(stage, share)

        yield heard
