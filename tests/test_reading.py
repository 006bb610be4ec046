"""Arrays are read by the rules that single values are read by, whatever stands in them."""

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audits.data import reading
from audits.data.values import as_day, as_number, canonical

WORDS = [
    "", " ", "\u3000", "a", " a ", "a\u0301", "\u00a0x\u2003", "NaN", "nan", "missing", "MISSING",
    "1", "+1", "-0", "01", "1.", ".5", "1e3", "1E-3", "1e400", "-1e400", "inf", "-inf", "Infinity",
    "0x10", "1_000", "1,5", "٣", "1" * 400, "1" * 401, "5e-324", "2020-01-01", "2020-02-30",
    "2024-02-29", "2023-02-29", "0001-01-01", "0000-01-01", "9999-12-31T23:59:59.999999Z",
    "2020-01-01 24:00", "2020-01-01T23:59", "2020-01-01T12:00:00+09:00", "2020-01-01T12:00-0330",
    "2020-01-01 12:00:00.5", "2020-01-01+01", "2020-01-01 12:00+14", "2020-01-01T12:60",
    "2020-13-01", "20200101", "👩🏽", "a\0b", "ß", "ﬁ",
]  # fmt: skip
texts = st.lists(
    st.one_of(
        st.none(),
        st.sampled_from(WORDS),
        st.text(max_size=6),
        st.from_regex(r"[+-]?[0-9]{1,4}\.?[0-9]{0,3}([eE][+-]?[0-9]{1,3})?", fullmatch=True),
        st.datetimes().map(lambda d: d.isoformat()),
    ),
    min_size=1,
)
MARKERS = frozenset({"?", "-9", "7.0"})


@given(texts)
@example(WORDS)
@example([" 7", "-9.0", "?", "? "])
def test_cleaned_texts_are_missing_where_single_values_are(values):
    found = reading.cleaned(pa.array(values, pa.string()), MARKERS).to_pylist()
    known = frozenset(text for m in MARKERS if (text := canonical(m)) is not None)
    for value, text in zip(values, found, strict=True):
        assert (text is None) == (canonical(value, known) is None)
        if text is not None:
            assert canonical(text) == canonical(value)


@given(texts)
@example(WORDS)
def test_numbers_are_those_of_single_values(values):
    cleaned = reading.cleaned(pa.array(values, pa.string()), frozenset())
    found = reading.numbers_of(cleaned, "number")
    expected = [None if v is None else as_number(v) for v in cleaned.to_pylist()]
    np.testing.assert_array_equal(found, [math.nan if v is None else v for v in expected])


@given(texts)
@example(WORDS)
def test_days_are_those_of_single_values(values):
    cleaned = reading.cleaned(pa.array(values, pa.string()), frozenset())
    found = reading.numbers_of(cleaned, "date")
    expected = [None if v is None else as_day(v) for v in cleaned.to_pylist()]
    wanted = [math.nan if v is None else v for v in expected]
    np.testing.assert_allclose(found, wanted, rtol=3e-16)  # a microsecond in the year 2300


def test_hashes_tell_texts_apart_and_leave_out_what_is_missing():
    hashes = reading.text_hashes(pa.array(["a", None, "b", "a", ""], pa.string()))
    assert len(hashes) == 4
    assert len(set(hashes.tolist())) == 3
    assert hashes[0] == hashes[2] != hashes[1]


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([1.5, math.nan, None, -0.0]), ["1.5", None, None]),
        (pa.array([True, None, False]), ["true", None, "false"]),
        (pa.array([1, None, 2**62]), ["1", None, str(2**62)]),
    ],
)
def test_any_array_as_texts(array, expected):
    found = reading.present_texts(array, frozenset()).to_pylist()
    assert found[: len(expected)] == expected
