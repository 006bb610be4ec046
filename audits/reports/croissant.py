"""What an audit knows of a synthetic table as Croissant metadata (JSON-LD) with its RAI extension.

The data set described is the synthetic table; that it was made from the real one is said with PROV.
Everything comes from the audit: licence, address and citation are for the publisher to add.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from audits.results import Audit, ColumnRecord, Finding, InputRecord, Verdict
from audits.visible import visible

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{
        name: f"cr:{name}"
        for name in (
            "citeAs", "column", "equivalentProperty", "extract", "field", "fileObject",
            "fileProperty", "fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key",
            "md5", "parentField", "path", "recordSet", "references", "regex", "repeated",
            "replace", "samplingRate", "separator", "source", "subField", "transform",
        )
    },
}  # fmt: skip
_CONFORMS = ("http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0")
_MEDIA = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "parquet": "application/vnd.apache.parquet",
    "jsonl": "application/jsonlines",
    "feather": "application/vnd.apache.arrow.file",
}
_TYPES = {"numeric": "sc:Float", "date": "sc:Date", "boolean": "sc:Boolean"}
# names of columns must stay as they are, for whoever reads the table by them
_CONTROLS = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_BAD = (Verdict.PROBLEM, Verdict.WATCH)


def croissant(
    audit: Audit, *, title: str | None = None, author: str = "", timestamp: int | None = None
) -> dict[str, Any]:
    """Return the metadata as a JSON-LD document; strict JSON types only."""
    real, synthetic = (_role(audit, role) for role in ("real", "synthetic"))
    name = title or (synthetic.name if synthetic else "") or "synthetic table"
    made: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": visible(name),
        "conformsTo": list(_CONFORMS),
        "description": _description(audit, real, synthetic),
        "isLiveDataset": False,
        "keywords": ["synthetic data", "representation", "bias"],
    }
    if synthetic is not None and synthetic.sha256 and synthetic.format in _MEDIA:
        made["distribution"] = [_file(synthetic)]
        made["recordSet"] = [_records(audit, synthetic)]
    if real is not None:
        made["prov:wasDerivedFrom"] = _entity(real)
        made["isBasedOn"] = {"@type": "sc:Dataset", "name": visible(real.name)}
    made |= _responsible(audit, real, synthetic)
    made["review"] = _review(audit, author, timestamp)
    return made


def croissant_text(
    audit: Audit, *, title: str | None = None, author: str = "", timestamp: int | None = None
) -> str:
    """Return the metadata as a file to read and to publish."""
    document = croissant(audit, title=title, author=author, timestamp=timestamp)
    text = json.dumps(document, allow_nan=False, ensure_ascii=False, indent=2) + "\n"
    return _CONTROLS.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _role(audit: Audit, role: str) -> InputRecord | None:
    return next((record for record in audit.inputs if record.role == role), None)


def _description(audit: Audit, real: InputRecord | None, synthetic: InputRecord | None) -> str:
    said = "A synthetic table, audited for representation and bias"
    between = _between(audit)
    if real is not None and synthetic is not None and between:
        said = (
            f"A synthetic table of {synthetic.rows:,} rows, the last of {len(between) + 1} "
            f"generations that began with the {real.rows:,} rows of the real table "
            f"{visible(real.name)}; audited for what becomes of groups"
        )
    elif real is not None and synthetic is not None:
        said = (
            f"A synthetic table of {synthetic.rows:,} rows, audited for representation and bias "
            f"against the {real.rows:,} rows of the real table {visible(real.name)}"
        )
    counted = ", ".join(f"{count} {verdict}" for verdict, count in audit.counts.items() if count)
    features = ", ".join(map(visible, audit.sensitive_features))
    return f"{said}, by {features}. Overall: {audit.verdict.value} ({counted or 'no findings'})."


def _between(audit: Audit) -> list[InputRecord]:
    """The tables between the first and the last of a chain of generations."""
    return [record for record in audit.inputs if record.role.startswith("generation ")]


def _file(record: InputRecord) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": record.role,
        "name": visible(record.name),
        "contentUrl": visible(record.name),
        "encodingFormat": _MEDIA[record.format],
        "sha256": record.sha256,
    }


def _records(audit: Audit, synthetic: InputRecord) -> dict[str, Any]:
    """Columns that were compared, and how they were understood."""
    fields = [
        _field(column, i, synthetic)
        for i, column in enumerate(audit.columns)
        if not _absent(column)
    ]
    return {"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": fields}


def _absent(column: ColumnRecord) -> bool:
    return column.use == "only in real"


def _field(column: ColumnRecord, i: int, synthetic: InputRecord) -> dict[str, Any]:
    field = {
        "@type": "cr:Field",
        "@id": f"rows/{i}",
        "name": visible(column.name),
        "dataType": _TYPES.get(column.kind, "sc:Text"),
        "source": {"fileObject": {"@id": synthetic.role}, "extract": {"column": column.name}},
    }
    said = [column.kind, column.use, visible(column.note)]
    return field | {"description": ", ".join(part for part in said if part)}


def _entity(record: InputRecord) -> dict[str, Any]:
    """The real table: named, so that it can be found again, not handed out."""
    entity: dict[str, Any] = {
        "@type": ["prov:Entity", "sc:Dataset"],
        "name": visible(record.name),
        "description": f"The real table, {record.rows:,} rows of {record.columns} columns.",
    }
    if record.sha256:
        entity["sha256"] = record.sha256
    return entity


# -- responsible AI --------------------------------------------------------------------------------


def _responsible(
    audit: Audit, real: InputRecord | None, synthetic: InputRecord | None
) -> dict[str, Any]:
    missing = [
        f"{visible(c.name)}: {c.missing_real:,} real and {c.missing_synthetic:,} synthetic values "
        "are missing."
        for c in audit.columns
        if c.missing_real or c.missing_synthetic
    ]
    said: dict[str, Any] = {
        "rai:dataCollection": _made_from(real, synthetic, _between(audit)),
        "rai:dataBiases": [_finding(f) for f in audit.findings if f.verdict in _BAD],
        "rai:dataLimitations": [*_limits(audit)],
        "rai:personalSensitiveInformation": [visible(name) for name in audit.sensitive_features],
        "rai:dataCollectionMissingData": " ".join(missing),
    }
    return {name: value for name, value in said.items() if value}


def _made_from(
    real: InputRecord | None, synthetic: InputRecord | None, between: list[InputRecord]
) -> str:
    if real is None or synthetic is None:
        return "Synthetic rows."
    if between:
        names = ", ".join(visible(record.name) for record in between)
        return (
            f"Synthetic rows ({visible(synthetic.name)}), made in generations ({names}) from the "
            f"real table {visible(real.name)}."
        )
    return (
        f"Synthetic rows ({visible(synthetic.name)}), made to resemble the real table "
        f"{visible(real.name)}; how they were made is not part of the audit."
    )


def _finding(finding: Finding) -> str:
    return f"{finding.verdict.value}, {finding.question}: {visible(finding.because)}"


def _limits(audit: Audit) -> Iterator[str]:
    """What could not be judged, what was not asked, and what the reader was not told."""
    for finding in audit.findings:
        if finding.verdict is Verdict.NOT_ENOUGH_EVIDENCE:
            yield _finding(finding)
    yield from map(visible, audit.notes)
    for answer in audit.answers.values():
        yield from map(visible, answer.notes)
    yield (
        f"Groups are formed by {', '.join(map(visible, audit.sensitive_features))}, crossed up to "
        f"{audit.settings.intersections} at a time; about other groups nothing is said."
    )


def _review(audit: Audit, author: str, timestamp: int | None) -> dict[str, Any]:
    """The audit as a review of the data set."""
    counted = ", ".join(f"{count} {verdict}" for verdict, count in audit.counts.items())
    review: dict[str, Any] = {
        "@type": "sc:Review",
        "name": "Representation audit",
        "reviewBody": f"{audit.verdict.value}: {counted}",
        "author": {
            "@type": "sc:SoftwareApplication",
            "name": "audits",
            "softwareVersion": str(audit.versions.get("audits", "")),
        },
    }
    if author:
        review["publisher"] = {"@type": "sc:Person", "name": visible(author)}
    if timestamp is not None:
        review["datePublished"] = datetime.fromtimestamp(timestamp, UTC).date().isoformat()
    return review
