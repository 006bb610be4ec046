"""Flags on single records: what is flagged, how often real people are, and in which order."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from scipy.stats import fisher_exact
from typer.testing import CliRunner

import audits
from audits import cli
from audits.data.groups import roll_up
from audits.data.row_order import drawn
from audits.errors import RuleError, UsageError
from audits.flags.scores import Calibration, Pools
from audits.formulas.flag_rates import more_than_rest_p
from audits.settings import Settings

SOURCES = {"retired": "fund", "paid": "firm", "unpaid": "nobody"}
COLUMNS = ("race", "age", "pay", "town", "work", "source")


def people(rows, seed):
    """A large group and a small one, whose pay follows their age; only the old have retired."""
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 90, rows)
    return pd.DataFrame(
        {
            "race": rng.choice(["ash", "birch"], rows, p=[0.9, 0.1]),
            "age": age,
            "pay": (age * 20 + rng.normal(0, 100, rows)).round(),
            "town": rng.choice(list("abcdef"), rows),
            "work": np.where(age >= 65, "retired", rng.choice(["paid", "unpaid"], rows)),
        }
    ).assign(source=lambda of: of["work"].map(SOURCES))


REAL, FRESH, MADE = people(3000, 1), people(1500, 2), people(1000, 3)


def flagged(synthetic, **options):
    options = {"sensitive_features": "race", "holdout": FRESH} | options
    return audits.flag(REAL, synthetic, **options)


@pytest.fixture(scope="module")
def planted():
    """Fresh rows, with some that no real person would be at known places."""
    made = MADE.copy()
    made.loc[3, "age"] = 120
    made.loc[[10, 11], ["age", "work", "source"]] = [30, "retired", "fund"]
    made.loc[40, ["work", "source", "age"]] = ["paid", "fund", 40]
    made.loc[20, ["age", "pay"]] = [19, 1900]
    made.loc[30] = REAL.loc[7]
    return made


@pytest.fixture(scope="module")
def lines(planted):
    return flagged(planted).to_frame()


def test_one_line_per_row_in_order(lines, planted):
    assert lines["row"].tolist() == list(range(1, 1001))
    assert lines["race"].tolist() == planted["race"].tolist()


def test_what_was_planted_is_flagged_and_named(lines):
    assert lines.loc[3, "out_of_range"] == "age 120 is above every real value (89)"
    assert lines.loc[3, "range"]
    assert lines.loc[[3, 10, 11, 20, 40], "flagged"].all()
    assert lines.loc[[10, 11], "forbidden"].all()
    assert "source fund" in lines.loc[10, "reasons"]
    assert "no real row has both" in lines.loc[10, "reasons"]
    assert lines.loc[20, "outlier"]
    assert "of real people are as far from all others" in lines.loc[20, "reasons"]
    assert lines.loc[30, "copy"]
    assert lines.loc[30, "nearest"] == 0
    assert not lines.loc[30, "flagged"]


def test_what_is_not_flagged_has_no_reasons(lines):
    calm = lines[lines["severity"] == 0]
    assert calm["reasons"].isna().all()
    assert (lines["severity"] > 0).sum() == lines["reasons"].notna().sum()
    kinds = lines[["given", "forbidden", "rule", "range", "outlier"]].sum(axis=1)
    assert (lines["severity"] <= kinds).all()


def test_a_rule_about_a_pair_that_is_forbidden_counts_once(lines):
    row = lines.loc[40]
    assert row["forbidden"]
    assert row["rule"]
    assert row["severity"] == 1 + row["outlier"]
    assert row["reasons"].count("no real row has both") == 1


def test_real_people_are_flagged_at_the_level(lines):
    rest = lines.drop([3, 10, 11, 20, 30, 40])
    assert rest["flagged"].mean() < 0.02
    assert rest["outlier"].mean() < 0.02


@pytest.mark.parametrize("holdout", [FRESH, None], ids=["holdout", "left out"])
@pytest.mark.parametrize("level", [0.01, 0.05])
def test_the_level_holds_for_fresh_people_of_every_group(holdout, level):
    """Rows of nobody's making: what is flagged of them is flagged falsely."""
    seen = {"ash": [], "birch": []}
    for seed in range(4):
        found = flagged(people(1500, 100 + seed), holdout=holdout, level=level).to_frame()
        for race, group in found.groupby("race"):
            seen[race] += group["flagged"].tolist()
    for race, flags in seen.items():
        rate, error = np.mean(flags), np.sqrt(level * (1 - level) / len(flags))
        # beside chance in these rows, chance in the people who calibrate: about 150 of birch
        calibrating = np.sqrt(level * (1 - level) / (1350 if race == "ash" else 150))
        assert rate < level + 3 * np.hypot(error, calibrating), race
    assert np.mean(seen["ash"]) > level / 3


