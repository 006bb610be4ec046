"""Lexicons written as TOML: kinds, classes of words, and a table per group."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from audits.corpus.lexicon import Kind
from audits.corpus.lexicon_build import ENGLISH, Draft, Entry
from audits.corpus.lexicon_forms import forms_of
from audits.data.documents import read_toml_file
from audits.data.sources import sha256_of
from audits.errors import SourceError

_TABLES = ("language", "kinds", "words", "nouns", "group", "not")
_OF_GROUP = ("axis", "group", "not")
_OF_KIND = ("means", "patterns", "cased", "plurals")
_PIECE = re.compile(r"""#[^\n]*|^[ \t]*(\[\[group\]\])|"((?:\\.|[^"\\\n])*)"|'([^'\n]*)'""", re.M)


class _Lines:
    """On which line each text of each group stands."""

    def __init__(self, text: str) -> None:
        breaks = [at for at, letter in enumerate(text) if letter == "\n"]
        self.sections: list[tuple[int, dict[str, list[int]]]] = [(1, {})]
        for piece in _PIECE.finditer(text):
            line = bisect_right(breaks, piece.start()) + 1
            if piece[1]:
                self.sections.append((bisect_right(breaks, piece.start(1)) + 1, {}))
            elif (value := piece[2] if piece[2] is not None else piece[3]) is not None:
                self.sections[-1][1].setdefault(value, []).append(line)

    def of(self, section: int, value: str) -> int:
        """Return the line of a text; of the same text again, the next."""
        if section >= len(self.sections):
            return 0
        head, lines = self.sections[section]
        found = lines.get(value, [head])
        return found.pop(0) if len(found) > 1 else found[0]


def toml_draft(path: Path, *, language: str, base: Draft | None) -> Draft:
    """Read a TOML lexicon; `base` lends its kinds and words where the language is the same.

    Raises
    ------
    SourceError, UsageError
        If it cannot be read, or a field of it makes no sense; the line is named.
    """
    text, document = read_toml_file(path)
    source, lines = str(path), _Lines(text)
    for name in document:
        if name not in _TABLES:
            raise SourceError(source, f"there is no field {name!r}.", _there_are(_TABLES))
    spoken = document.get("language", language)
    if not isinstance(spoken, str):
        raise SourceError(source, f"language is {spoken!r}.", 'Write it like language = "en".')
    lent = base if base is not None and base.language == spoken else None
    kinds = dict(lent.kinds if lent else {}) | _kinds(source, document.get("kinds", {}))
    words = dict(lent.words if lent else {}) | _words(source, document, spoken)
    entries, excluded = _groups(source, document.get("group", []), lines)
    for phrase in _texts(source, "not", document.get("not", []), 0):
        excluded.append((phrase, lines.of(0, phrase)))
    return Draft(
        source, path.name, sha256_of(path), spoken, tuple(entries), kinds, words, tuple(excluded)
    )


def _kinds(source: str, tables: Any) -> dict[str, Kind]:
    made = {}
    for name, table in _tables(source, "kinds", tables):
        for field in table:
            if field not in _OF_KIND:
                raise SourceError(
                    source, f"kind {name!r}: no field {field!r}.", _there_are(_OF_KIND)
                )
        patterns = tuple(_texts(source, f"kinds.{name}.patterns", table.get("patterns", []), 0))
        made[name] = Kind(
            name,
            str(table.get("means", "")),
            patterns,
            table.get("cased", False) is True,
            table.get("plurals", False) is True,
        )
    return made


def _words(source: str, document: Mapping[str, Any], language: str) -> dict[str, tuple[str, ...]]:
    made = {}
    for field in ("words", "nouns"):
        table = document.get(field, {})
        if not isinstance(table, dict):
            raise SourceError(source, f"{field} is no table.", f"Write [{field}] and lists below.")
        for name, listed in table.items():
            texts = _texts(source, f"{field}.{name}", listed, 0)
            plurals = field == "nouns" and language == ENGLISH
            forms = (form for text in texts for form in forms_of(text, plurals=plurals))
            made[name] = tuple(dict.fromkeys(form.text.lower() for form in forms))
    return made


def _groups(source: str, tables: Any, lines: _Lines) -> tuple[list[Entry], list[tuple[str, int]]]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SourceError(source, "group is no list of tables.", "Write [[group]] for each.")
    entries: list[Entry] = []
    excluded: list[tuple[str, int]] = []
    for number, table in enumerate(tables, start=1):
        head = lines.sections[number][0] if number < len(lines.sections) else 0
        for field in ("axis", "group"):
            if not isinstance(table.get(field), str):
                raise SourceError(source, f"{field} is missing.", "Name it.", line=head)
        for field, listed in table.items():
            if field in ("axis", "group"):
                continue
            for text in _texts(source, field, listed, head):
                line = lines.of(number, text)
                if field == "not":
                    excluded.append((text, line))
                else:
                    entries.append(Entry(table["axis"], table["group"], text, field, line))
    return entries, excluded


def _tables(source: str, field: str, tables: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        raise SourceError(source, f"{field} is no table.", f"Write [{field}.name] for each.")
    yield from tables.items()


def _texts(source: str, field: str, listed: Any, line: int) -> list[str]:
    if isinstance(listed, list) and all(isinstance(text, str) for text in listed):
        return listed
    raise SourceError(
        source,
        f"{field} is no list of texts.",
        f'Write it like {field} = ["one", "another"].',
        line=line or None,
    )


def _there_are(names: tuple[str, ...]) -> str:
    return f"There are: {', '.join(names)}."
