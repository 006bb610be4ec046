"""Rules are counted on Spark as they are here."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audits.data import engines
from audits.data.rules import bind, violations
from audits.data.rules_file import read_rules
from audits.data.workspace import Workspace
from audits.run import pair_of, plan_of, take_rules
from audits.settings import Settings

pytestmark = pytest.mark.spark
RULES = """
[[rule]]
check = "weekly_hours <= 60 if commute_minutes > 30"
[[rule]]
check = "region, education determines income_band"
[[rule]]
check = "joined - 30 > 2020-01-01 or score / age < 1"
[[rule]]
check = "insured = yes if income_band in (high, 'upper-middle') and sex is not missing"
[[rule]]
check = "insured = maybe"
"""


def counted(tables, rules, spark):
    markers = frozenset(["40"])
    with Workspace() as work, engines.opened(tables, work, spark=spark, markers=markers) as found:
        plan = plan_of(
            sensitive=("race", "age"), features=None, weights=None,
            bands={"age": (30.0, 60.0)}, kinds={}, tables=found,
        )  # fmt: skip
        bound = bind(read_rules(rules), found, 10_000)
        pair = pair_of(found, plan, Settings(), lambda _stage, _share: None)
        take_rules(pair, bound)
        said = [
            [np.asarray(getattr(rule, f"{role}_{what}")).tolist() for role in tables
             for what in ("checked", "broken")]
            for rule in violations(pair)
        ]  # fmt: skip
        return said, [note for note in pair.book.notes if "ule" in note]


def test_the_same_counts(spark_on_connect, sample, tmp_path):
    rng, tables = np.random.default_rng(4), {}
    for role, name, rows in (
        ("real", "survey_real.csv", 900),
        ("synthetic", "synthetic_three.csv", 1500),
        ("holdout", "survey_holdout.csv", 500),
    ):
        frame = pd.read_csv(sample / name).sample(rows, random_state=1, ignore_index=True)
        frame["score"] = rng.normal(50, 13, rows).astype("float32")
        frame["joined"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(
            rng.integers(0, 90_000, rows), unit="min"
        )
        frame.loc[rng.random(rows) < 0.1, ["sex", "joined"]] = None
        tables[role] = tmp_path / role
        tables[role].mkdir()
        table = pa.Table.from_pandas(frame, preserve_index=False)
        for part in range(3):
            pq.write_table(table[part * 500 : (part + 1) * 500], tables[role] / f"{part}.parquet")
    rules = tmp_path / "rules.toml"
    rules.write_text(RULES, encoding="utf-8")
    here, notes = counted(tables, rules, None)
    assert counted(tables, rules, spark_on_connect) == (here, notes)
    assert any("insured = 'maybe'" in note for note in notes)
