"""A lexicon from what a file says, once nothing in it contradicts itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from audits.corpus.lexicon import Kind, Lexicon, Term
from audits.corpus.lexicon_forms import Form, excluded_forms, forms_of
from audits.corpus.lexicon_patterns import BUILT_IN, classes_of
from audits.errors import SourceError

ENGLISH = "en"


@dataclass(frozen=True)
class Entry:
    """A term as a file gives it."""

    axis: str
    group: str
    text: str
    kind: str
    line: int


@dataclass(frozen=True)
class Draft:
    """All that a file says."""

    source: str
    name: str
    sha256: str
    language: str
    entries: tuple[Entry, ...]
    kinds: Mapping[str, Kind]
    words: Mapping[str, tuple[str, ...]]
    excluded: tuple[tuple[str, int], ...]
    """Phrases that do not speak of people, and their lines."""


def built(draft: Draft) -> Lexicon:
    """Return the lexicon of a draft.

    Raises
    ------
    SourceError
        If it is empty, a term stands twice or in two groups of an axis, a kind is not known, or a
        pattern speaks of words that are not given.
    """
    if not draft.entries:
        raise SourceError(
            draft.source, "holds no terms.", "Give at least one axis, group and term."
        )
    for entry in draft.entries:
        _check_entry(draft, entry)
    _check_patterns(draft)
    terms = tuple(_term(draft, entry) for entry in draft.entries)
    _refuse_twins(draft.source, terms)
    used = {term.kind for term in terms}
    return Lexicon(
        name=draft.name,
        language=draft.language,
        sha256=draft.sha256,
        terms=terms,
        kinds={name: kind for name, kind in draft.kinds.items() if name in used},
        words=draft.words,
        excluded=_excluded(draft, terms),
    )


def _check_entry(draft: Draft, entry: Entry) -> None:
    for column in ("axis", "group", "text"):
        if not getattr(entry, column).strip(" \t=/"):
            named = "term" if column == "text" else column
            raise SourceError(draft.source, f"{named} is empty.", "Fill it in.", line=entry.line)
    if entry.kind not in draft.kinds:
        near = get_close_matches(entry.kind, draft.kinds, n=1)
        advice = f"There are: {', '.join(draft.kinds)}."
        if draft.language != ENGLISH:
            advice += f" Others, for {draft.language!r}, are defined in TOML, under [kinds]."
        elif near:
            advice = f"Did you mean {near[0]!r}?"
        raise SourceError(
            draft.source,
            f"there is no kind {entry.kind!r} ({entry.text!r}).",
            advice,
            line=entry.line,
        )


def _check_patterns(draft: Draft) -> None:
    used = {entry.kind: entry.line for entry in reversed(draft.entries)}
    for name, line in used.items():
        try:
            classes = classes_of(draft.kinds[name].patterns)
        except ValueError as error:
            raise SourceError(
                draft.source, f"kind {name!r}: {error}.", "Mend the pattern."
            ) from None
        lacking = sorted(classes - set(draft.words) - set(draft.kinds) - BUILT_IN)
        if lacking:
            raise SourceError(
                draft.source,
                f"kind {name!r} speaks of words of the class {lacking[0]!r}, which are not given.",
                "Give them in a TOML lexicon under [words], or choose a kind without patterns.",
                line=line,
            )


def _term(draft: Draft, entry: Entry) -> Term:
    plurals = draft.kinds[entry.kind].plurals
    try:
        forms = forms_of(entry.text, plurals=plurals, english=draft.language == ENGLISH)
    except ValueError as error:
        raise SourceError(
            draft.source, f"{entry.text!r} {error}.", "Mend the term.", line=entry.line
        ) from None
    return Term(entry.axis, entry.group, entry.text, entry.kind, forms, entry.line)


def _refuse_twins(source: str, terms: Sequence[Term]) -> None:
    """Refuse a term that stands twice; forms that are made may meet within a group."""
    seen: dict[tuple[str, str], tuple[Term, Form]] = {}
    for term in terms:
        for place, form in enumerate(term.forms):
            key = (term.axis, form.text.casefold())
            before, other = seen.setdefault(key, (term, form))
            if before is term:
                continue
            if before.group != term.group:
                raise SourceError(
                    source,
                    f"{form.text!r} is in two groups of the axis {term.axis!r}: {before.group!r} "
                    f"(line {before.line}) and {term.group!r} (line {term.line}).",
                    "Keep it in one.",
                    line=term.line,
                )
            if place == 0 and other.text == before.text:
                raise SourceError(
                    source,
                    f"{term.written!r} is in the group {term.group!r} twice: "
                    f"lines {before.line} and {term.line}.",
                    "Keep one.",
                    line=term.line,
                )


def _excluded(draft: Draft, terms: Sequence[Term]) -> tuple[str, ...]:
    every = {form.text.casefold() for term in terms for form in term.forms}
    made: dict[str, None] = {}
    for phrase, line in draft.excluded:
        if not phrase.strip():
            raise SourceError(draft.source, "not: a phrase is empty.", "Drop it.", line=line)
        if phrase.casefold() in every:
            raise SourceError(
                draft.source,
                f"not: {phrase!r} is a term itself.",
                "Drop the term, or give a longer phrase.",
                line=line,
            )
        made |= dict.fromkeys(_written(draft.source, phrase, line))
    return tuple(form for form in made if form.strip() and form.casefold() not in every)


def _written(source: str, phrase: str, line: int) -> tuple[str, ...]:
    try:
        return excluded_forms(phrase)
    except ValueError as error:
        raise SourceError(
            source, f"not: {phrase!r} {error}.", "Mend the phrase.", line=line
        ) from None
