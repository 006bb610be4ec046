"""Opening a queue from the page: what may be taken, of which tables, and by whom.

The command `audits review open` does it, in a worker; here it is asked whether it may, and whether
the tables are still those that were audited.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import draft
import limits
import on_disk
import roles
import running
import stores
from audits.errors import UsageError
from audits.reports.saving import MIN_CELL
from audits.results import Audit, InputRecord
from audits.review.taking import OF_TABLES, OF_TEXTS, checked
from roles import Role
from sessions import Session

_TABLES = ("real", "synthetic", "holdout")
_TAKEN = {  # of the request of an audit: what opening a queue reads
    False: ("rules", "features", "kind", "bands", "missing", "sensitive_features"),
    True: ("text", "group", "prompt", "missing", "lexicon", "language"),
}
_OPTION = {"kind": "kinds"}  # what a draft calls it


@dataclass(frozen=True)
class Asked:
    """What somebody wants opened: what to take, under which name, and what is hidden."""

    take: tuple[str, ...]
    name: str = ""
    min_cell: int = MIN_CELL


def known(audit: Audit) -> tuple[str, ...]:
    """Return what a queue for an audit may hold."""
    return OF_TEXTS if audit.of_texts else OF_TABLES


def why_not(audit: Audit) -> str:
    """Say why no queue can be opened for an audit; nothing where one can."""
    there = {one.role for one in audit.inputs}
    if {"real", "synthetic"} <= there:
        return ""
    return (
        "A queue is opened for an audit of a real and a synthetic table; this one is of something "
        "else."
    )


def start(
    session: Session, audit_id: str, audit: Audit, label: str, asked: Asked, token: str
) -> None:
    """Start opening a queue; the same token again starts nothing.

    `audit` is as it was counted, not as it is judged under limits that were moved.

    Raises
    ------
    UsageError
        If the role does not reach, nothing or nothing known is to be taken, or a table is gone or
        has changed since the audit.
    BusyError
        If something runs already.
    """
    roles.allowed(session, Role.REVIEWER)
    if asked.min_cell < MIN_CELL:
        roles.allowed(session, Role.OWNER)
    path = session.audit_path(audit_id)
    if path is None or (said := why_not(audit)):
        raise UsageError(said if path else "the audit is no longer there. Run it again.")
    if not asked.take:
        raise UsageError("nothing is to be taken. Choose findings, or a rule.")
    take = checked(asked.take, known(audit))
    request = request_of(session, audit_id, audit)
    options = [f"--audit={path}", f"--min-cell={asked.min_cell}", f"--take={','.join(take)}"]
    if name := _name(asked.name):
        options.append(f"--name={name}")
    running.start_queue(session, request, options, stores.place(session), label, token)


def request_of(session: Session, audit_id: str, audit: Audit) -> dict[str, Any]:
    """Return what the command is asked: the tables that were audited, as they were understood.

    Raises
    ------
    UsageError
        If one of them is not here any more, or is not what it was.
    """
    before = session.read("requests").get(audit_id)
    drafted = draft.read(session)
    said: Mapping[str, Any] = before or _of_draft(drafted, audit)
    found = {name: said[name] for name in _TAKEN[audit.of_texts] if said.get(name)}
    if not audit.of_texts:
        found["sensitive_features"] = list(audit.sensitive_features)
    for record in audit.inputs:
        if record.role in _TABLES:
            found[record.role] = _table(record, _candidates(record.role, before, drafted))
    return found


def _of_draft(drafted: Mapping[str, Any], audit: Audit) -> dict[str, Any]:
    """Return how the tables that are loaded were understood, for an audit made elsewhere."""
    said = {name: drafted.get(_OPTION.get(name, name)) for name in _TAKEN[False]}
    said["bands"] = {
        name: edges
        for name, edges in (said["bands"] or {}).items()
        if name in audit.sensitive_features
    }
    said["rules"] = drafted["rules"]["path"] if "rules" in drafted else None
    text = next((one.name for one in audit.columns if one.use == "text"), None)
    columns = {one.name for one in audit.columns if one.use == "sensitive"}
    group = [name for name in audit.sensitive_features if name in columns]
    return {**said, "text": text, "group": group, "prompt": drafted.get("prompt")}


def _candidates(
    role: str, before: Mapping[str, Any] | None, drafted: Mapping[str, Any]
) -> Iterator[str]:
    """Yield where a table may lie: where it was audited, and what is loaded now."""
    if before and before.get(role):
        yield str(before[role])
    tables: Sequence[Mapping[str, str]] = (
        drafted["synthetic"] if role == "synthetic" else [drafted[role]] if role in drafted else []
    )
    yield from (one["path"] for one in tables)


def _table(record: InputRecord, places: Iterator[str]) -> str:
    """Return where the table that was audited lies, told by its SHA-256."""
    digests = {path: on_disk.digest(path) for path in places}
    if not record.sha256:
        raise UsageError(f"the {record.role} table was no file: open the queue by audits review.")
    for path, digest in digests.items():
        if digest == record.sha256:
            return path
    named = Path(record.name).name
    if any(digest and Path(path).name == named for path, digest in digests.items()):
        raise UsageError(
            f"{named} has changed on disk since it was audited: rows that are looked at would be "
            "others. Audit it again, and open the queue for that audit. Nothing was opened."
        )
    raise UsageError(
        f"the {record.role} table of this audit, {named}, is not here any more. Load it on the "
        "page Data, as it was when it was audited. Nothing was opened."
    )


def _name(text: str) -> str:
    """Return a name that can be handed to a command."""
    name = " ".join(text.replace("\0", " ").split())
    if len(name) > limits.NAME_LETTERS:
        raise UsageError(
            f"the name has {len(name):,} letters, and {limits.NAME_LETTERS} is the most. Shorten "
            "it."
        )
    return name.encode("utf-8", "replace").decode("utf-8")
