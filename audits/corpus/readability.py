"""Lengths of texts and how hard they are to read: from arrays, a word looked at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.corpus.collection import Collection, Int64, Vocabulary
from audits.corpus.syllables import syllables
from audits.formulas.readability import flesch_reading_ease, lix

Floats = NDArray[np.float64]

ENDS = frozenset(".!?…‼⁇⁈⁉。！？｡．؟۔।॥։፧።။៕")
"""Marks that end a sentence (those of Unicode's property Sentence_Terminal in common use)."""
_CLOSING = frozenset("\"'”’»)]}")
_HYPHENS = frozenset("-‐‑")
_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n")
_LONG = 6  # letters; Björnsson's long words have more


@dataclass(frozen=True)
class Shapes:
    """Per text: how many words, sentences, letters, long words and syllables it has.

    A contraction (don't) and a hyphenated compound (well-known) are one word in English, as in
    Flesch 1948; elsewhere a word is a token that holds a letter or a digit. A sentence ends at a
    token of nothing but `ENDS` and closing marks, and at an empty line; what stands between two
    ends and holds no word is none. `syllables` is empty in other languages than English.
    """

    words: Int64
    sentences: Int64
    letters: Int64
    long_words: Int64
    syllables: Int64

    @property
    def sentence_length(self) -> Floats:
        """Words per sentence; ``nan`` in texts without a word."""
        return _ratio(self.words, self.sentences)

    @property
    def word_length(self) -> Floats:
        """Letters and digits per word."""
        return _ratio(self.letters, self.words)

    @property
    def lix(self) -> Floats:
        """Björnsson's index: the higher, the harder."""
        return lix(self.words, self.sentences, self.long_words)

    @property
    def reading_ease(self) -> Floats | None:
        """Flesch's reading ease, the higher, the easier; None in other languages than English."""
        if len(self.syllables) == 0:
            return None
        return flesch_reading_ease(self.words, self.sentences, self.syllables)


def shapes(collection: Collection, language: str) -> Shapes:
    """Count words, sentences, letters, long words and syllables of every text of a collection."""
    there, vocabulary = collection.words, collection.vocabulary
    english = language == "en" or language.startswith("en-")
    first = _begins_word(collection, joined=english)
    letters = _of_vocabulary(vocabulary, _letters)[there.ids]
    whole = np.add.reduceat(letters, np.flatnonzero(first)) if len(first) else letters
    bounds = np.concatenate([[0], np.cumsum(first)])[there.starts]
    sentence = _begins_sentence(collection)
    spoken = _of_vocabulary(vocabulary, syllables)[there.ids] if english else None
    return Shapes(
        words=np.diff(bounds),
        sentences=_summed(sentence, there.starts),
        letters=_summed(letters, there.starts),
        long_words=_summed(whole > _LONG, bounds),
        syllables=np.zeros(0, dtype=np.int64) if spoken is None else _summed(spoken, there.starts),
    )


def _letters(word: str) -> int:
    return sum(letter.isalnum() for letter in word)


def _of_vocabulary(vocabulary: Vocabulary, count: Callable[[str], int]) -> Int64:
    """A number of every word, counted once."""
    return np.fromiter(map(count, vocabulary.words), dtype=np.int64, count=len(vocabulary.words))


def _summed(values: NDArray[np.generic], starts: Int64) -> Int64:
    """Sums over the stretches between starts."""
    total = np.concatenate([[0], np.cumsum(values, dtype=np.int64)])
    return np.diff(total[starts])


def _ratio(part: Int64, whole: Int64) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _begins_word(collection: Collection, *, joined: bool) -> NDArray[np.bool_]:
    """Whether each word-like token begins a word, rather than going on with the one before."""
    at = collection.words.at
    first = np.ones(len(at), dtype=bool)
    if not joined or len(at) < 2:
        return first
    tokens, vocabulary = collection.tokens, collection.vocabulary
    sizes = np.fromiter(map(len, vocabulary.tokens), np.int64, count=len(vocabulary.tokens))
    end = collection.offsets[at[:-1]] + sizes[tokens[at[:-1]]]
    gap = collection.offsets[at[1:]] - end
    hyphen = np.fromiter((t in _HYPHENS for t in vocabulary.tokens), bool, len(vocabulary.tokens))
    between = hyphen[tokens[np.minimum(at[:-1] + 1, len(tokens) - 1)]]
    step = np.diff(at)
    first[1:] = ~(((gap == 0) & (step == 1)) | ((gap == 1) & (step == 2) & between))
    first[_first_words(collection)] = True
    return first


def _begins_sentence(collection: Collection) -> NDArray[np.bool_]:
    """Whether each word is the first of a sentence: of its text, or after an end."""
    at = collection.words.at
    ends = np.fromiter(map(_ends, collection.vocabulary.tokens), bool)[collection.tokens]
    ends[_after_empty_lines(collection)] = True
    passed = np.cumsum(ends)[at]
    first = np.ones(len(at), dtype=bool)
    first[1:] = np.diff(passed) > 0
    first[_first_words(collection)] = True
    return first


def _first_words(collection: Collection) -> Int64:
    """Place of the first word of every text that has one."""
    there = collection.words
    return there.starts[:-1][there.lengths > 0]


def _after_empty_lines(collection: Collection) -> Int64:
    """Place of the first token after every empty line."""
    lines = [
        (document, line.start())
        for document, text in enumerate(collection.texts)
        if "\n" in text
        for line in _EMPTY_LINE.finditer(text)
    ]
    if not lines:
        return np.zeros(0, dtype=np.int64)
    document, at = np.array(lines, dtype=np.int64).T
    of = np.repeat(np.arange(collection.documents), np.diff(collection.starts))
    widest = int(max(at.max(), collection.offsets.max(initial=0))) + 1
    after = np.searchsorted(of * widest + collection.offsets, document * widest + at)
    inside = after < collection.starts[1:][document]
    found: Int64 = after[inside]
    return found


def _ends(token: str) -> bool:
    """Whether a token is nothing but marks that end a sentence, and closing ones."""
    marks = set(token)
    return bool(marks & ENDS) and marks <= ENDS | _CLOSING
