"""Collections read in one pass: texts to disk, tokens to arrays, columns to codes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.corpus.collection import Collection, Int32, Int64, Label, TextRecord, Vocabulary
from audits.corpus.sources import TextSource, vector_of
from audits.corpus.spool import TextFile
from audits.corpus.tokens import Tokens
from audits.data.values import canonical, sorted_levels
from audits.data.workspace import Workspace
from audits.errors import InputError
from audits.settings import Settings

_MOST_VALUES = 200
"""Values of a column that forms groups; one with more holds numbers, names or texts."""
_LOOKED_AT = 100
"""Texts of every collection of which it is looked at whether spaCy cuts them in another way."""
_AT_ONCE = 2_000
"""Texts that are cut again together."""
_PILED = re.compile(r"[^\w\s]{1000}")
"""Marks on marks: to compose them takes a time that grows with the square of their number."""


@dataclass(frozen=True)
class Columns:
    """Which columns are read, beside the texts."""

    text: str
    labels: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    """Labels that tell texts apart and form no groups; they may have any number of values."""
    prompt: str | None = None
    vectors: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, each once."""
        more = [one for one in (self.prompt, self.vectors) if one is not None]
        return tuple(dict.fromkeys((self.text, *self.labels, *more)))


@dataclass
class _Read:
    """A collection as far as it was read, its documents in the order they came in."""

    source: TextSource
    columns: Columns
    file: TextFile
    rows: int = 0
    cut: int = 0
    row: array[int] = field(default_factory=lambda: array("q"))
    content: array[int] = field(default_factory=lambda: array("Q"))
    tokens: list[Int32] = field(default_factory=list)
    offsets: list[Int32] = field(default_factory=list)
    lengths: list[Int64] = field(default_factory=list)
    labels: dict[str, list[str | None]] = field(default_factory=dict)
    prompts: list[str | None] = field(default_factory=list)
    vectors: list[NDArray[np.float32]] = field(default_factory=list)


def read_collections(
    sources: Mapping[str, TextSource],
    columns: Mapping[str, Columns],
    *,
    language: str,
    missing: frozenset[str],
    settings: Settings,
    work: Workspace,
    told: Callable[[str, float], None],
) -> tuple[tuple[Collection, ...], Vocabulary, bool]:
    """Read every collection; the last value says whether texts had to be cut as a whole.

    Raises
    ------
    InputError
        If a collection has no text with anything in it, a text is none, or a column cannot form
        groups.
    """
    tokens = Tokens(language)
    found = []
    for number, (role, source) in enumerate(sources.items()):
        file = TextFile(work.folder / f"texts-{number}.arrow")
        read = _Read(source, columns[role], file)
        for batch in source.batches(columns[role].names):
            _take(read, batch, tokens, missing, settings.longest_text)
            told("reading", (number + 0.9 * read.rows / (read.rows + 20_000)) / len(sources))
        if not len(read.row):
            raise InputError(
                f"{source.title}: there is no text with anything in it (rows read: {read.rows:,}). "
                f"Check that {columns[role].text!r} is the column of texts."
            )
        file.close()
        found.append(read)
    if whole := any(_cut_otherwise(read, tokens) for read in found):
        tokens = Tokens(language)
        for read in found:
            _cut_again(read, tokens)
    vocabulary, place = tokens.vocabulary()
    made = tuple(_collection(read, vocabulary, place) for read in found)
    told("reading", 1.0)
    return made, vocabulary, whole


def _take(
    read: _Read,
    batch: Mapping[str, Sequence[Any]],
    tokens: Tokens,
    missing: frozenset[str],
    longest: int,
) -> None:
    """Take the texts of a batch that are not empty."""
    columns = read.columns
    given = batch[columns.text]
    kept, texts = [], []
    for place, value in enumerate(given):
        text = _text(value, longest, read, place)
        if text is not None:
            kept.append(place)
            texts.append(text)
    _keep(read, tokens.cut(texts))
    read.row.extend(read.rows + place for place in kept)
    read.content.extend(map(_hash, texts))
    read.file.add(texts)
    for name in columns.labels:
        values = batch[name]
        labels = read.labels.setdefault(name, [])
        labels += [canonical(values[place], missing) for place in kept]
    if columns.prompt is not None:
        prompts = batch[columns.prompt]
        read.prompts += [None if prompts[i] is None else str(prompts[i]) for i in kept]
    if columns.vectors is not None:
        vectors = batch[columns.vectors]
        read.vectors += [
            vector_of(vectors[i], f"{read.source.title}, row {read.rows + i + 1:,}") for i in kept
        ]
    read.rows += len(given)


def _keep(read: _Read, cut: tuple[Int32, Int32, Int64]) -> None:
    read.tokens.append(cut[0])
    read.offsets.append(cut[1])
    read.lengths.append(cut[2])


