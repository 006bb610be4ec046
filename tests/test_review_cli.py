"""`audits review`, from opening a queue to handing its decisions over."""

from __future__ import annotations

import csv
import json

import pandas as pd
import pytest
from typer.testing import CliRunner

import audits
from audits import cli
from audits.review.store import Store
from audits.settings import Settings

runner = CliRunner()


def run(*words, code=0, **more):
    done = runner.invoke(cli.app, ["review", *map(str, words)], **more)
    assert done.exit_code == code, done.output
    return done


@pytest.fixture(scope="module")
def made(sample, tmp_path_factory):
    """A queue of a sample table in which most Black people are copies of eleven."""
    folder = tmp_path_factory.mktemp("review")
    real, synthetic = sample / "survey_real.csv", sample / "synthetic_three.csv"
    audit = audits.compare(real, synthetic, sensitive_features=["race", "sex"], ask=["coverage"])
    audit.save(folder / "audit.json")
    store = folder / "store.sqlite"
    said = ("open", real, synthetic, "--sensitive-features", "race,sex", "--audit",
            folder / "audit.json", "--store", store)  # fmt: skip
    (queue,) = json.loads(run(*said, "--format", "json").stdout)
    (again,) = json.loads(run(*said, "--format", "json").stdout)
    assert again == queue
    return store, queue["id"]


def test_what_is_set_changes_the_settings_of_the_audit_not_the_usual_ones(tmp_path):
    table = pd.DataFrame({"sex": ["f", "m"] * 60, "age": [*range(20, 60)] * 3})
    for name in ("real.csv", "made.csv"):
        table.to_csv(tmp_path / name, index=False)
    tables = tmp_path / "real.csv", tmp_path / "made.csv"
    settings = Settings().having(seed=7, support_problem=20)
    audit = audits.compare(*tables, sensitive_features="sex", ask=["coverage"], settings=settings)
    audit.save(tmp_path / "audit.json")
    store = tmp_path / "store.sqlite"
    run("open", *tables, "--sensitive-features", "sex", "--audit", tmp_path / "audit.json",
        "--store", store, "--take", "finding", "--set", "review_alike=3")  # fmt: skip
    with Store(str(store)) as opened:
        [queue] = opened.queues()
    assert dict(queue.settings) == settings.having(review_alike=3).to_dict()


def items(made, *words):
    store, queue = made
    shown = run("show", queue, "--store", store, "--format", "json", "--size", 1000, *words)
    return json.loads(shown.stdout)["items"]


def test_a_queue_is_listed(made):
    store, queue = made
    listed = run("list", "--store", store).stdout
    assert queue in listed
    assert "6,000 rows of synthetic_three.csv, by race, sex" in listed
    Store(str(store.with_name("empty.sqlite"))).close()
    assert "no queue" in run("list", "--store", store.with_name("empty.sqlite")).stdout


def test_items_are_filtered_sorted_and_shown_whole(made):
    store, queue = made
    copies = items(made, "--rule", "copy", "--group", "race=Black", "--sort", "row")
    assert [one["row"] for one in copies] == sorted(one["row"] for one in copies)
    assert {one["group"]["race"] for one in copies} == {"Black"}
    assert {one["kind"] for one in items(made, "--kind", "finding")} == {"finding"}
    told = run("show", queue, "--store", store, "--rule", "copy", "--size", 1).stdout
    assert "it equals a real row in every column" in told
    whole = run("show", queue, copies[0]["id"], "--store", store).stdout
    assert "The record" in whole
    assert "Real record 1: agrees on" in whole


def test_a_bulk_decision_is_previewed_and_made_only_with_yes(made):
    store, queue = made
    said = ("decide", queue, "--store", store, "--rule", "copy", "--group", "race=Black",
            "--action", "remove", "--reason", "real people again", "--reviewer", "Ann")  # fmt: skip
    before = run(*said)
    assert "▼ problem · Black: " in before.stdout
    assert "nothing was decided" in before.stderr
    assert {one["status"] for one in items(made, "--rule", "copy")} == {"unreviewed"}
    lines = json.loads(run(*said, "--format", "json").stdout)
    assert lines[0]["removed"] == sum(
        one["group"]["race"] == "Black" for one in items(made, "--rule", "copy")
    )
    done = run(*said, "--yes")
    assert f"decided on {lines[0]['removed']:,} items at once" in done.stderr
    assert "nothing to decide" in run(*said, "--yes", code=2).stderr


