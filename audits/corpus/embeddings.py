"""Embeddings of texts by a model that the user has installed."""

from __future__ import annotations

import dataclasses
from importlib.util import find_spec

import numpy as np

from audits.corpus.collection import Collection
from audits.errors import UsageError

_BATCH = 256


def check_installed(model_name: str) -> None:
    """Refuse the name of a model where none can be opened.

    Raises
    ------
    UsageError
        If sentence-transformers is not installed.
    """
    if find_spec("sentence_transformers") is None:
        raise UsageError(
            f"no column is named {model_name!r}, and sentence-transformers is not installed, so "
            "that it cannot be a model either. Name a column of vectors, or run: pip install "
            "sentence-transformers"
        )


def embedded(collection: Collection, model_name: str) -> Collection:
    """Return a collection with a vector per text, of a sentence-transformers model.

    Raises
    ------
    UsageError
        If sentence-transformers is not installed, or there is no such model.
    """
    check_installed(model_name)
    from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found]

    try:
        model = SentenceTransformer(model_name)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"no column is named {model_name!r}, and no model of that name could be opened "
            f"({str(error).splitlines()[0]}). Name a column of vectors, or a model that is "
            "installed."
        ) from None
    vectors = np.asarray(model.encode(list(collection.texts), batch_size=_BATCH), dtype=np.float32)
    return dataclasses.replace(collection, vectors=vectors)
