"""Decisions as a file: all of them, safe to open, whole or not at all."""

import csv
import json

import pytest
from store_made import ANN, BOB, QUEUE, keep, made_items, store, url  # noqa: F401, fixtures

from audits.errors import StoreError, UnknownNameError, UsageError
from audits.review.exporting import COLUMNS, export
from audits.review.records import Action, Item
from audits.review.store import Store

# ruff: noqa: F811, fixtures are imported

ITEM = f"{0:016x}"


def read(path):
    """The lines of a file, by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_decision_is_a_line(store, tmp_path):
    seen = {item.id: 0 for item in made_items(30)}
    store.decide_many("q1", seen, Action.KEEP, reason="bulk", reviewer=ANN)
    store.decide(
        "q1", ITEM, Action.EDIT, reason='=HYPERLINK("x")\n"', reviewer=BOB, seen=1, edit={"a": "é"}
    )
    table, document = tmp_path / "d.csv", tmp_path / "d.json"
    assert export(store, "q1", table) == export(store, "q1", document) == 31
    lines = read(table)
    whole = json.loads(document.read_text())
    told = whole["decisions"]
    assert whole["format"] == "audits-decisions/2"
    assert (whole["queue"]["id"], whole["queue"]["items"]["kept"]) == ("q1", 29)
    assert tuple(lines[0]) == COLUMNS == tuple(told[0])
    assert len(lines) == len(told) == 31
    assert [line["number"] for line in lines] == [str(line["number"]) for line in told]
    last, kept = lines[-1], told[-1]
    assert last["reason"] == '\'=HYPERLINK("x")‹U+000A›"'
    assert kept["reason"] == '=HYPERLINK("x")\n"'
    assert (last["reviewer"], last["action"], last["row"]) == ("Bob", "edit", "1")
    assert (last["edit"], kept["edit"]) == ('{"a": "é"}', {"a": "é"})
    assert kept["group"] == [["sex", "female"], ["age", "75+"]]
    assert {line["status"] for line in told} == {"kept", "disputed"}
    assert (kept["audit"], kept["data"]) == ("a" * 64, "b" * 64)
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix in (".csv", ".json")) == [
        "d.csv",
        "d.json",
    ]


def test_hostile_items_are_written(tmp_path):
    odd = "=1\0\ud800\u202e"
    with Store(str(tmp_path / "x.db")) as store:
        store.add_queue(QUEUE, [Item(ITEM, "record", "copy", odd, 1.0, ((odd, odd),), 1)])
        keep(store, ITEM, ANN, 0)
        for name in ("d.csv", "d.json"):
            assert export(store, "q1", tmp_path / name) == 1
    assert json.loads((tmp_path / "d.json").read_text())["decisions"][0]["group"] == [[odd, odd]]
    (line,) = read(tmp_path / "d.csv")
    assert line["flagged because"].startswith("'=1‹U+0000›")


def test_nothing_is_left_behind(store, tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    (out / "d.csv").write_text("before")
    with pytest.raises(UnknownNameError):
        export(store, "none", out / "d.csv")
    with pytest.raises(UsageError, match="csv or"):
        export(store, "q1", out / "d.xlsx")
    with pytest.raises(StoreError, match="cannot be written"):
        export(store, "q1", out / "none" / "d.csv")

    def broken(_queue):
        yield keep(store, ITEM, ANN, 0)
        raise StoreError("x", "lost.", "Again.")

    monkeypatch.setattr(store, "decisions", broken)
    with pytest.raises(StoreError, match="lost"):
        export(store, "q1", out / "d.csv")
    assert [path.name for path in out.iterdir()] == ["d.csv"]
    assert (out / "d.csv").read_text() == "before"
