"""Which tokens of a vocabulary are of which class of words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from audits.corpus.collection import Vocabulary
from audits.corpus.lexicon import Lexicon
from audits.corpus.lexicon_patterns import CAPITAL, EDGE, MARK, NUMBER, WORD
from audits.corpus.phrases import plain

Bools = NDArray[np.bool_]

_TESTS: Mapping[str, Callable[[str], bool]] = {
    CAPITAL: lambda token: token[:1].isupper(),
    NUMBER: lambda token: token[:1].isdigit(),
    MARK: lambda token: not any(map(str.isalnum, token)),
    WORD: lambda token: token[:1].isalpha(),
    EDGE: lambda _token: False,
}


class WordClasses:
    """The classes of a lexicon, looked up once each."""

    def __init__(self, vocabulary: Vocabulary, lexicon: Lexicon) -> None:
        self._tokens = vocabulary.tokens
        self._words = lexicon.words
        self._terms = tuple({form.text for term in lexicon.terms for form in term.forms})
        self._plain = [plain(token) for token in vocabulary.tokens]
        self._places: dict[str, list[int]] = {}
        for place, token in enumerate(self._plain):
            self._places.setdefault(token, []).append(place)
        self._known: dict[str, Bools] = {}

    @property
    def capital(self) -> Bools:
        """Whether a token begins with a capital."""
        return self.belongs(CAPITAL)

    def belongs(self, name: str) -> Bools:
        """Return which tokens are of a class, or are the word in quotes."""
        if name not in self._known:
            self._known[name] = self._found(name)
        return self._known[name]

    def _found(self, name: str) -> Bools:
        if name in _TESTS and name not in self._words:
            return np.array([_TESTS[name](token) for token in self._tokens], dtype=bool)
        if name.startswith("'"):
            words: tuple[str, ...] = (name[1:-1],)
        else:
            words = self._words.get(name) or self._terms
        ends = tuple(word[1:] for word in words if word.startswith("*"))
        found = np.zeros(len(self._tokens), dtype=bool)
        for word in words:
            if word.startswith("@"):
                found |= self.belongs(word[1:])
        if ends:
            found |= np.array([token.endswith(ends) for token in self._plain], dtype=bool)
        for word in words:
            found[self._places.get(plain(word), [])] = True
        return found
