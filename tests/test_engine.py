"""What every engine has to answer, on a table with everything in it that tables hold.

An engine is a function from columns to an engine; each test is run on every one of them.
"""

import datetime as dt
import decimal
import itertools

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spark_cluster import spark_of

from audits.data import coded
from audits.data.buckets import BUCKETS, bucket_middles, bucket_of
from audits.data.duckdb_engine import DuckDBEngine
from audits.data.sources import Source, open_source
from audits.data.spool import Spool
from audits.data.tables import Coding
from audits.data.workspace import Workspace
from audits.errors import ColumnError, InputError

WORK = Workspace()


def on_duckdb(columns, markers=(), work=WORK):
    table = pa.table(columns)
    return DuckDBEngine(open_source(table, "real", work), work, frozenset(markers))


def on_disk(columns, markers=()):
    """No room for a single spool: everything that is kept lies in files."""
    work = Workspace()
    work.spool = lambda rows, dtype: Spool(rows, dtype, work.folder)
    return on_duckdb(columns, markers, work)


def on_spark(spark, folder):
    """Make engines of Parquet as Arrow writes it, in two files where there are two rows."""
    from audits.data.spark_engine import SparkEngine
    from audits.data.spark_session import Cluster

    cluster = Cluster(spark)

    made = itertools.count()

    def engine(columns, markers=()):
        path = folder / f"table{next(made)}"
        path.mkdir()
        table = pa.table(columns)
        half = -(-len(table) // 2)
        for part, rows in enumerate((table[:half], table[half:])):
            if len(rows) or not part:
                pq.write_table(rows, path / f"part{part}.parquet")
        source = Source("real", "table", "parquet", "", spark.read.parquet(str(path)))
        return SparkEngine(source, cluster, frozenset(markers))

    return engine


ENGINES = ["duckdb", "disk", pytest.param("connect", marks=pytest.mark.spark)]


@pytest.fixture(scope="module", params=ENGINES)
def engine_of(request, tmp_path_factory):
    """Make an engine of columns of rows."""
    here = {"duckdb": on_duckdb, "disk": on_disk}
    if request.param in here:
        yield here[request.param]
        return
    from audits.data.spark_session import sent_whole

    with sent_whole():
        yield on_spark(spark_of(request.param), tmp_path_factory.mktemp("spark"))


@pytest.fixture(scope="module", params=["wide", "listed"])
def nasty(request, engine_of):
    """The table below; whether its values were listed before must not change what they are."""
    engine = engine_of(NASTY)
    if request.param == "listed":
        engine.prepare(dict.fromkeys(NASTY, 10))
        for column in NASTY:
            engine.levels(column, 10)
    return engine


NAN, INF = float("nan"), float("inf")
LONG = "x" * 10**6
ZONED = pa.timestamp("us", "Asia/Tokyo")
NASTY = {
    "float": [1.0, -0.0, NAN, None, 0.0, 2.5, 1.0, 1e16],
    "infinite": [INF, -INF, 1.0, NAN, None, 2.0, 3.0, 1.0],
    "text": ["", "  ", "a'b", 'a"b', "a\\b", "ß", "👩🏽", None],
    "long": [LONG, LONG + "y", "a", "a ", "\u00a0a\t", "A", "á", "a\u0301"],
    "spelling": ["1", "1.0", " 1 ", "01", "+1", "1e0", "one", "missing"],
    "int": [1, None, 2**62 + 1, 2**62, -1, 0, 1, 1],
    "bool": [True, False, None, True, True, False, None, True],
    "decimal": [decimal.Decimal(v) if v else None
                for v in ("0.10", "0.1", "2", "-2", "", "3", "3", "3")],
    "date": [dt.date(2020, 1, d) if d else None for d in (1, 2, 0, 1, 1, 3, 4, 4)],
    "moment": pa.array([0, 1, None, 3_600_000_000, 0, 0, 0, 0], ZONED),
    "category": pa.DictionaryArray.from_arrays(
        pa.array([0, 2, None, 0, 2, 0, 0, 0], pa.int8()), ["b", "unused", "a"]
    ),
    "select": ["x", "y", "x", "y", "x", "y", "x", "y"],
    "one": ["same"] * 8,
    "nothing": pa.array([None] * 8, pa.string()),
    "blank": ["", " ", "\t", "NaN", "nan", None, "missing", "\u3000"],
    "many": [f"level {i}" for i in range(8)],
    "number text": ["1", "2.5", "", "oops", "-inf", "1e3", "ouch", None],
    "nul": ["a\0b", "a", "a\0", "\0", "a\0b", "back`tick", None, "\x1b[31m"],
    "bytes": pa.array([b"a\0'\xff", b"a", b"", b"a", None, b"a", b'"', b"\\"], pa.binary()),
    "huge": pa.array([2**64 - 1, 0, 1, None, 2**64 - 1, 2**63, 1, 1], pa.uint64()),
    "tiny": pa.array([0.1, 29.9765625, NAN, None, 1e10, 16777216.0, 0.1, -0.0], pa.float32()),
    "a.b": ["dots", "dots", "in", "names", "dots", "in", "names", "names"],
    "back`tick \"quote' ü": [1, 2, 1, 2, 1, 2, 1, 2],
    "day text": ["2020-01-01", "2020-01-01 12:00", "2020-01-02T09:00:00+09:00", "", "soon", None,
                 "1969-12-31", "2020-02-30"],
}  # fmt: skip
LEVELS = {
    "float": {"1": 2, "0": 2, None: 2, "2.5": 1, "10000000000000000": 1},
    "infinite": {"inf": 1, "-inf": 1, "1": 2, None: 2, "2": 1, "3": 1},
    "text": {None: 3, "a'b": 1, 'a"b': 1, "a\\b": 1, "ß": 1, "👩🏽": 1},
    "long": {LONG: 1, LONG + "y": 1, "a": 3, "A": 1, "á": 2},
    "spelling": {"1": 5, "01": 1, "one": 1, None: 1},
    "int": {"1": 3, None: 1, str(2**62 + 1): 1, str(2**62): 1, "-1": 1, "0": 1},
    "bool": {"true": 4, "false": 2, None: 2},
    "decimal": {"0.1": 2, "2": 1, "-2": 1, None: 1, "3": 3},
    "date": {"2020-01-01": 3, "2020-01-02": 1, None: 1, "2020-01-03": 1, "2020-01-04": 2},
    "moment": {"1970-01-01": 5, "1970-01-01 00:00:00.000001": 1, None: 1, "1970-01-01 01:00:00": 1},
    "category": {"b": 5, "a": 2, None: 1},
    "select": {"x": 4, "y": 4},
    "one": {"same": 8},
    "nothing": {None: 8},
    "blank": {None: 8},
    "nul": {"a\0b": 2, "a": 1, "a\0": 1, "\0": 1, "back`tick": 1, "\x1b[31m": 1, None: 1},
    "bytes": {"a\\x00\\x27\\xFF": 1, "a": 3, "\\x22": 1, "\\x5C": 1, None: 2},
    "huge": {str(2**64 - 1): 2, "0": 1, "1": 3, str(2**63): 1, None: 1},
    "tiny": {"0.1": 2, "29.976562": 1, "10000000000": 1, "16777216": 1, "0": 1, None: 2},
    "a.b": {"dots": 3, "in": 2, "names": 3},
    "back`tick \"quote' ü": {"1": 4, "2": 4},
}


def test_facts_of_a_table(nasty):
    engine = nasty
    assert engine.rows == 8
    assert isinstance(engine.name, str)
    families = {column.name: column.family for column in engine.columns}
    assert list(families) == list(NASTY)
    assert {n: f for n, f in families.items() if f != "text"} == {
        "float": "number", "infinite": "number", "int": "number", "decimal": "number",
        "huge": "number", "tiny": "number", "back`tick \"quote' ü": "number",
        "bool": "boolean", "date": "date", "moment": "date",
    }  # fmt: skip


def test_a_table_without_rows_is_refused(engine_of):
    with pytest.raises(InputError, match="has no rows"):
        engine_of({"a": pa.array([], pa.string())})


# -- levels ----------------------------------------------------------------------------------------


def test_levels(engine_of):
    engine = engine_of(NASTY)
    engine.prepare(dict.fromkeys(NASTY, 10))
    assert {column: engine.levels(column, 10) for column in LEVELS} == LEVELS


def test_levels_beyond_the_limit_are_not_listed(engine_of):
    engine = engine_of(NASTY)
    assert engine.levels("many", 7) is None
    assert len(engine.levels("many", 8)) == 8
    assert engine.levels("select", 1) is None
    assert engine.levels("text", 5) is not None  # missing does not count
    assert engine.levels("text", 4) is None
    wide = engine_of({"x": [f"v{i}" for i in range(5000)]})
    assert wide.levels("x", 4999) is None
    assert len(wide.levels("x", 5000)) == 5000


def test_markers_are_missing_in_any_spelling(engine_of):
    engine = engine_of(NASTY, ("1.0", " ß", "b", "2020-01-01", "inf"))
    assert engine.levels("float", 9)[None] == 4
    assert engine.levels("spelling", 9)[None] == 6
    assert engine.levels("text", 9)[None] == 4
    assert engine.levels("category", 9) == {"a": 2, None: 6}
    assert engine.levels("date", 9)[None] == 4
    assert engine.levels("infinite", 9) == {"-inf": 1, "2": 1, "3": 1, None: 5}


# -- numbers and dates -----------------------------------------------------------------------------

DAY = 18262.0  # 2020-01-01
SPREADS = [
    ("float", "number", (0.0, 1e16, 2, 0, 0, None)),
    ("infinite", "number", (1.0, 3.0, 2, 2, 0, None)),
    ("number text", "number", (1.0, 1000.0, 2, 1, 2, "oops")),
    ("day text", "date", (-1.0, DAY + 1, 2, 0, 2, "2020-02-30")),
    ("date", "date", (DAY, DAY + 3, 1, 0, 0, None)),
    ("decimal", "number", (-2.0, 3.0, 1, 0, 0, None)),
    ("nothing", "number", (NAN, NAN, 8, 0, 0, None)),
    ("blank", "date", (NAN, NAN, 8, 0, 0, None)),
    ("select", "number", (NAN, NAN, 0, 0, 8, "x")),
]


@pytest.mark.parametrize(("column", "family", "expected"), SPREADS)
def test_spread(nasty, column, family, expected):
    found = nasty.spread(column, family)
    np.testing.assert_array_equal([found.low, found.high], expected[:2])
    assert (found.missing, found.infinite, found.unreadable, found.example) == expected[2:]


@pytest.mark.parametrize("listed", [False, True], ids=["wide", "listed"])
def test_markers_are_missing_numbers(engine_of, listed):
    engine = engine_of(NASTY, ("oops", "1000", "2.50", "-inf"))
    for column in ("number text", "float", "infinite"):
        if listed:
            engine.levels(column, 10)
    found = engine.spread("number text", "number")
    assert (found.high, found.missing, found.infinite, found.unreadable) == (1.0, 6, 0, 1)
    assert engine.spread("float", "number").missing == 3
    assert engine.spread("infinite", "number").infinite == 1


@pytest.mark.parametrize("listed", [False, True], ids=["wide", "listed"])
def test_quantiles_are_values_of_the_column(engine_of, listed):
    engine = engine_of({"x": [4.0, 1.0, NAN, 3.0, 2.0, None], "t": ["4", "1", "", "3", "2", " "]})
    for column in ("x", "t"):
        if listed:
            engine.levels(column, 9)
        found = engine.quantiles(column, "number", [0, 0.25, 0.26, 0.5, 0.99, 1])
        np.testing.assert_array_equal(found, [1, 1, 2, 2, 4, 4])
    assert np.isnan(engine_of(NASTY).quantiles("nothing", "number", [0.5])).all()


def test_text_facts(engine_of):
    engine = engine_of({
        "key": ["a", "bb ", "", None, "a"], "code": ["01", "22", "22", "NaN", None],
        "float": [0.5, NAN, 0.5, None, 2.0], "int": [1, 2, 3, 4, 5],
        "number": ["1", "22", "", "", ""], "nothing": pa.array([None] * 5, pa.string()),
    })  # fmt: skip
    facts = engine.text_facts("key")
    assert (facts.present, facts.codes) == (3, False)
    assert facts.mean_length == pytest.approx(4 / 3)
    assert engine.text_facts("code").codes
    assert not engine.text_facts("number").codes
    present = {name: engine.text_facts(name).present for name in ("float", "int", "nothing")}
    assert present == {"float": 3, "int": 5, "nothing": 0}
    different = {
        name: engine.different(name) for name in ("key", "code", "float", "int", "nothing")
    }
    assert different == {"key": 2, "code": 2, "float": 2, "int": 5, "nothing": 0}


def test_lines_are_named_only_where_there_are_any(engine_of):
    assert engine_of(NASTY).line_of("select", "x") is None


def test_buckets_count_every_number_once(engine_of):
    numbers = [-5.0, -1e-9, 0.0, -0.0, 1e-9, 0.5, 5.0, NAN, None]
    counts = engine_of({"x": numbers}).buckets("x", "number", 0.0, 5.0)
    assert counts.shape == (BUCKETS,)
    assert counts.sum() == 7
    assert counts[BUCKETS // 2] == 2  # zero, of either sign


def test_buckets_are_fine_near_the_centre_and_in_order():
    rng = np.random.default_rng(3)
    numbers = np.sort(np.concatenate([rng.normal(size=5000), [1e9, -1e9]]))
    buckets = bucket_of(numbers, 0.0, 1e9).astype(int)
    assert (np.diff(buckets) >= 0).all()
    middles = bucket_middles(0.0, 1e9)[buckets]
    np.testing.assert_allclose(middles, numbers, rtol=0.002)


# -- coding ----------------------------------------------------------------------------------------


def by_level(name, levels):
    codes = {level: code for code, level in enumerate(levels, start=1)}
    return Coding(name, name, "categorical", ("missing", *levels), levels=codes)


def encoded(engine_of, columns, codings=None):
    """Make an engine with every column coded by its levels, in order of text."""
    engine = engine_of(columns)
    engine.prepare(dict.fromkeys(columns, 10_000))
    for name in columns:
        levels = sorted(set(engine.levels(name, 10_000)) - {None})
        engine.encode((codings or {}).get(name) or by_level(name, levels))
    return engine


def counts_of(engine, features, cells, name):
    return engine.counts(features, cells, [name])[name].toarray()


def test_codes_are_counted_per_cell(engine_of):
    engine = encoded(engine_of, {"s": ["f", "m", "f", None], "x": ["a", "a", "b", "b"]})
    cells = engine.cells(["s"], 10**6)
    np.testing.assert_array_equal(cells.codes, [[0], [1], [2]])
    np.testing.assert_array_equal(cells.rows, [1, 2, 1])
    np.testing.assert_array_equal(cells.weight, [1, 2, 1])
    np.testing.assert_array_equal(
        counts_of(engine, ["s"], cells.codes, "x"), [[0, 0, 1], [0, 1, 1], [0, 1, 0]]
    )


def test_cells_that_do_not_occur_count_nothing(engine_of):
    engine = encoded(engine_of, {"s": ["f", "m"], "x": ["a", "b"]})
    asked = np.array([[7, 7], [1, 1], [0, 0]])
    np.testing.assert_array_equal(
        counts_of(engine, ["s", "x"], asked, "x"), [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    )
    assert counts_of(engine, ["s", "x"], np.zeros((0, 2), np.int64), "x").shape == (0, 3)
    nobody = np.zeros((1, 0), np.int64)
    np.testing.assert_array_equal(counts_of(engine, [], nobody, "x"), [[0, 1, 1]])


def test_numbers_are_coded_by_bands_and_by_buckets(engine_of):
    engine = engine_of({"x": [29.9, 30.0, NAN, 65.0, None, -5.0]})
    labels = ("missing", "a", "b", "c")
    engine.encode(Coding("band", "x", "numeric", labels, edges=np.array([30.0, 65.0])))
    np.testing.assert_array_equal(engine.cells(["band"], 10**6).rows, [2, 2, 1, 1])
    table = np.where(np.arange(BUCKETS) < BUCKETS // 2, 1, 2).astype(np.uint16)
    engine.encode(Coding("x", "x", "numeric", labels[:3], buckets=table, centre=30.0, scale=40.0))
    np.testing.assert_array_equal(engine.cells(["x"], 10**6).rows, [2, 2, 2])


def test_codes_stay_when_the_values_are_forgotten(engine_of):
    engine = encoded(engine_of, {"s": ["f", "m", "f"]})
    engine.forget("s")
    np.testing.assert_array_equal(engine.cells(["s"], 10**6).rows, [2, 1])


def test_more_combinations_than_an_integer_holds(engine_of):
    """Thirty columns of nine levels: 9 to the 30th combinations, of which a hundred occur."""
    rng = np.random.default_rng(2)
    pool = rng.integers(0, 9, (100, 30))
    rows = pool[rng.integers(0, 100, 700)]
    columns = {f"c{j:02}": [f"v{v}" for v in rows[:, j]] for j in range(30)}
    engine = encoded(engine_of, columns)
    names = sorted(columns)
    cells = engine.cells(names, 10**6)
    expected, counts = np.unique(rows, axis=0, return_counts=True)
    np.testing.assert_array_equal(cells.codes, expected + 1)
    np.testing.assert_array_equal(cells.rows, counts)
    per_cell = counts_of(engine, names, cells.codes[::-1], "c00")
    np.testing.assert_array_equal(per_cell.sum(axis=1), counts[::-1])
    none = counts_of(engine, names, np.full((1, 30), 9) - cells.codes[:1] % 2, "c00")
    assert none.sum() in (0, *counts)


def test_more_combinations_than_asked_for_are_not_listed(engine_of):
    engine = encoded(engine_of, {"s": ["f", "m", None], "x": ["a", "b", "c"]})
    assert engine.cells(["s", "x"], 2) is None
    assert len(engine.cells(["s", "x"], 3).rows) == 3


@pytest.mark.parametrize("dense", [1 << 22, 0], ids=["table", "keys"])
def test_combinations_are_bounded_while_they_are_counted(monkeypatch, dense):
    monkeypatch.setattr(coded, "_DENSE", dense)
    monkeypatch.setattr(coded, "_FEW", 10)
    many = np.arange(1000, dtype=np.uint16)
    tally = coded.CellTally([1000], 500)
    for part in np.array_split(many, 5):
        tally.add([part], len(part))
    assert tally.cells() is None
    fewer = coded.CellTally([1000], 500)
    for part in np.array_split(many % 400, 5):
        fewer.add([part], len(part))
    assert fewer.cells().rows.tolist() == [3] * 200 + [2] * 200
    fewer.join(tally.state)
    assert fewer.cells() is None


# -- weights ---------------------------------------------------------------------------------------


def test_weights_are_summed_per_cell(engine_of):
    engine = encoded(engine_of, {"s": ["f", "m", "f", "m"]})
    weighted = engine_of({"s": ["f", "m", "f", "m"], "w": [1.0, 0.0, 3.0, 0.0]})
    weighted.levels("s", 9)
    weighted.encode(by_level("s", ["f", "m"]))
    weighted.weigh("w")
    cells, plain = weighted.cells(["s"], 10**6), engine.cells(["s"], 10**6)
    np.testing.assert_array_equal(cells.rows, plain.rows)
    assert cells.weight[1] == cells.weight_squared[1] == 0
    kish = cells.weight**2 / np.where(cells.weight_squared > 0, cells.weight_squared, 1)
    assert kish[0] == pytest.approx(16 / 10)
    assert weighted.digest() == engine.digest()  # weights are not content


def test_only_proportions_of_weights_mean_anything(engine_of):
    rng = np.random.default_rng(1)
    weights = rng.gamma(2, 1, 500)
    groups = rng.choice(["f", "m"], 500).tolist()
    found = []
    for scale in (1.0, 1e-200, 1e-9, 3.0, 1e140):
        engine = engine_of({"s": groups, "w": (weights * scale).tolist()})
        engine.levels("s", 9)
        engine.encode(by_level("s", ["f", "m"]))
        engine.weigh("w")
        cells = engine.cells(["s"], 10**6)
        found.append((cells.weight / cells.weight.sum(), cells.weight**2 / cells.weight_squared))
    for scaled in found[1:]:
        np.testing.assert_allclose(found[0], scaled, rtol=1e-10)
    chosen = np.array(groups) == "f"
    kish = weights[chosen].sum() ** 2 / (weights[chosen] ** 2).sum()
    assert found[0][1][0] == pytest.approx(kish, rel=1e-10)
    assert found[0][0][0] == pytest.approx(weights[chosen].sum() / weights.sum(), rel=1e-10)


def test_sums_of_weights_do_not_depend_on_the_order(engine_of):
    rng = np.random.default_rng(1)
    weights = rng.gamma(0.3, 1, 1000)
    sums = []
    for order in (np.arange(1000), *(rng.permutation(1000) for _ in range(3))):
        engine = engine_of({"s": ["f"] * 1000, "w": weights[order].tolist()})
        engine.levels("s", 9)
        engine.encode(by_level("s", ["f"]))
        engine.weigh("w")
        cells = engine.cells(["s"], 10**6)
        sums.append((cells.weight[0], cells.weight_squared[0]))
    assert len(set(sums)) == 1


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ([1.0, -2.0], r"a weight is negative \(-2\)"),
        ([0.0, 0.0], "every weight is zero"),
        ([1.0, None], "a weight is missing"),
        ([1.0, NAN], "a weight is missing"),
        ([1.0, INF], "a weight is absurd"),
        ([1.0, 1e200], "a weight is absurd"),
        (["1", "heavy"], "the weight 'heavy' is no number"),
    ],
)
def test_weights_that_weigh_nothing(engine_of, weights, reason):
    with pytest.raises(ColumnError, match=reason):
        engine_of({"w": weights}).weigh("w")


# -- pairs, samples, digests -----------------------------------------------------------------------


def test_pairs_are_recoded_and_named_in_order(engine_of):
    columns = {"b": ["x", "y", "x", "z"], "a": ["1", "2", "2", "2"], "c": ["p", "p", "q", "q"]}
    engine = encoded(engine_of, columns)
    same = np.arange(4, dtype=np.uint8)
    joined = np.array([0, 1, 2, 2], dtype=np.uint8)
    found = engine.pairs({"b": joined, "a": same[:3], "c": same[:3]})
    assert set(found) == {("a", "b"), ("a", "c"), ("b", "c")}
    np.testing.assert_array_equal(found["a", "b"], [[0, 0, 0], [0, 1, 0], [0, 1, 2]])
    np.testing.assert_array_equal(found["b", "c"], [[0, 0, 0], [0, 1, 1], [0, 1, 1]])


@settings(deadline=None, max_examples=15)
@given(st.integers(2, 6), st.integers(1, 400), st.integers(0, 2**30))
def test_pairs_are_the_two_way_tables(columns, rows, seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 60, columns)
    codes = {f"c{j}": rng.integers(0, sizes[j], rows).astype(np.uint8) for j in range(columns)}
    same = {name: np.arange(sizes[j], dtype=np.uint8) for j, name in enumerate(codes)}
    tally = coded.PairTally(same)
    tally.add({name: column[: rows // 2] for name, column in codes.items()})
    tally.add({name: column[rows // 2 :] for name, column in codes.items()})
    found = tally.tables()
    assert len(found) == columns * (columns - 1) // 2
    for (first, second), table in found.items():
        expected = np.zeros_like(table)
        np.add.at(expected, (codes[first], codes[second]), 1)
        np.testing.assert_array_equal(table, expected)


def sample_of(engine, keep, seed=1):
    cells = engine.cells(["s"], 10**6).codes
    return engine.sample(["s"], cells, np.full(len(cells), keep), seed)


@pytest.fixture
def many():
    rng = np.random.default_rng(9)
    return {"s": rng.choice(["f", "m"], 4000).tolist(), "x": rng.integers(0, 50, 4000).tolist()}


def test_samples_depend_on_content_and_seed_alone(engine_of, many):
    engine = encoded(engine_of, many)
    order = np.random.default_rng(0).permutation(4000)
    shuffled = encoded(engine_of, {n: np.array(many[n])[order].tolist() for n in ("x", "s")})
    found = {keep: sample_of(engine, keep) for keep in (0.0, 0.1, 1.0)}
    for keep in (0.1, 1.0):
        first, second = found[keep], sample_of(shuffled, keep)
        assert first.names == second.names == ("s", "x")
        np.testing.assert_array_equal(first.codes, second.codes)
        np.testing.assert_array_equal(first.column("x"), first.codes[:, 1])
    assert len(found[1.0].codes) == 4000
    assert len(found[0.0].codes) == 0
    assert 300 < len(found[0.1].codes) < 500
    assert not np.array_equal(found[0.1].codes, sample_of(engine, 0.1, seed=2).codes)


def test_equal_rows_are_sampled_one_by_one(engine_of):
    engine = encoded(engine_of, {"s": ["f"] * 4000})
    assert 300 < len(sample_of(engine, 0.1).codes) < 500


def test_a_smaller_sample_is_part_of_a_larger(engine_of, many):
    engine = encoded(engine_of, many)
    small, large = sample_of(engine, 0.1).codes, sample_of(engine, 0.3).codes
    np.testing.assert_array_equal(large[: len(small)], small)


def test_matches_are_rows_equal_in_every_value(engine_of):
    levels = {"s": by_level("s", ["f", "m"]), "x": by_level("x", ["a", "b", "c"])}
    real = encoded(engine_of, {"s": ["f", "m", None], "x": ["a", "b", "c"]}, levels)
    synthetic = encoded(engine_of, {"x": ["a", "c", "a"], "s": ["f", "m", None]}, levels)
    assert real.matches(synthetic) == 1
    assert real.matches(real) == 3
    same = {name: by_level(name, ["a", "b"]) for name in ("s", "x")}
    swapped = [encoded(engine_of, {"s": [s], "x": [x]}, same) for s, x in ("ab", "ba")]
    assert swapped[0].matches(swapped[1]) == 0
    assert swapped[0].digest() != swapped[1].digest()


def test_repeated_rows_are_counted_by_cell_copies_and_whether_the_other_holds_them(engine_of):
    levels = {"s": by_level("s", ["f", "m"]), "x": by_level("x", ["a", "b", "c"])}
    columns = {"s": ["f", "f", "f", "m", None, "f"], "x": ["a", "a", "b", "b", "c", "c"]}
    ours = encoded(engine_of, columns, levels)
    theirs = encoded(engine_of, {"x": ["a", "b", "a", "b"], "s": ["f", "m", "f", None]}, levels)
    cells = np.array([[2], [1]])  # the row without s is in neither
    found = ours.repeated(["s"], cells, theirs)
    rows = zip(found.cell, found.copies, found.found, found.rows, strict=True)
    assert list(rows) == [
        (0, 1, True, 1),  # m b
        (1, 1, False, 2),  # f b, f c
        (1, 2, True, 1),  # f a, twice
        (2, 1, False, 1),
    ]
    assert (found.copies * found.rows)[found.found].sum() == ours.matches(theirs)
    assert found.rows.sum() == ours.different_rows()


def test_digests_depend_on_content_alone(engine_of, many):
    engine = encoded(engine_of, many)
    turned = encoded(engine_of, {n: many[n][::-1] for n in ("x", "s")})
    assert engine.digest() == turned.digest()
    changed = encoded(engine_of, many | {"s": ["f", *many["s"][:0:-1]]})
    assert engine.digest() != changed.digest()


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from(["f", "m", None]), st.sampled_from(["a", "b", ""])), min_size=1
    ),
    st.lists(
        st.tuples(st.sampled_from(["f", "m", None]), st.sampled_from(["a", "b", ""])), min_size=1
    ),
)
def test_counting_in_pieces_adds_up(rows, more):
    codings = {"s": by_level("s", ["f", "m"]), "x": by_level("x", ["a", "b"])}
    asked = np.array([[i] for i in range(3)])
    for engine_of in (on_duckdb, on_disk):
        engines = [
            encoded(engine_of, {"s": [r[0] for r in part], "x": [r[1] for r in part]}, codings)
            for part in (rows, more, rows + more)
        ]
        counts = [counts_of(engine, ["s"], asked, "x") for engine in engines]
        np.testing.assert_array_equal(counts[0] + counts[1], counts[2])
        same = np.arange(3, dtype=np.uint8)
        tables = [engine.pairs({"s": same, "x": same})["s", "x"] for engine in engines]
        np.testing.assert_array_equal(tables[0] + tables[1], tables[2])


def test_rows_of_one_column_stay_beside_those_of_another(engine_of):
    """More rows than one batch holds; read one column at a time."""
    number = np.random.default_rng(5).integers(0, 50, 300_000)
    engine = encoded(engine_of, {"number": number.tolist(), "text": [f"{n}x" for n in number]})
    same = np.arange(51, dtype=np.uint8)
    table = engine.pairs({"number": same, "text": same})["number", "text"]
    assert (table > 0).sum() == 50
