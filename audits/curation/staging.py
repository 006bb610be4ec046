"""Several files that belong together: written aside, then put in their places in one go.

No file is ever half-written. What stood there before comes back if anything goes wrong on the way;
only a machine that stops in the middle of the renaming can leave new files beside old ones, and
then there is no manifest, which goes first and comes last.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from audits.errors import SourceError, UsageError

MANIFEST = "manifest"
_PREFIX = ".audits.curate."


def check_outputs(
    outputs: Mapping[str, Path], inputs: Mapping[str, object], options: Mapping[str, str]
) -> None:
    """Refuse places that cannot be written, that are inputs, or that are named twice.

    Parameters
    ----------
    outputs : mapping
        What is written, and where.
    inputs : mapping
        What is read; only paths can be overwritten, and whatever lies in a folder is part of it.
    options : mapping
        The option that names each output, for the error.

    Raises
    ------
    UsageError
        If one is such.
    """
    seen: dict[Path, str] = {}
    for name, path in outputs.items():
        option, place = options[name], path.resolve()
        if path.is_dir():
            raise UsageError(f"{option} {path} is a folder. Name a file in it.")
        if not path.parent.is_dir():
            raise UsageError(f"{option} {path}: there is no folder {path.parent}. Make it first.")
        for what, given in inputs.items():
            if isinstance(given, str | Path) and place.is_relative_to(_resolved(given)):
                raise UsageError(
                    f"{option} {path} would overwrite an input, or be taken for a part of it "
                    f"({what}). Choose another name."
                )
        if place in seen:
            raise UsageError(f"{option} and {seen[place]} both name {path}. Choose another name.")
        seen[place] = option


def _resolved(given: str | Path) -> Path:
    return Path(given).expanduser().resolve()


class Staged:
    """Files on their way to their places; made by :func:`staged`."""

    def __init__(self, outputs: Mapping[str, Path], aside: Mapping[Path, Path]) -> None:
        self._outputs, self._aside = outputs, aside

    def __getitem__(self, name: str) -> Path:
        """Where to write an output for the time being: under its own name, in a folder aside."""
        target = self._outputs[name]
        return self._aside[target.parent] / target.name

    def commit(self) -> None:
        """Put every file in its place, the manifest last; or none of them.

        Raises
        ------
        SourceError
            If one cannot be put there; whatever stood there before stands there again.
        """
        order = sorted(self._outputs, key=lambda name: name == MANIFEST)
        with contextlib.ExitStack() as undo:
            for name in reversed(order):
                self._set_aside(self._outputs[name], undo)
            for name in order:
                target = self._outputs[name]
                _flushed(self[name])
                with _explained(target):
                    _renamed(self[name], target)
                undo.callback(target.unlink, missing_ok=True)
            undo.pop_all()

    def _set_aside(self, target: Path, undo: contextlib.ExitStack) -> None:
        if not target.exists():
            return
        old = self._aside[target.parent] / "before" / target.name
        with _explained(target):
            old.parent.mkdir(exist_ok=True)
            _renamed(target, old)
        undo.callback(os.replace, old, target)


@contextlib.contextmanager
def staged(outputs: Mapping[str, Path]) -> Iterator[Staged]:
    """Yield places to write to, each on the disk of its target; nothing is left of them.

    Raises
    ------
    SourceError
        If a folder cannot be written to.
    """
    aside: dict[Path, Path] = {}
    try:
        for target in outputs.values():
            if target.parent not in aside:
                with _explained(target):
                    made = tempfile.mkdtemp(prefix=_PREFIX, dir=target.parent)
                aside[target.parent] = Path(made)
        yield Staged(outputs, aside)
    finally:
        for folder in aside.values():
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _explained(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceError(
            str(target), f"cannot be written ({error.strerror}).", "Choose another place."
        ) from None


def _renamed(old: Path, new: Path) -> None:
    os.replace(old, new)


def _flushed(path: Path) -> None:
    """Have a file on the disk before its name changes."""
    with _explained(path), path.open("rb") as file:
        os.fsync(file.fileno())
