"""Quotas: read, refused, counted, judged, hidden, held against moved ones."""

import dataclasses
import datetime
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from typer.testing import CliRunner

import audits
from audits.cli import app
from audits.data.table_quotas import read_table_quotas
from audits.disclosure import protected
from audits.errors import UsageError
from audits.estimates import Estimate
from audits.gates import gate
from audits.needs import needs
from audits.questions.quotas import judge
from audits.questions.quotas_rows import QuotaRow
from audits.results import Verdict
from audits.safeguards import Accepted, Safeguards, enforce
from audits.settings import Settings

SAMPLES = Path(__file__).parents[1] / "sample_data"
PROBLEM, WATCH, OPEN, OK = (
    Verdict.PROBLEM, Verdict.WATCH, Verdict.NOT_ENOUGH_EVIDENCE, Verdict.OK,
)  # fmt: skip
BIRCH = (("race", "birch"),)


def written(folder, *tables, name="safeguards.toml", before=""):
    text = before
    for table in tables:
        text += "[[quotas]]\n" + "".join(f"{key} = {value}\n" for key, value in table.items())
    path = folder / name
    path.write_text(text)
    return path


def row(there, of, group=BIRCH, people=100, total=1000, **limits):
    """A row as `measure` makes it, with intervals worked out by SciPy where it has them."""
    found = stats.binomtest(there, of).proportion_ci(0.95, "wilson")
    share = Estimate(there / of, found.low, found.high)
    ratio = share.value / (people / total) if people else math.nan
    none = dict.fromkeys(
        f"{what}_{end}"
        for what in ("rows", "share", "ratio", "representation")
        for end in ("at_least", "at_most")
    )
    return QuotaRow(
        group=group, there=there, of=of, people=people, share=share,
        ratio=Estimate(ratio, ratio * 0.9, ratio * 1.1), representation=Estimate.unknown(),
        reference_share=None, linearised=float(people), real_total=float(total),
        **{**none, **limits},
    )  # fmt: skip


def judged(*rows, **changes):
    return judge({"quotas": rows}, Settings().having(**changes))


def verdict(*args, **limits):
    return judged(row(*args, **limits))[0].verdict


# -- by hand ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "limits", "expected"),
    [
        (499, {"rows_at_least": 500}, PROBLEM),
        (500, {"rows_at_least": 500}, OK),
        (500, {"rows_at_most": 500}, OK),
        (501, {"rows_at_most": 500}, PROBLEM),
        (0, {"rows_at_most": 0}, OK),
        (1, {"rows_at_most": 0}, PROBLEM),
    ],
)
def test_rows_are_exact(there, limits, expected):
    assert verdict(there, 10_000, **limits) is expected


# Wilson's interval of 50 of 1000 is 3.81 to 6.53 percent
@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"share_at_least": 0.07}, PROBLEM),
        ({"share_at_least": 0.06}, WATCH),
        ({"share_at_least": 0.045}, OPEN),
        ({"share_at_least": 0.03}, OK),
        ({"share_at_most": 0.03}, PROBLEM),
        ({"share_at_most": 0.045}, WATCH),
        ({"share_at_most": 0.06}, OPEN),
        ({"share_at_most": 0.07}, OK),
    ],
)
def test_a_share_is_surely_missed_missed_kept_or_surely_kept(limits, expected):
    assert verdict(50, 1000, **limits) is expected


def test_the_worst_part_leads_and_all_that_is_bad_is_said():
    [found] = judged(row(50, 1000, rows_at_least=60, share_at_least=0.06, share_at_most=0.07))
    assert found.verdict is PROBLEM
    assert found.because == (
        "Birch: 50 of 1,000 synthetic rows; at least 60 are asked for, 10 more; its share is 5 % "
        "(3.8 to 6.5 %) of the synthetic rows, below the 6 % asked for, though not surely."
    )
    assert found.evidence["there"] == 50
    assert "rows_at_most" not in found.evidence


def test_absence_is_a_problem_however_few_were_due():
    [found] = judged(row(0, 10, share_at_least=0.01))
    assert found.verdict is PROBLEM
    assert "absent, none of 10 synthetic rows" in found.because
    assert verdict(0, 10, share_at_most=0.5) is OK


