"""Quotas of a collection plan, read back from CSV: whom, and how many were wanted."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from audits.data.kinds import parse_bands
from audits.data.names import clean_name
from audits.data.tables import Coding
from audits.data.values import canonical, day_text, number_text
from audits.errors import SourceError, UnknownNameError, UsageError
from audits.results import Group

FIELDS = ("there", "wanted", "recruit", "reason", "approach", "approach_likely", "bands")
"""Columns of the file beside the sensitive features; the last one where any of these is banded."""

OWN = " (sensitive feature)"
"""What follows the name of a sensitive feature that is named like one of them."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would take these for a formula


@dataclass(frozen=True)
class Quota:
    """One line of the file: people wanted of a group in all, and people there when it was written.

    `there` is None where the file does not say.
    """

    line: int
    group: Group
    wanted: int
    there: int | None


@dataclass(frozen=True)
class QuotaFile:
    """The lines of a file, the sensitive features its columns name, and their bands' edges."""

    name: str
    features: tuple[str, ...]
    quotas: tuple[Quota, ...]
    bands: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


def header(feature: str) -> str:
    """Return the name of a sensitive feature's column.

    >>> header("race"), header("there")
    ('race', 'there (sensitive feature)')
    """
    return feature + OWN if feature in FIELDS else feature


def edge_texts(feature: Coding) -> tuple[str, ...]:
    """Return the edges of a banded feature as they are written for `--bands`."""
    write = day_text if feature.kind == "date" else number_text
    edges = () if feature.edges is None else feature.edges.tolist()
    return tuple(write(edge) for edge in edges)


def bands_text(bands: Mapping[str, Sequence[str]]) -> str:
    """Write the bands of every feature into one cell.

    >>> bands_text({"age": ("30", "65"), "born": ("1970-01-03",)})
    'age=30,65; born=1970-01-03'
    """
    return "; ".join(f"{column}={','.join(edges)}" for column, edges in bands.items())


def _bands(texts: Sequence[tuple[int, str]], name: str) -> dict[str, tuple[float, ...]]:
    """Read the bands back; every line has the same."""
    given: dict[str, list[str]] = {}
    for line, text in texts:
        for one in filter(None, text.split("; ")):
            column, _, edges = one.rpartition("=")
            if given.setdefault(column, edges.split(",")) != edges.split(","):
                raise SourceError(
                    name, f"has other bands of {column!r} than lines above.",
                    "Keep one set of bands.", line=line,
                )  # fmt: skip
    try:
        return parse_bands(given)
    except UsageError as error:
        raise SourceError(name, f"column 'bands': {error}", "Write age=30,65.") from None


def read_quotas(path: str | Path) -> QuotaFile:
    """Read quotas; the values in them are checked by `checked`, once the table is known.

    Raises
    ------
    SourceError
        If the file cannot be read, names no feature, lacks the column `wanted`, or a number in it
        is none; the line and the column are named.
    """
    path = Path(path).expanduser()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            columns = [clean_name(_plain(name)) for name in next(reader, [])]
            features = _features(columns, path.name)
            lines = [(reader.line_num, fields) for fields in reader if any(fields)]
    except OSError as error:
        raise SourceError(str(path), f"cannot be read ({error.strerror}).", "Check it.") from None
    except UnicodeDecodeError:
        raise SourceError(path.name, "is not UTF-8 text.", "Save it as UTF-8.") from None
    except csv.Error as error:
        raise SourceError(path.name, f"cannot be read ({error}).", "Check the file.") from None
    quotas, bands = [], []
    for line, fields in lines:
        if len(fields) != len(columns):
            raise SourceError(
                path.name,
                f"has {len(fields)} values where {len(columns)} columns are named.",
                "Give one value per column, an empty one for any.",
                line=line,
            )
        named = dict(zip(columns, map(_plain, fields), strict=True))
        quotas.append(_quota(named, features, path.name, line))
        bands.append((line, named.get("bands", "")))
    return QuotaFile(path.name, tuple(features.values()), tuple(quotas), _bands(bands, path.name))


