"""What would be made of each column: found by a process of its own, and kept.

A file that breaks a reader, or fills the memory, must not take the dashboard along.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import limits
import running
import sessions
from sessions import Session

_SLOW = (
    "The columns could not be looked at in time. The audit itself can still be run: name the "
    "sensitive features as the tables call them."
)
_BROKEN = "The tables could not be looked at: the reader gave up. Check that the files are whole."


def understood(
    session: Session,
    real: str,
    synthetic: str,
    *,
    kinds: Mapping[str, str],
    missing: Sequence[str],
) -> dict[str, Any]:
    """Return what `audits.data.understanding` says, as a mapping; or `error`, a sentence."""
    asked = {
        "real": real, "synthetic": synthetic, "kinds": dict(kinds), "missing": list(missing),
        "most_rows": limits.UNDERSTAND_ROWS,
    }  # fmt: skip
    key = _key(asked)
    held = session.read("understood")
    if held.get("key") != key:
        held = {"key": key, "found": _found(asked)}
        session.write("understood", held)
    found: dict[str, Any] = held["found"]
    return found


def _key(asked: Mapping[str, Any]) -> str:
    """Digest what is asked, and the state of the files."""
    facts: list[Any] = [asked]
    for role in ("real", "synthetic"):
        path = Path(asked[role])
        facts.append([path.stat().st_size, path.stat().st_mtime_ns] if path.exists() else None)
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _found(asked: Mapping[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=sessions.root(), prefix=".look-") as folder:
        made = Path(folder) / "found.json"
        try:
            done = subprocess.run(
                [sys.executable, __file__, str(made)],
                input=json.dumps({**asked, "work_folder": folder}).encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=limits.UNDERSTAND_SECONDS,
                env=running.environment(),
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"error": _SLOW}
        if done.returncode or not made.is_file():
            return {"error": _BROKEN}
        found: dict[str, Any] = json.loads(made.read_text(encoding="utf-8"))
    if "error" in found:
        found["error"] = sessions.without_places(found["error"])
    return found


def _work(target: Path) -> None:
    """Do the work, in the other process."""
    from audits.data.understanding import understood as look
    from audits.errors import AuditError

    asked = json.loads(sys.stdin.buffer.read())
    real, synthetic = asked.pop("real"), asked.pop("synthetic")
    try:
        found = dataclasses.asdict(look(real, synthetic, **asked))
    except AuditError as error:
        found = {"error": str(error)}
    target.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    _work(Path(sys.argv[1]))
