"""Annotations and predictions are counted on Spark as they are here."""

import pytest
from test_annotators import PEOPLE, annotations
from test_predictions import people

import audits
from audits.settings import Settings

pytestmark = pytest.mark.spark


def test_the_same_answers(spark_on_connect, tmp_path):
    for name, table in {"t": PEOPLE, "a": annotations(), "p": people()}.items():
        table.to_parquet(tmp_path / f"{name}.parquet")
    table, marked, predicted = (str(tmp_path / f"{name}.parquet") for name in "tap")
    by = {"sensitive_features": ["race", "sex"], "settings": Settings(fairness_rounds=1)}
    asked = {"target": "toxic", "annotations": marked, "item": "item", "mitigate": False}
    here, there = (
        audits.fairness(table, table, annotator_features="gender", spark=where, **asked, **by)
        for where in (None, spark_on_connect)
    )
    assert here["fairness"].tables["annotators"] == there["fairness"].tables["annotators"]
    assert here["fairness"] == there["fairness"]
    one, other = (
        audits.fairness(predictions=predicted, spark=where, **by)
        for where in (None, spark_on_connect)
    )
    assert one["fairness"] == other["fairness"]
    assert other.inputs[0].engine.startswith("spark")
