"""Curated tables: who decides, what is refused, what is written when, and whom it costs."""

# ruff: noqa: F811, fixtures are imported

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from store_made import url  # noqa: F401, a fixture: every kind of store
from typer.testing import CliRunner

import audits
from audits import cli
from audits.curation import curating, staging
from audits.curation.row_files import row_file
from audits.data.sources import sha256_of
from audits.errors import ConflictError, InputError, SourceError, UsageError
from audits.results import Verdict
from audits.review.digests import audit_digest
from audits.review.queueing import open_queue
from audits.review.records import Action, Decision, Item, Queue, Reviewer, Shown, Status
from audits.review.removal import removal_lines
from audits.review.store import Store
from audits.settings import Settings

ASK = ("coverage", "provenance")


def people(rows, seed):
    """Four in five are ash; birches are older, and far from most."""
    rng = np.random.default_rng(seed)
    birch = rng.random(rows) < 0.2
    return pd.DataFrame(
        {
            "race": np.where(birch, "birch", "ash"),
            "age": np.where(birch, rng.normal(60, 8, rows), rng.normal(35, 8, rows)).round(),
            "work": rng.choice(["paid", "unpaid"], rows),
            "since": pd.to_datetime("2020-01-01")
            + pd.to_timedelta(rng.integers(0, 900, rows), "D"),
        }
    )


REAL, MADE = people(1200, 1), people(1000, 2)


@pytest.fixture(scope="module")
def audited():
    """Audits that were made before in this file."""
    return {}


@pytest.fixture(autouse=True)
def each_audit_once(monkeypatch, audited):
    """The same table under the same options is not audited again: it would say the same."""
    compare = curating.compare

    def known(real, synthetic, *, settings, progress, **options):
        of = real if isinstance(real, str | Path) else id(real)
        key = repr((of, synthetic.name, sha256_of([synthetic]), settings, sorted(options.items())))
        if key not in audited:
            audited[key] = compare(real, synthetic, settings=settings, progress=progress, **options)
        return audited[key]

    monkeypatch.setattr(curating, "compare", known)


@pytest.fixture
def made(tmp_path) -> Path:
    path = tmp_path / "made.csv"
    MADE.to_csv(path, index=False)
    return path


def curate(made, **options):
    return audits.curate(made, REAL, **{"sensitive_features": "race", "ask": ASK} | options)


def listed(folder, rows, **columns):
    path = folder / "rows.csv"
    pd.DataFrame({"row": list(rows), **columns}).to_csv(path, index=False)
    return path


# -- decisions of people ---------------------------------------------------------------------------


class Reviews:
    """A store in memory, so far as curating asks for one."""

    def __init__(self, made: Path, said: list[tuple], **of_queue):
        counts = MADE["race"].value_counts()
        groups = {(("race", name),): int(n) for name, n in counts.items()}
        about = {
            "id": "q1", "name": "first", "audit": "0" * 64, "data": sha256_of([made]),
            "data_name": "made.csv", "rows": len(MADE), "sensitive_features": ("race",),
            "groups": groups, "made": "2026-11-27T09:00:00Z", "settings": Settings().to_dict(),
        }  # fmt: skip
        self._queue = Queue(**{**about, **of_queue})
        self.shown, self.said = [], []
        for i, (row, rule, status, *more) in enumerate(said):
            kind = "record" if row else "finding"
            item = Item(f"i{i}", kind, rule, "odd", 1.0, (), row)
            self.shown.append(Shown(item, Status(status), 1))
            actions = {"removed": "remove", "edited": "edit", "kept": "keep"}
            if status in actions:
                self._add(item, actions[status], *more)

    def _add(self, item, action, edit=None):
        number = len(self.said) + 1
        at = f"2026-11-27T10:00:{number:02}Z"
        self.said.append(
            Decision(number, "q1", item.id, Action(action), f"because {number}", "Ann", "typed", "",
                     at, "0" * 64, self._queue.data, edit=edit or {})
        )  # fmt: skip

    def queue(self, queue_id):
        assert queue_id == "q1"
        return self._queue

    def items(self, queue_id):
        return iter(self.shown)

    def decisions(self, queue_id):
        return iter(self.said)


