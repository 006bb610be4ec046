"""A report as PDF/A-2a and PDF/UA-1, and a picture as PNG, set by Typst in a process of its own.

Typst keeps what it has set in memory, and the process that asks may live for days: every document
gets a fresh process, which ends with it.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from typing import Any, Literal

from audits.errors import AuditError
from audits.pictures.model import Picture
from audits.reports.blocks import Document
from audits.results import Verdict

TIMEOUT = 120.0
"""Seconds after which a report that is not set yet is given up."""


def pdf_report(document: Document, *, timeout: float = TIMEOUT) -> bytes:
    """Return a report as a tagged PDF for archives and screen readers; same document, same bytes.

    Raises
    ------
    AuditError
        If it could not be set, or not in time.
    """
    return _set({"make": "pdf", "document": _plain(document)}, "the PDF report", timeout)


def png_of(
    picture: Picture,
    scale: float = 2.0,
    theme: Literal["light", "dark"] = "light",
    *,
    timeout: float = TIMEOUT,
) -> bytes:
    """Return a picture as PNG, `scale` pixels to the point.

    Raises
    ------
    AuditError
        If it could not be drawn, or not in time.
    """
    request = {"make": "png", "picture": _plain(picture), "scale": scale, "theme": theme}
    return _set(request, "the picture", timeout)


def _set(request: dict[str, Any], what: str, timeout: float) -> bytes:
    # -P: a file in the working folder that is named like a library is not imported.
    command = [sys.executable, "-P", "-m", "audits.reports.pdf_process"]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(request, allow_nan=False).encode("ascii"),
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise AuditError(
            f"{what} was not ready after {timeout:g} seconds. Try again when the computer is less "
            "busy, or write the HTML report or JSON instead."
        ) from None
    except OSError as error:
        raise AuditError(
            f"{what} could not be set: no process could be started ({error}). Free some memory, "
            "or write the HTML report or JSON instead."
        ) from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[-1] if said else f"exit code {done.returncode}"
        raise AuditError(
            f"{what} could not be set ({reason}). Write the HTML report or JSON instead, and tell "
            "us what this says."
        )
    return done.stdout


def _plain(value: Any) -> Any:
    """Return dataclasses as mappings that name their kind, verdicts as mappings too."""
    if isinstance(value, Verdict):
        return {"verdict": value.value}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"kind": type(value).__name__.lower(), **fields}
    return value
