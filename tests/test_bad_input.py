"""Whatever people point at: an audit, or one sentence on what is wrong, where, and what to do."""

import json
import re

import numpy as np
import pandas as pd
import polars as pl
import pytest

import audits
from audits.errors import AuditError, InputError, UsageError
from audits.settings import Settings

QUICK = Settings().having(max_draws=199, classifier_permutations=39, classifier_rows=0)
N, M = 120, 160


def people(rows, seed):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "sex": rng.choice(["female", "male"], rows),
            "race": rng.choice(["a", "b", "c"], rows, p=[0.6, 0.3, 0.1]),
            "age": rng.integers(18, 90, rows),
            "score": rng.normal(size=rows).round(3),
        }
    )


REAL, SYNTHETIC = people(N, 1), people(M, 2)


def compare(real=REAL, synthetic=SYNTHETIC, **options):
    options = {"sensitive_features": ["sex", "race"], "settings": QUICK} | options
    audit = audits.compare(real, synthetic, **options)
    json.dumps(audit.to_dict(), allow_nan=False)
    return audit


def refused(exit_code, match, **options):
    with pytest.raises(AuditError, match=match) as caught:
        compare(**options)
    said = str(caught.value)
    assert caught.value.exit_code == exit_code
    assert caught.value.__cause__ is None
    assert said.endswith((".", "?")), said
    assert not re.search(r"Traceback|object at 0x|Binder Error|Catalog Error", said)
    return said


def column(name, real, synthetic):
    """The two tables with one more column, or with another one in its place."""
    return {"real": REAL.assign(**{name: real}), "synthetic": SYNTHETIC.assign(**{name: synthetic})}


def use(audit, name):
    return next((c.use, c.note) for c in audit.columns if c.name == name)


# -- arguments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"sensitive_features": []}, "no sensitive feature was named"),
        ({"sensitive_features": None}, "no sensitive feature was named"),
        ({"sensitive_features": 1.5}, "sensitive_features must be a name"),
        (
            {"sensitive_features": "sexe"},
            "the real table .* has no column 'sexe'. Did you mean 'sex'",
        ),
        ({"features": ["agee"]}, "no column 'agee'. Did you mean 'age'"),
        ({"weights": "w"}, "the real table .* has no column 'w'"),
        ({"weights": "sex"}, "cannot be both weight and feature"),
        ({"kinds": {"agee": "numeric"}}, "no column 'agee'"),
        ({"kinds": {"age": "nummeric"}}, "no kind 'nummeric'. Did you mean 'numeric'"),
        ({"bands": {"age": [30]}}, "bands are given for 'age', which is no sensitive feature"),
        ({"ask": "drifft"}, "no question 'drifft'. Did you mean 'drift'"),
        ({"threads": 0}, "threads must be a whole number from 1"),
        ({"threads": "many"}, "threads must be a whole number"),
        ({"memory": "lots"}, "memory must be an amount such as 4GB"),
        ({"memory": 10**6}, "memory must be at least 512MB"),
        ({"work_folder": "/no/where"}, "the work folder cannot be made in /no/where"),
        ({"keep_work": True}, "keep_work needs a work_folder"),
        ({"real": [1, 2]}, "the real table is a list. Give a path"),
        ({"synthetic": None}, "the synthetic table is a NoneType"),
        ({"holdout": 3}, "the holdout table is a int"),
        ({"holdout": REAL.drop(columns="age")}, "the holdout table has no column 'age'"),
        (
            {"synthetic": SYNTHETIC.drop(columns="sex")},
            "the synthetic table .* has no column 'sex'",
        ),
        ({"real": REAL.rename(columns={"sex": "Sex"})}, "the real table .* Did you mean 'Sex'"),
    ],
)
def test_questions_put_wrongly(options, match):
    refused(2, match, **options)


def test_one_name_is_as_good_as_a_list():
    audit = compare(sensitive_features="sex", features="age", ask="coverage", missing="b")
    assert list(audit.answers) == ["coverage"]
    assert use(audit, "score") == ("left out", "not among the features asked for")