SAID = [
    (3, "copy", "removed"),
    (5, "outlier", "edited", {"age": "41"}),
    (7, "outlier", "unreviewed"),
    (8, "copy", "disputed"),
    (9, "copy", "escalated"),
    (10, "copy", "kept"),
    (3, "outlier", "removed"),
    (12, "outlier", "edited", {"work": "unpaid", "since": "2021-05-06"}),
    (12, "rule", "kept"),
    (None, "coverage", "removed"),
]


def test_a_queue_decides(made, tmp_path):
    files = {name: tmp_path / f"{name}.csv" for name in ("output", "removed")}
    reviews = Reviews(made, SAID)
    found = curate(made, sensitive_features=(), store=reviews, queue="q1", **files)
    assert (found.rows, found.kept, found.removed, found.edited) == (1000, 999, 1, 2)
    before, kept = made.read_bytes().splitlines(), files["output"].read_bytes().splitlines()
    wanted = before[:3] + before[4:]
    wanted[4] = wanted[4].replace(f",{MADE['age'][4]},".encode(), b",41,")
    race, age = MADE.loc[11, ["race", "age"]]
    wanted[11] = f"{race},{age},unpaid,2021-05-06".encode()
    assert kept == wanted
    gone = pd.read_csv(files["removed"], dtype=str)
    assert gone.loc[0, "removed_rule"] == "copy; outlier"
    assert gone.loc[0, "removed_reason"] == "because 1; because 4"
    assert gone.loc[0, ["removed_by", "removed_at"]].tolist() == ["Ann", "2026-11-27T10:00:04Z"]
    assert found.statuses["unreviewed"] == 1
    assert found.rules["copy"] == {"disputed": 1, "escalated": 1, "kept": 1, "removed": 1}
    assert found.notes == (
        "3 items not settled (1 unreviewed, 1 disputed, 1 escalated): kept as they are.",
        "1 decision to remove or edit a finding: no row goes by that, as only decisions about "
        "records move rows.",
    )
    assert len(found.manifest["decisions"]) == len(reviews.said)
    assert found.manifest["decisions"][0]["row"] == 3
    assert found.manifest["decided_by"]["queue"] == "q1"


def test_strict_waits_for_everybody(made):
    with pytest.raises(UsageError, match="1 unreviewed, 1 disputed and 1 escalated"):
        curate(made, store=Reviews(made, SAID), queue="q1", strict=True)
    settled = [one for one in SAID if one[2] in ("removed", "edited", "kept")]
    assert curate(made, store=Reviews(made, settled), queue="q1", strict=True).removed == 1


def test_a_table_that_changed_is_refused(made):
    reviews = Reviews(made, SAID)
    made.write_bytes(made.read_bytes() + b"ash,30,paid,2020-02-02\n")
    digest = sha256_of([made])[:12]
    with pytest.raises(InputError, match=f"is not the table .* begins with {digest}"):
        curate(made, store=reviews, queue="q1")


def test_other_groups_than_those_reviewed_are_refused(made):
    reviews = Reviews(made, SAID, groups={(("race", "ash"),): 1000})
    with pytest.raises(UsageError, match="the groups are not those of the queue q1: ash has"):
        curate(made, store=reviews, queue="q1")


BAD_EDITS = {
    "a number": ({"age": "old"}, "row 5: the edit 'old' does not fit the column 'age'.*numbers"),
    "a date": ({"since": "05/06/21"}, "column 'since', which holds dates"),
    "a level": ({"work": "Paid"}, "'Paid' does not fit .* in either table, paid, unpaid"),
    "a column": ({"wrok": "paid"}, "has no column 'wrok'. Did you mean 'work'"),
}


@pytest.mark.parametrize(("edit", "said"), BAD_EDITS.values(), ids=BAD_EDITS.keys())
def test_edits_fit_their_column(made, edit, said):
    with pytest.raises(UsageError, match=said):
        curate(made, store=Reviews(made, [(5, "rule", "edited", edit)]), queue="q1")


