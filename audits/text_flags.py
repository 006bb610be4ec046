"""What is odd about single synthetic texts: a line for each, in the order of their file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from audits.corpus.collection import Collection
from audits.corpus.corpora import Corpora
from audits.corpus.debris import KINDS, MEANINGS
from audits.data.written import write_table
from audits.estimates import percent
from audits.questions.text_debris_counts import looked_at

_NAMES = dict(
    zip(
        KINDS,
        ("copied", "repeated", "machine", "prompt", "encoding", "loop", "breaks_off", "short"),
        strict=True,
    )
)
_BLOCK = 1 << 15


def write_flags(corpora: Corpora, path: str | Path) -> Path:
    """Write a line per synthetic text that is not empty, as .parquet or .csv.

    `row` counts from 1, as the texts stood in what was given. `reasons` says what a text is
    flagged for, each with the share of real texts that are, too; a column per kind says yes or no.

    Raises
    ------
    UsageError
        If the name has another ending.
    SourceError
        If it cannot be written; nothing is left behind.
    """
    from audits.reports.csv_report import cell

    found = {one.side: one.marks for one in looked_at(corpora)}
    synthetic, real = corpora.sides
    marks = found[synthetic]
    shares = None if real is None else found[real].mean(axis=0).tolist()
    collection = corpora.collections[synthetic]
    groups = [name for name in collection.columns if name not in _taken()]
    types = {"row": "whole", **dict.fromkeys(groups, "text"), "flagged": "truth",
             "reasons": "text", **dict.fromkeys(_NAMES.values(), "truth")}  # fmt: skip
    return write_table(path, _blocks(collection, groups, marks, shares), types, cell)


def _taken() -> frozenset[str]:
    return frozenset({"row", "flagged", "reasons", *_NAMES.values()})


def _blocks(
    collection: Collection, groups: list[str], marks: Any, shares: list[float] | None
) -> Iterator[dict[str, list[Any]]]:
    """Yield lines in the order in which texts were given."""
    order = np.argsort(collection.row, kind="stable")
    for begin in range(0, max(len(order), 1), _BLOCK):
        part = order[begin : begin + _BLOCK]
        flags = marks[part]
        block: dict[str, list[Any]] = {"row": (collection.row[part] + 1).tolist()}
        for name in groups:
            label = collection.columns[name]
            codes = label.codes[part].tolist()
            block[name] = [None if code < 0 else label.values[code] for code in codes]
        block["flagged"] = flags.any(axis=1).tolist()
        block["reasons"] = [reasons(row, shares) for row in flags]
        for place, name in enumerate(_NAMES.values()):
            block[name] = flags[:, place].tolist()
        yield block


def reasons(flags: Any, shares: list[float] | None) -> str:
    """What a text is flagged for, in words; `shares` of real texts are flagged for each kind."""
    said = []
    for place in np.flatnonzero(flags):
        words = MEANINGS[KINDS[place]]
        if shares is not None:
            words += f" (as do {percent(shares[place])} of the real texts)"
        said.append(words)
    return "; ".join(said)
