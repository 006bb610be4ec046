"""The conductor of texts: opens collections, counts words and mentions, asks the questions."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from audits.corpus.asked import Asked
from audits.corpus.corpora import Corpora
from audits.corpus.opening import opened_corpora
from audits.corpus.pipeline import open_pipeline
from audits.data.names import clean_name
from audits.data.workspace import Workspace
from audits.data.written import check_kind
from audits.errors import UnknownNameError, UsageError
from audits.registry import Question, questions
from audits.results import MENTIONED, Answer, Audit, ColumnRecord, InputRecord
from audits.run import findings_of, named, one_thread_of_algebra, versions
from audits.settings import Settings
from audits.text_flags import write_flags

_PACKAGES = ("spacy", "rensa")


def compare_text(  # noqa: PLR0913, one parameter per thing a person may want to say
    real: Any = None,
    synthetic: Any = None,
    *,
    text: str = "text",
    group: str | Sequence[str] = (),
    lexicon: str | Path | None = None,
    prompt: str | None = None,
    embeddings: str | None = None,
    spacy_model: str | None = None,
    language: str = "en",
    reference: Any = None,
    unmarked: Mapping[str, str] | None = None,
    missing: Sequence[str] = (),
    ask: Sequence[str] | None = None,
    flags: str | Path | None = None,
    settings: Settings | None = None,
    memory: str | int | None = None,
    work_folder: str | Path | None = None,
    keep_work: bool = False,
    progress: Callable[[str, float], None] | None = None,
) -> Audit:
    """Audit synthetic texts: who is mentioned, how alike they sound, what the generator adds.

    Parameters
    ----------
    real, synthetic : path, frame, or list of str
        Two collections of texts: a table with a column of texts (CSV, TSV, Parquet, JSON Lines,
        Feather; a pandas, Polars or Arrow table), a folder of .txt files, or a list of texts. With
        `synthetic` alone, its groups are compared with each other.
    text : str
        Column that holds the texts.
    group : str or sequence of str
        Columns that form the groups. Without them, groups are the identities that texts mention.
    lexicon : path, optional
        A lexicon of your own, TOML or CSV; see :mod:`audits.corpus.lexicon_file`. Without it, the
        English one is used where the language is English.
    prompt : str, optional
        Column of the prompts that texts were made from: likeness is then compared within prompts,
        and texts are searched for them.
    embeddings : str, optional
        Column of vectors, one per text, or the name of a sentence-transformers model that is
        installed.
    spacy_model : str, optional
        Name or path of a trained spaCy pipeline that is installed, for parts of speech and
        entities.
    language : str
        Code of the language, as spaCy has it; ``en`` by default.
    reference : path, frame or mapping, optional
        Population shares, as lines of column, group, share. The column is a group column, or an
        axis of the lexicon.
    unmarked : mapping, optional
        Per feature the group that others are compared with when words are said to mark them, as
        ``{"race": "White"}``; without it, all other texts.
    missing : sequence of str, optional
        Texts that mean "missing" in the columns of groups, beside empty cells.
    ask : sequence of str, optional
        Questions to ask; all by default.
    flags : path, optional
        Write what is odd about single texts there, a line each: .csv or .parquet.
    settings, memory, work_folder, keep_work
        As in :func:`audits.compare`.
    progress : callable, optional
        Called with a stage's name and the share of it done.

    Returns
    -------
    Audit
        Frozen; findings worst first.

    Raises
    ------
    UsageError
        If an argument makes no sense.
    InputError
        If a collection cannot be judged; the message says where and what to do.

    Examples
    --------
    >>> import audits
    >>> real = ["The old woman sings.", "A young man reads a book."] * 20
    >>> audit = audits.compare_text(real, real, ask=["text_mentions"])
    >>> audit["text_mentions"][{"gender": "women"}][0].synthetic
    20
    """
    if synthetic is None:
        raise UsageError(
            "no synthetic texts were given. Give them as synthetic=, alone or with real=."
        )
    given = {"synthetic": synthetic} if real is None else {"real": real, "synthetic": synthetic}
    settings = settings or Settings()
    wanted = Asked(
        text=clean_name(text),
        groups=named("group", group),
        prompt=None if prompt is None else clean_name(prompt),
        embeddings=embeddings,
        pipeline=spacy_model,
        language=language,
        lexicon=lexicon,
        reference=reference,
        missing=frozenset(named("missing", missing)),
    )
    asked = questions(named("ask", ask), of="texts")
    told = progress or (lambda _stage, _share: None)
    if flags is not None:
        check_kind(flags, "--flags")
    if spacy_model is not None:
        open_pipeline(spacy_model)  # that it is not there is better known before anything is read
    with (
        Workspace(memory, None, work_folder, keep=keep_work) as work,
        opened_corpora(given, wanted, settings, work, told) as corpora,
        one_thread_of_algebra(),
    ):
        corpora.unmarked = _unmarked(corpora, unmarked or {})
        audit = _audit(corpora, asked, wanted)
        if flags is not None:
            write_flags(corpora, flags)
        return audit


def _unmarked(corpora: Corpora, given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Check that the groups which others are compared with are there."""
    known = {pair for name in corpora.groups.names for pair in name}
    for feature, value in given.items():
        if (feature, value) not in known:
            there = sorted(f"{f}={v}" for f, v in known)
            raise UnknownNameError("group", f"{feature}={value}", there)
    return tuple(sorted(given.items()))


