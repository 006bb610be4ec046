"""What a new session begins with: what the command line named."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from audits.launch import STARTS_WITH
from sessions import Session


def fill(session: Session) -> None:
    """Put what the command line named into a new session."""
    named = _named()
    tables: dict[str, str] = named.get("tables", {})
    draft: dict[str, Any] = {
        role: table(path) for role, path in tables.items() if role != "synthetic"
    }
    if "synthetic" in tables:
        later = (tables["synthetic"], *named.get("further", ()))
        draft["synthetic"] = [table(path) for path in later]
    if named.get("generations"):
        draft["generations"] = True
    if named.get("sensitive_features"):
        draft["sensitive"] = named["sensitive_features"]
    session.write("draft", draft)
    for path in named.get("audits", ()):
        copy = session.folder / "copied.part"
        shutil.copyfile(path, copy)
        session.keep_audit(copy, Path(path).name)


def table(path: str | Path, label: str | None = None) -> dict[str, str]:
    """Return a table as a draft holds it."""
    return {"path": str(path), "label": label or Path(path).name}


def sample() -> dict[str, Any]:
    """Return the draft of an audit of the sample data, with its three synthetic versions."""
    from audits.demo import VERSIONS, sample_data

    folder = sample_data()
    return {
        "real": table(folder / "survey_real.csv"),
        "synthetic": [table(folder / f"synthetic_{version}.csv") for version in VERSIONS],
        "chosen": ["synthetic_three.csv"],
        "reference": table(folder / "population.csv"),
        "sensitive": ["race", "sex"],
        "sample": True,
    }


def _named() -> dict[str, Any]:
    try:
        found = json.loads(os.environ.get(STARTS_WITH, "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
