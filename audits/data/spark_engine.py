"""Spark: tables on a cluster. Workers count their parts; only counts and samples travel.

Each verb is one pass over codes or over one column, in which every part of the table is counted as
it is elsewhere (:mod:`audits.data.partitions`) and the tallies are added up.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from audits.data import blocks, coded, content, ordered, partitions, weighing
from audits.data.blocks import Layout
from audits.data.partitions import Facts, FeedRows, Gathered, Held, Sums, Tallies, Total, makes
from audits.data.sources import Source
from audits.data.spark_session import Cluster, cluster_of, extent, held_columns, is_kept, source_of
from audits.data.tables import (
    BUCKETS,
    Cells,
    Coding,
    Counts,
    Engine,
    RawColumn,
    Repeated,
    Rows,
    Spread,
    TextFacts,
)
from audits.data.tallies import LengthFacts, NumberFacts
from audits.data.values import canonical
from audits.data.weights import check_weights
from audits.errors import InputError

Numbers = NDArray[np.float64]
Pass = Callable[[Any], Iterator[Any]]
_DIRECT = 64  # parts whose tallies the driver adds up itself
_JOINERS = 16  # parts that add up the tallies of more
_FIRST_SPAN = ordered.Span(0, 0)


class SparkEngine:
    """A data frame of Spark, classic or Connect. It is read again for each pass; codes are kept."""

    def __init__(
        self, source: Source, cluster: Cluster, markers: frozenset[str] = frozenset()
    ) -> None:
        self.source, self._cluster = source, cluster
        self.markers = frozenset(text for m in markers if (text := canonical(m)) is not None)
        with cluster.running(source.title):
            self._frame, held = held_columns(source.relation)
            self._held = {column.name: column for column in held}
            self.rows, self._parts = extent(self._frame)
            self.name = f"spark {self._frame.sparkSession.version}"
        self.columns = tuple(RawColumn(column.name, column.family) for column in held)
        if self.rows == 0:
            raise InputError(f"{source.title} has no rows. Give a table with rows.")
        self._surveyed: dict[str, tuple[int, Any]] = {}
        self._facts: dict[tuple[str, str], NumberFacts] = {}
        self._histograms: dict[tuple[str, str], NDArray[np.int64]] = {}
        self._quantiles: dict[tuple[str, str, float], float] = {}
        self._texts: dict[str, TextFacts] = {}
        self._codings: dict[str, Coding] = {}
        self._weight: tuple[Held, weighing.Unit] | None = None
        self._coded: Any = None

    # -- passes --------------------------------------------------------------------------------

    def _columns(self, columns: Sequence[Held]) -> tuple[Any, list[Held]]:
        """Return a frame of some columns, and where each stands in it."""
        frame = self._frame.select(*(f"c{column.place}" for column in columns))
        moved = [Held(i, c.name, c.family, c.form) for i, c in enumerate(columns)]
        return frame, moved

    def _tallied(self, frame: Any, run: Pass, make: Callable[[], Tallies]) -> Any:
        """Run a pass and add up what its parts counted."""
        with self._cluster.running(self.source.title):
            states = frame.mapInArrow(run, partitions.STATES)
            if self._parts > _DIRECT:
                joined = partitions.joining(make)
                states = states.repartition(_JOINERS).mapInArrow(joined, partitions.STATES)
            tallies = make()
            for batch in states.toArrow().to_batches():
                partitions.join_states(tallies, batch)
        return tallies

    def tally(self, columns: Sequence[str], make: Callable[[], Tallies], feed: FeedRows) -> Any:
        """See :class:`Engine`."""
        frame, moved = self._columns([self._held[name] for name in columns])
        held = {column.name: column for column in moved}
        run = partitions.tallying(make, lambda tallies, batch: feed(tallies, batch, held))
        return self._tallied(frame, run, make)

    def _over_numbers(
        self,
        column: str,
        family: str,
        make: Callable[[], Tallies],
        add: Callable[[Any, Numbers, Any], None],
    ) -> Any:
        frame, (held,) = self._columns([self._held[column]])
        run = partitions.over_numbers(held, family, self.markers, make, add)
        return self._tallied(frame, run, make)

    # -- facts about a column ------------------------------------------------------------------

    def prepare(self, limits: Mapping[str, int]) -> None:
        """See :class:`Engine`: the values of all columns are listed in one pass."""
        frame, columns = self._columns([self._held[name] for name in limits])
        make, feed = partitions.survey(columns, dict(limits), self.markers)
        found = self._tallied(frame, partitions.tallying(make, feed), make)
        for column in columns:
            name, family = column.name, column.family
            self._surveyed[name] = (limits[name], found[f"levels {name}"].counted)
            if family in ("number", "date"):
                self._facts[name, family] = found[f"facts {name}"].value
                self._histograms[name, family] = found[f"histogram {name}"].value

    def levels(self, column: str, limit: int) -> Mapping[str | None, int] | None:
        """See :class:`Engine`."""
        known, counted = self._surveyed.get(column, (0, None))
        if column not in self._surveyed or (counted is None and limit > known):
            self.prepare({column: limit})
            known, counted = self._surveyed[column]
        if counted is None:
            return None
        return counted if len(counted) - (None in counted) <= limit else None

    def spread(self, column: str, family: str) -> Spread:
        """See :class:`Engine`."""
        key = (column, self._read_as(column, family))
        if key not in self._facts:
            make = makes(facts=lambda: Facts(NumberFacts))
            found = self._over_numbers(column, family, make, partitions.add_facts)
            self._facts[key] = found["facts"].value
        return self._facts[key].spread

    def _read_as(self, column: str, family: str) -> str:
        """Numbers and dates are what they are, however they are asked for."""
        own = self._held[column].family
        return own if own in ("number", "date") else family

    def text_facts(self, column: str) -> TextFacts:
        """See :class:`Engine`."""
        if column not in self._texts:
            markers = self.markers

            def feed(tallies: Any, batch: Any, held: Mapping[str, Held]) -> None:
                tallies["lengths"].add(LengthFacts.of(held[column].texts(batch, markers)))

            make = makes(lengths=lambda: Facts(LengthFacts))
            facts = self.tally([column], make, feed)["lengths"].value
            self._texts[column] = TextFacts(facts.present, facts.mean, facts.codes)
        return self._texts[column]

    def different(self, column: str) -> int:
        """See :class:`Engine`."""
        frame, (held,) = self._columns([self._held[column]])
        with self._cluster.running(self.source.title):
            hashes = frame.mapInArrow(partitions.hashed(held, self.markers), "hash long")
            return int(hashes.distinct().count())

    def line_of(self, column: str, value: str) -> int | None:
        """See :class:`Engine`; parts of tables on a cluster have no lines."""

    def quantiles(self, column: str, family: str, at: Sequence[float]) -> Numbers:
        """See :class:`Engine`."""
        own = self._read_as(column, family)
        wanted = [share for share in at if (column, own, share) not in self._quantiles]

        def counted(spans: Sequence[ordered.Span]) -> list[NDArray[np.int64]]:
            if list(spans) == [_FIRST_SPAN] and (column, own) in self._histograms:
                return [self._histograms[column, own]]
            make = makes(**{str(i): lambda: Sums(1 << 16) for i in range(len(spans))})
            add = partitions.add_histograms(list(spans))
            found = self._over_numbers(column, family, make, add)
            return [found[str(i)].value for i in range(len(spans))]

        def fetched(spans: Sequence[ordered.Span]) -> ordered.Keys:
            add = partitions.add_keys(list(spans))
            make = makes(keys=Gathered)
            return np.asarray(self._over_numbers(column, family, make, add)["keys"].state)

        if wanted:
            found = ordered.quantiles(wanted, counted, fetched)
            for share, number in zip(wanted, found.tolist(), strict=True):
                self._quantiles[column, own, share] = number
        return np.array([self._quantiles[column, own, share] for share in at], dtype=np.float64)

    def buckets(self, column: str, family: str, centre: float, scale: float) -> Counts:
        """See :class:`Engine`."""
        make = makes(buckets=lambda: Sums(BUCKETS))
        add = partitions.add_buckets(centre, scale)
        return np.asarray(self._over_numbers(column, family, make, add)["buckets"].value)

    # -- coding --------------------------------------------------------------------------------

    def encode(self, coding: Coding) -> None:
        """See :class:`Engine`; the codes are made when the first verb asks for them."""
        self._codings[coding.name] = coding
        self._release()

    def forget(self, column: str) -> None:
        """See :class:`Engine`."""
        self._surveyed.pop(column, None)
        self._texts.pop(column, None)
        for family in ("number", "date"):
            self._facts.pop((column, family), None)
            self._histograms.pop((column, family), None)

    def weigh(self, column: str) -> None:
        """See :class:`Engine`."""
        self.spread(column, "number")
        facts = self._facts[column, self._read_as(column, "number")]
        highest = check_weights(column, facts, self.source.title, lambda _value: None)

        def summed(made: Callable[[Numbers], Numbers]) -> float:
            def add(tallies: Any, numbers: Numbers, _texts: Any) -> None:
                tallies["total"].add(made(numbers))

            found = self._over_numbers(column, "number", makes(total=Total), add)
            return float(found["total"].value)

        self._weight = (self._held[column], weighing.unit_for(highest, summed))
        self._release()

    @property
    def _layout(self) -> Layout:
        names = tuple(sorted(self._codings))
        return Layout(names, tuple(self._codings[name].size for name in names))

    def _blocks(self) -> Any:
        """Return the table as blocks of codes; Spark keeps them, in memory or on its disks."""
        if self._coded is None:
            used = {coding.column for coding in self._codings.values()}
            weight = self._weight[0] if self._weight is not None else None
            wanted = sorted(used | ({weight.name} if weight is not None else set()))
            frame, held = self._columns([self._held[name] for name in wanted])
            place = {column.name: column for column in held}
            run = blocks.encoding(
                [(place[c.column], c) for _, c in sorted(self._codings.items())],
                self._layout,
                place[weight.name] if weight is not None else None,
                self.markers,
            )
            self._coded = frame.mapInArrow(run, blocks.BLOCKS).persist()
        return self._coded

    def _release(self) -> None:
        if self._coded is not None:
            self._coded.unpersist()
            self._coded = None

    # -- counting ------------------------------------------------------------------------------

    def _over_blocks(
        self, make: Callable[[], Tallies], add: Callable[[Any, blocks.Block], None]
    ) -> Any:
        run = blocks.over_blocks(self._layout, make, add)
        return self._tallied(self._blocks(), run, make)

    def _sizes(self, names: Sequence[str]) -> list[int]:
        return [self._codings[name].size for name in names]

    def cells(self, features: Sequence[str], most: int) -> Cells | None:
        """See :class:`Engine`."""
        sizes, names = self._sizes(features), tuple(features)
        unit = self._weight[1] if self._weight is not None else None

        def add(tallies: Any, block: blocks.Block) -> None:
            held = block.weights
            weights = None if unit is None or held is None else unit.of(held)
            tallies["cells"].add([block.codes[name] for name in names], block.rows, weights)

        found = self._over_blocks(makes(cells=lambda: coded.CellTally(sizes, most)), add)["cells"]
        cells: Cells | None = found.cells()
        return cells

    def counts(
        self, features: Sequence[str], cells: Counts, names: Sequence[str]
    ) -> dict[str, sparse.csr_array]:
        """See :class:`Engine`."""
        index, keys = coded.CellIndex(cells, self._sizes(features)), tuple(features)
        sizes = dict(zip(names, self._sizes(names), strict=True))

        def add(tallies: Any, block: blocks.Block) -> None:
            place = index.of([block.codes[name] for name in keys], block.rows)
            tallies["counts"].add(place, block.codes)

        make = makes(counts=lambda: coded.CountTally(len(cells), sizes))
        tables: dict[str, sparse.csr_array] = self._over_blocks(make, add)["counts"].tables()
        return tables

    def pairs(self, recodings: Mapping[str, NDArray[np.uint8]]) -> dict[tuple[str, str], Counts]:
        """See :class:`Engine`."""
        tables = dict(recodings)

        def add(tallies: Any, block: blocks.Block) -> None:
            tallies["pairs"].add(block.codes)

        found = self._over_blocks(makes(pairs=lambda: coded.PairTally(tables)), add)["pairs"]
        pairs: dict[tuple[str, str], Counts] = found.tables()
        return pairs

    # -- rows by their content -----------------------------------------------------------------

    def sample(self, features: Sequence[str], cells: Counts, keep: Numbers, seed: int) -> Rows:
        """See :class:`Engine`: contents are shuffled and counted, then some are fetched."""
        index, table = coded.CellIndex(cells, self._sizes(features)), self._blocks()
        layout = self._layout
        offer = blocks.shares(layout, tuple(features), index, keep)
        with self._cluster.running(self.source.title):
            offered = table.mapInArrow(offer, "content long, share double")
            equal = offered.groupBy("content").agg({"share": "max", "*": "count"})
            drawn = equal.mapInArrow(blocks.choosing(seed), "content long, key long").toArrow()
        contents, keys = (blocks.hashes(drawn.column(i)) for i in range(2))
        wanted, place = np.unique(contents, return_inverse=True)
        codes = self._codes_of(wanted)
        return Rows(layout.names, codes[place[np.argsort(keys, kind="stable")]])

    def _codes_of(self, wanted: content.Hashes) -> NDArray[np.uint16]:
        """Fetch the codes of contents, one row each."""
        names = self._layout.names
        codes = np.zeros((len(wanted), len(names)), dtype=np.uint16)
        if len(wanted) == 0:
            return codes
        with self._cluster.running(self.source.title):
            fetch = blocks.rows_of(self._layout, wanted)
            rows = self._blocks().mapInArrow(fetch, "content long, codes binary")
            table = rows.groupBy("content").agg({"codes": "first"}).toArrow()
        data = np.frombuffer(b"".join(table.column(1).to_pylist()), "<u2")
        codes[np.searchsorted(wanted, blocks.hashes(table.column(0)))] = data.reshape(
            -1, len(names)
        )
        return codes

    def _contents(self) -> Any:
        return self._blocks().mapInArrow(blocks.contents(self._layout), "content long")

    def matches(self, other: Engine) -> int:
        """See :class:`Engine`."""
        if not isinstance(other, SparkEngine):
            raise TypeError("rows are matched between tables of one engine")
        with self._cluster.running(self.source.title):
            theirs = other._contents().distinct()
            return int(self._contents().join(theirs, "content", "left_semi").count())

    def repeated(self, features: Sequence[str], cells: Counts, other: Engine) -> Repeated:
        """See :class:`Engine`."""
        if not isinstance(other, SparkEngine):
            raise TypeError("rows are matched between tables of one engine")
        index = coded.CellIndex(cells, self._sizes(features))
        with self._cluster.running(self.source.title):
            place = blocks.placed(self._layout, tuple(features), index)
            ours = self._blocks().mapInArrow(place, "content long, cell long")
            return blocks.repeated(ours, other._contents())

    def different_rows(self) -> int:
        """See :class:`Engine`."""
        with self._cluster.running(self.source.title):
            return int(self._contents().distinct().count())

    def digest(self) -> str:
        """See :class:`Engine`."""

        def add(tallies: Any, block: blocks.Block) -> None:
            tallies["sums"].value += content.digest_sums(block.contents)

        make = makes(sums=lambda: Sums(content.SUMS, np.uint64))
        return content.digest_text(self._over_blocks(make, add)["sums"].value)

    def close(self) -> None:
        """See :class:`Engine`."""
        self._release()


@contextlib.contextmanager
def opened_on_spark(
    tables: Mapping[str, Any], spark: Any, markers: frozenset[str]
) -> Iterator[dict[str, Engine]]:
    """Open every table on Spark; what is kept there is given back at the end.

    A frame is kept as it is first read: read again, its rows might be others.
    """
    with cluster_of(spark, tables) as cluster, contextlib.ExitStack() as stack:
        engines: dict[str, Engine] = {}
        for role, data in tables.items():
            source = source_of(data, role, cluster)
            if source.relation is data and not is_kept(data):
                source.relation.persist()
                stack.callback(source.relation.unpersist)
            engine = SparkEngine(source, cluster, markers)
            stack.callback(engine.close)
            engines[role] = engine
        yield engines