def test_an_edit_may_empty_a_cell(made, tmp_path):
    reviews = Reviews(made, [(5, "rule", "edited", {"age": None, "work": ""})])
    curate(made, store=reviews, queue="q1", output=tmp_path / "kept.csv")
    line = (tmp_path / "kept.csv").read_text().splitlines()[5]
    assert line == f"{MADE['race'][4]},,,{MADE['since'][4]:%Y-%m-%d}"


def test_two_edits_that_disagree_are_refused(made):
    said = [(5, "rule", "edited", {"age": "41"}), (5, "range", "edited", {"age": "42"})]
    with pytest.raises(UsageError, match="row 5 has two edits of 'age': '41' and '42'"):
        curate(made, store=Reviews(made, said), queue="q1")


def test_people_who_keep_deciding_are_waited_for_and_then_told(made):
    class Busy(Reviews):
        def items(self, queue_id):
            self._add(self.shown[0].item, "remove")
            return super().items(queue_id)

    with pytest.raises(ConflictError, match="people are deciding in this queue right now"):
        curate(made, store=Busy(made, SAID), queue="q1")


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory):
    """A queue of tables that have to be read in a way of their own; rows far out break a rule."""
    folder = tmp_path_factory.mktemp("reviewed")
    for name, table in (("real", REAL), ("made", MADE)):
        grade = table["age"].rank(pct=True).map(lambda rank: "123"[int(2.99 * rank)])
        table.assign(grade=grade, work=table["work"].replace("unpaid", "?")).to_csv(
            folder / f"{name}.csv", index=False
        )
    (folder / "rules.toml").write_text('[[rule]]\nname = "young"\ncheck = "age < 70"\n')
    queue, items = open_queue(
        folder / "real.csv", folder / "made.csv", sensitive_features=["race", "age"],
        rules=folder / "rules.toml", settings=Settings().having(review_nearest=0), **AS_READ,
        audit=audits.compare(folder / "real.csv", folder / "made.csv", ask=["coverage"],
                             sensitive_features=["race", "age"], **AS_READ),
    )  # fmt: skip
    return folder, queue, items


AS_READ = {"bands": {"age": [40, 60]}, "kinds": {"grade": ["1", "2", "3"]}, "missing": ["?"]}


def curated(reviewed, store, **options):
    folder, queue, _ = reviewed
    return audits.curate(
        folder / "made.csv", folder / "real.csv", store=store, queue=queue.id,
        **{"ask": ["coverage"], **options},
    )  # fmt: skip


def test_a_queue_that_was_opened_stored_and_decided_on(reviewed, url):
    """From the queue to the curated table, with the real store; nothing of it is said twice."""
    _, queue, items = reviewed
    records = [item for item in items if item.rule == "given"][:5]
    with Store(url) as store:
        store.add_queue(queue, items)
        store.decide_many(queue.id, {item.id: 0 for item in records}, Action.REMOVE,
                          reason="odd", reviewer=Reviewer("Ann"))  # fmt: skip
    found = curated(reviewed, url)
    assert found.removed == len({item.row for item in records}) == 5
    assert found.statuses["unreviewed"] == len(items) - len(records)
    assert {one["row"] for one in found.manifest["decisions"]} == {item.row for item in records}
    for name, value in AS_READ.items():
        assert found.manifest["options"][name] == value
    columns = {column.name: column for column in found.after.columns}
    assert columns["grade"].kind == "ordinal"
    assert columns["work"].missing_synthetic > 300
    assert columns["age"].bands == ("under 40", "40 to under 60", "60 and over")


def test_the_command_needs_no_more_than_the_queue(reviewed, tmp_path):
    folder, queue, items = reviewed
    with Store(str(tmp_path / "s.db")) as store:
        store.add_queue(queue, items)
    words = (folder / "made.csv", "--real", folder / "real.csv", "--store", tmp_path / "s.db",
             "--queue", queue.id, "--ask", "coverage", "--format", "json")  # fmt: skip
    assert json.loads(run(*words).stdout)["removed"] == 0
    wrong = run(*words, "--bands", "age=30")
    assert wrong.exit_code == 2
    assert "--bands age" in wrong.stderr