def test_rows_are_calibrated_by_the_smallest_group_that_has_enough_people():
    asked = {"sensitive_features": ["race", "town"], "holdout": None}
    found = flagged(MADE, settings=Settings().having(outlier_within=200), **asked).to_frame()
    birch = found[found["race"] == "birch"]  # some 300, of whom some 50 in each town
    assert set(birch["calibrated"]) == {"birch"}
    ash = found[(found["race"] == "ash") & (found["town"] == "a")]  # some 450
    assert set(ash["calibrated"]) == {"ash × a"}
    found = flagged(MADE, settings=Settings().having(outlier_within=5000), **asked).to_frame()
    assert set(found["calibrated"]) == {"everyone"}


def test_real_rows_stand_in_where_the_holdout_has_few_people():
    ash = FRESH[FRESH["race"] == "ash"]
    found = flagged(MADE, holdout=ash)
    assert found.fresh == "both"
    assert {line.real for line in found.groups if line.group == (("race", "birch"),)} == {
        (REAL["race"] == "birch").sum()
    }
    assert set(found.to_frame()["calibrated"]) == {"ash", "birch"}


def test_too_few_people_flag_nobody_and_say_so():
    found = audits.flag(REAL[:50], MADE, sensitive_features="race")
    assert found.to_frame()["outlier"].sum() == 0
    assert found.flagged == 0
    assert any("no record can be flagged by so few people" in note for note in found.notes)


# -- order -----------------------------------------------------------------------------------------


def test_shuffled_rows_are_flagged_alike(lines, planted):
    order = np.random.default_rng(5).permutation(len(planted))
    real_order = np.random.default_rng(6).permutation(len(REAL))
    found = audits.flag(
        REAL.iloc[real_order], planted.iloc[order], sensitive_features="race", holdout=FRESH[::-1]
    ).to_frame()
    back = found.iloc[np.argsort(order)].reset_index(drop=True)
    pd.testing.assert_frame_equal(back.drop(columns="row"), lines.drop(columns="row"))


def test_samples_of_people_do_not_depend_on_their_order(planted):
    few = Settings().having(flag_base=1000, flag_fresh=500)
    asked = {"sensitive_features": "race", "settings": few}
    one = audits.flag(REAL, planted, **asked)
    other = audits.flag(REAL[::-1], planted, **asked)
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame())
    assert one.to_dict()["groups"] == other.to_dict()["groups"]
    assert any("1,000 of 3,000 real rows (flag_base)" in note for note in one.notes)


def test_the_order_of_columns_and_threads_change_nothing(lines, planted):
    found = audits.flag(
        REAL[list(COLUMNS[::-1])], planted, sensitive_features="race", holdout=FRESH, threads=1
    ).to_frame()
    pd.testing.assert_frame_equal(found, lines)


def test_equal_rows_are_drawn_by_their_number_alone():
    contents = np.array([5, 5, 5, 9, 9, 1], dtype=np.uint64)
    chosen = np.sort(contents[drawn(contents, 3, seed=1)])
    other = np.sort(contents[::-1][drawn(contents[::-1].copy(), 3, seed=1)])
    assert chosen.tolist() == other.tolist()
    assert drawn(contents, 6, seed=1).tolist() == list(range(6))


# -- rates -----------------------------------------------------------------------------------------


