"""A saved audit: written whole or not at all, equal when read back, and of use without the data."""

import json
import math
import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import audits
from audits.errors import InputError, SourceError
from audits.estimates import Estimate
from audits.reports import json_report
from audits.settings import Settings

QUICK = Settings().having(max_draws=199, classifier_permutations=39, classifier_rows=0)


@pytest.fixture(scope="module")
def audit():
    """An audit with unknown and infinite numbers, a lost group, an invented one, and a note."""
    rng = np.random.default_rng(5)
    real, synthetic = (
        pd.DataFrame({
            "sex": rng.choice(["female", "male"], rows),
            "race": rng.choice(["a", "b", odd], rows, p=[0.6, 0.38, 0.02]),
            "age": rng.integers(18, 90, rows).astype(float),
            "only" if odd == "c" else "other": 1,
        })
        for rows, odd in ((200, "c"), (300, "d"))
    )  # fmt: skip
    return audits.compare(real, synthetic, sensitive_features=["sex", "race"], settings=QUICK)


@pytest.fixture
def saved(audit, tmp_path):
    return audit.save(tmp_path / "audit.json")


def test_an_audit_read_back_is_equal(audit, saved):
    again = audits.load(saved)
    assert again == audit
    assert hash(again) == hash(audit)
    assert again.to_dict() == audit.to_dict()
    assert again.save(saved).read_bytes() == saved.read_bytes()
    for name, answer in audit.answers.items():
        assert again[name] == answer
        pd.testing.assert_frame_equal(again[name].to_frame(), answer.to_frame())


def test_unknown_and_infinite_numbers_come_back_as_what_they_were(audit, saved):
    again = audits.load(saved)
    ratios = [row.ratio for row in audit["coverage"].rows]
    assert any(math.isinf(r.high) for r in ratios)
    assert any(math.isnan(r.value) for r in ratios) or any(math.isinf(r.value) for r in ratios)
    for one, other in zip(audit["coverage"].rows, again["coverage"].rows, strict=True):
        np.testing.assert_equal(
            [one.ratio.value, one.ratio.low, one.ratio.high],
            [other.ratio.value, other.ratio.low, other.ratio.high],
        )


def test_audits_that_say_different_things_are_not_equal(audit):
    assert audit != replace(audit, notes=(*audit.notes, "another"))
    assert audit != replace(audit, findings=audit.findings[1:])
    assert audit["drift"] != audit["coverage"]
    assert audit != "an audit"
    assert (audit == 3) is False


def test_unknown_is_equal_to_unknown(audit):
    name, answer = next(iter(audit.answers.items()))
    unknown = [replace(row, ratio=Estimate(*[float("nan")] * 3)) for row in answer.rows]
    one, other = (
        replace(answer, rows=tuple(unknown), tables={"groups": tuple(unknown)}) for _ in "12"
    )
    assert name == "coverage"
    assert one == other
    assert one != answer


def test_a_loaded_audit_is_judged_again_without_the_data(audit, saved):
    strict = QUICK.having(
        support_problem=100, support_watch=200, drift_watch=0.01, multiplicity="holm"
    )
    again = audits.load(saved)
    assert again.having(strict) == audit.having(strict)
    assert again.having(strict).settings == strict
    assert again.having(QUICK) == audit
    assert again.having(strict).counts != audit.counts


def test_the_file_is_strict_json(saved):
    def no_constants(name):
        raise AssertionError(name)

    document = json.loads(saved.read_text(encoding="utf-8"), parse_constant=no_constants)
    assert document["format"] == 1
    assert document["settings"] == QUICK.to_dict()


# -- written whole or not at all -------------------------------------------------------------------


def test_a_failing_write_leaves_things_as_they_were(audit, tmp_path, monkeypatch):
    target = tmp_path / "audit.json"
    target.write_text("before")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    for broken in ("os.fdopen", "pathlib.Path.replace", "pathlib.Path.chmod"):
        with monkeypatch.context() as patch:
            patch.setattr(broken, full)
            with pytest.raises(SourceError, match=r"cannot be written \(No space left on device\)"):
                audit.save(target)
        assert target.read_text() == "before"
        assert os.listdir(tmp_path) == ["audit.json"]