def test_a_ratio_without_real_people_cannot_be_told():
    [found] = judged(row(50, 1000, people=0, ratio_at_least=0.8))
    assert found.verdict is OPEN
    assert "nobody of it is in the real data" in found.because
    assert verdict(0, 1000, people=0, ratio_at_least=0.8) is PROBLEM


def test_limits_moved_by_a_fifth_are_tried():
    assert judged(row(499, 10_000, rows_at_least=500))[0].sensitivity == (
        "flips: 'ok' if the limits were a fifth lower"
    )
    assert judged(row(50, 10_000, rows_at_least=500))[0].sensitivity == "stable"
    assert "'watch'" in judged(row(50, 1000, share_at_least=0.07))[0].sensitivity


# -- oracle and laws -------------------------------------------------------------------------------


@pytest.mark.parametrize("there", [30, 36, 37, 38, 39, 44])
def test_one_quota_alone_is_a_problem_where_scipy_says_so(there):
    """Alone in its family, a share is a problem exactly where the interval lies below."""
    high = stats.binomtest(there, 1000).proportion_ci(0.95, "wilson").high
    assert (verdict(there, 1000, share_at_least=0.05) is PROBLEM) == (high <= 0.05)
    low = stats.binomtest(1000 - there, 1000).proportion_ci(0.95, "wilson").low
    assert (verdict(1000 - there, 1000, share_at_most=0.95) is PROBLEM) == (low >= 0.95)


def test_many_quotas_are_one_family():
    """Thirty shares: one that would be a problem alone (p = .02) is none among them."""
    alone = row(36, 1000, share_at_least=0.05)
    others = [row(51 + i, 1000, (("race", f"r{i}"),), share_at_least=0.05) for i in range(29)]
    assert judged(alone)[0].verdict is PROBLEM
    assert judged(alone, *others)[0].verdict is WATCH
    exact = [row(51, 1000, (("race", f"r{i}"),), rows_at_least=50) for i in range(29)]
    assert judged(alone, *exact)[0].verdict is PROBLEM


@settings(max_examples=60, deadline=None)
@given(
    there=st.integers(0, 60), others=st.integers(1, 300), more=st.integers(1, 40),
    limit=st.sampled_from([0.02, 0.1, 0.3, 0.6]), rows=st.integers(1, 60),
)  # fmt: skip
def test_more_rows_of_a_group_never_make_it_worse(there, others, more, limit, rows):
    asked = {"share_at_least": limit, "rows_at_least": rows}
    before = verdict(there, there + others, **asked)
    assert verdict(there + more, there + more + others, **asked).rank >= before.rank


def test_at_the_generators_own_share_problems_are_rare():
    """Five thousand tables of a generator that meets its quota exactly."""
    drawn = np.random.default_rng(8).binomial(400, 0.1, size=5000)
    rows = {int(n): row(int(n), 400, share_at_least=0.1) for n in set(drawn)}
    bad = {n: judged(one)[0].verdict is PROBLEM for n, one in rows.items()}
    assert 0.01 < np.mean([bad[int(n)] for n in drawn]) <= 0.032


# -- counted ---------------------------------------------------------------------------------------

QUOTAS = (
    {"group": '{ race = "birch" }', "ratio": "{ at_least = 0.5 }", "share": "{ at_least = 0.1 }"},
    {"group": '{ race = "birch", sex = "f", born = "here" }', "rows": "{ at_least = 40 }"},
    {"group": '{ race = "elm", sex = "m" }', "rows": "{ at_least = 1 }"},
    {"group": "{}", "rows": "{ at_least = 1, at_most = 1000 }"},
    {"group": '{ race = "missing" }', "rows": "{ at_most = 20 }"},
)
FEATURES = ["race", "sex", "born"]


def people(rows, seed, races=("ash", "birch", "cedar", None)):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({
        "race": rng.choice(np.array(races, dtype=object), rows),
        "sex": rng.choice(["f", "m"], rows),
        "born": rng.choice(["here", "there"], rows),
        "w": rng.choice([1.0, 2.0], rows),
        "paid": rng.choice(["yes", "no"], rows),
    })  # fmt: skip


