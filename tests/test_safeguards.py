"""Exceptions: read, refused, enforced, kept."""

import dataclasses
import datetime
import json

import pandas as pd
import pytest
from test_diff import BLACK, WHITE, audit, finding
from typer.testing import CliRunner

import audits
from audits.cli import app
from audits.results import Verdict
from audits.safeguards import Accepted, Safeguards, enforce
from audits.safeguards.reading import read_safeguards

DAY = datetime.date(2027, 1, 31)
GOOD = {
    "question": '"coverage"', "group": '{ sex = "f" }', "owner": '"Ada"', "reason": '"few"',
    "expires": "2999-01-31",
}  # fmt: skip


def written(folder, *tables, before=""):
    path = folder / "safeguards.toml"
    text = before
    for table in tables:
        text += "[[exceptions]]\n" + "".join(f"{k} = {v}\n" for k, v in table.items() if v)
    path.write_text(text)
    return path


def one(**changes):
    given = {"question": "coverage", "group": BLACK, "attribute": None, "owner": "Ada",
             "reason": "known", "expires": DAY}  # fmt: skip
    return Accepted(**{**given, **changes})


def test_read(tmp_path):
    path = written(tmp_path, GOOD, {**GOOD, "group": '"*"', "attribute": '"*"', "id": '"R-1"'})
    first, second = read_safeguards(path).exceptions
    assert first.group == (("sex", "f"),)
    assert first.attribute is None
    assert first.verdict is Verdict.PROBLEM
    assert first.place == "safeguards.toml, line 1"
    assert (second.group, second.attribute, second.id) == (None, "*", "R-1")


@pytest.mark.parametrize("name", ["question", "group", "owner", "reason", "expires"])
def test_what_must_be_said_is_asked_for_with_its_line(name, tmp_path):
    path = written(tmp_path, GOOD, {**GOOD, "group": '"*"', name: ""})
    with pytest.raises(audits.AuditError, match=rf"line 7: an exception needs {name}\."):
        read_safeguards(path)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"expires": '"2027-01-31"'}, "expires must be a date"),
        ({"expires": "2027-01-31T10:00:00"}, "expires must be a date"),
        ({"question": '"coverag"'}, "Did you mean 'coverage'"),
        ({"verdict": '"ok"'}, "verdict must be problem or watch"),
        ({"verdict": "3"}, "verdict must be problem or watch"),
        ({"verdict": '["watch"]'}, "verdict must be problem or watch"),
        ({"owner": '" "'}, "owner must be a text"),
        ({"reason": "3"}, "reason must be a text"),
        ({"attribute": "3"}, "attribute must be a text"),
        ({"group": "{ sex = 1 }"}, "the sex of a group must be a text"),
        ({"group": '"f"'}, "group must be a table"),
        ({"ownr": '"x"'}, "Did you mean 'owner'"),
    ],
)
def test_slips_are_errors_with_a_line(changes, says, tmp_path):
    with pytest.raises(audits.AuditError, match=r"line 1\b") as error:
        read_safeguards(written(tmp_path, {**GOOD, **changes}))
    assert says in str(error.value)


def test_twins_are_refused(tmp_path):
    with pytest.raises(audits.AuditError, match=r"line 7.* twice, as in .*line 1"):
        read_safeguards(written(tmp_path, GOOD, {**GOOD, "owner": '"Eve"'}))


def test_headings_inside_texts_are_no_lines(tmp_path):
    text = "title = '''\n[[exceptions]]\n'''\n"
    path = written(tmp_path, GOOD, before=text)
    assert read_safeguards(path).exceptions[0].place.endswith("line 4")


def test_its_last_day_counts_and_the_next_does_not():
    said = audit(finding("problem"))
    kept = Safeguards((one(),))
    assert enforce(said, kept, DAY).standing == ()
    late = enforce(said, kept, DAY + datetime.timedelta(1))
    assert late.standing == said.findings
    assert "EXCEPTION EXPIRED on 2027-01-31" in late.remarks()[0]


def test_worse_than_accepted_is_not_accepted():
    kept = Safeguards((one(verdict=Verdict.WATCH),))
    assert enforce(audit(finding("watch")), kept, DAY).accepted
    found = enforce(audit(finding("problem")), kept, DAY)
    assert found.standing
    assert "DOES NOT REACH" in found.remarks()[0]


