"""Quotas of a collection plan: to be taken away, and checked against a table later on.

A table is counted by the command, in a process of its own: a file that breaks a reader must not
take the dashboard along.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import limits
import running
import sessions
from audits.errors import InputError
from audits.plans import Plan
from audits.reports.plan_report import quotas_csv
from audits.results import Audit

_SLOW = "The table could not be counted in time. Run audits plan with --quotas on it instead."


def text_of(audit: Audit) -> str:
    """Return the quotas of an audit as CSV: of the groups whose counts it shows."""
    answer = audit["collection"]
    held = Plan(audit.inputs, audit.sensitive_features, audit.settings, answer, audit.notes)
    return quotas_csv(held)


def checked(draft: Mapping[str, Any], quotas: Path) -> list[dict[str, Any]]:
    """Return what became of each line of a quotas file in the real table of a draft.

    Raises
    ------
    InputError
        If the table or the quotas cannot be read; the command's own sentence.
    """
    command = [
        sys.executable, "-m", "audits", "plan", draft["real"]["path"], "--quotas", str(quotas),
        "--format", "json",
    ]  # fmt: skip
    if "reference" in draft:
        command += ["--reference", draft["reference"]["path"]]
    for name, kind in (draft.get("kinds") or {}).items():
        command += ["--kind", f"{name}={kind}"]
    bands = {n: e for n, e in (draft.get("bands") or {}).items() if n in draft["sensitive"]}
    for name, edges in bands.items():
        command += ["--bands", f"{name}={','.join(f'{edge!r}' for edge in edges)}"]
    for text in draft.get("missing") or ():
        command += ["--missing", f'"{text}"']
    with tempfile.TemporaryDirectory(dir=sessions.root(), prefix=".quotas-") as folder:
        said = _said(command, Path(folder))
    return list(json.loads(said)["checks"])


def _said(command: list[str], folder: Path) -> str:
    with (folder / "said.txt").open("wb") as told, (folder / "out.json").open("wb") as out:
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=told, check=False,
                timeout=limits.UNDERSTAND_SECONDS, env=running.environment(), cwd=folder,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise InputError(_SLOW) from None
    if done.returncode:
        raise InputError(running.sentence_of(folder / "said.txt"))
    return (folder / "out.json").read_text(encoding="utf-8")