def test_a_queue_of_an_older_store_is_read_as_before(reviewed, tmp_path):
    """The last step of the schema added what is known of reading; before, it was said again."""
    path = tmp_path / "s.db"
    with Store(str(path)) as store:
        store.add_queue(reviewed[1], ())
    with sqlite3.connect(path) as line:
        line.execute("ALTER TABLE review_queues DROP COLUMN reading")
        line.execute("UPDATE review_version SET version_num = '0002'")
    with Store(str(path)) as store:
        kept = store.queue(reviewed[1].id)
    assert kept == dataclasses.replace(reviewed[1], reading=None)


OTHERWISE = {
    "other bands": ({"bands": {"age": [30]}}, "--bands age: the queue .* with 40, 60, and 30 is"),
    "other texts": ({"missing": ["-"]}, r"--missing: the queue .* with \?, and - is said now"),
    "another kind": ({"kinds": {"work": "ordinal:paid|?"}}, "--kind work: .* nothing, and paid, "),
    "another order": ({"kinds": {"grade": ["3", "2", "1"]}}, "with 1, 2, 3, and 3, 2, 1 is"),
}


@pytest.mark.parametrize(("said", "why"), OTHERWISE.values(), ids=OTHERWISE.keys())
def test_what_was_said_when_the_queue_was_opened_cannot_be_said_otherwise(reviewed, said, why):
    with pytest.raises(UsageError, match=why):
        curated(reviewed, Held(reviewed), **said)


def test_what_was_said_may_be_said_again(reviewed):
    found = curated(reviewed, Held(reviewed), **AS_READ)
    assert found.removed == 0
    old = Held((reviewed[0], dataclasses.replace(reviewed[1], reading=None), reviewed[2]))
    assert curated(reviewed, old, **AS_READ).removed == 0
    with pytest.raises(UsageError, match="the groups are not those of the queue"):
        curated(reviewed, old)


class Held:
    """A queue on which nobody decided."""

    def __init__(self, reviewed):
        _, self._queue, items = reviewed
        self._shown = [Shown(item, Status.UNREVIEWED, 0) for item in items]

    def queue(self, _queue_id):
        return self._queue

    def items(self, _queue_id):
        return iter(self._shown)

    def decisions(self, _queue_id):
        return iter(())


# -- filters ---------------------------------------------------------------------------------------


def test_dropping_what_is_flagged_is_dropping_what_flags_say(made, tmp_path):
    flags = audits.flag(REAL, made, sensitive_features="race")
    saved = flags.save(tmp_path / "flags.csv")
    lines = flags.to_frame()
    now, later = curate(made, drop="any"), curate(made, flags=saved, drop="any")
    assert now.removed == later.removed == int((lines["severity"] > 0).sum())
    assert dataclasses.replace(now, manifest={}) == dataclasses.replace(later, manifest={})
    assert curate(made, flags=saved).removed == int(lines["flagged"].sum())


BAD_LISTS = {
    "a row too many": ({"row": [1001]}, "names row 1,001, and the synthetic table has 1,000"),
    "no row": ({"row": [0]}, "names row 0"),
    "a word": ({"row": ["first"]}, "'first' is no number of a row"),
    "twice": ({"row": [1, 1]}, "names a row twice"),
    "another table's": ({"row": [1, 2], "flagged": [True, False]}, "tells of 2 rows, and the"),
    "neither yes nor no": ({"row": [1], "flagged": ["perhaps"]}, "says neither yes nor no"),
    "no column": ({"line": [1]}, "has no column 'row'"),
}