def _text(value: Any, longest: int, read: _Read, place: int) -> str | None:
    """Return the beginning of a text in its composed form, None where there is nothing in it."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise InputError(
            f"{read.source.title}: {read.columns.text!r} holds {type(value).__name__} in row "
            f"{read.rows + place + 1:,} ({str(value)[:40]}), not a text. Name the column of texts."
        )
    text = value[:longest]
    if not text.strip():
        return None
    read.cut += len(value) > longest
    if not text.isascii():
        text = _whole_characters(text)[:longest]
    return text


def _whole_characters(text: str) -> str:
    """Compose what can be written as one character; half a one, as in broken JSON, is replaced.

    >>> _whole_characters("cafe" + chr(0x301)) == "caf" + chr(0xE9), _whole_characters(chr(0xD83D))
    (True, '?')
    """
    if not _PILED.search(text):
        text = unicodedata.normalize("NFC", text)
    return text.encode("utf-8", "replace").decode()


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _cut_otherwise(read: _Read, tokens: Tokens) -> bool:
    """Whether spaCy cuts any of some texts in another way; which ones, their content says."""
    order = np.argsort(np.array(read.content, dtype=np.uint64), kind="stable")
    return any(map(tokens.differs, read.file.read(order[:_LOOKED_AT].astype(np.int64))))


def _cut_again(read: _Read, tokens: Tokens) -> None:
    """Have every text cut as a whole."""
    read.tokens, read.offsets, read.lengths = [], [], []
    texts = read.file.read(np.arange(len(read.row), dtype=np.int64))
    for begin in range(0, len(texts), _AT_ONCE):
        some = [texts[i] for i in range(begin, min(begin + _AT_ONCE, len(texts)))]
        _keep(read, tokens.cut(some, whole=True))


# -- in an order by content ------------------------------------------------------------------------


def _collection(read: _Read, vocabulary: Vocabulary, place: Int32) -> Collection:
    """Put documents in an order by content, so that no result depends on how they came in."""
    labels = {name: _label(name, values, read) for name, values in read.labels.items()}
    content = np.array(read.content, dtype=np.uint64)
    row = np.array(read.row, dtype=np.int64)
    keys: list[NDArray[Any]] = [row, *(one.codes for one in reversed(labels.values())), content]
    order = np.lexsort(keys).astype(np.int64)
    lengths = np.concatenate(read.lengths)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    pick, fresh = segments(starts, order)
    empty = read.rows - len(row)
    source = read.source
    return Collection(
        record=TextRecord(
            source.role, source.name, source.format, source.sha256, read.rows,
            len(source.columns), empty, read.cut, source.notes,
        ),
        texts=read.file.read(order),
        vocabulary=vocabulary,
        tokens=place[np.concatenate(read.tokens)[pick]] if len(place) else np.empty(0, np.int32),
        starts=fresh,
        offsets=np.concatenate(read.offsets)[pick],
        row=row[order],
        content=content[order],
        columns={name: Label(one.values, one.codes[order]) for name, one in labels.items()},
        prompts=[read.prompts[i] for i in order] if read.columns.prompt is not None else None,
        vectors=_vectors(read)[order] if read.columns.vectors is not None else None,
    )  # fmt: skip


def segments(starts: Int64, order: Int64) -> tuple[Int64, Int64]:
    """Return the places of the tokens of documents in another order, and where each then starts.

    >>> segments(np.array([0, 2, 3]), np.array([1, 0]))
    (array([2, 0, 1]), array([0, 1, 3]))
    """
    lengths = np.diff(starts)[order]
    fresh = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    pick = np.repeat(starts[:-1][order] - fresh[:-1], lengths) + np.arange(fresh[-1])
    return pick, fresh


def _label(name: str, values: Sequence[str | None], read: _Read) -> Label:
    levels = sorted_levels({value for value in values if value is not None})
    if len(levels) > _MOST_VALUES and name not in read.columns.telling:
        raise InputError(
            f"{read.source.title}: {name!r} has {len(levels):,} values, which are too many to form "
            f"groups (at most {_MOST_VALUES}). Band numbers first, or name another column."
        )
    number = {level: n for n, level in enumerate(levels)}
    codes = np.array([-1 if v is None else number[v] for v in values], dtype=np.int32)
    return Label(tuple(levels), codes)


def _vectors(read: _Read) -> NDArray[np.float32]:
    lengths = {len(vector) for vector in read.vectors}
    if len(lengths) > 1:
        raise InputError(
            f"{read.source.title}: vectors in {read.columns.vectors!r} have {min(lengths):,} to "
            f"{max(lengths):,} numbers. All texts need vectors of one length."
        )
    return np.array(read.vectors, dtype=np.float32)


def check_dimensions(collections: Sequence[Collection]) -> None:
    """Refuse vectors of which one collection has longer ones than another.

    Raises
    ------
    InputError
        If it has; the message says which.
    """
    first = collections[0]
    if first.vectors is None:
        return
    for other in collections[1:]:
        if other.vectors is not None and other.vectors.shape[1] != first.vectors.shape[1]:
            raise InputError(
                f"vectors of the {first.record.role} texts ({first.record.name}) have "
                f"{first.vectors.shape[1]:,} numbers, those of the {other.record.role} texts "
                f"({other.record.name}) {other.vectors.shape[1]:,}. Make all with one model."
            )
