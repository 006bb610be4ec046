"""All decisions of a queue as a file that anybody can read: CSV or JSON, whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from audits.errors import StoreError, UsageError
from audits.results import Group, group_name
from audits.review.records import Decision, Queue, Shown, Status
from audits.review.store import Store
from audits.visible import visible

COLUMNS = (
    "number",
    "at",
    "item",
    "kind",
    "rule",
    "row",
    "group",
    "flagged because",
    "status",
    "action",
    "reason",
    "edit",
    "reviewer",
    "identity",
    "subject",
    "adjudicates",
    "bulk",
    "queue",
    "audit",
    "data",
)
"""One line for each decision, in the order in which they were confirmed."""

FORMATS = ("csv", "json")


def export(store: Store, queue_id: str, file: Path) -> int:
    """Write every decision of a queue into a file, `.csv` or `.json`; return how many.

    Nothing is left behind where it fails. Cells of CSV that a spreadsheet would take for a formula
    begin with an apostrophe; JSON holds every text as it is.
    """
    kind = file.suffix.lower().lstrip(".")
    if kind not in FORMATS:
        raise UsageError(f"{file}: decisions are written as .csv or .json. Choose one.")
    queue, counts = store.queue(queue_id), store.counts(queue_id)
    about = {shown.item.id: shown for shown in store.items(queue_id)}
    lines = (_line(decision, about[decision.item]) for decision in store.decisions(queue_id))
    if kind == "csv":
        return _whole(file, lambda out: _csv(out, lines))
    return _whole(file, lambda out: _json(out, queue_to_dict(queue, counts), lines))


def queue_to_dict(queue: Queue, counts: Mapping[Status, int]) -> dict[str, Any]:
    """Return a queue and how many items have which status."""
    return {
        "id": queue.id, "name": queue.name, "audit": queue.audit, "data": queue.data,
        "data_name": queue.data_name, "rows": queue.rows, "made": queue.made,
        "sensitive_features": list(queue.sensitive_features),
        "items": {status.value: counts.get(status, 0) for status in Status},
    }  # fmt: skip


def _line(decision: Decision, shown: Shown) -> dict[str, Any]:
    item = shown.item
    return {
        "number": decision.number,
        "at": decision.at,
        "item": item.id,
        "kind": item.kind,
        "rule": item.rule,
        "row": item.row,
        "group": item.group,
        "flagged because": item.reason,
        "status": shown.status.value,
        "action": decision.action.value,
        "reason": decision.reason,
        "edit": dict(decision.edit),
        "reviewer": decision.reviewer,
        "identity": decision.identity,
        "subject": decision.subject,
        "adjudicates": decision.adjudicates,
        "bulk": decision.bulk,
        "queue": decision.queue,
        "audit": decision.audit,
        "data": decision.data,
    }


def _csv(out: IO[str], lines: Iterator[dict[str, Any]]) -> int:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for line in lines:
        group: Group = line["group"]
        shown = {
            **line,
            "group": group_name(group),
            "edit": json.dumps(line["edit"], ensure_ascii=False) if line["edit"] else "",
            "adjudicates": "yes" if line["adjudicates"] else "",
        }
        writer.writerow([safe_cell(shown[name]) for name in COLUMNS])
        count += 1
    return count


def _json(out: IO[str], queue: Mapping[str, Any], lines: Iterator[dict[str, Any]]) -> int:
    count = 0
    out.write(f'{{"format": "audits-decisions/2", "queue": {json.dumps(queue)},\n"decisions": [')
    for line in lines:
        group = [list(pair) for pair in line["group"]]
        out.write(("," if count else "") + "\n  " + json.dumps({**line, "group": group}))
        count += 1
    out.write("\n]}\n" if count else "]}\n")
    return count


def _whole(file: Path, write: Callable[[IO[str]], int]) -> int:
    """Write beside the file, and put it in its place when all of it is there."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.absolute().parent)
    except OSError as error:
        raise _unwritable(file, error) from error
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            count = write(out)
            out.flush()
            os.fsync(out.fileno())
        beside.chmod(0o644)
        beside.replace(file)
    except OSError as error:
        raise _unwritable(file, error) from error
    finally:
        beside.unlink(missing_ok=True)
    return count


def _unwritable(file: Path, error: OSError) -> StoreError:
    return StoreError(
        str(file), f"cannot be written ({error.strerror}).", "Name another file. Nothing was kept."
    )


def safe_cell(value: object) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula.

    >>> safe_cell("=1+1"), safe_cell(None), safe_cell(-3)
    ("'=1+1", '', '-3')
    """
    if isinstance(value, int):
        return str(value)
    text = "" if value is None else visible(str(value))
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "|", "%")) else text