@pytest.mark.parametrize(("columns", "said"), BAD_LISTS.values(), ids=BAD_LISTS.keys())
def test_lists_that_cannot_be_of_this_table(made, tmp_path, columns, said):
    pd.DataFrame(columns).to_csv(tmp_path / "rows.csv", index=False)
    with pytest.raises(audits.AuditError, match=said):
        curate(made, flags=tmp_path / "rows.csv")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "who decides which rows go"),
        ({"drop": "any", "store": "s.db", "queue": "q"}, "who decides which rows go"),
        ({"queue": "q1"}, "Give both --store and --queue"),
        ({"drop": "copy"}, "no filter 'copy'. Did you mean 'copies'"),
        ({"drop": "any", "output": "kept.parquet"}, "the name must end in .csv"),
        ({"drop": "any", "output": "nowhere/kept.csv"}, "there is no folder"),
        ({"drop": "any", "output": "a.csv", "removed": "a.csv"}, "both name a.csv"),
        ({"drop": "any", "output": "made.csv"}, "would overwrite an input"),
        ({"drop": "any", "manifest": "real.csv"}, "would overwrite an input"),
    ],
)
def test_what_makes_no_sense_is_refused(made, monkeypatch, options, said):
    monkeypatch.chdir(made.parent)
    with pytest.raises(UsageError, match=said):
        audits.curate("made.csv", "real.csv", sensitive_features="race", **options)


def test_a_file_in_a_folder_that_is_read_is_refused(made, tmp_path):
    (tmp_path / "real").mkdir()
    REAL.to_parquet(tmp_path / "real" / "one.parquet")
    with pytest.raises(UsageError, match="be taken for a part of it"):
        audits.curate(made, tmp_path / "real", sensitive_features="race", drop="any",
                      output=tmp_path / "real" / "kept.csv")  # fmt: skip


def test_frames_and_folders_are_no_table_to_curate(made):
    with pytest.raises(UsageError, match="what is curated must be a file, got DataFrame"):
        curate(MADE, drop="any")
    MADE.to_parquet(made.parent / "part.parquet")
    with pytest.raises(UsageError, match="is a folder or a pattern"):
        curate(made.parent, drop="any")


def test_a_filter_that_leaves_nobody_is_refused(made, tmp_path):
    with pytest.raises(UsageError, match="every row would be removed"):
        curate(made, flags=listed(tmp_path, range(1, 1001)))


# -- what is written -------------------------------------------------------------------------------


def everything(tmp_path):
    names = ("kept.csv", "removed.csv", "manifest.json", "before.json", "after.json")
    options = ("output", "removed", "manifest", "save_before", "save_after")
    return {option: tmp_path / "out" / name for option, name in zip(options, names, strict=True)}


@pytest.fixture
def outputs(tmp_path):
    (tmp_path / "out").mkdir()
    return everything(tmp_path)


def test_the_manifest_tells_every_file_and_is_the_same_again(made, tmp_path, outputs):
    rows = listed(tmp_path, [1, 2, 3])
    found = curate(made, flags=rows, **outputs)
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert len(first) == 5
    manifest = json.loads(first["manifest.json"])
    assert manifest == json.loads(json.dumps(found.manifest))
    for role, path in (("synthetic", made), ("kept", outputs["output"]),
                       ("removed", outputs["removed"])):  # fmt: skip
        assert manifest["files"][role]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [manifest["files"][role]["rows"] for role in ("kept", "removed")] == [997, 3]
    for when in ("before", "after"):
        saved = hashlib.sha256(first[f"{when}.json"]).hexdigest()
        assert manifest["audits"][when] == saved == audit_digest(getattr(found, when))
    assert audits.load(outputs["save_after"]) == found.after
    assert {record.role: record.name for record in found.after.inputs}["synthetic"] == "kept.csv"
    assert str(tmp_path) not in first["manifest.json"].decode()
    curate(made, flags=rows, **outputs)
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}


