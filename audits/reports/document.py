"""An audit arranged as a report: what is said where. Nothing is computed, nothing is drawn."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from audits.errors import UsageError
from audits.pictures.model import Picture
from audits.reports import (
    document_appendix,
    document_cover,
    document_crossings,
    document_groups,
    document_methods,
    document_questions,
    document_review,
    document_summary,
)
from audits.reports.blocks import Document, Section
from audits.reports.document_material import Material, short
from audits.reports.json_report import finding_to_dict, plain
from audits.results import Audit, Verdict
from audits.review.reviewed import Reviewed
from audits.visible import visible


def document(
    audit: Audit,
    *,
    title: str | None = None,
    author: str = "",
    timestamp: int | None = None,
    min_cell: int = 0,
    review: Reviewed | None = None,
    before: Audit | None = None,
) -> Document:
    """Return a report of an audit, for whoever sets it as PDF or HTML.

    Parameters
    ----------
    audit : Audit
        An audit, run or loaded; the data are not needed.
    title : str, optional
        The report's title; made from the names of the tables by default.
    author : str
        Who prepared the report.
    timestamp : int, optional
        Seconds since 1970, for the cover and the file's metadata. Without it the report bears no
        date, and the same audit gives the same report.
    min_cell : int
        Hide counts from 1 to one less than this, and what would let them be computed; 0 hides
        nothing. An audit that hides as much already is taken as it is.
    review : Reviewed, optional
        What people decided of it and signed; without it the cover says that nobody has.
    before : Audit, optional
        The audit before this one, so that the report says what changed.

    Raises
    ------
    UsageError
        If `timestamp` or `min_cell` makes no sense.

    Examples
    --------
    >>> import audits, pandas as pd
    >>> people = pd.DataFrame({"sex": ["f", "m"] * 200, "paid": ["yes", "no", "no", "yes"] * 100})
    >>> made = document(audits.compare(people, people, sensitive_features="sex"), title="Pay")
    >>> made.cover.title, made.sections[0].title
    ('Pay', 'How to read the marks')
    """
    if min_cell < 0:
        raise UsageError(f"min_cell must be 0 (hide nothing) or more, got {min_cell}.")
    audit = _hiding(audit, min_cell)
    before = None if before is None else _hiding(before, min_cell)
    material = Material(audit)
    identity = identity_of(audit)
    cover = document_cover.cover(
        material,
        title=title,
        author=author,
        timestamp=timestamp,
        reviewed=document_review.on_cover(review),
    )
    beside = (
        *document_review.changes(audit, before),
        *document_review.accepted(audit),
        *document_review.review_of(material, review),
    )
    made = Document(
        cover=cover,
        sections=_sections(material, identity, beside),
        running=f"Representation audit · {short(cover.title, 60)}",
        identity=f"Report {identity} · audits {audit.versions.get('audits', 'unknown')}",
        author=author,
        timestamp=timestamp,
    )
    shown: Document = _shown(made)
    return shown


def _hiding(audit: Audit, min_cell: int) -> Audit:
    """Return an audit with small counts hidden; one that hides as much already as it is."""
    if min_cell <= audit.min_cell:
        return audit
    from audits.disclosure import protected

    return protected(audit, min_cell)


def identity_of(audit: Audit) -> str:
    """A short name of an audit's content, whatever its file is called.

    Made from inputs, settings, versions and findings: measurements follow from them.
    """
    content = {
        "inputs": plain(audit.inputs),
        "features": list(audit.sensitive_features),
        "questions": list(audit.answers),
        "settings": audit.settings.to_dict(),
        "versions": dict(audit.versions),
        "notes": list(audit.notes),
        "findings": [finding_to_dict(finding) for finding in audit.findings],
        "hidden": [audit.min_cell, plain(audit.hidden)],
    }
    text = json.dumps(content, allow_nan=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).hexdigest().upper()
    return f"{digest[:4]}-{digest[4:8]}"


def _sections(
    material: Material, identity: str, beside: tuple[Section, ...]
) -> tuple[Section, ...]:
    pages = frozenset(document_groups.paged(material))
    return (
        document_cover.marks(material),
        *document_summary.summary(material, pages),
        *beside,
        *document_questions.questions(material, pages),
        *document_crossings.crossings(material),
        *document_appendix.unjudged(material),
        *document_appendix.hidden(material),
        *document_groups.pages(material),
        document_appendix.settings_in_force(material),
        *document_methods.methods(material),
        document_appendix.inputs(material, identity),
        document_appendix.limits(material),
        document_appendix.words_used(material),
    )


def _shown(part: Any) -> Any:
    """The same blocks with every control character in their texts spelled out.

    Pictures are left alone: whoever draws one has seen to its texts.
    """
    if isinstance(part, Verdict | Picture):
        return part
    if isinstance(part, str):
        return visible(part)
    if isinstance(part, tuple):
        return tuple(_shown(one) for one in part)
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        changed = {f.name: _shown(getattr(part, f.name)) for f in dataclasses.fields(part)}
        return type(part)(**changed)
    return part
