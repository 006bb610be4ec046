"""Audits put into the history of a dataset, and what of them is followed taken out again."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from audits.briefs import Brief, brief
from audits.errors import AuditError
from audits.reports.brief_json import HEAD, brief_parts, read_head, read_points
from audits.reports.history_report import dated, label_of
from audits.reports.saving import MIN_CELL
from audits.results import Audit
from audits.review.digests import audit_text
from audits.review.records import KeptAudit
from audits.review.store import Store
from audits.trends import Noted


@dataclass(frozen=True)
class Read:
    """The audits of a series that can be followed, oldest first; and why others cannot."""

    audits: tuple[Noted, ...]
    kept: tuple[KeptAudit, ...]
    trouble: tuple[str, ...]


def keep(
    store: Store, series: str, audit: Audit, *, label: str, document: str | None = None
) -> KeptAudit:
    """Keep an audit in the history of a dataset; the same one is kept once.

    `document` is its JSON as it lies on disk, where there is such a file.

    Raises
    ------
    UsageError
        If the name or the label cannot be kept.
    """
    made = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    text = audit_text(audit) if document is None else document
    return store.keep_audit(series, text, label=label, made=made, brief=brief_parts(audit))


def read(store: Store, series: str, questions: Iterable[str] | None = None) -> Read:
    """Return what is followed of a series: of all questions, or of some; of () only the heads.

    Audits of versions that cannot be read are left out, with a sentence for each.
    """
    history, heads = store.history(series), _heads(store, series)
    wanted = None if questions is None else list(questions)
    asked = wanted or ([] if wanted == [] else _asked(heads.values()))
    parts = {name: store.briefs(series, name) for name in asked}
    found: list[tuple[KeptAudit, Brief]] = []
    trouble = []
    for kept in history:
        try:
            found.append((kept, _brief(store, kept, heads, parts, wanted)))
        except AuditError as error:
            trouble.append(f"{label_of(kept)} is left out: {error}")
    return Read(
        tuple(Noted(label_of(kept), kept.made, one) for kept, one in found),
        tuple(kept for kept, _ in found),
        tuple(trouble),
    )


def _heads(store: Store, series: str) -> dict[int, Brief]:
    """Heads that this version understands; other audits are opened whole, and say what is wrong."""
    found = {}
    for number, text in store.briefs(series, HEAD).items():
        try:
            found[number] = read_head(text)
        except (AuditError, KeyError, TypeError, ValueError):
            continue
    return found


def _asked(heads: Iterable[Brief]) -> Sequence[str]:
    return list(dict.fromkeys(name for head in heads for name in head.asked))


def _brief(
    store: Store,
    kept: KeptAudit,
    heads: Mapping[int, Brief],
    parts: Mapping[str, Mapping[int, str]],
    wanted: Sequence[str] | None,
) -> Brief:
    head = heads.get(kept.number)
    if head is None:
        audit = dated(store.audit(kept.series, kept.number)).audit
        return brief(audit, wanted, min_cell=MIN_CELL)
    texts = {name: of[kept.number] for name, of in parts.items() if kept.number in of}
    return replace(head, points={name: read_points(text) for name, text in texts.items()})
