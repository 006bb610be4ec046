"""The same audit on Spark: on a cluster, through Connect, by address; and what goes wrong."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import test_engine
from spark_cluster import SECONDS_TO_START, WAYS, environment, spark_of, until

import audits
from audits.data.spark_engine import SparkEngine
from audits.data.spark_session import sent_whole
from audits.errors import ClusterError, InputError, SourceError, UsageError
from audits.settings import Settings

pytestmark = pytest.mark.spark
QUICK = Settings().having(max_draws=199, classifier_permutations=39, classifier_rows=100)


@pytest.fixture(scope="module", params=WAYS)
def spark(request):
    """A session on each of the ways, one after the other."""
    return spark_of(request.param)


on_cluster = pytest.mark.parametrize("spark", ["cluster"], indirect=True)
on_connect = pytest.mark.parametrize("spark", ["connect"], indirect=True)


def said(audit):
    """All of an audit but the engine's name, and the name of the engine."""
    document = audit.to_dict()
    engines = {one.pop("engine") for one in document["inputs"]}
    return json.dumps(document, allow_nan=False), engines


@pytest.fixture(scope="module")
def tables(tmp_path_factory, sample):
    """Tables with all that the default questions look at: floats, dates, gaps, weights, a holdout.

    As Arrow writes them, NaN and all, in several files.
    """
    folder, found = tmp_path_factory.mktemp("tables"), {}
    rng = np.random.default_rng(3)
    for role, name, rows in (
        ("real", "survey_real.csv", 800),
        ("synthetic", "synthetic_three.csv", 1500),
        ("holdout", "survey_holdout.csv", 600),
    ):
        frame = pd.read_csv(sample / name).sample(rows, random_state=1, ignore_index=True)
        frame["score"] = rng.normal(50, 13, rows).astype("float32")
        frame["income"] = np.where(rng.random(rows) < 0.1, np.nan, rng.lognormal(9, 1, rows))
        frame.loc[rng.random(rows) < 0.02, "sex"] = None
        frame["joined"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(
            rng.integers(0, 90_000, rows), unit="min"
        )
        frame["weight"] = np.where(rng.random(rows) < 0.01, 0.0, rng.gamma(3, 1, rows))
        table = pa.Table.from_pandas(frame, preserve_index=False)
        place = table.schema.get_field_index("income")
        table = table.set_column(place, "income", pa.array(frame["income"], from_pandas=False))
        found[role] = folder / role
        found[role].mkdir()
        for part in range(3):
            pq.write_table(table[part * 400 : (part + 1) * 400], found[role] / f"{part}.parquet")
    return found


AUDITS = [
    pytest.param("cluster", {}, id="plain, cluster"),
    pytest.param(
        "connect",
        {
            "weights": "weight",
            "bands": {"age": [30, 60]},
            "sensitive_features": ["race", "sex", "age"],
        },
        id="weights, holdout, bands, connect",
    ),
    pytest.param(
        "connect",
        {"missing": ["n/a", "40"], "kinds": {"household_size": "ordinal"}},
        id="markers and kinds, connect",
    ),
]


@pytest.mark.parametrize(("spark", "options"), AUDITS, indirect=["spark"])
def test_the_same_audit(spark, tables, options):
    asked = {"sensitive_features": ["race", "sex"], "settings": QUICK} | options
    if "weights" in options:
        asked["holdout"] = tables["holdout"]
    files = (tables["real"], tables["synthetic"])
    here, engine = said(audits.compare(*files, **asked))
    there, cluster = said(audits.compare(*files, **asked, spark=spark))
    assert here == there
    assert engine == {"duckdb"}
    assert cluster == {f"spark {spark.version}"}


@on_cluster
def test_every_type_is_read_on_a_cluster_as_by_a_server(spark, tmp_path):
    """All that an engine is asked, it is asked through Connect, in the engines' own tests."""
    with sent_whole():
        test_engine.test_levels(test_engine.on_spark(spark, tmp_path))


def test_a_frame_and_the_name_of_a_table(spark, tables):
    frames = {role: spark.read.parquet(str(path)) for role, path in tables.items()}
    frames["real"].createOrReplaceTempView("people")
    asked = {"sensitive_features": "sex", "settings": QUICK, "ask": ["coverage", "drift"]}
    by_frame = audits.compare(frames["real"], frames["synthetic"], **asked)
    by_name = audits.compare("people", str(tables["synthetic"]), **asked, spark=spark)
    by_path = audits.compare(tables["real"], tables["synthetic"], **asked)
    assert by_frame.answers == by_name.answers == by_path.answers
    assert [one.name for one in by_frame.inputs] == ["spark table", "spark table"]
    assert by_name.inputs[0].name == "people"
    assert not frames["real"].storageLevel.useMemory  # nothing is left behind


OPEN_PAIRS = {
    "Adult": ("adult_pairs/2021_adult_trn", "adult_pairs/2021_adult_ctgan", ["race", "sex"], ["?"]),
    "national2019": ("crc_national2019/national2019", "crc_national2019/cart_cf21",
                     ["RAC1P", "SEX"], ["N"]),
}  # fmt: skip


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("spark", "pair"),
    [("cluster", "Adult"), ("connect", "national2019")],
    indirect=["spark"],
)
def test_the_same_audit_of_open_data(spark, real_data, tmp_path, pair):
    real, synthetic, features, missing = OPEN_PAIRS[pair]
    files = [tmp_path / "real.parquet", tmp_path / "synthetic.parquet"]
    for name, path in zip((real, synthetic), files, strict=True):
        text = duckdb.read_csv(str(real_data / f"{name}.csv.gz"), all_varchar=True)
        text.write_parquet(str(path))
    asked = {"sensitive_features": features, "missing": missing}
    here, _ = said(audits.compare(*files, **asked))
    assert here == said(audits.compare(*files, **asked, spark=spark))[0]