def test_one_item_two_reviewers_and_somebody_who_settles(made):
    store, queue = made
    item = items(made, "--rule", "forbidden")[0]["id"]

    def say(who, action, *more, code=0):
        return run("decide", queue, item, "--store", store, "--action", action, "--reason",
                   "because", "--reviewer", who, *more, code=code)  # fmt: skip

    for words, why in (
        (("edit",), "no new value"),
        (("edit", "--edit", "agee=41"), "Did you mean 'age'"),
        (("keep", "--edit", "age=41"), "go with an edit only"),
    ):
        assert why in say("Ann", *words, code=2).stderr
    say("Ann", "remove")
    assert "Look again" in say("Bob", "keep", "--seen", "0", code=4).stderr
    say("Bob", "keep")
    assert [one["id"] for one in items(made, "--status", "disputed")] == [item]
    say("Cid", "edit", "--edit", "age=41", "--adjudicate")
    shown = json.loads(
        run("show", queue, item, "--store", store, "--format", "json").stdout
    )  # fmt: skip
    assert shown["status"] == "edited"
    assert shown["decisions"][-1]["edit"] == {"age": "41"}
    told = run("agreement", queue, "--store", store).stdout
    assert "Ann and Bob both decided on 1 item and agree on 0 % (0 to 79.3 %): too few" in told
    (line,) = [
        one
        for one in json.loads(run("agreement", queue, "--store", store, "--format", "json").stdout)
        if one["first"] == "Ann" and one["second"] == "Bob" and one["group"] == "everyone"
    ]
    assert (line["items"], line["raw"]) == (1, 0.0)


def test_decisions_are_exported(made, tmp_path):
    store, queue = made
    some = [one["id"] for one in items(made, "--rule", "outlier")[:2]]
    run("decide", queue, *some, "--store", store, "--action", "keep", "--reason", '=1+1, "rare"',
        "--reviewer", "Dot")  # fmt: skip
    run("export", queue, "--store", store, "--output", tmp_path / "d.json")
    document = json.loads((tmp_path / "d.json").read_text(encoding="utf-8"))
    assert document["queue"]["id"] == queue
    mine = [one for one in document["decisions"] if one["reviewer"] == "Dot"]
    assert {one["item"] for one in mine} == set(some)
    assert {one["status"] for one in mine} == {"kept"}
    run("export", queue, "--store", store, "--output", tmp_path / "d.csv")
    with (tmp_path / "d.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == len(document["decisions"])
    assert [line["number"] for line in lines] == [str(i + 1) for i in range(len(lines))]
    assert not any(line["reason"].startswith("=") for line in lines)
    assert ".csv or .json" in run(
        "export", queue, "--store", store, "--output", tmp_path / "d.txt", code=2
    ).stderr  # fmt: skip


def test_what_was_signed_stands(made):
    store, queue = made
    run("sign", queue, "--store", store, "--reviewer", "Ann", "--statement", "All looked at.")
    assert "Ann (typed)" in run("verify", queue, "--store", store).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say which items"),
        (("0" * 16, "--rule", "copy"), "not both"),
        (("0" * 16, "1" * 16), "no item"),
        (("--rule", "copy", "--seen", "1"), "one item"),
        (("--rule", "copyy"), "Did you mean 'copy'"),
        (("--group", "race=Blak"), "Did you mean 'Black'"),
        (("--rule", "copy", "--severity", "99"), "no item fits"),
        (("--group", "Black"), "--group"),
    ],
)
def test_what_makes_no_sense_is_refused(made, words, said):
    store, queue = made
    done = run("decide", queue, *words, "--store", store, "--action", "keep", "--reason", "r",
               "--reviewer", "Ann", "--yes", code=2)  # fmt: skip
    assert said in done.stderr


def test_without_a_store_it_is_asked_for_and_a_password_is_never_printed(made):
    assert "AUDITS_STORE" in run("list", code=2, env={"COLUMNS": "200"}).output
    secret = "postgresql+psycopg://ann:hush-hush@localhost:1/none"
    done = run("list", code=3, env={"AUDITS_STORE": secret})
    assert "hush" not in done.output
    assert "hush" not in run("list", "--help", env={"AUDITS_STORE": secret}).output


def test_an_unknown_queue_and_a_format_that_is_none_are_refused(made):
    store, _ = made
    assert "queue" in run("show", "f" * 16, "--store", store, code=2).stderr
    assert "--format csv" in run("list", "--store", store, "--format", "csv", code=2).stderr


def test_every_command_and_option_has_help():
    from typer.main import get_command

    for name, sub in get_command(cli.app).commands["review"].commands.items():
        assert sub.help, name
        for parameter in sub.params:
            assert parameter.name == "help" or getattr(parameter, "help", None), (name, parameter)