@pytest.mark.parametrize("value", ["x", None, float("nan"), float("inf"), 0.5, -1, [1]])
def test_settings_out_of_range(value):
    with pytest.raises(UsageError, match=r"^support_watch must "):
        Settings().having(support_watch=value)
    with pytest.raises(UsageError, match=r"^support_watch must "):
        Settings(support_watch=value)


def test_settings_that_contradict_each_other_or_do_not_exist():
    with pytest.raises(UsageError, match=r"support_problem \(200\) must not exceed support_watch"):
        Settings().having(support_problem=200)
    with pytest.raises(UsageError, match=r"no setting 'sed'. Did you mean 'seed'"):
        Settings().having(sed=1)
    with pytest.raises(UsageError, match="multiplicity must be bh or holm, got 'none'"):
        Settings().having(multiplicity="none")


def test_settings_survive_a_journey():
    changed = Settings().having(seed="7", drift_watch="0.05", multiplicity="holm")
    assert Settings.from_dict(json.loads(json.dumps(changed.to_dict()))) == changed
    assert changed.seed == 7


# -- tables ----------------------------------------------------------------------------------------


def test_a_word_in_line_50_002_of_a_number_column(tmp_path):
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {"sex": ["female", "male"] * 30_000, "n": rng.normal(size=60_000).round(9)}
    )
    broken = table.astype({"n": str})
    broken.loc[50_000, "n"] = "oops"
    broken.to_csv(tmp_path / "broken.csv", index=False)
    said = "line 50002, column 'n': 'oops' is not a number"
    for side in ("real", "synthetic"):
        tables = {"real": table, "synthetic": table} | {side: tmp_path / "broken.csv"}
        found = refused(3, said, **tables, sensitive_features="sex")
        assert found.startswith(f"the {side} table (broken.csv)")
    audit = compare(tmp_path / "broken.csv", table, sensitive_features="sex", missing=["oops"],
                    ask=["coverage"])  # fmt: skip
    assert {c.name: (c.kind, c.missing_real) for c in audit.columns}["n"] == ("numeric", 1)


def test_tables_that_share_no_column():
    refused(2, "the synthetic table .* has no column 'a'", real=pd.DataFrame({"a": ["f"]}),
            synthetic=pd.DataFrame({"b": [1]}), sensitive_features="a")  # fmt: skip


@pytest.mark.parametrize("rows", [0, 1])
def test_tables_of_no_row_and_of_one(rows):
    if rows == 0:
        refused(3, r"the real table \(pandas table\) has no rows", real=REAL.iloc[:0])
        refused(3, "the synthetic table has no columns", synthetic=pd.DataFrame())
        return
    assert compare(REAL.iloc[:1]).verdict.value == "problem"
    assert compare(REAL, SYNTHETIC.iloc[:1]).findings
    assert compare(REAL.iloc[:1], SYNTHETIC.iloc[:1].assign(sex="x", race="y")).findings


def test_identical_tables():
    audit = compare(REAL, REAL)
    assert not [f for f in audit.about("drift") if f.verdict.value in ("problem", "watch")]
    assert all(row.ratio.value == 1 for row in audit["coverage"].rows)


def test_groups_of_nobody_one_and_two():
    real, synthetic = REAL.copy(), SYNTHETIC.copy()
    real.loc[0, "race"], real.loc[[1, 2], "race"], synthetic.loc[0, "race"] = "one", "two", "new"
    rows = {
        row.group: (row.real, row.synthetic) for row in compare(real, synthetic)["coverage"].rows
    }
    assert rows[("race", "one"),] == (1, 0)
    assert rows[("race", "two"),] == (2, 0)
    assert rows[("race", "new"),] == (0, 1)


def test_a_hundred_columns():
    rng = np.random.default_rng(1)
    more = [pd.DataFrame(rng.integers(0, 3, (n, 100)), columns=[f"c{i}" for i in range(100)])
            for n in (N, M)]  # fmt: skip
    audit = compare(pd.concat([REAL, more[0]], axis=1), pd.concat([SYNTHETIC, more[1]], axis=1),
                    sensitive_features="sex", ask=["coverage", "drift"])  # fmt: skip
    assert sum(c.use == "compared" for c in audit.columns) == 103


