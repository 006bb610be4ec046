"""`audits report`: a saved audit handed over, without the data, whole or not at all."""

from __future__ import annotations

import json
import os

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import audits
from audits import cli
from audits.errors import SourceError, UnknownNameError, UsageError
from audits.reports import saving
from audits.reports.saving import kind_of, report_bytes, save_report, seconds
from audits.settings import Settings

QUICK = Settings().having(max_draws=199, classifier_permutations=39, classifier_rows=0)
KINDS = {"pdf": b"%PDF-", "html": b"<!doctype html>", "croissant.json": b"{", "json": b"{"}


@pytest.fixture(scope="module")
def audit():
    rng = np.random.default_rng(3)
    real, synthetic = (
        pd.DataFrame({
            "race": rng.choice(["ash", "birch", "cedar"], rows, p=[0.7, 0.27, 0.03]),
            "sex": rng.choice(["female", "male"], rows),
            "paid": rng.choice(["yes", "no"], rows),
        })
        for rows in (200, 300)
    )  # fmt: skip
    return audits.compare(real, synthetic, sensitive_features=["race", "sex"], settings=QUICK)


@pytest.fixture
def saved(audit, tmp_path):
    return audit.save(tmp_path / "audit.json")


def run(*words):
    return CliRunner().invoke(cli.app, ["report", *map(str, words)])


@pytest.mark.parametrize("ending", KINDS)
def test_the_ending_says_what_is_written(saved, tmp_path, ending):
    done = run(saved, "--output", tmp_path / f"out.{ending}")
    assert done.exit_code == 0, done.output
    assert (tmp_path / f"out.{ending}").read_bytes().startswith(KINDS[ending])
    assert done.stdout == ""
    assert "counts below 11 hidden" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audit.json", f"out.{ending}"]


def test_counts_are_hidden_unless_told_otherwise(audit, saved, tmp_path):
    for given, hidden in ((), True), (("--min-cell", 0), False):
        run(saved, "--output", tmp_path / "out.json", *given)
        read = audits.load(tmp_path / "out.json")
        assert bool(read.hidden) is hidden
        assert read.min_cell == (11 if hidden else 0)
    assert read == audit


def test_title_author_and_date_are_in_the_file(saved, tmp_path):
    target = tmp_path / "out.html"
    run(saved, "--output", target, "--title", "Who is left?", "--author", "A. Person",
        "--timestamp", "2026-11-27")  # fmt: skip
    text = target.read_text(encoding="utf-8")
    assert "Who is left?" in text
    assert "A. Person" in text
    assert "2026" in text


def test_the_same_audit_and_date_give_the_same_bytes(saved, tmp_path):
    made = []
    for name in ("one.pdf", "two.pdf"):
        run(saved, "--output", tmp_path / name, "--timestamp", "86400")
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--output", "{}/out.docx"], "must end in"),
        (["--output", "{}/none/out.pdf"], "there is no folder"),
        (["--output", "{}"], "must end in"),
        (["--output", "{}/audit.json"], "would overwrite the audit"),
        (["--output", "{}/out.pdf", "--timestamp", "yesterday"], "no time from 1970"),
        (["--output", "{}/out.pdf", "--timestamp", "-5"], "no time from 1970"),
        (["--output", "{}/out.pdf", "--min-cell", "100000"], "min_cell must be"),
    ],
)
def test_a_slip_is_said_and_nothing_is_written(saved, tmp_path, words, said):
    before = saved.read_bytes()
    done = run(saved, *(word.format(tmp_path) for word in words))
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["audit.json"]
    assert saved.read_bytes() == before


def test_what_is_no_audit_is_refused(tmp_path):
    (tmp_path / "other.json").write_text("{}")
    done = run(tmp_path / "other.json", "--output", tmp_path / "out.pdf")
    assert done.exit_code == 3
    assert "not an audit" in done.stderr
    assert not (tmp_path / "out.pdf").exists()


def test_nothing_half_written_is_left(audit, tmp_path, monkeypatch):
    """An old report stays as it was when the new one cannot be put in its place."""
    target = tmp_path / "out.html"
    target.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full, raising=False)
    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(SourceError, match="cannot be written"):
        save_report(audit, target)
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.html"]


def test_a_report_that_cannot_be_made_leaves_the_old_one(audit, tmp_path, monkeypatch):
    target = tmp_path / "out.html"
    target.write_text("old")
    monkeypatch.setitem(saving._MAKERS, "html", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save_report(audit, target)
    assert target.read_text() == "old"


class TestSave:
    """`Audit.save` hands over by the ending, and keeps the full record as JSON."""

    def test_json_is_the_full_record(self, audit, tmp_path):
        assert audits.load(audit.save(tmp_path / "a.json")) == audit

    def test_a_report_hides(self, audit, tmp_path):
        path = audit.save(tmp_path / "a.croissant.json")
        assert path.read_bytes() == report_bytes(audit, "croissant")
        assert "Counts below 11 are hidden" in path.read_text(encoding="utf-8")
        full = audit.save(tmp_path / "b.croissant.json", min_cell=0)
        assert full.read_bytes() == report_bytes(audit, "croissant", min_cell=0)
        assert "are hidden" not in full.read_text(encoding="utf-8")

    def test_html_by_either_ending_and_in_capitals(self, audit, tmp_path):
        pages = {audit.save(tmp_path / name).read_bytes() for name in ("a.html", "a.htm", "A.HTML")}
        assert len(pages) == 1

    def test_compare_writes_a_report_too(self, tmp_path):
        sex = ["female", "male"] * 100
        pd.DataFrame({"sex": sex, "paid": sex}).to_csv(tmp_path / "t.csv", index=False)
        target = tmp_path / "out.html"
        done = CliRunner().invoke(cli.app, [
            "compare", str(tmp_path / "t.csv"), str(tmp_path / "t.csv"), "--ask", "coverage",
            "--sensitive-features", "sex", "--output", str(target),
        ])  # fmt: skip
        assert done.exit_code == 0, done.output
        assert target.read_text(encoding="utf-8").startswith("<!doctype html>")


class TestParts:
    def test_kinds_by_name(self):
        assert kind_of("A.CROISSANT.JSON") == "croissant"
        assert kind_of("croissant.json") == "json"
        with pytest.raises(UsageError, match=r"\.pdf"):
            kind_of("audit.doc")

    def test_an_unknown_kind_is_refused(self, audit):
        with pytest.raises(UnknownNameError, match="kind of report"):
            report_bytes(audit, "word")

    def test_every_kind_is_bytes(self, audit):
        for kind in ("html", "json", "croissant", "csv"):
            assert report_bytes(audit, kind, author=None)
        assert json.loads(report_bytes(audit, "json"))["min_cell"] == 11

    @pytest.mark.parametrize("wrong", ["", "soon", "2026-13-01", -1, 10**15, "99999999999999"])
    def test_a_time_that_is_none_is_refused(self, wrong):
        with pytest.raises(UsageError, match="no time from 1970"):
            seconds(wrong)
