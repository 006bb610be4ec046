"""Croissant metadata: what a catalogue reads about a synthetic table, all of it from the audit."""

from __future__ import annotations

import dataclasses
import json
import re

import numpy as np
import pandas as pd
import pytest

import audits
from audits.disclosure import protected
from audits.reports.croissant import croissant, croissant_text
from audits.results import Verdict
from audits.settings import Settings

QUICK = Settings().having(max_draws=199, classifier_permutations=39, classifier_rows=0)
HOSTILE = ["#panic()", "<script>alert(1)</script>", "=1+1", "a\x00b", "\u202eevil", "x" * 400, "😀"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("croissant")
    for name, seed in (("real", 1), ("synthetic", 2)):
        rng, women = np.random.default_rng(seed), 0.2 if seed == 1 else 0.05
        pd.DataFrame({
            "sex": rng.choice(["female", "male"], 400, p=[women, 1 - women]),
            "age": rng.integers(18, 90, 400).astype(float),
            "paid": rng.choice([True, False], 400),
            "when": pd.date_range("2020-01-01", periods=400).strftime("%Y-%m-%d"),
            f"only in {name}": 1,
        }).to_csv(folder / f"{name}.csv", index=False)  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def audit(folder):
    return audits.compare(
        folder / "real.csv", folder / "synthetic.csv", sensitive_features="sex", settings=QUICK
    )


@pytest.fixture(scope="module")
def made(audit):
    return json.loads(croissant_text(audit))


def keys(part, into):
    """Every property used, beside those of JSON-LD itself."""
    if isinstance(part, dict):
        for name, value in part.items():
            if not name.startswith("@"):
                into.add(name)
            keys(value, into)
    elif isinstance(part, list):
        for one in part:
            keys(one, into)
    return into


def test_it_says_to_what_it_conforms(made):
    assert made["@type"] == "sc:Dataset"
    assert made["conformsTo"] == [
        "http://mlcommons.org/croissant/1.0",
        "http://mlcommons.org/croissant/RAI/1.0",
    ]


def test_every_prefix_is_declared(made):
    body = {name: value for name, value in made.items() if name != "@context"}
    prefixes = {name.split(":")[0] for name in keys(body, set()) if ":" in name}
    assert {"rai", "prov"} <= prefixes
    assert prefixes <= set(made["@context"])
    types = re.findall(r'"@type": "(\w+):', json.dumps(body))
    assert set(types) <= set(made["@context"])


def test_the_synthetic_table_is_what_is_distributed(made, audit):
    (file,) = made["distribution"]
    record = next(record for record in audit.inputs if record.role == "synthetic")
    assert file["sha256"] == record.sha256
    assert len(file["sha256"]) == 64
    assert (file["contentUrl"], file["encodingFormat"]) == ("synthetic.csv", "text/csv")


def test_it_was_derived_from_the_real_one(made, audit):
    real = next(record for record in audit.inputs if record.role == "real")
    assert made["prov:wasDerivedFrom"]["sha256"] == real.sha256
    assert made["prov:wasDerivedFrom"]["name"] == "real.csv"
    assert "real.csv" in made["rai:dataCollection"]


def test_columns_are_those_of_the_synthetic_table_with_their_kinds(made):
    fields = {field["name"]: field for field in made["recordSet"][0]["field"]}
    assert "only in real" not in fields
    assert {"sex", "age", "paid", "when", "only in synthetic"} == set(fields)
    assert fields["age"]["dataType"] == "sc:Float"
    assert fields["when"]["dataType"] == "sc:Date"
    assert fields["sex"]["source"]["extract"] == {"column": "sex"}
    ids = [field["@id"] for field in made["recordSet"][0]["field"]]
    assert len(set(ids)) == len(ids)


def test_biases_are_the_findings_word_for_word(made, audit):
    bad = [f for f in audit.findings if f.verdict in (Verdict.PROBLEM, Verdict.WATCH)]
    assert bad
    assert len(made["rai:dataBiases"]) == len(bad)
    for said, finding in zip(made["rai:dataBiases"], bad, strict=True):
        assert said == f"{finding.verdict.value}, {finding.question}: {finding.because}"


def test_limitations_say_what_could_not_be_judged_and_the_notes(made, audit):
    unsure = [f for f in audit.findings if f.verdict is Verdict.NOT_ENOUGH_EVIDENCE]
    said = " ".join(made["rai:dataLimitations"])
    assert all(finding.because in said for finding in unsure)
    assert all(note in said for note in audit.notes)
    assert made["rai:personalSensitiveInformation"] == ["sex"]


def test_a_hidden_audit_says_that_it_hides(audit):
    said = croissant(protected(audit, 200))["rai:dataLimitations"]
    assert any(text.startswith("Counts below 200 are hidden") for text in said)


def test_the_audit_is_a_review_with_a_date_only_if_given(audit):
    plain = croissant(audit)["review"]
    assert "datePublished" not in plain
    dated = croissant(audit, author="A. B.", timestamp=86_400)["review"]
    assert dated["datePublished"] == "1970-01-02"
    assert dated["publisher"]["name"] == "A. B."
    assert dated["reviewBody"].startswith(audit.verdict.value)


def test_the_same_audit_gives_the_same_text(audit, tmp_path):
    again = audits.load(audit.save(tmp_path / "audit.json"))
    assert croissant_text(again) == croissant_text(audit)


def test_frames_without_bytes_to_name_have_no_distribution():
    frame = pd.DataFrame({"sex": ["f", "m"] * 100, "paid": ["y", "n"] * 100})
    audit = audits.compare(frame, frame, sensitive_features="sex", ask=["coverage"])
    bare = dataclasses.replace(
        audit, inputs=tuple(dataclasses.replace(r, sha256="") for r in audit.inputs)
    )
    made = croissant(bare)
    assert "distribution" not in made
    assert "recordSet" not in made
    assert "sha256" not in json.dumps(made)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text_and_nothing_else(audit, name):
    columns = (dataclasses.replace(audit.columns[0], name=name), *audit.columns[1:])
    made = dataclasses.replace(audit, columns=columns, sensitive_features=(name,))
    text = croissant_text(made, title=name, author=name)
    read = json.loads(text.encode("utf-8", "strict"))
    assert not re.search(r"[\x00-\x08\u202a-\u202e]", text)
    assert read["recordSet"][0]["field"][0]["name"].startswith(name[:1].replace("\u202e", "‹"))


def test_a_chain_is_described_as_one():
    paths = [f"sample_data/generations/g{i}.csv" for i in range(3)]
    made = croissant(audits.generations(paths, sensitive_features="sex"))
    assert "the last of 2 generations that began with the 1,000 rows" in made["description"]
    assert "made in generations (g1.csv)" in made["rai:dataCollection"]