def test_names_and_values_of_every_kind(tmp_path):
    nasty = [
        'a"b',
        "c'd",
        "e\nf",
        "<b>&amp;</b>",
        "$x$",
        "سود",
        "👩🏽",
        "back\\slash",
        "a,b",
        "%s",
        "×",
        "[x]",
    ]
    sides = []
    for frame, seed in ((REAL, 3), (SYNTHETIC, 4)):
        rng = np.random.default_rng(seed)
        sides.append(frame.assign(**{name: rng.choice(nasty, len(frame)) for name in nasty}))
    sides[0].to_csv(tmp_path / "real.csv", index=False)
    options = {"sensitive_features": ["e\nf", 'a"b'], "ask": ["coverage", "drift"]}
    audit = compare(*sides, **options)
    assert {c.name for c in audit.columns} >= set(nasty)
    assert {value for f in audit.findings for _, value in f.group} >= set(nasty)
    from_file = compare(tmp_path / "real.csv", sides[1], **options)
    assert from_file.to_dict()["findings"] == audit.to_dict()["findings"]


def test_names_of_columns_may_be_numbers():
    frames = [f.rename(columns={"sex": 0, "race": 1}) for f in (REAL, SYNTHETIC)]
    audit = compare(*frames, sensitive_features=[0, 1], weights=None, kinds={0: "categorical"})
    assert audit.sensitive_features == ("0", "1")


def test_a_cell_of_a_million_letters():
    real = REAL.copy()
    real.loc[3, "race"] = "x" * 10**6
    audit = compare(real, ask=["coverage"])
    assert len(json.dumps(audit.to_dict())) < 10**6
    real = REAL.astype({"age": str})
    real.loc[3, "age"] = "1" * 10**6
    assert len(refused(3, "'1111.*…' is not a number", real=real)) < 1000


# -- sensitive features ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("real", "synthetic", "match"),
    [
        (None, SYNTHETIC["race"], "the real table .*holds no value in the real table"),
        (REAL["race"], None, "the synthetic table .*holds no value in the synthetic table"),
        (None, None, "holds no value in either table"),
        ("same", "same", "holds one value .'same'. in both tables"),
        ([f"p{i}" for i in range(N)], [f"p{i}" for i in range(M)], "is an identifier"),
    ],
)
def test_columns_that_form_no_groups(real, synthetic, match):
    refused(3, match, **column("race", real, synthetic))


def test_ten_thousand_levels():
    table = pd.DataFrame({"z": [f"v{i}" for i in range(10_000)] * 2})
    tables = {"real": table, "synthetic": table, "sensitive_features": "z"}
    refused(3, "has 10,000 levels; a sensitive feature may have 1,000", **tables)
    table = pd.DataFrame({"z": [f"v{i}" for i in range(10_001)] * 2})
    refused(3, "more than 10,000 different values", **tables | {"real": table})


# -- columns ---------------------------------------------------------------------------------------

ODD = {
    "mixed": pd.Series([1, "a", 2.0, None], dtype=object),
    "nullable": pd.Series([1, None, 2], dtype="Int64"),
    "zones": pd.Series(
        pd.to_datetime(["2020-01-01", "2021-01-01", None]).tz_localize("Asia/Tokyo")
    ),
    "durations": pd.Series(pd.to_timedelta([1, 2, None], unit="h")),
    "periods": pd.Series(pd.period_range("2020", periods=3, freq="Y")),
    "intervals": pd.cut(pd.Series([1, 2, 3]), 2),
    "lists": pd.Series([[1], [2, 3], None]),
    "half infinite": pd.Series([0.5, 1e10, -1e10]),
}


@pytest.mark.parametrize("values", ODD.values(), ids=ODD.keys())
def test_pandas_columns_of_every_type(values):
    take = [values.take(np.arange(rows) % len(values)).reset_index(drop=True) for rows in (N, M)]
    audit = compare(**column("odd", *take), ask=["coverage", "drift"])
    assert use(audit, "odd")[0] == "compared"


