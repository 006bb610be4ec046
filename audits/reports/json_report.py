"""The audit as strict JSON, and back."""

from __future__ import annotations

import dataclasses
import math
import os
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast, get_args, get_origin, get_type_hints

from audits.errors import InputError, SourceError, UnknownNameError, UsageError
from audits.estimates import Estimate
from audits.registry import all_questions
from audits.reports.safeguards_json import safeguards_from_dict, safeguards_to_dict
from audits.results import (
    Answer,
    Audit,
    ColumnRecord,
    Finding,
    Group,
    InputRecord,
    Row,
    Verdict,
)
from audits.review.digests import audit_text
from audits.settings import Settings

_AS_THEY_ARE = (str, int, bool)
_INFINITE = {math.inf: "infinity", -math.inf: "-infinity"}
_BACK = {text: value for value, text in _INFINITE.items()}


# -- out -------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """Return a value in strict JSON types: unknown is null, infinity is a word."""
    if value is None or type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, Verdict):
        return value.value
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return _INFINITE.get(value, value)
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    return value


def row_to_dict(row: Row) -> dict[str, Any]:
    """One measured line."""
    return {**plain(row), "group": dict(row.group)}


def answer_to_dict(answer: Answer) -> dict[str, Any]:
    """One answer with all its tables."""
    return {
        "question": answer.question,
        "title": answer.title,
        "asks": answer.asks,
        "notes": list(answer.notes),
        "tables": {
            name: [row_to_dict(row) for row in rows] for name, rows in answer.tables.items()
        },
    }


def finding_to_dict(finding: Finding) -> dict[str, Any]:
    """One finding."""
    return {**plain(finding), "group": dict(finding.group)}


def audit_to_dict(audit: Audit) -> dict[str, Any]:
    """Everything, worst findings first; `safeguards` only where the audit was made under some."""
    document = {
        "format": Audit.FORMAT,
        "verdict": audit.verdict.value,
        "counts": audit.counts,
        "sensitive_features": list(audit.sensitive_features),
        "findings": [finding_to_dict(finding) for finding in audit.findings],
        "inputs": plain(audit.inputs),
        "columns": plain(audit.columns),
        "notes": list(audit.notes),
        "settings": audit.settings.to_dict(),
        "versions": dict(audit.versions),
        "min_cell": audit.min_cell,
        "hidden": [dict(group) for group in audit.hidden],
        "answers": {name: answer_to_dict(answer) for name, answer in audit.answers.items()},
    }
    if audit.safeguards is not None:
        document["safeguards"] = safeguards_to_dict(audit)
    return document


def save(audit: Audit, path: str | Path) -> Path:
    """Write an audit as JSON: to a file beside the target first, then in its place."""
    return write_whole(path, audit_text(audit))


def write_whole(path: str | Path, content: str | bytes) -> Path:
    """Write a file whole or not at all.

    Raises
    ------
    SourceError
        If it cannot be written; nothing is left behind.
    """
    target = Path(path)
    if isinstance(content, str):
        content = content.encode("utf-8", "backslashreplace")
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".audits.")
    except OSError as error:
        raise SourceError(
            str(target), f"cannot be written ({error.strerror}).", "Choose another place."
        ) from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(0o644)
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise SourceError(
            str(target), f"cannot be written ({error.strerror}).", "Choose another place."
        ) from None
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return target


# -- back ------------------------------------------------------------------------------------------


def load(path: str | Path) -> Audit:
    """Read a saved audit; the data it was made from are not needed.

    Raises
    ------
    SourceError
        If the file is missing or is not JSON.
    InputError
        If it is not an audit, or one of a newer format.
    """
    from audits.data.documents import read_json_file

    return opened(read_json_file(path), str(path))


def opened(document: Any, path: str) -> Audit:
    """Rebuild an audit from its JSON; `path` says where that is from.

    Raises
    ------
    InputError
        As for :func:`load`.
    """
    if not isinstance(document, dict) or "findings" not in document:
        raise InputError(f"{path}: is JSON, but not an audit. Save one with audits compare.")
    if document.get("format") != Audit.FORMAT:
        raise InputError(
            f"{path}: has format {document.get('format')!r}; this version reads "
            f"{Audit.FORMAT}. Use the version of audits that wrote it."
        )
    try:
        return audit_from_dict(document)
    except UnknownNameError as error:
        raise InputError(f"{path}: {error} Use the version of audits that wrote it.") from None
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, UsageError) as error:
        raise InputError(
            f"{path}: is not a whole audit ({type(error).__name__}: {error}). Make it again."
        ) from None


def audit_from_dict(document: Mapping[str, Any]) -> Audit:
    """Rebuild an audit from `audit_to_dict`."""
    settings = Settings.from_dict(document["settings"])
    tables = {question.id: question.tables for question in all_questions()}
    mains = {question.id: question.main for question in all_questions()}
    answers = {}
    for name, answer in document["answers"].items():
        if name not in tables:
            raise UnknownNameError("question", name, sorted(tables))
        read = {
            table: tuple(_row(tables[name][table], row) for row in rows)
            for table, rows in answer["tables"].items()
        }
        answers[name] = Answer(
            name,
            answer["title"],
            answer["asks"],
            read[mains[name]],
            read,
            settings,
            tuple(answer["notes"]),
        )
    return Audit(
        inputs=tuple(InputRecord(**record) for record in document["inputs"]),
        sensitive_features=tuple(document["sensitive_features"]),
        columns=tuple(
            ColumnRecord(**{**record, "bands": tuple(record.get("bands", ()))})
            for record in document["columns"]
        ),
        settings=settings,
        answers=answers,
        findings=tuple(_finding(finding) for finding in document["findings"]),
        notes=tuple(document["notes"]),
        versions=document["versions"],
        min_cell=document.get("min_cell", 0),
        hidden=tuple(_group(group) for group in document.get("hidden", ())),
        safeguards=safeguards_from_dict(document.get("safeguards")),
    )


def _finding(document: Mapping[str, Any]) -> Finding:
    fields = dict(document)
    fields["group"] = _group(fields["group"])
    fields["verdict"] = Verdict(fields["verdict"])
    fields["evidence"] = {name: _guessed(value) for name, value in fields["evidence"].items()}
    return Finding(**fields)


def _group(document: Mapping[str, str]) -> Group:
    return tuple(sorted(document.items()))


def _row(kind: type[Row], document: Mapping[str, Any]) -> Row:
    hints = _hints(cast(Any, kind))  # mypy takes dataclasses for not hashable
    fields = {name: _typed(hints[name], value) for name, value in document.items()}
    fields["group"] = _group(document["group"])
    return kind(**fields)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _typed(hint: Any, value: Any) -> Any:
    """Read a value back as the type its field declares."""
    if hint is Estimate:
        return _estimate(value)
    if hint is float:
        return _number(value)
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        return tuple(_typed(inner, one) for one in value) if value is not None else ()
    if float in get_args(hint) and isinstance(value, str):
        return _number(value)
    return value


def _estimate(value: Mapping[str, Any]) -> Estimate:
    return Estimate(*(_number(value[name]) for name in ("value", "low", "high")))


def _number(value: Any) -> float:
    if value is None:
        return math.nan
    return float(_BACK.get(value, value))


def _guessed(value: Any) -> Any:
    """Evidence has no declared types: an estimate is known by its three names."""
    if isinstance(value, dict) and set(value) == {"value", "low", "high"}:
        return _estimate(value)
    return tuple(value) if isinstance(value, list) else value