def fall(*_args, **_options):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("step", "there"),
    [
        ("writing", True), ("audit before", False), ("audit after", True), (1, False), (3, False),
        (5, False), (1, True), (4, True), (6, True), (8, True), (10, True),
    ],
)  # fmt: skip
def test_a_fall_at_any_step_leaves_all_as_it_was(made, tmp_path, outputs, monkeypatch, step, there):
    if there:
        for path in outputs.values():
            path.write_text(f"old {path.name}")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    if step == "writing":
        monkeypatch.setattr(curating, "row_file", fall)
    elif isinstance(step, str):
        _fall_at(monkeypatch, curating, "compare", 1 + (step == "audit after"), fall)
    else:
        _fall_at(monkeypatch, staging, "_renamed", step, _full)
    with pytest.raises((KeyboardInterrupt, SourceError)):
        curate(made, flags=listed(tmp_path, [1]), **outputs)
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}


def _full(*_args):
    raise OSError(28, "No space left on device")


def _fall_at(monkeypatch, module, name, nth, how):
    """Let a function fail when it is called for the nth time."""
    calls, real = [], getattr(module, name)

    def counted(*args, **options):
        calls.append(1)
        return how() if len(calls) == nth else real(*args, **options)

    monkeypatch.setattr(module, name, counted)


def test_a_table_that_changes_while_it_is_curated_is_refused(made, tmp_path, outputs, monkeypatch):
    """As many rows as before are written; they are others than those that were audited."""

    class Other:
        def part(self, fates, kept, removed):
            made.write_bytes(made.read_bytes().replace(b"unpaid", b"paid"))
            return row_file(made).part(fates, kept, removed)

    monkeypatch.setattr(curating, "row_file", lambda _path: Other())
    with pytest.raises(SourceError, match="changed while it was read"):
        curate(made, flags=listed(tmp_path, [1]), **outputs)
    assert list((tmp_path / "out").iterdir()) == []


def test_the_manifest_is_the_last_in_place(made, tmp_path, outputs, monkeypatch):
    order, real = [], os.replace
    monkeypatch.setattr(staging, "_renamed", lambda a, b: (order.append(Path(b).name), real(a, b)))
    curate(made, flags=listed(tmp_path, [1]), **outputs)
    assert order == ["kept.csv", "removed.csv", "before.json", "after.json", "manifest.json"]
    order.clear()
    curate(made, flags=listed(tmp_path, [1]), **outputs)
    assert order[0] == "manifest.json", "an old manifest vouches for nothing new"


KILLED = """
import os, signal, sys
from pathlib import Path
from audits.curation import staging

nth, folder = int(sys.argv[1]), Path(sys.argv[2])
renamed, calls = staging._renamed, []


def die(old, new):
    calls.append(1)
    if len(calls) > nth:
        os.kill(os.getpid(), signal.SIGKILL)
    renamed(old, new)


staging._renamed = die
with staging.staged({"kept": folder / "kept.csv", "manifest": folder / "m.json"}) as files:
    for name in ("kept", "manifest"):
        files[name].write_text("half")
    files.commit()
"""


@pytest.mark.parametrize("renamed", [1, 3])
def test_what_a_killed_run_set_aside_is_put_back_by_the_next(tmp_path, renamed):
    """It falls while old files are set aside, or when a new one stands in its place."""
    places = {"kept": tmp_path / "kept.csv", "manifest": tmp_path / "m.json"}
    for path in places.values():
        path.write_text("old")
    run = subprocess.run([sys.executable, "-c", KILLED, str(renamed), tmp_path], check=False)
    assert run.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob(".audits.curate.*"))) == 1
    with staging.staged(places) as files:
        assert len(files.notes) == min(renamed, 2)
        stands = {path.name: path.read_text() for path in places.values()}
        assert stands == {"kept.csv": "half" if renamed == 3 else "old", "m.json": "old"}
        with staging.staged(places) as others:
            assert len(list(tmp_path.glob(".audits.curate.*"))) == 2 + (renamed == 3)
            assert len(others.notes) == (renamed == 3), "what is at work is left alone"
    left = list(tmp_path.glob(".audits.curate.*/before/*"))
    assert [path.read_text() for path in left] == ["old"] * (renamed == 3)
    assert any("left kept.csv of before" in note for note in files.notes) == (renamed == 3)


def test_without_outputs_nothing_is_written(made, tmp_path):
    rows = listed(tmp_path, [1])
    there = set(tmp_path.iterdir())
    assert curate(made, flags=rows).removed == 1
    assert set(tmp_path.iterdir()) == there