@pytest.fixture(scope="module")
def tables():
    real = pd.concat([people(600, 1), people(60, 2, ("elm",))], ignore_index=True)
    return real, people(500, 3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("quotas")


def asked(tables, path, **options):
    given = {"sensitive_features": FEATURES, "quotas": path, "ask": ["coverage"]}
    return audits.compare(*tables, **{**given, **options})


@pytest.fixture(scope="module")
def audit(tables, folder):
    return asked(tables, written(folder, *QUOTAS))


def test_counts_are_those_of_pandas(audit, tables):
    real, made = tables
    found = {one.group: one for one in audit["quotas"].rows}
    deep = found[(("born", "here"), ("race", "birch"), ("sex", "f"))]
    kept = made.query("race == 'birch' and sex == 'f' and born == 'here'")
    assert (deep.there, deep.of) == (len(kept), 500)
    assert deep.people == len(real.query("race == 'birch' and sex == 'f' and born == 'here'"))
    assert found[()].there == 500
    assert found[(("race", "missing"),)].there == made.race.isna().sum()
    assert found[(("race", "elm"), ("sex", "m"))].there == 0
    birch, counted = found[BIRCH], audit["coverage"][{"race": "birch"}][0]
    assert (birch.share, birch.ratio) == (counted.synthetic_share, counted.ratio)


def test_verdicts_of_the_tables(audit):
    found = {one.group: one for one in audit.about("quotas")}
    assert found[(("race", "elm"), ("sex", "m"))].verdict is PROBLEM
    assert found[()].because == (
        "Everyone: 500 synthetic rows; at least 1 is asked for and at most 1,000 are allowed."
    )
    assert found[(("race", "missing"),)].verdict is PROBLEM
    assert all(one.question != "quotas" for one in audit.findings if one.attribute is not None)


def test_order_of_rows_columns_and_quotas_does_not_matter(audit, tables, folder):
    real, made = (table.sample(frac=1, random_state=4)[table.columns[::-1]] for table in tables)
    path = written(folder, *QUOTAS[::-1], name="backwards.toml")
    found = asked((real, made), path, sensitive_features=FEATURES[::-1], ask=["quotas"])
    assert found["quotas"].to_dict() == audit["quotas"].to_dict()
    assert found.findings == audit.about("quotas")
    assert list(found.answers) == ["quotas"]


def test_weights_make_the_real_share(tables, folder):
    path = written(folder, QUOTAS[0], QUOTAS[2], name="weighed.toml")
    found = asked(tables, path, weights="w")
    birch = found["quotas"][{"race": "birch"}][0]
    assert birch.ratio == found["coverage"][{"race": "birch"}][0].ratio
    assert birch.ratio.known


def test_a_reference_is_held_against(tables, folder):
    shares = {"race": {"ash": 0.2, "birch": 0.2, "cedar": 0.3, "elm": 0.2, "fig": 0.1}}
    asks = {"representation": "{ at_least = 0.8 }"}
    path = written(
        folder, {"group": '{ race = "birch" }', **asks}, {"group": '{ race = "fig" }', **asks},
        name="reference.toml",
    )  # fmt: skip
    found = asked(tables, path, reference=shares, ask=["quotas"])
    birch, fig = found["quotas"].rows
    assert birch.representation.value == pytest.approx(birch.share.value / 0.2)
    assert fig.there == 0  # only the reference has it, so it is absent, and no slip
    assert {one.group: one.verdict for one in found.findings}[(("race", "fig"),)] is PROBLEM


# -- refused ---------------------------------------------------------------------------------------

GOOD = {"group": '{ race = "birch" }', "rows": "{ at_least = 5 }"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rws": "{ at_least = 5 }"}, "Did you mean 'rows'"),
        ({"rows": "{ atleast = 5 }"}, "Did you mean 'at_least'"),
        ({"rows": "5"}, "rows must be a table"),
        ({"rows": "{}"}, "rows must be a table"),
        ({"rows": "{ at_least = -5 }"}, "a whole number from 1, got -5"),
        ({"rows": "{ at_least = 0 }"}, "a whole number from 1"),
        ({"rows": "{ at_most = -1 }"}, "a whole number from 0"),
        ({"rows": "{ at_least = 2.5 }"}, "a whole number"),
        ({"rows": "{ at_least = true }"}, "a whole number"),
        ({"rows": '{ at_least = "5" }'}, "a whole number"),
        ({"rows": "{ at_least = 5, at_most = 4 }"}, "at least 5 and at most 4"),
        ({"share": "{ at_least = 5 }"}, "between 0 and 1"),
        ({"share": "{ at_most = 0 }"}, "between 0 and 1"),
        ({"share": "{ at_least = nan }"}, "between 0 and 1"),
        ({"share": "{ at_least = 0.2, at_most = 0.2 }"}, "at least 0.2 and at most 0.2"),
        ({"ratio": "{ at_least = inf }"}, "a number above 0"),
        ({"ratio": "{ at_least = 0 }"}, "a number above 0"),
        ({"group": '"*"'}, "group must be a table"),
        ({"group": "{ race = 1 }"}, "must be a text"),
        ({"group": "{}", "share": "{ at_least = 0.5 }"}, "the whole table"),
        ({"group": '{ race = "missing" }', "ratio": "{ at_least = 0.5 }"}, "without a value"),
    ],
)
def test_slips_are_errors_with_a_line(changes, says, tmp_path):
    with pytest.raises(audits.AuditError, match=r"line 1\b") as error:
        read_table_quotas(written(tmp_path, {**GOOD, **changes}))
    assert says in str(error.value)


