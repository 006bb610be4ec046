"""Drift of texts: parts of speech and entities, where the user has a trained pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.corpus.collection import Int64
from audits.corpus.corpora import Corpora
from audits.corpus.pipeline import ENTITY, abilities, open_pipeline, read
from audits.estimates import Estimate
from audits.formulas.document_drift import document_drift
from audits.formulas.document_rates import rate_change
from audits.formulas.multiplicity import benjamini_hochberg
from audits.questions.text_drift_rows import TextGrammarRow
from audits.results import Group
from audits.seeds import stream_seed

_NAN = float("nan")
_PER = 100  # words
_DRAWS = 499
NOTHING: dict[str, Any] = {
    "speech": Estimate.unknown(), "speech_p": _NAN,
    "entities": Estimate.unknown(), "entities_p": _NAN, "tagged": (0, 0),
}  # fmt: skip
BOTH = ("parts of speech", "entities")


@dataclass(frozen=True)
class Kind:
    """How often every text that was read has each label of a kind."""

    name: str
    labels: tuple[str, ...]
    counts: tuple[sparse.csr_array, ...]
    """Per side: (texts read, labels)."""


@dataclass(frozen=True)
class Grammar:
    """What a pipeline said of the texts it read, side by side."""

    documents: tuple[Int64, ...]
    """Per side the texts that were read, ascending."""
    words: tuple[Int64, ...]
    kinds: tuple[Kind, ...]

    @property
    def not_measured(self) -> tuple[str, ...]:
        """What the pipeline does not tell."""
        entity = any(kind.name == ENTITY for kind in self.kinds)
        speech = any(kind.name != ENTITY for kind in self.kinds)
        return tuple(name for name, there in zip(BOTH, (speech, entity), strict=True) if not there)


def opened(corpora: Corpora) -> Any:
    """The pipeline the user named, None without; what it cannot do is noted."""
    if corpora.pipeline is None:
        _note(corpora, BOTH, "as no trained spaCy pipeline was named (--spacy-model)")
        return None
    nlp = open_pipeline(corpora.pipeline)
    can = abilities(nlp)
    missing = [
        name
        for name, there in zip(BOTH, (can - {ENTITY}, can & {ENTITY}), strict=True)
        if not there
    ]
    _note(corpora, missing, f"as the pipeline {corpora.pipeline!r} does not tell them")
    if nlp.lang != corpora.language.split("-")[0]:
        _add(
            corpora,
            f"The pipeline {corpora.pipeline!r} is made for the language {nlp.lang!r}, the texts "
            f"were read as {corpora.language!r}.",
        )
    return nlp


def _note(corpora: Corpora, missing: Sequence[str], why: str) -> None:
    if missing:
        _add(corpora, f"Drift of {' and '.join(missing)} was not measured, {why}.")


def _add(corpora: Corpora, note: str) -> None:
    if note not in corpora.notes:
        corpora.notes.append(note)


def grammar(corpora: Corpora, nlp: Any) -> Grammar:
    """Let the pipeline read some texts of every group, each text once."""
    sides = [0] if corpora.alone else [0, corpora.sides[0]]
    documents, found = [], []
    for side in sides:
        chosen = [_chosen(corpora, side, g) for g in range(len(corpora.groups.names))]
        documents.append(np.unique(np.concatenate(chosen)))
        found.append(read(nlp, corpora.collections[side], documents[-1]))
    kinds = []
    name = next((one.kind for one in found if one.kind), "")
    if name:
        kinds.append(_kind(name, [one.tokens for one in found]))
    entities = [one.entities for one in found if one.entities is not None]
    if entities:
        kinds.append(_kind(ENTITY, entities))
    return Grammar(tuple(documents), tuple(one.words for one in found), tuple(kinds))


def _chosen(corpora: Corpora, side: int, g: int) -> Int64:
    """Texts of a group that are read: those a hash names first, the same in all groups."""
    settings = corpora.settings
    members = corpora.groups.members(side, g)
    key = stream_seed(settings.seed, "text_drift", "tagged", ())
    return corpora.collections[side].drawn(members, settings.drift_tagged, key=key)


def _kind(name: str, sides: Sequence[Sequence[Sequence[str]]]) -> Kind:
    labels = tuple(sorted({label for side in sides for text in side for label in text}))
    place = {label: k for k, label in enumerate(labels)}
    counts = []
    for side in sides:
        rows = np.repeat(np.arange(len(side)), [len(text) for text in side])
        columns = np.array([place[label] for text in side for label in text], dtype=np.int64)
        ones = np.ones(len(columns), dtype=np.int64)
        shape = (len(side), max(len(labels), 1))
        counts.append(sparse.coo_array((ones, (rows, columns)), shape=shape).tocsr())
    return Kind(name, labels, tuple(counts))


def compared(
    corpora: Corpora, g: int, found: Grammar
) -> tuple[dict[str, Any], list[TextGrammarRow]]:
    """Compare the texts of a group that were read: fields of its row, and a line per label."""
    group = corpora.groups.names[g]
    sides = [0] if corpora.alone else [0, corpora.sides[0]]
    places = [
        np.searchsorted(documents, _chosen(corpora, side, g))
        for side, documents in zip(sides, found.documents, strict=True)
    ]
    read_texts = tuple(len(place) for place in places)
    if corpora.alone:
        fields = NOTHING | {"tagged": (0, read_texts[0])}
        if read_texts[0] < corpora.settings.fewest_texts:
            return fields, []
        return fields, [
            row for kind in found.kinds for row in _alone(group, kind, found, places[0])
        ]
    fields = NOTHING | {"tagged": read_texts}
    if min(read_texts) < corpora.settings.fewest_texts:
        return fields, []
    rows: list[TextGrammarRow] = []
    for kind in found.kinds:
        fields |= _whole(corpora, group, kind, places)
        rows += _lines(corpora, group, kind, found, places)
    return fields, rows


def _whole(
    corpora: Corpora, group: Group, kind: Kind, places: Sequence[NDArray[np.intp]]
) -> dict[str, Any]:
    """How far all labels of a kind together have moved."""
    settings = corpora.settings
    moved = document_drift(
        *(counts[place] for counts, place in zip(kind.counts, places, strict=True)),
        dealings=settings.classifier_permutations,
        seed=stream_seed(settings.seed, "text_drift", kind.name, group),
        confidence=settings.confidence,
    )
    name = "entities" if kind.name == ENTITY else "speech"
    return {name: Estimate(moved.adjusted, moved.low, moved.high), f"{name}_p": moved.p}


def _lines(
    corpora: Corpora,
    group: Group,
    kind: Kind,
    found: Grammar,
    places: Sequence[NDArray[np.intp]],
) -> list[TextGrammarRow]:
    settings = corpora.settings
    sides = [
        (counts[place].toarray(), words[place])
        for counts, words, place in zip(kind.counts, found.words, places, strict=True)
    ]
    rates = rate_change(
        sides[0], sides[1], draws=_DRAWS, confidence=settings.confidence,
        seed=stream_seed(settings.seed, "text_drift", f"{kind.name}|rates", group),
    )  # fmt: skip
    adjusted = benjamini_hochberg(rates.p[: len(kind.labels)])
    return [
        TextGrammarRow(
            group, kind.name, label, len(places[0]), len(places[1]),
            _PER * float(rates.real[k]), _PER * float(rates.synthetic[k]),
            Estimate(*(_PER * float(part[k]) for part in (rates.change, rates.low, rates.high))),
            float(rates.p[k]), float(adjusted[k]),
        )
        for k, label in enumerate(kind.labels)
    ]  # fmt: skip


def _alone(
    group: Group, kind: Kind, found: Grammar, place: NDArray[np.intp]
) -> list[TextGrammarRow]:
    words = found.words[0][place].sum()
    often = np.asarray(kind.counts[0][place].sum(axis=0)).ravel()
    return [
        TextGrammarRow(
            group, kind.name, label, 0, len(place), _NAN,
            _PER * float(often[k] / words) if words else _NAN, Estimate.unknown(), _NAN, _NAN,
        )
        for k, label in enumerate(kind.labels)
    ]  # fmt: skip
