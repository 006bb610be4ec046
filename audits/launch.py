"""Starts the dashboard: this process becomes Streamlit's, so that it stops as it was started."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from audits.errors import UsageError
from audits.shipped import folder

STARTS_WITH = "AUDITS_DASHBOARD"  # the environment variable that tells the dashboard what to open
STORE = "AUDITS_STORE"  # and the one that names the store of decisions


def launch(
    tables: Mapping[str, str | None],
    *,
    further: Sequence[str] = (),
    generations: bool = False,
    sensitive_features: Sequence[str] = (),
    saved: Sequence[Path] = (),
    store: str | None = None,
    port: int = 8501,
    browser: bool = True,
) -> None:
    """Replace this process by the dashboard's.

    `store` is where decisions are kept: the path of an SQLite file, or an address as SQLAlchemy
    writes it. It is handed on in the environment, where other users of the machine do not see it.

    Raises
    ------
    UsageError
        If Streamlit is not installed, only one of the two tables is named, the tables cannot be
        generations, or there can be no store where one is named.
    SourceError
        If a file does not exist, or the dashboard is missing.
    """
    if find_spec("streamlit") is None:
        raise UsageError(
            "the dashboard needs Streamlit, which is not installed. Run: pip install "
            '"audits[dashboard]"'
        )
    if (tables.get("real") is None) != (tables.get("synthetic") is None):
        raise UsageError("only one table was named. Give REAL and SYNTHETIC, or neither.")
    _check_chain(tables, further, generations=generations)
    kept = _store(store)
    document = {
        "tables": {role: _there(path) for role, path in tables.items() if path is not None},
        "further": [_there(path) for path in further],
        "generations": generations,
        "sensitive_features": list(sensitive_features),
        "audits": [_audit_there(path) for path in saved],
    }
    surroundings = {**os.environ, STARTS_WITH: json.dumps(document)}
    if kept:
        surroundings[STORE] = kept
    os.execve(sys.executable, command(port, browser=browser), surroundings)


def command(port: int, *, browser: bool) -> list[str]:
    """Return the command that starts the dashboard; what matters for privacy is said twice."""
    options = {
        "server.address": "127.0.0.1",
        "server.port": port,
        "server.headless": not browser,
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "viewer",
        "client.showErrorDetails": "none",
    }
    said = [f"--{name}={str(value).lower()}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(dashboard() / "app.py"), *said]


def dashboard() -> Path:
    """Return the folder of the dashboard."""
    return folder("dashboard", holding="app.py", what="the dashboard is")


def _store(named: str | None) -> str:
    """Return where decisions are kept, once there can be a store; what is wrong is not repeated."""
    if not named:
        return ""
    from audits.review.opening import place

    given = named if "://" in named else str(Path(named).expanduser().absolute())
    place(given)
    return given


def _check_chain(
    tables: Mapping[str, str | None], further: Sequence[str], *, generations: bool
) -> None:
    """Refuse tables whose part is not known, and a chain that is none or is given what it lacks."""
    if further and not generations:
        raise UsageError(
            f"{2 + len(further)} tables were named. Give REAL and SYNTHETIC; or, if each was made "
            "from those before, add --generations."
        )
    if generations and not further:
        raise UsageError(
            "--generations needs at least three tables, in order: audits dashboard G0 G1 G2 "
            "--generations."
        )
    beside = [role for role in ("reference", "holdout", "rules") if tables.get(role) is not None]
    if generations and beside:
        raise UsageError(f"a chain of generations takes no --{beside[0]}. Drop it.")


def _there(path: str) -> str:
    """Return a path that holds wherever the dashboard runs; patterns are left to the reader."""
    from audits.data.sources import files_of

    files_of(path)
    return str(Path(path).expanduser().absolute())


def _audit_there(path: Path) -> str:
    """Return where a saved audit is, once it is sure to be one."""
    from audits.reports.json_report import load

    load(path)
    return str(path.absolute())