def test_what_asks_for_nothing_twice_or_of_nobody_is_refused(tmp_path):
    for tables, says in (
        ([{"group": GOOD["group"]}], "asks for nothing"),
        ([{"rows": GOOD["rows"]}], "a quota needs group"),
        ([GOOD, GOOD], "line 4: birch has a quota already, in safeguards.toml, line 1"),
        ([], "holds no quotas"),
    ):
        with pytest.raises(audits.AuditError, match=says):
            read_table_quotas(written(tmp_path, *tables))


@pytest.mark.parametrize(
    ("group", "says"),
    [
        ('{ race = "brich" }', "safeguards.toml, line 1: .*'brich'.*Did you mean 'birch'"),
        ('{ race = "oak" }', "There are: ash, birch, cedar, elm"),
        ('{ rce = "birch" }', r"safeguards.toml, line 1\) 'rce'. Did you mean 'race'"),
        ('{ race = "birch" }\nrepresentation = { at_least = 1 }', "Give --reference"),
    ],
)
def test_what_the_tables_do_not_know_is_refused(group, says, tables, tmp_path):
    with pytest.raises(UsageError, match=says):
        asked(tables, written(tmp_path, {"group": group, "rows": "{ at_least = 5 }"}))


def test_quotas_asked_about_and_not_given_are_refused(tables):
    with pytest.raises(UsageError, match="none are given"):
        audits.compare(*tables, sensitive_features="race", ask=["quotas"])


# -- kept, hidden, gated ---------------------------------------------------------------------------


def test_it_survives_saving_and_is_judged_alike(audit, tmp_path):
    loaded = audits.load(audit.save(tmp_path / "audit.json"))
    assert loaded == audit
    assert loaded.having(audit.settings).findings == audit.findings
    assert json.loads((tmp_path / "audit.json").read_text())["inputs"][2]["role"] == "quotas"


def test_hidden_groups_keep_no_number_of_their_quota(tables, folder):
    real, made = tables
    few = pd.concat([made[made.race != "cedar"], made[made.race == "cedar"][:4]])
    path = written(
        folder, {"group": '{ race = "cedar" }', "rows": "{ at_least = 30 }"}, *QUOTAS[:2],
        name="few.toml",
    )  # fmt: skip
    whole = asked((real, few), path)
    shown = protected(whole, 11)
    assert [one.there for one in whole["quotas"].rows if one.group == (("race", "cedar"),)] == [4]
    groups = {one.group for one in shown["quotas"].rows}
    assert (("race", "cedar"),) in shown.hidden
    assert not groups & set(shown.hidden)
    assert not any(len(group) == 3 for group in groups)  # deeper than what is counted elsewhere
    for one in shown.about("quotas"):
        if one.group not in groups:
            assert one.evidence == {}
            assert not any(letter.isdigit() for letter in one.because.replace("11", ""))