def text_generations(  # noqa: PLR0913, one parameter per thing a person may want to say
    collections: Any,
    *,
    text: str = "text",
    group: str | Sequence[str] = (),
    lexicon: str | Path | None = None,
    generation_column: str | None = None,
    chain_columns: str | Sequence[str] = (),
    language: str = "en",
    missing: Sequence[str] = (),
    settings: Settings | None = None,
    memory: str | int | None = None,
    work_folder: str | Path | None = None,
    keep_work: bool = False,
    progress: Callable[[str, float], None] | None = None,
) -> Audit:
    """Follow texts through generations, each written from those before.

    Parameters
    ----------
    collections : sequence of paths, frames or lists, or a single one
        A collection per generation, in order, the real one first. Or a single table with
        `generation_column`.
    text, group, lexicon, language, missing
        As in :func:`audits.compare_text`.
    generation_column : str, optional
        Column of the single table that names the generation of each text; the smallest number is
        generation 0.
    chain_columns : str or sequence of str
        Columns that tell which texts are one text written again and again: the same values in
        every generation.
    settings, memory, work_folder, keep_work, progress
        As in :func:`audits.compare_text`.

    Returns
    -------
    Audit
        With one answer, "text_generations".

    Raises
    ------
    UsageError
        If an argument makes no sense.
    InputError
        If generations cannot be compared; the message says which, and what to do.

    Examples
    --------
    >>> import audits
    >>> told = [f"The {who} walked to the {place}." for who in ("fox", "owl", "cat", "hen")
    ...         for place in ("sea", "wood", "hill")]
    >>> audit = audits.text_generations([told] * 5)
    >>> len(audit["text_generations"].rows)
    1
    """
    settings = settings or Settings()
    wanted = Asked(
        text=clean_name(text),
        groups=named("group", group),
        language=language,
        lexicon=lexicon,
        missing=frozenset(named("missing", missing)),
        generation_column=None if generation_column is None else clean_name(generation_column),
        chain_columns=named("chain_columns", chain_columns),
    )
    given = _generations(collections, wanted.generation_column)
    asked = questions(None, of="text chain")
    told = progress or (lambda _stage, _share: None)
    with (
        Workspace(memory, None, work_folder, keep=keep_work) as work,
        opened_corpora(given, wanted, settings, work, told) as corpora,
        one_thread_of_algebra(),
    ):
        return _audit(corpora, asked, wanted)


def _generations(collections: Any, column: str | None) -> dict[str, Any]:
    """Name the roles of generations, as those of tables are named."""
    if column is not None:
        single = collections
        if isinstance(collections, Sequence) and not isinstance(collections, str):
            if len(collections) != 1:
                raise UsageError(
                    f"{len(collections)} collections and a generation_column were given. Give one "
                    "table, or drop the column."
                )
            single = collections[0]
        return {"generations": single}
    if isinstance(collections, str | Path) or not isinstance(collections, Sequence):
        raise UsageError(
            "generations are given as a list of collections, the real one first, or as one table "
            f"with generation_column; got {type(collections).__name__}."
        )
    if len(collections) < 2:
        raise UsageError("too few generations were given. Give at least two, the real one first.")
    roles = ["real", *(f"generation {t}" for t in range(1, len(collections) - 1)), "synthetic"]
    return dict(zip(roles, collections, strict=True))


