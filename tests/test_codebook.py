"""How every shared column is understood, coded, left out or refused."""

import numpy as np
import pandas as pd
import pytest

from audits.data import codebook
from audits.data.duckdb_engine import DuckDBEngine
from audits.data.kinds import parse_bands, parse_kinds
from audits.data.sources import open_source
from audits.data.workspace import Workspace
from audits.errors import ColumnError, ColumnNotFoundError, InputError, UsageError
from audits.settings import Settings

WORK = Workspace()

RNG = np.random.default_rng(7)
N, M = 300, 400


def engines(real, synthetic, holdout=None, markers=()):
    work = WORK
    tables = {"real": real, "synthetic": synthetic, "holdout": holdout}
    return [
        DuckDBEngine(open_source(table, role, work), work, frozenset(markers))
        for role, table in tables.items()
        if table is not None
    ]


def book_of(real, synthetic, *, holdout=None, markers=(), settings=None, **plan):
    """Build the codebook of two tables given as mappings; `s`, a sex, is the sensitive feature."""
    real, synthetic = ({"s": ["f", "m"] * (len(next(iter(t.values()))) // 2)} | t
                       for t in (real, synthetic))  # fmt: skip
    held = None if holdout is None else pd.DataFrame(holdout)
    opened = engines(pd.DataFrame(real), pd.DataFrame(synthetic), held, markers)
    plan["kinds"] = parse_kinds(plan.get("kinds"))
    plan["bands"] = parse_bands(plan.get("bands"))
    plan.setdefault("sensitive", ("s",))
    titles = ("the real table", "the synthetic table")
    return codebook.build(
        *opened[:2], codebook.Plan(**plan), settings or Settings(), titles, *opened[2:]
    )


def record(book, name="x"):
    return next(r for r in book.records if r.name == name)


def numbers(count, **how):
    return RNG.normal(**how, size=count).round(3)


UNDERSTOOD = {
    "words": (["a", "b"] * 150, ["a", "c"] * 200, "categorical", 3),
    "one word for two spellings": ([1, 2] * 150, ["1.0", "2 "] * 200, "categorical", 2),
    "real floats": (numbers(N), numbers(M), "numeric", None),
    "real floats, rounded in one": (numbers(N), ["1.5", "2.5"] * 200, "numeric", None),
    "whole numbers": (RNG.integers(0, 90, N), RNG.integers(0, 90, M), "numeric", None),
    "few in one, many in the other": ([1, 2] * 150, numbers(M), "numeric", None),
    "dates": (pd.date_range("2020", periods=N), ["2020-05-01", "2020-01-01"] * 200, "date", None),
    "dates the other way": (["2020-05-01", "2020-01-01"] * 150, pd.date_range("2020", periods=M),
                            "date", None),
    "booleans": ([True, False] * 150, ["TRUE", "false"] * 200, "boolean", 2),
    "booleans as numbers": ([True, False] * 150, [1, 0] * 200, "boolean", 2),
    "short and long floats": (np.float32([0.1, 0.2] * 150), [0.1, 0.2] * 200, "numeric", 2),
    "postcodes": (["02139", "10001"] * 150, ["02139", "10001"] * 200, "categorical", 2),
    "missing in some": ([None, "a"] * 150, ["a", "b"] * 200, "categorical", 2),
    "constant in one": (["a", "a"] * 150, ["a", "b"] * 200, "categorical", 2),
    "a constant number in one": ([1.5] * N, numbers(M), "numeric", None),
}  # fmt: skip


@pytest.mark.parametrize(
    ("real", "synthetic", "kind", "levels"), UNDERSTOOD.values(), ids=UNDERSTOOD
)
def test_columns_that_are_compared(real, synthetic, kind, levels):
    book = book_of({"x": real}, {"x": synthetic})
    found = record(book)
    assert (found.kind, found.use) == (kind, "compared")
    assert levels is None or found.levels == levels
    assert book.codings["x"].size == found.levels + 1
    assert len(set(book.codings["x"].labels)) == book.codings["x"].size


WORDS = [f"{i} " + "lorem ipsum " * 8 for i in range(M)]
LEFT_OUT = {
    "constant": (["a"] * N, ["a"] * M, "constant", "one value: 'a'"),
    "nothing at all": ([None] * N, [None] * M, "constant", "no value in either table"),
    "nothing in real": ([None] * N, ["a", "b"] * 200, "constant", "no value in the real table"),
    "nothing in synthetic": (
        numbers(N),
        [np.nan] * M,
        "constant",
        "no value in the synthetic table",
    ),
    "key": (
        [f"R{i}" for i in range(N)],
        [f"S{i}" for i in range(M)],
        "identifier",
        "as many values",
    ),
    "running number": (range(N), range(5000, 5000 + M), "identifier", "as many values"),
    "shuffled numbers": (RNG.permutation(N) + 7, RNG.integers(0, 9, M), "identifier", "as many"),
    "texts": (WORDS[:N], WORDS, "free_text", "long texts"),
}


@pytest.mark.parametrize(("real", "synthetic", "kind", "note"), LEFT_OUT.values(), ids=LEFT_OUT)
@pytest.mark.parametrize("as_text", [False, True])
def test_columns_that_are_left_out_with_the_reason(real, synthetic, kind, note, as_text):
    sides = [pd.Series(side) for side in (real, synthetic)]
    if as_text:
        sides = [
            side.map(lambda v: None if pd.isna(v) else str(v)).astype(object) for side in sides
        ]
    book = book_of({"x": sides[0], "y": [1, 2] * 150}, {"x": sides[1], "y": [1, 2] * 200})
    found = record(book)
    assert (found.kind, found.use) == (kind, "left out")
    assert note in found.note
    assert "x" not in book.codings
    assert "y" in book.codings


def test_a_key_that_is_a_number_is_one_in_any_type():
    """Drawn from a long list, a key has gaps: then its name tells."""
    real, synthetic = RNG.permutation(10**6)[:N], RNG.integers(0, 10**6, M)
    for change in (lambda v: v, lambda v: v.astype(float), lambda v: v.astype(str)):
        tables = ({"person_id": change(real)}, {"person_id": change(synthetic)})
        assert record(book_of(*tables), "person_id").kind == "identifier"
        tables = ({"pay": change(real)}, {"pay": change(synthetic)})
        assert record(book_of(*tables), "pay").kind == "numeric"


def test_invented_words_do_not_make_a_key_of_a_real_category():
    book = book_of({"x": ["a", "b"] * 150}, {"x": [f"w{i}" for i in range(M)]})
    assert record(book).kind == "categorical"
    assert record(book).levels == M + 2


def test_columns_of_one_table_are_listed_and_said():
    book = book_of({"x": [1] * N, "only": [1] * N}, {"x": [1] * M, "other": [2] * M})
    assert record(book, "only").use == "only in real"
    assert record(book, "other").use == "only in synthetic"
    assert any("Only in the real table" in note and "only" in note for note in book.notes)


def test_no_shared_column():
    with pytest.raises(InputError, match=r"share no column: a, s against b, t"):
        codebook.build(
            *engines(pd.DataFrame({"a": [1], "s": ["f"]}), pd.DataFrame({"b": [1], "t": ["f"]})),
            codebook.Plan(("s",)),
            Settings(),
            ("the real table", "the synthetic table"),
        )


def test_features_asked_for_and_weights():
    book = book_of(
        {"x": [1, 2] * 150, "y": [1, 2] * 150, "w": numbers(N) ** 2},
        {"x": [1, 2] * 200, "y": [1, 2] * 200, "w": numbers(M)},
        features=("x",),
        weights="w",
    )
    assert book.attributes == ("s", "x")
    assert record(book, "y").note == "not among the features asked for"
    assert record(book, "w").use == "weights"


# -- numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("far", [9_999_999_999, -9_999_999_999])
def test_one_far_value_does_not_blur_the_others(far):
    """The grid is finest at the median, wherever the extremes are."""
    real = np.append(numbers(N - 1, loc=100, scale=15), far)
    coding = book_of({"x": real}, {"x": numbers(M, loc=100, scale=15)}).codings["x"]
    assert coding.size > 150
    near = coding.positions[1:][np.abs(coding.positions[1:]) < 1000]
    assert len(near) > 150
    assert np.diff(near).max() < 15


@pytest.mark.parametrize("absurd", [np.inf, -np.inf, 1e200, -1e30])
@pytest.mark.parametrize("side", [0, 1])
def test_absurd_numbers_are_refused_with_the_side(absurd, side):
    sides = [numbers(N), numbers(M)]
    sides[side][5] = absurd
    with pytest.raises(ColumnError, match=r"infinite|absurdly large") as caught:
        book_of({"x": sides[0]}, {"x": sides[1]})
    if side == 0 or abs(absurd) > 1e100:
        assert ("real", "synthetic")[side] in caught.value.table
    marker = str(caught.value).rpartition("--missing=")[2].rstrip(").")
    book = book_of({"x": sides[0]}, {"x": sides[1]}, markers=(marker,))
    assert record(book).missing_real + record(book).missing_synthetic == 1


def test_a_word_among_numbers_is_refused_with_the_side():
    for side in (0, 1):
        sides = [numbers(N).astype(str).astype(object), numbers(M).astype(str).astype(object)]
        sides[side][7] = "oops"
        with pytest.raises(ColumnError, match=r"'oops' is not a number \(1 such value\)") as caught:
            book_of({"x": sides[0]}, {"x": sides[1]})
        assert ("real", "synthetic")[side] in caught.value.table
        book = book_of({"x": sides[0]}, {"x": sides[1]}, markers=("oops",))
        assert record(book).kind == "numeric"


def test_a_word_among_numbers_too_many_to_list():
    settings = Settings().having(level_limit=100)
    sides = [numbers(N).astype(str).astype(object), numbers(M).astype(str).astype(object)]
    sides[0][[7, 9]] = "oops", "ouch"
    with pytest.raises(ColumnError, match=r"'oops' is not a number \(2 such values\)"):
        book_of({"x": sides[0]}, {"x": sides[1]}, settings=settings)
    book = book_of({"x": sides[0]}, {"x": sides[1]}, settings=settings, markers=("oops", " ouch "))
    assert record(book).kind == "numeric"
    assert record(book).missing_real == 2


def test_narrow_and_wide_columns_are_read_alike():
    """Whether values are few enough to be listed must not change what they are."""
    dates = pd.Series(pd.date_range("2020", periods=N, freq="31h")).astype(str)
    columns = {
        "n": [f" {v} " for v in numbers(N)],
        "d": dates,
        "z": [f"0{i + 1000}" for i in range(N)],
        "k": [f"k{i}" for i in range(N)],
    }
    columns["n"][3] = "\u00a0NaN\t"
    columns["d"][4] = "missing"
    found = []
    for limit in (10_000, 100):
        settings = Settings().having(level_limit=limit)
        book = book_of(columns, columns, settings=settings)
        found.append({r.name: (r.kind, r.use, r.levels * (r.use == "compared"), r.missing_real)
                      for r in book.records})  # fmt: skip
        assert book.codings["d"].positions[1] == pytest.approx(18262, abs=1)
    assert found[0] == found[1]
    assert found[0]["n"][3] == found[0]["d"][3] == 1
    assert found[0]["z"][0] == "identifier"


# -- told ------------------------------------------------------------------------------------------


def test_kinds_as_told_are_kept():
    tables = ({"x": ["lo", "hi"] * 150}, {"x": ["hi", "lo"] * 200})
    book = book_of(*tables, kinds={"x": ["lo", "mid", "hi"]})
    assert book.codings["x"].labels == ("missing", "lo", "hi")
    np.testing.assert_array_equal(book.codings["x"].positions, [np.nan, 0, 1])
    assert record(book).note == "as told"
    assert record(book_of(*tables, kinds={"x": "identifier"})).use == "left out"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("ordinal", "the order of its levels is not given"),
        (["lo"], "the order given leaves out 'hi'"),
        ("numeric", "'hi' is not a number"),
        ("date", "'hi' is not a date"),
    ],
)
def test_kinds_that_do_not_fit(kind, reason):
    with pytest.raises((UsageError, ColumnError), match=reason):
        book_of({"x": ["lo", "hi"] * 150}, {"x": ["hi", "lo"] * 200}, kinds={"x": kind})


