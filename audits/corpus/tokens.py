"""Texts cut into tokens by spaCy's rules, each different run of letters once.

spaCy's tokenizer looks at one run of characters between spaces at a time, so that a run which was
cut once need not be cut again. What it yields is the same, which is looked at on some texts of
every audit; where it is not, as a language joins what spaces part, spaCy cuts each text as a whole.
No run is looked at in more than some hundred characters at once: rules take a time that grows with
the square of its length.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import Any

import numpy as np

from audits.corpus.collection import Int32, Int64, Vocabulary
from audits.corpus.languages import blank

_RUN = re.compile(r"\S+")
_LONGEST_RUN = 400
"""Characters of a run that are cut at once; no word is so long."""
_LONG = re.compile(rf"\S{{{_LONGEST_RUN}}}(?=\S)")
_MOST_RUNS = 1_000_000
"""Different runs that are remembered."""
_MOST_LETTERS = 50_000_000
"""Characters of the runs that are remembered, and of texts that are cut together."""


class Tokens:
    """Numbers of tokens, as texts come in; `vocabulary` sorts them in the end."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._numbers: dict[str, int] = {}
        self._begin()

    def _begin(self) -> None:
        """Remember no runs; spaCy keeps every word it saw, so that it begins anew, too."""
        self._nlp = blank(self._language)
        self._runs = _Runs(self._cut)

    def cut(self, texts: Sequence[str], *, whole: bool = False) -> tuple[Int32, Int32, Int64]:
        """Cut some texts.

        Parameters
        ----------
        texts : sequence of str
            The texts.
        whole : bool
            Whether spaCy looks at every text as a whole, and not at each different run once.

        Returns
        -------
        tokens : (tokens,) ndarray of int32
            Numbers of tokens, one text after another, spaces left out; first come first numbered.
        offsets : (tokens,) ndarray of int32
            Character at which each begins within its text.
        lengths : (texts,) ndarray of int64
            Tokens per text.
        """
        way = self._cut_whole if whole else self._cut_by_runs
        found = [way(some) for some in _in_portions(texts)]
        tokens, offsets, lengths = (np.concatenate(each) for each in zip(*found, strict=True))
        return tokens, offsets, lengths

    def _cut_by_runs(self, texts: Sequence[str]) -> tuple[Int32, Int32, Int64]:
        if len(self._runs) > _MOST_RUNS or self._runs.letters > _MOST_LETTERS:
            self._begin()
        pieces = [text.split() for text in texts]
        ends = np.cumsum([0, *map(len, pieces)])
        numbers = np.fromiter(
            map(self._runs.__getitem__, chain.from_iterable(pieces)),
            dtype=np.int64,
            count=int(ends[-1]),
        )
        of_run, first, tokens, within, letters = self._runs.arrays()
        begins = _begins(texts, letters[numbers], ends)
        counts = of_run[numbers]
        bounds = np.concatenate([[0], np.cumsum(counts)])
        place = np.repeat(first[numbers] - bounds[:-1], counts) + np.arange(bounds[-1])
        offsets = np.repeat(begins, counts) + within[place]
        return tokens[place], offsets.astype(np.int32), np.diff(bounds[ends])

    def _cut_whole(self, texts: Sequence[str]) -> tuple[Int32, Int32, Int64]:
        tokens, offsets, lengths = array("i"), array("i"), array("q")
        for text in texts:
            there = self.tokens_of(text)
            tokens.extend(self._number(token) for token, _ in there)
            offsets.extend(offset for _, offset in there)
            lengths.append(len(there))
        return (
            np.array(tokens, dtype=np.int32),
            np.array(offsets, dtype=np.int32),
            np.array(lengths, dtype=np.int64),
        )

    def tokens_of(self, text: str) -> list[tuple[str, int]]:
        """Return the tokens of one text and where they begin, cut as a whole by spaCy."""
        cuts = [0, *(match.end() for match in _LONG.finditer(text)), len(text)]
        return [
            (token.text, begin + token.idx)
            for begin, end in pairwise(cuts)
            for token in self._nlp.tokenizer(text[begin:end])
            if not token.is_space
        ]

    def differs(self, text: str) -> bool:
        """Whether a text cut run by run gives other tokens than cut as a whole."""
        by_runs, at, _ = self._cut_by_runs([text])
        whole, begins, _ = self._cut_whole([text])
        return not (np.array_equal(by_runs, whole) and np.array_equal(at, begins))

    def _cut(self, run: str) -> list[tuple[int, int]]:
        """Tokens of one run, and where they begin in it."""
        return [(self._number(token), at) for token, at in self.tokens_of(run)]

    def _number(self, token: str) -> int:
        return self._numbers.setdefault(token, len(self._numbers))

    def vocabulary(self) -> tuple[Vocabulary, Int32]:
        """Return the vocabulary of all that was cut, and the place of every number in it."""
        names = np.array(list(self._numbers), dtype=object)
        order = np.argsort(names, kind="stable") if len(names) else np.empty(0, dtype=np.int64)
        place = np.empty(len(names), dtype=np.int32)
        place[order] = np.arange(len(names), dtype=np.int32)
        tokens = tuple(names[order].tolist())
        lower = [token.lower() if _is_word(token) else None for token in tokens]
        words = tuple(sorted({word for word in lower if word is not None}))
        number = {word: n for n, word in enumerate(words)}
        word_of = np.array([-1 if w is None else number[w] for w in lower], dtype=np.int32)
        return Vocabulary(tokens, words, word_of), place


