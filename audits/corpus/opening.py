"""Everything a question about texts asks of: opened, cut into tokens, searched, grouped."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.corpus.asked import Asked
from audits.corpus.chains import in_generations, run_codes
from audits.corpus.collection import Collection, Vocabulary
from audits.corpus.corpora import Corpora, TextGroups
from audits.corpus.grouping import everyone, groups_by_label, groups_by_mention
from audits.corpus.lexicon import Lexicon
from audits.corpus.lexicon_file import english, read_lexicon
from audits.corpus.matching import find_mentions
from audits.corpus.mentions import Mentions
from audits.corpus.reading import Columns, check_dimensions, read_collections
from audits.corpus.shares import text_reference
from audits.corpus.sources import TextSource, check_columns, open_texts
from audits.data.reference import Reference
from audits.data.workspace import Workspace
from audits.errors import UsageError
from audits.settings import Settings

_SAME = "The real and the synthetic texts are the same"


@contextlib.contextmanager
def opened_corpora(
    given: Mapping[str, Any],
    asked: Asked,
    settings: Settings,
    work: Workspace,
    told: Callable[[str, float], None],
) -> Iterator[Corpora]:
    """Open collections by their roles; they can be read as long as the workspace is open.

    Raises
    ------
    UsageError
        If something is named that is not there.
    InputError
        If texts cannot be judged; the message says where and what to do.
    """
    told("reading", 0.0)
    lexicon = _lexicon(asked)
    if lexicon is not None:
        lexicon = lexicon.beside(asked.groups)
    collections, vocabulary, whole = _read(given, asked, settings, work, told)
    mentions = None
    if lexicon is not None:
        mentions = find_mentions(collections, lexicon, language=asked.language, progress=told)
    corpora = Corpora(
        collections,
        vocabulary,
        _groups(collections, asked, mentions, settings),
        settings,
        mentions=mentions,
        language=asked.language,
        pipeline=asked.pipeline,
        alone="real" not in given and asked.generation_column is None,
        chains=_chains(collections, asked),
        notes=_notes(collections, asked, settings, lexicon, whole=whole),
        progress=told,
    )
    if asked.reference is not None:
        corpora.reference = _reference(asked, corpora)
        corpora.notes += corpora.reference.notes
    yield corpora


def _read(
    given: Mapping[str, Any],
    asked: Asked,
    settings: Settings,
    work: Workspace,
    told: Callable[[str, float], None],
) -> tuple[tuple[Collection, ...], Vocabulary, bool]:
    """Read all collections; the last value says whether texts had to be cut as a whole."""
    sources = {
        role: open_texts(one, role, asked.text, work, longest=settings.longest_text)
        for role, one in given.items()
    }
    _check_vectors(tuple(sources.values()), asked)
    columns = {role: _columns(source, asked) for role, source in sources.items()}
    collections, vocabulary, whole = read_collections(
        sources,
        columns,
        language=asked.language,
        missing=asked.missing,
        settings=settings,
        work=work,
        told=told,
    )
    if asked.generation_column is not None:
        collections = in_generations(collections[0], asked.generation_column)
    collections = tuple(_with_vectors(one, asked, columns) for one in collections)
    check_dimensions(collections)
    return collections, vocabulary, whole


def _lexicon(asked: Asked) -> Lexicon | None:
    if asked.lexicon is not None:
        return read_lexicon(asked.lexicon, language=asked.language)
    return english() if asked.language == "en" else None


def _columns(source: TextSource, asked: Asked) -> Columns:
    """Return the columns to read of a collection, and refuse one that lacks what it needs."""
    labels = [*asked.groups, *asked.chain_columns]
    if asked.generation_column is not None:
        labels.append(asked.generation_column)
    check_columns(source, (asked.text, *labels))
    prompt = asked.prompt
    if prompt is not None and prompt not in source.columns:
        if source.role != "real":
            check_columns(source, (prompt,))
        prompt = None
    vectors = asked.embeddings if asked.embeddings in source.columns else None
    if asked.text in labels:
        raise UsageError(f"{asked.text!r} holds the texts and cannot form groups. Choose one.")
    telling = tuple(name for name in labels if name not in asked.groups)
    return Columns(asked.text, tuple(dict.fromkeys(labels)), telling, prompt, vectors)


def _check_vectors(sources: Sequence[TextSource], asked: Asked) -> None:
    """Refuse vectors that some texts lack, and a model that is not here, before texts are read."""
    name = asked.embeddings
    if name is None:
        return
    if any(name in source.columns for source in sources):
        for source in sources:
            check_columns(source, (name,))
        return
    from audits.corpus.embeddings import check_installed

    check_installed(name)


def _with_vectors(
    collection: Collection, asked: Asked, columns: Mapping[str, Columns]
) -> Collection:
    """Add embeddings of a model, where no collection brought any of its own."""
    if asked.embeddings is None or any(one.vectors is not None for one in columns.values()):
        return collection
    from audits.corpus.embeddings import embedded

    return embedded(collection, asked.embeddings)


def _groups(
    collections: Sequence[Collection],
    asked: Asked,
    mentions: Mentions | None,
    settings: Settings,
) -> TextGroups:
    if asked.groups:
        return groups_by_label(collections, asked.groups, settings)
    if mentions is not None:
        return groups_by_mention(collections, mentions, settings)
    return everyone(collections)


def _chains(
    collections: Sequence[Collection], asked: Asked
) -> tuple[NDArray[np.int32], ...] | None:
    return run_codes(collections, asked.chain_columns) if asked.chain_columns else None


def _reference(asked: Asked, corpora: Corpora) -> Reference:
    features: dict[str, set[str]] = {}
    names = list(corpora.groups.names)
    mentioned: set[str] = set()
    if corpora.mentions is not None:
        names += corpora.mentions.groups
        mentioned = set(corpora.mentions.lexicon.axes)
    for name in names:
        for feature, value in name:
            features.setdefault(feature, set()).add(value)
    return text_reference(
        asked.reference,
        {feature: sorted(values) for feature, values in features.items()},
        overlapping=mentioned,
    )


def _notes(
    collections: Sequence[Collection],
    asked: Asked,
    settings: Settings,
    lexicon: Lexicon | None,
    *,
    whole: bool,
) -> list[str]:
    """What a reader has to know about how texts were read."""
    notes: list[str] = []
    for one in collections:
        record = one.record
        notes += record.notes
        if record.empty:
            notes.append(
                f"{record.name}: texts left out, as they are empty: {record.empty:,} of "
                f"{record.rows:,}."
            )
        if record.cut:
            notes.append(
                f"{record.name}: texts of which only the beginning was read, as they are longer "
                f"than longest_text ({settings.longest_text:,} characters): {record.cut:,}."
            )
    if lexicon is None:
        notes.append(
            f"There is no lexicon for the language {asked.language!r}: mentions were not looked "
            "for. Give one with lexicon."
        )
    if whole:
        notes.append("Texts were cut into tokens as a whole: spaCy's rules join what spaces part.")
    first, last = collections[0], collections[-1]
    if len(collections) > 1 and np.array_equal(first.content, last.content):
        notes.append(f"{_SAME}: 'ok' says no more than that.")
    return list(dict.fromkeys(notes))
