"""Texts in files of nothing but text: one a file, or one a line."""

from __future__ import annotations

import codecs
import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from audits.errors import SourceError

ENDING = ".txt"
_OTHER = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
"""What a file begins with that is not UTF-8."""
_CONVERT = "Save it as UTF-8, for example: iconv -f {} -t UTF-8."


def in_folder(folder: Path) -> list[Path]:
    """Return every text file of a folder that is not hidden, in the order of their names."""
    return sorted(
        one
        for one in folder.rglob("*")
        if one.name.lower().endswith(ENDING)
        and not any(part.startswith(".") for part in one.relative_to(folder).parts)
        and one.is_file()
    )


def whole(files: Iterable[Path]) -> Iterator[str]:
    """Yield a text per file."""
    for one in files:
        with explained(one):
            raw = one.read_bytes()
        yield _decoded(raw, one, 0)


def lines(path: Path) -> Iterator[str]:
    r"""Yield a text per line: ``\n``, ``\r\n`` or ``\r`` ends one, and nothing else does."""
    begin = 0
    with explained(path), path.open("rb") as file:
        for line in file:
            yield from _decoded(line, path, begin).rstrip("\n").rstrip("\r").split("\r")
            begin += len(line)


def _decoded(raw: bytes, path: Path, begin: int) -> str:
    """Read bytes as UTF-8, with or without the mark that some programs begin a file with.

    `begin` is the place of the bytes in their file.
    """
    first = begin == 0
    other = next((name for mark, name in _OTHER.items() if raw.startswith(mark)), None)
    if first and other is not None:
        raise SourceError(path.name, f"is {other}, not UTF-8.", _CONVERT.format(other))
    marked = first and raw.startswith(codecs.BOM_UTF8)
    try:
        return raw.decode("utf-8-sig" if marked else "utf-8")
    except UnicodeDecodeError as error:
        place = begin + error.start + len(codecs.BOM_UTF8) * marked + 1
        wrong = error.object[error.start]
        raise SourceError(
            path.name,
            f"is not UTF-8: byte {place:,} (0x{wrong:02x}) cannot be read.",
            _CONVERT.format("WINDOWS-1252"),
        ) from None


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the system's own error into one sentence that names the file."""
    try:
        yield
    except OSError as error:
        raise SourceError(
            str(path), f"cannot be read ({error.strerror}).", "Check that it may be read."
        ) from None
