"""Debris: a few synthetic texts of each kind, so that a reader sees what is meant."""

from __future__ import annotations

import numpy as np

from audits.corpus.corpora import Corpora
from audits.corpus.debris import COPIED, KINDS, excerpt
from audits.questions.text_debris_counts import NAME, Looked
from audits.questions.text_debris_rows import DebrisExampleRow
from audits.seeds import stream_seed

_OF_EACH = 3


def example_rows(corpora: Corpora, looked: tuple[Looked, ...]) -> tuple[DebrisExampleRow, ...]:
    """Return up to three synthetic texts of each kind, drawn by content; none that copies."""
    place = corpora.sides[0]
    [marks] = [one.marks for one in looked if one.side == place]
    collection, rows = corpora.synthetic, []
    copied = marks[:, KINDS.index(COPIED)]
    belongs = corpora.groups.belongs[place]
    for k, kind in enumerate(KINDS):
        there = np.flatnonzero(marks[:, k] & ~copied).astype(np.int64)
        key = stream_seed(corpora.settings.seed, NAME, kind, ())
        for document in collection.drawn(there, _OF_EACH, key=key).tolist():
            groups = belongs[[document]].indices.tolist()
            pairs = {pair for g in groups for pair in corpora.groups.names[g]}
            rows.append(
                DebrisExampleRow(
                    group=(),
                    attribute=kind,
                    row=int(collection.row[document]) + 1,
                    text=excerpt(kind, collection.texts[document]),
                    mentions=tuple(sorted(f"{feature}={value}" for feature, value in pairs)),
                )
            )
    return tuple(rows)
