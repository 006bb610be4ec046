"""What was signed can be made again from the store; a report says who signed, what is open."""

import dataclasses
import datetime
import json
import sqlite3

import pandas as pd
import pytest
from typer.testing import CliRunner

import audits
from audits import cli
from audits.disclosure import protected
from audits.errors import ConflictError, UsageError
from audits.reports.blocks import Facts, Paragraph, Table
from audits.reports.document import document
from audits.review.digests import audit_digest
from audits.review.queueing import open_queue
from audits.review.records import FINDING, Action, Queue, Reviewer, Status, Wanted
from audits.review.reviewed import reviewed
from audits.review.signing import sign, signed, signed_lines
from audits.review.store import Store
from audits.safeguards import Accepted, Safeguards
from audits.settings import Settings

ANN, BEN = Reviewer("Ann"), Reviewer("山田 太郎", "login", "https://id.example/ben")
SAID = "I looked at every finding of the survey."


@pytest.fixture(scope="module")
def audit(sample):
    return audits.compare(
        sample / "survey_real.csv",
        sample / "synthetic_three.csv",
        sensitive_features=["race"],
        ask=["coverage", "provenance"],
    )


@pytest.fixture(scope="module")
def opened(audit, sample):
    return open_queue(
        sample / "survey_real.csv",
        sample / "synthetic_three.csv",
        sensitive_features=["race"],
        audit=audit,
    )


@pytest.fixture
def path(tmp_path, opened):
    queue, items = opened
    path = tmp_path / "store.sqlite"
    with Store(str(path)) as store:
        store.add_queue(queue, items)
    return path


@pytest.fixture
def store(path):
    with Store(str(path)) as opened:
        yield opened


def findings(store, queue):
    return store.page(queue.id, Wanted(kind=FINDING), size=100).items


def decide(store, queue, place=0, reviewer=ANN, action=Action.KEEP, reason="collected in March"):
    item = findings(store, queue)[place]
    return store.decide(
        queue.id, item.item.id, action, reason=reason, reviewer=reviewer, seen=item.version
    )


# -- signatures ------------------------------------------------------------------------------------


def test_a_signature_stands_until_something_it_covers_is_changed(store, path, opened):
    queue, items = opened
    first = decide(store, queue)
    made = sign(store, queue.id, ANN, SAID)
    assert made.decisions == first.number
    assert made.unreviewed == len(items) - 1
    (one,) = signed(store, queue.id)
    assert (one.holds, one.later) == (True, 0)

    decide(store, queue, place=1, reviewer=BEN)
    (one,) = signed(store, queue.id)
    assert (one.holds, one.later) == (True, 1)

    with sqlite3.connect(path) as raw:  # somebody takes the guard away, and rewrites the past
        for (trigger,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            raw.execute(f'DROP TRIGGER "{trigger}"')
        for table, columns in _texts(raw):
            for column in columns:
                raw.execute(
                    f"UPDATE {table} SET {column} = 'all is well' WHERE {column} = ?",
                    ["collected in March"],
                )
    raw.close()
    (one,) = signed(store, queue.id)
    assert not one.holds


@pytest.mark.parametrize(
    "changed",
    [{"groups": {}}, {"settings": {}}, {"reading": {"missing": ["?"]}}, {"rows": 7}, {"data": "e"}],
    ids=lambda changed: next(iter(changed)),
)
def test_what_a_decision_comes_to_is_signed_with_it(changed):
    """Groups decide whom it hits, settings whether that is a problem, reading who is who."""
    queue = Queue("q", "n", "a" * 64, "d" * 64, "s.csv", 2, ("sex",), {(("sex", "f"),): 2},
                  "2026-01-01", Settings().to_dict(), {})  # fmt: skip
    one, other = (
        list(signed_lines(each, iter(()), []))
        for each in (queue, dataclasses.replace(queue, **changed))
    )
    assert one != other


def _texts(raw):
    tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    return [(t, [row[1] for row in raw.execute(f"PRAGMA table_info({t})")]) for t in tables]


def test_nobody_signs_without_saying_what(store, opened):
    with pytest.raises(UsageError, match="needs a statement"):
        sign(store, opened[0].id, ANN, " \n")
    assert signed(store, opened[0].id) == ()


def test_what_was_not_seen_is_not_signed(store, opened):
    queue, _ = opened
    before = decide(store, queue)
    decide(store, queue, place=1)
    with pytest.raises(ConflictError):
        store.sign(
            queue.id, ANN, statement=SAID, digest="0" * 64, decisions=before.number, unreviewed=0
        )
    assert store.signatures(queue.id) == ()


@pytest.mark.postgresql
def test_the_text_is_the_same_on_both_stores(store, opened, postgresql_url):
    queue, items = opened
    with Store(postgresql_url) as other:
        other.add_queue(queue, items)
        made = [sign(one, queue.id, ANN, SAID).digest for one in (store, other)]
    assert made[0] == made[1]


def test_signing_and_verifying_from_the_command_line(path, opened):
    queue, _ = opened
    run = CliRunner().invoke
    said = ["review", "sign", queue.id, "--store", str(path), "--reviewer", "Ann"]
    done = run(cli.app, [*said, "--statement", SAID])
    assert done.exit_code == 0, done.output
    shown = run(cli.app, ["review", "verify", queue.id, "--store", str(path), "--json"])
    (line,) = json.loads(shown.stdout)
    assert line["stands"]
    assert line["digest"] in done.stdout
    assert run(cli.app, [*said, "--statement", ""]).exit_code == 2


# -- in the report ---------------------------------------------------------------------------------


def sections(audit, **more):
    made = document(audit, **more)
    return made.cover, {section.id: section for section in made.sections}


def texts(section):
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Facts):
            yield from (text for pair in block.pairs for text in pair)
        elif isinstance(block, Table):
            yield from (str(cell) for row in block.rows for cell in row)