@on_connect
def test_many_parts_are_joined_by_workers(spark, tables, monkeypatch):
    from audits.data import spark_engine

    monkeypatch.setattr(spark_engine, "_DIRECT", 1)
    asked = {"sensitive_features": "race", "settings": QUICK, "ask": ["coverage", "drift"]}
    files = (tables["real"], tables["synthetic"])
    assert (
        said(audits.compare(*files, **asked))[0]
        == said(audits.compare(*files, **asked, spark=spark))[0]
    )


def test_what_cannot_be_read(spark, tables, tmp_path):
    frame = spark.read.parquet(str(tables["real"]))
    for real, error, reason in (
        (str(tmp_path / "absent.parquet"), SourceError, "absent.parquet.*cannot be read"),
        ("no_such_table", SourceError, "no_such_table.*cannot be read"),
        (frame.limit(0), InputError, "has no rows"),
        (pd.DataFrame({"sex": ["f"]}), UsageError, "is a DataFrame, and others are read by Spark"),
        (frame.toDF(*(n.replace("age", "SEX") for n in frame.columns)), InputError, "leaving case"),
    ):
        with pytest.raises(error, match=reason):
            audits.compare(real, frame, sensitive_features="sex", spark=spark)
    with pytest.raises(UsageError, match="has no column 'gender'"):
        audits.compare(frame, frame, sensitive_features="gender")


@on_cluster
def test_text_files_are_not_read(spark, tmp_path):
    (tmp_path / "t.csv").write_text("sex\nf\n\nm\n")
    with pytest.raises(SourceError, match=r"t\.csv.*Audit the file without spark"):
        audits.compare(*[str(tmp_path / "t.csv")] * 2, sensitive_features="sex", spark=spark)


def test_a_frame_that_is_kept_already_stays(spark, tables):
    frame = spark.read.parquet(str(tables["real"])).persist()
    audits.compare(frame, frame, sensitive_features="sex", ask="coverage", settings=QUICK)
    assert frame.storageLevel.useMemory
    frame.unpersist()


@on_cluster
def test_parts_that_differ_are_read_alike(spark, tmp_path):
    rng = np.random.default_rng(1)
    for part, columns in enumerate((["sex", "city"], ["city", "sex"])):
        values = {name: rng.choice(["a", "b"], 300) for name in columns}
        pq.write_table(pa.table(values), tmp_path / f"{part}.parquet")
    asked = {"sensitive_features": "sex", "settings": QUICK, "ask": ["coverage", "drift"]}
    here = audits.compare(tmp_path, tmp_path, **asked)
    there = audits.compare(tmp_path, tmp_path, **asked, spark=spark)
    assert here.answers == there.answers
    pq.write_table(pa.table({"sex": ["a", "b"]}), tmp_path / "2.parquet")
    for engine in (None, spark):
        with pytest.raises(SourceError, match=r"2\.parquet has no city"):
            audits.compare(tmp_path, tmp_path, **asked, spark=engine)


@on_cluster
def test_a_session_that_is_there_is_used_and_stays(spark, tables):
    """Of sessions on a server a process may have many."""
    asked = {"sensitive_features": "sex", "ask": "coverage", "settings": QUICK}
    address = spark.sparkContext.master
    audits.compare(tables["real"], tables["synthetic"], **asked, spark=address)
    assert spark.range(3).count() == 3
    with pytest.raises(UsageError, match="has a Spark session already, on spark"):
        audits.compare(tables["real"], tables["synthetic"], **asked, spark="local[1]")


# -- what goes wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["http://127.0.0.1", "localhost:7077", "sc//127.0.0.1"])
def test_addresses_that_are_none(address, tables):
    with pytest.raises(UsageError, match=r"the address of Spark is .*Write it like"):
        audits.compare(*[tables["real"]] * 2, sensitive_features="sex", spark=address)


