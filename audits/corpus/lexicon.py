"""What a lexicon is: terms, the groups they name, and how the sense that means people is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from audits.corpus.lexicon_forms import Form
from audits.corpus.mentions import axis_groups
from audits.results import Group

PRONOUN = "pronoun"
MENTIONED = " (mentioned)"
"""What is added to the name of an axis where a column is called so, too."""


@dataclass(frozen=True)
class Term:
    """A word or phrase that names a group of people."""

    axis: str
    group: str
    written: str
    """As it stands in the file."""
    kind: str
    """Name of the kind that says where it counts."""
    forms: tuple[Form, ...]
    """Every way of writing it that is looked for: plurals, hyphens, spellings."""
    line: int = 0
    """Line of the file."""

    @property
    def text(self) -> str:
        """The first way of writing it."""
        return self.forms[0].text


@dataclass(frozen=True)
class Kind:
    """Where a term counts as speaking of people.

    A pattern is what stands around the term, token by token; see
    :mod:`audits.corpus.lexicon_patterns`. A kind without patterns counts everywhere.
    """

    name: str
    means: str
    patterns: tuple[str, ...] = ()
    cased: bool = False
    """Whether upper and lower case must be as in the file."""
    plurals: bool = False
    """Whether plurals are made, by the rules of English spelling."""

    describes: bool = False
    """Whether its terms may stand beside another one before a person, as in "old Black man"."""

    @property
    def ambiguous(self) -> bool:
        """Whether its terms mean people only in some places."""
        return bool(self.patterns)

    @property
    def noun(self) -> bool:
        """Whether its terms are nouns for people wherever they stand."""
        return self.plurals and not self.patterns


@dataclass(frozen=True)
class Lexicon:
    """Terms of a language, and what is needed to tell their senses apart."""

    name: str
    language: str
    sha256: str
    terms: tuple[Term, ...]
    kinds: Mapping[str, Kind]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Classes of words for patterns, in lower case; ``*ly`` is every word that ends so, ``@link``
    every word of the class link."""
    excluded: tuple[str, ...] = ()
    """Phrases that hold a term and do not speak of people."""

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """A group per axis and group, sorted; as in :class:`audits.corpus.mentions.Mentions`."""
        return axis_groups([(term.axis, term.group) for term in self.terms])

    @property
    def axes(self) -> tuple[str, ...]:
        """Every axis, sorted."""
        return tuple(sorted({term.axis for term in self.terms}))

    def ambiguous(self) -> tuple[Term, ...]:
        """Return the terms that mean people only in some places: those to review."""
        return tuple(term for term in self.terms if self.kinds[term.kind].ambiguous)

    def beside(self, columns: Collection[str]) -> Lexicon:
        """Return the lexicon with other names for the axes that are called as a column is.

        What a column says of a text, and whom the text mentions, would else be one feature. Upper
        and lower case make no difference.
        """
        taken = {column.casefold() for column in columns}
        terms = [
            replace(term, axis=term.axis + MENTIONED) if term.axis.casefold() in taken else term
            for term in self.terms
        ]
        return replace(self, terms=tuple(terms))

    def without(self, kind: str) -> Lexicon:
        """Return the lexicon without the terms of a kind, such as pronouns."""
        return replace(self, terms=tuple(term for term in self.terms if term.kind != kind))

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """Return the terms of a kind, in every form."""
        return tuple(form.text for term in self.terms if term.kind == kind for form in term.forms)

    def describing(self) -> tuple[str, ...]:
        """Return the terms that may stand beside another one before a person, in every form."""
        kinds = sorted(name for name, kind in self.kinds.items() if kind.describes)
        return tuple(form for name in kinds for form in self.of_kind(name))

    def bearers(self) -> tuple[str, ...]:
        """Return the terms that are nouns for people: those that always are, and plurals."""
        return tuple(
            form.text
            for term in self.terms
            for form in term.forms
            if form.plural or self.kinds[term.kind].noun
        )