def test_a_report_without_a_review_says_so_on_its_cover(audit):
    cover, there = sections(audit)
    assert dict(cover.compared.pairs)["Review"].startswith("unreviewed")
    assert "review" not in there


def test_one_person_is_one_reviewer_however_the_name_is_written(store, opened):
    queue, _ = opened
    for place, name in enumerate(("Ann", "ANN")):
        decide(store, queue, place, Reviewer(name))
    decide(store, queue, 0, Reviewer("Ann", "login", "https://id.example/ann"))
    found = [(one.name, one.identity, one.decisions) for one in reviewed(store, queue.id).reviewers]
    assert found == [("Ann", "typed", 2), ("Ann", "login", 1)]


def test_a_report_shows_decisions_reviewers_signatures_and_what_nobody_reviewed(
    store, opened, audit
):
    queue, items = opened
    decide(store, queue)
    decide(store, queue, place=1, reviewer=BEN, action=Action.ESCALATE, reason="需要更多数据")
    made = sign(store, queue.id, BEN, SAID)
    cover, there = sections(audit, review=reviewed(store, queue.id))
    on_cover = dict(cover.compared.pairs)["Review"]
    assert "signed by 山田 太郎" in on_cover
    assert f"{len(items) - 2:,} of {len(items):,} items unreviewed" in on_cover
    said = list(texts(there["review"]))
    assert any("Ann" in text and "collected in March" in text for text in said)
    assert any("需要更多数据" in text for text in said)
    assert said.count(Status.UNREVIEWED.value) == len(findings(store, queue)) - 2
    signed_by = list(texts(there["sign-off"]))
    assert made.digest in signed_by
    assert SAID in signed_by
    assert queue.audit in signed_by
    assert "山田 太郎, known by a login" in signed_by
    assert "yes" in signed_by


def test_a_signature_that_stands_no_more_is_not_on_the_cover(store, opened, audit):
    queue, _ = opened
    sign(store, queue.id, ANN, SAID)
    found = reviewed(store, queue.id)
    broken = tuple(dataclasses.replace(one, holds=False) for one in found.signatures)
    cover, there = sections(audit, review=dataclasses.replace(found, signatures=broken))
    assert dict(cover.compared.pairs)["Review"].startswith("not signed")
    assert any(text.startswith("NO:") for text in texts(there["sign-off"]))


