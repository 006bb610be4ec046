"""Patterns of what stands around a term, and how they are matched at many places at once.

A pattern is written token by token, with blanks between: ``_`` is the term, a name is a class of
words, a word in single quotes is itself. Several with ``|`` between are alternatives, ``!`` before
them means any other token; ``?`` after them may be left out, ``*`` may stand any number of times,
``+`` at least once. The term itself may be asked to be ``_plural``, ``_singular`` or ``_capital``.

>>> [element.names for element in pattern("'the'|'some' _plural degree? !person").after]
[('degree',), ('person',)]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW = 10
"""Tokens before and after a term that patterns can see."""
EDGE = "edge"
CAPITAL, NUMBER, MARK, WORD = "capital", "number", "mark", "word"
IDENTITY, BEARER = "identity", "bearer"
BUILT_IN = frozenset({EDGE, CAPITAL, NUMBER, MARK, WORD, IDENTITY, BEARER})
"""Classes that no lexicon has to give: identities are its terms that describe, bearers those that
are nouns for people. The name of a kind is the class of its terms."""
"""Class of the places before the first and after the last token of a text."""
SELVES = ("_", "_plural", "_singular", "_capital", "_small")
_ELEMENT = re.compile(r"(!?)([^?*+!]+)([?*+]?)")

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Element:
    """A place beside the term: which tokens may stand there, and how often."""

    names: tuple[str, ...]
    other: bool = False
    optional: bool = False
    many: bool = False

    @property
    def key(self) -> tuple[tuple[str, ...], bool]:
        """What tells its tokens from those of other elements."""
        return self.names, self.other


@dataclass(frozen=True)
class Pattern:
    """What stands before a term, from the term outwards; of which form it is; what stands after."""

    before: tuple[Element, ...]
    itself: str
    after: tuple[Element, ...]


def pattern(written: str) -> Pattern:
    """Parse a pattern.

    Raises
    ------
    ValueError
        If it does not hold the term exactly once, or a part of it cannot be read.
    """
    parts = written.split()
    here = [place for place, part in enumerate(parts) if part in SELVES]
    if len(here) != 1:
        raise ValueError(f"the pattern {written!r} must hold _ exactly once")
    before = tuple(_element(part) for part in reversed(parts[: here[0]]))
    return Pattern(before, parts[here[0]], tuple(_element(part) for part in parts[here[0] + 1 :]))


def _element(part: str) -> Element:
    read = _ELEMENT.fullmatch(part)
    if read is None:
        raise ValueError(f"{part!r} cannot be read")
    other, names, often = read.groups()
    return Element(tuple(names.split("|")), bool(other), often in ("?", "*"), often in ("*", "+"))


def classes_of(written: Iterable[str]) -> set[str]:
    """Every class of words that patterns speak of, words in quotes left out."""
    named = {
        name
        for one in map(pattern, written)
        for element in (*one.before, *one.after)
        for name in element.names
    }
    return {name for name in named if not name.startswith("'")} - {EDGE}


@dataclass(frozen=True)
class Surroundings:
    """Tokens around many places: a line per place, the nearest first, -1 where a text has ended."""

    before: Int32
    after: Int32
    plural: Bools
    capital: Bools


class Contexts:
    """Patterns made ready for one vocabulary.

    `belongs` returns, for a class of words or a word in quotes, which of `size` tokens are of it:
    those of the vocabulary, and last the end of a text.
    """

    def __init__(self, written: Sequence[str], belongs: Callable[[str], Bools], size: int) -> None:
        self._patterns = tuple(map(pattern, written))
        self._belongs, self._size = belongs, size
        self._known: dict[tuple[tuple[str, ...], bool], Bools] = {}

    def match(self, around: Surroundings) -> Bools:
        """Whether any pattern matches, per place."""
        sides: tuple[dict[Element, Int64], ...] = ({}, {})
        met = np.zeros(len(around.plural), dtype=bool)
        for one in self._patterns:
            met |= (
                self._itself(one.itself, around)
                & self._side(one.before, around.before, sides[0])
                & self._side(one.after, around.after, sides[1])
            )
        return met

    @staticmethod
    def _itself(name: str, around: Surroundings) -> Bools:
        chosen: Bools = {
            "_": np.ones_like(around.plural),
            "_plural": around.plural,
            "_singular": ~around.plural,
            "_capital": around.capital,
            "_small": ~around.capital,
        }[name]
        return chosen

    def _side(
        self, elements: tuple[Element, ...], tokens: Int32, seen: dict[Element, Int64]
    ) -> Bools:
        """Whether a run of elements matches on one side, by sets of places reached.

        Bit k of a set says that the elements so far can end after k tokens.
        """
        reached = np.ones(len(tokens), dtype=np.int64)
        for element in elements:
            if element not in seen:
                seen[element] = self._places(element, tokens)
            step = (reached & seen[element]) << 1
            reached = (reached | step) if element.optional else step
            while element.many and step.any():
                step = (step & seen[element]) << 1
                reached |= step
        return reached > 0

    def _places(self, element: Element, tokens: Int32) -> Int64:
        """Bit k says whether the token at place k is one of the element's."""
        bits = np.zeros(len(tokens), dtype=np.int64)
        there = self._tokens(element)
        for place in range(tokens.shape[1]):
            bits |= there[tokens[:, place]].astype(np.int64) << place
        return bits

    def _tokens(self, element: Element) -> Bools:
        """Whether each token is one of an element's."""
        if element.key not in self._known:
            found = np.zeros(self._size, dtype=bool)
            for name in element.names:
                found |= self._belongs(name)
            self._known[element.key] = ~found if element.other else found
        return self._known[element.key]
