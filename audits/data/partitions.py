"""What Spark's workers do with a part of a table: the same counting as everywhere, then its state.

A tally is an object with `state` and `join`. The functions are sent to the workers by value, with
all of this package that they use: a worker needs NumPy, pandas and PyArrow, which Spark's own Arrow
functions need, too.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from audits.data import ordered, reading
from audits.data.buckets import bucket_of
from audits.data.tables import BUCKETS
from audits.data.tallies import LengthFacts, Levels, NumberFacts
from audits.data.values import MICROSECONDS
from audits.data.weighing import ExactSum

STATES = "key string, state binary"
_CONTROLS = frozenset(b"\\'\"")
Batches = Iterable[Any]


class Tally(Protocol):
    """Something that adds up."""

    @property
    def state(self) -> Any:
        """What was counted, in plain values and arrays."""

    def join(self, state: Any) -> None:
        """Add what was counted elsewhere."""


Tallies = dict[str, Tally]


def makes(**tallies: Callable[[], Any]) -> Callable[[], Tallies]:
    """Return what makes empty tallies."""
    return lambda: {name: make() for name, make in tallies.items()}


# -- columns as Spark hands them over --------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """A column of the frame that is read: its place, its family, and how its type is read."""

    place: int
    name: str
    family: str
    form: str

    def values(self, batch: Any) -> Any:
        """Return a column for its values to be listed: dates are microseconds."""
        array = batch.column(self.place)
        if self.form == "whole decimal":
            return pc.cast(array, pa.string())
        if self.form == "blob":
            return pa.array([_blob_text(value) for value in array.to_pylist()], pa.string())
        return array if self.form == "plain" else self._converted(array)

    def _converted(self, array: Any) -> Any:
        if self.form == "day":
            return pc.multiply(pc.cast(pc.cast(array, pa.int32()), pa.int64()), MICROSECONDS)
        if self.form == "moment":
            return pc.cast(pc.cast(array, pa.timestamp("us", array.type.tz)), pa.int64())
        if self.form == "duration":
            return pc.divide(pc.cast(pc.cast(array, pa.int64()), pa.float64()), 1e6)
        if self.form == "float":
            return reading.widened(array)
        return pc.cast(pc.cast(array, pa.string()), pa.float64())

    def numbers(
        self, batch: Any, family: str, markers: frozenset[str]
    ) -> tuple[NDArray[np.float64], Any]:
        """Return a column as floats, nan where missing or unreadable, and the texts they are of."""
        if self.family in ("number", "date"):
            array = batch.column(self.place)
            numbers = reading.numbers_of(
                array if self.form == "plain" else self._converted(array), family
            )
            if self.family == "date":
                numbers, family = numbers / MICROSECONDS, "date"
            return reading.without(numbers, reading.number_markers(markers, family)), None
        texts = self.texts(batch, markers)
        return reading.numbers_of(texts, family), texts

    def texts(self, batch: Any, markers: frozenset[str]) -> Any:
        """Return a column as cleaned texts, null where missing."""
        return reading.present_texts(self.values(batch), markers)


FeedRows = Callable[[Any, Any, Mapping[str, Held]], None]
"""Counts a batch of raw rows in tallies, told how each column is read."""


def _blob_text(value: bytes | None) -> str | None:
    """Write bytes as the other engine does."""
    if value is None:
        return None
    return "".join(chr(b) if 32 <= b < 127 and b not in _CONTROLS else f"\\x{b:02X}" for b in value)


# -- tallies of raw columns ------------------------------------------------------------------------


class Facts:
    """Facts that add up by themselves, as a tally."""

    def __init__(self, kind: type[NumberFacts] | type[LengthFacts]) -> None:
        self._kind, self.value = kind, kind()

    def add(self, facts: Any) -> None:
        """Add the facts of a piece."""
        self.value = self.value + facts

    @property
    def state(self) -> Any:
        """See :class:`Tally`."""
        return astuple(self.value)

    def join(self, state: Any) -> None:
        """See :class:`Tally`."""
        self.add(self._kind(*state))


class Sums:
    """An array of numbers that are summed."""

    def __init__(self, size: int, dtype: Any = np.int64) -> None:
        self.value = np.zeros(size, dtype=dtype)

    @property
    def state(self) -> Any:
        """See :class:`Tally`."""
        places = np.flatnonzero(self.value)
        return places, self.value[places]

    def join(self, state: Any) -> None:
        """See :class:`Tally`."""
        places, numbers = state
        self.value[places] += numbers


class Gathered:
    """Numbers that are kept, all of them: a bounded number."""

    def __init__(self) -> None:
        self.values: list[NDArray[np.uint64]] = []

    @property
    def state(self) -> Any:
        """See :class:`Tally`."""
        return np.concatenate([np.zeros(0, np.uint64), *self.values])

    def join(self, state: Any) -> None:
        """See :class:`Tally`."""
        self.values.append(state)


class Total(ExactSum):
    """An exact sum of floats, as a tally."""

    @property
    def state(self) -> Any:
        """See :class:`Tally`."""
        return dict(self.halves)

    def join(self, state: Any) -> None:
        """See :class:`Tally`."""
        super().join(ExactSum(state))


class Listed(Levels):
    """Rows per value, as a tally."""

    @property
    def state(self) -> Any:
        """See :class:`Tally`."""
        return None if self.wide else self.counted_so_far


# -- passes ----------------------------------------------------------------------------------------


def tallying(
    make: Callable[[], Tallies], feed: Callable[[Tallies, Any], None]
) -> Callable[[Batches], Iterator[Any]]:
    """Make the function that counts one part of a table and hands over its tallies' states."""

    def run(batches: Batches) -> Iterator[Any]:
        tallies = make()
        for batch in batches:
            feed(tallies, batch)
        yield _as_batch(tallies)

    return run