def test_rates_are_those_of_the_lines(lines, planted):
    found = flagged(planted)
    by = {(line.kind, line.group): line for line in found.groups}
    assert by["combined", ()].flagged == lines["flagged"].sum() == found.flagged
    birch = by["outlier", (("race", "birch"),)]
    assert birch.flagged == (lines["outlier"] & (lines["race"] == "birch")).sum()
    assert birch.synthetic == (lines["race"] == "birch").sum()
    assert birch.real == (FRESH["race"] == "birch").sum()
    assert birch.real_rate.low <= birch.real_flagged / birch.real <= birch.real_rate.high
    assert found.to_dict()["flagged"] == found.flagged
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_filter_that_removes_a_minority_is_warned_of(tmp_path):
    """A rule that the small group alone breaks, often and rightly."""
    rules = tmp_path / "rules.toml"
    rules.write_text(
        "[[rule]]\nname = 'r'\ncheck = 'town != a if race = birch'\n", encoding="utf-8"
    )
    found = flagged(MADE, rules=rules)
    (warning,) = [text for text in found.warnings if "any broken rule" in text]
    assert "of real people of the group birch" in warning
    assert "a filter that removes minorities is itself a finding" in warning
    (rule,) = found.rules
    assert rule.checked == (MADE["race"] == "birch").sum()
    assert rule.broken == ((MADE["race"] == "birch") & (MADE["town"] == "a")).sum()
    calm = flagged(MADE)
    assert calm.warnings == ()


def test_rules_given_are_named_first(tmp_path):
    rules = tmp_path / "rules.toml"
    text = "[[rule]]\nname = 'nobody earns so'\ncheck = 'pay < 1000 if age = 19'\n"
    rules.write_text(text, encoding="utf-8")
    made = MADE.copy()
    made.loc[20, ["age", "pay"]] = [19, 1900]
    found = flagged(made, rules=rules).to_frame()
    assert found.loc[20, "reasons"].startswith("breaks 'nobody earns so'; ")
    assert found.loc[20, "given_rules"] == "'nobody earns so'"
    assert found["given"].sum() == 1


def test_more_than_the_rest_is_fishers_test():
    for count, size, hits, everyone in ((5, 10, 20, 100), (0, 10, 5, 30), (3, 3, 3, 9)):
        table = [[count, size - count], [hits - count, everyone - size - hits + count]]
        expected = fisher_exact(table, alternative="greater").pvalue
        assert more_than_rest_p(count, size, hits, everyone) == pytest.approx(expected)
    with pytest.raises(ValueError, match="hits"):
        more_than_rest_p(1, 2, 5, 3)


def test_a_person_left_out_is_one_of_those_who_are_as_odd():
    scores, cells = np.arange(200.0), np.zeros(200, dtype=np.int64)
    groups = roll_up(np.zeros((1, 0), dtype=np.int64), (), low=0, high=0, most=10)
    calibration = Calibration(scores, cells, Pools(groups, cells, 100))
    p = calibration.left_out_p()
    assert (p <= 0.05).mean() == pytest.approx(0.05)
    assert p.min() == pytest.approx(1 / 200)
    assert calibration.p(np.array([500.0, np.nan]), cells[:2])[0] == pytest.approx(1 / 201)


# -- files and the command -------------------------------------------------------------------------


def run(*arguments):
    return CliRunner().invoke(cli.app, ["flag", *map(str, arguments)])


@pytest.fixture
def files(tmp_path, planted):
    for name, frame in (("real", REAL), ("made", planted), ("fresh", FRESH)):
        frame.to_csv(tmp_path / f"{name}.csv", index=False)
    return tmp_path


