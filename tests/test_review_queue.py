"""From an audit and its tables to a queue: what becomes an item, how severe, what is beside it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import audits
from audits.errors import UsageError
from audits.results import Verdict
from audits.review.previews import preview, rows_meant
from audits.review.queueing import open_queue
from audits.review.record_items import plain
from audits.review.records import FINDING, RECORD, Item, Shown, Status
from audits.settings import Settings

RULE = '[[rule]]\nname = "old enough"\ncheck = "age >= 18"\n'


def people(rows, seed):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({
        "race": rng.choice(["ash", "birch", "oak"], rows, p=[0.85, 0.14, 0.01]),
        "age": rng.integers(18, 80, rows),
        "pay": rng.normal(2000, 300, rows).round(),
        "town": rng.choice(list("abcdef"), rows),
    })  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """900 real rows; 600 made ones, of which ten are copies, two impossible, eighteen all alike."""
    folder = tmp_path_factory.mktemp("tables")
    real, made = people(900, 1), people(568, 2)
    alike = pd.DataFrame(
        [{"race": "birch", "age": 33, "pay": 2000.0, "town": "a"}] * 18
        + [{"race": "birch", "age": 70, "pay": 1500.0, "town": "d"}] * 2
    )
    odd = pd.DataFrame([{"race": "ash", "age": 140, "pay": 2000.0, "town": "b"},
                        {"race": "oak", "age": 3, "pay": 1900.0, "town": "c"}])  # fmt: skip
    made = pd.concat([made, real.head(10), alike, odd])
    (folder / "rules.toml").write_text(RULE, encoding="utf-8")
    real.to_csv(folder / "real.csv", index=False)
    made.to_csv(folder / "made.csv", index=False)
    ask = ["coverage", "diversity", "provenance"]
    audit = audits.compare(
        folder / "real.csv", folder / "made.csv", sensitive_features="race", ask=ask
    )
    audit.save(folder / "audit.json")
    return folder


def opened(tables, **more):
    said = {"sensitive_features": "race", "audit": tables / "audit.json",
            "rules": tables / "rules.toml", **more}  # fmt: skip
    return open_queue(tables / "real.csv", tables / "made.csv", **said)


@pytest.fixture(scope="module")
def queue(tables):
    return opened(tables)


def of_rule(items, rule):
    return [item for item in items if item.rule == rule]


def test_the_queue_says_what_it_is_about(queue, tables):
    found, _ = queue
    record = next(r for r in audits.load(tables / "audit.json").inputs if r.role == "synthetic")
    made = pd.read_csv(tables / "made.csv")
    assert (found.data, found.data_name, found.rows) == (record.sha256, "made.csv", 600)
    assert found.sensitive_features == ("race",)
    assert found.groups == {
        (("race", name),): count for name, count in made["race"].value_counts().items()
    }
    assert Settings().having(**found.settings) == Settings()


def test_opened_again_it_is_the_same_queue(queue, tables):
    again, items = opened(tables, audit=audits.load(tables / "audit.json"), name="another name")
    assert again.id == queue[0].id
    assert items == queue[1]
    other, _ = opened(tables, settings=Settings().having(review_alike=3))
    assert other.id != again.id
    assert len({item.id for item in items}) == len(items)


def test_every_bad_finding_is_an_item_and_no_other(queue, tables):
    from audits.disclosure import protected

    shown = protected(audits.load(tables / "audit.json"), 11)
    bad = [f for f in shown.findings if f.verdict in (Verdict.PROBLEM, Verdict.WATCH)]
    found = [item for item in queue[1] if item.kind == FINDING]
    assert [(i.rule, i.group, i.detail["attribute"], i.reason) for i in found] == [
        (f.question, f.group, f.attribute, f.because) for f in bad
    ]
    for item, finding in zip(found, bad, strict=True):
        assert (item.severity >= 5) == (finding.verdict is Verdict.PROBLEM)
    json.dumps([item.detail for item in queue[1]], allow_nan=False)


def test_planted_rows_are_items_with_their_values(queue):
    _, items = queue
    (old,) = [i for i in of_rule(items, "range") if i.row == 599]
    assert old.detail["values"] == {"race": "ash", "age": "140", "pay": "2000.0", "town": "b"}
    assert old.group == (("race", "ash"),)
    (child,) = of_rule(items, "given")
    assert child.row == 600
    assert "breaks 'old enough'" in child.reason
    assert child.severity >= 6


def test_copies_are_items_and_chance_makes_them_less_severe(queue, tables):
    _, items = queue
    copies = of_rule(items, "copy")
    assert {item.row for item in copies} >= set(range(569, 579))
    assert min(item.severity for item in copies) >= 4
    assert "fewer than one in 100 real people equal another" in copies[0].reason
    few = ["race", "town"]
    for name in ("real", "made"):
        pd.read_csv(tables / f"{name}.csv")[few].to_csv(tables / f"{name}2.csv", index=False)
    _, common = open_queue(
        tables / "real2.csv", tables / "made2.csv", sensitive_features="race",
        audit=audits.compare(tables / "real2.csv", tables / "made2.csv",
                             sensitive_features="race", ask=["coverage"]),
    )  # fmt: skip
    by_chance = of_rule(common, "copy")
    assert len(by_chance) > 500
    assert max(item.severity for item in by_chance) < 0.5  # equal rows are what people make, too


def test_with_a_holdout_it_tells_what_fresh_people_do(tables):
    people(300, 9).to_csv(tables / "holdout.csv", index=False)
    _, items = opened(tables, holdout=tables / "holdout.csv")
    assert "people whom the generator never saw equal a real person" in (
        of_rule(items, "copy")[0].reason
    )


def test_rows_of_a_homogenised_group_are_items_the_most_alike_first(queue, tables):
    audit = audits.load(tables / "audit.json")
    bad = [
        f
        for f in audit.findings
        if f.question in ("diversity", "provenance")
        and f.verdict in (Verdict.PROBLEM, Verdict.WATCH)
        and f.group == (("race", "birch"),)
    ]
    assert bad, "the planted sameness is found"
    found = of_rule(queue[1], "homogenised")
    birch = [item for item in found if item.group == (("race", "birch"),)]
    assert {item.row for item in birch} >= set(range(579, 599))
    planted = next(item for item in birch if item.row == 579)
    assert "one of 18 rows that are the same in every column, among birch" in planted.reason
    assert planted.detail["alike"] == 18
    assert len(birch) == Settings().review_alike
    _, few = opened(tables, settings=Settings().having(review_alike=4))
    first = [i for i in of_rule(few, "homogenised") if i.group == planted.group]
    assert [i.detail["alike"] for i in first] == [18] * 4
    severest = max(i.severity for i in queue[1] if i.kind == FINDING and i.group == planted.group)
    assert planted.severity < severest


# -- what may not be shown ---------------------------------------------------------------------


def test_nothing_of_a_real_record_that_few_share_gets_into_an_item(queue, tables):
    real = pd.read_csv(tables / "real.csv")
    seen = 0
    for item in queue[1]:
        for near in item.detail.get("nearest", ()):
            assert "distance" not in near
            told = {c: v for c, v in near["values"].items() if v is not None}
            assert len(told) == near["shown"]
            assert near["agrees"] == near["shown"] - len(near["differs"])
            assert set(near["differs"]) <= set(told)
            assert "oak" not in told.values()  # nine people
            alike = real
            for column in ("race", "town"):
                if column in told:
                    alike = alike[alike[column] == told[column]]
            assert len(alike) >= 11 or not told
            seen += 1
    assert seen > 30


def test_numbers_are_bands_open_at_the_ends_and_no_limit_of_the_real_values_is_said(queue, tables):
    real = pd.read_csv(tables / "real.csv")
    text = json.dumps([[i.reason, i.detail.get("nearest")] for i in queue[1] if i.kind == RECORD])
    for column in ("age", "pay"):
        for end in (real[column].min(), real[column].max()):
            assert f"({end:.0f})" not in text
    bands = {n["values"]["age"] for i in queue[1] for n in i.detail.get("nearest", ())} - {None}
    assert any(band.startswith("up to ") for band in bands)
    assert not any(band.startswith("18") for band in bands)  # the youngest of the real people
    assert all(band.startswith("up to") or " to " in band or " or more" in band for band in bands)


def test_a_value_within_the_band_of_a_real_one_does_not_differ(queue):
    told = [
        (
            float(item.detail["values"]["age"]),
            *map(float, band.split(" to ")),
            "age" in n["differs"],
        )
        for item in queue[1]
        for n in item.detail.get("nearest", ())
        if " to " in (band := n["values"]["age"] or "") and not band.startswith("up")
    ]
    assert {differs for *_, differs in told} == {True, False}
    assert all(differs != (low <= age <= high) for age, low, high, differs in told)


def test_the_owner_may_show_everything(tables):
    found, items = opened(tables, min_cell=0)
    assert found.settings["review_min_cell"] == 0
    copy = next(item for item in of_rule(items, "copy") if item.row == 569)
    first = copy.detail["nearest"][0]
    assert (first["distance"], first["hidden"], first["agrees"]) == (0, 0, 4)
    (old,) = [i for i in of_rule(items, "range") if i.row == 599]
    assert "above every real value (79)" in old.reason


def test_real_records_are_sought_for_the_severest_only(tables):
    _, items = opened(tables, settings=Settings().having(review_beside=4, review_nearest=2))
    beside = [item for item in items if "nearest" in item.detail]
    assert len(beside) == 4
    assert all(len(item.detail["nearest"]) == 2 for item in beside)
    others = [i.severity for i in items if i.kind == RECORD and "nearest" not in i.detail]
    assert min(item.severity for item in beside) >= max(others)


# -- bad input ---------------------------------------------------------------------------------


def test_an_audit_of_other_tables_is_refused(tables):
    pd.read_csv(tables / "made.csv").tail(599).to_csv(tables / "other.csv", index=False)
    with pytest.raises(UsageError, match="another synthetic table"):
        open_queue(tables / "real.csv", tables / "other.csv", sensitive_features="race",
                   audit=tables / "audit.json")  # fmt: skip


def test_an_audit_with_hidden_counts_is_refused(tables):
    hidden = replace(audits.load(tables / "audit.json"), min_cell=11)
    with pytest.raises(UsageError, match="counts are hidden"):
        opened(tables, audit=hidden)


def test_without_an_audit_one_is_made_and_frames_are_known_by_their_rows():
    real, made = people(60, 1), people(50, 2)
    one, items = open_queue(real, made, sensitive_features="race")
    other, _ = open_queue(real, made.assign(town="a"), sensitive_features="race")
    assert len(one.data) == len(other.data) == 64
    assert one.data != other.data
    assert any(item.kind == FINDING for item in items)


@pytest.mark.parametrize(
    ("value", "written"),
    [(float("inf"), None), (True, True), (np.datetime64("2020-01-02").item(), "2020-01-02"),
     ("x" * 20_000, "x" * 10_000 + "…"), (b"\x00", "b'\\x00'")],
)  # fmt: skip
def test_values_are_strict_json(value, written):
    assert plain(value) == written


# -- previews ----------------------------------------------------------------------------------


def test_a_row_that_two_items_are_about_is_counted_once(queue):
    group = (("race", "birch"),)
    items = [
        Item("a", RECORD, "copy", "", 1, group, 7),
        Item("b", RECORD, "given", "", 1, group, 7),
        Item("c", FINDING, "drift", "", 1, group),
        Item("d", RECORD, "copy", "", 1, group, 9),
    ]
    rows = rows_meant(Shown(item, Status.UNREVIEWED, 0) for item in items)
    assert rows == {group: 2}
    lines = preview(queue[0], rows)
    assert (lines[0].rows, lines[0].removed) == (600, 2)


def test_a_decision_that_would_remove_a_minority_is_called_one(queue):
    meant = [Shown(i, Status.UNREVIEWED, 0) for i in of_rule(queue[1], "homogenised")
             if i.group == (("race", "birch"),)]  # fmt: skip
    lines = {line.group: line for line in preview(queue[0], rows_meant(meant))}
    assert lines[(("race", "birch"),)].verdict is Verdict.PROBLEM


def test_only_what_is_asked_for_is_taken_and_makes_another_queue(tables, queue):
    only, items = opened(tables, take=["copy", "given"])
    assert {item.rule for item in items} == {"copy", "given"}
    assert {item.id for item in items} < {item.id for item in queue[1]}
    assert only.id != queue[0].id
