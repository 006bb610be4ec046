"""The one conductor: opens the tables, asks the questions, ranks the findings."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from audits.asked import asked_of, task_of
from audits.data import codebook, engines
from audits.data.chain import Chain
from audits.data.kinds import KindRequest, kinds_from_sdv, parse_bands, parse_kinds
from audits.data.names import clean_name
from audits.data.pair import Pair
from audits.data.reference import Reference, build_reference
from audits.data.rules import Rules, bind, remarks
from audits.data.rules_file import read_rules
from audits.data.sources import sha256_of
from audits.data.table_quotas import bound, wanted_of
from audits.data.tables import Engine
from audits.data.task import Task
from audits.data.workspace import Workspace
from audits.errors import ColumnNotFoundError, UsageError
from audits.questions.fairness_annotators import take_annotations
from audits.registry import Question, questions
from audits.results import Answer, Audit, Finding, InputRecord, ranked
from audits.settings import JUDGING, Settings

SAME_ROWS = "The real and the synthetic table hold the same rows"
"""How the note begins that says so."""

_UNWEIGHTED = (
    "Weights serve coverage and effective numbers of people; every other question compares rows "
    "with rows, each counted once. Where a value was sampled more than its share and the synthetic "
    "table mends that, they see a change."
)

_PACKAGES = ("audits", "numpy", "scipy", "duckdb", "pyarrow", "pandas")


def compare(  # noqa: PLR0913, one parameter per thing a person may want to say
    real: Any,
    synthetic: Any,
    *,
    sensitive_features: str | Sequence[str],
    reference: Any = None,
    holdout: Any = None,
    rules: str | Path | None = None,
    quotas: str | Path | None = None,
    weights: str | None = None,
    features: Sequence[str] | None = None,
    kinds: Mapping[str, Any] | None = None,
    metadata: str | Path | None = None,
    bands: Mapping[str, Sequence[float]] | None = None,
    missing: Sequence[str] = (),
    target: str | Task | None = None,
    positive: str | None = None,
    model: str = "logistic",
    exclude: str | Sequence[str] = (),
    ask: Sequence[str] | None = None,
    settings: Settings | None = None,
    memory: str | int | None = None,
    threads: int | None = None,
    work_folder: str | Path | None = None,
    keep_work: bool = False,
    spark: Any = None,
    progress: Callable[[str, float], None] | None = None,
) -> Audit:
    """Audit a synthetic table against the real one, for every group and intersection.

    Parameters
    ----------
    real, synthetic : path, pandas, Polars or Spark frame, Arrow table, or DuckDB relation
        Paths may be CSV, CSV.gz, TSV, Parquet (a file, a folder, a pattern), JSON Lines, Feather.
    sensitive_features : str or sequence of str
        Columns that form the groups.
    reference : path, frame or mapping, optional
        Population shares, as lines of column, group, share; joint ones as ``race×sex``.
    holdout : as `real`, optional
        Real rows that the generator never saw: the fresh people that provenance compares with.
    rules : path, optional
        A TOML file of rules that rows must meet; see :mod:`audits.data.rules`.
    quotas : path, optional
        A TOML file whose tables `quotas` say what the synthetic table must hold of groups.
    weights : str, optional
        Column of the real table with survey weights.
    features : sequence of str, optional
        Compare these columns only (and the sensitive ones).
    kinds : mapping, optional
        Column to kind, or to a list of levels in order (ordinal).
    metadata : path, optional
        SDV metadata, taken for kinds not given.
    bands : mapping, optional
        Edges of bands for numeric sensitive features.
    missing : sequence of str, optional
        Texts that mean "missing", beside empty cells.
    target : str or Task, optional
        Column that a model would predict: with it, fairness is asked, too.
    positive : str, optional
        Label of the target that rates are of; of two, a word such as yes or the rarer by default.
    model : str
        What is trained: "logistic", "boosting", or a factory of your own as ``"module:name"``,
        called without arguments, that returns an object with `fit` and `predict`.
    exclude : str or sequence of str
        Columns that models do not see.
    ask : sequence of str, optional
        Questions to ask; all by default.
    settings : Settings, optional
        Limits and tunables.
    memory : str or int, optional
        How much memory to take, as ``"4GB"`` or in bytes; what does not fit goes to the work
        folder. By default six tenths of what is free. Never changes a result.
    threads : int, optional
        Threads for reading and for the search of nearest rows; as many as there are processors by
        default. Never changes a result.
    work_folder : path, optional
        Where the work folder is made; by default among the system's temporary files. It is gone
        when the audit ends.
    keep_work : bool
        Keep the work folder, with a Parquet copy of every text file that was read.
    spark : str or SparkSession, optional
        Count on Spark: a session, or the address of a cluster, ``spark://host:7077``, of a Connect
        server, ``sc://host:15002``, or ``local[2]``. Paths and names of tables are then read
        there; Spark's own frames are taken as `real` and `synthetic` without it.
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
        If a table cannot be judged; the message says where and what to do.

    Examples
    --------
    >>> import audits
    >>> people = {"sex": ["female", "male"] * 200, "paid": ["yes", "no", "no", "yes"] * 100}
    >>> import pandas as pd
    >>> audit = audits.compare(pd.DataFrame(people), pd.DataFrame(people), sensitive_features="sex")
    >>> audit["coverage"][{"sex": "female"}][0].ratio.value
    1.0
    """
    settings = settings or Settings()
    task = task_of(target, positive, model, named("exclude", exclude))
    wanted = wanted_of(quotas, named("sensitive_features", sensitive_features))
    asked = asked_of(named("ask", ask), task, quotas=bool(wanted))
    told = progress or (lambda _stage, _share: None)
    given = {"real": real, "synthetic": synthetic}
    if holdout is not None:
        given["holdout"] = holdout
    if task is not None and task.annotated is not None:
        given["annotations"] = task.annotated.table
    markers = frozenset(named("missing", missing))
    given_rules = None if rules is None else read_rules(rules)
    told("reading", 0.0)
    with (
        Workspace(memory, threads, work_folder, keep=keep_work) as work,
        engines.opened(given, work, spark=spark, markers=markers) as tables,
        one_thread_of_algebra(),
    ):
        plan = plan_of(
            sensitive=named("sensitive_features", sensitive_features),
            features=None if features is None else named("features", features),
            weights=None if weights is None else clean_name(weights),
            bands=parse_bands(bands),
            kinds=kinds_given(kinds, metadata),
            tables=tables,
        )
        checked = None if given_rules is None else bind(given_rules, tables, settings.level_limit)
        if task is not None:
            check_there((task.target, *task.exclude), tables["real"])
            check_there((task.target,), tables["synthetic"])
        pair = pair_of(tables, plan, settings, told)
        pair.threads, pair.task = work.threads, task
        if reference is not None:
            pair.reference = build_reference(reference, pair.features, pair.book.codings)
            pair.book.notes += pair.reference.notes
        if checked is not None:
            take_rules(pair, checked)
        pair.quotas = bound(wanted, pair.features, pair.reference)
        if "annotations" in tables:
            take_annotations(pair, tables["annotations"])
        answers = {question.id: answered(question, pair) for question in asked}
        return Audit(
            inputs=(
                *records_of(tables, pair.reference),
                *_file_record("rules", rules, given_rules, tables),
                *_file_record("quotas", quotas, wanted, tables),
            ),
            sensitive_features=tuple(sorted(plan.sensitive)),
            columns=tuple(sorted(pair.book.records, key=lambda record: record.name)),
            settings=settings,
            answers=answers,
            findings=findings_of(answers, asked, settings),
            notes=(
                *(note for engine in tables.values() for note in engine.source.notes),
                *pair.book.notes,
                *([_UNWEIGHTED] if pair.weighted else []),
                *_same_table(tables["real"], tables["synthetic"]),
            ),
            versions=versions(),
        )


def pair_of(
    tables: Mapping[str, Engine],
    plan: codebook.Plan,
    settings: Settings,
    told: Callable[[str, float], None],
) -> Pair:
    """Understand every column and code it, the same in all tables."""
    real, synthetic, holdout = tables["real"], tables["synthetic"], tables.get("holdout")
    titles = (real.source.title, synthetic.source.title)
    book = codebook.build(real, synthetic, plan, settings, titles, holdout, told)
    if plan.weights is not None:
        real.weigh(plan.weights)
    told("reading", 1.0)
    weighted = plan.weights is not None
    return Pair(real, synthetic, book, settings, None, holdout, weighted, told)


def take_rules(pair: Pair, rules: Rules) -> None:
    """Check every row by rules, and note what is odd about them."""
    pair.rules = rules
    pair.book.notes += [*rules.notes, *remarks(pair)]


def named(what: str, given: object) -> tuple[str, ...]:
    """Read one name or several; each once, in the order given."""
    if given is None:
        return ()
    listed = [given] if isinstance(given, str | int) else given
    if not isinstance(listed, Iterable):
        raise UsageError(f"{what} must be a name or a list of names, got {given!r}.")
    return tuple(dict.fromkeys(clean_name(name) for name in listed))


def plan_of(
    *,
    sensitive: tuple[str, ...],
    features: tuple[str, ...] | None,
    weights: str | None,
    bands: dict[str, tuple[float, ...]],
    kinds: dict[str, KindRequest],
    tables: Mapping[str, Engine],
) -> codebook.Plan:
    """Check every column that was named before anything is read."""
    if not sensitive:
        raise UsageError("no sensitive feature was named. Name at least one column.")
    for role in ("real", "synthetic"):
        check_there((*sensitive, *(features or ())), tables[role])
    check_there((*([weights] if weights else ()), *kinds, *bands), tables["real"])
    if weights in sensitive or weights in (features or ()):
        raise UsageError(f"{weights!r} cannot be both weight and feature. Choose one.")
    check_bands(bands, sensitive)
    return codebook.Plan(sensitive, kinds, bands, features, weights)


def check_bands(bands: Iterable[str], sensitive: Sequence[str]) -> None:
    """Refuse bands of what forms no groups."""
    for name in bands:
        if name not in sensitive:
            raise UsageError(
                f"bands are given for {name!r}, which is no sensitive feature. Make it one, or "
                "drop its bands."
            )


def check_there(names: Iterable[str], engine: Engine) -> None:
    """Refuse a column that a table does not have."""
    there = [column.name for column in engine.columns]
    for name in names:
        if name not in there:
            raise ColumnNotFoundError(name, engine.source.title, there)


def kinds_given(
    kinds: Mapping[str, Any] | None, metadata: str | Path | None
) -> dict[str, KindRequest]:
    """Read what a person says the columns are; what metadata say fills in."""
    given = dict(kinds_from_sdv(metadata)) if metadata is not None else {}
    named = {clean_name(column): kind for column, kind in (kinds or {}).items()}
    return parse_kinds({**given, **named})


def one_thread_of_algebra() -> AbstractContextManager[object]:
    """Hold linear algebra to one thread: its matrices are small, and sums then have one order."""
    import scipy.linalg  # noqa: F401  its library must be loaded to be held
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limits


def answered(question: Question, pair: Pair | Chain) -> Answer:
    """Measure what one question asks."""
    pair.progress(question.id, 0.0)
    tables = question.measure(pair)
    pair.progress(question.id, 1.0)
    return Answer(
        question.id, question.title, question.asks, tables[question.main], tables, pair.settings
    )


def findings_of(
    answers: Mapping[str, Answer], asked: Sequence[Question], settings: Settings
) -> tuple[Finding, ...]:
    """Judge all that was measured, worst first."""
    findings: list[Finding] = []
    for question in asked:
        findings += question.judge(dict(answers[question.id].tables), settings)
    return ranked(findings)


def judge_again(audit: Audit, settings: Settings) -> Audit:
    """Judge saved measurements under other limits, without the data.

    Raises
    ------
    UsageError
        If a setting differs that changes what is counted or measured, not how it is judged.
    """
    before, after = audit.settings.to_dict(), settings.to_dict()
    counting = [n for n in before if before[n] != after[n] and n not in JUDGING]
    if counting:
        raise UsageError(
            f"{counting[0]} changes what is measured, not how it is judged: compare the tables "
            "again with it."
        )
    asked = questions(list(audit.answers), of=None)
    answers = {
        name: dataclasses.replace(answer, settings=settings)
        for name, answer in audit.answers.items()
    }
    return dataclasses.replace(
        audit, settings=settings, answers=answers, findings=findings_of(answers, asked, settings)
    )


def _same_table(real: Engine, synthetic: Engine) -> list[str]:
    """Nothing is found between a table and itself, which is no praise: so it is said."""
    if real.rows != synthetic.rows or real.digest() != synthetic.digest():
        return []
    return [f"{SAME_ROWS}: one is a copy of the other, and 'ok' says no more than that."]


def records_of(
    tables: Mapping[str, Engine], reference: Reference | None
) -> tuple[InputRecord, ...]:
    """Return what is kept on record of every table, and of the reference."""
    read = tuple(
        InputRecord(
            role,
            engine.source.name,
            engine.source.format,
            engine.rows,
            len(engine.columns),
            engine.source.sha256,
            engine.name,
        )
        for role, engine in tables.items()
    )
    if reference is None:
        return read
    shares = InputRecord(
        "reference", reference.name, "shares", reference.lines, 3, reference.sha256, read[0].engine
    )
    return (*read, shares)


def _file_record(
    role: str, path: str | Path | None, held: Sequence[object] | None, tables: Mapping[str, Engine]
) -> list[InputRecord]:
    """Keep on record by which rules rows were checked, and which quotas were asked about."""
    if path is None or held is None:
        return []
    file, engine = Path(path).expanduser(), tables["real"].name
    return [InputRecord(role, file.name, "TOML", len(held), 0, sha256_of([file]), engine)]


def versions() -> dict[str, str]:
    """Name the software that made an audit."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # run from a checkout that is not installed
            found[package] = "not installed"
    return found
