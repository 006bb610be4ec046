"""A gate fails on what is new, and on nothing else."""

import datetime
import json

import numpy as np
import pandas as pd
import pytest
from test_diff import BLACK, FEMALE, WHITE, audit, finding

import audits
from audits.gates import gate
from audits.results import Verdict
from audits.safeguards import Accepted, Safeguards
from audits.settings import Settings

DAY = datetime.date(2026, 11, 27)


def accepted(**changes):
    given = {"question": "coverage", "group": BLACK, "attribute": None, "owner": "Ada",
             "reason": "known", "expires": datetime.date(2027, 1, 31)}  # fmt: skip
    return Safeguards((Accepted(**{**given, **changes}),))


def test_known_problems_pass_and_are_counted():
    one = audit(finding("problem"), finding("watch", WHITE))
    found = gate(one, one)
    assert found.passed
    assert found.new == ()
    assert found.known == (finding("problem"),)
    assert any("its own baseline" in remark for remark in found.remarks)


@pytest.mark.parametrize("before", ["watch", "not enough evidence", "ok"])
def test_a_problem_that_was_less_is_new(before):
    found = gate(audit(finding(before)), audit(finding("problem")))
    assert not found.passed
    assert found.new[0].before is Verdict(before)
    assert before in found.new[0].why


def test_a_problem_that_was_not_said_is_new():
    assert gate(audit(), audit(finding("problem"))).new[0].before is None


def test_a_watch_fails_only_where_asked():
    pair = audit(finding("ok")), audit(finding("watch"))
    assert gate(*pair).passed
    assert not gate(*pair, fail_on="watch").passed
    assert gate(audit(finding("problem")), audit(finding("watch")), fail_on="watch").passed


def test_what_is_solved_is_named():
    found = gate(audit(finding("problem")), audit(finding("ok")))
    assert found.passed
    assert [one.finding for one in found.solved] == [finding("problem")]


@pytest.mark.parametrize("after", [audit(finding("not enough evidence")), audit()])
def test_what_is_not_judged_any_more_is_not_solved(after):
    before = audit(finding("problem"))
    found = gate(before, after)
    assert found.passed
    assert found.solved == ()
    assert len(found.lost) == 1
    assert not gate(before, after, strict=True).passed


def test_a_column_that_is_left_out_solves_nothing():
    rng = np.random.default_rng(0)
    made = pd.DataFrame({"sex": ["f", "m"] * 300, "age": rng.normal(size=600),
                         "pay": rng.normal(size=600)})  # fmt: skip
    same = made.assign(age=made["age"] * 0.3)
    about = {"sensitive_features": "sex", "ask": ["diversity"]}
    before = audits.compare(made, same, **about)
    assert any(one.attribute == "age" for one in before.problems)
    for after, solved in (
        (audits.compare(made, made, **about), True),
        (audits.compare(made.drop(columns="age"), same.drop(columns="age"), **about), False),
    ):
        found = gate(before, after)
        assert any(one.finding.attribute == "age" for one in found.solved) is solved
        assert any("age is not compared" in one.why for one in found.lost) is not solved


def test_a_question_the_baseline_did_not_ask_is_new():
    found = gate(audit(asked=("coverage",)), audit(finding("problem", question="drift")))
    assert not found.passed
    assert "did not ask drift" in found.new[0].why


def test_groups_the_baseline_did_not_form_are_new():
    found = gate(audit(features=("race",)), audit(finding("problem", FEMALE)))
    assert "no groups by sex" in found.new[0].why


def test_a_dropped_question_is_in_doubt():
    before = audit(finding("problem", question="drift"))
    found = gate(before, audit(asked=("coverage",)))
    assert found.passed
    assert any("not asked any more: drift" in doubt for doubt in found.doubts)
    assert found.lost
    assert not gate(before, audit(asked=("coverage",)), strict=True).passed


def test_another_real_table_is_in_doubt():
    import dataclasses

    one = audit()
    inputs = (dataclasses.replace(one.inputs[0], sha256="ff"), one.inputs[1])
    assert any("real table" in d for d in gate(one, dataclasses.replace(one, inputs=inputs)).doubts)