def test_workers_need_no_package_of_ours():
    """The functions carry all that they use: they run where this package cannot be imported."""
    from pyspark import cloudpickle

    from audits.data import partitions

    held = [partitions.Held(0, "a", "text", "plain"), partitions.Held(1, "b", "number", "plain")]
    with sent_whole():
        make, feed = partitions.survey(held, {"a": 9, "b": 9}, frozenset())
        sent = cloudpickle.dumps(partitions.tallying(make, feed))
    code = (
        "import pickle, sys, pyarrow as pa\n"
        "sys.modules['audits'] = None\n"
        "run = pickle.loads(sys.stdin.buffer.read())\n"
        "rows = pa.record_batch([pa.array(['x']), pa.array([1.0])], names=['c0', 'c1'])\n"
        "print(sum(batch.num_rows for batch in run([rows])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=sent, capture_output=True, check=False
    )
    assert (done.stdout, done.returncode) == (b"4\n", 0), done.stderr


def test_an_address_on_the_command_line(tables, tmp_path):
    """A session of its own, as Spark comes, in a process of its own."""
    options = ["--sensitive-features", "sex", "--ask", "coverage", "--format", "json"]
    found, told = [], environment(tmp_path)
    del told["PYSPARK_PYTHON"]  # the workers are that Python which audits
    for more in ([], ["--spark", "local[2]"]):
        command = [sys.executable, "-m", "audits", "compare", tables["real"], tables["synthetic"]]
        done = subprocess.run(
            [*command, *options, *more], capture_output=True, check=True, env=told
        )
        document = json.loads(done.stdout)
        assert {one.pop("engine")[:5] for one in document["inputs"]} == {
            "spark" if more else "duckd"
        }
        found.append(document)
    assert found[0] == found[1]


# -- what dies while it works ----------------------------------------------------------------------

ASKED = {"sensitive_features": ["race", "sex"], "settings": QUICK, "ask": ["coverage", "drift"]}


def while_pairs_are_counted(monkeypatch, act):
    """Do something once, a moment after tasks began to count codes that the executors keep.

    Should they be quicker, the audit has more to ask of what was kept.
    """
    pairs, begun = SparkEngine.pairs, []

    def watched(engine, recodings):
        if not begun:
            begun.append(threading.Timer(0.05, act))
            begun[0].start()
        return pairs(engine, recodings)

    monkeypatch.setattr(SparkEngine, "pairs", watched)
    return begun


@on_cluster
@pytest.mark.slow
def test_a_killed_executor_is_replaced_and_nothing_changes(
    spark, spark_cluster, tables, monkeypatch
):
    files, killed = (tables["real"], tables["synthetic"]), []

    def kill():
        killed.extend(spark_cluster.executor_pids())
        for pid in killed:
            os.kill(pid, signal.SIGKILL)

    begun = while_pairs_are_counted(monkeypatch, kill)
    audit = audits.compare(*files, **ASKED, spark=spark)
    begun[0].join()
    assert killed
    assert not set(killed) & set(spark_cluster.executor_pids())
    assert said(audit)[0] == said(audits.compare(*files, **ASKED))[0]


@pytest.mark.slow
def test_an_interrupted_audit_stops_its_jobs(spark_cluster, tables, tmp_path):
    target = tmp_path / "audit" / "audit.json"
    target.parent.mkdir()
    spark_cluster.needs_worker()
    others = set(spark_cluster.python_pids())
    command = [
        sys.executable, "-m", "audits", "compare", str(tables["real"]),
        str(tables["synthetic"]), "--sensitive-features", "race,sex",
        "--spark", spark_cluster.url, "--output", str(target),
    ]  # fmt: skip
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(tmp_path),
    )  # fmt: skip
    for _ in until(SECONDS_TO_START):
        if set(spark_cluster.python_pids()) - others or child.poll() is not None:
            break
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130, said
    assert "audits: interrupted; nothing was saved." in said
    assert not list(target.parent.iterdir())


@on_cluster
@pytest.mark.slow
def test_a_lost_worker_is_said(spark, spark_cluster, tables, monkeypatch):
    """No worker is left: Spark by itself would wait for one for ever."""
    from audits.data import spark_watch

    monkeypatch.setattr(spark_watch, "PATIENCE", 3)
    monkeypatch.setattr(spark_watch, "_LOOK_EVERY", 0.2)
    begun = while_pairs_are_counted(monkeypatch, spark_cluster.kill_worker)
    start = time.monotonic()
    with pytest.raises(ClusterError, match=r"Spark gave up .*Nothing was saved"):
        audits.compare(tables["real"], tables["synthetic"], **ASKED, spark=spark)
    begun[0].join()
    assert time.monotonic() - start < 120