def test_an_interrupted_write_leaves_nothing(audit, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        audit.save(tmp_path / "audit.json")
    assert os.listdir(tmp_path) == []


def test_what_cannot_be_written_is_not_begun(audit, tmp_path, monkeypatch):
    monkeypatch.setattr(json_report, "audit_to_dict", lambda _: {"value": float("nan")})
    (tmp_path / "audit.json").write_text("before")
    with pytest.raises(ValueError, match="not JSON compliant"):
        audit.save(tmp_path / "audit.json")
    assert (tmp_path / "audit.json").read_text() == "before"


def test_places_that_cannot_be_written_to(audit, tmp_path):
    (tmp_path / "folder").mkdir()
    for place in (tmp_path / "nowhere" / "audit.json", tmp_path / "folder"):
        with pytest.raises(SourceError, match="cannot be written"):
            audit.save(place)
    assert os.listdir(tmp_path) == ["folder"]
    long = tmp_path / ("x" * 240 + ".json")
    assert audit.save(long) == long


# -- garbage ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "line 1: is not JSON"),
        (b"{", "line 1: is not JSON"),
        (b'{"findings":\n oops}', "line 2: is not JSON"),
        (b"\xff\xfe\x00", "is not UTF-8"),
        (b"[" * 100_000, "nested too deeply|is not JSON"),
        (b"[]", "is JSON, but not an audit"),
        (b'"x"', "is JSON, but not an audit"),
        (b'{"format": 1}', "is JSON, but not an audit"),
        (b'{"findings": [], "format": 99}', "has format 99; this version reads 1"),
        (b'{"findings": [], "format": 1}', "is not a whole audit"),
    ],
)
def test_garbage_is_explained(tmp_path, content, match):
    (tmp_path / "audit.json").write_bytes(content)
    with pytest.raises(InputError, match=match) as caught:
        audits.load(tmp_path / "audit.json")
    assert "audit.json" in str(caught.value)


def test_files_that_are_not_there(tmp_path):
    for place in (tmp_path / "none.json", tmp_path):
        with pytest.raises(SourceError, match="cannot be read"):
            audits.load(place)


def spoiled(document):
    """Yield the document with one thing wrong at a time."""
    for key in (
        "answers",
        "settings",
        "columns",
        "inputs",
        "notes",
        "sensitive_features",
        "versions",
    ):
        yield {name: part for name, part in document.items() if name != key}
    for key in ("answers", "settings", "columns", "inputs", "findings"):
        yield document | {key: ["x"]}
        yield document | {key: 3}
    yield document | {"settings": {"seed": "x"}}
    yield document | {"settings": {"sed": 1}}
    yield document | {"answers": {"palmistry": document["answers"]["drift"]}}
    finding = document["findings"][0]
    for change in ({"verdict": "guilty"}, {"group": 3}, {"evidence": None}, {"extra": 1}):
        yield document | {"findings": [finding | change]}
    tables = document["answers"]["drift"]["tables"]
    for rows in ([3], [{}], [{"group": {}}], {"a": 1}):
        wrong = document["answers"]["drift"] | {"tables": tables | {"groups": rows}}
        yield document | {"answers": document["answers"] | {"drift": wrong}}


def test_documents_that_were_spoiled_are_explained(audit, tmp_path):
    document = audit.to_dict()
    for wrong in spoiled(document):
        (tmp_path / "audit.json").write_text(json.dumps(wrong))
        with pytest.raises(InputError, match=r"audit\.json: "):
            audits.load(tmp_path / "audit.json")


def test_a_question_from_elsewhere_is_named(audit, tmp_path):
    document = audit.to_dict()
    document["answers"]["palmistry"] = document["answers"].pop("drift")
    (tmp_path / "audit.json").write_text(json.dumps(document))
    with pytest.raises(InputError, match="there is no question 'palmistry'"):
        audits.load(tmp_path / "audit.json")
