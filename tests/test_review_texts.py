"""From an audit of texts to a queue: findings, debris, and copies of real texts."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

import audits
from audits import cli
from audits.errors import UnknownNameError, UsageError
from audits.review.records import FINDING, RECORD
from audits.review.store import Store
from audits.review.text_queue import open_text_queue

WHO = ("fox", "owl", "cat", "hen", "dog", "bee", "cow", "ant")
PLACES = ("sea", "wood", "hill", "lake", "road")
REAL = [f"The {who} walked to the {place} and rested there." for who in WHO for place in PLACES]
MADE = [f"A {who} went over the {place} before it slept." for who in WHO for place in PLACES]


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """Forty real texts; forty others, a copy, a refusal, and an empty one between them."""
    folder = tmp_path_factory.mktemp("texts")
    odd = [REAL[7], "", "As an AI language model, I cannot write such a story for you."]
    made = [*MADE[:20], *odd, *MADE[20:]]
    for name, lines in (("real", REAL), ("made", made)):
        frame = pd.DataFrame({"text": lines, "kind": ["a", "b"] * 20 + ["b"] * (len(lines) - 40)})
        frame.to_csv(folder / f"{name}.csv", index=False)
    audit = audits.compare_text(
        folder / "real.csv", folder / "made.csv", group="kind", ask=["text_debris"]
    )
    audit.save(folder / "audit.json")
    return folder


@pytest.fixture(scope="module")
def queue(texts):
    return open_text_queue(
        texts / "real.csv", texts / "made.csv", group="kind", audit=texts / "audit.json"
    )


def test_texts_that_are_odd_are_items_with_their_row_and_group(queue):
    found, items = queue
    records = {item.row: item for item in items if item.kind == RECORD}
    assert records[21].rule == "copy"
    assert records[21].detail["values"]["text"] == REAL[7]
    assert records[23].rule == "debris"
    assert records[23].group == (("kind", "a"),)
    assert (
        "speaks as an assistant to who asked; fewer than one in ten real texts do the"
        in records[23].reason
    )
    assert records[23].severity == 2
    assert (found.rows, found.sensitive_features) == (43, ("kind",))
    assert sum(found.groups.values()) == 42  # one is empty
    json.dumps([item.detail for item in items], allow_nan=False)


def test_no_real_text_is_in_it_but_what_was_copied(queue):
    written = json.dumps([[item.reason, dict(item.detail)] for item in queue[1]])
    assert [text for text in REAL if text in written] == [REAL[7]]


def test_opened_again_it_is_the_same(queue, texts):
    again = open_text_queue(
        texts / "real.csv", texts / "made.csv", group="kind",
        audit=audits.load(texts / "audit.json"),
    )  # fmt: skip
    assert again[0].id == queue[0].id
    assert again[1] == queue[1]


def test_only_what_is_asked_for_is_taken_and_makes_another_queue(queue, texts):
    said = {"group": "kind", "audit": texts / "audit.json"}
    only, items = open_text_queue(texts / "real.csv", texts / "made.csv", **said, take=["copy"])
    assert items == tuple(item for item in queue[1] if item.rule == "copy")
    assert only.id != queue[0].id
    everything, _ = open_text_queue(
        texts / "real.csv", texts / "made.csv", **said, take=["copy", "debris", "finding"]
    )
    assert everything.id == queue[0].id
    with pytest.raises(UnknownNameError, match="outlier"):
        open_text_queue(texts / "real.csv", texts / "made.csv", **said, take=["outlier"])


def test_an_audit_of_other_real_texts_is_refused(texts):
    """Copies are told by the real texts that are given; the audit would speak of others."""
    pd.DataFrame({"text": REAL[::-1], "kind": "a"}).to_csv(texts / "others.csv", index=False)
    with pytest.raises(UsageError, match="of the real ones it has"):
        open_text_queue(
            texts / "others.csv", texts / "made.csv", group="kind", audit=texts / "audit.json"
        )
    with pytest.raises(UsageError, match="of the real ones it has none"):
        open_text_queue(REAL, MADE, audit=audits.compare_text(None, MADE, ask=["text_debris"]))


def test_lists_are_known_by_what_they_hold(texts):
    audit = audits.compare_text(REAL, MADE, ask=["text_debris"])
    one, items = open_text_queue(REAL, MADE, audit=audit)
    assert len(one.data) == 64
    assert {item.group for item in items if item.kind == RECORD} <= {()}
    assert {item.kind for item in items} <= {RECORD, FINDING}
    with pytest.raises(UsageError, match="other texts"):
        open_text_queue(REAL, MADE[:-1], audit=audit)
    with pytest.raises(UsageError, match="no synthetic texts"):
        open_text_queue(REAL)


def test_from_the_command_line(texts):
    asked = 'real = "real.csv"\nsynthetic = "made.csv"\ngroup = ["kind"]\n'
    (texts / "asked.toml").write_text(asked)
    done = CliRunner().invoke(cli.app, [
        "review", "open-text", "--config", str(texts / "asked.toml"), "--take", "copy,finding",
        "--progress-to", str(texts / "far.json"), "--audit", str(texts / "audit.json"),
        "--store", str(texts / "s.sqlite"),
        "--format", "json",
    ])  # fmt: skip
    assert done.exit_code == 0, done.output
    (kept,) = json.loads(done.stdout)
    assert kept["data_name"] == "made.csv"
    with Store(str(texts / "s.sqlite")) as store:
        assert set(store.rules(kept["id"])) == {"copy"}
    assert json.loads((texts / "far.json").read_text())["of_all"] > 0
