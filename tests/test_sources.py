"""The same table from every kind of file, frame and relation."""

import datetime as dt
import decimal
import gzip

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from audits.data import parquet_cache
from audits.data.documents import read_json_file
from audits.data.duckdb_engine import DuckDBEngine
from audits.data.sources import open_source
from audits.data.workspace import Workspace
from audits.errors import AuditError, InputError, SourceError, UsageError

WORK = Workspace()

TABLE = pd.DataFrame({"name": ["Ada", None, "ß"], "n": [1.0, 2.5, np.nan], "k": [1, 2, 3]})


def engine_of(data, **marks):
    return DuckDBEngine(open_source(data, "real", WORK), WORK, frozenset(marks.get("markers", ())))


def values(data, column):
    return dict(engine_of(data).levels(column, 1000))


# -- files and frames ------------------------------------------------------------------------------


def as_csv(folder):
    TABLE.to_csv(folder / "t.csv", index=False)
    return folder / "t.csv"


def as_parquet(folder):
    TABLE.to_parquet(folder / "t.parquet")
    return str(folder / "t.parquet")


def as_folder(folder):
    (folder / "parts" / "deep").mkdir(parents=True)
    TABLE.iloc[:1].to_parquet(folder / "parts" / "a.parquet", index=False)
    TABLE.iloc[1:].to_parquet(folder / "parts" / "deep" / "b.pq", index=False)
    (folder / "parts" / "._a.parquet").write_bytes(b"left behind")
    (folder / "parts" / "_SUCCESS").write_bytes(b"")
    return folder / "parts"


def as_pattern(folder):
    return f"{as_folder(folder)}/**/*.p*q*"


def as_jsonl(folder):
    TABLE.to_json(folder / "t.jsonl", orient="records", lines=True)
    return folder / "t.jsonl"


def as_zipped_jsonl(folder):
    text = TABLE.to_json(orient="records", lines=True).replace("\n", "\n\n")
    (folder / "t[1].ndjson.gz").write_bytes(gzip.compress(text.encode()))
    return folder / "t[1].ndjson.gz"


def as_feather(folder):
    pyarrow.feather.write_feather(TABLE, str(folder / "t.feather"))
    return folder / "t.feather"


def as_relation(folder):
    return duckdb.connect().read_parquet(as_parquet(folder))


MEMORY = {
    "pandas": lambda _: TABLE,
    "pandas, other index": lambda _: TABLE.set_index(pd.Index(list("xyz"))),
    "pandas, nullable": lambda _: TABLE.convert_dtypes(),
    "pandas, arrow types": lambda _: TABLE.convert_dtypes(dtype_backend="pyarrow"),
    "pandas, objects": lambda _: TABLE.astype(object),
    "polars": lambda _: pl.from_pandas(TABLE),
    "polars, lazy": lambda _: pl.from_pandas(TABLE).lazy(),
    "arrow": lambda _: pa.Table.from_pandas(TABLE),
    "arrow batch": lambda _: pa.RecordBatch.from_pandas(TABLE),
    "arrow reader": lambda _: pa.Table.from_pandas(TABLE).to_reader(2),
}
WAYS = {f.__name__: f for f in (as_csv, as_parquet, as_folder, as_pattern, as_jsonl,
                                as_zipped_jsonl, as_feather, as_relation)} | MEMORY  # fmt: skip


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_the_same_values_from_every_source(tmp_path, way):
    engine = engine_of(way(tmp_path))
    assert engine.rows == 3
    assert [c.name for c in engine.columns] == ["name", "n", "k"]
    assert engine.levels("name", 9) == {"Ada": 1, None: 1, "ß": 1}
    assert engine.levels("n", 9) == {"1": 1, "2.5": 1, None: 1}
    assert engine.levels("k", 9) == {"1": 1, "2": 1, "3": 1}


def test_the_digest_of_a_folder_depends_on_contents_and_order_alone(tmp_path):
    first, second = (open_source(as_folder(p), "real", WORK).sha256 for p in _two_folders(tmp_path))
    assert first == second
    assert len(first) == 64