def test_numbers_have_an_order_of_their_own():
    book = book_of({"x": [10, 9] * 150}, {"x": [9, 10] * 200}, kinds={"x": "ordinal"})
    assert book.codings["x"].labels == ("missing", "9", "10")


# -- sensitive features ----------------------------------------------------------------------------


def test_bands_of_numbers_and_dates():
    ages, days = RNG.integers(18, 90, N), pd.date_range("2020-01-01", periods=N)
    book = book_of(
        {"age": ages, "day": days, "few": [1, 2, 3] * 100},
        {"age": ages, "day": days, "few": [1, 2, 3] * 100},
        sensitive=("age", "day", "few"),
        bands={"age": [30, 65], "day": ["2020-02-01"], "few": [2]},
    )
    assert book.sensitive["age"].labels == ("missing", "under 30", "30 to under 65", "65 and over")
    assert book.sensitive["day"].labels == ("missing", "under 2020-02-01", "2020-02-01 and over")
    assert book.sensitive["few"].labels == ("missing", "under 2", "2 and over")
    assert book.codings["age"].name == "age"


def test_bands_cut_where_none_are_given_are_said():
    book = book_of({"age": numbers(N)}, {"age": numbers(M)}, sensitive=("age",))
    assert book.sensitive["age"].size == 5
    assert "no bands were given, so 4 were cut" in record(book, "age").note
    assert any("no bands" in note for note in book.notes)


