"""The generations of a simulation as CSV files in a new folder."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from audits.data.coded_table import CodedTable
from audits.data.tables import Codes
from audits.errors import SourceError, UsageError
from audits.simulation.recipes import Recipe


@dataclass
class Folder:
    """Where generations are written; each chain's rows are added to its generation's file."""

    path: Path
    started: set[int] = field(default_factory=set)

    def add(
        self, table: CodedTable, recipe: Recipe, chain: int, generation: int, rows: Codes
    ) -> None:
        """Write the rows of one generation of one chain."""
        label = str(chain + 1) if recipe.chains > 1 else None
        target = self.path / f"g{generation}.csv"
        try:
            table.write(target, rows, label, more=generation in self.started)
        except OSError as error:
            raise SourceError(
                str(target), f"cannot be written ({error.strerror}).", "Choose another place."
            ) from None
        self.started.add(generation)


@contextlib.contextmanager
def folder_of(target: str | Path | None) -> Iterator[Folder | None]:
    """Yield a folder that takes its name only when all of it is written; None for None.

    Raises
    ------
    UsageError
        If something stands there already, or there is nowhere to make it.
    SourceError
        If it cannot be made.
    """
    if target is None:
        yield None
        return
    place = Path(target)
    check_folder(place)
    try:
        made = Path(tempfile.mkdtemp(dir=place.parent, prefix=".audits."))
    except OSError as error:
        raise SourceError(
            str(place), f"cannot be made ({error.strerror}).", "Choose another place."
        ) from None
    try:
        yield Folder(made)
        made.chmod(0o755)
        made.rename(place)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def check_folder(place: Path) -> None:
    """Refuse a folder that cannot be made before the work is done, not after.

    Raises
    ------
    UsageError
        If it exists and holds something, or is a file, or its own folder does not exist.
    """
    if place.is_dir() and any(place.iterdir()):
        raise UsageError(f"--output {place} holds files already. Name a new folder.")
    if place.exists() and not place.is_dir():
        raise UsageError(f"--output {place} is a file. Name a new folder, or a .json file.")
    if not place.parent.is_dir():
        raise UsageError(f"--output {place}: there is no folder {place.parent}. Make it first.")
