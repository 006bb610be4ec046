"""Lexicons written as TOML: a table per axis and group, with a list of terms per kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from audits.corpus.lexicon import Kind
from audits.corpus.lexicon_build import ENGLISH, Draft, Entry
from audits.corpus.lexicon_forms import forms_of
from audits.data.documents import read_toml_file
from audits.data.sources import sha256_of
from audits.errors import SourceError

_TABLES = ("language", "kinds", "words", "nouns", "axis", "not")
_SWITCHES = ("cased", "plurals", "describes")
_OF_KIND = ("means", "like", "patterns", *_SWITCHES)
_NOT = "not"
_PIECE = re.compile(
    r"""#[^\n]*|^[ \t]*\[(?P<table>\w+)[^\n]*"""
    r"""|"(?P<one>(?:\\.|[^"\\\n])*)"(?!\s*=)|'(?P<two>[^'\n]*)'""",
    re.MULTILINE,
)


class _Lines:
    """On which line each term stands: texts under [axis…], and those above all tables."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, list[int]] = {}
        table: str | None = None
        line, last = 1, 0
        for piece in _PIECE.finditer(text):
            line += text.count("\n", last, piece.start())
            last = piece.start()
            table = piece["table"] or table
            value = piece["one"] if piece["one"] is not None else piece["two"]
            if value is not None and table in (None, "axis"):
                self._lines.setdefault(value, []).append(line)

    def next(self, value: str) -> int:
        """Return the line of a text; asked again, that of the next time it is written."""
        found = self._lines.get(value, [0])
        return found.pop(0) if len(found) > 1 else found[0]


def toml_draft(path: Path, *, language: str, lend: Callable[[str], Draft] | None = None) -> Draft:
    """Read a TOML lexicon; `lend` gives kinds and words to begin with, by language.

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
    lent = None if lend is None else lend(spoken)
    kinds = _kinds(source, document.get("kinds", {}), lent.kinds if lent else {})
    words = dict(lent.words if lent else {}) | _words(source, document, spoken)
    excluded = [(one, lines.next(one)) for one in _texts(source, _NOT, document.get(_NOT, []))]
    entries = []
    for entry in _entries(source, document.get("axis", {}), lines):
        if entry.kind == _NOT:
            excluded.append((entry.text, entry.line))
        else:
            entries.append(entry)
    return Draft(
        source, path.name, sha256_of([path]), spoken, tuple(entries), kinds, words, tuple(excluded)
    )


def _kinds(source: str, tables: Any, lent: Mapping[str, Kind]) -> dict[str, Kind]:
    kinds = dict(lent)
    for name, table in _tables(source, "kinds", tables):
        for field in table:
            if field not in _OF_KIND:
                reason = f"kinds.{name}: there is no field {field!r}."
                raise SourceError(source, reason, _there_are(_OF_KIND))
        patterns = tuple(_texts(source, f"kinds.{name}.patterns", table.get("patterns", [])))
        like = table.get("like")
        if like is not None:
            if like not in kinds:
                reason = f"kinds.{name}: there is no kind {like!r} before it to be like."
                raise SourceError(source, reason, _there_are(tuple(kinds)))
            patterns = (*kinds[like].patterns, *patterns)
        switches = {switch: table.get(switch, False) is True for switch in _SWITCHES}
        kinds[name] = Kind(name, str(table.get("means", "")), patterns, **switches)
    return kinds


def _words(source: str, document: Mapping[str, Any], language: str) -> dict[str, tuple[str, ...]]:
    made: dict[str, tuple[str, ...]] = {}
    for field in ("words", "nouns"):
        table = document.get(field, {})
        if not isinstance(table, dict):
            raise SourceError(source, f"{field} is no table.", f"Write [{field}] and lists below.")
        for name, listed in table.items():
            texts = _texts(source, f"{field}.{name}", listed)
            english, plurals = language == ENGLISH, field == "nouns"
            forms = (f for text in texts for f in forms_of(text, plurals=plurals, english=english))
            every = (*made.get(name, ()), *(form.text.lower() for form in forms))
            made[name] = tuple(dict.fromkeys(every))
    return made


def _entries(source: str, axes: Any, lines: _Lines) -> Iterator[Entry]:
    """Yield every term, and every phrase that is none, its kind then being "not"."""
    for axis, groups in _tables(source, "axis", axes):
        for group, kinds in _tables(source, f"axis.{axis}", groups):
            for kind, listed in kinds.items():
                for text in _texts(source, f"axis.{axis}.{group}.{kind}", listed):
                    yield Entry(axis, group, text, kind, lines.next(text))


def _tables(source: str, field: str, tables: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        raise SourceError(
            source, f"{field} is no table of tables.", f"Write [{field}.…] and lists below."
        )
    yield from tables.items()


def _texts(source: str, field: str, listed: Any) -> list[str]:
    if isinstance(listed, list) and all(isinstance(text, str) for text in listed):
        return listed
    raise SourceError(
        source, f"{field} is no list of texts.", f'Write it like {field} = ["one", "another"].'
    )


def _there_are(names: tuple[str, ...]) -> str:
    return f"There are: {', '.join(names)}."