REFUSED = {
    "constant": (["f"] * N, ["f"] * M, "holds one value ('f') in both tables"),
    "nothing": ([None] * N, [None] * M, "holds no value in either table"),
    "nothing in synthetic": (["f", "m"] * 150, [None] * M, "holds no value in the synthetic table"),
    "key": ([f"k{i}" for i in range(N)], ["f", "m"] * 200, "is an identifier"),
    "too many levels": ([f"k{i % 120}" for i in range(N)], ["f", "m"] * 200,
                        "may have 100"),
}  # fmt: skip


@pytest.mark.parametrize(("real", "synthetic", "reason"), REFUSED.values(), ids=REFUSED)
def test_columns_that_form_no_groups(real, synthetic, reason):
    settings = Settings().having(sensitive_level_limit=100)
    with pytest.raises(ColumnError, match="column 's'") as caught:
        book_of({"s": real}, {"s": synthetic}, settings=settings)
    assert reason in str(caught.value)
    side = "synthetic" if "in the synthetic" in reason else "real"
    assert caught.value.table == f"the {side} table"


def test_one_value_on_one_side_is_a_finding_and_no_error():
    assert record(book_of({"x": [1] * N}, {"s": ["f"] * M, "x": [1] * M}), "s").use == "sensitive"


def test_a_kind_that_forms_no_groups():
    with pytest.raises(UsageError, match="that forms no groups"):
        book_of({"x": [1] * N}, {"x": [1] * M}, kinds={"s": "free_text"})


