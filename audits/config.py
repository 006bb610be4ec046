"""What an audit is asked for on the command line, from a file and from options; options win."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

from audits.data.documents import read_toml_file
from audits.errors import UnknownNameError, UsageError
from audits.settings import Settings

FORMATS = ("text", "json", "csv")
GATES = ("problem", "watch")
_MERGED = ("kind", "bands", "set")
_PATHS = (
    "real", "synthetic", "reference", "holdout", "rules", "metadata", "output", "work_folder",
)  # fmt: skip
_TABLES = ("real", "synthetic", "holdout")
_OWN_SETTINGS = ("seed", "intersections")


@dataclass(frozen=True)
class Request:
    """One audit as asked for; field names are those of the options and of the file."""

    real: str | None = None
    synthetic: str | None = None
    sensitive_features: tuple[str, ...] = ()
    reference: str | None = None
    holdout: str | None = None
    rules: str | None = None
    weights: str | None = None
    features: tuple[str, ...] | None = None
    kind: Mapping[str, Any] = field(default_factory=dict)
    bands: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    metadata: str | None = None
    ask: tuple[str, ...] | None = None
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


def request(given: Mapping[str, Any], config: str | Path | None = None) -> Request:
    """Join what the options say with what a file says; an option wins over the file.

    Tables (`kind`, `bands`, `set`) are joined name by name.

    Raises
    ------
    UsageError
        If a value makes no sense, a table or the sensitive features are not named, or the result
        would be written over an input.
    """
    said = _without_none(given)
    written = {} if config is None else read_config(config)
    for name in _OWN_SETTINGS:  # on the command line, `--seed` and `--set seed=` are one setting
        if name in said and name in said.get("set", {}):
            raise UsageError(f"{name} is given twice, by --{name} and by --set. Drop one of them.")
        if name in said.get("set", {}):
            written.pop(name, None)
    both = {**written, **said}
    for name in _MERGED:
        both[name] = {**written.get(name, {}), **said.get(name, {})}
    made = Request(**both)
    _check(made, config)
    return made


def _without_none(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _check(made: Request, config: str | Path | None) -> None:
    for name in ("real", "synthetic"):
        if getattr(made, name) is None:
            raise UsageError(f"no {name} table was named. Give REAL and SYNTHETIC, two files.")
    if not made.sensitive_features:
        raise UsageError(
            "no sensitive feature was named. Give --sensitive-features with at least one column."
        )
    if made.output is None:
        return
    target = Path(made.output)
    check_place(target)
    inputs = (made.real, made.synthetic, made.reference, made.holdout, made.rules, made.metadata)
    for given in (*inputs, config):
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


def read_config(path: str | Path) -> dict[str, Any]:
    """Read options from TOML; paths in it are relative to the file.

    Raises
    ------
    SourceError
        If the file cannot be read.
    UsageError
        If it is not TOML (the line is named), names an unknown option, or a value is of the wrong
        kind.
    """
    _, document = read_toml_file(path)
    known = [part.name for part in fields(Request)]
    read: dict[str, Any] = {}
    for name, value in document.items():
        option = name.replace("-", "_")
        if option not in known:
            raise UnknownNameError("option", name, known)
        if option in read:
            raise UsageError(f"{path}: {option} is given twice. Keep one of them.")
        read[option] = _READERS[option](f"{path}: {name}", value)
    for name in _PATHS:
        if name in read and not (name in _TABLES and "spark" in read):  # there, a table's name
            read[name] = str(Path(path).parent / read[name])
    return read


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
    **dict.fromkeys(("sensitive_features", "features", "missing", "ask"), _texts),
    **dict.fromkeys(("seed", "intersections"), _whole),
    "threads": _threads,
    "keep_work": _yes,
    "set": _table,
    "kind": _kinds,
    "bands": _bands,
    "fail_on": _one_of(GATES),
    "format": _one_of(FORMATS),
}


# -- the options -----------------------------------------------------------------------------------


def names(given: Sequence[str] | None) -> tuple[str, ...] | None:
    """Split lists at commas, as in CSV: a name that holds a comma stands in quotation marks.

    >>> names(["race,sex", '"a, b"'])
    ('race', 'sex', 'a, b')
    """
    if not given:
        return None
    parts = (part for one in given for part in next(csv.reader([one], skipinitialspace=True), []))
    return tuple(part for part in parts if part)


def pairs(option: str, given: Sequence[str] | None, example: str) -> dict[str, str] | None:
    """Split `name=value` at the first equals sign.

    Raises
    ------
    UsageError
        If there is none, or a name stands twice.

    Examples
    --------
    >>> pairs("--set", ["seed=1"], "seed=1")
    {'seed': '1'}
    """
    if not given:
        return None
    found: dict[str, str] = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not (name and sign and value):
            raise UsageError(f"{option} {one!r} is not name=value. Write it like {example}.")
        if name in found:
            raise UsageError(f"{option} names {name!r} twice. Keep one of them.")
        found[name] = value
    return found


def bands(given: Sequence[str] | None) -> dict[str, tuple[float, ...]] | None:
    """Read edges of bands.

    >>> bands(["age=18,30,65"])
    {'age': (18.0, 30.0, 65.0)}
    """
    said = pairs("--bands", given, "age=18,30,65")
    if said is None:
        return None
    return {name: numbers(f"--bands {name}", edges.split(",")) for name, edges in said.items()}


def numbers(where: str, given: Sequence[Any]) -> tuple[float, ...]:
    """Read finite, rising numbers.

    Raises
    ------
    UsageError
        If one is not a number, or they do not rise.
    """
    try:
        edges = tuple(float(edge) for edge in given)
    except (TypeError, ValueError):
        raise UsageError(f"{where} must be numbers such as 18,30,65, got {given!r}.") from None
    rising = all(a < b for a, b in pairwise(edges))
    if not edges or not rising or not all(abs(edge) < float("inf") for edge in edges):
        raise UsageError(f"{where} must be numbers that rise, got {given!r}.")
    return edges
