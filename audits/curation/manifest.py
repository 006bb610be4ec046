"""The manifest of a curated table: what it was made from, who decided, and digests of all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audits.curation.fates import Fates
from audits.data.sources import sha256_of
from audits.results import Audit
from audits.review.digests import audit_digest
from audits.review.removal import RemovalLine

FORMAT = "audits-curation/1"


def file_record(path: Path, rows: int) -> dict[str, Any]:
    """Return what tells a file: its name, rows and digest."""
    return {"name": path.name, "rows": rows, "sha256": sha256_of([path])}


def manifest_of(
    files: Mapping[str, Mapping[str, Any]],
    audits: tuple[Audit, Audit],
    fates: Fates,
    removal: tuple[RemovalLine, ...],
    *,
    options: Mapping[str, Any],
    notes: tuple[str, ...],
) -> dict[str, Any]:
    """Return the manifest in strict JSON types; the same input and decisions give the same.

    Parameters
    ----------
    files : mapping
        Role (synthetic, kept, removed) to its record.
    audits : pair of Audit
        The audits before and after.
    fates : Fates
        What became of the rows, and by whom.
    removal : tuple of RemovalLine
        What that costs each group.
    options : mapping
        What the audits were asked for.
    notes : tuple of str
        What a reader must know.
    """
    from audits.reports.json_report import plain, row_to_dict

    before, after = audits
    read = [record for record in plain(before.inputs) if record["role"] != "synthetic"]
    return {
        "format": FORMAT,
        "files": {role: dict(record) for role, record in files.items()},
        "other_inputs": read,
        "audits": {"before": audit_digest(before), "after": audit_digest(after)},
        "decided_by": dict(fates.decided_by),
        "edited": len(fates.edited),
        "statuses": dict(fates.statuses),
        "rules": {rule: dict(counts) for rule, counts in fates.rules.items()},
        "removal": [row_to_dict(line) for line in removal],
        "decisions": [plain(one) for one in fates.decisions],
        "options": plain(options),
        "settings": before.settings.to_dict(),
        "versions": dict(before.versions),
        "notes": list(notes),
    }


def manifest_text(document: Mapping[str, Any]) -> str:
    """Write a manifest for people as well as for programs."""
    return json.dumps(document, allow_nan=False, ensure_ascii=False, indent=2) + "\n"
