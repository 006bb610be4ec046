"""Findings and answers depend on the rows alone: not on their order, their file, or the machine."""

import json

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather
import pytest

import audits
from audits.settings import Settings

QUICK = Settings().having(max_draws=199, classifier_permutations=39, classifier_rows=150)
ROLES = ("real", "synthetic")
READS_ALL = ("coverage", "drift", "copying")
"""These see every label, number and weight, and who stands in which row. A kind of table or file
that is read alike for them is read alike: the other questions look at the same columns."""


@pytest.fixture(scope="module")
def tables(sample):
    """A part of the sample data, with a float column, and gaps also in a sensitive feature."""
    sizes = {"survey_real.csv": 800, "synthetic_three.csv": 1500}
    real, synthetic = (
        pd.read_csv(sample / name).sample(rows, random_state=1, ignore_index=True)
        for name, rows in sizes.items()
    )
    rng = np.random.default_rng(3)
    for frame in (real, synthetic):
        frame["score"] = rng.normal(50, 13, len(frame)).round(3)
        frame.loc[rng.random(len(frame)) < 0.07, "score"] = np.nan
        frame.loc[rng.random(len(frame)) < 0.02, "sex"] = np.nan
        frame["joined"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(
            rng.integers(0, 300, len(frame)), unit="D"
        )
    real["weight"] = rng.gamma(3, 1, len(real)).round(4)
    return dict(zip(ROLES, (real, synthetic), strict=True))


def said(tables, **options):
    """Everything an audit says about the data, as text."""
    options = {
        "sensitive_features": ["race", "sex"],
        "weights": "weight",
        "settings": QUICK,
    } | options
    document = audits.compare(tables["real"], tables["synthetic"], **options).to_dict()
    for about_files in ("inputs", "versions", "notes"):
        document.pop(about_files)
    return json.dumps(document, allow_nan=False)


@pytest.fixture(scope="module")
def expected(tables):
    return said(tables)


@pytest.fixture(scope="module")
def read(tables):
    return said(tables, ask=READS_ALL)


def each(tables, change):
    return {role: change(frame) for role, frame in tables.items()}


def reordered(frame):
    """Turn the order of categories round, and add one that nobody has."""
    columns = ("race", "sex", "education")
    return frame.assign(**{
        name: frame[name].astype(
            pd.CategoricalDtype([*sorted(set(frame[name].dropna()), reverse=True), "unused"], True)
        )
        for name in columns
    })  # fmt: skip


REORDERED = {
    "again": lambda f: f,
    "shuffled rows": lambda f: f.sample(frac=1, random_state=4),
    "shuffled columns": lambda f: f[list(f.columns[::-1])],
}


@pytest.mark.parametrize("change", REORDERED.values(), ids=REORDERED.keys())
def test_the_same_in_any_order(tables, expected, change):
    assert said(each(tables, change)) == expected


IN_MEMORY = {
    "other categories": reordered,
    "nullable types": lambda f: f.convert_dtypes(),
    "objects": lambda f: f.astype(object),
    "floats": lambda f: f.astype({"age": float, "household_size": "float32"}),
    "padded texts": lambda f: f.assign(race=f.race + "  ", age=f.age.astype(str) + ".0 "),
    "polars": pl.from_pandas,
    "arrow": pa.Table.from_pandas,
    "relation": lambda f: duckdb.connect().from_arrow(pa.Table.from_pandas(f)),
}


@pytest.mark.parametrize("change", IN_MEMORY.values(), ids=IN_MEMORY.keys())
def test_the_same_from_every_table_in_memory(tables, read, change):
    assert said(each(tables, change), ask=READS_ALL) == read


def write_folder(frame, path):
    path.mkdir()
    for part, rows in enumerate(np.array_split(np.arange(len(frame)), 3)):
        frame.iloc[rows].to_parquet(path / f"part{part}.parquet", index=False)


FILES = {
    "t.csv": lambda f, p: f.to_csv(p, index=False),
    "t.csv.gz": lambda f, p: f.to_csv(p, index=False),
    "t.tsv": lambda f, p: f.to_csv(p, index=False, sep="\t"),
    "utf16.csv": lambda f, p: f.to_csv(p, index=False, encoding="utf-16"),
    "t.parquet": lambda f, p: f.to_parquet(p),
    "folder": write_folder,
    "t.jsonl": lambda f, p: f.to_json(p, orient="records", lines=True, date_format="iso"),
    "t.feather": lambda f, p: pyarrow.feather.write_feather(f, str(p)),
}


@pytest.mark.parametrize(("name", "write"), FILES.items(), ids=FILES.keys())
def test_the_same_from_every_file(tables, read, tmp_path, name, write):
    paths = {}
    for role, frame in tables.items():
        (tmp_path / role).mkdir()
        paths[role] = tmp_path / role / name
        write(frame, paths[role])
    assert said(paths, ask=READS_ALL) == read


def test_the_same_from_two_kinds_at_once(tables, read, tmp_path):
    tables["real"].to_csv(tmp_path / "real.csv", index=False)
    kinds = {"real": tmp_path / "real.csv", "synthetic": pl.from_pandas(tables["synthetic"])}
    assert said(kinds, ask=READS_ALL) == read


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_on_any_number_of_threads(tables, expected, threads):
    assert said(tables, threads=threads) == expected


def test_the_same_without_weights(tables):
    plain = said(tables, weights=None)
    assert plain == said(each(tables, lambda f: f.sample(frac=1, random_state=5)), weights=None)


def test_only_proportions_of_weights_matter(tables, expected):
    real = tables["real"].assign(weight=tables["real"].weight * 1024)
    assert said(tables | {"real": real}) == expected


def test_weights_change_coverage_and_what_rests_on_effective_numbers_alone(tables):
    """Drift compares rows with rows: a weight must not even change the sample it looks at."""
    found = [
        audits.compare(*tables.values(), sensitive_features=["race", "sex"], settings=QUICK,
                       weights=weights, ask=["drift"])["drift"].to_dict()
        for weights in (None, "weight")
    ]  # fmt: skip
    assert found[0] == found[1]


def test_weighted_shares_and_effective_numbers(tables):
    real = tables["real"]
    audit = audits.compare(*tables.values(), sensitive_features="race", weights="weight",
                           ask=["coverage"], settings=QUICK)  # fmt: skip
    for race, weights in real.groupby("race")["weight"]:
        row = audit["coverage"][{"race": race}][0]
        assert row.real == len(weights)
        assert row.real_share.value == pytest.approx(weights.sum() / real.weight.sum(), rel=1e-9)
        assert row.effective == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), rel=1e-9)
    assert {c.name: c.use for c in audit.columns}["weight"] == "weights"


def test_equal_weights_are_no_weights(tables):
    real = tables["real"].assign(weight=2.5)
    options = {"sensitive_features": ["race"], "ask": ["coverage"], "settings": QUICK}
    weighted = audits.compare(real, tables["synthetic"], weights="weight", **options)
    plain = audits.compare(real.drop(columns="weight"), tables["synthetic"], **options)
    for one, other in zip(weighted["coverage"].rows, plain["coverage"].rows, strict=True):
        assert one.real_share.value == pytest.approx(other.real_share.value)
        assert one.effective == pytest.approx(other.effective)
