"""Texts cut into tokens by spaCy's rules, each different run of letters once.

spaCy's tokenizer looks at one run of characters between spaces at a time, so that a run which was
cut once need not be cut again. What it yields is the same, which is looked at on some texts of
every audit; where it is not, as a language joins what spaces part, spaCy cuts each text as a whole.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.corpus.collection import Int32, Int64, Vocabulary
from audits.errors import UnknownNameError, UsageError

_RUN = re.compile(r"\S+")
_LONGEST_RUN = 1_000
"""Characters of a run that are cut at once: no word is so long, and rules take their time."""
_MOST_RUNS = 1_000_000
"""Different runs that are remembered."""
_NEED_MORE = {"ja": "sudachipy sudachidict_core", "ko": "natto-py", "th": "pythainlp", "vi": "pyvi"}


def blank(language: str) -> Any:
    """Return spaCy's blank pipeline for a language.

    Raises
    ------
    UsageError
        If spaCy knows no such language, or needs a package for it that is not installed.

    Examples
    --------
    >>> [token.text for token in blank("en")("They're here.")]
    ['They', "'re", 'here', '.']
    """
    import spacy

    try:
        return spacy.blank(language)
    except ImportError as error:
        if language in _NEED_MORE:
            raise UsageError(
                f"spaCy needs more packages to tell the words of {language!r}. Run: pip install "
                f"{_NEED_MORE[language]}"
            ) from None
        if "E048" in str(error):
            raise UnknownNameError("language", language, _languages()) from None
        raise UsageError(
            f"spaCy cannot open the language {language!r} ({str(error).splitlines()[0]})."
        ) from None


def _languages() -> list[str]:
    """Codes of the languages that spaCy has rules for."""
    import pkgutil

    import spacy.lang

    return sorted(one.name for one in pkgutil.iter_modules(spacy.lang.__path__) if one.ispkg)


class Tokens:
    """Numbers of tokens, as texts come in; `vocabulary` sorts them in the end."""

    def __init__(self, language: str) -> None:
        self._nlp = blank(language)
        self._numbers: dict[str, int] = {}
        self.whole = False
        """Whether texts are cut as a whole, as runs cut one by one give other tokens."""
        self._forget()

    def _forget(self) -> None:
        self._runs = _Runs(self._cut)

    def cut(self, texts: Sequence[str]) -> tuple[Int32, Int32, Int64]:
        """Cut some texts.

        Returns
        -------
        tokens : (tokens,) ndarray of int32
            Numbers of tokens, one text after another, spaces left out; first come first numbered.
        offsets : (tokens,) ndarray of int32
            Character at which each begins within its text.
        lengths : (texts,) ndarray of int64
            Tokens per text.
        """
        if self.whole:
            return self._cut_whole(texts)
        if len(self._runs) > _MOST_RUNS:
            self._forget()
        found = self._runs
        pieces = [text.split() for text in texts]
        numbers = np.fromiter(
            map(found.__getitem__, chain.from_iterable(pieces)),
            dtype=np.int64,
            count=sum(map(len, pieces)),
        )
        begins = np.fromiter(
            (match.start() for text in texts for match in _RUN.finditer(text)),
            dtype=np.int64,
            count=len(numbers),
        )
        of_run, first, tokens, within = found.arrays()
        counts = of_run[numbers]
        ends = np.cumsum(counts)
        place = np.repeat(first[numbers] - (ends - counts), counts) + np.arange(
            ends[-1] if len(ends) else 0
        )
        offsets = np.repeat(begins, counts) + within[place]
        runs = np.cumsum([0, *map(len, pieces)])
        bounds = np.concatenate([[0], ends])[runs]
        return tokens[place], offsets.astype(np.int32), np.diff(bounds)

    def _cut_whole(self, texts: Sequence[str]) -> tuple[Int32, Int32, Int64]:
        tokens: list[int] = []
        offsets: list[int] = []
        lengths = []
        for text in texts:
            there = self.tokens_of(text)
            tokens += (self._number(token) for token, _ in there)
            offsets += (offset for _, offset in there)
            lengths.append(len(there))
        return (
            np.array(tokens, dtype=np.int32),
            np.array(offsets, dtype=np.int32),
            np.array(lengths, dtype=np.int64),
        )

    def tokens_of(self, text: str) -> list[tuple[str, int]]:
        """Return the tokens of one text and where they begin, cut as a whole by spaCy."""
        return [(t.text, t.idx) for t in self._nlp.make_doc(text) if not t.is_space]

    def differs(self, text: str) -> bool:
        """Whether a text cut run by run gives other tokens than cut as a whole."""
        tokens, offsets, _ = Tokens.cut(self, [text])
        names = list(self._numbers)
        ours = [(names[n], int(at)) for n, at in zip(tokens, offsets, strict=True)]
        return ours != self.tokens_of(text)

    def _cut(self, run: str) -> list[tuple[int, int]]:
        """Tokens of one run, and where they begin in it."""
        found: list[tuple[int, int]] = []
        for begin in range(0, len(run), _LONGEST_RUN):
            found += [
                (self._number(token.text), begin + token.idx)
                for token in self._nlp.tokenizer(run[begin : begin + _LONGEST_RUN])
                if not token.is_space
            ]
        return found

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

    def __missing__(self, run: str) -> int:
        found = self._cut(run)
        self._lengths.append(len(found))
        self._tokens.extend(number for number, _ in found)
        self._within.extend(at for _, at in found)
        self[run] = number = len(self)
        return number

    def arrays(self) -> tuple[Int64, Int64, Int32, NDArray[np.int64]]:
        """Tokens per run, where those of each begin, the tokens, and where they begin in runs."""
        lengths = np.array(self._lengths, dtype=np.int64)
        first = np.concatenate([[0], np.cumsum(lengths)[:-1]]) if len(lengths) else lengths
        return (
            lengths,
            first.astype(np.int64),
            np.array(self._tokens, dtype=np.int32),
            np.array(self._within, dtype=np.int64),
        )
