"""Generations of texts: one table parted by a column, and texts written again and again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from audits.corpus.collection import Collection, Int64, Texts
from audits.corpus.reading import segments
from audits.data.values import as_number
from audits.errors import InputError


def in_generations(collection: Collection, column: str) -> tuple[Collection, ...]:
    """Part a collection by a column of numbers: the smallest is generation 0, the real one.

    Raises
    ------
    InputError
        If a value is no number, one is missing, or there are fewer than two.
    """
    label = collection.columns[column]
    title = collection.record.name
    if (label.codes < 0).any():
        row = int(collection.row[np.flatnonzero(label.codes < 0)].min()) + 1
        raise InputError(f"{title}: {column!r} is missing in row {row:,}. Say its generation.")
    numbers = [as_number(value) for value in label.values]
    for value, number in zip(label.values, numbers, strict=True):
        if number is None:
            raise InputError(
                f"{title}: {column!r} holds {value!r}, which is no number. Number generations from "
                "0, the real one."
            )
    if len(set(numbers)) < len(numbers):
        some = ", ".join(label.values[:9])
        raise InputError(
            f"{title}: {column!r} writes one number in several ways ({some}). Choose one way."
        )
    if len(numbers) < 2:
        raise InputError(f"{title}: {column!r} tells no generations apart. Name another column.")
    order = sorted(range(len(numbers)), key=lambda k: numbers[k] or 0.0)
    last = len(order) - 1
    roles = ["real", *(f"generation {t}" for t in range(1, last)), "synthetic"]
    return tuple(
        _part(
            collection, np.flatnonzero(label.codes == code), role, f"{column} {label.values[code]}"
        )
        for role, code in zip(roles, order, strict=True)
    )


def _part(collection: Collection, documents: Int64, role: str, name: str) -> Collection:
    """Some documents of a collection, as one of their own."""
    pick, starts = segments(collection.starts, documents)
    record = dataclasses.replace(
        collection.record, role=role, name=f"{collection.record.name}, {name}",
        rows=len(documents), empty=0, cut=0,
    )  # fmt: skip
    columns = {
        key: dataclasses.replace(label, codes=label.codes[documents])
        for key, label in collection.columns.items()
    }
    prompts, vectors = collection.prompts, collection.vectors
    return dataclasses.replace(
        collection,
        record=record,
        texts=_Some(collection.texts, documents),
        tokens=collection.tokens[pick],
        starts=starts,
        offsets=collection.offsets[pick],
        row=collection.row[documents],
        content=collection.content[documents],
        columns=columns,
        prompts=None if prompts is None else [prompts[i] for i in documents],
        vectors=None if vectors is None else vectors[documents],
    )


class _Some:
    """Some of the texts of a collection."""

    def __init__(self, texts: Texts, documents: Int64) -> None:
        self._texts, self._documents = texts, documents

    def __len__(self) -> int:
        return len(self._documents)

    def __getitem__(self, document: int) -> str:
        return self._texts[int(self._documents[document])]

    def __iter__(self) -> Iterator[str]:
        return (self[i] for i in range(len(self)))


def run_codes(
    collections: Sequence[Collection], columns: Sequence[str]
) -> tuple[NDArray[np.int32], ...]:
    """Number the texts that are one text written again and again, alike in all collections.

    A text of which one of the columns is missing gets -1.
    """
    keys = [_keys(collection, columns) for collection in collections]
    known = sorted({key for of_side in keys for key in of_side if None not in key})
    number = {key: n for n, key in enumerate(known)}
    return tuple(
        np.array([number.get(key, -1) for key in of_side], dtype=np.int32) for of_side in keys
    )


def _keys(collection: Collection, columns: Sequence[str]) -> list[tuple[str | None, ...]]:
    each = []
    for name in columns:
        label = collection.columns[name]
        each.append([None if code < 0 else label.values[code] for code in label.codes.tolist()])
    return list(zip(*each, strict=True))