@pytest.mark.parametrize(
    "odd",
    [
        *((pl.col("age") % 5).cast(kind)
          for kind in (pl.Decimal(10, 2), pl.UInt64, pl.Int128, pl.Duration("ms"), pl.Time)),
        pl.col("race").cast(pl.Categorical),
        pl.col("race").cast(pl.Enum(["c", "b", "a", "unused"])),
        pl.concat_list("race", "sex"),
    ],
    ids=str,
)  # fmt: skip
def test_polars_columns_of_every_type(odd):
    sides = [pl.from_pandas(frame).with_columns(odd=odd) for frame in (REAL, SYNTHETIC)]
    assert use(compare(*sides, ask=["coverage", "drift"]), "odd")[0] == "compared"


@pytest.mark.parametrize(
    ("real", "synthetic", "note"),
    [
        (None, "x", "no value in the real table"),
        (1.5, None, "no value in the synthetic table"),
        (None, None, "no value in either table"),
        ("x", "x", "one value: 'x'"),
        (range(N), range(M), "as many values as rows"),
        ([f"{i} {'so it goes ' * 5}" for i in range(N)], [str(i) for i in range(M)], "long texts"),
    ],
)
def test_columns_with_nothing_to_compare_are_left_out_and_listed(real, synthetic, note):
    found = use(compare(**column("odd", real, synthetic), ask=["coverage"]), "odd")
    assert found[0] == "left out"
    assert note in found[1]


@pytest.mark.parametrize("number", [np.inf, -np.inf, 1e200])
def test_numbers_no_arithmetic_survives(number):
    real = REAL.copy()
    real.loc[5, "score"] = number
    refused(3, "column 'score': holds a number that is (infinite|1e.200)", real=real)
    assert compare(real, missing=[str(number)], ask=["coverage"])


# -- weights and references ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "match"),
    [
        (
            np.where(np.arange(N) == 2, -1.0, 1.0),
            r"line 4, column 'w': a weight is negative \(-1\)",
        ),
        (np.where(np.arange(N) == 2, np.nan, 1.0), "line 4, column 'w': a weight is missing"),
        (np.zeros(N), "column 'w': every weight is zero"),
        (np.where(np.arange(N) == 2, "many", "1"), "line 4, column 'w': the weight 'many' is no"),
    ],
)
def test_weights_that_weigh_nothing(tmp_path, weights, match):
    REAL.assign(w=weights).to_csv(tmp_path / "real.csv", index=False)
    refused(3, match, real=tmp_path / "real.csv", weights="w")


def test_a_group_without_weight():
    weights = np.where(REAL.race == "c", 0.0, 1.0)
    audit = compare(REAL.assign(w=weights), weights="w")
    row = audit["coverage"][{"race": "c"}][0]
    assert row.real_share.value == row.effective == 0
    assert row.real == (REAL.race == "c").sum()
    verdicts = {f.question: f.verdict.value for f in audit.about(group={"race": "c"})}
    assert verdicts["coverage"] == verdicts["provenance"] == "problem"
    assert "ok" not in verdicts.values()


@pytest.mark.parametrize(
    ("exit_code", "reference", "match"),
    [
        (3, {"sex": {"female": 0.5, "male": 0.4}}, "sum to 0.9, not to 1"),
        (3, {"sex": {"femal": 0.5, "male": 0.5}}, "Did you mean 'female'"),
        (2, {"sexe": {"female": 0.5, "male": 0.5}}, "Did you mean 'sex'"),
        (2, {"planet": {"Earth": 1.0}}, "names none of the sensitive features"),
        (2, {"female": 0.5, "male": 0.5}, "Give a mapping of groups to shares"),
        (3, "nowhere.csv", "nowhere.csv: cannot be read"),
    ],
)
def test_references_that_do_not_fit(exit_code, reference, match):
    refused(exit_code, match, reference=reference)


def test_parts_of_a_reference_that_are_not_used_are_said():
    reference = {"sex": {"female": 0.5, "male": 0.5}, "planet": {"Earth": 1.0}}
    audit = compare(reference=reference, ask=["coverage"])
    assert any("not used" in note and "planet" in note for note in audit.notes)
    with pytest.raises(InputError):
        compare(reference={"sex": {"female": 2}})