def _in_portions(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Part texts so that none but a single one is of more characters than are cut together.

    >>> [len(some) for some in _in_portions(["a"] * 3)], list(_in_portions([]))
    ([3], [[]])
    """
    begin = letters = 0
    for place, text in enumerate(texts):
        if letters and letters + len(text) > _MOST_LETTERS:
            yield texts[begin:place]
            begin, letters = place, 0
        letters += len(text)
    yield texts[begin:]


def _begins(texts: Sequence[str], letters: Int64, ends: Int64) -> Int64:
    """Return where runs begin in their texts, from how long they are and how many a text has.

    Where single spaces part them, their lengths tell; other texts are searched.
    """
    through = np.concatenate([[0], np.cumsum(letters + 1)])
    counts = np.diff(ends)
    begins: Int64 = through[:-1] - np.repeat(through[ends[:-1]], counts)
    close = np.diff(through[ends]) - 1
    there = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    for place in np.flatnonzero((counts > 0) & (close != there)).tolist():
        found = [match.start() for match in _RUN.finditer(texts[place])]
        begins[ends[place] : ends[place + 1]] = found
    return begins


def _is_word(token: str) -> bool:
    """Whether a token holds a letter or a digit.

    >>> [_is_word(token) for token in ("don", "n't", "7", "...", "é", "🙂")]
    [True, True, True, False, True, False]
    """
    return any(map(str.isalnum, token))


class _Runs(dict[str, int]):
    """Numbers of runs of characters, and the tokens of each; what is not known is cut."""

    def __init__(self, cut: Any) -> None:
        super().__init__()
        self._cut = cut
        self._lengths, self._tokens, self._within = array("q"), array("i"), array("q")
        self._letters = array("q")
        self.letters = 0

    def __missing__(self, run: str) -> int:
        found = self._cut(run)
        self._lengths.append(len(found))
        self._tokens.extend(number for number, _ in found)
        self._within.extend(at for _, at in found)
        self._letters.append(len(run))
        self.letters += len(run)
        self[run] = number = len(self)
        return number

    def arrays(self) -> tuple[Int64, Int64, Int32, Int64, Int64]:
        """Tokens per run, where those of each begin, the tokens, their places, and lengths."""
        lengths = np.array(self._lengths, dtype=np.int64)
        return (
            lengths,
            np.cumsum(lengths) - lengths,
            np.array(self._tokens, dtype=np.int32),
            np.array(self._within, dtype=np.int64),
            np.array(self._letters, dtype=np.int64),
        )
