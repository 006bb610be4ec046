"""What an audit is asked for on the command line, from a file and from options; options win."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from audits.cli_values import bands, names, numbers, pairs
from audits.data.documents import read_toml_file
from audits.errors import UnknownNameError, UsageError
from audits.settings import Settings

__all__ = [
    "ChainRequest",
    "FairnessRequest",
    "Request",
    "bands",
    "chain_request",
    "check_place",
    "fairness_request",
    "names",
    "numbers",
    "pairs",
    "read_config",
    "request",
]

FORMATS = ("text", "json", "csv")
GATES = ("problem", "watch")
_MERGED = ("kind", "bands", "set")
_PATHS = (
    "real", "synthetic", "generations", "reference", "holdout", "rules", "metadata", "output",
    "work_folder", "annotations", "predictions",
)  # fmt: skip
_TABLES = ("real", "synthetic", "generations", "holdout", "annotations", "predictions")
_OWN_SETTINGS = ("seed", "intersections")


@dataclass(frozen=True)
class _Asked:
    """What every kind of audit may be asked for."""

    sensitive_features: tuple[str, ...] = ()
    features: tuple[str, ...] | None = None
    kind: Mapping[str, Any] = field(default_factory=dict)
    bands: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    metadata: str | None = None
    intersections: int | None = None
    set: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    memory: str | None = None
    threads: int | None = None
    work_folder: str | None = None
    keep_work: bool = False
    spark: str | None = None
    fail_on: str | None = None
    output: str | None = None
    format: str = "text"

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        own = {name: getattr(self, name) for name in _OWN_SETTINGS}
        return Settings().having(**{**self.set, **{k: v for k, v in own.items() if v is not None}})


@dataclass(frozen=True)
class Request(_Asked):
    """One audit as asked for; field names are those of the options and of the file."""

    real: str | None = None
    synthetic: str | None = None
    reference: str | None = None
    holdout: str | None = None
    rules: str | None = None
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
        return stages_of(self.ask, task)


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
class ChainRequest(_Asked):
    """A chain of generations as asked for; `generations` holds its tables, in order."""

    generations: tuple[str, ...] = ()
    generation_column: str | None = None
    chain_column: str | None = None
    loop: str | None = None


_R = TypeVar("_R", Request, FairnessRequest, ChainRequest)
_COMMANDS: dict[type[_Asked], str] = {
    Request: "audits compare",
    FairnessRequest: "audits fairness",
    ChainRequest: "audits generations",
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
    return made.real, made.synthetic, made.reference, made.holdout, made.rules, made.metadata


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


def _joined(given: Mapping[str, Any], config: str | Path | None, kind: type[_R]) -> _R:
    said = _without_none(given)
    written = {} if config is None else read_config(config, kind)
    for name in _OWN_SETTINGS:  # on the command line, `--seed` and `--set seed=` are one setting
        if name in said and name in said.get("set", {}):
            raise UsageError(f"{name} is given twice, by --{name} and by --set. Drop one of them.")
        if name in said.get("set", {}):
            written.pop(name, None)
    both = {**written, **said}
    for name in _MERGED:
        both[name] = {**written.get(name, {}), **said.get(name, {})}
    return kind(**both)


def _without_none(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _check(made: _Asked, inputs: Sequence[str | Path | None]) -> None:
    if not made.sensitive_features:
        raise UsageError(
            "no sensitive feature was named. Give --sensitive-features with at least one column."
        )
    if made.output is None:
        return
    target = Path(made.output)
    check_place(target)
    for given in inputs:
        if given is not None and target.resolve() == Path(given).resolve():
            raise UsageError(f"--output {target} would overwrite an input. Choose another name.")


def check_place(target: Path) -> None:
    """Refuse a place that cannot be written before the work is done, not after.

    Raises
    ------
    UsageError
        If it is a folder, or its folder does not exist.
    """
    if target.is_dir():
        raise UsageError(f"--output {target} is a folder. Name a file in it.")
    if not target.parent.is_dir():
        raise UsageError(f"--output {target}: there is no folder {target.parent}. Make it first.")


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
    _, document = read_toml_file(path)
    known = [part.name for part in fields(kind)]
    read: dict[str, Any] = {}
    for name, value in document.items():
        option = name.replace("-", "_")
        if option not in known:
            _elsewhere(f"{path}: {name}", option, kind)
            raise UnknownNameError("option", name, known)
        if option in read:
            raise UsageError(f"{path}: {option} is given twice. Keep one of them.")
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


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{where} must be a text in quotation marks, got {value!r}.")
    return value


def _texts(where: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        raise UsageError(f"{where} must be a list of texts, got {value!r}.")
    return tuple(_text(where, part) for part in value)


def _whole(where: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"{where} must be a whole number, got {value!r}.")
    return value


def _threads(where: str, value: Any) -> int:
    if _whole(where, value) < 1:
        raise UsageError(f"{where} must be at least 1, got {value}.")
    return int(value)


def _table(where: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{where} must be a table such as {{ age = ... }}, got {value!r}.")
    return value


def _kinds(where: str, value: Any) -> dict[str, Any]:
    return {
        name: kind if isinstance(kind, str) else list(_texts(f"{where}.{name}", kind))
        for name, kind in _table(where, value).items()
    }


def _bands(where: str, value: Any) -> dict[str, tuple[float, ...]]:
    return {
        name: numbers(f"{where}.{name}", edges if isinstance(edges, list) else [edges])
        for name, edges in _table(where, value).items()
    }


def _yes(where: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise UsageError(f"{where} must be true or false, got {value!r}.")
    return value


def _one_of(choices: Sequence[str]) -> Callable[[str, Any], str]:
    def read(where: str, value: Any) -> str:
        if value not in choices:
            raise UsageError(f"{where} must be {' or '.join(choices)}, got {value!r}.")
        return str(value)

    return read


_READERS: dict[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys((*_PATHS, "weights", "memory", "spark"), _text),
    **dict.fromkeys(("generation_column", "chain_column", "loop"), _text),
    **dict.fromkeys(("target", "positive", "model"), _text),
    **dict.fromkeys(("item", "y_true", "y_pred", "score"), _text),
    **dict.fromkeys(("sensitive_features", "features", "missing", "ask", "generations"), _texts),
    **dict.fromkeys(("exclude", "annotator_features"), _texts),
    **dict.fromkeys(("seed", "intersections"), _whole),
    "threads": _threads,
    "keep_work": _yes,
    "set": _table,
    "kind": _kinds,
    "bands": _bands,
    "fail_on": _one_of(GATES),
    "format": _one_of(FORMATS),
}
