"""Folders that come with the package: inside it when installed, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

from audits.errors import SourceError


def folder(name: str, *, holding: str, what: str) -> Path:
    """Return a folder that comes with the package, known by a file that it holds.

    Raises
    ------
    SourceError
        If it is in neither place.
    """
    package = Path(__file__).resolve().parent
    for place in (package / name, package.parent / name):
        if (place / holding).is_file():
            return place
    raise SourceError(str(package / name), f"{what} missing.", "Install audits again.")