def _plain(text: str) -> str:
    """Take back the mark that keeps a spreadsheet from taking a value for a formula."""
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _features(columns: Sequence[str], name: str) -> dict[str, str]:
    """Return the columns that name sensitive features, and which."""
    twice = next((column for column in columns if columns.count(column) > 1), None)
    if twice is not None:
        raise SourceError(name, f"has the column {twice!r} twice.", "Keep one.", line=1)
    if "wanted" not in columns:
        raise SourceError(
            name,
            "has no column 'wanted'.",
            "Give a column per sensitive feature, and 'wanted': people in all.",
            line=1,
        )
    found = {column: column.removesuffix(OWN) for column in columns if column not in FIELDS}
    if not found or "" in found:
        raise SourceError(
            name, "has a column without a name." if found else "names no sensitive feature.",
            "Give each sensitive feature a column.", line=1,
        )  # fmt: skip
    return found


def _quota(named: Mapping[str, str], features: Mapping[str, str], name: str, line: int) -> Quota:
    group = tuple(
        sorted((feature, named[column]) for column, feature in features.items() if named[column])
    )
    wanted = _whole(named["wanted"], "wanted", name, line)
    there = named.get("there", "")
    return Quota(line, group, wanted, _whole(there, "there", name, line) if there else None)


def _whole(text: str, column: str, name: str, line: int) -> int:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not number >= 0 or not number.is_integer():
        raise SourceError(
            name,
            f"column {column!r} holds {text!r}, which is no number of people.",
            "Write a whole number of at least 0.",
            line=line,
        )
    return int(number)


def checked(
    file: QuotaFile, features: Sequence[Coding], known: Mapping[str, set[str]]
) -> QuotaFile:
    """Return the quotas under the names of the table's values, once all are sure to be known.

    `known` holds further values per column, such as those of the reference. A value nobody had
    when the plan was made may still be one nobody has.

    Raises
    ------
    UnknownNameError
        If a column is no sensitive feature.
    SourceError
        If a value is unknown, or a group stands twice; the line and the column are named.
    """
    codings = {feature.column: feature for feature in features}
    for column in file.features:
        if column not in codings:
            raise UnknownNameError(f"sensitive feature of {file.name}, line 1,", column, [*codings])
    seen: dict[Group, int] = {}
    quotas = []
    for quota in file.quotas:
        group = tuple(
            (column, _value(value, codings[column], known.get(column, set()), quota, file.name))
            for column, value in quota.group
        )
        before = seen.setdefault(group, quota.line)
        if before != quota.line:
            raise SourceError(
                file.name,
                f"names the same group as line {before}.",
                "Keep one of the two.",
                line=quota.line,
            )
        quotas.append(Quota(quota.line, group, quota.wanted, quota.there))
    return QuotaFile(file.name, file.features, tuple(quotas), file.bands)


def _value(value: str, feature: Coding, also: set[str], quota: Quota, name: str) -> str:
    text = canonical(value) or value
    there = set(feature.labels) | also
    for form in (value, text, text.lower()):
        if form in there:
            return form
    near = get_close_matches(
        text.casefold(), {label.casefold() for label in there}, n=1, cutoff=0.8
    )
    if quota.there == 0 and not near:
        return text  # nobody had it, and nobody has
    folded = {label.casefold(): label for label in there}
    advice = f"Did you mean {folded[near[0]]!r}?" if near else f"There are: {_few(feature)}."
    if feature.edges is not None:
        advice += f" Give the --bands of {feature.column} that the plan was made with."
    raise SourceError(
        name,
        f"column {header(feature.column)!r} holds {value!r}, which nobody in the table has.",
        advice,
        line=quota.line,
    )


def _few(feature: Coding) -> str:
    labels = feature.labels[1:]
    return ", ".join(labels[:8]) + (" …" if len(labels) > 8 else "")
