"""Several files that belong together: written aside, then put in their places in one go.

No file is ever half-written. What stood there before comes back if anything goes wrong on the way;
only a machine that stops, or a process that is killed, in the middle of the renaming can leave new
files beside old ones, and then there is no manifest, which goes first and comes last. What had been
set aside is put back by whoever writes into the same folder next.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from audits.data import in_use
from audits.errors import SourceError, UsageError
from audits.questions.words import listed

MANIFEST = "manifest"
_PREFIX = ".audits.curate."
_NEW, _BEFORE = "new", "before"


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

    def __init__(
        self, outputs: Mapping[str, Path], aside: Mapping[Path, Path], notes: Sequence[str]
    ) -> None:
        self._outputs, self._aside, self.notes = outputs, aside, tuple(notes)

    def __getitem__(self, name: str) -> Path:
        """Where to write an output for the time being: under its own name, in a folder aside."""
        target = self._outputs[name]
        return self._aside[target.parent] / _NEW / target.name

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
        old = self._aside[target.parent] / _BEFORE / target.name
        with _explained(target):
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
    notes: list[str] = []
    with contextlib.ExitStack() as stack:
        for target in outputs.values():
            parent = target.parent
            if parent not in aside:
                with _explained(target):
                    notes += _cleared(parent)
                    aside[parent] = stack.enter_context(in_use.made(parent, _PREFIX))
                    for part in (_NEW, _BEFORE):
                        (aside[parent] / part).mkdir()
        yield Staged(outputs, aside, notes)


def _cleared(parent: Path) -> Iterator[str]:
    """Clear what a run that was killed left in a folder, and say what became of files set aside."""
    for folder in in_use.left(parent, _PREFIX):
        there = sorted((folder / _BEFORE).glob("*"))
        kept = [old.name for old in there if (parent / old.name).exists()]
        for old in there:
            if old.name not in kept:
                os.replace(old, parent / old.name)
                yield (
                    f"{old.name} was put back: a run that was killed had set it aside for one that "
                    "it never wrote."
                )
        if kept:
            yield (
                f"a run that was killed left {listed(kept)} of before in {folder.name}, beside new "
                "ones. Take back what you need, and remove that folder."
            )
        else:
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