def test_what_is_written_of_a_hidden_group_stays_in_the_store(store, opened, audit):
    queue, _ = opened
    for place in range(len(findings(store, queue))):
        decide(store, queue, place=place, reason=f"only 7 people, says source {place}")
    hidden = {one.item.group for one in findings(store, queue)}
    _, there = sections(audit, review=reviewed(store, queue.id))
    assert sum("only 7 people" in text for text in texts(there["review"])) > 0
    all_hidden = dataclasses.replace(audit, min_cell=11, hidden=tuple(hidden))
    _, there = sections(all_hidden, review=reviewed(store, queue.id), min_cell=11)
    said = list(texts(there["review"]))
    assert not any("only 7 people" in text for text in said)
    assert any("numbers are hidden" in text for text in said)


def test_a_report_of_another_audit_is_refused(path, opened, audit, tmp_path):
    queue, _ = opened
    assert audit_digest(audit) == queue.audit
    other = dataclasses.replace(audit, notes=("another",))
    for name, one in (("same", audit), ("other", other)):
        one.save(tmp_path / f"{name}.json")
    said = ["--store", str(path), "--queue", queue.id, "--output", str(tmp_path / "r.html")]
    run = CliRunner().invoke
    assert run(cli.app, ["report", str(tmp_path / "same.json"), *said]).exit_code == 0
    assert "What people decided" in (tmp_path / "r.html").read_text(encoding="utf-8")
    done = run(cli.app, ["report", str(tmp_path / "other.json"), *said])
    assert done.exit_code == 2
    assert "is not the audit" in done.output.replace("\n", " ")


# -- what changed ----------------------------------------------------------------------------------


def test_a_report_says_what_changed_since_the_audit_before(audit, sample):
    good = audits.compare(
        sample / "survey_real.csv",
        sample / "synthetic_good.csv",
        sensitive_features=["race"],
        ask=["coverage", "provenance"],
    )
    _, there = sections(audit, before=good)
    lines = next(block for block in there["changes"].blocks if isinstance(block, Table)).rows
    found = audits.diff(good, audit)
    assert len(lines) == len(found.appeared) + len(found.went) + len(found.changed)
    assert str(lines[0][2]) in ("problem", "watch", "not enough evidence")
    _, there = sections(audit, before=good, min_cell=11)
    assert "changes" in there
    _, there = sections(audit, before=audit)
    assert not [block for block in there["changes"].blocks if isinstance(block, Table)]


# -- what was accepted -----------------------------------------------------------------------------


def accepting(audit, *findings):
    day = datetime.date(2027, 1, 31)
    kept = tuple(
        Accepted(f.question, f.group, f.attribute, "Mei", f"known, ticket {i}", day)
        for i, f in enumerate(findings)
    )
    on = datetime.date(2026, 11, 27)
    return dataclasses.replace(audit, safeguards=Safeguards(kept, "s.toml", "0" * 64, on))


def test_a_report_says_what_was_accepted_by_whom_and_until_when(audit):
    bad = [f for f in audit.findings if f.verdict.value in ("problem", "watch")]
    _, there = sections(accepting(audit, *bad))
    lines = next(block for block in there["accepted"].blocks if isinstance(block, Table)).rows
    assert [line[0] for line in lines] == [f.verdict for f in bad]
    assert "Accepted by Mei until 2027-01-31: known, ticket 0" in lines[0][3]
    late = dataclasses.replace(
        accepting(audit, bad[0]).safeguards, enforced_on=datetime.date(2027, 2, 1)
    )
    _, there = sections(dataclasses.replace(audit, safeguards=late))
    assert "EXPIRED" in list(texts(there["accepted"]))
    assert "accepted" not in sections(audit)[1]


def test_what_was_accepted_of_a_hidden_group_is_not_handed_over():
    people = pd.DataFrame({"race": ["a"] * 300 + ["b"] * 200 + ["c"] * 5, "pay": range(505)})
    audit = audits.compare(people, people[:500], sensitive_features="race", ask=["coverage"])
    gone = next(f for f in audit.findings if f.group == (("race", "c"),))
    shown = protected(accepting(audit, gone), 11)
    assert gone.group in shown.hidden
    assert "ticket 0" not in json.dumps(shown.to_dict())
    assert any("not shown: 1" in note for note in shown.notes)
    assert "ticket 0" in json.dumps(accepting(audit, gone).to_dict())
