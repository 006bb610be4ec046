"""What an audit is asked for on the command line, from a file and from options; options win."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from audits import config_values
from audits.cli_values import bands, names, numbers, pairs
from audits.data.documents import read_toml_file
from audits.errors import UnknownNameError, UsageError
from audits.safeguards.reading import exceptions_of
from audits.safeguards.records import Accepted
from audits.settings import Settings

__all__ = [
    "ChainRequest",
    "FairnessRequest",
    "Request",
    "TextRequest",
    "bands",
    "chain_request",
    "check_place",
    "fairness_request",
    "names",
    "numbers",
    "pairs",
    "read_config",
    "request",
    "text_request",
]

FORMATS = ("text", "json", "csv")
GATES = ("problem", "watch")
_MERGED = ("kind", "bands", "set", "unmarked")
_PATHS = (
    "real", "synthetic", "generations", "reference", "holdout", "rules", "quotas", "metadata",
    "output", "work_folder", "annotations", "predictions", "lexicon", "flags",
)  # fmt: skip
_TABLES = ("real", "synthetic", "generations", "holdout", "annotations", "predictions")
_NOT_OF_CHAINS = (
    "reference", "prompt", "embeddings", "spacy_model", "unmarked", "ask", "flags",
)  # fmt: skip
_OWN_SETTINGS = ("seed", "intersections")


@dataclass(frozen=True)
class _Asked:
    """What every kind of audit may be asked for."""

    missing: tuple[str, ...] = ()
    intersections: int | None = None
    set: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    memory: str | None = None
    work_folder: str | None = None
    keep_work: bool = False
    fail_on: str | None = None
    output: str | None = None
    format: str = "text"
    exceptions: tuple[Accepted, ...] = ()

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.over(Settings())

    def over(self, settings: Settings) -> Settings:
        """Return settings with those changed that were asked for."""
        own = {name: getattr(self, name) for name in _OWN_SETTINGS}
        return settings.having(**{**self.set, **{k: v for k, v in own.items() if v is not None}})


@dataclass(frozen=True)
class _OfTables(_Asked):
    """What every audit of tables may be asked for."""

    sensitive_features: tuple[str, ...] = ()
    features: tuple[str, ...] | None = None
    kind: Mapping[str, Any] = field(default_factory=dict)
    bands: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    metadata: str | None = None
    threads: int | None = None
    spark: str | None = None


@dataclass(frozen=True)
class Request(_OfTables):
    """One audit as asked for; field names are those of the options and of the file."""

    real: str | None = None
    synthetic: str | None = None
    reference: str | None = None
    holdout: str | None = None
    rules: str | None = None
    quotas: str | None = None
    weights: str | None = None
    ask: tuple[str, ...] | None = None
    target: str | None = None
    positive: str | None = None
    model: str = "logistic"
    exclude: tuple[str, ...] = ()

    @property
    def stages(self) -> list[str]:
        """What an audit goes through, for whoever watches."""
        from audits.asked import stages_of, task_of

        task = task_of(self.target, self.positive, self.model, self.exclude)
        return stages_of(self.ask, task, quotas=self.quotas is not None)


@dataclass(frozen=True)
class FairnessRequest(Request):
    """One audit of fairness as asked for: of two tables, or of predictions by themselves."""

    annotations: str | None = None
    item: str | None = None
    annotator_features: tuple[str, ...] = ()
    predictions: str | None = None
    y_true: str | None = None
    y_pred: str | None = None
    score: str | None = None

    @property
    def stages(self) -> list[str]:
        """What such an audit goes through."""
        return ["reading", "fairness"]


@dataclass(frozen=True)
class ChainRequest(_OfTables):
    """A chain of generations as asked for; `generations` holds its tables, in order."""

    generations: tuple[str, ...] = ()
    generation_column: str | None = None
    chain_column: str | None = None
    loop: str | None = None


@dataclass(frozen=True)
class TextRequest(_Asked):
    """One audit of texts as asked for: of two collections, of one alone, or of generations."""

    real: str | None = None
    synthetic: str | None = None
    generations: tuple[str, ...] = ()
    text: str = "text"
    group: tuple[str, ...] = ()
    lexicon: str | None = None
    prompt: str | None = None
    embeddings: str | None = None
    spacy_model: str | None = None
    language: str = "en"
    reference: str | None = None
    unmarked: Mapping[str, Any] = field(default_factory=dict)
    ask: tuple[str, ...] | None = None
    flags: str | None = None
    generation_column: str | None = None
    chain_columns: tuple[str, ...] = ()

    @property
    def stages(self) -> list[str]:
        """What such an audit goes through."""
        from audits.registry import questions

        of = "text chain" if self.generations else "texts"
        return ["reading", "mentions", *(question.id for question in questions(self.ask, of=of))]


_R = TypeVar("_R", Request, FairnessRequest, ChainRequest, TextRequest)
_COMMANDS: dict[type[_Asked], str] = {
    Request: "audits compare",
    FairnessRequest: "audits fairness",
    ChainRequest: "audits generations",
    TextRequest: "audits text",
}


def request(given: Mapping[str, Any], config: str | Path | None = None) -> Request:
    """Join what the options of `audits compare` say with what a file says; an option wins.

    Tables (`kind`, `bands`, `set`) are joined name by name.

    Raises
    ------
    UsageError
        If a value makes no sense, a table or the sensitive features are not named, or the result
        would be written over an input.
    """
    made = _joined(given, config, Request)
    _check_two(made, "Give REAL and SYNTHETIC, two files.")
    _check(made, (*_inputs(made), config))
    return made


def fairness_request(given: Mapping[str, Any], config: str | Path | None = None) -> FairnessRequest:
    """Join what the options of `audits fairness` say with what a file says; an option wins.

    Raises
    ------
    UsageError
        As for :func:`request`.
    """
    made = _joined(given, config, FairnessRequest)
    if made.predictions is None:
        _check_two(made, "Give REAL and SYNTHETIC, two files; or --predictions.")
    _check(made, (*_inputs(made), made.annotations, made.predictions, config))
    return made


def _check_two(made: Request, advice: str) -> None:
    for name in ("real", "synthetic"):
        if getattr(made, name) is None:
            raise UsageError(f"no {name} table was named. {advice}")


def _inputs(made: Request) -> tuple[str | None, ...]:
    tables = (made.real, made.synthetic, made.reference, made.holdout)
    return (*tables, made.rules, made.quotas, made.metadata)


def chain_request(given: Mapping[str, Any], config: str | Path | None = None) -> ChainRequest:
    """Join what the options of `audits generations` say with what a file says; an option wins.

    Raises
    ------
    UsageError
        As for :func:`request`.
    """
    made = _joined(given, config, ChainRequest)
    if len(made.generations) < (1 if made.generation_column else 2):
        raise UsageError(
            "too few generations were named. Give G0 G1 G2 …, a file each, the real one first; or "
            "one file with --generation-column."
        )
    _check(made, (*made.generations, made.metadata, config))
    return made


def text_request(given: Mapping[str, Any], config: str | Path | None = None) -> TextRequest:
    """Join what the options of `audits text` say with what a file says; an option wins.

    Raises
    ------
    UsageError
        As for :func:`request`; and if an option would be passed over, as it is for two collections
        and generations are given, or the other way round.
    """
    made = _joined(given, config, TextRequest)
    chain = bool(made.generations)
    if not chain and made.synthetic is None:
        raise UsageError(
            "no texts were named. Give REAL and SYNTHETIC, SYNTHETIC alone, or generations."
        )
    for name in _NOT_OF_CHAINS if chain else ("generation_column", "chain_columns"):
        if getattr(made, name):
            of = "two collections, or one alone" if chain else "generations"
            raise UsageError(f"--{name.replace('_', '-')} is for {of}. Drop it.")
    read = (made.real, made.synthetic, *made.generations, made.lexicon, made.reference, config)
    _check_output(made.output, read)
    _check_output(made.flags, read, "--flags")
    return made


def _joined(given: Mapping[str, Any], config: str | Path | None, kind: type[_R]) -> _R:
    said = _without_none(given)
    written = {} if config is None else read_config(config, kind)
    for name in _OWN_SETTINGS:  # on the command line, `--seed` and `--set seed=` are one setting
        if name in said and name in said.get("set", {}):
            raise UsageError(f"{name} is given twice, by --{name} and by --set. Drop one of them.")
        if name in said.get("set", {}):
            written.pop(name, None)
    both = {**written, **said}
    for name in (one.name for one in fields(kind) if one.name in _MERGED):
        both[name] = {**written.get(name, {}), **said.get(name, {})}
    return kind(**both)


def _without_none(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _check(made: _OfTables, inputs: Sequence[str | Path | None]) -> None:
    if not made.sensitive_features:
        raise UsageError(
            "no sensitive feature was named. Give --sensitive-features with at least one column."
        )
    _check_output(made.output, inputs)
    for one in made.exceptions:  # before the work is done, not after
        for column, _ in one.group or ():
            if column not in made.sensitive_features:
                raise UnknownNameError(
                    f"sensitive feature ({one.place})", column, made.sensitive_features
                )


def _check_output(
    output: str | None, inputs: Sequence[str | Path | None], option: str = "--output"
) -> None:
    """Refuse a place that cannot be written, or that is an input."""
    if output is None:
        return
    target = Path(output)
    check_place(target, option)
    for given in inputs:
        if given is not None and target.resolve() == Path(given).resolve():
            raise UsageError(f"{option} {target} would overwrite an input. Choose another name.")


def check_place(target: Path, option: str = "--output") -> None:
    """Refuse a place that cannot be written before the work is done, not after.

    Raises
    ------
    UsageError
        If it is a folder, or its folder does not exist.
    """
    if target.is_dir():
        raise UsageError(f"{option} {target} is a folder. Name a file in it.")
    if not target.parent.is_dir():
        raise UsageError(f"{option} {target}: there is no folder {target.parent}. Make it first.")


# -- the file --------------------------------------------------------------------------------------


def read_config(path: str | Path, kind: type[_Asked] = Request) -> dict[str, Any]:
    """Read options of one kind of audit from TOML; paths in it are relative to the file.

    Raises
    ------
    SourceError
        If the file cannot be read.
    UsageError
        If it is not TOML (the line is named), names an unknown option, or a value is of the wrong
        kind.
    """
    text, document = read_toml_file(path)
    known = [part.name for part in fields(kind)]
    read: dict[str, Any] = {}
    for name, value in document.items():
        option = name.replace("-", "_")
        if option not in known:
            _elsewhere(f"{path}: {name}", option, kind)
            raise UnknownNameError("option", name, known)
        if option in read:
            raise UsageError(f"{path}: {option} is given twice. Keep one of them.")
        if option == "exceptions":
            read[option] = exceptions_of(path, text, value)
        elif option in ("rules", "quotas") and isinstance(value, list):  # they stand in this file
            read[option] = Path(path).name
        else:
            read[option] = _READERS[option](f"{path}: {name}", value)
    for name in _PATHS:
        if name in read and not (name in _TABLES and "spark" in read):  # there, a table's name
            read[name] = _beside(path, read[name])
    return read


def _elsewhere(where: str, option: str, kind: type[_Asked]) -> None:
    """Refuse an option that another command has, and name that."""
    for other, command in _COMMANDS.items():
        if other is not kind and option in (part.name for part in fields(other)):
            raise UsageError(
                f"{where} has no meaning for {_COMMANDS[kind]}: it is an option of {command}. Drop "
                f"it, or run {command}."
            )


def _beside(path: str | Path, named: Any) -> Any:
    """Return a path, or several, as the file that names them means them."""
    if isinstance(named, tuple):
        return tuple(_beside(path, one) for one in named)
    return str(Path(path).parent / named)


_READERS: dict[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys((*_PATHS, "weights", "memory", "spark"), config_values.text),
    **dict.fromkeys(("generation_column", "chain_column", "loop"), config_values.text),
    **dict.fromkeys(("target", "positive", "model"), config_values.text),
    **dict.fromkeys(("item", "y_true", "y_pred", "score"), config_values.text),
    **dict.fromkeys(
        ("text", "prompt", "embeddings", "spacy_model", "language"), config_values.text
    ),
    **dict.fromkeys(("sensitive_features", "features", "missing", "ask"), config_values.texts),
    **dict.fromkeys(("generations", "group", "chain_columns"), config_values.texts),
    **dict.fromkeys(("exclude", "annotator_features"), config_values.texts),
    **dict.fromkeys(("seed", "intersections"), config_values.whole),
    "threads": config_values.threads,
    "keep_work": config_values.yes,
    "set": config_values.table,
    "unmarked": config_values.table,
    "kind": config_values.kinds,
    "bands": config_values.bands,
    "fail_on": config_values.one_of(GATES),
    "format": config_values.one_of(FORMATS),
}
