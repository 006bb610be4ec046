"""Mentions of identities: terms found by their tokens, and kept where their words mean people.

Candidates are found on the numbers of tokens, which are there already, and not by spaCy's
PhraseMatcher, which wants each text as an object of its own; spaCy's tokenizer cuts the terms, so
that they are cut as the texts are. What stands around a candidate is then compared with the
patterns of its kind, all candidates at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from audits.corpus.collection import Collection, Vocabulary
from audits.corpus.languages import blank
from audits.corpus.lexicon import Lexicon
from audits.corpus.lexicon_patterns import CAPITAL, WINDOW, Contexts, Surroundings
from audits.corpus.mentions import Found, Mentions
from audits.corpus.phrases import Hits, Phrases, longest
from audits.corpus.word_classes import WordClasses

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

_AT_ONCE = 2_000_000
"""Tokens searched at once."""
_EXCLUDED = -1


def find_mentions(
    collections: Sequence[Collection],
    lexicon: Lexicon,
    *,
    language: str = "en",
    progress: Callable[[str, float], None] | None = None,
) -> Mentions:
    """Find the terms of a lexicon in collections that share a vocabulary.

    Terms are whole words, whatever their case unless their kind is cased; where several meet, the
    longest counts, and excluded phrases take part. Negation is not seen: "not a woman" mentions
    women.

    Parameters
    ----------
    collections : sequence of Collection
        All with the same vocabulary.
    lexicon : Lexicon
        From :func:`audits.corpus.lexicon_file.english` or ``read_lexicon``; pronouns are left out
        by ``lexicon.without("pronoun")``.
    language : str
        Code of the language, as spaCy has it.
    progress : callable, optional
        Called with "mentions" and the share of tokens searched.

    Returns
    -------
    Mentions
        One line per term and place; a term in several axes has one for each.
    """
    told = progress or (lambda _stage, _share: None)
    total = sum(len(one.tokens) for one in collections) or 1
    search = _Search(lexicon, language, collections[0].vocabulary) if collections else None
    found, done = [], 0
    for collection in collections:
        assert search is not None
        parts = []
        for first, last in _chunks(collection):
            parts.append(search.found(collection, first, last))
            done += int(collection.starts[last] - collection.starts[first])
            told("mentions", done / total)
        found.append(_joined(parts, len(lexicon.terms)))
    return Mentions(lexicon, lexicon.groups, tuple(found))


def _chunks(collection: Collection) -> Iterator[tuple[int, int]]:
    """Yield runs of whole documents, of about as many tokens as are searched at once."""
    first = 0
    while first < collection.documents:
        limit = collection.starts[first] + _AT_ONCE
        last = int(np.searchsorted(collection.starts, limit, side="right")) - 1
        last = max(last, first + 1)
        yield first, last
        first = last


@dataclass(frozen=True)
class _Tokens:
    """Tokens of some documents, and which document each is of."""

    ids: Int32
    document: Int64
    starts: Int64


def _tokens(collection: Collection, first: int, last: int) -> _Tokens:
    bounds = collection.starts[first : last + 1]
    document = np.repeat(np.arange(last - first), np.diff(bounds))
    return _Tokens(collection.tokens[bounds[0] : bounds[-1]], document, bounds - bounds[0])


class _Search:
    """A lexicon made ready for one vocabulary."""

    def __init__(self, lexicon: Lexicon, language: str, vocabulary: Vocabulary) -> None:
        self._lexicon = lexicon
        written = [(f, n) for n, term in enumerate(lexicon.terms) for f in term.forms]
        texts = [form.text for form, _ in written] + list(lexicon.excluded)
        self._phrases = Phrases(_cut(tuple(texts), language), vocabulary)
        self._term = _padded([number for _, number in written], len(texts), _EXCLUDED)
        self._plural = _padded([form.plural for form, _ in written], len(texts), 0).astype(bool)
        self._group = np.array(
            [lexicon.groups.index(((term.axis, term.group),)) for term in lexicon.terms],
            dtype=np.int32,
        )
        kinds = sorted(lexicon.kinds)
        self._kind = np.array([kinds.index(term.kind) for term in lexicon.terms])
        cased = np.array([lexicon.kinds[name].cased for name in kinds])
        self._cased = np.zeros(len(texts), dtype=bool)
        self._cased[: len(written)] = cased[self._kind[self._term[: len(written)]]]
        self._classes = WordClasses(vocabulary, lexicon)
        self._contexts = {
            number: Contexts(
                lexicon.kinds[name].patterns, self._classes.belongs, self._classes.size
            )
            for number, name in enumerate(kinds)
            if lexicon.kinds[name].patterns
        }

    def found(self, collection: Collection, first: int, last: int) -> Found:
        """Find mentions in the documents from `first` to `last`."""
        tokens = _tokens(collection, first, last)
        hits = self._phrases.find(tokens.ids)
        size = self._phrases.lengths[hits.phrase]
        hits = hits[tokens.document[hits.start] == tokens.document[hits.start + size - 1]]
        hits = hits[self._phrases.cased(hits, tokens.ids, self._cased)]
        term = self._term[hits.phrase]
        many = len(self._lexicon.terms)
        candidates = np.bincount(term[term != _EXCLUDED], minlength=many)
        hits = hits[longest(hits.start, self._phrases.lengths[hits.phrase])]
        hits = hits[self._term[hits.phrase] != _EXCLUDED]
        hits = hits[self._meant(hits, tokens)]
        term = self._term[hits.phrase]
        return Found(
            document=(tokens.document[hits.start] + first).astype(np.int32),
            start=hits.start + collection.starts[first],
            length=self._phrases.lengths[hits.phrase],
            group=self._group[term],
            term=term,
            candidates=candidates.astype(np.int64),
            accepted=np.bincount(term, minlength=many).astype(np.int64),
        )

    def _meant(self, hits: Hits, tokens: _Tokens) -> Bools:
        """Whether each hit stands where its kind counts."""
        kind = self._kind[self._term[hits.phrase]]
        meant = np.ones(len(kind), dtype=bool)
        for number, contexts in self._contexts.items():
            these = np.flatnonzero(kind == number)
            meant[these] = contexts.match(self._around(hits[these], tokens))
        return meant

    def _around(self, hits: Hits, tokens: _Tokens) -> Surroundings:
        document = tokens.document[hits.start]
        begins, ends = tokens.starts[document][:, None], tokens.starts[document + 1][:, None]
        steps = np.arange(WINDOW)
        before = hits.start[:, None] - 1 - steps
        after = (hits.start + self._phrases.lengths[hits.phrase])[:, None] + steps
        most = max(len(tokens.ids) - 1, 0)
        return Surroundings(
            before=np.where(before >= begins, tokens.ids[np.maximum(before, 0)], -1),
            after=np.where(after < ends, tokens.ids[np.minimum(after, most)], -1),
            plural=self._plural[hits.phrase],
            capital=self._classes.belongs(CAPITAL)[tokens.ids[hits.start]],
        )


def _padded(values: Sequence[int], size: int, filler: int) -> Int32:
    padded = np.full(size, filler, dtype=np.int32)
    padded[: len(values)] = values
    return padded


@lru_cache(maxsize=4)
def _cut(phrases: tuple[str, ...], language: str) -> list[tuple[str, ...]]:
    """Cut phrases into tokens as texts are cut."""
    nlp = blank(language)
    return [tuple(t.text for t in nlp.make_doc(phrase) if not t.is_space) for phrase in phrases]


def _joined(parts: Sequence[Found], terms: int) -> Found:
    if not parts:
        none = np.zeros(0, dtype=np.int32)
        zeros = np.zeros(terms, dtype=np.int64)
        return Found(none, none.astype(np.int64), none, none, none, zeros, zeros)
    names = ("document", "start", "length", "group", "term")
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Found(
        **columns,
        candidates=np.sum([part.candidates for part in parts], axis=0),
        accepted=np.sum([part.accepted for part in parts], axis=0),
    )
