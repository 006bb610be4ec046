"""A trained spaCy pipeline that the user has: what it can do, and what it says of texts.

Nothing is ever downloaded. Without a pipeline, parts of speech and entities are not measured.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from audits.corpus.collection import Collection, Int64
from audits.errors import InputError

_NOT_NEEDED = frozenset({"parser", "lemmatizer", "trainable_lemmatizer", "textcat",
                         "textcat_multilabel", "spancat", "entity_linker"})  # fmt: skip
_MOST_TOKENS = 1_000  # of one text, from its beginning
_AT_ONCE = 64

SPEECH, TAG, ENTITY = "part of speech", "tag", "entity"


@dataclass(frozen=True)
class Read:
    """What a pipeline said of some texts: labels of tokens and of entities, text by text.

    `kind` tells which labels tokens have: parts of speech, or the pipeline's own tags; empty where
    it has none. `entities` is None where the pipeline finds none.
    """

    words: Int64
    kind: str
    tokens: Sequence[Sequence[str]]
    entities: Sequence[Sequence[str]] | None


def open_pipeline(name: str) -> Any:
    """Load a pipeline by the name of an installed package, or from a folder.

    Raises
    ------
    InputError
        If it is not installed or cannot be opened; the message says what to type.
    """
    import spacy

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a version that differs: it then works or it fails
            nlp = spacy.load(name)
    except (OSError, ImportError, ValueError, KeyError) as error:
        raise InputError(_why(name, str(error).strip() or type(error).__name__)) from None
    nlp.select_pipes(disable=[pipe for pipe in nlp.pipe_names if pipe in _NOT_NEEDED])
    return nlp


def _why(name: str, reason: str) -> str:
    if "E050" in reason and not Path(name).exists():
        return (
            f"the spaCy pipeline {name!r} is not installed, and nothing is downloaded for you. "
            f"Type: python -m spacy download {name}, or leave --spacy-model out; parts of speech "
            "and entities are then not measured."
        )
    return (
        f"the spaCy pipeline {name!r} cannot be opened ({reason.splitlines()[0]}). Give the name "
        "of an installed pipeline or the folder of one, or leave --spacy-model out."
    )


def abilities(nlp: Any) -> frozenset[str]:
    """Say what a pipeline can do: "part of speech", "tag", "entity".

    An attribute ruler declares nothing and yet gives parts of speech; whether it does is seen when
    it has read something.

    Examples
    --------
    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> _ = nlp.add_pipe("ner")
    >>> abilities(nlp)
    frozenset({'entity'})
    """
    gives = {one for pipe in nlp.pipe_names for one in nlp.get_pipe_meta(pipe).assigns}
    can = set()
    if "token.pos" in gives or "attribute_ruler" in nlp.pipe_names:
        can.add(SPEECH)
    if "token.tag" in gives:
        can.add(TAG)
    if "doc.ents" in gives:
        can.add(ENTITY)
    return frozenset(can)


def read(nlp: Any, collection: Collection, documents: Int64) -> Read:
    """Let a pipeline read the beginnings of some texts."""
    can = abilities(nlp)
    texts = (_beginning(collection, int(document)) for document in documents)
    words, speech, tags, entities = [], [], [], []
    for doc in nlp.pipe(texts, batch_size=_AT_ONCE):
        there = [token for token in doc if any(map(str.isalnum, token.text))]
        words.append(len(there))
        speech.append([token.pos_ for token in there if token.pos_])
        tags.append([token.tag_ for token in there if token.tag_])
        entities.append([entity.label_ for entity in doc.ents])
    kind = ""
    if SPEECH in can and any(speech):
        kind = SPEECH
    elif TAG in can and any(tags):
        kind = TAG
    return Read(
        np.array(words, dtype=np.int64),
        kind,
        speech if kind == SPEECH else tags,
        entities if ENTITY in can else None,
    )


def _beginning(collection: Collection, document: int) -> str:
    """A text, cut behind as many tokens as are read."""
    first, end = collection.starts[document : document + 2]
    text = collection.texts[document]
    if end - first <= _MOST_TOKENS:
        return text
    return text[: int(collection.offsets[first + _MOST_TOKENS])]
