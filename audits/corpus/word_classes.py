"""Which tokens of a vocabulary are of which class of words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from audits.corpus.collection import Vocabulary
from audits.corpus.lexicon import Lexicon
from audits.corpus.lexicon_patterns import (
    BEARER,
    CAPITAL,
    EDGE,
    IDENTITY,
    MARK,
    NUMBER,
    WORD,
)
from audits.corpus.phrases import plain

Bools = NDArray[np.bool_]

_TESTS: Mapping[str, Callable[[str], bool]] = {
    CAPITAL: lambda token: token[:1].isupper(),
    NUMBER: lambda token: token[:1].isdigit(),
    MARK: lambda token: not any(map(str.isalnum, token)),
    WORD: lambda token: token[:1].isalpha(),
}


class WordClasses:
    """The classes of a lexicon, looked up once each, in a vocabulary and the end of a text."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon) -> None:
        self._tokens, self._lexicon = vocabulary.tokens, lexicon
        self._plain = [plain(token) for token in vocabulary.tokens]
        self._places: dict[str, list[int]] = {}
        for place, token in enumerate(self._plain):
            self._places.setdefault(token, []).append(place)
        self._known: dict[str, Bools] = {}

    @property
    def size(self) -> int:
        """Tokens, and one more: the end of a text."""
        return len(self._tokens) + 1

    def belongs(self, name: str) -> Bools:
        """Return which tokens are of a class, or are the word in quotes."""
        if name not in self._known:
            self._known[name] = self._found(name)
        return self._known[name]

    def _found(self, name: str) -> Bools:
        found = np.zeros(self.size, dtype=bool)
        if name == EDGE:
            found[-1] = True
            return found
        if name in _TESTS:
            found[:-1] = [_TESTS[name](token) for token in self._tokens]
            return found
        words = self._words(name)
        ends = tuple(word[1:] for word in words if word.startswith("*"))
        if ends:
            found[:-1] = [token.endswith(ends) for token in self._plain]
        for word in words:
            if word.startswith("@"):
                found |= self.belongs(word[1:])
            found[self._places.get(plain(word), [])] = True
        return found

    def _words(self, name: str) -> tuple[str, ...]:
        if name.startswith("'"):
            return (name[1:-1],)
        if name in self._lexicon.words:
            return self._lexicon.words[name]
        if name == IDENTITY:
            return self._lexicon.describing()
        return self._lexicon.bearers() if name == BEARER else self._lexicon.of_kind(name)
