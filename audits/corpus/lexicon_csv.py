"""Lexicons written as CSV: a line per term, ``axis,group,term`` and, if need be, ``kind,not``."""

from __future__ import annotations

import csv
from pathlib import Path

from audits.corpus.lexicon_build import Draft, Entry
from audits.data.sources import sha256_of
from audits.errors import SourceError

_NEEDED = ("axis", "group", "term")
_ALLOWED = (*_NEEDED, "kind", "not")
_ADVICE = "The first line is axis,group,term and, if need be, kind and not."


def csv_draft(path: Path, *, base: Draft) -> Draft:
    """Read a CSV lexicon, its kinds and words those of `base`.

    Phrases under ``not`` are parted by semicolons; a term without a kind counts everywhere.

    Raises
    ------
    SourceError
        If it cannot be read, lacks a column, or a line has too few or too many fields.
    """
    source = str(path)
    entries: list[Entry] = []
    excluded: list[tuple[str, int]] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = _header(source, next(reader, []))
            for fields in reader:
                if not any(field.strip() for field in fields):
                    continue
                line = reader.line_num
                row = dict(zip(header, _fields(source, header, fields, line), strict=True))
                kind = row.get("kind") or "term"
                entries.append(Entry(row["axis"], row["group"], row["term"], kind, line))
                phrases = (phrase.strip() for phrase in row.get("not", "").split(";"))
                excluded += [(phrase, line) for phrase in phrases if phrase]
    except OSError as error:
        raise SourceError(source, f"cannot be read ({error.strerror}).", "Check it.") from None
    except UnicodeDecodeError:
        raise SourceError(source, "is not UTF-8 text.", "Save it as UTF-8.") from None
    except csv.Error as error:
        raise SourceError(
            source, f"is not CSV ({error}).", "Mend the line.", line=reader.line_num
        ) from None
    return Draft(
        source,
        path.name,
        sha256_of([path]),
        base.language,
        tuple(entries),
        base.kinds,
        base.words,
        tuple(excluded),
    )


def _header(source: str, fields: list[str]) -> list[str]:
    header = [field.strip().lower() for field in fields]
    for name in _NEEDED:
        if name not in header:
            raise SourceError(source, f"has no column {name!r}.", _ADVICE, line=1)
    for name in header:
        if name not in _ALLOWED or header.count(name) > 1:
            why = "stands twice" if name in _ALLOWED else "means nothing here"
            raise SourceError(source, f"the column {name!r} {why}.", _ADVICE, line=1)
    return header


def _fields(source: str, header: list[str], fields: list[str], line: int) -> list[str]:
    if len(fields) != len(header):
        raise SourceError(
            source,
            f"{len(fields)} fields, where the first line has {len(header)}.",
            "Put a field that holds a comma in double quotes.",
            line=line,
        )
    return [field.strip() for field in fields]
