"""An audit and what is flagged in its synthetic table, made into a queue for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audits.errors import UsageError
from audits.flags.flagging import Flagging, opened_flagging
from audits.results import Audit, InputRecord
from audits.review import taking
from audits.review.as_read import as_read
from audits.review.digests import audit_digest
from audits.review.finding_items import finding_items
from audits.review.identity import name_of
from audits.review.record_items import RecordItems
from audits.review.records import Item, Queue
from audits.review.taking import OF_TABLES
from audits.run import compare, named
from audits.settings import Settings

STAGES = ("reading", "real rows", "fresh people", "synthetic rows")
"""Those of flags; an audit that is not given has its own before."""
Told = Callable[[str, float], None]
_QUIET: Told = lambda _stage, _share: None  # noqa: E731


def open_queue(  # noqa: PLR0913, one parameter per thing a person may want to say
    real: Any,
    synthetic: Any,
    *,
    sensitive_features: str | Sequence[str],
    audit: Audit | str | Path | None = None,
    name: str | None = None,
    min_cell: int | None = None,
    take: Sequence[str] | None = None,
    holdout: Any = None,
    rules: str | Path | None = None,
    features: Sequence[str] | None = None,
    kinds: Mapping[str, Any] | None = None,
    metadata: str | Path | None = None,
    bands: Mapping[str, Sequence[float]] | None = None,
    missing: Sequence[str] = (),
    settings: Settings | None = None,
    memory: str | int | None = None,
    threads: int | None = None,
    work_folder: str | Path | None = None,
    progress: Told | None = None,
) -> tuple[Queue, tuple[Item, ...]]:
    """Make a queue of everything in an audit and its synthetic table that needs a person.

    An item is made of every finding with the verdict problem or watch; of every synthetic row that
    the calibrated flag marks or that breaks a rule given, that equals a real row, or that is one of
    the most alike of a group that is too much alike. The same tables, audit and settings make the
    same queue again, with the same ids.

    Parameters
    ----------
    real, synthetic, holdout : as for :func:`audits.flag`
        The tables.
    sensitive_features : str or sequence of str
        Columns that form the groups.
    audit : Audit or path, optional
        The audit of the two tables, or where it was saved; made now if it is not given.
    name : str, optional
        What people call the queue; the name of the synthetic table by default.
    min_cell : int, optional
        The setting `review_min_cell`: 11 by default; 0 hides nothing of real people.
    take : sequence of str, optional
        What to take, of `audits.review.taking.OF_TABLES`: "finding", and rules; all by default.
    rules, features, kinds, metadata, bands, missing, settings, memory, threads, work_folder,
    progress
        As for :func:`audits.flag`; settings are those of the audit by default.

    Returns
    -------
    Queue, tuple of Item
        To be put into a store: ``store.add_queue(queue, items)``.

    Raises
    ------
    UsageError
        If an argument makes no sense, or the audit is one of other tables.
    InputError
        If a table cannot be judged.

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"sex": ["female", "male"] * 200, "age": [*range(20, 60)] * 10})
    >>> odd = pd.concat([people, pd.DataFrame({"sex": ["male"], "age": [110]})])
    >>> queue, items = open_queue(people, odd, sensitive_features="sex")
    >>> [(item.row, item.severity) for item in items if item.rule == "range"]
    [(401, 2.3032)]
    """
    told, wanted = progress or _QUIET, taking.checked(take, OF_TABLES)
    said: dict[str, Any] = {
        "sensitive_features": sensitive_features, "holdout": holdout, "rules": rules,
        "features": features, "kinds": kinds, "metadata": metadata, "bands": bands,
        "missing": missing, "memory": memory, "threads": threads, "work_folder": work_folder,
    }  # fmt: skip
    if audit is None:
        audit = compare(real, synthetic, **said, settings=settings, progress=told)
    audit = checked_audit(audit)
    settings = settings or audit.settings
    if min_cell is not None:
        settings = settings.having(review_min_cell=min_cell)
    with opened_flagging(real, synthetic, **said, settings=settings, progress=told) as flagging:
        by = named("x", sensitive_features)
        reading = as_read(kinds, metadata, bands, missing)
        return _opened(flagging, audit, name, reading, by, wanted)


def _opened(
    flagging: Flagging,
    audit: Audit,
    name: str | None,
    reading: Mapping[str, Any],
    sensitive_features: Sequence[str],
    take: Sequence[str],
) -> tuple[Queue, tuple[Item, ...]]:
    settings, flags = flagging.pair.settings, flagging.flags()
    _check_same(audit, flags.inputs)
    made = RecordItems(flagging, audit, flags)
    items = [*finding_items(audit, settings.review_min_cell), *made.items()]
    table = next(record for record in flags.inputs if record.role == "synthetic")
    data = table.sha256 or flagging.tables["synthetic"].digest()
    digest = audit_digest(audit)
    queue = Queue(
        id=name_of(
            "queue", digest, data, settings.to_dict(), sorted(sensitive_features),
            [[record.role, record.sha256] for record in flags.inputs],
            [[rule.name, rule.check] for rule in flags.rules], *taking.named(take, OF_TABLES),
            *([reading] if reading else []), flagging.names,
        ),
        name=name or table.name,
        audit=digest,
        data=data,
        data_name=Path(table.name).name,
        rows=table.rows,
        sensitive_features=tuple(sensitive_features),
        groups=made.groups(),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        settings=settings.to_dict(),
        reading=reading,
    )  # fmt: skip
    return queue, taking.taken(items, take)


def checked_audit(audit: Audit | str | Path) -> Audit:
    """Return an audit, read from where it was saved, that holds every count."""
    if not isinstance(audit, Audit):
        from audits.reports.json_report import load

        audit = load(audit)
    if audit.min_cell:
        raise UsageError(
            "counts are hidden in this audit, so that its rows cannot be found again. Give the "
            "audit that was saved as JSON."
        )
    return audit


def _check_same(audit: Audit, inputs: Sequence[InputRecord]) -> None:
    """Refuse an audit of other tables: what is hidden, and what is signed, rests on it."""
    known = {record.role: record for record in audit.inputs}
    for record in inputs:
        other = known.get(record.role)
        if record.role not in ("real", "synthetic") or other is None:
            continue
        differs = other.sha256 and record.sha256 and other.sha256 != record.sha256
        if differs or other.rows != record.rows:
            raise UsageError(
                f"the audit is one of another {record.role} table: it has {other.rows:,} rows "
                f"({other.sha256[:12] or 'not a file'}), and the table given {record.rows:,} "
                f"({record.sha256[:12] or 'not a file'}). Audit the table again."
            )