def test_a_card_speaks_of_quotas_where_there_are_some(audit):
    assert audits.card(audit, {"race": "birch"}).verdicts["quotas"] is OK
    assert "quotas" not in audits.card(audit, {"race": "ash"}).verdicts
    deep = audits.card(audit, {"race": "birch", "sex": "f", "born": "here"})
    assert [one.question for one in deep.findings] == ["quotas"]


def test_an_exception_excuses_a_quota(audit):
    group = (("race", "elm"), ("sex", "m"))
    one = Accepted("quotas", group, None, "Ada", "none were asked", datetime.date(2999, 1, 1))
    found = enforce(audit, Safeguards((one,)))
    assert [excused.finding.group for excused in found.accepted] == [group]
    assert found.quotas == audit.about("quotas")


def test_what_would_settle_a_quota_is_rows(tables, folder):
    path = written(
        folder, {"group": '{ sex = "f" }', "share": "{ at_least = 0.5 }"}, name="open.toml"
    )
    found = asked(tables, path, ask=["quotas"])
    assert found.verdict is OPEN
    assert "more synthetic rows" in needs(found)[0].says


def test_a_gate_judges_under_the_quotas_of_both(audit):
    def held(there, limit):
        rows = tuple(
            dataclasses.replace(one, there=there, rows_at_least=limit)
            if len(one.group) == 3
            else one
            for one in audit["quotas"].rows
        )
        answer = dataclasses.replace(audit["quotas"], rows=rows, tables={"quotas": rows})
        made = dataclasses.replace(audit, answers={**audit.answers, "quotas": answer})
        return made.having(audit.settings)

    kept = held(50, 50)
    assert gate(kept, kept).passed
    assert gate(held(45, 50), held(45, 40)).passed  # missed before as well, by that limit
    loosened = gate(kept, held(45, 40))
    assert not loosened.passed
    assert "at least 50 are asked for, 5 more" in loosened.new[0].finding.because
    assert any("quota of" in remark and "both" in remark for remark in loosened.remarks)
    assert gate(kept, held(50, 60)).passed  # tightened: the baseline would have missed it, too


# -- the command -----------------------------------------------------------------------------------

OPTIONS = (
    f'real = "{SAMPLES}/survey_real.csv"\nsynthetic = "{SAMPLES}/synthetic_good.csv"\n'
    'sensitive_features = ["race", "sex"]\nask = ["coverage"]\nfail_on = "problem"\n'
    'set = { support_problem = 5, share_problem = 0.1 }\noutput = "audit.json"\n'
)


def compared(folder, *tables, form="text"):
    path = written(folder, *tables, before=OPTIONS)
    return CliRunner().invoke(app, ["compare", "--config", str(path), "--format", form])


def test_compare_enforces_quotas_of_its_file(tmp_path):
    kept = {"group": '{ race = "Black", sex = "female" }', "rows": "{ at_least = 390 }"}
    done = compared(tmp_path, kept)
    assert done.exit_code == 0, done.output
    assert "quotas: safeguards.toml, 1 quota" in done.stdout
    missed = {**kept, "rows": "{ at_least = 391 }"}
    done = compared(tmp_path, missed)
    assert done.exit_code == 1, done.output
    assert "Black × female: 390 of 6,000 synthetic rows; at least 391 are asked for" in (
        " ".join(done.stdout.split())
    )
    done = compared(tmp_path, {**kept, "group": '{ race = "Blck" }'})
    assert done.exit_code == 2
    assert "line 8" in done.output
    assert "Did you mean 'Black'?" in done.output


def test_a_report_shows_quotas(audit):
    from audits.reports.saving import report_bytes

    text = report_bytes(audit, "html").decode()
    assert "what was asked for of each group" in text
    assert "0.1 or more" in text or "10 % or more" in text