def test_the_command_writes_a_line_per_row(files, lines):
    asked = (files / "real.csv", files / "made.csv", "--sensitive-features", "race")
    asked = (*asked, "--holdout", files / "fresh.csv")
    done = run(*asked, "--output", files / "flags.parquet")
    assert done.exit_code == 0, done.stderr
    assert "synthetic records flagged, at a level of 1 %" in done.stdout
    written = pq.read_table(files / "flags.parquet").to_pandas()
    assert written.isna().equals(lines.isna())
    pd.testing.assert_frame_equal(
        written.astype(object).fillna(""), lines.astype(object).fillna("")
    )
    done = run(*asked, "--output", files / "flags.csv", "--format", "json")
    assert json.loads(done.stdout)["rows"] == 1000
    again = pd.read_csv(files / "flags.csv")
    assert (again["flagged"] == "yes").tolist() == lines["flagged"].tolist()
    assert again["combined_p"].tolist() == lines["combined_p"].tolist()
    done = run(*asked, "--output", files / "flags.csv", "--only-listed", "--alpha", "0.05")
    assert done.exit_code == 0
    assert pd.read_csv(files / "flags.csv")["listed"].eq("yes").all()
    assert not list(files.glob(".audits*"))


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--output", "flags.txt"), 2, "must end in .parquet or .csv"),
        (("--output", "none/flags.csv"), 2, "there is no folder"),
        (("--output", "made.csv"), 2, "would overwrite an input"),
        (("--only-listed",), 2, "needs --output"),
        (("--format", "csv"), 2, "no summary of flags"),
        (("--alpha", "2"), 2, "flag_level must lie in"),
        (("--rules", "none.toml"), 3, "cannot be read"),
        (("--holdout", "none.csv"), 3, "no such file"),
    ],
)
def test_what_makes_no_sense_is_refused(files, monkeypatch, options, code, said):
    monkeypatch.chdir(files)
    done = run("real.csv", "made.csv", "--sensitive-features", "race", *options)
    assert done.exit_code == code
    assert said in done.stderr


def test_a_wrong_rule_is_refused_before_anything_is_read(files):
    (files / "rules.toml").write_text("[[rule]]\ncheck = 'age >'\n", encoding="utf-8")
    with pytest.raises(RuleError, match="line 2, column 15"):
        audits.flag("none.csv", "none.csv", sensitive_features="a", rules=files / "rules.toml")


def test_a_feature_named_like_a_column_of_flags_is_told_apart():
    real, made = (frame.rename(columns={"race": "flagged"}) for frame in (REAL, MADE))
    found = audits.flag(real, made, sensitive_features="flagged").to_frame()
    assert found["flagged (sensitive feature)"].tolist() == MADE["race"].tolist()


def test_a_holdout_of_real_rows_is_not_fresh_and_does_not_serve():
    found = flagged(MADE, holdout=REAL)
    said = "3,000 of 3,000 rows of the holdout are also in the real table, more than chance"
    assert any(note.startswith(said) for note in found.notes)
    assert found.fresh == "left out"
    without = flagged(MADE, holdout=None)
    assert str(found.groups) == str(without.groups)
    assert found.to_frame().equals(without.to_frame())


def test_a_few_real_rows_in_a_holdout_are_said():
    """Fewer than chance could bring about do not make it stale."""
    mixed = pd.concat([FRESH, REAL.iloc[:3]], ignore_index=True)
    found = flagged(MADE, holdout=mixed)
    assert found.fresh == "holdout"
    assert any("of the holdout are also in the real table: if they" in n for n in found.notes)


def test_where_rates_differ_from_those_of_an_audit_is_said():
    assert any("audits compare judges a sample of each group" in n for n in flagged(MADE).notes)


def test_spark_has_no_order(monkeypatch):
    monkeypatch.setattr("audits.data.engines.is_spark", lambda _data: True)
    with pytest.raises(UsageError, match="whose rows have no order"):
        flagged(MADE)


# -- open data -------------------------------------------------------------------------------------


@pytest.mark.real_data
def test_the_level_holds_on_people_of_adult(real_data):
    """Half of Adult's holdout calibrates, the other half is flagged as if it were synthetic."""
    real = pd.read_csv(real_data / "adult_pairs" / "2021_adult_trn.csv.gz", dtype=str)
    held = pd.read_csv(real_data / "adult_pairs" / "2021_adult_val.csv.gz", dtype=str)
    half = np.random.default_rng(1).random(len(held)) < 0.5
    found = audits.flag(
        real, held[half], sensitive_features=["race", "sex"], holdout=held[~half], missing=["?"]
    ).to_frame()
    for group in ("race", "sex"):
        for name, mine in found.groupby(group):
            slack = 3.5 * np.sqrt(0.01 * 0.99 * 2 / len(mine))
            assert mine["flagged"].mean() < 0.01 + slack, name
    assert 0.003 < found["flagged"].mean() < 0.015


def test_it_is_named_in_a_line():
    found = flagged(MADE)
    assert repr(found).startswith(f"<Flags: {found.flagged:,} of {len(MADE):,} records at 1 %; ")
    assert len(repr(found)) < 120
