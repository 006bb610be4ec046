"""Text files go through Parquet in the work folder: whole, in order, and gone without a trace."""

import gzip
import json
import subprocess
import sys
import textwrap

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

import audits
from audits.data import parquet_cache
from audits.data.sources import explained, open_source
from audits.data.workspace import Workspace
from audits.errors import SourceError, WorkspaceError
from audits.settings import Settings

QUICK = Settings().having(max_draws=199, classifier_permutations=39, classifier_rows=0)
ROWS = [("1", "x"), ("02", None), ("3.50", "é")]
TEXT = "n,t\n1,x\n02,\n3.50,é\n"
LINES = "".join(json.dumps({"n": n, "t": t}) + "\n" for n, t in ROWS)


@pytest.fixture
def work(tmp_path):
    (tmp_path / "work").mkdir()
    with Workspace(folder=tmp_path / "work") as made:
        yield made


def write(folder, content, name="table.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def left(work):
    return sorted(path.name for path in work.folder.iterdir() if path.name != "in-use")


# -- what is kept ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.csv", TEXT),
        ("p.csv.gz", gzip.compress(TEXT.encode())),
        ("p.tsv", TEXT.replace(",", "\t")),
        ("p.csv", TEXT.encode("utf-16")),
        ("p.csv", TEXT.replace("x\n", "x\r\n")),
        ("p.jsonl", LINES),
    ],
    ids=["csv", "zipped", "tabs", "utf-16", "line ends", "json lines"],
)
def test_values_lie_in_parquet_as_they_were_written(tmp_path, work, name, content):
    source = open_source(write(tmp_path, content, name), "real", work)
    assert left(work) == [f"real-{name}.parquet"]
    kept = pq.read_table(work.folder / f"real-{name}.parquet")
    assert kept.column_names == ["n", "t"]
    assert [tuple(row.values()) for row in kept.to_pylist()] == source.relation.fetchall() == ROWS
    assert work.connection.sql("SHOW TABLES").fetchall() == []


def test_two_tables_of_one_name_are_two_files(tmp_path, work):
    path = write(tmp_path, TEXT)
    first = open_source(path, "real", work)
    write(tmp_path, "n,t\n7,seven\n")
    second = open_source(path, "real", work)
    assert left(work) == ["real-table.csv-2.parquet", "real-table.csv.parquet"]
    assert first.relation.fetchall() == ROWS
    assert second.relation.fetchall() == [("7", "seven")]


@pytest.mark.parametrize("name", ["a[1]*?.csv", "it's.csv", f"{'é' * 120}.csv", '"q" $x.csv'])
def test_any_name_of_a_file_will_do(tmp_path, work, name):
    for _ in range(2):
        assert open_source(write(tmp_path, TEXT, name), "real", work).relation.fetchall() == ROWS


@pytest.mark.parametrize(("name", "content"), [("t.csv", TEXT), ("t.jsonl", LINES)])
def test_folders_named_after_values_give_a_text_file_no_column(tmp_path, name, content):
    folder = tmp_path / "sex=f"
    folder.mkdir()
    with Workspace(folder=folder) as work:
        source = open_source(write(folder, content, name), "real", work)
        assert source.relation.columns == ["n", "t"]


def test_rows_keep_the_order_of_the_file(tmp_path, work):
    numbers = np.random.default_rng(1).permutation(400_000)
    path = write(tmp_path, "n,t\n" + "".join(f"{n},some words\n" for n in numbers))
    relation = open_source(path, "real", work).relation
    assert pq.ParquetFile(next(work.folder.glob("*.parquet"))).num_row_groups > 2
    for _ in range(2):
        read = relation.project("CAST(n AS BIGINT) AS n").fetchnumpy()["n"]
        np.testing.assert_array_equal(read, numbers)


@pytest.mark.parametrize("keep", [True, False])
def test_an_audit_keeps_its_parquet_only_if_told(tmp_path, keep):
    table = "sex,n\n" + "".join(f"{'fm'[i % 2]},{i % 7}\n" for i in range(300))
    real, synthetic = (write(tmp_path, table, name) for name in ("a.csv", "b.csv"))
    audits.compare(real, synthetic, sensitive_features="sex", ask=["coverage"], settings=QUICK,
                   work_folder=tmp_path, keep_work=keep)  # fmt: skip
    kept = sorted(path.name for path in tmp_path.rglob("*.parquet"))
    assert kept == (["real-a.csv.parquet", "synthetic-b.csv.parquet"] if keep else [])
    assert bool(list(tmp_path.glob("audits-work-*"))) == keep