def joining(make: Callable[[], Tallies]) -> Callable[[Batches], Iterator[Any]]:
    """Make the function that joins the states of several parts into one."""

    def run(batches: Batches) -> Iterator[Any]:
        tallies = make()
        for batch in batches:
            join_states(tallies, batch)
        yield _as_batch(tallies)

    return run


def join_states(tallies: Tallies, batch: Any) -> None:
    """Join states, as they travel, to tallies."""
    for key, state in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True):
        tallies[key].join(pickle.loads(state))


def _as_batch(tallies: Tallies) -> Any:
    states = [pickle.dumps(tally.state, protocol=5) for tally in tallies.values()]
    keys = pa.array(list(tallies), pa.string())
    return pa.record_batch([keys, pa.array(states, pa.binary())], names=["key", "state"])


def survey(
    columns: Sequence[Held], limits: Mapping[str, int], markers: frozenset[str]
) -> tuple[Callable[[], Tallies], Callable[[Tallies, Any], None]]:
    """List the values of many columns in one pass; of numbers, their extremes and a histogram."""
    numeric = [column for column in columns if column.family in ("number", "date")]

    def make() -> Tallies:
        found: Tallies = {
            f"levels {c.name}": Listed(limits[c.name], c.family, markers) for c in columns
        }
        for c in numeric:
            found[f"facts {c.name}"] = Facts(NumberFacts)
            found[f"histogram {c.name}"] = Sums(1 << 16)
        return found

    def feed(tallies: Any, batch: Any) -> None:
        for c in columns:
            tallies[f"levels {c.name}"].add(c.values(batch))
        for c in numeric:
            numbers, _ = c.numbers(batch, c.family, markers)
            tallies[f"facts {c.name}"].add(NumberFacts.of(numbers))
            keys = ordered.keys_of(numbers[~np.isnan(numbers)])
            tallies[f"histogram {c.name}"].value += ordered.histogram(keys, ordered.Span(0, 0))

    return make, feed


def over_numbers(
    column: Held,
    family: str,
    markers: frozenset[str],
    make: Callable[[], Tallies],
    add: Callable[[Any, NDArray[np.float64], Any], None],
) -> Callable[[Batches], Iterator[Any]]:
    """Make a pass over one column read as numbers."""

    def feed(tallies: Tallies, batch: Any) -> None:
        numbers, texts = column.numbers(batch, family, markers)
        add(tallies, numbers, texts)

    return tallying(make, feed)


def add_facts(tallies: Any, numbers: NDArray[np.float64], texts: Any) -> None:
    """Note the extremes of numbers, and what is none."""
    tallies["facts"].add(NumberFacts.of(numbers, texts))


def add_histograms(
    spans: Sequence[ordered.Span],
) -> Callable[[Any, NDArray[np.float64], Any], None]:
    """Count the numbers of spans by their next bits."""

    def add(tallies: Any, numbers: NDArray[np.float64], _texts: Any) -> None:
        keys = ordered.keys_of(numbers[~np.isnan(numbers)])
        for i, span in enumerate(spans):
            tallies[str(i)].value += ordered.histogram(keys, span)

    return add


def add_keys(spans: Sequence[ordered.Span]) -> Callable[[Any, NDArray[np.float64], Any], None]:
    """Keep the numbers of spans."""

    def add(tallies: Any, numbers: NDArray[np.float64], _texts: Any) -> None:
        keys = ordered.keys_of(numbers[~np.isnan(numbers)])
        tallies["keys"].values += [span.of(keys) for span in spans]

    return add


def add_buckets(centre: float, scale: float) -> Callable[[Any, NDArray[np.float64], Any], None]:
    """Count numbers by bucket."""

    def add(tallies: Any, numbers: NDArray[np.float64], _texts: Any) -> None:
        known = numbers[~np.isnan(numbers)]
        tallies["buckets"].value += np.bincount(bucket_of(known, centre, scale), minlength=BUCKETS)

    return add


def hashed(column: Held, markers: frozenset[str]) -> Callable[[Batches], Iterator[Any]]:
    """Make the pass that hands over a hash of each text that is there."""

    def run(batches: Batches) -> Iterator[Any]:
        for batch in batches:
            hashes = reading.text_hashes(column.texts(batch, markers)).view(np.int64)
            yield pa.record_batch([pa.array(hashes)], names=["hash"])

    return run