def test_nothing_in_common_is_refused():
    with pytest.raises(audits.AuditError, match="no question is common"):
        gate(audit(asked=("coverage",)), audit(asked=("drift",)))


def test_an_accepted_problem_passes_and_stays_visible():
    pair = audit(), audit(finding("problem"))
    found = gate(*pair, safeguards=accepted(), today=DAY)
    assert found.passed
    assert found.to_dict()["accepted"][0]["owner"] == "Ada"
    assert found.to_dict()["accepted"][0]["verdict"] == "problem"


@pytest.mark.parametrize(
    "changes",
    [{"expires": datetime.date(2026, 11, 26)}, {"group": WHITE}, {"attribute": "age"},
     {"verdict": Verdict.WATCH}, {"question": "drift"}],
    ids=["expired", "group", "attribute", "verdict", "question"],
)  # fmt: skip
def test_what_is_not_quite_accepted_fails(changes):
    found = gate(audit(), audit(finding("problem")), safeguards=accepted(**changes), today=DAY)
    assert not found.passed
    assert found.enforced.remarks()


def test_dict_is_strict_json():
    found = gate(audit(finding("ok")), audit(finding("problem"), finding("watch", WHITE))).to_dict()
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@pytest.fixture(scope="module")
def halved():
    """Of women half are left: a ratio of shares of about two thirds, watched by default."""
    import pandas as pd

    real = pd.DataFrame({"sex": ["f", "m"] * 2000})
    made = pd.DataFrame({"sex": ["f"] * 1000 + ["m"] * 2000})

    def of(table, **limits):
        return audits.compare(real, table, sensitive_features="sex", ask=["coverage"],
                              settings=Settings().having(**limits))  # fmt: skip

    return of, real, made


def test_loosened_limits_hide_nothing(halved):
    of, real, made = halved
    strict = {"share_watch": 0.95, "share_problem": 0.9}
    before, after = of(real, **strict), of(made)
    assert not after.problems
    found = gate(before, after)
    assert not found.passed
    assert any("judged under both" in remark for remark in found.remarks)


def test_what_only_moved_limits_solve_is_said_to_stay(halved):
    """A problem under the baseline's limits in both audits; the audit's own would let it pass."""
    of, _, made = halved
    strict = {"share_watch": 0.95, "share_problem": 0.9}
    (stays,) = gate(of(made, **strict), of(made)).solved
    assert stays.why == ("now watch; limits were moved, and under those of the baseline it stays")
    (gone,) = gate(of(made, **strict), of(halved[1], **strict)).solved
    assert "limits" not in gone.why


def test_tightened_limits_alone_are_no_news(halved):
    of, _, made = halved
    before, after = of(made), of(made, share_watch=0.95, share_problem=0.9)
    assert after.problems
    assert gate(before, after).passed


def test_command_line(halved, tmp_path):
    from typer.testing import CliRunner

    from audits.cli import app

    of, real, made = halved
    for name, table in (("a", real), ("b", made)):
        of(table, share_watch=0.95, share_problem=0.9).save(tmp_path / f"{name}.json")
    a, b = (str(tmp_path / f"{name}.json") for name in "ab")
    run = CliRunner().invoke
    assert run(app, ["gate", a, a]).exit_code == 0
    failed = run(app, ["gate", a, b])
    assert failed.exit_code == 1
    assert failed.stdout.startswith("gate failed: ")
    assert json.loads(run(app, ["gate", a, b, "--format", "json"]).stdout)["passed"] is False
    safe = tmp_path / "safeguards.toml"
    safe.write_text(
        '[[exceptions]]\nquestion = "coverage"\ngroup = { sex = "f" }\nowner = "Ada"\n'
        'reason = "few"\nexpires = 2999-01-31\n'
    )
    done = run(app, ["gate", a, b, "--config", str(safe)])
    assert done.exit_code == 0, done.output
    assert "Accepted by Ada until 2999-01-31" in done.stdout