# -- memory ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_large_file_needs_little_memory(tmp_path, ending):
    """Buffers for the longest line there might be would not fit into what the database has."""
    row = {f"c{i}": f"value {i} of many" for i in range(20)}
    line = json.dumps(row) if ending == "jsonl" else ",".join(row.values())
    head = "" if ending == "jsonl" else ",".join(row) + "\n"
    path = write(tmp_path, head + f"{line}\n" * 300_000, f"t.{ending}")
    assert path.stat().st_size > 9e7
    with Workspace("512MB", folder=tmp_path) as work:
        assert len(open_source(path, "real", work).relation) == 300_000


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_value_longer_than_the_usual_buffers(tmp_path, work, ending):
    value, pad = "y" * (70 << 20), "x" * 1000
    if ending == "csv":
        content = "a,b\n" + f"1,{pad}\n" * 3000 + f'2,"{value}"\n3,z\n'
    else:
        content = json.dumps({"a": 1, "b": pad}) + f'\n{{"a": 2, "b": "{value}"}}\n'
    relation = open_source(write(tmp_path, content, f"t.{ending}"), "real", work).relation
    assert relation.aggregate("max(length(b))").fetchall() == [(len(value),)]


# -- what goes wrong -------------------------------------------------------------------------------


def test_a_failure_leaves_no_part_of_a_file(work):
    broken = work.connection.sql(
        "SELECT CASE WHEN range = 900000 THEN error('over') END AS a FROM range(1000000)"
    )
    with pytest.raises(duckdb.Error, match="over"):
        parquet_cache.stored(broken, "real-t", work)
    assert left(work) == []


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_a_broken_file_leaves_nothing(tmp_path, work, name):
    text = ("a,b\n" + "1,2\n" * 400_000 + "1,2,3\n").encode()
    path = write(tmp_path, gzip.compress(text) if name.endswith("gz") else text, name)
    with pytest.raises(SourceError, match="line 400002: has 3 fields"):
        open_source(path, "real", work)
    assert left(work) == []


def test_an_interruption_leaves_nothing_and_stays_one(work, monkeypatch):
    def interrupted(self, path, **_):
        open(path, "wb").close()
        raise raised

    monkeypatch.setattr(duckdb.DuckDBPyRelation, "write_parquet", interrupted)
    relation = work.connection.sql("SELECT 1 AS a")
    for raised in (
        KeyboardInterrupt(),
        duckdb.InterruptException("INTERRUPT Error"),
        RuntimeError("Query interrupted"),
    ):
        with pytest.raises(KeyboardInterrupt), explained("the real table"):
            parquet_cache.stored(relation, "real-t", work)
        with pytest.raises(KeyboardInterrupt), explained("the real table"):
            raise raised
        assert left(work) == []


def test_a_bug_is_no_broken_file():
    with pytest.raises(RuntimeError, match="a bug"), explained("the real table"):
        raise RuntimeError("a bug")


IN_A_SHORT_OF_ROOM = """
    import resource, signal, sys, threading, os
    from pathlib import Path
    from audits.data.sources import open_source
    from audits.data.workspace import Workspace
    from audits.errors import WorkspaceError

    with Workspace("1GB", folder=sys.argv[1]) as work:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
        try:
            open_source(sys.argv[2], "real", work)
        except WorkspaceError as error:
            print(error)
        print(sorted(path.name for path in work.folder.iterdir()))
"""

AND_INTERRUPTED = """
    import os, signal, sys, threading, time
    from audits.data import parquet_cache
    from audits.data.workspace import Workspace

    with Workspace("1GB", folder=sys.argv[1]) as work:
        relation = work.connection.sql("SELECT range AS a, random() AS b FROM range(20000000)")

        def press():
            part = work.folder / "real-t.parquet.part"
            while not part.exists() or not part.stat().st_size:
                time.sleep(0.001)
            os.kill(os.getpid(), signal.SIGINT)

        threading.Thread(target=press).start()
        try:
            parquet_cache.stored(relation, "real-t", work)
        except KeyboardInterrupt:
            print(sorted(path.name for path in work.folder.iterdir()))
"""


def run(script, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_file_that_unpacks_to_more_than_the_disk_holds(tmp_path, encoding):
    """A limit on the size of files stands for a full disk."""
    words = np.random.default_rng(1).integers(0, 1 << 62, 200_000)
    text = "a,b\n" + "".join(f"{word},ß\n" for word in words)
    path = write(tmp_path, gzip.compress(text.encode(encoding)), "bomb.csv.gz")
    said, names = run(IN_A_SHORT_OF_ROOM, tmp_path, path)
    assert said.startswith(f"no space is left in {tmp_path}, where the audit keeps")
    assert names == "['in-use']"
    assert list(tmp_path.iterdir()) == [path]


def test_the_key_that_interrupts_leaves_nothing(tmp_path):
    assert run(AND_INTERRUPTED, tmp_path) == ["['in-use']"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "said",
    [
        "No space left on device",
        "Disk quota exceeded",
        "This limit was set by the 'max_temp_directory_size' setting",
    ],
)
def test_every_way_in_which_a_disk_is_full(work, monkeypatch, said):
    def full(self, path, **_):
        open(path, "wb").close()
        raise duckdb.IOException(f"IO Error: Could not write file: {said}")

    monkeypatch.setattr(duckdb.DuckDBPyRelation, "write_parquet", full)
    with pytest.raises(WorkspaceError, match="no space is left"):
        parquet_cache.stored(work.connection.sql("SELECT 1 AS a"), "real-t", work)
    assert left(work) == []
