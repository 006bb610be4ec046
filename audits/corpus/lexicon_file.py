"""Lexicons of identities: the English one that comes along, and those that users bring."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from audits.corpus.lexicon import Kind, Lexicon
from audits.corpus.lexicon_build import ENGLISH, Draft, built
from audits.corpus.lexicon_csv import csv_draft
from audits.corpus.lexicon_toml import toml_draft
from audits.errors import SourceError

_SHIPPED = Path(__file__).parent / "lexicons" / "english.toml"


@lru_cache(maxsize=1)
def english() -> Lexicon:
    """Return the English lexicon.

    It is blind to negation ("not a woman" mentions women) and to who is meant ("the old man" may be
    somebody's father). Terms that mean people only in some places are told by the words around
    them; :meth:`audits.corpus.lexicon.Lexicon.ambiguous` lists them for review.

    >>> english().axes[:4]
    ('age', 'body', 'class', 'disability')
    """
    return built(_english())


@lru_cache(maxsize=1)
def _english() -> Draft:
    return replace(toml_draft(_SHIPPED, language=ENGLISH), name="English")


def read_lexicon(path: str | Path, *, language: str = ENGLISH) -> Lexicon:
    """Read a lexicon from a TOML or CSV file.

    Parameters
    ----------
    path : path
        A ``.csv`` of the columns axis, group, term and, if need be, kind and not; or a ``.toml``
        with a ``[[group]]`` per group: its axis, its name, and a list of terms per kind.
    language : str
        Language of the texts, where the file does not name its own. English lexicons may use the
        kinds and classes of words of the one that comes along; in others, kinds that look at the
        words around a term are defined in the file.

    Raises
    ------
    SourceError
        If it cannot be read, is empty, or contradicts itself; the line is named.
    """
    path = Path(path).expanduser()
    if path.suffix.lower() == ".csv":
        return built(csv_draft(path, base=_lent(language)))
    if path.suffix.lower() == ".toml":
        return built(toml_draft(path, language=language, lend=_lent))
    raise SourceError(str(path), "is neither .csv nor .toml.", "Give a lexicon in one of these.")


def _lent(language: str) -> Draft:
    """Lend kinds and words: all of the English ones, elsewhere the kinds that need no words."""
    lent = _english()
    if language == ENGLISH:
        return lent
    kinds: dict[str, Kind] = {name: kind for name, kind in lent.kinds.items() if not kind.ambiguous}
    return replace(lent, language=language, kinds=kinds, words={})