# -- whom it costs ---------------------------------------------------------------------------------


def test_before_and_after_are_counted(made, tmp_path):
    ash = [i for i, race in enumerate(MADE["race"], start=1) if race == "ash"][:100]
    found = curate(made, flags=listed(tmp_path, ash))
    frame = found.to_frame().set_index("group")
    rows = MADE["race"].value_counts()
    assert frame.loc["ash", ["rows_before", "rows_after"]].tolist() == [
        rows["ash"],
        rows["ash"] - 100,
    ]
    assert frame.loc["birch", "rows_after"] == rows["birch"]
    share = (rows["birch"] / 900) / (REAL["race"] == "birch").mean()
    assert frame.loc["birch", "share_after"] == pytest.approx(share)
    assert frame.loc["everyone", "people_before"] > 0
    assert np.isnan(frame.loc["everyone", "lost_before"]), "diversity was not asked"
    assert found.before.inputs[1].rows == 1000
    assert found.after.inputs[1].rows == 900


def test_a_filter_of_outliers_that_drops_a_minority_is_a_problem(sample, tmp_path):
    """The usual filter, 1.5 standard deviations from the mean, by skin tone; never told of race.

    Most people of the sample are of lighter skin; Hispanic people and those of other races are not.
    """
    path = sample / "synthetic_good.csv"
    made = pd.read_csv(path)
    skin = made["skin_tone"].map({"lighter": 0, "medium": 1, "darker": 2})
    far = ((skin - skin.mean()) / skin.std()).abs() > 1.5
    rows = listed(tmp_path, np.flatnonzero(far) + 1)
    found = audits.curate(
        path, sample / "survey_real.csv", sensitive_features="race", flags=rows, ask=["coverage"]
    )
    biased = {dict(line.group)["race"]: line for line in found.biased}
    assert set(biased) == {"Other", "Hispanic"}
    for race, line in biased.items():
        assert (line.rows, line.removed) == (
            (made["race"] == race).sum(),
            far[made["race"] == race].sum(),
        )
        assert line.ratio.low >= 1.25
    assert [f.group for f in found.findings if f.question == "removal"][:2] == [
        line.group for line in found.removal[1:3]
    ]
    assert dict(found.removal[1].group) == {"race": "Other"}, "the worst first"


def test_a_filter_at_random_is_seldom_a_problem():
    """Ten in a hundred rows go, whoever they are: of 200 such filters at most one in twenty."""
    rng = np.random.default_rng(7)
    names = [(("race", r), ("sex", s)) for r in "abcd" for s in "fm"]
    cell = rng.choice(len(names), 3000, p=[0.3, 0.3, 0.15, 0.15, 0.04, 0.04, 0.01, 0.01])
    groups = {name: int((cell == i).sum()) for i, name in enumerate(names)}
    wrong = 0
    for _ in range(200):
        gone = rng.random(len(cell)) < 0.1
        removed = {name: int((cell[gone] == i).sum()) for i, name in enumerate(names)}
        lines = removal_lines(groups, removed, Settings())
        wrong += any(line.verdict is Verdict.PROBLEM for line in lines)
    assert wrong <= 10


# -- the command -----------------------------------------------------------------------------------


def run(*words):
    return CliRunner().invoke(cli.app, ["curate", *map(str, words)])


@pytest.fixture
def planted(made, tmp_path):
    """Half of the birches go, and nobody else."""
    REAL.to_csv(tmp_path / "real.csv", index=False)
    birch = [i for i, race in enumerate(MADE["race"], start=1) if race == "birch"][::2]
    return [made, "--real", tmp_path / "real.csv", "--sensitive-features", "race", "--ask",
            "coverage", "--flags", listed(tmp_path, birch)]  # fmt: skip


