"""Corpora made by hand: texts, labels and mentions, without files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from audits.corpus.asked import Asked
from audits.corpus.corpora import Corpora
from audits.corpus.opening import opened_corpora
from audits.data.workspace import Workspace
from audits.settings import Settings

Labels = Mapping[str, Sequence[Sequence[str | None]]]


def corpora_of(
    *collections: Sequence[str] | None,
    labels: Labels | None = None,
    settings: Settings | None = None,
    **asked: Any,
) -> Corpora:
    """Real and synthetic texts (None for no real ones), or generations.

    `labels` has a column's values for each collection that is there. Whatever else
    `audits.corpus.asked.Asked` holds can be given; groups are the columns of `labels` but for
    those named as `chain_columns`.
    """
    import pandas as pd

    labels = labels or {}
    there = [list(one) for one in collections if one is not None]
    alone = any(one is None for one in collections) or len(there) == 1
    roles = ["real", *(f"generation {t}" for t in range(1, len(there) - 1)), "synthetic"]
    tables = {}
    for side, (role, texts) in enumerate(
        zip(["synthetic"] if alone else roles, there, strict=True)
    ):
        columns = {name: list(values[side]) for name, values in labels.items()}
        tables[role] = pd.DataFrame({"text": texts, **columns}).astype(object)
    chains = tuple(asked.get("chain_columns", ()))
    asked.setdefault("groups", tuple(name for name in labels if name not in chains))
    with TemporaryDirectory() as folder, Workspace(folder=Path(folder)) as work:
        opened = opened_corpora(
            tables, Asked(**asked), settings or Settings(), work, lambda _stage, _share: None
        )
        with opened as corpora:
            return corpora


def zipf_texts(documents: int, words: int, seed: int, *, vocabulary: int = 2_000) -> list[str]:
    """Texts of words drawn by Zipf's law, in sentences."""
    rng = np.random.default_rng(seed)
    shares = 1 / np.arange(1, vocabulary + 1)
    drawn = rng.choice(vocabulary, p=shares / shares.sum(), size=(documents, words))
    return [" ".join(map(_spelled, row)) + "." for row in drawn]


def _spelled(number: int) -> str:
    """A word for every number."""
    letters = "aeioubcdfghjklmnp"
    text = ""
    while True:
        text += letters[number % 5] + letters[5 + number % 12]
        number //= 17
        if not number:
            return text


Made = Callable[..., Corpora]
