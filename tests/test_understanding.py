"""What is understood of columns before an audit is what the audit then makes of them."""

import pandas as pd
import pytest

import audits
from audits.data.understanding import CANNOT, Level, understood
from audits.errors import InputError, SourceError


def people(rows=400, **columns):
    return pd.DataFrame({"sex": ["female", "male"] * (rows // 2), **columns})


def _ages(from_):
    return [from_ + n % 90 for n in range(400)]


def test_it_says_of_every_column_what_an_audit_says(sample):
    tables = sample / "survey_real.csv", sample / "synthetic_three.csv"
    audit = audits.compare(*tables, sensitive_features="sex", ask=["coverage"])
    found = understood(*tables)
    said = {c.name: (c.kind, c.levels, c.missing_real, c.missing_synthetic) for c in audit.columns}
    assert said == {
        c.name: (c.kind, c.levels, c.missing_real, c.missing_synthetic) for c in found.columns
    }
    assert found.whole


def test_the_most_frequent_values_come_first_with_their_rows_in_both_tables():
    real = people(race=["a"] * 300 + ["b"] * 100)
    found = understood(real, people(race=["b"] * 390 + ["c"] * 10))
    assert found.levels["race"] == (Level("a", 300, 0), Level("b", 100, 390), Level("c", 0, 10))


def test_a_column_of_numbers_has_a_span_and_no_levels():
    found = understood(people(age=_ages(0)), people(age=_ages(20)))
    assert found.spans == {"age": (0.0, 89.0)}
    assert "age" not in found.levels


def test_on_how_many_rows_it_rests_is_said():
    found = understood(people(1000), people(400), most_rows=500)
    assert (found.rows, found.read) == ((1000, 400), (500, 400))
    assert not found.whole


def test_a_wide_table_rests_on_fewer_rows_and_every_column_is_there():
    wide = people(60, **{f"c{n}": ["a", "b"] * 30 for n in range(120)})
    found = understood(wide, wide)
    assert len(found.columns) == 121
    assert {c.levels for c in found.columns} == {2}


def test_a_column_that_cannot_be_judged_does_not_hide_the_others():
    words = people(age=[n / 7 for n in range(399)] + ["forty"])
    found = {c.name: c for c in understood(words.astype(str), people(age=range(400))).columns}
    assert found["age"].use == CANNOT
    assert "'forty' is not a number" in found["age"].note
    assert found["sex"].use == "compared"


def test_kinds_and_words_for_missing_that_are_named_hold():
    frame = people(code=["1", "2", "?", "4"] * 100)
    plain = {c.name: c for c in understood(frame, frame).columns}
    told = {c.name: c for c in understood(frame, frame, missing=["?"]).columns}
    assert (plain["code"].kind, plain["code"].missing_real) == ("categorical", 0)
    assert told["code"].missing_real == 100
    again = understood(frame, frame, missing=["?"], kinds={"code": "numeric"})
    assert {c.name: c.kind for c in again.columns}["code"] == "numeric"


def test_a_fault_beyond_the_rows_it_rests_on_is_found(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("sex,paid\n" + "f,yes\nm,no\n" * 500 + "f,yes,more\n")
    with pytest.raises(SourceError, match="line 1002"):
        understood(path, path, most_rows=100)


def test_tables_that_share_nothing_are_refused():
    with pytest.raises(InputError, match="share no column"):
        understood(people(), pd.DataFrame({"other": range(10)}))


def test_columns_of_one_table_only_are_named():
    found = understood(people(age=range(400)), people())
    assert {c.name: c.use for c in found.columns} == {"age": "only in real", "sex": "compared"}