@pytest.mark.parametrize(
    ("exception", "why"),
    [
        (one(), "the finding is ok now"),
        (one(group=WHITE), "says nothing of it"),
        (one(group=(("tribe", "x"),)), "no sensitive feature"),
    ],
)
def test_stale_exceptions_are_named(exception, why):
    found = enforce(audit(finding("ok")), Safeguards((exception,)), DAY)
    assert why in found.stale[0].why
    assert "MATCHES NOTHING" in found.remarks()[0]


def test_an_attribute_is_never_assumed():
    found = enforce(audit(finding("problem", attribute="age")), Safeguards((one(),)), DAY)
    assert found.standing
    assert "of age" in found.stale[0].why
    every = Safeguards((one(attribute="*"),))
    assert enforce(audit(finding("problem", attribute="age")), every, DAY).accepted


def test_a_question_not_asked_is_not_stale():
    found = enforce(audit(asked=("drift",)), Safeguards((one(),)), DAY)
    assert found.stale == ()
    assert found.unasked[0].why == "this audit did not ask coverage"


@pytest.fixture
def tables(tmp_path):
    pd.DataFrame({"sex": ["f", "m"] * 2000}).to_csv(tmp_path / "real.csv", index=False)
    made = pd.DataFrame({"sex": ["f"] * 400 + ["m"] * 2000})
    made.to_csv(tmp_path / "made.csv", index=False)
    return tmp_path


OPTIONS = (
    'real = "real.csv"\nsynthetic = "made.csv"\nsensitive_features = ["sex"]\n'
    'ask = ["coverage"]\nfail_on = "problem"\noutput = "audit.json"\n'
)


def compared(folder, *tables, form="text"):
    path = written(folder, *tables, before=OPTIONS)
    return CliRunner().invoke(app, ["compare", "--config", str(path), "--format", form])


def test_compare_fails_without_and_passes_with_an_exception(tables):
    assert compared(tables).exit_code == 1
    done = compared(tables, GOOD)
    assert done.exit_code == 0, done.output
    assert "problem, accepted · coverage" in done.stdout
    assert "Accepted by Ada until 2999-01-31: few" in done.stdout
    assert "exceptions: 1 accepted" in done.stdout


def test_an_expired_exception_is_loud_and_fails(tables):
    done = compared(tables, {**GOOD, "expires": "2020-01-31"})
    assert done.exit_code == 1
    assert "EXCEPTION EXPIRED on 2020-01-31" in done.stdout


def test_it_travels_with_the_audit(tables):
    document = json.loads(compared(tables, GOOD, form="json").stdout)
    assert document["findings"][0]["verdict"] == "problem"
    assert document["safeguards"]["accepted"] == [{"finding": 0, "exception": 0}]
    loaded = audits.load(tables / "audit.json")
    assert loaded.to_dict() == document
    assert loaded.safeguards.exceptions[0].owner == "Ada"
    shown = CliRunner().invoke(app, ["show", str(tables / "audit.json"), "--fail-on", "problem"])
    assert shown.exit_code == 0
    assert dataclasses.replace(loaded, safeguards=None).to_dict().keys() == {*document} - {
        "safeguards"
    }


def test_csv_names_who_accepted(tables):
    assert "Accepted by Ada" in compared(tables, GOOD, form="csv").stdout


def test_a_column_that_forms_no_groups_is_refused_before_the_work(tables):
    done = compared(tables, {**GOOD, "group": '{ gender = "f" }'})
    assert done.exit_code == 2
    assert "line 7" in done.output


def test_rules_may_stand_in_the_file(tables):
    text = OPTIONS.replace('["coverage"]', '["coverage", "plausibility"]')
    path = tables / "safeguards.toml"
    path.write_text(text + '[[rules]]\ncheck = "sex in (f, m)"\n')
    done = CliRunner().invoke(app, ["compare", "--config", str(path)])
    assert done.exit_code == 1, done.output
    assert "safeguards.toml" in done.stdout
    path.write_text(text + '[[rules]]\ncheck = "sex in ("\n')
    assert "line 8, column" in CliRunner().invoke(app, ["compare", "--config", str(path)]).output