def test_bands_need_numbers():
    with pytest.raises(ColumnError, match="holds no numbers to be banded"):
        book_of({"x": [1] * N}, {"x": [1] * M}, bands={"s": [1]})


# -- levels, holdout -------------------------------------------------------------------------------


def test_a_level_called_missing_is_missing():
    book = book_of({"x": ["missing", "a", "b"] * 100}, {"x": ["a", "b"] * 200})
    assert book.codings["x"].labels == ("missing", "a", "b")
    assert record(book).missing_real == 100


def test_very_long_levels_are_cut_and_still_told_apart():
    long = "x" * 10**6
    book = book_of({"x": [long, long + "y"] * 150}, {"x": ["a", long] * 200})
    labels = book.codings["x"].labels
    assert len(set(labels)) == 4
    assert max(map(len, labels)) < 200


def test_a_holdout_follows_the_codebook():
    tables = ({"x": ["a", "b"] * 150}, {"x": ["a", "b"] * 200})
    book = book_of(*tables, holdout={"s": ["f"], "x": ["c"]})
    assert record(book).kind == "categorical"
    assert "c" in book.codings["x"].labels
    with pytest.raises(ColumnNotFoundError, match="the holdout table has no column 'x'"):
        book_of(*tables, holdout={"s": ["f"], "y": ["c"]})


def test_a_holdout_of_too_many_levels_is_named():
    settings = Settings().having(level_limit=100)
    tables = ({"x": ["a", "b"] * 150}, {"x": ["a", "b"] * 200})
    held = {"s": ["f"] * 300, "x": [f"v{i}" for i in range(300)]}
    with pytest.raises(ColumnError, match="holdout table, column 'x': has more than 100 different"):
        book_of(*tables, holdout=held, settings=settings)


def test_a_constant_stays_one_whatever_the_holdout_holds():
    book = book_of({"x": ["a"] * N}, {"x": ["a"] * M}, holdout={"s": ["f"], "x": ["c"]})
    assert record(book).kind == "constant"