def test_the_command_says_first_whom_it_costs(planted, tmp_path):
    done = run(*planted, "--output", tmp_path / "kept.csv")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("▼ problem · removal\n  Birch: ")
    assert "Groups, before → after" in done.stdout
    assert "1 group removed faster than everyone" in done.stdout
    assert f"saved {tmp_path}" in done.stderr.replace("\n", "")
    assert run(*planted, "--fail-on", "problem").exit_code == 1


def test_the_command_writes_json_and_csv(planted, tmp_path):
    document = json.loads(run(*planted, "--format", "json").stdout)
    assert document["findings"][0]["verdict"] == "problem"
    assert document["kept"] + document["removed"] == 1000
    lines = run(*planted, "--format", "csv", "--output", tmp_path / "kept.csv").stdout.splitlines()
    assert lines[0].startswith("group,rows_before,rows_after")
    assert len(lines) == 4


def test_a_request_that_counts_on_spark_is_told_what_to_do(planted, tmp_path):
    (tmp_path / "audits.toml").write_text('spark = "local[2]"\n')
    wrong = run(*planted, "--config", tmp_path / "audits.toml")
    assert wrong.exit_code == 2
    assert "Give both tables as files, and leave spark out" in wrong.stderr.replace("\n", " ")


def test_an_audit_made_on_spark_serves_for_a_queue(reviewed):
    folder, queue, _ = reviewed
    audit = audits.compare(folder / "real.csv", folder / "made.csv", ask=["coverage"],
                           sensitive_features=["race", "age"], **AS_READ)  # fmt: skip
    there = tuple(dataclasses.replace(record, name="people.made", sha256="", engine="spark")
                  for record in audit.inputs)  # fmt: skip
    same, _ = open_queue(
        folder / "real.csv", folder / "made.csv", sensitive_features=["race", "age"], **AS_READ,
        audit=dataclasses.replace(audit, inputs=there),
        settings=Settings().having(review_nearest=0),
    )  # fmt: skip
    assert (same.data, same.groups) == (queue.data, queue.groups)


def test_wrong_use_has_its_exit_code(planted, made):
    assert run(*planted, "--strict", "--drop", "any").exit_code == 2
    assert run(*planted[:-2], "--flags", made).exit_code == 2
    assert run(*planted[:-2], "--store", "none.db", "--queue", "q").exit_code in (2, 3)


def test_the_variable_names_the_store_of_a_queue(planted, tmp_path, monkeypatch):
    monkeypatch.delenv("AUDITS_STORE", raising=False)
    assert "--queue needs --store" in run(*planted[:-2], "--queue", "q").stderr
    monkeypatch.setenv("AUDITS_STORE", str(tmp_path / "none.db"))
    assert "none.db" in run(*planted[:-2], "--queue", "q").stderr
    assert run(*planted).exit_code == 0  # who decides is said without it


# -- a real pair -----------------------------------------------------------------------------------


@pytest.mark.real_data
def test_adult_and_ctgan(real_data, tmp_path):
    """Most rows of this generator break what holds of all real people; fresh people do not.

    The first 3,000 rows of each. What is left of the synthetic ones is as varied as real people
    are, and holds fewer Black people, of whom there were too few before.
    """
    folder = real_data / "adult_pairs"
    for name in ("trn", "val", "ctgan"):
        rows = pd.read_csv(folder / f"2021_adult_{name}.csv.gz", dtype=str, nrows=3000)
        rows.to_csv(tmp_path / f"{name}.csv", index=False)
    options = {"sensitive_features": "race", "missing": ["?"], "drop": "any",
               "ask": ["coverage", "diversity"]}  # fmt: skip
    made, fresh = (
        audits.curate(tmp_path / f"{name}.csv", tmp_path / "trn.csv", **options)
        for name in ("ctgan", "val")
    )
    assert made.removed / made.rows == pytest.approx(0.82, abs=0.03)
    assert fresh.removed / fresh.rows < 0.03
    groups = made.to_frame().set_index("group")
    everyone, black = groups.loc["everyone"], groups.loc["Black"]
    assert everyone["lost_before"] == pytest.approx(-0.165, abs=0.02)
    assert abs(everyone["lost_after"]) < 0.03
    assert black["share_after"] < black["share_before"] < 1