def _two_folders(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    return tmp_path / "one", tmp_path / "two"


def test_folders_named_after_values_give_a_column(tmp_path):
    for sex, part in (("f", TABLE.iloc[:1]), ("m", TABLE.iloc[1:])):
        (tmp_path / f"sex={sex}").mkdir()
        part.to_parquet(tmp_path / f"sex={sex}" / "p.parquet", index=False)
    assert values(tmp_path, "sex") == {"f": 1, "m": 2}


def _parts(folder, **tables):
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    return folder


def test_files_with_other_columns_are_no_one_table(tmp_path):
    """Two tables in one folder would else be merged, each missing what the other has."""
    folder = _parts(tmp_path, people={"sex": ["f"], "age": [3]}, homes={"sex": ["m"], "rooms": [2]})
    with pytest.raises(SourceError) as refused:
        values(folder, "sex")
    said = str(refused.value)
    assert "holds files with different columns" in said
    assert "homes.parquet has no age" in said
    assert "people.parquet has no rooms" in said
    assert values(tmp_path / "peop*.parquet", "sex") == {"f": 1}


def test_files_with_columns_in_another_order_or_size_of_number_are(tmp_path):
    folder = _parts(
        tmp_path,
        a={"sex": ["f"], "age": pa.array([3], pa.int16())},
        b={"age": pa.array([2.5]), "sex": pa.array(["m"]).dictionary_encode()},
        c={"age": pa.array([None], pa.null()), "sex": ["m"]},
    )
    assert values(folder, "sex") == {"f": 1, "m": 2}
    notes = open_source(folder, "real", WORK).notes
    assert "b.parquet: age is double, and int16 in a.parquet." in notes


def test_files_that_hold_texts_and_numbers_in_one_column_are_not(tmp_path):
    folder = _parts(tmp_path, a={"age": [3]}, b={"age": ["three"]})
    with pytest.raises(SourceError, match=r"no one table: age is string in b\.parquet, and int64"):
        values(folder, "age")


# -- types -----------------------------------------------------------------------------------------

ZONED = pd.to_datetime(["2020-01-01 01:00", "2020-06-01 02:00"]).tz_localize("Europe/Berlin")
COLUMNS = {
    "integers with gaps": (pd.Series([1, None], dtype="Int64"), {"1": 1, None: 1}),
    "unsigned": (pl.Series([2**64 - 1], dtype=pl.UInt64), {"18446744073709551615": 1}),
    "very large": (pd.Series([2**70, 1], dtype=object), {str(2**70): 1, "1": 1}),
    "int128": (pl.Series([5]).cast(pl.Int128), {"5": 1}),
    "booleans": (pd.Series([True, None], dtype="boolean"), {"true": 1, None: 1}),
    "mixed": (pd.Series([1, "a", 2.0, None, True], dtype=object),
              {"1": 1, "a": 1, "2": 1, None: 1, "True": 1}),
    "categories": (pd.Series(["b", None], dtype=pd.CategoricalDtype(["z", "b"], ordered=True)),
                   {"b": 1, None: 1}),
    "number categories": (pd.Series([2, 1, 2], dtype="category"), {"1": 1, "2": 2}),
    "intervals": (pd.cut(pd.Series([1.0, 9.0]), [0, 5, 10]), {"(0, 5]": 1, "(5, 10]": 1}),
    "periods": (pd.Series(pd.period_range("2020-01", periods=2, freq="M")),
                {"2020-01": 1, "2020-02": 1}),
    "sparse": (pd.Series(pd.arrays.SparseArray([0, 1])), {"0": 1, "1": 1}),
    "complex": (pd.Series([1j, 2j]), {"1j": 1, "2j": 1}),
    "half floats": (pd.Series(np.array([0.5, 1], np.float16)), {"0.5": 1, "1": 1}),
    "short floats": (pd.Series(np.array([0.1, 1], np.float32)), {"0.1": 1, "1": 1}),
    "decimals": (pd.Series([decimal.Decimal("0.10"), decimal.Decimal(2)]), {"0.1": 1, "2": 1}),
    "polars decimals": (pl.Series(["1.50"]).cast(pl.Decimal(10, 2)), {"1.5": 1}),
    "whole decimals": (pa.array([decimal.Decimal(10**30)], pa.decimal128(38, 0)),
                       {str(10**30): 1}),
    "wide decimals": (pa.array([1]).cast(pa.decimal256(50, 2)), {"1": 1}),
    "dates": (pd.Series([dt.date(2020, 1, 1), None]), {"2020-01-01": 1, None: 1}),
    "zones": (pd.Series(ZONED), {"2020-01-01": 1, "2020-06-01": 1}),
    "nanoseconds": (pa.array([10**9], pa.timestamp("ns", "UTC")), {"1970-01-01 00:00:01": 1}),
    "far future": (pa.array([dt.date(9999, 12, 31)]), {"9999-12-31": 1}),
    "times of day": (pd.Series([dt.time(10), None]), {"10:00:00": 1, None: 1}),
    "durations": (pd.Series(pd.to_timedelta([1, 2], "h")), {"3600": 1, "7200": 1}),
    "polars durations": (pl.Series([1_500_000]).cast(pl.Duration("us")), {"1.5": 1}),
    "enums": (pl.Series(["b"]).cast(pl.Enum(["a", "b"])), {"b": 1}),
    "lists": (pl.Series([[1, 2], None]), {"[1, 2]": 1, None: 1}),
    "polars objects": (pl.Series([1 + 1j], dtype=pl.Object), {"(1+1j)": 1}),
    "structs": (pa.array([{"a": 1}]), {"{'a': 1}": 1}),
    "nothing": (pl.Series([None, None]), {None: 2}),
    "half letters": (pd.Series(["\ud800", "a"], dtype=object), {"\\ud800": 1, "a": 1}),
    "encoded": (pa.array(["x", None, "x"]).dictionary_encode(), {"x": 2, None: 1}),
}  # fmt: skip


@pytest.mark.parametrize(("column", "expected"), COLUMNS.values(), ids=COLUMNS.keys())
def test_every_type_of_column(column, expected):
    maker = {"pandas": pd.DataFrame, "polars": pl.DataFrame}.get(
        type(column).__module__.split(".")[0]
    )
    data = maker({"x": column}) if maker else pa.table({"x": column})
    assert values(data, "x") == expected


def test_names_of_columns_are_texts_without_blanks():
    frame = pd.DataFrame([[1, 2, 3]], columns=[0, " a ", ("x", "y")])
    assert [c.name for c in engine_of(frame).columns] == ["0", "a", "('x', 'y')"]


@pytest.mark.parametrize(
    "name", ["select", "order", "v", "a'b", 'a"b', "a\nb", "$x", "سود", "👩🏽", "%s"]
)
def test_any_name_will_do(name):
    assert values(pd.DataFrame({name: ["x"]}), name) == {"x": 1}


# -- refused ---------------------------------------------------------------------------------------


def test_things_that_are_no_table():
    for thing in (
        None,
        3,
        {},
        [1],
        np.zeros((2, 2)),
        TABLE["name"],
        pl.Series([1]),
        duckdb.connect(),
    ):
        with pytest.raises(UsageError, match=r"the real table is a .*Give a path"):
            open_source(thing, "real", WORK)


def test_tables_without_columns_or_rows():
    for empty in (
        pd.DataFrame(),
        pl.DataFrame(),
        TABLE.iloc[:0],
        pa.table({"a": pa.array([], "i4")}),
    ):
        with pytest.raises(InputError, match=r"has no (columns|rows)"):
            engine_of(empty)


@pytest.mark.parametrize("columns", [["a", "a"], ["a", "A"], ["a", " a"], ["a", ""]])
def test_names_that_do_not_tell_columns_apart(tmp_path, columns):
    frame = pd.DataFrame([[1, 2]], columns=columns)
    table = pa.table([pa.array([1]), pa.array([2])], names=columns)
    if len(set(columns)) == 2:
        pq.write_table(table, tmp_path / "t.parquet")
    else:
        frame.to_csv(tmp_path / "t.parquet.csv", index=False)
    for data in (frame, table, next(tmp_path.iterdir())):
        with pytest.raises(AuditError, match=r"columns 1 and 2 are both 'a'|column 2 has no name"):
            open_source(data, "real", WORK)


def test_files_that_are_not_there(tmp_path):
    one, two = _two_folders(tmp_path)
    (one / "empty.parquet").touch()
    cases = {
        tmp_path / "none.csv": "there is no such file",
        f"{tmp_path}/*.parquet": "matches no file",
        f"{tmp_path}/*": "matches files other than Parquet",
        two: "folder without Parquet files",
        one / "empty.parquet": "is empty",
        one: "cannot be read",  # a folder with a broken file
    }
    for path, reason in cases.items():
        with pytest.raises(SourceError, match=reason):
            open_source(path, "real", WORK)


def test_kinds_of_file_that_are_not_known(tmp_path):
    (tmp_path / "t.xlsx").write_bytes(b"PK")
    with pytest.raises(UsageError, match=r"t\.xlsx: this kind of file is not known"):
        open_source(tmp_path / "t.xlsx", "real", WORK)


def test_broken_parquet_is_told_from_a_bug(tmp_path):
    path = tmp_path / "t.parquet"
    wide = pd.DataFrame({"x": np.random.default_rng(1).integers(0, 10**9, 20_000)})
    wide.to_parquet(path)
    whole = path.read_bytes()
    for broken in (b"PAR1" + b"x" * 99, whole[: len(whole) // 2]):
        path.write_bytes(broken)
        with pytest.raises(SourceError, match=r"t\.parquet: cannot be read"):
            open_source(path, "real", WORK)
    path.write_bytes(whole[:200] + b"\xff" * 5000 + whole[5200:])  # the footer is whole
    with pytest.raises(SourceError, match=r"t\.parquet\): cannot be read"):
        engine_of(path).levels("x", 10**5)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('{"a":1}\n{"a":2', 2, "is not one JSON object"),
        ('{"a":1}\n\n[2]\n', 3, "is not one JSON object"),
        ("1\n2\n", 1, "is not one JSON object"),
        ('{\n"a":1}\n', 1, "is not one JSON object"),
        ('\ufeff{"a":1}\n', 1, "byte-order mark"),
        ('{"a":1,"A":2}\n', None, "columns 1 and 2 are both 'a'"),
    ],
)
def test_broken_json_lines(tmp_path, text, line, reason):
    (tmp_path / "t.jsonl").write_text(text)
    with pytest.raises(InputError, match=reason) as caught:
        open_source(tmp_path / "t.jsonl", "real", WORK)
    assert getattr(caught.value, "line", None) == line


def test_all_broken_json_lines_are_told(tmp_path):
    text = '{"a":1}\n' * 3 + '{"a":\n\n' + '{"a":1}\n' + "[1]\n" + "x" * 200 + "\n"
    (tmp_path / "t.jsonl").write_text(text)
    with pytest.raises(SourceError) as caught:
        open_source(tmp_path / "t.jsonl", "real", WORK)
    assert str(caught.value) == (
        "t.jsonl, line 4: is not one JSON object. 3 lines in all are no rows; after this one come "
        f"""7 ('[1]'), 8 ({"x" * 80!r}). Write one row a line, as {{"column": value, …}}."""
    )


@pytest.mark.parametrize("kept", [1, 3])
def test_a_json_row_that_is_lost_or_made_up_is_noticed(tmp_path, monkeypatch, kept):
    store = parquet_cache.stored

    def wrong(relation, *where):
        return store(relation.union(relation).limit(kept), *where)

    monkeypatch.setattr(parquet_cache, "stored", wrong)
    (tmp_path / "t.jsonl").write_text('{"a":1}\n\n{"a":2}')
    with pytest.raises(SourceError, match=f"{kept} rows were read where 2 lines are written"):
        open_source(tmp_path / "t.jsonl", "real", WORK)


def test_json_keeps_texts_and_numbers_as_written(tmp_path):
    (tmp_path / "t.jsonl").write_text(
        '{"a":"01","b":0.10}\n{"a":"é\\n","b":9007199254740993,"c":[1]}\n'
    )
    assert values(tmp_path / "t.jsonl", "a") == {"01": 1, "é": 1}
    assert values(tmp_path / "t.jsonl", "b") == {"0.1": 1, "9007199254740993": 1}
    assert values(tmp_path / "t.jsonl", "c") == {None: 1, "[1]": 1}
    assert open_source(tmp_path / "t.jsonl", "real", WORK).find_line("b", "0.1") == 1


def test_a_relation_is_read_once():
    """Read column by column, a relation without a fixed order would come apart."""
    connection = duckdb.connect()
    relation = connection.sql("SELECT i, i * 2 AS j FROM range(5000) t(i) ORDER BY random()")
    engine = engine_of(relation)
    first, second = (
        np.concatenate(list(engine._pieces(column, "number"))) for column in ("i", "j")
    )
    np.testing.assert_array_equal(first * 2, second)


def test_a_closed_relation_is_explained():
    connection = duckdb.connect()
    relation = connection.sql("SELECT 1 AS a")
    connection.close()
    with pytest.raises(SourceError, match="the real table: cannot be read"):
        open_source(relation, "real", WORK)


# -- NaN in Parquet --------------------------------------------------------------------------------


@pytest.fixture
def with_nan(tmp_path):
    """Parquet as Arrow writes it: minimum and maximum of a float column leave NaN out."""
    numbers = np.array([1.0, 2.0, np.nan, 5.0, np.nan])
    pq.write_table(pa.table({"x": numbers}), tmp_path / "nan.parquet")
    return tmp_path / "nan.parquet"


QUESTIONS = {
    "SELECT count(*) FROM t WHERE isnan(x)": 2,
    "SELECT count(*) FROM t WHERE x <= 5": 3,
    "SELECT sum(CASE WHEN isnan(x) THEN 1 ELSE 0 END) FROM t": 2,
    "SELECT count(CASE WHEN isnan(x) THEN NULL ELSE x END) FROM t": 3,
}


def answers(connection, path):
    table = f"read_parquet('{path}')"
    return {q: connection.sql(q.replace("t", table, 1) if " t" not in q else
                              q.replace("FROM t", f"FROM {table}")).fetchall()[0][0]
            for q in QUESTIONS}  # fmt: skip


def test_nan_in_parquet_is_counted_as_it_is(with_nan):
    assert answers(WORK.connection, with_nan) == QUESTIONS


def test_the_two_rules_have_to_be_off(with_nan):
    """When this fails, DuckDB no longer trusts such statistics: revisit decision 0002."""
    assert answers(duckdb.connect(), with_nan) != QUESTIONS
    for one in ("statistics_propagation", "filter_pushdown"):
        connection = duckdb.connect()
        connection.execute(f"SET disabled_optimizers = '{one}'")
        assert answers(connection, with_nan) != QUESTIONS


def test_nan_is_missing_in_every_verb(with_nan):
    engine = engine_of(with_nan)
    assert engine.text_facts("x").present == 3
    assert engine.spread("x", "number").missing == 2
    assert engine.levels("x", 9)[None] == 2


def test_json_documents_are_explained(tmp_path):
    for text, reason in (
        ("{", "line 1: is not JSON"),
        ("[" * 10**5, "nested too deeply|is not JSON"),
    ):
        (tmp_path / "d.json").write_text(text)
        with pytest.raises(SourceError, match=reason):
            read_json_file(tmp_path / "d.json")
    (tmp_path / "d.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="is not UTF-8"):
        read_json_file(tmp_path / "d.json")
    with pytest.raises(SourceError, match="No such file"):
        read_json_file(tmp_path / "none.json")