def _audit(corpora: Corpora, asked: Sequence[Question], wanted: Asked) -> Audit:
    answers = {question.id: _answered(question, corpora) for question in asked}
    return Audit(
        inputs=_inputs(corpora, wanted),
        sensitive_features=_features(corpora),
        columns=tuple(sorted(_columns(corpora, wanted), key=lambda record: record.name)),
        settings=corpora.settings,
        answers=answers,
        findings=findings_of(answers, asked, corpora.settings),
        notes=(*corpora.notes, *_not_english(corpora, wanted)),
        versions={**versions(), **_language_software()},
    )


_ENGLISH = ("the", "of", "and", "to", "in", "a", "is", "for", "with", "that")
_HALF = 0.5


def _not_english(corpora: Corpora, wanted: Asked) -> list[str]:
    """Say so of texts that were taken to be English and are not: the lexicon then finds little."""
    words = corpora.vocabulary.words
    if wanted.language != "en":
        return []
    known = [n for n in (bisect_left(words, one) for one in _ENGLISH) if words[n : n + 1]]
    known = [n for n in known if words[n] in _ENGLISH]
    for one in corpora.collections:
        document = np.repeat(np.arange(one.documents), one.words.lengths)
        having = len(np.unique(document[np.isin(one.words.ids, known)]))
        if having < _HALF * one.documents:
            return [
                f"{one.record.name}: {having:,} of {one.documents:,} texts have a word as frequent "
                "as “the” or “of”. If they are not English, say in which language they are "
                "(language, --language), and give a lexicon of it."
            ]
    return []


def _answered(question: Question, corpora: Corpora) -> Answer:
    corpora.progress(question.id, 0.0)
    tables: Mapping[str, Any] = question.measure(corpora)
    corpora.progress(question.id, 1.0)
    main = tables[question.main]
    return Answer(question.id, question.title, question.asks, main, tables, corpora.settings)


def _features(corpora: Corpora) -> tuple[str, ...]:
    """Columns of groups, and the axes of the lexicon."""
    features = {feature for name in corpora.groups.names for feature, _ in name}
    return tuple(sorted(features | _axes(corpora)))


def _axes(corpora: Corpora) -> set[str]:
    if corpora.mentions is None:
        return set()
    return {axis for group in corpora.mentions.groups for axis, _ in group}


def _columns(corpora: Corpora, wanted: Asked) -> list[ColumnRecord]:
    """Say of the column of texts, of those that form groups, and of axes what they are."""
    synthetic, real = corpora.synthetic, corpora.real
    dropped = (0 if real is None else real.record.empty, synthetic.record.empty)
    made = [ColumnRecord(wanted.text, "text", "text", 0, *dropped, "")]
    for name, label in synthetic.columns.items():
        if name not in wanted.groups:
            continue
        other = None if real is None else real.columns[name]
        missing = [0 if one is None else int((one.codes < 0).sum()) for one in (other, label)]
        values = set(label.values) | (set() if other is None else set(other.values))
        made.append(
            ColumnRecord(name, "categorical", "sensitive", len(values), missing[0], missing[1], "")
        )
    for axis in sorted(_axes(corpora)):
        assert corpora.mentions is not None
        groups = sum(group[0][0] == axis for group in corpora.mentions.groups)
        made.append(ColumnRecord(axis, "lexicon", MENTIONED, groups, 0, 0, ""))
    return made


def _inputs(corpora: Corpora, wanted: Asked) -> tuple[InputRecord, ...]:
    read = [
        InputRecord(r.role, r.name, r.format, r.rows, r.columns, r.sha256, "spacy")
        for r in (collection.record for collection in corpora.collections)
    ]
    if corpora.reference is not None:
        given = corpora.reference
        read.append(
            InputRecord("reference", given.name, "shares", given.lines, 3, given.sha256, "spacy")
        )
    if wanted.lexicon is not None and corpora.mentions is not None:
        lexicon = corpora.mentions.lexicon
        read.append(
            InputRecord(
                "lexicon", lexicon.name, "lexicon", len(lexicon.terms), 0, lexicon.sha256, "spacy"
            )
        )
    return tuple(read)


def _language_software() -> dict[str, str]:
    from importlib.metadata import version

    return {package: version(package) for package in _PACKAGES}
